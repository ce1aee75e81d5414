//! `mukarrar eval`.

use super::args::EvalArgs;
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use crate::error::Result;
use crate::evaluate::{Gold, Predictions, evaluate};
use crate::report;
use crate::report::output::Outputs;

pub(super) fn run(arguments: &EvalArgs, console: &Console) -> Result<Exit> {
    let EvalArgs { input, gold, gold_kind, matching, keep, running, output, showing } = arguments;
    let gold = Gold::open(gold, *gold_kind)?;
    let pipeline = job::pipeline(matching, Some(&keep.keep), running)?;
    let corpus = job::open(&input.inputs, &input.reading, Some(&keep.keep))?;
    let mut found = pipeline.clusters(&corpus, &Bar::new(showing.progress))?;
    let scores = evaluate(&gold, &Predictions::new(&found.units, &found.names, &found.clusters))?;
    let mut outputs = Outputs::new();
    job::results(output, &corpus, &mut outputs, console, |style, out| report::evaluation(&scores, style, out))?;
    summary::passed_over(&corpus, &found.rejects, &showing.verbosity, console);
    job::finish(&mut found.summary, &corpus, showing, outputs, console)?;
    Ok(job::exit(&found.summary, running.strict, false, console))
}
