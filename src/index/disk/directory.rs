//! The directory of an index: its settings, its lock and its commit counter.
//!
//! - `index.json`: format version, settings, checksum; written once, and again when an older index is first written
//! - `boilerplate.jsonl`: the learned boilerplate, if any
//! - `idf.bin`: the table of how rare words are, if stories are told
//! - `writer.lock`: locked by the process that writes, contains its number
//! - `commits`: the number of the last commit, which shows whether the catalog has lost its end
//! - `catalog.db` (with `-wal`, `-shm`) and the run files: see [`catalog`] and [`run_file`](super::run_file)

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::catalog;
use super::damage::damaged;
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use crate::index::builder::IndexBuilder;
use crate::index::own_process::OwnProcess;
use crate::index::settings::Settings;
use crate::page::BoilerplateRules;
use crate::spill::write_at;
use crate::story::RarityTable;

const SETTINGS: &str = "index.json";
const RULES: &str = "boilerplate.jsonl";
const IDF: &str = "idf.bin";
const LOCK: &str = "writer.lock";
const COMMITS: &str = "commits";
const FORMAT: &str = "mukarrar-index";

/// Version of the files: incremented with every change of their format.
const VERSION: u32 = 6;

/// The oldest version that is read. The first process that writes such an index makes it one of [`VERSION`]; its run files stay
/// as they are until they are merged.
const OLDEST_VERSION: u32 = 3;

/// The contents of `index.json`.
#[derive(Debug, Serialize, Deserialize)]
struct IndexManifest {
    format: String,
    version: u32,
    settings: Map<String, Value>,
    checksum: String,
}

impl IndexManifest {
    fn of(settings: &Settings) -> Self {
        let list = settings.list();
        let checksum = checksum(VERSION, list.iter().map(|(name, value)| (*name, &**value)));
        let settings = list.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Self { format: FORMAT.to_owned(), version: VERSION, settings, checksum }
    }
}

/// The checksum of settings, in any order, in an index of a version.
fn checksum<'a>(version: u32, list: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    // JSON objects have no order of their own, hence the sort.
    let mut lines: Vec<String> = list.map(|(name, value)| format!("{name}={value}\n")).collect();
    lines.sort_unstable();
    blake3::hash(format!("{FORMAT} {version}\n{}", lines.concat()).as_bytes()).to_hex()[..32].to_owned()
}

fn refused(path: &Path, what: impl Into<String>, remedy: impl Into<Remedy>) -> Error {
    ErrorKind::Index { path: path.to_owned(), what: what.into(), remedy: remedy.into() }.into()
}

/// Whether the directory contains an index.
pub(super) fn is_index(directory: &Path) -> bool {
    directory.join(SETTINGS).exists()
}

/// The settings of the index in a directory, checked against the settings that were asked for.
///
/// # Errors
///
/// There is no index; it has another format or fold, is damaged, or was made with other settings than those given.
pub(super) fn read_settings(directory: &Path, asked: &IndexBuilder) -> Result<Settings> {
    let path = directory.join(SETTINGS);
    let manifest = read_manifest(directory, &path)?;
    let wrong = |what: &str| damaged(&path, what.to_owned());

    let list: Vec<(&str, &str)> =
        manifest.settings.iter().filter_map(|(name, value)| Some((&**name, value.as_str()?))).collect();
    if checksum(manifest.version, list.iter().copied()) != manifest.checksum {
        return Err(wrong("its settings are not those that were written (another checksum)"));
    }
    let value = |name: &str| list.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);

    // Before the settings are parsed: another fold may have other ones.
    let fold = crate::normalize::FOLD_VERSION;
    if value("fold") != Some(fold) {
        let what =
            format!("was folded with {}, and this program folds with {fold}", value("fold").unwrap_or("nothing"));
        let remedy = "open it with the version that made it, or build it again from the texts";
        return Err(refused(directory, what, remedy));
    }

    let mut stored = IndexBuilder::stored(&value)?;
    if value("boilerplate-rules") != Some("none") {
        stored = stored.boilerplate_rules(BoilerplateRules::open(&directory.join(RULES))?);
    }
    if value("stories").is_some() {
        stored = stored.rarity(RarityTable::read(&directory.join(IDF)).map_err(unreadable_table)?);
    }
    let settings = stored.settings()?;
    if settings.list().iter().any(|(name, stored)| value(name) != Some(stored)) {
        return Err(wrong("its settings do not fit each other"));
    }

    require_same(directory, asked, stored, &value)?;
    Ok(settings)
}

/// The error for a table of an index that cannot be read: another one would tell other stories.
fn unreadable_table(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Unreadable { path, what, .. } => {
            let remedy = "open it with the version that made it, or build it again from the texts".into();
            ErrorKind::Unreadable { path: path.clone(), what: what.clone(), remedy }.into()
        }
        _ => error,
    }
}

/// Reads `index.json`, and checks that this program can read the index.
fn read_manifest(directory: &Path, path: &Path) -> Result<IndexManifest> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let purpose = "name the directory of an index, or make one";
            let remedy = Remedy::Run { purpose, operations: &[Operation::BuildIndex] };
            return Err(refused(directory, "is no index", remedy));
        }
        Err(error) => return Err(Error::io("read", path, error)),
    };

    let manifest: IndexManifest =
        serde_json::from_slice(&bytes).map_err(|_| damaged(path, "it is no description of an index".to_owned()))?;
    if manifest.format != FORMAT || !(OLDEST_VERSION..=VERSION).contains(&manifest.version) {
        let IndexManifest { format, version, .. } = manifest;
        let what =
            format!("has format {format} {version}, and this program reads {FORMAT} {OLDEST_VERSION} to {VERSION}");
        let remedy = "open it with the version that made it, export it there and import it here";
        return Err(refused(directory, what, remedy));
    }
    Ok(manifest)
}

/// An error if a setting that was given differs from the one that the index was made with.
fn require_same<'a>(
    directory: &Path,
    asked: &IndexBuilder,
    stored: IndexBuilder,
    value: &impl Fn(&str) -> Option<&'a str>,
) -> Result<()> {
    // Settings that were not given are taken from the index: bands that were asked for follow from its threshold.
    let wanted = asked.clone().or(stored).settings()?.list();

    for name in asked.given() {
        let mine = wanted.iter().find(|(other, _)| *other == name).map_or("nothing", |(_, value)| value);
        let theirs = value(name).unwrap_or("nothing");
        if mine != theirs {
            let what = format!("was made with {name} {theirs}, not {mine}");
            let remedy = format!("open it without {name}, or make another index in another directory");
            return Err(refused(directory, what, remedy));
        }
    }
    Ok(())
}

/// Writes the settings of a new index. With `index.json`, which comes last, the directory becomes an index.
pub(super) fn write_settings(directory: &Path, settings: &Settings) -> Result<()> {
    if let Some(rules) = &settings.rules {
        write_whole(directory, RULES, |out| rules.write(out))?;
    }

    if let Some(table) = &settings.rarity {
        write_whole(directory, IDF, |out| out.write_all(&table.to_bytes()))?;
    }

    write_whole(directory, SETTINGS, |out| {
        serde_json::to_writer_pretty(&mut *out, &IndexManifest::of(settings))?;
        out.write_all(b"\n")
    })
}

/// Copies the settings to a directory that holds everything else of an index.
pub(super) fn copy_settings(source: &Path, target: &Path) -> Result<()> {
    for name in [RULES, IDF, SETTINGS] {
        let path = source.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => write_whole(target, name, |out| out.write_all(&bytes))?,
            // Not every index has learned boilerplate, or stories.
            Err(error) if name != SETTINGS && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("read", &path, error)),
        }
    }
    Ok(())
}

/// Whether the index in a directory has the format that this program writes.
///
/// # Errors
///
/// The directory has no index, or this program cannot read its format.
pub(super) fn is_current(directory: &Path) -> Result<bool> {
    read_manifest(directory, &directory.join(SETTINGS)).map(|manifest| manifest.version == VERSION)
}

/// Writes a file whole or not at all: under a temporary name, synced, renamed, and the directory synced.
fn write_whole(directory: &Path, name: &str, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let path = directory.join(name);
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        write(file.as_file_mut())?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };

    written().map_err(|source| Error::io("write", &path, source))?;
    sync(directory)
}

/// Makes the names of new files durable.
///
/// Windows opens no directory as a file. NTFS writes names to its journal, in the order of the changes.
pub(super) fn sync(directory: &Path) -> Result<()> {
    if cfg!(windows) {
        return Ok(());
    }

    let synced = File::open(directory).and_then(|file| file.sync_all());
    synced.map_err(|source| Error::io("write", directory, source))
}

/// Makes the directory if it is missing, and refuses one that contains other files.
pub(super) fn make(directory: &Path) -> Result<()> {
    let failed = |source| Error::io("write", directory, source);
    std::fs::create_dir_all(directory).map_err(failed)?;

    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_string_lossy();

        // These files may be left by an attempt that ended before the directory became an index.
        let is_ours =
            [LOCK, COMMITS, RULES, IDF].contains(&&*name) || name.starts_with(catalog::FILE) || name.starts_with('.');
        if !is_ours {
            let what = format!("is no index, and holds other files ({name})");
            return Err(refused(directory, what, "name an empty directory, a new one, or an index"));
        }
    }
    Ok(())
}

/// The right to write an index. It is released when it is dropped, or when the process ends.
///
/// A process that is forked gets a copy of the open file, and the system keeps the lock as long as any copy is open. So the lock
/// is given back by name, and only by the process that took it: what a forked child drops, its parent keeps.
#[derive(Debug)]
pub(super) struct WriterLock {
    file: File,
    process: OwnProcess,
}

impl WriterLock {
    /// Takes the lock.
    ///
    /// # Errors
    ///
    /// Another process has it; the error names the process by number.
    pub(super) fn take(directory: &Path) -> Result<Self> {
        let path = directory.join(LOCK);
        let failed = |source| Error::io("write", &path, source);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;

        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Without the number the message is still true.
                let _ = file.read_to_string(&mut holder);
                let what = format!("is being written by another process ({})", holder.trim());
                return Err(refused(directory, what, "stop that one first, or open the index for reading"));
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }

        let lock = Self { file, process: OwnProcess::this() };
        let holder = format!("process {}\n", std::process::id());
        lock.file.set_len(0).and_then(|()| write_at(&lock.file, holder.as_bytes(), 0)).map_err(failed)?;
        Ok(lock)
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        if self.process.is_this() {
            // If this fails, the system releases the lock when the last copy of the file is closed.
            let _ = self.file.unlock();
        }
    }
}

/// The number of the last commit, in a file of its own.
#[derive(Debug)]
pub(super) struct CommitCounter {
    path: PathBuf,
    file: File,
}

impl CommitCounter {
    /// Opens the file; makes it if it is missing.
    pub(super) fn open(directory: &Path) -> Result<Self> {
        let path = directory.join(COMMITS);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        Ok(Self { file: opened.map_err(|source| Error::io("write", &path, source))?, path })
    }

    /// The number that was noted last; `None` if the file is missing or damaged.
    pub(super) fn last(directory: &Path) -> Option<u64> {
        let bytes = std::fs::read(directory.join(COMMITS)).ok()?;
        let (number, sum) = bytes.split_first_chunk::<8>()?;
        (sum == crc32fast::hash(number).to_le_bytes()).then(|| u64::from_le_bytes(*number))
    }

    /// Notes the number of a commit, durably.
    pub(super) fn note(&self, commit: u64) -> Result<()> {
        let number = commit.to_le_bytes();
        let bytes = [&number[..], &crc32fast::hash(&number).to_le_bytes()].concat();

        let written = write_at(&self.file, &bytes, 0).and_then(|()| self.file.sync_data());
        written.map_err(|source| Error::io("write", &self.path, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lock as a forked child of its process has it: a copy of the open file.
    fn inherited(lock: &WriterLock, process: OwnProcess) -> WriterLock {
        WriterLock { file: lock.file.try_clone().unwrap(), process }
    }

    #[test]
    fn a_forked_child_does_not_keep_the_lock_that_its_parent_gave_back() {
        let home = tempfile::tempdir().unwrap();
        let lock = WriterLock::take(home.path()).unwrap();
        let child = inherited(&lock, OwnProcess::other());

        drop(lock);
        let again = WriterLock::take(home.path()).unwrap();
        drop((child, again));
    }

    #[test]
    fn a_forked_child_does_not_give_back_the_lock_of_its_parent() {
        let home = tempfile::tempdir().unwrap();
        let lock = WriterLock::take(home.path()).unwrap();

        drop(inherited(&lock, OwnProcess::other()));
        assert!(WriterLock::take(home.path()).unwrap_err().to_string().contains("another process"));
        drop(lock);
    }
}
