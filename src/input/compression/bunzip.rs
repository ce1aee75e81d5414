//! Bzip2 streams, one after the other, as `pbzip2` and `bzip2` append them.
//!
//! They are read here and not by the readers of `bzip2` so that what was decompressed before an error is given.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::{Decompress, Status};

/// Decompresses stream after stream.
pub(super) struct Bzip2Reader<R: Read> {
    reader: BufReader<R>,
    /// `None` between streams.
    inflate: Option<Decompress>,
    /// The error after what was given last.
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

fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the stream ends too early")
}

fn corrupt() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "corrupt data")
}
