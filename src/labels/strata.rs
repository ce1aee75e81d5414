//! Strata: pairs of one relation and of nearly one score.

use std::fmt;

use serde::{Serialize, Serializer};

use super::listed_pairs::ListedPair;
use super::pair_label::PairLabel;

/// Width of the scores of a stratum.
const BANDS: f64 = 10.0;

/// The relation of a listed pair. Both directions of containment are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListedRelation {
    /// [`Relation::Exact`](crate::similarity::Relation::Exact).
    Exact,
    /// [`Relation::Near`](crate::similarity::Relation::Near).
    Near,
    /// [`Relation::Contained`](crate::similarity::Relation::Contained) and [`Contains`](crate::similarity::Relation::Contains).
    Contained,
    /// [`Relation::Variant`](crate::similarity::Relation::Variant).
    Variant,
    /// [`Relation::Related`](crate::similarity::Relation::Related).
    Related,
}

impl ListedRelation {
    /// The relation of this name in an output; `None` for other names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "exact" => Self::Exact,
            "near" => Self::Near,
            "contained" | "contains" => Self::Contained,
            "variant" => Self::Variant,
            "related" => Self::Related,
            _ => return None,
        })
    }

    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Contained => "contained",
            Self::Variant => "variant",
            Self::Related => "related",
        }
    }

    /// Whether such a pair is removed by default.
    #[must_use]
    pub const fn is_copy(self) -> bool {
        matches!(self, Self::Exact | Self::Near)
    }

    /// Whether the relation is right for a pair with this label: a copy for `exact` and `near`, a copy or a part for
    /// `contained`, anything but a copy for relations that keep both texts.
    #[must_use]
    pub const fn is_right(self, label: PairLabel) -> bool {
        match self {
            Self::Exact | Self::Near => matches!(label, PairLabel::Copy),
            Self::Contained => matches!(label, PairLabel::Copy | PairLabel::Part),
            Self::Variant | Self::Related => !matches!(label, PairLabel::Copy),
        }
    }
}

impl fmt::Display for ListedRelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for ListedRelation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The pairs of one relation whose scores are within a tenth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stratum {
    relation: ListedRelation,
    /// The tenth of the score, 0 to 9.
    band: u8,
}

impl Stratum {
    /// The stratum of a pair: by containment for `contained`, by Jaccard for all others.
    #[must_use]
    pub fn of(pair: &ListedPair) -> Self {
        let score = if pair.relation == ListedRelation::Contained { pair.containment } else { pair.jaccard };

        // Scores are within 0 and 1, and 1 belongs to the last band. The small part undoes the error of decimal fractions:
        // .6 · 10 is 6.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 and 9")]
        let band = (score * BANDS + 1e-9).clamp(0.0, BANDS - 1.0) as u8;
        Self { relation: pair.relation, band }
    }

    /// The relation of its pairs.
    #[must_use]
    pub const fn relation(self) -> ListedRelation {
        self.relation
    }

    /// The least score of its pairs.
    #[must_use]
    pub fn lowest(self) -> f64 {
        f64::from(self.band) / BANDS
    }

    /// The score that its pairs stay below; 1 is in the last stratum.
    #[must_use]
    pub fn highest(self) -> f64 {
        f64::from(self.band + 1) / BANDS
    }
}
