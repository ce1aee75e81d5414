//! JSON against serde_json: a line is a record exactly if serde_json reads an object with a text, and then has its
//! text; and arrays and values over several lines, in memory and streamed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::document::DocId;
use mukarrar::input::{Corpus, InputFormat};
use mukarrar_fuzz::{read_both_ways, strict};
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    if mode % 2 == 0 {
        let _ = read_both_ways("a.json", rest, &strict(InputFormat::Json));
        return;
    }

    // One line: line ends inside of it would make several.
    let line: Vec<u8> = rest.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let _ = read_both_ways("a.jsonl", &line, &strict(InputFormat::JsonLines));
    let Ok(Value::Object(object)) = serde_json::from_slice(&line) else { return };
    let Some(Value::String(expected)) = object.get("text") else { return };

    let Ok(corpus) = Corpus::from_reader("a.jsonl", line.as_slice(), strict(InputFormat::JsonLines)) else {
        panic!("a valid line is no corpus")
    };
    match corpus.read(DocId::new(0)) {
        Ok(record) => assert_eq!(record.text, *expected),
        // serde_json keeps the last of two fields of one name; an id of another type is refused here.
        Err(reject) => assert!(
            matches!(reject.reason.code(), "duplicate_field" | "too_large" | "id_not_a_scalar"),
            "{reject}"
        ),
    }
});
