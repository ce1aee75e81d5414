//! The candidate search alone, for `benches/lsh.rs`. Not part of the public interface.

use std::path::Path;

use super::{CandidateSearch, KeyColumns, MemoryLimit, Node};
use crate::error::Result;
use crate::parallel;
use crate::spill::SpillDir;

/// Band keys, ready for a search.
#[derive(Debug)]
pub struct SearchTrial {
    keys: KeyColumns,
    node_of_row: Vec<Node>,
    limit: Option<MemoryLimit>,
}

/// The counts of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialResult {
    /// Nodes with candidates.
    pub nodes: usize,
    /// Batches.
    pub batches: usize,
    /// Buckets of all batches.
    pub buckets: usize,
    /// Components of all batches.
    pub components: usize,
}

impl SearchTrial {
    /// Takes the keys of rows; each row is a node. `limit` is a memory limit in bytes and a directory for files.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn new(rows: impl Iterator<Item = Vec<u64>>, bands: usize, limit: Option<(u64, &Path)>) -> Result<Self> {
        let limit = limit.map(|(memory, directory)| {
            let room = SpillDir::temporary(directory);
            MemoryLimit { memory, room, name: "trial".to_owned() }
        });

        let mut keys = KeyColumns::new(bands, limit.clone());
        for row in rows {
            keys.push(&row)?;
        }

        let node_of_row = (0..keys.len() as Node).collect();
        Ok(Self { keys, node_of_row, limit })
    }

    /// Finds the candidates and loads every batch, on `threads` threads.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written, or the memory limit is too small.
    pub fn run(&self, threads: usize) -> Result<TrialResult> {
        let nodes = self.node_of_row.len();
        let search = CandidateSearch {
            keys: &self.keys,
            node_of_row: &self.node_of_row,
            nodes,
            extra: &[],
            held: &|_| 0,
            held_if_spilled: 0,
            batch_bytes: u64::MAX,
        };

        parallel::with_threads(Some(threads), || {
            let candidates = search.candidates(self.limit.as_ref())?;
            let nodes = candidates.nodes().count();

            // Batches are loaded one after the other, as the pipeline does.
            let mut found = TrialResult { nodes, batches: candidates.batches(), buckets: 0, components: 0 };
            for number in 0..candidates.batches() {
                let batch = candidates.batch(number)?;
                found.buckets += batch.buckets.len();
                found.components += batch.components.all.len();
            }
            Ok(found)
        })?
    }
}
