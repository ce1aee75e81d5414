//! Attaches nodes to keepers. Attached members are listed with the keeper, but count in no size and join no clusters.

use std::collections::{BTreeMap, BTreeSet};

use super::clusters::{Cluster, Member};
use super::verifier::VerifiedLink;
use crate::document::UnitId;
use crate::lsh::Node;
use crate::shingle::ShingleKind;

/// Attaches the nodes of `links` to the clusters of their keepers. A keeper without a cluster gets one of itself. `first` gives
/// the first unit of a node.
pub(crate) fn attach(
    clusters: &mut Vec<Cluster>,
    links: &[VerifiedLink],
    measure: ShingleKind,
    first: impl Fn(Node) -> UnitId,
) {
    let mut of_keeper: BTreeMap<UnitId, usize> =
        clusters.iter().enumerate().map(|(place, cluster)| (cluster.keeper, place)).collect();

    for VerifiedLink { node, keeper, relation, score } in links {
        let keeper = first(*keeper);
        let cluster = *of_keeper.entry(keeper).or_insert_with(|| {
            clusters.push(Cluster::of_one(keeper, measure));
            clusters.len() - 1
        });
        let (unit, relation, score) = (first(*node), Some(*relation), *score);
        clusters[cluster].members.push(Member { unit, relation, score, measure, attached: true });
    }
}

/// A link for each free node, by ascending node, to the keeper it is most similar to (ties: the earliest) that is not attached
/// itself. The keeper of each of `pairs` is the earlier node. `is_free` holds for nodes that have no copies and are attached to
/// nothing, `is_keeper` for nodes that no keeper took.
pub(crate) fn variants(
    pairs: impl IntoIterator<Item = VerifiedLink>,
    is_free: impl Fn(Node) -> bool,
    is_keeper: impl Fn(Node) -> bool,
) -> Vec<VerifiedLink> {
    let mut options: BTreeMap<Node, Vec<VerifiedLink>> = BTreeMap::new();
    for VerifiedLink { keeper: a, node: b, relation, score } in pairs {
        // The later node is attached if it can be, else the earlier one.
        let (node, keeper) = if is_free(b) { (b, a) } else { (a, b) };
        if is_free(node) && is_keeper(keeper) {
            options.entry(node).or_default().push(VerifiedLink { keeper, node, relation, score });
        }
    }

    let mut attached = BTreeSet::new();
    let mut chosen = Vec::new();
    for (node, links) in options {
        let free = links.into_iter().filter(|link| !attached.contains(&link.keeper));
        // Ties: `max_by` prefers the earliest keeper, as the comparison of keepers is reversed.
        let best = free.max_by(|a, b| a.score.jaccard.total_cmp(&b.score.jaccard).then(b.keeper.cmp(&a.keeper)));
        let Some(best) = best else { continue };

        attached.insert(node);
        chosen.push(best);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::similarity::{Relation, Score, VariantReason};

    fn score(jaccard: f64) -> Score {
        Score { jaccard, containment: 1.0 }
    }

    fn placed(pairs: &[(Node, Node, Score)], is_free: impl Fn(Node) -> bool) -> Vec<(Node, Node)> {
        let relation = Relation::Variant(VariantReason::Facts);
        let links = pairs.iter().map(|&(keeper, node, score)| VerifiedLink { keeper, node, relation, score });
        let chosen = variants(links, is_free, |_| true);
        chosen.iter().map(|link| (link.node, link.keeper)).collect()
    }

    #[test]
    fn nothing_is_attached_to_an_attached_node() {
        let pairs = [(0, 1, score(0.7)), (1, 2, score(0.8)), (0, 2, score(0.6))];
        assert_eq!(
            placed(&pairs, |_| true),
            [(1, 0), (2, 0)],
            "1 is attached, so 2 takes a keeper it is less similar to"
        );
        let with_copies = [(0, 3, score(0.7)), (0, 1, score(0.7))];
        assert_eq!(placed(&with_copies, |node| node != 3), [(0, 3)], "3 has copies: the earlier one is attached to it");
    }
}
