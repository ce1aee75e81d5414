//! The profiles: how strongly text is folded.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// How strongly text is folded. Each profile does all that the one before it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// Tokenising only: letters, marks and numbers stay, everything else separates.
    None,
    /// Safe for every language: entities, ignorables, marks, tatweel, presentation forms, digits, case, URLs.
    Light,
    /// In addition the language's table and word rules. The default.
    #[default]
    Standard,
    /// Arabic only: ؤ→و, ئ→ي, no ء, and پ چ ڤ گ as the nearest Arabic letters. It finds no more copies in news and
    /// merges different words; for every other language it equals `Standard`.
    Aggressive,
}

impl Profile {
    /// Every profile, from the weakest to the strongest.
    pub const ALL: [Self; 4] = [Self::None, Self::Light, Self::Standard, Self::Aggressive];

    /// The name, in options and in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Light => "light",
            Self::Standard => "standard",
            Self::Aggressive => "aggressive",
        }
    }

    /// Whether it folds each language by a table of its own.
    #[must_use]
    pub const fn knows_languages(self) -> bool {
        matches!(self, Self::Standard | Self::Aggressive)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Profile {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == name)
            .ok_or_else(|| Error::parameter("profile", name, "one of none, light, standard, aggressive"))
    }
}
