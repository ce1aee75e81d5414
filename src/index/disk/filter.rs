//! A filter with one bit for each range of hashes, set if a posting is in the range. Nearly every hash that is looked
//! up has no posting, and one memory access tells.

/// Bits per expected posting, if memory allows: at most one bit in eight is set.
const BITS: usize = 8;

/// A stored filter has a multiple of this number of words, so that it can be made smaller by many factors.
const GRAIN: usize = 60;

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

    /// An empty filter for at most `count` postings, as it is stored.
    pub(super) fn to_store(count: usize) -> Self {
        let words = (count * BITS).div_ceil(64).max(1).next_multiple_of(GRAIN);
        Self(vec![0; words].into())
    }

    /// A stored filter, made smaller by a whole factor if it has more than `most_bytes` bytes. Ranges are joined, so it
    /// forgets no hash. `None` if `bytes` do not hold a filter.
    pub(super) fn stored(bytes: &[u8], most_bytes: usize) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        if words.is_empty() || !rest.is_empty() {
            return None;
        }

        let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        let least = bytes.len().div_ceil(most_bytes.max(8));
        let factor = (least..words.len()).find(|factor| words.len().is_multiple_of(*factor)).unwrap_or(words.len());
        Some(Self(if factor > 1 { joined(&words, factor) } else { words.into() }))
    }

    /// The filter as it is stored: its words, little-endian.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
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

/// The bits of `words` with each `factor` neighbours joined into one.
fn joined(words: &[u64], factor: usize) -> Box<[u64]> {
    let mut joined = vec![0; words.len() / factor].into_boxed_slice();
    for (place, word) in words.iter().enumerate() {
        let mut left = *word;
        while left != 0 {
            let bit = (place * 64 + left.trailing_zeros() as usize) / factor;
            joined[bit / 64] |= 1 << (bit % 64);
            left &= left - 1;
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_filter_of_any_size_forgets_no_hash() {
        let lows: Vec<u32> = (0..5000_u32).map(|n| n.wrapping_mul(0x9E37_79B1)).collect();
        let mut whole = HashFilter::to_store(lows.len());
        lows.iter().for_each(|low| whole.note(*low));

        let others = || (0..100_000_u32).map(|n| n.wrapping_mul(0x85EB_CA6B) | 1);
        let passed = |filter: &HashFilter| others().filter(|low| filter.may_hold(*low)).count();
        let mut before = 0;
        for most in [usize::MAX, 4000, 2500, 1300, 600, 8, 0] {
            let filter = HashFilter::stored(&whole.bytes(), most).unwrap();
            assert!(filter.0.len() * 8 <= most.max(8), "{most}");
            assert!(lows.iter().all(|low| filter.may_hold(*low)), "{most}");
            assert!(passed(&filter) >= before, "{most}");
            before = passed(&filter);
        }
        assert_eq!(HashFilter::stored(&whole.bytes(), usize::MAX).unwrap().0, whole.0);
        assert!(passed(&whole) < 15_000, "one hash of eight passes");
        assert!(HashFilter::stored(&[], 10).is_none() && HashFilter::stored(&[0; 9], 10).is_none());
    }
}
