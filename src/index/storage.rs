//! The storage of an index: one contract for memory and disk, so that both give the same answers.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use super::copy_counts::CopyCount;
use super::language_votes::{LanguageVote, LanguageVotes};
use super::stats::{CompactionStats, StorageStats};
use super::stored_text::{InsertNumber, StoredText};
use crate::document::Date;
use crate::error::{ErrorKind, Result};
use crate::normalize::Language;

/// The documents of some hashes: a list for each, ascending.
#[derive(Debug, Default)]
pub(super) struct PostingLists {
    docs: Vec<InsertNumber>,
    /// Where each list ends, and whether its hash has more documents.
    ends: Vec<(usize, bool)>,
}

impl PostingLists {
    /// The documents of all lists; those of a further list are added at the end.
    pub(super) fn docs(&mut self) -> &mut Vec<InsertNumber> {
        &mut self.docs
    }

    /// Ends a list. `is_cut`: its hash has more documents than were asked for.
    pub(super) fn end(&mut self, is_cut: bool) {
        self.ends.push((self.docs.len(), is_cut));
    }

    /// Each list, and whether it was cut.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[InsertNumber], bool)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        starts.zip(&self.ends).map(|(start, (end, is_cut))| (&self.docs[start..*end], *is_cut))
    }

    /// Number of documents on all lists.
    pub(super) fn len(&self) -> usize {
        self.docs.len()
    }

    /// Removes all lists.
    pub(super) fn clear(&mut self) {
        self.docs.clear();
        self.ends.clear();
    }
}

/// A state of the storage. An answer found at one version holds at another that differs in `next` alone, except for the
/// documents in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StorageVersion {
    /// The number that the next insert gets.
    pub(super) next: InsertNumber,
    /// Number of removals so far.
    pub(super) removals: u64,
}

/// What is stored with a record.
#[derive(Debug, Default)]
pub(super) struct InsertNotes {
    /// Whether the guard learns its words, and must learn them again when the storage is opened again.
    #[cfg_attr(not(feature = "persistent"), expect(dead_code, reason = "an index in memory is never opened again"))]
    pub(super) is_learned: bool,
    /// Its language, if it tells that.
    pub(super) vote: Option<LanguageVote>,
    /// What stories tell of it.
    pub(super) telling: Option<Arc<[u8]>>,
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

/// An error unless work that takes long goes on.
pub(super) fn going_on(goes_on: &dyn Fn() -> bool) -> Result<()> {
    if goes_on() { Ok(()) } else { Err(ErrorKind::Interrupted.into()) }
}

/// Keeps records, and finds them by bands and keys.
///
/// Reads may come from any number of threads at any time. Changes come from one thread at a time:
/// [`Index`](super::Index) takes turns. A change is seen by every read that begins after it.
pub(super) trait Storage: Debug + Send + Sync {
    /// The current version. A storage that another process writes looks for new commits first.
    fn version(&self) -> Result<StorageVersion>;

    /// Appends a list for each hash: its documents numbered `since` or later, among its earliest `most`. A list that has
    /// nothing that new may say that it was not cut.
    fn postings(&self, hashes: &[u64], since: InsertNumber, most: usize, found: &mut PostingLists) -> Result<()>;

    /// Whether every crowded text has its further keys. False of an index that an older version has written.
    fn has_further_keys(&self) -> bool;

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

    /// Stores a record under the hashes that it is found by, in place of the document `replaced`, if given, with `notes` on it.
    fn insert(
        &self,
        record: StoredText,
        hashes: &[u64],
        replaced: Option<InsertNumber>,
        notes: InsertNotes,
    ) -> Result<()>;

    /// Takes a number for a text that was removed elsewhere, with what is told of it. Returns the number, under which there is no
    /// document.
    fn insert_removed(&self, telling: Option<Arc<[u8]>>) -> Result<InsertNumber>;

    /// Calls `show` with what is told of the documents with these numbers, in order: those that stories tell of, removed ones too.
    fn tellings(
        &self,
        numbers: Range<InsertNumber>,
        show: &mut dyn FnMut(InsertNumber, &[u8]) -> Result<()>,
    ) -> Result<()>;

    /// Forgets what is told of documents numbered below.
    fn forget_tellings(&self, before: InsertNumber) -> Result<()>;

    /// The language of a text of a source that does not tell its own, as of now.
    fn unsure_language(&self, source: u64) -> Result<Language>;

    /// The languages of the texts ever stored.
    fn votes(&self) -> LanguageVotes;

    /// Adds the votes of texts that came from another index.
    fn add_votes(&self, votes: &LanguageVotes) -> Result<()>;

    /// Adds copies of a document that are not stored.
    fn add_copies(&self, doc: InsertNumber, count: CopyCount) -> Result<()>;

    /// Calls `show` with every document that has copies, ascending, as of one moment.
    fn each_copied(&self, show: &mut dyn FnMut(InsertNumber, CopyCount) -> Result<()>) -> Result<()>;

    /// Calls `show` with every hash whose upper 8 of 40 bits are `part`, and each of its documents: hash by hash, in any order, the
    /// documents ascending.
    fn each_posting(&self, part: u8, show: &mut dyn FnMut(u64, InsertNumber)) -> Result<()>;

    /// Removes documents. Returns how many of them were there.
    fn remove(&self, docs: &[InsertNumber]) -> Result<u64>;

    /// The documents that an expiry removes, ascending. `goes_on` as in [`compact`](Self::compact).
    fn older(&self, older: ExpiryBound, goes_on: &dyn Fn() -> bool) -> Result<Vec<InsertNumber>>;

    /// Calls `show` with every document and its record, in the order of insertion.
    fn each(&self, show: &mut dyn FnMut(InsertNumber, &StoredText) -> Result<()>) -> Result<()>;

    /// Calls `teach` with the folded texts that the guard has not learned yet, without those that this process inserted. A
    /// second caller waits until `teach` is done.
    fn learned(&self, teach: &mut dyn FnMut(&[u8])) -> Result<()>;

    /// Makes all changes durable.
    fn commit(&self) -> Result<()>;

    /// Makes all changes durable and prepares the storage for a fast opening.
    fn close(&self) -> Result<()>;

    /// Frees the space of removed documents. Asks `goes_on` between its steps; after a `false` it ends with
    /// [`ErrorKind::Interrupted`], and what is done stays done.
    fn compact(&self, goes_on: &dyn Fn() -> bool) -> Result<CompactionStats>;

    /// Counts and sizes.
    fn stats(&self) -> Result<StorageStats>;
}
