//! How an index is opened, to be written or to be read.

use std::fmt;
use std::io::ErrorKind as IoKind;
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};

use quick_cache::sync::Cache;

use super::bands::{BandPostings, OpenRuns};
use super::catalog::{Catalog, CatalogAccess, CommitHead};
use super::commit::WriterIdentity;
use super::directory::{CommitCounter, WriterLock, is_index, make, read_settings, write_settings};
use super::recent::POSTING_BYTES;
use super::{ByWeight, DiskState, DiskStorage, PendingChanges, damaged, run};
use crate::document::Date;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{Index, IndexBuilder, Settings, Verify};

/// What the index may hold in memory, and how much a crash may cost.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct DiskBudget {
    pub(super) cache_size: usize,
    pub(super) commit_every: usize,
}

impl Default for DiskBudget {
    fn default() -> Self {
        Self { cache_size: 256 << 20, commit_every: 1000 }
    }
}

impl DiskBudget {
    /// Recent band keys that have room.
    pub(super) const fn recent_bands(self) -> usize {
        self.cache_size / 8 * 3 / POSTING_BYTES
    }

    /// Bytes of filters of run files.
    const fn filters(self) -> usize {
        self.cache_size / 8 * 3
    }

    /// Bytes of records that were read.
    const fn blocks(self) -> usize {
        self.cache_size / 8
    }

    /// Bytes of inserts that a commit may be waiting with.
    pub(super) const fn pending_bytes(self) -> usize {
        self.cache_size / 8
    }

    fn checked(self) -> Result<Self> {
        if self.cache_size < LEAST_CACHE {
            return Err(Error::parameter("cache_size", self.cache_size, format!("at least {LEAST_CACHE} bytes")));
        }
        if self.commit_every == 0 {
            return Err(Error::parameter("commit_every", 0, "at least 1"));
        }
        Ok(self)
    }
}

/// Less would merge slices all the time.
const LEAST_CACHE: usize = 4 << 20;

/// Times that a reader tries to open run files which the writer is just replacing.
const ATTEMPTS: usize = 20;

/// What opening an index found that was not closed in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecoveryReport {
    /// Whether it was closed in order all the same.
    pub was_closed: bool,
    /// The commit that the index stands at, and the documents it holds then. What was inserted after it is not there.
    pub commit: u64,
    /// Documents there are.
    pub documents: u64,
    /// Files of merges that no commit names; they were removed.
    pub leftover_files: u64,
    /// Commits that were acknowledged and are missing, as the end of the catalog's log is damaged or gone; `None` if it cannot be
    /// told.
    pub lost_commits: Option<u64>,
}

impl fmt::Display for RecoveryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { was_closed, commit, documents, leftover_files, lost_commits } = self;
        if *was_closed {
            write!(f, "the index was closed at commit {commit} with {documents} documents")?;
        } else {
            write!(
                f,
                "the index was not closed: it stands at commit {commit} with {documents} documents; what was inserted after it \
                 is dropped"
            )?;
        }
        if *leftover_files > 0 {
            write!(f, "; {leftover_files} unfinished files were removed")?;
        }
        match lost_commits {
            Some(0) => Ok(()),
            Some(lost) => write!(
                f,
                "; {lost} commits that were acknowledged are LOST, as the end of catalog.db-wal is damaged or gone"
            ),
            None => write!(f, "; whether commits are missing cannot be told, as the file `commits` is damaged or gone"),
        }
    }
}

impl IndexBuilder {
    /// Bytes that an index on disk may hold in memory for recent band keys, pending inserts and blocks of records. Default 256 MB,
    /// at least 4 MiB. What comes on top: see `docs/INDEX.md`.
    #[must_use]
    pub fn cache_size(mut self, bytes: usize) -> Self {
        self.room.cache_size = bytes;
        self
    }

    /// An index on disk commits by itself before a change when so many are pending. Default 1,000.
    #[must_use]
    pub fn commit_every(mut self, changes: usize) -> Self {
        self.room.commit_every = changes;
        self
    }

    /// The index in a directory, to read and to write: made there if there is none, else opened with the settings it was made
    /// with.
    ///
    /// # Errors
    ///
    /// Another process writes it, a setting was given that it was not made with, the directory holds something else
    /// ([`ErrorKind::Index`]); its files are damaged ([`ErrorKind::Damaged`]) or cannot be read or written.
    pub fn open(self, directory: impl AsRef<Path>) -> Result<Index> {
        let directory = directory.as_ref();
        if !is_index(directory) {
            make(directory)?;
        }
        self.open_to_write(directory)
    }

    /// [`open`](Self::open), but makes none.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and where there is no index.
    pub fn open_existing(self, directory: impl AsRef<Path>) -> Result<Index> {
        read_settings(directory.as_ref(), &self)?;
        self.open_to_write(directory.as_ref())
    }

    fn open_to_write(self, directory: &Path) -> Result<Index> {
        let room = self.room.checked()?;
        let lock = WriterLock::take(directory)?;
        let settings = if is_index(directory) { read_settings(directory, &self)? } else { self.settings()? };
        let (disk, recovery) = DiskStorage::open_to_write(directory, &settings, room, lock)?;
        if !is_index(directory) {
            write_settings(directory, &settings)?;
        }
        let mut index = Index::new(settings, Box::new(disk))?;
        index.recovery = recovery;
        Ok(index)
    }

    /// The index in a directory, to be read: any number of processes may do so beside the one that writes, and each answer sees
    /// every commit that was done before it was asked for.
    ///
    /// # Errors
    ///
    /// As [`open_existing`](Self::open_existing), but for another writer.
    pub fn open_read_only(self, directory: impl AsRef<Path>) -> Result<Index> {
        let directory = directory.as_ref();
        let settings = read_settings(directory, &self)?;
        let disk = DiskStorage::open_to_read(directory, &settings, self.room.checked()?)?;
        Index::new(settings, Box::new(disk))
    }
}

impl DiskStorage {
    fn open_to_write(
        directory: &Path,
        settings: &Settings,
        room: DiskBudget,
        lock: WriterLock,
    ) -> Result<(Self, Option<RecoveryReport>)> {
        let is_new = !is_index(directory);
        let catalog = Catalog::open(directory, CatalogAccess::Write)?;
        let head = match catalog.head()? {
            Some(head) => head,
            None if is_new => CommitHead::empty(),
            None => return Err(damaged(&directory.join(super::catalog::FILE), "it is empty".to_owned())),
        };
        if is_new && head.next > 0 {
            return Err(damaged(directory, "it holds documents, and its index.json is missing".to_owned()));
        }
        let state = DiskState::load(directory, &catalog, &head, width(settings), room, &mut OpenRuns::new())?;
        let leftover_files = remove_leftovers(directory, &head)?;
        let lost_commits = CommitCounter::last(directory).map(|last| last.saturating_sub(head.commit));
        let is_lossless = lost_commits == Some(0) || head.commit == 0;
        let recovery = (!is_new && (!head.is_closed || leftover_files > 0 || !is_lossless)).then_some(RecoveryReport {
            was_closed: head.is_closed,
            commit: head.commit,
            documents: head.documents,
            leftover_files,
            lost_commits: if head.commit == 0 { Some(0) } else { lost_commits },
        });
        // From here on the index is in use.
        let head = CommitHead { is_closed: false, commit: head.commit + 1, ..head };
        catalog.at_once(|| catalog.put_head(&head))?;
        let commits = CommitCounter::open(directory)?;
        commits.note(head.commit)?;
        let writer = WriterIdentity { catalog, head, commits, doubtful: Vec::new(), _lock: lock };
        Ok((Self::new(directory, settings, room, state, Some(writer), None), recovery))
    }

    fn open_to_read(directory: &Path, settings: &Settings, room: DiskBudget) -> Result<Self> {
        let catalog = Catalog::open(directory, CatalogAccess::Read)?;
        let mut opened = OpenRuns::new();
        let (state, version) = attempts(|| {
            let version = catalog.data_version()?;
            let state = catalog.moment(|| match catalog.head()? {
                Some(head) => DiskState::load(directory, &catalog, &head, width(settings), room, &mut opened),
                None => Err(damaged(&directory.join(super::catalog::FILE), "it is empty".to_owned())),
            })?;
            Ok((state, version))
        })?;
        Ok(Self::new(directory, settings, room, state, None, Some((catalog, version))))
    }

    fn new(
        directory: &Path,
        settings: &Settings,
        room: DiskBudget,
        state: DiskState,
        writer: Option<WriterIdentity>,
        watch: Option<(Catalog, i64)>,
    ) -> Self {
        let slots = settings.banding.num_hashes() * settings.slot_bytes();
        let weight = room.blocks() as u64;
        Self {
            directory: directory.to_owned(),
            state: RwLock::new(state),
            writer: writer.map(Mutex::new),
            readers: Mutex::default(),
            blocks: Cache::with_weighter((weight / 100_000).max(16) as usize, weight, ByWeight),
            slots: (settings.verify == Verify::Estimate).then_some(slots),
            width: width(settings),
            room,
            watch: watch.map(Mutex::new),
        }
    }

    /// Of an index that is only read: sees what was committed since.
    pub(super) fn look_again(&self) -> Result<()> {
        let Some(watch) = &self.watch else { return Ok(()) };
        let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
        let (catalog, known) = &mut *watch;
        let version = catalog.data_version()?;
        if version == *known {
            return Ok(());
        }
        let mut opened = self.read().bands.opened();
        attempts(|| {
            catalog.moment(|| match catalog.head()? {
                Some(head) => self.catch_up(catalog, &head, &mut opened),
                None => Err(damaged(&self.directory.join(super::catalog::FILE), "it is empty".to_owned())),
            })
        })?;
        *known = version;
        Ok(())
    }

    fn catch_up(&self, catalog: &Catalog, head: &CommitHead, opened: &mut OpenRuns) -> Result<()> {
        let (next, learned, compactions, removals, (blocks, digests)) = {
            let state = self.read();
            (state.next, state.learned_count, state.compactions, state.removals, state.told_blocks)
        };
        if compactions != head.compactions {
            let mut state = DiskState::load(&self.directory, catalog, head, self.width, self.room, opened)?;
            let known = state.learned.len().min(learned as usize);
            state.learned.drain(..known);
            self.blocks.clear();
            let mut before = self.write();
            // What was read and not yet handed on comes first.
            before.learned.append(&mut state.learned);
            state.learned = std::mem::take(&mut before.learned);
            *before = state;
            return Ok(());
        }
        // What all slices have in runs by now is found there.
        let recent = catalog.recent(next.max(head.merged()), head.next, self.width)?;
        let entries = catalog.directory_from(next)?;
        let digests = entries.iter().fold(digests, |sum, entry| sum.wrapping_add(entry.digest()));
        if (blocks + entries.len() as u64, digests) != (head.blocks, head.directory) {
            let what = "its directory of blocks is not the one that was written".to_owned();
            return Err(damaged(&self.directory.join(super::catalog::FILE), what));
        }
        let dead = if removals == head.removals { None } else { Some(catalog.dead(head)?) };
        let learned = catalog.learned(learned, head)?;
        let mut reopened = Vec::new();
        for (slice, info) in head.slices.iter().enumerate() {
            let bands = &self.read().bands;
            if bands.differs(slice, info) {
                reopened.push(bands.reopen(slice, info, &self.directory, opened)?);
            }
        }
        let mut state = self.write();
        recent.iter().for_each(|(doc, hashes)| state.bands.insert(*doc, hashes));
        reopened.into_iter().for_each(|slice| state.bands.install(slice));
        state.directory.extend(entries.iter().map(|entry| (entry.first, entry.last)));
        state.dead = dead.unwrap_or_else(|| std::mem::take(&mut state.dead));
        state.learned_count += learned.len() as u64;
        state.learned.extend(learned);
        state.tell(head);
        Ok(())
    }

    /// Bytes of all files of the directory.
    pub(super) fn disk_bytes(&self) -> Result<u64> {
        let failed = |source| Error::io("read", &self.directory, source);
        let mut bytes = 0;
        for entry in std::fs::read_dir(&self.directory).map_err(failed)? {
            // A file that is just being removed takes nothing.
            bytes += entry.map_err(failed)?.metadata().map_or(0, |file| file.len());
        }
        Ok(bytes)
    }
}

impl DiskState {
    /// The state that a head tells of. Run files that are `opened` are not read again, and those that it opens are noted there, even
    /// if it fails.
    fn load(
        directory: &Path,
        catalog: &Catalog,
        head: &CommitHead,
        width: usize,
        room: DiskBudget,
        opened: &mut OpenRuns,
    ) -> Result<Self> {
        if head.slices.len() != super::posting::SLICES {
            return Err(damaged(&directory.join(super::catalog::FILE), "its head tells of no slices".to_owned()));
        }
        let mut bands = BandPostings::open(directory, &head.slices, room.recent_bands(), room.filters(), opened)?;
        for (doc, hashes) in catalog.recent(head.merged(), head.next, width)? {
            bands.insert(doc, &hashes);
        }
        let learned = catalog.learned(0, head)?;
        let mut state = Self {
            next: 0,
            documents: 0,
            removals: 0,
            newest: None,
            commits: 0,
            compactions: 0,
            bands,
            dead: catalog.dead(head)?,
            directory: catalog.directory(head)?.iter().map(|entry| (entry.first, entry.last)).collect(),
            told_blocks: (0, 0),
            pending: PendingChanges::default(),
            learned_count: learned.len() as u64,
            learned,
        };
        state.tell(head);
        Ok(state)
    }

    /// Takes over what the head says of the whole.
    fn tell(&mut self, head: &CommitHead) {
        self.next = head.next;
        self.pending.first = head.next;
        self.told_blocks = (head.blocks, head.directory);
        self.documents = head.documents;
        self.removals = head.removals;
        self.newest = head.newest.map(Date::from_seconds);
        self.commits = head.commit;
        self.compactions = head.compactions;
    }
}

/// Hashes of a document: its bands, and its key.
const fn width(settings: &Settings) -> usize {
    settings.banding.bands() + 1
}

/// Run files may go between the look at the catalog that named them and their opening: then another look names others.
fn attempts<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
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

/// Removes run files that the head does not name; how many.
fn remove_leftovers(directory: &Path, head: &CommitHead) -> Result<u64> {
    let failed = |source| Error::io("read", directory, source);
    let mut removed = 0;
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_named = |path: &Path| {
            let runs = head.slices.iter().flat_map(|slice| &slice.runs);
            runs.into_iter().any(|info| run::path_of(directory, info.file) == path)
        };
        if path.extension().is_some_and(|extension| extension == "run") && !is_named(&path) {
            std::fs::remove_file(&path).map_err(|source| Error::io("remove", &path, source))?;
            removed += 1;
        }
    }
    Ok(removed)
}
