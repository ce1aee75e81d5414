//! `mukarrar dedup`.

use super::args::DedupArgs;
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use crate::error::{Error, Result};
use crate::input::{Corpus, Input};
use crate::pipeline::Clustering;
use crate::report::output::Outputs;
use crate::report::{self, Cleaning, Destination, Format};

pub(super) fn run(arguments: &DedupArgs, console: &Console) -> Result<Exit> {
    let DedupArgs { input, matching, keep, running, showing, .. } = arguments;
    let pipeline = job::pipeline(matching, Some(&keep.keep), input, running, showing.progress)?;
    let input = job::input(&input.inputs, &input.reading, Some(&keep.keep), Some(&matching.boilerplate))?;
    let destination = destination(arguments, &input)?;
    let (corpus, found) = pipeline.read_clusters(input, &Bar::new(showing.progress))?;
    let cleaning = Cleaning::plan(&found, &corpus, &arguments.remove, pipeline.options())?;
    let mut outputs = Outputs::new();
    lists(arguments, &corpus, &found, &cleaning, &mut outputs)?;
    if let Some(destination) = destination {
        console.print(|out| cleaning.write(&destination, &mut outputs, out))?;
    }
    let mut accounts = found.summary.clone();
    cleaning.account(&mut accounts);
    let copies = arguments.check.check && !cleaning.is_empty();
    summary::passed_over(&corpus, &found.rejects, &showing.verbosity, console);
    job::finish(&mut accounts, showing, outputs, console)?;
    pipeline.forget_work()?;
    Ok(job::exit(&accounts, running.strict, copies, console))
}

/// Where the corpus goes; `None` for a dry run. Checked before anything is computed.
fn destination(arguments: &DedupArgs, input: &Input) -> Result<Option<Destination>> {
    let lists = || [&arguments.removed, &arguments.rejected, &arguments.clusters].into_iter().flatten();
    if lists().any(|path| path.as_os_str() == "-") {
        return Err(Error::parameter("output", "-", "a file; only -o - streams"));
    }
    job::not_inputs(lists().chain(&arguments.showing.summary), input)?;
    match &arguments.output {
        Some(clean) if !arguments.dry_run => Destination::new(clean, &arguments.input.inputs, input).map(Some),
        _ => Ok(None),
    }
}

/// The lists beside the corpus.
fn lists(
    arguments: &DedupArgs,
    corpus: &Corpus,
    found: &Clustering,
    cleaning: &Cleaning<'_>,
    outputs: &mut Outputs,
) -> Result<()> {
    if let Some(path) = &arguments.removed {
        job::file(path, outputs, |out| cleaning.write_removed(out))?;
    }
    if let Some(path) = &arguments.rejected {
        job::file(path, outputs, |out| report::write_rejected(&found.rejects, corpus, out))?;
    }
    if let Some(path) = &arguments.clusters {
        let style = Console::plain(Format::Jsonl);
        job::file(path, outputs, |out| report::clusters(found, corpus, style, out))?;
    }
    Ok(())
}
