//! Band keys in columns: the keys of one band of all rows are read in sequence, from memory or from disk.
//!
//! Rows are pushed whole and read by band. They are transposed into chunks, so the keys of one band of a chunk are
//! contiguous. The chunks stay in memory while they fit the limit; after that all of them move to a file, and later
//! ones follow.
//!
//! Of each key the upper 40 bits are kept: 5 bytes, in memory or on disk, and always one chunk in memory. Nodes that share
//! them are candidates, and candidates are verified, so a chance agreement costs time alone: of n nodes about n² / 2^41
//! pairs agree by chance in a band, half a pair at a million nodes.

use std::ops::Range;

use crate::error::Result;
use crate::spill::{SpillDir, SpillFile};

/// Bytes that are kept of a key.
pub(crate) const BYTES_PER_KEY: u64 = (size_of::<u32>() + size_of::<u8>()) as u64;

/// The memory that a stage may take, and the directory for everything that does not fit.
#[derive(Debug, Clone)]
pub(crate) struct MemoryLimit {
    /// In bytes.
    pub(crate) memory: u64,
    /// The directory of the files.
    pub(crate) room: SpillDir,
    /// Prefix of the names of files, if files have names.
    pub(crate) name: String,
}

/// Most rows of a chunk. It makes the columns an odd number of cache lines apart, so that columns that are filled
/// together do not evict each other from the cache.
const ROWS: usize = 16 * 1024 - 8;

/// Fewest rows of a chunk, under any memory limit.
const LEAST_ROWS: usize = 64;

/// The band keys of all sketched units; rows are numbered in the order in which they are pushed.
#[derive(Debug)]
pub(crate) struct KeyColumns {
    bands: usize,
    /// Rows of a full chunk.
    rows: usize,
    /// The chunk being filled; empty before its first row.
    open: KeyChunk,
    /// Rows in `open`.
    filled: usize,
    /// Full chunks in memory; empty once chunks are on disk.
    chunks: Vec<KeyChunk>,
    /// Number of full chunks on disk.
    spilled: usize,
    file: Option<SpillFile>,
    limit: Option<MemoryLimit>,
}

/// The kept bits of the keys of some rows, band by band.
#[derive(Debug, Default)]
struct KeyChunk {
    /// The upper 32 bits.
    upper: Box<[u32]>,
    /// The 8 bits below.
    lower: Box<[u8]>,
}

impl KeyChunk {
    /// A chunk of `keys` keys.
    fn new(keys: usize) -> Self {
        Self { upper: vec![0; keys].into(), lower: vec![0; keys].into() }
    }

    fn is_empty(&self) -> bool {
        self.upper.is_empty()
    }

    /// Bytes of the keys.
    fn bytes(&self) -> u64 {
        self.upper.len() as u64 * BYTES_PER_KEY
    }

    /// Replaces `keys` by the keys at these places.
    fn widen(&self, places: Range<usize>, keys: &mut Vec<u64>) {
        keys.clear();
        let parts = self.upper[places.clone()].iter().zip(&self.lower[places]);
        keys.extend(parts.map(|(upper, lower)| widened(*upper, *lower)));
    }
}

/// Makes a key of the kept bits of a key. Equal bits give equal keys, and different bits give different keys.
fn widened(upper: u32, lower: u8) -> u64 {
    let kept = u64::from(upper) << 8 | u64::from(lower);
    // Tables of keys are addressed by low bits: the kept ones stand there once more.
    kept << 24 | kept & 0x00FF_FFFF
}

impl KeyColumns {
    /// Empty columns for `bands` bands. Without a limit all keys stay in memory.
    pub(crate) fn new(bands: usize, limit: Option<MemoryLimit>) -> Self {
        let bytes_of_row = bands.max(1) as u64 * BYTES_PER_KEY;

        // The open chunk takes a quarter of the memory at most, and so do its bytes while they are written.
        let fitting = limit.as_ref().map_or(ROWS as u64, |limit| limit.memory / 4 / bytes_of_row);
        let rows = (fitting as usize).clamp(LEAST_ROWS, ROWS) & !7;

        Self { bands, rows, open: KeyChunk::default(), filled: 0, chunks: Vec::new(), spilled: 0, file: None, limit }
    }

    /// Appends the keys of some units, row by row.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn push(&mut self, mut rows: &[u64]) -> Result<()> {
        debug_assert!(self.bands == 0 || rows.len().is_multiple_of(self.bands), "whole rows");

        while self.bands > 0 && rows.len() >= self.bands {
            if self.open.is_empty() {
                self.open = KeyChunk::new(self.rows * self.bands);
            }

            let count = (rows.len() / self.bands).min(self.rows - self.filled);
            let (now, later) = rows.split_at(count * self.bands);
            self.transpose(now);
            rows = later;

            if self.filled == self.rows {
                self.close()?;
            }
        }
        Ok(())
    }

    /// Copies rows into the open chunk, which has space for them.
    fn transpose(&mut self, rows: &[u64]) {
        debug_assert!(self.filled + rows.len() / self.bands <= self.rows, "the chunk has space");

        // A few rows at a time, so that they stay in the cache for all bands.
        for rows in rows.chunks(8 * self.bands) {
            let columns = self.open.upper.chunks_exact_mut(self.rows).zip(self.open.lower.chunks_exact_mut(self.rows));
            for (band, (upper, lower)) in columns.enumerate() {
                let places = upper[self.filled..].iter_mut().zip(&mut lower[self.filled..]);
                let keys = rows[band..].iter().step_by(self.bands);
                places.zip(keys).for_each(|((upper, lower), key)| {
                    *upper = (key >> 32) as u32;
                    *lower = (key >> 24) as u8;
                });
            }
            self.filled += rows.len() / self.bands;
        }
    }

    /// Stores the full chunk.
    fn close(&mut self) -> Result<()> {
        self.filled = 0;

        if self.file.is_none() {
            self.chunks.push(std::mem::take(&mut self.open));

            // One more chunk will be open: the limit must hold then too.
            let held = ((self.chunks.len() + 1) * self.rows * self.bands) as u64 * BYTES_PER_KEY;
            if let Some(limit) = self.limit.as_ref().filter(|limit| held > limit.memory) {
                self.file = Some(limit.room.file(&format!("{}.keys", limit.name))?);
                for chunk in std::mem::take(&mut self.chunks) {
                    self.spill(&chunk)?;
                }
            }
            return Ok(());
        }

        // The buffer is used again for the next chunk.
        let chunk = std::mem::take(&mut self.open);
        self.spill(&chunk)?;
        self.open = chunk;
        Ok(())
    }

    /// Appends a chunk to the file, band by band: the upper bits of all rows, then the lower ones.
    fn spill(&mut self, chunk: &KeyChunk) -> Result<()> {
        if let (Some(file), Some(limit)) = (&mut self.file, &self.limit) {
            limit.room.require(chunk.bytes())?;

            for (upper, lower) in chunk.upper.chunks_exact(self.rows).zip(chunk.lower.chunks_exact(self.rows)) {
                let bytes: Vec<u8> = upper.iter().flat_map(|bits| bits.to_le_bytes()).collect();
                file.append(&bytes)?;
                file.append(lower)?;
            }
            file.flush()?;
            self.spilled += 1;
        }
        Ok(())
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.open.bytes() + self.chunks.iter().map(KeyChunk::bytes).sum::<u64>()
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        (self.chunks.len() + self.spilled) * self.rows + self.filled
    }

    /// Number of bands.
    pub(crate) fn bands(&self) -> usize {
        self.bands
    }

    /// Calls `visit` with the keys of one band, in runs of consecutive rows: the first row, and the keys, of which the lower
    /// bits are made of the upper ones. Any thread may call it.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub(crate) fn read(&self, band: usize, mut visit: impl FnMut(usize, &[u64])) -> Result<()> {
        let column = band * self.rows..(band + 1) * self.rows;
        let mut keys = Vec::with_capacity(self.rows);
        for (place, chunk) in self.chunks.iter().enumerate() {
            chunk.widen(column.clone(), &mut keys);
            visit(place * self.rows, &keys);
        }

        debug_assert!(self.spilled == 0 || self.file.is_some(), "spilled chunks are in a file");
        if let Some(file) = &self.file {
            let mut bytes = vec![0; self.rows * BYTES_PER_KEY as usize];
            for chunk in 0..self.spilled {
                let place = (chunk * self.bands + band) * bytes.len();
                file.read(place as u64, &mut bytes)?;

                let (upper, lower) = bytes.split_at(self.rows * size_of::<u32>());
                let upper = upper.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
                keys.clear();
                keys.extend(upper.zip(lower).map(|(upper, lower)| widened(upper, *lower)));
                visit(chunk * self.rows, &keys);
            }
        }

        if self.filled > 0 {
            self.open.widen(column.start..column.start + self.filled, &mut keys);
            visit(self.len() - self.filled, &keys);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::shingle::hash::finish;

    fn columns(columns: &KeyColumns) -> Vec<Vec<u64>> {
        let column = |band| {
            let mut keys = Vec::new();
            columns
                .read(band, |first, run| {
                    assert_eq!(first, keys.len());
                    keys.extend_from_slice(run);
                })
                .unwrap();
            keys
        };
        (0..columns.bands()).map(column).collect()
    }

    #[test]
    fn columns_are_read_as_rows_were_pushed() {
        let home = tempfile::tempdir().unwrap();
        let kept = |keys: &[u64]| keys.iter().map(|key| key >> 24).collect::<Vec<_>>();
        for bands in [1, 3, 34] {
            for memory in [None, Some(0), Some(100_000), Some(u64::MAX)] {
                let room = SpillDir::temporary(home.path());
                let limit = memory.map(|memory| MemoryLimit { memory, room: room.clone(), name: String::new() });
                let mut keys = KeyColumns::new(bands, limit);
                let rows: Vec<u64> = (0..(20_000 * bands) as u64).map(finish).collect();
                let (one, rest) = rows.split_at(bands);
                keys.push(&[]).unwrap();
                keys.push(one).unwrap();
                rest.chunks(777 * bands).for_each(|rows| keys.push(rows).unwrap());
                assert_eq!(keys.len(), 20_000);
                let read = columns(&keys);
                for (band, column) in read.iter().enumerate() {
                    let pushed: Vec<u64> = rows.iter().skip(band).step_by(bands).copied().collect();
                    assert_eq!(kept(column), kept(&pushed), "{bands} bands, {memory:?}");
                }
                assert_eq!(room.written() > 0, memory.is_some_and(|memory| memory < 100_001), "{bands} {memory:?}");
            }
        }
    }

    #[test]
    fn keys_are_equal_if_their_upper_forty_bits_are() {
        let key = finish(7);
        let mut keys = KeyColumns::new(1, None);
        keys.push(&[key, key ^ 1, key ^ (1 << 23), key ^ (1 << 24), key ^ (1 << 32), key ^ (1 << 63)]).unwrap();

        let read = columns(&keys).remove(0);
        assert_eq!(read[0..3], [read[0]; 3]);
        let distinct: BTreeSet<u64> = read.into_iter().collect();
        assert_eq!(distinct.len(), 4, "each kept bit tells keys apart");
    }
}
