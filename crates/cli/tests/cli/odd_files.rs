//! Files that crawls, browsers and other programs leave: read as what they are, or refused with the way out.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const STORY: &str =
    "أعلنت هيئة السكك الحديدية صباح اليوم تشغيل ستة قطارات إضافية على خط الساحل خلال العطلة، وقالت إن الحجز مفتوح";
const OTHER: &str =
    "حصد منتخب السباحة أربع ميداليات في ختام البطولة، وأهدى المدرب الفوز إلى جمهور المدينة الذي ملأ المدرجات";

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.current_dir(self.0.path()).args(arguments.split_whitespace()).stdin(Stdio::null());
        command
    }

    /// Runs a command; its exit code, what it writes, and what it says.
    fn run(&self, arguments: &str) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    /// The command is refused, says this, and writes no file.
    fn is_refused(&self, arguments: &str, says: &str) {
        let (code, _, said) = self.run(&format!("dedup {arguments} -o out"));
        assert_eq!((code, self.path("out").exists()), (2, false), "{arguments}: {said}");
        assert!(said.contains(says), "{arguments}: {said}");
    }
}

fn records() -> String {
    format!(
        "{{\"id\":\"a\",\"text\":\"{STORY}\"}}\n{{\"id\":\"b\",\"text\":\"{STORY}\"}}\n{{\"id\":\"c\",\"text\":\"{OTHER}\"}}\n"
    )
}

/// One file of text that is not the text which its name promises would be one record, or three rejects without a cause.
#[test]
fn a_file_of_text_that_is_no_text_is_refused_by_name() {
    let home = Home::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n";
    let page = "<!DOCTYPE html><html><head><title>404</title></head><body>Not Found</body></html>";
    let mail = format!("Return-Path: <a@b.example>\nMIME-Version: 1.0\nSubject: x\n\n{STORY}\n");
    for (name, content, says) in [
        (
            "a.jsonl",
            pointer,
            "a.jsonl: a pointer that Git LFS left for the file, which is not read; fetch the file itself first",
        ),
        ("a.parquet", pointer, "a.parquet: a pointer that Git LFS left for the file"),
        ("a.txt", pointer, "a.txt: a pointer that Git LFS left for the file"),
        (
            "b.jsonl",
            page,
            "an HTML page under another name, which is not read; fetch the file again, or read it as a page with --input-format html",
        ),
        ("b.csv", page, "an HTML page under another name"),
        ("b.jsonl.gz", page, "an HTML page under another name"),
        (
            "tweets.js",
            "window.YTD.tweets.part0 = [ {\"tweet\":{}} ]",
            "JSON within JavaScript, which is not read; cut off what stands before the JSON",
        ),
        ("a.eml", &mail, "mail, or a page saved as MHTML, which is not read; write its texts as JSON Lines first"),
        (
            "a.sql",
            "-- MySQL dump 10.13\nINSERT INTO `news` VALUES (1,'x');\n",
            "a dump of a database, which is not read; export its table as CSV first",
        ),
        ("a.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "a calendar, which is not read"),
    ] {
        home.write(name, content);
        home.is_refused(name, says);
    }

    // Who says that it is text gets text.
    let (code, _, said) = home.run("dedup a.eml -o out --input-format text");
    assert_eq!((code, said.contains("1 read = 1 kept")), (0, true), "{said}");
}

/// Answers of interfaces and tables of pandas are one record without a text: the records are inside.
#[test]
fn a_frame_around_records_is_refused_with_the_way_out() {
    let home = Home::new();
    for (name, content, says) in [
        (
            "hits.json",
            format!("{{\"hits\":{{\"hits\":[{{\"_id\":\"1\",\"_source\":{{\"text\":\"{STORY}\"}}}}]}}}}"),
            "jq -c '.hits.hits[]'",
        ),
        ("by_key.json", format!("{{\"a\":{{\"text\":\"{STORY}\"}},\"b\":{{\"text\":\"{STORY}\"}}}}"), "jq -c '.[]'"),
        (
            "columns.json",
            format!("{{\"id\":{{\"0\":\"a\"}},\"text\":{{\"0\":\"{STORY}\"}}}}"),
            "is a table by columns; write it as records first (pandas: to_json(",
        ),
        (
            "split.json",
            format!("{{\"columns\":[\"id\",\"text\"],\"data\":[[\"a\",\"{STORY}\"]]}}"),
            "is a table by columns",
        ),
        ("values.json", format!("[[\"a\",\"{STORY}\"],[\"b\",\"{STORY}\"]]"), "is a row without names of its fields"),
        ("strings.jsonl", format!("\"{STORY}\"\n\"{OTHER}\"\n"), "is a string; make objects first (jq -c '{text: .}')"),
        ("empty.jsonl", "{}\n{}\n".to_owned(), "among its fields (none)"),
    ] {
        home.write(name, content);
        home.is_refused(name, says);
    }

    // Names are shown as names, not as the texts or the thousands that they are.
    let many: String = (0..3000).map(|number| format!("\"k{number}\":1,")).collect();
    home.write("wide.jsonl", format!("{{{many}\"last\":1}}\n"));
    home.is_refused("wide.jsonl", " more)");
    home.write("no_header.csv", format!("1,{STORY}\n2,{STORY}\n"));
    home.is_refused("no_header.csv", "among its columns (1, أعلنت هيئة السكك الحديدية صباح اليوم تشغ…)");
    home.write("lines.csv", records());
    home.is_refused("lines.csv", "begins with an object of JSON; read it as such with --input-format jsonl");
    home.write("titled.csv", format!("تقرير الشهر\n\nid,text\n1,{STORY}\n"));
    home.is_refused("titled.csv", "has its header in line 3; take the lines before it out first (tail -n +3)");
}

/// What a stream or a `.txt` holds, its content tells.
#[test]
fn records_without_a_name_of_their_own_are_read_by_content() {
    let home = Home::new();
    let table = format!("id,text\n1,{STORY}\n2,{STORY}\n3,{OTHER}\n");
    for (name, content) in [
        ("a.txt", records()),
        ("b.txt", format!("[{}]", records().trim().replace('\n', ","))),
        ("c.txt", table.clone()),
        ("d.txt", table.replace(',', "\t")),
    ] {
        home.write(name, content);
        let (code, _, said) = home.run(&format!("dedup {name} -n"));
        assert_eq!((code, said.contains("records  3 read = 2 kept + 1 removed")), (0, true), "{name}: {said}");
    }

    let mut child = home
        .command("dedup - -o -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(table.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("id,text\n1,{STORY}\n3,{OTHER}\n"));

    // Texts that only begin like records are texts.
    for content in ["{{قالب}} نص المقالة", "[1] حاشية النص", "النص, والكلمة text وحدها"]
    {
        home.write("text.txt", content);
        let (code, _, said) = home.run("dedup text.txt -n");
        assert_eq!((code, said.contains("records  1 read = 1 kept")), (0, true), "{content}: {said}");
    }
}

/// A mirror of a site keeps pages under the names that the server gave them.
#[test]
fn pages_of_servers_are_read_in_a_directory() {
    let home = Home::new();
    let page = format!("<!DOCTYPE html><html><body><p>{STORY}</p></body></html>");
    for name in ["index.php?id=1", "article.aspx", "news.shtml", "view.jsp", "a.cgi@q=1"] {
        home.write(&format!("site/{name}"), &page);
    }
    home.write("site/source.php", "<?php echo 1; ?>");
    home.write("site/style.css", "p {}");
    let (code, _, said) = home.run("dedup site -o out");
    assert_eq!((code, said.contains("records  5 read = 1 kept + 4 removed")), (0, true), "{said}");
    assert!(said.contains("skipped files 2: 2 unknown extension"), "{said}");
}

/// Crawlers that speak later versions of HTTP write their status lines into archives.
#[test]
fn archived_answers_of_http_2_and_3_are_read() {
    let home = Home::new();
    let mut archive = String::new();
    for (number, status) in
        ["HTTP/1.1 200 OK", "HTTP/2 200", "HTTP/2.0 200 ", "HTTP/3 200", "h2 200 OK"].iter().enumerate()
    {
        let body = format!(
            "{status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>{STORY}</p></body></html>"
        );
        archive += &format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/{number}\r\nContent-Type: application/http; msgtype=response\r\n\
             Content-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        );
    }
    home.write("a.warc", archive);
    let (code, _, said) = home.run("dedup a.warc -n");
    assert_eq!((code, said.contains("records  5 read = 1 kept + 4 removed + 0 rejected")), (0, true), "{said}");
}

/// Days of the Hijri calendar, in words and in numbers.
#[test]
fn hijri_dates_are_read() {
    let home = Home::new();
    let dates = ["1436/10/05", "1436/10/05 هـ", "5 شوال 1436", "2015-07-21", "1403/02/11 هـ.ش", "1403/02/11"];
    let record =
        |(number, date): (usize, &&str)| format!("{{\"id\":\"{number}\",\"text\":\"{STORY}\",\"date\":\"{date}\"}}\n");
    home.write("a.jsonl", dates.iter().enumerate().map(record).collect::<String>());
    let (code, written, said) = home.run("clusters a.jsonl --date-field date --format jsonl");
    assert_eq!(code, 0, "{said}");
    assert_eq!(written.matches("\"date\":\"2015-07-21T00:00:00Z\"").count(), 4, "{written}");
    assert_eq!(written.matches("\"date\":\"2024-04-30T00:00:00Z\"").count(), 1, "{written}");
    // Without the name of its calendar, the year 1403 is of either.
    assert!(said.contains("1 record has no readable date in `date` (the first: \"1403/02/11\"); it is near"), "{said}");
}

/// Messages count one thing in the singular.
#[test]
fn one_is_told_in_the_singular() {
    let home = Home::new();
    home.write("a.jsonl", format!("{}{{\n", records()));
    let (code, _, said) = home.run("dedup a.jsonl -n --strict");
    assert_eq!((code, said.contains("--strict: 1 record rejected, 0 candidate pairs lost")), (2, true), "{said}");
    home.write("b.csv", format!("id,text\n1\n2,{STORY}\n"));
    let (_, _, said) = home.run("dedup b.csv -n");
    assert!(said.contains("the record has 1 field, the header 2"), "{said}");
}

/// A plain file is mapped, and the system ends a process that reads what another one has cut off.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_shrinks_while_it_is_read_is_an_error() {
    let home = Home::new();
    let record = |number: usize| format!("{{\"id\":\"{number}\",\"text\":\"{STORY} {OTHER} {}\"}}\n", number % 700);
    home.write("a.jsonl", (0..20_000).map(record).collect::<String>());
    assert!(Command::new("mkfifo").arg(home.path("pipe.jsonl")).status().unwrap().success());

    // The pipe is read after the file; until it is closed, no text of the file is read again.
    let mut child = home.command("pairs a.jsonl pipe.jsonl --memory 4G -o out.jsonl -q");
    let child = child.stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = fs::OpenOptions::new().write(true).open(home.path("pipe.jsonl")).unwrap();
    fs::OpenOptions::new().write(true).open(home.path("a.jsonl")).unwrap().set_len(10).unwrap();
    let _ = pipe.write_all(records().as_bytes());
    drop(pipe);

    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), home.path("out.jsonl").exists()), (Some(2), false), "{said}");
    assert!(said.contains("became shorter while it was read") || said.contains("can no longer be read"), "{said}");
}
