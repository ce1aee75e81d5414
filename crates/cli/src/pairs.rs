//! `mukarrar pairs`.

use super::args::PairsArgs;
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use mukarrar::error::Result;
use mukarrar::report::output::Outputs;
use mukarrar::report::{self, ExactGroups};

pub(super) fn run(arguments: &PairsArgs, console: &Console) -> Result<Exit> {
    let PairsArgs { input, matching, no_expand_exact, running, output, showing } = arguments;
    let groups = if *no_expand_exact { ExactGroups::Folded } else { ExactGroups::Expanded };
    let pipeline = job::pipeline(matching, None, input, running, showing.progress)?;
    let input = job::input(&input.inputs, &input.reading, pipeline.options().unit, pipeline.options().fields())?;
    job::not_inputs([&output.output].into_iter().chain(&showing.summary), &input)?;
    let (corpus, mut found) = pipeline.read_pairs(input, &Bar::new(showing.progress))?;
    let mut outputs = Outputs::new();
    job::results(output, &mut outputs, console, |style, out| report::pairs(&found, &corpus, groups, style, out))?;
    summary::passed_over(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    job::finish(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;
    Ok(job::exit(&found.summary, running.strict, false, console))
}
