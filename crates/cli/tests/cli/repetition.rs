//! Repetition as a signal in `dedup`: annotations, rules on clusters, weights, the graph of sources, and removal without
//! loss.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا";
const COPY: &str = "أعلنت وزارة الصحّة امس عن إفتتاح ثلاثة مراكز صحية جديدة في المدينه وقالت ان العمل فيها يبدأ قريباً";
const TAIL: &str = "وحضر الافتتاح عدد من الأطباء";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل، وتسلم القائد الكأس أمام جمهور كبير";

struct Home(TempDir);

impl Home {
    fn new(files: &[(&str, &str)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            fs::write(home.path().join(name), text).unwrap();
        }
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.current_dir(self.path()).args(arguments.split_whitespace()).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a command that must succeed; its accounts must add up.
    fn done(&self, arguments: &str) -> Value {
        let output = self.run(&format!("{arguments} -q --summary summary.json"));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let summary: Value = serde_json::from_str(&self.read("summary.json")).unwrap();
        let records = &summary["records"];
        let sum =
            |counts: &Value| counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
        let accounted = records["kept"].as_u64().unwrap() + sum(&records["removed"]) + sum(&records["rejected"]);
        assert_eq!(records["read"], accounted);
        summary
    }

    /// Runs a command that must be refused, before it wrote anything, with this in its message.
    fn refused(&self, arguments: &str, part: &str) {
        let before = fs::read_dir(self.path()).unwrap().count();
        let output = self.run(arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(part), "{message}");
        assert!(output.stdout.is_empty());
        assert_eq!(fs::read_dir(self.path()).unwrap().count(), before, "{arguments}");
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path().join(name)).unwrap()).unwrap()
    }

    fn rows(&self, name: &str) -> Vec<Value> {
        self.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn ids(&self, name: &str) -> Vec<String> {
        self.rows(name).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn line(id: &str, site: &str, date: &str, text: &str) -> String {
    format!("{}\n", json!({ "id": id, "site": site, "date": date, "text": text }))
}

/// A story on three sites, twice on the first, and another text.
fn news() -> String {
    [
        line("a", "alpha", "2025-03-02", STORY),
        line("b", "beta", "2025-03-01", COPY),
        line("c", "alpha", "2025-03-04", STORY),
        line("d", "gamma", "2025-03-03", COPY),
        line("e", "beta", "2025-03-05", OTHER),
    ]
    .concat()
}

const FIELDS: &str = "--source-field site --date-field date";

#[test]
fn kept_records_carry_what_their_cluster_tells() {
    let home = Home::new(&[("in.jsonl", &news())]);
    home.done(&format!("dedup in.jsonl {FIELDS} -o out.jsonl --annotate"));
    let rows = home.rows("out.jsonl");
    assert_eq!(home.ids("out.jsonl"), ["a", "e"]);
    let expected = json!({
        "cluster": 0, "size": 4, "sources": 3, "first_seen": "2025-03-01T00:00:00Z",
        "last_seen": "2025-03-04T00:00:00Z", "keeper": "a", "weight": 3
    });
    assert_eq!(rows[0]["mukarrar"], expected);
    assert_eq!(rows[1]["mukarrar"]["cluster"], Value::Null);
    assert_eq!(rows[1]["mukarrar"]["size"], 1);
    assert_eq!(rows[1]["mukarrar"]["first_seen"], rows[1]["mukarrar"]["last_seen"]);
    // The record itself stays byte for byte.
    let first = news().lines().next().unwrap().trim_end_matches('}').to_owned();
    assert!(home.read("out.jsonl").starts_with(&first));

    // The same in other formats, with one thread and with several.
    home.done(&format!("dedup in.jsonl {FIELDS} -o out.json --annotate=seen -j 1"));
    let array: Vec<Value> = serde_json::from_str(&home.read("out.json")).unwrap();
    assert_eq!(array[0]["seen"], expected);
    home.done(&format!("dedup in.jsonl {FIELDS} -o out.csv --annotate"));
    let csv = home.read("out.csv");
    let header = "mukarrar_cluster,mukarrar_size,mukarrar_sources,mukarrar_first_seen,mukarrar_last_seen,mukarrar_keeper,mukarrar_weight";
    assert!(csv.lines().next().unwrap().ends_with(header), "{csv}");
    assert!(csv.lines().nth(1).unwrap().ends_with(",0,4,3,2025-03-01T00:00:00Z,2025-03-04T00:00:00Z,a,3"), "{csv}");
    assert!(csv.lines().nth(2).unwrap().ends_with(",,1,1,2025-03-05T00:00:00Z,2025-03-05T00:00:00Z,,1"), "{csv}");
    // A table that is copied gets the columns too.
    home.done(&format!("dedup out.csv {FIELDS} -o again.csv --annotate=more"));
    assert!(home.read("again.csv").lines().next().unwrap().ends_with(
        "mukarrar_weight,more_cluster,more_size,more_sources,more_first_seen,more_last_seen,more_keeper,more_weight"
    ));
}

#[test]
fn names_that_are_taken_and_formats_without_fields_are_refused() {
    let home = Home::new(&[("in.jsonl", &news()), ("page.txt", STORY)]);
    home.done("dedup in.jsonl -o marked.jsonl --annotate");
    let remedy = "name another field with --annotate=FIELD";
    home.refused("dedup marked.jsonl -o out.jsonl --annotate", "has a field \"mukarrar\" already");
    home.refused("dedup marked.jsonl -o out.jsonl --annotate", remedy);
    home.refused("dedup marked.jsonl -o - --annotate", remedy);
    home.done("dedup in.jsonl -o marked.csv --annotate");
    home.refused("dedup marked.csv -o out.csv --annotate", "has a column \"mukarrar_cluster\" already");
    home.refused("dedup marked.csv -o out.parquet --annotate", remedy);
    home.refused("dedup page.txt -o out.txt --annotate", "to which no field can be added");
    home.done("dedup page.txt -o out.jsonl --annotate");
    assert_eq!(home.rows("out.jsonl")[0]["mukarrar"]["size"], 1);
    home.refused("dedup in.jsonl --unit story -o x.jsonl --annotate", "--unit document");
    home.refused("dedup in.jsonl --unit line -o x.jsonl --min-sources 2", "--unit document");
    home.refused("dedup in.jsonl --unit passage -o x.jsonl --max-size 2", "leave out --max-size");
    home.refused(
        "dedup in.jsonl -o x.jsonl --min-sources 2",
        "name the field that holds the source with --source-field",
    );
    home.refused("dedup in.jsonl -o x.jsonl --max-size 0", "--max-size cannot be 0");
    home.refused("dedup in.jsonl -o x.jsonl --source-graph graph.json", "name it .csv or .graphml");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_that_is_copied_gets_columns() {
    let home = Home::new(&[("in.jsonl", &news())]);
    home.done("dedup in.jsonl --remove near -t 1 -o all.parquet");
    home.done(&format!("dedup all.parquet {FIELDS} -o out.parquet --annotate"));
    home.done("dedup out.parquet -o out.jsonl");
    let rows = home.rows("out.jsonl");
    assert_eq!(rows[0]["mukarrar_size"], 4);
    assert_eq!(rows[0]["mukarrar_keeper"], "a");
    assert_eq!(rows[1]["mukarrar_cluster"], Value::Null);
    assert_eq!(rows[1]["site"], "beta");
    home.refused("dedup out.parquet -o again.parquet --annotate", "has a column \"mukarrar_cluster\" already");
}

#[test]
fn rules_remove_whole_clusters_and_say_so() {
    let home = Home::new(&[("in.jsonl", &news())]);
    let summary = home.done(&format!("dedup in.jsonl {FIELDS} -o out.jsonl --max-size 3 --removed removed.jsonl"));
    assert_eq!(home.ids("out.jsonl"), ["e"]);
    assert_eq!(summary["records"]["removed"], json!({ "max_size": 4 }));
    let removed = home.rows("removed.jsonl");
    assert_eq!(
        removed[0],
        json!({ "kind": "record", "id": "a", "rule": "max_size", "cluster": 0, "size": 4, "limit": 3 })
    );

    let summary = home.done(&format!("dedup in.jsonl {FIELDS} -o out.jsonl --min-sources 3 --removed removed.csv"));
    assert_eq!(home.ids("out.jsonl"), ["a"]);
    assert_eq!(summary["records"]["removed"], json!({ "exact": 3, "min_sources": 1 }));
    assert!(
        home.read("removed.csv").ends_with("record,e,,,,,,,,,,min_sources,,1,1,3\n"),
        "{}",
        home.read("removed.csv")
    );
    home.done(&format!("dedup in.jsonl {FIELDS} -o out.jsonl --min-sources 4"));
    assert!(home.ids("out.jsonl").is_empty());

    home.done(&format!("dedup in.jsonl {FIELDS} -o out.jsonl --keep-per-source 1 --removed removed.jsonl"));
    assert_eq!(home.ids("out.jsonl"), ["a", "b", "d", "e"]);
    assert_eq!(home.rows("removed.jsonl")[0]["keeper"], "a");
    home.done(&format!("dedup in.jsonl {FIELDS} -o out.jsonl --keep-per-source 2"));
    assert_eq!(home.ids("out.jsonl").len(), 5);
}

#[test]
fn a_line_of_spam_goes_from_every_page() {
    let spam = "تخفيضات كبيرة على الأثاث المنزلي والسجاد الفاخر في معرض السوق القديم طوال الأسبوع";
    let record = |id: &str, own: &str| format!("{}\n", json!({ "id": id, "text": format!("{own}\n{spam}\n") }));
    let home = Home::new(&[("in.jsonl", &[record("a", STORY), record("b", OTHER), record("c", TAIL)].concat())]);
    home.done("dedup in.jsonl --unit line -o out.jsonl --max-size 2 --removed removed.jsonl");
    assert_eq!(home.ids("out.jsonl"), ["a", "b", "c"]);
    assert!(!home.read("out.jsonl").contains("السجاد"));
    let removed = home.rows("removed.jsonl");
    assert_eq!(removed.len(), 3);
    assert!(removed.iter().all(|row| row["kind"] == "span" && row["rule"] == "max_size"));
}

#[test]
fn only_records_of_other_sources_are_compared_across_sources() {
    let unnamed = |id: &str| format!("{}\n", json!({ "id": id, "text": STORY }));
    let home = Home::new(&[("in.jsonl", &news()), ("unnamed.jsonl", &[unnamed("x"), unnamed("y")].concat())]);
    home.done("dedup in.jsonl --source-field site --across source -o out.jsonl --removed removed.jsonl");
    // The first site keeps both of its records; those of other sites go.
    assert_eq!(home.ids("out.jsonl"), ["a", "c", "e"]);
    assert_eq!(home.ids("removed.jsonl"), ["b", "d"]);
    // A record without a source is compared with all.
    home.done("dedup in.jsonl unnamed.jsonl --source-field site --across source -o all.jsonl");
    assert_eq!(home.ids("all.jsonl"), ["a", "c", "e"]);
    home.done("dedup unnamed.jsonl --source-field site --across source -o two.jsonl");
    assert_eq!(home.ids("two.jsonl"), ["x"]);
    let summary = home.done("dedup in.jsonl --across source -o one.jsonl");
    assert!(summary["warnings"].to_string().contains("no record has a source"), "{}", summary["warnings"]);
    // With a window, both must fit.
    home.done(&format!("dedup in.jsonl {FIELDS} --across source --window 1d -o near.jsonl"));
    assert_eq!(home.ids("near.jsonl"), ["a", "c", "e"]);
}

#[test]
fn weights_and_the_graph_are_files() {
    let home = Home::new(&[("in.jsonl", &news())]);
    home.done(&format!("dedup in.jsonl {FIELDS} -o out.jsonl --weights weights.csv --source-graph graph.csv"));
    assert_eq!(home.read("weights.csv"), "id,cluster,size,weight\na,0,4,3\ne,,1,1\n");
    // The earliest text is the original, not the keeper.
    let expected = "source,original,copies,mean_seconds_later\nalpha,beta,2,172800\ngamma,beta,1,172800\n";
    assert_eq!(home.read("graph.csv"), expected);
    home.done("dedup in.jsonl --source-field site -n --source-graph graph.graphml");
    let graph = home.read("graph.graphml");
    assert!(graph.contains("<data key=\"name\">alpha</data><data key=\"records\">2</data>"), "{graph}");
    assert_eq!(graph.matches("<edge ").count(), 3, "{graph}");
}

#[test]
fn without_loss_a_copy_goes_only_if_its_keeper_has_all_of_it() {
    let longer = format!("{STORY} {TAIL}");
    let edited = COPY.replace("ثلاثة مراكز صحية", "ثلاثة مستشفيات صحية");
    let text = [
        line("a", "alpha", "", STORY),
        line("b", "beta", "", &longer),
        line("c", "beta", "", COPY),
        line("d", "beta", "", &edited),
    ]
    .concat();
    let home = Home::new(&[("in.jsonl", &text)]);
    home.done("dedup in.jsonl --facts off -t 0.5 -o out.jsonl");
    assert_eq!(home.ids("out.jsonl"), ["a"]);

    let summary = home.done(
        "dedup in.jsonl --facts off -t 0.5 --lossless -o out.jsonl --losses losses.jsonl --removed removed.jsonl",
    );
    assert_eq!(home.ids("out.jsonl"), ["b", "d"]);
    let removed = home.rows("removed.jsonl");
    assert!(removed.iter().all(|row| row["keeper"] == "b" && row["containment"] == 1.0), "{removed:?}");
    let losses = home.rows("losses.jsonl");
    assert_eq!(losses.len(), 1, "{losses:?}");
    assert_eq!(
        (&losses[0]["id"], &losses[0]["keeper"], &losses[0]["text"]),
        (&"d".into(), &"b".into(), &"مستشفيات".into())
    );
    let (start, end) = (losses[0]["start"].as_u64().unwrap() as usize, losses[0]["end"].as_u64().unwrap() as usize);
    assert_eq!(&edited[start..end], "مستشفيات");
    home.done("dedup in.jsonl --facts off -t 0.5 --lossless -o out.jsonl --report report.html");
    let report = home.read("report.html");
    assert!(
        report.contains("Its removal loses no word.") && report.contains("would lose 1 word that the keeper lacks.")
    );
    home.done("dedup in.jsonl --facts off -t 0.5 -o out.jsonl --report report.html");
    assert!(home.read("report.html").contains("Its removal loses 5 words that the keeper lacks."));
    assert_eq!(summary["variants"]["lossy"], 1);
    assert_eq!(summary["parameters"]["lossless"], true);
    home.refused("dedup in.jsonl -o x.jsonl --losses x.csv", "--lossless");
}
