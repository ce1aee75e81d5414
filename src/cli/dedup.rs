//! `mukarrar dedup`.

use super::args::{DedupArgs, Grain};
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use crate::error::{Error, Result};
use crate::input::{Corpus, Input};
use crate::page::{Boilerplate, UnitLevel};
use crate::pipeline::{Clustering, Pipeline};
use crate::report::output::Outputs;
use crate::report::{self, Cleaning, Destination, Format, Marking};
use crate::similarity::Relation;

pub(super) fn run(arguments: &DedupArgs, console: &Console) -> Result<Exit> {
    if arguments.matching.unit == Grain::Passage && arguments.mark.is_none() {
        return passages(arguments, console);
    }
    let DedupArgs { input, matching, keep, running, showing, .. } = arguments;
    if arguments.mark.is_some() && matching.unit != Grain::Level(UnitLevel::Document) {
        return Err(Error::parameter(
            "mark",
            "",
            "left out, or --unit document: records are marked, not parts of them",
        ));
    }
    if arguments.mark.is_some() && matching.boilerplate.boilerplate == Boilerplate::Strip {
        return Err(Error::parameter(
            "boilerplate",
            "strip",
            "keep or ignore with --mark, which leaves every text as it is; strip in another run",
        ));
    }
    let mut options = job::run_options(matching, Some(&keep.keep), input, running, showing.progress)?;
    options.contained_copies = arguments.remove.contains(&Relation::Contained);
    let pipeline = Pipeline::new(options)?;
    let input = job::input(&input.inputs, &input.reading, pipeline.options().fields())?;
    let input = if arguments.against.is_empty() { input } else { input.against(&arguments.against)? };
    let destination = destination(arguments, &input)?;
    let (corpus, found) = pipeline.read_clusters(input, &Bar::new(showing.progress))?;
    if let Some(field) = &arguments.mark {
        let exit = marked(arguments, &corpus, &found, field, destination, console)?;
        pipeline.forget_work()?;
        return Ok(exit);
    }
    let cleaning = Cleaning::plan(&found, &corpus, &arguments.remove, pipeline.options())?;
    let exit = finish(arguments, &corpus, &found, &cleaning, destination, console)?;
    pipeline.forget_work()?;
    Ok(exit)
}

/// `--mark`: every record stays.
fn marked(
    arguments: &DedupArgs,
    corpus: &Corpus,
    found: &Clustering,
    field: &str,
    destination: Option<Destination>,
    console: &Console,
) -> Result<Exit> {
    let showing = &arguments.showing;
    let mut outputs = Outputs::new();
    lists(arguments, corpus, found, &mut outputs)?;
    if let Some(destination) = destination {
        let marking = Marking::new(found, corpus, field);
        console.print(|out| marking.write(&destination, &mut outputs, out))?;
    }
    let mut accounts = found.summary.clone();
    summary::passed_over(corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    job::finish(&mut accounts, showing, outputs, console)?;
    Ok(job::exit(&accounts, arguments.running.strict, false, console))
}

/// `--unit passage`.
fn passages(arguments: &DedupArgs, console: &Console) -> Result<Exit> {
    let DedupArgs { input, matching, length, keep, running, showing, .. } = arguments;
    if !arguments.remove.contains(&Relation::Exact) {
        return Err(Error::parameter("remove", "near", "with exact for --unit passage: what repeats is equal"));
    }
    if let Some(path) = &arguments.clusters {
        return Err(Error::parameter("clusters", path.display(), "left out for --unit passage: there are none"));
    }
    if let Some(path) = arguments.against.first() {
        return Err(Error::parameter("against", path.display(), "left out for --unit passage"));
    }
    if matching.boilerplate.boilerplate == Boilerplate::Strip {
        return Err(Error::parameter(
            "boilerplate",
            "strip",
            "keep or ignore for --unit passage; strip in another run",
        ));
    }
    let ignored = [
        ("date-field", matching.date_field.is_some()),
        ("related", matching.related),
        ("boilerplate-rules", matching.boilerplate.boilerplate_rules.is_some()),
    ];
    if let Some((name, _)) = ignored.iter().find(|(_, given)| *given) {
        return Err(Error::parameter(name, "", "left out for --unit passage, which knows only equal words"));
    }
    let mut options = job::passages(&matching.folding, length, running);
    options.seed = matching.seed;
    options.keep = keep.keep.clone();
    let pipeline = Pipeline::new(options)?;
    let input = job::input(&input.inputs, &input.reading, Vec::new())?;
    let destination = destination(arguments, &input)?;
    let (corpus, repeated) = pipeline.read_repeated(input, &Bar::new(showing.progress))?;
    let cleaning = Cleaning::of_passages(&repeated, &corpus, pipeline.options())?;
    finish(arguments, &corpus, &repeated.found, &cleaning, destination, console)
}

/// Writes everything down.
fn finish(
    arguments: &DedupArgs,
    corpus: &Corpus,
    found: &Clustering,
    cleaning: &Cleaning<'_>,
    destination: Option<Destination>,
    console: &Console,
) -> Result<Exit> {
    let showing = &arguments.showing;
    let mut outputs = Outputs::new();
    lists(arguments, corpus, found, &mut outputs)?;
    if let Some(path) = &arguments.removed {
        job::file(path, &mut outputs, |out| cleaning.write_removed(out))?;
    }
    if let Some(destination) = destination {
        console.print(|out| cleaning.write(&destination, &mut outputs, out))?;
    }
    let mut accounts = found.summary.clone();
    cleaning.account(&mut accounts);
    let copies = arguments.check.check && !cleaning.is_empty();
    summary::passed_over(corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    job::finish(&mut accounts, showing, outputs, console)?;
    Ok(job::exit(&accounts, arguments.running.strict, copies, console))
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
fn lists(arguments: &DedupArgs, corpus: &Corpus, found: &Clustering, outputs: &mut Outputs) -> Result<()> {
    if let Some(path) = &arguments.rejected {
        job::file(path, outputs, |out| report::write_rejected(&found.rejects, corpus, out))?;
    }
    if let Some(path) = &arguments.clusters {
        let style = Console::plain(Format::Jsonl);
        job::file(path, outputs, |out| report::clusters(found, corpus, style, out))?;
    }
    Ok(())
}
