//! The orchestrator of runs over passages, which shingle, sketch and band nothing.
//!
//! 1. *read* (`first_pass`): read and fold every record. The hashes and places of its tokens stay, on disk beyond the memory
//!    limit.
//! 2. *seek* ([`crate::passage`]): find windows of `min_tokens` tokens that occur before.
//! 3. *extend*: extend the windows to maximal runs and passages, or to cuts.

use std::borrow::Cow;

use super::accounts::RunAccounts;
use super::clustering::Clustering;
use super::context::{RunSetup, RunStart};
use super::page_cutter::PageCutter;
use super::run_tables::RunTables;
use super::summary::Summary;
use crate::document::{DocId, Units};
use crate::error::Result;
use crate::input::RepeatedIds;
use crate::page::SourceResolver;
use crate::parallel;
use crate::passage::{Passage, PassageRepeats, RepeatedSpan};

/// Bytes of a passage or a cut, with the notes on it while more are found.
const BYTES_PER_PASSAGE: u64 = 2 * size_of::<Passage>() as u64;

/// Results between two checks of the memory limit. Their bytes are within the slack of the limit.
const CHECKED_TOGETHER: usize = 1024;

/// The result of [`Pipeline::passages`](crate::pipeline::Pipeline::passages).
#[derive(Debug)]
pub struct PassageList {
    /// Every document of the run.
    pub units: Units,
    /// Ids that occur more than once in the input, and how they are shown.
    pub names: RepeatedIds,
    /// Sorted by the later place; of passages that begin there together, the longest first.
    pub passages: Vec<Passage>,
    /// Rejected records, ascending.
    pub rejects: Vec<DocId>,
    /// The accounts of the run.
    pub summary: Summary,
}

/// The result of [`Pipeline::repeated`](crate::pipeline::Pipeline::repeated).
#[derive(Debug)]
pub struct RepeatedPassages {
    /// The documents, without clusters.
    pub found: Clustering,
    /// Passages to remove, in input order, each with the occurrence that stays.
    pub spans: Vec<RepeatedSpan>,
}

/// A run over the passages of one corpus, after the first pass.
pub(super) struct PassageRun<'a> {
    setup: RunSetup<'a>,
    tables: RunTables,
    names: RepeatedIds,
    accounts: RunAccounts,
}

/// Checks that a number of results fits the memory limit.
type ResultCheck<'c> = &'c mut dyn FnMut(usize) -> Result<()>;

impl<'a> PassageRun<'a> {
    /// Enters the first pass in the accounts.
    pub(super) fn new(start: RunStart<'a>) -> Self {
        let RunStart { setup, tables, names, clock } = start;
        let accounts = RunAccounts::new(setup, &tables, &names, clock);
        Self { setup, tables, names, accounts }
    }

    /// Lists the passages.
    ///
    /// # Errors
    ///
    /// The memory limit is too low, or the disk fails.
    pub(super) fn passages(mut self) -> Result<PassageList> {
        let max_gap = self.setup.options.passages.max_gap;
        let passages = self.find(|repeats, check| repeats.passages(max_gap, check))?;

        self.accounts.summary.parameters.max_gap = Some(max_gap);
        let RunTables { units, rejects, .. } = self.tables;
        Ok(PassageList { units, names: self.names, passages, rejects, summary: self.accounts.summary })
    }

    /// Lists the passages that can be removed.
    ///
    /// # Errors
    ///
    /// As [`passages`](Self::passages); a record cannot be read again.
    pub(super) fn repeated(mut self) -> Result<RepeatedPassages> {
        let corpus = self.setup.corpus;
        let mut read = |document: DocId| Ok(corpus.read(document).map(|record| record.text).map(Cow::into_owned)?);
        let spans = self.find(|repeats, check| repeats.cuts(&mut read, check))?;

        let RunTables { units, rejects, dates, .. } = self.tables;
        let found = Clustering {
            units,
            names: self.names,
            clusters: Vec::new(),
            known: Vec::new(),
            held_back: Vec::new(),
            rejects,
            dates,
            languages: Vec::new(),
            sources: SourceResolver::default(),
            noted: None,
            returning: PageCutter::default(),
            summary: self.accounts.summary,
            threads: parallel::threads(),
        };
        Ok(RepeatedPassages { found, spans })
    }

    /// Seeks repeats and extends them with `extend`, which gives its results and how many windows it did not follow.
    fn find<T>(
        &mut self,
        extend: impl FnOnce(&PassageRepeats<'_>, ResultCheck<'_>) -> Result<(Vec<T>, u64)>,
    ) -> Result<Vec<T>> {
        let RunSetup { options, progress, plan, .. } = self.setup;
        let min_tokens = options.passages.min_tokens;

        progress.begin("seek", 0);
        self.tables.words.seal()?;
        let words = &self.tables.words;
        // The stored tokens stay until the run ends.
        let held = self.tables.bytes() + words.bytes();
        let limit = plan.work(held, plan.spill_dir(), "links");
        let repeats = PassageRepeats::find(words, min_tokens, limit.as_ref())?;
        self.accounts.lap("seek", 0);

        progress.begin("extend", 0);
        let held = held + repeats.bytes();
        let mut checked = 0;
        let mut check = |found: usize| {
            if found < checked + CHECKED_TOGETHER {
                return Ok(());
            }
            checked = found;
            plan.require(held + found as u64 * BYTES_PER_PASSAGE, "a result with this many passages")
        };
        let (found, lost) = extend(&repeats, &mut check)?;
        drop(repeats);
        self.accounts.lap("extend", 0);

        self.account(found.len(), lost);
        Ok(found)
    }

    /// Enters `found` results in the accounts, and `lost` windows.
    fn account(&mut self, found: usize, lost: u64) {
        let summary = &mut self.accounts.summary;
        // The options hold a unit level, but passages have none.
        summary.parameters.unit = "passage".to_owned();
        summary.parameters.min_tokens = Some(self.setup.options.passages.min_tokens);
        summary.passages = Some(found as u64);
        summary.lost_pairs = lost;
        summary.spilled_bytes = self.setup.plan.spill_dir().written();

        if lost > 0 {
            self.accounts
                .warn(format!("{lost} windows of tokens were not followed: their hashes are equal, their tokens not"));
        }
    }
}
