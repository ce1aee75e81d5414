//! Hashes and the documents that have them, in memory.

use std::collections::hash_map::Entry as Slot;

use ahash::AHashMap;

use super::prepare::BAND_BITS;
use super::record::Doc;

/// Leading bits of a hash that choose its table. A table that grows is written anew, and who inserts waits for that: of one table a
/// hash table of ten million documents would take seconds, of 4,096 it takes milliseconds each.
const TABLE_BITS: u32 = 12;

/// The documents of each hash of 40 bits.
#[derive(Debug)]
pub(super) struct Postings(Vec<Table>);

/// Nearly every hash has one document: eight bytes each.
#[derive(Debug, Default, Clone)]
struct Table {
    earliest: AHashMap<u32, Doc>,
    /// The others, ascending, where there are others.
    later: AHashMap<u32, Vec<Doc>>,
}

impl Default for Postings {
    fn default() -> Self {
        Self(vec![Table::default(); 1 << TABLE_BITS])
    }
}

impl Postings {
    /// The documents of a hash, ascending: the earliest, and the others.
    pub(super) fn get(&self, hash: u64) -> Option<(Doc, &[Doc])> {
        let (table, rest) = place(hash);
        let table = &self.0[table];
        let earliest = *table.earliest.get(&rest)?;
        Some((earliest, table.later.get(&rest).map_or(&[], |docs| docs)))
    }

    /// Adds a document that comes after those that are there.
    pub(super) fn insert(&mut self, hash: u64, doc: Doc) {
        let (table, rest) = place(hash);
        let table = &mut self.0[table];
        match table.earliest.entry(rest) {
            Slot::Vacant(slot) => drop(slot.insert(doc)),
            Slot::Occupied(_) => table.later.entry(rest).or_default().push(doc),
        }
    }

    /// Takes a document away, if it is there.
    pub(super) fn remove(&mut self, hash: u64, doc: Doc) {
        let (table, rest) = place(hash);
        let Table { earliest, later } = &mut self.0[table];
        let others = later.get_mut(&rest);
        if let Slot::Occupied(mut slot) = earliest.entry(rest) {
            match others {
                Some(docs) if *slot.get() == doc => *slot.get_mut() = docs.remove(0),
                Some(docs) => docs.retain(|other| *other != doc),
                None if *slot.get() == doc => drop(slot.remove()),
                None => {}
            }
        }
        if later.get(&rest).is_some_and(Vec::is_empty) {
            later.remove(&rest);
        }
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
            let (mut postings, mut model) = (Postings::default(), BTreeMap::<u64, Vec<Doc>>::new());
            for (doc, (hash, is_insert, which)) in (0..).zip(&steps) {
                let hash = hashes[*hash as usize];
                let docs = model.entry(hash).or_default();
                if *is_insert || docs.is_empty() {
                    postings.insert(hash, doc);
                    docs.push(doc);
                } else {
                    let doc = docs.remove(which.index(docs.len()));
                    postings.remove(hash, doc);
                    // What is not there is not missed.
                    postings.remove(hash, doc);
                }
                for hash in hashes {
                    let found = postings.get(hash).map(|(earliest, later)| [&[earliest], later].concat());
                    prop_assert_eq!(found, model.get(&hash).filter(|docs| !docs.is_empty()).cloned());
                }
            }
        }
    }
}
