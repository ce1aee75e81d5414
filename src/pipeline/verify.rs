//! Exact verification of nodes, on either path.

use super::nodes::Nodes;
use super::path::{Path, PathId};
use super::refold::Refold;
use crate::cluster::Verifier;
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::Node;
use crate::shingle::ShingleSet;
use crate::similarity::{Score, short};

/// The shingle sets of the nodes of a batch, and on the short path their folded texts. Nodes go by their place in the
/// batch.
pub(super) struct Exact {
    threshold: f64,
    sets: Vec<ShingleSet>,
    /// Empty on the main path.
    texts: Vec<String>,
}

impl Exact {
    /// About how many bytes are held for a unit of so many tokens.
    pub(super) fn bytes(id: PathId, tokens: usize) -> u64 {
        // A short unit has some six trigrams a token, each eight bytes, and its text.
        let per_token = if id == PathId::Short { 6 * 8 + 12 } else { 8 };
        // The set and the slot it stands in, while it is made a second time.
        64 + (tokens * per_token) as u64 * 2
    }

    /// Reads the first unit of each of `batch` again, each document once.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn new(id: PathId, path: &Path, nodes: &Nodes, batch: &[Node], refold: &Refold<'_>) -> Result<Self> {
        let mut wanted: Vec<(UnitId, u32)> =
            batch.iter().zip(0..).map(|(node, place)| (nodes.first(*node), place)).collect();
        wanted.sort_unstable();
        let units: Vec<UnitId> = wanted.iter().map(|(unit, _)| *unit).collect();
        let mut exact = Self { threshold: path.threshold, sets: Vec::new(), texts: Vec::new() };
        exact.sets = by_place(&wanted, refold.sets(&units, path.shingle)?);
        if id == PathId::Short {
            exact.texts = by_place(&wanted, refold.texts(&units)?);
        }
        Ok(exact)
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

/// Puts what was made in the order of `wanted` in the order of its places.
fn by_place<T: Default + Clone>(wanted: &[(UnitId, u32)], made: Vec<T>) -> Vec<T> {
    let mut placed = vec![T::default(); made.len()];
    for ((_, place), value) in wanted.iter().zip(made) {
        placed[*place as usize] = value;
    }
    placed
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
