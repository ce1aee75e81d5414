//! Writes the results of a command and ends its run.

use std::io::{self, Write};
use std::path::Path;

use super::args::groups::{OutputArgs, ReportArgs, ShowingArgs, VerbosityArgs};
use super::console::{Console, stdout_error};
use super::exit::Exit;
use super::summary;
use mukarrar::document::DocId;
use mukarrar::error::{Error, Result};
use mukarrar::input::Corpus;
use mukarrar::pipeline::Summary;
use mukarrar::report::output::Outputs;
use mukarrar::report::output_name::OutputName;
use mukarrar::report::{HtmlReport, ReportStyle};
use mukarrar::wording::counted;

/// Writes results to standard output, or to a file that appears when `outputs` are committed.
pub(super) fn write_results(
    arguments: &OutputArgs,
    outputs: &mut Outputs,
    console: &Console,
    write: impl FnOnce(ReportStyle, &mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let format = arguments.report_format()?;
    if arguments.output.as_os_str() == "-" {
        let style = console.stdout_style(format);
        return console.print(|out| write(style, out).map_err(stdout_error));
    }

    write_file(&arguments.output, outputs, |out| write(Console::file_style(format), out))
}

/// Writes one file, compressed as its name says, which appears when `outputs` are committed.
pub(super) fn write_file(
    path: &Path,
    outputs: &mut Outputs,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let mut output = outputs.create(path, OutputName::of(path).compression())?;
    write(&mut output).map_err(|source| Error::io("write", path, source))?;
    outputs.finish(output)
}

/// Writes the report, if it is asked for, with `write`, which takes the largest number of clusters.
pub(super) fn write_report(
    arguments: &ReportArgs,
    outputs: &mut Outputs,
    write: impl FnOnce(usize, &mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let Some(path) = &arguments.report else { return Ok(()) };
    let most = arguments.report_clusters.unwrap_or(HtmlReport::DEFAULT_CLUSTERS);
    write_file(path, outputs, |out| write(most, out))
}

/// Writes the summary file, commits every output, and prints the summary on standard error.
pub(super) fn end_run(
    summary: &mut Summary,
    showing: &ShowingArgs,
    mut outputs: Outputs,
    console: &Console,
) -> Result<()> {
    summary.add_stage("write", outputs.elapsed().as_secs_f64(), 0);
    summary.peak_rss_bytes = summary::peak_rss_bytes();

    if let Some(path) = &showing.summary {
        write_file(path, &mut outputs, |out| {
            serde_json::to_writer_pretty(&mut *out, summary)?;
            writeln!(out)
        })?;
    }
    outputs.commit()?;

    if !showing.verbosity.quiet {
        summary::show(summary, console);
    }
    Ok(())
}

/// The exit of a finished run. With `strict`, losses are an error even if copies were found.
pub(super) fn exit_of(summary: &Summary, strict: bool, copies_found: bool, console: &Console) -> Exit {
    let rejected_references = summary.references.map_or(0, |references| references.rejected);
    let rejected: u64 = summary.records.rejected.values().sum::<u64>() + rejected_references;
    let (lost, unsearched) = (summary.lost_pairs, summary.containment.unseen_units);

    if strict && (rejected > 0 || lost > 0 || unsearched > 0) {
        let unsearched = match unsearched {
            0 => String::new(),
            count => format!(", {} not searched for containers", counted(count, "unit", "units")),
        };
        console.error(&format!(
            "--strict: {} rejected, {} lost{unsearched}; results were written",
            counted(rejected, "record", "records"),
            counted(lost, "candidate pair", "candidate pairs")
        ));
        return Exit::Error;
    }

    warn_of_rejects(rejected, summary.records.read + references_read(summary), console);
    if copies_found { Exit::CopiesFound } else { Exit::Done }
}

fn references_read(summary: &Summary) -> u64 {
    summary.references.map_or(0, |references| references.read)
}

/// Warns, however quiet the run is, if more than half of the records were rejected.
pub(super) fn warn_of_rejects(rejected: u64, read: u64, console: &Console) {
    if rejected.saturating_mul(2) > read {
        console.warning(&format!(
            "{rejected} of {} {} rejected; dedup --rejected FILE writes the reasons, --strict makes this an error",
            counted(read, "record", "records"),
            if rejected == 1 { "was" } else { "were" }
        ));
    }
}

/// Refuses to go on if not one record was read: an empty result would look like a clean one. The rejects are listed
/// first.
pub(super) fn refuse_nothing_read(
    corpus: &Corpus,
    rejects: &[DocId],
    verbosity: &VerbosityArgs,
    console: &Console,
) -> Result<()> {
    let read = corpus.refuse_nothing_read(rejects);
    if read.is_err() {
        summary::show_rejected(corpus, rejects, &[], verbosity, console);
    }
    read
}
