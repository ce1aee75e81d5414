//! Opening an index in a directory, to write or to read.

use std::path::Path;

use roaring::RoaringBitmap;

use super::bands::OpenRuns;
use super::budget::DiskBudget;
use super::catalog::{self, Catalog, CatalogAccess};
use super::catch_up::attempts;
use super::commit_head::CommitHead;
use super::damage::damaged;
use super::directory::{CommitCounter, WriterLock, is_current, is_index, make, read_settings, write_settings};
use super::disk_storage::{DiskStorage, width};
use super::recovery::RecoveryReport;
use super::run_file;
use super::state::DiskState;
use super::writer::WriterIdentity;
use crate::error::{Error, Result};
use crate::index::builder::IndexBuilder;
use crate::index::settings::Settings;
use crate::index::text_index::Index;

impl Index {
    /// Opens the index in a directory, to read and to write, with the settings that it was made with. Without an index,
    /// one with the default settings is made.
    ///
    /// # Errors
    ///
    /// Another process writes it ([`ErrorKind::Index`](crate::ErrorKind::Index)); its files are damaged
    /// ([`ErrorKind::Damaged`](crate::ErrorKind::Damaged)) or cannot be read.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self> {
        Self::builder().open(directory)
    }
}

impl IndexBuilder {
    /// Bytes of memory that an index on disk may use for recent band keys, filters, pending inserts and blocks of
    /// records. Default: a thirty-second of the memory of the machine (or of the control group of this process), from 256 MB
    /// to 1 GB. At least 4 MiB. `docs/INDEX.md` lists what is not included.
    #[must_use]
    pub fn cache_size(mut self, bytes: usize) -> Self {
        self.budget.cache_size = bytes;
        self
    }

    /// Number of pending changes at which an index on disk commits before the next change. Default 1,000, at least 1.
    #[must_use]
    pub fn commit_every(mut self, changes: usize) -> Self {
        self.budget.commit_every = changes;
        self
    }

    /// Opens the index in a directory, to read and to write, with the settings that it was made with. Without an index,
    /// one is made.
    ///
    /// # Errors
    ///
    /// Another process writes it, a given setting differs from the one that it was made with, or the directory contains
    /// something else ([`ErrorKind::Index`](crate::ErrorKind::Index)); its files are damaged
    /// ([`ErrorKind::Damaged`](crate::ErrorKind::Damaged)) or cannot be read or written.
    pub fn open(self, directory: impl AsRef<Path>) -> Result<Index> {
        let directory = directory.as_ref();
        if !is_index(directory) {
            // Wrong settings leave no directory behind.
            self.settings()?;
            make(directory)?;
        }
        self.open_to_write(directory)
    }

    /// [`open`](Self::open), but makes no index.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and if there is no index.
    pub fn open_existing(self, directory: impl AsRef<Path>) -> Result<Index> {
        read_settings(directory.as_ref(), &self)?;
        self.open_to_write(directory.as_ref())
    }

    fn open_to_write(self, directory: &Path) -> Result<Index> {
        let budget = self.budget.checked()?;

        // The lock comes first: everything after it is read or written by one process alone.
        let lock = WriterLock::take(directory)?;
        let settings = match is_index(directory) {
            true => read_settings(directory, &self)?,
            false => self.with_secret_seed().settings()?,
        };
        let (disk, recovery) = DiskStorage::open_to_write(directory, &settings, budget, lock)?;

        // The settings come last: with them the directory becomes an index, and its catalog is complete. An older index becomes
        // one of this format before the first file of this format is written.
        if !is_index(directory) || !is_current(directory)? {
            write_settings(directory, &settings)?;
        }

        let mut index = Index::new(settings, Box::new(disk))?;
        index.recovery = recovery;
        Ok(index)
    }

    /// Opens the index in a directory to read it, in any number of processes and while another one writes it. Each
    /// answer includes every commit that ended before the question.
    ///
    /// # Errors
    ///
    /// As [`open_existing`](Self::open_existing), except that another process may write it.
    pub fn open_read_only(self, directory: impl AsRef<Path>) -> Result<Index> {
        let directory = directory.as_ref();
        let settings = read_settings(directory, &self)?;
        let disk = DiskStorage::open_to_read(directory, &settings, self.budget.checked()?)?;
        Index::new(settings, Box::new(disk))
    }
}

impl DiskStorage {
    fn open_to_write(
        directory: &Path,
        settings: &Settings,
        budget: DiskBudget,
        lock: WriterLock,
    ) -> Result<(Self, Option<RecoveryReport>)> {
        let is_new = !is_index(directory);
        let catalog = Catalog::open(directory, CatalogAccess::Write)?;
        let head = match catalog.head()? {
            Some(head) => head,
            None if is_new => CommitHead::empty(),
            None => return Err(empty_catalog(directory)),
        };
        if is_new && head.next > 0 {
            return Err(damaged(directory, "it holds documents, and its index.json is missing".to_owned()));
        }

        // Everything that the head names is read before anything is removed: damage must not grow.
        let state = DiskState::load(directory, &catalog, &head, width(settings), budget, &mut OpenRuns::new())?;
        let leftover_files = remove_leftovers(directory, &head)?;
        let recovery = if is_new { None } else { recovered(directory, &head, leftover_files) };

        // From here on the index counts as not closed, until it is closed again.
        let keyed_from = head.keyed_from.or(Some(head.next));
        // An older version may have written since copies were counted.
        let copies = head.copies.map_or_else(|| catalog.copy_totals(&RoaringBitmap::new()), Ok)?;
        let head = CommitHead { is_closed: false, commit: head.commit + 1, keyed_from, copies: Some(copies), ..head };
        catalog.at_once(|| catalog.put_head(&head))?;
        let commits = CommitCounter::open(directory)?;
        commits.note(head.commit)?;

        let writer = WriterIdentity { catalog, head, commits, doubtful: Vec::new(), _lock: lock };
        Ok((Self::new(directory, settings, budget, state, Some(writer), None), recovery))
    }

    fn open_to_read(directory: &Path, settings: &Settings, budget: DiskBudget) -> Result<Self> {
        let catalog = Catalog::open(directory, CatalogAccess::Read)?;
        let mut opened = OpenRuns::new();

        let (state, version) = attempts(|| {
            // The version is read first: a commit in between is then seen as new.
            let version = catalog.data_version()?;
            let state = catalog.moment(|| match catalog.head()? {
                Some(head) => DiskState::load(directory, &catalog, &head, width(settings), budget, &mut opened),
                None => Err(empty_catalog(directory)),
            })?;
            Ok((state, version))
        })?;

        Ok(Self::new(directory, settings, budget, state, None, Some((catalog, version))))
    }
}

/// The error for a catalog without a head in a directory that is an index.
fn empty_catalog(directory: &Path) -> Error {
    damaged(&directory.join(catalog::FILE), "it is empty".to_owned())
}

/// The report on an index that was not closed properly; `None` if it was.
fn recovered(directory: &Path, head: &CommitHead, leftover_files: u64) -> Option<RecoveryReport> {
    // Before the first commit there is nothing to lose, and the counter may not exist.
    let lost_commits = match head.commit {
        0 => Some(0),
        commit => CommitCounter::last(directory).map(|last| last.saturating_sub(commit)),
    };
    let is_clean = head.is_closed && leftover_files == 0 && lost_commits == Some(0);

    (!is_clean).then_some(RecoveryReport {
        was_closed: head.is_closed,
        commit: head.commit,
        documents: head.documents,
        leftover_files,
        lost_commits,
    })
}

/// Removes the run files that the head does not name. Returns how many.
pub(super) fn remove_leftovers(directory: &Path, head: &CommitHead) -> Result<u64> {
    let failed = |source| Error::io("read", directory, source);
    let is_named = |path: &Path| {
        let mut runs = head.slices.iter().flat_map(|slice| &slice.runs);
        runs.any(|info| run_file::path_of(directory, info.file) == path)
    };

    let mut removed = 0;
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "run") && !is_named(&path) {
            std::fs::remove_file(&path).map_err(|source| Error::io("remove", &path, source))?;
            removed += 1;
        }
    }
    Ok(removed)
}
