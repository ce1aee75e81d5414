//! Keepers and taken nodes → clusters of units.

use super::{Cluster, Member, Taken};
use crate::document::UnitId;
use crate::lsh::Node;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// The clusters of `nodes` nodes: a keeper's node with what it took, each node expanded to its units. Members are in no
/// order yet.
pub(crate) fn gather<'a>(
    mut taken: Vec<Taken>,
    nodes: Node,
    measure: ShingleKind,
    units: impl Fn(Node) -> &'a [UnitId],
) -> Vec<Cluster> {
    taken.sort_unstable_by_key(|taken| (taken.keeper, taken.node));
    let mut is_taken = vec![false; nodes as usize];
    for taken in &taken {
        is_taken[taken.node as usize] = true;
    }
    let mut clusters = Vec::new();
    let mut rest = &taken[..];
    for keeper in (0..nodes).filter(|node| !is_taken[*node as usize]) {
        let (copies, others) = rest.split_at(rest.partition_point(|taken| taken.keeper <= keeper));
        rest = others;
        let own = units(keeper);
        if own.len() + copies.len() < 2 {
            continue;
        }
        let mut cluster = Cluster::of_one(own[0], measure);
        let member = |unit: &UnitId, relation, score| Member { unit: *unit, relation: Some(relation), score, measure };
        cluster.members.extend(own[1..].iter().map(|unit| member(unit, Relation::Exact, Score::SAME)));
        for copy in copies {
            cluster.members.extend(units(copy.node).iter().map(|unit| member(unit, Relation::Near, copy.score)));
        }
        clusters.push(cluster);
    }
    clusters
}
