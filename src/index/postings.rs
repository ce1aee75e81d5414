//! Hashes and the documents that have them, in memory.

use std::collections::hash_map::Entry as Slot;

use ahash::AHashMap;

use super::prepare::BAND_BITS;
use super::record::InsertNumber;

/// Leading bits of a hash that choose its table. A table that grows is written anew, and who inserts waits for that: of one table a
/// hash table of ten million documents would take seconds, of 4,096 it takes milliseconds each.
const TABLE_BITS: u32 = 12;

/// The documents of each hash of 40 bits.
#[derive(Debug)]
pub(super) struct HashPostings(Vec<PostingTable>);

/// Nearly every hash has one document: eight bytes each.
#[derive(Debug, Default, Clone)]
struct PostingTable {
    earliest: AHashMap<u32, InsertNumber>,
    /// The others, ascending, where there are others.
    later: AHashMap<u32, Vec<InsertNumber>>,
}

impl Default for HashPostings {
    fn default() -> Self {
        Self(vec![PostingTable::default(); 1 << TABLE_BITS])
    }
}

impl HashPostings {
    /// The documents of a hash, ascending: the earliest, and the others.
    pub(super) fn get(&self, hash: u64) -> Option<(InsertNumber, &[InsertNumber])> {
        let (table, rest) = place(hash);
        let table = &self.0[table];
        let earliest = *table.earliest.get(&rest)?;
        Some((earliest, table.later.get(&rest).map_or(&[], |docs| docs)))
    }

    /// Adds a document that comes after those that are there.
    pub(super) fn insert(&mut self, hash: u64, doc: InsertNumber) {
        let (table, rest) = place(hash);
        let table = &mut self.0[table];
        match table.earliest.entry(rest) {
            Slot::Vacant(slot) => drop(slot.insert(doc)),
            Slot::Occupied(_) => table.later.entry(rest).or_default().push(doc),
        }
    }

    /// Takes documents away from their hashes, where they are there. O(n log n), and of each hash the length of its list.
    pub(super) fn remove_all(&mut self, mut gone: Vec<(u64, InsertNumber)>) {
        gone.sort_unstable();
        for gone in gone.chunk_by(|(a, _), (b, _)| a == b) {
            let (table, rest) = place(gone[0].0);
            let PostingTable { earliest, later } = &mut self.0[table];
            let is_left = |doc: &InsertNumber| gone.binary_search_by_key(doc, |(_, doc)| *doc).is_err();
            let Slot::Occupied(mut first) = earliest.entry(rest) else { continue };
            let mut docs = later.remove(&rest).unwrap_or_default();
            docs.retain(is_left);
            if !is_left(first.get()) {
                if docs.is_empty() {
                    first.remove();
                    continue;
                }
                *first.get_mut() = docs.remove(0);
            }
            if !docs.is_empty() {
                later.insert(rest, docs);
            }
        }
    }

    /// Bytes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        // A place has a byte that tells of it, and one in eight is always free.
        let places = |capacity: usize, entry: usize| capacity / 7 * 8 * (entry + 1);
        let table = |table: &PostingTable| {
            let lists: usize = table.later.values().map(|docs| docs.capacity() * size_of::<InsertNumber>()).sum();
            places(table.earliest.capacity(), size_of::<(u32, InsertNumber)>())
                + places(table.later.capacity(), size_of::<(u32, Vec<InsertNumber>)>())
                + lists
        };
        self.0.iter().map(table).sum()
    }

    /// Gives back what removed documents took.
    pub(super) fn shrink(&mut self) {
        for table in &mut self.0 {
            table.earliest.shrink_to_fit();
            table.later.shrink_to_fit();
        }
    }
}

/// The table of a hash of 40 bits, and what tells it from the others there.
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
