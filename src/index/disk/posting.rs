//! Postings: a band or key hash of 40 bits, and a document that has it.
//!
//! The upper 8 bits of a hash tell its slice, of which there are 256; inside a slice the other 32 bits and the document make a
//! posting of 64 bits, so that postings sort by hash and then by document.

use crate::index::record::InsertNumber;

/// Number of slices.
pub(super) const SLICES: usize = 256;

/// A posting inside its slice: the lower 32 bits of the hash above the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting(u64);

impl Posting {
    pub(super) const fn new(low: u32, doc: InsertNumber) -> Self {
        Self((low as u64) << 32 | doc as u64)
    }

    /// The lower 32 bits of the hash.
    pub(super) const fn low(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(super) const fn doc(self) -> InsertNumber {
        self.0 as u32
    }
}

/// The slice of a hash of 40 bits, and its other bits.
pub(super) const fn place(hash: u64) -> (usize, u32) {
    ((hash >> 32) as usize % SLICES, hash as u32)
}
