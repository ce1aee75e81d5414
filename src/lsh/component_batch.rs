//! Bucket records → a batch: whole components over local node numbers.
//!
//! The records of a batch come from several bands, in no order. They are renumbered and grouped by first member, so
//! that equal buckets of several bands are adjacent; small sorts then give the canonical order: buckets by members,
//! components by first node. That order depends on the records alone.

use std::borrow::Cow;

use super::buckets::{Buckets, Components};
use super::node::Node;
use super::node_set::{NodePlaces, NodeSet};
use super::records::{ChunkShelf, RecordChunk, records};
use crate::error::Result;
use crate::parallel;

/// Whole components over local numbers. A local number is the position of a node in `nodes`, so the order is kept.
#[derive(Debug)]
pub(crate) struct ComponentBatch {
    /// The nodes, ascending.
    pub(crate) nodes: Vec<Node>,
    pub(crate) buckets: Buckets,
    pub(crate) components: Components,
}

/// Bytes per node of a batch, while it is loaded and processed.
pub(super) const BYTES_OF_NODE: u64 = 64;

/// Bytes per component of a batch, while it is loaded and processed.
pub(super) const BYTES_OF_COMPONENT: u64 = 128;

/// Smallest number of words that a thread sorts at once: less is not worth a task.
const LEAST_PART: usize = 1 << 16;

/// Bytes of a record of `members` members, while a batch is loaded and processed.
pub(super) const fn bytes_of_record(members: usize) -> u64 {
    60 + 16 * (members as u64 + 1)
}

/// Bytes that loading any batch takes for all `nodes` nodes of the run: the bitmap and its ranks.
pub(super) const fn bytes_of_all(nodes: usize) -> u64 {
    (nodes as u64).div_ceil(64) * 12
}

impl ComponentBatch {
    /// Reads the records in `chunks`, whose nodes are below `nodes`.
    pub(super) fn load(chunks: &[RecordChunk], shelf: &ChunkShelf, nodes: usize) -> Result<Self> {
        // Read once and kept: the records are visited three times.
        let chunks: Vec<_> = chunks.iter().map(|chunk| shelf.load(chunk)).collect::<Result<_>>()?;
        Ok(Self::of_chunks(chunks, nodes))
    }

    /// The batch of `words`, which are records as a search writes them: the number of members of a bucket, then the members,
    /// ascending and below `nodes`; a bucket of several bands is as many records.
    pub(crate) fn of_records(words: Vec<u32>, nodes: usize) -> Self {
        Self::of_chunks(vec![Cow::Owned(words)], nodes)
    }

    fn of_chunks(chunks: Vec<Cow<'_, [u32]>>, nodes: usize) -> Self {
        let mut here = NodeSet::new(nodes);
        for node in chunks.iter().flat_map(|chunk| records(chunk)).flatten() {
            here.set(*node);
        }
        let places = NodePlaces::new(&here);
        let mut nodes = Vec::with_capacity(here.count());
        nodes.extend(here.iter());

        let starts = record_starts(&chunks, &places, nodes.len());
        let words = grouped(chunks, &places, &starts);
        let buckets = sorted(&words, &starts, nodes.len());
        let components = buckets.components(nodes.len());
        Self { nodes, buckets, components }
    }

    /// Bytes that the batch takes, as they were planned for it.
    pub(crate) fn bytes(&self) -> u64 {
        let of_buckets =
            (0..self.buckets.len() as u32).map(|bucket| bytes_of_record(self.buckets.members(bucket).len()));
        let (nodes, components) = (self.nodes.len() as u64, self.components.all.len() as u64);
        of_buckets.sum::<u64>() + nodes * BYTES_OF_NODE + components * BYTES_OF_COMPONENT
    }
}

/// Start of the records of each local node among all words, by first member, and the end of the last.
fn record_starts(chunks: &[Cow<'_, [u32]>], places: &NodePlaces<'_>, nodes: usize) -> Vec<usize> {
    let mut starts = vec![0; nodes + 1];
    for members in chunks.iter().flat_map(|chunk| records(chunk)) {
        starts[places.of(members[0]) as usize + 1] += members.len() + 1;
    }

    for place in 0..nodes {
        starts[place + 1] += starts[place];
    }
    starts
}

/// The records, renumbered and grouped by first member. Each chunk is dropped once it is copied, to halve the peak.
fn grouped(chunks: Vec<Cow<'_, [u32]>>, places: &NodePlaces<'_>, starts: &[usize]) -> Vec<u32> {
    let mut next = starts.to_vec();
    let mut words = vec![0; starts[starts.len() - 1]];

    for chunk in chunks {
        for members in records(&chunk) {
            let place = &mut next[places.of(members[0]) as usize];
            words[*place] = members.len() as u32;
            let renumbered = &mut words[*place + 1..=*place + members.len()];
            renumbered.iter_mut().zip(members).for_each(|(word, node)| *word = places.of(*node));
            *place += members.len() + 1;
        }
    }
    words
}

/// The buckets of records that are grouped by first member: those of node `n` begin at `starts[n]`.
fn sorted(words: &[u32], starts: &[usize], nodes: usize) -> Buckets {
    // Parts of about equal size; a node is never split.
    let share = (words.len() / parallel::threads() / 4).max(LEAST_PART);
    let mut parts = Vec::new();
    let mut first = 0;
    while first < nodes {
        let end = starts.partition_point(|start| *start < starts[first] + share).clamp(first + 1, nodes);
        parts.push(first..end);
        first = end;
    }

    let parts = parallel::map(&parts, Vec::new, |of_node, part| {
        let mut buckets = Buckets::default();
        for node in part.clone() {
            of_node.clear();
            of_node.extend(records(&words[starts[node]..starts[node + 1]]));
            of_node.sort_unstable();
            // Equal buckets have the same first member, so all of them are here.
            for equal in of_node.chunk_by(|a, b| a == b) {
                buckets.push(equal[0], equal.len() as u32);
            }
        }
        buckets
    });

    let mut buckets = Buckets::concatenated(parts);
    buckets.index_nodes(nodes);
    buckets
}
