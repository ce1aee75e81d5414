//! Candidates that outlive the process: a small checked header beside the file of their buckets.
//!
//! The header is written when all else is. It ends with its own BLAKE3 digest and holds the length of the file and a
//! checksum of every block, so what a killed run left half written is found out: a header that is not whole is not there,
//! and a block that is not what it was is an error when its batch is loaded. Which input and parameters they belong to is
//! the caller's to know.

use std::fs;
use std::io;

use super::bits::NodeSet;
use super::candidates::{Candidates, StageFile};
use super::records::{ChunkExtent, ChunkShelf, ChunkStore, RecordChunk};
use crate::error::{Error, Result};
use crate::spill::SpillDir;

/// What a header begins with; the number is the version.
const MAGIC: &[u8; 8] = b"mkrcand1";

impl Candidates {
    /// Writes what is needed to [`load`](Self::load) them under the same name from the same room, which keeps files.
    ///
    /// # Errors
    ///
    /// The disk refuses or is too full.
    pub(crate) fn save(&mut self, room: &SpillDir, name: &str) -> Result<()> {
        if self.shelf.file.is_none() {
            self.spill(room, name)?;
        }
        let mut bytes = MAGIC.to_vec();
        let mut put = |number: u64| bytes.extend(number.to_le_bytes());
        put(self.nodes as u64);
        put(u64::from(self.stage == StageFile::Dealt));
        put(self.shelf.file.as_ref().map_or(0, |file| file.len()));
        put(self.batches.len() as u64);
        for batch in &self.batches {
            put(batch.len() as u64);
            for block in batch {
                if let RecordChunk::Spilled(extent) = block {
                    [extent.offset, extent.words, extent.check].into_iter().for_each(&mut put);
                }
            }
        }
        self.joined.words.iter().copied().for_each(&mut put);
        bytes.extend_from_slice(blake3::hash(&bytes).as_bytes());
        let mut header = room.file(name)?;
        header.append(&bytes)?;
        header.flush()
    }

    /// Moves the blocks from memory to a file.
    fn spill(&mut self, room: &SpillDir, name: &str) -> Result<()> {
        let store = ChunkStore::spilled(room, &self.stage.file(name))?;
        for block in self.batches.iter_mut().flatten() {
            if let RecordChunk::Held(words) = block {
                *block = store.put(words)?;
            }
        }
        self.shelf = store.finish()?;
        Ok(())
    }

    /// What an earlier run saved under `name`; `None` if it is not there or not whole.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn load(room: &SpillDir, name: &str) -> Result<Option<Self>> {
        let path = room.directory().join(name);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", path, source)),
        };
        let Some((mut candidates, length)) = decode(&bytes) else {
            return Ok(None);
        };
        let Some(file) = room.reopen(&candidates.stage.file(name), length)? else {
            return Ok(None);
        };
        candidates.shelf = ChunkShelf { file: Some(file) };
        Ok(Some(candidates))
    }
}

/// Candidates without their file, and its length.
fn decode(bytes: &[u8]) -> Option<(Candidates, u64)> {
    let (bytes, digest) = bytes.split_last_chunk::<32>()?;
    if blake3::hash(bytes) != *digest {
        return None;
    }
    let (numbers, []) = bytes.strip_prefix(MAGIC)?.as_chunks::<8>() else {
        return None;
    };
    let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
    let nodes = usize::try_from(numbers.next()?).ok()?;
    let stage = if numbers.next()? == 0 { StageFile::Found } else { StageFile::Dealt };
    let length = numbers.next()?;
    let mut batches = Vec::new();
    for _ in 0..numbers.next()? {
        let mut blocks = Vec::new();
        for _ in 0..numbers.next()? {
            let (offset, words, check) = (numbers.next()?, numbers.next()?, numbers.next()?);
            blocks.push(RecordChunk::Spilled(ChunkExtent { offset, words, check }));
        }
        batches.push(blocks);
    }
    let joined = NodeSet { words: numbers.collect() };
    let whole = joined.words.len() == nodes.div_ceil(64);
    whole.then(|| (Candidates { nodes, joined, batches, shelf: ChunkShelf::default(), stage }, length))
}
