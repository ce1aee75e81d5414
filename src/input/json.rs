//! One line of JSON, checked as a whole; it gives the top-level fields of its object as byte ranges of the line.
//!
//! `serde_json` checks every byte against RFC 8259 and skips unwanted values without building them. The ranges allow
//! one value to be replaced while all others stay byte for byte. This scan decides what is valid and describes errors;
//! [`fast`] reads valid lines, which are most.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

pub(super) mod escapes;
pub(super) mod fast;
pub(super) mod half_pairs;
pub(super) mod not_finite;
pub(super) mod path;
pub(super) mod texts;
pub(super) mod values;

/// An error and the byte at which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InvalidJson {
    pub(super) offset: usize,
    pub(super) what: String,
    /// Whether the line is a valid beginning that ends too early.
    pub(super) unfinished: bool,
}

impl InvalidJson {
    fn new(error: &serde_json::Error, text: &str) -> Self {
        // The column counts from 1 the bytes read of a line; values in an array may have many lines.
        let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = error.to_string();
        let what = what.strip_suffix(&place).unwrap_or(&what).to_owned();

        Self { offset: before + error.column().saturating_sub(1), what, unfinished: error.is_eof() }
    }
}

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    Null,
    Bool,
    Integer,
    /// A number with a fraction or an exponent.
    Float,
    /// `NaN` or an infinity, which are no JSON: see [`not_finite`].
    NotFinite,
    String,
    Array,
    Object,
}

impl ValueKind {
    /// The kind of a valid value.
    pub(super) fn of(value: &str) -> Self {
        match value.trim_start_matches(SPACE).as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Bool,
            Some(b'-' | b'0'..=b'9') if value.contains(['.', 'e', 'E']) => Self::Float,
            Some(b'-' | b'0'..=b'9') => Self::Integer,
            _ => Self::Null,
        }
    }

    /// The name with an article, for messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a number with a fraction or an exponent",
            Self::NotFinite => "NaN or an infinity, which JSON does not have",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// JSON's white space.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// A value: its kind, and its range in the line, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JsonValue {
    pub(super) kind: ValueKind,
    pub(super) range: Range<usize>,
}

/// Checks that `line` is one valid JSON value. If it is an object, calls `field` with each of its keys (decoded) and
/// values in order. Returns the kind of the value. Linear in the line.
///
/// # Errors
///
/// [`InvalidJson`] with the first invalid byte.
pub(super) fn scan<'a>(line: &'a str, field: impl FnMut(Cow<'a, str>, JsonValue)) -> Result<ValueKind, InvalidJson> {
    let kind = ValueKind::of(line);
    let mut json = Deserializer::from_str(line);
    let read = match kind {
        ValueKind::Object => json.deserialize_map(FieldReporter { line, field }),
        _ => IgnoredAny::deserialize(&mut json).map(drop),
    };

    // Nothing but white space may follow the value.
    read.and_then(|()| json.end()).map_err(|error| InvalidJson::new(&error, line))?;

    Ok(kind)
}

/// The text of the string at `range` of a scanned line, quotes included. Borrowed if it has no escapes.
///
/// # Errors
///
/// An escape that is no character: half a surrogate pair.
pub(super) fn decode(line: &str, range: Range<usize>) -> Result<Cow<'_, str>, InvalidJson> {
    let start = range.start;
    let value = line.get(range);
    debug_assert!(value.is_some(), "a range of another line");
    // Without the value, the error is that of an empty one.
    let value = value.unwrap_or("");
    // A scanned string without a backslash is its own text.
    if let Some(content) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'))
        && memchr::memchr(b'\\', content.as_bytes()).is_none()
    {
        return Ok(Cow::Borrowed(content));
    }
    let text: Result<JsonText<'_>, _> = serde_json::from_str(value);

    text.map(|text| text.0).map_err(|error| {
        let invalid = InvalidJson::new(&error, value);
        InvalidJson { offset: start + invalid.offset, ..invalid }
    })
}

/// The bytes of a record as JSON that every parser reads: with numbers in place of `NaN` and infinities, with U+FFFD
/// in place of half surrogate pairs, without a byte order mark.
pub(crate) fn valid_json(record: &[u8]) -> Cow<'_, str> {
    let record = record.strip_prefix(super::encoding::BOM).unwrap_or(record);
    let text = String::from_utf8_lossy(record);
    let text = half_pairs::replaced(&text).map_or(text, Cow::Owned);
    not_finite::replaced(&text).map_or(text, Cow::Owned)
}

/// A string, borrowed if it has no escapes.
#[derive(serde::Deserialize)]
struct JsonText<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reports the fields of an object.
struct FieldReporter<'a, F> {
    line: &'a str,
    field: F,
}

impl<'a, F: FnMut(Cow<'a, str>, JsonValue)> Visitor<'a> for FieldReporter<'a, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<JsonText<'a>>()? {
            let value = map.next_value::<&'a RawValue>()?.get();
            // A raw value is a part of the line, so the distance of the two is its offset.
            let start = value.as_ptr() as usize - self.line.as_ptr() as usize;

            (self.field)(key.0, JsonValue { kind: ValueKind::of(value), range: start..start + value.len() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
