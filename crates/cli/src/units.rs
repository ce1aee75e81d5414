//! `mukarrar units`.

use clap::Args;

use super::args::groups::{InputArgs, OutputArgs, SourceArgs, VerbosityArgs};
use super::args::names::{Names, UNITS};
use super::console::Console;
use super::exit::Exit;
use super::remedies::parse;
use super::{finish, inputs, summary};
use mukarrar::document::DocId;
use mukarrar::error::Result;
use mukarrar::input::Corpus;
use mukarrar::page::UnitLevel;
use mukarrar::report;
use mukarrar::wording::counted;

#[derive(Debug, Args)]
pub(super) struct UnitsArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Unit that documents are cut into: document, story, paragraph or line.
    #[arg(long, value_name = "UNIT", default_value_t = UnitLevel::Story, value_parser = Names::of(&UNITS, parse::<UnitLevel>), hide_possible_values = true)]
    unit: UnitLevel,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// Exit with 2 if any record was rejected; results are still written.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    verbosity: VerbosityArgs,
}

pub(super) fn run(arguments: &UnitsArgs, console: &Console) -> Result<Exit> {
    let UnitsArgs { input, unit, source, output, strict, verbosity } = arguments;
    let source_field = source.source_field.as_deref();
    let listed = inputs::list(&input.inputs, &input.reading, *unit, Vec::new())?;
    inputs::check_outputs(output, None, &listed)?;
    let corpus = inputs::open_pages(&input.inputs, &input.reading, *unit, source_field)?;
    let (rejects, decoded) = rejected_and_decoded(&corpus);
    finish::refuse_nothing_read(&corpus, &rejects, verbosity, console)?;

    let mut outputs = output.compression.outputs(None);
    finish::write_results(output, &mut outputs, console, |style, out| {
        report::cut(&corpus, *unit, source_field, style, out)
    })?;
    outputs.commit()?;

    summary::show_rejected(&corpus, &rejects, &decoded, verbosity, console);
    if *strict && !rejects.is_empty() {
        console.error(&format!(
            "--strict: {} rejected; results were written",
            counted(rejects.len() as u64, "record", "records")
        ));
        return Ok(Exit::Error);
    }
    finish::warn_of_rejects(rejects.len() as u64, corpus.len() as u64, console);
    Ok(Exit::Done)
}

/// The records that cannot be read, and those whose text is not simply their bytes.
fn rejected_and_decoded(corpus: &Corpus) -> (Vec<DocId>, Vec<DocId>) {
    let (mut rejects, mut decoded) = (Vec::new(), Vec::new());

    for id in corpus.ids() {
        match corpus.read(id) {
            Ok(record) if !record.decoding.is_plain() => decoded.push(id),
            Ok(_) => {}
            Err(_) => rejects.push(id),
        }
    }
    (rejects, decoded)
}
