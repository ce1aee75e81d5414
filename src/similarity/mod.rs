//! Verification of candidate pairs: exact Jaccard and containment, and the relation of a pair.
//!
//! Scores are computed on full 64-bit shingle sets, never estimated: `J = |A∩B| / |A∪B|`,
//! `C = |A∩B| / min(|A|, |B|)` (Broder, "On the resemblance and containment of documents", 1997, with the smaller side
//! as the base).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::document::UnitId;
use crate::shingle::{ShingleKind, ShingleSet};

pub mod align;
pub(crate) mod cards;
pub mod facts;
pub(crate) mod headings;
mod lacking_words;
pub(crate) mod links;
mod listed_words;
pub(crate) mod own_text;
pub(crate) mod posts;
pub(crate) mod series;
pub mod short;
mod title_parts;
pub(crate) mod titles;
mod token_gaps;
mod word_forms;

/// The similarity of two units: two exact ratios from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Shared shingles over the shingles of either side.
    pub jaccard: f64,
    /// Shared shingles over the shingles of the smaller side.
    pub containment: f64,
}

impl Score {
    /// The score of a unit and itself or its exact copy.
    pub const SAME: Self = Self { jaccard: 1.0, containment: 1.0 };

    /// The score of two sets. Both ratios are 0 if a set is empty.
    #[must_use]
    pub fn of(a: &ShingleSet, b: &ShingleSet) -> Self {
        Self::from_counts(a.shared(b), a.len(), b.len())
    }

    /// The score of sets of `a` and `b` shingles that share `shared`.
    #[must_use]
    pub fn from_counts(shared: usize, a: usize, b: usize) -> Self {
        debug_assert!(shared <= a.min(b), "a shared shingle is in both sets");
        // Nothing resembles an empty unit, not even another one.
        let ratio = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };

        Self { jaccard: ratio(shared, a + b - shared), containment: ratio(shared, a.min(b)) }
    }
}

/// The relation of a verified pair, or of a member to its keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Relation {
    /// The same folded tokens in the same order, numbers included.
    Exact,
    /// Jaccard at or above the threshold.
    Near,
    /// The member, or the later of a pair, is part of the other: containment at or above its threshold, Jaccard below
    /// that of a copy.
    Contained,
    /// The reverse: the keeper, or the earlier of a pair, is part of the other.
    Contains,
    /// Similar enough for a copy, but not a copy for the given reason: shown, never removed.
    Variant(VariantReason),
    /// A short unit that is similar but no copy: shown, never removed.
    Related,
}

impl Relation {
    /// The name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Contained => "contained",
            Self::Contains => "contains",
            Self::Variant(_) => "variant",
            Self::Related => "related",
        }
    }

    /// The reason why variants are no copies; `None` for other relations.
    #[must_use]
    pub const fn reason(self) -> Option<VariantReason> {
        match self {
            Self::Variant(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether such units are one text, so that either may be removed for the other.
    #[must_use]
    pub const fn is_copy(self) -> bool {
        matches!(self, Self::Exact | Self::Near)
    }

    /// The relation seen from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Contained => Self::Contains,
            Self::Contains => Self::Contained,
            other => other,
        }
    }
}

impl Serialize for Relation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The reason why two units that are similar enough for a copy are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum VariantReason {
    /// They share furniture of many pages, while few texts have the rest of each.
    Furniture,
    /// A passage of one text is replaced by a passage of other words in the other.
    Replaced,
    /// They are short texts of one form whose numbers differ.
    Numbers,
    /// They tell different facts in one template.
    Facts,
    /// Their records are of one source and have titles that tell different things.
    Titles,
    /// The keeper lacks a part of the text; only in runs without loss.
    Lossy,
}

impl VariantReason {
    /// All reasons, in the order in which they are tested.
    pub const ALL: [Self; 6] = [Self::Furniture, Self::Replaced, Self::Numbers, Self::Facts, Self::Titles, Self::Lossy];

    /// The name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Furniture => "furniture",
            Self::Replaced => "replaced",
            Self::Numbers => "numbers",
            Self::Facts => "facts",
            Self::Titles => "titles",
            Self::Lossy => "lossy",
        }
    }

    /// The reason in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Furniture => "they share furniture of many pages, and their own texts differ",
            Self::Replaced => "a passage of one text is replaced by another passage in the other",
            Self::Numbers => "they are texts of one form with different numbers",
            Self::Facts => "they are texts of one form that tell different facts",
            Self::Titles => "their records are of one source and have titles that tell different things",
            Self::Lossy => "the keeper lacks a part of this text, and the run removes nothing that it would lose",
        }
    }
}

impl fmt::Display for VariantReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A candidate that was verified.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The earlier unit.
    pub a: UnitId,
    /// The later unit.
    pub b: UnitId,
    /// Exact scores.
    pub score: Score,
    /// The relation of the pair.
    pub relation: Relation,
    /// The kind of shingles of the score.
    pub measure: ShingleKind,
}
