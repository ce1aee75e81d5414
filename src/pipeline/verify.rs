//! Exact verification of nodes, on either path.
//!
//! On the short path a copy may not substitute a word. On the main path, if facts are guarded, a [`PairJudge`] tells copies from pages
//! that share furniture and from siblings of one template. Both look at the folded texts.

use super::judge::PairJudge;
use super::learned::LearnedFrequencies;
use super::nodes::NodeTable;
use super::path::{Route, RouteId};
use super::refold::UnitRefolder;
use crate::cluster::{ComponentContents, ContainmentPair, NodeTimes, NodeVerdict, PairVerifier};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::{Component, Components, Node};
use crate::shingle::ShingleSet;
use crate::similarity::own_text::{self, EditedVerdict};
use crate::similarity::{Score, VariantReason, short};

/// The shingle sets of the nodes of a batch, and what judges alike nodes. Nodes go by their place in the batch.
pub(super) struct ExactVerifier<'r> {
    threshold: f64,
    /// Smallest Jaccard of a pair that is looked at.
    least: f64,
    sets: Vec<ShingleSet>,
    by: CheckDepth<'r>,
    /// What each node is beside its text.
    sides: Vec<NodeSide>,
    /// With a window.
    times: Option<NodeTimes>,
}

/// What a node is beside its text.
#[derive(Debug, Clone, Copy)]
struct NodeSide {
    /// References are not compared with one another.
    reference: bool,
    /// Equal for equal texts.
    text: u32,
}

/// What is looked at beside the sets.
enum CheckDepth<'r> {
    /// The words of short units, folded.
    Words(Vec<String>),
    /// The own text and the facts of others.
    Texts(PairJudge<'r>),
    Nothing,
}

impl<'r> ExactVerifier<'r> {
    /// About how many bytes are held for a unit of so many tokens.
    pub(super) fn bytes(id: RouteId, tokens: usize) -> u64 {
        // A short unit has some six trigrams a token, each eight bytes. A token of folded text has some twelve. The set and the
        // text are held twice while they are made.
        let per_token = if id == RouteId::Short { 2 * (6 * 8 + 12) } else { 2 * (8 + 8) + PairJudge::BYTES_PER_TOKEN };
        64 + (tokens * per_token) as u64
    }

    /// Reads the first unit of each of `batch` again, each document once.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn new(
        id: RouteId,
        path: &Route,
        nodes: &NodeTable,
        batch: &[Node],
        refold: &UnitRefolder<'_>,
        learned: Option<&'r LearnedFrequencies>,
    ) -> Result<Self> {
        let mut wanted: Vec<(UnitId, u32)> =
            batch.iter().zip(0..).map(|(node, place)| (nodes.first(*node), place)).collect();
        wanted.sort_unstable();
        let units: Vec<UnitId> = wanted.iter().map(|(unit, _)| *unit).collect();
        let (sets, by) = match (id, learned) {
            (RouteId::Short, _) => {
                let (sets, texts) = refold.sets_and_texts(&units, path.shingle)?;
                (sets, CheckDepth::Words(by_place(&wanted, texts)))
            }
            (RouteId::Main, Some(learned)) => {
                let (sets, folded) = refold.sets_and_folded(&units, path.shingle)?;
                let by_trigrams = path.shingle == own_text::MEASURE;
                let folded = by_place(&wanted, folded);
                (sets, CheckDepth::Texts(PairJudge::new(learned, refold.options.seed, by_trigrams, folded)))
            }
            (RouteId::Main, None) => (refold.sets(&units, path.shingle)?, CheckDepth::Nothing),
        };
        let sets = by_place(&wanted, sets);
        let side = |node: &Node| {
            let unit = nodes.first(*node);
            NodeSide { reference: refold.is_reference(unit), text: nodes.text(*node) }
        };
        let sides = batch.iter().map(side).collect();
        let dates = || batch.iter().map(|node| refold.date(nodes.first(*node))).collect();
        let times = refold.options.window.map(|window| NodeTimes { window, dates: dates() });
        Ok(Self { threshold: path.threshold, least: path.least, sets, by, sides, times })
    }

    /// The same with what is known of texts that candidates join: `components` of the batch.
    pub(super) fn joined(mut self, components: &Components) -> Self {
        let sides = &self.sides;
        if let CheckDepth::Texts(judge) = &mut self.by {
            judge.join(components, |node| sides[node as usize].text);
        }
        self
    }

    /// The exact score of two nodes, if it is worth a look.
    fn score(&self, a: Node, b: Node) -> Option<Score> {
        if !self.may_meet(a, b) {
            return None;
        }
        let (a, b) = (&self.sets[a as usize], &self.sets[b as usize]);
        let (few, many) = (a.len().min(b.len()), a.len().max(b.len()));
        if (few as f64) < self.least * many as f64 * (1.0 - 1e-9) {
            return None;
        }
        let score = Score::of(a, b);
        (score.jaccard >= self.least).then_some(score)
    }

    /// Whether one of two nodes that are no copies stands inside the other: containment `least` or more, so many shingles
    /// or more on the smaller side.
    pub(super) fn holding(&self, a: Node, b: Node, least: f64, shingles: usize) -> Option<ContainmentPair> {
        let size = |node: Node| self.sets[node as usize].len();
        // Of equal size the later one stands inside the earlier.
        let [small, large] = if (size(a), b) < (size(b), a) { [a, b] } else { [b, a] };
        if size(small) < shingles || !self.may_meet(a, b) {
            return None;
        }
        let score = Score::of(&self.sets[small as usize], &self.sets[large as usize]);
        if score.jaccard >= self.threshold {
            return None;
        }
        let variant = if score.containment >= least {
            self.reason(small, large, score)
        } else if score.containment >= EditedVerdict::LEAST_CONTAINMENT {
            self.edited(small, large, score).map(|_| None)?
        } else {
            return None;
        };
        Some(ContainmentPair { small, large, size: size(small), score, variant })
    }

    /// Whether two nodes are compared at all.
    fn may_meet(&self, a: Node, b: Node) -> bool {
        let references = self.sides[a as usize].reference && self.sides[b as usize].reference;
        !references && self.times.as_ref().is_none_or(|times| times.may_meet(a, b))
    }

    /// Why two alike nodes are no copies.
    fn reason(&self, a: Node, b: Node, score: Score) -> Option<VariantReason> {
        let CheckDepth::Texts(judge) = &self.by else { return None };
        judge.reason(a, b, score, self.own(a, b, score))
    }

    /// What two nodes below the threshold are, if edited copies are taken.
    fn edited(&self, a: Node, b: Node, score: Score) -> Option<EditedVerdict> {
        let CheckDepth::Texts(judge) = &self.by else { return None };
        let is_asked = self.least < self.threshold;
        is_asked.then(|| judge.edited(a, b, score, self.own(a, b, score))).flatten()
    }

    /// Shingles of the smaller set that the larger one lacks.
    fn own(&self, a: Node, b: Node, score: Score) -> usize {
        let fewer = self.sets[a as usize].len().min(self.sets[b as usize].len());
        let shared = (score.containment * fewer as f64).round() as usize;
        fewer - shared.min(fewer)
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

impl PairVerifier for ExactVerifier<'_> {
    fn verify(&self, keeper: Node, other: Node) -> NodeVerdict {
        let Some(score) = self.score(keeper, other) else { return NodeVerdict::Other };
        if self.sides[keeper as usize].text == self.sides[other as usize].text {
            return NodeVerdict::Same;
        }
        if let CheckDepth::Words(texts) = &self.by
            && short::substitutes_a_word(&texts[keeper as usize], &texts[other as usize])
        {
            return NodeVerdict::Other;
        }
        if score.jaccard < self.threshold {
            return match self.edited(keeper, other, score) {
                Some(EditedVerdict::Copy) => NodeVerdict::Copy(score),
                Some(EditedVerdict::Part) | None => NodeVerdict::Other,
            };
        }
        match self.reason(keeper, other, score) {
            Some(reason) => NodeVerdict::Variant(reason, score),
            None => NodeVerdict::Copy(score),
        }
    }

    fn set(&self, node: Node) -> &ShingleSet {
        &self.sets[node as usize]
    }

    fn least(&self) -> f64 {
        self.least
    }

    fn contents(&self, component: &Component) -> Option<ComponentContents> {
        match &self.by {
            CheckDepth::Texts(judge) => judge.contents(component),
            CheckDepth::Words(_) | CheckDepth::Nothing => None,
        }
    }

    fn times(&self) -> Option<&NodeTimes> {
        self.times.as_ref()
    }
}
