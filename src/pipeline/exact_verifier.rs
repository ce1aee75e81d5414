//! Verifies pairs of nodes exactly, on either route.
//!
//! On the short route a copy may not substitute a word. On the main route, with the facts guard, a [`PairJudge`] separates copies
//! from pages that share furniture and from texts that fill one template with other facts. Both read the folded texts.

use super::context::RunContext;
use super::node_table::NodeTable;
use super::pair_judge::PairJudge;
use super::refolder::FoldedText;
use super::route::{ContainmentRule, Route, RouteId};
use crate::cluster::{ComponentContents, ContainmentPair, NodeTimes, NodeVerdict, PairVerifier};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::{Component, Components, Node};
use crate::page::UNNAMED_SOURCE;
use crate::shingle::ShingleSet;
use crate::similarity::own_text::{self, EditedVerdict};
use crate::similarity::{Score, VariantReason, short};

/// Verifies pairs of the nodes of a batch. Nodes are given by their place in the batch.
pub(super) struct ExactVerifier<'r> {
    threshold: f64,
    /// Smallest Jaccard of a pair that is judged.
    least: f64,
    sets: Vec<ShingleSet>,
    depth: CheckDepth<'r>,
    sides: Vec<NodeSide>,
    /// `None` without a window.
    times: Option<NodeTimes>,
    /// Whether a copy must be held by its keeper, and whether a contained unit must.
    lossless: LosslessChecks,
}

/// What a run without loss checks.
#[derive(Debug, Clone, Copy)]
struct LosslessChecks {
    copies: bool,
    contained: bool,
}

/// The facts about a node that do not follow from its shingles.
#[derive(Debug, Clone, Copy)]
struct NodeSide {
    /// Two references are never compared with each other.
    reference: bool,
    /// A number that nodes of equal text share.
    text: u32,
    /// The key of its source; [`UNNAMED_SOURCE`] if it has none, or the run compares within sources too.
    origin: u64,
}

/// The check on pairs that are similar enough.
enum CheckDepth<'r> {
    /// Of the words of short units; the folded texts.
    Words(Vec<FoldedText>),
    /// Of the own text and the facts of other units.
    Texts(PairJudge<'r>),
    /// None: the facts guard is off.
    Nothing,
}

impl<'r> ExactVerifier<'r> {
    /// About how many bytes a verifier holds for a unit of `tokens` tokens.
    pub(super) fn bytes(id: RouteId, tokens: usize) -> u64 {
        // A token of a short unit has about six trigrams of eight bytes, and twelve bytes of folded text, held twice while they are
        // made. Of other units the set and the folded text are moved, not copied, and what the judge derives is made later.
        let (fixed, per_token) = match id {
            RouteId::Short => (64, 2 * (6 * 8 + 12)),
            RouteId::Main => (PairJudge::BYTES_PER_TEXT, 8 + PairJudge::BYTES_PER_TOKEN),
        };
        (fixed + tokens * per_token) as u64
    }

    /// Reads the first unit of each node of `batch` again, each document once.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn new(
        context: &RunContext<'r>,
        id: RouteId,
        route: &Route,
        nodes: &NodeTable,
        batch: &[Node],
    ) -> Result<Self> {
        let (options, refolder) = (context.options, context.refolder());

        // Units are read in input order and put back in the order of the batch.
        let mut wanted: Vec<(UnitId, u32)> =
            batch.iter().zip(0..).map(|(node, place)| (nodes.first(*node), place)).collect();
        wanted.sort_unstable();
        let units: Vec<UnitId> = wanted.iter().map(|(unit, _)| *unit).collect();

        let (sets, depth) = match (id, context.learned) {
            (RouteId::Short, _) => {
                let (sets, texts) = refolder.sets_and_folded(&units, route.shingle)?;
                (sets, CheckDepth::Words(by_place(&wanted, texts)))
            }
            (RouteId::Main, Some(learned)) => {
                let (sets, texts) = refolder.sets_and_headed(&units, route.shingle)?;
                let by_trigrams = route.shingle == own_text::MEASURE;
                let texts = by_place(&wanted, texts);
                (sets, CheckDepth::Texts(PairJudge::new(learned, options.seed, by_trigrams, texts)))
            }
            (RouteId::Main, None) => (refolder.sets(&units, route.shingle)?, CheckDepth::Nothing),
        };
        let sets = by_place(&wanted, sets);

        let side = |node: &Node| {
            let unit = nodes.first(*node);
            NodeSide { reference: refolder.is_reference(unit), text: nodes.text(*node), origin: refolder.origin(unit) }
        };
        let sides = batch.iter().map(side).collect();
        let dates = || batch.iter().map(|node| refolder.date(nodes.first(*node))).collect();
        let times = options.window.map(|window| NodeTimes { window, dates: dates() });
        let lossless = options.lossless;
        let lossless = LosslessChecks { copies: lossless, contained: lossless && options.contained_copies };
        Ok(Self { threshold: route.threshold, least: route.least, sets, depth, sides, times, lossless })
    }

    /// Tells the judge which texts candidates join: the `components` of the batch.
    pub(super) fn joined(mut self, components: &Components) -> Self {
        let sides = &self.sides;
        if let CheckDepth::Texts(judge) = &mut self.depth {
            judge.join(components, |node| sides[node as usize].text);
        }
        self
    }

    /// The exact score of two nodes; `None` if they are not compared or not similar enough to be judged.
    fn score(&self, a: Node, b: Node) -> Option<Score> {
        if !self.may_meet(a, b) {
            return None;
        }

        // Jaccard is at most few / many; the margin is for rounding.
        let (a, b) = (&self.sets[a as usize], &self.sets[b as usize]);
        let (few, many) = (a.len().min(b.len()), a.len().max(b.len()));
        if (few as f64) < self.least * many as f64 * (1.0 - 1e-9) {
            return None;
        }

        let score = Score::of(a, b);
        (score.jaccard >= self.least).then_some(score)
    }

    /// Which of two nodes is inside the other; `None` if they are copies, or neither is.
    pub(super) fn containment(&self, a: Node, b: Node, rule: ContainmentRule) -> Option<ContainmentPair> {
        let size = |node: Node| self.sets[node as usize].len();
        // Of two nodes of equal size the later one counts as inside the earlier one.
        let [small, large] = if (size(a), b) < (size(b), a) { [a, b] } else { [b, a] };
        if size(small) < rule.sampling.least() || !self.may_meet(a, b) {
            return None;
        }

        let score = Score::of(&self.sets[small as usize], &self.sets[large as usize]);
        // Such a pair is a copy or a variant already.
        if score.jaccard >= self.threshold {
            return None;
        }

        // Below the rule's containment, only an edited part is inside.
        let variant = if score.containment >= rule.least {
            self.reason(small, large, score)
        } else if score.containment >= EditedVerdict::LEAST_CONTAINMENT {
            self.edited(small, large, score).map(|_| None)?
        } else {
            return None;
        };

        let is_lost = self.lossless.contained && !self.holds(large, small, score);
        let variant = variant.or(is_lost.then_some(VariantReason::Lossy));
        Some(ContainmentPair { small, large, size: size(small), score, variant })
    }

    /// Whether two nodes are compared at all.
    fn may_meet(&self, a: Node, b: Node) -> bool {
        let references = self.sides[a as usize].reference && self.sides[b as usize].reference;
        !references && self.are_compared(a, b) && self.times.as_ref().is_none_or(|times| times.may_meet(a, b))
    }

    /// Why two similar nodes are no copies; `None` if they are.
    fn reason(&self, a: Node, b: Node, score: Score) -> Option<VariantReason> {
        let CheckDepth::Texts(judge) = &self.depth else { return None };
        judge.reason(a, b, score, self.own(a, b, score))
    }

    /// Why two nodes above the threshold are no copies, if they begin with other news.
    fn other_news(&self, a: Node, b: Node, score: Score) -> Option<VariantReason> {
        let CheckDepth::Texts(judge) = &self.depth else { return None };
        let size = |node: Node| self.sets[node as usize].len();
        judge.other_news(a, b, size(a).max(size(b)) - self.shared(a, b, score))
    }

    /// Why two nodes are no copies, if the titles of their records say that they are two articles.
    fn titles(&self, a: Node, b: Node) -> Option<VariantReason> {
        let CheckDepth::Texts(judge) = &self.depth else { return None };
        judge.titles(a, b)
    }

    /// The verdict on two nodes below the threshold; `None` if edited copies are no copies, or neither was edited.
    fn edited(&self, a: Node, b: Node, score: Score) -> Option<EditedVerdict> {
        let CheckDepth::Texts(judge) = &self.depth else { return None };
        let is_asked = self.least < self.threshold;
        is_asked.then(|| judge.edited(a, b, score, self.own(a, b, score))).flatten()
    }

    /// Number of shingles of the smaller set that the larger one lacks.
    fn own(&self, a: Node, b: Node, score: Score) -> usize {
        let fewer = self.sets[a as usize].len().min(self.sets[b as usize].len());
        fewer - self.shared(a, b, score)
    }

    /// Whether the set of `keeper` has all shingles of that of `other`.
    fn holds(&self, keeper: Node, other: Node, score: Score) -> bool {
        self.shared(keeper, other, score) == self.sets[other as usize].len()
    }

    /// The verdict on a copy: in a run without loss, its keeper must have all of it.
    fn copy(&self, keeper: Node, other: Node, score: Score) -> NodeVerdict {
        if self.lossless.copies && !self.holds(keeper, other, score) {
            return NodeVerdict::Variant(VariantReason::Lossy, score);
        }
        NodeVerdict::Copy(score)
    }

    /// Number of shingles that both sets have.
    fn shared(&self, a: Node, b: Node, score: Score) -> usize {
        let fewer = self.sets[a as usize].len().min(self.sets[b as usize].len());
        // The score has the share; the count comes back exactly after rounding.
        ((score.containment * fewer as f64).round() as usize).min(fewer)
    }
}

/// Sorts `made`, which is in the order of `wanted`, by the places in it.
fn by_place<T: Default + Clone>(wanted: &[(UnitId, u32)], made: Vec<T>) -> Vec<T> {
    debug_assert_eq!(wanted.len(), made.len(), "one value for each place");

    let mut placed = vec![T::default(); made.len()];
    for ((_, place), value) in wanted.iter().zip(made) {
        placed[*place as usize] = value;
    }
    placed
}

impl PairVerifier for ExactVerifier<'_> {
    fn verify(&self, keeper: Node, other: Node) -> NodeVerdict {
        let Some(score) = self.score(keeper, other) else { return NodeVerdict::Other };
        // Equal texts are different nodes only because of their dates or sources.
        if self.sides[keeper as usize].text == self.sides[other as usize].text {
            return NodeVerdict::Same;
        }

        if let CheckDepth::Words(texts) = &self.depth
            && short::substitutes_a_folded_word(&texts[keeper as usize], &texts[other as usize])
        {
            return NodeVerdict::Other;
        }

        // Only edited copies are copies below the threshold. An edited part is left to containment.
        if score.jaccard < self.threshold {
            return match self.edited(keeper, other, score) {
                Some(EditedVerdict::Copy) => self.copy(keeper, other, score),
                Some(EditedVerdict::Part) | None => NodeVerdict::Other,
            };
        }

        let reason = self
            .reason(keeper, other, score)
            .or_else(|| self.other_news(keeper, other, score))
            .or_else(|| self.titles(keeper, other));
        match reason {
            Some(reason) => NodeVerdict::Variant(reason, score),
            None => self.copy(keeper, other, score),
        }
    }

    fn set(&self, node: Node) -> &ShingleSet {
        &self.sets[node as usize]
    }

    fn least(&self) -> f64 {
        self.least
    }

    fn contents(&self, component: &Component) -> Option<ComponentContents> {
        match &self.depth {
            CheckDepth::Texts(judge) => judge.contents(component),
            CheckDepth::Words(_) | CheckDepth::Nothing => None,
        }
    }

    fn times(&self) -> Option<&NodeTimes> {
        self.times.as_ref()
    }

    fn are_compared(&self, a: Node, b: Node) -> bool {
        let [a, b] = [a, b].map(|node| self.sides[node as usize].origin);
        a != b || a == UNNAMED_SOURCE
    }
}
