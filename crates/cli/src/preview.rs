//! `mukarrar preview`.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::{
    InputArgs, KeepArgs, MatchingArgs, ProgressArgs, ReportArgs, RunningArgs, UnitArgs, VerbosityArgs,
};
use super::args::values::share;
use super::console::{Console, stdout_error};
use super::dedup::RemoveRelationsArgs;
use super::describe::PageFormat;
use super::exit::Exit;
use super::progress::StageBar;
use super::remedies::CommandLinePhrasing;
use super::repetition::AcrossArgs;
use super::run_options::UnitRun;
use super::{addresses, alarms, finish, inputs};
use mukarrar::error::Result;
use mukarrar::input::CompressionOptions;
use mukarrar::page::SourceResolver;
use mukarrar::pipeline::Pipeline;
use mukarrar::report::{self, PreviewOptions, RunPreview};

pub(super) const EXAMPLES: &str = "Examples:
  mukarrar preview news.jsonl.gz --report preview.html
  mukarrar preview crawl/ --source-field site --threshold 0.7
  mukarrar preview crawl/ --sample 1% --format json -o preview.json";

#[derive(Debug, Args)]
pub(super) struct PreviewArgs {
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
    remove: RemoveRelationsArgs,
    /// Verify this share of the texts with candidates only, such as 1% or 0.01, and estimate the counts for all, and what dedup
    /// would take. All texts are still read, once.
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Running")]
    sample: Option<f64>,
    #[command(flatten)]
    running: RunningArgs,
    /// Format of the preview: text, json or html. If not given, that of the name of the output (.json, .html), else text.
    #[arg(short, long, value_enum, value_name = "FORMAT", hide_possible_values = true, help_heading = "Showing")]
    format: Option<PageFormat>,
    /// Write the preview to this file; it appears only when complete. - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-", help_heading = "Showing")]
    output: PathBuf,
    /// Also write the preview as a page for a browser, with the pairs on the border side by side: one HTML file that loads
    /// nothing.
    #[arg(long, value_name = "FILE", help_heading = "Showing")]
    report: Option<PathBuf>,
    #[command(flatten)]
    progress: ProgressArgs,
    #[command(flatten)]
    verbosity: VerbosityArgs,
}

pub(super) fn run(arguments: &PreviewArgs, console: &Console) -> Result<Exit> {
    let PreviewArgs { input, unit, matching, across, keep, running, output, report, progress, verbosity, .. } =
        arguments;
    let format = PageFormat::of(arguments.format, output)?;
    let progress = progress.progress;
    let mut options = UnitRun { unit: unit.unit, matching, keep: Some(keep), input, running, progress }.options()?;
    across.set(&mut options);
    let pipeline = Pipeline::new(options)?;

    let mut of_preview = PreviewOptions::default();
    of_preview.remove.clone_from(&arguments.remove.remove);
    of_preview.sample = arguments.sample;

    // What a page shows of a record is read only if there is one.
    let of_page = ReportArgs { report: Some(PathBuf::new()), ..ReportArgs::default() };
    let is_page = report.is_some() || format == PageFormat::Html;
    let of_report = if is_page { of_page } else { ReportArgs::default() };
    let of_sources = SourceResolver::fields(pipeline.options().source_field.as_deref());
    let listed = inputs::list_for(&pipeline, input, &of_report, of_sources)?;
    inputs::refuse_as_output([output].into_iter().chain(report), &listed)?;
    inputs::check_page(report.as_ref())?;
    let title = listed.title();

    let bar = StageBar::over(progress, &listed);
    let corpus = pipeline.read(listed, &bar)?;
    corpus.refuse_unreadable()?;
    let found = report::preview(&corpus, pipeline.options(), &of_preview, &bar)?;
    drop(bar);

    write(&found, &title, arguments, format, console)?;
    let counts = &found.counts;
    if !verbosity.quiet {
        finish::warn_of_rejects(counts.records.read - counts.records.readable, counts.records.read, console);
    }
    if running.strict && !counts.alarms.is_empty() {
        return Ok(alarms::refuse(&counts.alarms, "the preview was written", console));
    }
    Ok(Exit::Done)
}

fn write(
    found: &RunPreview<'_>,
    title: &str,
    arguments: &PreviewArgs,
    format: PageFormat,
    console: &Console,
) -> Result<()> {
    let PreviewArgs { output, report, running, .. } = arguments;
    let mut outputs = addresses::outputs(CompressionOptions { level: None, threads: running.threads.threads });

    if let Some(report) = report {
        finish::write_file(report, &mut outputs, |out| report::html_preview(found, title, out))?;
    }
    let results = |style, out: &mut dyn std::io::Write| match format {
        PageFormat::Html => report::html_preview(found, title, out),
        _ => report::write_preview(found, &CommandLinePhrasing, style, out),
    };
    if output.as_os_str() == "-" {
        let style = console.stdout_style(format.of_results());
        console.print(|out| results(style, out).map_err(stdout_error))?;
    } else {
        finish::write_file(output, &mut outputs, |out| results(Console::file_style(format.of_results()), out))?;
    }
    outputs.commit()
}
