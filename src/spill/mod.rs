//! Temporary files for data that does not fit in memory: one run writes them once and reads them back, in a directory
//! that the user chose.
//!
//! A `SpillFile` is appended to, then read at any offset from any number of threads. In a temporary [`SpillDir`] it has
//! no name, so it vanishes however the process ends. In a work directory it has a name, and a later run of the same
//! command continues from it.

mod codec;
mod journal;
mod position;

pub(crate) use codec::{ByteDecoder, ByteEncoder};
pub(crate) use journal::Journal;
pub use position::{read_at, write_at};

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// A directory for data that does not fit in memory.
#[derive(Debug, Clone)]
pub struct SpillDir {
    directory: PathBuf,
    /// Whether files have names and outlive the process.
    keeps: bool,
    /// Bytes written by this process.
    written: Arc<AtomicU64>,
}

impl SpillDir {
    /// A directory for files that vanish with the process. It is not touched before something is spilled.
    pub fn temporary(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), keeps: false, written: Arc::default() }
    }

    /// Checks that files can be created here.
    ///
    /// # Errors
    ///
    /// A file cannot be created.
    pub fn check(&self) -> Result<()> {
        let made = tempfile::tempfile_in(&self.directory);
        made.map(drop).map_err(|source| Error::io("write", &self.directory, source))
    }

    /// A directory for files that stay under their names. It is created if needed.
    ///
    /// # Errors
    ///
    /// The directory cannot be created.
    pub(crate) fn kept(directory: impl Into<PathBuf>) -> Result<Self> {
        let directory = directory.into();
        fs::create_dir_all(&directory).map_err(|source| Error::io("write", &directory, source))?;
        Ok(Self { directory, keeps: true, written: Arc::default() })
    }

    /// The path of the directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether the files outlive the process.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.keeps
    }

    /// Bytes written here so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Checks that the file system has room for `needed` more bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Space`] with the needed and the available bytes.
    pub fn require(&self, needed: u64) -> Result<()> {
        match available(&self.directory) {
            Some(available) if available < needed => {
                Err(ErrorKind::Space { directory: self.directory.clone(), needed, available }.into())
            }
            _ => Ok(()),
        }
    }

    /// A new, empty file. In a work directory it replaces the file of that name; in a temporary one `name` does not
    /// matter.
    ///
    /// # Errors
    ///
    /// The file cannot be created.
    pub(crate) fn file(&self, name: &str) -> Result<SpillFile> {
        let path = self.directory.join(name);
        let file = if self.keeps {
            File::options().read(true).write(true).create(true).truncate(true).open(&path)
        } else {
            tempfile::tempfile_in(&self.directory)
        };

        let file = file.map_err(|source| Error::io("write", &path, source))?;
        Ok(SpillFile { file, path, buffer: Vec::new(), flushed: 0, written: Arc::clone(&self.written) })
    }

    /// The file that an earlier run left under `name`, cut to its first `length` bytes; `None` if it is missing or
    /// shorter.
    ///
    /// # Errors
    ///
    /// The file exists and cannot be opened or cut.
    pub(crate) fn reopen(&self, name: &str, length: u64) -> Result<Option<SpillFile>> {
        let path = self.directory.join(name);
        let opened = match File::options().read(true).write(true).open(&path) {
            Ok(file) => file.metadata().map(|found| (found.len() >= length).then_some(file)),
            // Nothing was spilled under this name yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => Err(error),
        };

        // Bytes beyond `length` were written after the last checkpoint, so nothing refers to them.
        let cut = opened.and_then(|file| file.map(|file| file.set_len(length).map(|()| file)).transpose());
        let file = cut.map_err(|source| Error::io("read", &path, source))?;

        let written = Arc::clone(&self.written);
        Ok(file.map(|file| SpillFile { file, path, buffer: Vec::new(), flushed: length, written }))
    }
}

/// Bytes free for this user on the file system of `directory`; `None` if the system does not tell.
#[cfg(unix)]
fn available(directory: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(directory).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn available(_directory: &Path) -> Option<u64> {
    None
}

/// Size of the buffer for appended bytes.
const BUFFER: usize = 1 << 18;

/// A file that is appended to, then read at any offset.
#[derive(Debug)]
pub(crate) struct SpillFile {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
    /// Bytes already in the file.
    flushed: u64,
    written: Arc<AtomicU64>,
}

impl SpillFile {
    /// Bytes appended so far.
    pub(crate) fn len(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    /// Appends `bytes`; returns their offset.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<u64> {
        let offset = self.len();

        // The buffer is flushed before bytes that it has no room for, so the bytes in the file stay in order.
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }

        if bytes.len() >= BUFFER {
            self.write(bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }

        Ok(offset)
    }

    /// Writes the buffered bytes. Bytes appended later than the last flush cannot be read.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let buffer = std::mem::take(&mut self.buffer);
        let written = self.write(&buffer);

        // The buffer keeps its memory. After an error its bytes are lost, and the run ends.
        self.buffer = buffer;
        self.buffer.clear();
        written
    }

    /// Writes `bytes` at the end of the file.
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        write_at(&self.file, bytes, self.flushed).map_err(|source| Error::io("write", &self.path, source))?;
        self.flushed += bytes.len() as u64;
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Fills `bytes` from `offset` on. Works from any thread.
    ///
    /// # Errors
    ///
    /// The disk refuses, or the file ends before.
    pub(crate) fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        read_at(&self.file, bytes, offset).map_err(|source| Error::io("read", &self.path, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_read_at_any_place() {
        let home = tempfile::tempdir().unwrap();
        let room = SpillDir::temporary(home.path());
        let mut file = room.file("x").unwrap();
        let long = vec![7; BUFFER + 1];
        let offsets = [&b"one"[..], &long, b"two"].map(|bytes| file.append(bytes).unwrap());
        assert_eq!(offsets, [0, 3, 3 + long.len() as u64]);
        file.flush().unwrap();
        let mut three = [0; 3];
        file.read(offsets[2], &mut three).unwrap();
        assert_eq!(&three, b"two");
        assert_eq!(room.written(), file.len());
        assert!(file.read(file.len() - 1, &mut three).is_err(), "beyond the end");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "a temporary file has no name");
    }

    #[test]
    fn kept_files_are_found_again_and_cut() {
        let home = tempfile::tempdir().unwrap();
        let room = SpillDir::kept(home.path().join("work")).unwrap();
        let mut file = room.file("x").unwrap();
        file.append(b"one two").unwrap();
        file.flush().unwrap();
        drop(file);
        assert!(room.reopen("x", 8).unwrap().is_none(), "shorter than it must be");
        let mut file = room.reopen("x", 3).unwrap().unwrap();
        assert_eq!(file.append(b"!").unwrap(), 3);
        file.flush().unwrap();
        assert_eq!(fs::read(home.path().join("work/x")).unwrap(), b"one!");
        assert!(room.reopen("y", 0).unwrap().is_none());
    }

    #[test]
    fn too_little_space_names_what_is_needed() {
        let home = tempfile::tempdir().unwrap();
        let room = SpillDir::temporary(home.path());
        room.require(1).unwrap();
        let error = room.require(u64::MAX).unwrap_err().to_string();
        assert!(error.contains("18446744073709551615") && error.contains("temp_dir"), "{error}");
        room.check().unwrap();
        assert!(SpillDir::temporary(home.path().join("none")).check().is_err());
    }
}
