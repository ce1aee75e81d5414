//! Nodes that stand inside others → which of them hangs on which, or goes to which.
//!
//! Containment joins no clusters: a page that holds two stories is no bridge between them. It says of one keeper that it
//! stands inside another, which stays: the larger ones are settled first, so nothing is hung on, or removed for, what
//! hangs or goes itself.

use std::collections::{BTreeMap, BTreeSet};

use super::VerifiedLink;
use crate::lsh::Node;
use crate::similarity::{Relation, Score, VariantReason};

/// A node that was found inside another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ContainmentPair {
    /// The one with fewer shingles; of as many, the later one.
    pub(crate) small: Node,
    pub(crate) large: Node,
    /// Shingles of the small one.
    pub(crate) size: usize,
    pub(crate) score: Score,
    /// Why it is no copy of a part, if it is none.
    pub(crate) variant: Option<VariantReason>,
}

impl ContainmentPair {
    /// Orders by how well the large one explains the small one; ties: the earliest is the best.
    fn better(&self, other: &Self, tie: fn(&Self) -> Node) -> std::cmp::Ordering {
        let (a, b) = (self.score, other.score);
        let scores = a.containment.total_cmp(&b.containment).then(a.jaccard.total_cmp(&b.jaccard));
        scores.then(tie(other).cmp(&tie(self)))
    }
}

/// Where contained nodes belong.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct SettledNodes {
    /// Each node that hangs on, or goes to, a large one that does neither; largest first.
    pub(crate) moved: Vec<ContainmentPair>,
    /// Each large node that is shown with a small one which cannot be moved.
    pub(crate) holders: Vec<ContainmentPair>,
}

/// Settles `holdings` between keepers. `moves` says which nodes may hang on, or go to, another.
pub(crate) fn settle(holdings: &[ContainmentPair], moves: impl Fn(Node) -> bool) -> SettledNodes {
    let mut of_small: BTreeMap<(std::cmp::Reverse<usize>, Node), Vec<&ContainmentPair>> = BTreeMap::new();
    for holding in holdings.iter().filter(|holding| holding.variant.is_none()) {
        of_small.entry((std::cmp::Reverse(holding.size), holding.small)).or_default().push(holding);
    }
    let mut settled = SettledNodes::default();
    let mut gone = BTreeSet::new();
    for ((_, small), options) in &of_small {
        if !moves(*small) {
            continue;
        }
        let staying = options.iter().filter(|holding| !gone.contains(&holding.large));
        if let Some(best) = staying.max_by(|a, b| a.better(b, |holding| holding.large)) {
            gone.insert(*small);
            settled.moved.push(**best);
        }
    }
    let mut of_large: BTreeMap<Node, Vec<&ContainmentPair>> = BTreeMap::new();
    for ((_, small), options) in &of_small {
        let shown = options.iter().filter(|holding| !gone.contains(small) && !gone.contains(&holding.large));
        shown.for_each(|holding| of_large.entry(holding.large).or_default().push(holding));
    }
    let best = |options: &Vec<&ContainmentPair>| {
        options.iter().max_by(|a, b| a.better(b, |holding| holding.small)).map(|holding| **holding)
    };
    settled.holders = of_large.values().filter_map(best).collect();
    settled
}

/// What is only shown: small nodes on large ones, and large ones on small ones that are keepers of copies.
pub(crate) fn shown(settled: &SettledNodes) -> impl Iterator<Item = VerifiedLink> + '_ {
    let small = settled.moved.iter().map(|holding| VerifiedLink {
        node: holding.small,
        keeper: holding.large,
        relation: Relation::Contained,
        score: holding.score,
    });
    small.chain(settled.holders.iter().map(|holding| VerifiedLink {
        node: holding.large,
        keeper: holding.small,
        relation: Relation::Contains,
        score: holding.score,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(small: Node, large: Node, size: usize, containment: f64) -> ContainmentPair {
        ContainmentPair { small, large, size, score: Score { jaccard: 0.4, containment }, variant: None }
    }

    fn pairs(holdings: &[ContainmentPair]) -> Vec<(Node, Node)> {
        holdings.iter().map(|holding| (holding.small, holding.large)).collect()
    }

    #[test]
    fn a_container_that_goes_itself_takes_nobody_along() {
        // 2 in 1 in 0, and 2 in 0 less well.
        let chain = [holding(1, 0, 100, 0.9), holding(2, 1, 60, 1.0), holding(2, 0, 60, 0.8)];
        assert_eq!(pairs(&settle(&chain, |_| true).moved), [(1, 0), (2, 0)]);
        assert_eq!(pairs(&settle(&chain[..2], |_| true).moved), [(1, 0)], "2 stays where its container goes");
    }

    #[test]
    fn the_best_container_is_taken_and_ties_go_to_the_earliest() {
        let options = [holding(9, 4, 60, 0.9), holding(9, 2, 60, 0.9), holding(9, 5, 60, 0.85)];
        assert_eq!(pairs(&settle(&options, |_| true).moved), [(9, 2)]);
        let better = [options[0], options[2], holding(9, 7, 60, 0.95)];
        assert_eq!(pairs(&settle(&better, |_| true).moved), [(9, 7)]);
    }

    #[test]
    fn a_keeper_of_copies_is_not_moved_but_shows_what_holds_it() {
        let digest = [holding(1, 0, 100, 1.0), holding(2, 0, 90, 0.9), holding(3, 0, 80, 0.9)];
        let settled = settle(&digest, |node| node == 3);
        assert_eq!((pairs(&settled.moved), pairs(&settled.holders)), (vec![(3, 0)], vec![(1, 0)]));
        let shown: Vec<_> = shown(&settled).map(|hanging| (hanging.node, hanging.keeper, hanging.relation)).collect();
        assert_eq!(shown, [(3, 0, Relation::Contained), (0, 1, Relation::Contains)]);
    }

    #[test]
    fn a_variant_is_inside_nothing() {
        let sibling = ContainmentPair { variant: Some(VariantReason::Facts), ..holding(1, 0, 100, 0.9) };
        assert_eq!(settle(&[sibling], |_| true), SettledNodes::default());
    }
}
