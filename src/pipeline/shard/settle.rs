//! The fourth stage: the clusters, from the verified pairs of all parts.

use super::file::FileDigest;
use super::merge::MergedNodes;
use super::set::{ShardRun, ShardSet};
use crate::error::{Error, Result};
use crate::input::Corpus;
use crate::lsh::Candidates;
use crate::parallel;
use crate::pipeline::Clustering;
use crate::pipeline::band::BandedNodes;
use crate::pipeline::batch_run::BatchRun;
use crate::pipeline::context::RunStart;
use crate::pipeline::route::RouteId;
use crate::pipeline::run_task::RunTask;
use crate::pipeline::stage_clock::StageClock;
use crate::pipeline::verified_batch::VerifiedBatch;

/// What the stages before left: nodes and verified pairs of each route, each taken once.
pub(in crate::pipeline) struct MergedRun {
    nodes: [Option<MergedNodes>; 2],
    verified: [Option<VerifiedBatch>; 2],
}

impl MergedRun {
    fn new(set: &ShardSet, sketches: FileDigest) -> Result<Self> {
        Ok(Self { nodes: set.merged_nodes(sketches)?, verified: set.verified_pairs(sketches)?.map(Some) })
    }

    /// The nodes of a route, whose candidates are verified already.
    ///
    /// # Errors
    ///
    /// An internal error: the merge left none, or they were taken before.
    pub(in crate::pipeline) fn banded(&mut self, id: RouteId) -> Result<BandedNodes> {
        let nodes = self.nodes[id.index()].take();
        let (nodes, node_of_row) = nodes.ok_or_else(|| Error::internal(format!("no merged nodes of {}", id.name())))?;
        let candidates = Candidates::none(nodes.len());
        Ok(BandedNodes { nodes, node_of_row, candidates, resumed: false })
    }

    /// The verified pairs of a route, sorted by keeper and node.
    ///
    /// # Errors
    ///
    /// An internal error: they were taken before.
    pub(in crate::pipeline) fn verified(&mut self, id: RouteId) -> Result<VerifiedBatch> {
        let verified = self.verified[id.index()].take();
        verified.ok_or_else(|| Error::internal(format!("the pairs of {} are asked for twice", id.name())))
    }
}

impl ShardRun<'_> {
    /// Searches for contained texts among keepers, and makes the clusters of the whole run, equal to those of
    /// [`Pipeline::read_clusters`](crate::pipeline::Pipeline::read_clusters). Needs memory for the tables of the whole run.
    ///
    /// # Errors
    ///
    /// A file of an earlier stage is missing, damaged or stale; as `read_clusters`.
    pub fn settle(self) -> Result<(Corpus, Clustering)> {
        let Self { set, pipeline, input, progress } = self;
        let sketches = set.sketches()?;
        // Before the sketches are read, which takes longer.
        let merged = MergedRun::new(set, sketches)?;

        parallel::with_threads(pipeline.options.threads, || {
            let clock = StageClock::new();
            let plan = pipeline.plan()?;
            progress.begin("read", 0);
            let pass = pipeline.first_pass(RunTask::Clusters, &plan, progress);
            let stored = |each: &mut dyn FnMut(_, _) -> Result<()>| set.each_scanned(set.all_parts(), each);
            let (corpus, tables, names) = pass.over_all_stored(input, stored)?;

            let setup = pipeline.setup(&corpus, progress, &plan, None);
            let found = BatchRun::new(RunStart { setup, tables, names, clock }).after(merged).clusters()?;
            Ok((corpus, found))
        })?
    }
}
