//! What a place to keep texts must do: in memory and on disk alike, so that both give the same answers.

use std::fmt::Debug;
use std::sync::Arc;

use super::record::{InsertNumber, StoredText};
use super::{CompactionStats, StorageStats};
use crate::document::Date;
use crate::error::Result;

/// Of one band key the earliest so many documents are candidates. Crafted or templated pages that share a band with
/// everything would make an answer cost as much as the index is large; true copies share other bands too.
pub(super) const LONGEST_LIST: usize = 1000;

/// How far the storage has come: answers found at one version hold at another that differs in `next` alone, but for the
/// documents in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StorageVersion {
    /// The number that the next insert gets.
    pub(super) next: InsertNumber,
    /// Counts removals.
    pub(super) removals: u64,
}

/// Which documents an expiry takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpiryBound {
    /// First seen before.
    Seen(Date),
    /// Published (else first seen) before.
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

/// Keeps records, and the bands and keys that lead to them.
///
/// Reads may come from any number of threads at any time. Changes come from one thread at a time: [`Index`](super::Index) takes
/// turns. A change is seen by every read that begins after it.
pub(super) trait Storage: Debug + Send + Sync {
    /// Where the storage stands. Of an index that another process writes: after a look at what is new.
    fn version(&self) -> Result<StorageVersion>;

    /// Appends to `found` each document numbered `since` or later as often as it shares a band: of each band the earliest
    /// [`LONGEST_LIST`]. Whether a list was cut there.
    fn candidates(&self, bands: &[u64], since: InsertNumber, found: &mut Vec<InsertNumber>) -> Result<bool>;

    /// The record of a document; `None` if it was removed.
    fn record(&self, doc: InsertNumber) -> Result<Option<Arc<StoredText>>>;

    /// The document stored under a key.
    fn find(&self, key: &str) -> Result<Option<InsertNumber>>;

    /// Number of documents.
    fn len(&self) -> u64;

    /// The latest moment of any text ever inserted.
    fn newest(&self) -> Option<Date>;

    /// Called before a change, outside the turn: makes what was changed so far durable where that is due.
    fn make_room(&self) -> Result<()>;

    /// Stores a record under its band keys, in place of an earlier document where one is given. `learned`: the guard learned
    /// its words, and must learn them again when the storage is opened again.
    fn insert(&self, record: StoredText, bands: &[u64], replaced: Option<InsertNumber>, learned: bool) -> Result<()>;

    /// Forgets documents; those that are gone already count for nothing. How many went.
    fn remove(&self, docs: &[InsertNumber]) -> Result<u64>;

    /// The documents that an expiry takes, ascending.
    fn older(&self, older: ExpiryBound) -> Result<Vec<InsertNumber>>;

    /// Shows every record, in the order of insertion.
    fn each(&self, show: &mut dyn FnMut(&StoredText) -> Result<()>) -> Result<()>;

    /// Hands on the folded texts of which the guard has not learned yet, in order; those that it learned by [`insert`](Self::insert)
    /// not again. Whoever calls this later waits until `teach` is done.
    fn learned(&self, teach: &mut dyn FnMut(&[u8])) -> Result<()>;

    /// Makes everything durable.
    fn commit(&self) -> Result<()>;

    /// Makes everything durable and leaves the storage as it opens fastest.
    fn close(&self) -> Result<()>;

    /// Gives back what removed documents take.
    fn compact(&self) -> Result<CompactionStats>;

    /// What it takes and holds.
    fn stats(&self) -> Result<StorageStats>;
}
