//! Postings that are in no run file yet.

use std::collections::BTreeSet;

use super::posting::{Posting, SLICES, place};
use crate::index::record::Doc;

/// Bits of the filter for each posting that there is room for.
const FILTER_BITS: usize = 12;

/// Bytes that a posting takes here, about: eight, its part of the nodes of a tree that is two thirds full, and of the
/// filter.
pub(super) const POSTING_BYTES: usize = 16;

/// Recent postings, slice by slice.
#[derive(Debug)]
pub(super) struct Recent {
    slices: Vec<Slice>,
    count: usize,
}

#[derive(Debug, Clone)]
struct Slice {
    postings: BTreeSet<Posting>,
    /// A bit for each value of the uppermost bits of a hash: nearly every hash that is looked up has no posting, and one look here tells.
    filter: Box<[u64]>,
}

impl Slice {
    /// The word and the bit of a hash.
    fn bit(&self, low: u32) -> (usize, u64) {
        let bits = self.filter.len() as u64 * 64;
        let bit = u64::from(low) * bits >> 32;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn note(&mut self, low: u32) {
        let (word, bit) = self.bit(low);
        self.filter[word] |= bit;
    }

    fn may_hold(&self, low: u32) -> bool {
        let (word, bit) = self.bit(low);
        self.filter[word] & bit != 0
    }
}

impl Recent {
    /// With a filter for so many postings.
    pub(super) fn for_postings(count: usize) -> Self {
        let words = (count / SLICES * FILTER_BITS / 64).max(1);
        let slice = Slice { postings: BTreeSet::new(), filter: vec![0; words].into() };
        Self { slices: vec![slice; SLICES], count: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    pub(super) fn insert(&mut self, hash: u64, doc: Doc) {
        let (slice, low) = place(hash);
        let slice = &mut self.slices[slice];
        slice.note(low);
        self.count += usize::from(slice.postings.insert(Posting::new(low, doc)));
    }

    /// The documents of a hash, from `since` on, ascending.
    pub(super) fn docs(&self, slice: usize, low: u32, since: Doc) -> impl Iterator<Item = Doc> {
        let (first, last) = (Posting::new(low, since), Posting::new(low, Doc::MAX));
        let slice = &self.slices[slice];
        let found = slice.may_hold(low).then(|| slice.postings.range(first..=last));
        found.into_iter().flatten().map(|posting| posting.doc())
    }

    /// The postings of a slice whose documents are numbered below `bound`, ascending.
    pub(super) fn below(&self, slice: usize, bound: Doc) -> Vec<Posting> {
        self.slices[slice].postings.iter().copied().filter(|posting| posting.doc() < bound).collect()
    }

    /// Forgets them.
    pub(super) fn forget_below(&mut self, slice: usize, bound: Doc) {
        let slice = &mut self.slices[slice];
        let before = slice.postings.len();
        slice.postings.retain(|posting| posting.doc() >= bound);
        self.count -= before - slice.postings.len();
        slice.filter.fill(0);
        let left: Vec<u32> = slice.postings.iter().map(|posting| posting.low()).collect();
        left.into_iter().for_each(|low| slice.note(low));
    }
}
