//! One column of band keys → the buckets of the band.
//!
//! Keys are hashes, so their top bits cut them into even pieces that fit the cache. One pass over the column counts the
//! pieces, another brings (key, node) together by piece, and within a piece a small table finds the keys that come
//! again: O(n), with no sort of anything but repeats. Where memory is limited, as many pieces at a time are gathered as
//! fit, each time with another pass over the column. Only a key that very many nodes share makes a piece that cannot be
//! cut: it needs memory for its nodes, as does the component that they are going to be.

use super::columns::KeyColumns;
use super::{NO_NODE, Node};
use crate::error::Result;

/// Nodes of a piece, on average, where there is memory.
const PIECE: u64 = 1 << 11;

/// Most bits that tell pieces apart: more would scatter to more places at once than the cache has.
const MOST_BITS: u32 = 12;

/// Bytes that a gathered key and its node take.
const GATHERED: u64 = (size_of::<u64>() + size_of::<Node>()) as u64;

/// Bytes that a key of the piece at hand takes more, at most: table, repeats, members and the record made of them.
const AT_HAND: u64 = 16 + 8 + 4 + 4;

/// The columns and the nodes that their rows belong to.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyRows<'a> {
    pub(super) keys: &'a KeyColumns,
    pub(super) node_of_row: &'a [Node],
    pub(super) nodes: usize,
}

/// Whether a band could be searched.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BandSearch {
    Whole,
    /// One piece needs so many bytes, more than there are.
    Needs(u64),
}

/// What one thread searches with.
#[derive(Debug, Default)]
pub(super) struct RepeatFinder {
    keys: Vec<u64>,
    nodes: Vec<Node>,
    table: RepeatTable,
}

impl RepeatFinder {
    /// Finds every key of `band` that two or more nodes share, in no order; takes at most `memory` bytes.
    pub(super) fn search(
        &mut self,
        rows: KeyRows<'_>,
        band: usize,
        memory: u64,
        found: &mut impl FnMut(&[Node]) -> Result<()>,
    ) -> Result<BandSearch> {
        let bits = bits(rows.nodes as u64, memory);
        let counts = rows.count(band, bits)?;
        let needed = counts.iter().map(|count| u64::from(*count) * (GATHERED + AT_HAND)).max();
        if let Some(needed) = needed.filter(|needed| *needed > memory) {
            return Ok(BandSearch::Needs(needed));
        }
        let mut first = 0;
        while first < counts.len() {
            let pieces = fitting(&counts[first..], memory);
            self.gather(rows, band, bits, first, &counts[first..first + pieces])?;
            let mut start = 0;
            for count in &counts[first..first + pieces] {
                let piece = start..start + *count as usize;
                start = piece.end;
                self.table.group(&self.keys[piece.clone()], &self.nodes[piece], &mut |_, members| found(members))?;
            }
            first += pieces;
        }
        Ok(BandSearch::Whole)
    }

    /// Brings the keys and nodes of some pieces together, piece by piece.
    fn gather(&mut self, rows: KeyRows<'_>, band: usize, bits: u32, first: usize, counts: &[u32]) -> Result<()> {
        let mut places = Vec::with_capacity(counts.len());
        let mut total = 0;
        for count in counts {
            places.push(total);
            total += *count as usize;
        }
        // What grows here grows once, as every band has about as many keys.
        resize(&mut self.keys, total);
        resize(&mut self.nodes, total);
        rows.keys.read(band, |row, keys| {
            for (key, node) in keys.iter().zip(&rows.node_of_row[row..]) {
                let piece = piece(*key, bits).wrapping_sub(first);
                if *node != NO_NODE && piece < places.len() {
                    let place = places[piece];
                    places[piece] = place + 1;
                    self.keys[place] = *key;
                    self.nodes[place] = *node;
                }
            }
        })
    }
}

/// Makes a vector at least `length` long, without copying what is in it.
fn resize<T: Clone + Default>(values: &mut Vec<T>, length: usize) {
    if values.len() < length {
        *values = Vec::new();
        *values = vec![T::default(); length];
    }
}

impl KeyRows<'_> {
    /// Nodes in each piece of a band.
    fn count(self, band: usize, bits: u32) -> Result<Vec<u32>> {
        let mut counts = vec![0; 1 << bits];
        self.keys.read(band, |row, keys| {
            for (key, node) in keys.iter().zip(&self.node_of_row[row..]) {
                counts[piece(*key, bits)] += u32::from(*node != NO_NODE);
            }
        })?;
        Ok(counts)
    }
}

/// The top bits of a key.
fn piece(key: u64, bits: u32) -> usize {
    // In two steps, as no bit at all would be a shift by 64.
    (key >> 1 >> (63 - bits)) as usize
}

/// How many bits tell pieces apart that fit the cache, and the memory several times.
fn bits(nodes: u64, memory: u64) -> u32 {
    let fitting = (memory / (GATHERED + AT_HAND) / 8).clamp(1, PIECE);
    (nodes / fitting).checked_ilog2().map_or(0, |bits| bits + 1).min(MOST_BITS)
}

/// How many of the pieces fit the memory together; at least one, which is known to.
fn fitting(counts: &[u32], memory: u64) -> usize {
    let (mut sum, mut largest) = (0, 0);
    let fits = |count: &&u32| {
        sum += u64::from(**count);
        largest = u64::from(**count).max(largest);
        sum * GATHERED + largest * AT_HAND <= memory
    };
    counts.iter().take_while(fits).count().max(1)
}

/// Finds repeats in a piece.
#[derive(Debug, Default)]
pub(super) struct RepeatTable {
    /// One more than the place of the first entry with a key; 0 where there is none.
    slots: Vec<u32>,
    /// Place of the first entry with a key, then of one that repeats it.
    repeats: Vec<(u32, u32)>,
    members: Vec<Node>,
}

impl RepeatTable {
    /// Calls `found` with every key that two or more entries have and their nodes, ascending. The low bits of keys must be
    /// evenly spread.
    pub(super) fn group(
        &mut self,
        keys: &[u64],
        nodes: &[Node],
        found: &mut impl FnMut(u64, &[Node]) -> Result<()>,
    ) -> Result<()> {
        self.find_repeats(keys);
        // In order of place, so each group comes in the order of rows, which is nearly that of nodes.
        self.repeats.sort_unstable();
        for group in self.repeats.chunk_by(|a, b| a.0 == b.0) {
            self.members.clear();
            self.members.push(nodes[group[0].0 as usize]);
            self.members.extend(group.iter().map(|(_, place)| nodes[*place as usize]));
            if !self.members.is_sorted() {
                self.members.sort_unstable();
            }
            found(keys[group[0].0 as usize], &self.members)?;
        }
        Ok(())
    }

    fn find_repeats(&mut self, keys: &[u64]) {
        self.repeats.clear();
        let slots = (2 * keys.len()).next_power_of_two();
        resize(&mut self.slots, slots);
        let slots = &mut self.slots[..slots];
        slots.fill(0);
        let mask = slots.len() - 1;
        for (place, key) in keys.iter().enumerate() {
            let mut slot = *key as usize & mask;
            loop {
                let first = slots[slot];
                if first == 0 {
                    slots[slot] = place as u32 + 1;
                    break;
                }
                if keys[first as usize - 1] == *key {
                    self.repeats.push((first - 1, place as u32));
                    break;
                }
                slot = (slot + 1) & mask;
            }
        }
    }
}
