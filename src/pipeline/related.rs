//! Short units that only resemble: shown beside their keeper, never copies, never a bridge.

use std::collections::BTreeMap;

use super::BatchRun;
use super::nodes::NodeTable;
use super::path::Route;
use super::resemble;
use crate::cluster::{Cluster, Member, VerifiedLink};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::{NO_NODE, Node};
use crate::shingle::ShingleSet;
use crate::similarity::{Relation, Score, short};

/// With [`Options::related`](super::Options::related), headlines are compared across documents up to this many distinct ones.
const ACROSS_DOCUMENTS: usize = 100_000;

/// Two units that resemble.
type UnitPair = (UnitId, UnitId, Score);

/// Pairs of nodes that resemble, with the units that do; by node, each once.
type ResemblingPairs = BTreeMap<(Node, Node), UnitPair>;

impl BatchRun<'_> {
    /// Pairs of nodes that resemble: inside documents as the first pass found them, across documents if that was asked
    /// for and can be done.
    fn resembling_nodes(&mut self, path: &Route, nodes: &NodeTable) -> Result<ResemblingPairs> {
        let of_units = nodes.of_units(self.tables.units.len());
        let options = &self.pipeline.options;
        let mut pairs = std::mem::take(&mut self.tables.resemblances);
        if options.related && nodes.len() <= ACROSS_DOCUMENTS {
            let (across, lost) = self.across_documents(path, nodes)?;
            pairs.extend(across);
            self.summary.lost_pairs += lost;
        } else if options.related {
            self.summary.warnings.push(format!(
                "{} distinct headlines are too many to look for related ones across documents (at most \
                 {ACROSS_DOCUMENTS}); they were looked for inside each document",
                nodes.len()
            ));
        }
        let mut resembling = ResemblingPairs::new();
        for (a, b, score) in pairs {
            let (x, y) = (of_units[a.index()], of_units[b.index()]);
            if x != y && x != NO_NODE && y != NO_NODE {
                resembling.entry((x.min(y), x.max(y))).or_insert((a.min(b), a.max(b), score));
            }
        }
        Ok(resembling)
    }

    fn across_documents(&self, path: &Route, nodes: &NodeTable) -> Result<(Vec<UnitPair>, u64)> {
        let firsts: Vec<UnitId> = (0..nodes.len() as Node).map(|node| nodes.first(node)).collect();
        let sets = self.sets_of(path, &firsts)?;
        let sets: Vec<ShingleSet> = firsts.iter().map(|unit| sets[unit].clone()).collect();
        let (pairs, lost) = resemble::across_documents(&sets, self.pipeline.options.max_bucket);
        Ok((pairs.into_iter().map(|(a, b, score)| (firsts[a as usize], firsts[b as usize], score)).collect(), lost))
    }

    fn sets_of(&self, path: &Route, units: &[UnitId]) -> Result<BTreeMap<UnitId, ShingleSet>> {
        let mut units = units.to_vec();
        units.sort_unstable();
        units.dedup();
        let sets = self.refold().sets(&units, path.shingle)?;
        Ok(units.into_iter().zip(sets).collect())
    }
}

/// The pairs of units that resemble and are no copies, in input order.
pub(super) fn pairs(
    run: &mut BatchRun<'_>,
    path: &Route,
    nodes: &NodeTable,
    near: &[VerifiedLink],
) -> Result<Vec<UnitPair>> {
    let copies = |pair: &(Node, Node)| near.binary_search_by_key(pair, |link| (link.keeper, link.node)).is_ok();
    let resembling = run.resembling_nodes(path, nodes)?;
    let mut pairs: Vec<_> = resembling.into_iter().filter(|(pair, _)| !copies(pair)).map(|(_, units)| units).collect();
    pairs.sort_unstable_by_key(|(a, b, _)| (*a, *b));
    Ok(pairs)
}

/// Hangs each unit that has no copy on the keeper it resembles most (ties: the earliest). A unit that hangs on
/// another is no keeper; a keeper of such members alone becomes a cluster of size 1.
pub(super) fn attach(
    run: &mut BatchRun<'_>,
    path: &Route,
    nodes: &NodeTable,
    mut clusters: Vec<Cluster>,
) -> Result<Vec<Cluster>> {
    let resembling = run.resembling_nodes(path, nodes)?;
    if resembling.is_empty() {
        return Ok(clusters);
    }
    let keeper_of = keepers(nodes, run.tables.units.len(), &clusters);
    let options = options(&resembling, &keeper_of);
    let scores = KeeperScores::new(run, path, nodes, &options)?;
    let mut cluster_of: BTreeMap<Node, usize> = BTreeMap::new();
    for (place, cluster) in clusters.iter().enumerate() {
        cluster_of.extend(keeper_of.get(&cluster.keeper).map(|(node, _)| (*node, place)));
    }
    let mut attached = std::collections::BTreeSet::new();
    for (node, keepers) in options {
        let free = keepers.into_iter().filter(|option| !attached.contains(&option.keeper));
        let scored = free.map(|option| (option.score.unwrap_or_else(|| scores.of(node, option.keeper)), option.keeper));
        let alike = scored.filter(|(score, _)| score.jaccard >= short::RESEMBLES);
        // `max_by` keeps the last of equals: the earliest keeper must come last.
        let best = alike.max_by(|(a, x), (b, y)| a.jaccard.total_cmp(&b.jaccard).then(y.cmp(x)));
        let Some((score, keeper)) = best else { continue };
        attached.insert(node);
        let cluster = *cluster_of.entry(keeper).or_insert_with(|| {
            clusters.push(Cluster::of_one(nodes.first(keeper), path.shingle));
            clusters.len() - 1
        });
        let unit = nodes.first(node);
        clusters[cluster].members.push(Member {
            unit,
            relation: Some(Relation::Related),
            score,
            measure: path.shingle,
            attached: true,
        });
    }
    Ok(clusters)
}

/// A keeper that a node may hang on; the score where it is known.
#[derive(Debug, Clone, Copy)]
struct KeeperCandidate {
    keeper: Node,
    score: Option<Score>,
}

/// For each unit in a cluster: its node and its keeper's node.
fn keepers(nodes: &NodeTable, units: usize, clusters: &[Cluster]) -> BTreeMap<UnitId, (Node, Node)> {
    let of_units = nodes.of_units(units);
    let mut keepers = BTreeMap::new();
    for cluster in clusters {
        for member in &cluster.members {
            let (node, keeper) = (of_units[member.unit.index()], of_units[cluster.keeper.index()]);
            if node != NO_NODE && keeper != NO_NODE {
                keepers.insert(member.unit, (node, keeper));
            }
        }
    }
    keepers
}

/// The keepers that each node without a copy may hang on, in keeper order of the nodes: those of the clusters it
/// resembles a member of, and earlier nodes without a copy.
fn options(
    resembling: &ResemblingPairs,
    keeper_of: &BTreeMap<UnitId, (Node, Node)>,
) -> BTreeMap<Node, Vec<KeeperCandidate>> {
    let mut in_clusters: BTreeMap<Node, Node> = BTreeMap::new();
    in_clusters.extend(keeper_of.values().copied());
    let mut options: BTreeMap<Node, Vec<KeeperCandidate>> = BTreeMap::new();
    for (&(a, b), &(_, _, score)) in resembling {
        let mut add = |node: Node, keeper: Node, known: bool| {
            options.entry(node).or_default().push(KeeperCandidate { keeper, score: known.then_some(score) });
        };
        match (in_clusters.get(&a), in_clusters.get(&b)) {
            (Some(_), Some(_)) => {}
            (Some(&keeper), None) => add(b, keeper, keeper == a),
            (None, Some(&keeper)) => add(a, keeper, keeper == b),
            (None, None) => add(b, a, true),
        }
    }
    options
}

/// Scores of nodes against keepers of members they resemble.
struct KeeperScores {
    sets: BTreeMap<UnitId, ShingleSet>,
    firsts: BTreeMap<Node, UnitId>,
}

impl KeeperScores {
    fn new(
        run: &BatchRun<'_>,
        path: &Route,
        nodes: &NodeTable,
        options: &BTreeMap<Node, Vec<KeeperCandidate>>,
    ) -> Result<Self> {
        let unknown = options.iter().flat_map(|(node, keepers)| {
            let keepers = keepers.iter().filter(|option| option.score.is_none());
            keepers.flat_map(|option| [*node, option.keeper])
        });
        let firsts: BTreeMap<Node, UnitId> = unknown.map(|node| (node, nodes.first(node))).collect();
        let units: Vec<UnitId> = firsts.values().copied().collect();
        Ok(Self { sets: run.sets_of(path, &units)?, firsts })
    }

    fn of(&self, node: Node, keeper: Node) -> Score {
        let set = |node: Node| self.firsts.get(&node).and_then(|unit| self.sets.get(unit));
        match (set(node), set(keeper)) {
            (Some(a), Some(b)) => Score::of(a, b),
            _ => Score::from_counts(0, 0, 0),
        }
    }
}
