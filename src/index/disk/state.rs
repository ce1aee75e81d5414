//! The state of an index on disk in the memory of a process.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::bands::{BandPostings, OpenRuns};
use super::budget::DiskBudget;
use super::catalog::{self, Catalog};
use super::commit_head::CommitHead;
use super::damage::damaged;
use super::posting::SLICES;
use crate::document::Date;
use crate::error::Result;
use crate::index::copy_counts::CopyCounts;
use crate::index::language_votes::LanguageVotes;
use crate::index::stored_text::{InsertNumber, StoredText};

/// The state that readers and the writer share.
#[derive(Debug)]
pub(super) struct DiskState {
    pub(super) next: InsertNumber,
    pub(super) documents: u64,
    pub(super) removals: u64,
    pub(super) newest: Option<Date>,
    /// Those of pending inserts included.
    pub(super) votes: LanguageVotes,
    pub(super) commits: u64,
    pub(super) compactions: u64,
    /// The document from which on crowded texts have further keys; `None` if none has.
    pub(super) keyed_from: Option<InsertNumber>,
    pub(super) bands: BandPostings,
    /// Removed documents that blocks or postings may still contain.
    pub(super) dead: RoaringBitmap,
    /// First and last document of each block.
    pub(super) directory: Vec<(InsertNumber, InsertNumber)>,
    /// Number of blocks, and the sum of their digests, as of the last head that was read; for an index that is only
    /// read.
    pub(super) told_blocks: (u64, u64),
    pub(super) pending: PendingChanges,
    /// Learned texts that were read and not yet handed to the guard.
    pub(super) learned: Vec<Box<[u8]>>,
    /// Number of learned texts that were read or written.
    pub(super) learned_count: u64,
}

/// Changes since the last commit.
#[derive(Debug, Default)]
pub(super) struct PendingChanges {
    /// Number of the first pending insert.
    pub(super) first: InsertNumber,
    pub(super) inserts: VecDeque<PendingInsert>,
    /// Bytes of the inserts.
    pub(super) bytes: usize,
    /// Documents removed.
    pub(super) dead: Vec<InsertNumber>,
    /// Copies of stored texts, which are not stored.
    pub(super) copies: CopyCounts,
}

impl PendingChanges {
    /// Number of changes.
    pub(super) fn len(&self) -> usize {
        self.inserts.len() + self.dead.len() + self.copies.len()
    }
}

/// An insert that is not on disk yet.
#[derive(Debug, Clone)]
pub(super) struct PendingInsert {
    /// `None` of a text that was removed in another index, which has left what was told of it.
    pub(super) record: Option<Arc<StoredText>>,
    /// The hashes that its text is found by, and that of its key.
    pub(super) hashes: Arc<[u64]>,
    pub(super) is_learned: bool,
    /// What stories tell of it.
    pub(super) telling: Option<Arc<[u8]>>,
}

impl PendingInsert {
    /// Bytes in memory, approximately.
    pub(super) fn bytes(&self) -> usize {
        self.record.as_ref().map_or(0, |record| record.bytes())
            + size_of_val(&*self.hashes)
            + self.telling.as_ref().map_or(0, |row| row.len())
    }
}

impl DiskState {
    /// The state that a head describes. Run files in `opened` are not read again; files that are opened are added to
    /// it, even if loading fails later.
    pub(super) fn load(
        directory: &Path,
        catalog: &Catalog,
        head: &CommitHead,
        width: usize,
        budget: DiskBudget,
        opened: &mut OpenRuns,
    ) -> Result<Self> {
        if head.slices.len() != SLICES {
            return Err(damaged(&directory.join(catalog::FILE), "its head describes no slices".to_owned()));
        }

        let mut bands = BandPostings::open(directory, &head.slices, budget.recent_bands(), budget.filters(), opened)?;
        for (doc, hashes) in catalog.recent(head.merged(), head.next, width)? {
            bands.insert(doc, &hashes);
        }

        let learned = catalog.learned(0, head)?;
        catalog.check_tellings(head)?;
        let mut state = Self {
            next: 0,
            documents: 0,
            removals: 0,
            newest: None,
            votes: LanguageVotes::default(),
            commits: 0,
            compactions: 0,
            keyed_from: None,
            bands,
            dead: catalog.dead(head)?,
            directory: catalog.directory(head)?.iter().map(|entry| (entry.first, entry.last)).collect(),
            told_blocks: (0, 0),
            pending: PendingChanges::default(),
            learned_count: learned.len() as u64,
            learned,
        };
        state.follow(head);
        Ok(state)
    }

    /// Takes over the counts of a head.
    pub(super) fn follow(&mut self, head: &CommitHead) {
        debug_assert!(self.pending.inserts.is_empty(), "a process that only reads has no pending inserts");

        self.next = head.next;
        self.pending.first = head.next;
        self.told_blocks = (head.blocks, head.directory);
        self.documents = head.documents;
        self.removals = head.removals;
        self.newest = head.newest.map(Date::from_seconds);
        self.votes.clone_from(&head.languages);
        self.commits = head.commit;
        self.compactions = head.compactions;
        self.keyed_from = head.keyed_from;
    }

    /// First and last document of the block that contains a document, or else of the next block.
    pub(super) fn entry_from(&self, doc: InsertNumber) -> Option<(InsertNumber, InsertNumber)> {
        let place = self.directory.partition_point(|(_, last)| *last < doc);
        self.directory.get(place).copied()
    }

    /// Marks a document as removed. Returns whether it was there.
    pub(super) fn forget(&mut self, doc: InsertNumber) -> bool {
        let is_new = doc < self.next && self.dead.insert(doc);

        if is_new {
            self.pending.dead.push(doc);
            self.pending.copies.remove(doc);
            self.documents -= 1;
            self.removals += 1;
        }
        is_new
    }
}
