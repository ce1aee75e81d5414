//! A bit for each value of the uppermost bits of a hash, set where there is a posting: nearly every hash that is looked up has
//! none, and one look here tells.

/// Bits for each posting that is expected, where there is room: one in eight is set then, or less.
const BITS: usize = 8;

/// Tells of most hashes that they are not there.
#[derive(Debug, Clone)]
pub(super) struct HashFilter(Box<[u64]>);

impl HashFilter {
    /// An empty filter for so many postings of one slice, of no more bytes than that. With two bits a posting it still tells of six
    /// hashes in ten.
    pub(super) fn for_postings(count: usize, most_bytes: usize) -> Self {
        let bytes = (count * BITS / 8).min(most_bytes);
        Self(vec![0; (bytes / 8).max(1)].into())
    }

    pub(super) fn note(&mut self, low: u32) {
        let (word, bit) = self.place(low);
        self.0[word] |= bit;
    }

    pub(super) fn may_hold(&self, low: u32) -> bool {
        let (word, bit) = self.place(low);
        self.0[word] & bit != 0
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    fn place(&self, low: u32) -> (usize, u64) {
        let bit = (u64::from(low) * (self.0.len() as u64 * 64)) >> 32;
        ((bit / 64) as usize, 1 << (bit % 64))
    }
}
