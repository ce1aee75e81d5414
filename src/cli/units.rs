//! `mukarrar units`.

use super::args::UnitsArgs;
use super::console::Console;
use super::{Exit, job, summary};
use crate::error::Result;
use crate::input::Reject;
use crate::report;
use crate::report::output::Outputs;

pub(super) fn run(arguments: &UnitsArgs, console: &Console) -> Result<Exit> {
    let UnitsArgs { input, unit, output, strict, verbosity } = arguments;
    let corpus = job::open(&input.inputs, &input.reading, None)?;
    let mut outputs = Outputs::new();
    job::results(output, &corpus, &mut outputs, console, |style, out| report::cut(&corpus, *unit, style, out))?;
    outputs.commit()?;
    let rejects: Vec<Reject> = corpus.ids().filter_map(|id| corpus.read(id).err()).collect();
    summary::passed_over(&corpus, &rejects, verbosity, console);
    if *strict && !rejects.is_empty() {
        console.error(&format!("--strict: {} records rejected; results were written", rejects.len()));
        return Ok(Exit::Error);
    }
    Ok(Exit::Done)
}
