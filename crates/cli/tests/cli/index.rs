//! `mukarrar index` as a process, where one command follows another or the world around it fails.

use crate::common;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mukarrar::Index;
use serde_json::{Value, json};

fn index(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    command.arg("index").args(arguments).current_dir(directory);
    command
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    index(directory, arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Writes records, and names the file.
fn records<'p>(directory: &Path, name: &'p str, records: impl IntoIterator<Item = (String, String)>) -> &'p str {
    let lines = records.into_iter().map(|(id, text)| format!("{}\n", json!({ "id": id, "text": text })));
    std::fs::write(directory.join(name), lines.collect::<String>()).unwrap();
    name
}

/// A text of so many words that repeats none of another number.
fn long_text(number: usize, words: usize) -> String {
    common::text::spelled(&(0..words).map(|word| words * number + word).collect::<Vec<_>>())
}

fn verdicts(lines: &str) -> Vec<(String, String)> {
    let of = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (of(&line, "id"), of(&line, "verdict"))).collect()
}

#[test]
fn replacing_tells_what_is_stored_what_was_there_and_what_is_empty() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let pair = |id: &str, text: &str| (id.to_owned(), text.to_owned());
    let (old, changed) = (long_text(1, 30), long_text(2, 30));
    let first = records(directory, "first.jsonl", [pair("a", &old), pair("gone", &long_text(3, 30))]);
    assert!(run(directory, &["build", "seen", first]).status.success());
    let second = [pair("a", &changed), pair("b", &old), pair("gone", "،؛"), pair("none", "")];
    let second = records(directory, "second.jsonl", second);
    let replaced = run(directory, &["add", "seen", second, "--replace", "--format", "jsonl"]);
    let given = verdicts(&String::from_utf8(replaced.stdout.clone()).unwrap());
    let expected = [pair("a", "replaced"), pair("b", "stored"), pair("gone", "empty"), pair("none", "empty")];
    assert_eq!(given, expected);
    assert_eq!(told(&replaced), "4 records read, 1 replaced, 1 stored, 2 empty, 0 rejected\n");
    let index = Index::open(directory.join("seen")).unwrap();
    assert_eq!((index.len(), index.contains("gone").unwrap()), (2, false));
}

/// A limit on the size of files stands for a disk that is full.
#[cfg(unix)]
#[test]
fn on_a_full_disk_what_was_answered_is_written_and_what_was_told_is_stored() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let all = 3_000;
    let long = |number: usize| (number.to_string(), long_text(number, 500));
    let day = records(directory, "day.jsonl", (0..all).map(long));
    assert!(run(directory, &["build", "seen", records(directory, "none.jsonl", [])]).status.success());
    let add = format!(
        "trap '' XFSZ; ulimit -f 2000; exec '{}' index add seen {day} -o verdicts.jsonl --format jsonl --commit-every 20",
        env!("CARGO_BIN_EXE_mukarrar")
    );
    let added = Command::new("sh").args(["-c", &add]).current_dir(directory).output().unwrap();
    assert_eq!(added.status.code(), Some(2), "{}", told(&added));

    let given = verdicts(&std::fs::read_to_string(directory.join("verdicts.jsonl")).unwrap());
    let (new, failed) = given.split_at(given.iter().position(|(_, verdict)| verdict != "new").unwrap());
    assert!(new.len() > 20 && failed.iter().all(|(_, verdict)| verdict == "error"), "{given:?}");
    assert!(given.len() < all, "it stops");
    let count = format!("; {} of {all} records were answered, and none was looked up after that\n", new.len());
    assert!(told(&added).contains(&count), "{}", told(&added));
    assert!(
        told(&added).ends_with("; records that were answered since the last commit may not be stored\n"),
        "{}",
        told(&added)
    );
    let index = Index::open(directory.join("seen")).unwrap();
    let stored = new.iter().take_while(|(key, _)| index.contains(key).unwrap()).count();
    assert!(stored + 20 >= new.len() && stored as u64 == index.len(), "{stored} of {}", new.len());
}

#[test]
fn whoever_reads_an_export_may_go_away() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let texts = records(directory, "texts.jsonl", (0..3).map(|number| (number.to_string(), long_text(number, 30))));
    assert!(run(directory, &["build", "seen", texts]).status.success());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let exported = index(directory, &["export", "seen"]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((exported.status.code(), &*told(&exported)), (Some(0), ""));
}

#[test]
fn an_index_with_stories_answers_with_them_and_lists_them() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path();
    let report = |id: &str, day: &str, site: &str, text: &str| {
        json!({ "id": id, "date": day, "seen": day, "site": site, "title": "حريق في سوق الأقمشة بحي الزهور", "text": text })
            .to_string()
            + "\n"
    };
    let fire = "اندلع حريق كبير فجر اليوم في سوق الأقمشة القديم بحي الزهور، وهرعت ست فرق من الدفاع المدني إلى المكان. وقال المقدم سالم \
الحربي إن النيران التهمت أربعين محلا قبل أن يسيطر عليها رجال الإطفاء، ولم تسجل إصابات بين التجار.";
    let again = "أتت النيران على أربعين محلا تجاريا في سوق الأقمشة بحي الزهور، بحسب المقدم سالم الحربي الناطق باسم الدفاع المدني. وأوضح \
الحربي أن ست فرق إطفاء شاركت في إخماد حريق السوق القديم، وأن التجار غادروا المكان سالمين دون إصابات.";
    std::fs::write(directory.join("one.jsonl"), report("a", "2024-03-05", "x", fire)).unwrap();
    let two = [report("b", "2024-03-06", "y", again), report("c", "2024-03-06", "z", fire)].concat();
    std::fs::write(directory.join("two.jsonl"), two).unwrap();

    let fields = ["--date-field", "date", "--seen-field", "seen", "--source-field", "site"];
    let told = |arguments: &[&str]| {
        let output = run(directory, &[arguments, &fields[..]].concat());
        assert!(output.status.success(), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let rows = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    told(&["build", "seen", "one.jsonl", "--stories"]);
    let answers = rows(&told(&["add", "seen", "two.jsonl", "--format", "jsonl"]));
    assert_eq!((&answers[0]["verdict"], &answers[0]["story"]["leader"]), (&json!("new"), &json!("a")));
    assert_eq!(answers[0]["story"]["joined"], true);
    assert_eq!((&answers[1]["verdict"], &answers[1]["story"]["leader"]), (&json!("duplicate"), &json!("a")));

    let list = |arguments: &[&str]| run(directory, &[&["stories", "seen"], arguments].concat());
    let stories = rows(&String::from_utf8(list(&["--format", "jsonl"]).stdout).unwrap());
    assert_eq!(
        (&stories[0]["story"], &stories[0]["size"], &stories[0]["outlets"]),
        (&json!("a"), &json!(2), &json!(["x", "y"]))
    );
    for (format, part) in
        [("tsv", "a\t2\t1\t2\t"), ("csv", "a,2,1,2,"), ("text", "a  2 documents, 1 copy  2 outlets"), ("json", "[")]
    {
        let shown = String::from_utf8(list(&["--format", format]).stdout).unwrap();
        assert!(shown.contains(part), "{format}: {shown}");
    }
    assert_eq!(list(&["--since", "2024-03-07", "--format", "jsonl"]).stdout, b"");
    assert_eq!(list(&["--since", "2d", "--format", "jsonl"]).stdout, b"");
    assert_eq!(list(&["--since", "lately"]).status.code(), Some(2));

    // A check foretells, in every format, and stores nothing.
    std::fs::write(directory.join("three.jsonl"), report("d", "2024-03-06", "w", &again.replace("أوضح", "ذكر")))
        .unwrap();
    std::fs::write(directory.join("none.jsonl"), report("e", "2024-03-06", "w", "نص آخر عن شيء آخر")).unwrap();
    let checked = rows(&told(&["check", "seen", "three.jsonl", "--format", "jsonl"]));
    assert_eq!((&checked[0]["story"]["leader"], &checked[0]["story"]["joined"]), (&json!("a"), &json!(true)));
    assert_eq!(rows(&told(&["check", "seen", "none.jsonl", "--format", "jsonl"]))[0]["story"], Value::Null);
    let table = told(&["check", "seen", "three.jsonl", "--format", "tsv"]);
    let columns = |line: &str| line.split('\t').skip(10).take(2).map(str::to_owned).collect::<Vec<_>>();
    let shown: Vec<_> = table.lines().map(columns).collect();
    assert_eq!((&shown[0][..], &*shown[1][0]), (&["story".to_owned(), "story_score".to_owned()][..], "a"));

    // What copies an index brings its stories.
    let listed = list(&["--format", "jsonl"]).stdout;
    assert!(run(directory, &["export", "seen", "-o", "seen.jsonl"]).status.success());
    assert!(run(directory, &["import", "moved", "seen.jsonl"]).status.success());
    assert!(run(directory, &["snapshot", "seen", "copy"]).status.success());
    std::fs::write(directory.join("empty.jsonl"), "").unwrap();
    told(&["build", "merged", "empty.jsonl", "--stories"]);
    assert!(run(directory, &["merge", "merged", "seen"]).status.success());
    for name in ["moved", "copy", "merged"] {
        assert_eq!(run(directory, &["stories", name, "--format", "jsonl"]).stdout, listed, "{name}");
    }

    told(&["build", "plain", "one.jsonl"]);
    let refused = run(directory, &["merge", "plain", "seen"]);
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && why.contains("stories"), "{why}");
    let refused = run(directory, &["stories", "plain"]);
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && why.contains("--stories"), "{why}");
}

#[test]
fn an_index_takes_the_options_of_stories() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path();
    let news = records(directory, "news.jsonl", [("a".to_owned(), long_text(1, 30))]);
    let idf = Command::new(env!("CARGO_BIN_EXE_mukarrar"))
        .args(["idf", news, "-o", "own.idf"])
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(idf.status.success(), "{}", told(&idf));

    let given = ["--stories", "--story-threshold", "0.6", "--story-leader", "0.4", "--story-window", "2"];
    let given = [&given[..], &["--story-span", "9", "--least-words", "12", "--idf", "own.idf"]].concat();
    let built = run(directory, &[&["build", "seen", news], &given[..]].concat());
    assert!(built.status.success(), "{}", told(&built));
    let stats = |name: &str| -> Value {
        serde_json::from_slice(&run(directory, &["stats", name, "--format", "json"]).stdout).unwrap()
    };
    assert_eq!(stats("seen")["settings"]["stories"], "0.6 0.4 2 9 12");
    let own = stats("seen")["settings"]["idf"].as_str().unwrap().to_owned();
    assert!(run(directory, &["build", "usual", news, "--stories"]).status.success());
    assert_ne!(stats("usual")["settings"]["idf"].as_str(), Some(&*own));
    // It needs its file no more.
    std::fs::remove_file(directory.join("own.idf")).unwrap();
    assert!(run(directory, &["check", "seen", news]).status.success());

    for (wrong, part) in [
        (&["--story-threshold", "0.6"][..], "--stories"),
        (&["--idf", "own.idf"], "--stories"),
        (&["--stories", "--idf", "own.idf"], "own.idf"),
        (&["--stories", "--story-threshold", "2"], "--story-threshold"),
        (&["--stories", "--story-span", "1"], "--story-span"),
    ] {
        let refused = run(directory, &[&["build", "none", news], wrong].concat());
        assert!(refused.status.code() == Some(2) && told(&refused).contains(part), "{}", told(&refused));
        assert!(!directory.join("none").exists(), "{wrong:?} leaves nothing behind");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_behind_a_batch_whose_answers_are_all_stored() {
    const RECORDS: usize = 30_000;
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let texts = (1..=RECORDS).map(|number| (format!("record-{number:06}"), long_text(number, 4)));
    let name = records(directory, "all.jsonl", texts);

    // It cannot end before its answers are read: they do not fit into the pipe.
    let mut child =
        index(directory, &["build", "seen", name]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    answers.next().unwrap().unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let answered = 1 + answers.collect::<Result<Vec<_>, _>>().unwrap().len();
    let ended = child.wait_with_output().unwrap();

    assert_eq!(ended.status.code(), Some(130));
    assert!(answered < RECORDS);
    assert!(
        told(&ended).contains(&format!("interrupted; {answered} of {RECORDS} records were answered")),
        "{}",
        told(&ended)
    );
    assert_eq!(Index::open(directory.join("seen")).unwrap().len(), answered as u64);

    let rest = run(directory, &["add", "seen", name, "--format", "jsonl"]);
    assert!(rest.status.success(), "{}", told(&rest));
    assert_eq!(Index::open(directory.join("seen")).unwrap().len(), RECORDS as u64);
}
