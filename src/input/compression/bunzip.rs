//! Bzip2 streams, read as one: `pbzip2` and concatenation make files of several.
//!
//! The readers of the `bzip2` crate are not used, since they drop the bytes decompressed before an error.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::{Decompress, Status};

/// Decompresses consecutive streams.
pub(super) struct Bzip2Reader<R: Read> {
    reader: BufReader<R>,
    /// `None` between streams.
    inflate: Option<Decompress>,
    /// The error that follows the bytes returned last.
    error: Option<io::Error>,
}

impl<R: Read> Bzip2Reader<R> {
    pub(super) fn new(reader: BufReader<R>) -> Self {
        Self { reader, inflate: None, error: None }
    }
}

impl<R: Read> Read for Bzip2Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }

        loop {
            if let Some(error) = self.error.take() {
                return Err(error);
            }

            let input = self.reader.fill_buf()?;
            let ended = input.is_empty();
            // The end of the input is the end of the file only between streams.
            if ended && self.inflate.is_none() {
                return Ok(0);
            }

            let inflate = self.inflate.get_or_insert_with(|| Decompress::new(false));

            let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
            let result = inflate.decompress(input, buffer);
            let consumed = (inflate.total_in() - before_in) as usize;
            let made = (inflate.total_out() - before_out) as usize;
            self.reader.consume(consumed);

            match result {
                Ok(Status::StreamEnd) => self.inflate = None,
                // Neither input nor output moved: the decoder waits for bytes that do not come, or is stuck.
                Ok(_) if made == 0 && consumed == 0 => self.error = Some(if ended { truncated() } else { corrupt() }),
                Ok(_) => {}
                Err(_) => self.error = Some(corrupt()),
            }

            if made > 0 {
                return Ok(made);
            }
        }
    }
}

/// The input ended inside a stream.
fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the stream ends too early")
}

fn corrupt() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "corrupt data")
}
