//! The result of a run that lists pairs: verified pairs, stored by node and listed by unit.

use super::node_table::NodeTable;
use super::page_cutter::PageCutter;
use super::summary::Summary;
use crate::cluster::VerifiedLink;
use crate::document::{Date, DocId, UnitId, Units};
use crate::input::RepeatedIds;
use crate::lsh::{NO_NODE, Node};
use crate::normalize::Language;
use crate::shingle::ShingleKind;
use crate::similarity::{Pair, Relation, Score};

/// The result of [`Pipeline::pairs`](crate::pipeline::Pipeline::pairs).
#[derive(Debug)]
pub struct PairList {
    /// Every unit of the run.
    pub units: Units,
    /// Ids that occur more than once in the input, and how they are shown.
    pub names: RepeatedIds,
    /// Rejected records, ascending; [`Corpus::read`](crate::input::Corpus::read) gives the reason of each.
    pub rejects: Vec<DocId>,
    /// The publication date of each record; empty if the run read no dates.
    pub(crate) dates: Vec<Option<Date>>,
    /// The language that each record was folded with; `None` for rejected ones.
    pub(crate) languages: Vec<Option<Language>>,
    /// Cuts pages into the same units again.
    pub(crate) returning: PageCutter,
    /// Number of threads that may write the result.
    pub(crate) threads: usize,
    /// The accounts of the run.
    pub summary: Summary,
    pub(super) found: Vec<RoutePairs>,
}

/// The pairs of one route.
#[derive(Debug)]
pub(super) struct RoutePairs {
    measure: ShingleKind,
    nodes: NodeTable,
    /// The node of each unit; [`NO_NODE`] for units of the other route.
    node_of_unit: Vec<Node>,
    /// Start of the neighbours of each node, and the end of the last.
    starts: Vec<usize>,
    /// The links of each node, in both directions. The relation is that of the other node to this one.
    neighbours: Vec<LinkSide>,
    /// Pairs of units that only resemble each other, sorted.
    related: Vec<(UnitId, UnitId, Score)>,
}

/// One side of a link.
#[derive(Debug, Clone, Copy)]
struct LinkSide {
    node: Node,
    relation: Relation,
    score: Score,
}

impl PairList {
    /// The pairs, sorted by `a`, then `b`; `a` is the earlier one in the input.
    ///
    /// With `expand`, all pairs inside a group of exact copies are listed, and all pairs across two groups that are near.
    /// Without it, each exact copy is listed once, with the first of its group, and other pairs only between the firsts of
    /// groups. `related` pairs are listed once, between the first unit of each text in their document.
    ///
    /// Lazy: a group of n copies has n² / 2 pairs, and they are never held at once.
    pub fn iter(&self, expand: bool) -> impl Iterator<Item = Pair> + '_ {
        self.units.ids().flat_map(move |unit| self.of_unit(unit, expand))
    }

    /// Number of pairs that [`iter`](Self::iter) lists without `expand`.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.found.iter().map(RoutePairs::count).sum()
    }

    /// The pairs whose earlier unit is `a`, sorted.
    fn of_unit(&self, a: UnitId, expand: bool) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for found in &self.found {
            found.of_unit(a, expand, &mut pairs);
        }
        pairs.sort_unstable_by_key(|pair| pair.b);
        pairs
    }
}

impl RoutePairs {
    /// Stores `links` by node. `related` is sorted.
    pub(super) fn new(
        measure: ShingleKind,
        nodes: NodeTable,
        units: usize,
        links: &[VerifiedLink],
        related: Vec<(UnitId, UnitId, Score)>,
    ) -> Self {
        let both = links.iter().flat_map(|link| {
            let VerifiedLink { keeper, node, relation, score } = *link;
            [
                (keeper, LinkSide { node, relation, score }),
                (node, LinkSide { node: keeper, relation: relation.reversed(), score }),
            ]
        });
        let mut both: Vec<(Node, LinkSide)> = both.collect();
        both.sort_unstable_by_key(|(a, b)| (*a, b.node));

        // Counts by node, then their running sums.
        let mut starts = vec![0; nodes.len() + 1];
        for (a, _) in &both {
            starts[*a as usize + 1] += 1;
        }
        for node in 0..nodes.len() {
            starts[node + 1] += starts[node];
        }

        let neighbours = both.into_iter().map(|(_, neighbour)| neighbour).collect();
        let node_of_unit = nodes.of_units(units);
        Self { measure, nodes, node_of_unit, starts, neighbours, related }
    }

    /// Each link is stored twice.
    fn count(&self) -> u64 {
        let nodes = 0..self.nodes.len() as Node;
        let exact: usize = nodes.map(|node| self.nodes.units(node).len() - 1).sum();
        (exact + self.neighbours.len() / 2 + self.related.len()) as u64
    }

    /// Appends the pairs whose earlier unit is `a`, in no order.
    fn of_unit(&self, a: UnitId, expand: bool, pairs: &mut Vec<Pair>) {
        let pair = |b, relation, score| Pair { a, b, score, relation, measure: self.measure };
        let related = self.related.partition_point(|(first, _, _)| *first < a);
        let related = self.related[related..].iter().take_while(|(first, _, _)| *first == a);
        pairs.extend(related.map(|(_, b, score)| pair(*b, Relation::Related, *score)));

        // Without `expand` only the first unit of a group has pairs.
        let node = self.node_of_unit[a.index()];
        if node == NO_NODE || !(expand || self.nodes.first(node) == a) {
            return;
        }

        let after = |units: &[UnitId]| units.iter().copied().filter(|b| *b > a).collect::<Vec<_>>();
        pairs.extend(after(self.nodes.units(node)).into_iter().map(|b| pair(b, Relation::Exact, Score::SAME)));
        for other in &self.neighbours[self.starts[node as usize]..self.starts[node as usize + 1]] {
            let units = if expand { self.nodes.units(other.node) } else { &self.nodes.units(other.node)[..1] };
            pairs.extend(after(units).into_iter().map(|b| pair(b, other.relation, other.score)));
        }
    }
}
