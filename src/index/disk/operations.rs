//! The operations of an index on disk: the [`Storage`] trait.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, TryLockError};

use super::commit_head::BlockEntry;
use super::disk_storage::{DiskStorage, key_hash};
use super::recent::POSTING_BYTES;
use super::state::PendingInsert;
use crate::document::Date;
use crate::error::{ErrorKind, Result};
use crate::index::copy_counts::CopyCount;
use crate::index::language_votes::LanguageVotes;
use crate::index::stats::{CompactionStats, StorageStats};
use crate::index::storage::{ExpiryBound, InsertNotes, PostingLists, Storage, StorageVersion, going_on};
use crate::index::stored_text::{InsertNumber, StoredText, next_number};
use crate::normalize::Language;

impl Storage for DiskStorage {
    fn version(&self) -> Result<StorageVersion> {
        self.look_again()?;
        let state = self.read();
        Ok(StorageVersion { next: state.next, removals: state.removals })
    }

    fn postings(&self, hashes: &[u64], since: InsertNumber, most: usize, found: &mut PostingLists) -> Result<()> {
        let state = self.read();

        // All filters first: most hashes have no document, and each look at a filter waits for memory.
        let may_hold: Vec<bool> = hashes.iter().map(|hash| state.bands.may_hold(*hash, since)).collect();
        for (hash, may_hold) in hashes.iter().zip(may_hold) {
            let is_cut = may_hold && state.bands.docs(*hash, since, most, &state.dead, found.docs())?;
            found.end(is_cut);
        }
        Ok(())
    }

    fn has_further_keys(&self) -> bool {
        self.read().keyed_from == Some(0)
    }

    fn record(&self, doc: InsertNumber) -> Result<Option<Arc<StoredText>>> {
        {
            let state = self.read();
            if state.dead.contains(doc) {
                return Ok(None);
            }
            if let Some(place) = doc.checked_sub(state.pending.first) {
                return Ok(state.pending.inserts.get(place as usize).and_then(|insert| insert.record.clone()));
            }
        }

        // Without the lock: it reads the disk.
        self.stored(doc)
    }

    fn find(&self, key: &str) -> Result<Option<InsertNumber>> {
        let mut docs = Vec::new();
        {
            let state = self.read();
            state.bands.docs(key_hash(key), 0, usize::MAX, &state.dead, &mut docs)?;
        }

        // Hashes of 40 bits may collide, also with those of bands.
        for doc in docs {
            if self.record(doc)?.is_some_and(|record| &*record.key == key) {
                return Ok(Some(doc));
            }
        }
        Ok(None)
    }

    fn len(&self) -> u64 {
        // An error is returned by the next operation that can return one.
        let _ = self.look_again();
        self.read().documents
    }

    fn newest(&self) -> Option<Date> {
        self.read().newest
    }

    fn make_room(&self) -> Result<()> {
        let writer = self.writer.as_ref().ok_or(ErrorKind::ReadOnly)?;
        let (count, bytes) = {
            let pending = &self.read().pending;
            (pending.len(), pending.bytes)
        };
        let most = self.budget.pending_bytes();
        if count < self.budget.commit_every && bytes < most {
            return Ok(());
        }

        // One thread commits and the others go on, unless twice the limit is pending: then they wait.
        let is_far = count >= 2 * self.budget.commit_every || bytes >= 2 * most;
        match writer.try_lock() {
            Ok(mut writer) => self.commit_with(&mut writer),
            // A panic during a commit left the writer as it was after the commit before.
            Err(TryLockError::Poisoned(writer)) => self.commit_with(&mut writer.into_inner()),
            Err(TryLockError::WouldBlock) if is_far => self.commit_with(&mut *self.writer()?),
            Err(TryLockError::WouldBlock) => Ok(()),
        }
    }

    fn insert(
        &self,
        record: StoredText,
        hashes: &[u64],
        replaced: Option<InsertNumber>,
        notes: InsertNotes,
    ) -> Result<()> {
        let InsertNotes { is_learned, vote, telling } = notes;
        let key = key_hash(&record.key);
        let hashes: Arc<[u64]> = hashes.iter().copied().chain([key]).collect();
        let moment = record.moment();
        let insert = PendingInsert { record: Some(Arc::new(record)), hashes, is_learned, telling };
        // All or nothing: the number is the only thing that can fail.
        let mut state = self.write();
        let doc = next_number(state.next.into())?;
        if let Some(replaced) = replaced {
            state.forget(replaced);
        }

        state.bands.insert(doc, &insert.hashes);
        state.next += 1;
        state.documents += 1;
        state.learned_count += u64::from(is_learned);
        state.newest = state.newest.max(Some(moment));
        vote.into_iter().for_each(|vote| state.votes.add(vote));
        state.pending.bytes += insert.bytes();
        state.pending.inserts.push_back(insert);
        Ok(())
    }

    fn insert_removed(&self, telling: Option<Arc<[u8]>>) -> Result<InsertNumber> {
        let insert = PendingInsert { record: None, hashes: Arc::new([]), is_learned: false, telling };
        let mut state = self.write();
        let doc = next_number(state.next.into())?;

        // Removed at once: nothing looks for a record of it.
        state.next += 1;
        state.dead.insert(doc);
        state.pending.dead.push(doc);
        state.pending.bytes += insert.bytes();
        state.pending.inserts.push_back(insert);
        Ok(doc)
    }

    fn tellings(
        &self,
        numbers: Range<InsertNumber>,
        show: &mut dyn FnMut(InsertNumber, &[u8]) -> Result<()>,
    ) -> Result<()> {
        self.tellings_of(numbers, show)
    }

    fn forget_tellings(&self, before: InsertNumber) -> Result<()> {
        self.forget_tellings_with(&mut *self.writer()?, before)
    }

    fn unsure_language(&self, source: u64) -> Result<Language> {
        self.look_again()?;
        Ok(self.read().votes.of_unsure(source))
    }

    fn votes(&self) -> LanguageVotes {
        self.read().votes.clone()
    }

    fn add_votes(&self, votes: &LanguageVotes) -> Result<()> {
        if self.writer.is_none() {
            return Err(ErrorKind::ReadOnly.into());
        }

        self.write().votes.merge(votes);
        Ok(())
    }

    fn add_copies(&self, doc: InsertNumber, count: CopyCount) -> Result<()> {
        let mut state = self.write();
        if !state.dead.contains(doc) {
            state.pending.copies.add(doc, count);
        }
        Ok(())
    }

    fn each_copied(&self, show: &mut dyn FnMut(InsertNumber, CopyCount) -> Result<()>) -> Result<()> {
        self.show_copied(show)
    }

    fn each_posting(&self, part: u8, show: &mut dyn FnMut(u64, InsertNumber)) -> Result<()> {
        self.show_postings(part, show)
    }

    fn remove(&self, docs: &[InsertNumber]) -> Result<u64> {
        if self.writer.is_none() {
            return Err(ErrorKind::ReadOnly.into());
        }

        let mut state = self.write();
        Ok(docs.iter().map(|doc| u64::from(state.forget(*doc))).sum())
    }

    fn older(&self, older: ExpiryBound, goes_on: &dyn Fn() -> bool) -> Result<Vec<InsertNumber>> {
        let may_hold_old = |entry: &BlockEntry| match older {
            ExpiryBound::Seen(bound) => entry.oldest_seen < bound.seconds(),
            ExpiryBound::Moment(bound) => entry.oldest_moment < bound.seconds(),
        };
        let entries = self.with_reader(|catalog| {
            catalog.moment(|| match catalog.head()? {
                Some(head) => catalog.directory(&head),
                None => Ok(Vec::new()),
            })
        })?;

        // Blocks without an old record are not read. Blocks written since are unknown here, and are read.
        let young: HashSet<InsertNumber> =
            entries.iter().filter(|entry| !may_hold_old(entry)).map(|entry| entry.first).collect();
        let mut docs = Vec::new();
        self.each_of(&|first| !young.contains(&first), &mut |doc, record| {
            going_on(goes_on)?;
            docs.extend(older.takes(record).then_some(doc));
            Ok(())
        })?;
        Ok(docs)
    }

    fn each(&self, show: &mut dyn FnMut(InsertNumber, &StoredText) -> Result<()>) -> Result<()> {
        self.each_of(&|_| true, show)
    }

    fn learned(&self, teach: &mut dyn FnMut(&[u8])) -> Result<()> {
        // Usually there is none, and a read lock is enough. The write lock makes a second caller wait for `teach`.
        if !self.read().learned.is_empty() {
            self.write().learned.drain(..).for_each(|text| teach(&text));
        }
        Ok(())
    }

    fn commit(&self) -> Result<()> {
        match self.writer.is_some() {
            true => self.commit_with(&mut *self.writer()?),
            false => Ok(()),
        }
    }

    fn close(&self) -> Result<()> {
        match self.writer.is_some() {
            true => self.close_with(&mut *self.writer()?),
            false => Ok(()),
        }
    }

    fn compact(&self, goes_on: &dyn Fn() -> bool) -> Result<CompactionStats> {
        self.compact_with(&mut *self.writer()?, goes_on)
    }

    fn stats(&self) -> Result<StorageStats> {
        let disk_bytes = self.disk_bytes()?;
        let state = self.read();
        let band_bytes = state.bands.bytes();
        let recent = state.bands.recent.len();
        let memory = recent * POSTING_BYTES + state.pending.bytes + self.blocks.weight() as usize;

        Ok(StorageStats {
            removed: state.dead.len(),
            memory_bytes: memory as u64,
            disk_bytes,
            record_bytes: disk_bytes.saturating_sub(band_bytes),
            band_bytes,
            recent_bands: recent as u64,
            uncommitted: state.pending.len() as u64,
            commits: state.commits,
        })
    }
}
