//! How changes reach the disk.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::bands::MergedSlice;
use super::block::{self, BLOCK};
use super::catalog::{BlockEntry, Catalog, CommitHead, SliceInfo};
use super::directory::{CommitCounter, WriterLock, sync};
use super::posting::SLICES;
use super::{DiskStorage, PendingInsert, run};
use crate::document::Date;
use crate::error::{Error, Result};
use crate::index::record::{InsertNumber, StoredBody, StoredText};

/// Recent band keys that are read again so fast that closing does not merge them.
const FEW: usize = 1 << 20;

/// Who writes.
#[derive(Debug)]
pub(super) struct WriterIdentity {
    pub(super) catalog: Catalog,
    /// As of the last commit.
    pub(super) head: CommitHead,
    pub(super) commits: CommitCounter,
    /// Run files of transactions of which it is not known whether they were committed.
    pub(super) doubtful: Vec<u64>,
    pub(super) _lock: WriterLock,
}

/// What a commit writes: the pending changes at one moment.
#[derive(Debug)]
struct CommitChanges {
    first: InsertNumber,
    inserts: Vec<PendingInsert>,
    /// How many of the removals that are pending.
    removals: usize,
    /// All dead documents of each chunk in which some were removed.
    chunks: Vec<(u32, RoaringBitmap)>,
    dead: RoaringBitmap,
    documents: u64,
    removals_ever: u64,
    newest: Option<Date>,
    /// Recent band keys over what there is room for.
    excess: usize,
}

/// Which slices a commit merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MergeScope {
    /// So many, in turn, that the recent band keys have room.
    Due,
    /// All.
    All,
}

impl DiskStorage {
    /// Makes all changes durable.
    pub(super) fn commit_with(&self, writer: &mut WriterIdentity) -> Result<()> {
        let changes = self.changes();
        if changes.inserts.is_empty() && changes.removals == 0 {
            return Ok(());
        }
        self.write_changes(writer, changes, MergeScope::Due, false)
    }

    /// Makes all changes durable, and leaves few band keys to be read when the index is opened again.
    pub(super) fn close_with(&self, writer: &mut WriterIdentity) -> Result<()> {
        let changes = self.changes();
        if writer.head.is_closed && changes.inserts.is_empty() && changes.removals == 0 {
            return Ok(());
        }
        let is_much = self.read().bands.recent.len() > FEW;
        self.write_changes(writer, changes, if is_much { MergeScope::All } else { MergeScope::Due }, true)?;
        writer.catalog.checkpoint()
    }

    /// What is pending now.
    fn changes(&self) -> CommitChanges {
        let state = self.read();
        let chunks: BTreeSet<u32> = state.pending.dead.iter().map(|doc| doc >> 16).collect();
        let chunk = |chunk: u32| {
            let mut docs = RoaringBitmap::new();
            docs.insert_range(chunk << 16..=chunk << 16 | 0xFFFF);
            (chunk, docs & &state.dead)
        };
        CommitChanges {
            first: state.pending.first,
            inserts: state.pending.inserts.iter().cloned().collect(),
            removals: state.pending.dead.len(),
            chunks: chunks.into_iter().map(chunk).collect(),
            dead: state.dead.clone(),
            documents: state.documents,
            removals_ever: state.removals,
            newest: state.newest,
            excess: state.bands.recent.len().saturating_sub(self.room.recent_bands()),
        }
    }

    fn write_changes(
        &self,
        writer: &mut WriterIdentity,
        changes: CommitChanges,
        slices: MergeScope,
        is_closed: bool,
    ) -> Result<()> {
        let next = changes.first + changes.inserts.len() as InsertNumber;
        let mut head = CommitHead {
            commit: writer.head.commit + 1,
            is_closed,
            next,
            documents: changes.documents,
            removals: changes.removals_ever,
            dead: changes.dead.len(),
            learned: writer.head.learned + changes.inserts.iter().filter(|insert| insert.is_learned).count() as u64,
            newest: changes.newest.map(Date::seconds),
            ..writer.head.clone()
        };
        let blocks = self.packed(&changes)?;
        for (entry, _) in &blocks {
            head.blocks += 1;
            head.directory = head.directory.wrapping_add(entry.digest());
        }
        let merged = self.merge_slices(&mut head, &changes, next, slices);
        let merged = merged.and_then(|merged| {
            if !merged.is_empty() {
                sync(&self.directory)?;
            }
            Ok(merged)
        });
        let merged = merged.inspect_err(|_| self.remove_files(writer.head.next_file, head.next_file))?;
        let written = writer.catalog.at_once(|| {
            for (entry, data) in &blocks {
                writer.catalog.put_block(entry, data)?;
            }
            if !changes.inserts.is_empty() {
                let hashes = changes.inserts.iter().flat_map(|insert| insert.hashes.iter().copied());
                writer.catalog.put_recent(changes.first, hashes)?;
            }
            for (chunk, dead) in &changes.chunks {
                writer.catalog.put_dead(*chunk, dead)?;
            }
            for (doc, insert) in (changes.first..).zip(&changes.inserts) {
                if let (true, StoredBody::Text { folded, .. }) = (insert.is_learned, &insert.record.body) {
                    writer.catalog.put_learned(doc, folded)?;
                }
            }
            if !merged.is_empty() {
                writer.catalog.drop_recent(head.merged())?;
            }
            writer.catalog.put_head(&head)
        });
        self.settle_files(writer, head.next_file, written)?;
        let before = std::mem::replace(&mut writer.head, head);
        {
            let mut state = self.write();
            state.commits = writer.head.commit;
            state.directory.extend(blocks.iter().map(|(entry, _)| (entry.first, entry.last)));
            let pending = &mut state.pending;
            for insert in pending.inserts.drain(..changes.inserts.len()) {
                pending.bytes -= insert.record.bytes() + size_of_val(&*insert.hashes);
            }
            pending.first = next;
            pending.dead.drain(..changes.removals);
            merged.into_iter().for_each(|merged| state.bands.install(merged));
        }
        self.finish(writer, &before)
    }

    /// What comes after a transaction: run files go that it no longer names, and its number is noted.
    pub(super) fn finish(&self, writer: &WriterIdentity, before: &CommitHead) -> Result<()> {
        self.remove_unnamed(&before.slices, &writer.head.slices);
        writer.commits.note(writer.head.commit)
    }

    /// The pending records in blocks.
    fn packed(&self, changes: &CommitChanges) -> Result<Vec<(BlockEntry, Vec<u8>)>> {
        let records = (changes.first..).zip(changes.inserts.iter().map(|insert| insert.record.clone()));
        pack(records).map_err(|source| Error::io("write", &self.directory, source))
    }

    /// Merges slices, and tells the head.
    fn merge_slices(
        &self,
        head: &mut CommitHead,
        changes: &CommitChanges,
        next: InsertNumber,
        slices: MergeScope,
    ) -> Result<Vec<MergedSlice>> {
        let (mut merged, mut excess) = (Vec::new(), changes.excess);
        while merged.len() < SLICES && (slices == MergeScope::All || excess > 0) {
            let plan = self.read().bands.plan(head.turn, next, false);
            excess = excess.saturating_sub(plan.recent().max(1));
            let slice = plan.write(&changes.dead, &self.directory, head.next_file)?;
            head.next_file += 1;
            head.slices[head.turn] = slice.info();
            head.turn = (head.turn + 1) % SLICES;
            merged.push(slice);
        }
        Ok(merged)
    }

    /// Removes the run files of a transaction that failed; but where the commit itself failed, it may yet turn out to have been
    /// written, so that they stay until another succeeds, or the index is opened again.
    pub(super) fn settle_files(&self, writer: &mut WriterIdentity, next_file: u64, written: Result<()>) -> Result<()> {
        match written {
            Ok(()) => writer.doubtful.drain(..).for_each(|file| self.remove_files(file, file)),
            Err(_) if writer.catalog.is_in_doubt() => {
                writer.doubtful.extend(writer.head.next_file..next_file);
                writer.head.next_file = next_file;
            }
            Err(_) => self.remove_files(writer.head.next_file, next_file),
        }
        written
    }

    /// Removes run files that no commit names. What stays is removed when the index is opened next.
    pub(super) fn remove_files(&self, first: u64, next: u64) {
        for file in first..=next {
            let _ = std::fs::remove_file(run::path_of(&self.directory, file));
        }
    }

    /// Removes run files that the last commit no longer names; readers that have them open go on reading.
    fn remove_unnamed(&self, before: &[SliceInfo], after: &[SliceInfo]) {
        for (before, after) in before.iter().zip(after).filter(|(before, after)| before != after) {
            for run in before.runs.iter().filter(|run| !after.runs.contains(run)) {
                let _ = std::fs::remove_file(run::path_of(&self.directory, run.file));
            }
        }
    }
}

/// Records in blocks, with what the directory says of each.
pub(super) fn pack(
    records: impl Iterator<Item = (InsertNumber, Arc<StoredText>)>,
) -> std::io::Result<Vec<(BlockEntry, Vec<u8>)>> {
    let (mut blocks, mut block, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (doc, record) in records {
        bytes += record.bytes();
        block.push((doc, record));
        if bytes >= BLOCK {
            blocks.extend(packed(&block)?);
            block.clear();
            bytes = 0;
        }
    }
    blocks.extend(packed(&block)?);
    Ok(blocks)
}

fn packed(records: &[(InsertNumber, Arc<StoredText>)]) -> std::io::Result<Option<(BlockEntry, Vec<u8>)>> {
    let (Some((first, _)), Some((last, _))) = (records.first(), records.last()) else { return Ok(None) };
    let seen = records.iter().map(|(_, record)| record.seen.seconds()).min();
    let moment = records.iter().map(|(_, record)| record.moment().seconds()).min();
    let entry = BlockEntry {
        first: *first,
        last: *last,
        oldest_seen: seen.unwrap_or_default(),
        oldest_moment: moment.unwrap_or_default(),
    };
    Ok(Some((entry, block::pack(records)?)))
}
