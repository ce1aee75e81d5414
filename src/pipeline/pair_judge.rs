//! Judges which pairs of similar texts are no copies: by the own-text rule first, then by the facts guard.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::learned_frequencies::LearnedFrequencies;
use super::record_headings::UnfoldedHeading;
use super::refolder::HeadedFolding;
use crate::cluster::{ComponentContents, LARGE, RARE};
use crate::lsh::{Component, Components, Node};
use crate::parallel;
use crate::shingle::hash::HashKeys;
use crate::similarity::facts::{self, FactsText, FactsVocabulary};
use crate::similarity::own_text::{self, CorpusEvidence, EditedVerdict, TextEvidence, TrigramFrequencies, Wording};
use crate::similarity::titles::{self, HeadedText, RecordHeading};
use crate::similarity::{Score, VariantReason};

/// With fewer own shingles than this on a side, a text has no block of own text.
const FEW: usize = 8;

/// In texts of more tokens, numbers are not the content.
const LONG: usize = 160;

/// Judges pairs of the nodes of a batch. Nodes are given by their place in the batch.
pub(super) struct PairJudge<'r> {
    learned: &'r LearnedFrequencies,
    keys: HashKeys,
    /// Whether shingles are the trigrams of the own-text rule.
    by_trigrams: bool,
    texts: Vec<HeldText>,
    /// The words of the texts that the facts guard has seen.
    vocabulary: Mutex<FactsVocabulary>,
    /// The place of each node in `joint`; empty if [`join`](Self::join) was not called.
    joint_of: Vec<u32>,
    joint: Vec<JoinedTexts>,
}

/// A folded text, and what each rule derives from it once it needs it.
struct HeldText {
    folded: Box<[u8]>,
    /// The hash of each token.
    words: Arc<[u64]>,
    heading: Option<UnfoldedHeading>,
    /// The heading with its title folded.
    folded_heading: OnceLock<RecordHeading>,
    wording: OnceLock<Wording>,
    facts: OnceLock<FactsText>,
}

/// The texts of one component.
struct JoinedTexts {
    /// One node for each distinct text.
    nodes: Vec<Node>,
    frequencies: OnceLock<TrigramFrequencies>,
}

impl<'r> PairJudge<'r> {
    /// Bytes held for a token: folded text, wording, words of the facts guard, and trigrams while frequencies are counted.
    pub(super) const BYTES_PER_TOKEN: usize = 8 + Wording::BYTES_PER_TOKEN + FactsText::BYTES_PER_TOKEN + 16;

    /// Bytes held for a text of any length: the heads of its parts, its title, and the filter of the facts guard.
    pub(super) const BYTES_PER_TEXT: usize = 500 + FactsText::BYTES_PER_TEXT;

    /// A judge of texts that are folded to the compact alphabet.
    pub(super) fn new(
        learned: &'r LearnedFrequencies,
        seed: u64,
        by_trigrams: bool,
        texts: Vec<HeadedFolding>,
    ) -> Self {
        let held = |HeadedFolding { folded, words, heading }| HeldText {
            folded,
            words,
            heading,
            folded_heading: OnceLock::new(),
            wording: OnceLock::new(),
            facts: OnceLock::new(),
        };
        let texts = texts.into_iter().map(held).collect();
        let keys = HashKeys::new(seed);
        let vocabulary = Mutex::new(FactsVocabulary::new(keys));
        Self { learned, keys, by_trigrams, texts, vocabulary, joint_of: Vec::new(), joint: Vec::new() }
    }

    /// Tells the judge which texts candidates join. `text` gives equal numbers to nodes of equal texts.
    pub(super) fn join(&mut self, components: &Components, text: impl Fn(Node) -> u32) {
        self.joint_of = vec![0; self.texts.len()];
        for component in &components.all {
            for node in &component.nodes {
                self.joint_of[*node as usize] = self.joint.len() as u32;
            }

            // A text counts once, at any number of dates.
            let mut nodes = component.nodes.clone();
            nodes.sort_by_key(|node| text(*node));
            nodes.dedup_by_key(|node| text(*node));
            self.joint.push(JoinedTexts { nodes, frequencies: OnceLock::new() });
        }
    }

    /// Why two similar nodes are no copies; `None` if they are. `own` is the number of shingles of the smaller set that the
    /// other one lacks.
    pub(super) fn reason(&self, a: Node, b: Node, score: Score, own: usize) -> Option<VariantReason> {
        self.own_text(a, b, own).or_else(|| self.facts(a, b, score))
    }

    /// Why two nodes above the threshold are no copies, although no other rule refuses them: they begin with other news. `own`
    /// is the number of shingles of the larger set that the other one lacks.
    pub(super) fn other_news(&self, a: Node, b: Node, own: usize) -> Option<VariantReason> {
        if self.by_trigrams && own < FEW {
            return None;
        }

        let [a, b] = [a, b].map(|node| self.text(&self.texts[node as usize]));
        own_text::other_news(a, b, self.evidence(None))
    }

    /// Why two nodes above the threshold are no copies, if the titles of their records say that they are two articles.
    pub(super) fn titles(&self, a: Node, b: Node) -> Option<VariantReason> {
        let [a, b] = [a, b].map(|node| &self.texts[node as usize]);
        let (heading_a, heading_b) = (a.heading.as_ref()?, b.heading.as_ref()?);
        // Before titles are folded.
        if !heading_a.may_be_told_apart(heading_b) {
            return None;
        }

        titles::tell_different_things(a.headed(heading_a), b.headed(heading_b)).then_some(VariantReason::Titles)
    }

    /// The verdict on two texts below the threshold; `None` unless one is an edited form of the other and no rule refuses the
    /// pair.
    pub(super) fn edited(&self, a: Node, b: Node, score: Score, own: usize) -> Option<EditedVerdict> {
        let [text_a, text_b] = [a, b].map(|node| &self.texts[node as usize]);
        let evidence = self.evidence(None);
        let edited = own_text::edited(self.text(text_a), self.text(text_b), evidence, self.learned.texts)?;

        // The rule was measured on Arabic, and the guard reads only Arabic.
        let is_read = |held: &HeldText| self.learned.guard.reads(&held.folded);
        let is_taken = is_read(text_a) && is_read(text_b) && self.reason(a, b, score, own).is_none();
        is_taken.then_some(edited)
    }

    /// Which nodes of a component have content of their own; `None` for small components, in which all pairs are judged.
    pub(super) fn contents(&self, component: &Component) -> Option<ComponentContents> {
        if component.nodes.len() < LARGE {
            return None;
        }

        // All threads make the wordings first; the loop below only reads them.
        let counts = parallel::map(&component.nodes, || (), |(), node| self.wording_of(*node).distinct().count());
        let mut entries = Vec::with_capacity(counts.iter().sum());
        for (place, node) in (0..).zip(&component.nodes) {
            entries.extend(self.wording_of(*node).distinct().map(|trigram| (trigram, place)));
        }
        parallel::sort_by_key(&mut entries, |entry: &(u64, u32)| *entry);

        // A trigram of many pages is furniture; one of a single page shows content but connects nothing.
        let is_common = |sharing: &&[(u64, u32)]| sharing.len() > RARE;
        let sharing = || entries.chunk_by(|a, b| a.0 == b.0);
        let common: Vec<u64> = sharing().filter(is_common).map(|sharing| sharing[0].0).collect();
        let has_content =
            parallel::map(&component.nodes, || (), |(), node| self.wording_of(*node).has_content(&common));

        let rare = sharing().filter(|sharing| sharing.len() > 1 && !is_common(sharing)).flatten().copied().collect();
        Some(ComponentContents::new(&component.nodes, has_content, rare))
    }

    /// Why the own-text rule refuses a pair, if it does.
    fn own_text(&self, a: Node, b: Node, own: usize) -> Option<VariantReason> {
        let [text_a, text_b] = [a, b].map(|node| &self.texts[node as usize]);
        let joint = self.joint_of(a).filter(|joint| joint.nodes.len() >= own_text::FORM as usize);

        // Two short texts can differ in a code, and two filled forms in a number or a name, by few shingles.
        let may_be_few = || {
            let are_codes = || text_a.is_told_by_code() && text_b.is_told_by_code();
            let are_of_a_form = |joint: &JoinedTexts| joint.nodes.len() >= own_text::COMMON_FORM as usize;
            joint.is_some_and(are_of_a_form)
                || !text_a.is_long() && !text_b.is_long() && (joint.is_some() || are_codes())
        };
        if self.by_trigrams && own < FEW && !may_be_few() {
            let differ = own_text::have_other_numbers(&text_a.folded, &text_b.folded);
            return differ.then_some(VariantReason::Numbers);
        }

        let evidence = self.evidence(joint);
        own_text::judge(self.text(text_a), self.text(text_b), evidence)
    }

    /// Why the facts guard refuses a pair, if it does.
    fn facts(&self, a: Node, b: Node, score: Score) -> Option<VariantReason> {
        if score.jaccard >= facts::CERTAIN {
            return None;
        }

        let [a, b] = [a, b].map(|node| &self.texts[node as usize]);
        self.learned.guard.reason_of((&a.folded, self.facts_text(a)), (&b.folded, self.facts_text(b)))
    }

    fn facts_text<'h>(&self, held: &'h HeldText) -> &'h FactsText {
        held.facts.get_or_init(|| {
            // A vocabulary is valid after a panic of another thread: no change leaves it half done.
            let mut vocabulary = self.vocabulary.lock().unwrap_or_else(PoisonError::into_inner);
            FactsText::hashed(&held.folded, &held.words, &mut vocabulary)
        })
    }

    fn evidence<'j>(&'j self, joint: Option<&'j JoinedTexts>) -> CorpusEvidence<'j> {
        CorpusEvidence {
            near: joint.map(|joint| self.frequencies(joint)),
            run: self.learned.trigrams.as_ref(),
            words: self.learned.guard.frequencies(),
        }
    }

    fn joint_of(&self, node: Node) -> Option<&JoinedTexts> {
        self.joint_of.get(node as usize).map(|joint| &self.joint[*joint as usize])
    }

    fn frequencies<'j>(&self, joint: &'j JoinedTexts) -> &'j TrigramFrequencies {
        joint.frequencies.get_or_init(|| {
            let wordings = joint.nodes.iter().map(|node| self.wording_of(*node));
            TrigramFrequencies::count(wordings.flat_map(|wording| wording.distinct().collect::<Vec<_>>()).collect())
        })
    }

    fn text<'h>(&self, held: &'h HeldText) -> TextEvidence<'h> {
        TextEvidence { folded: &held.folded, wording: self.wording(held) }
    }

    fn wording_of(&self, node: Node) -> &Wording {
        self.wording(&self.texts[node as usize])
    }

    fn wording<'h>(&self, held: &'h HeldText) -> &'h Wording {
        held.wording.get_or_init(|| Wording::of_words(Arc::clone(&held.words), &self.keys))
    }
}

impl HeldText {
    /// The text with its heading.
    fn headed(&self, heading: &UnfoldedHeading) -> HeadedText<'_> {
        HeadedText { folded: &self.folded, heading: self.folded_heading.get_or_init(|| heading.folded()) }
    }

    /// Whether a text is short enough for a code to be its content.
    fn is_told_by_code(&self) -> bool {
        own_text::can_be_told_by_code(&self.folded)
    }

    /// Whether a text has more than [`LONG`] tokens.
    fn is_long(&self) -> bool {
        self.folded.iter().filter(|byte| **byte == b' ').nth(LONG).is_some()
    }
}
