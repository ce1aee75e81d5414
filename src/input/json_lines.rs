//! JSON: one line, or one value of an array, as one record.

use std::borrow::Cow;
use std::ops::Range;

use super::InputOptions;
use super::encoding::{self, RecordDecoding};
use super::json::escapes::{self, EscapeBuffers};
use super::json::{self, JsonValue, ValueKind, fast, half_pairs, not_finite, path, texts};
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

type FieldValues = Vec<Option<FieldValue>>;

/// A line with a valid record, whose text may have been decoded into a buffer.
#[derive(Debug)]
pub(super) struct ParsedLine<'a> {
    /// Empty if the line has none.
    id: Cow<'a, str>,
    text: LineText<'a>,
    fields: FieldValues,
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
    /// The same line, which borrows nothing of its bytes.
    fn into_owned(self) -> ParsedLine<'static> {
        let Self { id, text, fields, text_value, decoding, layout } = self;
        let text = match text {
            LineText::Plain(text) => LineText::Plain(Cow::Owned(text.into_owned())),
            LineText::Decoded => LineText::Decoded,
        };
        ParsedLine { id: Cow::Owned(id.into_owned()), text, fields, text_value, decoding, layout }
    }

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
    // Files with a byte order mark that were joined have one before each first line.
    let (line, mark) = match line.strip_prefix('\u{FEFF}') {
        Some(rest) => (rest, line.len() - rest.len()),
        None => (line, 0),
    };

    // The quick way accepts valid records only, so the strict way decides about all others.
    let parsed = match quick(line, options, buffer) {
        Some(parsed) => parsed,
        None => match strict(line, line, options) {
            Err(reason @ RejectReason::InvalidJson { .. }) => lenient(line, options).unwrap_or(Err(reason))?,
            parsed => parsed?,
        },
    };

    let parsed = parsed.mended(options, buffer);
    let Range { start, end } = parsed.text_value;
    Ok(ParsedLine { text_value: start + mark..end + mark, ..parsed })
}

/// The id of a line that [`parse`] took for a record before: empty if it has none. `None` if only [`parse`] can tell it.
pub(super) fn known_id<'a>(line: &'a [u8], options: &InputOptions) -> Option<Cow<'a, str>> {
    let line = encoding::utf8(line).ok()?;
    let line = line.strip_prefix('\u{FEFF}').unwrap_or(line);

    let mut value = None;
    // The record was valid, so escapes need not be checked again.
    fast::scan(line, |key, range| {
        if key == options.id_field {
            let kind = line.get(range.clone()).map_or(ValueKind::Null, ValueKind::of);
            value = Some(JsonValue { kind, range });
        }
        true
    })?;

    // Without a field of this name, a path may name one inside of an object.
    id(line, Some(value?)).ok()
}

/// Reads a line with what is no JSON or no text, but what programs write: `NaN`, infinities, half surrogate pairs.
/// `None` if it has none of them.
fn lenient(line: &str, options: &InputOptions) -> Option<Result<ParsedLine<'static>, RejectReason>> {
    let halves = half_pairs::replaced(line);
    let whole = halves.as_deref().unwrap_or(line);
    let finite = not_finite::replaced(whole);
    let valid = finite.as_deref().or(halves.as_deref())?;

    let parsed = strict(valid, whole, options).map(|mut parsed| {
        parsed.decoding.lossy |= halves.is_some();
        parsed.into_owned()
    });
    Some(parsed)
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
    wanted.find_paths(line);

    // `.ok()` drops the reasons: `strict` finds them again.
    if wanted.twice.is_some() {
        return None;
    }
    let text_value = text_value(wanted.text, &options.text_field).ok()?;
    let id = id(line, wanted.id).ok()?;

    // Lists are rare.
    let TextValue::String(text_value) = text_value else { return None };
    let content = line.get(text_value.start + 1..text_value.end.checked_sub(1)?)?;
    let text = match memchr::memchr(b'\\', content.as_bytes()) {
        None => LineText::Plain(Cow::Borrowed(content)),
        Some(_) => {
            escapes::decode(content, buffer)?;
            LineText::Decoded
        }
    };

    let fields = field_values(line, line, wanted.fields, options);
    Some(ParsedLine { id, text, fields, text_value, decoding: RecordDecoding::default(), layout: None })
}

/// Reads any line, and gives the reason if it is no record. `original` is the line before `NaN` and infinities were
/// replaced, with the same ranges.
fn strict<'a>(line: &'a str, original: &str, options: &InputOptions) -> Result<ParsedLine<'a>, RejectReason> {
    let mut wanted = WantedFields::new(options);
    let kind = json::scan(line, |key, value| wanted.take(&key, value)).map_err(invalid)?;

    if kind != ValueKind::Object {
        return Err(RejectReason::NotAnObject);
    }
    wanted.find_paths(line);
    if let Some(field) = wanted.twice {
        // A field that occurs twice has no certain value: parsers differ in which one they take.
        return Err(RejectReason::DuplicateField { field });
    }

    let mut decoding = RecordDecoding::default();
    if line != original {
        decoding.not_finite = true;
        wanted.mark_not_finite(original);
    }

    let text_value = text_value(wanted.text, &options.text_field)?;
    let id = id(line, wanted.id)?;
    let fields = field_values(line, original, wanted.fields, options);

    let (text, text_value) = match text_value {
        TextValue::String(range) => (json::decode(line, range.clone()).map_err(invalid)?, range),
        TextValue::List(range) => {
            let not_texts = || RejectReason::TextNotAString { field: options.text_field.clone(), found: OTHER_LIST };
            let text = line.get(range.clone()).and_then(texts::joined).ok_or_else(not_texts)?;
            decoding.joined = true;
            (Cow::Owned(text), range)
        }
    };
    Ok(ParsedLine { id, text: LineText::Plain(text), fields, text_value, decoding, layout: None })
}

/// An array that is no text, in messages.
const OTHER_LIST: &str = "an array of other things than strings and messages with a text";

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
        let decisive = self.options.decisive_fields();
        for (place, (name, slot)) in self.options.fields.iter().zip(&mut self.fields).enumerate() {
            if key == name && place < decisive {
                put(slot);
            } else if key == name {
                // Only shown: of two the last one.
                *slot = Some(value.clone());
            }
        }

        if again && self.twice.is_none() {
            self.twice = Some(key.to_owned());
        }
    }

    /// Finds the values of fields that are named by a path and are no fields of the line itself. `line` was checked
    /// as a whole.
    fn find_paths(&mut self, line: &str) {
        let Self { options, id, text, fields, twice } = self;
        let named = [(&options.text_field, text), (&options.id_field, id)].into_iter();
        let decisive = options.decisive_fields();
        for (name, slot) in named.chain(options.fields.iter().zip(fields).take(decisive)) {
            if slot.is_some() || !name.contains('.') {
                continue;
            }
            let Some(found) = path::find(line, 0..line.len(), name) else { continue };
            if found.is_twice && twice.is_none() {
                *twice = Some(name.clone());
            }
            *slot = Some(found.value);
        }
    }

    /// Marks the values that are `NaN` or an infinity in `original`.
    fn mark_not_finite(&mut self, original: &str) {
        for value in [&mut self.text, &mut self.id].into_iter().chain(&mut self.fields).flatten() {
            if original.get(value.range.start..).is_some_and(|value| not_finite::word(value).is_some()) {
                value.kind = ValueKind::NotFinite;
            }
        }
    }
}

/// Where the text is.
enum TextValue {
    String(Range<usize>),
    /// In the parts of a list.
    List(Range<usize>),
}

/// The place of the text, which must be a string or a list.
fn text_value(value: Option<JsonValue>, field: &str) -> Result<TextValue, RejectReason> {
    let field = || field.to_owned();
    match value {
        None => Err(RejectReason::MissingText { field: field() }),
        Some(JsonValue { kind: ValueKind::String, range }) => Ok(TextValue::String(range)),
        Some(JsonValue { kind: ValueKind::Array, range }) => Ok(TextValue::List(range)),
        Some(JsonValue { kind: ValueKind::Null, .. }) => Err(RejectReason::NullText { field: field() }),
        Some(JsonValue { kind, .. }) => Err(RejectReason::TextNotAString { field: field(), found: kind.name() }),
    }
}

/// The id: the content of a string, or another scalar as it is written; empty if it is missing, null or no scalar.
fn id(line: &str, value: Option<JsonValue>) -> Result<Cow<'_, str>, RejectReason> {
    match value {
        Some(JsonValue { kind: ValueKind::String, range }) => json::decode(line, range).map_err(invalid),
        Some(JsonValue { kind: ValueKind::Integer | ValueKind::Float | ValueKind::Bool, range }) => {
            debug_assert!(line.get(range.clone()).is_some(), "a range of another line");
            Ok(Cow::Borrowed(line.get(range).unwrap_or("")))
        }
        // An odd id is no reason to lose a text: the record is named by its place.
        _ => Ok(Cow::Borrowed("")),
    }
}

/// The further fields. A list is taken from `original`: `NaN` and infinities, which `line` replaces, must not become numbers.
fn field_values(line: &str, original: &str, values: Vec<Option<JsonValue>>, options: &InputOptions) -> FieldValues {
    let value = |(name, value): (&String, Option<JsonValue>)| match value? {
        JsonValue { kind: ValueKind::Array, range } if options.list_field.as_ref() == Some(name) => {
            original.get(range).map(|list| FieldValue::Text(list.to_owned()))
        }
        value => field_value(line, value),
    };
    options.fields.iter().zip(values).map(value).collect()
}

/// The value of a field: a number in the range of `f64`, or a string. Nothing else can be compared.
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
        "{\"t\":\"b\",\"u.v\":12.50}",
        "[1,[2,{}]]",
        "[\"a\",{\"text\":\"b\"}]",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// Both ways give the same record for every line that the quick way accepts.
        #[test]
        fn the_quick_way_gives_the_same_records(
            fields in prop::collection::vec((prop::sample::select(KEYS), prop::sample::select(VALUES)), 0..5),
            names in prop::sample::select(vec![
                ("id", "text"), ("text", "text"), ("n", "id"), ("id.id", "text.t"), ("other.u.v", "other.t"),
            ]),
        ) {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\" :{value}")).collect();
            let line = format!("{{{}}}", fields.join(", "));
            let (id_field, text_field) = (names.0.to_owned(), names.1.to_owned());
            let wanted = ["n", "date", "text", "date.t"].map(str::to_owned).to_vec();
            let options = InputOptions { id_field, text_field, fields: wanted, ..InputOptions::default() };
            let mut buffer = EscapeBuffers::default();
            let strict = strict(&line, &line, &options).map(|parsed| parsed.detach(&buffer));
            let quick = quick(&line, &options, &mut buffer).map(|parsed| parsed.detach(&buffer));
            if let (Ok(record), Some(known)) = (&strict, known_id(line.as_bytes(), &options)) {
                prop_assert_eq!(&known, &record.id, "{}", line);
            }
            match quick {
                Some(record) => prop_assert_eq!(Ok(record), strict, "{}", line),
                None => {
                    let is_rare = |record: &Record<'_>| record.decoding.joined || line.contains("\\u0069");
                    prop_assert!(strict.as_ref().map_or(true, is_rare), "{}", line);
                }
            }
        }
    }
}
