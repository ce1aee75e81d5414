//! Exact verification of nodes, on either path.
//!
//! On the short path a copy may not substitute a word; on the main path the facts guard, if it is on, tells copies from
//! siblings of one template. Both look at the folded texts.

use super::nodes::Nodes;
use super::path::{Path, PathId};
use super::refold::Refold;
use crate::cluster::{Holding, Times, Verdict, Verifier};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::Node;
use crate::shingle::ShingleSet;
use crate::similarity::facts::{self, Guard};
use crate::similarity::{Score, short};

/// The shingle sets of the nodes of a batch, and their folded texts where they are looked at. Nodes go by their place in
/// the batch.
pub(super) struct Exact<'g> {
    threshold: f64,
    sets: Vec<ShingleSet>,
    /// Empty if nobody looks at them.
    texts: Vec<String>,
    by: Look<'g>,
    /// What each node is beside its text.
    sides: Vec<Side>,
    /// With a window.
    times: Option<Times>,
}

/// What a node is beside its text.
#[derive(Debug, Clone, Copy)]
struct Side {
    /// References are not compared with one another.
    reference: bool,
    /// Equal for equal texts.
    text: u32,
}

/// What is looked at beside the sets.
enum Look<'g> {
    /// The words of short units.
    Words,
    /// The facts of others.
    Facts(&'g Guard),
    Nothing,
}

impl<'g> Exact<'g> {
    /// About how many bytes are held for a unit of so many tokens.
    pub(super) fn bytes(id: PathId, tokens: usize) -> u64 {
        // A short unit has some six trigrams a token, each eight bytes. A token of folded text has some twelve.
        let per_token = if id == PathId::Short { 6 * 8 + 12 } else { 8 + 12 };
        // The set and the slot it stands in, while it is made a second time.
        64 + (tokens * per_token) as u64 * 2
    }

    /// Reads the first unit of each of `batch` again, each document once.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn new(
        id: PathId,
        path: &Path,
        nodes: &Nodes,
        batch: &[Node],
        refold: &Refold<'_>,
        guard: Option<&'g Guard>,
    ) -> Result<Self> {
        let mut wanted: Vec<(UnitId, u32)> =
            batch.iter().zip(0..).map(|(node, place)| (nodes.first(*node), place)).collect();
        wanted.sort_unstable();
        let units: Vec<UnitId> = wanted.iter().map(|(unit, _)| *unit).collect();
        let by = match (id, guard) {
            (PathId::Short, _) => Look::Words,
            (PathId::Main, Some(guard)) => Look::Facts(guard),
            (PathId::Main, None) => Look::Nothing,
        };
        let (sets, texts) = match by {
            Look::Nothing => (refold.sets(&units, path.shingle)?, Vec::new()),
            _ => refold.sets_and_texts(&units, path.shingle)?,
        };
        let texts = if texts.is_empty() { texts } else { by_place(&wanted, texts) };
        let sets = by_place(&wanted, sets);
        let side = |node: &Node| {
            let unit = nodes.first(*node);
            Side { reference: refold.is_reference(unit), text: nodes.text(*node) }
        };
        let sides = batch.iter().map(side).collect();
        let dates = || batch.iter().map(|node| refold.date(nodes.first(*node))).collect();
        let times = refold.options.window.map(|window| Times { window, dates: dates() });
        Ok(Self { threshold: path.threshold, sets, texts, by, sides, times })
    }

    /// The exact score of two nodes, if their sizes alone do not rule out the threshold.
    fn score(&self, a: Node, b: Node) -> Option<Score> {
        if !self.may_meet(a, b) {
            return None;
        }
        let (a, b) = (&self.sets[a as usize], &self.sets[b as usize]);
        let (few, many) = (a.len().min(b.len()), a.len().max(b.len()));
        if (few as f64) < self.threshold * many as f64 * (1.0 - 1e-9) {
            return None;
        }
        let score = Score::of(a, b);
        (score.jaccard >= self.threshold).then_some(score)
    }

    /// Whether one of two nodes that are no copies stands inside the other: containment `least` or more, so many shingles
    /// or more on the smaller side.
    pub(super) fn holding(&self, a: Node, b: Node, least: f64, shingles: usize) -> Option<Holding> {
        let size = |node: Node| self.sets[node as usize].len();
        // Of equal size the later one stands inside the earlier.
        let [small, large] = if (size(a), b) < (size(b), a) { [a, b] } else { [b, a] };
        if size(small) < shingles || !self.may_meet(a, b) {
            return None;
        }
        let score = Score::of(&self.sets[small as usize], &self.sets[large as usize]);
        let inside = score.containment >= least && score.jaccard < self.threshold;
        inside.then(|| Holding {
            small,
            large,
            size: size(small),
            score,
            variant: self.is_variant(small, large, score),
        })
    }

    /// Whether two nodes are compared at all.
    fn may_meet(&self, a: Node, b: Node) -> bool {
        let references = self.sides[a as usize].reference && self.sides[b as usize].reference;
        !references && self.times.as_ref().is_none_or(|times| times.may_meet(a, b))
    }

    fn is_variant(&self, a: Node, b: Node, score: Score) -> bool {
        match self.by {
            Look::Facts(guard) if score.jaccard < facts::CERTAIN => {
                guard.is_variant(&self.texts[a as usize], &self.texts[b as usize])
            }
            _ => false,
        }
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

impl Verifier for Exact<'_> {
    fn verify(&self, keeper: Node, other: Node) -> Verdict {
        let Some(score) = self.score(keeper, other) else { return Verdict::Other };
        let text = |node: Node| &self.texts[node as usize];
        match self.by {
            _ if self.sides[keeper as usize].text == self.sides[other as usize].text => Verdict::Same,
            Look::Words if short::substitutes_a_word(text(keeper), text(other)) => Verdict::Other,
            _ if self.is_variant(keeper, other, score) => Verdict::Variant(score),
            _ => Verdict::Copy(score),
        }
    }

    fn set(&self, node: Node) -> &ShingleSet {
        &self.sets[node as usize]
    }

    fn threshold(&self) -> f64 {
        self.threshold
    }

    fn times(&self) -> Option<&Times> {
        self.times.as_ref()
    }
}
