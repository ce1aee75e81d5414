//! `mukarrar clusters`.

use super::args::ClustersArgs;
use super::console::Console;
use super::progress::Bar;
use super::{Exit, job, summary};
use crate::cluster::Cluster;
use crate::error::Result;
use crate::report;
use crate::report::output::Outputs;

pub(super) fn run(arguments: &ClustersArgs, console: &Console) -> Result<Exit> {
    let ClustersArgs { input, matching, keep, check, running, output, showing } = arguments;
    let pipeline = job::pipeline(matching, Some(&keep.keep), running)?;
    let corpus = job::open(&input.inputs, &input.reading, Some(&keep.keep))?;
    let mut found = pipeline.clusters(&corpus, &Bar::new(showing.progress))?;
    let mut outputs = Outputs::new();
    job::results(output, &corpus, &mut outputs, console, |style, out| report::clusters(&found, &corpus, style, out))?;
    summary::passed_over(&corpus, &found.rejects, &showing.verbosity, console);
    job::finish(&mut found.summary, &corpus, showing, outputs, console)?;
    let copies = check.check && found.clusters.iter().any(has_copies);
    Ok(job::exit(&found.summary, running.strict, copies, console))
}

/// A cluster may hold nothing but its keeper and what resembles it.
pub(super) fn has_copies(cluster: &Cluster) -> bool {
    cluster.size() > 1
}
