//! Candidates → verified pairs: exact Jaccard and containment, and what a pair is called.
//!
//! Scores are computed on full 64-bit shingle sets, never estimated. `J = |A∩B| / |A∪B|`,
//! `C = |A∩B| / min(|A|, |B|)` (Broder, "On the resemblance and containment of documents", 1997, with the smaller side
//! as the base).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::document::UnitId;
use crate::shingle::{ShingleKind, ShingleSet};

pub mod align;
mod common;
pub mod facts;
pub(crate) mod own_text;
pub mod short;
mod words;

/// How alike two units are. Both are exact, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Shared shingles over all shingles.
    pub jaccard: f64,
    /// Shared shingles over those of the smaller side.
    pub containment: f64,
}

impl Score {
    /// The score of a unit against itself, or its exact copy.
    pub const SAME: Self = Self { jaccard: 1.0, containment: 1.0 };

    /// The score of two sets. Without shingles on either side both are 0: nothing resembles an empty unit.
    #[must_use]
    pub fn of(a: &ShingleSet, b: &ShingleSet) -> Self {
        Self::from_counts(a.shared(b), a.len(), b.len())
    }

    /// The score of sets of `a` and `b` shingles that share `shared`.
    #[must_use]
    pub fn from_counts(shared: usize, a: usize, b: usize) -> Self {
        let ratio = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        Self { jaccard: ratio(shared, a + b - shared), containment: ratio(shared, a.min(b)) }
    }
}

/// What a verified pair is called, or how a member stands to its keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Relation {
    /// The same folded tokens in the same order, numbers included.
    Exact,
    /// Jaccard at or above the threshold.
    Near,
    /// The member, or the later of a pair, stands inside the other: containment at or above its threshold, Jaccard below
    /// that of a copy.
    Contained,
    /// The reverse: the keeper, or the earlier of a pair, stands inside the other.
    Contains,
    /// Alike enough for a copy, but no copy, for a reason: shown, never removed.
    Variant(VariantReason),
    /// A short unit that only resembles: shown, never removed.
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

    /// Why such units are no copies, if they are variants.
    #[must_use]
    pub const fn reason(self) -> Option<VariantReason> {
        match self {
            Self::Variant(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether two such units are one text, so that either may go for the other.
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

/// Why two units that are alike enough for a copy are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum VariantReason {
    /// What they share is furniture of many pages; what is their own, few texts have.
    Furniture,
    /// A passage of one text stands where the other has a passage of other words.
    Replaced,
    /// They are short texts of one form whose numbers differ.
    Numbers,
    /// They tell other facts in one template.
    Facts,
}

impl VariantReason {
    /// All reasons, in the order in which they are looked for.
    pub const ALL: [Self; 4] = [Self::Furniture, Self::Replaced, Self::Numbers, Self::Facts];

    /// The name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Furniture => "furniture",
            Self::Replaced => "replaced",
            Self::Numbers => "numbers",
            Self::Facts => "facts",
        }
    }

    /// The reason in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Furniture => "what they share is furniture of many pages, and their own text is not shared",
            Self::Replaced => "a passage of one text stands where the other has another passage",
            Self::Numbers => "they are texts of one form, and their numbers differ",
            Self::Facts => "they are texts of one form that tell other facts",
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
    /// What the pair is called.
    pub relation: Relation,
    /// What the score was measured on.
    pub measure: ShingleKind,
}
