//! CSV and TSV from reading to what `dedup` writes.

use std::fs;
use std::path::{Path, PathBuf};

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, FieldValue, Input, InputOptions, StoragePolicy};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::output::Outputs;
use mukarrar::report::{CleanDestination, Cleaning};
use mukarrar::similarity::Relation;
use proptest::prelude::*;

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل، وتسلم القائد الكأس أمام جمهور كبير";

fn read(name: &str, text: &str, options: InputOptions) -> mukarrar::Result<Corpus> {
    Corpus::from_reader(name, text.as_bytes(), options)
}

/// Every record: its source, its id and its text, or the code of its reject.
fn shown(corpus: &Corpus) -> Vec<String> {
    let records = corpus.ids().map(|id| match corpus.read(id) {
        Ok(record) => format!("{} {}={}", corpus.source(id), record.id, record.text),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    });
    records.collect()
}

/// Options with some of them changed.
fn made<T: Default>(change: impl FnOnce(&mut T)) -> T {
    let mut made = T::default();
    change(&mut made);
    made
}

/// Cleans `paths` into `to`.
fn clean(paths: &[PathBuf], to: &Path, options: Options) -> mukarrar::Result<Vec<u8>> {
    let pipeline = Pipeline::new(options).unwrap();
    let input = Input::open(paths, InputOptions::default())?;
    let destination = CleanDestination::new(to, paths, &input)?;
    let (corpus, found) = pipeline.read_clusters(input, &())?;
    let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact, Relation::Near], pipeline.options())?;
    let (mut outputs, mut stream) = (Outputs::new(), Vec::new());
    cleaning.write(&destination, &mut outputs, &mut stream)?;
    outputs.commit()?;
    Ok(stream)
}

#[test]
fn columns_are_fields_and_places_are_lines() {
    let text = "id,date,text\r\n1,2026-01-02,\"two\r\nlines, \"\"quoted\"\"\"\r\n\r\n,5,plain\r\n1,2\r\n7,,x";
    let fields = vec!["date".to_owned(), "absent".to_owned()];
    let corpus = read("a.csv", text, made(|options: &mut InputOptions| options.fields = fields)).unwrap();
    assert_eq!(
        shown(&corpus),
        ["a.csv:2 1=two\r\nlines, \"quoted\"", "a.csv:5 a.csv:5=plain", "a.csv:6 field_count", "a.csv:7 7=x"]
    );
    let values = |id| corpus.read(DocId::new(id)).unwrap().fields;
    assert_eq!(values(0), [Some(FieldValue::Text("2026-01-02".to_owned())), None]);
    assert_eq!(values(1), [Some(FieldValue::Number(5.0)), None]);
    assert_eq!(values(3), [None, None]);
}

#[test]
fn an_unclosed_quote_is_one_reject_that_names_its_line() {
    let corpus = read("a.csv", "id,text\n1,x\n\"2\n3\",\"y\n4,z\n", InputOptions::default()).unwrap();
    assert_eq!(shown(&corpus), ["a.csv:2 1=x", "a.csv:3 unclosed_quote"]);
    let told = corpus.read(DocId::new(1)).unwrap_err().to_string();
    assert!(told.starts_with("a.csv:3: ") && told.contains("1 line below"), "{told}");
}

#[test]
fn delimiters_are_told_by_name_header_or_option() {
    let options = InputOptions::default;
    for (name, text) in [("a.csv", "id;text\n1;a,b\n"), ("a.tsv", "id\ttext\n1\ta,b\n"), ("a.csv", "id|text\n1|a,b\n")]
    {
        assert_eq!(shown(&read(name, text, options()).unwrap()), [format!("{name}:2 1=a,b")]);
    }
    let told = |text, options| read("a.csv", text, options).err().unwrap().to_string();
    assert!(told("id;body\n1;x\n", options()).contains("with `text_field`"));
    let given = |byte| made(|options: &mut InputOptions| options.csv_delimiter = Some(byte));
    assert_eq!(shown(&read("a.csv", "id#text\n1#x\n", given(b'#')).unwrap()), ["a.csv:2 1=x"]);
    assert!(told("id,text\n", given(b'"')).contains("csv_delimiter"));
    assert_eq!(read("a.csv", "", options()).unwrap().len(), 0);
}

#[test]
fn records_that_stay_are_copied_byte_for_byte_under_their_header() {
    let home = tempfile::tempdir().unwrap();
    let from = home.path().join("a.csv");
    let kept = format!("1,x \"y\",\"{STORY}\"\r\n");
    let last = format!("3,\"a\"\"b\",\"{OTHER}\n\"");
    let text = format!("\u{feff}id,n,text\r\n{kept}2,z,{}\r\n4,few\r\n{last}", STORY.replace(',', ""));
    fs::write(&from, &text).unwrap();
    let mut seen = Vec::new();
    for (name, threads, memory) in [("b.csv", 1, None), ("c.csv", 8, None), ("d.csv", 2, Some(64 << 20))] {
        let to = home.path().join(name);
        let options = made(|options: &mut Options| {
            options.threads = Some(threads);
            options.memory = memory;
        });
        clean(std::slice::from_ref(&from), &to, options).unwrap();
        seen.push(fs::read_to_string(to).unwrap());
    }
    assert_eq!(seen[0], format!("\u{feff}id,n,text\r\n{kept}{last}"));
    assert!(seen.iter().all(|bytes| *bytes == seen[0]));
}

#[test]
fn an_edited_record_has_another_text_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let from = home.path().join("a.csv");
    let rest = "نص \"بين علامتين\"، وفاصلة, لا يتكرر في مكان آخر من هذا الملف الصغير أبدا";
    let quoted = rest.replace('"', "\"\"");
    fs::write(&from, format!("text,id\n\"{STORY}\n\n{OTHER}\",'1'\n\"{STORY}\n\n{quoted}\",'2'\n")).unwrap();
    let to = home.path().join("b.csv");
    clean(&[from], &to, made(|options: &mut Options| options.unit = UnitLevel::Paragraph)).unwrap();
    let after = fs::read_to_string(&to).unwrap();
    assert!(after.starts_with(&format!("text,id\n\"{STORY}\n\n{OTHER}\",'1'\n")), "{after}");
    assert!(after.ends_with(&format!("{quoted}\",'2'\n")) && after.matches(STORY).count() == 1, "{after}");
    let again = Corpus::open(&[to], InputOptions::default()).unwrap();
    assert_eq!(again.read(DocId::new(1)).unwrap().text.trim(), rest);
}

#[test]
fn a_stream_has_one_header_and_unlike_ones_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let (a, b) = (write("a.csv", "id,text\n1,أول"), write("b.csv", "id,text\r\n2,ثان\r\n"));
    let stream = |paths: &[PathBuf]| clean(paths, Path::new("-"), Options::default());
    assert_eq!(stream(&[a.clone(), b]).unwrap(), "id,text\n1,أول\n2,ثان\r\n".as_bytes());
    for other in [write("c.csv", "text,id\nx,3\n"), write("d.jsonl", "{\"text\":\"x\"}\n")] {
        let error = stream(&[a.clone(), other]).unwrap_err().to_string();
        assert!(error.contains("header") && error.contains("directory"), "{error}");
    }
}

#[test]
fn a_file_without_the_column_is_an_error_named_and_a_reject_found() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("a.csv"), "id,text\n1,x\n").unwrap();
    let bad = home.path().join("b.csv");
    fs::write(&bad, "id,body\n1,x\n2,y\n").unwrap();
    let error = Corpus::open(&[bad], InputOptions::default()).err().unwrap().to_string();
    assert!(error.contains("\"text\"") && error.contains("body") && error.contains("with `text_field`"), "{error}");
    let corpus = Corpus::open(&[home.path().to_owned()], InputOptions::default()).unwrap();
    assert_eq!((corpus.len(), corpus.rejects().count()), (2, 1));
}

fn wide(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
    text.encode_utf16().flat_map(if big { u16::to_be_bytes } else { u16::to_le_bytes }).collect()
}

#[test]
fn utf16_is_read_and_written_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    // Letters whose bytes are line feeds, quotes and commas: U+0A22, U+062C, U+0622, U+220A.
    let odd = "آجل جهاز ਢ ∊ ,\"نعم\" 😀";
    let field = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    for (name, delimiter) in [("a.csv", ","), ("b.csv", ";"), ("c.csv", "\t"), ("d.tsv", "\t")] {
        for (big, mark, end) in [(false, true, "\n"), (true, true, "\r\n"), (false, false, "\n"), (true, false, "\n")] {
            let row = |id: &str, text: &str| format!("{id}{delimiter}{}{end}", field(text));
            let long = format!("{STORY} {odd}");
            let head = format!("id{delimiter}text{end}");
            let text = [head.clone(), row("1", &long), row("2", OTHER), row("3", &long)].concat();
            let (from, to) = (home.path().join(name), home.path().join("out"));
            fs::write(&from, wide(&text, big, mark)).unwrap();

            let corpus = Corpus::open(std::slice::from_ref(&from), InputOptions::default()).unwrap();
            let record = corpus.read(DocId::new(0)).unwrap();
            assert_eq!((&*record.id, &*record.text, record.decoding.lossy), ("1", long.as_str(), false), "{name}");
            let encoding = if big { "UTF-16BE" } else { "UTF-16LE" };
            assert_eq!((corpus.len(), record.decoding.encoding.name()), (3, encoding));

            let _ = fs::remove_file(&to);
            clean(&[from], &to, Options::default()).unwrap();
            let kept = [head, row("1", &long), row("2", OTHER)].concat();
            assert!(fs::read(&to).unwrap() == wide(&kept, big, mark), "{name} {big} {mark}");
        }
    }
}

#[test]
fn utf16_by_name_and_broken_characters_come_back() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("a.csv"), home.path().join("b.csv"));
    let mut units: Vec<u16> = format!("id,text\n1,{STORY} ").encode_utf16().collect();
    units.extend([0xD83D, u16::from(b'\n')]);
    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    fs::write(&from, &bytes).unwrap();

    let named = || made(|options: &mut InputOptions| options.encoding = "utf-16le".parse().unwrap());
    let corpus = Corpus::open(std::slice::from_ref(&from), named()).unwrap();
    let record = corpus.read(DocId::new(0)).unwrap();
    assert!(record.text.ends_with('\u{FFFD}') && record.decoding.lossy);

    let pipeline = Pipeline::new(Options::default()).unwrap();
    let paths = [from];
    let input = Input::open(&paths, named()).unwrap();
    let destination = CleanDestination::new(&to, &paths, &input).unwrap();
    let (corpus, found) = pipeline.read_clusters(input, &()).unwrap();
    let cleaning = Cleaning::plan(&found, &corpus, &[], pipeline.options()).unwrap();
    let mut outputs = Outputs::new();
    cleaning.write(&destination, &mut outputs, &mut std::io::sink()).unwrap();
    outputs.commit().unwrap();
    assert_eq!(fs::read(&to).unwrap(), bytes);
}

#[test]
fn the_line_of_excel_names_the_delimiter_and_stays() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("a.csv"), home.path().join("b.csv"));
    fs::write(&from, format!("\u{feff}sep=;\r\nid;text\r\n1;{STORY}\r\n2;{STORY}\r\n")).unwrap();
    let corpus = Corpus::open(std::slice::from_ref(&from), InputOptions::default()).unwrap();
    assert!(shown(&corpus)[0].ends_with(&format!("a.csv:3 1={STORY}")));
    clean(&[from], &to, Options::default()).unwrap();
    assert_eq!(fs::read_to_string(&to).unwrap(), format!("\u{feff}sep=;\r\nid;text\r\n1;{STORY}\r\n"));
}

#[test]
fn a_stray_quote_costs_no_row() {
    let text = "id\ttext\n1\t\"قال نعم\n2\tثان\n3\t\"ثالث\" قال\n4\t\"خامس\n";
    let corpus = read("a.tsv", text, InputOptions::default()).unwrap();
    let wanted = ["a.tsv:2 1=\"قال نعم", "a.tsv:3 2=ثان", "a.tsv:4 3=ثالث قال", "a.tsv:5 4=\"خامس"];
    assert_eq!(shown(&corpus), wanted);
    let is_stray = |row| corpus.read(DocId::new(row)).unwrap().decoding.stray_quote;
    assert!(is_stray(0) && !is_stray(1) && is_stray(3));

    // Without quotes at all, by option.
    let none = made(|options: &mut InputOptions| options.csv_quote = "none".parse().unwrap());
    let corpus = read("a.tsv", text, none).unwrap();
    assert_eq!((corpus.len(), &*corpus.read(DocId::new(2)).unwrap().text), (4, "\"ثالث\" قال"));

    // A record that takes many lines and is none tells how many, and what to do.
    let prose = format!("id,text\n1,\"{}\n", "سطر من نص طويل\n".repeat(200));
    let corpus = read("a.csv", &prose, InputOptions::default()).unwrap();
    let told = corpus.read(DocId::new(0)).unwrap_err().to_string();
    assert!(told.starts_with("a.csv:2: ") && told.contains("201 lines") && told.contains("csv_quote"), "{told}");
}

#[test]
fn rows_of_a_stray_quote_do_not_depend_on_blocks_or_memory() {
    let rows: String = (0..400).map(|n| format!("{n}\t{}نص رقم {n}\n", if n % 37 == 5 { "\"" } else { "" })).collect();
    let text = format!("id\ttext\n{rows}");
    let options = || made(|options: &mut InputOptions| options.max_record_size = 300);
    let whole = shown(&read("a.tsv", &text, options()).unwrap());
    assert_eq!(whole.len(), 400);
    assert!(whole.iter().all(|row| row.contains('=')));
    for (block, memory) in [(1, None), (100, Some(0)), (5000, Some(0))] {
        let stream = std::io::Cursor::new(text.clone().into_bytes());
        let policy = made(|policy: &mut StoragePolicy| (policy.block_size, policy.memory) = (block, memory));
        let corpus = Corpus::read_once(Input::from_reader("a.tsv", stream, options()).unwrap(), policy).unwrap();
        assert_eq!(shown(&corpus), whole, "{block} {memory:?}");
    }
}

#[test]
fn backslashes_that_escape_are_noticed_or_asked_for() {
    let text = "id,text\n1,\"قال \\\"نعم\\\", ثم ذهب\"\n2,\"ثان \\\\ آخر\"\n3,\\N\n";
    let corpus = read("a.csv", text, InputOptions::default()).unwrap();
    assert_eq!(shown(&corpus), ["a.csv:2 1=قال \"نعم\", ثم ذهب", "a.csv:3 2=ثان \\ آخر", "a.csv:4 3="]);

    // A backslash at the end of a field is one, where quotes are doubled.
    let windows = "id,text\n1,\"C:\\\"\n2,\"a \"\"b\"\"\"\n";
    assert_eq!(
        shown(&read("a.csv", windows, InputOptions::default()).unwrap()),
        ["a.csv:2 1=C:\\", "a.csv:3 2=a \"b\""]
    );

    let none = made(|options: &mut InputOptions| options.csv_escape = "none".parse().unwrap());
    let told = read("a.csv", text, none).unwrap().read(DocId::new(0)).unwrap_err().to_string();
    assert!(told.contains("csv_escape"), "{told}");
    let given = made(|options: &mut InputOptions| {
        (options.csv_quote, options.csv_escape) = ("none".parse().unwrap(), "\\".parse().unwrap());
    });
    let dump = "id\ttext\n1\tأول\\nثان\\tثالث\n2\ta\\\nb\n";
    assert_eq!(shown(&read("a.tsv", dump, given).unwrap()), ["a.tsv:2 1=أول\nثان\tثالث", "a.tsv:3 2=a\nb"]);
    let same = made(|options: &mut InputOptions| options.csv_escape = "\"".parse().unwrap());
    assert!(read("a.csv", text, same).err().unwrap().to_string().contains("csv_escape"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever the bytes, every line belongs to a record or a reject, and nothing panics.
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(prop::sample::select(b"\",;\n\r a\t\xd9\x86".to_vec()), 0..60)) {
        let bytes = [&b"id,text\n"[..], &bytes].concat();
        let corpus = Corpus::from_reader("a.csv", &bytes[..], InputOptions::default()).unwrap();
        let mut seen = 0;
        for id in corpus.ids() {
            let _ = corpus.read(id);
            seen += corpus.raw(id).unwrap().len() + corpus.line_end(id).len();
        }
        prop_assert!(seen + 8 <= bytes.len());
    }
}
