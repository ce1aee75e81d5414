//! Keepers and taken nodes → clusters of units.

use super::{Cluster, Member, VerifiedLink};
use crate::document::UnitId;
use crate::lsh::Node;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// The clusters of `nodes` nodes: a keeper's node with what it took, each node expanded to its units. `taken` is sorted
/// by keeper and node. References are never members, only keepers: `is_reference` tells them. Members are in no order yet.
pub(crate) fn gather<'a>(
    taken: &[VerifiedLink],
    nodes: Node,
    measure: ShingleKind,
    units: impl Fn(Node) -> &'a [UnitId],
    is_reference: impl Fn(UnitId) -> bool,
) -> Vec<Cluster> {
    let mut is_taken = vec![false; nodes as usize];
    for link in taken {
        is_taken[link.node as usize] = true;
    }
    let mut clusters = Vec::new();
    let mut rest = taken;
    for keeper in (0..nodes).filter(|node| !is_taken[*node as usize]) {
        let (copies, others) = rest.split_at(rest.partition_point(|link| link.keeper <= keeper));
        rest = others;
        let own = units(keeper);
        // In keeper order references come first.
        let equal = &own[own.iter().take_while(|unit| is_reference(**unit)).count().max(1)..];
        if equal.len() + copies.len() < 1 {
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
        for link in copies {
            cluster.members.extend(units(link.node).iter().map(|unit| member(unit, link.relation, link.score)));
        }
        clusters.push(cluster);
    }
    clusters
}
