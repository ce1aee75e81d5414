//! `mukarrar clusters`.

use clap::Args;

use super::args::groups::{
    InputArgs, KeepArgs, MatchingArgs, MembershipArgs, OutputArgs, ReportArgs, RunningArgs, ShowingArgs, UnitArgs,
};
use super::console::Console;
use super::exit::Exit;
use super::progress::StageBar;
use super::repetition::AcrossArgs;
use super::run_options::UnitRun;
use super::{finish, inputs, summary};
use mukarrar::cluster::Cluster;
use mukarrar::error::Result;
use mukarrar::pipeline::Pipeline;
use mukarrar::report::{self as results, HtmlReport};

pub(super) const EXAMPLES: &str = "Examples:
  mukarrar clusters news.jsonl.gz
  mukarrar clusters pages/ --unit story --format jsonl -o clusters.jsonl
  zcat news.jsonl.gz | mukarrar clusters - --threshold 0.8 --check";

#[derive(Debug, Args)]
pub(super) struct ClustersArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    unit: UnitArgs,
    #[command(flatten)]
    matching: MatchingArgs,
    #[command(flatten)]
    across: AcrossArgs,
    #[command(flatten)]
    keep: KeepArgs,
    #[command(flatten)]
    check: MembershipArgs,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    report: ReportArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

pub(super) fn run(arguments: &ClustersArgs, console: &Console) -> Result<Exit> {
    let ClustersArgs { input, unit, matching, across, keep, check, running, output, report, showing } = arguments;
    let progress = showing.progress.progress;

    let mut options = UnitRun { unit: unit.unit, matching, keep: Some(keep), input, running, progress }.options()?;
    across.set(&mut options);
    let pipeline = Pipeline::new(options)?;
    let input = inputs::list_for(&pipeline, input, report, None)?;
    inputs::check_outputs(output, showing.summary.as_ref(), &input)?;
    inputs::check_report(report, &input)?;

    let bar = StageBar::over(progress, &input);
    let (corpus, mut found) = pipeline.read_clusters(input, &bar)?;
    drop(bar);
    if let Err(error) = finish::refuse_nothing_read(&corpus, &found.rejects, &showing.verbosity, console) {
        pipeline.forget_work()?;
        return Err(error);
    }

    let mut outputs = output.compression.outputs(running.threads.threads);
    finish::write_results(output, &mut outputs, console, |style, out| results::clusters(&found, &corpus, style, out))?;
    finish::write_report(report, &mut outputs, |most, out| {
        HtmlReport::new(&corpus, pipeline.options(), &found.summary).most_clusters(most).clusters(&found, out)
    })?;
    summary::show_rejected(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    finish::end_run(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;

    let copies_found = check.check && found.clusters.iter().any(has_copies);
    Ok(finish::exit_of(&found.summary, running.strict, copies_found, console))
}

/// Whether the cluster has copies of its keeper: it may contain only the keeper and related units.
fn has_copies(cluster: &Cluster) -> bool {
    cluster.size() > 1
}
