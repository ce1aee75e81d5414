//! `mukarrar pairs`.

use clap::Args;

use super::args::groups::{InputArgs, MatchingArgs, OutputArgs, ReportArgs, RunningArgs, ShowingArgs, UnitArgs};
use super::console::Console;
use super::exit::Exit;
use super::progress::StageBar;
use super::run_options::UnitRun;
use super::{finish, inputs, summary};
use mukarrar::error::Result;
use mukarrar::report::{self as results, ExactGroups, HtmlReport};

#[derive(Debug, Args)]
pub(super) struct PairsArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    unit: UnitArgs,
    #[command(flatten)]
    matching: MatchingArgs,
    /// List each exact copy once, paired with the first text of its group. If not given, every pair of the group is listed.
    #[arg(long)]
    no_expand_exact: bool,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    report: ReportArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

pub(super) fn run(arguments: &PairsArgs, console: &Console) -> Result<Exit> {
    let PairsArgs { input, unit, matching, no_expand_exact, running, output, report, showing } = arguments;
    let progress = showing.progress.progress;
    let groups = if *no_expand_exact { ExactGroups::Folded } else { ExactGroups::Expanded };

    let pipeline = UnitRun { unit: unit.unit, matching, keep: None, input, running, progress }.pipeline()?;
    let input = inputs::list_for(&pipeline, input, report, None)?;
    inputs::check_outputs(output, showing.summary.as_ref(), &input)?;
    inputs::check_report(report, &input)?;

    let bar = StageBar::over(progress, &input);
    let (corpus, mut found) = pipeline.read_pairs(input, &bar)?;
    drop(bar);
    if let Err(error) = finish::refuse_nothing_read(&corpus, &found.rejects, &showing.verbosity, console) {
        pipeline.forget_work()?;
        return Err(error);
    }

    let mut outputs = output.compression.outputs(running.threads.threads);
    finish::write_results(output, &mut outputs, console, |style, out| {
        results::pairs(&found, &corpus, groups, style, out)
    })?;
    finish::write_report(report, &mut outputs, |most, out| {
        HtmlReport::new(&corpus, pipeline.options(), &found.summary).most_clusters(most).pairs(&found, out)
    })?;
    summary::show_rejected(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    finish::end_run(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;

    Ok(finish::exit_of(&found.summary, running.strict, false, console))
}
