//! What somebody says that a pair is.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

/// What a pair of texts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PairLabel {
    /// One text, perhaps edited: either may be removed for the other.
    Copy,
    /// One text is a part of the other.
    Part,
    /// The same form or furniture with other facts.
    Form,
    /// Two texts.
    Other,
}

impl PairLabel {
    /// All labels, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Copy, Self::Part, Self::Form, Self::Other];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Part => "part",
            Self::Form => "form",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for PairLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for PairLabel {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|label| label.name() == name);
        found.ok_or_else(|| Error::parameter("label", name, "copy, part, form or other"))
    }
}

impl Serialize for PairLabel {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
