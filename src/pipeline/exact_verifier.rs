//! Verifies pairs of nodes exactly, on either route.
//!
//! On the short route a copy may not substitute a word. On the main route, with the facts guard, a [`PairJudge`] separates copies
//! from pages that share furniture and from texts that fill one template with other facts. Both read the folded texts.

use std::ops::Deref;

use super::context::RunContext;
use super::kept_texts::KeptTexts;
use super::node_side::NodeSide;
use super::node_table::NodeTable;
use super::pair_judge::{JudgedPair, PairJudge};
use super::route::{ContainmentRule, Route, RouteId};
use super::spilled_texts::SpilledTexts;
use super::text_source::TextSource;
use super::verified_texts::{SetRef, TextRef, VerifiedTexts};
use crate::cluster::{ComponentContents, ContainmentPair, NodeTimes, NodeVerdict, PairVerifier};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::{Component, Components, MemoryLimit, Node};
use crate::shingle::ShingleSet;
use crate::similarity::own_text::{self, EditedVerdict};
use crate::similarity::{Score, VariantReason, short};

/// Verifies pairs of the nodes of a batch. Nodes are given by their place in the batch.
pub(super) struct ExactVerifier<'r> {
    threshold: f64,
    /// Smallest Jaccard of a pair that is judged.
    least: f64,
    texts: VerifiedTexts,
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

/// Smallest Jaccard of twins that are judged as copies.
const LEAST_OF_TWINS: f64 = 0.1;

/// The check on pairs that are similar enough.
enum CheckDepth<'r> {
    /// Of the words of short units.
    Words,
    /// Of the own text and the facts of other units.
    Texts(PairJudge<'r>),
    /// None: the facts guard is off.
    Nothing,
}

impl<'r> ExactVerifier<'r> {
    /// About how many bytes a verifier holds for a unit of `tokens` tokens.
    pub(super) fn bytes(id: RouteId, tokens: usize) -> u64 {
        TextSource::bytes(id, tokens)
    }

    /// About how many of these bytes are in use: [`bytes`](Self::bytes) leaves room for the worst.
    pub(super) fn usual_bytes(id: RouteId, tokens: usize) -> u64 {
        TextSource::usual_bytes(id, tokens)
    }

    /// Bytes for a unit of any length whose text is in a temporary file: what the verifier knows of it and, on the main route,
    /// the groups of its component that it is in.
    pub(super) const fn bytes_if_spilled(id: RouteId) -> u64 {
        let groups = match id {
            RouteId::Main => 480,
            RouteId::Short => 0,
        };
        groups + size_of::<NodeSide>() as u64 + SpilledTexts::BYTES_PER_TEXT
    }

    /// Reads the first unit of each node of `batch` again, each document about once. If the texts take more than the memory of
    /// `limit`, they go to a temporary file in its directory; results do not depend on that.
    ///
    /// # Errors
    ///
    /// A document cannot be read again, or the disk refuses.
    pub(super) fn new(
        context: &RunContext<'r>,
        id: RouteId,
        route: &Route,
        nodes: &NodeTable,
        batch: &[Node],
        limit: Option<&MemoryLimit>,
    ) -> Result<Self> {
        Self::with_kept(context, id, route, nodes, batch, limit, None)
    }

    /// As [`new`](Self::new), but texts that an earlier verifier kept are not read again. They and the others must fit in
    /// memory.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub(super) fn with_kept(
        context: &RunContext<'r>,
        id: RouteId,
        route: &Route,
        nodes: &NodeTable,
        batch: &[Node],
        limit: Option<&MemoryLimit>,
        kept: Option<KeptTexts>,
    ) -> Result<Self> {
        let (options, refolder) = (context.options, context.refolder());

        // Units are read in input order and put back in the order of the batch.
        let mut wanted: Vec<(UnitId, u32)> =
            batch.iter().zip(0..).map(|(node, place)| (nodes.first(*node), place)).collect();
        wanted.sort_unstable();
        let kept = kept.map_or_else(Vec::new, |kept| kept.of(batch));

        let depth = match (id, context.learned) {
            (RouteId::Short, _) => CheckDepth::Words,
            (RouteId::Main, Some(learned)) => {
                let by_trigrams = route.shingle == own_text::MEASURE;
                CheckDepth::Texts(PairJudge::new(learned, options, by_trigrams))
            }
            (RouteId::Main, None) => CheckDepth::Nothing,
        };
        let source = TextSource { id, shingle: route.shingle, refolder, is_judged: context.learned.is_some() };
        let texts = match kept.is_empty() {
            true => source.texts(&wanted, limit)?,
            false => source.texts_beside(&wanted, kept)?,
        };

        let sides = batch.iter().map(|node| NodeSide::new(nodes, *node, &refolder)).collect();
        let dates = || batch.iter().map(|node| refolder.date(nodes.first(*node))).collect();
        let times = options.window.map(|window| NodeTimes { window, dates: dates() });
        let lossless = options.lossless;
        let lossless = LosslessChecks { copies: lossless, contained: lossless && options.contained_copies };
        Ok(Self { threshold: route.threshold, least: route.least, texts, depth, sides, times, lossless })
    }

    /// Tells the judge which texts candidates join: the `components` of the batch.
    pub(super) fn joined(mut self, components: &Components) -> Self {
        let sides = &self.sides;
        if let CheckDepth::Texts(judge) = &mut self.depth {
            judge.join(components, sides.len(), |node| sides[node as usize].text);
        }
        self
    }

    /// Keeps the texts of the nodes of `batch`, which was verified, for another verifier; `None` if they are in a temporary file.
    /// They take about `bytes` bytes.
    pub(super) fn into_kept(self, batch: &[Node], bytes: u64) -> Option<KeptTexts> {
        let VerifiedTexts::Held(texts) = self.texts else { return None };
        Some(KeptTexts { texts: batch.iter().copied().zip(texts).collect(), bytes })
    }

    /// Ends the verification.
    ///
    /// # Errors
    ///
    /// A text could not be read from the temporary file: no verdict counts.
    pub(super) fn check(&self) -> Result<()> {
        self.texts.check()
    }

    /// Two nodes with their exact score; `None` if they are not compared or not similar enough to be judged.
    fn scored(&self, a: Node, b: Node) -> Option<ScoredTexts<'_>> {
        if !self.may_meet(a, b) {
            return None;
        }

        // Jaccard is at most few / many; the margin is for rounding.
        let [size_a, size_b] = [a, b].map(|node| self.texts.shingles(node));
        let (few, many) = (size_a.min(size_b), size_a.max(size_b));
        let least = if self.are_twins(a, b) { self.least.min(LEAST_OF_TWINS) } else { self.least };
        if (few as f64) < least * many as f64 * (1.0 - 1e-9) {
            return None;
        }

        let pair = self.pair(a, b);
        (pair.score.jaccard >= least).then_some(pair)
    }

    fn pair(&self, a: Node, b: Node) -> ScoredTexts<'_> {
        let texts = [a, b].map(|node| self.texts.of(node));
        let score = Score::of(&texts[0].set, &texts[1].set);
        ScoredTexts { node: a, texts, score, are_twins: self.are_twins(a, b) }
    }

    /// Which of two nodes is inside the other; `None` if they are copies, or neither is.
    pub(super) fn containment(&self, a: Node, b: Node, rule: ContainmentRule) -> Option<ContainmentPair> {
        let size = |node: Node| self.texts.shingles(node);
        // Of two nodes of equal size the later one counts as inside the earlier one.
        let [small, large] = if (size(a), b) < (size(b), a) { [a, b] } else { [b, a] };
        let is_short = size(small) < rule.sampling.least();
        if is_short && !self.are_twins(a, b) || !self.may_meet(a, b) {
            return None;
        }

        let pair = self.pair(small, large);
        let score = pair.score;
        // Such a pair is a copy or a variant already.
        if score.jaccard >= self.threshold {
            return None;
        }

        // Below the rule's containment, only an edited part is inside.
        let ruled = self.judged(&pair);
        let variant = match ruled.retold() {
            Some(EditedVerdict::Copy) => return None,
            Some(EditedVerdict::Part) => None,
            None if is_short => return None,
            None if score.containment >= rule.least => ruled.reason(),
            None if score.containment >= EditedVerdict::LEAST_CONTAINMENT => self.edited(&ruled).map(|_| None)?,
            None => return None,
        };

        // The small text is the first of the pair, so the large one must have all of it.
        let is_lost = self.lossless.contained && pair.shared() != size(small);
        let variant = variant.or(is_lost.then_some(VariantReason::Lossy));
        Some(ContainmentPair { small, large, size: size(small), score, variant })
    }

    /// Whether the records of two nodes have one title in two sources, and near dates as far as they are known.
    fn are_twins(&self, a: Node, b: Node) -> bool {
        self.sides[a as usize].is_twin_of(self.sides[b as usize])
    }

    /// Whether two nodes are compared at all.
    fn may_meet(&self, a: Node, b: Node) -> bool {
        let references = self.sides[a as usize].reference && self.sides[b as usize].reference;
        !references && self.are_compared(a, b) && self.times.as_ref().is_none_or(|times| times.may_meet(a, b))
    }

    /// A pair with its judge, if its texts are judged.
    fn judged<'p>(&'p self, pair: &'p ScoredTexts<'_>) -> RuledPair<'p, 'r> {
        let CheckDepth::Texts(judge) = &self.depth else { return RuledPair { pair, judged: None } };
        let [a, b] = &pair.texts;
        let judged = JudgedPair::new([&**a, &**b], pair.node, &self.texts, pair.score);
        RuledPair { pair, judged: Some((judge, judged)) }
    }

    /// The verdict on two nodes below the threshold; `None` if edited copies are no copies, or neither was edited.
    fn edited(&self, ruled: &RuledPair<'_, 'r>) -> Option<EditedVerdict> {
        let (judge, judged) = ruled.judged.as_ref()?;
        let is_asked = self.least < self.threshold;
        is_asked.then(|| judge.edited(judged, ruled.pair.own())).flatten()
    }

    /// The verdict on a copy, the second text of a pair: in a run without loss, its keeper must have all of it.
    fn copy(&self, pair: &ScoredTexts<'_>) -> NodeVerdict {
        if self.lossless.copies && pair.shared() != pair.sizes()[1] {
            return NodeVerdict::Variant(VariantReason::Lossy, pair.score);
        }
        NodeVerdict::Copy(pair.score)
    }
}

/// Two texts in use, with their score.
struct ScoredTexts<'t> {
    /// The node of the first one.
    node: Node,
    texts: [TextRef<'t>; 2],
    score: Score,
    /// Whether their records have one title in two sources.
    are_twins: bool,
}

impl ScoredTexts<'_> {
    /// Number of shingles of each.
    fn sizes(&self) -> [usize; 2] {
        [self.texts[0].set.len(), self.texts[1].set.len()]
    }

    /// Number of shingles that both sets have.
    fn shared(&self) -> usize {
        let [a, b] = self.sizes();
        let fewer = a.min(b);
        // The score has the share; the count comes back exactly after rounding.
        ((self.score.containment * fewer as f64).round() as usize).min(fewer)
    }

    /// Number of shingles of the smaller set that the larger one lacks.
    fn own(&self) -> usize {
        let [a, b] = self.sizes();
        a.min(b) - self.shared()
    }
}

/// Two texts in use, with what judges them.
struct RuledPair<'p, 'r> {
    pair: &'p ScoredTexts<'p>,
    /// `None` if texts are not judged.
    judged: Option<(&'p PairJudge<'r>, JudgedPair<'p>)>,
}

impl RuledPair<'_, '_> {
    /// The reason why two similar nodes are not copies; `None` if they are copies.
    fn reason(&self) -> Option<VariantReason> {
        let (judge, judged) = self.judged.as_ref()?;
        judge.reason(judged, self.pair.own())
    }

    /// Why two nodes above the threshold are no copies, if they begin with other news.
    fn other_news(&self) -> Option<VariantReason> {
        let (judge, judged) = self.judged.as_ref()?;
        let more = self.pair.sizes().into_iter().fold(0, usize::max);
        judge.other_news(judged, more - self.pair.shared())
    }

    /// Why two nodes are no copies, if the titles of their records say that they are two articles.
    fn titles(&self) -> Option<VariantReason> {
        let (judge, judged) = self.judged.as_ref()?;
        judge.titles(judged, self.pair.score.jaccard)
    }

    /// Why two nodes are no copies, if their links lead to other pages.
    fn links(&self) -> Option<VariantReason> {
        let (judge, judged) = self.judged.as_ref()?;
        judge.links(judged)
    }

    /// The reason why two nodes are not copies, if they are short posts of two days.
    fn days(&self) -> Option<VariantReason> {
        let (judge, judged) = self.judged.as_ref()?;
        judge.days(judged)
    }

    /// Why two nodes are no copies, if their source fills one form with many texts.
    fn series(&self) -> Option<VariantReason> {
        let (judge, judged) = self.judged.as_ref()?;
        judge.series(judged)
    }

    /// Why two nodes are no copies, if they are short texts, or fill one form with different things.
    fn form(&self) -> Option<VariantReason> {
        let (judge, judged) = self.judged.as_ref()?;
        judge.form(judged)
    }

    /// The verdict on twins below the threshold; `None` if they are no twins, or neither is an edited form of the other.
    fn retold(&self) -> Option<EditedVerdict> {
        if !self.pair.are_twins {
            return None;
        }
        let (judge, judged) = self.judged.as_ref()?;
        judge.retold(judged, self.pair.own())
    }
}

impl PairVerifier for ExactVerifier<'_> {
    fn verify(&self, keeper: Node, other: Node) -> NodeVerdict {
        let Some(pair) = self.scored(keeper, other) else { return NodeVerdict::Other };
        // Equal texts are different nodes only because of their dates or sources.
        if self.sides[keeper as usize].text == self.sides[other as usize].text {
            return NodeVerdict::Same;
        }

        let [of_keeper, of_other] = &pair.texts;
        if let CheckDepth::Words = &self.depth
            && short::substitutes_a_folded_word(&of_keeper.folded, &of_other.folded)
        {
            return NodeVerdict::Other;
        }

        // Only edited copies are copies below the threshold. An edited part is left to containment.
        let ruled = self.judged(&pair);
        if pair.score.jaccard < self.threshold {
            return match ruled.retold().or_else(|| self.edited(&ruled)) {
                Some(EditedVerdict::Copy) => self.copy(&pair),
                Some(EditedVerdict::Part) | None => NodeVerdict::Other,
            };
        }

        let of_records = || {
            ruled
                .links()
                .or_else(|| ruled.days())
                .or_else(|| ruled.titles())
                .or_else(|| ruled.series())
                .or_else(|| ruled.form())
        };
        match ruled.reason().or_else(|| ruled.other_news()).or_else(of_records) {
            Some(reason) => NodeVerdict::Variant(reason, pair.score),
            None => self.copy(&pair),
        }
    }

    fn set(&self, node: Node) -> impl Deref<Target = ShingleSet> {
        SetRef(self.texts.once(node))
    }

    fn least(&self) -> f64 {
        self.least
    }

    fn contents(&self, component: &Component) -> Option<ComponentContents> {
        match &self.depth {
            CheckDepth::Texts(judge) => judge.contents(&self.texts, component),
            CheckDepth::Words | CheckDepth::Nothing => None,
        }
    }

    fn times(&self) -> Option<&NodeTimes> {
        self.times.as_ref()
    }

    fn are_compared(&self, a: Node, b: Node) -> bool {
        self.sides[a as usize].is_compared_with(self.sides[b as usize])
    }
}
