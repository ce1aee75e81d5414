//! How the memory that a run may take is shared out.
//!
//! A part is fixed: the program, the blocks under way and the buffers of each thread. A part grows with the input: the
//! tables, some hundred bytes a record, which always stay in memory. What is left goes to band keys, buckets and shingle
//! sets, which spill to disk beyond it. Where even the fixed part and the tables do not fit, the run ends with an error
//! that names the least that would do.

use crate::error::{Error, ErrorKind, Result};
use crate::lsh::MemoryLimit;
use crate::spill::SpillDir;

/// The program, its stacks and the allocator's slack.
const PROGRAM: u64 = 24 << 20;

/// Block size without a limit.
const BLOCK: u64 = 1 << 20;

/// Smallest and largest block under a limit.
const SMALLEST_BLOCK: u64 = 64 << 10;

/// What a thread holds for each byte of the block it works on: the block, its decoded text, its tokens and shingles, and
/// what was scanned of blocks that wait for an earlier one.
pub(super) const PER_BLOCK_BYTE: u64 = 12;

/// Room that the stages after the first pass need at least.
const LEAST_WORK: u64 = 4 << 20;

/// Shares out the memory of a run.
#[derive(Debug, Clone)]
pub(super) struct MemoryPlan {
    limit: Option<u64>,
    threads: u64,
    room: SpillDir,
}

impl MemoryPlan {
    /// A plan for a process that may take `limit` bytes, with `threads` threads and `room` to spill to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Memory`] if the fixed part alone is more.
    pub(super) fn new(limit: Option<u64>, threads: usize, room: SpillDir) -> Result<Self> {
        let plan = Self { limit, threads: threads as u64, room };
        plan.require(0, "a run over any input")?;
        Ok(plan)
    }

    /// Bytes of a block of input.
    pub(super) fn block(&self) -> u64 {
        self.limit.map_or(BLOCK, |limit| self.block_at(limit))
    }

    fn block_at(&self, limit: u64) -> u64 {
        let share = limit.saturating_sub(PROGRAM) / (4 * PER_BLOCK_BYTE * (self.threads + 1));
        share.clamp(SMALLEST_BLOCK, BLOCK)
    }

    fn fixed(&self) -> u64 {
        self.fixed_at(self.limit.unwrap_or(u64::MAX))
    }

    /// The part that does not grow with the input, under a limit.
    fn fixed_at(&self, limit: u64) -> u64 {
        PROGRAM + PER_BLOCK_BYTE * self.block_at(limit) * (self.threads + 1)
    }

    /// The least limit, from `limit` on, under which `held` bytes fit.
    fn least(&self, limit: u64, held: u64) -> u64 {
        let mut least = limit;
        loop {
            // The fixed part grows by a fourth of the limit at most, so this comes to an end.
            let needed = held.saturating_add(self.fixed_at(least) + LEAST_WORK);
            if needed <= least {
                return least;
            }
            least = needed;
        }
    }

    /// For the band keys of each path; `None` without a limit.
    pub(super) fn keys(&self) -> Option<MemoryLimit> {
        let memory = self.limit?.saturating_sub(self.fixed()) / 4;
        Some(MemoryLimit { memory, room: self.room.clone(), name: "keys".to_owned() })
    }

    /// For the samples that containment is looked for by; `None` without a limit.
    pub(super) fn samples(&self) -> Option<MemoryLimit> {
        let memory = self.limit?.saturating_sub(self.fixed()) / 8;
        Some(MemoryLimit { memory, room: self.room.clone(), name: "main".to_owned() })
    }

    /// Bytes for input held decompressed; `None` without a limit.
    pub(super) fn input(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.fixed()) / 8)
    }

    /// For the work of a stage, beside `held` bytes that stay, and spilled to `room` under `name`; `None` without a limit.
    pub(super) fn work(&self, held: u64, room: &SpillDir, name: &str) -> Option<MemoryLimit> {
        // The allocator gives back late what earlier stages freed.
        let memory = (self.limit?.saturating_sub(PROGRAM + held) * 3 / 4).max(LEAST_WORK);
        Some(MemoryLimit { memory, room: room.clone(), name: name.to_owned() })
    }

    /// An error of a stage that worked within [`work`](Self::work): a floor of its own becomes one of the process.
    pub(super) fn widen(&self, error: Error, held: u64) -> Error {
        match (error.kind(), self.limit) {
            (ErrorKind::Memory { floor, what, .. }, Some(given)) => {
                let floor = self.least(given + 1, held + floor / 3 * 4);
                ErrorKind::Memory { given, floor, what: what.clone() }.into()
            }
            _ => error,
        }
    }

    /// Where to spill.
    pub(super) fn room(&self) -> &SpillDir {
        &self.room
    }

    /// Whether files of `bytes` in all may be mapped, if that is wanted at all.
    pub(super) fn maps(&self, bytes: u64) -> bool {
        self.limit.is_none_or(|limit| bytes <= limit / 2)
    }

    /// Checks that `held` bytes fit beside the fixed part and some room to work in.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Memory`] with the least limit that would do; `what` says what needs it.
    pub(super) fn require(&self, held: u64, what: &str) -> Result<()> {
        let Some(given) = self.limit else { return Ok(()) };
        let floor = self.least(given, held);
        if floor == given { Ok(()) } else { Err(ErrorKind::Memory { given, floor, what: what.to_owned() }.into()) }
    }
}
