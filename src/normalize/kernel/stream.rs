//! A window of text as compact bytes with the words found in it: what a kernel fills and the driver reads.

use super::tables::code;

/// Source bytes of a window, at most: places in it fit 16 bits, and all of it stays in the nearest caches.
pub(super) const WINDOW: usize = 1 << 15;

/// Source bytes that a kernel takes at a time.
pub(super) const BLOCK: usize = 64;

/// Bytes before the first compact byte, so that a kernel may look back.
pub(super) const FRONT: usize = 64;

/// Bytes behind the last: separators, which end the last word, and room for whole-register stores.
const BACK: usize = 3 * BLOCK;

/// A place where the walk must look.
#[derive(Debug, Clone, Copy)]
pub(super) struct WalkFlag {
    /// Where in the compact bytes.
    pub place: u16,
    /// The last word that begins there or before.
    pub word: u16,
}

/// The compact bytes of a window and its words. Reused from window to window.
#[derive(Debug, Default)]
pub(in crate::normalize) struct CompactStream {
    /// [`FRONT`] bytes, the compact bytes, separators.
    pub(super) bytes: Vec<u8>,
    /// Compact bytes.
    pub(super) len: usize,
    /// For each block of the source, which bytes of it a compact byte was stored for, each character's at its last byte.
    pub(super) keeps: Vec<u64>,
    /// For each block of the source, the compact bytes before it.
    pub(super) offsets: Vec<u16>,
    /// Where words begin.
    pub(super) starts: Vec<u16>,
    /// Where they end.
    pub(super) ends: Vec<u16>,
    /// Words.
    pub(super) words: usize,
    /// Where the walk must look, ascending.
    pub(super) flags: Vec<WalkFlag>,
}

impl CompactStream {
    /// Makes room for the compact form of `len` bytes and forgets what was found before.
    pub(super) fn clear(&mut self, len: usize) {
        (self.len, self.words) = (0, 0);
        self.flags.clear();
        if self.bytes.len() < FRONT + len + BACK {
            let blocks = len.div_ceil(BLOCK);
            self.bytes.resize(FRONT + len + BACK, code::BREAK);
            self.keeps.resize(blocks, 0);
            self.offsets.resize(blocks, 0);
            self.starts.resize(len + BACK, 0);
            self.ends.resize(len + BACK, 0);
        }
    }

    /// The compact bytes, and at least 64 separators behind them.
    pub(super) fn compact(&self) -> &[u8] {
        &self.bytes[FRONT..]
    }

    /// Writes the separators behind the last compact byte.
    pub(super) fn close(&mut self, len: usize) {
        self.len = len;
        self.bytes[FRONT + len..FRONT + len + 2 * BLOCK].fill(code::BREAK);
    }

    /// The stretch between two plain separators that holds `place`: its first byte, and its separator.
    pub(super) fn piece(&self, place: usize) -> (usize, usize) {
        let compact = self.compact();
        let plain = |&byte: &u8| byte <= code::BREAK;
        let from = compact[..place].iter().rposition(plain).map_or(0, |separator| separator + 1);
        let until = compact[place..].iter().position(plain).map_or(self.len, |length| place + length);
        (from, until)
    }

    /// The place in the source after the character whose compact byte is at `place`. `block` is the block of the last
    /// place asked for, or 0; places asked for ascend.
    pub(super) fn source_after(&self, place: usize, source_len: usize, block: &mut usize) -> usize {
        if place >= self.len {
            return source_len;
        }
        let next = &self.offsets[*block + 1..source_len.div_ceil(BLOCK)];
        *block += next.iter().take_while(|&&offset| usize::from(offset) <= place).count();
        *block * BLOCK + select(self.keeps[*block], place - usize::from(self.offsets[*block])) + 1
    }

    /// The compact bytes before the source place `source`, which lies inside the window.
    pub(super) fn compact_before(&self, source: usize) -> usize {
        let (block, rest) = (source / BLOCK, source % BLOCK);
        let below = self.keeps[block] & !(u64::MAX << rest);
        usize::from(self.offsets[block]) + below.count_ones() as usize
    }
}

/// The place of set bit number `rank` of `bits`.
fn select(mut bits: u64, mut rank: usize) -> usize {
    let mut place = 0;
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
