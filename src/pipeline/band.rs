//! The stage that groups units into nodes and bands the nodes: its result is the candidates of one route.

use super::context::RunContext;
use super::exact_verifier::ExactVerifier;
use super::memory_plan::BATCH_OF_TEXTS;
use super::node_table::{ApartTraits, NodeTable};
use super::route::RouteId;
use super::title_marks;
use crate::error::Result;
use crate::lsh::{CandidateSearch, Candidates, MOST_BYTES_PER_KEY, NO_NODE, Node};

/// The nodes of one route and their candidates.
pub(super) struct BandedNodes {
    pub(super) nodes: NodeTable,
    /// The node of each row; [`NO_NODE`] for a row that does not represent its node.
    pub(super) node_of_row: Vec<Node>,
    pub(super) candidates: Candidates,
    /// Whether an earlier run found the candidates.
    pub(super) resumed: bool,
}

impl BandedNodes {
    /// Bytes held, candidates left out.
    pub(super) fn bytes(&self) -> u64 {
        self.nodes.bytes() + size_of_val(&self.node_of_row[..]) as u64
    }
}

/// Groups and bands the units of one route. `ranks` holds the place of each unit in keeper order.
///
/// # Errors
///
/// A document cannot be read again, the memory limit is too low, or the disk fails.
pub(super) fn band(context: &RunContext<'_>, id: RouteId, ranks: &[u32]) -> Result<BandedNodes> {
    context.progress.begin("band", 0);

    // Only a window makes nodes of unlike dates differ.
    let apart = ApartTraits {
        dates: context.options.window.map(|_| &context.tables.dates[..]),
        origins: context.options.across_sources.then_some(&context.tables.origins[..]),
    };
    let (nodes, node_of_row) = NodeTable::new(context.tables.rows(id), ranks, &context.refolder(), apart)?;

    // The name is part of the format of work directories.
    let name = format!("candidates-{}", id.name());
    let earlier = resume_candidates(context, &name)?;
    let resumed = earlier.is_some();
    let candidates = match earlier {
        Some(candidates) => candidates,
        None => search(context, id, &nodes, &node_of_row, &name)?,
    };

    Ok(BandedNodes { nodes, node_of_row, candidates, resumed })
}

/// Finds the candidates of one route, and saves them if there is a work directory.
fn search(
    context: &RunContext<'_>,
    id: RouteId,
    nodes: &NodeTable,
    node_of_row: &[Node],
    name: &str,
) -> Result<Candidates> {
    let RunContext { tables, plan, work, .. } = *context;
    let extra = match id {
        RouteId::Main => title_marks::twins(context, nodes),
        // Short units of one document were compared in the first pass, so bands must not decide about them.
        RouteId::Short => likely_copies(context, nodes),
    };
    let held = |node: Node| ExactVerifier::bytes(id, tables.units.tokens(nodes.first(node)));
    let keys = &tables.rows(id).keys;
    let held_if_spilled = ExactVerifier::bytes_if_spilled(id);
    let search = CandidateSearch {
        keys,
        node_of_row,
        nodes: nodes.len(),
        extra: &extra,
        held: &held,
        held_if_spilled,
        batch_bytes: BATCH_OF_TEXTS,
    };

    // Candidates that are saved must be spilled to the directory that they are saved in.
    let spill_dir = work.map_or_else(|| plan.spill_dir(), |work| work.spill_dir());
    let resident = tables.bytes() + nodes.bytes() + size_of_val(node_of_row) as u64 + keys.bytes();
    let resident = resident + size_of_val(&extra[..]) as u64;

    // If even the worst case fits, nothing needs to go to the disk.
    let worst = most_bytes(context, id, nodes);
    let limit = plan.work(resident, spill_dir, name).filter(|limit| limit.memory < worst);
    let needed = limit.as_ref().map_or(worst, |limit| limit.memory);

    let mut candidates = search.candidates(limit.as_ref()).map_err(|error| plan.widen(error, resident))?;
    if let Some(work) = work {
        // The size first: candidates without a size are searched again, never taken over.
        work.note_batches(name, needed)?;
        candidates.save(work.spill_dir(), name)?;
    }
    Ok(candidates)
}

/// Most bytes of the candidates of `nodes`, with what is held of each while all are in one batch.
fn most_bytes(context: &RunContext<'_>, id: RouteId, nodes: &NodeTable) -> u64 {
    let tables = context.tables;
    let of_keys = tables.rows(id).keys.bands() as u64 * MOST_BYTES_PER_KEY;
    let most = |node: Node| ExactVerifier::bytes(id, tables.units.tokens(nodes.first(node))) + of_keys;
    (0..nodes.len() as Node).map(most).sum()
}

/// The candidates that an earlier run found. `None` if there are none, or if their batches are much too large for the memory
/// of this run.
fn resume_candidates(context: &RunContext<'_>, name: &str) -> Result<Option<Candidates>> {
    let Some(work) = context.work else { return Ok(None) };

    let limit = context.plan.work(context.tables.bytes(), work.spill_dir(), name);
    let memory = limit.map_or(u64::MAX, |limit| limit.memory);
    match work.noted_batches(name) {
        // A fourth more than was planned fits in the slack of the plan.
        Some(needed) if needed <= memory.saturating_add(memory / 4) => Candidates::load(work.spill_dir(), name),
        _ => Ok(None),
    }
}

/// Candidates among the short units of one document. The first pass compared all of them.
fn likely_copies(context: &RunContext<'_>, nodes: &NodeTable) -> Vec<(Node, Node)> {
    // Equal units share a node, and units of the other route have none here.
    let node_of_unit = nodes.of_units(context.tables.units.len());
    let pairs = context.tables.likely_copies.iter();
    let pairs = pairs.map(|(a, b)| (node_of_unit[a.index()], node_of_unit[b.index()]));
    pairs.filter(|(a, b)| a != b && *a != NO_NODE && *b != NO_NODE).collect()
}
