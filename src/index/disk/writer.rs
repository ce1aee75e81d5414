//! The state that only the writing process has.

use super::catalog::Catalog;
use super::commit_head::CommitHead;
use super::directory::{CommitCounter, WriterLock};

/// The writer of an index: the right to write, and the last commit.
#[derive(Debug)]
pub(super) struct WriterIdentity {
    pub(super) catalog: Catalog,
    /// As of the last commit.
    pub(super) head: CommitHead,
    pub(super) commits: CommitCounter,
    /// Run files of transactions that may or may not have been committed.
    pub(super) doubtful: Vec<u64>,
    pub(super) _lock: WriterLock,
}
