//! The storage of an index in memory.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::copy_counts::{CopyCount, CopyCounts};
use super::language_votes::LanguageVotes;
use super::postings::HashPostings;
use super::prepare::BAND_BITS;
use super::stats::{CompactionStats, StorageStats};
use super::storage::{ExpiryBound, InsertNotes, PostingLists, Storage, StorageVersion};
use super::stored_text::{InsertNumber, StoredText, next_number};
use crate::document::Date;
use crate::error::Result;
use crate::normalize::Language;

/// Number of documents that are removed under one lock.
const AT_ONCE: usize = 1 << 14;

/// Records, keys and bands in memory.
#[derive(Debug, Default)]
pub(super) struct MemoryStorage(RwLock<MemoryState>);

#[derive(Debug, Default)]
struct MemoryState {
    /// By number; `None` if it was removed.
    entries: Vec<Option<MemoryEntry>>,
    documents: u64,
    /// Documents by the hashes of their texts.
    hashes: HashPostings,
    /// Documents by the hash of their key.
    keys: HashPostings,
    hasher: foldhash::fast::RandomState,
    removals: u64,
    newest: Option<Date>,
    votes: LanguageVotes,
    copies: CopyCounts,
    /// What stories tell of documents.
    tellings: BTreeMap<InsertNumber, Arc<[u8]>>,
    bytes: usize,
}

#[derive(Debug)]
struct MemoryEntry {
    record: Arc<StoredText>,
    hashes: Box<[u64]>,
}

impl MemoryStorage {
    fn read(&self) -> RwLockReadGuard<'_, MemoryState> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, MemoryState> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for MemoryStorage {
    fn version(&self) -> Result<StorageVersion> {
        let state = self.read();
        Ok(StorageVersion { next: state.next(), removals: state.removals })
    }

    fn postings(&self, hashes: &[u64], since: InsertNumber, most: usize, found: &mut PostingLists) -> Result<()> {
        let state = self.read();
        for hash in hashes {
            let Some((earliest, later)) = state.hashes.get(*hash) else {
                found.end(false);
                continue;
            };

            // The earliest counts among the bound, also if it comes before `since`.
            let (first, rest) = (usize::from(most > 0), &later[..later.len().min(most.saturating_sub(1))]);
            found.docs().extend((first > 0 && earliest >= since).then_some(earliest));
            found.docs().extend_from_slice(&rest[rest.partition_point(|doc| *doc < since)..]);
            found.end(first + rest.len() < 1 + later.len());
        }
        Ok(())
    }

    fn has_further_keys(&self) -> bool {
        true
    }

    fn record(&self, doc: InsertNumber) -> Result<Option<Arc<StoredText>>> {
        let state = self.read();
        Ok(state.entry(doc).map(|entry| entry.record.clone()))
    }

    fn find(&self, key: &str) -> Result<Option<InsertNumber>> {
        let state = self.read();
        let Some((earliest, later)) = state.keys.get(state.key_hash(key)) else {
            return Ok(None);
        };

        // Hashes of 40 bits may collide.
        let has_key = |doc: &InsertNumber| state.entry(*doc).is_some_and(|entry| &*entry.record.key == key);
        Ok([earliest].iter().chain(later).copied().find(has_key))
    }

    fn len(&self) -> u64 {
        self.read().documents
    }

    fn newest(&self) -> Option<Date> {
        self.read().newest
    }

    fn make_room(&self) -> Result<()> {
        Ok(())
    }

    fn insert(
        &self,
        record: StoredText,
        hashes: &[u64],
        replaced: Option<InsertNumber>,
        notes: InsertNotes,
    ) -> Result<()> {
        // What the guard learns stays in memory with it.
        let InsertNotes { is_learned: _, vote, telling } = notes;
        // One lock for the removal and the insert: readers see one of the two texts.
        let mut state = self.write();
        state.remove(replaced.as_slice());

        let doc = next_number(state.entries.len() as u64)?;
        for hash in hashes {
            state.hashes.insert(*hash, doc);
        }
        let key = state.key_hash(&record.key);
        state.keys.insert(key, doc);

        vote.into_iter().for_each(|vote| state.votes.add(vote));
        state.documents += 1;
        state.newest = state.newest.max(Some(record.moment()));
        state.bytes += record.bytes() + size_of_val(hashes);
        state.entries.push(Some(MemoryEntry { record: Arc::new(record), hashes: hashes.into() }));
        if let Some(telling) = telling {
            state.bytes += telling.len();
            state.tellings.insert(doc, telling);
        }
        Ok(())
    }

    fn insert_removed(&self, telling: Option<Arc<[u8]>>) -> Result<InsertNumber> {
        let mut state = self.write();
        let doc = next_number(state.entries.len() as u64)?;
        state.entries.push(None);
        if let Some(telling) = telling {
            state.bytes += telling.len();
            state.tellings.insert(doc, telling);
        }
        Ok(doc)
    }

    fn tellings(
        &self,
        numbers: Range<InsertNumber>,
        show: &mut dyn FnMut(InsertNumber, &[u8]) -> Result<()>,
    ) -> Result<()> {
        // No lock is held while a row is shown.
        let rows: Vec<_> = self.read().tellings.range(numbers).map(|(doc, row)| (*doc, Arc::clone(row))).collect();
        rows.iter().try_for_each(|(doc, row)| show(*doc, row))
    }

    fn forget_tellings(&self, before: InsertNumber) -> Result<()> {
        let state = &mut *self.write();
        let kept = state.tellings.split_off(&before);
        let gone = std::mem::replace(&mut state.tellings, kept);
        state.bytes -= gone.values().map(|row| row.len()).sum::<usize>();
        Ok(())
    }

    fn unsure_language(&self, source: u64) -> Result<Language> {
        Ok(self.read().votes.of_unsure(source))
    }

    fn votes(&self) -> LanguageVotes {
        self.read().votes.clone()
    }

    fn add_votes(&self, votes: &LanguageVotes) -> Result<()> {
        self.write().votes.merge(votes);
        Ok(())
    }

    fn add_copies(&self, doc: InsertNumber, count: CopyCount) -> Result<()> {
        let mut state = self.write();
        if state.entry(doc).is_some() {
            state.copies.add(doc, count);
        }
        Ok(())
    }

    fn each_copied(&self, show: &mut dyn FnMut(InsertNumber, CopyCount) -> Result<()>) -> Result<()> {
        // No lock is held while they are shown: `show` may look at the index.
        let copies = self.read().copies.clone();
        copies.iter().try_for_each(|(doc, count)| show(doc, count))
    }

    fn each_posting(&self, part: u8, show: &mut dyn FnMut(u64, InsertNumber)) -> Result<()> {
        self.read().hashes.each(part, show);
        Ok(())
    }

    fn remove(&self, docs: &[InsertNumber]) -> Result<u64> {
        // The lock is released in between, so that other threads go on.
        Ok(docs.chunks(AT_ONCE).map(|docs| self.write().remove(docs)).sum())
    }

    fn older(&self, older: ExpiryBound, _goes_on: &dyn Fn() -> bool) -> Result<Vec<InsertNumber>> {
        let state = self.read();
        let entries = state.entries.iter().zip(0..);
        let taken = entries.filter(|(entry, _)| entry.as_ref().is_some_and(|entry| older.takes(&entry.record)));
        Ok(taken.map(|(_, doc)| doc).collect())
    }

    fn each(&self, show: &mut dyn FnMut(InsertNumber, &StoredText) -> Result<()>) -> Result<()> {
        // No lock is held while a record is shown: `show` may change the index.
        let next = self.read().next();
        for doc in 0..next {
            if let Some(record) = self.record(doc)? {
                show(doc, &record)?;
            }
        }
        Ok(())
    }

    fn learned(&self, _: &mut dyn FnMut(&[u8])) -> Result<()> {
        Ok(())
    }

    fn commit(&self) -> Result<()> {
        Ok(())
    }

    fn close(&self) -> Result<()> {
        Ok(())
    }

    fn compact(&self, _goes_on: &dyn Fn() -> bool) -> Result<CompactionStats> {
        let state = &mut *self.write();
        state.hashes.shrink();
        state.keys.shrink();

        // Shingles are made again when a comparison needs them.
        for entry in state.entries.iter_mut().flatten() {
            if let Some(record) = Arc::get_mut(&mut entry.record) {
                record.body.forget_set();
            }
        }
        Ok(CompactionStats { documents: state.documents, bytes_before: 0, bytes_after: 0 })
    }

    fn stats(&self) -> Result<StorageStats> {
        let state = self.read();
        let bytes = state.bytes + state.hashes.bytes() + state.keys.bytes();
        Ok(StorageStats { memory_bytes: bytes as u64, ..StorageStats::default() })
    }
}

impl MemoryState {
    fn next(&self) -> InsertNumber {
        // Inserts fail before the count exceeds 32 bits.
        self.entries.len() as InsertNumber
    }

    fn entry(&self, doc: InsertNumber) -> Option<&MemoryEntry> {
        self.entries.get(doc as usize)?.as_ref()
    }

    /// The hash of a key: as long as the hash of a band.
    fn key_hash(&self, key: &str) -> u64 {
        self.hasher.hash_one(key) >> (64 - BAND_BITS)
    }

    /// Removes documents. Returns how many of them were there.
    fn remove(&mut self, docs: &[InsertNumber]) -> u64 {
        let (mut hashes, mut keys) = (Vec::new(), Vec::new());
        for doc in docs {
            let Some(entry) = self.entries.get_mut(*doc as usize).and_then(Option::take) else { continue };
            self.copies.remove(*doc);
            self.bytes -= entry.record.bytes() + size_of_val(&*entry.hashes);
            hashes.extend(entry.hashes.iter().map(|hash| (*hash, *doc)));
            keys.push((self.key_hash(&entry.record.key), *doc));
        }

        let gone = keys.len() as u64;
        self.hashes.remove_all(hashes);
        self.keys.remove_all(keys);
        self.documents -= gone;
        self.removals += gone;
        gone
    }
}
