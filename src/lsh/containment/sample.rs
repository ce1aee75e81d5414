//! The samples of all units, row by row.

use super::super::columns::MemoryLimit;
use super::super::records::{BLOCK, ChunkShelf, ChunkStore, ChunkWriter, RecordChunk, records};
use crate::error::Result;
use crate::shingle::ShingleKind;

/// Which units are sampled, and which of their hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SamplePlan {
    least: usize,
    bound: u32,
}

impl SamplePlan {
    /// Fewest words on the smaller side: a stub of a few lines stands in many things.
    const LEAST: usize = 50;

    /// Letters of a word and the space behind it, about.
    const LETTERS: usize = 5;

    /// Hashes in the sample of a unit of the fewest shingles, on average.
    const SMALLEST_SAMPLE: u32 = 8;

    /// The sampling for shingles of one kind.
    pub(crate) fn new(kind: ShingleKind) -> Self {
        let least = match kind {
            ShingleKind::Word(_) => Self::LEAST,
            ShingleKind::Char(_) => Self::LEAST * Self::LETTERS,
        };
        Self { least, bound: u32::MAX / least as u32 * Self::SMALLEST_SAMPLE }
    }

    /// Fewest shingles of the smaller side of a contained pair.
    pub(crate) fn least(self) -> usize {
        self.least
    }

    /// All sampled hashes are less.
    pub(super) fn bound(self) -> u32 {
        self.bound
    }

    /// Appends the sample of a unit, given its shingle hashes: how many there are, and each, in no order and with
    /// repeats. A unit of too few shingles has an empty one.
    pub(crate) fn sample(self, hashes: &[u64], out: &mut Vec<u32>) {
        let place = out.len();
        out.push(0);
        if hashes.len() >= self.least {
            out.extend(hashes.iter().map(|hash| (hash >> 32) as u32).filter(|hash| *hash < self.bound));
        }
        out[place] = (out.len() - place - 1) as u32;
    }
}

/// The samples of all rows, in the order in which they were pushed: in memory as far as allowed, then all on disk.
#[derive(Debug)]
pub(crate) struct RowSamples {
    blocks: Vec<RowBlock>,
    held: u64,
    store: Option<ChunkStore>,
    shelf: ChunkShelf,
    limit: Option<MemoryLimit>,
    rows: usize,
}

#[derive(Debug)]
struct RowBlock {
    first: usize,
    block: RecordChunk,
}

impl RowSamples {
    /// No rows yet. Without a limit all of them stay in memory.
    pub(crate) fn new(limit: Option<MemoryLimit>) -> Self {
        Self { blocks: Vec::new(), held: 0, store: None, shelf: ChunkShelf::default(), limit, rows: 0 }
    }

    /// Appends what [`SamplePlan::sample`] left of some units.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn push(&mut self, words: &[u32]) -> Result<()> {
        let held = ChunkStore::held();
        let store = self.store.as_ref().unwrap_or(&held);
        let mut writer = ChunkWriter::new(store, BLOCK);
        let mut firsts = vec![self.rows];
        for record in records(words) {
            let blocks = writer.blocks.len();
            writer.add(record)?;
            if writer.blocks.len() > blocks {
                firsts.push(self.rows);
            }
            self.rows += 1;
        }
        writer.close()?;
        let blocks = firsts.into_iter().zip(writer.blocks);
        self.blocks.extend(blocks.map(|(first, block)| RowBlock { first, block }));
        if self.store.is_none() {
            self.held += size_of_val(words) as u64;
            return self.spill_if_large();
        }
        Ok(())
    }

    fn spill_if_large(&mut self) -> Result<()> {
        let Some(limit) = self.limit.as_ref().filter(|limit| self.held > limit.memory) else { return Ok(()) };
        let store = ChunkStore::spilled(&limit.room, &format!("{}.samples", limit.name))?;
        for RowBlock { block, .. } in &mut self.blocks {
            if let RecordChunk::Held(words) = block {
                *block = store.put(words)?;
            }
        }
        self.held = 0;
        self.store = Some(store);
        Ok(())
    }

    /// Makes all rows readable.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn finish(&mut self) -> Result<()> {
        if let Some(store) = self.store.take() {
            self.shelf = store.finish()?;
        }
        Ok(())
    }

    /// Bytes held in memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.held + (self.blocks.len() * size_of::<RowBlock>()) as u64
    }

    /// Hashes in all samples, at most.
    pub(super) fn entries(&self) -> u64 {
        self.blocks.iter().map(|block| block.block.words()).sum()
    }

    /// How many blocks there are; each can be read by another thread.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Visits the rows of a block: the number of each, and its hashes in no order with repeats.
    pub(super) fn read(&self, block: usize, mut visit: impl FnMut(usize, &[u32]) -> Result<()>) -> Result<()> {
        let RowBlock { first, block } = &self.blocks[block];
        let words = self.shelf.load(block)?;
        records(&words).enumerate().try_for_each(|(place, hashes)| visit(first + place, hashes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::SpillDir;

    #[test]
    fn rows_are_read_as_they_were_pushed_wherever_they_are() {
        let home = tempfile::tempdir().unwrap();
        let sampling = SamplePlan::new(ShingleKind::Word(3));
        for memory in [None, Some(0), Some(10_000), Some(u64::MAX)] {
            let room = SpillDir::temporary(home.path());
            let limit = memory.map(|memory| MemoryLimit { memory, room: room.clone(), name: String::new() });
            let mut samples = RowSamples::new(limit);
            let mut expected = Vec::new();
            for part in 0..40_u64 {
                let mut words = Vec::new();
                for row in 0..part * 7 {
                    let length = (row * 37) % 400;
                    let hashes: Vec<u64> = (0..length).map(|i| crate::shingle::hash::finish(i + row * 1000)).collect();
                    sampling.sample(&hashes, &mut words);
                    let sampled = hashes.iter().map(|hash| (hash >> 32) as u32).filter(|hash| *hash < sampling.bound);
                    expected.push(if length < 50 { Vec::new() } else { sampled.collect::<Vec<u32>>() });
                }
                samples.push(&words).unwrap();
            }
            samples.finish().unwrap();
            let mut found = Vec::new();
            for block in 0..samples.blocks() {
                let row = |row: usize, hashes: &[u32]| {
                    assert_eq!(row, found.len());
                    found.push(hashes.to_vec());
                    Ok(())
                };
                samples.read(block, row).unwrap();
            }
            assert_eq!(found, expected);
            assert_eq!(room.written() > 0, memory.is_some_and(|memory| memory < 10_001), "{memory:?}");
        }
    }

    #[test]
    fn the_smallest_have_a_sample_of_eight() {
        let sampling = SamplePlan::new(ShingleKind::Word(3));
        assert!((f64::from(sampling.bound()) / f64::from(u32::MAX) - 0.16).abs() < 1e-6);
        let sampling = SamplePlan::new(ShingleKind::Char(8));
        assert_eq!(sampling.least(), 250);
        assert!((f64::from(sampling.bound()) / f64::from(u32::MAX) - 0.032).abs() < 1e-6);
    }
}
