//! JSON beside JSON Lines: arrays, values over several lines, paths, lists of texts, numbers that are no JSON.

use std::fs;
use std::path::{Path, PathBuf};

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, FieldValue, Input, InputFormat, InputOptions, StoragePolicy};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::output::Outputs;
use mukarrar::report::{CleanDestination, Cleaning};
use mukarrar::similarity::Relation;
use proptest::prelude::*;
use serde_json::{Value, json};

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل، وتسلم القائد الكأس أمام جمهور كبير";

/// Options with some of them changed.
fn made<T: Default>(change: impl FnOnce(&mut T)) -> T {
    let mut made = T::default();
    change(&mut made);
    made
}

fn read(name: &str, text: &str, options: InputOptions) -> Corpus {
    Corpus::from_reader(name, text.as_bytes(), options).unwrap()
}

/// Every record: its id and its text, or the place and the code of its reject.
fn shown(corpus: &Corpus) -> Vec<String> {
    let records = corpus.ids().map(|id| match corpus.read(id) {
        Ok(record) => format!("{}={}", record.id, record.text),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    });
    records.collect()
}

/// The records of a JSON Lines file with these lines.
fn lines(text: &str, options: InputOptions) -> Vec<String> {
    shown(&read("a.jsonl", text, options))
}

#[test]
fn arrays_are_read_value_by_value() {
    let shapes = [
        ("a.json", "[{\"id\":1,\"text\":\"a\"},{\"id\":\"2\",\"text\":\"]\\\"}\"},{\"text\":\"c\"}]", [1, 1, 1]),
        (
            "a.json",
            "\u{feff}[\n{\"id\":1,\"text\":\"a\"},\n{\"id\":\"2\",\"text\":\"]\\\"}\"},\n{\"text\":\"c\"}\n]\n",
            [2, 3, 4],
        ),
        // Two runs of a writer that appends.
        (
            "a.json",
            "[\n{\"id\":1,\"text\":\"a\"}\n][\n{\"id\":\"2\",\"text\":\"]\\\"}\"},\n{\"text\":\"c\"}\n]",
            [2, 4, 5],
        ),
        (
            "a.jsonl",
            "[{\"id\":1,\"text\":\"a\"}]\n[{\"id\":\"2\",\"text\":\"]\\\"}\"}]\n[{\"text\":\"c\"}]\n",
            [1, 2, 3],
        ),
        (
            "-",
            "[ {\"id\":1,\"text\":\"a\"}\n,{\"id\":\"2\",\n\"text\":\"]\\\"}\"}\r\n, \n{\n\"text\":\"c\"}]",
            [1, 2, 5],
        ),
        // One value after the other, over several lines.
        (
            "a.json",
            "{\n \"id\": 1,\n \"text\": \"a\"\n}\n{\n \"id\": \"2\",\n \"text\": \"]\\\"}\"\n}\n{\n \"text\": \"c\"\n}\n",
            [1, 5, 9],
        ),
    ];
    for (name, text, places) in shapes {
        let corpus = read(name, text, InputOptions::default());
        let last = format!("{name}:{}=c", places[2]);
        assert_eq!(shown(&corpus), ["1=a", "2=]\"}", last.as_str()], "{text}");
        let lines: Vec<_> = corpus.ids().map(|id| corpus.source(id).line.unwrap()).collect();
        assert_eq!(lines, places, "{text}");
        assert_eq!(corpus.files()[0].format, InputFormat::Json);
    }
    assert!(shown(&read("a.json", "[]\n", InputOptions::default())).is_empty());
}

#[test]
fn a_form_feed_is_no_white_space_and_costs_one_reject() {
    for text in ["[{\"text\":\"a\"}]\n\u{c}\u{c}", "[{\"text\":\"a\"}]\n\u{b} \u{c} ", "[{\"text\":\"a\"},\u{c}"] {
        let corpus = read("a.json", text, InputOptions::default());
        assert_eq!(corpus.read(DocId::new(0)).unwrap().text, "a", "{text:?}");
        assert!(corpus.rejects().count() >= 1, "{text:?}");
    }
}

#[test]
fn a_broken_value_of_an_array_is_one_reject_at_its_line() {
    let text = "[\n{\"id\":1,\"text\":\"a\"},\n{\"id\":2,\"text\":\"b},\n{\"id\":3,\"text\":\"c\"},\n{\"id\":4,\n{\"id\":5,\"text\":\"e\"},\n7\n]\n";
    let corpus = read("a.json", text, InputOptions::default());
    let wanted = ["1=a", "a.json:3 invalid_json", "3=c", "a.json:5 invalid_json", "5=e", "a.json:7 not_an_object"];
    assert_eq!(shown(&corpus), wanted);

    // The byte counts over all lines of the value.
    let corpus = read("a.json", "[{\n \"id\": 1,\n \"text\": x}]", InputOptions::default());
    let told = corpus.read(DocId::new(0)).unwrap_err().to_string();
    assert!(told.starts_with("a.json:1: invalid JSON at byte 21 of the record"), "{told}");
}

#[test]
fn an_array_that_is_cut_off_is_told() {
    for (text, wanted) in [
        ("[{\"id\":1,\"text\":\"a\"},\n", &["1=a", "a.json:1 damaged"][..]),
        ("[{\"id\":1,\"text\":\"a\"}", &["1=a", "a.json:1 damaged"]),
        ("[{\"id\":1,\"text\":\"a\"},{\"id\":2,\"te", &["1=a", "a.json:1 invalid_json", "a.json:1 damaged"]),
    ] {
        assert_eq!(shown(&read("a.json", text, InputOptions::default())), wanted, "{text}");
    }
}

#[test]
fn what_is_read_does_not_depend_on_blocks_or_memory() {
    let records: Vec<Value> = (0..60)
        .map(|n| json!({"id": n, "text": "نص\\\"[]{}, ".repeat(n % 7 * (n % 3)), "x": [[n], {"y": null}]}))
        .collect();
    let options = || made(|options: &mut InputOptions| options.max_record_size = 150);
    for text in [
        serde_json::to_string(&records).unwrap(),
        serde_json::to_string_pretty(&records).unwrap(),
        records.iter().map(|record| serde_json::to_string_pretty(record).unwrap() + "\n").collect(),
        serde_json::to_string_pretty(&records).unwrap().replace("}\n]", "}"),
    ] {
        let whole = shown(&read("a.json", &text, options()));
        assert!(whole.iter().any(|record| record.ends_with("too_large")) && whole.len() >= 60);
        for (block_size, memory) in [(1, None), (64, None), (64, Some(0)), (1000, Some(0)), (1 << 20, Some(0))] {
            let input =
                Input::from_reader("a.json", std::io::Cursor::new(text.clone().into_bytes()), options()).unwrap();
            let policy = made(|policy: &mut StoragePolicy| (policy.block_size, policy.memory) = (block_size, memory));
            assert_eq!(shown(&Corpus::read_once(input, policy).unwrap()), whole, "{block_size} {memory:?}");

            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("a.json");
            fs::write(&path, &text).unwrap();
            let input = Input::open(std::slice::from_ref(&path), options()).unwrap();
            let policy = made(|policy: &mut StoragePolicy| (policy.block_size, policy.memory) = (block_size, memory));
            let named = shown(&Corpus::read_once(input, policy).unwrap());
            let prefix = format!("{}:", path.display());
            assert_eq!(named.iter().map(|record| record.replace(&prefix, "a.json:")).collect::<Vec<_>>(), whole);
        }
    }
}

/// Cleans `paths` into `to`.
fn clean(paths: &[PathBuf], to: &Path, options: Options, reading: InputOptions) -> mukarrar::Result<Vec<u8>> {
    let pipeline = Pipeline::new(options).unwrap();
    let input = Input::open(paths, reading)?;
    let destination = CleanDestination::new(to, paths, &input)?;
    let (corpus, found) = pipeline.read_clusters(input, &())?;
    let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact, Relation::Near], pipeline.options())?;
    let (mut outputs, mut stream) = (Outputs::new(), Vec::new());
    cleaning.write(&destination, &mut outputs, &mut stream)?;
    outputs.commit()?;
    Ok(stream)
}

#[test]
fn an_array_is_written_as_an_array_or_as_lines_by_the_name_of_the_output() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let records = [
        json!({"id": 1, "text": STORY}),
        json!({"id": 2, "text": STORY}),
        json!({"id": 3, "text": OTHER, "n": [1.50]}),
    ];
    let pretty = serde_json::to_string_pretty(&records).unwrap();
    fs::write(path("a.json"), &pretty).unwrap();
    fs::write(
        path("s.json"),
        records.iter().map(|r| serde_json::to_string_pretty(r).unwrap() + "\n").collect::<String>(),
    )
    .unwrap();

    let input = path("a.json");
    let run = |to: &Path| clean(std::slice::from_ref(&input), to, Options::default(), InputOptions::default()).unwrap();
    run(&path("out.json"));
    let written = fs::read_to_string(path("out.json")).unwrap();
    let kept: Vec<Value> = serde_json::from_str(&written).unwrap();
    assert_eq!(kept, [records[0].clone(), records[2].clone()]);
    // Each value is as it was.
    assert!(pretty.contains(written.split(",\n").next().unwrap().trim_start_matches("[\n")));

    run(&path("out.jsonl"));
    let written = fs::read_to_string(path("out.jsonl")).unwrap();
    let kept: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(kept, [records[0].clone(), records[2].clone()]);

    let streamed = run(Path::new("-"));
    assert_eq!(streamed, fs::read(path("out.json")).unwrap());
    clean(&[path("s.json")], &path("out.s.json"), Options::default(), InputOptions::default()).unwrap();
    let written = fs::read_to_string(path("out.s.json")).unwrap();
    let kept: Vec<Value> = serde_json::Deserializer::from_str(&written).into_iter().map(Result::unwrap).collect();
    assert_eq!(kept, [records[0].clone(), records[2].clone()]);

    // Several files: one array; arrays and lines are not mixed.
    fs::write(path("b.json"), serde_json::to_string(&[json!({"id": 4, "text": OTHER})]).unwrap()).unwrap();
    fs::write(path("c.jsonl"), "{\"id\": 5, \"text\": \"c\"}\n").unwrap();
    let both =
        clean(&[path("a.json"), path("b.json")], Path::new("-"), Options::default(), InputOptions::default()).unwrap();
    assert_eq!(serde_json::from_slice::<Vec<Value>>(&both).unwrap().len(), 2);
    let mixed = clean(&[path("a.json"), path("c.jsonl")], Path::new("-"), Options::default(), InputOptions::default());
    assert!(mixed.unwrap_err().to_string().contains("arrays"));
}

#[test]
fn spans_are_cut_out_of_values_of_an_array() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("a.json"), directory.path().join("b.json"));
    let records = json!([{"id": 1, "text": format!("{STORY}\n\n{OTHER}")}, {"id": 2, "text": OTHER, "x": {"y": 1}}]);
    fs::write(&from, serde_json::to_string_pretty(&records).unwrap()).unwrap();
    let options = made(|options: &mut Options| options.unit = UnitLevel::Paragraph);
    clean(&[from], &to, options, InputOptions::default()).unwrap();
    let kept: Vec<Value> = serde_json::from_slice(&fs::read(&to).unwrap()).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["id"], 1);
}

#[test]
fn numbers_that_are_no_json_cost_no_record() {
    let options = || made(|options: &mut InputOptions| options.fields = vec!["score".to_owned()]);
    let text = concat!(
        "{\"id\": 1, \"text\": \"a NaN\", \"score\": NaN}\n",
        "{\"id\": NaN, \"text\": \"b\", \"other\": [-Infinity, {\"x\": Infinity}]}\n",
        "{\"id\": 3, \"text\": NaN}\n",
        "{\"id\": 4, \"text\": \"d\", \"score\": Nan}\n",
        "{\"id\": 5, \"text\": \"e\", \"score\": 2.5}\n",
    );
    let corpus = read("a.jsonl", text, options());
    assert_eq!(
        shown(&corpus),
        ["1=a NaN", "a.jsonl:2=b", "a.jsonl:3 text_not_a_string", "a.jsonl:4 invalid_json", "5=e"]
    );
    let first = corpus.read(DocId::new(0)).unwrap();
    assert_eq!((first.fields, first.decoding.not_finite), (vec![None], true));
    let last = corpus.read(DocId::new(4)).unwrap();
    assert_eq!((last.fields, last.decoding.not_finite), (vec![Some(FieldValue::Number(2.5))], false));
    let told = corpus.read(DocId::new(2)).unwrap_err().to_string();
    assert!(told.contains("holds NaN"), "{told}");
    // Written as they were read.
    assert_eq!(&*corpus.raw(DocId::new(1)).unwrap(), text.lines().nth(1).unwrap().as_bytes());
}

#[test]
fn fields_inside_of_objects_are_named_by_paths() {
    let options = || {
        made(|options: &mut InputOptions| {
            (options.id_field, options.text_field) = ("meta.id".to_owned(), "page.body".to_owned());
            options.fields = vec!["meta.date".to_owned(), "meta".to_owned()];
        })
    };
    let text = concat!(
        "{\"meta\": {\"id\": 7, \"date\": \"2026-01-02\"}, \"page\": {\"body\": \"نص \\u0645\"}}\n",
        "{\"page.body\": \"literal\", \"page\": {\"body\": \"inside\"}, \"meta\": {\"id\": \"x\"}}\n",
        "{\"page\": {\"body\": \"a\", \"body\": \"b\"}}\n",
        "{\"page\": \"no object\", \"meta\": null}\n",
        "{\"page\": {\"body\": null}}\n",
        "{\"\\u0070age\": {\"body\": \"escaped key\"}}\n",
    );
    let corpus = read("a.jsonl", text, options());
    let wanted = [
        "7=نص م",
        "x=literal",
        "a.jsonl:3 duplicate_field",
        "a.jsonl:4 missing_text",
        "a.jsonl:5 null_text",
        "a.jsonl:6=escaped key",
    ];
    assert_eq!(shown(&corpus), wanted);
    assert_eq!(corpus.read(DocId::new(0)).unwrap().fields, [Some(FieldValue::Text("2026-01-02".to_owned())), None]);

    let rewritten = corpus.rewrite(DocId::new(0), "جديد").unwrap();
    let rewritten: Value = serde_json::from_slice(&rewritten).unwrap();
    assert_eq!(rewritten, json!({"meta": {"id": 7, "date": "2026-01-02"}, "page": {"body": "جديد"}}));
}

#[test]
fn lists_of_strings_and_messages_are_texts() {
    let text = concat!(
        "{\"id\": 1, \"text\": [\"أول\", \"ثان\"]}\n",
        "{\"id\": 2, \"text\": [{\"role\": \"user\", \"content\": \"س\"}, {\"role\": \"assistant\", \"content\": \"ج\"}]}\n",
        "{\"id\": 3, \"text\": [1, 2]}\n",
        "{\"id\": 4, \"text\": []}\n",
        "{\"id\": 5, \"text\": [{\"url\": \"x\"}]}\n",
    );
    let wanted = ["1=أول\nثان", "2=س\nج", "a.jsonl:3 text_not_a_string", "4=", "a.jsonl:5 text_not_a_string"];
    assert_eq!(lines(text, InputOptions::default()), wanted);

    let corpus = read("a.jsonl", text, InputOptions::default());
    assert_eq!(corpus.rewrite(DocId::new(0), "x").unwrap_err().reason.code(), "extracted");

    // Whole records are removed as ever; spans of such texts cannot be cut out.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.jsonl");
    let record = json!({"text": [STORY, OTHER]}).to_string() + "\n";
    fs::write(&path, record.repeat(2)).unwrap();
    let run = |options| clean(std::slice::from_ref(&path), Path::new("-"), options, InputOptions::default());
    assert_eq!(run(Options::default()).unwrap(), record.as_bytes());
    let error = run(made(|options: &mut Options| options.unit = UnitLevel::Paragraph)).unwrap_err().to_string();
    assert!(error.contains("lists of texts"), "{error}");
}

#[test]
fn utf16_is_read_and_written_in_its_byte_order() {
    let directory = tempfile::tempdir().unwrap();
    let text = format!("\u{feff}{}\n{}\n", json!({"id": 1, "text": STORY}), json!({"id": 2, "text": STORY}));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (from, to) = (directory.path().join("a.jsonl"), directory.path().join("b.jsonl"));
    fs::write(&from, wide).unwrap();
    clean(&[from], &to, Options::default(), InputOptions::default()).unwrap();
    let kept = format!("\u{feff}{}\n", json!({"id": 1, "text": STORY}));
    assert_eq!(fs::read(&to).unwrap(), kept.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
}

#[test]
fn text_with_one_document_a_line() {
    let options = || made(|options: &mut InputOptions| options.format = Some(InputFormat::Lines));
    let text = format!("{STORY}\r\n\n{OTHER}\n{STORY}\nend");
    let corpus = read("a.txt", &text, options());
    let wanted =
        [format!("a.txt:1={STORY}"), format!("a.txt:3={OTHER}"), format!("a.txt:4={STORY}"), "a.txt:5=end".to_owned()];
    assert_eq!(shown(&corpus), wanted);

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.txt");
    fs::write(&path, &text).unwrap();
    let streamed = clean(&[path], Path::new("-"), Options::default(), options()).unwrap();
    assert_eq!(String::from_utf8(streamed).unwrap(), format!("{STORY}\r\n{OTHER}\nend"));
}

proptest! {
    /// What is read from an array is what is read from its values line by line.
    #[test]
    fn an_array_holds_the_records_of_its_lines(
        values in prop::collection::vec(
            prop::sample::select(vec![
                "{\"id\":1,\"text\":\"a\"}", "{\"text\":\"\\u0645 \\\\\"}", "{\"text\":[\"a\",\"]\"]}", "{}", "[{\"text\":1}]",
                "{\"id\":NaN,\"text\":\"}\"}", "{\"id\":{},\"text\":\"{\"}", "null", "\"a,b\"", "-1.5",
            ]),
            0..12,
        ),
        space in prop::sample::select(vec!["", "\n", " \r\n\t"]),
    ) {
        let array = format!("[{}]", values.join(&format!("{space},{space}")));
        let strip = |records: Vec<String>| -> Vec<String> {
            records.into_iter().map(|record| record.split_once([' ', '=']).map_or(record.clone(), |(_, rest)| rest.to_owned())).collect()
        };
        // An object first, so that the lines are no array.
        let lines = format!("{{\"text\":\"\"}}\n{}", values.join("\n"));
        let from_lines = strip(lines_of(&lines)).split_off(1);
        prop_assert_eq!(strip(shown(&read("a.json", &array, InputOptions::default()))), from_lines);
    }
}

fn lines_of(text: &str) -> Vec<String> {
    lines(text, InputOptions::default())
}
