//! Fast Similarity Sketching: t values from one pass over the shingles and a few short ones.
//!
//! In round i < t every shingle falls into one random value's place with the score `i + random fraction`; in round
//! t + j every shingle falls into place j. Each place keeps its smallest score, and the rounds end when no place is empty.
//! Scores of a round are larger than all scores of the rounds before, so a place is settled by the first round that
//! reaches it, and more rounds would change nothing: the signature is a minimum over all shingles and rounds, which is
//! why that of a union is the element-wise minimum. About ⌈t·ln t / n⌉ rounds for n shingles, at most 2t.
//!
//! A score is 32 bits: the round above, random bits below. Round 0 takes its bits from the shingle hash itself, which is
//! well mixed and seeded; round i from the high and middle bits of `(hash ^ cᵢ)·aᵢ` with aᵢ odd, drawn from the seed.

use super::{Signature, SketchParams};
use crate::shingle::hash::Stream;

/// The score of a place that nothing has reached.
pub(super) const EMPTY: u32 = u32::MAX;

/// Makes signatures of one set of parameters. Cheap to share, no state between sets.
#[derive(Debug, Clone)]
pub struct MinHasher {
    params: SketchParams,
    round_bits: u32,
    rounds: Box<[Round]>,
}

#[derive(Debug, Clone, Copy)]
struct Round {
    xor: u64,
    multiplier: u64,
}

impl MinHasher {
    /// A hasher for `params`. Draws 2k pairs of constants.
    #[must_use]
    pub fn new(params: SketchParams) -> Self {
        // A stream of its own: the plain seed already serves the shingle hash.
        let mut stream = Stream::new(!params.seed());
        let rounds = 2 * params.num_hashes();
        let draw = |_| Round { xor: stream.draw(), multiplier: stream.draw() | 1 };
        Self { params, round_bits: usize::BITS - rounds.leading_zeros(), rounds: (0..rounds).map(draw).collect() }
    }

    /// The parameters of every signature it makes.
    #[must_use]
    pub fn params(&self) -> &SketchParams {
        &self.params
    }

    /// The signature of a set of shingle hashes, in any order, repeats allowed. O(n + k log k) expected.
    #[must_use]
    pub fn sketch(&self, hashes: &[u64]) -> Signature {
        let mut values = Vec::new();
        self.sketch_into(hashes, &mut values);
        Signature::new(self.params, values.into_boxed_slice())
    }

    /// As [`sketch`](Self::sketch), but only the values, into a buffer that is reused.
    pub fn sketch_into(&self, hashes: &[u64], values: &mut Vec<u32>) {
        values.clear();
        values.resize(self.params.num_hashes(), EMPTY);
        if hashes.is_empty() {
            return;
        }
        for hash in hashes {
            self.place(*hash, 0, values);
        }
        for round in 1..self.params.num_hashes() {
            if !values.contains(&EMPTY) {
                return;
            }
            for hash in hashes {
                self.place(self.rehash(*hash, round), round, values);
            }
        }
        self.fill_rest(hashes, values);
    }

    /// The last rounds: place j takes the smallest score of all shingles in round t + j.
    fn fill_rest(&self, hashes: &[u64], values: &mut [u32]) {
        for (place, value) in values.iter_mut().enumerate().filter(|(_, value)| **value == EMPTY) {
            let round = self.params.num_hashes() + place;
            let scores = hashes.iter().map(|hash| self.score(self.rehash(*hash, round), round));
            *value = scores.min().unwrap_or(EMPTY);
        }
    }

    fn place(&self, bits: u64, round: usize, values: &mut [u32]) {
        let place = (((bits >> 32) * values.len() as u64) >> 32) as usize;
        values[place] = values[place].min(self.score(bits, round));
    }

    fn score(&self, bits: u64, round: usize) -> u32 {
        ((round as u32) << (32 - self.round_bits)) | ((bits ^ (bits >> 32)) as u32 >> self.round_bits)
    }

    fn rehash(&self, hash: u64, round: usize) -> u64 {
        let Round { xor, multiplier } = self.rounds[round];
        (hash ^ xor).wrapping_mul(multiplier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::hash::finish;

    /// The definition: the minimum over all shingles and all 2t rounds, without stopping early.
    fn plain(hasher: &MinHasher, hashes: &[u64]) -> Vec<u32> {
        let t = hasher.params.num_hashes();
        let mut values = vec![EMPTY; t];
        for hash in hashes {
            for round in 0..2 * t {
                let bits = if round == 0 { *hash } else { hasher.rehash(*hash, round) };
                let place = if round < t { (((bits >> 32) * t as u64) >> 32) as usize } else { round - t };
                values[place] = values[place].min(hasher.score(bits, round));
            }
        }
        values
    }

    fn hashes(n: u64, salt: u64) -> Vec<u64> {
        (0..n).map(|i| finish(i.wrapping_mul(7) ^ finish(salt))).collect()
    }

    #[test]
    fn stopping_early_changes_nothing() {
        for t in [1, 2, 7, 64, 128, 136] {
            let hasher = MinHasher::new(SketchParams::with_length(t).unwrap());
            for n in [0, 1, 2, 3, 10, 100, 1000] {
                let set = hashes(n, t as u64 + n);
                assert_eq!(hasher.sketch(&set).values(), plain(&hasher, &set), "t {t} n {n}");
            }
        }
    }

    #[test]
    fn a_union_is_the_minimum_and_order_and_repeats_do_not_count() {
        let hasher = MinHasher::new(SketchParams::with_length(100).unwrap());
        for (n, m) in [(1, 1), (3, 5), (50, 80), (300, 10)] {
            let (a, b) = (hashes(n, 1), hashes(m, 2));
            let both: Vec<u64> = b.iter().chain(&a).chain(&b).copied().collect();
            let merged = hasher.sketch(&a).merge(&hasher.sketch(&b)).unwrap();
            assert_eq!(merged, hasher.sketch(&both));
        }
    }

    /// RMSE of the estimate against √(J(1−J)/k), the error of independent values, at many set sizes.
    #[test]
    fn the_error_is_at_most_that_of_independent_values() {
        let k = 128;
        let hasher = MinHasher::new(SketchParams::with_length(k).unwrap());
        for (shared, alone) in [(4, 1), (9, 6), (40, 5), (100, 100), (267, 33)] {
            let jaccard = shared as f64 / (shared + 2 * alone) as f64;
            let trials = 1500;
            let square = |trial: u64| {
                let all = hashes(shared + 2 * alone, trial * 1000 + shared);
                let (s, a) = (shared as usize, alone as usize);
                let left = hasher.sketch(&all[..s + a]);
                let right = hasher.sketch(&[&all[..s], &all[s + a..]].concat());
                (left.jaccard(&right).unwrap().value - jaccard).powi(2)
            };
            let rmse = ((0..trials).map(square).sum::<f64>() / trials as f64).sqrt();
            let ideal = (jaccard * (1.0 - jaccard) / k as f64).sqrt();
            // The estimate of an RMSE from n trials has a relative error of about 1/√(2n): 4 of them.
            assert!(rmse < ideal * (1.0 + 4.0 / (2.0 * trials as f64).sqrt()), "J {jaccard:.2}: {rmse:.4} {ideal:.4}");
        }
    }
}
