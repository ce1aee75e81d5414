//! What a run over all texts would take, from a sample of them.

use serde::Serialize;

use super::sample::CorpusSample;
use crate::pipeline::{HeldBytes, LimitParts, Options, Summary};

/// Bytes that are written for each band key once candidates do not fit in memory: the members of buckets, twice.
const BYTES_PER_KEY: u64 = 12;

/// Most bytes of the sample of words of a run.
const WORD_SAMPLE: u64 = 10 << 20;

/// Bytes of a band key.
const KEY: u64 = 8;

/// What a run takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RunCost {
    /// Seconds, without writing. Those of the sample, by the bytes of the texts.
    pub seconds: f64,
    /// Bytes of memory: what the run would like to hold, or its limit if that is less.
    pub memory: u64,
    /// Bytes of tables, which must fit in memory.
    pub tables: u64,
    /// Bytes of band keys, in memory or on disk.
    pub keys: u64,
    /// About how many bytes of temporary files are written; 0 if everything fits in memory.
    pub disk: u64,
}

impl RunCost {
    /// The cost of a run with `options` over all texts. `summary` is that of the run over the sample, `readable` the number of
    /// all records that can be read.
    pub(super) fn expected(sample: &CorpusSample, summary: &Summary, options: &Options, readable: u64) -> Self {
        let ratio = |whole: u64, part: u64| if part == 0 { 1.0 } else { whole as f64 / part as f64 };
        let by_records = ratio(readable, sample.values.len() as u64);
        let by_bytes = ratio(sample.text_bytes, sample.sampled_bytes);
        let scaled = |bytes: u64, by: f64| (bytes as f64 * by).round() as u64;

        let HeldBytes { tables, keys, batch } = summary.held;
        let (tables, keys, batch) = (scaled(tables, by_records), scaled(keys, by_records), scaled(batch, by_bytes));
        let threads = options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let parts = LimitParts::new(options.memory, threads, tables);

        let exceeds = |bytes: u64, limit: Option<u64>| limit.is_some_and(|limit| bytes > limit);
        let mut disk = 0;
        if exceeds(keys, parts.keys) {
            disk += keys;
        }
        if exceeds(batch, parts.batch) {
            disk += keys / KEY * BYTES_PER_KEY;
        }
        let wanted = parts.fixed + WORD_SAMPLE + tables + keys + batch;
        let seconds: f64 = summary.stages.iter().map(|stage| stage.seconds).sum();

        Self {
            seconds: seconds * by_bytes,
            memory: options.memory.map_or(wanted, |limit| wanted.min(limit)),
            tables,
            keys,
            disk,
        }
    }
}
