//! The answers of an index: verdicts and matches.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::document::Date;
use crate::error::{Error, Result};
use crate::similarity::{Relation, VariantReason};

/// The answer to a text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// It repeats no stored text that was found.
    New {
        /// False if a bound left candidates out: more stored texts resemble it than are considered, and a copy may be
        /// among the others.
        certain: bool,
    },
    /// It repeats a stored text: the match with the highest Jaccard; ties: the earliest inserted.
    Duplicate(Match),
    /// It is as similar to a stored text as copies are, but repeats none; the [`reason`](Match::reason) says why. The
    /// match is the most similar text that was found.
    Variant {
        /// The most similar text.
        found: Match,
        /// As for a new text: false if a copy may be among texts that were not considered.
        certain: bool,
    },
    /// It has no tokens, so it cannot be compared and is never stored.
    Empty,
}

impl Verdict {
    /// The word used in every output: `new`, `duplicate`, `variant` or `empty`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::New { .. } => "new",
            Self::Duplicate(_) => "duplicate",
            Self::Variant { .. } => "variant",
            Self::Empty => "empty",
        }
    }

    /// The stored text of a duplicate or a variant.
    #[must_use]
    pub const fn found(&self) -> Option<&Match> {
        match self {
            Self::Duplicate(found) | Self::Variant { found, .. } => Some(found),
            Self::New { .. } | Self::Empty => None,
        }
    }

    /// False if a bound left candidates out that may be copies: the text is new or a variant as far as is known. A
    /// duplicate is always certain, because its match was verified.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        match self {
            Self::New { certain } | Self::Variant { certain, .. } => *certain,
            Self::Duplicate(_) | Self::Empty => true,
        }
    }
}

/// A stored text, verified against the text asked about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Match {
    /// The key that it was inserted under.
    pub key: String,
    /// Jaccard similarity, from 0 to 1: exact if there is no standard error.
    pub jaccard: f64,
    /// Containment, from 0 to 1: as exact as the Jaccard.
    pub containment: f64,
    /// `Exact`, `Near` or `Variant`; `None` below the threshold (only from [`Index::query`](super::Index::query)).
    pub relation: Option<Relation>,
    /// Why a variant is not a copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<VariantReason>,
    /// When it was first seen.
    pub seen: Date,
    /// The standard error of an estimated Jaccard ([`Verify::Estimate`]); `None` if it is exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard_error: Option<f64>,
}

/// How candidates are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// On the full shingle sets. The index keeps each folded text, and scores are exact.
    #[default]
    Exact,
    /// On signatures of one byte per value (two bytes if bands have fewer than four rows). The index is smaller, every
    /// score is an estimate with its standard error, and the facts guard is off. The only exception to exact
    /// verification.
    Estimate,
}

impl Verify {
    /// The name, in options and in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Estimate => "estimate",
        }
    }
}

/// The order of the matches of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    /// Highest Jaccard first.
    #[default]
    Jaccard,
    /// Highest containment first.
    Containment,
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Jaccard => "jaccard",
            Self::Containment => "containment",
        })
    }
}

impl FromStr for Rank {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = [Self::Jaccard, Self::Containment].into_iter().find(|rank| rank.to_string() == name);
        found.ok_or_else(|| Error::parameter("by", name, "one of jaccard, containment"))
    }
}
