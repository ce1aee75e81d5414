//! JSON Lines: one line into a record.

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
    /// Not looked at yet.
    Raw(&'a [u8]),
    /// Known to be UTF-8.
    Checked(&'a str),
}

/// A line that holds a good record, its text perhaps decoded into a buffer.
#[derive(Debug)]
pub(super) struct ParsedLine<'a> {
    /// Empty if there is none.
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
    /// What was decoded last.
    Decoded,
}

impl<'a> ParsedLine<'a> {
    /// A record that was no line.
    pub(super) fn whole(record: Record<'a>) -> Self {
        let Record { id, text, fields, text_value, decoding, layout } = record;
        Self { id, text: LineText::Plain(text), fields, text_value, decoding, layout }
    }

    /// The same, its text repaired if it is mojibake.
    fn mended(mut self, options: &InputOptions, buffer: &EscapeBuffers) -> Self {
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

    /// The record; its text may borrow `buffer`, into which it was decoded.
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

    /// The record; a decoded text owns its bytes.
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
pub(super) fn parse<'a>(
    line: JsonLine<'a>,
    options: &InputOptions,
    buffer: &mut EscapeBuffers,
) -> Result<ParsedLine<'a>, RejectReason> {
    let line = match line {
        JsonLine::Checked(line) => line,
        JsonLine::Raw(bytes) => encoding::utf8(bytes)?,
    };
    let parsed = match quick(line, options, buffer) {
        Some(parsed) => parsed,
        None => strict(line, options)?,
    };
    Ok(parsed.mended(options, buffer))
}

/// Reads a good record fast. `None` says nothing: the line has to be read strictly.
fn quick<'a>(line: &'a str, options: &InputOptions, buffer: &mut EscapeBuffers) -> Option<ParsedLine<'a>> {
    let mut wanted = WantedFields::new(options);
    fast::scan(line, |key, range| {
        let decoded_here = key == options.text_field || key == options.id_field;
        if decoded_here || options.fields.iter().any(|field| field == key) {
            let kind = line.get(range.clone()).map_or(ValueKind::Null, ValueKind::of);
            wanted.take(key, JsonValue { kind, range });
        }
        decoded_here
    })?;
    if wanted.twice.is_some() {
        return None;
    }
    let text_value = text_value(wanted.text, &options.text_field).ok()?;
    let id = id(line, wanted.id, &options.id_field).ok()?.unwrap_or_default();
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

/// Reads any line, and says what is wrong with it.
fn strict<'a>(line: &'a str, options: &InputOptions) -> Result<ParsedLine<'a>, RejectReason> {
    let mut wanted = WantedFields::new(options);
    let kind = json::scan(line, |key, value| wanted.take(&key, value)).map_err(invalid)?;
    if kind != ValueKind::Object {
        return Err(RejectReason::NotAnObject);
    }
    if let Some(field) = wanted.twice {
        return Err(RejectReason::DuplicateField { field });
    }
    let text_value = text_value(wanted.text, &options.text_field)?;
    let id = id(line, wanted.id, &options.id_field)?.unwrap_or_default();
    let fields = wanted.fields.into_iter().map(|value| value.and_then(|value| field_value(line, value))).collect();
    let text = LineText::Plain(json::decode(line, text_value.clone()).map_err(invalid)?);
    Ok(ParsedLine { id, text, fields, text_value, decoding: RecordDecoding::default(), layout: None })
}

fn invalid(invalid: json::InvalidJson) -> RejectReason {
    RejectReason::InvalidJson { offset: invalid.offset, what: invalid.what }
}

/// The fields that are read, as they are met.
struct WantedFields<'o> {
    options: &'o InputOptions,
    id: Option<JsonValue>,
    text: Option<JsonValue>,
    fields: Vec<Option<JsonValue>>,
    /// The first of them that was met again.
    twice: Option<String>,
}

impl<'o> WantedFields<'o> {
    fn new(options: &'o InputOptions) -> Self {
        Self { options, id: None, text: None, fields: vec![None; options.fields.len()], twice: None }
    }

    fn take(&mut self, key: &str, value: JsonValue) {
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

/// Where the text stands, which must be a string.
fn text_value(value: Option<JsonValue>, field: &str) -> Result<Range<usize>, RejectReason> {
    let field = || field.to_owned();
    match value {
        None => Err(RejectReason::MissingText { field: field() }),
        Some(JsonValue { kind: ValueKind::String, range }) => Ok(range),
        Some(JsonValue { kind: ValueKind::Null, .. }) => Err(RejectReason::NullText { field: field() }),
        Some(JsonValue { kind, .. }) => Err(RejectReason::TextNotAString { field: field(), found: kind.name() }),
    }
}

/// The id as given: a string's content, an integer's digits as they are written; `None` for no or a null id.
fn id<'a>(line: &'a str, value: Option<JsonValue>, field: &str) -> Result<Option<Cow<'a, str>>, RejectReason> {
    match value {
        None | Some(JsonValue { kind: ValueKind::Null, .. }) => Ok(None),
        Some(JsonValue { kind: ValueKind::String, range }) => json::decode(line, range).map(Some).map_err(invalid),
        Some(JsonValue { kind: ValueKind::Integer, range }) => Ok(line.get(range).map(Cow::Borrowed)),
        Some(JsonValue { kind, .. }) => Err(RejectReason::IdNotAString { field: field.to_owned(), found: kind.name() }),
    }
}

/// A number or a string; nothing else can be compared. Numbers beyond the range of `f64` count as unreadable.
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

        /// What the quick way accepts is what the strict way gives, whatever the fields and their order.
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
