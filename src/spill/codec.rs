//! A little-endian encoding of numbers, for the files that a run writes for itself.
//!
//! Decoding never panics: bytes that end too early, or announce more than follows, give `None`.

/// Encodes numbers as bytes.
#[derive(Debug, Default)]
pub(crate) struct ByteEncoder(Vec<u8>);

impl ByteEncoder {
    pub(crate) fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    pub(crate) fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    /// A length, followed by that many bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.u64(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A length, followed by that many numbers.
    pub(crate) fn u64s(&mut self, values: &[u64]) {
        self.u64(values.len() as u64);
        self.0.reserve(8 * values.len());
        for value in values {
            self.0.extend(value.to_le_bytes());
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Decodes numbers from bytes.
#[derive(Debug)]
pub(crate) struct ByteDecoder<'a>(&'a [u8]);

impl<'a> ByteDecoder<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn f64(&mut self) -> Option<f64> {
        self.u64().map(f64::from_bits)
    }

    /// A number of items that follow, each of at least `least` bytes.
    pub(crate) fn count(&mut self, least: usize) -> Option<usize> {
        let count = usize::try_from(self.u64()?).ok()?;
        // A damaged count could be huge; callers allocate for the count.

        (count.checked_mul(least)? <= self.0.len()).then_some(count)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.count(1)?;
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    pub(crate) fn u64s(&mut self) -> Option<Vec<u64>> {
        let count = self.count(8)?;
        (0..count).map(|_| self.u64()).collect()
    }

    /// Whether all bytes have been decoded.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_cut_bytes_give_nothing() {
        let mut encoder = ByteEncoder::default();
        encoder.byte(7);
        encoder.u32(u32::MAX);
        encoder.f64(-0.5);
        encoder.bytes(b"abc");
        encoder.u64s(&[1, u64::MAX]);
        let bytes = encoder.finish();
        let read = |bytes: &[u8]| {
            let mut decoder = ByteDecoder::new(bytes);
            let read = (decoder.byte()?, decoder.u32()?, decoder.f64()?, decoder.bytes()?.to_vec(), decoder.u64s()?);
            decoder.is_empty().then_some(read)
        };
        assert_eq!(read(&bytes), Some((7, u32::MAX, -0.5, b"abc".to_vec(), vec![1, u64::MAX])));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
        assert_eq!(ByteDecoder::new(&[0xFF; 8]).u64s(), None, "more than there is");
    }
}
