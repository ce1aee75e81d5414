//! The storage of an index: one contract for memory and disk, so that both give the same answers.

use std::fmt::Debug;
use std::sync::Arc;

use super::language_votes::{LanguageVote, LanguageVotes};
use super::stats::{CompactionStats, StorageStats};
use super::stored_text::{InsertNumber, StoredText};
use crate::document::Date;
use crate::error::Result;
use crate::normalize::Language;

/// Number of documents of one band key, the earliest, that are candidates. Without a bound, crafted or templated pages
/// that share a band with everything would make an answer as expensive as the index is large. True copies share other
/// bands too.
pub(super) const LONGEST_LIST: usize = 1000;

/// A state of the storage. An answer found at one version holds at another that differs in `next` alone, except for the
/// documents in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StorageVersion {
    /// The number that the next insert gets.
    pub(super) next: InsertNumber,
    /// Number of removals so far.
    pub(super) removals: u64,
}

/// Which documents an expiry removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpiryBound {
    /// Those first seen before.
    Seen(Date),
    /// Those published (or else first seen) before.
    Moment(Date),
}

impl ExpiryBound {
    pub(super) fn takes(self, record: &StoredText) -> bool {
        match self {
            Self::Seen(bound) => record.seen < bound,
            Self::Moment(bound) => record.moment() < bound,
        }
    }
}

/// Keeps records, and finds them by bands and keys.
///
/// Reads may come from any number of threads at any time. Changes come from one thread at a time:
/// [`Index`](super::Index) takes turns. A change is seen by every read that begins after it.
pub(super) trait Storage: Debug + Send + Sync {
    /// The current version. A storage that another process writes looks for new commits first.
    fn version(&self) -> Result<StorageVersion>;

    /// Appends to `found` the documents numbered `since` or later that share a band, once for each shared band. Of each
    /// band only the earliest [`LONGEST_LIST`] documents count. Returns whether a list was cut there.
    fn candidates(&self, bands: &[u64], since: InsertNumber, found: &mut Vec<InsertNumber>) -> Result<bool>;

    /// The record of a document; `None` if it was removed.
    fn record(&self, doc: InsertNumber) -> Result<Option<Arc<StoredText>>>;

    /// The document stored under a key.
    fn find(&self, key: &str) -> Result<Option<InsertNumber>>;

    /// Number of documents.
    fn len(&self) -> u64;

    /// The latest moment of any text ever inserted.
    fn newest(&self) -> Option<Date>;

    /// Called before a change, outside the turn: commits earlier changes if that is due.
    fn make_room(&self) -> Result<()>;

    /// Stores a record under its band keys, in place of the document `replaced`, if given. `learned`: the guard learns
    /// its words, and must learn them again when the storage is opened again. `vote`: its language, if it tells that.
    fn insert(
        &self,
        record: StoredText,
        bands: &[u64],
        replaced: Option<InsertNumber>,
        learned: bool,
        vote: Option<LanguageVote>,
    ) -> Result<()>;

    /// The language of a text of a source that does not tell its own, as of now.
    fn unsure_language(&self, source: u64) -> Result<Language>;

    /// The languages of the texts ever stored.
    fn votes(&self) -> LanguageVotes;

    /// Adds the votes of texts that came from another index.
    fn add_votes(&self, votes: &LanguageVotes) -> Result<()>;

    /// Removes documents. Returns how many of them were there.
    fn remove(&self, docs: &[InsertNumber]) -> Result<u64>;

    /// The documents that an expiry removes, ascending.
    fn older(&self, older: ExpiryBound) -> Result<Vec<InsertNumber>>;

    /// Calls `show` with every record, in the order of insertion.
    fn each(&self, show: &mut dyn FnMut(&StoredText) -> Result<()>) -> Result<()>;

    /// Calls `teach` with the folded texts that the guard has not learned yet, in order, without those that this
    /// process inserted. A second caller waits until `teach` is done.
    fn learned(&self, teach: &mut dyn FnMut(&[u8])) -> Result<()>;

    /// Makes all changes durable.
    fn commit(&self) -> Result<()>;

    /// Makes all changes durable and prepares the storage for a fast opening.
    fn close(&self) -> Result<()>;

    /// Frees the space of removed documents.
    fn compact(&self) -> Result<CompactionStats>;

    /// Counts and sizes.
    fn stats(&self) -> Result<StorageStats>;
}
