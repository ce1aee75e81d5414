//! Judges which pairs of similar texts are no copies: by the own-text rule first, then by the facts guard.

use std::cell::OnceCell;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use foldhash::HashMap;

use super::component_trigrams::ComponentTrigrams;
use super::learned_frequencies::LearnedFrequencies;
use super::options::Options;
use super::verified_texts::{VerifiedText, VerifiedTexts};
use crate::cluster::{ComponentContents, ContentsBuilder, LARGE, RARE};
use crate::lsh::{Component, Components, Node};
use crate::parallel;
use crate::shingle::hash::HashKeys;
use crate::similarity::cards;
use crate::similarity::facts::{self, FactsText};
use crate::similarity::headings::RecordPlace;
use crate::similarity::links::{self, MOST_LINKS, TextLink};
use crate::similarity::own_text::{
    self, CorpusEvidence, EditedVerdict, ExchangedWords, PairWording, SharedFrequency, TextEvidence,
    TrigramFrequencies, VERY_COMMON, Wording,
};
use crate::similarity::posts;
use crate::similarity::series::{self, SeriesFrequencies};
use crate::similarity::{Score, VariantReason, titles};

/// With fewer own shingles than this on a side, a text has no block of own text.
const FEW: usize = 8;

/// In texts of more tokens, numbers are not the content.
const LONG: usize = 160;

/// Judges pairs of the texts of a batch. Nodes are given by their place in the batch.
pub(super) struct PairJudge<'r> {
    learned: &'r LearnedFrequencies,
    keys: HashKeys,
    /// Whether shingles are the trigrams of the own-text rule.
    by_trigrams: bool,
    /// Whether texts are those of whole records.
    of_records: bool,
    /// The place of each node in `joint`; empty if [`join`](Self::join) was not called.
    joint_of: Vec<u32>,
    joint: Vec<JoinedTexts>,
}

/// The texts of one component.
struct JoinedTexts {
    /// One node for each distinct text.
    nodes: Vec<Node>,
    frequencies: OnceLock<TrigramFrequencies>,
    /// The same of the texts of one source. Used for look-ups only.
    of_sources: Mutex<HashMap<u64, Arc<SourceFrequencies>>>,
}

/// The frequencies of the texts of one source in a component, once they were needed; `None` if these are too few.
type SourceFrequencies = OnceLock<Option<TrigramFrequencies>>;

/// Two texts of a batch that are judged, by one rule after the other.
pub(super) struct JudgedPair<'t> {
    a: &'t VerifiedText,
    b: &'t VerifiedText,
    /// The node of the first text, which tells the component of both.
    node: Node,
    /// All texts of the batch.
    batch: &'t VerifiedTexts,
    score: Score,
    /// What rules on wording share.
    compared: OnceCell<PairWording<'t>>,
}

impl<'t> JudgedPair<'t> {
    pub(super) fn new([a, b]: [&'t VerifiedText; 2], node: Node, batch: &'t VerifiedTexts, score: Score) -> Self {
        Self { a, b, node, batch, score, compared: OnceCell::new() }
    }
}

impl<'r> PairJudge<'r> {
    /// Bytes held for a token: folded text, wording, words of the facts guard, and trigrams while frequencies are counted.
    pub(super) const BYTES_PER_TOKEN: usize = 8 + Wording::BYTES_PER_TOKEN + FactsText::BYTES_PER_TOKEN + 16;

    /// Bytes held for a text of any length: the heads of its parts, its title, its links, and the filter of the facts guard.
    pub(super) const BYTES_PER_TEXT: usize = 500 + MOST_LINKS * size_of::<TextLink>() + FactsText::BYTES_PER_TEXT;

    /// A judge of texts that are folded to the compact alphabet.
    pub(super) fn new(learned: &'r LearnedFrequencies, options: &Options, by_trigrams: bool) -> Self {
        let (keys, of_records) = (HashKeys::new(options.seed), options.takes_headings());
        Self { learned, keys, by_trigrams, of_records, joint_of: Vec::new(), joint: Vec::new() }
    }

    /// Tells the judge which of `nodes` nodes candidates join. `text` gives equal numbers to nodes of equal texts.
    pub(super) fn join(&mut self, components: &Components, nodes: usize, text: impl Fn(Node) -> u32) {
        self.joint_of = vec![0; nodes];
        for component in &components.all {
            for node in &component.nodes {
                self.joint_of[*node as usize] = self.joint.len() as u32;
            }

            // A text counts once, at any number of dates.
            let mut nodes = component.nodes.clone();
            nodes.sort_by_key(|node| text(*node));
            nodes.dedup_by_key(|node| text(*node));
            self.joint.push(JoinedTexts { nodes, frequencies: OnceLock::new(), of_sources: Mutex::default() });
        }
    }

    /// The reason why two similar texts are not copies; `None` if they are copies. `own` is the number of shingles of the smaller set that the
    /// other one lacks.
    pub(super) fn reason(&self, pair: &JudgedPair<'_>, own: usize) -> Option<VariantReason> {
        self.own_text(pair, own).or_else(|| self.facts(pair))
    }

    /// The reason why two texts above the threshold are not copies although no other rule refuses them: they begin with other
    /// news. `None` if they are copies. `own` is the number of shingles of the larger set that the other one lacks.
    pub(super) fn other_news(&self, pair: &JudgedPair<'_>, own: usize) -> Option<VariantReason> {
        if self.by_trigrams && own < FEW {
            return None;
        }
        own_text::other_news(self.compared(pair), self.evidence(None))
    }

    /// Why two texts above the threshold, with this Jaccard, are no copies, if the titles of their records say that they are two articles.
    pub(super) fn titles(&self, pair: &JudgedPair<'_>, jaccard: f64) -> Option<VariantReason> {
        // Before titles are folded.
        let (a, b) = (pair.a.place()?, pair.b.place()?);
        if !a.may_be_told_apart(b) && !a.is_of_one_page(b) {
            return None;
        }

        let tokens = pair.a.tokens().min(pair.b.tokens());
        let are_one_long_text = titles::are_one_long_text(tokens, jaccard);
        let (a, b) = (pair.a.headed()?, pair.b.headed()?);
        titles::tell_different_things(a, b, are_one_long_text).then_some(VariantReason::Titles)
    }

    /// Why two short texts above the threshold are no copies, if their links lead to other pages.
    pub(super) fn links(&self, pair: &JudgedPair<'_>) -> Option<VariantReason> {
        // Sources add links of their own to what they copy. But one owner has many channels, which post one form.
        let is_bare = |place: Option<RecordPlace>| place.is_none_or(RecordPlace::is_bare);
        let may_be_told_apart = match (pair.a.place(), pair.b.place()) {
            (a, b) if is_bare(a) && is_bare(b) => true,
            (Some(a), Some(b)) => a.may_be_told_apart(b),
            _ => false,
        };
        (may_be_told_apart && links::lead_elsewhere(&pair.a.links, &pair.b.links)).then_some(VariantReason::Numbers)
    }

    /// The reason why two short posts above the threshold are not copies, if they are of two days.
    pub(super) fn days(&self, pair: &JudgedPair<'_>) -> Option<VariantReason> {
        let (a, b) = (pair.a.place()?, pair.b.place()?);
        let are_short = || pair.a.tokens().max(pair.b.tokens()) <= posts::MOST_TOKENS;
        (posts::are_of_other_days(a, b) && are_short()).then_some(VariantReason::Numbers)
    }

    /// Why two texts above the threshold are no copies, if their source fills one form with many texts.
    pub(super) fn series(&self, pair: &JudgedPair<'_>) -> Option<VariantReason> {
        let source = pair.a.named_source()?;
        let (a, b) = (pair.a.place()?, pair.b.place()?);
        let are_of_one_page = a.is_of_one_page(b);
        // Most are one page that was read twice, so its form need not be known.
        let may_be_parts = || {
            let longer = pair.a.tokens().max(pair.b.tokens());
            longer <= series::PART_OF_PAGE && own_text::have_own_beginnings(self.compared(pair))
        };
        if !(a.may_be_told_apart(b) || are_of_one_page && may_be_parts()) {
            return None;
        }

        let found = self.joint_of(pair.node).map(|joint| self.of_source(pair.batch, joint, source));
        let of_source = found.as_ref().and_then(|found| found.get()).and_then(Option::as_ref);
        let shared = |frequencies| SharedFrequency::new(self.compared(pair), frequencies);
        let frequencies =
            SeriesFrequencies { of_source: of_source.map(shared), of_run: self.learned.trigrams.as_ref().map(shared) };
        if are_of_one_page {
            return series::of_one_page(pair.a.headed()?, pair.b.headed()?, frequencies);
        }
        let reason = series::reason(pair.a.headed()?, pair.b.headed()?, frequencies);

        // What a bare text shares is in very many texts, so the words of other pairs need no look.
        let may_be_bare = || frequencies.of_source.is_some_and(|shared| shared.quarter >= VERY_COMMON);
        let is_furniture = |of_source| {
            own_text::is_one_bare(self.text(pair.a), self.text(pair.b), of_source)
                || own_text::share_only_furniture(self.compared(pair), of_source)
                || own_text::adds_to_furniture(self.compared(pair))
        };
        let are_replaced = || own_text::tells_other_words(self.compared(pair)).then_some(VariantReason::Replaced);
        reason
            .or_else(|| (may_be_bare() && of_source.is_some_and(is_furniture)).then_some(VariantReason::Furniture))
            .or_else(are_replaced)
    }

    /// Why two records above the threshold are no copies: their texts are short, or fill one form, and they tell different things.
    /// Records of which nothing is known may be of one source.
    pub(super) fn form(&self, pair: &JudgedPair<'_>) -> Option<VariantReason> {
        let may_be_told_apart = match (pair.a.place(), pair.b.place()) {
            (Some(a), Some(b)) => a.may_be_told_apart(b),
            (None, None) => self.of_records,
            _ => false,
        };
        if !may_be_told_apart {
            return None;
        }

        let compared = self.compared(pair);
        let are_cards = pair.a.is_card && pair.b.is_card;
        if are_cards && cards::have_other_fields(&pair.a.folded, &pair.b.folded)
            || own_text::are_short_and_other(compared)
            || self.exchange_words(pair)
        {
            return Some(VariantReason::Facts);
        }

        let is_form = |joint: &&JoinedTexts| joint.nodes.len() >= own_text::FORM_TEXTS as usize;
        let joint = self.joint_of(pair.node).filter(is_form)?;
        own_text::fill_one_form(compared, self.frequencies(pair.batch, joint)).then_some(VariantReason::Facts)
    }

    /// Whether two records name other things throughout. Under one title they are one article that was edited.
    fn exchange_words(&self, pair: &JudgedPair<'_>) -> bool {
        let are_of_one_title = || {
            let headings = pair.a.headed().zip(pair.b.headed()).map(|(a, b)| (a.heading, b.heading));
            headings.is_some_and(|(a, b)| !a.title.is_empty() && a.title == b.title)
        };
        let exchanged = match (pair.a.place(), pair.b.place()) {
            (Some(a), Some(b)) if a.is_named && b.is_named => ExchangedWords::Uncommon,
            _ => ExchangedWords::Rare,
        };
        let words = self.learned.guard.frequencies();
        // Titles are short, and texts are not.
        !are_of_one_title() && own_text::exchanges_words(self.compared(pair), exchanged, words)
    }

    /// The verdict on two texts below the threshold; `None` unless one is an edited form of the other and no rule refuses the
    /// pair.
    pub(super) fn edited(&self, pair: &JudgedPair<'_>, own: usize) -> Option<EditedVerdict> {
        let evidence = self.evidence(None);
        let edited = own_text::edited(self.compared(pair), evidence, self.learned.texts)?;

        // The rule was measured on Arabic.
        let is_taken = self.reads(pair) && self.reason(pair, own).is_none();
        is_taken.then_some(edited)
    }

    /// The verdict on two texts below the threshold whose records have one title in two sources; `None` unless one is an edited
    /// form of the other and no rule refuses the pair.
    pub(super) fn retold(&self, pair: &JudgedPair<'_>, own: usize) -> Option<EditedVerdict> {
        let retold = own_text::retold(self.compared(pair), pair.score)?;
        let is_taken = self.reads(pair) && self.reason(pair, own).is_none();
        is_taken.then_some(retold)
    }

    /// Whether the facts guard reads both texts: it reads only Arabic.
    fn reads(&self, pair: &JudgedPair<'_>) -> bool {
        [pair.a, pair.b].into_iter().all(|text| self.learned.guard.reads(&text.folded))
    }

    /// Which nodes of a component of the batch have content of their own; `None` for small components, in which all pairs are
    /// judged.
    pub(super) fn contents(&self, texts: &VerifiedTexts, component: &Component) -> Option<ComponentContents> {
        let nodes = &component.nodes;
        if nodes.len() < LARGE {
            return None;
        }

        // All threads make the wordings of texts in memory first; the passes only read them.
        if texts.room().is_none() && !self.by_trigrams {
            parallel::map(
                nodes,
                || (),
                |(), node| {
                    self.wording(&texts.of(*node));
                },
            );
        }

        let trigrams = self.trigrams(texts, nodes);
        let ranges = trigrams.ranges();
        let sorted = |range| {
            let mut entries = trigrams.within(range);
            parallel::sort_by_key(&mut entries, |entry: &(u64, u32)| *entry);
            entries
        };

        // 1. A trigram of many pages is furniture.
        let is_common = |sharing: &&[(u64, u32)]| sharing.len() > RARE;
        let (mut common, mut only) = (Vec::new(), None);
        for range in &ranges {
            let entries = sorted(*range);
            common.extend(entries.chunk_by(|a, b| a.0 == b.0).filter(is_common).map(|sharing| sharing[0].0));
            only = (ranges.len() == 1).then_some(entries);
        }

        // 2. A page with enough of other text has content.
        let has_content = parallel::map(nodes, || (), |(), node| self.wording(&texts.once(*node)).has_content(&common));

        // 3. Pages meet in rare text. A trigram of a single page shows content but connects nothing.
        let mut contents = ContentsBuilder::new(has_content);
        for range in &ranges {
            let entries = only.take().unwrap_or_else(|| sorted(*range));
            for sharing in entries.chunk_by(|a, b| a.0 == b.0).filter(|sharing| !is_common(sharing)) {
                contents.add(sharing.iter().map(|(_, place)| *place));
            }
        }
        Some(contents.finish(nodes))
    }

    /// Why the own-text rule refuses a pair, if it does.
    fn own_text(&self, pair: &JudgedPair<'_>, own: usize) -> Option<VariantReason> {
        let JudgedPair { a, b, node, batch, .. } = *pair;
        let joint = self.joint_of(node).filter(|joint| joint.nodes.len() >= own_text::FORM as usize);

        // Two short texts can differ in a code, two pages and two filled forms in a number or a name, by few shingles.
        let may_be_few = || {
            let are_codes = || is_told_by_code(a) && is_told_by_code(b);
            let are_of_a_form = |joint: &JoinedTexts| joint.nodes.len() >= own_text::COMMON_FORM as usize;
            let is_content = || joint.is_some() || are_codes() || are_two_pages(pair);
            joint.is_some_and(are_of_a_form) || !is_long(a) && !is_long(b) && is_content()
        };
        if self.by_trigrams && own < FEW && !may_be_few() {
            let differ = own_text::have_other_numbers(&a.folded, &b.folded);
            return differ.then_some(VariantReason::Numbers);
        }

        let near = joint.map(|joint| self.frequencies(batch, joint));
        let evidence = CorpusEvidence { are_two_pages: are_two_pages(pair), ..self.evidence(near) };
        own_text::judge(self.compared(pair), evidence)
    }

    /// Why the facts guard refuses a pair, if it does.
    fn facts(&self, pair: &JudgedPair<'_>) -> Option<VariantReason> {
        let JudgedPair { a, b, score, .. } = *pair;
        if score.jaccard >= facts::CERTAIN {
            return None;
        }

        self.learned.guard.reason_of((&a.folded, self.facts_text(a)), (&b.folded, self.facts_text(b)))
    }

    fn facts_text<'t>(&self, text: &'t VerifiedText) -> &'t FactsText {
        text.facts(|folded, words| FactsText::hashed(folded, words, &self.keys))
    }

    fn evidence<'j>(&'j self, near: Option<&'j TrigramFrequencies>) -> CorpusEvidence<'j> {
        let (run, words) = (self.learned.trigrams.as_ref(), self.learned.guard.frequencies());
        CorpusEvidence { near, run, words, are_two_pages: false }
    }

    fn joint_of(&self, node: Node) -> Option<&JoinedTexts> {
        self.joint_of.get(node as usize).map(|joint| &self.joint[*joint as usize])
    }

    fn frequencies<'j>(&self, texts: &VerifiedTexts, joint: &'j JoinedTexts) -> &'j TrigramFrequencies {
        joint.frequencies.get_or_init(|| self.count(texts, &joint.nodes))
    }

    /// The frequencies of the texts of one source.
    fn of_source(&self, texts: &VerifiedTexts, joint: &JoinedTexts, source: u64) -> Arc<SourceFrequencies> {
        // The map is valid after a panic of another thread: an entry is whole or absent.
        let mut of_sources = joint.of_sources.lock().unwrap_or_else(PoisonError::into_inner);
        let found = Arc::clone(of_sources.entry(source).or_default());
        drop(of_sources);

        found.get_or_init(|| {
            let is_of_source = |node: &Node| texts.named_source(*node) == Some(source);
            let nodes: Vec<Node> = joint.nodes.iter().copied().filter(is_of_source).collect();
            (nodes.len() >= series::LEAST as usize).then(|| self.count(texts, &nodes))
        });
        found
    }

    /// The frequencies of the trigrams of `nodes`. On this thread alone: while it waited for others, it might begin with
    /// another pair, and wait for itself.
    fn count(&self, texts: &VerifiedTexts, nodes: &[Node]) -> TrigramFrequencies {
        let trigrams = self.trigrams(texts, nodes);
        let mut frequencies = TrigramFrequencies::default();
        for range in trigrams.ranges() {
            frequencies.add(trigrams.within(range).into_iter().map(|(trigram, _)| trigram).collect());
        }
        frequencies
    }

    fn trigrams<'t>(&'t self, texts: &'t VerifiedTexts, nodes: &'t [Node]) -> ComponentTrigrams<'t> {
        ComponentTrigrams { texts, nodes, keys: &self.keys, by_trigrams: self.by_trigrams }
    }

    fn compared<'p, 't>(&self, pair: &'p JudgedPair<'t>) -> &'p PairWording<'t> {
        pair.compared.get_or_init(|| PairWording::new(self.text(pair.a), self.text(pair.b)))
    }

    fn text<'t>(&self, text: &'t VerifiedText) -> TextEvidence<'t> {
        TextEvidence { folded: &text.folded, wording: self.wording(text) }
    }

    fn wording<'t>(&self, text: &'t VerifiedText) -> &'t Wording {
        text.wording(&self.keys)
    }
}

/// Whether a text is short enough for a code to be its content.
fn is_told_by_code(text: &VerifiedText) -> bool {
    own_text::can_be_told_by_code(&text.folded)
}

/// Whether a text has more than [`LONG`] tokens.
fn is_long(text: &VerifiedText) -> bool {
    memchr::memchr_iter(b' ', &text.folded).nth(LONG).is_some()
}

/// Whether the texts of a pair are at two addresses of one source.
fn are_two_pages(pair: &JudgedPair<'_>) -> bool {
    let (Some(a), Some(b)) = (pair.a.place(), pair.b.place()) else { return false };
    a.is_named && a.has_other_address(b)
}
