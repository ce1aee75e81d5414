//! The storage of an index on disk: its locks, its caches, and how records are read.
//!
//! Lock order: `writer`, then `state`; `watch`, then `state`. `state` is locked for writing only while memory changes,
//! and while a compaction replaces blocks.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::budget::DiskBudget;
use super::catalog::{self, Catalog, CatalogAccess};
use super::damage::damaged;
use super::state::DiskState;
use super::stored_block::{self, StoredBlock};
use super::writer::WriterIdentity;
use crate::error::{Error, ErrorKind, Result};
use crate::index::answer::Verify;
use crate::index::own_process::OwnProcess;
use crate::index::settings::Settings;
use crate::index::storage::Storage;
use crate::index::stored_text::{InsertNumber, StoredText};

/// Number of times that a block is looked up: a compaction may replace it at any moment.
const ATTEMPTS: u32 = 8;

/// An index in a directory.
#[derive(Debug)]
pub(super) struct DiskStorage {
    pub(super) directory: PathBuf,
    process: OwnProcess,
    pub(super) state: RwLock<DiskState>,
    /// `None` if the index is only read.
    pub(super) writer: Option<Mutex<WriterIdentity>>,
    /// Idle connections of readers.
    readers: Mutex<Vec<Catalog>>,
    pub(super) blocks: Cache<InsertNumber, Arc<StoredBlock>, ByWeight>,
    /// Bytes of a signature, if signatures are kept.
    slots: Option<usize>,
    /// Number of hashes of a document that a version before format 5 wrote.
    pub(super) width: usize,
    pub(super) budget: DiskBudget,
    /// If the index is only read: the connection that looks for commits, and the version of the catalog that it has
    /// seen.
    pub(super) watch: Option<Mutex<(Catalog, i64)>>,
}

#[derive(Debug, Clone)]
pub(super) struct ByWeight;

impl Weighter<InsertNumber, Arc<StoredBlock>> for ByWeight {
    fn weight(&self, _: &InsertNumber, block: &Arc<StoredBlock>) -> u64 {
        block.weight
    }
}

/// Number of hashes of a document before format 5: its bands and its key.
pub(super) const fn width(settings: &Settings) -> usize {
    settings.banding.bands() + 1
}

/// The hash that finds a document by its key. Collision-resistant, so that crafted keys cannot share a hash by the
/// thousand.
pub(super) fn key_hash(key: &str) -> u64 {
    let [a, b, c, d, e, ..] = *blake3::hash(key.as_bytes()).as_bytes();
    u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
}

impl DiskStorage {
    pub(super) fn new(
        directory: &Path,
        settings: &Settings,
        budget: DiskBudget,
        state: DiskState,
        writer: Option<WriterIdentity>,
        watch: Option<(Catalog, i64)>,
    ) -> Self {
        let slots = settings.banding.num_hashes() * settings.slot_bytes();

        // A block weighs about 200 KB; twice as many items are expected, so that the cache's table does not grow.
        let weight = budget.blocks() as u64;
        let items = (weight / 100_000).max(16) as usize;

        Self {
            directory: directory.to_owned(),
            process: OwnProcess::this(),
            state: RwLock::new(state),
            writer: writer.map(Mutex::new),
            readers: Mutex::default(),
            blocks: Cache::with_weighter(items, weight, ByWeight),
            slots: (settings.verify == Verify::Estimate).then_some(slots),
            width: width(settings),
            budget,
            watch: watch.map(Mutex::new),
        }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, DiskState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, DiskState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn writer(&self) -> Result<MutexGuard<'_, WriterIdentity>> {
        let writer = self.writer.as_ref().ok_or(ErrorKind::ReadOnly)?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads with a connection that no other thread uses meanwhile.
    pub(super) fn with_reader<T>(&self, read: impl FnOnce(&Catalog) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let catalog = idle.map_or_else(|| Catalog::open(&self.directory, CatalogAccess::Read), Ok)?;

        let found = read(&catalog);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(catalog);
        found
    }

    /// Bytes of all files in the directory.
    pub(super) fn disk_bytes(&self) -> Result<u64> {
        let failed = |source| Error::io("read", &self.directory, source);

        let mut bytes = 0;
        for entry in std::fs::read_dir(&self.directory).map_err(failed)? {
            // A file without metadata is being removed, and takes no space.
            bytes += entry.map_err(failed)?.metadata().map_or(0, |file| file.len());
        }
        Ok(bytes)
    }

    /// The block that begins with a document, from the cache or from disk; `None` if there is none.
    fn block(&self, first: InsertNumber) -> Result<Option<Arc<StoredBlock>>> {
        if let Some(block) = self.blocks.get(&first) {
            return Ok(Some(block));
        }

        let block = self.read_block(first)?.map(Arc::new);
        if let Some(block) = &block {
            self.blocks.insert(first, block.clone());
        }
        Ok(block)
    }

    /// The block that begins with a document, as it is on disk now; `None` if there is none.
    pub(super) fn read_block(&self, first: InsertNumber) -> Result<Option<StoredBlock>> {
        let Some(data) = self.with_reader(|catalog| catalog.block(first))? else {
            return Ok(None);
        };

        let Some(block) = stored_block::unpack(&data, first, self.slots) else {
            let what = format!("its block of records from number {first} on holds other bytes than were written");
            return Err(damaged(&self.directory.join(catalog::FILE), what));
        };
        Ok(Some(block))
    }

    /// The error for a block that the directory of blocks names and the catalog does not contain.
    pub(super) fn missing(&self, first: InsertNumber) -> Error {
        damaged(&self.directory.join(catalog::FILE), format!("it has no block of records from number {first} on"))
    }

    /// The record of a committed document; `None` if it was removed.
    pub(super) fn stored(&self, doc: InsertNumber) -> Result<Option<Arc<StoredText>>> {
        let mut missing = None;
        for _ in 0..ATTEMPTS {
            let Some((first, _)) = self.read().entry_from(doc).filter(|(first, _)| *first <= doc) else {
                return Ok(None);
            };

            let block = self.block(first)?;
            if let Some(record) = block.as_ref().and_then(|block| block.get(doc)) {
                return Ok(Some(record.clone()));
            }

            // Either it was removed, or a compaction has replaced the blocks since the directory was looked at.
            self.blocks.remove(&first);
            self.look_again()?;
            missing = block.is_none().then_some(first);
        }
        missing.map_or(Ok(None), |first| Err(self.missing(first)))
    }

    /// Calls `show` with every record of the blocks for which `is_asked` returns true, and then with every pending
    /// record: each once, in order, also if commits and compactions run meanwhile. Documents inserted meanwhile are
    /// left out, so that it ends.
    pub(super) fn each_of(
        &self,
        is_asked: &dyn Fn(InsertNumber) -> bool,
        show: &mut dyn FnMut(InsertNumber, &StoredText) -> Result<()>,
    ) -> Result<()> {
        let end = self.read().next;
        let (mut from, mut attempts) = (0, 0);

        loop {
            let entry = self.read().entry_from(from).filter(|(first, _)| *first < end);
            let Some((first, last)) = entry else {
                match self.pending_from(from, end) {
                    Some(pending) => return pending.iter().try_for_each(|(doc, record)| show(*doc, record)),
                    None => continue,
                }
            };

            if is_asked(first) {
                let Some(block) = self.read_block(first)? else {
                    // A compaction has replaced it: the directory names another.
                    attempts += 1;
                    if attempts == ATTEMPTS {
                        return Err(self.missing(first));
                    }
                    self.look_again()?;
                    continue;
                };

                // No lock is held while records are shown: `show` may change the index.
                let dead = self.read().dead.clone();
                let here = from..=last.min(end - 1);
                let mut live = block.iter().filter(|(doc, _)| here.contains(doc) && !dead.contains(*doc));
                live.try_for_each(|(doc, record)| show(doc, record))?;
            }
            (from, attempts) = (last + 1, 0);
        }
    }

    /// The live pending records before `end`, once no block has documents in `from..end`; `None` if a commit has just
    /// written such a block.
    fn pending_from(&self, from: InsertNumber, end: InsertNumber) -> Option<Vec<(InsertNumber, Arc<StoredText>)>> {
        // One lock for both looks: a commit moves records from the pending changes to blocks.
        let state = self.read();
        if state.entry_from(from).is_some_and(|(first, _)| first < end) {
            return None;
        }

        let inserts = (state.pending.first..end).zip(&state.pending.inserts);
        let live = inserts.filter(|(doc, _)| !state.dead.contains(*doc));
        Some(live.filter_map(|(doc, insert)| Some((doc, insert.record.clone()?))).collect())
    }
}

impl Drop for DiskStorage {
    fn drop(&mut self) {
        if !self.process.is_this() {
            self.leave_to_parent();
            return;
        }

        // `drop` cannot return an error. Callers who need it call `close`.
        let _ = self.close();
    }
}

impl DiskStorage {
    /// Drops the storage in a forked child without a change of the directory: what the parent has not committed is the
    /// parent's to commit.
    ///
    /// Connections are left open. SQLite forbids that a child closes those of its parent ("How To Corrupt An SQLite Database
    /// File", 2.6).
    fn leave_to_parent(&mut self) {
        std::mem::forget(self.writer.take());
        std::mem::forget(self.watch.take());
        std::mem::forget(std::mem::take(&mut self.readers));
    }
}
