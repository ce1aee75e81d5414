//! `mukarrar units`.

use super::args::UnitsArgs;
use super::console::Console;
use super::{Exit, job, summary};
use crate::document::DocId;
use crate::error::Result;
use crate::report;
use crate::report::output::Outputs;

pub(super) fn run(arguments: &UnitsArgs, console: &Console) -> Result<Exit> {
    let UnitsArgs { input, unit, source, output, strict, verbosity } = arguments;
    let source = source.source_field.as_deref();
    let listed = job::input(&input.inputs, &input.reading, *unit, Vec::new())?;
    job::not_inputs([&output.output], &listed)?;
    let corpus = job::open_pages(&input.inputs, &input.reading, *unit, source)?;
    let mut outputs = Outputs::new();
    job::results(output, &mut outputs, console, |style, out| report::cut(&corpus, *unit, source, style, out))?;
    outputs.commit()?;
    let (mut rejects, mut decoded) = (Vec::<DocId>::new(), Vec::<DocId>::new());
    for id in corpus.ids() {
        match corpus.read(id) {
            Ok(record) => decoded.extend((!record.decoding.is_plain()).then_some(id)),
            Err(_) => rejects.push(id),
        }
    }
    summary::passed_over(&corpus, &rejects, &decoded, verbosity, console);
    if *strict && !rejects.is_empty() {
        console.error(&format!("--strict: {} records rejected; results were written", rejects.len()));
        return Ok(Exit::Error);
    }
    Ok(Exit::Done)
}
