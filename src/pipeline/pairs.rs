//! All verified pairs, held by node and listed by unit.

use ahash::AHashMap;

use super::nodes::NodeTable;
use super::{Progress, Summary};
use crate::cluster::{ComponentContents, NodeTimes, NodeVerdict, PairVerifier, VerifiedLink};
use crate::document::{DocId, UnitId, Units};
use crate::input::RepeatedIds;
use crate::lsh::{Buckets, CandidateLimits, ComponentBatch, NO_NODE, Node, PrefixIndex};
use crate::parallel;
use crate::shingle::ShingleKind;
use crate::similarity::{Pair, Relation, Score};

/// What [`Pipeline::pairs`](super::Pipeline::pairs) found.
#[derive(Debug)]
pub struct PairList {
    /// Every unit of the run.
    pub units: Units,
    /// Which ids stand in the input more than once, and how they are shown.
    pub names: RepeatedIds,
    /// Places of the records that were rejected, ascending; [`Corpus::read`](crate::input::Corpus::read) says why.
    pub rejects: Vec<DocId>,
    /// The accounts of the run.
    pub summary: Summary,
    pub(super) found: Vec<RoutePairs>,
}

/// The pairs of one path.
#[derive(Debug)]
pub(super) struct RoutePairs {
    measure: ShingleKind,
    nodes: NodeTable,
    of_units: Vec<Node>,
    /// Start of each node's part of `neighbours`, one more at the end.
    starts: Vec<usize>,
    /// What each node is linked to, both ways: the other node stands to it in this relation.
    neighbours: Vec<LinkSide>,
    /// Pairs that only resemble, by unit, in order.
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
    /// The pairs, `a` before `b` in input order, sorted so. With `expand`, every pair of an exact group and every pair
    /// across two near groups is listed; without, each exact copy once against the first of its group, and other pairs
    /// between the firsts. `related` pairs are listed once, between the first of each text in their document. Lazy: a
    /// group of n copies has n² / 2 pairs, and they are never held at once.
    pub fn iter(&self, expand: bool) -> impl Iterator<Item = Pair> + '_ {
        self.units.ids().flat_map(move |unit| self.of_unit(unit, expand))
    }

    /// Number of pairs with exact groups not expanded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.found.iter().map(RoutePairs::count).sum()
    }

    /// The pairs whose earlier unit is `a`, in order.
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
    /// `links` by node, ascending; `related` by unit, ascending.
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
        let mut starts = vec![0; nodes.len() + 1];
        for (a, _) in &both {
            starts[*a as usize + 1] += 1;
        }
        for node in 0..nodes.len() {
            starts[node + 1] += starts[node];
        }
        let neighbours = both.into_iter().map(|(_, neighbour)| neighbour).collect();
        let of_units = nodes.of_units(units);
        Self { measure, nodes, of_units, starts, neighbours, related }
    }

    fn count(&self) -> u64 {
        let nodes = 0..self.nodes.len() as Node;
        let exact: usize = nodes.map(|node| self.nodes.units(node).len() - 1).sum();
        (exact + self.neighbours.len() / 2 + self.related.len()) as u64
    }

    fn of_unit(&self, a: UnitId, expand: bool, pairs: &mut Vec<Pair>) {
        let pair = |b, relation, score| Pair { a, b, score, relation, measure: self.measure };
        let related = self.related.partition_point(|(first, _, _)| *first < a);
        let related = self.related[related..].iter().take_while(|(first, _, _)| *first == a);
        pairs.extend(related.map(|(_, b, score)| pair(*b, Relation::Related, *score)));
        let node = self.of_units[a.index()];
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

/// Every pair of candidates of a batch that is a copy or a variant, sorted, and how many a cap left unverified. Buckets of more than `max_bucket`
/// nodes are searched by prefix and length filters; in lists of those that are longer still, a node must share
/// another band.
pub(super) fn verify_all(
    batch: &ComponentBatch,
    verifier: &impl PairVerifier,
    limits: CandidateLimits,
    progress: &dyn Progress,
) -> (Vec<VerifiedLink>, u64) {
    let buckets = &batch.buckets;
    let timed = verifier.times().map(|times| {
        let ordered = (0..buckets.len() as u32).map(|bucket| times.ordered(buckets.members(bucket)));
        TimedBuckets { times, ordered: ordered.collect() }
    });
    let large: Vec<(u32, PrefixIndex)> = (0..buckets.len() as u32)
        .filter(|bucket| buckets.members(*bucket).len() > limits.max_bucket && timed.is_none())
        .map(|bucket| {
            let sets = buckets.members(bucket).iter().map(|node| (*node, verifier.set(*node)));
            (bucket, PrefixIndex::new(sets, verifier.least()))
        })
        .collect();
    let furnished = FurnishedComponents::new(batch, verifier);
    let all: Vec<Node> = (0..batch.nodes.len() as Node).collect();
    let found = parallel::map(&all, LaterCandidates::default, |meetings, node| {
        match (furnished.of(*node), &timed) {
            (Some((contents, place)), _) => meetings.gather_sharing(*node, place, contents, &furnished, limits),
            (None, Some(timed)) => meetings.gather_timed(*node, buckets, timed, limits),
            (None, None) => meetings.gather(*node, buckets, &large, verifier, limits),
        }
        progress.advance(1, 0);
        let (mut links, mut refused) = (Vec::new(), 0);
        for (place, other) in meetings.met.iter().enumerate() {
            let verdict = verifier.verify(*node, *other);
            links.extend(VerifiedLink::of(*node, *other, verdict));
            refused += usize::from(!matches!(verdict, NodeVerdict::Same | NodeVerdict::Copy(_)));
            if refused >= limits.refusals {
                meetings.beyond += (meetings.met.len() - place - 1) as u64;
                break;
            }
        }
        (links, meetings.lost())
    });
    let lost = found.iter().map(|(_, lost)| lost).sum();
    (found.into_iter().flat_map(|(links, _)| links).collect(), lost)
}

/// Large components whose pages share furniture.
struct FurnishedComponents<'b> {
    batch: &'b ComponentBatch,
    /// By component; `None` for the others.
    contents: Vec<Option<ComponentContents>>,
    /// The component of each node.
    component_of: Vec<u32>,
    /// The nodes without content of each bucket of a large component.
    without_content: AHashMap<u32, Vec<Node>>,
}

impl<'b> FurnishedComponents<'b> {
    fn new(batch: &'b ComponentBatch, verifier: &impl PairVerifier) -> Self {
        let ComponentBatch { components, buckets, nodes } = batch;
        let contents: Vec<_> = components.all.iter().map(|component| verifier.contents(component)).collect();
        let mut component_of = vec![0; nodes.len()];
        let mut without_content = AHashMap::new();
        for (number, (component, contents)) in components.all.iter().zip(&contents).enumerate() {
            component.nodes.iter().for_each(|node| component_of[*node as usize] = number as u32);
            let Some(contents) = contents else { continue };
            for bucket in &component.buckets {
                let is_without = |node: &Node| !contents.has_content(components.place[*node as usize]);
                let members = buckets.members(*bucket).iter().copied().filter(is_without).collect();
                without_content.insert(*bucket, members);
            }
        }
        Self { batch, contents, component_of, without_content }
    }

    /// The contents of the component of a node that has some, and its place there.
    fn of(&self, node: Node) -> Option<(&ComponentContents, u32)> {
        let contents = self.contents.get(self.component_of[node as usize] as usize)?.as_ref()?;
        let place = self.batch.components.place[node as usize];
        contents.has_content(place).then_some((contents, place))
    }
}

/// The members of every bucket in the order of time.
struct TimedBuckets<'v> {
    times: &'v NodeTimes,
    ordered: Vec<Vec<Node>>,
}

/// The later candidates of one node.
#[derive(Debug, Default)]
struct LaterCandidates {
    met: Vec<Node>,
    passed_over: Vec<Node>,
    /// Members of buckets beyond the reach of the node.
    beyond: u64,
}

impl LaterCandidates {
    fn gather(
        &mut self,
        node: Node,
        buckets: &Buckets,
        large: &[(u32, PrefixIndex)],
        verifier: &impl PairVerifier,
        limits: CandidateLimits,
    ) {
        self.met.clear();
        self.passed_over.clear();
        self.beyond = 0;
        for bucket in buckets.of(node) {
            match large.binary_search_by_key(bucket, |(bucket, _)| *bucket) {
                Err(_) => {
                    let members = buckets.members(*bucket);
                    let later = &members[members.partition_point(|other| *other <= node)..];
                    let (near, beyond) = later.split_at(later.len().min(limits.reach()));
                    self.met.extend_from_slice(near);
                    self.beyond += beyond.len() as u64;
                }
                Ok(place) => large[place].1.probe(verifier.set(node), |other, length| {
                    if other > node {
                        let meets = length <= limits.max_bucket || buckets.share_two_bands(node, other);
                        if meets { self.met.push(other) } else { self.passed_over.push(other) }
                    }
                }),
            }
        }
        for nodes in [&mut self.met, &mut self.passed_over] {
            nodes.sort_unstable();
            nodes.dedup();
        }
    }

    /// The same for a node with content, which stands at a place of its component: nodes without content in its buckets, and
    /// nodes that share rare text.
    fn gather_sharing(
        &mut self,
        node: Node,
        place: u32,
        contents: &ComponentContents,
        furnished: &FurnishedComponents<'_>,
        limits: CandidateLimits,
    ) {
        self.met.clear();
        self.passed_over.clear();
        self.beyond = 0;
        let buckets = furnished.batch.buckets.of(node).iter();
        let buckets = buckets.filter_map(|bucket| furnished.without_content.get(bucket));
        let groups = contents.groups_of(place).iter().map(|group| &contents.groups()[*group as usize]);
        for members in buckets.chain(groups) {
            let later = &members[members.partition_point(|other| *other <= node)..];
            let (near, beyond) = later.split_at(later.len().min(limits.reach()));
            self.met.extend_from_slice(near);
            self.beyond += beyond.len() as u64;
        }
        self.met.sort_unstable();
        self.met.dedup();
    }

    /// The same where only nodes near in time may meet.
    fn gather_timed(&mut self, node: Node, buckets: &Buckets, timed: &TimedBuckets<'_>, limits: CandidateLimits) {
        self.met.clear();
        self.passed_over.clear();
        self.beyond = 0;
        for bucket in buckets.of(node) {
            let members = &timed.ordered[*bucket as usize];
            let near = timed.times.near(node, members).into_iter().flat_map(|range| &members[range]);
            let later: Vec<Node> = near.copied().filter(|other| *other > node).collect();
            let (near, beyond) = later.split_at(later.len().min(limits.reach()));
            self.met.extend_from_slice(near);
            self.beyond += beyond.len() as u64;
        }
        self.met.sort_unstable();
        self.met.dedup();
    }

    fn lost(&self) -> u64 {
        let passed_over = self.passed_over.iter().filter(|node| self.met.binary_search(node).is_err());
        self.beyond + passed_over.count() as u64
    }
}
