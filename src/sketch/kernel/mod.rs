//! The rounds of Fast Similarity Sketching, in the instruction set of the processor.
//!
//! All kernels give the values of the definition in [`fast_similarity`](super::fast_similarity), bit for bit. They
//! share two ideas. First, the scores of a round exceed all scores of earlier rounds, so after round 0 only empty
//! places can change: a branch-free test drops shingles whose place is settled, and a separate loop scores the others.
//! Second, repeated shingles change nothing, so they are not removed.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod step;

use crate::kernel::{InstructionSet, KernelSet};
use crate::shingle::hash::SeedStream;

/// The score of an empty place.
pub(super) const EMPTY: u32 = u32::MAX;

/// Kernels get places in whole groups; the places added after the last value are never empty.
const GROUP: usize = 32;

/// The constants of all rounds for signatures of one length.
#[derive(Debug, Clone)]
pub(super) struct Rounds {
    /// Number of values.
    length: u32,
    /// Number of high bits of a score that hold the round.
    bits: u32,
    constants: Box<[HashConstants]>,
}

/// The constants that rehash a shingle in one round: `(hash ^ xor)·multiplier`.
#[derive(Debug, Clone, Copy)]
struct HashConstants {
    xor: u64,
    multiplier: u64,
}

impl Rounds {
    /// Draws the constants of 2 × `length` rounds.
    pub(super) fn new(length: usize, mut stream: SeedStream) -> Self {
        let rounds = 2 * length;
        let draw = |_| HashConstants { xor: stream.draw(), multiplier: stream.draw() | 1 };

        let constants = (0..rounds).map(draw).collect();
        Self { length: length as u32, bits: usize::BITS - rounds.leading_zeros(), constants }
    }

    /// Makes `values` the signature of `hashes`.
    pub(super) fn minima(&self, kernel: InstructionSet, hashes: &[u64], values: &mut Vec<u32>) {
        let length = self.length as usize;
        values.clear();
        values.resize(length, EMPTY);

        if hashes.is_empty() {
            return;
        }

        // Added places hold 0, the smallest score, so that no kernel takes them for empty.
        values.resize(length.next_multiple_of(GROUP), 0);

        let settled = match kernel.0 {
            #[cfg(target_arch = "x86_64")]
            KernelSet::Avx512 if length <= avx512::LONGEST => avx512::minima(self, hashes, values),
            #[cfg(target_arch = "x86_64")]
            KernelSet::Avx2 if length <= avx2::LONGEST => avx2::minima(self, hashes, values),
            #[cfg(target_arch = "aarch64")]
            KernelSet::Neon if length <= neon::LONGEST && cfg!(target_endian = "little") => {
                neon::minima(self, hashes, values)
            }
            _ => portable::minima(self, hashes, values),
        };

        if !settled {
            self.fill_rest(hashes, values);
        }

        values.truncate(length);
    }

    /// The last rounds: place j takes the smallest score of all shingles in round t + j.
    fn fill_rest(&self, hashes: &[u64], values: &mut [u32]) {
        for (place, value) in values.iter_mut().enumerate().filter(|(_, value)| **value == EMPTY) {
            let round = self.length as usize + place;
            let scores = hashes.iter().map(|hash| self.score(self.rehash(*hash, round), round));
            debug_assert!(!hashes.is_empty(), "`minima` handles a set without shingles");
            *value = scores.min().unwrap_or(EMPTY);
        }
    }

    /// The place of a shingle in a round, from the high half of its bits.
    #[inline(always)]
    fn place(&self, bits: u64) -> usize {
        (((bits >> 32) * u64::from(self.length)) >> 32) as usize
    }

    /// The score of a shingle in a round.
    #[inline(always)]
    pub(super) fn score(&self, bits: u64, round: usize) -> u32 {
        ((round as u32) << (32 - self.bits)) | ((bits ^ (bits >> 32)) as u32 >> self.bits)
    }

    #[inline(always)]
    pub(super) fn rehash(&self, hash: u64, round: usize) -> u64 {
        self.constants[round].rehash(hash)
    }
}

impl HashConstants {
    #[inline(always)]
    fn rehash(self, hash: u64) -> u64 {
        (hash ^ self.xor).wrapping_mul(self.multiplier)
    }
}

/// Lowers the place of a shingle to its score in a round, if that is smaller.
#[inline(always)]
fn lower(rounds: &Rounds, bits: u64, round: usize, places: &mut [u32]) {
    if let Some(value) = places.get_mut(rounds.place(bits)) {
        *value = (*value).min(rounds.score(bits, round));
    }
}
