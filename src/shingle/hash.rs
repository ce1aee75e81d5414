//! The one stable hash: bytes of a token → 64 bits, and hashes of tokens → the hash of a shingle.
//!
//! Everything that reaches a signature, an index or a file is made from these functions, so they are **frozen**:
//! seeded, endian-free, the same on every machine, pinned by the test vectors below. They are designed for wide
//! registers: a token of up to 16 bytes of the [compact alphabet](crate::normalize::alphabet) takes one masked load and
//! one 64×64→128-bit multiplication; shingles take 64-bit low multiplications, shifts and xors only, eight lanes at a
//! time.
//!
//! The token hash folds the two halves of a wide product as wyhash and rapidhash do (Wang Yi, "Modern non-cryptographic
//! hash function", 2019); both factors are xored back in, so that no factor of zero swallows the other. The finaliser
//! is that of SplitMix (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, variant
//! 13 of Stafford's constants). The hash is not cryptographic: an author can construct collisions, which give a wrong
//! score to that author's own text.

/// Keys drawn from a seed: equal seeds give equal hashes, on any machine and in any version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashKeys {
    low: u64,
    high: u64,
    length: u64,
}

/// Odd multiplier of the rolling polynomial: the golden ratio in 64 bits, as in SplitMix.
pub(crate) const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Masks of the first n of 16 bytes, as two words; of all 16 from n = 16 on.
static SHORT: [[u64; 2]; 32] = {
    let mut masks = [[u64::MAX; 2]; 32];
    let mut length = 0;
    while length < 16 {
        let bits = (1_u128 << (8 * length)) - 1;
        masks[length] = [bits as u64, (bits >> 64) as u64];
        length += 1;
    }
    masks
};

impl HashKeys {
    /// The keys of `seed`: the first outputs of SplitMix64 started there.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut stream = SeedStream::new(seed);
        Self { low: stream.draw(), high: stream.draw(), length: stream.draw() | 1 }
    }

    /// Hashes bytes without zeros (tokens, or tokens joined by spaces), 16 at a time; the last block is padded with
    /// zeros.
    #[must_use]
    pub fn bytes(&self, bytes: &[u8]) -> u64 {
        let mut hash = 0;
        let mut rest = bytes;

        loop {
            let (block, tail) = rest.split_at(rest.len().min(16));
            let (low, high) = load(block);
            // The hash of the blocks before enters the next product, so their order counts.
            hash = fold_multiply(low ^ self.low ^ hash, high ^ self.high);

            if tail.is_empty() {
                return hash;
            }
            rest = tail;
        }
    }

    /// [`bytes`](Self::bytes) of the first `length` bytes of `window`; the others do not matter. `length` is at most
    /// 16.
    #[must_use]
    #[inline(always)]
    pub fn short(&self, window: &[u8; 16], length: usize) -> u64 {
        // The mask of the index removes the bounds check.
        let [low, high] = SHORT[length & 31];

        let both = u128::from_le_bytes(*window);
        fold_multiply((both as u64 & low) ^ self.low, ((both >> 64) as u64 & high) ^ self.high)
    }

    /// The hash of a shingle of `length` parts, from the hashes of its parts in order.
    #[must_use]
    pub fn shingle(&self, parts: &[u64]) -> u64 {
        // A polynomial in Horner's form; its start depends on the number of parts.
        finish(parts.iter().fold(self.start(parts.len()), |sum, part| sum.wrapping_mul(MULTIPLIER).wrapping_add(*part)))
    }

    /// The initial value of the polynomial of a shingle of `length` parts.
    pub(crate) fn start(&self, length: usize) -> u64 {
        self.length.wrapping_mul(length as u64)
    }

    /// The hash of a character shingle: the `length` characters of `bytes`.
    #[must_use]
    pub fn characters(&self, bytes: &[u8], length: usize) -> u64 {
        finish(self.bytes(bytes).wrapping_add(self.start(length)))
    }

    /// [`characters`](Self::characters) of the first `bytes` bytes of `window`, which are `length` characters.
    #[inline(always)]
    pub(super) fn short_characters(&self, window: &[u8; 16], bytes: usize, length: usize) -> u64 {
        finish(self.short(window, bytes).wrapping_add(self.start(length)))
    }
}

/// A SplitMix64 stream, from which keys and multipliers are drawn.
#[derive(Debug, Clone)]
pub(crate) struct SeedStream(u64);

impl SeedStream {
    /// The stream that starts at `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(MULTIPLIER);
        finish(self.0)
    }

    /// The next number from 0 on and below 1.
    pub(crate) fn draw_unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A number that looks random: the first one that [`SeedStream`] draws from `seed`.
pub(crate) fn mixed(seed: u64) -> u64 {
    SeedStream::new(seed).draw()
}

/// SplitMix64's finaliser: every input bit reaches every output bit. A bijection.
#[must_use]
pub(crate) const fn finish(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Up to 16 bytes as two little-endian words, zero-padded. Two loads that overlap are faster than a copy of unknown
/// length.
#[inline]
fn load(block: &[u8]) -> (u64, u64) {
    let length = block.len();

    // From 8 bytes on: the overlap of the two loads is shifted out.
    if let (Some(head), Some(tail)) = (block.first_chunk::<8>(), block.last_chunk::<8>()) {
        let (low, high) = (u64::from_le_bytes(*head), u64::from_le_bytes(*tail));
        return (low, if length == 8 { 0 } else { high >> (8 * (16 - length)) });
    }

    // From 4 to 7 bytes: the overlap is equal in both, so `|` joins them.
    if let (Some(head), Some(tail)) = (block.first_chunk::<4>(), block.last_chunk::<4>()) {
        let (low, high) = (u64::from(u32::from_le_bytes(*head)), u64::from(u32::from_le_bytes(*tail)));
        return (low | high << (8 * (length - 4)), 0);
    }

    match *block {
        [a] => (u64::from(a), 0),
        [a, b] => (u64::from(u16::from_le_bytes([a, b])), 0),
        [a, b, c] => (u64::from(u32::from_le_bytes([a, b, c, 0])), 0),
        _ => (0, 0),
    }
}

/// The xor of both halves of the 128-bit product and of both factors.
const fn fold_multiply(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ ((product >> 64) as u64) ^ a ^ b
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by this code when it was frozen and checked by an independent Python transcription of the definition.
    #[test]
    fn the_hash_never_changes() {
        let keys = HashKeys::new(1);
        assert_eq!(
            [keys.low, keys.high, keys.length],
            [0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67, 0xF893_A2EE_FB32_555F]
        );
        let tokens: Vec<u64> = [&b"a"[..], b"0123456789abcdef", b"0123456789abcdefg"].map(|t| keys.bytes(t)).into();
        assert_eq!(tokens, FROZEN_TOKENS);
        assert_eq!(keys.shingle(&tokens), FROZEN_SHINGLE);
        assert_eq!(keys.characters(b"abc", 3), FROZEN_CHARACTERS);
        assert_ne!(HashKeys::new(2).bytes(b"a"), tokens[0]);
    }

    const FROZEN_TOKENS: [u64; 3] = [0x84DA_7415_E097_D872, 0xA2F5_283C_7531_736B, 0x2CCB_989C_24DE_1C43];
    const FROZEN_SHINGLE: u64 = 0x29E1_CF00_D3E0_DC6E;
    const FROZEN_CHARACTERS: u64 = 0x6A2C_EF22_DB5D_9373;

    /// The two words of every length, against the plain copy; and the same through the window of a kernel.
    #[test]
    fn loads_equal_a_padded_copy() {
        let bytes: [u8; 16] = std::array::from_fn(|place| 0xF1 - place as u8 * 7);
        let keys = HashKeys::new(3);
        for length in 0..=16 {
            let mut padded = [0; 16];
            padded[..length].copy_from_slice(&bytes[..length]);
            let both = u128::from_le_bytes(padded);
            assert_eq!(load(&bytes[..length]), (both as u64, (both >> 64) as u64), "{length}");
            assert_eq!(keys.short(&bytes, length), keys.bytes(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn length_and_order_count() {
        let keys = HashKeys::new(7);
        assert_ne!(keys.shingle(&[1, 2]), keys.shingle(&[2, 1]));
        assert_ne!(keys.shingle(&[0]), keys.shingle(&[0, 0]));
        assert_ne!(keys.characters(b"ab", 2), keys.characters(b"ab", 3));
    }
}
