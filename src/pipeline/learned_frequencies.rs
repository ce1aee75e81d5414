//! The frequencies of words and trigrams in a run, by which pairs are judged.

use crate::similarity::facts::FactsGuard;
use crate::similarity::own_text::TrigramFrequencies;

/// How often words and trigrams occur in the texts of a run.
pub(super) struct LearnedFrequencies {
    /// Number of distinct texts.
    pub(super) texts: usize,
    /// The facts guard, with the word frequencies.
    pub(super) guard: FactsGuard,
    /// A sample of trigrams; `None` if the run shingles by something else.
    pub(super) trigrams: Option<TrigramFrequencies>,
}

impl LearnedFrequencies {
    /// Bytes held for trigrams.
    pub(super) fn bytes(&self) -> u64 {
        self.trigrams.as_ref().map_or(0, TrigramFrequencies::bytes)
    }
}
