//! `mukarrar stories`.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::{InputArgs, KeepArgs, MatchingArgs, OutputArgs, ReportArgs, RunningArgs, ShowingArgs};
use super::console::Console;
use super::exit::Exit;
use super::progress::StageBar;
use super::run_options::UnitRun;
use super::telling::{self, TellingArgs};
use super::{finish, inputs, summary};
use mukarrar::error::Result;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Pipeline, Stories};
use mukarrar::report::output_name::OutputName;
use mukarrar::report::{self, HtmlReport, ReportFormat};

pub(super) const EXAMPLES: &str =
    "Documents tell one story if they share names, places and numbers within some days, in words of their own. Copies are found \
first, as clusters does, and only shown. Nothing is removed.

Examples:
  mukarrar stories news.jsonl.gz --date-field date --source-field site
  mukarrar stories week/ --date-field date --archive last_month/ --format jsonl -o stories.jsonl
  mukarrar stories week/ --date-field date --places places.tsv --report stories.html";

#[derive(Debug, Args)]
pub(super) struct StoriesArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    telling: TellingArgs,
    #[command(flatten)]
    matching: MatchingArgs,
    #[command(flatten)]
    keep: KeepArgs,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// Also write where each record is, one row for every record read, in the format of the name (.json, .jsonl, .tsv, .csv):
    /// told, alone, copy, short, undated or rejected.
    #[arg(long, value_name = "FILE", help_heading = "Showing")]
    places: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

pub(super) fn run(arguments: &StoriesArgs, console: &Console) -> Result<Exit> {
    let StoriesArgs { input, telling, matching, keep, running, output, places, report, showing } = arguments;
    let progress = showing.progress.progress;

    // All errors in the arguments are reported before the input is read.
    let stories = telling.options(matching)?;
    let table = telling.table()?;
    let format = places.as_ref().map_or(Ok(None), |path| OutputName::of(path).report_format())?;

    let unit = UnitLevel::Document;
    let mut options = UnitRun { unit, matching, keep: Some(keep), input, running, progress }.options()?;
    options.stories = Some(stories);
    let pipeline = Pipeline::new(options)?;
    let listed = inputs::list_for(&pipeline, input, report, None)?;
    inputs::check_outputs(output, showing.summary.as_ref(), &listed)?;
    inputs::check_report(report, &listed)?;
    inputs::refuse_as_output(places, &listed)?;
    let title = listed.title();
    let archive = telling.open_archive(&input.reading, &pipeline)?;

    let bar = StageBar::over(progress, &listed);
    let told = pipeline.read_stories(listed, archive.as_ref(), &table, &bar);
    drop(bar);
    let (corpus, mut stories) = told?;
    let refused = finish::refuse_nothing_read(&corpus, &stories.found.rejects, &showing.verbosity, console);
    if let Err(error) = refused {
        pipeline.forget_work()?;
        return Err(error);
    }

    let mut outputs = output.compression.outputs(running.threads.threads);
    let run = pipeline.options();
    finish::write_results(output, &mut outputs, console, |style, out| {
        report::stories(&stories, &corpus, run, style, out)
    })?;
    if let Some(path) = places {
        let format = format.unwrap_or(ReportFormat::Jsonl);
        finish::write_file(path, &mut outputs, |out| report::story_places(&stories, &corpus, format, out))?;
    }
    if let Some(path) = &report.report {
        let most = report.report_clusters.unwrap_or(HtmlReport::DEFAULT_CLUSTERS);
        finish::write_file(path, &mut outputs, |out| report::html_stories(&stories, &corpus, run, &title, most, out))?;
    }

    let Stories { found, told } = &mut stories;
    summary::show_rejected(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    finish::end_run(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;
    telling::note_counted(told, &showing.verbosity, console);
    Ok(finish::exit_of(&found.summary, running.strict, false, console))
}
