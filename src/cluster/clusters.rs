//! Clusters, their members, and the copies that can be removed.

use std::cmp::Ordering;

use crate::document::UnitId;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// A keeper with its copies and attached members.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The member that stays when copies are removed.
    pub keeper: UnitId,
    /// The keeper, its copies and its attached members, in input order.
    pub members: Vec<Member>,
}

/// One member of a cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The unit.
    pub unit: UnitId,
    /// Its relation to the keeper; `None` for the keeper itself.
    pub relation: Option<Relation>,
    /// Its exact score against the keeper.
    pub score: Score,
    /// The shingles that the score was measured on.
    pub measure: ShingleKind,
    /// Whether it is only attached to the keeper: listed, counted in no size, never removed.
    pub attached: bool,
}

impl Cluster {
    /// The cluster of a keeper without copies.
    pub(crate) fn of_one(keeper: UnitId, measure: ShingleKind) -> Self {
        let member = Member { unit: keeper, relation: None, score: Score::SAME, measure, attached: false };
        Self { keeper, members: vec![member] }
    }

    /// The keeper and its copies, attached members left out.
    pub fn copies(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.members.iter().filter(|member| !member.attached).map(|member| member.unit)
    }

    /// Number of copies and the keeper; attached members do not count.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.iter().filter(|member| !member.attached).count()
    }

    /// Compares by the order of the report: largest first, then by the place of the keeper in the input.
    #[must_use]
    pub fn report_order(&self, other: &Self) -> Ordering {
        other.size().cmp(&self.size()).then(self.keeper.cmp(&other.keeper))
    }
}

/// A copy that can be removed, and the reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Removal {
    /// The copy.
    pub unit: UnitId,
    /// The unit that stays instead.
    pub keeper: UnitId,
    /// Its relation to the keeper.
    pub relation: Relation,
    /// Its exact score against the keeper.
    pub score: Score,
}
