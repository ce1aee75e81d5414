//! How an index that is only read follows the process that writes it.

use std::io::ErrorKind as IoKind;
use std::sync::PoisonError;

use roaring::RoaringBitmap;

use super::bands::{MergedSlice, OpenRuns};
use super::catalog::{self, Catalog};
use super::commit_head::{BlockEntry, CommitHead};
use super::damage::damaged;
use super::disk_storage::DiskStorage;
use super::state::DiskState;
use crate::error::{Error, ErrorKind, Result};
use crate::index::stored_text::InsertNumber;

/// Number of times that a reader tries to open run files, which the writer may be replacing.
const ATTEMPTS: usize = 20;

/// Everything that commits added since a reader last looked.
struct NewCommits {
    recent: Vec<(InsertNumber, Vec<u64>)>,
    entries: Vec<BlockEntry>,
    /// `None` if nothing was removed.
    dead: Option<RoaringBitmap>,
    learned: Vec<Box<[u8]>>,
    /// The slices that were merged.
    slices: Vec<MergedSlice>,
}

impl DiskStorage {
    /// Takes over the commits since the last look, if the index is only read.
    pub(super) fn look_again(&self) -> Result<()> {
        let Some(watch) = &self.watch else { return Ok(()) };
        let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
        let (catalog, known) = &mut *watch;

        // The usual case: nothing has changed.
        let version = catalog.data_version()?;
        if version == *known {
            return Ok(());
        }

        let mut opened = self.read().bands.opened();
        attempts(|| {
            catalog.moment(|| match catalog.head()? {
                Some(head) => self.catch_up(catalog, &head, &mut opened),
                None => Err(damaged(&self.directory.join(catalog::FILE), "it is empty".to_owned())),
            })
        })?;

        // Only after success: a failed look is repeated by the next operation.
        *known = version;
        Ok(())
    }

    fn catch_up(&self, catalog: &Catalog, head: &CommitHead, opened: &mut OpenRuns) -> Result<()> {
        let compactions = self.read().compactions;
        if compactions != head.compactions {
            return self.reload(catalog, head, opened);
        }

        // Everything is read before the state changes, so that an error leaves the state of one commit.
        let new = self.new_commits(catalog, head, opened)?;
        let mut state = self.write();
        new.recent.iter().for_each(|(doc, hashes)| state.bands.insert(*doc, hashes));
        new.slices.into_iter().for_each(|slice| state.bands.install(slice));
        state.directory.extend(new.entries.iter().map(|entry| (entry.first, entry.last)));
        if let Some(dead) = new.dead {
            state.dead = dead;
        }
        state.learned_count += new.learned.len() as u64;
        state.learned.extend(new.learned);
        state.follow(head);
        Ok(())
    }

    /// Reads the whole state anew: a compaction has replaced blocks or runs.
    fn reload(&self, catalog: &Catalog, head: &CommitHead, opened: &mut OpenRuns) -> Result<()> {
        let learned = self.read().learned_count;
        let mut state = DiskState::load(&self.directory, catalog, head, self.width, self.budget, opened)?;
        let known = state.learned.len().min(learned as usize);
        state.learned.drain(..known);
        self.blocks.clear();

        // Learned texts that were read before and not yet handed on come first.
        let mut before = self.write();
        before.learned.append(&mut state.learned);
        state.learned = std::mem::take(&mut before.learned);
        *before = state;
        Ok(())
    }

    /// Reads what the commits since the last look have added.
    fn new_commits(&self, catalog: &Catalog, head: &CommitHead, opened: &mut OpenRuns) -> Result<NewCommits> {
        let (next, learned, removals, (blocks, digests)) = {
            let state = self.read();
            (state.next, state.learned_count, state.removals, state.told_blocks)
        };

        // Hashes that all slices have in runs by now are found there.
        let recent = catalog.recent(next.max(head.merged()), head.next, self.width)?;

        // The directory of blocks only grows between compactions, so its count and sum can be continued.
        let entries = catalog.directory_from(next)?;
        let digests = entries.iter().fold(digests, |sum, entry| sum.wrapping_add(entry.digest()));
        if (blocks + entries.len() as u64, digests) != (head.blocks, head.directory) {
            let what = "its directory of blocks is not the one that was written".to_owned();
            return Err(damaged(&self.directory.join(catalog::FILE), what));
        }

        let dead = if removals == head.removals { None } else { Some(catalog.dead(head)?) };
        let learned = catalog.learned(learned, head)?;
        let slices = self.reopened(head, opened)?;
        Ok(NewCommits { recent, entries, dead, learned, slices })
    }

    /// The slices that differ from the ones in memory.
    fn reopened(&self, head: &CommitHead, opened: &mut OpenRuns) -> Result<Vec<MergedSlice>> {
        let mut reopened = Vec::new();
        for (slice, info) in head.slices.iter().enumerate() {
            let bands = &self.read().bands;
            if bands.differs(slice, info) {
                reopened.push(bands.reopen(slice, info, &self.directory, opened)?);
            }
        }
        Ok(reopened)
    }
}

/// Repeats an attempt that found a file missing. The writer may remove a run file after the catalog that named it was
/// read; the catalog then names other files.
pub(super) fn attempts<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let is_gone =
        |error: &Error| matches!(error.kind(), ErrorKind::Io { source, .. } if source.kind() == IoKind::NotFound);

    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(error) if is_gone(&error) => {}
            done => return done,
        }
    }
    attempt()
}
