//! The item that an index is asked about.

use crate::document::Date;
use crate::page::SourcedText;

/// A text and its metadata. A string converts into one without metadata:
///
/// ```
/// use mukarrar::document::Date;
/// use mukarrar::index::Item;
///
/// let item = Item::new("أعلنت الوزارة").source(Some("spa")).date(Date::read("2015-07-21"));
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Item<'a> {
    /// The text, with its source.
    pub text: SourcedText<'a>,
    /// Its title, which only stories use. Default: empty.
    pub title: &'a str,
    /// When it was published.
    pub date: Option<Date>,
    /// When it was first seen; `None` for now.
    pub seen: Option<Date>,
}

impl<'a> Item<'a> {
    /// A text without metadata.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self::of(SourcedText::new(text))
    }

    const fn of(text: SourcedText<'a>) -> Self {
        Self { text, title: "", date: None, seen: None }
    }

    /// With a source (a site, a newspaper), which selects the learned boilerplate.
    #[must_use]
    pub const fn source(self, source: Option<&'a str>) -> Self {
        Self { text: self.text.source(source), ..self }
    }

    /// With a title, which counts in stories and is no part of the text that is compared.
    #[must_use]
    pub const fn title(self, title: &'a str) -> Self {
        Self { title, ..self }
    }

    /// With a publication date, which windows of time use.
    #[must_use]
    pub const fn date(self, date: Option<Date>) -> Self {
        Self { date, ..self }
    }

    /// With the time when it was first seen, for crawls that are replayed. Default: now.
    #[must_use]
    pub const fn seen(self, seen: Option<Date>) -> Self {
        Self { seen, ..self }
    }
}

impl<'a> From<&'a str> for Item<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text)
    }
}

impl<'a> From<&&'a str> for Item<'a> {
    fn from(text: &&'a str) -> Self {
        Self::new(text)
    }
}

impl<'a> From<&'a String> for Item<'a> {
    fn from(text: &'a String) -> Self {
        Self::new(text)
    }
}

impl<'a> From<SourcedText<'a>> for Item<'a> {
    fn from(text: SourcedText<'a>) -> Self {
        Self::of(text)
    }
}
