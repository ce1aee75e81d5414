//! What the commands share: arguments to options, opening the input, results to their place, the end of a run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{FoldingArgs, Html, MatchingArgs, OutputArgs, ReadingArgs, RunningArgs, ShowingArgs, Switch};
use super::console::{Console, failed};
use super::{Exit, memory, summary};
use crate::cluster::Keep;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Compression, Corpus, Input, InputOptions};
use crate::lsh::Overrides;
use crate::pipeline::{Options, Pipeline, Summary};
use crate::report::Style;
use crate::report::output::{Outputs, resolved};

/// Reads the whole input.
pub(super) fn open(inputs: &[PathBuf], reading: &ReadingArgs) -> Result<Corpus> {
    Corpus::open(inputs, options(reading, None))
}

/// Lists the input; `keep` may need a field of its records.
pub(super) fn input(inputs: &[PathBuf], reading: &ReadingArgs, keep: Option<&Keep>) -> Result<Input> {
    Input::open(inputs, options(reading, keep))
}

fn options(reading: &ReadingArgs, keep: Option<&Keep>) -> InputOptions {
    let mut options = InputOptions::default();
    options.id_field.clone_from(&reading.id_field);
    options.text_field.clone_from(&reading.text_field);
    options.format = reading.input_format;
    options.encoding = reading.encoding;
    options.html_raw = reading.html == Html::Raw;
    options.max_record_size = reading.max_record_size;
    options.unique_ids = reading.unique_ids;
    options.fields = keep.and_then(Keep::field).map(str::to_owned).into_iter().collect();
    options
}

/// A validated run.
pub(super) fn pipeline(matching: &MatchingArgs, keep: Option<&Keep>, running: &RunningArgs) -> Result<Pipeline> {
    let mut options = folding(&matching.folding);
    options.unit = matching.unit;
    options.shingle = matching.shingle.shingle;
    options.short = matching.short == Switch::On;
    options.threshold = matching.threshold;
    options.recall = matching.recall;
    options.overrides = Overrides { num_hashes: matching.num_hashes, bands: matching.bands, rows: matching.rows };
    options.seed = matching.seed;
    options.related = matching.related;
    options.max_bucket = matching.max_bucket;
    options.threads = running.threads;
    options.memory = running.memory.or_else(memory::default_limit);
    options.map = running.memory.is_none();
    options.temp_dir.clone_from(&running.temp_dir);
    options.work_dir.clone_from(&running.work_dir);
    if let Some(keep) = keep {
        options.keep = keep.clone();
    }
    Pipeline::new(options)
}

/// Options with the folding asked for and defaults for the rest.
pub(super) fn folding(arguments: &FoldingArgs) -> Options {
    Options { profile: arguments.profile, language: arguments.lang.0, ..Options::default() }
}

/// Writes results where the user wants them; files are put in place by the end of the run.
pub(super) fn results(
    arguments: &OutputArgs,
    outputs: &mut Outputs,
    console: &Console,
    write: impl FnOnce(Style, &mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    if arguments.output.as_os_str() == "-" {
        return console.print(|out| write(console.style(arguments.format), out).map_err(failed));
    }
    file(&arguments.output, outputs, |out| write(Console::plain(arguments.format), out))
}

/// Writes one file beside the results.
pub(super) fn file(
    path: &Path,
    outputs: &mut Outputs,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let mut output = outputs.create(path, Compression::None)?;
    write(&mut output).map_err(|source| Error::io("write", path, source))?;
    outputs.finish(output)
}

/// Refuses to write any of `paths` over an input.
pub(super) fn not_inputs<'p>(paths: impl IntoIterator<Item = &'p PathBuf>, input: &Input) -> Result<()> {
    paths.into_iter().filter(|path| path.as_os_str() != "-").try_for_each(|path| not_an_input(path, input))
}

fn not_an_input(path: &Path, input: &Input) -> Result<()> {
    let place = resolved(path);
    if input.files().all(|(input, _)| resolved(input) != place) {
        return Ok(());
    }
    let (what, remedy) = ("is an input".to_owned(), "write somewhere else; inputs are never changed".to_owned());
    Err(ErrorKind::Output { path: path.to_owned(), what, remedy }.into())
}

/// Ends a run: the summary file, every output in its place, the summary on standard error.
pub(super) fn finish(
    accounts: &mut Summary,
    showing: &ShowingArgs,
    mut outputs: Outputs,
    console: &Console,
) -> Result<()> {
    accounts.add_stage("write", outputs.elapsed().as_secs_f64(), 0);
    accounts.peak_rss_bytes = summary::peak_rss_bytes();
    if let Some(path) = &showing.summary {
        file(path, &mut outputs, |out| {
            serde_json::to_writer_pretty(&mut *out, accounts)?;
            writeln!(out)
        })?;
    }
    outputs.commit()?;
    if !showing.verbosity.quiet {
        summary::show(accounts, console);
    }
    Ok(())
}

/// How a finished run exits: errors before findings.
pub(super) fn exit(accounts: &Summary, strict: bool, check: bool, console: &Console) -> Exit {
    let rejected: u64 = accounts.records.rejected.values().sum();
    if strict && (rejected > 0 || accounts.lost_pairs > 0) {
        let lost = accounts.lost_pairs;
        console.error(&format!(
            "--strict: {rejected} records rejected, {lost} candidate pairs lost; results were written"
        ));
        return Exit::Error;
    }
    if check { Exit::CopiesFound } else { Exit::Done }
}
