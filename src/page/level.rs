//! How finely documents are cut.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// How finely documents are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnitLevel {
    /// The whole document is one unit.
    #[default]
    Document,
    /// Stories, headlines and boilerplate.
    Story,
    /// Every line is a paragraph.
    Paragraph,
    /// Every line is a line, compared on the short path.
    Line,
}

impl UnitLevel {
    /// All levels, coarse to fine.
    pub const ALL: [Self; 4] = [Self::Document, Self::Story, Self::Paragraph, Self::Line];

    /// The name, in options and in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Story => "story",
            Self::Paragraph => "paragraph",
            Self::Line => "line",
        }
    }
}

impl fmt::Display for UnitLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for UnitLevel {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) for any other name.
    fn from_str(name: &str) -> Result<Self> {
        let level = Self::ALL.into_iter().find(|level| level.name() == name);
        level.ok_or_else(|| Error::parameter("unit", name, "one of document, story, paragraph, line"))
    }
}
