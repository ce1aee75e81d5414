//! The stage for short units that resemble others but are no copies: listed as pairs, or attached to their keepers. They never
//! join clusters.

use std::collections::{BTreeMap, BTreeSet};

use super::context::RunContext;
use super::node_table::NodeTable;
use super::route::Route;
use super::short_similarity;
use crate::cluster::{Cluster, Member, VerifiedLink};
use crate::document::UnitId;
use crate::error::{Error, Result};
use crate::lsh::{NO_NODE, Node};
use crate::shingle::ShingleSet;
use crate::similarity::{Relation, Score, short};

/// Most distinct headlines that are compared across documents.
const ACROSS_DOCUMENTS: usize = 100_000;

/// Two units that resemble each other.
type UnitPair = (UnitId, UnitId, Score);

/// Pairs of nodes that resemble each other, each with the first two units that do.
pub(super) type ResemblingPairs = BTreeMap<(Node, Node), UnitPair>;

/// The result of the search for resembling nodes.
#[derive(Debug, Default)]
pub(super) struct RelatedSearch {
    pub(super) pairs: ResemblingPairs,
    /// Pairs that a cap left unverified.
    pub(super) lost: u64,
    /// For the user, if the search across documents was left out.
    pub(super) warning: Option<String>,
}

/// Pairs of nodes that resemble each other: `within_documents` as the first pass found them and, if the options ask for it,
/// across documents.
///
/// # Errors
///
/// A document cannot be read again.
pub(super) fn resembling(
    context: &RunContext<'_>,
    route: &Route,
    nodes: &NodeTable,
    within_documents: Vec<UnitPair>,
) -> Result<RelatedSearch> {
    let mut search = RelatedSearch::default();
    let mut pairs = within_documents;
    if context.options.related && nodes.len() <= ACROSS_DOCUMENTS {
        let (across, lost) = across_documents(context, route, nodes)?;
        pairs.extend(across);
        search.lost = lost;
    } else if context.options.related {
        search.warning = Some(format!(
            "{} distinct headlines are too many to look for related ones across documents (at most \
             {ACROSS_DOCUMENTS}); they were looked for inside each document",
            nodes.len()
        ));
    }

    // The first pair of units stands for its nodes, so pairs within documents come before those across.
    let node_of_unit = nodes.of_units(context.tables.units.len());
    for (a, b, score) in pairs {
        let (x, y) = (node_of_unit[a.index()], node_of_unit[b.index()]);
        if x != y && x != NO_NODE && y != NO_NODE && context.refolder().may_meet(a, b) {
            search.pairs.entry((x.min(y), x.max(y))).or_insert((a.min(b), a.max(b), score));
        }
    }
    Ok(search)
}

/// Pairs of first units that resemble each other, and how many a cap left unverified.
fn across_documents(context: &RunContext<'_>, route: &Route, nodes: &NodeTable) -> Result<(Vec<UnitPair>, u64)> {
    let firsts: Vec<UnitId> = (0..nodes.len() as Node).map(|node| nodes.first(node)).collect();
    // Firsts are in keeper order; units are read in input order.
    let sets = sets_of(context, route, &firsts)?;
    let sets: Vec<ShingleSet> = firsts.iter().map(|unit| sets[unit].clone()).collect();

    let (pairs, lost) = short_similarity::across_documents(&sets, context.options.max_bucket);
    let unit = |node: Node| firsts[node as usize];
    Ok((pairs.into_iter().map(|(a, b, score)| (unit(a), unit(b), score)).collect(), lost))
}

/// The shingle set of each of `units`.
fn sets_of(context: &RunContext<'_>, route: &Route, units: &[UnitId]) -> Result<BTreeMap<UnitId, ShingleSet>> {
    let mut units = units.to_vec();
    units.sort_unstable();
    units.dedup();

    let sets = context.refolder().sets(&units, route.shingle)?;
    Ok(units.into_iter().zip(sets).collect())
}

/// The pairs of units that resemble each other and are no copies, in input order. `links` are the verified pairs of nodes, sorted.
pub(super) fn pairs(resembling: ResemblingPairs, links: &[VerifiedLink]) -> Vec<UnitPair> {
    let is_linked = |pair: &(Node, Node)| links.binary_search_by_key(pair, |link| (link.keeper, link.node)).is_ok();
    let mut pairs: Vec<UnitPair> =
        resembling.into_iter().filter(|(pair, _)| !is_linked(pair)).map(|(_, units)| units).collect();
    pairs.sort_unstable_by_key(|(a, b, _)| (*a, *b));
    pairs
}

/// Attaches each unit that has no copy to the keeper it resembles most (ties: the earliest). An attached unit is no keeper. A
/// keeper that has only attached members becomes a cluster of size 1.
///
/// # Errors
///
/// A document cannot be read again.
pub(super) fn attach(
    context: &RunContext<'_>,
    route: &Route,
    nodes: &NodeTable,
    resembling: &ResemblingPairs,
    mut clusters: Vec<Cluster>,
) -> Result<Vec<Cluster>> {
    if resembling.is_empty() {
        return Ok(clusters);
    }

    let keeper_of = keepers(nodes, context.tables.units.len(), &clusters);
    let candidates = keeper_candidates(resembling, &keeper_of);
    let scores = KeeperScores::new(context, route, nodes, &candidates)?;
    let mut cluster_of: BTreeMap<Node, usize> = BTreeMap::new();
    for (place, cluster) in clusters.iter().enumerate() {
        cluster_of.extend(keeper_of.get(&cluster.keeper).map(|(node, _)| (*node, place)));
    }

    // In keeper order, so that a unit is attached before a later one could take it as its keeper.
    let mut attached = BTreeSet::new();
    for (node, keepers) in candidates {
        let free = keepers.into_iter().filter(|candidate| !attached.contains(&candidate.keeper));
        let Some((score, keeper)) = scores.best(node, free)? else { continue };
        attached.insert(node);

        let cluster = *cluster_of.entry(keeper).or_insert_with(|| {
            clusters.push(Cluster::of_one(nodes.first(keeper), route.shingle));
            clusters.len() - 1
        });
        let (unit, relation) = (nodes.first(node), Some(Relation::Related));
        clusters[cluster].members.push(Member { unit, relation, score, measure: route.shingle, attached: true });
    }
    Ok(clusters)
}

/// A keeper that a node may be attached to.
#[derive(Debug, Clone, Copy)]
struct KeeperCandidate {
    keeper: Node,
    /// `None` if the node resembles only a member of the keeper's cluster, so that the two are not scored yet.
    score: Option<Score>,
}

/// For each unit in a cluster its node and the node of its keeper.
fn keepers(nodes: &NodeTable, units: usize, clusters: &[Cluster]) -> BTreeMap<UnitId, (Node, Node)> {
    let node_of_unit = nodes.of_units(units);
    let mut keepers = BTreeMap::new();
    for cluster in clusters {
        // Clusters of the other route have no nodes here.
        let keeper = node_of_unit[cluster.keeper.index()];
        for member in &cluster.members {
            let node = node_of_unit[member.unit.index()];
            if node != NO_NODE && keeper != NO_NODE {
                keepers.insert(member.unit, (node, keeper));
            }
        }
    }
    keepers
}

/// The keepers that each node without a copy may be attached to, by node in keeper order: keepers of clusters of which it
/// resembles a member, and earlier nodes without a copy.
fn keeper_candidates(
    resembling: &ResemblingPairs,
    keeper_of: &BTreeMap<UnitId, (Node, Node)>,
) -> BTreeMap<Node, Vec<KeeperCandidate>> {
    let keeper_of_node: BTreeMap<Node, Node> = keeper_of.values().copied().collect();
    let mut candidates: BTreeMap<Node, Vec<KeeperCandidate>> = BTreeMap::new();

    for (&(a, b), &(_, _, score)) in resembling {
        // Two nodes in clusters are copies or keepers already. Of two free nodes the earlier one is the keeper.
        let (node, keeper, is_scored) = match (keeper_of_node.get(&a), keeper_of_node.get(&b)) {
            (Some(_), Some(_)) => continue,
            (Some(&keeper), None) => (b, keeper, keeper == a),
            (None, Some(&keeper)) => (a, keeper, keeper == b),
            (None, None) => (b, a, true),
        };
        // The known score is that of the pair; it counts only if the keeper itself is in the pair.
        let candidate = KeeperCandidate { keeper, score: is_scored.then_some(score) };
        candidates.entry(node).or_default().push(candidate);
    }
    candidates
}

/// Scores nodes against keepers that they were not compared with yet.
struct KeeperScores {
    sets: BTreeMap<UnitId, ShingleSet>,
    firsts: BTreeMap<Node, UnitId>,
}

impl KeeperScores {
    fn new(
        context: &RunContext<'_>,
        route: &Route,
        nodes: &NodeTable,
        candidates: &BTreeMap<Node, Vec<KeeperCandidate>>,
    ) -> Result<Self> {
        let mut firsts: BTreeMap<Node, UnitId> = BTreeMap::new();
        for (node, keepers) in candidates {
            // Only what has no score yet is read again.
            for candidate in keepers.iter().filter(|candidate| candidate.score.is_none()) {
                firsts.extend([*node, candidate.keeper].map(|node| (node, nodes.first(node))));
            }
        }

        let units: Vec<UnitId> = firsts.values().copied().collect();
        Ok(Self { sets: sets_of(context, route, &units)?, firsts })
    }

    /// The keeper that `node` resembles most, with the score; `None` if it resembles none of them enough.
    fn best(&self, node: Node, candidates: impl Iterator<Item = KeeperCandidate>) -> Result<Option<(Score, Node)>> {
        let mut best: Option<(Score, Node)> = None;
        for KeeperCandidate { keeper, score } in candidates {
            let score = match score {
                Some(score) => score,
                None => self.score(node, keeper)?,
            };

            // Ties go to the earliest keeper.
            let is_better = best.is_none_or(|(most, earliest)| {
                score.jaccard.total_cmp(&most.jaccard).then(earliest.cmp(&keeper)).is_gt()
            });
            if score.jaccard >= short::RESEMBLES && is_better {
                best = Some((score, keeper));
            }
        }
        Ok(best)
    }

    fn score(&self, node: Node, keeper: Node) -> Result<Score> {
        Ok(Score::of(self.set(node)?, self.set(keeper)?))
    }

    fn set(&self, node: Node) -> Result<&ShingleSet> {
        let set = self.firsts.get(&node).and_then(|unit| self.sets.get(unit));
        set.ok_or_else(|| Error::internal(format!("node {node} has no shingle set to be scored by")))
    }
}
