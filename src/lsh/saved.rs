//! Candidates that outlive the process: a checksummed header and the file of their buckets.
//!
//! The header is written last. It ends with its own BLAKE3 digest and holds the length of the file and a checksum of
//! every chunk, so the files of a killed run are never used by mistake: an incomplete header counts as missing, and a
//! changed chunk is an error when its batch is loaded. The caller must know which input and parameters the candidates
//! belong to.

use std::fs;
use std::io;

use super::candidates::{Candidates, StageFile};
use super::node_set::NodeSet;
use super::records::{ChunkExtent, ChunkShelf, ChunkStore, RecordChunk};
use crate::error::{Error, Result};
use crate::spill::SpillDir;

/// The first bytes of a header; the digit is the version.
const MAGIC: &[u8; 8] = b"mkrcand1";

impl Candidates {
    /// Writes the candidates under `name` for [`load`](Self::load). `room` must be a directory that keeps files.
    ///
    /// # Errors
    ///
    /// The files cannot be written, or the disk is too full.
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
            for chunk in batch {
                debug_assert!(matches!(chunk, RecordChunk::Spilled(_)), "all chunks are in the file");
                if let RecordChunk::Spilled(extent) = chunk {
                    [extent.offset, extent.words, extent.check].into_iter().for_each(&mut put);
                }
            }
        }
        self.joined.words.iter().copied().for_each(&mut put);

        // The digest comes last and covers all of it, so a torn header is recognised.
        bytes.extend_from_slice(blake3::hash(&bytes).as_bytes());
        let mut header = room.file(name)?;
        header.append(&bytes)?;
        header.flush()
    }

    /// Moves the chunks from memory to a file.
    fn spill(&mut self, room: &SpillDir, name: &str) -> Result<()> {
        let store = ChunkStore::spilled(room, &self.stage.file(name))?;
        for chunk in self.batches.iter_mut().flatten() {
            if let RecordChunk::Held(words) = chunk {
                *chunk = store.put(words)?;
            }
        }
        self.shelf = store.finish()?;
        Ok(())
    }

    /// Loads the candidates that an earlier run saved under `name`; `None` if they are missing or incomplete.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
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

/// The candidates of a header, without their file, and the length of the file; `None` if the header is not intact.
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

    // Nothing is reserved by a count that was read: it is bounded by the bytes that follow.
    let mut batches = Vec::new();
    for _ in 0..numbers.next()? {
        let mut chunks = Vec::new();
        for _ in 0..numbers.next()? {
            let (offset, words, check) = (numbers.next()?, numbers.next()?, numbers.next()?);
            chunks.push(RecordChunk::Spilled(ChunkExtent { offset, words, check }));
        }
        batches.push(chunks);
    }

    let joined = NodeSet { words: numbers.collect() };
    let is_whole = joined.words.len() == nodes.div_ceil(64);
    is_whole.then(|| (Candidates { nodes, joined, batches, shelf: ChunkShelf::default(), stage }, length))
}
