//! Decides which contained nodes are attached to, or moved to, which containers.
//!
//! Containment joins no clusters: a page with two stories does not connect them. It relates a keeper to a larger keeper that
//! stays. Larger nodes are settled first, so that no node is attached to, or removed for, a node that is moved itself.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use super::verifier::VerifiedLink;
use crate::lsh::Node;
use crate::similarity::{Relation, Score, VariantReason};

/// Two nodes of which one is inside the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ContainmentPair {
    /// The node with fewer shingles; with equal numbers, the later one.
    pub(crate) small: Node,
    pub(crate) large: Node,
    /// Number of shingles of the small node.
    pub(crate) size: usize,
    pub(crate) score: Score,
    /// Why the small node is no copy of a part of the large one, if it is none.
    pub(crate) variant: Option<VariantReason>,
}

impl ContainmentPair {
    /// Compares by how much of the small node is in the large one. With ties, the earliest `tie` is the greatest.
    fn compare(&self, other: &Self, tie: fn(&Self) -> Node) -> Ordering {
        let (a, b) = (self.score, other.score);
        let scores = a.containment.total_cmp(&b.containment).then(a.jaccard.total_cmp(&b.jaccard));
        scores.then(tie(other).cmp(&tie(self)))
    }
}

/// The decisions on contained nodes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct SettledNodes {
    /// Each small node with the container it is attached or moved to, largest first. No container is moved itself.
    pub(crate) moved: Vec<ContainmentPair>,
    /// Each container with the small node it is attached to, because that one cannot be moved.
    pub(crate) holders: Vec<ContainmentPair>,
}

/// Settles the containment `pairs` between keepers. `moves` holds for nodes that may be attached or moved.
pub(crate) fn settle(pairs: &[ContainmentPair], moves: impl Fn(Node) -> bool) -> SettledNodes {
    // Largest first: when a node is settled, it is known whether each of its containers is moved.
    let mut of_small: BTreeMap<(Reverse<usize>, Node), Vec<&ContainmentPair>> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| pair.variant.is_none()) {
        of_small.entry((Reverse(pair.size), pair.small)).or_default().push(pair);
    }

    let mut settled = SettledNodes::default();
    let mut gone = BTreeSet::new();
    // A container that is moved itself does not count; its small nodes may have another.
    for ((_, small), options) in &of_small {
        if !moves(*small) {
            continue;
        }
        let staying = options.iter().filter(|pair| !gone.contains(&pair.large));
        if let Some(best) = staying.max_by(|a, b| a.compare(b, |pair| pair.large)) {
            gone.insert(*small);
            settled.moved.push(**best);
        }
    }

    let mut of_large: BTreeMap<Node, Vec<&ContainmentPair>> = BTreeMap::new();
    for pair in of_small.into_values().flatten() {
        // Both stay, so the pair is listed with the small node, which is a keeper of copies.
        if !gone.contains(&pair.small) && !gone.contains(&pair.large) {
            of_large.entry(pair.large).or_default().push(pair);
        }
    }
    for options in of_large.values() {
        settled.holders.extend(options.iter().max_by(|a, b| a.compare(b, |pair| pair.small)).map(|pair| **pair));
    }
    settled
}

/// The links of attached nodes: small nodes to their containers, and containers to small nodes that are keepers of copies.
pub(crate) fn shown(settled: &SettledNodes) -> impl Iterator<Item = VerifiedLink> + '_ {
    let small = settled.moved.iter().map(|pair| VerifiedLink {
        node: pair.small,
        keeper: pair.large,
        relation: Relation::Contained,
        score: pair.score,
    });
    let large = settled.holders.iter().map(|pair| VerifiedLink {
        node: pair.large,
        keeper: pair.small,
        relation: Relation::Contains,
        score: pair.score,
    });

    small.chain(large)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(small: Node, large: Node, size: usize, containment: f64) -> ContainmentPair {
        ContainmentPair { small, large, size, score: Score { jaccard: 0.4, containment }, variant: None }
    }

    fn nodes(pairs: &[ContainmentPair]) -> Vec<(Node, Node)> {
        pairs.iter().map(|pair| (pair.small, pair.large)).collect()
    }

    #[test]
    fn a_container_that_is_moved_itself_takes_no_node_along() {
        // 2 in 1 in 0, and 2 in 0 less well.
        let chain = [pair(1, 0, 100, 0.9), pair(2, 1, 60, 1.0), pair(2, 0, 60, 0.8)];
        assert_eq!(nodes(&settle(&chain, |_| true).moved), [(1, 0), (2, 0)]);
        assert_eq!(nodes(&settle(&chain[..2], |_| true).moved), [(1, 0)], "2 stays, as its container is moved");
    }

    #[test]
    fn the_best_container_is_taken_and_ties_go_to_the_earliest() {
        let options = [pair(9, 4, 60, 0.9), pair(9, 2, 60, 0.9), pair(9, 5, 60, 0.85)];
        assert_eq!(nodes(&settle(&options, |_| true).moved), [(9, 2)]);
        let better = [options[0], options[2], pair(9, 7, 60, 0.95)];
        assert_eq!(nodes(&settle(&better, |_| true).moved), [(9, 7)]);
    }

    #[test]
    fn a_keeper_of_copies_is_not_moved_but_shows_what_holds_it() {
        let digest = [pair(1, 0, 100, 1.0), pair(2, 0, 90, 0.9), pair(3, 0, 80, 0.9)];
        let settled = settle(&digest, |node| node == 3);
        assert_eq!((nodes(&settled.moved), nodes(&settled.holders)), (vec![(3, 0)], vec![(1, 0)]));
        let shown: Vec<_> = shown(&settled).map(|link| (link.node, link.keeper, link.relation)).collect();
        assert_eq!(shown, [(3, 0, Relation::Contained), (0, 1, Relation::Contains)]);
    }

    #[test]
    fn a_variant_is_inside_nothing() {
        let sibling = ContainmentPair { variant: Some(VariantReason::Facts), ..pair(1, 0, 100, 0.9) };
        assert_eq!(settle(&[sibling], |_| true), SettledNodes::default());
    }
}
