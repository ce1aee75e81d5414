//! The memory that an index on disk may use, and how many changes a crash may lose.

use super::recent::POSTING_BYTES;
use crate::error::{Error, Result};

/// Smallest cache, in bytes: a smaller one would merge slices all the time.
const LEAST_CACHE: usize = 4 << 20;

/// Limits of an index on disk. The cache is divided: five sixteenths for recent postings, half for filters, an eighth for
/// blocks that were read and a sixteenth for pending inserts.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct DiskBudget {
    /// In bytes.
    pub(super) cache_size: usize,
    /// Number of pending changes at which a change commits first.
    pub(super) commit_every: usize,
}

impl Default for DiskBudget {
    fn default() -> Self {
        Self { cache_size: 256 << 20, commit_every: 1000 }
    }
}

impl DiskBudget {
    /// Number of recent postings.
    pub(super) const fn recent_bands(self) -> usize {
        self.cache_size / 16 * 5 / POSTING_BYTES
    }

    /// Bytes of the filters of run files.
    pub(super) const fn filters(self) -> usize {
        self.cache_size / 2
    }

    /// Bytes of blocks that were read.
    pub(super) const fn blocks(self) -> usize {
        self.cache_size / 8
    }

    /// Bytes of inserts that wait for a commit.
    pub(super) const fn pending_bytes(self) -> usize {
        self.cache_size / 16
    }

    /// The budget, if it is large enough to work with.
    pub(super) fn checked(self) -> Result<Self> {
        if self.cache_size < LEAST_CACHE {
            return Err(Error::parameter("cache_size", self.cache_size, format!("at least {LEAST_CACHE} bytes")));
        }
        if self.commit_every == 0 {
            return Err(Error::parameter("commit_every", 0, "at least 1"));
        }

        Ok(self)
    }
}
