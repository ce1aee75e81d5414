//! The memory that an index on disk may use, and how many changes a crash may lose.

use std::sync::OnceLock;

use sysinfo::{MemoryRefreshKind, System};

use super::recent::POSTING_BYTES;
use crate::error::{Error, Result};

/// The default cache: this part of the memory of the machine, or of the control group of this process, within bounds.
const DEFAULT_SHARE: u64 = 32;
const LEAST_DEFAULT: usize = 256 << 20;
const MOST_DEFAULT: usize = 1 << 30;

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
        Self { cache_size: default_cache(), commit_every: 1000 }
    }
}

/// The cache of an index for which no other size is asked for, in bytes. The memory is looked at once.
fn default_cache() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| {
        let mut system = System::new();
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let memory = system.cgroup_limits().map_or(system.total_memory(), |limits| limits.total_memory);
        share_of(memory)
    })
}

/// The default cache of a machine with this memory.
fn share_of(memory: u64) -> usize {
    // Zero if the system does not tell.
    let share = usize::try_from(memory / DEFAULT_SHARE).unwrap_or(MOST_DEFAULT);
    share.clamp(LEAST_DEFAULT, MOST_DEFAULT)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_cache_grows_with_the_memory_within_bounds() {
        assert_eq!([0, 2 << 30, 24 << 30, 1 << 40].map(share_of), [256 << 20, 256 << 20, 768 << 20, 1 << 30]);
        assert!((LEAST_DEFAULT..=MOST_DEFAULT).contains(&DiskBudget::default().cache_size));
    }
}
