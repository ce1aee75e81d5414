//! JSON Lines: one line into a record.

use std::borrow::Cow;
use std::ops::Range;

use super::InputOptions;
use super::corpus::{FieldValue, Record};
use super::encoding::{self, Decoding};
use super::json::escapes::{self, Decoded};
use super::json::{self, Kind, Value, fast};
use super::reject::Reason;
use crate::document::Layout;

/// Checked UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Reason> {
    // The fast check says only that something is wrong; the standard one says where.
    simdutf8::basic::from_utf8(bytes)
        .or_else(|_| std::str::from_utf8(bytes))
        .map_err(|error| Reason::InvalidUtf8 { offset: error.valid_up_to() })
}

/// A line without its line end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Line<'a> {
    /// Not looked at yet.
    Raw(&'a [u8]),
    /// Known to be UTF-8.
    Checked(&'a str),
}

/// A line that holds a good record, its text perhaps decoded into a buffer.
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    /// Empty if there is none.
    id: Cow<'a, str>,
    text: Text<'a>,
    fields: Vec<Option<FieldValue>>,
    text_value: Range<usize>,
    decoding: Decoding,
    layout: Option<Box<Layout>>,
}

#[derive(Debug)]
enum Text<'a> {
    Plain(Cow<'a, str>),
    /// What was decoded last.
    Decoded,
}

impl<'a> Parsed<'a> {
    /// A record that was no line.
    pub(super) fn whole(record: Record<'a>) -> Self {
        let Record { id, text, fields, text_value, decoding, layout } = record;
        Self { id, text: Text::Plain(text), fields, text_value, decoding, layout }
    }

    /// The same, its text repaired if it is mojibake.
    fn mended(mut self, options: &InputOptions, buffer: &Decoded) -> Self {
        let text = match &self.text {
            Text::Plain(text) => text,
            Text::Decoded => buffer.text.as_str(),
        };
        let mended = encoding::mend(Cow::Borrowed(text), options.encoding, &mut self.decoding);
        if let Cow::Owned(mended) = mended {
            self.text = Text::Plain(Cow::Owned(mended));
        }
        self
    }

    /// The record; its text may borrow `buffer`, into which it was decoded.
    pub(super) fn attach<'b>(self, buffer: &'b Decoded) -> Record<'b>
    where
        'a: 'b,
    {
        let Self { id, text, fields, text_value, decoding, layout } = self;
        let text = match text {
            Text::Plain(text) => text,
            Text::Decoded => Cow::Borrowed(buffer.text.as_str()),
        };
        Record { id, text, fields, text_value, decoding, layout }
    }

    /// The record; a decoded text owns its bytes.
    pub(super) fn detach(self, buffer: &Decoded) -> Record<'a> {
        let Self { id, text, fields, text_value, decoding, layout } = self;
        let text = match text {
            Text::Plain(text) => text,
            Text::Decoded => Cow::Owned(buffer.text.clone()),
        };
        Record { id, text, fields, text_value, decoding, layout }
    }
}

/// Reads one line. A text with escapes is decoded into `buffer`.
pub(super) fn parse<'a>(line: Line<'a>, options: &InputOptions, buffer: &mut Decoded) -> Result<Parsed<'a>, Reason> {
    let line = match line {
        Line::Checked(line) => line,
        Line::Raw(bytes) => utf8(bytes)?,
    };
    let parsed = match quick(line, options, buffer) {
        Some(parsed) => parsed,
        None => strict(line, options)?,
    };
    Ok(parsed.mended(options, buffer))
}

/// Reads a good record fast. `None` says nothing: the line has to be read strictly.
fn quick<'a>(line: &'a str, options: &InputOptions, buffer: &mut Decoded) -> Option<Parsed<'a>> {
    let mut wanted = Wanted::new(options);
    fast::scan(line, |key, range| {
        let decoded_here = key == options.text_field || key == options.id_field;
        if decoded_here || options.fields.iter().any(|field| field == key) {
            let kind = line.get(range.clone()).map_or(Kind::Null, Kind::of);
            wanted.take(key, Value { kind, range });
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
        None => Text::Plain(Cow::Borrowed(content)),
        Some(_) => {
            escapes::decode(content, buffer)?;
            Text::Decoded
        }
    };
    let fields = wanted.fields.into_iter().map(|value| value.and_then(|value| field_value(line, value))).collect();
    Some(Parsed { id, text, fields, text_value, decoding: Decoding::default(), layout: None })
}

/// Reads any line, and says what is wrong with it.
fn strict<'a>(line: &'a str, options: &InputOptions) -> Result<Parsed<'a>, Reason> {
    let mut wanted = Wanted::new(options);
    let kind = json::scan(line, |key, value| wanted.take(&key, value)).map_err(invalid)?;
    if kind != Kind::Object {
        return Err(Reason::NotAnObject);
    }
    if let Some(field) = wanted.twice {
        return Err(Reason::DuplicateField { field });
    }
    let text_value = text_value(wanted.text, &options.text_field)?;
    let id = id(line, wanted.id, &options.id_field)?.unwrap_or_default();
    let fields = wanted.fields.into_iter().map(|value| value.and_then(|value| field_value(line, value))).collect();
    let text = Text::Plain(json::decode(line, text_value.clone()).map_err(invalid)?);
    Ok(Parsed { id, text, fields, text_value, decoding: Decoding::default(), layout: None })
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

impl<'o> Wanted<'o> {
    fn new(options: &'o InputOptions) -> Self {
        Self { options, id: None, text: None, fields: vec![None; options.fields.len()], twice: None }
    }

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
            let mut buffer = Decoded::default();
            let strict = strict(&line, &options).map(|parsed| parsed.detach(&buffer));
            let quick = quick(&line, &options, &mut buffer).map(|parsed| parsed.detach(&buffer));
            match quick {
                Some(record) => prop_assert_eq!(Ok(record), strict, "{}", line),
                None => prop_assert!(strict.is_err() || line.contains("\\u0069"), "{}", line),
            }
        }
    }
}
