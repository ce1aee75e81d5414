//! Samples → the number of nodes that contain each sampled shingle.

use std::ops::Range;

use super::sample::{RowSamples, SamplePlan};
use crate::error::Result;
use crate::lsh::key_columns::MemoryLimit;
use crate::lsh::node::{NO_NODE, Node};
use crate::parallel;

/// Most sampled hashes that are counted. If there are more, those of a smaller part of the hash space are.
const MOST: u64 = 1 << 24;

/// Fewest hashes that are counted in one pass, under any memory limit.
const LEAST_AT_ONCE: u64 = 1 << 16;

/// The number of nodes of each sampled hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HashCounts {
    /// The hashes of at least the least number of nodes, ascending, with their number of nodes.
    pub(crate) held: Vec<(u32, u32)>,
    /// All hashes below this bound were counted.
    pub(crate) bound: u32,
}

/// Counts the nodes of each sampled hash, and keeps the hashes of at least `least` nodes. The result depends on the
/// samples alone; the memory of `limit` decides the number of passes.
///
/// # Errors
///
/// The samples cannot be read.
pub(crate) fn counts(
    samples: &RowSamples,
    sampling: SamplePlan,
    node_of_row: &[Node],
    least: u32,
    limit: Option<&MemoryLimit>,
) -> Result<HashCounts> {
    // The hash space is reduced by a whole factor that depends on the samples, never on the memory.
    let entries = samples.entries().max(1);
    let bound = counted_bound(sampling, entries);
    let counted = entries / entries.div_ceil(MOST);

    // A pass takes a quarter of the memory: sorting may need a second copy.
    let at_once = limit.map_or(u64::MAX, |limit| (limit.memory / 4 / size_of::<u32>() as u64).max(LEAST_AT_ONCE));
    let passes = counted.div_ceil(at_once).max(1);

    // Each pass counts one range of the hash space.
    let edge = |pass: u64| (u64::from(bound) * pass / passes) as u32;
    let mut held = Vec::new();
    for pass in 0..passes {
        let mut hashes = hashes_within(samples, sampling, node_of_row, edge(pass)..edge(pass + 1))?;
        sampling.sort(&mut hashes);
        let common = hashes.chunk_by(|a, b| a == b).filter(|run| run.len() >= least as usize);
        held.extend(common.map(|run| (run[0], run.len() as u32)));
    }
    Ok(HashCounts { held, bound })
}

/// The bound below which hashes are counted, of samples with so many entries.
pub(crate) fn counted_bound(sampling: SamplePlan, entries: u64) -> u32 {
    (u64::from(sampling.bound()) / entries.max(1).div_ceil(MOST)) as u32
}

/// The sampled hashes in a range of the hash space, each once for each node that has it.
fn hashes_within(
    samples: &RowSamples,
    sampling: SamplePlan,
    node_of_row: &[Node],
    part: Range<u32>,
) -> Result<Vec<u32>> {
    let chunks: Vec<usize> = (0..samples.chunks()).collect();
    let found: Vec<Result<Vec<u32>>> = parallel::map(&chunks, Vec::new, |sample: &mut Vec<u32>, chunk| {
        let mut found = Vec::new();
        samples.read(*chunk, |row, hashes| {
            // One row represents each node, so every node is counted once.
            if node_of_row.get(row).is_none_or(|node| *node == NO_NODE) {
                return Ok(());
            }

            sample.clear();
            sample.extend(hashes.iter().filter(|hash| part.contains(hash)));
            sampling.sort_distinct(sample);
            found.extend_from_slice(sample);
            Ok(())
        })?;
        Ok(found)
    });

    let mut all = Vec::new();
    for part in found {
        all.extend(part?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::ShingleKind;
    use crate::spill::SpillDir;

    #[test]
    fn counts_do_not_depend_on_the_memory() {
        let sampling = SamplePlan::new(ShingleKind::Word(3));
        let mut samples = RowSamples::new(None);
        let node_of_row: Vec<Node> = (0..60).map(|row| if row % 10 == 9 { NO_NODE } else { row }).collect();
        let hashes = |row: u64| (0..80).map(move |i| crate::shingle::hash::finish(i + (row % 4) * 40));
        let mut words = Vec::new();
        (0..60).for_each(|row| sampling.sample(&hashes(row).collect::<Vec<u64>>(), &mut words));
        samples.push(&words).unwrap();
        samples.finish().unwrap();
        let found = counts(&samples, sampling, &node_of_row, 3, None).unwrap();
        let of = |hash: u64| {
            let rows = (0..60).filter(|row| row % 10 != 9 && hashes(*row).any(|other| other == hash));
            rows.count() as u32
        };
        for hash in (0..4).flat_map(hashes).filter(|hash| ((hash >> 32) as u32) < sampling.bound()) {
            assert!(found.held.contains(&((hash >> 32) as u32, of(hash))));
        }
        let room = SpillDir::temporary(std::path::Path::new("."));
        let limit = MemoryLimit { memory: 0, room, name: String::new() };
        assert_eq!(counts(&samples, sampling, &node_of_row, 3, Some(&limit)).unwrap(), found);
    }
}
