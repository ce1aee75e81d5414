//! An index in a directory.
//!
//! Inserts go into memory: records into the list of what is pending, band keys among the recent ones. A commit writes the pending
//! records in blocks, and the hashes of each beside them, in one transaction of the [`catalog`]. When recent band keys take
//! more than their part of the cache, each commit also merges a slice or two of them into [`run`] files: so every document's share
//! of that work is small and steady, and what is in memory is bounded. Run files are written and synced before the transaction that
//! names them, and removed after the one that no longer does.
//!
//! Nothing is mapped into memory and everything is summed: a changed byte is an error that names the file, never another answer.
//! Readers in other processes open the same files, and look at the catalog again when it has changed.
//!
//! Files: `directory` what is where, `open` how an index is opened, `catalog` the database, `block` records, `posting`, `run`,
//! `recent`, `filter` and `bands` band keys, `commit` how it is written, `compact` how it shrinks.

mod bands;
mod block;
mod catalog;
mod commit;
mod compact;
mod directory;
mod filter;
mod open;
mod posting;
mod recent;
mod run;

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use roaring::RoaringBitmap;

pub(super) use open::DiskBudget;
pub use open::RecoveryReport;

use super::memory::next_doc;
use super::record::{InsertNumber, StoredText};
use super::storage::{ExpiryBound, LONGEST_LIST, Storage, StorageVersion};
use super::{CompactionStats, StorageStats};
use crate::document::Date;
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use bands::BandPostings;
use block::RecordPage;
use catalog::{BlockEntry, Catalog, CatalogAccess};
use commit::WriterIdentity;
use recent::POSTING_BYTES;

/// An index in a directory.
#[derive(Debug)]
pub(super) struct DiskStorage {
    directory: PathBuf,
    state: RwLock<DiskState>,
    /// `None` of an index that is only read.
    writer: Option<Mutex<WriterIdentity>>,
    /// Connections that nobody reads with at the moment.
    readers: Mutex<Vec<Catalog>>,
    blocks: Cache<InsertNumber, Arc<RecordPage>, ByWeight>,
    /// Length of a signature, where signatures are kept.
    slots: Option<usize>,
    /// Hashes of a document: its bands and its key.
    width: usize,
    room: DiskBudget,
    /// Of an index that is only read: the connection that sees what is new, and its version of the catalog.
    watch: Option<Mutex<(Catalog, i64)>>,
}

/// What readers and the writer look at.
#[derive(Debug)]
struct DiskState {
    next: InsertNumber,
    documents: u64,
    removals: u64,
    newest: Option<Date>,
    commits: u64,
    compactions: u64,
    bands: BandPostings,
    /// Removed documents that may still stand somewhere.
    dead: RoaringBitmap,
    /// First and last document of each block.
    directory: Vec<(InsertNumber, InsertNumber)>,
    /// Of an index that is only read: how many blocks the head told of, and the sum of their digests.
    told_blocks: (u64, u64),
    pending: PendingChanges,
    /// Learned texts that were read and not yet handed on, and how many were read or written.
    learned: Vec<Box<[u8]>>,
    learned_count: u64,
}

/// What was changed since the last commit.
#[derive(Debug, Default)]
struct PendingChanges {
    first: InsertNumber,
    inserts: VecDeque<PendingInsert>,
    /// Bytes of the records.
    bytes: usize,
    /// Documents removed.
    dead: Vec<InsertNumber>,
}

/// An insert that is not on disk yet.
#[derive(Debug, Clone)]
struct PendingInsert {
    record: Arc<StoredText>,
    hashes: Arc<[u64]>,
    is_learned: bool,
}

#[derive(Debug, Clone)]
struct ByWeight;

impl Weighter<InsertNumber, Arc<RecordPage>> for ByWeight {
    fn weight(&self, _: &InsertNumber, block: &Arc<RecordPage>) -> u64 {
        block.weight
    }
}

/// Looks at the directory of blocks, which a compaction may write anew at any moment.
const ATTEMPTS: u32 = 8;

/// The hash that leads to the document of a key: of a kind that nobody finds many keys for which are alike.
fn key_hash(key: &str) -> u64 {
    let [a, b, c, d, e, ..] = *blake3::hash(key.as_bytes()).as_bytes();
    u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
}

/// A file that does not hold what was written.
fn damaged(path: &Path, what: String) -> Error {
    let remedy = Remedy::Run {
        purpose: "restore the directory from a copy, or make the index again",
        operations: &[Operation::ImportIndex, Operation::BuildIndex],
    };
    ErrorKind::Damaged { path: path.to_owned(), what, remedy }.into()
}

impl DiskStorage {
    fn read(&self) -> RwLockReadGuard<'_, DiskState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, DiskState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> Result<MutexGuard<'_, WriterIdentity>> {
        let writer = self.writer.as_ref().ok_or(ErrorKind::ReadOnly)?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads with a connection of one's own.
    fn with_reader<T>(&self, read: impl FnOnce(&Catalog) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let catalog = idle.map_or_else(|| Catalog::open(&self.directory, CatalogAccess::Read), Ok)?;
        let found = read(&catalog);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(catalog);
        found
    }

    /// The block that begins with a document; `None` if there is none.
    fn block(&self, first: InsertNumber) -> Result<Option<Arc<RecordPage>>> {
        if let Some(block) = self.blocks.get(&first) {
            return Ok(Some(block));
        }
        let block = self.read_block(first)?.map(Arc::new);
        if let Some(block) = &block {
            self.blocks.insert(first, block.clone());
        }
        Ok(block)
    }

    /// The block as it stands on disk now.
    fn read_block(&self, first: InsertNumber) -> Result<Option<RecordPage>> {
        let Some(data) = self.with_reader(|catalog| catalog.block(first))? else {
            return Ok(None);
        };
        let Some(block) = block::unpack(&data, first, self.slots) else {
            let what = format!("its block of records from number {first} on holds other bytes than were written");
            return Err(damaged(&self.directory.join(catalog::FILE), what));
        };
        Ok(Some(block))
    }

    fn missing(&self, first: InsertNumber) -> Error {
        damaged(&self.directory.join(catalog::FILE), format!("it has no block of records from number {first} on"))
    }

    /// The record of a document that was committed, or `None` where it was removed.
    fn stored(&self, doc: InsertNumber) -> Result<Option<Arc<StoredText>>> {
        let mut missing = None;
        for _ in 0..ATTEMPTS {
            let Some((first, _)) = self.read().entry_from(doc).filter(|(first, _)| *first <= doc) else {
                return Ok(None);
            };
            let block = self.block(first)?;
            if let Some(record) = block.as_ref().and_then(|block| block.get(doc)) {
                return Ok(Some(record.clone()));
            }
            // Either it was removed, or a compaction wrote the blocks anew since the directory was looked at.
            self.blocks.remove(&first);
            self.look_again()?;
            missing = block.is_none().then_some(first);
        }
        missing.map_or(Ok(None), |first| Err(self.missing(first)))
    }

    /// Shows the blocks as they stand on disk, each record once, and then what is pending, whatever is compacted or committed
    /// meanwhile; of what is inserted meanwhile nothing, so that it ends.
    fn each_of(
        &self,
        is_asked: &dyn Fn(InsertNumber) -> bool,
        show: &mut dyn FnMut(InsertNumber, &StoredText) -> Result<()>,
    ) -> Result<()> {
        let (mut from, mut attempts, end) = (0, 0, self.read().next);
        loop {
            let entry = |state: &DiskState| state.entry_from(from).filter(|(first, _)| *first < end);
            let Some((first, last)) = entry(&self.read()) else {
                let pending: Vec<(InsertNumber, Arc<StoredText>)> = {
                    let state = self.read();
                    if entry(&state).is_some() {
                        continue;
                    }
                    let inserts = (state.pending.first..end).zip(&state.pending.inserts);
                    let live = inserts.filter(|(doc, _)| !state.dead.contains(*doc));
                    live.map(|(doc, insert)| (doc, insert.record.clone())).collect()
                };
                return pending.iter().try_for_each(|(doc, record)| show(*doc, record));
            };
            if is_asked(first) {
                let Some(block) = self.read_block(first)? else {
                    attempts += 1;
                    if attempts == ATTEMPTS {
                        return Err(self.missing(first));
                    }
                    self.look_again()?;
                    continue;
                };
                let dead = self.read().dead.clone();
                let live =
                    block.iter().filter(|(doc, _)| (from..=last.min(end - 1)).contains(doc) && !dead.contains(*doc));
                live.into_iter().try_for_each(|(doc, record)| show(doc, record))?;
            }
            (from, attempts) = (last + 1, 0);
        }
    }
}

impl Storage for DiskStorage {
    fn version(&self) -> Result<StorageVersion> {
        self.look_again()?;
        let state = self.read();
        Ok(StorageVersion { next: state.next, removals: state.removals })
    }

    fn candidates(&self, bands: &[u64], since: InsertNumber, found: &mut Vec<InsertNumber>) -> Result<bool> {
        let state = self.read();
        if since >= state.next {
            return Ok(false);
        }
        let mut is_cut = false;
        for band in bands {
            is_cut |= state.bands.docs(*band, since, LONGEST_LIST, &state.dead, found)?;
        }
        Ok(is_cut)
    }

    fn record(&self, doc: InsertNumber) -> Result<Option<Arc<StoredText>>> {
        {
            let state = self.read();
            if state.dead.contains(doc) {
                return Ok(None);
            }
            if let Some(place) = doc.checked_sub(state.pending.first) {
                return Ok(state.pending.inserts.get(place as usize).map(|insert| insert.record.clone()));
            }
        }
        self.stored(doc)
    }

    fn find(&self, key: &str) -> Result<Option<InsertNumber>> {
        let mut docs = Vec::new();
        {
            let state = self.read();
            state.bands.docs(key_hash(key), 0, usize::MAX, &state.dead, &mut docs)?;
        }
        for doc in docs {
            if self.record(doc)?.is_some_and(|record| &*record.key == key) {
                return Ok(Some(doc));
            }
        }
        Ok(None)
    }

    fn len(&self) -> u64 {
        // What cannot be read is told by the next question that has an error to give.
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
            (pending.inserts.len() + pending.dead.len(), pending.bytes)
        };
        let most = self.room.pending_bytes();
        if count < self.room.commit_every && bytes < most {
            return Ok(());
        }
        // One thread commits, the others go on; but not so far that what is pending grows without end.
        let is_far = count >= 2 * self.room.commit_every || bytes >= 2 * most;
        match writer.try_lock() {
            Ok(mut writer) => self.commit_with(&mut writer),
            // A panic in the middle of a commit left the writer as it was after the one before.
            Err(TryLockError::Poisoned(writer)) => self.commit_with(&mut writer.into_inner()),
            Err(TryLockError::WouldBlock) if is_far => self.commit_with(&mut *self.writer()?),
            Err(TryLockError::WouldBlock) => Ok(()),
        }
    }

    fn insert(
        &self,
        record: StoredText,
        bands: &[u64],
        replaced: Option<InsertNumber>,
        is_learned: bool,
    ) -> Result<()> {
        let key = key_hash(&record.key);
        let hashes: Arc<[u64]> = bands.iter().copied().chain([key]).collect();
        let mut state = self.write();
        let doc = next_doc(state.next.into())?;
        if let Some(replaced) = replaced {
            state.forget(replaced);
        }
        state.bands.insert(doc, &hashes);
        state.next += 1;
        state.documents += 1;
        state.learned_count += u64::from(is_learned);
        state.newest = state.newest.max(Some(record.moment()));
        state.pending.bytes += record.bytes() + size_of_val(&*hashes);
        state.pending.inserts.push_back(PendingInsert { record: Arc::new(record), hashes, is_learned });
        Ok(())
    }

    fn remove(&self, docs: &[InsertNumber]) -> Result<u64> {
        if self.writer.is_none() {
            return Err(ErrorKind::ReadOnly.into());
        }
        let mut state = self.write();
        Ok(docs.iter().map(|doc| u64::from(state.forget(*doc))).sum())
    }

    fn older(&self, older: ExpiryBound) -> Result<Vec<InsertNumber>> {
        let oldest = |entry: &BlockEntry| match older {
            ExpiryBound::Seen(bound) => entry.oldest_seen < bound.seconds(),
            ExpiryBound::Moment(bound) => entry.oldest_moment < bound.seconds(),
        };
        let entries = self.with_reader(|catalog| {
            catalog.moment(|| match catalog.head()? {
                Some(head) => catalog.directory(&head),
                None => Ok(Vec::new()),
            })
        })?;
        // Blocks of which nothing is old are not read; those that came since are.
        let young: HashSet<InsertNumber> =
            entries.iter().filter(|entry| !oldest(entry)).map(|entry| entry.first).collect();
        let mut docs = Vec::new();
        self.each_of(&|first| !young.contains(&first), &mut |doc, record| {
            docs.extend(older.takes(record).then_some(doc));
            Ok(())
        })?;
        Ok(docs)
    }

    fn each(&self, show: &mut dyn FnMut(&StoredText) -> Result<()>) -> Result<()> {
        self.each_of(&|_| true, &mut |_, record| show(record))
    }

    fn learned(&self, teach: &mut dyn FnMut(&[u8])) -> Result<()> {
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

    fn compact(&self) -> Result<CompactionStats> {
        self.compact_with(&mut *self.writer()?)
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
            uncommitted: (state.pending.inserts.len() + state.pending.dead.len()) as u64,
            commits: state.commits,
        })
    }
}

impl DiskState {
    /// The block that a document stands in, or the next one after it.
    fn entry_from(&self, doc: InsertNumber) -> Option<(InsertNumber, InsertNumber)> {
        let place = self.directory.partition_point(|(_, last)| *last < doc);
        self.directory.get(place).copied()
    }

    /// Forgets a document; whether it was there.
    fn forget(&mut self, doc: InsertNumber) -> bool {
        let is_new = doc < self.next && self.dead.insert(doc);
        if is_new {
            self.pending.dead.push(doc);
            self.documents -= 1;
            self.removals += 1;
        }
        is_new
    }
}

impl Drop for DiskStorage {
    fn drop(&mut self) {
        // Nobody is left to be told; `close` tells.
        let _ = self.close();
    }
}
