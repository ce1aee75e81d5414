//! Divides the memory of a run among its parts.
//!
//! The fixed part is the program, the blocks under way and the buffers of each thread. The tables, about a hundred bytes a
//! record, grow with the input and always stay in memory. Band keys, buckets and shingle sets get the rest and spill to
//! disk beyond it. If the fixed part and the tables do not fit, the run ends with an error that names the smallest limit
//! that would do.

use crate::error::{Error, ErrorKind, Result};
use crate::lsh::MemoryLimit;
use crate::spill::SpillDir;

/// Bytes of the program, its stacks and the slack of the allocator.
const PROGRAM: u64 = 28 << 20;

/// Bytes of a block without a limit; the largest block under a limit.
const BLOCK: u64 = 1 << 20;

/// Bytes of the smallest block under a limit.
const SMALLEST_BLOCK: u64 = 64 << 10;

/// Bytes that a thread holds for a byte of its block: the block, its decoded text, tokens and shingles, and scanned blocks
/// that wait for an earlier one.
pub(super) const PER_BLOCK_BYTE: u64 = 12;

/// Least bytes for the stages after the first pass.
const LEAST_WORK: u64 = 4 << 20;

/// Bytes of a process before it reads anything, as measured.
const BARE_PROCESS: u64 = 9 << 20;

/// Bytes that a thread holds for a byte of its block on the average, as measured: less than is planned for.
const USED_PER_BLOCK_BYTE: u64 = 6;

/// Bytes of the texts that are compared at once without a limit: more at once make no run faster.
pub(crate) const BATCH_OF_TEXTS: u64 = 32 << 20;

/// What a run holds that grows with its input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GrownBytes {
    /// The input, mapped or held.
    pub(crate) input: u64,
    /// Tables, band keys and the sample of words: while the input is read.
    pub(crate) read: u64,
    /// Tables, candidates and their texts: while they are compared.
    pub(crate) compared: u64,
}

/// About how many bytes a process of `threads` threads takes at its largest under `limit`.
pub(crate) fn expected_bytes(limit: Option<u64>, threads: usize, grown: GrownBytes) -> u64 {
    let plan = MemoryPlan { limit, threads: threads as u64, spill_dir: SpillDir::temporary(std::env::temp_dir()) };
    let input = plan.input().map_or(grown.input, |most| grown.input.min(most));

    // The blocks of the first pass are gone when texts are compared.
    let blocks = USED_PER_BLOCK_BYTE * plan.block() * (plan.threads + 1);
    let wanted = BARE_PROCESS + input + (blocks + grown.read).max(grown.compared);
    limit.map_or(wanted, |limit| wanted.min(limit))
}

/// The memory limit of a run, and where data beyond it is spilled.
#[derive(Debug, Clone)]
pub(super) struct MemoryPlan {
    limit: Option<u64>,
    threads: u64,
    spill_dir: SpillDir,
}

impl MemoryPlan {
    /// A plan for a process of `threads` threads that may take `limit` bytes and spills to `spill_dir`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Memory`] if the fixed part alone is more.
    pub(super) fn new(limit: Option<u64>, threads: usize, spill_dir: SpillDir) -> Result<Self> {
        // A limit below the fixed part fails now, not after the input is read.
        let plan = Self { limit, threads: threads as u64, spill_dir };
        plan.require(0, "a run over any input")?;
        Ok(plan)
    }

    /// Bytes of a block of input.
    pub(super) fn block(&self) -> u64 {
        self.limit.map_or(BLOCK, |limit| self.block_at(limit))
    }

    /// Bytes of the largest block that is planned for: the last record of a block may exceed it.
    pub(super) fn block_with_slack(&self) -> u64 {
        2 * self.block()
    }

    /// The largest record that can be read at all, with no other under way; `None` without a limit. A larger one is an error of
    /// [`require`](Self::require), so nobody needs to hold it.
    pub(super) fn largest_record(&self) -> Option<u64> {
        let left = self.limit?.saturating_sub(self.fixed() + LEAST_WORK);
        Some((left / PER_BLOCK_BYTE).max(self.block_with_slack()))
    }

    /// Bytes of a block of input under `limit`.
    fn block_at(&self, limit: u64) -> u64 {
        // All blocks together take at most a fourth of the limit; `+ 1` is the block that is being cut.
        let share = limit.saturating_sub(PROGRAM) / (4 * PER_BLOCK_BYTE * (self.threads + 1));
        share.clamp(SMALLEST_BLOCK, BLOCK)
    }

    /// The fixed part.
    fn fixed(&self) -> u64 {
        self.fixed_at(self.limit.unwrap_or(u64::MAX))
    }

    /// The fixed part under `limit`.
    fn fixed_at(&self, limit: u64) -> u64 {
        PROGRAM + PER_BLOCK_BYTE * self.block_at(limit) * (self.threads + 1)
    }

    /// The least limit, from `limit` on, under which `held` bytes fit.
    fn least(&self, limit: u64, held: u64) -> u64 {
        let mut least = limit;
        loop {
            // The fixed part grows by at most a fourth of the limit, so the loop ends.
            let needed = held.saturating_add(self.fixed_at(least) + LEAST_WORK);
            if needed <= least {
                return least;
            }
            least = needed;
        }
    }

    /// The limit for the band keys of each route; `None` without a limit.
    pub(super) fn keys(&self) -> Option<MemoryLimit> {
        // Two routes: together half of what is left.
        let memory = self.limit?.saturating_sub(self.fixed()) / 4;
        Some(MemoryLimit { memory, room: self.spill_dir.clone(), name: "keys".to_owned() })
    }

    /// The limit for sampled shingles; `None` without a limit.
    pub(super) fn samples(&self) -> Option<MemoryLimit> {
        let memory = self.limit?.saturating_sub(self.fixed()) / 8;
        Some(MemoryLimit { memory, room: self.spill_dir.clone(), name: "main".to_owned() })
    }

    /// Bytes for input that is held decompressed; `None` without a limit.
    pub(super) fn input(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.fixed()) / 8)
    }

    /// Bytes for extracted pages; `None` without a limit.
    pub(super) fn pages(&self) -> Option<u64> {
        self.input().map(|input| input / 2)
    }

    /// The limit for a stage while `held` bytes stay in memory. The stage spills to `spill_dir` under `name`. `None` without a
    /// limit.
    pub(super) fn work(&self, held: u64, spill_dir: &SpillDir, name: &str) -> Option<MemoryLimit> {
        // A fourth is slack: the allocator returns memory of earlier stages late.
        let memory = (self.limit?.saturating_sub(PROGRAM + held) * 3 / 4).max(LEAST_WORK);
        Some(MemoryLimit { memory, room: spill_dir.clone(), name: name.to_owned() })
    }

    /// Turns the memory floor in an error of a stage that ran within [`work`](Self::work) into a floor of the process.
    pub(super) fn widen(&self, error: Error, held: u64) -> Error {
        match (error.kind(), self.limit) {
            (ErrorKind::Memory { floor, what, .. }, Some(given)) => {
                // The stage gets three fourths of what is left, as in `work`.
                let floor = self.least(given + 1, held + floor / 3 * 4);
                ErrorKind::Memory { given, floor, what: what.clone() }.into()
            }
            _ => error,
        }
    }

    /// Where to spill.
    pub(super) fn spill_dir(&self) -> &SpillDir {
        &self.spill_dir
    }

    /// Whether files of `bytes` in total may be mapped.
    pub(super) fn maps(&self, bytes: u64) -> bool {
        self.limit.is_none_or(|limit| bytes <= limit / 2)
    }

    /// Checks that `held` bytes fit, with the fixed part and the least memory to work in.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Memory`] with the smallest limit that would do; `what` names what needs it.
    pub(super) fn require(&self, held: u64, what: &str) -> Result<()> {
        let Some(given) = self.limit else { return Ok(()) };
        let floor = self.least(given, held);
        if floor > given {
            return Err(ErrorKind::Memory { given, floor, what: what.to_owned() }.into());
        }
        Ok(())
    }
}
