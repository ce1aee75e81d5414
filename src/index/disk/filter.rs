//! A filter with one bit for each range of hashes, set if a posting is in the range. Nearly every hash that is looked
//! up has no posting, and one memory access tells.

/// Bits per expected posting, if memory allows: at most one bit in eight is set.
const BITS: usize = 8;

/// Recognises most hashes without postings. Never wrong about a hash that was noted.
#[derive(Debug, Clone)]
pub(super) struct HashFilter(Box<[u64]>);

impl HashFilter {
    /// An empty filter for `count` postings of one slice, of at most `most_bytes` bytes. With two bits per posting it
    /// still recognises six of ten hashes without postings.
    pub(super) fn for_postings(count: usize, most_bytes: usize) -> Self {
        let bytes = (count * BITS / 8).min(most_bytes);
        Self(vec![0; (bytes / 8).max(1)].into())
    }

    /// Adds a hash.
    pub(super) fn note(&mut self, low: u32) {
        let (word, bit) = self.place(low);
        self.0[word] |= bit;
    }

    /// Whether a hash may have been added.
    pub(super) fn may_hold(&self, low: u32) -> bool {
        let (word, bit) = self.place(low);
        self.0[word] & bit != 0
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    /// The word and the bit of a hash: its range among all 32-bit values.
    fn place(&self, low: u32) -> (usize, u64) {
        // A multiplication maps the hash to a bit without a division, and keeps the order of hashes.
        let bit = (u64::from(low) * (self.0.len() as u64 * 64)) >> 32;
        ((bit / 64) as usize, 1 << (bit % 64))
    }
}
