//! How an index shrinks: blocks and runs are written again without the removed documents.

use super::commit::{WriterIdentity, pack};
use super::directory::sync;
use super::posting::SLICES;
use super::{CompactionStats, DiskStorage};
use crate::error::{Error, Result};

/// An index without runs and with so few band keys is not worth 256 files.
const FEW: usize = 1 << 16;

/// Blocks that one transaction writes again.
const AT_ONCE: usize = 512;

impl DiskStorage {
    /// Whoever calls this has the turn: nothing is inserted or removed meanwhile.
    pub(super) fn compact_with(&self, writer: &mut WriterIdentity) -> Result<CompactionStats> {
        self.commit_with(writer)?;
        let bytes_before = self.disk_bytes()?;
        self.compact_blocks(writer)?;
        self.compact_bands(writer)?;
        writer.catalog.shrink()?;
        let documents = self.read().documents;
        Ok(CompactionStats { documents, bytes_before, bytes_after: self.disk_bytes()? })
    }

    /// Writes blocks with removed documents again. Those stay on the list of the dead until the bands are free of them too.
    fn compact_blocks(&self, writer: &mut WriterIdentity) -> Result<()> {
        let dead = self.read().dead.clone();
        let entries = writer.catalog.directory(&writer.head)?;
        let touched: Vec<_> =
            entries.into_iter().filter(|entry| dead.range_cardinality(entry.first..=entry.last) > 0).collect();
        for entries in touched.chunk_by(|a, b| a.last + 1 == b.first).flat_map(|run| run.chunks(AT_ONCE)) {
            let mut records = Vec::new();
            for entry in entries {
                // Not from the cache, which may still hold a block as it was before the last compaction.
                let block = self.read_block(entry.first)?.ok_or_else(|| self.missing(entry.first))?;
                records.extend(
                    block.iter().filter(|(doc, _)| !dead.contains(*doc)).map(|(doc, record)| (doc, record.clone())),
                );
            }
            let blocks = pack(records.into_iter()).map_err(|source| Error::io("write", &self.directory, source))?;
            let mut head = writer.head.clone();
            head.commit += 1;
            head.blocks = head.blocks - entries.len() as u64 + blocks.len() as u64;
            for entry in entries {
                head.directory = head.directory.wrapping_sub(entry.digest());
            }
            for (entry, _) in &blocks {
                head.directory = head.directory.wrapping_add(entry.digest());
            }
            // Readers here must not see the one without the other; those elsewhere see that all they hold is of no use.
            head.compactions += 1;
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
            entries.iter().for_each(|entry| drop(self.blocks.remove(&entry.first)));
        }
        writer.commits.note(writer.head.commit)
    }

    /// Writes every slice as one run without removed documents, and forgets that they were ever there; but for those whose band
    /// keys are recent.
    fn compact_bands(&self, writer: &mut WriterIdentity) -> Result<()> {
        let (dead, is_small) = {
            let state = self.read();
            let is_small = state.bands.recent.len() < FEW && (0..SLICES).all(|slice| state.bands.runs(slice) == 0);
            (state.dead.clone(), is_small)
        };
        let mut head = writer.head.clone();
        let mut merged = Vec::new();
        for slice in (0..SLICES).filter(|_| !is_small) {
            let plan = {
                let bands = &self.read().bands;
                let is_tidy = bands.runs(slice) <= 1 && dead.is_empty();
                let plan = bands.plan(slice, head.next, true);
                if is_tidy && plan.recent() == 0 {
                    continue;
                }
                plan
            };
            let written = plan.write(&dead, &self.directory, head.next_file);
            head.next_file += 1;
            let slice = written.inspect_err(|_| self.remove_files(writer.head.next_file, head.next_file))?;
            head.slices[slice.slice] = slice.info();
            merged.push(slice);
        }
        sync(&self.directory).inspect_err(|_| self.remove_files(writer.head.next_file, head.next_file))?;
        head.commit += 1;
        head.compactions += 1;
        let mut left = dead;
        left.remove_range(..head.merged());
        head.dead = left.len();
        let written = writer.catalog.at_once(|| {
            writer.catalog.drop_dead()?;
            writer.catalog.put_all_dead(&left)?;
            writer.catalog.drop_recent(head.merged())?;
            writer.catalog.put_head(&head)
        });
        self.settle_files(writer, head.next_file, written)?;
        let before = std::mem::replace(&mut writer.head, head);
        {
            let mut state = self.write();
            state.commits = writer.head.commit;
            state.compactions = writer.head.compactions;
            state.dead = left;
            merged.into_iter().for_each(|merged| state.bands.install(merged));
        }
        self.finish(writer, &before)
    }
}
