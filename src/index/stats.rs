//! Counts and sizes of an index.

use serde::Serialize;

use crate::document::Date;

/// Counts and sizes of an index.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Number of stored texts.
    pub documents: u64,
    /// The latest moment (date, else first seen) of any text ever stored.
    pub newest: Option<Date>,
    /// Number of documents whose words the facts guard has learned.
    pub learned: u64,
    /// Number of answers of this process for which a bound left candidates out: the earliest 1,000 documents of each
    /// band key are candidates, and the 256 candidates whose shared keys are the rarest are verified.
    pub bounded_answers: u64,
    /// Of the storage.
    #[serde(flatten)]
    pub storage: StorageStats,
}

/// Counts and sizes of the storage of an index. Sizes are 0 where they do not apply.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct StorageStats {
    /// Number of documents removed, replaced or expired that still take space on disk.
    pub removed: u64,
    /// Bytes of records and recent bands in memory, approximately.
    pub memory_bytes: u64,
    /// Bytes of all files on disk.
    pub disk_bytes: u64,
    /// Of these, bytes of texts or signatures with their keys.
    pub record_bytes: u64,
    /// Of these, bytes of band keys.
    pub band_bytes: u64,
    /// Number of band keys in memory that are not in a run file yet.
    pub recent_bands: u64,
    /// Number of changes that a crash would lose now.
    pub uncommitted: u64,
    /// Number of commits since the index was made.
    pub commits: u64,
}

/// The result of a compaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CompactionStats {
    /// Number of documents left.
    pub documents: u64,
    /// Bytes on disk before.
    pub bytes_before: u64,
    /// Bytes on disk after.
    pub bytes_after: u64,
}

/// The result of a snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SnapshotStats {
    /// Number of stored texts.
    pub documents: u64,
    /// The commit that was copied.
    pub commit: u64,
    /// Number of run files that the copy shares with the index.
    pub linked_files: u64,
    /// Number of run files that were copied.
    pub copied_files: u64,
}

/// The result of a merge or an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MergeStats {
    /// Number of texts that were stored.
    pub inserted: u64,
    /// Number of texts that were not stored because they repeat a stored text.
    pub duplicates: u64,
    /// Number of texts that were not stored because their key was in the index already.
    pub keys_known: u64,
}
