//! A filter of hashes: a Bloom filter in blocks of one line of memory (Putze, Sanders and Singler, "Cache-, Hash- and
//! Space-Efficient Bloom Filters", WEA 2007). Nearly every hash that is looked up has no posting, and one memory access
//! tells.
//!
//! A block holds the hashes of one range, so blocks can be joined: a filter can be made smaller by any factor of the
//! number of its blocks.

/// Bits per expected posting, if memory allows: 35 of 1,000 hashes without postings pass.
const BITS: usize = 8;

/// Words of a block: a line of memory.
const WORDS: usize = 8;

/// Bytes of a block.
const BLOCK: usize = 8 * WORDS;

/// Bits that a hash sets in its block. Three are best for eight bits a posting, and hardly worse than two or one for
/// two and a half.
const MARKS: u32 = 3;

/// A stored filter has a multiple of this number of blocks, so that it can be made smaller by many factors; a short one has a
/// multiple of [`SHORT_GRAIN`].
const GRAIN: usize = 60;
const SHORT_GRAIN: usize = 12;

/// Number of blocks of a filter that is short.
const SHORT: usize = 600;

/// Recognises most hashes without postings. Never wrong about a hash that was noted.
#[derive(Debug, Clone)]
pub(super) struct HashFilter {
    /// The blocks, and the words before the first and after the last one that align them to lines. Zeros of the system: a page
    /// of memory is taken when a bit on it is set first.
    words: Box<[u64]>,
    /// The place of the first block among the words.
    start: usize,
    blocks: usize,
}

impl HashFilter {
    /// A filter without hashes.
    fn empty(blocks: usize) -> Self {
        let words = vec![0_u64; (blocks + 1) * WORDS].into_boxed_slice();
        // It may say that it cannot tell: then a block lies on two lines.
        let start = words.as_ptr().align_offset(BLOCK).min(WORDS);
        Self { words, start, blocks }
    }

    /// An empty filter for `count` postings of one slice, of at most `most_bytes` bytes, and of one block at least.
    pub(super) fn for_postings(count: usize, most_bytes: usize) -> Self {
        let blocks = (count * BITS).div_ceil(8 * BLOCK).min(most_bytes / BLOCK);
        Self::empty(blocks.max(1))
    }

    /// An empty filter for at most `count` postings, as it is stored.
    pub(super) fn to_store(count: usize) -> Self {
        let blocks = (count * BITS).div_ceil(8 * BLOCK).max(1);
        let grain = if blocks < SHORT { SHORT_GRAIN } else { GRAIN };
        Self::empty(blocks.next_multiple_of(grain))
    }

    /// A stored filter, made smaller by a whole factor if it has more than `most_bytes` bytes. Blocks are joined, so it
    /// forgets no hash. `None` if `bytes` do not hold a filter.
    pub(super) fn stored(bytes: &[u8], most_bytes: usize) -> Option<Self> {
        let (stored, rest) = bytes.as_chunks::<BLOCK>();
        if stored.is_empty() || !rest.is_empty() {
            return None;
        }

        let least = bytes.len().div_ceil(most_bytes.max(BLOCK));
        let is_factor = |factor: &usize| stored.len().is_multiple_of(*factor);
        let factor = (least..stored.len()).find(is_factor).unwrap_or(stored.len());

        let mut filter = Self::empty(stored.len() / factor);
        for (bytes, place) in stored.iter().zip(0..) {
            let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
            let first = filter.start + place / factor * WORDS;
            filter.words[first..first + WORDS].iter_mut().zip(words).for_each(|(joined, word)| *joined |= word);
        }
        Some(filter)
    }

    /// The filter as it is stored: its words, little-endian.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let words = &self.words[self.start..self.start + self.blocks * WORDS];
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Adds a hash.
    pub(super) fn note(&mut self, low: u32) {
        let first = self.first_word(low);
        for (word, bit) in marks(low) {
            self.words[first + word] |= bit;
        }
    }

    /// Whether a hash may have been added.
    pub(super) fn may_hold(&self, low: u32) -> bool {
        let first = self.first_word(low);
        // Without a branch: the processor then waits for the lines of many hashes at once.
        marks(low).fold(true, |holds, (word, bit)| holds & (self.words[first + word] & bit != 0))
    }

    pub(super) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// The first word of the block of a hash, which is its range among all 32-bit values.
    fn first_word(&self, low: u32) -> usize {
        // A multiplication maps the hash to a block without a division, and keeps the order of hashes.
        self.start + ((u64::from(low) * self.blocks as u64) >> 32) as usize * WORDS
    }
}

/// The bits of a hash in its block: the word and the bit of each.
fn marks(low: u32) -> impl Iterator<Item = (usize, u64)> {
    // All hashes of a block begin with the same bits: a multiplication mixes the others into every mark.
    let mixed = u64::from(low).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (1..=MARKS).map(move |mark| {
        let place = mixed >> (64 - 9 * mark);
        ((place >> 6) as usize % WORDS, 1 << (place % 64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_filter_of_any_size_forgets_no_hash() {
        let lows: Vec<u32> = (0..50_000_u32).map(|n| n.wrapping_mul(0x9E37_79B1)).collect();
        let mut whole = HashFilter::to_store(lows.len());
        lows.iter().for_each(|low| whole.note(*low));

        let others = || (0..100_000_u32).map(|n| n.wrapping_mul(0x85EB_CA6B) | 1);
        let passed = |filter: &HashFilter| others().filter(|low| filter.may_hold(*low)).count();
        let mut before = 0;
        for most in [usize::MAX, 40_000, 25_000, 13_000, 6000, 100, 0] {
            let filter = HashFilter::stored(&whole.bytes(), most).unwrap();
            assert!(filter.blocks * BLOCK <= most.max(BLOCK), "{most}");
            assert!(lows.iter().all(|low| filter.may_hold(*low)), "{most}");
            assert!(passed(&filter) >= before, "{most}");
            before = passed(&filter);
        }
        assert_eq!(HashFilter::stored(&whole.bytes(), usize::MAX).unwrap().bytes(), whole.bytes());
        assert!(passed(&whole) < 4500, "35 hashes of 1,000 pass: {}", passed(&whole));
        assert!(HashFilter::stored(&[], 100).is_none() && HashFilter::stored(&[0; 65], 100).is_none());
    }

    #[test]
    fn a_filter_with_less_memory_still_recognises_hashes() {
        let lows: Vec<u32> = (0..50_000_u32).map(|n| n.wrapping_mul(0x9E37_79B1)).collect();
        let mut small = HashFilter::for_postings(lows.len(), lows.len() * 5 / 16);
        lows.iter().for_each(|low| small.note(*low));

        let passed =
            (0..100_000_u32).map(|n| n.wrapping_mul(0x85EB_CA6B) | 1).filter(|low| small.may_hold(*low)).count();
        assert!(passed < 37_000, "a third passes: {passed}");
    }
}
