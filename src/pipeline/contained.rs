//! Units inside other units: candidates by sampled hashes, verified exactly, then shown beside what holds them or, where
//! that is asked for, gathered around it.

use std::collections::BTreeMap;

use ahash::AHashSet;

use super::path::{Route, RouteId};
use super::verify::ExactVerifier;
use super::{BandedNodes, BatchRun};
use crate::cluster::{self, ContainmentPair, PairVerifier, VerifiedLink};
use crate::error::Result;
use crate::lsh::Node;
use crate::lsh::containment::{ContainmentCandidates, ContainmentSearch, candidates};
use crate::parallel;
use crate::similarity::Relation;

/// What containment makes of the keepers of the main path.
pub(super) struct ContainedKeepers {
    /// What keepers took, contained copies included.
    pub(super) taken: Vec<VerifiedLink>,
    /// What is shown beside a keeper.
    pub(super) hanging: Vec<VerifiedLink>,
    /// Nodes that are alike enough, but tell other facts; the earlier first.
    pub(super) variants: Vec<VerifiedLink>,
}

impl BatchRun<'_> {
    /// Looks for keepers inside other keepers, `taken` being what keepers took, sorted.
    ///
    /// # Errors
    ///
    /// The disk or the memory does not suffice; a record cannot be read again.
    pub(super) fn contained(
        &mut self,
        path: &Route,
        banded: &BandedNodes,
        taken: Vec<VerifiedLink>,
    ) -> Result<ContainedKeepers> {
        let mut is_taken = vec![false; banded.nodes.len()];
        taken.iter().for_each(|link| is_taken[link.node as usize] = true);
        let holdings = self.holdings(path, banded, &|node| !is_taken[node as usize])?;
        let variants = holdings.iter().filter(|holding| holding.variant.is_some()).map(ContainmentPair::link).collect();
        let goes = |node: Node| !self.refold().is_reference(banded.nodes.first(node));
        if self.pipeline.options.contained_copies {
            let settled = cluster::settle(&holdings, goes);
            let taken = self.gather_contained(path, banded, taken, &settled.moved)?;
            return Ok(ContainedKeepers { taken, hanging: Vec::new(), variants });
        }
        let has_copies: AHashSet<Node> = taken.iter().map(|link| link.keeper).collect();
        let alone = |node: Node| goes(node) && banded.nodes.units(node).len() == 1 && !has_copies.contains(&node);
        // References are never members.
        let hanging = cluster::shown(&cluster::settle(&holdings, alone)).filter(|hanging| goes(hanging.node)).collect();
        Ok(ContainedKeepers { taken, hanging, variants })
    }

    /// All pairs of nodes that take part of which one stands inside the other, sorted by the small and the large one.
    ///
    /// # Errors
    ///
    /// As [`contained`](Self::contained).
    pub(super) fn holdings(
        &mut self,
        path: &Route,
        banded: &BandedNodes,
        takes_part: &(dyn Fn(Node) -> bool + Sync),
    ) -> Result<Vec<ContainmentPair>> {
        let Some((least, sampling)) = path.containment else { return Ok(Vec::new()) };
        let BandedNodes { nodes, node_of_row, .. } = banded;
        self.progress.begin("contain", 0);
        let resident = self.tables.bytes() + nodes.bytes() + size_of_val(&node_of_row[..]) as u64;
        let limit = self.plan.work(resident + nodes.len() as u64 * PER_NODE, self.plan.room(), "containment");
        let among = ContainmentSearch {
            samples: &self.tables.rows(RouteId::Main).samples,
            sampling,
            node_of_row,
            nodes: nodes.len(),
            takes_part,
        };
        let found = candidates(&among, limit.as_ref()).map_err(|error| self.plan.widen(error, resident))?;
        let ContainmentCandidates { pairs, unseen } = found;
        let held = resident + size_of_val(&pairs[..]) as u64;
        self.plan.require(held, "so many candidates for containment")?;
        if !pairs.is_empty() {
            self.learn(path, banded)?;
        }
        let tokens = |node: Node| self.tables.units.tokens(nodes.first(node));
        let memory = self.plan.work(held, self.plan.room(), "").map_or(u64::MAX, |limit| limit.memory);
        let mut holdings = Vec::new();
        let mut rest = &pairs[..];
        while !rest.is_empty() {
            let (now, batch) = fitting(rest, memory, |node| ExactVerifier::bytes(RouteId::Main, tokens(node)));
            let (pairs, later) = rest.split_at(now);
            rest = later;
            let exact = ExactVerifier::new(RouteId::Main, path, nodes, &batch, &self.refold(), self.learned.as_ref())?;
            let place = |node: &Node| batch.binary_search(node).unwrap_or_default() as Node;
            let verified = parallel::map(
                pairs,
                || (),
                |(), (a, b)| {
                    let holding = exact.holding(place(a), place(b), least, sampling.least())?;
                    let [small, large] = [holding.small, holding.large].map(|node| batch[node as usize]);
                    Some(ContainmentPair { small, large, ..holding })
                },
            );
            holdings.extend(verified.into_iter().flatten());
            self.plan.require(held + size_of_val(&holdings[..]) as u64, "a result with so many contained units")?;
        }
        holdings.sort_unstable_by_key(|holding| (holding.small, holding.large));
        self.summary.containment.candidates += pairs.len() as u64;
        self.summary.containment.pairs += holdings.len() as u64;
        self.summary.containment.unseen_units += unseen;
        self.clock.lap("contain", 0, &mut self.summary);
        Ok(holdings)
    }

    /// Takes each node of `moved` to what holds it. Its copies go along where they verify against the container too; the
    /// rest of them find a keeper among themselves.
    fn gather_contained(
        &self,
        path: &Route,
        banded: &BandedNodes,
        taken: Vec<VerifiedLink>,
        moved: &[ContainmentPair],
    ) -> Result<Vec<VerifiedLink>> {
        let container: BTreeMap<Node, &ContainmentPair> =
            moved.iter().map(|holding| (holding.small, holding)).collect();
        let (orphans, mut taken): (Vec<VerifiedLink>, Vec<VerifiedLink>) =
            taken.into_iter().partition(|link| container.contains_key(&link.keeper));
        let inside = |holding: &ContainmentPair| VerifiedLink {
            keeper: holding.large,
            node: holding.small,
            relation: Relation::Contained,
            score: holding.score,
        };
        taken.extend(moved.iter().map(inside));
        for copies in orphans.chunk_by(|a, b| a.keeper == b.keeper) {
            let Some(holding) = container.get(&copies[0].keeper) else { continue };
            let copies: Vec<Node> = copies.iter().map(|link| link.node).collect();
            taken.extend(self.rehome(path, banded, holding.large, &copies)?);
        }
        taken.sort_unstable_by_key(|link| (link.keeper, link.node));
        Ok(taken)
    }

    /// New keepers for `copies`, which ascend and lost theirs: `container` first, then each other.
    fn rehome(
        &self,
        path: &Route,
        banded: &BandedNodes,
        container: Node,
        copies: &[Node],
    ) -> Result<Vec<VerifiedLink>> {
        let Some((least, sampling)) = path.containment else { return Ok(Vec::new()) };
        let mut batch = copies.to_vec();
        batch.push(container);
        batch.sort_unstable();
        let exact =
            ExactVerifier::new(RouteId::Main, path, &banded.nodes, &batch, &self.refold(), self.learned.as_ref())?;
        let place = |node: Node| batch.binary_search(&node).unwrap_or_default() as Node;
        let mut links = Vec::new();
        let mut left = Vec::new();
        for copy in copies {
            let (large, small) = (place(container), place(*copy));
            let as_copy =
                VerifiedLink::of(container, *copy, exact.verify(large, small)).filter(|link| link.relation.is_copy());
            let inside = || {
                let holding = exact.holding(large, small, least, sampling.least())?;
                let relation = Relation::Contained;
                let taken = holding.small == small && holding.variant.is_none();
                taken.then_some(VerifiedLink { keeper: container, node: *copy, relation, score: holding.score })
            };
            match as_copy.or_else(inside) {
                Some(link) => links.push(link),
                None => left.push(*copy),
            }
        }
        while let Some((keeper, others)) = left.split_first() {
            let verdict = |node: &Node| VerifiedLink::of(*keeper, *node, exact.verify(place(*keeper), place(*node)));
            let taken: Vec<VerifiedLink> =
                others.iter().filter_map(verdict).filter(|link| link.relation.is_copy()).collect();
            let is_left = |node: &Node| taken.iter().all(|link| link.node != *node);
            let others: Vec<Node> = others.iter().copied().filter(is_left).collect();
            links.extend(taken);
            left = others;
        }
        Ok(links)
    }
}

/// Bytes that the search holds for a node.
const PER_NODE: u64 = 10;

/// How many of `pairs` fit the memory with what is held for their nodes, at least one; and those nodes, ascending.
fn fitting(pairs: &[(Node, Node)], memory: u64, held: impl Fn(Node) -> u64) -> (usize, Vec<Node>) {
    let (mut met, mut sum, mut count) = (AHashSet::new(), 0, 0);
    for (a, b) in pairs {
        let new = [*a, *b].into_iter().filter(|node| !met.contains(node));
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

impl ContainmentPair {
    /// The two as they stand in the order of nodes.
    pub(super) fn link(&self) -> VerifiedLink {
        let (keeper, node) = (self.small.min(self.large), self.small.max(self.large));
        let relation = match self.variant {
            Some(reason) => Relation::Variant(reason),
            None if self.small == node => Relation::Contained,
            None => Relation::Contains,
        };
        VerifiedLink { keeper, node, relation, score: self.score }
    }
}
