//! One line of JSON, checked whole; the top-level fields of its object come out as byte ranges of the line.
//!
//! Here `serde_json` does the work: every byte is checked against RFC 8259, values that nobody asked for are passed over
//! without building or nesting anything, and ranges let one value be replaced while all others stay byte for byte. It
//! decides what is valid and says what is wrong; [`fast`] reads the many lines that have nothing wrong with them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

pub(super) mod escapes;
pub(super) mod fast;

/// What is wrong, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InvalidJson {
    pub(super) offset: usize,
    pub(super) what: String,
    /// Whether the line only ends too early.
    pub(super) unfinished: bool,
}

impl InvalidJson {
    fn new(error: &serde_json::Error) -> Self {
        // The line has no line feed, so the column (from 1) counts the bytes read.
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = error.to_string();
        let what = what.strip_suffix(&place).unwrap_or(&what).to_owned();
        Self { offset: error.column().saturating_sub(1), what, unfinished: error.is_eof() }
    }
}

/// What kind of value stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    Null,
    Bool,
    Integer,
    /// A number with a fraction or an exponent.
    Float,
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

    /// With an article, for messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a number with a fraction or an exponent",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// JSON's white space.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// A value: its kind and where it stands in the line, quotes included.
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
/// The first byte that cannot be right.
pub(super) fn scan<'a>(line: &'a str, field: impl FnMut(Cow<'a, str>, JsonValue)) -> Result<ValueKind, InvalidJson> {
    let kind = ValueKind::of(line);
    let mut json = Deserializer::from_str(line);
    let read = match kind {
        ValueKind::Object => json.deserialize_map(FieldReporter { line, field }),
        _ => IgnoredAny::deserialize(&mut json).map(drop),
    };
    read.and_then(|()| json.end()).map_err(|error| InvalidJson::new(&error))?;
    Ok(kind)
}

/// The text of the string that stands at `range` of a scanned line, quotes included. Borrowed if it has no escapes.
///
/// # Errors
///
/// An escape that stands for no character: half a surrogate pair.
pub(super) fn decode(line: &str, range: Range<usize>) -> Result<Cow<'_, str>, InvalidJson> {
    let start = range.start;
    let text: Result<JsonText<'_>, _> = serde_json::from_str(line.get(range).unwrap_or_default());
    text.map(|text| text.0).map_err(|error| {
        let invalid = InvalidJson::new(&error);
        InvalidJson { offset: start + invalid.offset, ..invalid }
    })
}

/// A string, borrowed where it can be.
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
            let start = value.as_ptr() as usize - self.line.as_ptr() as usize;
            (self.field)(key.0, JsonValue { kind: ValueKind::of(value), range: start..start + value.len() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
