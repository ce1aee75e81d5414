//! `mukarrar dedup`.

use super::args::{DedupArgs, Grain};
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use mukarrar::document::DocId;
use mukarrar::error::{Error, Result};
use mukarrar::input::{Corpus, Input};
use mukarrar::page::{Boilerplate, UnitLevel};
use mukarrar::pipeline::{Clustering, Pipeline, Summary};
use mukarrar::report::output::Outputs;
use mukarrar::report::{self, Cleaning, Destination, Format, Marking};
use mukarrar::similarity::Relation;

/// Arguments that mean nothing where passages are cut out: they are equal words, whatever stands around them.
const NOT_OF_PASSAGES: [&str; 18] = [
    "against",
    "clusters",
    "shingle",
    "short",
    "threshold",
    "edited",
    "containment",
    "facts",
    "recall",
    "num-hashes",
    "bands",
    "rows",
    "date-field",
    "window",
    "related",
    "max-bucket",
    "boilerplate-rules",
    "source-field",
];

/// `given` says what stands on the command line.
pub(super) fn run(arguments: &DedupArgs, given: &dyn Fn(&str) -> bool, console: &Console) -> Result<Exit> {
    let DedupArgs { input, matching, keep, running, showing, .. } = arguments;
    check(arguments, given)?;
    if matching.unit == Grain::Passage {
        return passages(arguments, console);
    }
    let mut options = job::run_options(matching, Some(&keep.keep), input, running, showing.progress)?;
    options.contained_copies = arguments.remove.contains(&Relation::Contained);
    let pipeline = Pipeline::new(options)?;
    let input = job::input(&input.inputs, &input.reading, pipeline.options().unit, pipeline.options().fields())?;
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

/// Refuses arguments that would do nothing, or that contradict each other.
fn check(arguments: &DedupArgs, given: &dyn Fn(&str) -> bool) -> Result<()> {
    let DedupArgs { matching, remove, .. } = arguments;
    let refuse = |name: &'static str, value: &str, expected: &str| Err(Error::parameter(name, value, expected));
    let boilerplate = matching.boilerplate.boilerplate;
    if arguments.mark.is_some() {
        if matching.unit != Grain::Level(UnitLevel::Document) {
            return refuse("mark", "", "left out, or --unit document: records are marked, not parts of them");
        }
        if boilerplate == Boilerplate::Strip {
            return refuse(
                "boilerplate",
                "strip",
                "keep or ignore with --mark, which leaves every text as it is; strip in another run",
            );
        }
    }
    if matching.unit != Grain::Passage {
        let idle = Some("min-tokens").filter(|name| given(name));
        return idle.map_or(Ok(()), |name| refuse(name, "", "left out, or --unit passage, which it belongs to"));
    }
    if let Some(name) = NOT_OF_PASSAGES.into_iter().find(|name| given(name)) {
        return refuse(name, "", "left out for --unit passage, which knows only equal words");
    }
    if given("boilerplate") && boilerplate != Boilerplate::Keep {
        return refuse("boilerplate", boilerplate.name(), "keep, or left out, for --unit passage");
    }
    if !remove.contains(&Relation::Exact) {
        return refuse("remove", "near", "with exact for --unit passage: what repeats is equal");
    }
    Ok(())
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
    let mut outputs = Outputs::new();
    lists(arguments, corpus, found, &mut outputs)?;
    if let Some(destination) = destination {
        let marking = Marking::new(found, corpus, field);
        console.print(|out| marking.write(&destination, &mut outputs, out))?;
    }
    end(arguments, corpus, found.summary.clone(), &found.rejects, outputs, false, console)
}

/// `--unit passage`.
fn passages(arguments: &DedupArgs, console: &Console) -> Result<Exit> {
    let DedupArgs { input, matching, length, keep, running, showing, .. } = arguments;
    let mut options = job::passages(&matching.folding, length, running);
    options.seed = matching.seed;
    options.keep = keep.keep.clone();
    let pipeline = Pipeline::new(options)?;
    let input = job::input(&input.inputs, &input.reading, UnitLevel::Document, Vec::new())?;
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
    end(arguments, corpus, accounts, &found.rejects, outputs, copies, console)
}

/// Puts the outputs in their place and tells what was done.
fn end(
    arguments: &DedupArgs,
    corpus: &Corpus,
    mut accounts: Summary,
    rejects: &[DocId],
    outputs: Outputs,
    copies: bool,
    console: &Console,
) -> Result<Exit> {
    let DedupArgs { showing, running, .. } = arguments;
    summary::passed_over(corpus, rejects, &accounts.decoded, &showing.verbosity, console);
    job::finish(&mut accounts, showing, outputs, console)?;
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
