//! Counts the stored bytes that were read: of a compressed file the compressed ones.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many stored bytes of an input were read. Clones count together; an input that is read twice counts twice.
///
/// The count of a file is right at its end. Before, it can run ahead of the records by what is read ahead.
#[derive(Debug, Clone, Default)]
pub struct ReadMeter(Arc<MeterCounts>);

#[derive(Debug, Default)]
struct MeterCounts {
    /// Bytes of the files before the current one.
    before: AtomicU64,
    /// Bytes of the current file, and those of them that were read.
    length: AtomicU64,
    read: AtomicU64,
}

impl ReadMeter {
    /// Stored bytes that were read.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let counts = &*self.0;
        let read = counts.read.load(Ordering::Relaxed).min(counts.length.load(Ordering::Relaxed));
        counts.before.load(Ordering::Relaxed) + read
    }

    /// A file of `length` bytes begins; the one before it is read. 0: the last file is read.
    pub(super) fn begin(&self, length: u64) {
        let counts = &*self.0;
        counts.before.fetch_add(counts.length.swap(length, Ordering::Relaxed), Ordering::Relaxed);
        counts.read.store(0, Ordering::Relaxed);
    }

    /// `bytes` more of the current file were read.
    pub(super) fn add(&self, bytes: u64) {
        self.0.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The first `bytes` of the current file were read.
    #[cfg(feature = "archives")]
    pub(super) fn set(&self, bytes: u64) {
        self.0.read.store(bytes, Ordering::Relaxed);
    }

    /// `reader`, whose bytes are counted.
    pub(super) fn counted(&self, reader: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        Box::new(CountedReader { reader, meter: self.clone() })
    }
}

struct CountedReader {
    reader: Box<dyn Read + Send>,
    meter: ReadMeter,
}

impl Read for CountedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.meter.add(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_their_length_at_their_end_whatever_was_read_of_them() {
        let meter = ReadMeter::default();
        meter.begin(10);
        let mut reader = meter.counted(Box::new(io::Cursor::new([0; 7])));
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert_eq!(meter.bytes(), 7);
        meter.add(100);
        assert_eq!(meter.bytes(), 10);
        meter.begin(5);
        assert_eq!(meter.bytes(), 10);
        meter.begin(0);
        assert_eq!(meter.clone().bytes(), 15);
    }
}
