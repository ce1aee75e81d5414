//! Exact verification of nodes, on either path.

use crate::cluster::Verifier;
use crate::lsh::Node;
use crate::shingle::ShingleSet;
use crate::similarity::{Score, short};

use super::nodes::Nodes;
use super::path::{Path, PathId};
use super::refold::Refold;

/// The shingle sets of the nodes of a batch, by place, and on the short path their folded texts.
pub(super) struct Exact {
    threshold: f64,
    sets: Vec<ShingleSet>,
    /// By node; empty on the main path.
    texts: Vec<String>,
}

impl Exact {
    pub(super) fn new(id: PathId, path: &Path, nodes: &Nodes, batch: &[Node], refold: &Refold<'_>) -> Self {
        let mut wanted: Vec<(crate::document::UnitId, usize)> =
            batch.iter().enumerate().map(|(place, node)| (nodes.first(*node), place)).collect();
        wanted.sort_unstable();
        let units: Vec<_> = wanted.iter().map(|(unit, _)| *unit).collect();
        let sets = vec![ShingleSet::default(); batch.len()];
        let mut exact = Self { threshold: path.threshold, sets, texts: Vec::new() };
        for ((_, place), set) in wanted.iter().zip(refold.sets(&units, path.shingle)) {
            exact.sets[*place] = set;
        }
        if id == PathId::Short {
            exact.texts = vec![String::new(); batch.len()];
            for ((_, place), text) in wanted.iter().zip(refold.texts(&units)) {
                exact.texts[*place] = text;
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
