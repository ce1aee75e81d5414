//! In how many texts a trigram stands: what tells furniture from an article.

use ahash::AHashMap;

/// In how many distinct texts each word trigram stands.
///
/// Counted among texts of one component of candidates (every trigram), or over a whole run (a sample of trigrams).
#[derive(Debug, Clone, Default)]
pub(crate) struct TrigramFrequencies {
    texts: AHashMap<u64, u32>,
    /// Trigrams whose upper half is this or more were not counted.
    bound: Option<u32>,
}

impl TrigramFrequencies {
    /// Texts that a trigram must stand in to be held; what stands in fewer counts as standing in one.
    ///
    /// The rule asks whether at most two texts have a trigram, or how many more; so one and two need not be told apart.
    pub(crate) const HELD_FROM: u32 = 3;

    /// Counts `trigrams`, each once for each text that has it, in any order. Sorts them: O(n log n).
    pub(crate) fn count(mut trigrams: Vec<u64>) -> Self {
        trigrams.sort_unstable();
        Self::of_sorted(&trigrams)
    }

    /// The same for trigrams that ascend.
    pub(crate) fn of_sorted(trigrams: &[u64]) -> Self {
        let runs = trigrams.chunk_by(|a, b| a == b).filter(|run| run.len() >= Self::HELD_FROM as usize);
        Self { texts: runs.map(|run| (run[0], run.len() as u32)).collect(), bound: None }
    }

    /// Frequencies by the upper halves of trigrams, those below `bound`.
    pub(crate) fn sampled(held: impl IntoIterator<Item = (u32, u32)>, bound: u32) -> Self {
        let texts = held.into_iter().map(|(half, texts)| (u64::from(half), texts)).collect();
        Self { texts, bound: Some(bound) }
    }

    /// In how many texts the trigram stands; `None` if it was not counted.
    pub(super) fn of(&self, trigram: u64) -> Option<u32> {
        let key = match self.bound {
            None => trigram,
            Some(bound) => Some(trigram >> 32).filter(|half| *half < u64::from(bound))?,
        };
        Some(self.texts.get(&key).copied().unwrap_or(1))
    }

    /// Bytes held, about.
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
