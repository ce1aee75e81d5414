//! `contaminated`: test items in a corpus, the list of their places, and the corpus without them.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const QUESTION: &str = "في أي مدينة من مدن المغرب تأسست جامعة القرويين التي تعد من أقدم الجامعات في العالم؟";
const STORY: &str = "كتب الطالب في دفتره: في أيّ مدينة من مدن المغرب تأسّست جامعة القرويين التى تعد من أقدم الجامعات فى العالم، ثم أغلق الدفتر";

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(home.path().join(name), text).unwrap();
    let record = |id: &str, text: &str| serde_json::json!({ "id": id, "text": text }).to_string() + "\n";

    let list = "أسئلة الاختبار\nعاصمة المغرب\nالرباط\nانتهى";
    let other = "زار الوفد عاصمة المغرب أمس والتقى عددا من المسؤولين فيها";
    write("corpus.jsonl", [record("a", STORY), record("b", list), record("c", other)].concat());
    fs::create_dir(home.path().join("tests")).unwrap();
    write("tests/long.jsonl", format!("{}\n", serde_json::json!({ "id": "q1", "question": QUESTION })));
    write("tests/short.jsonl", format!("{}\n", serde_json::json!({ "id": "q2", "question": "عاصمةُ المغرب" })));
    write("lines.txt", format!("عاصمة المغرب\n\n{QUESTION}\n"));
    home
}

fn run(home: &TempDir, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    command.current_dir(home.path()).args(arguments.split_whitespace()).stdin(Stdio::null()).output().unwrap()
}

fn done(home: &TempDir, arguments: &str) -> String {
    let output = run(home, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn items_are_found_in_other_spellings_with_their_spans() {
    let home = home();
    let arguments = "contaminated corpus.jsonl --tests tests --test-text-field question --format jsonl -q";
    let rows: Vec<Value> = done(&home, arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let short: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row["item"], row["document"], row["rule"]).replace('"', ""))
        .collect();
    // Any text may contain two words; a line of these two words alone is the item.
    assert_eq!(short, ["q1 a ngram", "q2 b line"]);

    let place = |row: &Value, name: &str| row[name].as_u64().unwrap() as usize;
    let shared = &STORY[place(&rows[0], "start")..place(&rows[0], "end")];
    assert!(shared.starts_with("في أيّ مدينة") && shared.ends_with("العالم"), "{shared}");
    assert_eq!(&QUESTION[place(&rows[0], "item_start")..place(&rows[0], "item_end")], QUESTION.trim_end_matches('؟'));
    assert_eq!((&rows[0]["share"], &rows[0]["tokens"]), (&1.0.into(), &16.into()));
    // Threads change nothing.
    assert_eq!(done(&home, &format!("{arguments} -j 1")), done(&home, &format!("{arguments} -j 8")));
}

#[test]
fn lines_of_texts_are_items_and_documents_are_removed() {
    let home = home();
    let arguments = "contaminated corpus.jsonl --tests lines.txt -o clean.jsonl --hits hits.tsv --summary summary.json";
    assert_eq!(done(&home, arguments), "");
    let clean = fs::read_to_string(home.path().join("clean.jsonl")).unwrap();
    assert!(clean.lines().count() == 1 && clean.contains("\"id\":\"c\""), "{clean}");
    let hits = fs::read_to_string(home.path().join("hits.tsv")).unwrap();
    assert!(hits.starts_with("item\ttest\tdocument\trule\t") && hits.contains("lines.txt:3\t"), "{hits}");

    let summary = fs::read_to_string(home.path().join("summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["records"]["removed"], serde_json::json!({ "contaminated": 2 }));
    assert_eq!((&summary["records"]["kept"], &summary["records"]["read"]), (&1.into(), &3.into()));
    assert_eq!(summary["contaminated"], serde_json::json!({ "items": 2, "rejected": 0, "found": 2, "documents": 2 }));

    let text = done(&home, "contaminated corpus.jsonl --tests lines.txt -q");
    assert!(text.contains("16 of 16 tokens  a"), "{text}");
    assert_eq!(run(&home, "contaminated corpus.jsonl --tests lines.txt -q --check").status.code(), Some(1));
    assert_eq!(
        done(&home, "contaminated corpus.jsonl --tests lines.txt -q --ngram 20 --least-tokens 20").lines().count(),
        4
    );
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_written() {
    let home = home();
    for (arguments, part) in [
        ("--tests lines.txt --ngram 1", "--ngram cannot be 1"),
        ("--tests lines.txt --least-tokens 14", "--least-tokens cannot be 14"),
        ("--tests lines.txt -o -", "name that file with --hits"),
        ("--tests lines.txt --hits corpus.jsonl", "is an input"),
        ("--tests tests --test-text-field answer", "question"),
        ("--tests absent", "absent"),
    ] {
        let output = run(&home, &format!("contaminated corpus.jsonl {arguments}"));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(part) && output.stdout.is_empty(), "{message}");
    }
}

#[test]
fn a_memory_limit_changes_no_result() {
    let home = home();
    let arguments = "contaminated corpus.jsonl --tests tests --test-text-field question --format jsonl -q";
    assert_eq!(done(&home, &format!("{arguments} --memory 64M --temp-dir .")), done(&home, arguments));

    let refused = run(&home, &format!("{arguments} --memory 1"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--memory cannot be 1 bytes"));
}
