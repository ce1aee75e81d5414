//! One column of band keys → the buckets of the band.
//!
//! Keys are hashes, so their top bits split them evenly into pieces that fit the cache. One pass over the column counts
//! the keys of each piece; another gathers the (key, node) pairs piece by piece; a hash table then finds the repeated
//! keys of each piece. O(n); only repeats are sorted. Under a memory limit, several passes each gather as many pieces
//! as fit. A piece cannot be split below one key, so a key that very many nodes share needs memory for all of them, as
//! their component will.

use super::key_columns::KeyColumns;
use super::node::{NO_NODE, Node};
use crate::error::Result;

/// Nodes in a piece, on average, if memory allows: their keys fit the cache.
const PIECE: u64 = 1 << 11;

/// Most top bits that distinguish pieces: more would scatter writes to more places than the cache holds.
const MOST_BITS: u32 = 12;

/// Bytes of a gathered key and its node.
const GATHERED: u64 = (size_of::<u64>() + size_of::<Node>()) as u64;

/// Most additional bytes per key of the piece that is being searched: table, repeats, members and the record made of
/// them.
const AT_HAND: u64 = 16 + 8 + 4 + 4;

/// The columns and the nodes of their rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyRows<'a> {
    pub(super) keys: &'a KeyColumns,
    pub(super) node_of_row: &'a [Node],
    pub(super) nodes: usize,
}

/// The outcome of the search of a band.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BandSearch {
    /// The band was searched.
    Whole,
    /// Nothing was searched: one piece needs this many bytes, more than were given.
    Needs(u64),
}

/// The buffers that one thread searches with.
#[derive(Debug, Default)]
pub(super) struct RepeatFinder {
    keys: Vec<u64>,
    nodes: Vec<Node>,
    table: RepeatTable,
}

impl RepeatFinder {
    /// Calls `found` with the nodes of every key of `band` that two or more nodes share; keys come in no order. Takes
    /// at most `memory` bytes.
    pub(super) fn search(
        &mut self,
        rows: KeyRows<'_>,
        band: usize,
        memory: u64,
        found: &mut impl FnMut(&[Node]) -> Result<()>,
    ) -> Result<BandSearch> {
        let bits = bits(rows.nodes as u64, memory);
        let counts = rows.count(band, bits)?;

        // Checked before anything is found: a band is reported whole or not at all.
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

    /// Gathers the keys and nodes of the pieces from `first` on, one piece after the other.
    fn gather(&mut self, rows: KeyRows<'_>, band: usize, bits: u32, first: usize, counts: &[u32]) -> Result<()> {
        let mut places = Vec::with_capacity(counts.len());
        let mut total = 0;
        for count in counts {
            places.push(total);
            total += *count as usize;
        }

        // All bands have about as many keys, so the buffers grow once.
        resize(&mut self.keys, total);
        resize(&mut self.nodes, total);

        rows.keys.read(band, |row, keys| {
            for (key, node) in keys.iter().zip(&rows.node_of_row[row..]) {
                // A piece before `first` wraps to a number that is too large.
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

/// Makes a vector at least `length` long. Its contents are lost, so growing copies nothing.
fn resize<T: Clone + Default>(values: &mut Vec<T>, length: usize) {
    if values.len() < length {
        // Freed first: both allocations at once would not fit the memory.
        *values = Vec::new();
        *values = vec![T::default(); length];
    }
}

impl KeyRows<'_> {
    /// Number of nodes in each piece of a band.
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

/// The top `bits` bits of a key: its piece.
fn piece(key: u64, bits: u32) -> usize {
    // In two shifts, because `bits` may be 0 and a shift by 64 overflows.
    (key >> 1 >> (63 - bits)) as usize
}

/// Number of top bits that make pieces fit the cache, and several of them fit the memory.
fn bits(nodes: u64, memory: u64) -> u32 {
    let fitting = (memory / (GATHERED + AT_HAND) / 8).clamp(1, PIECE);
    (nodes / fitting).checked_ilog2().map_or(0, |bits| bits + 1).min(MOST_BITS)
}

/// Number of leading pieces that fit the memory together: at least one, as the caller has checked that each fits.
fn fitting(counts: &[u32], memory: u64) -> usize {
    let (mut sum, mut largest) = (0, 0);

    let fits = |count: &&u32| {
        sum += u64::from(**count);
        largest = u64::from(**count).max(largest);
        sum * GATHERED + largest * AT_HAND <= memory
    };

    counts.iter().take_while(fits).count().max(1)
}

/// Finds repeated keys in a piece.
#[derive(Debug, Default)]
pub(super) struct RepeatTable {
    /// One more than the position of the first entry with a key; 0 in an empty slot.
    slots: Vec<u32>,
    /// Position of the first entry with a key, and of an entry that repeats it.
    repeats: Vec<(u32, u32)>,
    members: Vec<Node>,
}

impl RepeatTable {
    /// Calls `found` with every key that two or more entries have, and their nodes, ascending. The low bits of keys
    /// must be evenly spread.
    pub(super) fn group(
        &mut self,
        keys: &[u64],
        nodes: &[Node],
        found: &mut impl FnMut(u64, &[Node]) -> Result<()>,
    ) -> Result<()> {
        debug_assert_eq!(keys.len(), nodes.len(), "a node per key");
        self.find_repeats(keys);

        // Sorted by position, each group is in row order, which is nearly node order.
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

        // At most half of the slots are filled, so probing is short and always ends.
        let slots = (2 * keys.len()).next_power_of_two();
        resize(&mut self.slots, slots);
        let slots = &mut self.slots[..slots];
        slots.fill(0);

        // Linear probing. Keys are hashes, so their low bits serve as the table's hash.
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
