//! JSON values as an array, or one after the other.

use std::borrow::Cow;

use super::joined_pieces::JoinedPieces;
use crate::error::Result;

/// How JSON values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonForm {
    /// An array; each value as it was read, on lines of its own.
    Array,
    /// One after the other, each as it was read.
    Sequence,
    /// One a line.
    Lines,
}

/// Writes the values of one output.
pub(super) struct JsonWriter {
    form: JsonForm,
    has_begun: bool,
}

impl JsonWriter {
    pub(super) fn new(form: JsonForm) -> Self {
        Self { form, has_begun: false }
    }

    /// Writes a value.
    pub(super) fn value(&mut self, value: &[u8], out: &mut JoinedPieces<'_>) -> Result<()> {
        let value = if self.form == JsonForm::Lines { on_one_line(value) } else { Cow::Borrowed(value) };
        if self.form == JsonForm::Array {
            out.bytes(if self.has_begun { b",\n" } else { b"[\n" })?;
            self.has_begun = true;
            return out.bytes(&value);
        }
        out.piece(&[&value, b"\n"])
    }

    /// Writes what follows the last value.
    pub(super) fn finish(self, out: &mut JoinedPieces<'_>) -> Result<()> {
        match (self.form, self.has_begun) {
            (JsonForm::Array, true) => out.bytes(b"\n]\n"),
            (JsonForm::Array, false) => out.bytes(b"[]\n"),
            _ => Ok(()),
        }
    }
}

/// A valid value without its line breaks and the indentation after them. No string of JSON holds a line break.
fn on_one_line(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'\n', b'\r', value).is_none() {
        return Cow::Borrowed(value);
    }

    let mut out = Vec::with_capacity(value.len());
    for (number, line) in value.split(|byte| matches!(byte, b'\n' | b'\r')).enumerate() {
        out.extend_from_slice(if number == 0 { line } else { line.trim_ascii_start() });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_to_one_line() {
        let value = "{\r\n  \"a\": [\n    1,\n    \"ب  ج\"\n  ]\n}".as_bytes();
        assert_eq!(&*on_one_line(value), "{\"a\": [1,\"ب  ج\"]}".as_bytes());
    }
}
