//! Keepers and taken nodes → clusters of units.

use super::{Cluster, Member};
use crate::document::UnitId;
use crate::lsh::Node;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// The clusters of `nodes` nodes: a keeper's node with what it took, each node expanded to its units. `taken` holds
/// keeper, node and score, by keeper and node. Members are in no order yet.
pub(crate) fn gather<'a>(
    taken: &[(Node, Node, Score)],
    nodes: Node,
    measure: ShingleKind,
    units: impl Fn(Node) -> &'a [UnitId],
) -> Vec<Cluster> {
    let mut is_taken = vec![false; nodes as usize];
    for (_, node, _) in taken {
        is_taken[*node as usize] = true;
    }
    let mut clusters = Vec::new();
    let mut rest = taken;
    for keeper in (0..nodes).filter(|node| !is_taken[*node as usize]) {
        let (copies, others) = rest.split_at(rest.partition_point(|(of, ..)| *of <= keeper));
        rest = others;
        let own = units(keeper);
        if own.len() + copies.len() < 2 {
            continue;
        }
        let mut cluster = Cluster::of_one(own[0], measure);
        let member = |unit: &UnitId, relation, score| Member { unit: *unit, relation: Some(relation), score, measure };
        cluster.members.extend(own[1..].iter().map(|unit| member(unit, Relation::Exact, Score::SAME)));
        for (_, node, score) in copies {
            cluster.members.extend(units(*node).iter().map(|unit| member(unit, Relation::Near, *score)));
        }
        clusters.push(cluster);
    }
    clusters
}
