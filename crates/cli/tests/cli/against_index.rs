//! `dedup --against` an index.

#![cfg(feature = "persistent")]
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::common;

fn run(home: &Path, line: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    let output = command.args(line.split_whitespace()).current_dir(home).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn done(home: &Path, line: &str) -> String {
    let (code, told) = run(home, line);
    assert_eq!(code, Some(0), "{line}: {told}");
    told
}

/// A text of 60 words that repeats none of another number.
fn text(number: usize) -> String {
    common::text::spelled(&(0..60).map(|word| 61 * number + word).collect::<Vec<_>>())
}

fn records(home: &Path, name: &str, records: &[(&str, String)]) {
    let lines = records.iter().map(|(id, text)| format!("{}\n", json!({ "id": id, "text": text })));
    fs::write(home.join(name), lines.collect::<String>()).unwrap();
}

fn rows(home: &Path, name: &str) -> Vec<Value> {
    let lines = fs::read_to_string(home.join(name)).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An index of two texts, and an input with a copy of each, a text twice, and one that is new.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    records(home.path(), "old.jsonl", &[("old-1", text(1)), ("old-2", text(2))]);
    let near = format!("{} {}", text(2), common::text::spelled(&[9000, 9001]));
    let input = [("a", text(3)), ("b", text(1)), ("c", near), ("d", text(3)), ("e", text(4)), ("old-1", String::new())];
    records(home.path(), "new.jsonl", &input);
    done(home.path(), "index build seen old.jsonl -q -o verdicts.txt");
    home
}

#[test]
fn records_that_the_index_knows_are_removed_with_its_keys_and_scores() {
    let home = home();
    let home = home.path();
    let line = "dedup new.jsonl --against seen -o clean.jsonl --removed removed.jsonl --clusters clusters.jsonl \
                --summary summary.json";
    let told = done(home, line);
    assert!(told.contains("6 read = 3 kept + 3 removed + 0 rejected"), "{told}");
    assert!(told.contains("index    2 copies of 2 stored texts"), "{told}");

    let ids: Vec<Value> = rows(home, "clean.jsonl").into_iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, ["a", "e", "old-1"]);
    let removed = rows(home, "removed.jsonl");
    let of = |row: &Value| ["id", "keeper", "relation"].map(|name| row[name].as_str().unwrap().to_owned());
    assert_eq!(of(&removed[0]), ["b", "old-1", "exact"]);
    assert_eq!(of(&removed[1]), ["c", "old-2", "near"]);
    assert_eq!(of(&removed[2]), ["d", "a", "exact"]);
    assert_eq!((&removed[0]["reference"], removed[2].get("reference")), (&json!("seen"), None));
    // 58 of the 60 word trigrams are shared.
    assert!((removed[1]["jaccard"].as_f64().unwrap() - 58.0 / 60.0).abs() < 1e-12, "{removed:?}");

    let clusters = rows(home, "clusters.jsonl");
    let shape: Vec<(&Value, &Value)> = clusters.iter().map(|row| (&row["keeper"], &row["size"])).collect();
    assert_eq!(shape, [(&json!("a"), &json!(2)), (&json!("old-1"), &json!(2)), (&json!("old-2"), &json!(2))]);
    let summary: Value = serde_json::from_slice(&fs::read(home.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["known"], json!({"texts": 2, "copies": {"exact": 1, "near": 1}}));

    done(home, "dedup new.jsonl --against seen -o marked.jsonl --mark -q");
    let mark = &rows(home, "marked.jsonl")[2]["mukarrar"];
    assert_eq!(
        (&mark["keeper"], &mark["reference"], &mark["relation"]),
        (&json!("old-2"), &json!("seen"), &json!("near"))
    );
}

#[test]
fn nothing_is_stored_and_threads_change_nothing() {
    let home = home();
    let home = home.path();
    let removed = |name: &str, options: &str| {
        done(home, &format!("dedup new.jsonl --against seen -q -o {name}.jsonl --removed {name}.csv {options}"));
        [format!("{name}.jsonl"), format!("{name}.csv")].map(|name| fs::read(home.join(name)).unwrap())
    };
    let one = removed("one", "--threads 1");
    assert_eq!(one, removed("two", "--threads 2"));
    assert_eq!(one, removed("small", "--memory 64M"));
    done(home, "index check seen new.jsonl -f jsonl -o answers.jsonl -q");
    let verdicts: Vec<Value> = rows(home, "answers.jsonl").into_iter().map(|row| row["verdict"].clone()).collect();
    assert_eq!(verdicts, ["new", "duplicate", "duplicate", "new", "new", "empty"]);
}

#[test]
fn the_report_lists_the_records_that_the_index_knows() {
    let home = home();
    let home = home.path();
    done(home, "dedup new.jsonl --against seen -q -o clean.jsonl --report r.html");
    let page = fs::read_to_string(home.join("r.html")).unwrap();
    let section = page.split("id=\"known\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    assert!(section.contains("2 records are copies of one of 2 texts"), "{section}");
    for (record, kept, relation) in [("b", "old-1", "exact"), ("c", "old-2", "near")] {
        let row = section.split("<tr>").find(|row| row.contains(&format!("<bdi>{record}</bdi>"))).unwrap();
        let told = [format!("<bdi>{kept}</bdi>"), "<bdi>seen</bdi>".to_owned(), format!("<td>{relation}</td>")];
        assert!(told.iter().all(|cell| row.contains(cell)), "{row}");
    }

    done(home, "dedup new.jsonl --against seen -q -o clean.jsonl --report r.html --report-clusters 1");
    let page = fs::read_to_string(home.join("r.html")).unwrap();
    assert!(page.contains("The first 1 are shown.") && !page.contains("<bdi>old-2</bdi>"));
    done(home, "dedup new.jsonl -q -o clean.jsonl --report r.html");
    assert!(!fs::read_to_string(home.join("r.html")).unwrap().contains("id=\"known\""));
}

#[test]
fn only_the_relations_that_are_removed_count() {
    let home = home();
    let home = home.path();
    done(home, "dedup new.jsonl --against seen -q -o clean.jsonl --remove exact");
    let ids: Vec<Value> = rows(home, "clean.jsonl").into_iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, ["a", "c", "e", "old-1"]);
    done(home, "dedup new.jsonl --against seen --against old.jsonl -q -o clean.jsonl");
    assert_eq!(rows(home, "clean.jsonl").len(), 3);
}

#[test]
fn an_index_of_other_settings_is_an_error_that_names_both_values() {
    let home = home();
    let home = home.path();
    done(home, "index build sketches old.jsonl --verify estimate -q -o v.txt");
    done(home, "index build days old.jsonl --window 7d -q -o v.txt");
    for (options, says) in [
        ("--against seen --threshold 0.8", "--threshold cannot be 0.8: 0.6, as in the index seen"),
        ("--against seen --shingle char:8", "--shingle cannot be char:8: word:3, as in the index seen"),
        ("--against seen --lang fa", "--lang cannot be fa: auto, as in the index seen"),
        ("--against seen --num-hashes 64 --bands 16", "as in the index seen"),
        ("--against seen --unit paragraph", "--unit cannot be paragraph"),
        ("--against seen --work-dir work", "--work-dir cannot be work"),
        ("--against sketches", "sketches keeps signatures only"),
        ("--against days", "days has a window of 1w"),
    ] {
        let (code, told) = run(home, &format!("dedup new.jsonl -o clean.jsonl {options}"));
        assert!(code == Some(2) && told.contains(says), "{options}: {told}");
        assert!(!home.join("clean.jsonl").exists(), "{options}");
    }

    let settings = home.join("seen/index.json");
    let other = fs::read_to_string(&settings).unwrap().replace("\"version\": 6", "\"version\": 9");
    fs::write(&settings, &other).unwrap();
    let (code, told) = run(home, "dedup new.jsonl -o clean.jsonl --against seen");
    assert_eq!(code, Some(2), "{told}");
}

#[test]
fn references_that_hold_nothing_to_compare_with_are_told() {
    let home = home();
    let home = home.path();
    let renamed = fs::read_to_string(home.join("old.jsonl")).unwrap().replace("\"text\"", "\"content\"");
    fs::write(home.join("renamed.jsonl"), renamed).unwrap();
    fs::create_dir(home.join("empty")).unwrap();
    let (code, told) = run(home, "dedup new.jsonl -o clean.jsonl --against renamed.jsonl");
    let says = "records of the references could be read: renamed.jsonl:1 has no field \"text\"";
    assert!(code == Some(2) && told.contains(says) && told.contains("--text-field content"), "{told}");
    assert!(!home.join("clean.jsonl").exists());

    // One that is readable is enough; none at all may be the first run of many.
    done(home, "dedup new.jsonl -o clean.jsonl --against renamed.jsonl --against old.jsonl");
    let told = done(home, "dedup new.jsonl -o clean.jsonl --against empty -q");
    assert!(told.contains("--against has no record, so nothing was compared with it"), "{told}");
}
