//! Where the bytes of the input are: in memory, in a mapped file, in a plain file read by place, or in a spill file.
//!
//! A mapped file must not be truncated while it is read: the system ends a process that touches a page that is gone
//! (SIGBUS), and no check beforehand can rule that out. To read files that other processes write to, set a memory
//! limit: then nothing is mapped, and a file that changed is an error.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Bytes in memory, shared between blocks and the corpus.
#[derive(Debug, Clone)]
pub(super) struct HeldBytes {
    whole: HeldWhole,
    range: Range<usize>,
}

#[derive(Debug, Clone)]
enum HeldWhole {
    Owned(Arc<Vec<u8>>),
    Mapped(Arc<MappedFile>),
}

impl From<Vec<u8>> for HeldBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self { range: 0..bytes.len(), whole: HeldWhole::Owned(Arc::new(bytes)) }
    }
}

impl HeldBytes {
    /// The bytes of `range`, shared with these.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        debug_assert!(
            range.start <= range.end && range.end <= self.range.len(),
            "range {range:?} of {} bytes",
            self.range.len()
        );

        let start = self.range.start;
        Self { whole: self.whole.clone(), range: start + range.start..start + range.end }
    }
}

impl Deref for HeldBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let whole = match &self.whole {
            HeldWhole::Owned(bytes) => bytes.as_slice(),
            HeldWhole::Mapped(map) => &map.0,
        };
        // `part` has checked the range.
        whole.get(self.range.clone()).unwrap_or(&[])
    }
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// A mapped file.
#[derive(Debug)]
pub(super) struct MappedFile(memmap2::Mmap);

impl MappedFile {
    /// Maps a file of `length` bytes; `None` if the system does not map it, or the file is shorter by now.
    #[allow(unsafe_code, reason = "a mapping is unsafe to make, as others may change the file")]
    pub(super) fn of(file: &File, length: u64) -> Option<HeldBytes> {
        let length = usize::try_from(length).ok()?;
        // SAFETY: the map is read-only and private to this process. What others write to the file meanwhile can
        // change bytes under us: everything made of them is checked where it is used (UTF-8 and JSON are checked on
        // each reading, offsets are looked up with `get`), and no reference outlives one reading. `MappedFile` itself
        // keeps the pages mapped as long as a piece exists. A file cut short ends the process, see the head of this
        // module.
        let map = unsafe { memmap2::MmapOptions::new().len(length).map(file) }.ok()?;

        if file.metadata().ok()?.len() < length as u64 {
            return None;
        }
        Some(HeldBytes { whole: HeldWhole::Mapped(Arc::new(Self(map))), range: 0..length })
    }
}

/// The length and the time of modification of a file, by which a changed file is recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileStamp {
    pub(super) length: u64,
    /// Nanoseconds since 1970; 0 if the system does not say.
    pub(super) modified: u64,
}

impl FileStamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        // A file system without times leaves the length alone to compare.
        let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
        Self { length: metadata.len(), modified }
    }
}

/// A plain file, or a range of one, that is read by place.
#[derive(Debug)]
pub(super) struct PlainFile {
    path: Arc<Path>,
    /// That of the whole file.
    stamp: FileStamp,
    /// `None` for small files, and for all beyond some hundreds: they are opened again for each read.
    open: Option<Arc<File>>,
    /// The place of the range in the file.
    base: u64,
    /// Its bytes.
    pub(super) length: u64,
}

impl PlainFile {
    /// The whole file, which stays open if it is given.
    pub(super) fn new(path: &Path, stamp: FileStamp, open: Option<File>) -> Self {
        Self { path: path.into(), stamp, open: open.map(Arc::new), base: 0, length: stamp.length }
    }

    /// The bytes of `range`.
    #[cfg(feature = "archives")]
    pub(super) fn part(&self, range: Range<u64>) -> Self {
        debug_assert!(range.start <= range.end && range.end <= self.length, "range {range:?} of {} bytes", self.length);

        Self {
            path: Arc::clone(&self.path),
            stamp: self.stamp,
            open: self.open.clone(),
            base: self.base + range.start,
            length: range.end.saturating_sub(range.start),
        }
    }

    /// Fills `bytes` from `offset` on.
    ///
    /// # Errors
    ///
    /// The system refuses, or the file has changed.
    pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let reopened;
        let file: &File = match &self.open {
            Some(file) => file,
            None => {
                reopened = File::open(&self.path)?;
                &reopened
            }
        };

        // Checked at each read: a record must never come from bytes that were not there in the first pass.
        if FileStamp::of(&file.metadata()?) != self.stamp {
            return Err(io::Error::other("the file changed while it was being read"));
        }
        crate::spill::read_at(file, bytes, self.base + offset)
    }
}

/// Reads a plain file from its beginning to the length it had when it was opened.
pub(super) struct FromStart {
    pub(super) file: Arc<PlainFile>,
    pub(super) at: u64,
}

impl Read for FromStart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.file.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = left.min(buffer.len());

        if length > 0 {
            self.file.read(self.at, &mut buffer[..length])?;
            self.at += length as u64;
        }
        Ok(length)
    }
}

/// Where the bytes of one part of a file are.
#[derive(Debug, Clone)]
pub(super) enum BytePlace {
    Held(HeldBytes),
    /// In the plain file itself, at the offset of the part.
    InFile,
    /// In the spill file, at this offset.
    Spilled(u64),
    /// Not kept, as no record is read from them.
    Nowhere,
}
