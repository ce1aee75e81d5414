//! UTF-16 read as UTF-8, and written back: for formats whose records are found by bytes of ASCII.
//!
//! Halves of surrogate pairs have no UTF-8. They are read as three bytes in its pattern, which count as broken
//! characters where the text is decoded, and are written back as they were.

use std::io::{self, Read, Write};

use super::compression;
use super::slices::tail;

/// Bytes that are converted at once.
const PIECE: usize = 1 << 16;

/// The order of the two bytes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn bytes(self, unit: u16) -> [u8; 2] {
        match self {
            Self::Little => unit.to_le_bytes(),
            Self::Big => unit.to_be_bytes(),
        }
    }

    /// The text of `bytes` as UTF-8.
    pub(super) fn narrow(self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        // Reading from memory cannot fail.
        let _ = NarrowReader::new(bytes, self).read_to_end(&mut out);
        out
    }
}

/// Reads UTF-16 as UTF-8. The byte order mark becomes that of UTF-8.
pub(super) struct NarrowReader<R> {
    reader: R,
    order: ByteOrder,
    /// Bytes that were read and not converted: half a unit, or a high surrogate.
    left: Vec<u8>,
    /// Converted bytes; those before `at` have been read.
    ready: Vec<u8>,
    at: usize,
    has_ended: bool,
    /// The error that follows them.
    error: Option<io::Error>,
}

impl<R: Read> NarrowReader<R> {
    pub(super) fn new(reader: R, order: ByteOrder) -> Self {
        Self { reader, order, left: Vec::new(), ready: Vec::new(), at: 0, has_ended: false, error: None }
    }

    fn refill(&mut self) {
        (self.at, self.ready) = (0, Vec::new());
        let wanted = PIECE.saturating_sub(self.left.len());
        match (&mut self.reader).take(wanted as u64).read_to_end(&mut self.left) {
            Ok(length) => self.has_ended = length < wanted,
            Err(error) => (self.has_ended, self.error) = (true, Some(error)),
        }

        let bytes = std::mem::take(&mut self.left);
        let (units, rest) = bytes.as_chunks::<2>();
        let mut units: Vec<u16> = units.iter().map(|unit| self.order.unit(*unit)).collect();
        if !self.has_ended {
            // The other half of the last character follows.
            if let Some(high) = units.pop_if(|unit| (0xD800..0xDC00).contains(unit)) {
                self.left.extend_from_slice(&self.order.bytes(high));
            }
            self.left.extend_from_slice(rest);
        }

        for character in char::decode_utf16(units) {
            match character {
                Ok(character) => self.ready.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(half) => self.ready.extend_from_slice(&half_bytes(half.unpaired_surrogate())),
            }
        }
        // An odd byte at the end is half a unit, and no character.
        if self.has_ended && self.error.is_none() && !rest.is_empty() {
            self.ready.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
}

impl<R: Read> Read for NarrowReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            if self.has_ended {
                let Some(error) = self.error.take() else { return Ok(0) };
                // Behind a damaged member the reader can be read again.
                self.has_ended = !compression::goes_on(&error);
                return Err(error);
            }
            self.refill();
        }

        let ready = tail(&self.ready, self.at);
        let length = ready.len().min(buffer.len());
        buffer[..length].copy_from_slice(&ready[..length]);
        self.at += length;
        Ok(length)
    }
}

/// A unit as three bytes in the pattern of UTF-8.
fn half_bytes(unit: u16) -> [u8; 3] {
    let low = |bits: u16| 0x80 | (bits & 0x3F) as u8;
    [0xE0 | (unit >> 12) as u8, low(unit >> 6), low(unit)]
}

/// Writes UTF-8 as UTF-16: the inverse of [`NarrowReader`].
pub(crate) struct WideWriter<'a> {
    out: &'a mut dyn Write,
    order: ByteOrder,
    /// The beginning of a character.
    left: Vec<u8>,
}

impl<'a> WideWriter<'a> {
    /// A writer of UTF-16 to `out`.
    pub(crate) fn new(out: &'a mut dyn Write, order: ByteOrder) -> Self {
        Self { out, order, left: Vec::new() }
    }
}

impl Write for WideWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut whole = std::mem::take(&mut self.left);
        whole.extend_from_slice(bytes);

        let mut wide = Vec::with_capacity(2 * whole.len());
        let mut rest = whole.as_slice();
        while let Some(first) = rest.first() {
            let length = match first {
                0xF0.. => 4,
                0xE0.. => 3,
                0xC0.. => 2,
                _ => 1,
            };
            let Some((character, after)) = rest.split_at_checked(length) else { break };
            push_units(character, self.order, &mut wide);
            rest = after;
        }

        self.left = rest.to_vec();
        self.out.write_all(&wide)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Appends the units of one character, or of half a pair.
fn push_units(character: &[u8], order: ByteOrder, out: &mut Vec<u8>) {
    let mut units = [0; 2];
    let units: &[u16] = match (std::str::from_utf8(character).ok().and_then(|text| text.chars().next()), character) {
        (Some(character), _) => character.encode_utf16(&mut units),
        (None, [first, second, third]) => {
            let bits = |byte: &u8, mask: u8| u16::from(byte & mask);
            units[0] = bits(first, 0x0F) << 12 | bits(second, 0x3F) << 6 | bits(third, 0x3F);
            &units[..1]
        }
        _ => &[0xFFFD],
    };
    out.extend(units.iter().flat_map(|unit| order.bytes(*unit)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wide(bytes: &[u8], order: ByteOrder, step: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = WideWriter::new(&mut out, order);
        for piece in bytes.chunks(step) {
            writer.write_all(piece).unwrap();
        }
        out
    }

    proptest! {
        /// Any units, halves of pairs too, are written as they were read.
        #[test]
        fn units_come_back(
            units in prop::collection::vec(prop_oneof![any::<u16>(), 0xD7F0..0xE010_u16, 0..0x700_u16], 0..40),
            order in prop::sample::select(vec![ByteOrder::Little, ByteOrder::Big]),
            step in 1..7_usize,
        ) {
            let bytes: Vec<u8> = units.iter().flat_map(|unit| order.bytes(*unit)).collect();
            let narrow = order.narrow(&bytes);
            if let Ok(text) = String::from_utf16(&units) {
                prop_assert_eq!(&narrow, text.as_bytes());
            }
            prop_assert_eq!(wide(&narrow, order, step), bytes);
        }
    }

    #[test]
    fn pieces_and_odd_ends_are_read() {
        let text = "\u{FEFF}نص 😀\n".repeat(20_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(ByteOrder::Big.narrow(&bytes) == text.as_bytes());
        assert_eq!(ByteOrder::Little.narrow(b"a\0b"), "a\u{FFFD}".as_bytes());
    }
}
