//! The items that clients send: one JSON object, an array of them, or one per line.

use std::borrow::Cow;
use std::fmt;

use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::problem::{Problem, ProblemKind};
use mukarrar::document::Date;
use mukarrar::index::{Item, Rank};

/// The media types of bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyType {
    Json,
    Lines,
}

impl BodyType {
    /// The media type in the header of a request. A body of another type, or without one, is refused: a page of another site
    /// can make a browser send such a body, but not one of these types.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let given = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));

        // Parameters, such as a character set, come after a semicolon.
        let essence = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();

        if essence.eq_ignore_ascii_case("application/json") {
            Ok(Self::Json)
        } else if essence.eq_ignore_ascii_case("application/x-ndjson") {
            Ok(Self::Lines)
        } else {
            let given = given.map_or_else(|| "there is no content type".to_owned(), |given| format!("not {given}"));
            let detail =
                format!("{given}; send Content-Type: application/json, or application/x-ndjson with one item a line");
            Err(Problem::new(ProblemKind::MediaType, detail))
        }
    }
}

/// The layout of an answer, which is that of the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReplyLayout {
    One,
    Array,
    Lines,
}

/// The items of a body in order; the problem of an item that cannot be read is in its place.
pub(super) type BodyItems<T> = Vec<Result<T, Problem>>;

/// Longest key, in bytes. Percent-encoded, three times as long, it still fits in a request line, so every inserted key can be
/// deleted.
pub(super) const LONGEST_KEY: usize = 16_384;

/// An item of `/v1/check`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with a text")]
pub(super) struct CheckItem<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    source: Option<String>,
    title: Option<String>,
    date: Option<ItemDate>,
    seen: Option<ItemDate>,
}

/// An item of `/v1/insert` and `/v1/check-and-insert`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with a key and a text")]
pub(super) struct InsertItem<'a> {
    #[serde(borrow)]
    pub(super) key: PathKey<'a>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    source: Option<String>,
    title: Option<String>,
    date: Option<ItemDate>,
    seen: Option<ItemDate>,
}

/// An item of `/v1/query`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with a text")]
pub(super) struct QueryItem<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    source: Option<String>,
    title: Option<String>,
    date: Option<ItemDate>,
    seen: Option<ItemDate>,
    #[serde(default)]
    pub(super) top: TopCount,
    #[serde(default)]
    pub(super) by: Rank,
}

macro_rules! item {
    ($($kind:ident)*) => {$(
        impl $kind<'_> {
            pub(super) fn item(&self) -> Item<'_> {
                let moment = |moment: Option<ItemDate>| moment.map(|ItemDate(date)| date);
                let title = self.title.as_deref().unwrap_or("");
                let item = Item::new(&self.text).source(self.source.as_deref()).title(title);
                item.date(moment(self.date)).seen(moment(self.seen))
            }
        }
    )*};
}
item!(CheckItem InsertItem QueryItem);

/// A key that fits in the path of a request.
#[derive(Debug)]
pub(super) struct PathKey<'a>(pub(super) Cow<'a, str>);

impl<'a, 'de: 'a> Deserialize<'de> for PathKey<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

        let Text(key) = Text::deserialize(deserializer)?;
        match key.len() {
            0 => Err(de::Error::custom("the key is empty")),
            length if length > LONGEST_KEY => {
                Err(de::Error::custom(format_args!("the key has {length} bytes; at most {LONGEST_KEY}")))
            }
            _ => Ok(Self(key)),
        }
    }
}

/// Largest number of matches to return, 1 to [`MOST_MATCHES`]. The index verifies and returns at most 256.
#[derive(Debug, Clone, Copy)]
pub(super) struct TopCount(pub(super) usize);

/// Largest number that a query may request.
pub(super) const MOST_MATCHES: usize = 1_000;

impl Default for TopCount {
    fn default() -> Self {
        Self(10)
    }
}

impl<'de> Deserialize<'de> for TopCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // JSON has one kind of number: 10.0 is a whole one.
        let top = f64::deserialize(deserializer)?;

        if top.fract() == 0.0 && (1.0..=MOST_MATCHES as f64).contains(&top) {
            return Ok(Self(top as usize));
        }
        Err(de::Error::custom(format_args!("top cannot be {top}: a whole number from 1 to {MOST_MATCHES}")))
    }
}

/// A date: a string, or a number of seconds since 1970.
#[derive(Debug, Clone, Copy)]
struct ItemDate(Date);

impl<'de> Deserialize<'de> for ItemDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = ItemDate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as \"2015-07-21T02:51:32Z\", or seconds since 1970")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ItemDate, E> {
                Date::read(text).map(ItemDate).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<ItemDate, E> {
                Date::from_number(number)
                    .map(ItemDate)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<ItemDate, E> {
                self.visit_f64(number as f64)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<ItemDate, E> {
                self.visit_f64(number as f64)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// Reads the items of a body, at most `limit`.
pub(super) fn read<'a, T: Deserialize<'a>>(
    media: BodyType,
    body: &'a [u8],
    limit: usize,
) -> Result<(ReplyLayout, BodyItems<T>), Problem> {
    match media {
        BodyType::Lines => lines(body, limit).map(|items| (ReplyLayout::Lines, items)),
        BodyType::Json if body.trim_ascii_start().first() == Some(&b'[') => {
            array(body, limit).map(|items| (ReplyLayout::Array, items))
        }
        BodyType::Json => {
            // The layout is decided by the first byte, so everything else is one item.
            let item = serde_json::from_slice(body).map_err(|error| {
                let place = BodyPlace { line: error.line(), column: error.column() };
                problem(&error).at(place)
            })?;
            Ok((ReplyLayout::One, vec![Ok(item)]))
        }
    }
}

/// Reads one item per line. Blank lines are skipped.
fn lines<'a, T: Deserialize<'a>>(body: &'a [u8], limit: usize) -> Result<BodyItems<T>, Problem> {
    let given = || body.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    within(given().count(), limit)?;

    // serde_json counts lines from the start of the slice, so the number of the line comes from here.
    let read = |(number, line): (usize, &'a [u8])| {
        serde_json::from_slice(line).map_err(|error| {
            let place = BodyPlace { line: number + 1, column: error.column() };
            problem(&error).at(place)
        })
    };
    Ok(given().map(read).collect())
}

/// Reads an array of items. Invalid JSON fails the whole body. Valid JSON that is not an item fails alone.
fn array<'a, T: Deserialize<'a>>(body: &'a [u8], limit: usize) -> Result<BodyItems<T>, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);

    // First pass: where the elements are, and that nothing follows the array.
    let elements = ArrayElements { limit }.deserialize(&mut deserializer);
    let elements = elements.and_then(|elements| deserializer.end().map(|()| elements));
    let (elements, count) = elements.map_err(|error| {
        let place = BodyPlace { line: error.line(), column: error.column() };
        problem(&error).at(place)
    })?;
    within(count, limit)?;

    // Second pass: each element on its own. Its place in the body follows from its address, because it borrows from the body.
    let read = |(number, element): (usize, &'a RawValue)| {
        serde_json::from_str(element.get()).map_err(|error| {
            let start = element.get().as_ptr() as usize - body.as_ptr() as usize;
            let place = BodyPlace::of(body, start).then(error.line(), error.column());
            problem(&error).at(format_args!("item {number}, {place}"))
        })
    };
    Ok(elements.into_iter().enumerate().map(read).collect())
}

fn within(count: usize, limit: usize) -> Result<(), Problem> {
    if count <= limit {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::BatchTooLarge, format!("{count} items; at most {limit} in one batch: send several")))
}

/// Refuses a batch whose queries request more than `limit` matches together.
pub(super) fn within_matches(queries: &BodyItems<QueryItem<'_>>, limit: usize) -> Result<(), Problem> {
    let count: usize = queries.iter().flatten().map(|query| query.top.0).sum();
    if count <= limit {
        return Ok(());
    }
    let detail =
        format!("{count} matches asked for; at most {limit} in one batch: send several, or ask for a smaller top");
    Err(Problem::new(ProblemKind::BatchTooLarge, detail))
}

/// Reads the first `limit` elements of an array without parsing them, and counts all.
struct ArrayElements {
    limit: usize,
}

impl<'de> DeserializeSeed<'de> for ArrayElements {
    type Value = (Vec<&'de RawValue>, usize);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ArrayElements {
    type Value = (Vec<&'de RawValue>, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < self.limit {
            let Some(element) = array.next_element()? else {
                let count = elements.len();
                return Ok((elements, count));
            };
            elements.push(element);
        }

        // Further elements are counted for the message, but not kept.
        let mut count = elements.len();
        while array.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }

        Ok((elements, count))
    }
}

/// The problem without the place, which `serde_json` appends and which is wrong for an element of an array.
fn problem(error: &serde_json::Error) -> Problem {
    let kind = if error.is_data() { ProblemKind::BadItem } else { ProblemKind::BadJson };
    let shown = error.to_string();

    let what = shown.rsplit_once(" at line ").map_or(&*shown, |(what, _)| what);
    Problem::new(kind, what)
}

/// A place in a body: line and column from 1; columns count bytes.
#[derive(Debug, Clone, Copy)]
struct BodyPlace {
    line: usize,
    column: usize,
}

impl BodyPlace {
    /// The place of a byte.
    fn of(body: &[u8], byte: usize) -> Self {
        let before = &body[..byte];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = byte - memchr::memrchr(b'\n', before).map_or(0, |end| end + 1) + 1;
        Self { line, column }
    }

    /// The place at `line` and `column` of a text that begins here.
    fn then(self, line: usize, column: usize) -> Self {
        if line <= 1 {
            Self { line: self.line, column: self.column + column.saturating_sub(1) }
        } else {
            Self { line: self.line + line - 1, column }
        }
    }
}

impl fmt::Display for BodyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
