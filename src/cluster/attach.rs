//! What hangs on a keeper: shown beside it, counted in no size, a bridge to nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cluster, Member, VerifiedLink};
use crate::document::UnitId;
use crate::lsh::Node;
use crate::shingle::ShingleKind;

/// Hangs nodes on the clusters of their keepers; a keeper without a cluster gets one of itself. `first` is the first unit of
/// a node.
pub(crate) fn attach(
    clusters: &mut Vec<Cluster>,
    hanging: &[VerifiedLink],
    measure: ShingleKind,
    first: impl Fn(Node) -> UnitId,
) {
    let mut of_keeper: BTreeMap<UnitId, usize> =
        clusters.iter().enumerate().map(|(place, cluster)| (cluster.keeper, place)).collect();
    for VerifiedLink { node, keeper, relation, score } in hanging {
        let keeper = first(*keeper);
        let cluster = *of_keeper.entry(keeper).or_insert_with(|| {
            clusters.push(Cluster::of_one(keeper, measure));
            clusters.len() - 1
        });
        let (unit, relation, score) = (first(*node), Some(*relation), *score);
        clusters[cluster].members.push(Member { unit, relation, score, measure, attached: true });
    }
}

/// Hangs each node that is free, by ascending node, on the keeper it resembles most (ties: the earliest) that does not hang
/// itself. `pairs` hold the earlier node as keeper; `is_free` says what has no copies and hangs nowhere, `is_keeper` what nothing
/// took.
pub(crate) fn variants(
    pairs: impl IntoIterator<Item = VerifiedLink>,
    is_free: impl Fn(Node) -> bool,
    is_keeper: impl Fn(Node) -> bool,
) -> Vec<VerifiedLink> {
    let mut options: BTreeMap<Node, Vec<VerifiedLink>> = BTreeMap::new();
    for VerifiedLink { keeper: a, node: b, relation, score } in pairs {
        let (node, keeper) = if is_free(b) { (b, a) } else { (a, b) };
        if is_free(node) && is_keeper(keeper) {
            options.entry(node).or_default().push(VerifiedLink { keeper, node, relation, score });
        }
    }
    let mut attached = BTreeSet::new();
    let mut hanging = Vec::new();
    for (node, links) in options {
        let free = links.into_iter().filter(|link| !attached.contains(&link.keeper));
        let best = free.max_by(|a, b| a.score.jaccard.total_cmp(&b.score.jaccard).then(b.keeper.cmp(&a.keeper)));
        let Some(best) = best else { continue };
        attached.insert(node);
        hanging.push(best);
    }
    hanging
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
        let hanging = variants(links, is_free, |_| true);
        hanging.iter().map(|hanging| (hanging.node, hanging.keeper)).collect()
    }

    #[test]
    fn nothing_hangs_on_what_hangs() {
        let pairs = [(0, 1, score(0.7)), (1, 2, score(0.8)), (0, 2, score(0.6))];
        assert_eq!(placed(&pairs, |_| true), [(1, 0), (2, 0)], "1 hangs, so 2 takes what it resembles less");
        let with_copies = [(0, 3, score(0.7)), (0, 1, score(0.7))];
        assert_eq!(placed(&with_copies, |node| node != 3), [(0, 3)], "3 has copies: the earlier one hangs on it");
    }
}
