//! The stage that makes clusters of one route: keepers with their copies, and the variants attached to them.

use super::clustering::HeldBackCopy;
use super::context::RunContext;
use super::exact_verifier::ExactVerifier;
use super::node_table::NodeTable;
use super::progress::Progress;
use super::refolder::UnitRefolder;
use super::route::Route;
use crate::cluster::{self, Cluster, VerifiedLink};
use crate::lsh::{CandidateLimits, ComponentBatch, Node};
use crate::page::UNNAMED_SOURCE;
use crate::parallel;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, VariantReason};

/// Assigns the nodes of a batch to keepers: the links by place in the batch, and how many pairs a cap left unverified.
pub(super) fn verify_batch(
    batch: &ComponentBatch,
    exact: &ExactVerifier<'_>,
    limits: CandidateLimits,
    progress: &dyn Progress,
) -> (Vec<VerifiedLink>, u64) {
    let ComponentBatch { buckets, components, .. } = batch;
    let outcomes = parallel::map(
        &components.all,
        || (),
        |(), component| {
            let outcome = cluster::assign(component, components, buckets, exact, limits);
            progress.advance(component.nodes.len() as u64, 0);
            progress.looked(outcome.looked);
            outcome
        },
    );

    // Outcomes are in the order of components, at any number of threads.
    let lost = outcomes.iter().map(|outcome| outcome.lost).sum();
    let links = outcomes.into_iter().flat_map(|outcome| outcome.links).collect();
    (links, lost)
}

/// The clusters of one route, in no order. `taken` is what keepers took, sorted; `shown` is attached to keepers, and so are
/// the `variants` that have no copies.
pub(super) fn gather(
    context: &RunContext<'_>,
    route: &Route,
    nodes: &NodeTable,
    taken: &[VerifiedLink],
    shown: Vec<VerifiedLink>,
    variants: &[VerifiedLink],
) -> Vec<Cluster> {
    let refolder = context.refolder();
    let mut clusters = cluster::gather(
        taken,
        nodes.len() as Node,
        route.shingle,
        |node| nodes.units(node),
        |unit| refolder.is_reference(unit),
        // Across sources, equal texts of one source are one node, and were not compared.
        |unit| refolder.origin(unit) == UNNAMED_SOURCE,
    );

    // A node is attached once: contained nodes first, then variants that are still free.
    let fates = NodeFates::new(nodes, refolder, taken, &shown);
    let mut attached = shown;
    attached.extend(cluster::variants(
        variants.iter().copied(),
        |node| fates.is_free(node),
        |node| fates.is_untaken(node),
    ));
    cluster::attach(&mut clusters, &attached, route.shingle, |node| nodes.first(node));
    clusters
}

/// The copies that a run without loss keeps, each with the keeper that has the most of it (ties: the earliest), by ascending
/// node. `variants` are the refused links, `taken` is what keepers took.
pub(super) fn held_back(
    nodes: &NodeTable,
    measure: ShingleKind,
    taken: &[VerifiedLink],
    variants: &[VerifiedLink],
) -> Vec<HeldBackCopy> {
    let mut is_taken = vec![false; nodes.len()];
    for link in taken {
        is_taken[link.node as usize] = true;
    }

    let is_held = |link: &&VerifiedLink| {
        let stay = [link.node, link.keeper].iter().all(|node| !is_taken[*node as usize]);
        stay && link.relation == Relation::Variant(VariantReason::Lossy)
    };
    let mut links: Vec<VerifiedLink> = variants.iter().filter(is_held).copied().collect();
    links.sort_by(|a, b| {
        let scores =
            b.score.containment.total_cmp(&a.score.containment).then(b.score.jaccard.total_cmp(&a.score.jaccard));
        a.node.cmp(&b.node).then(scores).then(a.keeper.cmp(&b.keeper))
    });
    links.dedup_by_key(|link| link.node);

    let copy = |link: VerifiedLink| {
        let (unit, keeper) = (nodes.first(link.node), nodes.first(link.keeper));
        HeldBackCopy { unit, keeper, score: link.score, measure }
    };
    links.into_iter().map(copy).collect()
}

/// The role of a node once keepers are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodeFate {
    Free,
    Keeper,
    Taken,
}

/// The roles of all nodes of a route.
struct NodeFates<'n> {
    nodes: &'n NodeTable,
    refolder: UnitRefolder<'n>,
    fates: Vec<NodeFate>,
}

impl<'n> NodeFates<'n> {
    fn new(nodes: &'n NodeTable, refolder: UnitRefolder<'n>, taken: &[VerifiedLink], shown: &[VerifiedLink]) -> Self {
        let mut fates = vec![NodeFate::Free; nodes.len()];
        for link in taken {
            fates[link.keeper as usize] = NodeFate::Keeper;
            fates[link.node as usize] = NodeFate::Taken;
        }

        // A container that is shown on a small keeper stays free; a contained node belongs to its container.
        for link in shown.iter().filter(|link| link.relation == Relation::Contained) {
            fates[link.node as usize] = NodeFate::Taken;
        }
        Self { nodes, refolder, fates }
    }

    /// Whether a node may be attached to a keeper: it has no copies and is no reference.
    fn is_free(&self, node: Node) -> bool {
        self.fates[node as usize] == NodeFate::Free
            && self.nodes.units(node).len() == 1
            && !self.refolder.is_reference(self.nodes.first(node))
    }

    /// Whether no keeper has taken a node, so that others may be attached to it.
    fn is_untaken(&self, node: Node) -> bool {
        self.fates[node as usize] != NodeFate::Taken
    }
}
