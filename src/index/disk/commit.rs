//! The commit protocol: how changes reach the disk.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::bands::MergedSlice;
use super::catalog::Catalog;
use super::commit_head::{BlockEntry, CommitHead, SliceInfo};
use super::directory::sync;
use super::disk_storage::DiskStorage;
use super::posting::SLICES;
use super::run_file;
use super::state::PendingInsert;
use super::stored_block::{self, BLOCK};
use super::writer::WriterIdentity;
use crate::document::Date;
use crate::error::{Error, Result};
use crate::index::copy_counts::CopyCounts;
use crate::index::language_votes::LanguageVotes;
use crate::index::stored_text::{InsertNumber, StoredBody, StoredText};
use crate::parallel;

/// Number of recent postings that opening reads so fast that closing need not merge them.
const FEW: usize = 1 << 20;

/// Number of blocks for which a thread is worth its start.
const FOR_A_THREAD: usize = 4;

/// A block on its way to the catalog: its row of the directory, and its bytes.
type PackedBlock = (BlockEntry, Vec<u8>);

/// The pending changes at one moment: what a commit writes.
#[derive(Debug)]
struct CommitChanges {
    first: InsertNumber,
    inserts: Vec<PendingInsert>,
    /// Number of the pending removals.
    removals: usize,
    /// For each chunk of 65,536 documents with a pending removal: all its dead documents.
    chunks: Vec<(u32, RoaringBitmap)>,
    dead: RoaringBitmap,
    documents: u64,
    removals_ever: u64,
    newest: Option<Date>,
    languages: LanguageVotes,
    copies: CopyCounts,
    /// Number of recent postings above the budget.
    excess: usize,
}

impl CommitChanges {
    /// Whether the commit `head` has all of them.
    fn are_in(&self, head: &CommitHead) -> bool {
        self.inserts.is_empty() && self.removals == 0 && self.copies.is_empty() && self.languages == head.languages
    }

    /// The number of the insert after these.
    fn next(&self) -> InsertNumber {
        self.first + self.inserts.len() as InsertNumber
    }

    fn learned(&self) -> u64 {
        self.inserts.iter().filter(|insert| insert.is_learned).count() as u64
    }

    fn tellings(&self) -> u64 {
        self.inserts.iter().filter(|insert| insert.telling.is_some()).count() as u64
    }
}

/// Which slices a commit merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MergeScope {
    /// In turn, until the recent postings fit the budget.
    Due,
    /// All slices.
    All,
}

impl DiskStorage {
    /// Makes all changes durable.
    pub(super) fn commit_with(&self, writer: &mut WriterIdentity) -> Result<()> {
        let changes = self.changes();
        if changes.are_in(&writer.head) {
            return Ok(());
        }

        self.write_changes(writer, changes, MergeScope::Due, false)
    }

    /// Makes all changes durable, and leaves few recent postings for the next opening to read.
    pub(super) fn close_with(&self, writer: &mut WriterIdentity) -> Result<()> {
        let changes = self.changes();
        if writer.head.is_closed && changes.are_in(&writer.head) {
            return Ok(());
        }

        let is_much = self.read().bands.recent.len() > FEW;
        self.write_changes(writer, changes, if is_much { MergeScope::All } else { MergeScope::Due }, true)?;
        writer.catalog.checkpoint()
    }

    /// The pending changes now. Later changes are left to the next commit.
    fn changes(&self) -> CommitChanges {
        let state = self.read();
        let chunks: BTreeSet<u32> = state.pending.dead.iter().map(|doc| doc >> 16).collect();
        let dead_of = |chunk: u32| {
            let mut docs = RoaringBitmap::new();
            docs.insert_range(chunk << 16..=chunk << 16 | 0xFFFF);
            (chunk, docs & &state.dead)
        };

        CommitChanges {
            first: state.pending.first,
            inserts: state.pending.inserts.iter().cloned().collect(),
            removals: state.pending.dead.len(),
            chunks: chunks.into_iter().map(dead_of).collect(),
            dead: state.dead.clone(),
            documents: state.documents,
            removals_ever: state.removals,
            newest: state.newest,
            languages: state.votes.clone(),
            copies: state.pending.copies.clone(),
            excess: state.bands.recent.len().saturating_sub(self.budget.recent_bands()),
        }
    }

    /// Writes changes: the commit protocol.
    ///
    /// The order of the steps is the contract. The catalog must name complete, durable files at every moment, because a
    /// crash may come at any moment: so new files are durable before the transaction that names them (2 before 3), and
    /// old files are removed after the one that no longer names them (6 after 3). Changes leave memory only once they
    /// are durable (5 after 3), so a failed commit loses nothing and the next one tries again.
    ///
    /// A crash before the end of 3 leaves the commit before and new files; a crash after it leaves the new commit and
    /// old files, and perhaps the number of the commit before. The next opening removes the files that no head names.
    fn write_changes(
        &self,
        writer: &mut WriterIdentity,
        changes: CommitChanges,
        scope: MergeScope,
        is_closed: bool,
    ) -> Result<()> {
        // 1. Prepare the blocks and the next head in memory. Inserts and answers go on: no lock on the state is held.
        let blocks = self.packed(&changes)?;
        let mut head = next_head(&writer.head, &changes, &blocks, is_closed);
        let copies = writer.catalog.with_added(&changes.copies, &mut head.copies)?;

        // 2. Write the merged runs to new files, and sync the files and the directory. After an error no head names the
        //    files, so they are removed.
        let merged = self
            .write_runs(&mut head, &changes, scope)
            .inspect_err(|_| self.remove_files(writer.head.next_file, head.next_file))?;

        // 3. Write everything else in one transaction. The commit point: durable when it returns.
        //    Nothing that was written before it counts without it.
        let has_merged = !merged.is_empty();
        let catalog = &writer.catalog;
        let written = catalog.at_once(|| put_changes(catalog, &head, &changes, &blocks, &copies, has_merged));

        // 4. After a failure, remove the new run files; keep them if the transaction may have been committed
        //    nevertheless.
        self.settle_files(writer, head.next_file, written)?;

        // 5. Move the changes from the pending ones to the committed ones, for all threads at once.
        let before = std::mem::replace(&mut writer.head, head);
        self.install(&writer.head, &changes, &blocks, merged);

        // 6. Remove the run files that the head no longer names, and note the number of the commit. The number comes
        //    after the transaction: noted before it, a crash in between would look like a lost commit.
        self.finish(writer, &before)
    }

    /// The last step after any transaction: removes run files that its head no longer names, and notes its number.
    pub(super) fn finish(&self, writer: &WriterIdentity, before: &CommitHead) -> Result<()> {
        self.remove_unnamed(&before.slices, &writer.head.slices);
        writer.commits.note(writer.head.commit)
    }

    /// The pending records in blocks.
    fn packed(&self, changes: &CommitChanges) -> Result<Vec<PackedBlock>> {
        let records = (changes.first..).zip(&changes.inserts);
        let records = records.filter_map(|(doc, insert)| Some((doc, insert.record.clone()?)));
        pack(records).map_err(|source| Error::io("write", &self.directory, source))
    }

    /// Merges slices into new run files, makes them durable, and names them in the head. After an error
    /// `head.next_file` tells which files may exist.
    fn write_runs(
        &self,
        head: &mut CommitHead,
        changes: &CommitChanges,
        scope: MergeScope,
    ) -> Result<Vec<MergedSlice>> {
        let (mut merged, mut excess) = (Vec::new(), changes.excess);
        while merged.len() < SLICES && (scope == MergeScope::All || excess > 0) {
            let plan = self.read().bands.plan(head.turn, changes.next(), false);

            // An empty slice counts too, so that the loop moves on.
            excess = excess.saturating_sub(plan.recent().max(1));
            let slice = plan.write(&changes.dead, &self.directory, head.next_file)?;
            head.next_file += 1;
            head.slices[head.turn] = slice.info();
            head.turn = (head.turn + 1) % SLICES;
            merged.push(slice);
        }

        // The files are synced; their names are durable only with the directory.
        if !merged.is_empty() {
            sync(&self.directory)?;
        }
        Ok(merged)
    }

    /// Moves written changes from the pending ones to the committed ones.
    fn install(&self, head: &CommitHead, changes: &CommitChanges, blocks: &[PackedBlock], merged: Vec<MergedSlice>) {
        let mut state = self.write();
        state.commits = head.commit;
        state.directory.extend(blocks.iter().map(|(entry, _)| (entry.first, entry.last)));

        // Changes that came during the commit stay pending, behind the ones that were written.
        let pending = &mut state.pending;
        debug_assert_eq!(pending.first, changes.first, "only commits take pending inserts");
        for insert in pending.inserts.drain(..changes.inserts.len()) {
            pending.bytes -= insert.bytes();
        }
        pending.first = changes.next();
        pending.dead.drain(..changes.removals);
        pending.copies.subtract(&changes.copies);

        merged.into_iter().for_each(|merged| state.bands.install(merged));
    }

    /// Deals with the new run files of a transaction that may have failed. If the commit itself failed, it may turn out
    /// to have been written, so the files stay until another commit succeeds or the index is opened again.
    pub(super) fn settle_files(&self, writer: &mut WriterIdentity, next_file: u64, written: Result<()>) -> Result<()> {
        match written {
            Ok(()) => writer.doubtful.drain(..).for_each(|file| self.remove_files(file, file)),
            Err(_) if writer.catalog.is_in_doubt() => {
                // Their numbers are not used again: the head on disk may name them.
                writer.doubtful.extend(writer.head.next_file..next_file);
                writer.head.next_file = next_file;
            }
            Err(_) => self.remove_files(writer.head.next_file, next_file),
        }
        written
    }

    /// Removes the run files numbered `first` to `last` that exist. One that cannot be removed is removed when the
    /// index is opened next.
    pub(super) fn remove_files(&self, first: u64, last: u64) {
        for file in first..=last {
            let _ = std::fs::remove_file(run_file::path_of(&self.directory, file));
        }
    }

    /// Removes run files that a head no longer names. Readers that have them open go on reading.
    fn remove_unnamed(&self, before: &[SliceInfo], after: &[SliceInfo]) {
        for (before, after) in before.iter().zip(after).filter(|(before, after)| before != after) {
            for run in before.runs.iter().filter(|run| !after.runs.contains(run)) {
                let _ = std::fs::remove_file(run_file::path_of(&self.directory, run.file));
            }
        }
    }
}

/// The head after a commit of these changes and blocks, without its merges.
fn next_head(before: &CommitHead, changes: &CommitChanges, blocks: &[PackedBlock], is_closed: bool) -> CommitHead {
    let mut head = CommitHead {
        commit: before.commit + 1,
        is_closed,
        next: changes.next(),
        documents: changes.documents,
        removals: changes.removals_ever,
        dead: changes.dead.len(),
        learned: before.learned + changes.learned(),
        tellings: before.tellings + changes.tellings(),
        newest: changes.newest.map(Date::seconds),
        languages: changes.languages.clone(),
        ..before.clone()
    };

    for (entry, _) in blocks {
        head.blocks += 1;
        head.directory = head.directory.wrapping_add(entry.digest());
    }
    head
}

/// Writes changes and the head to the catalog, inside a transaction.
fn put_changes(
    catalog: &Catalog,
    head: &CommitHead,
    changes: &CommitChanges,
    blocks: &[PackedBlock],
    copies: &CopyCounts,
    has_merged: bool,
) -> Result<()> {
    for (entry, data) in blocks {
        catalog.put_block(entry, data)?;
    }

    if !changes.inserts.is_empty() {
        catalog.put_recent(changes.first, changes.inserts.iter().map(|insert| &*insert.hashes))?;
    }

    for (chunk, dead) in &changes.chunks {
        catalog.put_dead(*chunk, dead)?;
    }

    for (doc, insert) in (changes.first..).zip(&changes.inserts) {
        let body = insert.record.as_ref().filter(|_| insert.is_learned).map(|record| &record.body);
        if let Some(StoredBody::Text { folded, .. }) = body {
            catalog.put_learned(doc, folded)?;
        }
        if let Some(row) = &insert.telling {
            catalog.put_telling(doc, row)?;
        }
    }

    copies.iter().try_for_each(|(doc, count)| catalog.put_copies(doc, count))?;
    if has_merged {
        catalog.drop_recent(head.merged())?;
    }
    catalog.put_head(head)
}

/// Packs records into blocks of about [`BLOCK`] bytes, on all cores.
pub(super) fn pack(
    records: impl Iterator<Item = (InsertNumber, Arc<StoredText>)>,
) -> std::io::Result<Vec<PackedBlock>> {
    let (mut blocks, mut block, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (doc, record) in records {
        bytes += record.bytes();
        block.push((doc, record));
        if bytes >= BLOCK {
            blocks.push(std::mem::take(&mut block));
            bytes = 0;
        }
    }
    blocks.push(block);

    // Threads of its own, not those of a pool: a thread of a pool that waits does other work of the pool meanwhile, and if
    // that work inserts into this index, it waits for the commit that waits for it.
    let threads = parallel::threads().min(blocks.len().div_ceil(FOR_A_THREAD));
    let mut all = Vec::with_capacity(blocks.len());
    let collect = |block: std::io::Result<Option<PackedBlock>>| {
        all.extend(block?);
        Ok::<_, std::io::Error>(())
    };
    parallel::in_order(
        threads,
        blocks.into_iter(),
        |blocks| Ok(blocks.next()),
        || (),
        |(), block| packed(&block),
        collect,
    )?;
    Ok(all)
}

/// One block and its row of the directory; `None` without records.
fn packed(records: &[(InsertNumber, Arc<StoredText>)]) -> std::io::Result<Option<PackedBlock>> {
    let (Some((first, _)), Some((last, _))) = (records.first(), records.last()) else { return Ok(None) };

    let earliest = |time: fn(&StoredText) -> Date| {
        records.iter().map(|(_, record)| time(record).seconds()).fold(i64::MAX, i64::min)
    };
    let entry = BlockEntry {
        first: *first,
        last: *last,
        oldest_seen: earliest(|record| record.seen),
        oldest_moment: earliest(StoredText::moment),
    };
    Ok(Some((entry, stored_block::pack(records)?)))
}

#[cfg(all(test, feature = "parallel"))]
mod tests {
    use rayon::prelude::*;

    use crate::index::{Index, Verdict};

    /// Each commit has blocks for several threads, and every thread of the pool inserts.
    #[test]
    fn the_threads_of_a_pool_insert_while_one_of_them_commits() {
        let home = tempfile::tempdir().unwrap();
        let index = Index::builder().commit_every(8).open(home.path()).unwrap();
        let text = |number: u32| (0..6000).map(|word| format!("{} ", number * 6000 + word)).collect::<String>();

        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let insert = |number: u32| index.check_and_insert(&number.to_string(), &*text(number)).unwrap();
        let verdicts: Vec<Verdict> = pool.install(|| (0..200_u32).into_par_iter().map(insert).collect());
        assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::New { .. })));
        index.close().unwrap();
        assert_eq!(Index::open(home.path()).unwrap().len(), 200);
    }
}
