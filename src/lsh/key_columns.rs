//! Band keys in columns: the keys of one band of all rows are read in sequence, from memory or from disk.
//!
//! Rows are pushed whole and read by band. They are transposed into chunks, so the keys of one band of a chunk are
//! contiguous. The chunks stay in memory while they fit the limit; after that all of them move to a file, and later
//! ones follow. Costs 8 bytes per key, in memory or on disk, and always one chunk in memory.

use crate::error::Result;
use crate::spill::{SpillDir, SpillFile};

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
    /// The chunk being filled, band by band; empty before its first row.
    open: Vec<u64>,
    /// Rows in `open`.
    filled: usize,
    /// Full chunks in memory; empty once chunks are on disk.
    chunks: Vec<Box<[u64]>>,
    /// Number of full chunks on disk.
    spilled: usize,
    file: Option<SpillFile>,
    limit: Option<MemoryLimit>,
}

impl KeyColumns {
    /// Empty columns for `bands` bands. Without a limit all keys stay in memory.
    pub(crate) fn new(bands: usize, limit: Option<MemoryLimit>) -> Self {
        let bytes_of_row = (bands.max(1) * size_of::<u64>()) as u64;

        // The open chunk takes a quarter of the memory at most, and so do its bytes while they are written.
        let fitting = limit.as_ref().map_or(ROWS as u64, |limit| limit.memory / 4 / bytes_of_row);
        let rows = (fitting as usize).clamp(LEAST_ROWS, ROWS) & !7;

        Self { bands, rows, open: Vec::new(), filled: 0, chunks: Vec::new(), spilled: 0, file: None, limit }
    }

    /// Appends the keys of some units, row by row.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn push(&mut self, mut rows: &[u64]) -> Result<()> {
        debug_assert!(self.bands == 0 || rows.len() % self.bands == 0, "whole rows");

        while self.bands > 0 && rows.len() >= self.bands {
            if self.open.is_empty() {
                self.open = vec![0; self.rows * self.bands];
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
            for (band, column) in self.open.chunks_exact_mut(self.rows).enumerate() {
                let keys = rows[band..].iter().step_by(self.bands);
                column[self.filled..].iter_mut().zip(keys).for_each(|(place, key)| *place = *key);
            }
            self.filled += rows.len() / self.bands;
        }
    }

    /// Stores the full chunk.
    fn close(&mut self) -> Result<()> {
        self.filled = 0;

        if self.file.is_none() {
            self.chunks.push(std::mem::take(&mut self.open).into_boxed_slice());

            // One more chunk will be open: the limit must hold then too.
            let held = ((self.chunks.len() + 1) * self.rows * self.bands * size_of::<u64>()) as u64;
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

    fn spill(&mut self, chunk: &[u64]) -> Result<()> {
        if let (Some(file), Some(limit)) = (&mut self.file, &self.limit) {
            limit.room.require(size_of_val(chunk) as u64)?;

            for column in chunk.chunks_exact(self.rows) {
                let bytes: Vec<u8> = column.iter().flat_map(|key| key.to_le_bytes()).collect();
                file.append(&bytes)?;
            }
            file.flush()?;
            self.spilled += 1;
        }
        Ok(())
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> u64 {
        (self.open.len() + self.chunks.iter().map(|chunk| chunk.len()).sum::<usize>()) as u64 * 8
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        (self.chunks.len() + self.spilled) * self.rows + self.filled
    }

    /// Number of bands.
    pub(crate) fn bands(&self) -> usize {
        self.bands
    }

    /// Calls `visit` with the keys of one band, in runs of consecutive rows: the first row, and the keys. Any thread
    /// may call it.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub(crate) fn read(&self, band: usize, mut visit: impl FnMut(usize, &[u64])) -> Result<()> {
        let column = band * self.rows..(band + 1) * self.rows;
        for (chunk, keys) in self.chunks.iter().enumerate() {
            visit(chunk * self.rows, &keys[column.clone()]);
        }

        debug_assert!(self.spilled == 0 || self.file.is_some(), "spilled chunks are in a file");
        if let Some(file) = &self.file {
            let mut bytes = vec![0; self.rows * size_of::<u64>()];
            let mut keys = Vec::with_capacity(self.rows);
            for chunk in 0..self.spilled {
                let place = (chunk * self.bands + band) * self.rows * size_of::<u64>();
                file.read(place as u64, &mut bytes)?;
                keys.clear();
                keys.extend(bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)));
                visit(chunk * self.rows, &keys);
            }
        }

        if self.filled > 0 {
            visit(self.len() - self.filled, &self.open[column][..self.filled]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for bands in [1, 3, 34] {
            for memory in [None, Some(0), Some(100_000), Some(u64::MAX)] {
                let room = SpillDir::temporary(home.path());
                let limit = memory.map(|memory| MemoryLimit { memory, room: room.clone(), name: String::new() });
                let mut keys = KeyColumns::new(bands, limit);
                let rows: Vec<u64> = (0..(20_000 * bands) as u64).collect();
                let (one, rest) = rows.split_at(bands);
                keys.push(&[]).unwrap();
                keys.push(one).unwrap();
                rest.chunks(777 * bands).for_each(|rows| keys.push(rows).unwrap());
                assert_eq!(keys.len(), 20_000);
                let expected: Vec<Vec<u64>> =
                    (0..bands).map(|band| rows.iter().skip(band).step_by(bands).copied().collect()).collect();
                assert_eq!(columns(&keys), expected, "{bands} bands, {memory:?}");
                assert_eq!(room.written() > 0, memory.is_some_and(|memory| memory < 100_001), "{bands} {memory:?}");
            }
        }
    }
}
