//! Samples → the number of nodes that contain each sampled shingle.
//!
//! The hashes are dealt to pieces by their upper bits. A piece has all nodes of its hashes, and a table of it fits the cache.

use std::ops::Range;

use super::sample::{RowSamples, SamplePlan, append_within};
use crate::error::Result;
use crate::lsh::key_columns::MemoryLimit;
use crate::lsh::node::{NO_NODE, Node};
use crate::parallel;

/// Most sampled hashes that are counted. If there are more, those of a smaller part of the hash space are.
const MOST: u64 = 1 << 24;

/// Hashes that are counted in one pass over samples in memory, unless there would be many passes.
const AT_ONCE: u64 = 1 << 21;

/// Most passes over samples in memory, however many hashes there are.
const MOST_PASSES: u64 = 4;

/// Fewest hashes that are counted in one pass, under any memory limit.
const LEAST_AT_ONCE: u64 = 1 << 16;

/// Hashes of a piece, on average.
const PIECE: u64 = 1 << 13;

/// Most pieces of a pass: each chunk of the samples has an entry for each.
const MOST_PIECES: u64 = 1 << 11;

/// The number of nodes of each sampled hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HashCounts {
    /// The hashes of at least the least number of nodes, ascending, with their number of nodes.
    pub(crate) held: Vec<(u32, u32)>,
    /// All hashes below this bound were counted.
    pub(crate) bound: u32,
}

/// Counts the nodes of each sampled hash, and keeps the hashes of at least `least` nodes. The result depends on the
/// samples alone; the memory of `limit` decides the number of passes.
///
/// # Errors
///
/// The samples cannot be read.
pub(crate) fn counts(
    samples: &RowSamples,
    sampling: SamplePlan,
    node_of_row: &[Node],
    least: u32,
    limit: Option<&MemoryLimit>,
) -> Result<HashCounts> {
    // The hash space is reduced by a whole factor that depends on the samples, never on the memory.
    let entries = samples.entries().max(1);
    let bound = counted_bound(sampling, entries);
    let counted = entries / entries.div_ceil(MOST);

    // A pass takes a quarter of the memory, so that tables and results have room.
    let per_hash = size_of::<HashOfNode>() as u64;
    let fitting = limit.map_or(u64::MAX, |limit| (limit.memory / 4 / per_hash).max(LEAST_AT_ONCE));
    let at_once = match samples.are_held() {
        true => fitting.min(AT_ONCE.max(counted.div_ceil(MOST_PASSES))),
        false => fitting,
    };
    let passes = counted.div_ceil(at_once).max(1);

    // Each pass counts one range of the hash space.
    let edge = |pass: u64| (u64::from(bound) * pass / passes) as u32;
    let mut held = Vec::new();
    for pass in 0..passes {
        let pieces = HashPieces::new(edge(pass)..edge(pass + 1), counted / passes);
        let dealt = dealt(samples, node_of_row, &pieces)?;
        let places: Vec<usize> = (0..pieces.count).collect();
        let common = parallel::map(&places, NodeCounter::default, |counter, place| {
            counter.clear();
            dealt.iter().for_each(|chunk| counter.add(chunk.piece(*place)));
            counter.held_by(least)
        });
        held.extend(common.into_iter().flatten());
    }
    Ok(HashCounts { held, bound })
}

/// The bound below which hashes are counted, of samples with so many entries.
pub(crate) fn counted_bound(sampling: SamplePlan, entries: u64) -> u32 {
    (u64::from(sampling.bound()) / entries.max(1).div_ceil(MOST)) as u32
}

/// A sampled hash, and a node that has it.
#[derive(Debug, Clone, Copy, Default)]
struct HashOfNode {
    hash: u32,
    node: Node,
}

/// A range of the hash space, in pieces.
struct HashPieces {
    range: Range<u32>,
    shift: u32,
    count: usize,
}

impl HashPieces {
    /// Pieces of a range with about this number of sampled hashes.
    fn new(range: Range<u32>, hashes: u64) -> Self {
        let wanted = (hashes / PIECE).clamp(1, MOST_PIECES) as u32;
        let shift = (range.len() as u32 / wanted).checked_ilog2().unwrap_or(0);
        let count = (range.len() >> shift) + 1;
        Self { range, shift, count }
    }

    /// The piece of a hash in the range.
    fn of(&self, hash: u32) -> usize {
        ((hash - self.range.start) >> self.shift) as usize
    }
}

/// The hashes of a chunk of the samples, piece by piece; those of one node are together in each piece.
struct DealtHashes {
    hashes: Vec<HashOfNode>,
    /// The end of each piece.
    ends: Vec<u32>,
}

impl DealtHashes {
    fn new(hashes: &[HashOfNode], pieces: &HashPieces) -> Self {
        let mut ends = vec![0; pieces.count];
        hashes.iter().for_each(|entry| ends[pieces.of(entry.hash)] += 1);
        let mut all = 0;
        // First the beginning of each piece, which moves to its end while the piece is filled.
        for end in &mut ends {
            all += std::mem::replace(end, all);
        }

        let mut dealt = vec![HashOfNode::default(); hashes.len()];
        for entry in hashes {
            let place = &mut ends[pieces.of(entry.hash)];
            dealt[*place as usize] = *entry;
            *place += 1;
        }
        Self { hashes: dealt, ends }
    }

    fn piece(&self, piece: usize) -> &[HashOfNode] {
        let start = piece.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.hashes[start..self.ends[piece] as usize]
    }
}

/// Deals the sampled hashes in a range of the hash space, with repeats within a node.
fn dealt(samples: &RowSamples, node_of_row: &[Node], pieces: &HashPieces) -> Result<Vec<DealtHashes>> {
    let chunks: Vec<usize> = (0..samples.chunks()).collect();
    let dealt: Vec<Result<DealtHashes>> = parallel::map(&chunks, Vec::new, |found: &mut Vec<HashOfNode>, chunk| {
        found.clear();
        samples.read(*chunk, |row, hashes| {
            // One row represents each node, so every node is counted once.
            if let Some(node) = node_of_row.get(row).copied().filter(|node| *node != NO_NODE) {
                append_within(found, hashes, &pieces.range, |hash| HashOfNode { hash, node });
            }
            Ok(())
        })?;
        Ok(DealtHashes::new(found, pieces))
    });
    dealt.into_iter().collect()
}

/// Counts the nodes of each hash of a piece in a table with open addressing.
#[derive(Debug)]
struct NodeCounter {
    slots: Vec<CountedHash>,
    used: usize,
}

/// A hash with its number of nodes; a number of 0 marks a free slot.
#[derive(Debug, Clone, Copy, Default)]
struct CountedHash {
    hash: u32,
    nodes: u32,
    /// The node that was counted last.
    last: Node,
}

impl Default for NodeCounter {
    fn default() -> Self {
        Self { slots: vec![CountedHash::default(); 2 * PIECE as usize], used: 0 }
    }
}

impl NodeCounter {
    /// Forgets all hashes.
    fn clear(&mut self) {
        self.slots.fill(CountedHash::default());
        self.used = 0;
    }

    /// Counts each hash once for a node; the hashes of one node are together.
    fn add(&mut self, hashes: &[HashOfNode]) {
        for HashOfNode { hash, node } in hashes {
            // At most half of the slots are used, so that a free one is near.
            if self.used * 2 >= self.slots.len() {
                self.grow();
            }

            let place = self.place(*hash);
            // Without a branch: no processor foresees which hashes are new.
            let slot = &mut self.slots[place];
            let is_new = slot.nodes == 0;
            let nodes = slot.nodes + u32::from(is_new | (slot.last != *node));
            *slot = CountedHash { hash: *hash, nodes, last: *node };
            self.used += usize::from(is_new);
        }
    }

    fn grow(&mut self) {
        let larger = vec![CountedHash::default(); self.slots.len() * 2];
        let slots = std::mem::replace(&mut self.slots, larger);
        for slot in slots.into_iter().filter(|slot| slot.nodes > 0) {
            let place = self.place(slot.hash);
            self.slots[place] = slot;
        }
    }

    /// The slot of a hash, or the free one where it belongs.
    fn place(&self, hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        // One branch, which is seldom taken: whether a slot is used is as chance has it.
        while (self.slots[place].nodes > 0) & (self.slots[place].hash != hash) {
            place = (place + 1) & mask;
        }
        place
    }

    /// The hashes of at least `least` nodes, ascending, with their numbers of nodes.
    fn held_by(&self, least: u32) -> Vec<(u32, u32)> {
        let is_held = |slot: &&CountedHash| slot.nodes >= least.max(1);
        let mut held: Vec<(u32, u32)> = self.slots.iter().filter(is_held).map(|slot| (slot.hash, slot.nodes)).collect();
        held.sort_unstable();
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::ShingleKind;
    use crate::spill::SpillDir;

    #[test]
    fn counts_do_not_depend_on_the_memory() {
        let sampling = SamplePlan::new(ShingleKind::Word(3));
        let mut samples = RowSamples::new(None);
        let node_of_row: Vec<Node> = (0..60).map(|row| if row % 10 == 9 { NO_NODE } else { row }).collect();
        let hashes = |row: u64| (0..80).map(move |i| crate::shingle::hash::finish(i + (row % 4) * 40));
        let mut words = Vec::new();
        (0..60).for_each(|row| sampling.sample(&hashes(row).collect::<Vec<u64>>(), &mut words));
        samples.push(&words).unwrap();
        samples.finish().unwrap();
        let found = counts(&samples, sampling, &node_of_row, 3, None).unwrap();
        let of = |hash: u64| {
            let rows = (0..60).filter(|row| row % 10 != 9 && hashes(*row).any(|other| other == hash));
            rows.count() as u32
        };
        for hash in (0..4).flat_map(hashes).filter(|hash| ((hash >> 32) as u32) < sampling.bound()) {
            assert!(found.held.contains(&((hash >> 32) as u32, of(hash))));
        }
        let room = SpillDir::temporary(std::path::Path::new("."));
        let limit = MemoryLimit { memory: 0, room, name: String::new() };
        assert_eq!(counts(&samples, sampling, &node_of_row, 3, Some(&limit)).unwrap(), found);
    }
}
