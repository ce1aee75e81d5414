//! Signatures → candidates, by banding.
//!
//! A signature is cut into bands of a few rows. Nodes that agree on all rows of a band share a bucket and become
//! candidates (Leskovec, Rajaraman and Ullman, *Mining of Massive Datasets*, 3rd ed., §3.4; Indyk and Motwani, STOC
//! 1998). A candidate is only a proposal: every later stage verifies it.
//!
//! A *node* is one distinct folded text. Identical units share a node, so buckets hold no exact copies. Nodes are
//! numbered in the order in which they may become keepers.

mod band_keys;
mod banding;
mod buckets;
mod candidates;
mod component_batch;
pub(crate) mod containment;
mod find;
mod forest;
mod key_columns;
#[doc(hidden)]
pub mod measure;
mod node;
mod node_set;
mod prefix;
mod records;
mod saved;

pub use banding::{Banding, BandingOverrides};
#[cfg(test)]
pub(crate) use buckets::BandBuckets;
pub(crate) use buckets::{Buckets, Component, Components};
pub(crate) use candidates::{CandidateSearch, Candidates, MOST_BYTES_PER_KEY};
pub(crate) use component_batch::ComponentBatch;
pub(crate) use forest::UnionForest;
pub(crate) use key_columns::{BYTES_PER_KEY, KeyColumns, MemoryLimit};
pub(crate) use node::{NO_NODE, Node};
pub(crate) use prefix::PrefixIndex;

/// How far the candidates of one node are followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CandidateLimits {
    /// Larger buckets, in nodes, are searched by prefix and length filters.
    pub(crate) max_bucket: usize,
    /// Number of failed comparisons after which a node meets no more candidates.
    pub(crate) refusals: usize,
}

impl CandidateLimits {
    /// Number of members of one bucket that a node looks at when it lists all its pairs: more than `refusals`, so that
    /// failed comparisons end the search first.
    pub(crate) const fn reach(self) -> usize {
        self.refusals.saturating_mul(10)
    }
}
