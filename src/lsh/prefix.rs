//! Prefix and length filters: all candidates for a Jaccard of at least T among sets.
//!
//! The shingles of each set are ordered from rare to frequent. Two sets with Jaccard ≥ T share at least one of the
//! first `|x| − ⌈T·|x|⌉ + 1` shingles of each, and the smaller has at least T times the size of the larger (Chaudhuri,
//! Ganti and Kaushik, ICDE 2006; Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", WWW 2007). No pair
//! is lost. Rare shingles come first so that lists stay short where many texts share one template.

use std::collections::hash_map::Entry;
use std::ops::Deref;

use foldhash::HashMap;

use super::node::Node;
use crate::shingle::ShingleSet;

/// Tolerance for rounding: a bound that is off by an ulp must not lose a pair.
const SLACK: f64 = 1e-9;

/// An inverted index of the rare prefixes of some sets.
#[derive(Debug)]
pub(crate) struct PrefixIndex {
    threshold: f64,
    /// Number of sets that contain each shingle.
    frequency: HashMap<u64, u32>,
    /// For each prefix shingle, the sets whose prefix contains it: size and node, in the order given.
    lists: HashMap<u64, Vec<(u32, Node)>>,
    /// Number of sets.
    sets: u64,
}

impl PrefixIndex {
    /// Indexes `sets` for pairs of Jaccard ≥ `threshold`. O(total shingles · log).
    pub(crate) fn new<S: Deref<Target = ShingleSet>>(
        sets: impl Iterator<Item = (Node, S)> + Clone,
        threshold: f64,
    ) -> Self {
        let (mut frequency, mut count) = (HashMap::default(), 0);
        for (_, set) in sets.clone() {
            count += 1;
            for hash in set.hashes() {
                *frequency.entry(*hash).or_insert(0) += 1;
            }
        }

        // Prefixes depend on all frequencies, hence a second pass.
        let mut index = Self { threshold, frequency, lists: HashMap::default(), sets: count };
        for (node, set) in sets {
            for hash in index.prefix(&set) {
                match index.lists.entry(hash) {
                    Entry::Occupied(mut list) => list.get_mut().push((set.len() as u32, node)),
                    Entry::Vacant(list) => drop(list.insert(vec![(set.len() as u32, node)])),
                }
            }
        }
        index
    }

    /// The prefix of a set: its rarest shingles, ties by hash. All sets must use the same order.
    fn prefix(&self, set: &ShingleSet) -> Vec<u64> {
        let least = (self.threshold * set.len() as f64 - SLACK).ceil().max(1.0) as usize;
        let length = (set.len() + 1).saturating_sub(least);

        // A shingle of a set that is not indexed may be in none of them.
        let frequency = |hash: &u64| self.frequency.get(hash).map_or(0, |count| *count);
        let mut order: Vec<(u32, u64)> = set.hashes().iter().map(|hash| (frequency(hash), *hash)).collect();

        // Selected before it is sorted: the prefix is a small part of the set.
        if length < order.len() {
            order.select_nth_unstable(length);
            order.truncate(length);
        }

        order.sort_unstable();
        order.into_iter().map(|(_, hash)| hash).collect()
    }

    /// Calls `visit` with every node whose set may have Jaccard ≥ T to `set`, and the length of the list that names the
    /// node. A node may come several times.
    pub(crate) fn probe(&self, set: &ShingleSet, mut visit: impl FnMut(Node, usize)) {
        let sizes = self.fitting_sizes(set);
        for hash in self.prefix(set) {
            // A list is in the order given, not by size, so the length filter looks at all of it.
            let list = self.lists.get(&hash).map_or(&[][..], Vec::as_slice);
            for (_, node) in list.iter().filter(|(size, _)| sizes.contains(size)) {
                visit(*node, list.len());
            }
        }
    }

    /// As [`probe`](Self::probe), but removes the entries for which `keep` returns false.
    pub(crate) fn probe_retain(&mut self, set: &ShingleSet, mut keep: impl FnMut(Node, usize) -> bool) {
        let sizes = self.fitting_sizes(set);
        for hash in self.prefix(set) {
            if let Some(list) = self.lists.get_mut(&hash) {
                let length = list.len();
                list.retain(|(size, node)| !sizes.contains(size) || keep(*node, length));
            }
        }
    }

    /// Number of sets that were indexed.
    pub(crate) fn sets(&self) -> u64 {
        self.sets
    }

    /// Removes the nodes that are not to stay from the lists of more than `length` entries in which a probe of `set` would look.
    pub(crate) fn purge(&mut self, set: &ShingleSet, length: usize, stays: impl Fn(Node) -> bool) {
        for hash in self.prefix(set) {
            if let Some(list) = self.lists.get_mut(&hash).filter(|list| list.len() > length) {
                list.retain(|(_, node)| stays(*node));
            }
        }
    }

    /// The sizes that a set with Jaccard ≥ T to `set` can have.
    fn fitting_sizes(&self, set: &ShingleSet) -> std::ops::RangeInclusive<u32> {
        let size = set.len() as f64;
        (size * self.threshold - SLACK).ceil() as u32..=(size / self.threshold + SLACK).floor() as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::similarity::Score;

    #[test]
    fn only_long_lists_are_purged() {
        let sets: Vec<ShingleSet> = [&[1, 2][..], &[1, 2], &[1, 3]].map(|set| ShingleSet::new(set.to_vec())).into();
        let mut index = PrefixIndex::new((0..).zip(&sets), 0.4);
        assert_eq!(index.sets(), 3);

        index.purge(&sets[0], 2, |node| node != 1);
        let mut found = Vec::new();
        index.probe(&sets[0], |node, length| found.push((length, node)));
        found.sort_unstable();
        assert_eq!(found, [(2, 0), (2, 0), (2, 1), (2, 2)]);
    }

    proptest! {
        #[test]
        fn no_pair_at_the_threshold_is_missed(
            sets in prop::collection::vec(prop::collection::vec(0_u64..25, 1..14), 2..30),
            threshold in prop::sample::select(vec![0.3, 0.45, 0.5, 0.6, 0.7, 0.8, 1.0]),
        ) {
            let sets: Vec<ShingleSet> = sets.into_iter().map(ShingleSet::new).collect();
            let nodes = || sets.iter().enumerate().map(|(node, set)| (node as Node, set));
            let index = PrefixIndex::new(nodes(), threshold);
            for (a, set) in nodes() {
                let mut found = Vec::new();
                index.probe(set, |node, _| found.push(node));
                for (b, other) in nodes() {
                    if Score::of(set, other).jaccard >= threshold {
                        prop_assert!(found.contains(&b), "{a} {b} at {threshold}");
                    }
                }
            }
        }
    }
}
