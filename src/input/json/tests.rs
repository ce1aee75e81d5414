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
    assert_eq!(kind, Ok(ValueKind::Object));
    let expected = [
        ("a".to_owned(), ValueKind::String, r#""x\n""#),
        ("b".to_owned(), ValueKind::Array, r#"[1, {"c":2}]"#),
        ("d".to_owned(), ValueKind::Float, "-1.5e3"),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn deep_nesting_needs_no_stack() {
    let nested = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(scan(&nested(1_000_000), |_, _| {}), Ok(ValueKind::Object));
    assert!(scan(&nested(1_000_000)[..1_500_000], |_, _| {}).is_err());
}

#[test]
fn errors_say_where() {
    let error = |line: &str| scan(line, |_, _| {}).unwrap_err();
    assert_eq!(error(r#"{"a":tru}"#).offset, 8);
    assert_eq!(error(r#"{"a":"مر\q"}"#).offset, 11);
    let trailing = InvalidJson { offset: 8, what: "trailing characters".to_owned(), unfinished: false };
    assert_eq!(error(r#"{"a":1} x"#), trailing);
    let open = error("{\"a\":\"");
    assert_eq!((open.what.as_str(), open.unfinished), ("EOF while parsing a string", true));
}

/// RFC 8259 allows half a surrogate pair, but it is no character.
#[test]
fn half_a_surrogate_pair_is_no_text() {
    let line = r#"{"text":"x\ud800y"}"#;
    let mut range = 0..0;
    assert_eq!(scan(line, |_, value| range = value.range), Ok(ValueKind::Object));
    assert!(decode(line, range).is_err());
}

/// What both scans say of a line; the fast one may give up, but never on a line of `must`.
fn compare(line: &str, must: bool) {
    let mut slow = Vec::new();
    let verdict = scan(line, |key, value| slow.push((key.into_owned(), value.range)));
    let mut quick = Vec::new();
    let found = fast::scan(line, |key, range| {
        quick.push((key.to_owned(), range));
        false
    });
    if found.is_some() {
        assert_eq!((verdict, &quick), (Ok(ValueKind::Object), &slow), "{line:?}");
    } else {
        assert!(!must, "{line:?}");
    }
}

#[test]
fn the_fast_scan_says_what_the_strict_one_says() {
    for (texts, must) in [(VALID, true), (INVALID, false)] {
        for text in texts {
            compare(text, false);
            compare(&format!(r#"{{"x":{text},"y":0}}"#), must);
            compare(&format!(r#" {{ "x" :[0,{text} ] , "z":{{"a":{text} }}}} "#), must);
            compare(&format!(r#"{{"x":"مرحبا {}","y":{text}}}"#, "\\u0645\\n".repeat(40)), must);
        }
    }
    compare(&format!(r#"{{"a":{}{}}}"#, "[".repeat(64), "]".repeat(64)), true);
    compare(&format!(r#"{{"a":{}{}}}"#, "[".repeat(65), "]".repeat(65)), false);
}

/// What both decoders say of the content of a string.
fn compare_decoders(content: &str) {
    let line = format!("\"{content}\"");
    let strict: Result<String, _> = serde_json::from_str(&line);
    let mut buffer = escapes::EscapeBuffers::default();
    // Quotes and control characters are the scan's to find.
    let scanned = !content.contains(|c| c < ' ') && scan(&line, |_, _| {}).is_ok_and(|kind| kind == ValueKind::String);
    match escapes::decode(content, &mut buffer) {
        Some(()) if scanned => assert_eq!(buffer.text, strict.unwrap(), "{content:?}"),
        None => assert!(strict.is_err(), "{content:?}"),
        Some(_) => assert!(strict.is_err(), "{content:?}"),
    }
    if scanned {
        assert!(escapes::valid(content.as_bytes()).is_some(), "{content:?}");
    }
}

#[test]
fn escapes_are_decoded_as_strictly() {
    let table = [
        "",
        "x",
        r"\n",
        r"\\\\",
        r#"\/\b\f\r\t\""#,
        r"\u0000",
        r"\u06Ff\u06fF",
        r"\u060",
        r"\u06g0",
        r"\u060g",
        r"\u06",
        r"\u",
        r"\",
        r"\ud83d\ude00",
        r"\uD83D",
        r"\uDE00\uD83D",
        r"\ud83dx",
        r"\ud83d\n",
        r"\ud83d\u0645",
        r"\ud83d\ud83d\ude00",
        r"\u+123",
        r"\u0645\u0631 \u062d\u0628",
        r"م\u0645م",
        r"\uFFFF\uE000\uD7FF",
        r"\x",
        r"\u06\u0645",
        "\\u06\u{661}",
    ];
    for content in table {
        compare_decoders(content);
        compare_decoders(&format!("{content}{content}"));
        compare_decoders(&format!("{}{content}", r"\u0645".repeat(9)));
        compare_decoders(&format!("{} {content} end", "نص طويل قبل الرموز "));
    }
}

/// Longer than any buffer of the decoder, with characters on every border.
#[test]
fn long_runs_are_decoded_whole() {
    for between in ["", "م", "x", "😀", "ممممممممممممم", r"\n", r"\u200c", r"\ud83d\ude00"] {
        for before in ["", "x"] {
            compare_decoders(&format!("{before}{}", format!(r"\u0645{between}").repeat(3000)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Lines of pieces that matter, most of them broken somewhere.
    #[test]
    fn both_scans_agree_on_broken_lines(pieces in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"text\":\"x\"", "\\", "\\\\", "\\\"", "\\u0645", "\\ud800", "\\u06", "1", "-", "0",
        ".5", "e+1", "true", "null", "nul", " ", "\t", "\r", "\u{1}", "م", "{\"a\":", "\"b\":[", "{}", "[]",
    ]), 0..14)) {
        let inner = pieces.concat();
        compare(&inner, false);
        compare(&format!("{{\"a\":{inner}}}"), false);
        compare(&format!("{{\"a\":\"{inner}\",\"b\":[{inner}]}}"), false);
    }

    /// A good line with one byte changed, left out or doubled.
    #[test]
    fn both_scans_agree_on_damaged_lines(at in 0_usize..200, byte in 0_u8..128, way in 0..3) {
        let mut line = br#"{"id": "snn1", "text": "\u0645 \"q\" \\ \n", "n": [1, -2.5e-3, {"k": null, "t": [true, false, {}]}], "e": {}}"#.to_vec();
        let at = at % line.len();
        match way {
            0 => line[at] = byte,
            1 => drop(line.remove(at)),
            _ => line.insert(at, byte),
        }
        compare(std::str::from_utf8(&line).unwrap(), false);
    }

    #[test]
    fn both_decoders_agree(pieces in prop::collection::vec(prop::sample::select(vec![
        "\\u0645", "\\u06", "\\ud83d", "\\ude00", "\\n", "\\\\", "\\", "x", " ", "م", "u0", "6", "4f", "\\/", "long run of plain text",
    ]), 0..12)) {
        compare_decoders(&pieces.concat());
    }

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
