//! The output of a kernel: the compact bytes of a window of text and the words in them.

use super::super::compact_tables::code;

/// Most source bytes of a window: places in it fit 16 bits, and all of its buffers stay in the nearest caches.
pub(super) const WINDOW: usize = 1 << 15;

/// Source bytes of one step of a kernel.
pub(super) const BLOCK: usize = 64;

/// Bytes before the first compact byte, so that a kernel may read before it.
pub(super) const FRONT: usize = 64;

/// Bytes after the last compact byte: separators, which end the last word, and room for whole-register stores.
const BACK: usize = 3 * BLOCK;

/// A compact byte that only the walk can treat.
#[derive(Debug, Clone, Copy)]
pub(super) struct WalkFlag {
    /// Its place in the compact bytes.
    pub place: u16,
    /// The last word that begins there or before.
    pub word: u16,
}

/// The result of the compact pass over a window, apart from its bytes.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct CompactScan {
    /// The window may hold an entity, URL or address.
    pub(super) suspicious: bool,
    /// Number of characters that only the walk can fold.
    pub(super) rare: usize,
}

/// The compact bytes of a window and its words. Reused from window to window.
#[derive(Debug, Default)]
pub(in crate::normalize) struct CompactStream {
    /// [`FRONT`] bytes, the compact bytes, separators.
    pub(super) bytes: Vec<u8>,
    /// Number of compact bytes.
    pub(super) len: usize,
    /// For each block of the source, a bit for each byte that a compact byte was stored for: the last of its character.
    pub(super) keeps: Vec<u64>,
    /// For each block of the source, the number of compact bytes before it.
    pub(super) offsets: Vec<u16>,
    /// First bytes of words.
    pub(super) starts: Vec<u16>,
    /// Bytes after words.
    pub(super) ends: Vec<u16>,
    /// Number of words.
    pub(super) words: usize,
    /// Bytes for the walk, ascending.
    pub(super) flags: Vec<WalkFlag>,
}

impl CompactStream {
    /// Makes room for the compact form of `len` bytes and discards the last window.
    pub(super) fn clear(&mut self, len: usize) {
        (self.len, self.words) = (0, 0);
        self.flags.clear();

        // Grows only: stale bytes after the new ones are overwritten or never read.
        if self.bytes.len() < FRONT + len + BACK {
            let blocks = len.div_ceil(BLOCK);
            self.bytes.resize(FRONT + len + BACK, code::BREAK);
            self.keeps.resize(blocks, 0);
            self.offsets.resize(blocks, 0);
            self.starts.resize(len + BACK, 0);
            self.ends.resize(len + BACK, 0);
        }
    }

    /// The compact bytes and at least 64 separators after them.
    pub(super) fn compact(&self) -> &[u8] {
        &self.bytes[FRONT..]
    }

    /// Sets the number of compact bytes and writes the separators after them.
    pub(super) fn close(&mut self, len: usize) {
        self.len = len;

        self.bytes[FRONT + len..FRONT + len + 2 * BLOCK].fill(code::BREAK);
    }

    /// The stretch between two plain separators around `place`: its first byte and the separator after it.
    pub(super) fn piece(&self, place: usize) -> (usize, usize) {
        let compact = self.compact();
        let plain = |&byte: &u8| byte <= code::BREAK;

        let from = compact[..place].iter().rposition(plain).map_or(0, |separator| separator + 1);
        let until = compact[place..].iter().position(plain).map_or(self.len, |length| place + length);

        (from, until)
    }

    /// The place in the source after the character whose compact byte is at `place`. `block` is the block of the last
    /// place asked for, or 0; places must ascend.
    pub(super) fn source_after(&self, place: usize, source_len: usize, block: &mut usize) -> usize {
        if place >= self.len {
            return source_len;
        }

        let next = &self.offsets[*block + 1..source_len.div_ceil(BLOCK)];
        *block += next.iter().take_while(|&&offset| usize::from(offset) <= place).count();
        *block * BLOCK + select(self.keeps[*block], place - usize::from(self.offsets[*block])) + 1
    }

    /// Number of compact bytes before the source place `source`, which must lie inside the window.
    pub(super) fn compact_before(&self, source: usize) -> usize {
        let (block, rest) = (source / BLOCK, source % BLOCK);

        // The bits of the block below the place.
        let below = self.keeps[block] & !(u64::MAX << rest);
        usize::from(self.offsets[block]) + below.count_ones() as usize
    }
}

/// The place of set bit number `rank` of `bits`, which must have more than `rank` set bits.
fn select(mut bits: u64, mut rank: usize) -> usize {
    debug_assert!(rank < bits.count_ones() as usize, "a bit that is set");
    let mut place = 0;

    // Halves the word six times.
    for width in [32, 16, 8, 4, 2, 1] {
        let low = bits & ((1 << width) - 1);
        let count = low.count_ones() as usize;
        if rank >= count {
            rank -= count;
            place += width;
            bits >>= width;
        } else {
            bits = low;
        }
    }

    place
}

#[cfg(test)]
mod tests {
    use super::select;

    #[test]
    fn select_finds_every_bit() {
        for bits in [1, 0x8000_0000_0000_0000, u64::MAX, 0x1234_5678_9ABC_DEF1, 0xF0F0_0000_0000_000F_u64] {
            let places: Vec<usize> = (0..64).filter(|place| bits >> place & 1 == 1).collect();
            let found: Vec<usize> = (0..places.len()).map(|rank| select(bits, rank)).collect();
            assert_eq!(found, places);
        }
    }
}
