//! The scanner against a table and against `serde_json`.

use proptest::prelude::*;

use super::*;

/// One JSON text each.
const VALID: &[&str] = &[
    "{}",
    " {\t} ",
    "[]",
    "[ ]",
    "\"\"",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e5",
    "1E+5",
    "1.0e-5",
    "true",
    "false",
    "null",
    "\r null \r",
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\u0645\u0640""#,
    r#""\uD83D\uDE00""#,
    r#""\u0000""#,
    "\"\u{7f}\"",
    "\"\u{2028}\u{feff}مرحبا😀\"",
    r#"{"a":1}"#,
    r#"{ "a" : 1 , "b" : [ 1 , { } ] }"#,
    r#"{"":""}"#,
    r#"{"a":1,"a":2}"#,
    r#"{"a":{"b":{"c":[{"d":[[[]]]}]}}}"#,
    "[1,[2,[3,[]]],{\"a\":[]}]",
    "123456789012345678901234567890",
    r#"[{"a":null},[],"x",-0.0e-0]"#,
];

/// No JSON texts.
const INVALID: &[&str] = &[
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    "{]",
    "[}",
    "[1}",
    r#"{"a":1]"#,
    "{} {}",
    "{}}",
    "{} x",
    "[],",
    "[1,]",
    "[,1]",
    "[,]",
    "[1 2]",
    "[1,,2]",
    r#"{"a":1,}"#,
    r#"{,"a":1}"#,
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a" 1}"#,
    r#"{"a"::1}"#,
    r#"{a:1}"#,
    r#"{'a':1}"#,
    r#"{1:1}"#,
    r#"{"a":1 "b":2}"#,
    r#"{"a":1;"b":2}"#,
    "NaN",
    "[NaN]",
    "Infinity",
    "[-Infinity]",
    "01",
    "[-01]",
    "+1",
    ".5",
    "1.",
    "[1.e5]",
    "1e",
    "1e+",
    "-",
    "0x10",
    "1_000",
    "tru",
    "truex",
    "nul",
    "True",
    "[nulll]",
    "\"",
    "\"a",
    "\"\\\"",
    r#""\q""#,
    r#""\x41""#,
    r#""\u12""#,
    r#""\u12G4""#,
    r#""\u+123""#,
    r#""\uD800""#,
    r#""\uDC00""#,
    r#""\uD800\uD800""#,
    r#""\uD800\u0041""#,
    r#""\uD800x""#,
    "\"\t\"",
    "\"\u{0}\"",
    "\"\u{1f}\"",
    "\"abcdefgh\u{1}\"",
    "{\"a\u{a0}\":1}x",
    "{\u{a0}}",
    "\u{feff}{}",
    "[1]//",
    "[1]/**/",
    "'a'",
    r#"{"a":[1,{"b":"\uD800"}]}"#,
    r#"{"a":[tru]}"#,
    "[1\u{c}]",
];

/// Every text stands alone, as a field of an object, and inside an array in a field; its verdict stays.
#[test]
fn the_table_holds_at_every_depth() {
    for (texts, good) in [(VALID, true), (INVALID, false)] {
        for text in texts {
            let inside = |text: &str| [format!(r#"{{"x":{text},"y":0}}"#), format!(r#"{{"x":[0,{text}]}}"#)];
            let mut lines = vec![(*text).to_owned()];
            // These are errors only by what surrounds them; elsewhere they complete something valid.
            if !["}", "]", "[],", "{}}", "[1]//", "{} {}"].contains(text) {
                lines.extend(inside(text));
            }
            for line in lines {
                assert_eq!(scan(&line, |_, _| {}).is_ok(), good, "{line:?}");
                assert_eq!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), good, "oracle on {line:?}");
            }
        }
    }
}

#[test]
fn fields_are_reported_in_order_with_their_ranges() {
    let line = r#" {"a" : "x\n" , "\u0062":[1, {"c":2}],"d":-1.5e3} "#;
    let mut fields = Vec::new();
    let kind = scan(line, |key, value| fields.push((key.into_owned(), value.kind, &line[value.range])));
    assert_eq!(kind, Ok(Kind::Object));
    let expected = [
        ("a".to_owned(), Kind::String, r#""x\n""#),
        ("b".to_owned(), Kind::Array, r#"[1, {"c":2}]"#),
        ("d".to_owned(), Kind::Float, "-1.5e3"),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn nesting_has_a_limit_and_needs_no_stack() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(scan(&nested(MAX_DEPTH), |_, _| {}), Ok(Kind::Array));
    let refused = Invalid { offset: MAX_DEPTH, what: "nested deeper than 1024 levels" };
    assert_eq!(scan(&nested(MAX_DEPTH + 1), |_, _| {}), Err(refused));
    assert_eq!(scan(&nested(1_000_000), |_, _| {}), Err(refused));
    let mixed = format!("{}0{}", r#"{"a":["#.repeat(500), "]}".repeat(500));
    assert_eq!(scan(&mixed, |_, _| {}), Ok(Kind::Object));
}

#[test]
fn errors_say_where() {
    let offset = |line: &str| scan(line, |_, _| {}).unwrap_err().offset;
    assert_eq!(offset(r#"{"a":tru}"#), 5);
    assert_eq!(offset(r#"{"a":"مر\q"}"#), 10);
    assert_eq!(offset(r#"{"a":1"#), 6);
    assert_eq!(offset(r#"{"a":1} x"#), 8);
    assert_eq!(scan("{\"a\":\"", |_, _| {}).unwrap_err().what, "the line ends too early");
}

/// The scan of strings, eight bytes at a time, against one byte at a time.
fn plain_reference(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap_or(bytes.len())
}

proptest! {
    #[test]
    fn plain_stops_at_the_first_special_byte(bytes in prop::collection::vec(
        prop_oneof![8 => 0x80..=0xFFu8, 4 => any::<u8>(), 1 => Just(b'"'), 1 => Just(b'\\'), 1 => 0x1E..0x24u8], 0..64)
    ) {
        prop_assert_eq!(plain(&bytes), plain_reference(&bytes));
    }

    #[test]
    fn every_string_survives_encoding(text in any::<String>(), key in any::<String>()) {
        let line = serde_json::json!({ key.clone(): text.clone() }).to_string();
        let mut seen = None;
        scan(&line, |name, value| seen = Some((name.into_owned(), decode(&line, value.range).into_owned()))).unwrap();
        prop_assert_eq!(seen, Some((key, text)));
    }

    /// Escaped unit by unit, as writers do that keep to ASCII.
    #[test]
    fn every_string_survives_escaping(text in any::<String>()) {
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let line = format!("\"{escaped}\"");
        prop_assert_eq!(scan(&line, |_, _| {}), Ok(Kind::String));
        prop_assert_eq!(decode(&line, 0..line.len()), text);
    }

    /// Random pieces of JSON and damaged JSON: the same verdict as the oracle.
    #[test]
    fn the_oracle_agrees(pieces in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"", "\\", "1", "-", "0", ".", "e", "5", "true", "null", "fals", " ",
        "\\u", "0645", "\\ud83d", "\\ude00", "\\n", "م", "\t", "{\"a\":", "{\"b\":[", "]}", "\"text\":\"x\"",
    ]), 0..14)) {
        let line: String = pieces.concat();
        let valid = scan(&line, |_, _| {}).is_ok();
        prop_assert_eq!(valid, oracle(&line).unwrap_or(valid), "{:?}", line);
    }

    #[test]
    fn the_oracle_agrees_on_damaged_records(at in any::<prop::sample::Index>(), with in prop::sample::select(vec![
        "", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", " ", "\n", "\u{1}", "x", "\\u00", "م",
    ]), cut in 0usize..3) {
        let line = r#"{"id":"a1","text":"مر\u062d\ud83d\ude00 \"x\"\n","n":[1,-2.5e+3,null,true,{"k":[]}],"z":{}}"#;
        let at = at.index(line.len());
        let (start, end) = (line.floor_char_boundary(at), line.ceil_char_boundary((at + cut).min(line.len())));
        let damaged = format!("{}{with}{}", &line[..start], &line[end..]);
        let valid = scan(&damaged, |_, _| {}).is_ok();
        prop_assert_eq!(valid, oracle(&damaged).unwrap_or(valid), "{:?}", damaged);
    }
}

/// `serde_json`'s verdict; none on numbers beyond `f64`, which are valid JSON but end its parse.
fn oracle(line: &str) -> Option<bool> {
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(_) => Some(true),
        Err(error) if error.to_string().contains("out of range") => None,
        Err(_) => Some(false),
    }
}
