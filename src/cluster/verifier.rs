//! The interface of exact verification: verdicts on two nodes, and links between verified nodes.

use std::ops::Deref;

use super::component_contents::ComponentContents;
use super::node_times::NodeTimes;
use crate::lsh::{Component, Node};
use crate::shingle::ShingleSet;
use crate::similarity::{Relation, Score, VariantReason};

/// The result of comparing two nodes exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NodeVerdict {
    /// The same text.
    Same,
    /// Copies of one text, with small differences.
    Copy(Score),
    /// As similar as copies, but none, for a reason.
    Variant(VariantReason, Score),
    /// Not similar enough.
    Other,
}

/// Verifies pairs of nodes.
pub(crate) trait PairVerifier: Sync {
    /// Compares two nodes.
    fn verify(&self, keeper: Node, other: Node) -> NodeVerdict;

    /// The shingles of a node that has candidates.
    fn set(&self, node: Node) -> impl Deref<Target = ShingleSet>;

    /// Smallest Jaccard of a pair that may be a copy.
    fn least(&self) -> f64;

    /// The contents of a large component; `None` if all its candidates are compared.
    fn contents(&self, _component: &Component) -> Option<ComponentContents> {
        None
    }

    /// Whether two nodes are compared at all, as far as their sources decide it.
    fn are_compared(&self, _a: Node, _b: Node) -> bool {
        true
    }

    /// The dates of nodes; `None` if nodes are compared at any distance in time.
    fn times(&self) -> Option<&NodeTimes> {
        None
    }
}

/// Two verified nodes: for clusters a keeper and a node, for pairs the earlier and the later one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct VerifiedLink {
    pub(crate) keeper: Node,
    pub(crate) node: Node,
    /// The relation of the node to the keeper.
    pub(crate) relation: Relation,
    pub(crate) score: Score,
}

impl VerifiedLink {
    /// The link for a verdict; `None` for [`NodeVerdict::Other`].
    pub(crate) fn of(keeper: Node, node: Node, verdict: NodeVerdict) -> Option<Self> {
        match verdict {
            NodeVerdict::Same => Some(Self { keeper, node, relation: Relation::Exact, score: Score::SAME }),
            NodeVerdict::Copy(score) => Some(Self { keeper, node, relation: Relation::Near, score }),
            NodeVerdict::Variant(reason, score) => {
                Some(Self { keeper, node, relation: Relation::Variant(reason), score })
            }
            NodeVerdict::Other => None,
        }
    }
}
