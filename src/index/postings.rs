//! The documents of each 40-bit hash, in memory.

use std::collections::hash_map::Entry as Slot;

use foldhash::HashMap;

use super::prepare::BAND_BITS;
use super::stored_text::InsertNumber;

/// Number of leading bits of a hash that choose its table. A table that grows is rebuilt while the insert waits: one
/// table of ten million documents would take seconds, each of 4,096 tables takes milliseconds.
const TABLE_BITS: u32 = 12;

/// The documents of each hash of 40 bits.
#[derive(Debug)]
pub(super) struct HashPostings(Vec<PostingTable>);

/// The documents of the hashes of one table. Nearly every hash has one document, which takes eight bytes.
#[derive(Debug, Default, Clone)]
struct PostingTable {
    earliest: HashMap<u32, InsertNumber>,
    /// The later documents of a hash, ascending. A list is never empty.
    later: HashMap<u32, Vec<InsertNumber>>,
}

impl Default for HashPostings {
    fn default() -> Self {
        Self(vec![PostingTable::default(); 1 << TABLE_BITS])
    }
}

impl HashPostings {
    /// The documents of a hash, ascending: the earliest, and the later ones.
    pub(super) fn get(&self, hash: u64) -> Option<(InsertNumber, &[InsertNumber])> {
        let (table, rest) = place(hash);
        let table = &self.0[table];
        let earliest = *table.earliest.get(&rest)?;
        Some((earliest, table.later.get(&rest).map_or(&[], |docs| docs)))
    }

    /// Adds a document, which must be later than all documents of the hash.
    pub(super) fn insert(&mut self, hash: u64, doc: InsertNumber) {
        let (table, rest) = place(hash);
        let table = &mut self.0[table];
        match table.earliest.entry(rest) {
            Slot::Vacant(slot) => drop(slot.insert(doc)),
            Slot::Occupied(_) => table.later.entry(rest).or_default().push(doc),
        }
    }

    /// Removes documents from their hashes; unknown ones are ignored. O(n log n), and for each hash the length of its
    /// list.
    pub(super) fn remove_all(&mut self, mut gone: Vec<(u64, InsertNumber)>) {
        gone.sort_unstable();
        for gone in gone.chunk_by(|(a, _), (b, _)| a == b) {
            let (table, rest) = place(gone[0].0);
            self.0[table].remove(rest, gone);
        }
    }

    /// Calls `show` with every hash whose upper 8 of 40 bits are `part`, and each of its documents, ascending.
    #[expect(clippy::iter_over_hash_type, reason = "the order of the hashes is that of no output")]
    pub(super) fn each(&self, part: u8, show: &mut dyn FnMut(u64, InsertNumber)) {
        let tables = 1 << (TABLE_BITS - 8);
        let first = usize::from(part) * tables;
        for table in first..first + tables {
            for (rest, earliest) in &self.0[table].earliest {
                let hash = (table as u64) << (BAND_BITS - TABLE_BITS) | u64::from(*rest);
                show(hash, *earliest);
                self.0[table].later.get(rest).into_iter().flatten().for_each(|doc| show(hash, *doc));
            }
        }
    }

    /// Bytes in memory, approximately.
    pub(super) fn bytes(&self) -> usize {
        // A hash table has a control byte per slot, and keeps one slot in eight free.
        let places = |capacity: usize, entry: usize| capacity / 7 * 8 * (entry + 1);

        let table = |table: &PostingTable| {
            let lists: usize = table.later.values().map(|docs| docs.capacity() * size_of::<InsertNumber>()).sum();
            places(table.earliest.capacity(), size_of::<(u32, InsertNumber)>())
                + places(table.later.capacity(), size_of::<(u32, Vec<InsertNumber>)>())
                + lists
        };

        self.0.iter().map(table).sum()
    }

    /// Frees the memory of removed documents.
    pub(super) fn shrink(&mut self) {
        for table in &mut self.0 {
            table.earliest.shrink_to_fit();
            table.later.shrink_to_fit();
        }
    }
}

impl PostingTable {
    /// Removes documents of one hash, given with that hash and ascending.
    fn remove(&mut self, rest: u32, gone: &[(u64, InsertNumber)]) {
        let is_left = |doc: &InsertNumber| gone.binary_search_by_key(doc, |(_, doc)| *doc).is_err();
        let Slot::Occupied(mut first) = self.earliest.entry(rest) else { return };

        if let Some(docs) = self.later.get_mut(&rest) {
            docs.retain(is_left);
        }

        // The earliest of the later documents takes the place of a removed one.
        if !is_left(first.get()) {
            match self.later.get_mut(&rest).filter(|docs| !docs.is_empty()) {
                Some(docs) => *first.get_mut() = docs.remove(0),
                None => {
                    first.remove();
                }
            }
        }

        if self.later.get(&rest).is_some_and(Vec::is_empty) {
            self.later.remove(&rest);
        }
    }
}

/// The table of a hash of 40 bits, and the bits that identify the hash in the table.
const fn place(hash: u64) -> (usize, u32) {
    let rest = BAND_BITS - TABLE_BITS;
    ((hash >> rest) as usize % (1 << TABLE_BITS), (hash & ((1 << rest) - 1)) as u32)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn documents_are_found_until_they_are_removed(
            steps in prop::collection::vec((0..6_u64, any::<bool>(), any::<prop::sample::Index>()), 1..200)
        ) {
            // Of few hashes; two that share a table, and two that share what is left.
            let hashes = [0, 1, 1 << 28, (1 << 28) + 1, (1 << 40) - 1, 77];
            let (mut postings, mut model) = (HashPostings::default(), BTreeMap::<u64, Vec<InsertNumber>>::new());
            for (doc, (hash, is_insert, which)) in (0..).zip(&steps) {
                let hash = hashes[*hash as usize];
                let docs = model.entry(hash).or_default();
                if *is_insert || docs.is_empty() {
                    postings.insert(hash, doc);
                    docs.push(doc);
                } else {
                    // Every second from some place on; what is not there is not missed.
                    let from = which.index(docs.len());
                    let gone: Vec<InsertNumber> = docs[from..].iter().copied().step_by(2).collect();
                    docs.retain(|doc| !gone.contains(doc));
                    postings.remove_all(gone.iter().chain(&[InsertNumber::MAX]).map(|doc| (hash, *doc)).collect());
                }
                for hash in hashes {
                    let found = postings.get(hash).map(|(earliest, later)| [&[earliest], later].concat());
                    prop_assert_eq!(found, model.get(&hash).filter(|docs| !docs.is_empty()).cloned());
                }
            }
        }
    }
}
