//! The treatment of boilerplate, and the texts that it is searched in.

use std::fmt;
use std::str::FromStr;

use crate::document::UnitKind;
use crate::error::{Error, Result};

/// How boilerplate is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Boilerplate {
    /// It is compared like other text.
    Keep,
    /// It is left out of comparisons, and stays in every output.
    #[default]
    Ignore,
    /// It is left out of comparisons, and `dedup` removes it from the records that it keeps.
    Strip,
}

impl Boilerplate {
    /// All treatments.
    pub const ALL: [Self; 3] = [Self::Keep, Self::Ignore, Self::Strip];

    /// The name, in options and in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Ignore => "ignore",
            Self::Strip => "strip",
        }
    }
}

impl fmt::Display for Boilerplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Boilerplate {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) for any other name.
    fn from_str(name: &str) -> Result<Self> {
        let treatment = Self::ALL.into_iter().find(|treatment| treatment.name() == name);
        treatment.ok_or_else(|| Error::parameter("boilerplate", name, "one of keep, ignore, strip"))
    }
}

/// A text to compare, by default a whole document of no known source.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SourcedText<'a> {
    /// The unit's own text.
    pub text: &'a str,
    /// The kind of its unit. Headlines, lines and boilerplate are compared whole.
    pub kind: UnitKind,
    /// The site or paper that the text came from, which selects the learned rules.
    pub source: Option<&'a str>,
}

impl<'a> SourcedText<'a> {
    /// A document.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { text, kind: UnitKind::Document, source: None }
    }

    /// The same text as a unit of another kind.
    #[must_use]
    pub const fn kind(self, kind: UnitKind) -> Self {
        Self { kind, ..self }
    }

    /// The same text with a source.
    #[must_use]
    pub const fn source(self, source: Option<&'a str>) -> Self {
        Self { source, ..self }
    }
}

impl<'a> From<&'a str> for SourcedText<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text)
    }
}

impl<'a> From<&&'a str> for SourcedText<'a> {
    fn from(text: &&'a str) -> Self {
        Self::new(text)
    }
}

impl<'a> From<&'a String> for SourcedText<'a> {
    fn from(text: &'a String) -> Self {
        Self::new(text)
    }
}
