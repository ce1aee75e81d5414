//! The rounds of Fast Similarity Sketching, in the instructions that the processor has.
//!
//! All kernels give the values of the definition in [`fast_similarity`](super::fast_similarity), bit for bit. They share
//! two ideas. A round reaches a place with a score above all scores of the rounds before, so after round 0 only places
//! that are still empty can change: a shingle whose place is settled is dropped by a test without a branch, and what is
//! left is scored in a loop of its own. And repeats of a shingle change nothing, so none are looked for.

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

/// The score of a place that nothing has reached.
pub(super) const EMPTY: u32 = u32::MAX;

/// Places are handed to a kernel in whole groups; those past the last value are never empty.
const GROUP: usize = 32;

/// The constants of all rounds for signatures of one length.
#[derive(Debug, Clone)]
pub(super) struct Rounds {
    /// Number of values.
    length: u32,
    /// High bits of a score that hold the round.
    bits: u32,
    constants: Box<[HashConstants]>,
}

/// What round i makes of a hash: `(hash ^ xor)·multiplier`.
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
            *value = scores.min().unwrap_or(EMPTY);
        }
    }

    #[inline(always)]
    fn place(&self, bits: u64) -> usize {
        (((bits >> 32) * u64::from(self.length)) >> 32) as usize
    }

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

/// Takes the minimum at the place where these bits of a round fall.
#[inline(always)]
fn lower(rounds: &Rounds, bits: u64, round: usize, places: &mut [u32]) {
    if let Some(value) = places.get_mut(rounds.place(bits)) {
        *value = (*value).min(rounds.score(bits, round));
    }
}
