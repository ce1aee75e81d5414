//! The policy that decides which member of a cluster stays.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The member of a cluster that stays. Ties go to the earliest in the input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Keep {
    /// The earliest in the input.
    #[default]
    First,
    /// The latest in the input.
    Last,
    /// The one with the most tokens.
    Longest,
    /// The one with the fewest tokens.
    Shortest,
    /// The one with the earliest date; units without a date come last.
    Earliest,
    /// The one with the latest date; units without a date come last.
    Latest,
    /// The one with the smallest value of a field; missing or unreadable values come last.
    Min(String),
    /// The one with the largest value of a field; missing or unreadable values come last.
    Max(String),
}

impl Keep {
    /// Whether dates decide.
    #[must_use]
    pub const fn is_by_date(&self) -> bool {
        matches!(self, Self::Earliest | Self::Latest)
    }

    /// The record field that decides, if one does.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Min(field) | Self::Max(field) => Some(field),
            _ => None,
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            Self::Longest => f.write_str("longest"),
            Self::Shortest => f.write_str("shortest"),
            Self::Earliest => f.write_str("earliest"),
            Self::Latest => f.write_str("latest"),
            Self::Min(field) => write!(f, "min:{field}"),
            Self::Max(field) => write!(f, "max:{field}"),
        }
    }
}

impl FromStr for Keep {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("min", field)) if !field.is_empty() => Ok(Self::Min(field.to_owned())),
            Some(("max", field)) if !field.is_empty() => Ok(Self::Max(field.to_owned())),
            None if text == "first" => Ok(Self::First),
            None if text == "last" => Ok(Self::Last),
            None if text == "longest" => Ok(Self::Longest),
            None if text == "shortest" => Ok(Self::Shortest),
            None if text == "earliest" => Ok(Self::Earliest),
            None if text == "latest" => Ok(Self::Latest),
            _ => Err(Error::parameter(
                "keep",
                text,
                "first, last, longest, shortest, earliest, latest, min:FIELD or max:FIELD",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_read_back_what_they_show() {
        for text in ["first", "last", "longest", "shortest", "earliest", "latest", "min:date", "max:a:b"] {
            assert_eq!(text.parse::<Keep>().unwrap().to_string(), text);
        }
        for text in ["", "min:", "min", "newest", "first:x"] {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }
}
