//! The stages that find units inside other units: candidates by sampled shingles, then exact verification.

use foldhash::HashSet;

use super::band::BandedNodes;
use super::context::RunContext;
use super::exact_verifier::ExactVerifier;
use super::kept_texts::KeptTexts;
use super::memory_plan::BATCH_OF_TEXTS;
use super::route::{ContainmentRule, Route, RouteId};
use super::title_marks;
use crate::cluster::{ContainmentPair, VerifiedLink};
use crate::error::{Error, Result};
use crate::lsh::Node;
use crate::lsh::containment::{ContainmentCandidates, ContainmentSearch, candidates};
use crate::parallel;
use crate::similarity::Relation;

/// Bytes that the search holds for a node.
const BYTES_PER_NODE: u64 = 10;

/// Searches for pairs of nodes of which one may be inside the other. Only nodes for which `takes_part` holds are searched. Texts
/// of `kept` bytes stay in memory.
///
/// # Errors
///
/// The memory limit is too low, or the disk fails.
pub(super) fn search(
    context: &RunContext<'_>,
    rule: ContainmentRule,
    banded: &BandedNodes,
    kept: u64,
    takes_part: &(dyn Fn(Node) -> bool + Sync),
) -> Result<ContainmentCandidates> {
    let plan = context.plan;
    let nodes = banded.nodes.len();
    let resident = context.tables.bytes() + banded.bytes() + kept;
    let limit = plan.work(resident + nodes as u64 * BYTES_PER_NODE, plan.spill_dir(), "containment");

    // Only the main route has samples.
    let among = ContainmentSearch {
        samples: &context.tables.rows(RouteId::Main).samples,
        sampling: rule.sampling,
        node_of_row: &banded.node_of_row,
        nodes,
        takes_part,
    };
    let mut found = candidates(&among, limit.as_ref()).map_err(|error| plan.widen(error, resident))?;

    // An edited part shares few probes with its container, and a short one has no probes.
    let is_missed = |(a, b): &(Node, Node)| {
        takes_part(*a)
            && takes_part(*b)
            && [(*a, *b), (*b, *a)].iter().all(|pair| found.pairs.binary_search(pair).is_err())
    };
    let twins: Vec<(Node, Node)> = title_marks::twins(context, &banded.nodes).into_iter().filter(is_missed).collect();
    found.pairs.extend(twins);
    parallel::sort_by_key(&mut found.pairs, |pair| *pair);

    plan.require(resident + size_of_val(&found.pairs[..]) as u64, "this many candidates for containment")?;
    Ok(found)
}

/// Verifies `candidates`: the pairs of which one node is inside the other, sorted by the small and the large one. Pairs of
/// variants are among them. Texts that are `kept` are not read again, if the others fit in memory beside them.
///
/// # Errors
///
/// A document cannot be read again, or the memory limit is too low.
pub(super) fn verify(
    context: &RunContext<'_>,
    route: &Route,
    rule: ContainmentRule,
    banded: &BandedNodes,
    candidates: &[(Node, Node)],
    kept: Option<KeptTexts>,
) -> Result<Vec<ContainmentPair>> {
    let plan = context.plan;
    let nodes = &banded.nodes;
    let resident = context.tables.bytes() + banded.bytes() + size_of_val(candidates) as u64;
    let limit = plan.work(resident, plan.spill_dir(), "texts");
    let memory = limit.as_ref().map_or(BATCH_OF_TEXTS, |limit| limit.memory);
    let held = |node: Node| ExactVerifier::bytes(RouteId::Main, context.tables.units.tokens(nodes.first(node)));

    // All at once beside the kept ones: only the first batch takes them.
    let fit_beside =
        |kept: &KeptTexts| fitting(candidates, memory.saturating_sub(kept.bytes), held).0 == candidates.len();
    let mut kept = kept.filter(fit_beside);

    context.progress.begin("contain", candidates.len() as u64);
    let mut contained = Vec::new();
    let mut remaining = candidates;
    while !remaining.is_empty() {
        // Pairs ascend by their small node, so those of one batch share nodes.
        let (count, batch) = fitting(remaining, memory, held);
        let (pairs, later) = remaining.split_at(count);
        remaining = later;

        let exact =
            ExactVerifier::with_kept(context, RouteId::Main, route, nodes, &batch, limit.as_ref(), kept.take())?;
        let verified = parallel::map(
            pairs,
            || (),
            |(), pair| {
                context.progress.advance(1, 0);
                verify_pair(&exact, rule, &batch, *pair)
            },
        );
        exact.check()?;
        for pair in verified {
            contained.extend(pair?);
        }
        plan.require(resident + size_of_val(&contained[..]) as u64, "a result with this many contained units")?;
    }

    // Verification may swap small and large, so the order of the candidates is not that of the pairs.
    contained.sort_unstable_by_key(|pair: &ContainmentPair| (pair.small, pair.large));
    Ok(contained)
}

/// Verifies one pair of nodes of `batch`.
fn verify_pair(
    exact: &ExactVerifier<'_>,
    rule: ContainmentRule,
    batch: &[Node],
    (a, b): (Node, Node),
) -> Result<Option<ContainmentPair>> {
    let (a, b) = (place_in(batch, a)?, place_in(batch, b)?);
    let found = exact.containment(a, b, rule);
    Ok(found.map(|pair| {
        let [small, large] = [pair.small, pair.large].map(|place| batch[place as usize]);
        ContainmentPair { small, large, ..pair }
    }))
}

/// The place of `node` in `batch`, which ascends.
///
/// # Errors
///
/// An internal error: the node is not in the batch. Any other place would give the result of another node.
pub(super) fn place_in(batch: &[Node], node: Node) -> Result<Node> {
    match batch.binary_search(&node) {
        Ok(place) => Ok(place as Node),
        Err(_) => Err(Error::internal(format!("node {node} is not in its batch of {} nodes", batch.len()))),
    }
}

/// How many of `pairs` fit the memory, at least one, if each of their nodes takes `held` bytes; and those nodes, ascending.
fn fitting(pairs: &[(Node, Node)], memory: u64, held: impl Fn(Node) -> u64) -> (usize, Vec<Node>) {
    let (mut met, mut sum, mut count) = (HashSet::default(), 0, 0);
    for (a, b) in pairs {
        let new = [*a, *b].into_iter().filter(|node| !met.contains(node));
        // A pair beyond the memory is still taken if it is the first: no batch is empty.
        sum += new.map(&held).sum::<u64>();
        if sum > memory && count > 0 {
            break;
        }

        met.extend([*a, *b]);
        count += 1;
    }

    let mut nodes: Vec<Node> = met.into_iter().collect();
    nodes.sort_unstable();
    (count, nodes)
}

/// A containment pair as a link from the earlier node to the later one.
pub(super) fn link(pair: &ContainmentPair) -> VerifiedLink {
    let (keeper, node) = (pair.small.min(pair.large), pair.small.max(pair.large));
    let relation = match pair.variant {
        Some(reason) => Relation::Variant(reason),
        None if pair.small == node => Relation::Contained,
        None => Relation::Contains,
    };
    VerifiedLink { keeper, node, relation, score: pair.score }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_node_that_is_not_in_its_batch_is_an_internal_error() {
        let batch = [2, 5, 9];
        assert_eq!(place_in(&batch, 5).unwrap(), 1);
        for absent in [0, 4, 10] {
            let error = place_in(&batch, absent).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Internal { .. }), "{error}");
            assert!(error.to_string().contains(&format!("node {absent} ")), "{error}");
        }
    }

    #[test]
    fn pairs_are_taken_while_their_nodes_fit_and_never_none() {
        let pairs = [(0, 1), (1, 2), (5, 9)];
        assert_eq!(fitting(&pairs, 30, |_| 10), (2, vec![0, 1, 2]));
        assert_eq!(fitting(&pairs, 1, |_| 10), (1, vec![0, 1]));
        assert_eq!(fitting(&pairs, u64::MAX, |_| 10), (3, vec![0, 1, 2, 5, 9]));
    }
}
