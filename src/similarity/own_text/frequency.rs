//! Document frequencies of word trigrams, which distinguish furniture from articles.

use foldhash::HashMap;

use crate::shingle::sort_hashed;

/// The number of distinct texts in which each word trigram occurs: every trigram of one component of candidates, or a
/// sample of the trigrams of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrigramFrequencies {
    texts: HashMap<u64, u32>,
    /// For a sample: only trigrams whose upper half is below this were counted.
    bound: Option<u32>,
}

impl TrigramFrequencies {
    /// Fewest texts of a trigram that is stored; a trigram of fewer texts counts as one of one text.
    ///
    /// The rule treats frequencies of one and two alike.
    pub(crate) const HELD_FROM: u32 = 3;

    /// Counts `trigrams`, each once for each text that has it, in any order. Sorts them: O(n log n).
    pub(crate) fn count(trigrams: Vec<u64>) -> Self {
        let mut frequencies = Self::default();
        frequencies.add(trigrams);
        frequencies
    }

    /// Counts further trigrams, in any order. None of them was counted before.
    pub(crate) fn add(&mut self, mut trigrams: Vec<u64>) {
        sort_hashed(&mut trigrams, |trigram| *trigram);
        let runs = trigrams.chunk_by(|a, b| a == b).filter(|run| run.len() >= Self::HELD_FROM as usize);
        self.texts.extend(runs.map(|run| (run[0], run.len() as u32)));
    }

    /// Frequencies by the upper halves of trigrams, those below `bound`.
    pub(crate) fn sampled(held: impl IntoIterator<Item = (u32, u32)>, bound: u32) -> Self {
        let texts = held.into_iter().map(|(half, texts)| (u64::from(half), texts)).collect();
        Self { texts, bound: Some(bound) }
    }

    /// The number of texts of the trigram; `None` if it was not counted.
    pub(super) fn of(&self, trigram: u64) -> Option<u32> {
        let key = match self.bound {
            None => trigram,
            Some(bound) => Some(trigram >> 32).filter(|half| *half < u64::from(bound))?,
        };

        // Not stored: fewer texts than `HELD_FROM`.
        Some(self.texts.get(&key).copied().unwrap_or(1))
    }

    /// Approximate size in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        // A slot of the table, a byte of its state, and a load of 7/8 at most.
        self.texts.capacity() as u64 * 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_few_texts_have_counts_as_one() {
        let frequencies = TrigramFrequencies::count(vec![5, 9, 5, 7, 5, 9]);
        assert_eq!([5, 7, 9, 11].map(|trigram| frequencies.of(trigram)), [Some(3), Some(1), Some(1), Some(1)]);
    }

    #[test]
    fn a_sample_says_nothing_of_what_it_left_out() {
        let frequencies = TrigramFrequencies::sampled([(2, 40)], 10);
        assert_eq!([2 << 32, 3 << 32 | 5, 10 << 32].map(|trigram| frequencies.of(trigram)), [Some(40), Some(1), None]);
    }
}
