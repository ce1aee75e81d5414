//! `mukarrar clusters`.

use super::args::ClustersArgs;
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use mukarrar::cluster::Cluster;
use mukarrar::error::Result;
use mukarrar::report;
use mukarrar::report::output::Outputs;

pub(super) fn run(arguments: &ClustersArgs, console: &Console) -> Result<Exit> {
    let ClustersArgs { input, matching, keep, check, running, output, showing } = arguments;
    let pipeline = job::pipeline(matching, Some(&keep.keep), input, running, showing.progress)?;
    let input = job::input(&input.inputs, &input.reading, pipeline.options().unit, pipeline.options().fields())?;
    job::not_inputs([&output.output].into_iter().chain(&showing.summary), &input)?;
    let (corpus, mut found) = pipeline.read_clusters(input, &Bar::new(showing.progress))?;
    let mut outputs = Outputs::new();
    job::results(output, &mut outputs, console, |style, out| report::clusters(&found, &corpus, style, out))?;
    summary::passed_over(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    job::finish(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;
    let copies = check.check && found.clusters.iter().any(has_copies);
    Ok(job::exit(&found.summary, running.strict, copies, console))
}

/// A cluster may hold nothing but its keeper and what resembles it.
pub(super) fn has_copies(cluster: &Cluster) -> bool {
    cluster.size() > 1
}
