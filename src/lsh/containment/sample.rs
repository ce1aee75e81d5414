//! The samples of all units, row by row.

use std::ops::Range;

use crate::error::Result;
use crate::lsh::key_columns::MemoryLimit;
use crate::lsh::records::{CHUNK_WORDS, ChunkShelf, ChunkStore, ChunkWriter, RecordChunk, records};
use crate::shingle::{ShingleKind, sort_hashed};

/// Decides which units are sampled, and which of their hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SamplePlan {
    least: usize,
    bound: u32,
}

impl SamplePlan {
    /// Fewest words of a sampled unit: a stub of a few lines is contained in many texts.
    const LEAST: usize = 50;

    /// Average length of a word and its space, in letters.
    const LETTERS: usize = 5;

    /// Average sample size of a unit with the fewest shingles, in hashes.
    const SMALLEST_SAMPLE: u32 = 8;

    /// The plan for shingles of one kind.
    pub(crate) fn new(kind: ShingleKind) -> Self {
        let least = match kind {
            ShingleKind::Word(_) => Self::LEAST,
            ShingleKind::Char(_) => Self::LEAST * Self::LETTERS,
        };

        Self { least, bound: u32::MAX / least as u32 * Self::SMALLEST_SAMPLE }
    }

    /// Fewest shingles of a unit that may be found in another.
    pub(crate) fn least(self) -> usize {
        self.least
    }

    /// The exclusive upper bound of sampled hashes.
    pub(super) fn bound(self) -> u32 {
        self.bound
    }

    /// Sorts sampled hashes.
    pub(super) fn sort(self, hashes: &mut [u32]) {
        // Spread over all 64 bits, in the same order.
        let scale = u64::MAX / u64::from(self.bound.max(1));
        sort_hashed(hashes, |hash| u64::from(*hash) * scale);
    }

    /// Sorts the hashes of a sample, and drops repeats.
    pub(super) fn sort_distinct(self, hashes: &mut Vec<u32>) {
        self.sort(hashes);
        hashes.dedup();
    }

    /// Appends the sample of a unit, given its shingle hashes, as a record: the number of hashes, then the upper halves
    /// of the hashes, in no order and with repeats. The sample of a unit with too few shingles is empty.
    pub(crate) fn sample(self, hashes: &[u64], out: &mut Vec<u32>) {
        // The number is filled in when it is known.
        let place = out.len();
        out.push(0);

        if hashes.len() >= self.least {
            let first = out.len();
            out.resize(first + hashes.len(), 0);
            let (sampled, mut count) = (&mut out[first..], 0);
            for hash in hashes {
                // Each is written, and stays if it is below the bound: no processor foresees which.
                let hash = (hash >> 32) as u32;
                sampled[count] = hash;
                count += usize::from(hash < self.bound);
            }
            out.truncate(first + count);
        }
        out[place] = (out.len() - place - 1) as u32;
    }
}

/// Appends to `out` what `of` makes of each of the hashes that are in `range`.
pub(super) fn append_within<T: Copy + Default>(
    out: &mut Vec<T>,
    hashes: &[u32],
    range: &Range<u32>,
    of: impl Fn(u32) -> T,
) {
    let first = out.len();
    out.resize(first + hashes.len(), T::default());

    let (appended, mut count) = (&mut out[first..], 0);
    for hash in hashes {
        // Each is written, and stays if it is in the range: no processor foresees which.
        appended[count] = of(*hash);
        count += usize::from(hash.wrapping_sub(range.start) < range.end - range.start);
    }
    out.truncate(first + count);
}

/// The samples of all rows, in the order in which they were pushed: in memory, or all on disk once they exceed the
/// limit.
#[derive(Debug)]
pub(crate) struct RowSamples {
    chunks: Vec<RowChunk>,
    /// Bytes of the chunks in memory.
    held: u64,
    /// The store on disk, until all rows are written.
    store: Option<ChunkStore>,
    shelf: ChunkShelf,
    limit: Option<MemoryLimit>,
    rows: usize,
}

/// The samples of consecutive rows.
#[derive(Debug)]
struct RowChunk {
    /// The first row.
    first: usize,
    chunk: RecordChunk,
}

impl RowSamples {
    /// No samples. Without a limit all rows stay in memory.
    pub(crate) fn new(limit: Option<MemoryLimit>) -> Self {
        Self { chunks: Vec::new(), held: 0, store: None, shelf: ChunkShelf::default(), limit, rows: 0 }
    }

    /// Appends some units: the records that [`SamplePlan::sample`] made of them.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn push(&mut self, words: &[u32]) -> Result<()> {
        let held = ChunkStore::held();
        let store = self.store.as_ref().unwrap_or(&held);
        let mut writer = ChunkWriter::new(store, CHUNK_WORDS);

        // A record that closes a chunk is the first of the next one.
        let mut firsts = vec![self.rows];
        for record in records(words) {
            let chunks = writer.chunks.len();
            writer.add(record)?;
            if writer.chunks.len() > chunks {
                firsts.push(self.rows);
            }
            self.rows += 1;
        }
        writer.close()?;

        let chunks = firsts.into_iter().zip(writer.chunks);
        self.chunks.extend(chunks.map(|(first, chunk)| RowChunk { first, chunk }));
        if self.store.is_none() {
            self.held += size_of_val(words) as u64;
            return self.spill_if_large();
        }
        Ok(())
    }

    fn spill_if_large(&mut self) -> Result<()> {
        let Some(limit) = self.limit.as_ref().filter(|limit| self.held > limit.memory) else { return Ok(()) };

        let store = ChunkStore::spilled(&limit.room, &format!("{}.samples", limit.name))?;
        for RowChunk { chunk, .. } in &mut self.chunks {
            if let RecordChunk::Held(words) = chunk {
                *chunk = store.put(words)?;
            }
        }

        self.held = 0;
        self.store = Some(store);
        Ok(())
    }

    /// Flushes the file and makes all rows readable. No row may be pushed afterwards.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn finish(&mut self) -> Result<()> {
        if let Some(store) = self.store.take() {
            self.shelf = store.finish()?;
        }
        Ok(())
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.held + (self.chunks.len() * size_of::<RowChunk>()) as u64
    }

    /// An upper bound of the number of hashes in all samples.
    pub(super) fn entries(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.chunk.words()).sum()
    }

    /// Whether all of them are in memory.
    pub(super) fn are_held(&self) -> bool {
        self.store.is_none() && self.shelf.file.is_none()
    }

    /// Number of chunks. Any thread may read any chunk.
    pub(super) fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// Calls `visit` with every row of a chunk: its number, and its hashes in no order and with repeats.
    pub(super) fn read(&self, chunk: usize, mut visit: impl FnMut(usize, &[u32]) -> Result<()>) -> Result<()> {
        debug_assert!(self.store.is_none(), "the samples are finished");

        let RowChunk { first, chunk } = &self.chunks[chunk];
        let words = self.shelf.load(chunk)?;
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
            for chunk in 0..samples.chunks() {
                let row = |row: usize, hashes: &[u32]| {
                    assert_eq!(row, found.len());
                    found.push(hashes.to_vec());
                    Ok(())
                };
                samples.read(chunk, row).unwrap();
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
