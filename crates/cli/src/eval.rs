//! `mukarrar eval`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::groups::{
    InputArgs, KeepArgs, MatchingArgs, OutputArgs, ReportArgs, RunningArgs, ShowingArgs, UnitArgs,
};
use super::console::Console;
use super::exit::Exit;
use super::progress::StageBar;
use super::remedies::parse;
use super::run_options::UnitRun;
use super::{finish, inputs, summary};
use mukarrar::error::{Error, Result};
use mukarrar::evaluate::{Gold, GoldKind, GoldPages, Predictions, evaluate, evaluate_pages};
use mukarrar::page::UnitLevel;
use mukarrar::report;

pub(super) const EXAMPLES: &str = "Only ids in the gold are scored; an id in no cluster is a cluster of its own. With gold pairs, recall \
counts the listed pairs; precision counts found pairs that the gold connects or, if it lists negatives, only the listed pairs.

With --pages: acc is the mean share of a line whose kind is correct; a headline is found if unit and gold share .8 of their \
union; titled counts stories with their title; borders of stories are correct within 4 letters; whole counts parts of stories \
that one unit covers to .9; boilerplate counts lines; pairs are those of repeated headlines and stories.

Examples:
  mukarrar eval corpus --gold corpus/gold.labels --format json
  mukarrar eval --pages corpus/.units";

pub(super) const USAGE: &str = "mukarrar eval [OPTIONS] --gold <GOLD> <INPUT>...
       mukarrar eval [OPTIONS] --pages <DIR>";

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The gold file: tab-separated, one entry a line.
    #[arg(long, value_name = "GOLD", required_unless_present = "pages")]
    gold: Option<PathBuf>,
    /// Content of a line of the gold: labels (ID, LABEL) or pairs (ID, ID; `non`, `0`, `form` or `other` in a third column marks
    /// a pair that is not a copy, `part` one that is not scored), as label writes them.
    #[arg(long, value_name = "KIND", default_value_t = GoldKind::Labels, value_parser = parse::<GoldKind>)]
    gold_kind: GoldKind,
    /// Score the cutting of pages and the repeats found on them instead: a directory with pages/NAME.txt and gold/NAME.tsv
    /// (docs/FORMATS.md describes a row of gold).
    #[arg(long, value_name = "DIR", conflicts_with_all = ["inputs", "gold", "gold_kind", "unit", "boilerplate_rules"])]
    pages: Option<PathBuf>,
    #[command(flatten)]
    unit: UnitArgs,
    #[command(flatten)]
    matching: MatchingArgs,
    #[command(flatten)]
    keep: KeepArgs,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

pub(super) fn run(arguments: &EvalArgs, console: &Console) -> Result<Exit> {
    match (&arguments.pages, &arguments.gold) {
        (Some(directory), _) => score_pages(arguments, directory, console),
        (None, Some(gold)) => score_clusters(arguments, gold, console),
        // Parsing requires one of the two already.
        (None, None) => Err(Error::parameter("gold", "absent", "give a file, or --pages with a directory")),
    }
}

fn score_clusters(arguments: &EvalArgs, gold: &Path, console: &Console) -> Result<Exit> {
    let EvalArgs { input, gold_kind, unit, running, output, showing, .. } = arguments;
    let gold = Gold::open(gold, *gold_kind)?;
    let pipeline = unit_run(arguments, unit.unit).pipeline()?;
    let input = inputs::list_for(&pipeline, input, &ReportArgs::default(), None)?;
    inputs::check_outputs(output, showing.summary.as_ref(), &input)?;

    let bar = StageBar::over(showing.progress.progress, &input);
    let (corpus, mut found) = pipeline.read_clusters(input, &bar)?;
    drop(bar);
    if let Err(error) = finish::refuse_nothing_read(&corpus, &found.rejects, &showing.verbosity, console) {
        pipeline.forget_work()?;
        return Err(error);
    }
    let scores = evaluate(&gold, &Predictions::new(&corpus, &found.units, &found.names, &found.clusters))?;

    let mut outputs = output.compression.outputs(running.threads.threads);
    finish::write_results(output, &mut outputs, console, |style, out| report::evaluation(&scores, style, out))?;
    summary::show_rejected(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    finish::end_run(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;

    Ok(finish::exit_of(&found.summary, running.strict, false, console))
}

fn score_pages(arguments: &EvalArgs, directory: &Path, console: &Console) -> Result<Exit> {
    let EvalArgs { input, running, output, showing, .. } = arguments;
    let gold = GoldPages::open(directory)?;
    let pipeline = unit_run(arguments, UnitLevel::Story).pipeline()?;
    let files: Vec<PathBuf> = ["pages", "gold"].iter().map(|name| directory.join(name)).collect();
    let inputs = inputs::list(&files, &input.reading, UnitLevel::Story, Vec::new())?;
    inputs::check_outputs(output, showing.summary.as_ref(), &inputs)?;

    let mut found = pipeline.clusters(&gold.corpus(), &StageBar::new(showing.progress.progress))?;
    let scores = evaluate_pages(&gold, &found.units, &found.clusters);

    let mut outputs = output.compression.outputs(running.threads.threads);
    finish::write_results(output, &mut outputs, console, |style, out| report::pages_evaluation(&scores, style, out))?;
    finish::end_run(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;

    Ok(finish::exit_of(&found.summary, running.strict, false, console))
}

fn unit_run(arguments: &EvalArgs, unit: UnitLevel) -> UnitRun<'_> {
    let EvalArgs { matching, keep, input, running, showing, .. } = arguments;
    UnitRun { unit, matching, keep: Some(keep), input, running, progress: showing.progress.progress }
}
