//! Bucket records → a batch: whole components over local numbers.
//!
//! The records of a batch come in no order and from several bands. They are renumbered and brought together by first
//! member, so that equal buckets of several bands lie side by side and small sorts put everything into the one order that
//! depends on nothing else: buckets by members, components by first node.

use super::Node;
use super::bits::{NodePlaces, NodeSet};
use super::buckets::{Buckets, Components};
use super::records::{ChunkShelf, RecordChunk, records};
use crate::error::Result;
use crate::parallel;

/// Whole components, over local numbers: places in `nodes`, which keep the order.
#[derive(Debug)]
pub(crate) struct ComponentBatch {
    /// The nodes, ascending.
    pub(crate) nodes: Vec<Node>,
    pub(crate) buckets: Buckets,
    pub(crate) components: Components,
}

/// Bytes that a batch takes for each of its nodes, also while it is treated.
pub(super) const BYTES_OF_NODE: u64 = 64;

/// Bytes that a batch takes for each component, also while it is treated.
pub(super) const BYTES_OF_COMPONENT: u64 = 128;

/// Bytes that a batch takes for a record of so many members, also while it is treated.
pub(super) const fn bytes_of_record(members: usize) -> u64 {
    60 + 16 * (members as u64 + 1)
}

/// Bytes that loading a batch takes for all `nodes` nodes of the run: bits and places.
pub(super) const fn bytes_of_all(nodes: usize) -> u64 {
    (nodes as u64).div_ceil(64) * 12
}

impl ComponentBatch {
    /// Reads the records in `blocks`, whose nodes are among `nodes`.
    pub(super) fn load(blocks: &[RecordChunk], shelf: &ChunkShelf, nodes: usize) -> Result<Self> {
        let blocks: Vec<_> = blocks.iter().map(|block| shelf.load(block)).collect::<Result<_>>()?;
        let mut here = NodeSet::new(nodes);
        for node in blocks.iter().flat_map(|block| records(block)).flatten() {
            here.set(*node);
        }
        let places = NodePlaces::new(&here);
        let mut nodes = Vec::with_capacity(here.count());
        nodes.extend(here.iter());
        let mut starts = vec![0; nodes.len() + 1];
        for members in blocks.iter().flat_map(|block| records(block)) {
            starts[places.of(members[0]) as usize + 1] += members.len() + 1;
        }
        for place in 0..nodes.len() {
            starts[place + 1] += starts[place];
        }
        let mut next = starts.clone();
        let mut words = vec![0; starts[nodes.len()]];
        for block in blocks {
            for members in records(&block) {
                let place = &mut next[places.of(members[0]) as usize];
                words[*place] = members.len() as u32;
                let renumbered = &mut words[*place + 1..=*place + members.len()];
                renumbered.iter_mut().zip(members).for_each(|(word, node)| *word = places.of(*node));
                *place += members.len() + 1;
            }
        }
        drop(next);
        let buckets = sorted(&words, &starts, nodes.len());
        let components = buckets.components(nodes.len());
        Ok(Self { nodes, buckets, components })
    }
}

/// The buckets of records that are grouped by first member: those of node `n` lie from `starts[n]` on.
fn sorted(words: &[u32], starts: &[usize], nodes: usize) -> Buckets {
    let share = (words.len() / parallel::threads() / 4).max(1 << 16);
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
