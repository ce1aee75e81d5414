//! Documents, the units they are cut into, and places in the original text.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

mod date;
mod excerpt;
mod layout;
mod letters;
mod units;

pub use date::{Date, DateOrder, Window};
pub(crate) use date::{
    LAST_SOLAR_YEAR, MONTHS, MonthCalendar, before_change, from_lunar, from_solar, is_of_change, to_ascii_digit,
};
pub use excerpt::Excerpt;
pub(crate) use excerpt::head;
pub use layout::{ArticleFields, LineHint, PageLayout, Zone};
pub(crate) use letters::is_alphanumeric;
#[allow(unused_imports, reason = "for pages of HTML")]
pub(crate) use letters::letters;
pub use units::{UnitId, Units};

/// The identity of a document: its position in the input, from 0 over all records, rejected ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(u32);

impl DocId {
    /// The id of the record at position `place`. Inputs hold fewer than 2³² records; [`crate::input`] refuses more.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the input refuses more than u32::MAX records")]
    pub const fn new(place: usize) -> Self {
        Self(place as u32)
    }

    /// The position in the input, for indexing.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A half-open range `[start, end)` of UTF-8 bytes in a document's decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `[start, end)`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Number of bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The part of `text` in this span; empty if the span is not inside `text` or not on character boundaries.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The kind of a unit. [`UnitLevel`](crate::page::UnitLevel) decides which kinds occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitKind {
    /// A whole document.
    Document,
    /// The body of one story on a page.
    Story,
    /// A title or an item of a headline list; compared on the short path.
    Headline,
    /// A line of a document cut into paragraphs.
    Paragraph,
    /// A line of a document cut into lines; compared on the short path.
    Line,
    /// Cue lines, source lines, keyword lists, glued headlines: never compared, never removed.
    Boilerplate,
}

impl UnitKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Document, Self::Story, Self::Headline, Self::Paragraph, Self::Line, Self::Boilerplate];

    /// Whether units of this kind take the short path (character trigrams, number and word guard).
    #[must_use]
    pub const fn is_short(self) -> bool {
        matches!(self, Self::Headline | Self::Line)
    }

    /// The name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Story => "story",
            Self::Headline => "headline",
            Self::Paragraph => "paragraph",
            Self::Line => "line",
            Self::Boilerplate => "boilerplate",
        }
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A piece of a document that is compared. The units of a document do not overlap and are in text order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Its kind.
    pub kind: UnitKind,
    /// Its place in the document's text.
    pub span: Span,
    /// For a story with a title: the number of the headline unit that holds the title.
    pub title: Option<usize>,
}

/// The origin of a record. Shown as `PATH:LINE`, `PATH@BYTE`, or `PATH` for a file that is one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSource {
    /// The file as it was named or found, `-` for standard input.
    pub path: Arc<Path>,
    /// The line, from 1, in line-based formats.
    pub line: Option<u64>,
    /// The offset of the record's first byte in the decompressed file, in archives.
    pub offset: Option<u64>,
}

impl fmt::Display for RecordSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.offset) {
            (Some(line), _) => write!(f, "{}:{line}", self.path.display()),
            (None, Some(offset)) => write!(f, "{}@{offset}", self.path.display()),
            (None, None) => write!(f, "{}", self.path.display()),
        }
    }
}
