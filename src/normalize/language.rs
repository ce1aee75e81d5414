//! The language whose table a document is folded with.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The language whose table the profiles `standard` and `aggressive` use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Arabic.
    Ar,
    /// Persian.
    Fa,
    /// Urdu.
    Ur,
    /// Central Kurdish (Sorani).
    Ckb,
    /// Pashto.
    Ps,
    /// Uyghur.
    Ug,
    /// Anything else: folded as `light`.
    Other,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 7] = [Self::Ar, Self::Fa, Self::Ur, Self::Ckb, Self::Ps, Self::Ug, Self::Other];

    /// The code, in options and in outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ar => "ar",
            Self::Fa => "fa",
            Self::Ur => "ur",
            Self::Ckb => "ckb",
            Self::Ps => "ps",
            Self::Ug => "ug",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
            .ok_or_else(|| Error::parameter("language", code, "one of ar, fa, ur, ckb, ps, ug, other"))
    }
}
