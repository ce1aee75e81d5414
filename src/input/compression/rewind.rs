//! A reader that can go back a little way: to look behind damage from where a member began.

use std::io::{self, BufRead, BufReader, Read};

/// Most bytes that it goes back.
const KEPT: usize = 1 << 17;

/// A buffered reader that keeps the last bytes it gave since a mark.
pub(super) struct RewindReader<R: Read> {
    reader: BufReader<R>,
    /// Bytes to give before those of the reader, from `at` on.
    back: Vec<u8>,
    at: usize,
    /// Bytes given since the mark; of more than [`KEPT`] the last ones.
    given: Vec<u8>,
}

impl<R: Read> RewindReader<R> {
    pub(super) fn new(reader: BufReader<R>) -> Self {
        Self { reader, back: Vec::new(), at: 0, given: Vec::new() }
    }

    /// Forgets what was given.
    pub(super) fn mark(&mut self) {
        self.given.clear();
    }

    /// Goes back to the byte after the first one since the mark, or as far as possible.
    pub(super) fn rewind(&mut self) {
        let given = std::mem::take(&mut self.given);
        let mut back = given.get(1..).unwrap_or_default().to_vec();
        back.extend_from_slice(self.back.get(self.at..).unwrap_or_default());
        (self.back, self.at) = (back, 0);
    }

    /// At least `length` of the next bytes, unless fewer are left.
    pub(super) fn peek(&mut self, length: usize) -> io::Result<&[u8]> {
        if self.at > 0 {
            self.back.drain(..self.at);
            self.at = 0;
        }

        let wanted = length.saturating_sub(self.back.len());
        if wanted > 0 {
            (&mut self.reader).take(wanted as u64).read_to_end(&mut self.back)?;
        }
        Ok(self.back.get(..length).unwrap_or(&self.back))
    }
}

impl<R: Read> BufRead for RewindReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.back.len() {
            return Ok(self.back.get(self.at..).unwrap_or_default());
        }
        self.reader.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        // Twice as many bytes are kept as needed, so that few are moved.
        if self.given.len() > 2 * KEPT {
            self.given.drain(..self.given.len() - KEPT);
        }

        let left = self.back.get(self.at..).unwrap_or_default();
        if !left.is_empty() {
            self.given.extend_from_slice(left.get(..length).unwrap_or(left));
            self.at += length;
            if self.at >= self.back.len() {
                (self.back, self.at) = (Vec::new(), 0);
            }
            return;
        }
        self.given.extend(self.reader.buffer().get(..length).unwrap_or_default());
        self.reader.consume(length);
    }
}

impl<R: Read> Read for RewindReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let length = bytes.len().min(buffer.len());
        buffer[..length].copy_from_slice(&bytes[..length]);
        self.consume(length);
        Ok(length)
    }
}
