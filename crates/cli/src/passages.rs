//! `mukarrar passages`.

use super::args::PassagesArgs;
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use mukarrar::error::Result;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::Pipeline;
use mukarrar::report;
use mukarrar::report::output::Outputs;

pub(super) fn run(arguments: &PassagesArgs, console: &Console) -> Result<Exit> {
    let PassagesArgs { input, folding, length, max_gap, running, output, showing } = arguments;
    let mut options = job::passages(folding, length, running);
    options.max_gap = *max_gap;
    let pipeline = Pipeline::new(options)?;
    let input = job::input(&input.inputs, &input.reading, UnitLevel::Document, Vec::new())?;
    job::not_inputs([&output.output].into_iter().chain(&showing.summary), &input)?;
    let (corpus, mut found) = pipeline.read_passages(input, &Bar::new(showing.progress))?;
    let mut outputs = Outputs::new();
    job::results(output, &mut outputs, console, |style, out| report::passages(&found, &corpus, style, out))?;
    summary::passed_over(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    job::finish(&mut found.summary, showing, outputs, console)?;
    Ok(job::exit(&found.summary, running.strict, false, console))
}
