//! Postings: a 40-bit hash of a band or a key, and a document that has it.
//!
//! The upper 8 bits of a hash choose one of 256 slices. In a slice, a posting is a 64-bit number: the lower 32 bits of
//! the hash, then the document. So postings sort by hash, then by document.

use crate::index::stored_text::InsertNumber;

/// Number of slices.
pub(super) const SLICES: usize = 256;

/// A posting in its slice: the lower 32 bits of the hash in the upper half, the document in the lower half.
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

/// The 40-bit hash of a posting of a slice.
pub(super) const fn hash_of(slice: u8, posting: Posting) -> u64 {
    (slice as u64) << 32 | posting.low() as u64
}

/// The slice of a 40-bit hash, and its lower 32 bits.
pub(super) const fn place(hash: u64) -> (usize, u32) {
    ((hash >> 32) as usize % SLICES, hash as u32)
}
