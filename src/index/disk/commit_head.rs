//! The head of the catalog: everything that one commit says of the whole index.

use serde::{Deserialize, Serialize};

use super::posting::SLICES;
use super::run_file::RunInfo;
use crate::index::language_votes::LanguageVotes;
use crate::index::stored_text::InsertNumber;

/// The state of the index after a commit. Its names are part of the disk format.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CommitHead {
    /// Number of commits so far.
    pub(super) commit: u64,
    /// Whether the writer closed the index properly.
    pub(super) is_closed: bool,
    /// The number that the next insert gets.
    pub(super) next: InsertNumber,
    pub(super) documents: u64,
    pub(super) removals: u64,
    /// Number of documents in `dead`.
    pub(super) dead: u64,
    /// Number of rows of `learned`.
    pub(super) learned: u64,
    /// Number of rows of `tellings`. None in an index without stories.
    #[serde(default)]
    pub(super) tellings: u64,
    /// Number of rows of `directory`.
    pub(super) blocks: u64,
    /// Sum of the digests of these rows, modulo 2⁶⁴.
    pub(super) directory: u64,
    /// The latest moment, in seconds.
    pub(super) newest: Option<i64>,
    /// The languages of the texts ever stored.
    pub(super) languages: LanguageVotes,
    /// Number of compactions so far. After one, readers must discard everything that they hold.
    pub(super) compactions: u64,
    /// The document from which on crowded texts have further keys. `None` in an index that an older version wrote last.
    #[serde(default)]
    pub(super) keyed_from: Option<InsertNumber>,
    /// The rows of `copies`. `None` if an older version, which does not count copies, has written the index last.
    #[serde(default)]
    pub(super) copies: Option<CopyTotals>,
    /// Number of the next run file.
    pub(super) next_file: u64,
    /// The slice that is merged next.
    pub(super) turn: usize,
    pub(super) slices: Vec<SliceInfo>,
}

/// What the rows of `copies` add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CopyTotals {
    /// Number of rows: documents with copies.
    pub(super) documents: u64,
    /// Number of copies.
    pub(super) copies: u64,
}

impl CopyTotals {
    /// Adds a row.
    pub(super) fn add(&mut self, copies: u64) {
        self.documents += 1;
        self.copies = self.copies.saturating_add(copies);
    }
}

/// The runs of a slice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SliceInfo {
    /// The runs contain the postings of all documents numbered below.
    pub(super) upto: InsertNumber,
    /// From the oldest documents to the youngest.
    pub(super) runs: Vec<RunInfo>,
}

impl CommitHead {
    /// The head of an empty index.
    pub(super) fn empty() -> Self {
        // Nothing is lost if nothing was ever written, so an empty index counts as closed.
        Self {
            commit: 0,
            is_closed: true,
            next: 0,
            documents: 0,
            removals: 0,
            dead: 0,
            learned: 0,
            tellings: 0,
            blocks: 0,
            directory: 0,
            newest: None,
            languages: LanguageVotes::default(),
            compactions: 0,
            keyed_from: Some(0),
            copies: Some(CopyTotals::default()),
            next_file: 0,
            turn: 0,
            slices: vec![SliceInfo::default(); SLICES],
        }
    }

    /// The first document whose postings are not all in run files.
    pub(super) fn merged(&self) -> InsertNumber {
        debug_assert_eq!(self.slices.len(), SLICES, "loading checks the number of slices");
        self.slices.iter().map(|slice| slice.upto).fold(InsertNumber::MAX, InsertNumber::min)
    }
}

/// A row of the directory of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockEntry {
    pub(super) first: InsertNumber,
    pub(super) last: InsertNumber,
    /// The earliest first-seen time and the earliest moment among its records, in seconds.
    pub(super) oldest_seen: i64,
    pub(super) oldest_moment: i64,
}

impl BlockEntry {
    /// Its part of the sum of the directory.
    pub(super) fn digest(&self) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.first.to_le_bytes()).update(&self.last.to_le_bytes());
        hasher.update(&self.oldest_seen.to_le_bytes()).update(&self.oldest_moment.to_le_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}
