//! Pairs of words brought together by part, from any number of threads, in memory or on disk.

use super::super::records::{ChunkShelf, ChunkStore, RecordChunk};
use crate::error::Result;

/// What one thread has for each part.
pub(super) struct PartDealer<'a> {
    store: &'a ChunkStore,
    /// Words of a block.
    words: usize,
    open: Vec<Vec<u32>>,
    blocks: Vec<Vec<RecordChunk>>,
}

impl<'a> PartDealer<'a> {
    /// A dealer to `parts` parts that holds `memory` bytes at most, about.
    pub(super) fn new(store: &'a ChunkStore, parts: usize, memory: u64) -> Self {
        let words = (memory / 8 / parts as u64).clamp(LEAST_WORDS, MOST_WORDS) as usize & !1;
        Self { store, words, open: vec![Vec::new(); parts], blocks: (0..parts).map(|_| Vec::new()).collect() }
    }

    /// Adds a pair to a part.
    pub(super) fn add(&mut self, part: usize, pair: [u32; 2]) -> Result<()> {
        let open = &mut self.open[part];
        if open.len() >= self.words {
            self.blocks[part].push(self.store.put(open)?);
        }
        open.extend(pair);
        Ok(())
    }

    /// The blocks of each part.
    pub(super) fn finish(mut self) -> Result<Vec<Vec<RecordChunk>>> {
        for (open, blocks) in self.open.iter_mut().zip(&mut self.blocks) {
            if !open.is_empty() {
                blocks.push(self.store.put(open)?);
            }
        }
        Ok(self.blocks)
    }
}

/// Fewest and most words of a block.
const LEAST_WORDS: u64 = 64;
const MOST_WORDS: u64 = 1 << 14;

/// All parts, from all threads.
pub(super) struct DealtParts {
    parts: Vec<Vec<RecordChunk>>,
    shelf: ChunkShelf,
}

impl DealtParts {
    /// Brings together what each thread has of each part.
    pub(super) fn new(dealt: Vec<Vec<Vec<RecordChunk>>>, store: ChunkStore) -> Result<Self> {
        let mut parts: Vec<Vec<RecordChunk>> = Vec::new();
        for of_thread in dealt {
            parts.resize_with(parts.len().max(of_thread.len()), Vec::new);
            parts.iter_mut().zip(of_thread).for_each(|(part, blocks)| part.extend(blocks));
        }
        Ok(Self { parts, shelf: store.finish()? })
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Visits the pairs of a part.
    pub(super) fn read(&self, part: usize, mut visit: impl FnMut([u32; 2])) -> Result<()> {
        for block in &self.parts[part] {
            self.shelf.load(block)?.as_chunks::<2>().0.iter().for_each(|pair| visit(*pair));
        }
        Ok(())
    }

    /// Pairs of a part.
    pub(super) fn pairs(&self, part: usize) -> u64 {
        self.parts[part].iter().map(RecordChunk::words).sum::<u64>() / 2
    }
}
