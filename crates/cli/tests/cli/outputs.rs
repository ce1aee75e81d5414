//! The name of an output tells its format, its compression, and whether it is a directory.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

const FIRST: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس";
const SECOND: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير";

/// A directory with `files`, in which commands run.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(files: &[(&str, String)]) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            std::fs::write(desk.0.path().join(name), text).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.args(line.split(' ')).current_dir(self.0.path()).output().unwrap()
    }

    /// Runs a command that succeeds.
    fn done(&self, line: &str) {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs a command that is refused, and gives its message.
    fn refused(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn jsonl(ids: &[(&str, &str)]) -> String {
    ids.iter().map(|(id, text)| format!("{{\"id\": \"{id}\", \"text\": \"{text}\", \"n\": 1.50}}\n")).collect()
}

fn csv(ids: &[(&str, &str)]) -> String {
    let rows: String = ids.iter().map(|(id, text)| format!("{id},{text},\"a, b\"\n")).collect();
    format!("id,text,note\n{rows}")
}

fn gunzipped(path: &Path) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn several_inputs_and_one_name_are_merged() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST)])), ("b.jsonl", jsonl(&[("2", SECOND), ("3", FIRST)]))]);
    desk.done("dedup a.jsonl b.jsonl -o merged.jsonl -q");
    assert_eq!(desk.read("merged.jsonl"), jsonl(&[("1", FIRST), ("2", SECOND)]));
    desk.done("dedup a.jsonl b.jsonl -o merged.jsonl.gz -q");
    assert_eq!(gunzipped(&desk.path("merged.jsonl.gz")), jsonl(&[("1", FIRST), ("2", SECOND)]));
}

#[test]
fn a_slash_at_the_end_makes_a_directory() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST)]))]);
    desk.done("dedup a.jsonl -o out/ -q");
    assert_eq!(desk.read("out/a.jsonl"), jsonl(&[("1", FIRST)]));
}

#[test]
fn tables_and_json_become_each_other() {
    let desk = Desk::new(&[("c.csv", csv(&[("1", FIRST), ("2", FIRST)])), ("a.jsonl", jsonl(&[("3", SECOND)]))]);
    desk.done("dedup c.csv -o clean.jsonl -q");
    let object = format!("{{\"id\": \"1\", \"text\": \"{FIRST}\", \"note\": \"a, b\"}}");
    assert_eq!(desk.read("clean.jsonl"), format!("{object}\n"));
    desk.done("dedup c.csv a.jsonl -o clean.json -q");
    let other = jsonl(&[("3", SECOND)]);
    assert_eq!(desk.read("clean.json"), format!("[\n{object},\n{}\n]\n", other.trim_end()));
    desk.done("dedup c.csv a.jsonl -o clean.csv -q");
    assert_eq!(desk.read("clean.csv"), format!("id,text,note,n\n1,{FIRST},\"a, b\",\n3,{SECOND},,1.50\n"));
    desk.done("dedup c.csv -o clean.tsv -q");
    assert_eq!(desk.read("clean.tsv"), format!("id\ttext\tnote\n1\t{FIRST}\ta, b\n"));
    desk.done("dedup clean.tsv -o again.csv -q");
    assert_eq!(desk.read("again.csv"), csv(&[("1", FIRST)]));
}

#[test]
fn texts_become_records() {
    let desk = Desk::new(&[("a.txt", FIRST.to_owned()), ("b.txt", SECOND.to_owned()), ("c.txt", FIRST.to_owned())]);
    desk.done("dedup a.txt b.txt c.txt -o clean.jsonl -q");
    let rows = [("a.txt", FIRST), ("b.txt", SECOND)];
    let rows: String = rows.iter().map(|(id, text)| format!("{{\"id\": \"{id}\", \"text\": \"{text}\"}}\n")).collect();
    assert_eq!(desk.read("clean.jsonl"), rows);
    let error = desk.refused("dedup a.txt b.txt -o clean.txt");
    assert!(error.contains("2 files of the format text cannot be joined"), "{error}");
}

#[test]
fn values_of_json_and_nested_ones_stay_in_cells() {
    let line = format!("{{\"id\": 7, \"text\": \"{FIRST}\", \"tags\": [\"a\", 1], \"ok\": true, \"no\": null}}\n");
    let desk = Desk::new(&[("a.jsonl", line)]);
    desk.done("dedup a.jsonl -o a.csv -q");
    assert_eq!(desk.read("a.csv"), format!("id,text,tags,ok,no\n7,{FIRST},\"[\"\"a\"\", 1]\",true,\n"));
}

#[test]
fn marks_are_written_in_other_formats_too() {
    let desk = Desk::new(&[("c.csv", csv(&[("1", FIRST), ("2", FIRST)])), ("a.jsonl", jsonl(&[("3", SECOND)]))]);
    desk.done("dedup c.csv -o marked.jsonl --mark -q");
    assert!(desk.read("marked.jsonl").lines().nth(1).unwrap().contains("\"keeper\":\"1\""));
    desk.done("dedup a.jsonl -o marked.csv --mark -q");
    let marked = desk.read("marked.csv");
    assert!(marked.starts_with("id,text,n,mukarrar_cluster,mukarrar_size,"), "{marked}");
    assert_eq!(marked.lines().count(), 2);
}

#[test]
fn what_cannot_be_converted_is_refused_before_anything_is_read() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST)]))]);
    for name in ["x.arrow", "x.txt", "x.html", "x.warc.gz"] {
        let error = desk.refused(&format!("dedup a.jsonl -o {name}"));
        assert!(error.contains("cannot be converted") && error.contains(".jsonl"), "{error}");
        assert!(!desk.path(name).exists());
    }
    std::fs::write(desk.path("b.csv"), csv(&[("2", SECOND)])).unwrap();
    let error = desk.refused("dedup a.jsonl b.csv -o both.gz");
    assert!(error.contains("the inputs have several formats"), "{error}");
}

#[test]
fn addresses_are_no_paths() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST)]))]);
    for line in [
        "clusters a.jsonl -o https://example.org/x.json",
        "dedup a.jsonl -o clean.jsonl --removed hf://datasets/o/n/removed.jsonl",
        "clusters a.jsonl --summary ftp://example.org/summary.json",
        "clusters a.jsonl --work-dir s3://bucket/work",
        "index build s3://bucket/seen a.jsonl",
        "clusters a.jsonl --config s3://bucket/config.toml",
        "clusters a.jsonl --boilerplate-rules https://example.org/rules.jsonl",
        "eval a.jsonl --gold s3://bucket/gold.tsv",
        "index import seen gs://bucket/export.jsonl",
    ] {
        let error = desk.refused(line);
        assert!(error.contains("://") && !error.contains("No such file"), "{line}: {error}");
    }
    assert_eq!(std::fs::read_dir(desk.0.path()).unwrap().count(), 1);
}

#[cfg(not(feature = "remote"))]
#[test]
fn a_build_without_addresses_names_the_feature() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST)]))]);
    for line in ["clusters s3://bucket/a.jsonl", "dedup a.jsonl -o s3://bucket/clean.jsonl"] {
        let error = desk.refused(line);
        assert!(error.contains("rebuild with --features remote"), "{line}: {error}");
    }
}

#[test]
fn results_have_the_format_and_compression_of_their_name() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST), ("2", FIRST)]))]);
    desk.done("clusters a.jsonl -o x.json -q");
    assert!(desk.read("x.json").starts_with("[\n{\"cluster\":0"));
    desk.done("pairs a.jsonl -o p.csv.gz -q");
    let row = "1,2,1.000000,1.000000,exact,word:3,\n";
    let header = "id_a,id_b,jaccard,containment,relation,measure,reason\n";
    assert_eq!(gunzipped(&desk.path("p.csv.gz")), format!("{header}{row}"));
    desk.done("pairs a.jsonl -o p.TSV -q");
    assert!(desk.read("p.TSV").starts_with("id_a\tid_b\t"));
    desk.done("pairs a.jsonl -f tsv -o p.json -q");
    assert!(desk.read("p.json").starts_with("id_a\t"), "an option comes before a name");
    desk.done("clusters a.jsonl -o x.txt --summary s.json.gz -q");
    assert!(gunzipped(&desk.path("s.json.gz")).starts_with("{\n"));
    assert!(desk.refused("clusters a.jsonl --summary s.csv").contains("a summary is JSON"));
    let error = desk.refused("clusters a.jsonl -o x.parquet");
    assert!(error.contains("no report has that format"), "{error}");
}

#[test]
fn lists_of_dedup_have_the_format_of_their_name() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST), ("2", FIRST)]) + "not JSON\n")]);
    desk.done("dedup a.jsonl -o c.jsonl --removed r.csv --rejected e.tsv --clusters k.json -q");
    let header = "kind,id,start,end,keeper,reference,keeper_start,keeper_end,relation,jaccard,containment,\
                  rule,cluster,size,sources,limit\n";
    assert_eq!(desk.read("r.csv"), format!("{header}record,2,,,1,,,,exact,1.000000,1.000000,,,,,\n"));
    assert!(desk.read("e.tsv").starts_with("source\treason\tmessage\na.jsonl:3\tinvalid_json\t"));
    assert!(desk.read("k.json").starts_with("[\n"));
    let error = desk.refused("dedup a.jsonl -o c.jsonl --removed r.txt");
    assert!(error.contains(".jsonl, .json, .tsv or .csv"), "{error}");
}

#[test]
fn what_is_written_compressed_is_read_again() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST), ("2", SECOND)]))]);
    desk.done("index build seen a.jsonl -q");
    desk.done("index export seen -o seen.jsonl.gz");
    assert!(gunzipped(&desk.path("seen.jsonl.gz")).starts_with("{\"mukarrar_index\""));
    desk.done("index import again seen.jsonl.gz");
    desk.done("boilerplate a.jsonl -o rules.jsonl.zst");
    desk.done("clusters a.jsonl --boilerplate-rules rules.jsonl.zst -q");
}

#[test]
fn an_index_is_no_corpus() {
    let desk = Desk::new(&[("a.jsonl", jsonl(&[("1", FIRST)]))]);
    desk.done("index build seen a.jsonl -q");
    for line in ["dedup seen -o x.jsonl", "clusters seen", "dedup seen -o out/"] {
        let error = desk.refused(line);
        assert!(error.contains("seen is an index") && error.contains("mukarrar index check"), "{error}");
    }
    assert!(!desk.path("x.jsonl").exists());
}

#[test]
fn characters_that_reorder_a_line_are_escaped_in_every_format() {
    let text = format!("\u{202e}{FIRST}\u{1b}");
    let record = |id: &str| format!("{}\n", serde_json::json!({ "id": id, "text": text }));
    let desk = Desk::new(&[("a.jsonl", record("1\u{202e}") + &record("2"))]);
    for format in ["json", "jsonl", "tsv", "text"] {
        let output = desk.run(&format!("clusters a.jsonl -q -f {format}")).stdout;
        let output = String::from_utf8(output).unwrap();
        assert!(output.contains("202e") && !output.contains(['\u{202e}', '\u{1b}']), "{format}: {output}");
    }
}
