//! The recent postings: those that are not in a run file yet.

use super::filter::HashFilter;
use super::posting::{Posting, SLICES, place};
use crate::index::stored_text::InsertNumber;

/// Most bytes per recent posting: eight, doubled if a list has just grown, and its small share of the filter.
pub(super) const POSTING_BYTES: usize = 17;

/// Number of postings of a slice that are searched linearly before they are merged into the sorted ones.
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
    /// The latest postings, in the order of insertion. Their documents ascend, and are later than the sorted ones.
    tail: Vec<Posting>,
    filter: HashFilter,
}

impl RecentSlice {
    fn insert(&mut self, posting: Posting) {
        debug_assert!(self.tail.last().is_none_or(|last| last.doc() <= posting.doc()), "documents ascend");

        self.filter.note(posting.low());
        self.tail.push(posting);
        if self.tail.len() >= TAIL {
            self.tail.sort_unstable();
            self.sorted.append(&mut self.tail);
            // A stable sort merges two sorted runs in linear time.
            self.sorted.sort();
        }
    }

    fn docs(&self, low: u32, since: InsertNumber) -> impl Iterator<Item = InsertNumber> {
        let (sorted, tail) = if self.filter.may_hold(low) {
            let start = self.sorted.partition_point(|posting| *posting < Posting::new(low, since));
            (&self.sorted[start..], &self.tail[..])
        } else {
            (&[][..], &[][..])
        };

        let sorted = sorted.iter().take_while(move |posting| posting.low() == low);
        let tail = tail.iter().filter(move |posting| posting.low() == low && posting.doc() >= since);
        sorted.chain(tail).map(|posting| posting.doc())
    }
}

impl RecentPostings {
    /// No postings, with filters for `count` of them.
    pub(super) fn for_postings(count: usize) -> Self {
        // Just before it is merged, a slice has twice the average.
        let filter = HashFilter::for_postings(2 * count / SLICES, usize::MAX);
        let slice = RecentSlice { sorted: Vec::new(), tail: Vec::new(), filter };
        Self { slices: vec![slice; SLICES], count: 0 }
    }

    /// Number of postings.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// Adds a posting. Documents must ascend.
    pub(super) fn insert(&mut self, hash: u64, doc: InsertNumber) {
        let (slice, low) = place(hash);
        self.slices[slice].insert(Posting::new(low, doc));
        self.count += 1;
    }

    /// Whether a hash may have documents.
    pub(super) fn may_hold(&self, slice: usize, low: u32) -> bool {
        self.slices[slice].filter.may_hold(low)
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

        // Stable, and so linear for two sorted runs.
        below.sort();
        below
    }

    /// Removes the postings of a slice whose documents are numbered below `bound`.
    pub(super) fn forget_below(&mut self, slice: usize, bound: InsertNumber) {
        let RecentSlice { sorted, tail, filter } = &mut self.slices[slice];
        let before = sorted.len() + tail.len();
        for postings in [&mut *sorted, &mut *tail] {
            postings.retain(|posting| posting.doc() >= bound);
            postings.shrink_to_fit();
        }
        self.count -= before - sorted.len() - tail.len();

        // Bits cannot be removed one by one, because postings share them.
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
