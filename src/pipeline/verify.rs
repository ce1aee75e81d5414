//! Exact verification of nodes, on either path.

use crate::cluster::Verifier;
use crate::lsh::{Buckets, Node};
use crate::shingle::ShingleSet;
use crate::similarity::{Score, short};

use super::nodes::Nodes;
use super::path::{Path, PathId};
use super::refold::Refold;

/// The shingle sets of every node that has a candidate, and on the short path its folded text.
pub(super) struct Exact {
    threshold: f64,
    sets: Vec<ShingleSet>,
    /// By node; empty on the main path.
    texts: Vec<String>,
}

impl Exact {
    pub(super) fn new(id: PathId, path: &Path, nodes: &Nodes, buckets: &Buckets, refold: &Refold<'_>) -> Self {
        let mut wanted: Vec<(crate::document::UnitId, Node)> = (0..nodes.len() as Node)
            .filter(|node| buckets.has_candidates(*node))
            .map(|node| (nodes.first(node), node))
            .collect();
        wanted.sort_unstable();
        let units: Vec<_> = wanted.iter().map(|(unit, _)| *unit).collect();
        let by_node = |places: usize| vec![ShingleSet::default(); places];
        let mut exact = Self { threshold: path.threshold, sets: by_node(nodes.len()), texts: Vec::new() };
        for ((_, node), set) in wanted.iter().zip(refold.sets(&units, path.shingle)) {
            exact.sets[*node as usize] = set;
        }
        if id == PathId::Short {
            exact.texts = vec![String::new(); nodes.len()];
            for ((_, node), text) in wanted.iter().zip(refold.texts(&units)) {
                exact.texts[*node as usize] = text;
            }
        }
        exact
    }

    /// The exact score of two nodes, if their sizes alone do not rule out the threshold.
    fn score(&self, a: Node, b: Node) -> Option<Score> {
        let (a, b) = (&self.sets[a as usize], &self.sets[b as usize]);
        let (few, many) = (a.len().min(b.len()), a.len().max(b.len()));
        if (few as f64) < self.threshold * many as f64 * (1.0 - 1e-9) {
            return None;
        }
        let score = Score::of(a, b);
        (score.jaccard >= self.threshold).then_some(score)
    }
}

impl Verifier for Exact {
    fn verify(&self, keeper: Node, other: Node) -> Option<Score> {
        let score = self.score(keeper, other)?;
        let substituted = !self.texts.is_empty()
            && short::substitutes_a_word(&self.texts[keeper as usize], &self.texts[other as usize]);
        (!substituted).then_some(score)
    }

    fn set(&self, node: Node) -> &ShingleSet {
        &self.sets[node as usize]
    }

    fn threshold(&self) -> f64 {
        self.threshold
    }
}
