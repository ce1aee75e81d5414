//! How many records repeat the text of an earlier one, letter by letter. Above two million texts, those of a sample are counted.

use foldhash::HashMap;
use serde::Serialize;

/// Most distinct texts that are counted.
const MOST_TEXTS: usize = 1 << 21;

/// The texts that stand in several records, letter by letter; `dedup` also finds copies in another spelling. Empty texts are left
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RepeatCounts {
    /// Number of records whose text an earlier record has. An estimate if `sampled` is below 1.
    pub records: u64,
    /// Number of distinct texts that stand in two records or more. An estimate if `sampled` is below 1.
    pub texts: u64,
    /// Number of records of the most frequent text that was counted; 0 without texts.
    pub most: u64,
    /// The share of all distinct texts that were counted: 1, or a power of ½ in large inputs. Each text is chosen by its hash,
    /// with all its records.
    pub sampled: f64,
}

/// The hashes of texts with the number of their records. Of many texts those with small hashes, so that the result depends on
/// the set of texts alone.
#[derive(Debug)]
pub(super) struct RepeatSample {
    counts: HashMap<u64, u64>,
    /// Number of leading bits that are zero in every counted hash.
    zeros: u32,
    most: usize,
}

impl Default for RepeatSample {
    fn default() -> Self {
        Self::of(MOST_TEXTS)
    }
}

impl RepeatSample {
    fn of(most: usize) -> Self {
        Self { counts: HashMap::default(), zeros: 0, most }
    }

    /// Counts a record whose text has this hash.
    pub(super) fn add(&mut self, hash: u64) {
        if hash.leading_zeros() < self.zeros {
            return;
        }
        *self.counts.entry(hash).or_default() += 1;

        while self.counts.len() > self.most && self.zeros < u64::BITS - 1 {
            self.zeros += 1;
            let zeros = self.zeros;
            self.counts.retain(|hash, _| hash.leading_zeros() >= zeros);
        }
    }

    /// The counts.
    pub(super) fn finish(&self) -> RepeatCounts {
        let repeated = || self.counts.values().filter(|count| **count > 1);
        let all = |counted: u64| counted.saturating_mul(1 << self.zeros);
        RepeatCounts {
            records: all(repeated().map(|count| count - 1).sum()),
            texts: all(repeated().count() as u64),
            most: self.counts.values().copied().max().unwrap_or(0),
            sampled: 0.5f64.powi(self.zeros as i32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::hash::HashKeys;

    fn hashes() -> Vec<u64> {
        let keys = HashKeys::new(7);
        // Text n stands in 1 + n % 3 records.
        (0..6000u64).flat_map(|n| std::iter::repeat_n(keys.bytes(&n.to_le_bytes()), 1 + (n % 3) as usize)).collect()
    }

    #[test]
    fn few_texts_are_counted_exactly() {
        let mut sample = RepeatSample::of(6000);
        hashes().into_iter().for_each(|hash| sample.add(hash));
        assert_eq!(sample.finish(), RepeatCounts { records: 6000, texts: 4000, most: 3, sampled: 1.0 });
    }

    #[test]
    fn many_texts_are_estimated_alike_in_any_order() {
        let (mut sample, mut reversed) = (RepeatSample::of(1000), RepeatSample::of(1000));
        hashes().into_iter().for_each(|hash| sample.add(hash));
        hashes().into_iter().rev().for_each(|hash| reversed.add(hash));
        let found = sample.finish();
        assert_eq!(found, reversed.finish());
        assert!(found.sampled < 1.0 && (5000..7000).contains(&found.records), "{found:?}");
    }
}
