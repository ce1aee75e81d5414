//! Escapes of half a surrogate pair: half an emoji, where a program cut a text after a number of UTF-16 units. JSON
//! allows them, but they are no characters.

use std::ops::Range;

use super::escapes;

/// The escape of U+FFFD, which is as long as the escapes in whose place it stands.
const REPLACEMENT: &str = r"\ufffd";

/// `line` with U+FFFD for each half of a surrogate pair, so that the ranges of all values stay; `None` if there are
/// none. Linear.
pub(in crate::input) fn replaced(line: &str) -> Option<String> {
    let mut out = String::new();
    let (mut at, mut done) = (0, 0);
    while let Some(found) = line.as_bytes().get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += found;
        let (range, is_half) = escape(line.as_bytes(), at);
        if is_half {
            out.push_str(line.get(done..at)?);
            out.push_str(REPLACEMENT);
            done = range.end;
        }
        at = range.end;
    }

    out.push_str(line.get(done..)?);
    (done > 0).then_some(out)
}

/// The escape at `at`, with both halves of a pair, and whether it is one half.
fn escape(line: &[u8], at: usize) -> (Range<usize>, bool) {
    let unit = |at: usize| line.get(at..).and_then(escapes::unit);
    match (unit(at), unit(at + REPLACEMENT.len())) {
        (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => (at..at + 2 * REPLACEMENT.len(), false),
        (Some(0xD800..0xE000), _) => (at..at + REPLACEMENT.len(), true),
        // The byte behind a backslash begins no other escape.
        _ => (at..at + 2, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_pairs_become_replacement_characters_of_their_length() {
        let line = r#"{"a":"\ud83dx\uDE00","b\\ud83d":"\ud83d\ude00 \ud83d\ud83d\ude00","c":"\ud83d\n\u0645\ud83d"}"#;
        let wanted = r#"{"a":"\ufffdx\ufffd","b\\ud83d":"\ud83d\ude00 \ufffd\ud83d\ude00","c":"\ufffd\n\u0645\ufffd"}"#;
        assert_eq!(replaced(line).as_deref(), Some(wanted));
        for whole in [r#"{"a":"\ud83d\ude00"}"#, r#"{"a":"\\ud83d"}"#, r#"{"a":"\ud83"#, "\\", ""] {
            assert_eq!(replaced(whole), None, "{whole}");
        }
    }
}
