//! `NaN`, `Infinity` and `-Infinity`, which are no JSON, but which Python and others write.

/// The words, and valid numbers of the same length in their place.
const WORDS: [(&[u8], &[u8]); 2] = [(b"Infinity", b"0       "), (b"NaN", b"0  ")];

/// `line` with each of the words outside of strings replaced by a number of the same length, so that the ranges of
/// all values stay; `None` if there are none. Linear.
pub(in crate::input) fn replaced(line: &str) -> Option<String> {
    let bytes = line.as_bytes();
    // Most lines that are broken have other defects.
    if !WORDS.iter().any(|(word, _)| memchr::memmem::find(bytes, word).is_some()) {
        return None;
    }

    let mut out = bytes.to_vec();
    let (mut at, mut is_changed) = (0, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(b"\"") {
            at += string(rest);
            continue;
        }

        let found = WORDS.iter().find(|(word, _)| rest.starts_with(word));
        let Some((word, number)) = found else {
            at += 1;
            continue;
        };
        if let Some(place) = out.get_mut(at..at + word.len()) {
            place.copy_from_slice(number);
        }
        (at, is_changed) = (at + word.len(), true);
    }

    // Only ASCII was replaced by ASCII.
    String::from_utf8(out).ok().filter(|_| is_changed)
}

/// Length of the string at the beginning of `bytes`, quotes included.
fn string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        // The escaped byte is no end.
        at += 2;
    }
    bytes.len()
}

/// The word at the beginning of a value that [`replaced`] took out.
pub(in crate::input) fn word(value: &str) -> Option<&'static str> {
    ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| value.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_outside_of_strings_become_numbers_of_their_length() {
        let line = r#"{"a": NaN, "NaN": [-Infinity,Infinity], "b": "NaN \" Infinity", "c\\": NaN}"#;
        let wanted = r#"{"a": 0  , "NaN": [-0       ,0       ], "b": "NaN \" Infinity", "c\\": 0  }"#;
        assert_eq!(replaced(line).as_deref(), Some(wanted));
        assert_eq!(line.len(), wanted.len());
        serde_json::from_str::<serde_json::Value>(wanted).unwrap();
        assert_eq!(replaced(r#"{"a": "NaN"}"#), None);
        assert_eq!(replaced(r#"{"a": 1"#), None);
        assert_eq!(replaced("\"NaN\\"), None);
    }
}
