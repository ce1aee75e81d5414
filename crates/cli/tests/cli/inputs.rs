//! What is read, what is passed over, and what is refused: never in silence.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل، وتسلم القائد الكأس أمام جمهور كبير";

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Runs a command; its exit code, and what it says.
    fn run(&self, arguments: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        let Output { status, stderr, .. } = command
            .current_dir(self.0.path())
            .args(arguments.split_whitespace())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (status.code().unwrap(), String::from_utf8(stderr).unwrap())
    }

    /// The files below a directory, sorted, with their number of lines.
    fn files(&self, below: &str) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        collect(&self.path(below), &self.path(below), &mut found);
        found.sort();
        found
    }
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<(String, usize)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let lines = fs::read(&path).unwrap().iter().filter(|byte| **byte == b'\n').count();
            found.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), lines));
        }
    }
}

fn line(id: u32, field: &str, text: &str) -> String {
    format!("{{\"id\":{id},\"{field}\":\"{text}\"}}\n")
}

/// A tar archive with these members, by the tool of the system's own format: headers, data, two blocks of zeros.
fn tar(members: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(header);
        bytes.extend(content.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

#[test]
fn a_run_that_reads_no_record_is_an_error_that_names_the_fields_and_writes_nothing() {
    let home = Home::new();
    home.write("content.jsonl", line(1, "content", STORY) + &line(2, "content", OTHER));
    home.write("nested.jsonl", format!("{{\"id\":1,\"page\":{{\"body\":\"{STORY}\"}}}}\n"));
    home.write("payload.jsonl", line(1, "payload", STORY));
    let message = format!("{{\"role\":\"user\",\"content\":\"{STORY}\"}}");
    home.write("messages.jsonl", format!("{{\"id\":1,\"messages\":[{message}]}}\n"));
    let part = format!("{{\"type\":\"text\",\"text\":\"{STORY}\"}}");
    home.write("parts.jsonl", format!("{{\"id\":1,\"content\":[{part}]}}\n"));
    for (input, fields, option) in [
        ("content.jsonl", "(id, content)", "--text-field content"),
        ("content.jsonl --text-field contnet", "(id, content)", "--text-field content"),
        ("nested.jsonl", "(id, page)", "--text-field page.body"),
        ("payload.jsonl", "(id, payload)", "--text-field payload"),
        ("messages.jsonl", "(id, messages)", "--text-field messages"),
        ("parts.jsonl", "(id, content)", "--text-field content"),
    ] {
        let (code, said) =
            home.run(&format!("dedup {input} -q -o out --removed removed --rejected rejected --summary s"));
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(&format!("among its fields {fields}")) && said.contains(option), "{said}");
        assert!(["out", "removed", "rejected", "s"].iter().all(|name| !home.path(name).exists()));
    }
    for command in ["clusters", "pairs", "passages", "units", "boilerplate", "index build index"] {
        let (code, said) = home.run(&format!("{command} content.jsonl"));
        assert_eq!((code, said.contains("--text-field content")), (2, true), "{command}: {said}");
    }
    assert!(!home.path("index").exists());
    home.write("content.csv", "id,content\n1,x\n");
    let (code, said) = home.run("dedup content.csv -o out");
    assert_eq!((code, said.contains("--text-field content")), (2, true), "{said}");
}

#[test]
fn an_input_without_records_says_what_there_is_instead() {
    let home = Home::new();
    home.write("empty.jsonl", "");
    home.write("directory/a.xls", "x");
    home.write("directory/.hidden", "x");
    home.write("nothing/_SUCCESS", "");
    for (input, says) in [
        ("empty.jsonl", "error: the input has no record\n"),
        ("directory", "passed over: 1 unknown extension, 1 hidden; say what they are with --input-format"),
        ("nothing", "passed over: 1 bookkeeping"),
    ] {
        let (code, said) = home.run(&format!("dedup {input} -o out"));
        assert_eq!((code, said.contains(says), home.path("out").exists()), (2, true, false), "{said}");
    }
}

#[test]
fn a_run_that_rejects_most_records_warns_however_quiet_it_is() {
    let home = Home::new();
    home.write("in.jsonl", line(1, "text", STORY) + "no\nno\n");
    let (code, said) = home.run("dedup in.jsonl -q -o out.jsonl");
    assert_eq!((code, said.contains("warning: 2 of 3 records were rejected")), (0, true), "{said}");
    let (code, said) = home.run("dedup in.jsonl -q -o strict.jsonl --strict");
    assert_eq!((code, said.contains("warning")), (2, false), "{said}");
    home.write("half.jsonl", line(1, "text", STORY) + "no\n");
    assert_eq!(home.run("dedup half.jsonl -q -o half"), (0, String::new()));
}

#[test]
fn a_directory_tells_what_it_passes_over_and_a_format_reads_all_of_it() {
    let home = Home::new();
    for name in ["a.jsonl", "b.jl", "c.jsonlines", "part-00000", "d.ndjson", "wiki_00", "e.dat"] {
        home.write(&format!("crawl/{name}"), line(1, "text", STORY));
    }
    for (name, bytes) in [("crawl/Makefile", "all:\n"), ("crawl/_SUCCESS", ""), ("crawl/f.jsonl.part", "x")] {
        home.write(name, bytes);
    }
    let (code, said) = home.run("dedup crawl -o out");
    assert_eq!(code, 0, "{said}");
    for says in [
        "records  6 read",
        "skipped crawl/e.dat: unknown extension; --input-format reads it",
        "skipped crawl/Makefile: unknown extension",
        "skipped crawl/f.jsonl.part: unfinished by its name",
        "noted    skipped files 4: 1 bookkeeping, 1 unfinished, 2 unknown extension",
    ] {
        assert!(said.contains(says), "{says}\n{said}");
    }
    let (_, said) = home.run("dedup crawl -o all --input-format jsonl");
    assert!(said.contains("records  8 read") && said.contains("1 rejected"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_directory_is_named_and_not_followed() {
    let home = Home::new();
    home.write("crawl/a.jsonl", line(1, "text", STORY));
    home.write("disk2/b.jsonl", line(2, "text", OTHER));
    std::os::unix::fs::symlink("../disk2", home.path("crawl/more")).unwrap();
    let (_, said) = home.run("dedup crawl -o out");
    assert!(said.contains("skipped crawl/more: a link to a directory, not followed"), "{said}");
    assert!(home.run("dedup crawl/more -o linked").1.contains("records  1 read"));
}

#[test]
fn a_file_that_holds_no_records_is_refused_by_name() {
    let home = Home::new();
    for (name, bytes, says) in [
        ("a.pdf", &b"%PDF-1.5\n"[..], "a PDF document, which is not read; extract its text first (pdftotext)"),
        ("b.txt", b"SQLite format 3\0", "an SQLite database, which is not read; export a table as CSV first"),
        ("c.jsonl", b"\x80\x04\x95\0\0\0\0", "a pickle, which is not read; write it from Python"),
        ("d.npy", b"\x93NUMPY\x01\0", "a NumPy array, which is not read"),
        ("e", b"\x7FELF\x02\x01\x01", "a program, which is not read; leave it out"),
        ("f.png", b"\x89PNG\r\n\x1A\n", "an image, which is not read"),
        ("g.7z", b"7z\xBC\xAF\x27\x1C", "a 7z archive, which is not read; unpack it first (7z x)"),
    ] {
        home.write(name, bytes);
        let (code, said) = home.run(&format!("dedup {name} -o out"));
        assert_eq!((code, home.path("out").exists()), (2, false), "{said}");
        assert!(said.contains(&format!("{name}: {says}")), "{said}");
    }

    // In a directory it costs itself.
    home.write("crawl/a.jsonl", line(1, "text", STORY));
    home.write("crawl/b.txt", b"%PDF-1.5\n");
    let (code, said) = home.run("dedup crawl -o cleaned");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("records  2 read = 1 kept + 0 removed + 1 rejected"), "{said}");
    assert!(said.contains("rejected crawl/b.txt: cannot be read: a PDF document, which is not read"), "{said}");
}

#[test]
fn a_zero_byte_is_no_text_however_arabic_the_rest_is() {
    let home = Home::new();
    home.write("a.txt", format!("{STORY}\0{STORY}"));
    let (code, said) = home.run("dedup a.txt -o out");
    assert_eq!((code, said.contains("not text")), (2, true), "{said}");
    let wide: Vec<u8> = STORY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    home.write("b.txt", wide);
    assert_eq!(home.run("dedup b.txt -q -o wide").0, 0);
}

#[test]
fn an_archive_is_cleaned_into_a_directory_or_one_file() {
    let home = Home::new();
    let (first, second) = (line(1, "text", STORY) + &line(2, "text", OTHER), line(3, "text", STORY));
    home.write("in.tar", tar(&[("x/a.jsonl", &first), ("x/b.jsonl", &second), ("c.txt", OTHER)]));
    home.write("lines.tar", tar(&[("x/a.jsonl", &first), ("x/b.jsonl", &second)]));

    let (code, said) = home.run("dedup in.tar -o out --removed removed.jsonl");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("records  4 read = 2 kept + 2 removed"), "{said}");
    let expected = [("in.tar/x/a.jsonl".to_owned(), 2), ("in.tar/x/b.jsonl".to_owned(), 0)];
    assert_eq!(home.files("out"), expected);
    assert!(fs::read_to_string(home.path("removed.jsonl")).unwrap().contains("in.tar!c.txt"));

    assert_eq!(home.run("dedup lines.tar -q -o clean.jsonl").0, 0);
    assert_eq!(fs::read_to_string(home.path("clean.jsonl")).unwrap(), first);

    assert_eq!(home.run("dedup in.tar -q -o in.jsonl --keep last").0, 0);
    let converted = fs::read_to_string(home.path("in.jsonl")).unwrap();
    assert!(converted.contains("in.tar!c.txt") && converted.lines().count() == 2, "{converted}");

    for (name, says) in
        [("x.jsonl.lz4", "a compression that is not written"), ("x.xlsx", "a workbook, which is not written")]
    {
        let (code, said) = home.run(&format!("dedup in.tar -o {name}"));
        assert_eq!((code, said.contains(says), home.path(name).exists()), (2, true, false), "{said}");
    }
    let (code, said) = home.run("dedup in.tar -o again.tar.gz");
    let says = "is the name of an archive, and archives are only read; give a directory";
    assert_eq!((code, said.contains(says), home.path("again.tar.gz").exists()), (2, true, false), "{said}");
}

#[test]
fn references_and_work_directories_know_members() {
    let home = Home::new();
    let lines: String = (10..200).map(|n| line(n, "text", &format!("{OTHER} رقم {n}"))).collect();
    home.write("old.tar", tar(&[("a.jsonl", &line(1, "text", STORY)), ("b.jsonl", &lines)]));
    home.write("new.tar", tar(&[("a.jsonl", &line(1, "text", STORY)), ("b.jsonl", &line(2, "text", "خبر آخر"))]));
    let (code, said) = home.run("dedup new.tar --against old.tar -o out");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("records  2 read = 1 kept + 1 removed") && said.contains("against  191 read"), "{said}");

    for (options, out) in [("", "a"), ("--work-dir w", "b"), ("--memory 400M --threads 1", "c")] {
        let (code, said) = home.run(&format!("dedup old.tar new.tar -q -o {out} {options}"));
        assert_eq!(code, 0, "{said}");
    }
    let bytes = |out: &str| -> Vec<Vec<u8>> {
        home.files(out).iter().map(|(name, _)| fs::read(home.path(out).join(name)).unwrap()).collect()
    };
    assert_eq!(home.files("a").len(), 4);
    assert!(home.files("a") == home.files("b") && bytes("a") == bytes("b"));
    assert!(home.files("a") == home.files("c") && bytes("a") == bytes("c"));
}

/// Objects that are joined on a line, lines with a comma at their end, and files with a byte order mark that were joined.
#[test]
fn json_that_was_joined_carelessly_is_read() {
    let home = Home::new();
    let (first, second, third) = (line(1, "text", STORY), line(2, "text", "نص آخر"), line(3, "text", STORY));
    let [first, second, third] = [first, second, third].map(|line| line.trim_end().to_owned());
    home.write("glued.json", format!("{first}{second}{third}"));
    home.write("glued.jsonl", format!("{first} {second}\n{third}\n"));
    home.write("returns.jsonl", format!("{first}\r{second}\r{third}\r"));
    home.write("commas.jsonl", format!("{first},\n{second},\n{third},\n"));
    home.write("marks.jsonl", format!("\u{feff}{first}\n\u{feff}{second}\n\u{feff}{third}\n"));
    for name in ["glued.json", "glued.jsonl", "returns.jsonl", "commas.jsonl", "marks.jsonl"] {
        let (code, said) = home.run(&format!("dedup {name} -o out.csv"));
        assert_eq!((code, said.contains("3 read = 2 kept + 1 removed + 0 rejected")), (0, true), "{name}: {said}");
        let table = std::fs::read_to_string(home.path("out.csv")).unwrap();
        assert_eq!(table, format!("id,text\n1,{STORY}\n2,نص آخر\n"), "{name}");
    }
    home.write("frame.json", format!("{{\"total\":3,\"my data\":[{first},{second},{third}]}}"));
    let (code, said) = home.run("dedup frame.json -o frame.jsonl");
    let remedy = r#"has no field "text", but a list of objects with it in "my data"; take them out of it first (jq -c '.["my data"][]')"#;
    assert_eq!((code, said.contains(remedy)), (2, true), "{said}");
    let (code, said) = home.run("dedup marks.jsonl -o marked.jsonl --mark -q");
    assert_eq!(code, 0, "{said}");
    home.write("broken.jsonl", format!("{first}\nno\n{third}\n"));
    let (_, said) = home.run("dedup broken.jsonl -o out.csv");
    assert!(said.contains("3 read = 1 kept + 1 removed + 1 rejected"), "{said}");
}

/// Half an emoji, where a program cut a text, costs neither the record nor its copies.
#[test]
fn half_a_surrogate_pair_costs_one_character() {
    let home = Home::new();
    let lines =
        [r"\ud83d", r"\ude00", r"\ud83d\ude00"].map(|end| format!("{{\"id\":\"{end}\",\"text\":\"{STORY} {end}\"}}\n"));
    home.write("a.jsonl", lines.concat());
    let (code, said) = home.run("dedup a.jsonl -o out.jsonl --rejected no.jsonl");
    assert_eq!((code, said.contains("3 read = 1 kept + 2 removed + 0 rejected")), (0, true), "{said}");
    assert!(said.contains("2 characters lost"), "{said}");
    // Kept records are copied as they are; other formats hold whole characters.
    assert_eq!(fs::read_to_string(home.path("out.jsonl")).unwrap(), lines[0]);
    home.run("dedup a.jsonl -o out.csv -q");
    assert_eq!(fs::read_to_string(home.path("out.csv")).unwrap(), format!("id,text\n\u{fffd},{STORY} \u{fffd}\n"));
}

/// A file that holds no records is refused by name. Its extension does not matter.
#[test]
fn other_files_are_refused_by_name() {
    let home = Home::new();
    let dump = "<mediawiki xmlns=\"http://www.mediawiki.org/xml/export-0.11/\"><page>".to_owned();
    home.write("dump.txt", dump.clone());
    home.write("table.sav", "$FL2@(#) SPSS DATA FILE\0\u{1}");
    home.write("r.jsonl", "RDX3\nX\n\0\0\0");
    home.write("caret.csv", format!("id^text\n1^{STORY}\n"));
    home.write("hive.csv", format!("id\u{1}text\n1\u{1}{STORY}\n"));
    home.write("semicolon.csv", format!("id;content\n1;{STORY}\n"));
    home.write("mac.csv", format!("id,text\r1,{STORY}\r"));
    home.write("a.jsonl.br", b"\x1B\x30\x02\xF8\x8D\x94");
    let mut damaged = tar(&[("a.jsonl", "{}")]);
    damaged[0] ^= 1;
    home.write("damaged.tar", &damaged);
    home.write("damaged.txt", &damaged);
    home.write("cut.zip", b"#!\xFF\0PK\x03\x04");
    let mut empty = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    empty.write_all(&[0; 10_240]).unwrap();
    home.write("empty.tar.gz", empty.finish().unwrap());
    home.write("wide.jsonl", b"\xFF\xFE\0\0{\0\0\0}\0\0\0");
    home.write("a.duckdb", b"\x10\x20\x30\x40\x50\x60\x70\x80DUCK\0\0\0\0");
    for (name, says) in [
        ("dump.txt", "an XML file, which is not read; extract its texts as JSON Lines first"),
        ("table.sav", "an SPSS file, which is not read; export its table as CSV first"),
        ("r.jsonl", "an R data file, which is not read"),
        ("caret.csv", "name the right one with --csv-delimiter '^'"),
        ("hive.csv", r"name the right one with --csv-delimiter '\x01'"),
        ("semicolon.csv", "(id, content); name the column that holds the text with --text-field content"),
        ("a.jsonl.br", "compressed with Brotli, by its name, which is not read; decompress it first"),
        ("damaged.tar", "a damaged tar archive, which is not read; fetch or pack the archive anew"),
        ("damaged.txt", "a damaged tar archive, which is not read"),
        ("cut.zip", "a damaged archive, by its name, which is not read"),
        ("empty.tar.gz", "there is no file in the input"),
        ("wide.jsonl", "text in UTF-32, which is not read; convert it to UTF-8 first"),
        ("a.duckdb", "a DuckDB database, which is not read; export its table as CSV first"),
        (
            "file:///data/a%20b.jsonl",
            "is a file of this machine, and those are named by their path; give /data/a b.jsonl",
        ),
        ("mac.csv", "has lines that end with a carriage return alone; convert its line ends first"),
    ] {
        let (code, said) = home.run(&format!("dedup {name} -o out"));
        assert_eq!((code, said.contains(says), home.path("out").exists()), (2, true, false), "{name}: {said}");
    }
    let (code, said) = home.run("dedup dump.txt -o out.txt --input-format text");
    assert_eq!((code, said.contains("1 read = 1 kept")), (0, true), "{said}");
    for line in [r"hive.csv --csv-delimiter \x01", "semicolon.csv --text-field content"] {
        let (code, said) = home.run(&format!("dedup {line} -n"));
        assert_eq!((code, said.contains("1 read = 1 kept")), (0, true), "{said}");
    }
    home.write("pipes.psv", format!("id|text\n1|{STORY}\n"));
    let (code, said) = home.run("dedup pipes.psv -n");
    assert_eq!((code, said.contains("1 read = 1 kept")), (0, true), "{said}");
}

/// A pipe is opened only once. If it were opened and closed before, its writer would fail, and the run would wait for ever.
#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_into_a_directory() {
    let home = Home::new();
    assert!(Command::new("mkfifo").arg(home.path("pipe")).status().unwrap().success());
    let pipe = home.path("pipe");
    let writer = std::thread::spawn(move || fs::write(pipe, format!("{{\"id\":1,\"text\":\"{STORY}\"}}\n")));
    let (code, said) = home.run("dedup pipe -o out/");
    assert_eq!((code, said.contains("1 read = 1 kept")), (0, true), "{said}");
    writer.join().unwrap().unwrap();
}

/// A file of Parquet is read under any name, and an output named `.pq` is Parquet.
#[cfg(feature = "parquet")]
#[test]
fn parquet_is_read_under_any_name() {
    let home = Home::new();
    home.write("a.jsonl", format!("{{\"id\":\"1\",\"text\":\"{STORY}\"}}\n"));
    home.run("dedup a.jsonl -o a.pq -q");
    let table = fs::read(home.path("a.pq")).unwrap();
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
    for name in ["b.csv", "b.jsonl", "b.json", "b.txt", "b.html"] {
        home.write(name, &table);
        let (code, said) = home.run(&format!("clusters {name}"));
        assert_eq!((code, said.contains("1 read = 1 kept")), (0, true), "{name}: {said}");
    }
    home.write("cut.csv", &table[..table.len() / 2]);
    let (code, said) = home.run("clusters cut.csv");
    assert_eq!((code, said.contains("is Parquet that is cut off")), (2, true), "{said}");
}

/// Formats without a mark of their own are known by bytes that no text has.
#[test]
fn packed_and_separated_records_are_refused_by_name() {
    let home = Home::new();
    // The first low byte comes late, as it may in packed data.
    home.write("late.jsonl.zz", [&[b'x', 0x9C][..], &[0xB5; 100], &[0, 1, 2]].concat());
    let record = format!("\u{1e}{{\"id\":1,\"text\":\"{STORY}\"}}\n");
    home.write("a.jsonseq", record.repeat(2));
    for (name, says) in [
        ("late.jsonl.zz", "compressed with zlib, which is not read; decompress it first"),
        ("a.jsonseq", "a JSON text sequence, which is not read; take its record separators out first (tr -d '\\036')"),
    ] {
        let (code, said) = home.run(&format!("dedup {name} -o out"));
        assert_eq!((code, said.contains(says)), (2, true), "{name}: {said}");
        assert!(!home.path("out").exists());
    }
}

/// A file of options must hold options: other JSON sets nothing, and would do so in silence.
#[test]
fn json_without_parameters_is_no_file_of_options() {
    let home = Home::new();
    home.write("a.jsonl", format!("{{\"id\":1,\"text\":\"{STORY}\"}}\n"));
    home.write("other.json", "{\"records\":{\"read\":3}}");
    let (code, said) = home.run("clusters a.jsonl --config other.json");
    assert_eq!((code, said.contains("it holds no parameters of a summary")), (2, true), "{said}");
}
