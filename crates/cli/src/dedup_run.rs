//! A run of `mukarrar dedup` over units: what its arguments ask for before clusters are found, and what is written then.

use super::args::groups::{RunningArgs, ShowingArgs};
use super::console::Console;
use super::dedup::DedupArgs;
use super::dedup_files::DedupLists;
use super::exit::Exit;
use super::known_indexes::References;
use super::progress::StageBar;
use super::run_options::UnitRun;
use super::{alarms, finish, inputs, summary};
use mukarrar::document::DocId;
use mukarrar::error::Result;
use mukarrar::input::{Corpus, Input};
use mukarrar::page::{SourceResolver, UnitLevel};
use mukarrar::pipeline::{Clustering, Pipeline, Summary, ToldStories};
use mukarrar::report::output::Outputs;
use mukarrar::report::{CleanDestination, Cleaning, HtmlReport, MarkPlan};
use mukarrar::similarity::Relation;

/// The arguments of a run over units, and its pipeline.
pub(super) struct UnitDedup<'a> {
    pub(super) arguments: &'a DedupArgs,
    pub(super) pipeline: Pipeline,
}

impl<'a> UnitDedup<'a> {
    /// Validates the options of the run.
    pub(super) fn new(arguments: &'a DedupArgs, unit: UnitLevel) -> Result<Self> {
        let DedupArgs { input, matching, keep, repetition, running, showing, .. } = arguments;
        let progress = showing.progress.progress;
        let mut options = UnitRun { unit, matching, keep: Some(keep), input, running, progress }.options()?;
        options.contained_copies = arguments.remove.remove.contains(&Relation::Contained);
        // Alarms name sources.
        options.note_sources = unit == UnitLevel::Document && arguments.mark.is_none();
        repetition.set(&mut options)?;
        options.stories = arguments.stories.options(matching)?;
        Ok(Self { arguments, pipeline: Pipeline::new(options)? })
    }

    /// The files of the input, behind those of `against`.
    pub(super) fn listed(&self, against: &References) -> Result<Input> {
        let DedupArgs { input, report, mark, .. } = self.arguments;
        let options = self.pipeline.options();

        // Alarms name sources.
        let of_sources = SourceResolver::fields(options.source_field.as_deref());
        let of_sources = of_sources.filter(|_| options.unit == UnitLevel::Document && mark.is_none());
        let asked = of_sources.chain(against.fields(&self.pipeline));
        let listed = inputs::list_for(&self.pipeline, input, report, asked)?;
        if against.files.is_empty() { Ok(listed) } else { listed.against(&against.files) }
    }

    /// The place of the clean corpus; `None` for a dry run. Refuses outputs that cannot be written.
    pub(super) fn destination(&self, listed: &Input) -> Result<Option<CleanDestination>> {
        let DedupArgs { input, showing, .. } = self.arguments;
        let destination = self.lists()?.destination(input, showing, listed)?;
        if destination.as_ref().is_some_and(CleanDestination::copies_tables) {
            listed.check_copies(self.pipeline.options().memory)?;
        }
        Ok(destination)
    }

    fn lists(&self) -> Result<DedupLists<'a>> {
        let DedupArgs { files, clusters, report, repetition, .. } = self.arguments;
        let report = inputs::checked_report(report)?;
        Ok(DedupLists { files, clusters: clusters.as_ref(), report, repetition: Some(repetition) })
    }

    /// Writes everything that the arguments ask for, once the clusters are found; the clean corpus to `destination`, if there
    /// is one. `planned` gets what is removed before anything is written. A work directory is removed at the end, unless alarms
    /// stop the run.
    pub(super) fn write(
        &self,
        (corpus, found, told): (&Corpus, &Clustering, Option<&ToldStories>),
        destination: Option<CleanDestination>,
        bar: &StageBar,
        console: &Console,
        planned: impl FnOnce(&Cleaning<'_>) -> Result<()>,
    ) -> Result<Exit> {
        let DedupArgs { files, repetition, running, report, showing, mark, check, .. } = self.arguments;
        let relations = &self.arguments.remove.remove;
        let (options, lists) = (self.pipeline.options(), self.lists()?);
        let end = RunEnd { corpus, rejects: &found.rejects, running, showing };

        let sources = repetition.sources(found, corpus, options)?;
        let rules = repetition.rules();
        let plan = || Cleaning::plan_by_rules(found, corpus, relations, options, &rules, sources.as_ref());
        let cleaning = mark.is_none().then(plan).transpose()?;
        // Nothing is written yet.
        let alarms = cleaning.as_ref().map_or(Ok(Vec::new()), |cleaning| cleaning.alarms(sources.as_ref()))?;
        if running.strict && !alarms.is_empty() {
            return Ok(alarms::refuse(&alarms, "nothing was written", console));
        }

        let mut outputs = files.compression.outputs(running.threads.threads);
        lists.write(corpus, found, &mut outputs)?;
        repetition.write(found, corpus, options, sources.as_ref(), &mut outputs)?;
        let Some(cleaning) = cleaning else {
            if let (Some(field), Some(destination)) = (mark, destination) {
                let marking = MarkPlan::new(found, corpus, field);
                console.print(|out| marking.write(&destination, &mut outputs, out))?;
            }
            finish::write_report(report, &mut outputs, |most, out| {
                HtmlReport::new(corpus, options, &found.summary).most_clusters(most).clusters(found, out)
            })?;
            let exit = end.finish(found.summary.clone(), outputs, false, console)?;
            return self.pipeline.forget_work().map(|()| exit);
        };

        planned(&cleaning)?;
        let mut cleaning = cleaning.with_progress(bar);
        if let (Some(field), Some(sources)) = (&repetition.annotate, &sources) {
            cleaning = cleaning.annotated(field, sources, told)?;
        }
        repetition.write_weights(&cleaning, &mut outputs)?;
        lists.write_clean(&cleaning, destination, &mut outputs, console)?;
        bar.pause();
        let mut summary = found.summary.clone();
        summary.alarms = alarms;
        cleaning.account(&mut summary);
        finish::write_report(report, &mut outputs, |most, out| {
            let report = HtmlReport::new(corpus, options, &summary).removed(cleaning.removed_records());
            report.most_clusters(most).clusters(found, out)
        })?;
        let exit = end.finish(summary, outputs, check.check && !cleaning.is_empty(), console)?;
        self.pipeline.forget_work().map(|()| exit)
    }
}

/// The parts of a run that its end reports on.
pub(super) struct RunEnd<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) rejects: &'a [DocId],
    pub(super) running: &'a RunningArgs,
    pub(super) showing: &'a ShowingArgs,
}

impl RunEnd<'_> {
    /// Commits the outputs and prints the summary.
    pub(super) fn finish(
        &self,
        mut summary: Summary,
        outputs: Outputs,
        copies_found: bool,
        console: &Console,
    ) -> Result<Exit> {
        let Self { corpus, rejects, running, showing } = *self;
        summary::show_rejected(corpus, rejects, &summary.decoded, &showing.verbosity, console);
        finish::end_run(&mut summary, showing, outputs, console)?;

        Ok(finish::exit_of(&summary, running.strict, copies_found, console))
    }
}
