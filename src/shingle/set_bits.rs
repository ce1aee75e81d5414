//! A few bits of a shingle set, which bound how many shingles it can share with another set.

#![allow(unsafe_code, reason = "the call of a function that needs instructions the processor was seen to have")]

use super::ShingleSet;
use crate::kernel::{InstructionSet, in_kernel};

/// Words of the bits of a set. A line of an article has some hundred shingles, which set a tenth of the bits.
const WORDS: usize = 32;

/// A bit for each shingle of a set. Shingles may have the same bit, so only a bit that another set lacks tells something: one of
/// these shingles at least is not in that set.
#[derive(Debug, Clone)]
pub(crate) struct SetBits([u64; WORDS]);

impl SetBits {
    /// The bits of a set. O(n).
    pub(crate) fn of(set: &ShingleSet) -> Self {
        let mut bits = [0; WORDS];
        for hash in set.hashes() {
            // The low bits: neighbours in the order of a set have equal high ones.
            bits[(hash / 64) as usize % WORDS] |= 1 << (hash % 64);
        }
        Self(bits)
    }

    /// A number of shingles that two sets share at most, each given with its bits. At most the size of the smaller set.
    pub(crate) fn most_shared(a: (&ShingleSet, &Self), b: (&ShingleSet, &Self)) -> usize {
        let [of_a, of_b] = [&a.1.0, &b.1.0];
        let (only_a, only_b) =
            in_kernel!(InstructionSet::best(), count_own(of_a: &[u64; WORDS], of_b: &[u64; WORDS]) -> (usize, usize));
        (a.0.len() - only_a).min(b.0.len() - only_b)
    }
}

/// How many bits each has that the other lacks.
#[inline(always)]
fn count_own(a: &[u64; WORDS], b: &[u64; WORDS]) -> (usize, usize) {
    a.iter().zip(b).fold((0, 0), |(only_a, only_b), (a, b)| {
        (only_a + (a & !b).count_ones() as usize, only_b + (b & !a).count_ones() as usize)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shingle::hash::finish;

    fn most(a: &ShingleSet, b: &ShingleSet) -> usize {
        SetBits::most_shared((a, &SetBits::of(a)), (b, &SetBits::of(b)))
    }

    proptest! {
        #[test]
        fn sets_never_share_more(
            shared in prop::collection::vec(any::<u64>(), 0..300), a in prop::collection::vec(any::<u64>(), 0..300),
            b in prop::collection::vec(0_u64..5000, 0..3000),
        ) {
            let [a, b] = [a, b].map(|own| ShingleSet::new([&*shared, &own].concat()));
            let most = most(&a, &b);
            prop_assert!(a.shared(&b) <= most && most <= a.len().min(b.len()), "{most}");
        }
    }

    #[test]
    fn lines_that_share_little_are_told_apart() {
        let set = |from: u64| ShingleSet::new((from..from + 300).map(finish).collect());
        let (a, b) = (set(0), set(240));
        assert_eq!(a.shared(&b), 60);
        assert!(most(&a, &b) < 120, "{}", most(&a, &b));
        assert_eq!(most(&a, &a), 300);
    }
}
