//! Which of two alike texts are no copies after all: the own-text rule first, then the facts guard.

use std::sync::OnceLock;

use super::learned::LearnedFrequencies;
use crate::cluster::{ComponentContents, LARGE, RARE};
use crate::lsh::{Component, Components, Node};
use crate::normalize::alphabet;
use crate::parallel;
use crate::shingle::hash::HashKeys;
use crate::similarity::facts;
use crate::similarity::own_text::{self, CorpusEvidence, EditedVerdict, TextEvidence, TrigramFrequencies, Wording};
use crate::similarity::{Score, VariantReason};

/// Distinct own shingles on each side below which there is no block of own text.
const FEW: usize = 8;

/// Tokens of the longer text from which numbers are not its content.
const LONG: usize = 160;

/// Judges pairs of the nodes of a batch, by their places in it.
pub(super) struct PairJudge<'r> {
    learned: &'r LearnedFrequencies,
    keys: HashKeys,
    /// Whether shingles are the trigrams of the rule.
    by_trigrams: bool,
    texts: Vec<HeldText>,
    /// The joint texts of each node, by number; empty if no candidates join them.
    joint_of: Vec<u32>,
    joint: Vec<JoinedTexts>,
}

/// A folded text, and what the own-text rule knows of it once it was asked.
struct HeldText {
    folded: Box<[u8]>,
    wording: OnceLock<Wording>,
}

/// Texts that candidates join.
struct JoinedTexts {
    /// One node for each distinct text.
    nodes: Vec<Node>,
    frequencies: OnceLock<TrigramFrequencies>,
}

impl<'r> PairJudge<'r> {
    /// Bytes held for a token of a text: the folded text, its wording, and its trigrams while frequencies are counted.
    pub(super) const BYTES_PER_TOKEN: usize = 8 + Wording::BYTES_PER_TOKEN + 16;

    /// A judge of texts that are folded in the compact alphabet.
    pub(super) fn new(learned: &'r LearnedFrequencies, seed: u64, by_trigrams: bool, folded: Vec<Box<[u8]>>) -> Self {
        let texts = folded.into_iter().map(|folded| HeldText { folded, wording: OnceLock::new() }).collect();
        Self { learned, keys: HashKeys::new(seed), by_trigrams, texts, joint_of: Vec::new(), joint: Vec::new() }
    }

    /// Tells the judge which texts candidates join; `text` is equal for nodes of equal texts.
    pub(super) fn join(&mut self, components: &Components, text: impl Fn(Node) -> u32) {
        self.joint_of = vec![0; self.texts.len()];
        for component in &components.all {
            for node in &component.nodes {
                self.joint_of[*node as usize] = self.joint.len() as u32;
            }
            let mut nodes = component.nodes.clone();
            nodes.sort_by_key(|node| text(*node));
            nodes.dedup_by_key(|node| text(*node));
            self.joint.push(JoinedTexts { nodes, frequencies: OnceLock::new() });
        }
    }

    /// Why two alike nodes are no copies; `None` if they are. `own` is how many shingles the smaller set has that the other
    /// lacks.
    pub(super) fn reason(&self, a: Node, b: Node, score: Score, own: usize) -> Option<VariantReason> {
        self.own_text(a, b, own).or_else(|| self.facts(a, b, score))
    }

    /// What two texts below the threshold are, if one is the other one edited and nothing else speaks against it.
    pub(super) fn edited(&self, a: Node, b: Node, score: Score, own: usize) -> Option<EditedVerdict> {
        let [text_a, text_b] = [a, b].map(|node| &self.texts[node as usize]);
        let evidence = self.evidence(None);
        let edited = own_text::edited(self.text(text_a), self.text(text_b), evidence, self.learned.texts)?;
        let is_read = |held: &HeldText| self.learned.guard.reads(&alphabet::to_utf8(&held.folded));
        let is_taken = is_read(text_a) && is_read(text_b) && self.reason(a, b, score, own).is_none();
        is_taken.then_some(edited)
    }

    /// Who of a component has content of its own; `None` for small components, all pairs of which are judged.
    pub(super) fn contents(&self, component: &Component) -> Option<ComponentContents> {
        if component.nodes.len() < LARGE {
            return None;
        }
        let wordings = parallel::map(
            &component.nodes,
            || (),
            |(), node| {
                let wording = self.wording(&self.texts[*node as usize]);
                wording.distinct().count()
            },
        );
        let mut entries = Vec::with_capacity(wordings.iter().sum());
        for (place, node) in (0..).zip(&component.nodes) {
            let wording = self.wording(&self.texts[*node as usize]);
            entries.extend(wording.distinct().map(|trigram| (trigram, place)));
        }
        parallel::sort_by_key(&mut entries, |entry: &(u64, u32)| *entry);
        let is_common = |sharing: &&[(u64, u32)]| sharing.len() > RARE;
        let sharing = || entries.chunk_by(|a, b| a.0 == b.0);
        let common: Vec<u64> = sharing().filter(is_common).map(|sharing| sharing[0].0).collect();
        let has_content = parallel::map(
            &component.nodes,
            || (),
            |(), node| self.wording(&self.texts[*node as usize]).has_content(&common),
        );
        let rare = sharing().filter(|sharing| sharing.len() > 1 && !is_common(sharing)).flatten().copied().collect();
        Some(ComponentContents::new(&component.nodes, has_content, rare))
    }

    fn own_text(&self, a: Node, b: Node, own: usize) -> Option<VariantReason> {
        let [text_a, text_b] = [a, b].map(|node| &self.texts[node as usize]);
        let joint = self.joint_of(a).filter(|joint| joint.nodes.len() >= own_text::FORM as usize);
        // A code is told by few shingles of two short texts, a number by few of a form.
        let may_be_few = || {
            let are_codes = || text_a.is_told_by_code() && text_b.is_told_by_code();
            !text_a.is_long() && !text_b.is_long() && (joint.is_some() || are_codes())
        };
        if self.by_trigrams && own < FEW && !may_be_few() {
            let differ = own_text::have_other_numbers(&text_a.folded, &text_b.folded);
            return differ.then_some(VariantReason::Numbers);
        }
        let evidence = self.evidence(joint);
        own_text::judge(self.text(text_a), self.text(text_b), evidence)
    }

    fn facts(&self, a: Node, b: Node, score: Score) -> Option<VariantReason> {
        if score.jaccard >= facts::CERTAIN {
            return None;
        }
        let [a, b] = [a, b].map(|node| alphabet::to_utf8(&self.texts[node as usize].folded));
        self.learned.guard.reason(&a, &b)
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
            let wordings = joint.nodes.iter().map(|node| self.wording(&self.texts[*node as usize]));
            TrigramFrequencies::count(wordings.flat_map(|wording| wording.distinct().collect::<Vec<_>>()).collect())
        })
    }

    fn text<'h>(&self, held: &'h HeldText) -> TextEvidence<'h> {
        TextEvidence { folded: &held.folded, wording: self.wording(held) }
    }

    fn wording<'h>(&self, held: &'h HeldText) -> &'h Wording {
        held.wording.get_or_init(|| Wording::new(&held.folded, &self.keys))
    }
}

impl HeldText {
    /// Whether a text is so short that a code can tell what it is about.
    fn is_told_by_code(&self) -> bool {
        own_text::can_be_told_by_code(&self.folded)
    }

    /// Whether a text has too many tokens for its numbers to be its content.
    fn is_long(&self) -> bool {
        self.folded.iter().filter(|byte| **byte == b' ').nth(LONG).is_some()
    }
}
