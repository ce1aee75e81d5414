//! Verified pairs → clusters: keepers, their copies, and what hangs on them.

use std::cmp::Ordering;

use crate::document::UnitId;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

mod attach;
mod contained;
mod contents;
mod gather;
mod keep;
mod keepers;
mod timed;

pub(crate) use attach::{attach, variants};
pub(crate) use contained::{ContainmentPair, settle, shown};
pub(crate) use contents::{ComponentContents, LARGE, RARE};
pub(crate) use gather::gather;
pub use keep::Keep;
pub(crate) use keepers::{NodeVerdict, PairVerifier, VerifiedLink, assign};
pub(crate) use timed::NodeTimes;

/// A keeper and its copies, and what hangs on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The member that stays.
    pub keeper: UnitId,
    /// The keeper, its copies and what is attached to it, in input order.
    pub members: Vec<Member>,
}

/// One member of a cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The unit.
    pub unit: UnitId,
    /// How it stands to the keeper; `None` for the keeper itself.
    pub relation: Option<Relation>,
    /// Its exact score against the keeper.
    pub score: Score,
    /// What the score was measured on.
    pub measure: ShingleKind,
    /// Whether it only hangs on the keeper: shown, counted in no size, never removed.
    pub attached: bool,
}

impl Cluster {
    /// A keeper without copies.
    pub(crate) fn of_one(keeper: UnitId, measure: ShingleKind) -> Self {
        let member = Member { unit: keeper, relation: None, score: Score::SAME, measure, attached: false };
        Self { keeper, members: vec![member] }
    }

    /// The keeper and its copies, without what hangs on it.
    pub fn copies(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.members.iter().filter(|member| !member.attached).map(|member| member.unit)
    }

    /// The keeper and its copies; attached members do not count.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.iter().filter(|member| !member.attached).count()
    }

    /// The order of the report: largest first, then by the keeper's place in the input.
    #[must_use]
    pub fn report_order(&self, other: &Self) -> Ordering {
        other.size().cmp(&self.size()).then(self.keeper.cmp(&other.keeper))
    }
}

/// A copy that is to go, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Removal {
    /// The unit that goes.
    pub unit: UnitId,
    /// The unit that stays in its place.
    pub keeper: UnitId,
    /// How it stands to the keeper.
    pub relation: Relation,
    /// Its exact score against the keeper.
    pub score: Score,
}
