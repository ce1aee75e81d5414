//! Postings that are in no run file yet.

use super::filter::HashFilter;
use super::posting::{Posting, SLICES, place};
use crate::index::record::InsertNumber;

/// Bytes that a posting takes here, at most: eight, twice where a list has just grown; its part of the filter is small beside that.
pub(super) const POSTING_BYTES: usize = 17;

/// Postings of a slice that are looked through one by one, before they are sorted in among the others.
const TAIL: usize = 512;

/// Recent postings, slice by slice.
#[derive(Debug)]
pub(super) struct RecentPostings {
    slices: Vec<RecentSlice>,
    count: usize,
}

#[derive(Debug, Clone)]
struct RecentSlice {
    sorted: Vec<Posting>,
    /// What came last, in the order it came: documents ascend, and come after those that are sorted.
    tail: Vec<Posting>,
    filter: HashFilter,
}

impl RecentSlice {
    fn insert(&mut self, posting: Posting) {
        self.filter.note(posting.low());
        self.tail.push(posting);
        if self.tail.len() >= TAIL {
            self.tail.sort_unstable();
            self.sorted.append(&mut self.tail);
            // Two sorted runs: merged in linear time.
            self.sorted.sort();
        }
    }

    fn docs(&self, low: u32, since: InsertNumber) -> impl Iterator<Item = InsertNumber> {
        let may_hold = self.filter.may_hold(low);
        let start =
            if may_hold { self.sorted.partition_point(|posting| *posting < Posting::new(low, since)) } else { 0 };
        let (sorted, tail) = if may_hold { (&self.sorted[start..], &self.tail[..]) } else { (&[][..], &[][..]) };
        let sorted = sorted.iter().take_while(move |posting| posting.low() == low);
        let tail = tail.iter().filter(move |posting| posting.low() == low && posting.doc() >= since);
        sorted.chain(tail).map(|posting| posting.doc())
    }
}

impl RecentPostings {
    /// For so many postings.
    pub(super) fn for_postings(count: usize) -> Self {
        // Just before its turn a slice has twice as many as on average.
        let filter = HashFilter::for_postings(2 * count / SLICES, usize::MAX);
        let slice = RecentSlice { sorted: Vec::new(), tail: Vec::new(), filter };
        Self { slices: vec![slice; SLICES], count: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// Documents must come in ascending order.
    pub(super) fn insert(&mut self, hash: u64, doc: InsertNumber) {
        let (slice, low) = place(hash);
        self.slices[slice].insert(Posting::new(low, doc));
        self.count += 1;
    }

    /// The documents of a hash, from `since` on, ascending.
    pub(super) fn docs(&self, slice: usize, low: u32, since: InsertNumber) -> impl Iterator<Item = InsertNumber> {
        self.slices[slice].docs(low, since)
    }

    /// The postings of a slice whose documents are numbered below `bound`, ascending.
    pub(super) fn below(&self, slice: usize, bound: InsertNumber) -> Vec<Posting> {
        let RecentSlice { sorted, tail, .. } = &self.slices[slice];
        let mut below: Vec<Posting> =
            sorted.iter().chain(tail).copied().filter(|posting| posting.doc() < bound).collect();
        below.sort();
        below
    }

    /// Forgets them.
    pub(super) fn forget_below(&mut self, slice: usize, bound: InsertNumber) {
        let RecentSlice { sorted, tail, filter } = &mut self.slices[slice];
        let before = sorted.len() + tail.len();
        for postings in [&mut *sorted, &mut *tail] {
            postings.retain(|posting| posting.doc() >= bound);
            postings.shrink_to_fit();
        }
        self.count -= before - sorted.len() - tail.len();
        filter.clear();
        sorted.iter().chain(&*tail).for_each(|posting| filter.note(posting.low()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn docs_are_those_that_were_inserted(
            hashes in prop::collection::vec(0..40_u64, 1..2000), since in 0..2100_u32, bound in 0..2100_u32
        ) {
            let mut recent = RecentPostings::for_postings(100);
            for (hash, doc) in hashes.iter().zip(0..) {
                recent.insert(*hash, doc);
            }
            let expected = |hash: u64, from: InsertNumber| -> Vec<InsertNumber> {
                (0..).zip(&hashes).filter(|(doc, other)| **other == hash && *doc >= from).map(|(doc, _)| doc).collect()
            };
            for hash in 0..41 {
                prop_assert_eq!(recent.docs(0, hash as u32, since).collect::<Vec<_>>(), expected(hash, since));
            }
            let below = recent.below(0, bound);
            prop_assert!(below.is_sorted() && below.len() == hashes.len().min(bound as usize));
            recent.forget_below(0, bound);
            prop_assert_eq!(recent.len(), hashes.len() - below.len());
            for hash in 0..41 {
                prop_assert_eq!(recent.docs(0, hash as u32, 0).collect::<Vec<_>>(), expected(hash, bound));
            }
        }
    }
}
