//! Signatures → candidates, by banding.
//!
//! A signature is cut into bands of some rows; nodes that agree on all rows of any band stand in one bucket and are
//! candidates (Leskovec, Rajaraman and Ullman, *Mining of Massive Datasets*, 3rd ed., §3.4; Indyk and Motwani, STOC 1998).
//! Candidates are never more than that: everything downstream verifies them.
//!
//! A *node* is one distinct folded text; identical units share a node, so that buckets hold no exact copies. Nodes are
//! numbered in the order in which they may become keepers.

mod banding;
mod batch;
mod bits;
mod buckets;
mod candidates;
mod columns;
mod find;
mod forest;
#[doc(hidden)]
pub mod measure;
mod prefix;
mod records;
mod saved;

pub use banding::{Banding, Overrides};
pub(crate) use batch::Batch;
#[cfg(test)]
pub(crate) use buckets::BandBuckets;
pub(crate) use buckets::{Buckets, Component, Components, NO_NODE, Node};
pub(crate) use candidates::{Candidates, Search};
pub(crate) use columns::{KeyColumns, Limit};
pub(crate) use prefix::PrefixIndex;

use crate::shingle::hash::{MULTIPLIER, finish};

/// How far the candidates of one node are followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Buckets of more nodes are searched by prefix and length filters.
    pub(crate) max_bucket: usize,
    /// After so many comparisons that came to nothing a node meets no more candidates.
    pub(crate) refusals: usize,
}

impl Limits {
    /// How many members of one bucket a node looks at when it lists all its pairs: more than it may be refused by.
    pub(crate) const fn reach(self) -> usize {
        self.refusals.saturating_mul(10)
    }
}

impl Banding {
    /// Appends the 64-bit key of each band of a signature's `values` to `keys`. Equal rows in the same band give equal
    /// keys; `partition` keeps apart what must never meet.
    pub(crate) fn band_keys(self, values: &[u32], partition: u64, keys: &mut Vec<u64>) {
        keys.extend(values.chunks_exact(self.rows()).enumerate().map(|(band, rows)| {
            let start = finish(partition ^ band as u64);
            finish(rows.iter().fold(start, |key, value| key.wrapping_mul(MULTIPLIER).wrapping_add((*value).into())))
        }));
    }
}
