//! Whether a stored text above the threshold is a variant rather than a copy: the own-text rule, then the facts guard.
//!
//! Common text is counted among the candidates of the text asked about, which share a key with it. So the answer
//! depends on the texts stored before, as all answers of an index do: the first pages of a site are distinguished by
//! their own text alone, and from five pages on their common furniture is known.

use std::cell::OnceCell;
use std::sync::Arc;

use super::prepare::PreparedText;
use super::settings::Settings;
use super::stored_text::{StoredBody, StoredText};
use crate::shingle::hash::HashKeys;
use crate::similarity::facts::{CERTAIN, FactsGuard};
use crate::similarity::own_text::{self, CorpusEvidence, PairWording, TextEvidence, TrigramFrequencies, Wording};
use crate::similarity::{Score, VariantReason};

/// Judges the candidates of one text. Its tables are made when first needed: most texts have no close candidate.
pub(super) struct CandidateJudge<'a> {
    guard: Option<&'a FactsGuard>,
    keys: HashKeys,
    text: &'a PreparedText,
    wording: OnceCell<Wording>,
    near: Vec<Arc<StoredText>>,
    frequencies: OnceCell<Option<TrigramFrequencies>>,
}

impl<'a> CandidateJudge<'a> {
    /// A judge that counts common text among `near`. Without a guard every text above the threshold is a copy.
    pub(super) fn new(
        settings: &Settings,
        guard: Option<&'a FactsGuard>,
        text: &'a PreparedText,
        near: Vec<Arc<StoredText>>,
    ) -> Self {
        let keys = HashKeys::new(settings.seed);
        Self { guard, keys, text, wording: OnceCell::new(), near, frequencies: OnceCell::new() }
    }

    /// Why a stored text with this score, at or above the threshold, is not a copy; `None` if it is one.
    pub(super) fn reason(&self, stored: &StoredBody, score: Score) -> Option<VariantReason> {
        let (guard, StoredBody::Text { folded, .. }, StoredBody::Text { folded: asked, .. }) =
            (self.guard?, stored, &self.text.body)
        else {
            return None;
        };

        let evidence =
            CorpusEvidence { near: self.frequencies(), run: None, words: guard.frequencies(), are_two_pages: false };
        let wording = Wording::new(folded, &self.keys);
        let (stored, asked) =
            (TextEvidence { folded, wording: &wording }, TextEvidence { folded: asked, wording: self.wording(asked) });
        let by_facts = || {
            // Texts that are nearly equal are copies; their facts are not compared.
            let is_asked = score.jaccard < CERTAIN;
            is_asked.then(|| guard.reason_of_folded(stored.folded, asked.folded)).flatten()
        };
        let texts = PairWording::new(stored, asked);
        own_text::judge(&texts, evidence).or_else(by_facts).or_else(|| own_text::other_news(&texts, evidence))
    }

    fn wording(&self, asked: &[u8]) -> &Wording {
        self.wording.get_or_init(|| Wording::new(asked, &self.keys))
    }

    /// How many texts, of those near and the one asked about, have each trigram; `None` if the texts are too few for any
    /// trigram to be common.
    fn frequencies(&self) -> Option<&TrigramFrequencies> {
        self.frequencies.get_or_init(|| self.counted()).as_ref()
    }

    fn counted(&self) -> Option<TrigramFrequencies> {
        let StoredBody::Text { folded: asked, .. } = &self.text.body else { return None };

        let mut trigrams: Vec<u64> = self.wording(asked).distinct().collect();
        let mut texts = 1;
        for record in &self.near {
            match &record.body {
                // Exact copies of the text would count its trigrams again.
                StoredBody::Text { folded, .. } if folded != asked => {
                    trigrams.extend(Wording::new(folded, &self.keys).distinct());
                    texts += 1;
                }
                _ => {}
            }
        }

        (texts >= own_text::FORM).then(|| TrigramFrequencies::count(trigrams))
    }
}
