//! Zstandard frames, one after the other.

use std::io::{self, BufReader, Read};

/// Decompressed bytes made at once. Of the piece in which damage is found nothing is read, so its size is fixed.
const PIECE: usize = 1 << 17;

/// Decompresses frame after frame.
pub(super) struct Unzstd<R: Read> {
    decoder: Option<zstd::stream::read::Decoder<'static, BufReader<R>>>,
    reader: Option<BufReader<R>>,
    piece: Box<[u8]>,
    at: usize,
    end: usize,
}

impl<R: Read> Unzstd<R> {
    pub(super) fn new(reader: BufReader<R>) -> Self {
        let piece = vec![0; PIECE].into_boxed_slice();
        Self { decoder: None, reader: Some(reader), piece, at: 0, end: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        if let Some(reader) = self.reader.take() {
            self.decoder = Some(zstd::stream::read::Decoder::with_buffer(reader)?);
        }
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        (self.at, self.end) = (0, 0);
        self.end = decoder.read(&mut self.piece)?;
        Ok(())
    }
}

impl<R: Read> Read for Unzstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.end {
            self.refill()?;
        }
        let ready = self.piece.get(self.at..self.end).unwrap_or_default();
        let length = ready.len().min(buffer.len());
        buffer[..length].copy_from_slice(&ready[..length]);
        self.at += length;
        Ok(length)
    }
}
