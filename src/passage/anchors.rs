//! Winnowing: which windows of m words may occur more than once.
//!
//! A window of m words contains w = m − k + 1 hashes of k consecutive words. Its *anchor* is the smallest of them, the
//! last one among equals (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
//! SIGMOD 2003). Equal windows have equal anchors, and one word in (w + 1) / 2 is an anchor. If an anchor occurs once,
//! so do the windows that it represents; only the other windows, few in most corpora, are examined in full. A table
//! with two bits an anchor records whether it occurred again. A collision in the table costs an examination and changes
//! no result.

use std::collections::VecDeque;

use crate::shingle::hash::{MULTIPLIER, finish};

/// Appends the rolling hash of every `length` consecutive words, O(1) each.
pub(super) fn hashes(words: &[u64], length: usize, out: &mut Vec<u64>) {
    let top = (0..length).fold(1_u64, |power, _| power.wrapping_mul(MULTIPLIER));

    // A polynomial hash: each step adds one word and removes the word that left the window.
    let mut sum = 0_u64;
    for (place, word) in words.iter().enumerate() {
        sum = sum.wrapping_mul(MULTIPLIER).wrapping_add(*word);
        if place >= length {
            sum = sum.wrapping_sub(words[place - length].wrapping_mul(top));
        }
        if place + 1 >= length {
            out.push(finish(sum));
        }
    }
}

/// Number of words k of an anchor in a window of `window` words: half of them, as in the paper's examples.
pub(super) const fn anchor_length(window: usize) -> usize {
    window.div_ceil(2)
}

/// Calls `each` with the place of the anchor of every window of `per_window` hashes, in order. Linear time.
pub(super) fn anchors(hashes: &[u64], per_window: usize, mut each: impl FnMut(usize)) {
    // Invariant: hashes strictly ascend along these places, so the first is the smallest of the window, the last among
    // equals.
    let mut rising: VecDeque<usize> = VecDeque::new();

    for (place, hash) in hashes.iter().enumerate() {
        while rising.back().is_some_and(|last| hashes[*last] >= *hash) {
            rising.pop_back();
        }
        rising.push_back(place);

        // Leaves the window on its left side.
        if rising.front().is_some_and(|first| first + per_window <= place) {
            rising.pop_front();
        }

        if let (true, Some(first)) = (place + 1 >= per_window, rising.front()) {
            each(*first);
        }
    }
}

/// A set of anchors that records which were inserted more than once. Never forgets a repeat; may report false ones.
#[derive(Debug)]
pub(super) struct SeenAnchors {
    once: Vec<u64>,
    again: Vec<u64>,
}

impl SeenAnchors {
    /// A table for about `anchors` anchors in at most `most` bytes, but 1 KiB at least.
    pub(super) fn new(anchors: u64, most: Option<u64>) -> Self {
        // 16 bits an anchor in each half: about one window in 16 is examined in vain.
        let fitting = most.map_or(u64::MAX, |bytes| bytes / 16).max(1);
        let words = (anchors / 4).clamp(64, fitting.max(64)).min(1 << 34);

        // A power of two, so that a mask finds the place.
        let words = 1_usize << words.ilog2();
        Self { once: vec![0; words], again: vec![0; words] }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        (size_of_val(&self.once[..]) + size_of_val(&self.again[..])) as u64
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        ((hash >> 6) as usize & (self.once.len() - 1), 1 << (hash & 63))
    }

    pub(super) fn insert(&mut self, hash: u64) {
        // The order matters: `again` is set only if the bit was there before.
        let (word, bit) = self.place(hash);
        if self.once[word] & bit != 0 {
            self.again[word] |= bit;
        }
        self.once[word] |= bit;
    }

    /// Whether an anchor may have been inserted more than once.
    pub(super) fn again(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.again[word] & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rolling_hashes_are_those_of_the_words_alone(
            words in prop::collection::vec(0_u64..4, 0..40),
            length in 1_usize..6,
        ) {
            let mut rolled = Vec::new();
            hashes(&words, length, &mut rolled);
            let mut alone = Vec::new();
            words.windows(length).for_each(|window| hashes(window, length, &mut alone));
            prop_assert_eq!(rolled, alone);
        }

        #[test]
        fn the_anchor_is_the_last_of_the_smallest(
            hashes in prop::collection::vec(0_u64..5, 0..40),
            per_window in 1_usize..6,
        ) {
            let mut found = Vec::new();
            anchors(&hashes, per_window, |place| found.push(place));
            let smallest = |(first, window): (usize, &[u64])| {
                first + (0..window.len()).rev().min_by_key(|place| window[*place]).unwrap()
            };
            let expected: Vec<usize> = hashes.windows(per_window).enumerate().map(smallest).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_small_table_forgets_no_repeat() {
        let mut seen = SeenAnchors::new(1_000_000, Some(0));
        assert_eq!(seen.bytes(), 1024);
        let hash = |value: u64| finish(value);
        (0..500).chain(100..200).for_each(|value| seen.insert(hash(value)));
        assert!((100..200).all(|value| seen.again(hash(value))));
        assert!((0..500).any(|value| !seen.again(hash(value))));
    }
}
