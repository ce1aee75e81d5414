//! Postings that are in no run file yet.

use std::collections::BTreeSet;

use super::posting::{Posting, SLICES, place};
use crate::index::record::Doc;

/// Bytes that a posting takes here, about: eight, and its part of the nodes of a tree that is two thirds full.
pub(super) const POSTING_BYTES: usize = 14;

/// Recent postings, slice by slice.
#[derive(Debug)]
pub(super) struct Recent {
    slices: Vec<BTreeSet<Posting>>,
    count: usize,
}

impl Default for Recent {
    fn default() -> Self {
        Self { slices: vec![BTreeSet::new(); SLICES], count: 0 }
    }
}

impl Recent {
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    pub(super) fn insert(&mut self, hash: u64, doc: Doc) {
        let (slice, low) = place(hash);
        self.count += usize::from(self.slices[slice].insert(Posting::new(low, doc)));
    }

    /// The documents of a hash, from `since` on, ascending.
    pub(super) fn docs(&self, slice: usize, low: u32, since: Doc) -> impl Iterator<Item = Doc> {
        let (first, last) = (Posting::new(low, since), Posting::new(low, Doc::MAX));
        self.slices[slice].range(first..=last).map(|posting| posting.doc())
    }

    /// The postings of a slice whose documents are numbered below `bound`, ascending.
    pub(super) fn below(&self, slice: usize, bound: Doc) -> Vec<Posting> {
        self.slices[slice].iter().copied().filter(|posting| posting.doc() < bound).collect()
    }

    /// Forgets them.
    pub(super) fn forget_below(&mut self, slice: usize, bound: Doc) {
        let before = self.slices[slice].len();
        self.slices[slice].retain(|posting| posting.doc() >= bound);
        self.count -= before - self.slices[slice].len();
    }
}
