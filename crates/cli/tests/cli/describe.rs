//! `describe`: what an input holds, the same at any number of threads, and nothing of it runs in a browser.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

const STORY: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس";
const URDU: &str = "وزیر صحت نے کہا ہے کہ شہر میں تین نئے مراکز کھولے گئے ہیں اور ان میں کام جلد شروع ہوگا";

struct Desk(tempfile::TempDir);

impl Desk {
    fn of(lines: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        std::fs::write(desk.path("in.jsonl"), lines).unwrap();
        desk
    }

    /// Two records with the same text, one in another language, an empty one, and a line that is not a record.
    fn small() -> Self {
        let record = |text: &str, source: &str, date: Value| {
            json!({"text": text, "site": source, "date": date}).to_string() + "\n"
        };
        let lines = [
            record(STORY, "<b>a</b>", json!("2015-07-21")),
            record(STORY, "<b>a</b>", json!("2015-08-02T10:00:00Z")),
            record(URDU, "b", json!("some day")),
            record(" \u{200f} ", "b", Value::Null),
            "no record\n".to_owned(),
        ];
        Self::of(&lines.concat())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.args(line.split(' ')).current_dir(self.0.path()).output().unwrap()
    }

    fn done(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn every_record_is_counted_once() {
    let desk = Desk::small();
    let out = desk.done("describe in.jsonl --source-field site --date-field date --format json");
    let found: Value = serde_json::from_str(&out).unwrap();

    let records = &found["records"];
    assert_eq!((&records["read"], &records["empty"]), (&json!(5), &json!(1)));
    assert_eq!(records["rejected"], json!({"invalid_json": 1}));
    assert_eq!(found["languages"], json!({"ar": 2, "ur": 1}));
    assert_eq!((&found["repeats"]["records"], &found["repeats"]["most"]), (&json!(1), &json!(2)));
    let story = STORY.split(' ').count();
    assert_eq!(found["sources"][0], json!({"source": "<b>a</b>", "records": 2, "empty": 0, "words": 2 * story}));
    assert_eq!(found["words"]["sum"], json!(2 * story + URDU.split(' ').count()));
    assert_eq!(found["characters"]["largest"], json!(URDU.chars().count()));

    let dates = &found["dates"];
    assert_eq!(
        [&dates["dated"], &dates["missing"], &dates["unreadable"], &dates["examples"], &dates["months"]],
        [&json!(2), &json!(1), &json!(1), &json!(["some day"]), &json!({"2015-07": 1, "2015-08": 1})]
    );
    assert_eq!((&dates["first"], &dates["last"]), (&json!("2015-07-21T00:00:00Z"), &json!("2015-08-02T10:00:00Z")));
}

#[test]
fn threads_change_no_byte() {
    let line = |n: usize| {
        let (site, words) = (n % 7, vec!["كلمة"; n % 300].join(" "));
        json!({"text": format!("{words} {}", n / 2), "site": format!("s{site}"), "date": n * 86_400}).to_string() + "\n"
    };
    // Several blocks.
    let desk = Desk::of(&(0..20_000).map(line).collect::<String>());
    for format in ["text", "json", "html"] {
        let of = |threads: usize| {
            desk.done(&format!(
                "describe in.jsonl --source-field site --date-field date --format {format} -j {threads}"
            ))
        };
        let one = of(1);
        assert!(one.len() > 500, "{format}: {one}");
        assert_eq!(one, of(8), "{format}");
    }
}

#[test]
fn the_page_escapes_the_input_and_has_no_script() {
    let desk = Desk::small();
    desk.done("describe in.jsonl --source-field site --date-field date --report page.html");
    let page = std::fs::read_to_string(desk.path("page.html")).unwrap();
    assert!(page.contains("&lt;b&gt;a&lt;/b&gt;") && !page.contains("<b>a"), "{page}");
    assert!(page.contains("Content-Security-Policy") && !page.contains("<script"));
    assert_eq!(page, desk.done("describe in.jsonl --source-field site --date-field date --format html"));
}

#[test]
fn an_input_without_records_and_an_output_over_the_input_are_refused() {
    let desk = Desk::of("");
    let nothing = desk.run("describe in.jsonl");
    assert_eq!(nothing.status.code(), Some(2), "{}", String::from_utf8_lossy(&nothing.stderr));

    let desk = Desk::small();
    let over = desk.run("describe in.jsonl --format json -o in.jsonl");
    assert_eq!(over.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&over.stderr).contains("is an input"));
}

#[test]
fn an_encoding_that_is_not_utf_8_is_noted() {
    let desk = Desk::of("");
    let bytes: Vec<u8> = [0xE3, 0xD1, 0xCD, 0xC8, 0xC7, 0x20].repeat(20);
    std::fs::write(desk.path("old.txt"), bytes).unwrap();
    let out = desk.done("describe old.txt --encoding windows-1256 --format json");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["noted"]["encoding"], json!({"windows-1256": 1}));
    // One word over and over does not tell Arabic from Persian.
    assert_eq!(found["languages"], json!({"unsure": 1}));
}
