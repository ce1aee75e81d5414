//! Checks the bytes of a member while they are read: their number and their check sum.

use std::io::{self, Read};

/// Reads from `reader`; the end is an error if the bytes are not those that the directory promises.
pub(super) struct CheckedReader<R> {
    reader: R,
    crc: flate2::Crc,
    /// Bytes that are still promised.
    left: u64,
    expected: u32,
}

impl<R: Read> CheckedReader<R> {
    /// Expects `size` bytes with the check sum `crc`.
    pub(super) fn new(reader: R, size: u64, crc: u32) -> Self {
        Self { reader, crc: flate2::Crc::new(), left: size, expected: crc }
    }
}

impl<R: Read> Read for CheckedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what.to_owned()));
        let length = self.reader.read(buffer)?;

        if length as u64 > self.left {
            return wrong("it has more bytes than the directory of the archive says");
        }
        if length == 0 && !buffer.is_empty() {
            return match (self.left, self.crc.sum() == self.expected) {
                (0, true) => Ok(0),
                (0, false) => wrong("its check sum differs"),
                _ => wrong("it has fewer bytes than the directory of the archive says"),
            };
        }

        self.left -= length as u64;
        self.crc.update(buffer.get(..length).unwrap_or(&[]));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_were_not_promised_are_an_error() {
        let read = |size, crc| {
            let mut bytes = Vec::new();
            CheckedReader::new(&b"123456789"[..], size, crc).read_to_end(&mut bytes).map(|_| bytes)
        };
        // The check value of CRC-32 in its definition.
        assert_eq!(read(9, 0xCBF4_3926).unwrap(), b"123456789");
        assert!(read(9, 0).unwrap_err().to_string().contains("check sum"));
        assert!(read(8, 0xCBF4_3926).unwrap_err().to_string().contains("more bytes"));
        assert!(read(10, 0xCBF4_3926).unwrap_err().to_string().contains("fewer bytes"));
    }
}
