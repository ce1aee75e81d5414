//! The stage that verifies the candidates of one route, batch by batch.

use super::band::BandedNodes;
use super::context::RunContext;
use super::exact_verifier::ExactVerifier;
use super::kept_texts::KeptTexts;
use super::route::{Route, RouteId};
use super::verified_batch::VerifiedBatch;
use crate::cluster::VerifiedLink;
use crate::error::Result;
use crate::lsh::{ComponentBatch, Node};
use crate::parallel;

/// Bytes of a verified pair while pairs are sorted.
const BYTES_PER_PAIR: u64 = 96;

/// Texts are kept if they take at most one in this many parts of the memory.
const KEPT_SHARE: u64 = 4;

/// The verified candidates of one route.
pub(super) struct VerifiedLinks {
    /// Copies and variants, sorted by keeper and node.
    pub(super) links: Vec<VerifiedLink>,
    /// Pairs that a cap left unverified.
    pub(super) lost: u64,
    /// The texts of the candidates, if all were in memory at once and may stay there.
    pub(super) kept: Option<KeptTexts>,
}

/// Verifies every batch with `verify_batch`, which gives links between places of the batch, and the number of pairs that a cap
/// lost. Batches that an earlier run finished are taken from the work directory.
///
/// # Errors
///
/// A document cannot be read again, the memory limit is too low, or the disk fails.
pub(super) fn verify(
    context: &RunContext<'_>,
    id: RouteId,
    route: &Route,
    banded: &BandedNodes,
    verify_batch: impl Fn(&ComponentBatch, &ExactVerifier<'_>) -> (Vec<VerifiedLink>, u64),
) -> Result<VerifiedLinks> {
    let BandedNodes { nodes, candidates, resumed, .. } = banded;
    context.progress.begin("verify", candidates.nodes().count() as u64);

    let (mut journal, mut done) = match context.work {
        Some(work) => {
            let (journal, done) = work.verified(id, *resumed)?;
            (Some(journal), done)
        }
        None => (None, Vec::new()),
    };

    let (mut found, mut kept) = (0, None);
    for number in 0..candidates.batches() {
        // An earlier run verified it.
        if done.iter().any(|verified| verified.batch == number as u32) {
            continue;
        }

        let batch = candidates.batch(number)?;
        // Texts of a component that is too large for the memory go to the disk.
        let held = context.tables.bytes() + nodes.bytes() + found * BYTES_PER_PAIR + batch.bytes();
        let limit = context.plan.work(held, context.plan.spill_dir(), "texts");
        let exact = ExactVerifier::new(context, id, route, nodes, &batch.nodes, limit.as_ref())?;
        let exact = exact.joined(&batch.components);
        let (links, lost) = verify_batch(&batch, &exact);
        exact.check()?;
        // The rest of the memory is for the stage that may need them.
        let tokens = |node: &Node| context.tables.units.tokens(nodes.first(*node));
        let bytes = batch.nodes.iter().map(|node| ExactVerifier::bytes(id, tokens(node))).sum();
        if candidates.batches() == 1 && limit.is_none_or(|limit| bytes <= limit.memory / KEPT_SHARE) {
            kept = exact.into_kept(&batch.nodes, bytes);
        }
        let links = links.into_iter().map(|link| in_run(link, &batch.nodes)).collect();
        let verified = VerifiedBatch { batch: number as u32, links, lost };

        // Saved before the memory check: a run that ends there does not verify the batch again.
        if let Some(journal) = &mut journal {
            journal.append(&verified)?;
        }
        found += verified.links.len() as u64;
        let held = context.tables.bytes() + nodes.bytes() + found * BYTES_PER_PAIR;
        context.plan.require(held, "a result with this many pairs")?;
        done.push(verified);
    }

    let lost = done.iter().map(|verified| verified.lost).sum();
    let mut links: Vec<VerifiedLink> = done.into_iter().flat_map(|verified| verified.links).collect();
    // The order of batches depends on the memory limit; the order of links must not.
    parallel::sort_by_key(&mut links, |link| (link.keeper, link.node));
    Ok(VerifiedLinks { links, lost, kept })
}

/// A link between places of a batch as one between nodes of the run.
fn in_run(link: VerifiedLink, nodes: &[Node]) -> VerifiedLink {
    VerifiedLink { keeper: nodes[link.keeper as usize], node: nodes[link.node as usize], ..link }
}
