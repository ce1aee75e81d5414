//! Where the bytes of the input are: in memory, in a mapped file, in a plain file read by place, or in a spill file.
//!
//! A mapped file must not be cut short while it is read: the system ends a process that touches a page that is gone
//! (SIGBUS), and no check beforehand can rule that out. Who must read files that others write to gives a memory limit;
//! then nothing is mapped, and a file that changed is an error.

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
    /// A part of it.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
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
        whole.get(self.range.clone()).unwrap_or_default()
    }
}

/// A mapped file.
#[derive(Debug)]
pub(super) struct MappedFile(memmap2::Mmap);

impl MappedFile {
    /// Maps a file of `length` bytes; `None` where the system does not map it, or not all of it.
    #[allow(unsafe_code, reason = "a mapping is unsafe to make, as others may change the file")]
    pub(super) fn of(file: &File, length: u64) -> Option<HeldBytes> {
        let length = usize::try_from(length).ok()?;
        // SAFETY: the map is read-only and private to this process. What others write to the file meanwhile can change
        // bytes under us: everything made of them is checked where it is used (UTF-8 and JSON are checked on each
        // reading, offsets are looked up with `get`), and no reference outlives one reading. `MappedFile` itself keeps the
        // pages mapped as long as a piece exists. A file cut short ends the process, see the head of this module.
        let map = unsafe { memmap2::MmapOptions::new().len(length).map(file) }.ok()?;
        if file.metadata().ok()?.len() < length as u64 {
            return None;
        }
        Some(HeldBytes { whole: HeldWhole::Mapped(Arc::new(Self(map))), range: 0..length })
    }
}

/// What tells that a file is still the one that was read: its length and when it was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileStamp {
    pub(super) length: u64,
    /// Nanoseconds since 1970; 0 where the system does not tell.
    pub(super) modified: u64,
}

impl FileStamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
        Self { length: metadata.len(), modified }
    }
}

/// A plain file that is read by place.
#[derive(Debug)]
pub(super) struct PlainFile {
    pub(super) path: Arc<Path>,
    pub(super) stamp: FileStamp,
    /// Small files, and all beyond some hundreds, are opened again for each reading.
    pub(super) open: Option<File>,
}

impl PlainFile {
    /// Fills `bytes` with what stands at `offset`.
    ///
    /// # Errors
    ///
    /// The system refuses, or the file is not as it was.
    pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let reopened;
        let file = match &self.open {
            Some(file) => file,
            None => {
                reopened = File::open(&self.path)?;
                &reopened
            }
        };
        if FileStamp::of(&file.metadata()?) != self.stamp {
            return Err(io::Error::other("the file changed while it was being read"));
        }
        crate::spill::read_at(file, bytes, offset)
    }
}

/// Reads a plain file from its beginning to the length it had when it was opened.
pub(super) struct FromStart {
    pub(super) file: Arc<PlainFile>,
    pub(super) at: u64,
}

impl Read for FromStart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.file.stamp.length - self.at).unwrap_or(usize::MAX);
        let length = left.min(buffer.len());
        let buffer = buffer.get_mut(..length).unwrap_or_default();
        if !buffer.is_empty() {
            self.file.read(self.at, buffer)?;
            self.at += length as u64;
        }
        Ok(length)
    }
}

/// Where the bytes of one part of a file are.
#[derive(Debug, Clone)]
pub(super) enum BytePlace {
    Held(HeldBytes),
    /// In the plain file itself, where the part stands.
    InFile,
    /// At this offset of the spill file.
    Spilled(u64),
    /// They were not kept, as no record is made of them.
    Nowhere,
}
