//! Tokens → shingle hashes.
//!
//! A shingle is n consecutive tokens (`word:3`), or n consecutive characters of the tokens joined by one space
//! (`char:8`), hashed to 64 bits by the one stable hash ([`hash`]). A unit with fewer than n of them has one shingle:
//! the hash of all of them, with their number. A unit without tokens has none.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

mod fingerprint;
pub mod hash;
pub mod kernel;
mod set;
mod set_bits;
mod shingler;
mod sort;

pub use fingerprint::Fingerprint;
pub use set::ShingleSet;
pub(crate) use set_bits::SetBits;
pub use shingler::{ShingledUnit, Shingler};
pub(crate) use sort::{sort_hashed, sorted_hashes};

/// The kind of shingle: n tokens, or n characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ShingleKind {
    /// n consecutive tokens.
    Word(u8),
    /// n consecutive characters of the tokens joined by one space.
    Char(u8),
}

impl ShingleKind {
    /// Largest n. Beyond it only exact copies share shingles.
    pub const MAX_LENGTH: u8 = 32;

    /// The measure of the short path: character trigrams.
    pub const SHORT: Self = Self::Char(3);

    /// n, the number of tokens or characters.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Word(n) | Self::Char(n) => n as usize,
        }
    }
}

impl Default for ShingleKind {
    /// `word:3`: among measures of its cost it separated re-publications from unrelated stories best.
    fn default() -> Self {
        Self::Word(3)
    }
}

impl fmt::Display for ShingleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(n) => write!(f, "word:{n}"),
            Self::Char(n) => write!(f, "char:{n}"),
        }
    }
}

impl Serialize for ShingleKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for ShingleKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong =
            || Error::parameter("shingle", text, format!("word:N or char:N with N from 1 to {}", Self::MAX_LENGTH));

        // Zero has no shingles; more than the limit shares nothing.
        let (what, n) = text.split_once(':').ok_or_else(wrong)?;
        let n = n.parse::<u8>().ok().filter(|n| (1..=Self::MAX_LENGTH).contains(n)).ok_or_else(wrong)?;

        match what {
            "word" => Ok(Self::Word(n)),
            "char" => Ok(Self::Char(n)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_back_what_they_show() {
        for text in ["word:1", "word:3", "char:8", "char:32"] {
            assert_eq!(text.parse::<ShingleKind>().unwrap().to_string(), text);
        }
        for text in ["word", "word:", "word:0", "word:33", "chars:3", "word:3 ", ":3", "char:-1"] {
            let error = text.parse::<ShingleKind>().unwrap_err().to_string();
            assert!(error.contains("word:N or char:N"), "{error}");
        }
    }
}
