//! JSON Lines: splitting bytes into lines, and one line into a record.

use std::borrow::Cow;
use std::ops::Range;

use super::InputOptions;
use super::corpus::{FieldValue, Record, Row};
use super::json::{self, Kind, Value};
use super::reject::Reason;

/// Lines beyond this cannot be numbered.
const MAX_LINES: u32 = u32::MAX;

/// Appends a row for each line of `bytes` that is not blank, from byte `start` on; line numbers count blank lines too.
/// Returns the number of the line that follows the last line end, or `None` if there are too many lines.
pub(super) fn split(bytes: &[u8], start: usize, rows: &mut Vec<Row>) -> Option<u32> {
    let (mut begin, mut line) = (start, 1_u32);
    for end in memchr::memchr_iter(b'\n', bytes.get(start..)?).map(|at| start + at) {
        push(bytes, begin..without_return(bytes, begin, end), line, rows);
        begin = end + 1;
        line = line.checked_add(1).filter(|&line| line < MAX_LINES)?;
    }
    push(bytes, begin..bytes.len(), line, rows);
    Some(line)
}

fn push(bytes: &[u8], range: Range<usize>, line: u32, rows: &mut Vec<Row>) {
    let blank = bytes.get(range.clone()).is_none_or(|content| content.iter().all(u8::is_ascii_whitespace));
    if !blank {
        rows.push(Row::new(range.start, range.len(), line));
    }
}

/// The end of a line that a line feed ends at `end`: before the carriage return, if one precedes it.
fn without_return(bytes: &[u8], begin: usize, end: usize) -> usize {
    if end > begin && bytes.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
}

/// Where the line that begins at `begin` ends, its line end excluded.
pub(super) fn end_of_line(bytes: &[u8], begin: usize) -> usize {
    match memchr::memchr(b'\n', bytes.get(begin..).unwrap_or_default()) {
        Some(length) => without_return(bytes, begin, begin + length),
        None => bytes.len(),
    }
}

/// Checked UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Reason> {
    // The fast check says only that something is wrong; the standard one says where.
    simdutf8::basic::from_utf8(bytes)
        .or_else(|_| std::str::from_utf8(bytes))
        .map_err(|error| Reason::InvalidUtf8 { offset: error.valid_up_to() })
}

/// Reads one line. `unnamed` makes the id of a record that has none.
pub(super) fn record<'a>(
    line: &'a [u8],
    options: &InputOptions,
    unnamed: impl FnOnce() -> String,
) -> Result<Record<'a>, Reason> {
    let line = utf8(line)?;
    let mut wanted = Wanted { options, id: None, text: None, fields: vec![None; options.fields.len()], twice: None };
    let kind = json::scan(line, |key, value| wanted.take(&key, value)).map_err(invalid)?;
    if kind != Kind::Object {
        return Err(Reason::NotAnObject);
    }
    if let Some(field) = wanted.twice {
        return Err(Reason::DuplicateField { field });
    }
    let text_value = text_value(wanted.text, &options.text_field)?;
    let id = match id(line, wanted.id, &options.id_field)? {
        Some(id) if !id.is_empty() => id,
        _ => Cow::Owned(unnamed()),
    };
    let fields = wanted.fields.into_iter().map(|value| value.and_then(|value| field_value(line, value))).collect();
    let text = json::decode(line, text_value.clone()).map_err(invalid)?;
    Ok(Record { id, text, fields, text_value })
}

fn invalid(invalid: json::Invalid) -> Reason {
    Reason::InvalidJson { offset: invalid.offset, what: invalid.what }
}

/// The fields that are read, as they are met.
struct Wanted<'o> {
    options: &'o InputOptions,
    id: Option<Value>,
    text: Option<Value>,
    fields: Vec<Option<Value>>,
    /// The first of them that was met again.
    twice: Option<String>,
}

impl Wanted<'_> {
    fn take(&mut self, key: &str, value: Value) {
        let mut again = false;
        let mut put = |slot: &mut Option<Value>| again |= slot.replace(value.clone()).is_some();
        if key == self.options.text_field {
            put(&mut self.text);
        }
        if key == self.options.id_field {
            put(&mut self.id);
        }
        for (name, slot) in self.options.fields.iter().zip(&mut self.fields) {
            if key == name {
                put(slot);
            }
        }
        if again && self.twice.is_none() {
            self.twice = Some(key.to_owned());
        }
    }
}

/// Where the text stands, which must be a string.
fn text_value(value: Option<Value>, field: &str) -> Result<Range<usize>, Reason> {
    let field = || field.to_owned();
    match value {
        None => Err(Reason::MissingText { field: field() }),
        Some(Value { kind: Kind::String, range }) => Ok(range),
        Some(Value { kind: Kind::Null, .. }) => Err(Reason::NullText { field: field() }),
        Some(Value { kind, .. }) => Err(Reason::TextNotAString { field: field(), found: kind.name() }),
    }
}

/// The id as given: a string's content, an integer's digits as they are written; `None` for no or a null id.
fn id<'a>(line: &'a str, value: Option<Value>, field: &str) -> Result<Option<Cow<'a, str>>, Reason> {
    match value {
        None | Some(Value { kind: Kind::Null, .. }) => Ok(None),
        Some(Value { kind: Kind::String, range }) => json::decode(line, range).map(Some).map_err(invalid),
        Some(Value { kind: Kind::Integer, range }) => Ok(line.get(range).map(Cow::Borrowed)),
        Some(Value { kind, .. }) => Err(Reason::IdNotAString { field: field.to_owned(), found: kind.name() }),
    }
}

/// A number or a string; nothing else can be compared. Numbers beyond the range of `f64` count as unreadable.
fn field_value(line: &str, value: Value) -> Option<FieldValue> {
    match value.kind {
        Kind::String => Some(FieldValue::Text(json::decode(line, value.range).ok()?.into_owned())),
        Kind::Integer | Kind::Float => {
            let number: f64 = line.get(value.range)?.parse().ok()?;
            number.is_finite().then_some(FieldValue::Number(number))
        }
        _ => None,
    }
}
