//! `mukarrar eval`.

use std::path::{Path, PathBuf};

use super::args::EvalArgs;
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use mukarrar::error::Result;
use mukarrar::evaluate::{Gold, GoldPages, Predictions, evaluate, evaluate_pages};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::Pipeline;
use mukarrar::report;
use mukarrar::report::output::Outputs;

pub(super) fn run(arguments: &EvalArgs, console: &Console) -> Result<Exit> {
    match (&arguments.pages, &arguments.gold) {
        (Some(directory), _) => pages(arguments, directory, console),
        (None, Some(gold)) => clusters(arguments, gold, console),
        // The command line demands one of the two.
        (None, None) => Ok(Exit::Error),
    }
}

fn clusters(arguments: &EvalArgs, gold: &Path, console: &Console) -> Result<Exit> {
    let EvalArgs { input, gold_kind, matching, keep, running, output, showing, .. } = arguments;
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

fn pages(arguments: &EvalArgs, directory: &Path, console: &Console) -> Result<Exit> {
    let EvalArgs { input, matching, keep, running, output, showing, .. } = arguments;
    let gold = GoldPages::open(directory)?;
    let mut options = job::run_options(matching, Some(&keep.keep), input, running, showing.progress)?;
    options.unit = UnitLevel::Story;
    let pipeline = Pipeline::new(options)?;
    let files: Vec<PathBuf> = ["pages", "gold"].iter().map(|name| directory.join(name)).collect();
    let inputs = job::input(&files, &input.reading, UnitLevel::Story, Vec::new())?;
    job::not_inputs([&output.output].into_iter().chain(&showing.summary), &inputs)?;
    let mut found = pipeline.clusters(&gold.corpus(), &Bar::new(showing.progress))?;
    let scores = evaluate_pages(&gold, &found.units, &found.clusters);
    let mut outputs = Outputs::new();
    job::results(output, &mut outputs, console, |style, out| report::pages_evaluation(&scores, style, out))?;
    job::finish(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;
    Ok(job::exit(&found.summary, running.strict, false, console))
}
