//! The directory of an index: what it says of itself, who writes it, how far it came.
//!
//! - `index.json`: format version, settings, checksum; written once
//! - `boilerplate.jsonl`: the learned boilerplate, where there is some
//! - `writer.lock`: locked by the process that writes, and its number
//! - `commits`: the number of the last commit, so that a catalog that lost its end is noticed
//! - `catalog.db` (with `-wal`, `-shm`) and the run files: see [`catalog`](super::catalog) and [`run`](super::run)

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{catalog, damaged};
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use crate::index::{IndexBuilder, Settings};
use crate::page::BoilerplateRules;

const SETTINGS: &str = "index.json";
const RULES: &str = "boilerplate.jsonl";
const LOCK: &str = "writer.lock";
const COMMITS: &str = "commits";
const FORMAT: &str = "mukarrar-index";
/// Counts up with every change of the files.
const VERSION: u32 = 2;

/// What stands in `index.json`.
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
        let checksum = checksum(list.iter().map(|(name, value)| (*name, &**value)));
        let settings = list.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Self { format: FORMAT.to_owned(), version: VERSION, settings, checksum }
    }
}

fn checksum<'a>(list: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut lines: Vec<String> = list.map(|(name, value)| format!("{name}={value}\n")).collect();
    lines.sort_unstable();
    blake3::hash(format!("{FORMAT} {VERSION}\n{}", lines.concat()).as_bytes()).to_hex()[..32].to_owned()
}

fn refused(path: &Path, what: impl Into<String>, remedy: impl Into<Remedy>) -> Error {
    ErrorKind::Index { path: path.to_owned(), what: what.into(), remedy: remedy.into() }.into()
}

/// Whether the directory holds an index.
pub(super) fn is_index(directory: &Path) -> bool {
    directory.join(SETTINGS).exists()
}

/// The settings of the index in a directory, held to what was asked for.
///
/// # Errors
///
/// No index, one of another format or fold, a damaged one, or one that was made with other settings than those given.
pub(super) fn read_settings(directory: &Path, asked: &IndexBuilder) -> Result<Settings> {
    let path = directory.join(SETTINGS);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let purpose = "name the directory of an index, or make one";
            let remedy = Remedy::Run { purpose, operations: &[Operation::BuildIndex] };
            return Err(refused(directory, "is no index", remedy));
        }
        Err(error) => return Err(Error::io("read", path, error)),
    };
    let wrong = |what: &str| damaged(&path, what.to_owned());
    let about: IndexManifest = serde_json::from_slice(&bytes).map_err(|_| wrong("it is no description of an index"))?;
    if about.format != FORMAT || about.version != VERSION {
        let what = format!("has format {} {}, and this program reads {FORMAT} {VERSION}", about.format, about.version);
        let remedy = "open it with the version that made it, export it there and import it here";
        return Err(refused(directory, what, remedy));
    }
    let list: Vec<(&str, &str)> =
        about.settings.iter().filter_map(|(name, value)| Some((&**name, value.as_str()?))).collect();
    if checksum(list.iter().copied()) != about.checksum {
        return Err(wrong("its settings are not those that were written (another checksum)"));
    }
    let value = |name: &str| list.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
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
    let settings = stored.settings()?;
    if settings.list().iter().any(|(name, stored)| value(name) != Some(stored)) {
        return Err(wrong("its settings do not fit each other"));
    }
    // What is not asked for follows from what stands: bands from its threshold.
    let wanted = asked.clone().or(stored).settings()?.list();
    for name in asked.given() {
        let mine = wanted.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value);
        let theirs = value(name).unwrap_or_default();
        if mine != theirs {
            let what = format!("was made with {name} {theirs}, not {mine}");
            let remedy = format!("open it without {name}, or make another index in another directory");
            return Err(refused(directory, what, remedy));
        }
    }
    Ok(settings)
}

/// Writes down what the index of a directory is; from then on it is one.
pub(super) fn write_settings(directory: &Path, settings: &Settings) -> Result<()> {
    if let Some(rules) = &settings.rules {
        write_whole(directory, RULES, |out| rules.write(out))?;
    }
    write_whole(directory, SETTINGS, |out| {
        serde_json::to_writer_pretty(&mut *out, &IndexManifest::of(settings))?;
        out.write_all(b"\n")
    })
}

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

/// Makes new names in the directory as durable as the files.
pub(super) fn sync(directory: &Path) -> Result<()> {
    let synced = File::open(directory).and_then(|file| file.sync_all());
    synced.map_err(|source| Error::io("write", directory, source))
}

/// Makes the directory where it is missing, and refuses one that holds something else.
pub(super) fn make(directory: &Path) -> Result<()> {
    let failed = |source| Error::io("write", directory, source);
    std::fs::create_dir_all(directory).map_err(failed)?;
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_string_lossy();
        // What an attempt leaves that ended before the index was one.
        let is_ours =
            [LOCK, COMMITS, RULES].contains(&&*name) || name.starts_with(catalog::FILE) || name.starts_with('.');
        if !is_ours {
            let what = format!("is no index, and holds other files ({name})");
            return Err(refused(directory, what, "name an empty directory, a new one, or an index"));
        }
    }
    Ok(())
}

/// The right to write an index: held until it is dropped, by this process or by its end.
#[derive(Debug)]
pub(super) struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// # Errors
    ///
    /// Another process has it: its number is told.
    pub(super) fn take(directory: &Path) -> Result<Self> {
        let path = directory.join(LOCK);
        let failed = |source| Error::io("write", &path, source);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Without its number the message is still true.
                let _ = file.read_to_string(&mut holder);
                let what = format!("is being written by another process ({})", holder.trim());
                return Err(refused(directory, what, "stop that one first, or open the index for reading"));
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let holder = format!("process {}\n", std::process::id());
        file.set_len(0).and_then(|()| file.write_all_at(holder.as_bytes(), 0)).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// The number of the last commit, beside the catalog.
#[derive(Debug)]
pub(super) struct CommitCounter {
    path: PathBuf,
    file: File,
}

impl CommitCounter {
    pub(super) fn open(directory: &Path) -> Result<Self> {
        let path = directory.join(COMMITS);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        Ok(Self { file: opened.map_err(|source| Error::io("write", &path, source))?, path })
    }

    /// The number that was noted last; `None` if it cannot be told.
    pub(super) fn last(directory: &Path) -> Option<u64> {
        let bytes = std::fs::read(directory.join(COMMITS)).ok()?;
        let (number, sum) = bytes.split_first_chunk::<8>()?;
        (sum == crc32fast::hash(number).to_le_bytes()).then(|| u64::from_le_bytes(*number))
    }

    pub(super) fn note(&self, commit: u64) -> Result<()> {
        let number = commit.to_le_bytes();
        let bytes = [&number[..], &crc32fast::hash(&number).to_le_bytes()].concat();
        let written = self.file.write_all_at(&bytes, 0).and_then(|()| self.file.sync_data());
        written.map_err(|source| Error::io("write", &self.path, source))
    }
}
