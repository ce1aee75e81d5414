//! `label` and `estimate`: from a list of pairs over a page to numbers, and to gold for `eval`.

#![cfg(unix)]
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::http::{Answer, Client};

const STORY: &str = "أعلنت وزارة الصحة اليوم عن افتتاح ثلاثة مراكز صحية جديدة في المدينة لخدمة السكان ومراجعي العيادات";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير ملأ مدرجات الملعب";

struct Desk(tempfile::TempDir);

impl Desk {
    /// Four records: two copies, two variants of a form; and the pairs that a run finds in them.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let record = |id: &str, text: &str| json!({"id": id, "text": text}).to_string() + "\n";
        let lines = [
            record("a", STORY),
            record("b", &format!("{STORY} <script>alert(1)</script>")),
            record("c", OTHER),
            record("d", OTHER),
        ];
        std::fs::write(desk.path("in.jsonl"), lines.concat()).unwrap();
        let pairs = desk.run("pairs in.jsonl -t 0.4 -o pairs.jsonl -q");
        assert!(pairs.status.success());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.args(line.split(' ')).current_dir(self.0.path());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }
}

/// A running `label`.
struct Labelling {
    child: Child,
    notes: BufReader<ChildStderr>,
    url: String,
}

impl Labelling {
    fn new(desk: &Desk, line: &str) -> Self {
        let mut child = desk.command(line).stderr(Stdio::piped()).spawn().unwrap();
        let mut notes = BufReader::new(child.stderr.take().unwrap());
        let mut seen = String::new();
        while !seen.contains("http://") {
            assert_ne!(notes.read_line(&mut seen).unwrap(), 0, "{seen}");
        }
        let url = seen.split("http://").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        Self { child, notes, url }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let (address, token) = self.url.split_once("/#").unwrap();
        let mut client = Client::new(address.parse().unwrap());
        client.send(method, path, &[&format!("authorization: Bearer {token}")], body);
        client.answer()
    }

    fn end(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        let mut last = String::new();
        while self.notes.read_line(&mut last).unwrap() > 0 {}
        assert!(self.child.wait().unwrap().success(), "{last}");
        last
    }
}

#[test]
fn labels_of_a_page_give_an_estimate_and_gold() {
    let desk = Desk::new();
    let line = "label pairs.jsonl in.jsonl --labels labels.tsv";
    let page = Labelling::new(&desk, line);
    assert_eq!(page.ask("GET", "/pairs", "").json(), json!({"pairs": 2, "labelled": 0, "next": 0}));

    // Nothing of a text is markup.
    let shown: Vec<Value> = (0..2).map(|pair| page.ask("GET", &format!("/pairs/{pair}"), "").json()).collect();
    let html = |pair: &Value| pair["html"].as_str().unwrap().to_owned();
    assert!(shown.iter().any(|pair| html(pair).contains("alert")), "{shown:?}");
    assert!(shown.iter().all(|pair| !html(pair).contains("<script")));

    page.ask("POST", "/pairs/0", r#"{"label": "copy"}"#);
    assert!(page.end().contains("1 of 2 pairs have a label in labels.tsv"));

    // The next run goes on.
    let page = Labelling::new(&desk, line);
    assert_eq!(page.ask("GET", "/pairs", "").json(), json!({"pairs": 2, "labelled": 1, "next": 1}));
    page.ask("POST", "/pairs/1", r#"{"label": "copy"}"#);
    assert!(page.end().contains("2 of 2"));

    let estimate = desk.run("estimate pairs.jsonl --labels labels.tsv --format json");
    let found: Value = serde_json::from_slice(&estimate.stdout).unwrap();
    assert_eq!((&found["pairs"], &found["labelled"]), (&json!(2), &json!(2)));
    assert_eq!(found["precision"], json!({"estimate": 1.0, "low": 1.0, "high": 1.0}));

    let scores = desk.run("eval in.jsonl --gold labels.tsv --gold-kind pairs --format json -q");
    let found: Value = serde_json::from_slice(&scores.stdout).unwrap();
    assert_eq!(found["pairs"]["recall"], json!(1.0));
}

#[test]
fn what_cannot_be_labelled_is_refused_by_name() {
    let desk = Desk::new();
    std::fs::write(desk.path("one.jsonl"), json!({"id": "a", "text": STORY}).to_string()).unwrap();
    std::fs::write(desk.path("none.tsv"), "").unwrap();
    for (line, part) in [
        ("label pairs.jsonl one.jsonl --labels labels.tsv", "give the id of a readable record"),
        ("label pairs.jsonl in.jsonl --labels in.jsonl", "inputs are never changed"),
        ("label pairs.jsonl in.jsonl --labels pairs.jsonl", "inputs are never changed"),
        ("label in.jsonl in.jsonl --labels labels.tsv", "relation"),
        ("estimate pairs.jsonl --labels none.tsv", "a file with labels"),
        ("estimate pairs.jsonl --labels pairs.jsonl", "three columns"),
    ] {
        let output = desk.run(line);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{line}: {message}");
        assert!(message.contains(part), "{line}: {message}");
    }
    assert!(!desk.path("labels.tsv").exists());
}
