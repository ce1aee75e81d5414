//! `mukarrar passages`.

use clap::Args;

use super::args::groups::{FoldingArgs, InputArgs, LengthArgs, OutputArgs, RunningArgs, ShowingArgs};
use super::console::Console;
use super::exit::Exit;
use super::progress::StageBar;
use super::{finish, inputs, run_options, summary};
use mukarrar::error::Result;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report;

pub(super) const EXAMPLES: &str =
    "Each passage is listed with the first passage of the input that has the same tokens; both are as \
long as possible. Spans count UTF-8 bytes of the text. `dedup --unit passage` removes repeated passages.

Examples:
  mukarrar passages news.jsonl.gz --format jsonl -o passages.jsonl
  mukarrar passages crawl/ --min-tokens 50 --max-gap 0";

#[derive(Debug, Args)]
pub(super) struct PassagesArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    folding: FoldingArgs,
    #[command(flatten)]
    length: LengthArgs,
    /// Show neighbouring passages of the same two documents as one if at most this many tokens separate them in both: 0 to
    /// 10000.
    #[arg(long, value_name = "N", default_value_t = Options::default().passages.max_gap, help_heading = "Passages")]
    max_gap: usize,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

pub(super) fn run(arguments: &PassagesArgs, console: &Console) -> Result<Exit> {
    let PassagesArgs { input, folding, length, max_gap, running, output, showing } = arguments;

    let mut options = run_options::over_passages(folding, length, running);
    options.passages.max_gap = *max_gap;
    let pipeline = Pipeline::new(options)?;
    let input = inputs::list(&input.inputs, &input.reading, UnitLevel::Document, Vec::new())?;
    inputs::check_outputs(output, showing.summary.as_ref(), &input)?;

    let bar = StageBar::over(showing.progress.progress, &input);
    let (corpus, mut found) = pipeline.read_passages(input, &bar)?;
    drop(bar);
    finish::refuse_nothing_read(&corpus, &found.rejects, &showing.verbosity, console)?;

    let mut outputs = output.compression.outputs(running.threads.threads);
    finish::write_results(output, &mut outputs, console, |style, out| report::passages(&found, &corpus, style, out))?;
    summary::show_rejected(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    finish::end_run(&mut found.summary, showing, outputs, console)?;

    Ok(finish::exit_of(&found.summary, running.strict, false, console))
}
