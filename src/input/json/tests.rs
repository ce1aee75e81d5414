//! The scanner against a table.

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
fn deep_nesting_needs_no_stack() {
    let nested = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(scan(&nested(1_000_000), |_, _| {}), Ok(Kind::Object));
    assert!(scan(&nested(1_000_000)[..1_500_000], |_, _| {}).is_err());
}

#[test]
fn errors_say_where() {
    let error = |line: &str| scan(line, |_, _| {}).unwrap_err();
    assert_eq!(error(r#"{"a":tru}"#).offset, 8);
    assert_eq!(error(r#"{"a":"مر\q"}"#).offset, 11);
    let trailing = Invalid { offset: 8, what: "trailing characters".to_owned(), unfinished: false };
    assert_eq!(error(r#"{"a":1} x"#), trailing);
    let open = error("{\"a\":\"");
    assert_eq!((open.what.as_str(), open.unfinished), ("EOF while parsing a string", true));
}

/// RFC 8259 allows half a surrogate pair, but it is no character.
#[test]
fn half_a_surrogate_pair_is_no_text() {
    let line = r#"{"text":"x\ud800y"}"#;
    let mut range = 0..0;
    assert_eq!(scan(line, |_, value| range = value.range), Ok(Kind::Object));
    assert!(decode(line, range).is_err());
}

proptest! {
    #[test]
    fn every_string_survives_encoding(text in any::<String>(), key in any::<String>()) {
        let line = serde_json::json!({ key.clone(): text.clone() }).to_string();
        let mut seen = None;
        let decoded = |range| decode(&line, range).map(Cow::into_owned);
        scan(&line, |name, value| seen = Some((name.into_owned(), decoded(value.range)))).unwrap();
        prop_assert_eq!(seen, Some((key, Ok(text))));
    }

    /// Escaped unit by unit, as writers do that keep to ASCII.
    #[test]
    fn every_string_survives_escaping(text in any::<String>()) {
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let line = format!("\"{escaped}\"");
        prop_assert_eq!(decode(&line, 0..line.len()), Ok(Cow::Owned(text)));
    }
}
