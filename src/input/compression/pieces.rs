//! A decoder read in pieces of one size, with errors after the bytes decompressed before them.
//!
//! Some decoders drop the output of the call that finds damage. Read in pieces of a fixed size they drop the same bytes
//! for every reader, so the records of a damaged file do not depend on the sizes of buffers.

use std::io::{self, Read};

use crate::input::slices::tail;

/// Decompressed bytes made at once.
const PIECE: usize = 1 << 16;

/// Reads from a decoder in pieces.
pub(super) struct DecoderPieces<D: Read> {
    decoder: D,
    /// The name of the compression, for errors.
    name: &'static str,
    /// Decompressed bytes; those before `at` have been read.
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    /// The error that follows the bytes in `ready`.
    error: Option<io::Error>,
}

impl<D: Read> DecoderPieces<D> {
    /// Reads from `decoder`; `name` is that of the compression.
    pub(super) fn new(decoder: D, name: &'static str) -> Self {
        Self { decoder, name, ready: Vec::new(), at: 0, ended: false, error: None }
    }

    /// Makes the next piece. After an error the decoder is not read again.
    fn refill(&mut self) {
        self.at = 0;
        self.ready.resize(PIECE, 0);

        // A decoder may return fewer bytes than asked for; the piece must be full all the same.
        let mut made = 0;
        while let Some(rest) = self.ready.get_mut(made..).filter(|rest| !rest.is_empty() && !self.ended) {
            match self.decoder.read(rest) {
                Ok(length) => (made, self.ended) = (made + length, length == 0),
                Err(error) => (self.error, self.ended) = (Some(error), true),
            }
        }

        self.ready.truncate(made);
    }
}

impl<D: Read> Read for DecoderPieces<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() && !self.ended {
            self.refill();
        }

        if self.at == self.ready.len() {
            return match self.error.take() {
                Some(error) => Err(io::Error::new(error.kind(), format!("damaged {} data: {error}", self.name))),
                None => Ok(0),
            };
        }

        let ready = tail(&self.ready, self.at);
        let length = ready.len().min(buffer.len());
        buffer[..length].copy_from_slice(&ready[..length]);
        self.at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write};

    use super::*;
    use crate::input::Compression;
    use crate::input::compression::DecompressionLimits;

    fn compressed(compression: Compression, text: &[u8]) -> Vec<u8> {
        let mut encoder = compression.writer(Vec::new()).unwrap();
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// The bytes read in pieces of `step`, and whether they end with an error.
    fn read(compression: Compression, bytes: &[u8], input: usize, step: usize) -> (Vec<u8>, bool) {
        let source = BufReader::with_capacity(input, io::Cursor::new(bytes.to_vec()));
        let mut reader = super::super::reader(
            Box::new(source),
            compression,
            DecompressionLimits { threads: 1, ahead: 0, window: u64::MAX },
        );
        let (mut read, mut buffer) = (Vec::new(), vec![0; step]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return (read, false),
                Ok(length) => read.extend_from_slice(&buffer[..length]),
                Err(_) => return (read, true),
            }
        }
    }

    #[test]
    fn streams_are_one_and_what_stands_before_damage_does_not_depend_on_buffers() {
        let long: Vec<u8> = (0..30_000_u32).flat_map(|n| (n.wrapping_mul(0x9E37_79B9) >> 9).to_le_bytes()).collect();
        let built = |compression: &Compression| compression.writer(Vec::new()).is_ok();
        for compression in [Compression::Bzip2, Compression::Xz].into_iter().filter(built) {
            let whole = [&b"one "[..], b"", &long].map(|text| compressed(compression, text)).concat();
            let plain = [&b"one "[..], &long].concat();
            assert_eq!(read(compression, &whole, 1 << 16, 1 << 16), (plain.clone(), false));
            for place in (1..whole.len()).step_by(whole.len() / 23) {
                let mut damaged = whole.clone();
                damaged[place] ^= 0x55;
                for bytes in [&damaged[..], &whole[..place]] {
                    let seen = read(compression, bytes, 1 << 16, 1 << 16);
                    assert!(read(compression, bytes, 100, 7) == seen, "{compression:?}, byte {place}");
                }
            }
            assert!(read(compression, &whole[..whole.len() - 1], 1 << 16, 1 << 16).1);
        }
    }
}
