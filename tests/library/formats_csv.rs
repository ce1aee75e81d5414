//! CSV and TSV from reading to what `dedup` writes.

use std::fs;
use std::path::{Path, PathBuf};

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, FieldValue, Input, InputOptions};
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
    assert!(told.starts_with("a.csv:3: ") && told.contains("1 lines below"), "{told}");
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
