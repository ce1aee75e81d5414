//! Buckets on their way from the search to a batch: records in chunks, in memory or on disk.
//!
//! A record is the number of members of a bucket, then the members, ascending; each is a 4-byte word. Chunks hold whole
//! records, so many threads can write them in any order and each can be read by itself. A chunk on disk carries a
//! checksum, so a file that an earlier run left is used only where it is intact.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::node::Node;
use crate::error::{ErrorKind, Result};
use crate::spill::{SpillDir, SpillFile};

/// Largest number of words in a chunk, unless one record has more.
pub(super) const CHUNK_WORDS: usize = 1 << 16;

/// Some whole records.
#[derive(Debug)]
pub(super) enum RecordChunk {
    Held(Vec<u32>),
    Spilled(ChunkExtent),
}

impl RecordChunk {
    /// Number of words.
    pub(super) fn words(&self) -> u64 {
        match self {
            Self::Held(words) => words.len() as u64,
            Self::Spilled(extent) => extent.words,
        }
    }
}

/// The position of a chunk in the file, in bytes, its length in words, and its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkExtent {
    pub(super) offset: u64,
    pub(super) words: u64,
    pub(super) check: u64,
}

/// Takes chunks from any number of threads.
#[derive(Debug)]
pub(super) struct ChunkStore {
    spill: Option<(SpillDir, Mutex<SpillFile>)>,
    /// Bytes that a store on disk may still keep in memory.
    left: AtomicU64,
}

impl ChunkStore {
    /// A store in memory.
    pub(super) fn held() -> Self {
        Self { spill: None, left: AtomicU64::new(0) }
    }

    /// A store on disk.
    pub(super) fn spilled(room: &SpillDir, name: &str) -> Result<Self> {
        Self::spilled_beyond(room, name, 0)
    }

    /// A store that keeps chunks of `held` bytes in memory, and the others on disk.
    pub(super) fn spilled_beyond(room: &SpillDir, name: &str, held: u64) -> Result<Self> {
        Ok(Self { spill: Some((room.clone(), Mutex::new(room.file(name)?))), left: AtomicU64::new(held) })
    }

    /// Whether a chunk of so many words stays in memory. If it does, what is left is less.
    fn keeps(&self, words: usize) -> bool {
        let bytes = size_of::<u32>() as u64 * words as u64;
        self.spill.is_none()
            || self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    /// Stores a chunk and empties `words`, whose allocation is reused.
    pub(super) fn put(&self, words: &mut Vec<u32>) -> Result<RecordChunk> {
        let Some((room, file)) = self.spill.as_ref().filter(|_| !self.keeps(words.len())) else {
            // Copied, not taken: the copy has no spare capacity, and chunks live long.
            let chunk = RecordChunk::Held(words.as_slice().to_vec());
            words.clear();
            return Ok(chunk);
        };

        // Encoded and hashed before the lock is taken: only the append is serial.
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        room.require(bytes.len() as u64)?;
        let check = checksum(&bytes);
        let offset = file.lock().unwrap_or_else(PoisonError::into_inner).append(&bytes)?;

        let extent = ChunkExtent { offset, words: words.len() as u64, check };
        words.clear();
        Ok(RecordChunk::Spilled(extent))
    }

    /// Flushes the store and makes its chunks readable.
    pub(super) fn finish(self) -> Result<ChunkShelf> {
        let Some((_, file)) = self.spill else {
            return Ok(ChunkShelf::default());
        };

        let mut file = file.into_inner().unwrap_or_else(PoisonError::into_inner);
        file.flush()?;
        Ok(ChunkShelf { file: Some(file) })
    }
}

/// Reads chunks. `file` is `None` if all chunks are in memory.
#[derive(Debug, Default)]
pub(super) struct ChunkShelf {
    pub(super) file: Option<SpillFile>,
}

impl ChunkShelf {
    /// The words of a chunk.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or does not hold the bytes that were written.
    pub(super) fn load<'a>(&self, chunk: &'a RecordChunk) -> Result<Cow<'a, [u32]>> {
        let extent = match chunk {
            RecordChunk::Held(words) => return Ok(Cow::Borrowed(words)),
            RecordChunk::Spilled(extent) => extent,
        };
        let damaged = |reason| ErrorKind::Corrupt { what: "candidates", offset: extent.offset as usize, reason };

        // The extent may come from a file of an earlier run: check it before allocating that much.
        let file = self.file.as_ref().ok_or_else(|| damaged("there is no file"))?;
        let end = extent.words.checked_mul(4).and_then(|bytes| bytes.checked_add(extent.offset));
        if end.is_none_or(|end| end > file.len()) {
            return Err(damaged("the file ends before").into());
        }

        let mut bytes = vec![0; extent.words as usize * 4];
        file.read(extent.offset, &mut bytes)?;
        if checksum(&bytes) != extent.check {
            return Err(damaged("the checksum does not fit").into());
        }
        Ok(bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    hash.as_bytes()[..8].iter().fold(0, |check, byte| check << 8 | u64::from(*byte))
}

/// The member lists of the records in `words`. Ends at a record that is cut short.
pub(super) fn records(mut words: &[u32]) -> impl Iterator<Item = &[Node]> {
    std::iter::from_fn(move || {
        let (count, rest) = words.split_first()?;
        let (members, rest) = rest.split_at_checked(*count as usize)?;
        words = rest;
        Some(members)
    })
}

/// Gathers records into chunks of at most `words` words; a longer record gets a chunk of its own.
#[derive(Debug)]
pub(super) struct ChunkWriter<'a> {
    store: &'a ChunkStore,
    words: usize,
    open: Vec<u32>,
    pub(super) chunks: Vec<RecordChunk>,
}

impl<'a> ChunkWriter<'a> {
    pub(super) fn new(store: &'a ChunkStore, words: usize) -> Self {
        Self { store, words, open: Vec::new(), chunks: Vec::new() }
    }

    /// Adds a record.
    pub(super) fn add(&mut self, members: &[Node]) -> Result<()> {
        if self.open.len() + 1 + members.len() > self.words {
            self.close()?;
        }

        self.open.push(members.len() as u32);
        self.open.extend_from_slice(members);
        Ok(())
    }

    /// Stores the open chunk.
    pub(super) fn close(&mut self) -> Result<()> {
        if !self.open.is_empty() {
            self.chunks.push(self.store.put(&mut self.open)?);
        }
        Ok(())
    }
}
