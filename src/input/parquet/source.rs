//! Access of the decoder to a file: by place, from several threads at once.

use std::io::{self, BufReader};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::input::held::{FromStart, PlainFile};

/// A plain file. Reading it fails if it has changed.
#[derive(Clone)]
pub(super) struct ParquetSource(pub(super) Arc<PlainFile>);

impl ParquetSource {
    /// Refuses bytes beyond the end of the file.
    fn check(&self, start: u64, length: u64) -> Result<()> {
        // Damaged metadata may ask for any length; it is checked before memory is reserved.
        match start.checked_add(length) {
            Some(end) if end <= self.0.length => Ok(()),
            _ => Err(ParquetError::EOF(format!("{length} bytes at {start} are beyond the end of the file"))),
        }
    }
}

impl Length for ParquetSource {
    fn len(&self) -> u64 {
        self.0.length
    }
}

impl ChunkReader for ParquetSource {
    type T = BufReader<FromStart>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        self.check(start, 0)?;
        Ok(BufReader::new(FromStart { file: Arc::clone(&self.0), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.check(start, length as u64)?;

        let mut bytes = vec![0; length];
        let failed = |error: io::Error| ParquetError::External(Box::new(error));
        self.0.read(start, &mut bytes).map_err(failed)?;
        Ok(bytes.into())
    }
}
