//! Compaction: blocks and runs are written again without the removed documents.

use roaring::RoaringBitmap;

use super::bands::MergedSlice;
use super::commit::pack;
use super::commit_head::{BlockEntry, CommitHead};
use super::directory::sync;
use super::disk_storage::DiskStorage;
use super::posting::SLICES;
use super::writer::WriterIdentity;
use crate::error::{Error, Result};
use crate::index::stats::CompactionStats;
use crate::index::storage::going_on;

/// An index without runs and with fewer recent postings is not worth 256 run files.
const FEW: usize = 1 << 16;

/// Number of blocks that one transaction replaces: it bounds memory, and how long readers wait.
const AT_ONCE: usize = 512;

impl DiskStorage {
    /// Compacts the index. The caller has the turn: nothing is inserted or removed meanwhile. After `goes_on` is false, it ends
    /// at the next place where the index is whole: between two transactions, or before the files of a transaction are named.
    pub(super) fn compact_with(
        &self,
        writer: &mut WriterIdentity,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<CompactionStats> {
        self.commit_with(writer)?;
        let bytes_before = self.disk_bytes()?;

        // Blocks before bands: documents leave the list of the dead with their last postings, when no block has them
        // either.
        self.compact_blocks(writer, goes_on)?;
        self.compact_bands(writer, goes_on)?;
        writer.catalog.shrink(goes_on)?;
        going_on(goes_on)?;

        let documents = self.read().documents;
        Ok(CompactionStats { documents, bytes_before, bytes_after: self.disk_bytes()? })
    }

    /// Replaces the blocks that contain removed documents. The documents stay on the list of the dead until the
    /// postings are free of them too.
    fn compact_blocks(&self, writer: &mut WriterIdentity, goes_on: &dyn Fn() -> bool) -> Result<()> {
        let dead = self.read().dead.clone();
        let entries = writer.catalog.directory(&writer.head)?;
        let touched: Vec<_> =
            entries.into_iter().filter(|entry| dead.range_cardinality(entry.first..=entry.last) > 0).collect();

        // Adjacent blocks are packed together, so that small remainders join.
        for entries in touched.chunk_by(|a, b| a.last + 1 == b.first).flat_map(|run| run.chunks(AT_ONCE)) {
            let replaced = self.replace_blocks(writer, entries, &dead, goes_on);
            // The blocks before these are replaced, and count as commits.
            replaced.or_else(|error| writer.commits.note(writer.head.commit).and(Err(error)))?;
        }
        writer.commits.note(writer.head.commit)
    }

    /// Replaces adjacent blocks by ones without the removed documents.
    fn replace_blocks(
        &self,
        writer: &mut WriterIdentity,
        entries: &[BlockEntry],
        dead: &RoaringBitmap,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<()> {
        let mut records = Vec::new();
        for entry in entries {
            going_on(goes_on)?;
            // Not from the cache, which may still contain a block as it was before the last compaction.
            let block = self.read_block(entry.first)?.ok_or_else(|| self.missing(entry.first))?;
            let live = block.iter().filter(|(doc, _)| !dead.contains(*doc));
            records.extend(live.map(|(doc, record)| (doc, record.clone())));
        }
        let blocks = pack(records.into_iter()).map_err(|source| Error::io("write", &self.directory, source))?;

        let mut head = CommitHead { commit: writer.head.commit + 1, ..writer.head.clone() };
        head.blocks = head.blocks - entries.len() as u64 + blocks.len() as u64;
        for entry in entries {
            head.directory = head.directory.wrapping_sub(entry.digest());
        }
        for (entry, _) in &blocks {
            head.directory = head.directory.wrapping_add(entry.digest());
        }
        // Readers in other processes then discard everything that they hold.
        head.compactions += 1;

        // The state is locked during the transaction: readers in this process must not see the directory in memory
        // without the blocks on disk, or the reverse.
        let mut state = self.write();
        writer.catalog.at_once(|| {
            entries.iter().try_for_each(|entry| writer.catalog.drop_block(entry.first))?;
            blocks.iter().try_for_each(|(entry, data)| writer.catalog.put_block(entry, data))?;
            writer.catalog.put_head(&head)
        })?;

        writer.head = head;
        state.compactions = writer.head.compactions;
        let (first, last) = (entries[0].first, entries[entries.len() - 1].last);
        state.directory.retain(|(start, _)| *start < first || *start > last);
        let at = state.directory.partition_point(|(start, _)| *start < first);
        state.directory.splice(at..at, blocks.iter().map(|(entry, _)| (entry.first, entry.last)));
        drop(state);

        // A reader may see an old block in the cache until here; its removed documents are still on the list of the
        // dead.
        entries.iter().for_each(|entry| drop(self.blocks.remove(&entry.first)));
        Ok(())
    }

    /// Writes every slice as one run without removed documents, and clears the list of the dead, except for documents
    /// whose postings are recent. The steps are those of the commit protocol.
    fn compact_bands(&self, writer: &mut WriterIdentity, goes_on: &dyn Fn() -> bool) -> Result<()> {
        let dead = self.read().dead.clone();
        let mut head = writer.head.clone();

        // 1. New files, synced with their names, before the transaction that names them.
        let merged = self
            .write_whole_slices(&mut head, &dead, goes_on)
            .inspect_err(|_| self.remove_files(writer.head.next_file, head.next_file))?;
        head.commit += 1;
        head.compactions += 1;
        let mut left = dead.clone();
        left.remove_range(..head.merged());
        head.dead = left.len();
        head.copies = Some(writer.catalog.copy_totals(&(&dead - &left))?);

        // 2. The transaction.
        let written = writer.catalog.at_once(|| {
            writer.catalog.drop_dead()?;
            writer.catalog.drop_copies(&(&dead - &left))?;
            writer.catalog.put_all_dead(&left)?;
            writer.catalog.drop_recent(head.merged())?;
            writer.catalog.put_head(&head)
        });
        self.settle_files(writer, head.next_file, written)?;

        // 3. The memory of this process.
        let before = std::mem::replace(&mut writer.head, head);
        {
            let mut state = self.write();
            state.commits = writer.head.commit;
            state.compactions = writer.head.compactions;
            state.dead = left;
            merged.into_iter().for_each(|merged| state.bands.install(merged));
        }

        // 4. Old files are removed after the transaction that no longer names them.
        self.finish(writer, &before)
    }

    /// Writes each slice that is not one clean run already into a new run file, and names the files in the head. After
    /// an error `head.next_file` tells which files may exist.
    fn write_whole_slices(
        &self,
        head: &mut CommitHead,
        dead: &RoaringBitmap,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Vec<MergedSlice>> {
        let is_small = {
            let bands = &self.read().bands;
            bands.recent.len() < FEW && (0..SLICES).all(|slice| bands.runs(slice) == 0)
        };

        let mut merged = Vec::new();
        for slice in (0..SLICES).filter(|_| !is_small) {
            going_on(goes_on)?;
            let (is_tidy, plan) = {
                let bands = &self.read().bands;
                (bands.runs(slice) <= 1 && dead.is_empty(), bands.plan(slice, head.next, true))
            };
            if is_tidy && plan.recent() == 0 {
                continue;
            }

            let written = plan.write(dead, &self.directory, head.next_file);
            head.next_file += 1;
            let slice = written?;
            head.slices[slice.slice] = slice.info();
            merged.push(slice);
        }

        sync(&self.directory)?;
        Ok(merged)
    }
}
