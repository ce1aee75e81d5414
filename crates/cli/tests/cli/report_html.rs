//! `--report`: one file for a browser, which holds no text of the input unescaped and changes no result.

use std::path::PathBuf;
use std::process::{Command, Output};

const STORY: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس وقالت إن العمل فيها يبدأ قريبا";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير من المدينة كلها";

/// Text that a page must not run, and a character that turns the line around.
const HOSTILE: &str = "</script><script>alert(1)</script> \u{202E} <img src=x onerror=alert(2)>";

/// A directory with one input, in which commands run.
struct Desk(tempfile::TempDir);

impl Desk {
    /// Two copies whose text, title, id and source are hostile, another text, and a line that cannot be read.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let record = |id: &str, text: String| {
            let (id, source) = (format!("{id}\" onmouseover=\"x"), "<b>a</b>");
            let title = format!("عنوان {HOSTILE}");
            serde_json::json!({"id": id, "title": title, "text": text, "source": source}).to_string() + "\n"
        };

        let edited = STORY.replace("قريبا", "غدا");
        let texts =
            [("1", format!("{STORY} {HOSTILE}")), ("2", format!("{edited} {HOSTILE}")), ("3", OTHER.to_owned())];
        let lines: String = texts.into_iter().map(|(id, text)| record(id, text)).collect();
        std::fs::write(desk.path("in.jsonl"), lines + "no record\n").unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.args(line.split(' ')).current_dir(self.0.path()).output().unwrap()
    }

    /// Runs a command that succeeds, and gives its standard output.
    fn done(&self, line: &str) -> Vec<u8> {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs a command that is refused, and gives its message.
    fn refused(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// The number of tags of a page that begin with `opening`.
fn count(page: &str, opening: &str) -> usize {
    page.matches(opening).count()
}

#[test]
fn no_text_of_the_input_becomes_markup() {
    let desk = Desk::new();
    for line in [
        "clusters in.jsonl -q --source-field source --report r.html",
        "pairs in.jsonl -q --source-field source --report r.html",
        "dedup in.jsonl -q --source-field source -o out.jsonl --report r.html",
    ] {
        desk.done(line);
        let page = desk.read("r.html");
        assert!(page.contains("default-src &#39;none&#39;"), "{line}");

        // One script that runs; the others are data. Their text cannot end them.
        assert_eq!(count(&page, "<script>"), 1, "{line}");
        assert_eq!(count(&page, "<script"), 1 + count(&page, "<script type=\"application/json\""), "{line}");
        assert_eq!(count(&page, "</script"), count(&page, "<script"), "{line}");
        for hostile in ["<img", "onerror=alert(2)>", "<b>a</b>", "\" onmouseover=\"x", "\u{202E}"] {
            assert!(!page.contains(hostile), "{line}: {hostile}");
        }

        // The text itself is there, escaped, and the mark of the character that cannot be seen.
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("‹RLO›"), "{line}");
        // What differs is marked.
        assert!(page.contains("غدا") && page.contains("قريبا"), "{line}");
    }
}

#[test]
fn a_comparison_is_a_page_without_a_script() {
    let desk = Desk::new();
    let ids = ["1\" onmouseover=\"x", "3\" onmouseover=\"x"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    command.args(["compare", ids[0], ids[1], "--in", "in.jsonl", "--report", "r.html"]);
    let output = command.current_dir(desk.0.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let page = desk.read("r.html");
    assert_eq!(count(&page, "<script"), 0);
    assert!(!page.contains("<img") && page.contains("فاز"));
}

#[test]
fn a_report_changes_no_result_and_depends_on_the_input_alone() {
    let desk = Desk::new();
    let plain = desk.done("clusters in.jsonl -q --format jsonl");
    assert_eq!(desk.done("clusters in.jsonl -q --format jsonl --report r.html"), plain);

    let page = desk.read("r.html");
    for options in ["-j 1", "-j 3", "--memory 40M", "--work-dir work"] {
        desk.done(&format!("clusters in.jsonl -q {options} --report again.html"));
        assert!(desk.read("again.html") == page, "{options}");
    }
}

#[test]
fn fewer_clusters_than_there_are_are_said() {
    let desk = Desk::new();
    desk.done("clusters in.jsonl -q --report r.html --report-clusters 0");
    let page = desk.read("r.html");
    assert!(!page.contains("غدا") && page.contains("0 of 1"), "no cluster is shown, and the page says so");
}

#[test]
fn a_report_goes_to_a_file_of_its_own() {
    let desk = Desk::new();
    // A page of HTML may be an input.
    let page = format!("<p>{STORY}</p>");
    std::fs::write(desk.path("page.html"), &page).unwrap();
    let input = desk.read("in.jsonl");

    for (line, expected) in [
        ("clusters in.jsonl --report -", "report.html"),
        ("clusters in.jsonl --report in.jsonl", "a report is HTML"),
        ("clusters in.jsonl --report r.txt", "a report is HTML"),
        ("clusters in.jsonl --report-clusters 5", "--report"),
        ("dedup page.html -o r.html --report r.html", "r.html"),
        ("clusters page.html --report page.html", "page.html"),
    ] {
        let message = desk.refused(line);
        assert!(message.contains(expected), "{line}: {message}");
        assert!(!desk.path("r.html").exists() && !desk.path("r.txt").exists(), "{line}");
    }
    assert_eq!(desk.read("in.jsonl"), input);
    assert_eq!(desk.read("page.html"), page);
}
