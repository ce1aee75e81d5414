//! The recent postings: those that are not in a run file yet.

use super::filter::HashFilter;
use super::posting::{Posting, SLICES, place};
use crate::index::stored_text::InsertNumber;

/// Bytes that a recent posting counts for: eight, the free room of its bucket, and its share of the lists and of the filter.
/// Just after buckets were divided it takes up to 20.
pub(super) const POSTING_BYTES: usize = 17;

/// Most postings of a bucket on average, so that a lookup reads two lines of memory.
const BUCKET: usize = 16;

/// Room of a bucket at first. It takes 128 bytes with what the allocator notes: such pieces are handed out fastest.
const FIRST: usize = 14;

/// Recent postings, slice by slice.
#[derive(Debug)]
pub(super) struct RecentPostings {
    slices: Vec<RecentSlice>,
    count: usize,
}

/// The recent postings of a slice in buckets, by the upper bits of their hashes: hashes are evenly spread, so a posting
/// is added and found in constant time, and nothing is sorted before a merge.
#[derive(Debug, Clone)]
struct RecentSlice {
    /// Each in the order of insertion: documents ascend.
    buckets: Vec<Vec<Posting>>,
    /// Number of postings.
    count: usize,
    filter: HashFilter,
}

impl RecentSlice {
    /// The bucket of a hash. The order of buckets is that of hashes.
    fn bucket(&self, low: u32) -> usize {
        ((u64::from(low) * self.buckets.len() as u64) >> 32) as usize
    }

    fn insert(&mut self, posting: Posting) {
        if self.count == BUCKET * self.buckets.len() {
            self.grow();
        }
        self.filter.note(posting.low());
        self.count += 1;
        self.push(posting);
    }

    fn push(&mut self, posting: Posting) {
        let bucket = self.bucket(posting.low());
        let bucket = &mut self.buckets[bucket];
        debug_assert!(bucket.last().is_none_or(|last| last.doc() <= posting.doc()), "documents ascend");

        // Most buckets get as many before they are divided: their lists never move.
        if bucket.capacity() == 0 {
            bucket.reserve_exact(FIRST);
        }
        bucket.push(posting);
    }

    /// Divides each bucket into two. The postings of each stay in their order.
    fn grow(&mut self) {
        let buckets = vec![Vec::new(); 2 * self.buckets.len()];
        let before = std::mem::replace(&mut self.buckets, buckets);
        before.into_iter().flatten().for_each(|posting| self.push(posting));
    }

    fn docs(&self, low: u32, since: InsertNumber) -> impl Iterator<Item = InsertNumber> {
        let bucket = match self.filter.may_hold(low) {
            true => &self.buckets[self.bucket(low)][..],
            false => &[],
        };

        // Nearly always all are asked for.
        let start = if since == 0 { 0 } else { bucket.partition_point(|posting| posting.doc() < since) };
        bucket[start..].iter().filter(move |posting| posting.low() == low).map(|posting| posting.doc())
    }
}

impl RecentPostings {
    /// No postings, with filters for `count` of them.
    pub(super) fn for_postings(count: usize) -> Self {
        // Just before it is merged, a slice has twice the average.
        let filter = HashFilter::for_postings(2 * count / SLICES, usize::MAX);
        let slice = RecentSlice { buckets: vec![Vec::new()], count: 0, filter };
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
        let mut below = Vec::with_capacity(self.slices[slice].count);
        for bucket in &self.slices[slice].buckets {
            let start = below.len();
            below.extend_from_slice(&bucket[..bucket.partition_point(|posting| posting.doc() < bound)]);
            below[start..].sort_unstable();
        }
        below
    }

    /// Removes the postings of a slice whose documents are numbered below `bound`.
    pub(super) fn forget_below(&mut self, slice: usize, bound: InsertNumber) {
        let slice = &mut self.slices[slice];
        let buckets = std::mem::replace(&mut slice.buckets, vec![Vec::new()]);
        self.count -= slice.count;

        // Bits of the filter cannot be removed one by one, because postings share them. Few postings are left: those that
        // came during a merge.
        slice.filter.clear();
        slice.count = 0;
        let mut left: Vec<Posting> = buckets.into_iter().flatten().filter(|posting| posting.doc() >= bound).collect();
        left.sort_unstable_by_key(|posting| posting.doc());
        self.count += left.len();
        left.into_iter().for_each(|posting| slice.insert(posting));
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
            // Evenly spread, as hashes are.
            let spread = |hash: u64| hash * 107_374_182;
            let mut recent = RecentPostings::for_postings(100);
            for (hash, doc) in hashes.iter().zip(0..) {
                recent.insert(spread(*hash), doc);
            }
            let expected = |hash: u64, from: InsertNumber| -> Vec<InsertNumber> {
                (0..).zip(&hashes).filter(|(doc, other)| **other == hash && *doc >= from).map(|(doc, _)| doc).collect()
            };
            for hash in 0..41 {
                prop_assert_eq!(recent.docs(0, spread(hash) as u32, since).collect::<Vec<_>>(), expected(hash, since));
            }
            let below = recent.below(0, bound);
            prop_assert!(below.is_sorted() && below.len() == hashes.len().min(bound as usize));
            recent.forget_below(0, bound);
            prop_assert_eq!(recent.len(), hashes.len() - below.len());
            for hash in 0..41 {
                prop_assert_eq!(recent.docs(0, spread(hash) as u32, 0).collect::<Vec<_>>(), expected(hash, bound));
            }
        }
    }
}
