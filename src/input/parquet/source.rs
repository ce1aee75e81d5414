//! Access of the decoder to a file: by place, from several threads at once.

use std::io::{self, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::input::held::{FromStart, PlainFile};

/// A plain file. Reading it fails if it has changed.
#[derive(Clone)]
pub(super) struct ParquetSource {
    file: Arc<PlainFile>,
    pages: Arc<PageLimit>,
}

/// The largest page that is read: a page is held whole, stored and decompressed.
struct PageLimit {
    most: u64,
    /// The bytes of a page that was refused; 0 if none was.
    refused: AtomicU64,
}

impl ParquetSource {
    /// A file of which pages of any size are read.
    pub(super) fn new(file: Arc<PlainFile>) -> Self {
        Self::within(file, u64::MAX)
    }

    /// A file of which pages of at most `most` bytes are read, stored and decompressed together.
    pub(super) fn within(file: Arc<PlainFile>, most: u64) -> Self {
        Self { file, pages: Arc::new(PageLimit { most, refused: AtomicU64::new(0) }) }
    }

    /// The bytes of a page that was too large; `None` if there was none.
    pub(super) fn refused(&self) -> Option<u64> {
        Some(self.pages.refused.load(Ordering::Relaxed)).filter(|bytes| *bytes > 0)
    }

    /// Refuses a page that is too large, by the header at `start`.
    fn check_page(&self, start: u64) -> Result<()> {
        if self.pages.most == u64::MAX {
            return Ok(());
        }

        let mut head = [0; HEAD];
        let length = self.file.length.saturating_sub(start).min(HEAD as u64) as usize;
        let failed = |error: io::Error| ParquetError::External(Box::new(error));
        self.file.read(start, &mut head[..length]).map_err(failed)?;

        // What is no header is left to the decoder.
        let bytes = page_bytes(&head[..length]).unwrap_or(0);
        if bytes > self.pages.most {
            self.pages.refused.store(bytes, Ordering::Relaxed);
            return Err(ParquetError::General(format!("a page of {bytes} bytes")));
        }
        Ok(())
    }

    /// Refuses bytes beyond the end of the file.
    fn check(&self, start: u64, length: u64) -> Result<()> {
        // Damaged metadata may ask for any length; it is checked before memory is reserved.
        match start.checked_add(length) {
            Some(end) if end <= self.file.length => Ok(()),
            _ => Err(ParquetError::EOF(format!("{length} bytes at {start} are beyond the end of the file"))),
        }
    }
}

impl Length for ParquetSource {
    fn len(&self) -> u64 {
        self.file.length
    }
}

impl ChunkReader for ParquetSource {
    type T = BufReader<FromStart>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        self.check(start, 0)?;
        self.check_page(start)?;
        Ok(BufReader::new(FromStart { file: Arc::clone(&self.file), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.check(start, length as u64)?;

        let mut bytes = vec![0; length];
        let failed = |error: io::Error| ParquetError::External(Box::new(error));
        self.file.read(start, &mut bytes).map_err(failed)?;
        Ok(bytes.into())
    }
}

/// Bytes in which the sizes of a page header are.
const HEAD: usize = 32;

/// The bytes of a page, decompressed and stored, by its header: the fields 2 and 3 of a Thrift struct in the compact
/// protocol, after the field 1 with its kind. `None` if the bytes are no such header.
fn page_bytes(head: &[u8]) -> Option<u64> {
    /// The head of a field: the next number, and a number of 32 bits.
    const NEXT: u8 = 0x15;

    let mut rest = head;
    let mut field = || {
        let (first, after) = rest.split_first()?;
        let end = after.iter().take(5).position(|byte| byte & 0x80 == 0)?;
        rest = &after[end + 1..];

        let bits = after[..=end].iter().rev().fold(0, |bits, byte| bits << 7 | u64::from(byte & 0x7F));
        // Zigzag: negative numbers, which no size is, are odd.
        (*first == NEXT && bits & 1 == 0).then_some(bits >> 1)
    };
    let (_kind, decompressed, stored) = (field()?, field()?, field()?);
    Some(decompressed + stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_the_sizes_of_its_page() {
        // The kind 0, 300 bytes as 90 stored.
        assert_eq!(page_bytes(&[0x15, 0, 0x15, 0xD8, 0x04, 0x15, 0xB4, 0x01, 0x2C]), Some(390));
        for other in [&[][..], &[0x15], &[0x15, 0, 0x15, 0xD8], &[0x15, 0, 0x15, 0x03, 0x15, 0x02], &[0xFF; 32]] {
            assert_eq!(page_bytes(other), None, "{other:?}");
        }
    }
}
