//! Verifies all candidate pairs of a batch, without keepers.

use foldhash::HashMap;

use super::progress::Progress;
use crate::cluster::{ComponentContents, NodeTimes, NodeVerdict, PairVerifier, VerifiedLink};
use crate::lsh::{Buckets, CandidateLimits, ComponentBatch, Node, PrefixIndex};
use crate::parallel;

/// The copies and variants among the candidate pairs of a batch, sorted, and how many pairs a cap left unverified.
///
/// Buckets of more than `max_bucket` nodes are searched by prefix and length filters. If a list of those is longer still, two
/// nodes of it are compared only if they share another band.
pub(super) fn verify_all(
    batch: &ComponentBatch,
    verifier: &impl PairVerifier,
    limits: CandidateLimits,
    progress: &dyn Progress,
) -> (Vec<VerifiedLink>, u64) {
    let buckets = &batch.buckets;
    let timed = verifier.times().map(|times| TimedBuckets::new(buckets, times));
    // Prefix indexes know no dates; with a window only one stretch of a bucket is scanned.
    let large = if timed.is_none() { index_large(buckets, verifier, limits.max_bucket) } else { Vec::new() };
    let furnished = FurnishedComponents::new(batch, verifier);

    // One task for each node: its later candidates. So each pair is compared once, at any number of threads.
    let all: Vec<Node> = (0..batch.nodes.len() as Node).collect();
    let found = parallel::map(&all, LaterCandidates::default, |later, node| {
        match (furnished.of(*node), &timed) {
            (Some((contents, place)), _) => later.gather_sharing(*node, place, contents, &furnished, limits),
            (None, Some(timed)) => later.gather_timed(*node, buckets, timed, limits),
            (None, None) => later.gather(*node, buckets, &large, verifier, limits),
        }
        progress.advance(1, 0);
        progress.looked((later.met.len() + later.passed_over.len()) as u64);

        let links = later.verify(*node, verifier, limits);
        (links, later.lost())
    });

    let lost = found.iter().map(|(_, lost)| lost).sum();
    (found.into_iter().flat_map(|(links, _)| links).collect(), lost)
}

/// Indexes of the buckets of more than `max_bucket` nodes, ascending.
fn index_large(buckets: &Buckets, verifier: &impl PairVerifier, max_bucket: usize) -> Vec<(u32, PrefixIndex)> {
    let mut large = Vec::new();
    for bucket in 0..buckets.len() as u32 {
        let members = buckets.members(bucket);
        if members.len() > max_bucket {
            let sets = members.iter().map(|node| (*node, verifier.set(*node)));
            large.push((bucket, PrefixIndex::new(sets, verifier.least())));
        }
    }
    large
}

/// The large components of a batch, in which pages share furniture.
struct FurnishedComponents<'b> {
    batch: &'b ComponentBatch,
    /// By component; `None` for small ones.
    contents: Vec<Option<ComponentContents>>,
    /// The component of each node.
    component_of: Vec<u32>,
    /// The nodes without content of each bucket of a large component.
    without_content: HashMap<u32, Vec<Node>>,
}

impl<'b> FurnishedComponents<'b> {
    fn new(batch: &'b ComponentBatch, verifier: &impl PairVerifier) -> Self {
        let ComponentBatch { components, buckets, nodes } = batch;
        let contents: Vec<_> = components.all.iter().map(|component| verifier.contents(component)).collect();

        let mut component_of = vec![0; nodes.len()];
        let mut without_content = HashMap::default();
        for (number, (component, contents)) in components.all.iter().zip(&contents).enumerate() {
            for node in &component.nodes {
                component_of[*node as usize] = number as u32;
            }

            // Nodes with content meet those without in the buckets, and each other only in groups.
            let Some(contents) = contents else { continue };
            for bucket in &component.buckets {
                let is_without = |node: &Node| !contents.has_content(components.place[*node as usize]);
                let members = buckets.members(*bucket).iter().copied().filter(is_without).collect();
                without_content.insert(*bucket, members);
            }
        }
        Self { batch, contents, component_of, without_content }
    }

    /// For a node with content in a large component: the contents of the component, and the place of the node there.
    fn of(&self, node: Node) -> Option<(&ComponentContents, u32)> {
        let contents = self.contents.get(self.component_of[node as usize] as usize)?.as_ref()?;
        let place = self.batch.components.place[node as usize];
        contents.has_content(place).then_some((contents, place))
    }
}

/// The members of every bucket, sorted by date.
struct TimedBuckets<'v> {
    times: &'v NodeTimes,
    ordered: Vec<Vec<Node>>,
}

impl<'v> TimedBuckets<'v> {
    fn new(buckets: &Buckets, times: &'v NodeTimes) -> Self {
        let ordered = (0..buckets.len() as u32).map(|bucket| times.ordered(buckets.members(bucket)));
        Self { times, ordered: ordered.collect() }
    }
}

/// The later candidates of one node. Each thread reuses one.
#[derive(Debug, Default)]
struct LaterCandidates {
    /// Nodes to compare, ascending.
    met: Vec<Node>,
    /// Nodes that only a list that is too long proposes, ascending.
    passed_over: Vec<Node>,
    /// Number of bucket members beyond the reach of the node.
    beyond: u64,
}

impl LaterCandidates {
    /// Gathers the candidates of a node without content of its own.
    fn gather(
        &mut self,
        node: Node,
        buckets: &Buckets,
        large: &[(u32, PrefixIndex)],
        verifier: &impl PairVerifier,
        limits: CandidateLimits,
    ) {
        self.clear();
        for bucket in buckets.of(node) {
            match large.binary_search_by_key(bucket, |(bucket, _)| *bucket) {
                Err(_) => {
                    let members = buckets.members(*bucket);
                    let later = &members[members.partition_point(|other| *other <= node)..];
                    self.meet(later, limits);
                }
                Ok(place) => large[place].1.probe(&verifier.set(node), |other, length| {
                    if other > node {
                        // A list that long says little: a second shared band must confirm it.
                        let meets = length <= limits.max_bucket || buckets.share_two_bands(node, other);
                        if meets { self.met.push(other) } else { self.passed_over.push(other) }
                    }
                }),
            }
        }
        self.sort();
    }

    /// Gathers the candidates of a node with content, at `place` of its component: nodes without content in its buckets, and
    /// nodes that share rare text with it.
    fn gather_sharing(
        &mut self,
        node: Node,
        place: u32,
        contents: &ComponentContents,
        furnished: &FurnishedComponents<'_>,
        limits: CandidateLimits,
    ) {
        self.clear();
        let buckets = furnished.batch.buckets.of(node).iter();
        let buckets = buckets.filter_map(|bucket| furnished.without_content.get(bucket));
        let groups = contents.groups_of(place).iter().map(|group| &contents.groups()[*group as usize]);
        for members in buckets.chain(groups) {
            let later = &members[members.partition_point(|other| *other <= node)..];
            self.meet(later, limits);
        }
        self.sort();
    }

    /// Gathers the candidates of a node in a run with a window.
    fn gather_timed(&mut self, node: Node, buckets: &Buckets, timed: &TimedBuckets<'_>, limits: CandidateLimits) {
        self.clear();
        for bucket in buckets.of(node) {
            let members = &timed.ordered[*bucket as usize];
            let near = timed.times.near(node, members).into_iter().flat_map(|range| &members[range]);
            let later: Vec<Node> = near.copied().filter(|other| *other > node).collect();
            self.meet(&later, limits);
        }
        self.sort();
    }

    fn clear(&mut self) {
        self.met.clear();
        self.passed_over.clear();
        self.beyond = 0;
    }

    /// Adds the members of one bucket that are in reach.
    fn meet(&mut self, later: &[Node], limits: CandidateLimits) {
        // The reach bounds the work on buckets of lines that are all refused.
        let (near, beyond) = later.split_at(later.len().min(limits.reach()));
        self.met.extend_from_slice(near);
        self.beyond += beyond.len() as u64;
    }

    fn sort(&mut self) {
        for nodes in [&mut self.met, &mut self.passed_over] {
            nodes.sort_unstable();
            nodes.dedup();
        }
    }

    /// Compares the node with its candidates in order, until too many came to nothing.
    fn verify(&mut self, node: Node, verifier: &impl PairVerifier, limits: CandidateLimits) -> Vec<VerifiedLink> {
        let (mut links, mut refused) = (Vec::new(), 0);
        for (place, other) in self.met.iter().enumerate() {
            let verdict = verifier.verify(node, *other);
            links.extend(VerifiedLink::of(node, *other, verdict));
            refused += usize::from(!matches!(verdict, NodeVerdict::Same | NodeVerdict::Copy(_)));

            if refused >= limits.refusals {
                self.beyond += (self.met.len() - place - 1) as u64;
                break;
            }
        }
        links
    }

    /// Number of candidates that were not compared.
    fn lost(&self) -> u64 {
        // A node that was met through another bucket is not lost.
        let passed_over = self.passed_over.iter().filter(|node| self.met.binary_search(node).is_err());
        self.beyond + passed_over.count() as u64
    }
}
