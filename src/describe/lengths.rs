//! Lengths in classes: bounded memory at any number of records.

use std::collections::BTreeMap;

use serde::Serialize;

/// Lengths below this have a class of their own.
const EXACT: u64 = 64;

/// Classes of each doubling above.
const PER_DOUBLING: u64 = 32;

/// The quantiles of a summary.
const QUANTILES: [(&str, u64); 7] =
    [("p1", 10), ("p5", 50), ("p25", 250), ("p50", 500), ("p75", 750), ("p95", 950), ("p99", 990)];

/// Lengths by class. Below 64 each length is a class; above, each doubling has 32, so a class is at most 3.2 % wide.
#[derive(Debug, Clone, Default)]
pub(super) struct LengthCounts {
    classes: BTreeMap<u64, u64>,
    sum: u64,
    least: Option<u64>,
    largest: u64,
}

/// The lengths of records.
#[derive(Debug, Clone, Serialize)]
pub struct LengthSummary {
    /// All lengths together.
    pub sum: u64,
    /// The least length; 0 without records.
    pub least: u64,
    /// The largest length; 0 without records.
    pub largest: u64,
    /// The mean; 0 without records.
    pub mean: f64,
    /// Quantiles by nearest rank: `p5` is the length that 5 % of the records do not exceed. Exact below 64, else at most 3.2 %
    /// too small.
    pub quantiles: BTreeMap<&'static str, u64>,
    /// Number of records by length: 0, 1, and each doubling from 2 on. Classes without records at both ends are left out.
    pub histogram: Vec<LengthClass>,
}

/// The records whose length is in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LengthClass {
    /// The least length of the class.
    pub from: u64,
    /// The largest length of the class.
    pub to: u64,
    /// Number of records.
    pub records: u64,
}

impl LengthCounts {
    /// Adds a length.
    pub(super) fn add(&mut self, length: u64) {
        *self.classes.entry(class_start(length)).or_default() += 1;
        self.sum += length;
        self.least = Some(self.least.map_or(length, |least| least.min(length)));
        self.largest = self.largest.max(length);
    }

    /// Adds the lengths of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        for (start, count) in &other.classes {
            *self.classes.entry(*start).or_default() += count;
        }
        self.sum += other.sum;
        self.least = [self.least, other.least].into_iter().flatten().min();
        self.largest = self.largest.max(other.largest);
    }

    /// The summary of all lengths.
    pub(super) fn summary(&self) -> LengthSummary {
        let records: u64 = self.classes.values().sum();
        LengthSummary {
            sum: self.sum,
            least: self.least.unwrap_or(0),
            largest: self.largest,
            mean: if records == 0 { 0.0 } else { self.sum as f64 / records as f64 },
            quantiles: QUANTILES.into_iter().map(|(name, share)| (name, self.quantile(records, share))).collect(),
            histogram: self.histogram(),
        }
    }

    /// The length that `share` thousandths of the records do not exceed.
    fn quantile(&self, records: u64, share: u64) -> u64 {
        let rank = (u128::from(records) * u128::from(share)).div_ceil(1000).max(1) as u64;
        let mut below = 0;
        for (start, count) in &self.classes {
            below += count;
            if below >= rank {
                return (*start).max(self.least.unwrap_or(0));
            }
        }
        0
    }

    fn histogram(&self) -> Vec<LengthClass> {
        let mut doublings: BTreeMap<u32, u64> = BTreeMap::new();
        for (start, count) in &self.classes {
            *doublings.entry(u64::BITS - start.leading_zeros()).or_default() += count;
        }

        let (Some((first, _)), Some((last, _))) = (doublings.first_key_value(), doublings.last_key_value()) else {
            return Vec::new();
        };
        let class = |bits: u32| LengthClass {
            from: if bits == 0 { 0 } else { 1 << (bits - 1) },
            to: if bits == 0 { 0 } else { u64::MAX >> (u64::BITS - bits) },
            records: doublings.get(&bits).copied().unwrap_or(0),
        };
        (*first..=*last).map(class).collect()
    }
}

/// The least length of the class of a length.
fn class_start(length: u64) -> u64 {
    if length < EXACT {
        return length;
    }
    let doubling = length.ilog2();
    let width = (1 << doubling) / PER_DOUBLING;
    length / width * width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_lengths_within_a_class() {
        let mut counts = LengthCounts::default();
        let mut all: Vec<u64> = (0..5000u64).map(|n| n * n % 7919 * (n % 13)).collect();
        all.iter().for_each(|length| counts.add(*length));
        all.sort_unstable();

        let summary = counts.summary();
        for (name, share) in QUANTILES {
            let exact = all[(5 * share).max(1) as usize - 1];
            let found = summary.quantiles[name];
            assert!(found <= exact && found as f64 >= exact as f64 / 1.032, "{name}: {found} for {exact}");
        }
        assert_eq!((summary.least, summary.largest), (0, *all.last().unwrap()));
        assert_eq!(summary.histogram.iter().map(|class| class.records).sum::<u64>(), 5000);
    }

    #[test]
    fn classes_of_a_histogram_follow_each_other() {
        let mut counts = LengthCounts::default();
        [0, 1, 2, 3, 64, 127, 128, u64::MAX / 2].iter().for_each(|length| counts.add(*length));
        let histogram = counts.summary().histogram;
        assert!(histogram.windows(2).all(|pair| pair[0].to + 1 == pair[1].from));
        assert_eq!(histogram[2], LengthClass { from: 2, to: 3, records: 2 });
        assert_eq!(histogram[7], LengthClass { from: 64, to: 127, records: 2 });
        assert!(LengthCounts::default().summary().histogram.is_empty());
    }

    #[test]
    fn merged_counts_are_those_of_all_lengths() {
        let (mut one, mut two, mut all) = (LengthCounts::default(), LengthCounts::default(), LengthCounts::default());
        for length in 0..500 {
            if length % 3 == 0 {
                one.add(length)
            } else {
                two.add(length)
            }
            all.add(length);
        }
        one.merge(&two);
        one.merge(&LengthCounts::default());
        assert_eq!(format!("{one:?}"), format!("{all:?}"));
    }
}
