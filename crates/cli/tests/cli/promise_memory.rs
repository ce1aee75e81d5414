//! Promise: `--memory` is a limit for the whole process, and nothing but time and disk depends on it. A limit far below what
//! a run would like to have gives the same bytes; one below the floor is refused with the floor.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::text::{self, Random};
use serde_json::Value;

fn mukarrar(home: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    command.current_dir(home).args(arguments.split_whitespace()).stdin(Stdio::null()).output().unwrap()
}

fn done(home: &Path, arguments: &str) {
    let output = mukarrar(home, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Short documents, a sixth of them copies of an earlier one, some exact; a few records that are none.
fn corpus(documents: usize) -> String {
    let mut random = Random::new(7);
    let mut originals: Vec<Vec<usize>> = Vec::new();
    let mut lines = String::new();
    for id in 0..documents {
        let words = match random.below(6) {
            0 if !originals.is_empty() => {
                let original = &originals[random.below(originals.len())];
                if random.below(3) == 0 { original.clone() } else { text::edited(&mut random, 50_000, original, 0.03) }
            }
            _ => text::words(&mut random, 50_000, 30),
        };
        writeln!(lines, "{{\"id\":{id},\"text\":\"{}\",\"more\":[{id}]}}", text::spelled(&words)).unwrap();
        originals.push(words);
        if id % 5_000 == 77 {
            lines.push_str("{\"id\":\"no text\"}\nno JSON\n");
        }
    }
    lines
}

fn number(summary: &Value, name: &str) -> u64 {
    summary[name].as_u64().unwrap()
}

const DOCUMENTS: usize = 200_000;

/// What the program takes more than the plan counts for if it is not optimised: its code. Of such a program 30 MiB of pages of
/// the file were in memory in the same run in which 14 of an optimised one were. The kernel decides how many it maps at once.
const UNOPTIMISED: u64 = if cfg!(debug_assertions) { 16 << 20 } else { 0 };

/// Runs `command` in `home` without a limit and with one; the outputs must be equal, the limit kept, and the disk used.
fn same_under(home: &Path, limit: u64, command: &str, outputs: &[&str]) {
    let run = |name: &str, more: &str| {
        let command = command.replace("OUT", name);
        done(home, &format!("{command} --summary {name}.json {more} -q"));
        serde_json::from_slice::<Value>(&fs::read(home.join(format!("{name}.json"))).unwrap()).unwrap()
    };
    let free = run("free", "");
    let bound = run("bound", &format!("--memory {limit} --temp-dir spill"));
    assert_eq!(free["records"], bound["records"], "{command}");
    for output in outputs {
        let read = |name: &str| fs::read(home.join(output.replace("OUT", name))).unwrap();
        assert!(read("free") == read("bound"), "{command}: {output} differs");
    }
    let (peak, wanted) = (number(&bound, "peak_rss_bytes"), number(&free, "peak_rss_bytes"));
    if peak > 0 {
        assert!(peak <= limit + UNOPTIMISED, "{command}: {peak} bytes at {limit}");
        assert!(wanted > limit * 3 / 2, "{command}: without a limit {wanted} bytes, too few to show anything");
    }
    assert!(number(&bound, "spilled_bytes") > 0, "{command}");
    assert_eq!(number(&free, "spilled_bytes"), 0, "{command}");
    assert_eq!(fs::read_dir(home.join("spill")).unwrap().count(), 0, "{command}: something stayed");
}

#[test]
fn a_limit_far_below_the_need_changes_no_byte() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("spill")).unwrap();
    fs::write(home.path().join("in.jsonl"), corpus(DOCUMENTS)).unwrap();
    let limit = 64 << 20;
    let clusters = "clusters in.jsonl --format jsonl -o OUT.clusters --threads 2";
    same_under(home.path(), limit, clusters, &["OUT.clusters"]);
    same_under(home.path(), limit, "pairs in.jsonl --format tsv -o OUT.pairs --threads 2", &["OUT.pairs"]);
    let dedup = "dedup in.jsonl -o OUT.jsonl --removed OUT.removed --rejected OUT.rejected --keep longest --threads 1";
    same_under(home.path(), limit, dedup, &["OUT.jsonl", "OUT.removed", "OUT.rejected"]);
}

#[test]
fn compressed_input_is_spilled_and_read_again() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("spill")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(corpus(DOCUMENTS).as_bytes()).unwrap();
    fs::write(home.path().join("in.jsonl.gz"), gzip.finish().unwrap()).unwrap();
    let dedup = "dedup in.jsonl.gz -o OUT.jsonl --removed OUT.removed --threads 2";
    same_under(home.path(), 64 << 20, dedup, &["OUT.jsonl", "OUT.removed"]);
}

#[test]
fn a_limit_below_the_floor_is_refused_with_the_floor() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("in.jsonl"), corpus(DOCUMENTS)).unwrap();
    let refused = |limit: &str| {
        let output = mukarrar(home.path(), &format!("clusters in.jsonl -o out --memory {limit} --temp-dir ."));
        assert_eq!(output.status.code(), Some(2), "{limit}");
        assert!(!home.path().join("out").exists());
        String::from_utf8(output.stderr).unwrap()
    };
    let message = refused("1M");
    assert!(message.contains("--memory cannot be 1048576 bytes") && message.contains("give --memory"), "{message}");
    let floor: u64 =
        message.split("give --memory ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    // Enough to begin, too little for so many records: the message names a higher floor.
    let message = refused(&floor.to_string());
    assert!(message.contains("an input with this many records"), "{message}");
}

#[test]
fn a_directory_for_spilling_that_is_not_there_is_an_error_before_the_run() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("in.jsonl"), "{\"text\":\"خبر\"}\n").unwrap();
    let output = mukarrar(home.path(), "clusters in.jsonl --temp-dir none");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("none"), "{message}");
}

#[test]
fn a_record_that_is_too_large_costs_itself_alone() {
    let home = tempfile::tempdir().unwrap();
    let large = format!("{{\"id\":\"large\",\"text\":\"{}\"}}\n", "x".repeat(40 << 20));
    let good = "{\"id\":\"good\",\"text\":\"افتتح الوزير معرض الكتاب في العاصمة مساء أمس\"}\n";
    let lines = format!("{large}{good}{large}");

    fs::write(home.path().join("in.jsonl"), &lines).unwrap();
    let packed = fs::File::create(home.path().join("in.jsonl.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    packed.finish().unwrap();

    for input in ["in.jsonl", "in.jsonl.gz"] {
        let limit = 64 << 20;
        let options =
            format!("--max-record-size 1M --memory {limit} --temp-dir . --summary s.json --rejected r.jsonl -q");
        done(home.path(), &format!("dedup {input} -o out.jsonl {options}"));

        let summary: Value = serde_json::from_slice(&fs::read(home.path().join("s.json")).unwrap()).unwrap();
        let records = &summary["records"];
        let counts = [number(records, "read"), number(records, "kept"), number(&records["rejected"], "too_large")];
        assert_eq!(counts, [3, 1, 2], "{input}");
        assert_eq!(fs::read_to_string(home.path().join("out.jsonl")).unwrap(), good, "{input}");
        let rejected = fs::read_to_string(home.path().join("r.jsonl")).unwrap();
        assert_eq!(rejected.matches("too_large").count(), 2, "{input}: {rejected}");
        assert!(number(&summary, "peak_rss_bytes") <= limit + UNOPTIMISED, "{input}: {summary}");
        assert!(number(&summary, "spilled_bytes") < 1 << 20, "{input}: {summary}");
    }
}

/// The largest size of a record is above what the limit can hold: the bytes are counted, not held, wherever they come from.
#[test]
fn a_record_that_the_limit_cannot_hold_is_never_held() {
    let home = tempfile::tempdir().unwrap();
    let good = "{\"id\":\"good\",\"text\":\"افتتح الوزير معرض الكتاب في العاصمة مساء أمس\"}\n";
    let limit = 64 << 20;
    let write = |bytes: usize| {
        let lines = format!("{{\"id\":\"large\",\"text\":\"{}\"}}\n{good}", "x".repeat(bytes));
        fs::write(home.path().join("in.jsonl"), lines).unwrap();
    };

    // Above the largest size it costs itself alone.
    write(65 << 20);
    done(home.path(), &format!("dedup in.jsonl -o out.jsonl --memory {limit} --summary s.json -q"));
    let summary: Value = serde_json::from_slice(&fs::read(home.path().join("s.json")).unwrap()).unwrap();
    assert_eq!(number(&summary["records"]["rejected"], "too_large"), 1);
    assert_eq!(fs::read_to_string(home.path().join("out.jsonl")).unwrap(), good);
    assert!(number(&summary, "peak_rss_bytes") <= limit + UNOPTIMISED, "{summary}");

    // Below it the run is refused, with a limit that reads it.
    write(8 << 20);
    let output = mukarrar(home.path(), &format!("dedup in.jsonl -o no.jsonl --memory {limit}"));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    let floor: u64 =
        message.split("give --memory ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    assert!(!home.path().join("no.jsonl").exists());
    done(home.path(), &format!("dedup in.jsonl -o out.jsonl --memory {floor} -q"));
    assert_eq!(fs::read_to_string(home.path().join("out.jsonl")).unwrap().lines().count(), 2);
}

/// A component is never divided. One whose texts do not fit is verified with its texts on the disk, to the same bytes.
#[test]
fn a_component_larger_than_the_memory_is_verified_from_the_disk() {
    let home = tempfile::tempdir().unwrap();
    let mut random = Random::new(5);
    let mut documents = String::new();

    // 1. Pages of one site: a long footer, and content that two pages share; some have hardly any.
    let footer = text::spelled(&text::words(&mut random, 5_000, 250));
    let contents: Vec<Vec<usize>> = (0..500).map(|_| text::words(&mut random, 5_000, 40)).collect();
    for page in 0..1000 {
        let content = text::edited(&mut random, 5_000, &contents[page % 500], 0.02);
        let length = if page % 10 == 9 { 3 } else { content.len() };
        let content = text::spelled(&content[..length.min(content.len())]);
        writeln!(documents, "{{\"id\":\"p{page}\",\"text\":\"{content} {footer}\"}}").unwrap();
    }

    // 2. A filled form, in which numbers and words differ.
    let form = text::words(&mut random, 5_000, 270);
    for copy in 0..800 {
        let filled = text::spelled(&text::edited(&mut random, 5_000, &form, 0.01));
        writeln!(documents, "{{\"id\":\"f{copy}\",\"text\":\"{filled} {}\"}}", copy / 3).unwrap();
    }
    fs::write(home.path().join("documents.jsonl"), documents).unwrap();

    // 3. Lines of one template.
    let line = |line: usize| {
        let [a, b] = [line % 4_999, line * 7 % 4_999].map(text::word);
        format!("{{\"text\":\"درجة الحرارة في {a} {b} اليوم معتدلة مع رياح خفيفة\"}}\n")
    };
    fs::write(home.path().join("lines.jsonl"), (0..5_000).map(line).collect::<String>()).unwrap();

    let limit = 48 << 20;
    for input in ["documents.jsonl", "lines.jsonl --unit line"] {
        let run = |name: &str, more: &str| {
            let outputs = format!("-o {name}.jsonl --clusters {name}.clusters --summary {name}.json");
            done(home.path(), &format!("dedup {input} {outputs} {more} -q"));
            let summary = fs::read(home.path().join(format!("{name}.json"))).unwrap();
            serde_json::from_slice::<Value>(&summary).unwrap()
        };
        let free = run("free", "");
        for threads in [1, 3] {
            let bound = run("bound", &format!("--memory {limit} --temp-dir . --threads {threads}"));
            for output in ["jsonl", "clusters"] {
                let [bound, free] =
                    ["bound", "free"].map(|name| fs::read(home.path().join(format!("{name}.{output}"))));
                assert!(bound.unwrap() == free.unwrap(), "{input}: {output} at {threads} threads");
            }
            assert_eq!(bound["variants"], free["variants"], "{input}");
            assert!(number(&bound, "spilled_bytes") > 1 << 20, "{input}: {bound}");
            assert!(number(&bound, "peak_rss_bytes") <= limit + UNOPTIMISED, "{input}: {bound}");
        }
    }
}

/// What the plan allows is not exceeded by input that was made to exceed it, or the run is refused with the floor.
#[test]
fn alike_documents_and_lines_of_one_template_keep_the_limit() {
    let home = tempfile::tempdir().unwrap();
    let mut random = Random::new(3);
    let base = text::spelled(&text::words(&mut random, 50_000, 60));
    let documents: String =
        (0..12_000).map(|id| format!("{{\"id\":{id},\"text\":\"{base} {base} {id}\"}}\n")).collect();
    fs::write(home.path().join("documents.jsonl"), documents).unwrap();

    let line = |random: &mut Random| {
        let [a, b] = [(); 2].map(|()| text::word(random.below(4999)));
        format!("درجة الحرارة في {a} {b} اليوم معتدلة مع رياح خفيفة")
    };
    let lines: Vec<String> = (0..3200).map(|_| line(&mut random)).collect();
    fs::write(home.path().join("lines.jsonl"), format!("{{\"id\":1,\"text\":\"{}\"}}\n", lines.join("\\n"))).unwrap();

    for (input, limit) in [("documents.jsonl", 400 << 20), ("lines.jsonl --unit line", 160 << 20)] {
        done(home.path(), &format!("dedup {input} -o out.jsonl --memory {limit} --temp-dir . --summary s.json -q"));
        let summary: Value = serde_json::from_slice(&fs::read(home.path().join("s.json")).unwrap()).unwrap();
        let peak = number(&summary, "peak_rss_bytes");
        assert!(peak <= limit + UNOPTIMISED, "{input}: {peak} bytes at {limit}");
    }
}

/// More threads than the address space has room for would leave nothing to allocate, which ends a process.
#[test]
#[cfg(target_os = "linux")]
fn a_limited_address_space_gives_fewer_threads() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("in.jsonl"), corpus(3_000)).unwrap();
    done(home.path(), "dedup in.jsonl -o free.jsonl -q");
    let free = fs::read(home.path().join("free.jsonl")).unwrap();

    for (kibibytes, threads) in [(350_000, 64), (400_000, 8), (400_000, 64), (500_000, 64), (600_000, 1000)] {
        let program = env!("CARGO_BIN_EXE_mukarrar");
        let line =
            format!("ulimit -v {kibibytes}; exec '{program}' dedup in.jsonl -o out.jsonl --threads {threads} -q");
        let output = Command::new("sh").args(["-c", &line]).current_dir(home.path()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{kibibytes} KiB, {threads} threads: {told}");
        assert!(fs::read(home.path().join("out.jsonl")).unwrap() == free, "{kibibytes} KiB, {threads} threads");
    }
}
