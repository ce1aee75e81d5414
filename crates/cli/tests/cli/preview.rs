//! `preview`, and the alarms of `dedup`: what is said before anything is removed.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::common::text::{self, Random};

struct Desk(tempfile::TempDir);

impl Desk {
    fn of(records: impl IntoIterator<Item = Value>) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let lines: String = records.into_iter().map(|record| format!("{record}\n")).collect();
        fs::write(desk.path("in.jsonl"), lines).unwrap();
        desk
    }

    /// Pages with one sidebar.
    fn sidebars() -> Self {
        let bar = article(9999, 25);
        Self::of((0..60).map(|n| {
            let url = format!("https://www.paper.example/{n}");
            json!({"id": format!("p{n}"), "url": url, "text": format!("{}. {bar}.", article(n, 6))})
        }))
    }

    /// Texts with copies.
    fn families() -> Self {
        let texts = text::families(5, 60, 4).into_iter().enumerate();
        Self::of(texts.map(|(n, text)| json!({"id": n, "site": format!("<b>{}</b>", n % 2), "text": text})))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.args(line.split(' ')).current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap()
    }

    fn done(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.done(line)).unwrap()
    }
}

/// A text of its own for each number, in sentences of ten words.
fn article(number: usize, sentences: usize) -> String {
    let mut random = Random::new(number as u64 + 1);
    let sentence = |_| text::spelled(&(0..10).map(|_| random.below(50_000)).collect::<Vec<_>>());
    (0..sentences).map(sentence).collect::<Vec<String>>().join(". ")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_counts_are_those_of_dedup_at_each_threshold() {
    let desk = Desk::families();
    let found = desk.json("preview in.jsonl --source-field site --format json");
    let thresholds = found["thresholds"].as_array().unwrap();
    assert_eq!(thresholds.len(), 5);
    for at in thresholds {
        let run = format!("dedup in.jsonl -n -q --source-field site --summary s.json -t {}", at["threshold"]);
        desk.done(&run);
        let summary: Value = serde_json::from_slice(&fs::read(desk.path("s.json")).unwrap()).unwrap();
        assert_eq!((&at["kept"], &at["removed"]), (&summary["records"]["kept"], &summary["records"]["removed"]));
    }

    let pairs = found["borderline"].as_array().unwrap();
    assert_eq!(pairs.len(), 20);
    for pair in pairs {
        assert_eq!(pair["removed"], json!(pair["jaccard"].as_f64().unwrap() >= 0.6));
        assert!(pair["text_a"].as_str().unwrap().len() > 10);
    }
}

#[test]
fn standard_input_is_read_once_and_gives_the_same() {
    let desk = Desk::families();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    let input = fs::File::open(desk.path("in.jsonl")).unwrap();
    let output = command.args(["preview", "-", "--format", "json"]).stdin(input).output().unwrap();
    let piped: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(piped["thresholds"], desk.json("preview in.jsonl --format json")["thresholds"]);
}

#[test]
fn threads_and_memory_change_no_byte() {
    let desk = Desk::families();
    for format in ["text", "json", "html"] {
        let with = |more: &str| desk.done(&format!("preview in.jsonl --source-field site --format {format} {more}"));
        let one = with("-j 1");
        assert!(one.len() > 500, "{format}: {one}");
        assert_eq!(one, with("-j 8"), "{format}");
        assert_eq!(one, with("--memory 48M"), "{format}");
    }
}

#[test]
fn the_page_shows_the_pairs_and_escapes_the_input() {
    let desk = Desk::families();
    desk.done("preview in.jsonl --source-field site --report page.html");
    let page = fs::read_to_string(desk.path("page.html")).unwrap();
    assert_eq!(page.matches("<details class=\"cluster\"").count(), 20);
    assert!(page.contains("&lt;b&gt;1&lt;/b&gt;") && !page.contains("<b>1"));
    assert!(page.contains("Content-Security-Policy") && !page.contains("<script"));
}

#[test]
fn a_sample_gives_estimates_and_what_a_run_would_take() {
    let desk = Desk::families();
    let all = desk.json("preview in.jsonl --format json");
    assert!(all.get("expected").is_none() && all.get("sample").is_none());
    let found = desk.json("preview in.jsonl --sample 50% --format json");
    assert_eq!(found["sample"]["share"], json!(0.5));
    // All that could go is verified in an input this small.
    assert_eq!(found["thresholds"][1]["removed"], all["thresholds"][1]["removed"]);
    assert_eq!(found["records"], all["records"]);
    assert!(found["expected"]["memory"].as_u64().unwrap() > 1 << 20);
    assert!(found["expected"]["disk"].as_u64().unwrap() < 1 << 20);

    // Only the time that the run took may differ.
    let counted = |more: &str| {
        let mut found = desk.json(&format!("preview in.jsonl --sample 50% --format json {more}"));
        found.as_object_mut().unwrap().remove("expected");
        found
    };
    assert_eq!(counted("-j 1"), counted("-j 8"));
    assert_eq!(counted("-j 1"), counted("--memory 48M"));

    // The page names the places in the input, not in the sample.
    desk.done("preview in.jsonl --sample 50% --report page.html -o counts.json");
    let page = fs::read_to_string(desk.path("page.html")).unwrap();
    assert!(page.contains("in.jsonl:") && !page.contains("sample:"));

    let wrong = desk.run("preview in.jsonl --sample 0%");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("1% or 0.01"), "{}", stderr(&wrong));
}

#[test]
fn dedup_says_what_looks_wrong_and_strict_writes_nothing() {
    let desk = Desk::sidebars();
    let run = "dedup in.jsonl -o clean.jsonl --removed gone.jsonl --facts off --summary s.json";
    let warned = desk.run(run);
    assert_eq!(warned.status.code(), Some(0));
    let message = stderr(&warned);
    for part in [
        "warning: one cluster takes 60 of 60 records",
        "paper.example would lose 59 of 60 records",
        "a block of 250 words stands in 60 of 60 documents of paper.example",
        "59 of 59 removals (100.0 %) share less than half of their own text",
        "--facts guard",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let summary: Value = serde_json::from_slice(&fs::read(desk.path("s.json")).unwrap()).unwrap();
    let names: Vec<&str> =
        summary["alarms"].as_array().unwrap().iter().map(|alarm| alarm["alarm"].as_str().unwrap()).collect();
    assert_eq!(names, ["large_cluster", "lost_source", "shared_block", "little_own_text"]);

    // The same run as an error: no file appears, and quiet hides no error.
    for name in ["clean.jsonl", "gone.jsonl", "s.json"] {
        fs::remove_file(desk.path(name)).unwrap();
    }
    let refused = desk.run(&format!("{run} --strict -q"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("error: --strict: 4 alarms; nothing was written"), "{}", stderr(&refused));
    assert_eq!(fs::read_dir(desk.0.path()).unwrap().count(), 1);

    // To standard output too.
    let refused = desk.run("dedup in.jsonl -o - --facts off --strict");
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
}

#[test]
fn preview_shows_the_alarms_and_strict_makes_them_errors() {
    let desk = Desk::sidebars();
    let shown = desk.run("preview in.jsonl --facts off --strict");
    assert_eq!(shown.status.code(), Some(2));
    let text = String::from_utf8(shown.stdout.clone()).unwrap();
    assert!(text.contains("paper.example would lose 59 of 60 records (98.3 %); see what they share with --report"));
    assert!(stderr(&shown).contains("4 alarms; the preview was written"), "{}", stderr(&shown));

    let found = desk.json("preview in.jsonl --facts off -q --format json");
    assert_eq!(found["alarms"].as_array().unwrap().len(), 4);
}

#[test]
fn copies_of_what_was_kept_before_raise_no_alarm() {
    let desk = Desk::of((0..40).map(|n| json!({"id": n, "url": "https://a.example/", "text": article(n, 8)})));
    fs::copy(desk.path("in.jsonl"), desk.path("old.jsonl")).unwrap();
    let run = desk.run("dedup in.jsonl --against old.jsonl -o clean.jsonl --strict");
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
}
