//! The texts that are given to an index, with what is known about them.

use mukarrar::document::{Date, UnitKind};
use mukarrar::index::Item;
use mukarrar::page::SourcedText;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyDict, PyTuple};

use crate::errors::{in_item, parameter};
use crate::options::{each, number};

/// What is known about a text, from keywords.
#[derive(Debug, Default)]
pub struct ItemFields {
    source: Option<PyBackedStr>,
    title: Option<PyBackedStr>,
    date: Option<Date>,
    seen: Option<Date>,
    kind: Option<UnitKind>,
}

impl ItemFields {
    /// Reads the keywords `source`, `title`, `date`, `seen` and `kind`.
    ///
    /// # Errors
    ///
    /// An unknown keyword, or a value of the wrong type or range.
    pub fn new(function: &str, given: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut about = Self::default();
        each(function, given, |name, value| {
            match name {
                _ if value.is_none() => return Ok(["source", "title", "date", "seen", "kind"].contains(&name)),
                "source" => about.source = Some(value.extract()?),
                "title" => about.title = Some(value.extract()?),
                "date" => about.date = Some(moment("date", value)?),
                "seen" => about.seen = Some(moment("seen", value)?),
                "kind" => about.kind = Some(kind(value)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;

        Ok(about)
    }

    /// The item of `text` for the library.
    pub fn of<'a>(&'a self, text: &'a str) -> Item<'a> {
        let text = SourcedText::new(text).source(self.source.as_deref()).kind(self.kind.unwrap_or(UnitKind::Document));
        Item::from(text).title(self.title.as_deref().unwrap_or("")).date(self.date).seen(self.seen)
    }
}

/// Reads a moment: a `datetime` or `date`, text as in records, or seconds since 1970. Without an offset it is in UTC.
///
/// # Errors
///
/// `ParameterError` if the value is no moment.
pub fn moment(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Date> {
    let text = if value.hasattr("isoformat")? { value.call_method0("isoformat")? } else { value.clone() };
    let date = match text.extract::<PyBackedStr>() {
        Ok(text) => Date::read(&text),
        Err(_) => Date::from_number(number(name, value)?),
    };

    date.ok_or_else(|| {
        let expected = "a datetime, a date, text such as 2015-07-21T02:51:32Z, or seconds since 1970";
        parameter(value.py(), name, &text.to_string(), expected)
    })
}

fn kind(value: &Bound<'_, PyAny>) -> PyResult<UnitKind> {
    let name: String = value.extract()?;
    let found = UnitKind::ALL.into_iter().find(|kind| kind.name() == name);

    let expected = "document, story, headline, paragraph, line or boilerplate";
    found.ok_or_else(|| parameter(value.py(), "kind", &name, expected))
}

/// A text of a batch: `text` or `(text, about)`; `about` is a dict of the keywords.
pub struct CheckedText {
    text: PyBackedStr,
    about: ItemFields,
}

/// A text of a batch with its key: `(key, text)` or `(key, text, about)`.
pub struct KeyedText {
    key: PyBackedStr,
    asked: CheckedText,
}

impl CheckedText {
    /// Reads the texts of a batch.
    ///
    /// # Errors
    ///
    /// An item has another form; the message says which.
    pub fn all(function: &str, items: &Bound<'_, PyAny>) -> PyResult<Vec<Self>> {
        let one = |item: Bound<'_, PyAny>| match item.cast::<PyTuple>() {
            Ok(pair) => Self::new(function, pair),
            Err(_) => Ok(Self { text: item.extract()?, about: ItemFields::default() }),
        };

        all(items, "a text or (text, about)", one)
    }

    /// From `(text)` or `(text, about)`.
    fn new(function: &str, item: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (text, about) = match item.len() {
            1 => (item.get_item(0)?, None),
            2 => (item.get_item(0)?, Some(item.get_item(1)?.cast_into::<PyDict>()?)),
            other => return Err(PyTypeError::new_err(format!("a tuple of {other}"))),
        };

        Ok(Self { text: text.extract()?, about: ItemFields::new(function, about.as_ref())? })
    }

    /// The item for the library.
    pub fn item(&self) -> Item<'_> {
        self.about.of(&self.text)
    }
}

impl KeyedText {
    /// Reads the texts of a batch with their keys.
    ///
    /// # Errors
    ///
    /// An item has another form; the message says which.
    pub fn all(function: &str, items: &Bound<'_, PyAny>) -> PyResult<Vec<Self>> {
        let one = |item: Bound<'_, PyAny>| {
            let item = item.cast::<PyTuple>()?;
            let asked = CheckedText::new(function, &item.get_slice(1, item.len()))?;
            Ok(Self { key: item.get_item(0)?.extract()?, asked })
        };

        all(items, "(key, text) or (key, text, about)", one)
    }

    /// The item for the library.
    pub fn item(&self) -> (&str, Item<'_>) {
        (&self.key, self.asked.item())
    }
}

/// An item of a batch.
pub trait BatchItem: Send + Sync {
    /// Bytes of its text.
    fn bytes(&self) -> usize;
}

impl BatchItem for CheckedText {
    fn bytes(&self) -> usize {
        self.text.len()
    }
}

impl BatchItem for KeyedText {
    fn bytes(&self) -> usize {
        self.asked.bytes()
    }
}

/// Reads the items of a batch. An error names the place of its item, from 0.
fn all<T>(items: &Bound<'_, PyAny>, expected: &str, one: impl Fn(Bound<'_, PyAny>) -> PyResult<T>) -> PyResult<Vec<T>> {
    let placed = |(place, item): (usize, PyResult<Bound<'_, PyAny>>)| {
        // An error of the iterator itself is raised as it is.
        let item = item?;
        one(item).map_err(|error| match error.is_instance_of::<PyTypeError>(items.py()) {
            true => PyTypeError::new_err(format!("item {place} is not {expected}: {}", error.value(items.py()))),
            false => in_item(items.py(), error, place),
        })
    };

    items.try_iter()?.enumerate().map(placed).collect()
}
