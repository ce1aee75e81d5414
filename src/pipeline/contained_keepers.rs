//! The stage that decides the fate of keepers that are inside other keepers: attached to their container or, if contained
//! units count as copies, moved to it.

use std::collections::BTreeMap;

use foldhash::HashSet;

use super::band::BandedNodes;
use super::containment::{self, place_in};
use super::context::RunContext;
use super::exact_verifier::ExactVerifier;
use super::route::{ContainmentRule, Route, RouteId};
use crate::cluster::{self, ContainmentPair, PairVerifier, VerifiedLink};
use crate::error::Result;
use crate::lsh::Node;
use crate::similarity::Relation;

/// Keepers and copies, once contained keepers have their place.
pub(super) struct ContainedKeepers {
    /// What keepers took, sorted; with the contained copies if those are asked for.
    pub(super) taken: Vec<VerifiedLink>,
    /// Nodes that are attached to a keeper.
    pub(super) shown: Vec<VerifiedLink>,
    /// Pairs that are similar enough for containment but tell other facts; the earlier node is the keeper.
    pub(super) variants: Vec<VerifiedLink>,
}

/// Decides for the containment pairs `found` between keepers. `taken` is what keepers took, sorted.
///
/// # Errors
///
/// A document cannot be read again.
pub(super) fn settle(
    context: &RunContext<'_>,
    route: &Route,
    banded: &BandedNodes,
    taken: Vec<VerifiedLink>,
    found: &[ContainmentPair],
) -> Result<ContainedKeepers> {
    let nodes = &banded.nodes;
    let refolder = context.refolder();
    let is_reference = |node: Node| refolder.is_reference(nodes.first(node));
    let variants = found.iter().filter(|pair| pair.variant.is_some()).map(containment::link).collect();

    // Moved nodes may have copies, which move or find a new keeper.
    if context.options.contained_copies {
        let settled = cluster::settle(found, |node| !is_reference(node));
        let taken = move_contained(context, route, banded, taken, &settled.moved)?;
        return Ok(ContainedKeepers { taken, shown: Vec::new(), variants });
    }

    // Attached nodes may not: their copies would lose their keeper.
    let has_copies: HashSet<Node> = taken.iter().map(|link| link.keeper).collect();
    let is_alone = |node: Node| nodes.units(node).len() == 1 && !has_copies.contains(&node);
    let settled = cluster::settle(found, |node| !is_reference(node) && is_alone(node));
    // References are never members.
    let shown = cluster::shown(&settled).filter(|link| !is_reference(link.node)).collect();
    Ok(ContainedKeepers { taken, shown, variants })
}

/// Moves each small node of `moved` to its container. Its copies move too if they verify against the container; the others
/// get a new keeper among themselves.
fn move_contained(
    context: &RunContext<'_>,
    route: &Route,
    banded: &BandedNodes,
    taken: Vec<VerifiedLink>,
    moved: &[ContainmentPair],
) -> Result<Vec<VerifiedLink>> {
    let Some(rule) = route.containment else { return Ok(taken) };
    let container_of: BTreeMap<Node, Node> = moved.iter().map(|pair| (pair.small, pair.large)).collect();

    // Orphans are the copies of keepers that move.
    let (orphans, mut taken): (Vec<VerifiedLink>, Vec<VerifiedLink>) =
        taken.into_iter().partition(|link| container_of.contains_key(&link.keeper));
    taken.extend(moved.iter().map(|pair| VerifiedLink {
        keeper: pair.large,
        node: pair.small,
        relation: Relation::Contained,
        score: pair.score,
    }));

    // `taken` was sorted, so the orphans of one keeper are together, in keeper order.
    for copies in orphans.chunk_by(|a, b| a.keeper == b.keeper) {
        let container = container_of[&copies[0].keeper];
        let copies: Vec<Node> = copies.iter().map(|link| link.node).collect();
        taken.extend(rehome(context, route, rule, banded, container, &copies)?);
    }

    taken.sort_unstable_by_key(|link| (link.keeper, link.node));
    Ok(taken)
}

/// New keepers for `copies`, which ascend and lost theirs: `container` first, then each other in keeper order.
fn rehome(
    context: &RunContext<'_>,
    route: &Route,
    rule: ContainmentRule,
    banded: &BandedNodes,
    container: Node,
    copies: &[Node],
) -> Result<Vec<VerifiedLink>> {
    // The batch must ascend for `place_in`, and the container is anywhere among the copies.
    let mut batch = copies.to_vec();
    batch.push(container);
    batch.sort_unstable();
    let plan = context.plan;
    let limit = plan.work(context.tables.bytes() + banded.bytes(), plan.spill_dir(), "texts");
    let exact = ExactVerifier::new(context, RouteId::Main, route, &banded.nodes, &batch, limit.as_ref())?;

    let mut links = Vec::new();
    let mut left = Vec::new();
    for copy in copies {
        match link_to_container(&exact, rule, &batch, container, *copy)? {
            Some(link) => links.push(link),
            None => left.push(*copy),
        }
    }

    // The keeper rule on the rest: the first is a keeper and takes every copy of it.
    while let Some((keeper, others)) = left.split_first() {
        let mut remaining = Vec::new();
        for other in others {
            match copy_link(&exact, &batch, *keeper, *other)? {
                Some(link) => links.push(link),
                None => remaining.push(*other),
            }
        }
        left = remaining;
    }
    exact.check()?;
    Ok(links)
}

/// The link of `node` to `container`, if it is a copy of it or inside it.
fn link_to_container(
    exact: &ExactVerifier<'_>,
    rule: ContainmentRule,
    batch: &[Node],
    container: Node,
    node: Node,
) -> Result<Option<VerifiedLink>> {
    if let Some(link) = copy_link(exact, batch, container, node)? {
        return Ok(Some(link));
    }

    // The container may turn out to be the smaller text: then the node is not inside it.
    let (large, small) = (place_in(batch, container)?, place_in(batch, node)?);
    let pair = exact.containment(large, small, rule);
    let inside = pair.filter(|pair| pair.small == small && pair.variant.is_none());
    Ok(inside.map(|pair| VerifiedLink { keeper: container, node, relation: Relation::Contained, score: pair.score }))
}

/// The link of `node` to `keeper`, if it is a copy of it.
fn copy_link(exact: &ExactVerifier<'_>, batch: &[Node], keeper: Node, node: Node) -> Result<Option<VerifiedLink>> {
    let verdict = exact.verify(place_in(batch, keeper)?, place_in(batch, node)?);
    Ok(VerifiedLink::of(keeper, node, verdict).filter(|link| link.relation.is_copy()))
}
