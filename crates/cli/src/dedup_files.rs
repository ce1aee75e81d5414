//! The files that `mukarrar dedup` writes: the clean corpus, and lists of what was removed, rejected and found.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::{CompressionArgs, InputArgs, ShowingArgs};
use super::console::Console;
use super::remedies::CommandLinePhrasing;
use super::repetition::RepetitionArgs;
use super::{finish, inputs};
use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::input::{Corpus, Input};
use mukarrar::pipeline::Clustering;
use mukarrar::report::output::Outputs;
use mukarrar::report::output_name::{OutputName, is_address};
use mukarrar::report::{self, CleanDestination, Cleaning, ReportFormat};

/// The files that every run of the command can write.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct DedupFileArgs {
    /// Write the clean corpus here: a file in the format of its name, a directory (with a slash at the end), or - for
    /// standard output.
    #[arg(short, long, value_name = "CLEAN", required_unless_present = "dry_run")]
    pub(super) output: Option<PathBuf>,
    /// Write the removed records or units, with keeper and score: .jsonl, .json, .tsv or .csv.
    #[arg(long, value_name = "FILE")]
    pub(super) removed: Option<PathBuf>,
    /// Write rejected records with place and reason: .jsonl, .json, .tsv or .csv.
    #[arg(long, value_name = "FILE")]
    pub(super) rejected: Option<PathBuf>,
    /// Find and count everything, but write no clean corpus.
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) compression: CompressionArgs,
}

/// The formats of the lists that a run writes.
struct ListFormats {
    removed: ReportFormat,
    rejected: ReportFormat,
    clusters: ReportFormat,
}

/// The files that a run writes.
pub(super) struct DedupLists<'a> {
    pub(super) files: &'a DedupFileArgs,
    pub(super) clusters: Option<&'a PathBuf>,
    pub(super) report: Option<&'a PathBuf>,
    /// What makes repetition a signal; `None` for passages.
    pub(super) repetition: Option<&'a RepetitionArgs>,
}

impl DedupLists<'_> {
    /// The place of the clean corpus; `None` for a dry run. Refuses outputs that cannot be written, so it is called before
    /// anything is computed.
    pub(super) fn destination(
        &self,
        input: &InputArgs,
        showing: &ShowingArgs,
        listed: &Input,
    ) -> Result<Option<CleanDestination>> {
        let lists: Vec<&PathBuf> =
            [self.files.removed.as_ref(), self.files.rejected.as_ref(), self.clusters].into_iter().flatten().collect();
        if lists.iter().any(|path| path.as_os_str() == "-") {
            return Err(Error::parameter("output", "-", "a file; only -o - writes to standard output"));
        }
        let of_repetition = self.repetition.into_iter().flat_map(RepetitionArgs::lists);
        let lists = lists.into_iter().chain(&showing.summary).chain(self.report).chain(of_repetition);
        inputs::refuse_as_output(lists, listed)?;
        self.repetition.map_or(Ok(()), RepetitionArgs::check_lists)?;
        self.formats()?;
        showing.summary.as_ref().map_or(Ok(()), |summary| OutputName::of(summary).check_json())?;

        match &self.files.output {
            Some(clean) if !self.files.dry_run => {
                let destination = CleanDestination::sent(clean, &input.inputs, listed)?;
                refuse_unmarked_directory(&destination)?;
                if self.repetition.is_some_and(|repetition| repetition.annotate.is_some()) {
                    destination.check_takes_fields(listed)?;
                }
                Ok(Some(destination))
            }
            _ => Ok(None),
        }
    }

    /// The formats of the lists.
    fn formats(&self) -> Result<ListFormats> {
        let of_list = |path: &Option<PathBuf>| match path {
            Some(path) => OutputName::of(path).list_format(),
            None => Ok(ReportFormat::Jsonl),
        };
        let clusters = self.clusters.map_or(Ok(None), |path| OutputName::of(path).report_format())?;

        Ok(ListFormats {
            removed: of_list(&self.files.removed)?,
            rejected: of_list(&self.files.rejected)?,
            clusters: clusters.unwrap_or(ReportFormat::Jsonl),
        })
    }

    /// Writes the lists of rejected records and of clusters.
    pub(super) fn write(&self, corpus: &Corpus, found: &Clustering, outputs: &mut Outputs) -> Result<()> {
        if let Some(path) = &self.files.rejected {
            let format = self.formats()?.rejected;
            finish::write_file(path, outputs, |out| {
                report::write_rejected(&found.rejects, corpus, &CommandLinePhrasing, format, out)
            })?;
        }
        if let Some(path) = self.clusters {
            let style = Console::file_style(self.formats()?.clusters);
            finish::write_file(path, outputs, |out| report::clusters(found, corpus, style, out))?;
        }
        Ok(())
    }

    /// Writes the list of removed records or units, and the clean corpus.
    pub(super) fn write_clean(
        &self,
        cleaning: &Cleaning<'_>,
        destination: Option<CleanDestination>,
        outputs: &mut Outputs,
        console: &Console,
    ) -> Result<()> {
        if let Some(path) = &self.files.removed {
            let format = self.formats()?.removed;
            finish::write_file(path, outputs, |out| cleaning.write_removed(format, out))?;
        }
        if let Some(destination) = destination {
            console.print(|out| cleaning.write(&destination, outputs, out))?;
        }
        Ok(())
    }
}

/// Refuses to write several files to an address without a slash at its end: nothing checked that this directory is empty.
fn refuse_unmarked_directory(destination: &CleanDestination) -> Result<()> {
    match destination {
        CleanDestination::Directory(path) if is_address(path) && !OutputName::of(path).is_directory() => {
            let what = "is the address of one file, and several are written".to_owned();
            let remedy = "end it with a slash, or with the extension of a format to join them".into();
            Err(ErrorKind::Output { path: path.clone(), what, remedy }.into())
        }
        _ => Ok(()),
    }
}
