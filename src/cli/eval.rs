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
    let pipeline = job::pipeline(matching, Some(&keep.keep), input, running, showing.progress)?;
    let input = job::input(&input.inputs, &input.reading, pipeline.options().unit, pipeline.options().fields())?;
    job::not_inputs([&output.output].into_iter().chain(&showing.summary), &input)?;
    let (corpus, mut found) = pipeline.read_clusters(input, &Bar::new(showing.progress))?;
    let scores = evaluate(&gold, &Predictions::new(&corpus, &found.units, &found.names, &found.clusters))?;
    let mut outputs = Outputs::new();
    job::results(output, &mut outputs, console, |style, out| report::evaluation(&scores, style, out))?;
    summary::passed_over(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    job::finish(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;
    Ok(job::exit(&found.summary, running.strict, false, console))
}
