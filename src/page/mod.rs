//! Placeholder for page cutting.

use std::fmt;
use std::str::FromStr;

use crate::document::{Kind, Span, Unit};
use crate::error::{Error, Result};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnitLevel {
    /// Whole documents.
    #[default]
    Document,
    /// Stories and headlines.
    Story,
    /// Paragraphs.
    Paragraph,
    /// Lines.
    Line,
}

impl fmt::Display for UnitLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Document => "document",
            Self::Story => "story",
            Self::Paragraph => "paragraph",
            Self::Line => "line",
        })
    }
}

impl FromStr for UnitLevel {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        [Self::Document, Self::Story, Self::Paragraph, Self::Line]
            .into_iter()
            .find(|level| level.to_string() == name)
            .ok_or_else(|| Error::parameter("unit", name, "one of document, story, paragraph, line"))
    }
}

/// Cuts `text` into units.
pub fn cut(text: &str, _level: UnitLevel) -> Vec<Unit> {
    vec![Unit { kind: Kind::Document, span: Span::new(0, text.len()), title: None }]
}
