//! A bit for each value of the uppermost bits of a hash, set where there is a posting: nearly every hash that is looked up has
//! none, and one look here tells.

/// Bits for each posting that is expected: one in eight is set then, or less.
const BITS: usize = 8;

/// Tells of most hashes that they are not there.
#[derive(Debug, Clone)]
pub(super) struct Filter(Box<[u64]>);

impl Filter {
    /// An empty filter for so many postings of one slice.
    pub(super) fn for_postings(count: usize) -> Self {
        Self(vec![0; (count * BITS / 64).max(1)].into())
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
