//! The ends of JSON values that stand in an array, or one after the other, over any number of lines.
//!
//! Commas, white space and the brackets of the outer arrays are between values. A bracket after a comma or another
//! bracket begins a value that is an array; any other opens an outer array. So `][`, which joins two runs of a writer,
//! is between values too, and any place right after a value can be searched from without knowing what came before.
//!
//! A value is delimited, not checked. If it is broken, it ends early: before a line feed inside a string, before an
//! object that begins where a key or a comma must stand, before a bracket that closes no array of the value. So a
//! broken value costs itself, and the values after it are found.

use std::ops::Range;

/// Nested levels whose kind is known; deeper ones are only counted.
const LEVELS: u32 = u64::BITS;

/// Finds the ends of values in bytes that arrive in pieces.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct JsonScanner {
    state: ValueState,
    /// The kinds of the open levels: one bit for each, 1 for an object; the lowest is the innermost.
    kinds: u64,
    depth: u32,
    /// The last byte that is no white space: inside the value, or between values since the last one.
    last: u8,
    /// Whether the bytes of the string so far end in an odd number of backslashes.
    is_escaped: bool,
    /// Bytes taken since the last value.
    taken: usize,
    /// How many of them precede the current value.
    begin: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueState {
    Between,
    /// Inside an object or array, outside of strings.
    Inside,
    String,
    /// A number, a literal, or what is none.
    Bare,
    /// The value ended; the next byte is between values.
    Ended,
}

impl JsonScanner {
    /// A scanner right after a value, or at the beginning of a file.
    pub(in crate::input) const fn new() -> Self {
        Self { state: ValueState::Between, kinds: 0, depth: 0, last: 0, is_escaped: false, taken: 0, begin: 0 }
    }

    /// Takes bytes up to the end of the next value, and returns their number; `None` if all bytes were taken and no
    /// value ended. The number is 0 if a broken value ends before these bytes.
    pub(in crate::input) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.state == ValueState::Ended {
            *self = Self::new();
        }

        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (length, has_ended) = match self.state {
                ValueState::Between | ValueState::Ended => (self.between(rest, at), false),
                ValueState::Inside => self.inside(rest),
                ValueState::String => self.string(rest),
                ValueState::Bare => bare(rest),
            };

            at += length;
            if has_ended {
                self.state = ValueState::Ended;
                return Some(at);
            }
        }
        self.taken += at;
        None
    }

    /// Whether a value has begun and not ended.
    pub(in crate::input) fn in_value(&self) -> bool {
        matches!(self.state, ValueState::Inside | ValueState::String | ValueState::Bare)
    }

    /// Whether the last byte after the last value closes an array.
    pub(in crate::input) fn is_closed(&self) -> bool {
        self.state == ValueState::Between && self.last == b']'
    }

    /// The number of bytes between the last value and the current one, or the one that just ended.
    pub(in crate::input) fn begin(&self) -> usize {
        self.begin
    }

    /// Takes bytes between values, and the first byte of a value.
    fn between(&mut self, bytes: &[u8], at: usize) -> usize {
        for (place, byte) in bytes.iter().enumerate() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b',' | b']' => {}
                b'[' if !matches!(self.last, b',' | b'[') => {}
                _ => {
                    self.begin = self.taken + at + place;
                    self.open(*byte);
                    return place + 1;
                }
            }
            self.last = *byte;
        }
        bytes.len()
    }

    /// Begins a value at its first byte.
    fn open(&mut self, byte: u8) {
        (self.kinds, self.depth) = (0, 0);
        match byte {
            b'{' | b'[' => self.push(byte),
            b'"' => (self.state, self.is_escaped) = (ValueState::String, false),
            _ => self.state = ValueState::Bare,
        }
    }

    /// Enters an object or array.
    fn push(&mut self, byte: u8) {
        if self.depth < LEVELS {
            self.kinds = self.kinds << 1 | u64::from(byte == b'{');
        }
        self.depth += 1;
        (self.state, self.last) = (ValueState::Inside, byte);
    }

    /// Leaves the innermost object or array.
    fn pop(&mut self) {
        if self.depth <= LEVELS {
            self.kinds >>= 1;
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether the innermost level is an object; `None` where it is too deep to be known.
    fn in_object(&self) -> Option<bool> {
        (self.depth <= LEVELS).then_some(self.kinds & 1 == 1)
    }

    /// Takes bytes of an object or array. Returns their number, and whether the value has ended.
    fn inside(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (place, byte) in bytes.iter().enumerate() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'"' => {
                    (self.state, self.is_escaped, self.last) = (ValueState::String, false, b'"');
                    return (place + 1, false);
                }
                b'{' | b'[' => {
                    // Nothing valid goes on like this: the value was not closed, and the next one begins here.
                    let fits = match self.in_object() {
                        Some(true) => self.last == b':',
                        Some(false) => matches!(self.last, b',' | b'['),
                        None => true,
                    };
                    if !fits {
                        return (place, true);
                    }
                    self.push(*byte);
                }
                b']' if self.in_object() == Some(true) => return (place, true),
                b']' | b'}' => {
                    // An array that was not closed ends with its object.
                    if *byte == b'}' && self.in_object() == Some(false) {
                        self.pop();
                    }
                    self.pop();
                    self.last = *byte;
                    if self.depth == 0 {
                        return (place + 1, true);
                    }
                }
                _ => self.last = *byte,
            }
        }
        (bytes.len(), false)
    }

    /// Takes bytes of a string. Returns their number, and whether the value has ended.
    fn string(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut from = 0;
        loop {
            let rest = bytes.get(from..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\n', rest) else {
                self.is_escaped = self.escaped(rest);
                return (bytes.len(), false);
            };

            // No string holds a line feed: this one was not closed.
            if rest.get(found) == Some(&b'\n') {
                return (from + found, true);
            }

            let is_escaped = self.escaped(rest.get(..found).unwrap_or_default());
            self.is_escaped = false;
            from += found + 1;
            if !is_escaped {
                self.state = ValueState::Inside;
                return (from, self.depth == 0);
            }
        }
    }

    /// Whether the byte after `content`, which continues the string, is escaped.
    fn escaped(&self, content: &[u8]) -> bool {
        let backslashes = content.iter().rev().take_while(|byte| **byte == b'\\').count();
        let is_all = backslashes == content.len();
        (backslashes % 2 == 1) != (is_all && self.is_escaped)
    }
}

/// Takes bytes of a number, a literal, or what is none. Returns their number, and whether the value has ended.
fn bare(bytes: &[u8]) -> (usize, bool) {
    match bytes.iter().position(|byte| matches!(byte, b',' | b'[' | b']' | b'{' | b'\n')) {
        Some(end) => (end, true),
        None => (bytes.len(), false),
    }
}

/// The ranges of the values in `bytes`, which begin right after a value or with the file, and what precedes each
/// since the one before. A value that the bytes do not hold as a whole is the last one.
pub(in crate::input) fn values(bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + '_ {
    let (mut scan, mut next) = (JsonScanner::new(), Some(0));
    std::iter::from_fn(move || {
        let from = next?;
        let rest = bytes.get(from..)?;
        let end = scan.take(rest);
        // After a value without an end there is none.
        next = end.map(|end| from + end);

        let end = match end {
            Some(end) => end,
            // Its white space at the end belongs to it, as it would if a byte that ends it followed: the bytes may be cut off
            // right behind a value.
            None if scan.in_value() => rest.len(),
            None => return None,
        };
        let start = from + scan.begin();
        Some((from..start, start..from + end))
    })
}

/// Where bytes that are all at hand are cut.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) enum ValuesCut {
    /// After this many bytes, which end with a value.
    Values(usize),
    /// After all bytes: no value follows.
    Tail,
    /// After all bytes: the array is not closed.
    Unclosed,
}

/// The end of the last whole value within the first `size` bytes, or of the first value if that is larger. `closes`
/// tells that the values stand in an array.
pub(in crate::input) fn cut(bytes: &[u8], size: usize, closes: bool) -> ValuesCut {
    let (mut scan, mut end) = (JsonScanner::new(), 0);
    while let Some(length) = bytes.get(end..).and_then(|rest| scan.take(rest)) {
        // A value that does not fit begins the next part, unless it is the first one here.
        if end > 0 && end + length > size {
            return ValuesCut::Values(end);
        }
        end += length;
        if end >= size {
            return ValuesCut::Values(end);
        }
    }

    match end {
        0 if scan.in_value() => ValuesCut::Values(bytes.len()),
        0 if closes && !scan.is_closed() => ValuesCut::Unclosed,
        0 => ValuesCut::Tail,
        end => ValuesCut::Values(end),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// The values, found in pieces of `step` bytes.
    fn found(text: &str, step: usize) -> Vec<String> {
        let bytes = text.as_bytes();
        let (mut values, mut scan, mut from, mut at) = (Vec::new(), JsonScanner::new(), 0, 0);
        while at < bytes.len() {
            let piece = &bytes[at..(at + step).min(bytes.len())];
            match scan.take(piece) {
                Some(length) => {
                    values.push(text[from + scan.begin()..at + length].to_owned());
                    (at, from) = (at + length, at + length);
                }
                None => at += piece.len(),
            }
        }
        if scan.in_value() {
            values.push(text[from + scan.begin()..].to_owned());
        }
        values
    }

    fn whole(text: &str) -> Vec<&str> {
        values(text.as_bytes()).map(|(_, range)| &text[range]).collect()
    }

    #[test]
    fn values_are_found_in_arrays_and_without() {
        for text in ["[{},[1],\"a,b\"]", "{}\n[[1]\n,\"a,b\"]", "[{}\n][[1] ,\"a,b\"]", "\n[ {}, [1], \"a,b\" ]\r\n"] {
            assert_eq!(whole(text), ["{}", "[1]", "\"a,b\""], "{text}");
        }
        assert_eq!(whole("[]"), Vec::<&str>::new());
        assert_eq!(whole("[NaN, null ,-1.5]"), ["NaN", "null ", "-1.5"]);
        assert_eq!(whole(r#"[{"a":"\\\""},{"b":"\\"}]"#), [r#"{"a":"\\\""}"#, r#"{"b":"\\"}"#]);
    }

    #[test]
    fn a_broken_value_costs_itself() {
        for (broken, pieces) in [
            (r#"{"a":"x"#, 1),
            (r#"{"a":1"#, 1),
            (r#"{"a":1,"#, 1),
            (r#"{"a":[1}"#, 1),
            (r#"{"a":[{"b":1}"#, 1),
            (r#"{"a":"x"},"#, 1),
            ("nonsense", 1),
            (r#"{"a":"x" "b"}"#, 1),
        ] {
            let text = format!("[{{\"n\":1}},\n{broken}\n{{\"n\":2}},\n{{\"n\":3}}\n]");
            let values = whole(&text);
            assert_eq!(values.len(), 3 + pieces, "{text}: {values:?}");
            assert_eq!(
                (values[0], &values[values.len() - 2..]),
                ("{\"n\":1}", &["{\"n\":2}", "{\"n\":3}"][..]),
                "{text}"
            );
        }
        let cut_off = "[{\"n\":1},{\"n\":";
        assert_eq!(whole(cut_off), ["{\"n\":1}", "{\"n\":"]);
    }

    #[test]
    fn the_end_tells_whether_the_array_was_closed() {
        assert_eq!(cut(b"[{},{}]", 100, true), ValuesCut::Values(6));
        assert_eq!(cut(b"[{},{}]", 2, true), ValuesCut::Values(3));
        assert_eq!(cut(b" ]\n", 100, true), ValuesCut::Tail);
        assert_eq!(cut(b",\n", 100, true), ValuesCut::Unclosed);
        assert_eq!(cut(b"", 100, true), ValuesCut::Unclosed);
        assert_eq!(cut(b"\n", 100, false), ValuesCut::Tail);
        assert_eq!(cut(b",{\"a\"", 1, true), ValuesCut::Values(5));
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a\\\\\"\\[\\]{},\u{646} \\n]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a\\\\\"{\\]]{0,3}", inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// The values of valid arrays are those of `serde_json`, however the bytes arrive.
        #[test]
        fn arrays_are_cut_as_serde_json_reads_them(
            arrays in prop::collection::vec(prop::collection::vec(json(), 0..4), 1..3),
            pretty in any::<bool>(),
            step in 1..9_usize,
        ) {
            let write = |array: &Vec<Value>| {
                if pretty { serde_json::to_string_pretty(array).unwrap() } else { serde_json::to_string(array).unwrap() }
            };
            let text = arrays.iter().map(write).collect::<String>();
            let wanted: Vec<Value> = arrays.concat();
            let parse = |value: &str| serde_json::from_str::<Value>(value).unwrap();
            prop_assert_eq!(whole(&text).into_iter().map(parse).collect::<Vec<_>>(), wanted.clone(), "{}", text);
            let pieces = found(&text, step);
            prop_assert_eq!(pieces.iter().map(|value| parse(value)).collect::<Vec<_>>(), wanted, "{}", text);
        }

        /// No bytes make it panic or stop, and nothing but separators is outside of values.
        #[test]
        fn any_bytes_are_values_and_separators(text in "[\\[\\]{},:\"\\\\a1 \n]{0,40}", step in 1..5_usize) {
            let mut end = 0;
            for (between, range) in values(text.as_bytes()) {
                prop_assert!(between.start == end && between.end == range.start && range.start < range.end, "{}", text);
                prop_assert!(text[between].bytes().all(|byte| b"[], \n".contains(&byte)), "{}", text);
                end = range.end;
            }
            prop_assert!(text[end..].bytes().all(|byte| b"[], \n".contains(&byte)), "{}", text);
            prop_assert_eq!(whole(&text), found(&text, step), "{}", text);

            // Nor do values depend on where parts are cut off.
            let (mut parts, mut at) = (Vec::new(), 0);
            while let ValuesCut::Values(length) = cut(&text.as_bytes()[at..], step, false) {
                parts.extend(whole(&text[at..at + length]));
                at += length;
            }
            prop_assert_eq!(parts, whole(&text), "{}", text);
        }
    }
}
