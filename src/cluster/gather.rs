//! Turns keepers and taken nodes into clusters of units.

use super::clusters::{Cluster, Member};
use super::verifier::VerifiedLink;
use crate::document::UnitId;
use crate::lsh::Node;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// The clusters of `nodes` nodes. Each keeper and the nodes it took are expanded to their units. `taken` is sorted by keeper
/// and node. Units for which `is_reference` holds are never members, only keepers. The units of a keeper's node are copies of it if
/// `repeats_itself` holds for it; else they were not compared, and each stays. Members are in no order.
pub(crate) fn gather<'a>(
    taken: &[VerifiedLink],
    nodes: Node,
    measure: ShingleKind,
    units: impl Fn(Node) -> &'a [UnitId],
    is_reference: impl Fn(UnitId) -> bool,
    repeats_itself: impl Fn(UnitId) -> bool,
) -> Vec<Cluster> {
    let mut is_taken = vec![false; nodes as usize];
    for link in taken {
        is_taken[link.node as usize] = true;
    }

    let mut clusters = Vec::new();
    let mut remaining = taken;
    for keeper in (0..nodes).filter(|node| !is_taken[*node as usize]) {
        let (copies, later) = remaining.split_at(remaining.partition_point(|link| link.keeper <= keeper));
        remaining = later;

        // References come first in keeper order. The first unit is the keeper, the other references are no members.
        let own = units(keeper);
        let references = own.iter().take_while(|unit| is_reference(**unit)).count();
        let equal = if repeats_itself(own[0]) { &own[references.max(1)..] } else { &[] };
        if equal.is_empty() && copies.is_empty() {
            continue;
        }

        let mut cluster = Cluster::of_one(own[0], measure);
        let member = |unit: &UnitId, relation, score| Member {
            unit: *unit,
            relation: Some(relation),
            score,
            measure,
            attached: false,
        };

        cluster.members.extend(equal.iter().map(|unit| member(unit, Relation::Exact, Score::SAME)));
        // All units of a taken node have its score: they are the same text.
        for link in copies {
            cluster.members.extend(units(link.node).iter().map(|unit| member(unit, link.relation, link.score)));
        }
        clusters.push(cluster);
    }

    debug_assert!(remaining.is_empty(), "every keeper is free, so no link is left over");
    clusters
}
