//! What an index holds and takes.

use serde::Serialize;

use crate::document::Date;

/// What an index holds and takes.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Stored texts.
    pub documents: u64,
    /// The latest moment (date, else first seen) of any text ever stored.
    pub newest: Option<Date>,
    /// Documents whose words the facts guard learned.
    pub learned: u64,
    /// Answers of this process for which a bound left candidates out: of a band key the earliest 1,000 documents are candidates, and
    /// of all candidates the 256 that share most bands are verified.
    pub bounded_answers: u64,
    /// Of the place they are kept in.
    #[serde(flatten)]
    pub storage: StorageStats,
}

/// What the place takes that an index is kept in.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct StorageStats {
    /// Documents removed, replaced or expired that still take room on disk.
    pub removed: u64,
    /// Bytes that records and recent bands take in memory, about.
    pub memory_bytes: u64,
    /// Bytes on disk, all files.
    pub disk_bytes: u64,
    /// Of these: texts or signatures with their keys.
    pub record_bytes: u64,
    /// Of these: band keys.
    pub band_bytes: u64,
    /// Band keys that are in memory, and not yet in a run file.
    pub recent_bands: u64,
    /// Changes that a crash would lose now.
    pub uncommitted: u64,
    /// Commits over the life of the index.
    pub commits: u64,
}

/// What a compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CompactionStats {
    /// Documents left.
    pub documents: u64,
    /// Bytes on disk before.
    pub bytes_before: u64,
    /// Bytes on disk after.
    pub bytes_after: u64,
}

/// What a merge or an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MergeStats {
    /// Texts that were stored.
    pub inserted: u64,
    /// Texts that repeat a stored one, and were not stored.
    pub duplicates: u64,
    /// Texts whose key was in the index already, and were not stored.
    pub keys_known: u64,
}
