//! The read-only view of a run that its stages work on.

use super::learned_frequencies::LearnedFrequencies;
use super::memory_plan::MemoryPlan;
use super::options::Options;
use super::progress::Progress;
use super::refolder::UnitRefolder;
use super::route::RouteSet;
use super::run_tables::RunTables;
use super::stage_clock::StageClock;
use super::work_dir::WorkDir;
use crate::input::{Corpus, RepeatedIds};

/// The parts of a run that never change.
#[derive(Clone, Copy)]
pub(super) struct RunSetup<'a> {
    pub(super) options: &'a Options,
    pub(super) routes: &'a RouteSet,
    pub(super) corpus: &'a Corpus,
    pub(super) progress: &'a dyn Progress,
    pub(super) plan: &'a MemoryPlan,
    pub(super) work: Option<&'a WorkDir>,
}

/// A run after its first pass.
pub(super) struct RunStart<'a> {
    pub(super) setup: RunSetup<'a>,
    pub(super) tables: RunTables,
    /// Ids that occur more than once, and how they are shown.
    pub(super) names: RepeatedIds,
    /// Runs since before the first pass.
    pub(super) clock: StageClock,
}

/// Everything that a stage may read. Stages return values; only the orchestrator changes the state of a run.
#[derive(Clone, Copy)]
pub(super) struct RunContext<'a> {
    pub(super) options: &'a Options,
    pub(super) corpus: &'a Corpus,
    pub(super) progress: &'a dyn Progress,
    pub(super) plan: &'a MemoryPlan,
    pub(super) work: Option<&'a WorkDir>,
    pub(super) tables: &'a RunTables,
    /// `None` if the facts guard is off, or while no pair needs a judge.
    pub(super) learned: Option<&'a LearnedFrequencies>,
}

impl<'a> RunContext<'a> {
    /// The context of the next stage.
    pub(super) fn new(setup: RunSetup<'a>, tables: &'a RunTables, learned: Option<&'a LearnedFrequencies>) -> Self {
        let RunSetup { options, routes: _, corpus, progress, plan, work } = setup;
        Self { options, corpus, progress, plan, work, tables, learned }
    }

    /// Reads and folds units again.
    pub(super) fn refolder(&self) -> UnitRefolder<'a> {
        let RunTables { units, kept, languages, dates, origins, titles, .. } = self.tables;
        UnitRefolder { corpus: self.corpus, options: self.options, units, kept, languages, dates, origins, titles }
    }
}
