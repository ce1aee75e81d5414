//! Turns arguments into the options of a run.

use super::args::groups::{
    BoilerplateArgs, FoldingArgs, InputArgs, KeepArgs, LengthArgs, MatchingArgs, MemoryArgs, RunningArgs, ShingleArgs,
};
use super::args::values::{AutoChoice, OnOff};
use super::{memory, rules};
use mukarrar::error::Result;
use mukarrar::lsh::BandingOverrides;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};

/// The groups of arguments that describe a run over units.
#[derive(Clone, Copy)]
pub(super) struct UnitRun<'a> {
    pub(super) unit: UnitLevel,
    pub(super) matching: &'a MatchingArgs,
    /// `None` for a command that keeps nothing: the default policy.
    pub(super) keep: Option<&'a KeepArgs>,
    pub(super) input: &'a InputArgs,
    pub(super) running: &'a RunningArgs,
    pub(super) progress: AutoChoice,
}

impl UnitRun<'_> {
    /// The validated pipeline of the run.
    pub(super) fn pipeline(&self) -> Result<Pipeline> {
        Pipeline::new(self.options()?)
    }

    /// The options of the run. Learns boilerplate rules from the input if the arguments ask for that.
    pub(super) fn options(&self) -> Result<Options> {
        rules::refuse_to_learn_from_stdin(&self.matching.boilerplate, self.input)?;

        let mut options = with_folding(&self.matching.folding);
        options.unit = self.unit;
        set_matching(self.matching, &mut options);
        set_running(self.running, &mut options);
        if let Some(arguments) = self.keep {
            options.keep = arguments.keep.clone();
        }

        // Learning takes long, so wrong parameters are refused before it starts.
        Pipeline::new(options.clone())?;
        options.rules = rules::of_run(&self.matching.boilerplate, self.input, self.running, self.progress)?;
        Ok(options)
    }
}

/// The options of a run over passages.
pub(super) fn over_passages(folding: &FoldingArgs, length: &LengthArgs, running: &RunningArgs) -> Options {
    let mut options = with_folding(folding);
    options.passages.min_tokens = length.min_tokens;
    set_running(running, &mut options);
    options
}

/// Default options with the folding of `arguments`.
pub(super) fn with_folding(arguments: &FoldingArgs) -> Options {
    let mut options = Options::default();
    options.profile = arguments.profile;
    options.language = arguments.lang.0;
    options
}

/// The options by which two texts are compared, without their threshold.
pub(super) fn of_comparison(
    folding: &FoldingArgs,
    boilerplate: &BoilerplateArgs,
    shingle: &ShingleArgs,
) -> Result<Options> {
    let mut options = with_folding(folding);
    options.source_field.clone_from(&boilerplate.source.source_field);
    options.boilerplate = boilerplate.mode.boilerplate;
    options.rules = rules::from_file(boilerplate)?;
    options.shingle = shingle.shingle;
    Ok(options)
}

fn set_matching(matching: &MatchingArgs, options: &mut Options) {
    options.boilerplate = matching.boilerplate.mode.boilerplate;
    options.source_field.clone_from(&matching.boilerplate.source.source_field);
    options.title_field.clone_from(&matching.title_field);
    options.shingle = matching.shingle.shingle;
    options.short = matching.short == OnOff::On;
    options.threshold = matching.threshold.threshold;
    options.edited = matching.edited;
    options.recall = matching.recall;
    options.containment = matching.containment.0;
    options.facts = matching.facts.into();
    options.overrides =
        BandingOverrides { num_hashes: matching.num_hashes, bands: matching.bands, rows: matching.rows };
    options.seed = matching.seed.seed;
    options.related = matching.related;
    options.date_field.clone_from(&matching.date_field);
    options.date_order = matching.date_order;
    options.window = matching.window;
    options.max_bucket = matching.max_bucket;
}

fn set_running(running: &RunningArgs, options: &mut Options) {
    options.threads = running.threads.threads;
    set_limit(&running.limit, options);
    options.work_dir.clone_from(&running.work_dir);
}

/// Enters the memory limit, and where data goes beyond it.
pub(super) fn set_limit(limit: &MemoryArgs, options: &mut Options) {
    options.memory = limit.memory.or_else(memory::default_limit);
    // Mapped files count as memory of the process, so an explicit limit excludes them.
    options.map = limit.memory.is_none();
    options.temp_dir.clone_from(&limit.temp_dir);
}
