//! Where fetched files lie: a temporary directory, or the work directory of the run.
//!
//! In a work directory each file `remote-HASH` has a note of the state of the original, and a list of the chunks that are
//! whole, each with its digest. A later run goes on with the chunks that are missing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::failure::{Cause, Failure};
use super::object::ObjectState;
use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::spill::read_at;

/// Bytes of a chunk: what is asked for at once, and noted as whole.
pub(super) const CHUNK: u64 = 8 << 20;

/// The beginning of the names of all files here.
const PREFIX: &str = "remote-";

/// Temporary directories of this process, for [`discard`].
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes the temporary directories, for a process that is about to end.
pub(super) fn discard() {
    for directory in TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // Another thread may still create files in it.
        let _ = (0..3).find(|_| fs::remove_dir_all(&directory).is_ok());
    }
}

/// The directory of fetched files.
#[derive(Debug)]
pub(super) struct Spool {
    directory: PathBuf,
    /// Held until the process ends, if the files outlive it.
    lock: Option<File>,
}

/// The state of the original, as it is written down.
#[derive(Serialize, Deserialize)]
struct StoredState {
    address: String,
    size: Option<u64>,
    tag: Option<String>,
    modified: u64,
    has_ranges: bool,
}

impl Spool {
    /// A directory in `parent` that vanishes with the process.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub(super) fn temporary(parent: &Path) -> Result<Self> {
        let made = tempfile::Builder::new().prefix(".mukarrar-remote-").tempdir_in(parent);
        let directory = made.map_err(|source| Error::io("write", parent, source))?.keep();

        TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).push(directory.clone());
        Ok(Self { directory, lock: None })
    }

    /// The work directory of a run, whose fetched files stay until [`forget`](Self::forget).
    ///
    /// # Errors
    ///
    /// It cannot be made, or another run uses it.
    pub(super) fn kept(directory: &Path) -> Result<Self> {
        let path = directory.join(format!("{PREFIX}lock"));
        let failed = |source| Error::io("write", &path, source);
        fs::create_dir_all(directory).map_err(failed)?;
        let lock = File::options().write(true).create(true).truncate(false).open(&path).map_err(failed)?;

        if lock.try_lock().is_err() {
            let what = "belongs to a run that is going on".to_owned();
            let remedy = "wait for its end, or name another directory".into();
            return Err(ErrorKind::Output { path: directory.to_owned(), what, remedy }.into());
        }
        Ok(Self { directory: directory.to_owned(), lock: Some(lock) })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Removes the files of a work directory, for a run that is over, and the directory if nothing else is in it.
    pub(super) fn forget(self) {
        if self.lock.is_none() {
            return;
        }
        // What cannot be removed is found by the next run.
        for entry in fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let _ = fs::remove_dir(&self.directory);
    }

    /// The file for `address` in a `state`: its chunks that are whole by now, and those that are missing.
    ///
    /// # Errors
    ///
    /// The disk refuses; the file changed since an earlier run of the work directory.
    pub(super) fn file(&self, address: &str, state: ObjectState) -> std::result::Result<SpooledFile, Failure> {
        let hash = blake3::hash(address.as_bytes()).to_hex();
        let path = self.directory.join(format!("{PREFIX}{}", &hash[..32]));
        let mut file = SpooledFile { path, state, missing: Vec::new(), is_kept: self.lock.is_some() };
        file.missing = (0..file.chunks()).collect();

        let failed = |error| Failure::local(&self.directory.display().to_string(), &error);
        if self.lock.is_none() || !file.resume(address)? {
            file.begin(address).map_err(failed)?;
        }
        Ok(file)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if self.lock.is_none() {
            let _ = fs::remove_dir_all(&self.directory);
            TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| *known != self.directory);
        }
    }
}

/// One file, while it is fetched.
#[derive(Debug)]
pub(super) struct SpooledFile {
    pub(super) path: PathBuf,
    pub(super) state: ObjectState,
    /// The chunks that are not here yet, in order.
    pub(super) missing: Vec<u64>,
    is_kept: bool,
}

impl SpooledFile {
    /// How many chunks it has: one, if the server gives no ranges.
    fn chunks(&self) -> u64 {
        match self.state.size {
            Some(size) if self.state.has_ranges => size.div_ceil(CHUNK),
            Some(0) => 0,
            _ => 1,
        }
    }

    /// The bytes of a chunk; the end is not known if the server does not tell the size.
    pub(super) fn range(&self, chunk: u64) -> (u64, Option<u64>) {
        match self.state.size {
            Some(size) if self.state.has_ranges => (chunk * CHUNK, Some(size.min((chunk + 1) * CHUNK))),
            size => (0, size),
        }
    }

    /// Bytes that are missing, as far as the size is known.
    pub(super) fn missing_bytes(&self) -> u64 {
        self.missing.iter().map(|chunk| self.range(*chunk)).map(|(begin, end)| end.unwrap_or(begin) - begin).sum()
    }

    fn beside(&self, extension: &str) -> PathBuf {
        self.path.with_extension(extension)
    }

    /// Begins an empty file.
    fn begin(&self, address: &str) -> io::Result<()> {
        let file = File::create(&self.path)?;
        file.set_len(self.state.size.unwrap_or(0))?;
        if !self.is_kept {
            return Ok(());
        }

        let ObjectState { size, tag, modified, has_ranges } = self.state.clone();
        let stored = StoredState { address: address.to_owned(), size, tag, modified, has_ranges };
        fs::write(self.beside("done"), "")?;
        // Whole or absent: without it the file begins anew.
        let aside = self.beside("new");
        fs::write(&aside, serde_json::to_vec(&stored)?)?;
        fs::rename(aside, self.beside("json"))
    }

    /// Finds the chunks that an earlier run has fetched; `false` if there are none.
    fn resume(&mut self, address: &str) -> std::result::Result<bool, Failure> {
        let stored = fs::read(self.beside("json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(StoredState { address: theirs, size, tag, modified, has_ranges }) = stored else { return Ok(false) };
        if theirs != address {
            return Ok(false);
        }

        let stored = ObjectState { size, tag, modified, has_ranges };
        if !self.state.is_still(&stored) {
            let what = "changed since the run of the work directory began".to_owned();
            let remedy = "name another directory with --work-dir, or remove that one".into();
            return Err(Failure { what, remedy, cause: Cause::Changed });
        }

        let done = fs::read_to_string(self.beside("done")).unwrap_or_default();
        let whole: Vec<(u64, &str)> = done.lines().filter_map(done_chunk).collect();
        let Ok(file) = File::open(&self.path) else { return Ok(false) };
        let is_whole =
            |chunk: u64| whole.iter().any(|(done, digest)| *done == chunk && self.is_chunk(&file, chunk, digest));
        self.missing = (0..self.chunks()).filter(|chunk| !is_whole(*chunk)).collect();
        Ok(true)
    }

    /// Whether a chunk has this digest.
    fn is_chunk(&self, file: &File, chunk: u64, digest: &str) -> bool {
        let (begin, end) = self.range(chunk);
        let end = end.or_else(|| file.metadata().ok().map(|found| found.len())).unwrap_or(begin);

        let (mut at, mut hasher) = (begin, blake3::Hasher::new());
        let mut buffer = vec![0; 1 << 16];
        while at < end {
            let length = buffer.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
            if read_at(file, &mut buffer[..length], at).is_err() {
                return false;
            }
            hasher.update(&buffer[..length]);
            at += length as u64;
        }
        hasher.finalize().to_hex().as_str() == digest
    }

    /// Notes that a chunk is whole.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn note(&self, chunk: u64, digest: &blake3::Hasher) -> io::Result<()> {
        if !self.is_kept {
            return Ok(());
        }
        let mut done = File::options().append(true).create(true).open(self.beside("done"))?;
        writeln!(done, "{chunk} {}", digest.finalize().to_hex())
    }

    /// Gives the whole file the time of the original, by which a later run knows it.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn finish(&self) -> io::Result<()> {
        File::options().write(true).open(&self.path)?.set_modified(self.state.time())
    }

    /// The bytes of a chunk.
    pub(super) fn open(&self) -> io::Result<File> {
        File::options().write(true).open(&self.path)
    }
}

/// The number and the digest of a chunk: `0 DIGEST`.
fn done_chunk(line: &str) -> Option<(u64, &str)> {
    let (chunk, digest) = line.split_once(' ')?;
    Some((chunk.parse().ok()?, digest))
}

/// The bytes that are asked for again after `at`, of a chunk.
pub(super) fn rest(range: (u64, Option<u64>), at: u64) -> Option<Range<u64>> {
    range.1.map(|end| at..end)
}
