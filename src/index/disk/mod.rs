//! The storage of an index in a directory.
//!
//! Inserts go into memory: records to the pending changes, band keys to the recent postings. A commit writes the
//! pending records in blocks, and the hashes of each document, in one transaction of the [`catalog`]. When the recent
//! postings exceed their part of the cache, each commit also merges a slice or two of them into [run files](run_file).
//! So the work per document is small and steady, and the memory is bounded.
//!
//! A run file is written and synced before the transaction that names it, and removed after the first one that does
//! not. [`commit`] lists the steps. No file is mapped into memory, and everything has a checksum: a changed byte is an
//! error that names the file, never a different answer. Readers in other processes open the same files, and look at the
//! catalog again when it has changed.
//!
//! Files: `disk_storage` is the storage with its `state`, its `writer` and its `budget` of memory; `operations`
//! implements the trait; `opening` opens it (`recovery` reports what was found) and `catch_up` follows another process;
//! `commit` writes and `compact` shrinks it; `snapshot` copies it; `copied` counts copies, and
//! `all_postings` reads all band keys by a `posting_merge`. Of the formats, `directory` is the layout, `catalog` the database with its
//! `commit_head`, `stored_block` holds records, and `posting`, `run_file` (and `run_writer`), `recent`, `filter` and `bands` hold band
//! keys.

mod all_postings;
mod bands;
mod budget;
mod catalog;
mod catch_up;
mod commit;
mod commit_head;
mod compact;
mod copied;
mod damage;
mod directory;
mod disk_storage;
mod filter;
mod opening;
mod operations;
mod posting;
mod posting_merge;
mod recent;
mod recovery;
mod run_file;
mod run_writer;
mod snapshot;
mod state;
mod stored_block;
mod tellings;
mod writer;

pub(super) use budget::DiskBudget;
pub use recovery::RecoveryReport;

/// Decoders of private formats, for the fuzz targets alone.
#[cfg(fuzzing)]
pub mod fuzzing {
    /// How many records a stored block holds; `None` if these are not the bytes of a block that begins with document
    /// `first`. `slots` is the length of a signature in bytes, if signatures are kept.
    #[must_use]
    pub fn records_of_block(bytes: &[u8], first: u32, slots: Option<usize>) -> Option<usize> {
        super::stored_block::unpack(bytes, first, slots).map(|block| block.iter().count())
    }
}
