//! Band keys, column by column: one band of all rows is read in sequence, from memory or from disk.
//!
//! Rows arrive whole and are needed by band. They are gathered into chunks that are transposed as they fill, so one band of
//! a chunk is one run of bytes. While the chunks fit the memory given they stay there; then all of them move to a file and
//! every later one follows. Costs 8 bytes a key, in memory or on disk, and one chunk in memory always.

use crate::error::Result;
use crate::spill::{SpillDir, SpillFile};

/// Memory that a stage may take, and where the rest goes.
#[derive(Debug, Clone)]
pub(crate) struct MemoryLimit {
    /// Bytes.
    pub(crate) memory: u64,
    /// The disk.
    pub(crate) room: SpillDir,
    /// What the names of files begin with, where they have names.
    pub(crate) name: String,
}

/// Most rows of a chunk. A chunk's columns are an odd number of cache lines apart, so that filling them side by side does
/// not throw one another out of the cache.
const ROWS: usize = 16 * 1024 - 8;

/// The band keys of all sketched units, numbered in the order in which they are pushed.
#[derive(Debug)]
pub(crate) struct KeyColumns {
    bands: usize,
    /// Rows of a full chunk.
    rows: usize,
    /// The chunk that fills, band by band; empty before the first row.
    open: Vec<u64>,
    /// Rows in `open`.
    filled: usize,
    /// Full chunks in memory, if none is on disk.
    chunks: Vec<Box<[u64]>>,
    /// Full chunks on disk.
    spilled: usize,
    file: Option<SpillFile>,
    limit: Option<MemoryLimit>,
}

impl KeyColumns {
    /// Columns for `bands` bands. Without a limit all of it stays in memory; with one, what is more goes to a file.
    pub(crate) fn new(bands: usize, limit: Option<MemoryLimit>) -> Self {
        let bytes_of_row = (bands.max(1) * size_of::<u64>()) as u64;
        // The open chunk takes a fourth of the memory at most, its bytes on their way to the disk as much.
        let fitting = limit.as_ref().map_or(ROWS as u64, |limit| limit.memory / 4 / bytes_of_row);
        let rows = (fitting as usize).clamp(LEAST_ROWS, ROWS) & !7;
        Self { bands, rows, open: Vec::new(), filled: 0, chunks: Vec::new(), spilled: 0, file: None, limit }
    }

    /// Appends the keys of some units, row by row.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn push(&mut self, mut rows: &[u64]) -> Result<()> {
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

    /// Copies rows into the open chunk, which has room for them; some at a time, so that they stay in the cache for all
    /// bands.
    fn transpose(&mut self, rows: &[u64]) {
        for rows in rows.chunks(8 * self.bands) {
            for (band, column) in self.open.chunks_exact_mut(self.rows).enumerate() {
                let keys = rows[band..].iter().step_by(self.bands);
                column[self.filled..].iter_mut().zip(keys).for_each(|(place, key)| *place = *key);
            }
            self.filled += rows.len() / self.bands;
        }
    }

    /// Puts the full chunk away.
    fn close(&mut self) -> Result<()> {
        self.filled = 0;
        if self.file.is_none() {
            self.chunks.push(std::mem::take(&mut self.open).into_boxed_slice());
            let held = ((self.chunks.len() + 1) * self.rows * self.bands * size_of::<u64>()) as u64;
            if let Some(limit) = self.limit.as_ref().filter(|limit| held > limit.memory) {
                self.file = Some(limit.room.file(&format!("{}.keys", limit.name))?);
                for chunk in std::mem::take(&mut self.chunks) {
                    self.spill(&chunk)?;
                }
            }
            return Ok(());
        }
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

    /// Bytes held in memory.
    pub(crate) fn bytes(&self) -> u64 {
        (self.open.len() + self.chunks.iter().map(|chunk| chunk.len()).sum::<usize>()) as u64 * 8
    }

    /// Rows so far.
    pub(crate) fn len(&self) -> usize {
        (self.chunks.len() + self.spilled) * self.rows + self.filled
    }

    /// Number of bands.
    pub(crate) fn bands(&self) -> usize {
        self.bands
    }

    /// Visits the keys of one band, in runs: the first row of each and its keys. From any thread.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn read(&self, band: usize, mut visit: impl FnMut(usize, &[u64])) -> Result<()> {
        let column = band * self.rows..(band + 1) * self.rows;
        for (chunk, keys) in self.chunks.iter().enumerate() {
            visit(chunk * self.rows, &keys[column.clone()]);
        }
        let mut bytes = vec![0; if self.spilled > 0 { self.rows * size_of::<u64>() } else { 0 }];
        let mut keys = Vec::with_capacity(bytes.len() / size_of::<u64>());
        for (chunk, file) in (0..self.spilled).zip(std::iter::repeat(&self.file)) {
            let place = (chunk * self.bands + band) * self.rows * size_of::<u64>();
            file.as_ref().map_or(Ok(()), |file| file.read(place as u64, &mut bytes))?;
            keys.clear();
            keys.extend(bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)));
            visit(chunk * self.rows, &keys);
        }
        if self.filled > 0 {
            visit(self.len() - self.filled, &self.open[column][..self.filled]);
        }
        Ok(())
    }
}

/// Fewest rows of a chunk, however little memory there is.
const LEAST_ROWS: usize = 64;

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
