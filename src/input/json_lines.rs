//! JSON Lines: one line as one record.

use std::borrow::Cow;
use std::ops::Range;

use super::InputOptions;
use super::encoding::{self, RecordDecoding};
use super::json::escapes::{self, EscapeBuffers};
use super::json::{self, JsonValue, ValueKind, fast};
use super::record::{FieldValue, Record};
use super::reject::RejectReason;
use crate::document::PageLayout;

/// A line without its line end.
#[derive(Debug, Clone, Copy)]
pub(super) enum JsonLine<'a> {
    /// Not checked.
    Raw(&'a [u8]),
    /// Valid UTF-8.
    Checked(&'a str),
}

/// A line with a valid record, whose text may have been decoded into a buffer.
#[derive(Debug)]
pub(super) struct ParsedLine<'a> {
    /// Empty if the line has none.
    id: Cow<'a, str>,
    text: LineText<'a>,
    fields: Vec<Option<FieldValue>>,
    text_value: Range<usize>,
    decoding: RecordDecoding,
    layout: Option<Box<PageLayout>>,
}

#[derive(Debug)]
enum LineText<'a> {
    Plain(Cow<'a, str>),
    /// In the buffer given to [`parse`].
    Decoded,
}

impl<'a> ParsedLine<'a> {
    /// A record of another format than JSON Lines.
    pub(super) fn whole(record: Record<'a>) -> Self {
        let Record { id, text, fields, text_value, decoding, layout } = record;
        Self { id, text: LineText::Plain(text), fields, text_value, decoding, layout }
    }

    /// The line with its text repaired if it is mojibake.
    fn mended(mut self, options: &InputOptions, buffer: &EscapeBuffers) -> Self {
        // Most texts are clean and are not copied.
        let text = match &self.text {
            LineText::Plain(text) => text,
            LineText::Decoded => buffer.text.as_str(),
        };

        let mended = encoding::mend(Cow::Borrowed(text), options.encoding, &mut self.decoding);

        if let Cow::Owned(mended) = mended {
            self.text = LineText::Plain(Cow::Owned(mended));
        }
        self
    }

    /// The record; a decoded text is borrowed from `buffer`, which must be the one given to [`parse`].
    pub(super) fn attach<'b>(self, buffer: &'b EscapeBuffers) -> Record<'b>
    where
        'a: 'b,
    {
        let Self { id, text, fields, text_value, decoding, layout } = self;
        let text = match text {
            LineText::Plain(text) => text,
            LineText::Decoded => Cow::Borrowed(buffer.text.as_str()),
        };
        Record { id, text, fields, text_value, decoding, layout }
    }

    /// The record; a decoded text is copied from `buffer`, which must be the one given to [`parse`].
    pub(super) fn detach(self, buffer: &EscapeBuffers) -> Record<'a> {
        let Self { id, text, fields, text_value, decoding, layout } = self;
        let text = match text {
            LineText::Plain(text) => text,
            LineText::Decoded => Cow::Owned(buffer.text.clone()),
        };
        Record { id, text, fields, text_value, decoding, layout }
    }
}

/// Reads one line. A text with escapes is decoded into `buffer`.
///
/// # Errors
///
/// The reason why the line is no record.
pub(super) fn parse<'a>(
    line: JsonLine<'a>,
    options: &InputOptions,
    buffer: &mut EscapeBuffers,
) -> Result<ParsedLine<'a>, RejectReason> {
    let line = match line {
        JsonLine::Checked(line) => line,
        JsonLine::Raw(bytes) => encoding::utf8(bytes)?,
    };

    // The quick way accepts valid records only, so the strict way decides about all others.
    let parsed = match quick(line, options, buffer) {
        Some(parsed) => parsed,
        None => strict(line, options)?,
    };

    Ok(parsed.mended(options, buffer))
}

/// Reads a valid record fast. After `None` nothing is known: the line must be read by [`strict`].
fn quick<'a>(line: &'a str, options: &InputOptions, buffer: &mut EscapeBuffers) -> Option<ParsedLine<'a>> {
    let mut wanted = WantedFields::new(options);
    fast::scan(line, |key, range| {
        // The escapes of these two are checked when they are decoded, so the scan need not check them.
        let decodes = key == options.text_field || key == options.id_field;
        if decodes || options.fields.iter().any(|field| field == key) {
            let kind = line.get(range.clone()).map_or(ValueKind::Null, ValueKind::of);
            wanted.take(key, JsonValue { kind, range });
        }
        decodes
    })?;

    // `.ok()` drops the reasons: `strict` finds them again.
    if wanted.twice.is_some() {
        return None;
    }
    let text_value = text_value(wanted.text, &options.text_field).ok()?;
    let id = id(line, wanted.id, &options.id_field).ok()?;

    let content = line.get(text_value.start + 1..text_value.end.checked_sub(1)?)?;
    let text = match memchr::memchr(b'\\', content.as_bytes()) {
        None => LineText::Plain(Cow::Borrowed(content)),
        Some(_) => {
            escapes::decode(content, buffer)?;
            LineText::Decoded
        }
    };

    let fields = wanted.fields.into_iter().map(|value| value.and_then(|value| field_value(line, value))).collect();
    Some(ParsedLine { id, text, fields, text_value, decoding: RecordDecoding::default(), layout: None })
}

/// Reads any line, and gives the reason if it is no record.
fn strict<'a>(line: &'a str, options: &InputOptions) -> Result<ParsedLine<'a>, RejectReason> {
    let mut wanted = WantedFields::new(options);
    let kind = json::scan(line, |key, value| wanted.take(&key, value)).map_err(invalid)?;

    if kind != ValueKind::Object {
        return Err(RejectReason::NotAnObject);
    }
    if let Some(field) = wanted.twice {
        // A field that occurs twice has no certain value: parsers differ in which one they take.
        return Err(RejectReason::DuplicateField { field });
    }

    let text_value = text_value(wanted.text, &options.text_field)?;
    let id = id(line, wanted.id, &options.id_field)?;

    let fields = wanted.fields.into_iter().map(|value| value.and_then(|value| field_value(line, value))).collect();
    let text = LineText::Plain(json::decode(line, text_value.clone()).map_err(invalid)?);

    Ok(ParsedLine { id, text, fields, text_value, decoding: RecordDecoding::default(), layout: None })
}

fn invalid(invalid: json::InvalidJson) -> RejectReason {
    RejectReason::InvalidJson { offset: invalid.offset, what: invalid.what }
}

/// The values of the fields that are read.
struct WantedFields<'o> {
    options: &'o InputOptions,
    id: Option<JsonValue>,
    text: Option<JsonValue>,
    fields: Vec<Option<JsonValue>>,
    /// The first of these fields that occurred twice.
    twice: Option<String>,
}

impl<'o> WantedFields<'o> {
    fn new(options: &'o InputOptions) -> Self {
        Self { options, id: None, text: None, fields: vec![None; options.fields.len()], twice: None }
    }

    /// Takes the value of a key, for each role that the options give to it; the last occurrence wins.
    fn take(&mut self, key: &str, value: JsonValue) {
        // One key may fill several slots: an id may also be a field.
        let mut again = false;
        let mut put = |slot: &mut Option<JsonValue>| again |= slot.replace(value.clone()).is_some();

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

/// The range of the text, which must be a string.
fn text_value(value: Option<JsonValue>, field: &str) -> Result<Range<usize>, RejectReason> {
    let field = || field.to_owned();
    match value {
        None => Err(RejectReason::MissingText { field: field() }),
        Some(JsonValue { kind: ValueKind::String, range }) => Ok(range),
        Some(JsonValue { kind: ValueKind::Null, .. }) => Err(RejectReason::NullText { field: field() }),
        Some(JsonValue { kind, .. }) => Err(RejectReason::TextNotAString { field: field(), found: kind.name() }),
    }
}

/// The id: the content of a string, or the digits of an integer as written; empty if it is missing or null.
fn id<'a>(line: &'a str, value: Option<JsonValue>, field: &str) -> Result<Cow<'a, str>, RejectReason> {
    match value {
        None | Some(JsonValue { kind: ValueKind::Null, .. }) => Ok(Cow::Borrowed("")),
        Some(JsonValue { kind: ValueKind::String, range }) => json::decode(line, range).map_err(invalid),
        Some(JsonValue { kind: ValueKind::Integer, range }) => {
            debug_assert!(line.get(range.clone()).is_some(), "a range of another line");
            Ok(Cow::Borrowed(line.get(range).unwrap_or("")))
        }
        Some(JsonValue { kind, .. }) => Err(RejectReason::IdNotAString { field: field.to_owned(), found: kind.name() }),
    }
}

/// The value of a field: a number or a string. Nothing else can be compared; a number beyond the range of `f64` is
/// `None`.
fn field_value(line: &str, value: JsonValue) -> Option<FieldValue> {
    match value.kind {
        ValueKind::String => Some(FieldValue::Text(json::decode(line, value.range).ok()?.into_owned())),
        ValueKind::Integer | ValueKind::Float => {
            let number: f64 = line.get(value.range)?.parse().ok()?;
            number.is_finite().then_some(FieldValue::Number(number))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys and values that matter to a record, good and bad.
    const KEYS: &[&str] = &["id", "text", "n", "date", "other", "\\u0069d", ""];
    const VALUES: &[&str] = &[
        "\"a\"",
        "\"\"",
        "\"\\u0645\\u0631 \\n\"",
        "\"\\ud800\"",
        "\"\\ud83d\\ude00\"",
        "\"\\q\"",
        "\"نص\"",
        "7",
        "-0.5e3",
        "1e999",
        "01",
        "null",
        "true",
        "[\"\\u00\"]",
        "{\"id\":1}",
        "[1,[2,{}]]",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// Both ways give the same record for every line that the quick way accepts.
        #[test]
        fn the_quick_way_gives_the_same_records(
            fields in prop::collection::vec((prop::sample::select(KEYS), prop::sample::select(VALUES)), 0..5),
            names in prop::sample::select(vec![("id", "text"), ("text", "text"), ("n", "id")]),
        ) {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\" :{value}")).collect();
            let line = format!("{{{}}}", fields.join(", "));
            let (id_field, text_field) = (names.0.to_owned(), names.1.to_owned());
            let wanted = ["n", "date", "text"].map(str::to_owned).to_vec();
            let options = InputOptions { id_field, text_field, fields: wanted, ..InputOptions::default() };
            let mut buffer = EscapeBuffers::default();
            let strict = strict(&line, &options).map(|parsed| parsed.detach(&buffer));
            let quick = quick(&line, &options, &mut buffer).map(|parsed| parsed.detach(&buffer));
            match quick {
                Some(record) => prop_assert_eq!(Ok(record), strict, "{}", line),
                None => prop_assert!(strict.is_err() || line.contains("\\u0069"), "{}", line),
            }
        }
    }
}
