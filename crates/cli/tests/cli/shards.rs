//! Promise: `dedup` in shards, with any number of parts, in any order, with parts killed and run again, writes the bytes of one
//! run; and a file that does not belong to it is refused by name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::text::{self, Random};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The outputs of a run, in a directory of their own.
const OUTPUTS: &str = "-o OUT/clean/ --removed OUT/removed.jsonl --rejected OUT/rejected.jsonl --clusters OUT/clusters.jsonl \
                       --weights OUT/weights.tsv --summary OUT/summary.json";

const STAGES_OF_PARTS: [&str; 2] = ["sketch", "verify"];

struct Home(TempDir);

impl Home {
    /// Ten files: JSON Lines, two of them compressed, and CSV. Families of copies run across files.
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        let mut random = Random::new(23);
        let mut records = records(&mut random);
        text::shuffle(&mut random, &mut records);

        fs::create_dir(home.path("in")).unwrap();
        let share = records.len().div_ceil(10);
        for (number, records) in records.chunks(share).enumerate() {
            let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
            fs::write(home.path(&format!("in/{number}.jsonl")), lines).unwrap();
        }
        // A file of another format, with rejected records and an id that others have, and an empty one.
        let rows = "id,text,site,date\nf3-0,نص قصير لا يشبه غيره في هذه الملفات كلها,alpha,2025-03-01\nx,y\n";
        fs::write(home.path("in/91.csv"), rows).unwrap();
        fs::write(home.path("in/92.jsonl"), "").unwrap();
        let broken = "{\"id\": \"broken\"}\nno JSON\n\n{\"id\": \"last\", \"text\": \"خبر أخير من آخر ملف\"}\n";
        fs::write(home.path("in/93.jsonl"), broken).unwrap();
        let [full, cut] = persian(&mut random);
        fs::write(home.path("in/94.jsonl"), full.clone() + &cut).unwrap();
        fs::write(home.path("in/95.jsonl"), cut.replace("cut", "far")).unwrap();
        for number in [2, 7] {
            home.compress(&format!("in/{number}.jsonl"));
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn compress(&self, name: &str) {
        let compressed = self.path(&format!("{name}.gz"));
        let from = self.path(name);
        self.done(&format!("dedup {} -o {} --threshold 1 --containment off -q", from.display(), compressed.display()));
        fs::remove_file(from).unwrap();
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.current_dir(self.0.path()).args(arguments.split_whitespace()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &str) -> (Option<i32>, String) {
        let output = self.command(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    fn done(&self, arguments: &str) -> String {
        let (code, message) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments}: {message}");
        message
    }

    fn refused(&self, arguments: &str, parts: &[&str]) {
        let (code, message) = self.run(arguments);
        assert_eq!(code, Some(2), "{arguments}: {message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{arguments}: {message}");
    }

    /// One run, with its outputs in `one`.
    fn one(&self, arguments: &str) {
        fs::create_dir_all(self.path("one")).unwrap();
        self.done(&format!("dedup in {arguments} {} -q", OUTPUTS.replace("OUT", "one")));
    }

    /// Plans a run in shards, with its outputs in `many`.
    fn plan(&self, parts: usize, arguments: &str) {
        for left in ["shards", "many"] {
            let _ = fs::remove_dir_all(self.path(left));
        }
        fs::create_dir_all(self.path("many")).unwrap();
        let outputs = OUTPUTS.replace("OUT", "many");
        self.done(&format!("shard plan shards --parts {parts} -- in {arguments} {outputs} -q"));
    }

    /// All stages after the plan, each over the parts in an order of its own.
    fn stages(&self, parts: usize, random: &mut Random, of_stage: &str) {
        let mut each = |stage: &str| {
            let mut order: Vec<usize> = (1..=parts).collect();
            text::shuffle(random, &mut order);
            order.iter().for_each(|part| drop(self.done(&format!("shard {stage} shards {part} {of_stage} -q"))));
        };
        each("sketch");
        self.done(&format!("shard merge shards {of_stage} -q"));
        each("verify");
        self.done(&format!("shard settle shards {of_stage} -q"));
        each("apply");
    }

    /// Checks that both runs wrote the same: all bytes of files, and all counts of the summary.
    fn equal(&self, what: &str) {
        let [one, many] = ["one", "many"].map(|name| files(&self.path(name)));
        assert_eq!(one, many, "{what}: the files");
        assert!(one.len() > 12, "{one:?}");
        for name in one.iter().filter(|name| !name.ends_with("summary.json")) {
            let [one, many] = ["one", "many"].map(|run| fs::read(self.path(run).join(name)).unwrap());
            assert!(one == many, "{what}: {}", name.display());
        }
        let [one, many] = ["one", "many"].map(|run| self.counts(run));
        assert_eq!(one, many, "{what}");
    }

    /// The summary of a run without times and sizes in memory.
    fn counts(&self, run: &str) -> Value {
        let bytes = fs::read(self.path(run).join("summary.json")).unwrap();
        let mut summary: Value = serde_json::from_slice(&bytes).unwrap();
        let fields = summary.as_object_mut().unwrap();
        fields.retain(|name, _| {
            !["stages", "peak_rss_bytes", "spilled_bytes", "held", "seconds"].contains(&name.as_str())
        });
        summary
    }
}

/// The relative paths of the files below a directory, sorted.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path.strip_prefix(directory).unwrap().to_owned()) }
        }
    }
    found.sort();
    found
}

/// Families of copies, of forms with other numbers, and of texts inside others, with titles, sites, dates, and a few texts
/// that do not tell their language.
fn records(random: &mut Random) -> Vec<Value> {
    let mut records = Vec::new();
    let mut push = |id: String, family: usize, words: &str| {
        let (site, day) = (["alpha", "beta", "gamma"][records.len() % 3], 1 + records.len() % 28);
        records.push(json!({
            "id": id, "site": site, "date": format!("2025-03-{day:02}"), "title": text::spelled(&[family, family + 7, 90, 91]),
            "text": words,
        }));
    };

    for family in 0..160 {
        let original = text::words(random, 4_000, 60 + family % 90);
        push(format!("f{family}-0"), family, &text::spelled(&original));
        for copy in 1..1 + family % 4 {
            let edited = text::edited(random, 4_000, &original, 0.01 * copy as f64);
            push(format!("f{family}-{copy}"), family, &text::spelled(&edited));
        }
        if family % 5 == 0 {
            let mut longer = text::words(random, 4_000, 150);
            longer.extend(&original);
            push(format!("longer-{family}"), family + 1_000, &text::spelled(&longer));
        }
        if family % 8 == 0 {
            push(format!("same-{family}"), family, &text::spelled(&original));
        }
    }
    for number in 0..40 {
        let report = format!(
            "سجلت المحطة رقم {number} في يوم الرصد {} درجة حرارة بلغت {} درجة مئوية وسرعة رياح قدرها {} كيلومترا في الساعة \
             وفق نشرة الأرصاد التي صدرت صباحا عن المركز الوطني",
            number * 3,
            20 + number % 17,
            5 + number % 11
        );
        push(format!("form-{number}"), 2_000, &report);
        push(format!("unsure-{number}"), 3_000 + number, &format!("بازار {} کتاب", text::word(number % 30)));
    }
    records
}

/// Persian texts that tell their language, and the first words of each, which do not.
fn persian(random: &mut Random) -> [String; 2] {
    let known = ["آموزش", "آغاز", "آزمون", "آرامش", "آسمان", "آتش", "آهن", "آینده", "آواز", "آرزو", "آشنا", "آمار"];
    let telling = "که این کار در هر شهر انجام شد و از همه خواست";
    let line = |id: String, text: &str| format!("{}\n", json!({ "id": id, "site": "parsi", "text": text }));
    let (mut full, mut cut) = (String::new(), String::new());
    for number in 0..20 {
        let words: Vec<&str> = (0..40).map(|_| known[random.below(known.len())]).collect();
        full += &line(format!("full-{number}"), &format!("{} {telling}", words.join(" ")));
        cut += &line(format!("cut-{number}"), &words.join(" "));
    }
    [full, cut]
}

#[test]
fn any_number_of_parts_gives_the_bytes_of_one_run() {
    let home = Home::new();
    let mut random = Random::new(3);
    home.one("");
    for parts in [1, 3, 8] {
        home.plan(parts, "");
        home.stages(parts, &mut random, "");
        home.equal(&format!("{parts} parts"));
    }
    // Something was found by each of the rules.
    let removed = fs::read_to_string(home.path("one/removed.jsonl")).unwrap();
    assert!(removed.contains("\"exact\"") && removed.contains("\"near\""), "{removed}");
    let clusters = fs::read_to_string(home.path("one/clusters.jsonl")).unwrap();
    assert!(clusters.contains("\"contained\""), "contained texts are attached");
    assert_eq!(home.counts("one")["languages_of_sources"], json!({ "fa": 20 }), "the second file tells no language");
}

#[test]
fn options_are_those_of_one_run() {
    let home = Home::new();
    let mut random = Random::new(4);
    fs::create_dir(home.path("old")).unwrap();
    fs::rename(home.path("in/0.jsonl"), home.path("old/0.jsonl")).unwrap();
    for arguments in [
        "--against old --remove exact,near,contained --keep longest --unique-ids",
        "--source-field site --date-field date --window 3d --keep latest --max-size 3",
        "--facts off --containment off --keep max:title --boilerplate strip",
        "--across source --source-field site --lossless --keep-per-source 1",
        "--shingle char:8 --threshold 0.4 --max-bucket 3 --seed 9 --lang ar",
    ] {
        let _ = fs::remove_dir_all(home.path("one"));
        home.one(arguments);
        home.plan(4, arguments);
        home.stages(4, &mut random, "");
        home.equal(arguments);
        if arguments.starts_with("--source-field site") {
            // Also those of a file whose records all leave it to their source.
            assert_eq!(home.counts("one")["languages_of_sources"], json!({ "fa": 40 }));
        }
    }
    assert!(home.counts("one")["languages_of_sources"].is_null(), "a language that is given is not asked for");
}

#[test]
fn memory_and_threads_of_a_stage_change_no_byte() {
    let home = Home::new();
    home.one("");
    home.plan(3, "");
    home.stages(3, &mut Random::new(5), "--memory 48M --threads 1 --temp-dir .");
    home.equal("little memory");
}

#[test]
fn units_below_the_document_are_those_of_one_run() {
    let home = Home::new();
    fs::remove_file(home.path("in/91.csv")).unwrap();
    let outputs =
        |run: &str| format!("-o {run}/clean/ --removed {run}/removed.jsonl --clusters {run}/clusters.jsonl -q");
    for unit in ["paragraph", "line"] {
        for run in ["one", "many", "shards"] {
            let _ = fs::remove_dir_all(home.path(run));
        }
        ["one", "many"].iter().for_each(|run| fs::create_dir(home.path(run)).unwrap());
        home.done(&format!("dedup in --unit {unit} --related {}", outputs("one")));
        home.done(&format!("shard plan shards --parts 4 -- in --unit {unit} --related {}", outputs("many")));
        home.stages(4, &mut Random::new(6), "");
        let [one, many] = ["one", "many"].map(|run| files(&home.path(run)));
        assert_eq!(one, many);
        for name in one {
            let [one, many] = ["one", "many"].map(|run| fs::read(home.path(run).join(&name)).unwrap());
            assert!(one == many, "{unit}: {}", name.display());
        }
    }
}

#[test]
fn a_part_that_was_killed_is_run_again_and_a_finished_one_is_not() {
    let home = Home::new();
    home.one("");
    home.plan(3, "");
    let mut killed = 0;
    for stage in STAGES_OF_PARTS {
        for part in [2, 3, 1] {
            // Killed at once. It may have done a part of its work, or all of it.
            let mut child =
                home.command(&format!("shard {stage} shards {part}")).stderr(Stdio::null()).spawn().unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
            killed += usize::from(!home.path(&format!("shards/{stage}-000{part}")).exists());
            home.done(&format!("shard {stage} shards {part}"));
            let again = home.done(&format!("shard {stage} shards {part}"));
            assert!(again.contains(&format!("{stage} {part}: was done before")), "{again}");
        }
        if stage == "sketch" {
            home.done("shard merge shards");
            let again = home.done("shard merge shards");
            assert!(again.contains("merge: was done before"), "{again}");
        }
    }
    assert!(killed > 0, "a kill came too late each time");
    // The stages that write outputs may be repeated.
    for _ in 0..2 {
        home.done("shard settle shards -q");
        (1..=3).for_each(|part| drop(home.done(&format!("shard apply shards {part} -q"))));
    }
    home.equal("killed");
}

#[test]
fn files_that_are_missing_damaged_stale_or_foreign_are_refused_by_name() {
    let home = Home::new();
    home.plan(3, "");
    home.refused("shard merge shards", &["shards/sketch-0001", "is not there", "`mukarrar shard sketch`"]);
    home.refused("shard sketch shards 4", &["from 1 to 3"]);
    home.refused("shard sketch shards 0", &["from 1 to 3"]);
    for part in 1..=3 {
        home.done(&format!("shard sketch shards {part} -q"));
    }
    home.refused("shard verify shards 1", &["shards/work-0001", "is not there", "`mukarrar shard merge`"]);

    // Damaged, then made again.
    let sketch = home.path("shards/sketch-0002");
    let good = fs::read(&sketch).unwrap();
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&sketch, &damaged).unwrap();
    home.refused("shard merge shards", &["shards/sketch-0002", "damaged", "`mukarrar shard sketch`"]);
    assert!(!home.path("shards/merged").exists());
    fs::write(&sketch, &good[..middle]).unwrap();
    home.refused("shard merge shards", &["shards/sketch-0002", "damaged"]);
    home.done("shard sketch shards 2 -q");
    assert!(fs::read(&sketch).unwrap() == good, "the same bytes again");

    // The file of another part under this name.
    fs::copy(home.path("shards/sketch-0001"), &sketch).unwrap();
    home.refused("shard merge shards", &["shards/sketch-0002", "another part"]);
    fs::write(&sketch, &good).unwrap();
    home.done("shard merge shards -q");
    home.refused("shard settle shards", &["shards/verified-0001", "is not there", "`mukarrar shard verify`"]);
    for part in 1..=3 {
        home.done(&format!("shard verify shards {part} -q"));
    }
    home.refused("shard apply shards 1", &["shards/fates-0001", "is not there", "`mukarrar shard settle`"]);

    // A verification of an earlier merge.
    let verified = home.path("shards/verified-0003");
    let good = fs::read(&verified).unwrap();
    let mut stale = good.clone();
    stale[45] ^= 1;
    fs::write(&verified, stale).unwrap();
    home.refused("shard settle shards", &["shards/verified-0003", "is stale"]);
    fs::write(&verified, &good).unwrap();

    // Files of another plan, and a changed input.
    fs::rename(home.path("shards"), home.path("first")).unwrap();
    home.done("shard plan shards --parts 3 -- in --threshold 0.7 -o many/clean/ -q");
    fs::copy(home.path("first/sketch-0001"), home.path("shards/sketch-0001")).unwrap();
    home.refused("shard merge shards", &["shards/sketch-0001", "another plan"]);
    let input = home.path("in/4.jsonl");
    let longer = fs::read_to_string(&input).unwrap() + "{\"text\": \"خبر\"}\n";
    fs::write(&input, longer).unwrap();
    for stage in ["sketch shards 1", "merge shards", "verify shards 1", "settle shards", "apply shards 1"] {
        home.refused(&format!("shard {stage}"), &["in/4.jsonl is another file, or changed", "plan the run again"]);
    }
}

#[test]
fn a_plan_refuses_what_shards_cannot_do() {
    let home = Home::new();
    for (arguments, part) in [
        ("in --unit story -o c/", "stories are cut with the lines that return in all files"),
        ("in --unit passage -o c/", "--unit cannot be passage"),
        ("in -o c.jsonl", "a directory in a sharded run"),
        ("in -o -", "a directory in a sharded run"),
        ("- -o c/", "reads its input again"),
        ("in -o c/ --removed s3://news/gone.jsonl", "a path of the file system that all parts see"),
        ("in -o c/ --work-dir w", "--work-dir"),
        ("in -o c/ --annotate", "--annotate"),
        ("in -o c/ --mark", "--mark"),
        ("in -o c/ --boilerplate ignore --boilerplate-rules learn", "a rules file"),
        ("in -o c/ --threshold 2", "threshold"),
        ("in --no-such-option", "no-such-option"),
    ] {
        home.refused(&format!("shard plan shards --parts 2 -- {arguments}"), &[part]);
        assert!(!home.path("shards").exists(), "{arguments}");
    }
    home.refused("shard plan shards --parts 16 -- in -o c/", &["from 1 to 15"]);
    home.refused("shard plan in --parts 2 -- in -o c/", &["in holds something that is no sharded run"]);
    home.done("shard plan shards --parts 2 -- in -o c/");
    home.done("shard plan shards --parts 2 -- in -o c/");
    home.refused("shard plan shards --parts 3 -- in -o c/", &["shards holds the plan of another run"]);
    home.refused("shard merge nowhere", &["nowhere/shards.json"]);
    fs::write(home.path("shards/shards.json"), "{\"format\": 99}").unwrap();
    home.refused("shard merge shards", &["shards/shards.json", "format 99"]);
}
