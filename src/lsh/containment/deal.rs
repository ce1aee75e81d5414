//! Deals pairs of words to parts, from any number of threads, in memory or on disk.

use crate::error::Result;
use crate::lsh::records::{ChunkShelf, ChunkStore, RecordChunk};

/// Fewest and most words of a chunk.
const LEAST_WORDS: u64 = 64;
const MOST_WORDS: u64 = 1 << 14;

/// The chunks of each part that one thread fills.
pub(super) struct PartDealer<'a> {
    store: &'a ChunkStore,
    /// Words of a chunk.
    words: usize,
    open: Vec<Vec<u32>>,
    chunks: Vec<Vec<RecordChunk>>,
}

impl<'a> PartDealer<'a> {
    /// A dealer to `parts` parts that holds about `memory` bytes at most.
    pub(super) fn new(store: &'a ChunkStore, parts: usize, memory: u64) -> Self {
        // An even number: chunks hold whole pairs.
        let words = (memory / 8 / parts as u64).clamp(LEAST_WORDS, MOST_WORDS) as usize & !1;
        Self { store, words, open: vec![Vec::new(); parts], chunks: (0..parts).map(|_| Vec::new()).collect() }
    }

    /// Adds a pair to a part.
    pub(super) fn add(&mut self, part: usize, pair: [u32; 2]) -> Result<()> {
        let open = &mut self.open[part];
        if open.len() >= self.words {
            self.chunks[part].push(self.store.put(open)?);
        }
        open.extend(pair);
        Ok(())
    }

    /// The chunks of each part.
    pub(super) fn finish(mut self) -> Result<Vec<Vec<RecordChunk>>> {
        for (open, chunks) in self.open.iter_mut().zip(&mut self.chunks) {
            if !open.is_empty() {
                chunks.push(self.store.put(open)?);
            }
        }
        Ok(self.chunks)
    }
}

/// All parts, of all threads.
pub(super) struct DealtParts {
    parts: Vec<Vec<RecordChunk>>,
    shelf: ChunkShelf,
}

impl DealtParts {
    /// Joins the chunks of each part of all threads. Without any thread there are no parts.
    pub(super) fn new(dealt: Vec<Vec<Vec<RecordChunk>>>, store: ChunkStore) -> Result<Self> {
        let mut parts: Vec<Vec<RecordChunk>> = Vec::new();
        for of_thread in dealt {
            parts.resize_with(parts.len().max(of_thread.len()), Vec::new);
            parts.iter_mut().zip(of_thread).for_each(|(part, chunks)| part.extend(chunks));
        }

        Ok(Self { parts, shelf: store.finish()? })
    }

    /// Number of parts.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Calls `visit` with every pair of a part, in no order.
    pub(super) fn read(&self, part: usize, mut visit: impl FnMut([u32; 2])) -> Result<()> {
        for chunk in &self.parts[part] {
            self.shelf.load(chunk)?.as_chunks::<2>().0.iter().for_each(|pair| visit(*pair));
        }
        Ok(())
    }

    /// Number of pairs of a part.
    pub(super) fn pairs(&self, part: usize) -> u64 {
        self.parts[part].iter().map(RecordChunk::words).sum::<u64>() / 2
    }
}
