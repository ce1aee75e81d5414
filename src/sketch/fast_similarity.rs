//! Fast Similarity Sketching: t values from one full pass over the shingles and a few short ones.
//!
//! In round i < t every shingle falls into one random place with the score `i + random fraction`; in round t + j every
//! shingle falls into place j. Each place keeps its smallest score, and the rounds end when no place is empty. Scores
//! of a round exceed all scores of earlier rounds, so the first round that reaches a place settles it, and further
//! rounds would change nothing. The signature is thus a minimum over all shingles and rounds, and that of a union is
//! the element-wise minimum. About ⌈t·ln t / n⌉ rounds for n shingles, at most 2t.
//!
//! A score is 32 bits: the round above, random bits below. Round 0 takes its bits from the shingle hash itself, which
//! is well mixed and seeded; round i from the high and middle bits of `(hash ^ cᵢ)·aᵢ` with aᵢ odd, drawn from the
//! seed.

use super::kernel::Rounds;
use super::{Signature, SketchParams};
use crate::kernel::InstructionSet;
use crate::shingle::hash::SeedStream;

/// Makes signatures with one set of parameters. Cheap to share; keeps no state between sets.
#[derive(Debug, Clone)]
pub struct MinHasher {
    params: SketchParams,
    rounds: Rounds,
    kernel: InstructionSet,
}

impl MinHasher {
    /// A hasher for `params`. Draws 2k pairs of constants.
    #[must_use]
    pub fn new(params: SketchParams) -> Self {
        Self::with_kernel(params, InstructionSet::best())
    }

    /// A hasher with this instruction set, for tests and benches: the signatures are the same.
    #[must_use]
    pub fn with_kernel(params: SketchParams, kernel: InstructionSet) -> Self {
        // A stream of its own: the plain seed already serves the shingle hash.
        let rounds = Rounds::new(params.num_hashes(), SeedStream::new(!params.seed()));
        Self { params, rounds, kernel }
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
        self.rounds.minima(self.kernel, hashes, values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::hash::finish;
    use crate::sketch::kernel::EMPTY;

    /// The definition: the minimum over all shingles and all 2t rounds, without stopping early.
    fn plain(hasher: &MinHasher, hashes: &[u64]) -> Vec<u32> {
        let (t, rounds) = (hasher.params.num_hashes(), &hasher.rounds);
        let mut values = vec![EMPTY; t];
        for hash in hashes {
            for round in 0..2 * t {
                let bits = if round == 0 { *hash } else { rounds.rehash(*hash, round) };
                let place = if round < t { (((bits >> 32) * t as u64) >> 32) as usize } else { round - t };
                values[place] = values[place].min(rounds.score(bits, round));
            }
        }
        values
    }

    fn hashes(n: u64, salt: u64) -> Vec<u64> {
        (0..n).map(|i| finish(i.wrapping_mul(7) ^ finish(salt))).collect()
    }

    /// Lengths around a register and the bitmap's end, sets around a step.
    #[test]
    fn every_kernel_gives_the_values_of_the_definition() {
        for t in [1, 2, 7, 31, 32, 33, 64, 128, 136, 192, 256, 257, 511, 512, 513, 640, 767, 768, 769, 1023, 1024, 1025]
        {
            let params = SketchParams::with_length(t).unwrap();
            for n in [0, 1, 2, 3, 7, 8, 10, 15, 16, 17, 31, 33, 64, 100, 129, 1000] {
                let set = hashes(n, t as u64 + n);
                let expected = plain(&MinHasher::new(params), &set);
                for kernel in InstructionSet::all() {
                    let hasher = MinHasher::with_kernel(params, kernel);
                    assert_eq!(hasher.sketch(&set).values(), expected, "{} t {t} n {n}", kernel.name());
                }
            }
        }
    }

    /// All shingles equal, all in one place, and repeats in a set larger than any buffer.
    #[test]
    fn every_kernel_takes_lopsided_sets() {
        let crowded: Vec<u64> = hashes(700, 5).iter().map(|hash| hash >> 40).collect();
        let repeated: Vec<u64> = hashes(40, 6).iter().cycle().take(777).copied().collect();
        for set in [vec![0; 100], vec![u64::MAX; 9], crowded, repeated] {
            let params = SketchParams::with_length(136).unwrap();
            let expected = plain(&MinHasher::new(params), &set);
            for kernel in InstructionSet::all() {
                let hasher = MinHasher::with_kernel(params, kernel);
                assert_eq!(hasher.sketch(&set).values(), expected, "{}", kernel.name());
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
