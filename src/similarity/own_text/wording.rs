//! The hashed words and word trigrams of one text, computed once and compared with many texts.

use std::sync::Arc;

use super::frequency::TrigramFrequencies;
use super::own::{OwnText, TRIGRAM};
use super::{OWN, OWN_RUN};
use crate::kernel::InstructionSet;
use crate::shingle::hash::HashKeys;
use crate::shingle::kernel::word_shingles;
use crate::shingle::sorted_hashes;
pub(super) use crate::similarity::word_forms::words as tokens;

/// Texts with more tokens are books, which have no furniture.
const LONGEST_TEXT: usize = 20_000;

/// The hashes of the words and word trigrams of a folded text. About 20 bytes a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    /// A hash for each token, in text order.
    words: Arc<[u64]>,
    /// The hash of each trigram, ascending; equal ones by place.
    trigrams: Box<[u64]>,
    /// The place of the first token of each trigram, in the order of `trigrams`.
    places: Box<[u32]>,
}

impl Wording {
    /// Approximate size of a wording in bytes for each token.
    pub(crate) const BYTES_PER_TOKEN: usize = 8 + 8 + 4;

    /// The wording of a folded text (tokens in the compact alphabet, joined by one space). With the keys of the run the
    /// trigrams are its `word:3` shingles. O(n) for n tokens.
    pub(crate) fn new(folded: &[u8], keys: &HashKeys) -> Self {
        Self::of_words(tokens(folded).map(|token| keys.bytes(token)).collect(), keys)
    }

    /// The same for a text that is given by the hashes of its tokens, which have these keys.
    pub(crate) fn of_words(words: Arc<[u64]>, keys: &HashKeys) -> Self {
        let mut hashes = Vec::new();
        if words.len() >= TRIGRAM {
            word_shingles(InstructionSet::best(), &words, TRIGRAM, keys, &mut hashes);
        }

        // Equal trigrams stay in text order.
        let placed: Vec<(u64, u32)> = hashes.into_iter().zip(0..).collect();
        let placed = sorted_hashes(&placed, |(trigram, _)| *trigram);
        let trigrams = placed.iter().map(|(trigram, _)| *trigram).collect();
        let places = placed.iter().map(|(_, place)| *place).collect();

        Self { words, trigrams, places }
    }

    /// A hash for each token, in text order.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// The distinct trigrams, ascending.
    pub(crate) fn distinct(&self) -> impl Iterator<Item = u64> + '_ {
        self.trigrams.chunk_by(|a, b| a == b).map(|equal| equal[0])
    }

    /// For each token, whether all trigrams around it occur in at most `most` texts.
    pub(super) fn rare_tokens(&self, frequencies: &TrigramFrequencies, most: u32) -> Vec<bool> {
        let mut rare = vec![true; self.words.len()];

        for (trigram, place) in self.placed() {
            if frequencies.of(trigram).is_none_or(|texts| texts > most) {
                rare[place..place + TRIGRAM].fill(false);
            }
        }

        rare
    }

    /// Whether the text has content of its own: enough tokens outside of `common` trigrams, which must ascend, and a
    /// long enough run of them.
    pub(crate) fn has_content(&self, common: &[u64]) -> bool {
        debug_assert!(common.is_sorted(), "common trigrams ascend");
        let common = self.placed().filter(|(trigram, _)| common.binary_search(trigram).is_ok());
        let own = OwnText::new(self.words.len(), common.map(|(_, place)| place as u32));
        own.tokens >= OWN && own.longest_run() >= OWN_RUN
    }

    /// Whether the rule does not judge the text: too short for a trigram, or a book.
    pub(super) fn is_out_of_reach(&self) -> bool {
        self.trigrams.is_empty() || self.words.len() > LONGEST_TEXT
    }

    /// Each trigram with the place of its first token, ascending.
    pub(super) fn placed(&self) -> impl Iterator<Item = (u64, usize)> + '_ {
        self.trigrams.iter().zip(&self.places).map(|(trigram, place)| (*trigram, *place as usize))
    }

    /// The trigrams of both texts, ascending, with their places in each. O(n + m).
    pub(super) fn shared<'w>(&'w self, other: &'w Self) -> Vec<SharedTrigram<'w>> {
        let mut shared = Vec::with_capacity(self.trigrams.len().min(other.trigrams.len()));
        let (mut i, mut j) = (0, 0);

        while i < self.trigrams.len() && j < other.trigrams.len() {
            let (x, y) = (self.trigrams[i], other.trigrams[j]);
            if x == y {
                let (end_i, end_j) = (self.end_of(i), other.end_of(j));
                shared.push(SharedTrigram { trigram: x, in_a: &self.places[i..end_i], in_b: &other.places[j..end_j] });
                (i, j) = (end_i, end_j);
            } else {
                // The smaller one has no counterpart; without a branch that depends on the values.
                i += usize::from(x < y);
                j += usize::from(y < x);
            }
        }

        shared
    }

    /// The index after the last trigram equal to the one at `start`.
    fn end_of(&self, start: usize) -> usize {
        let trigram = self.trigrams[start];
        start + self.trigrams[start..].iter().take_while(|other| **other == trigram).count()
    }
}

/// A trigram of both texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct SharedTrigram<'w> {
    pub(super) trigram: u64,
    /// Places of its first token in the first text, ascending.
    pub(super) in_a: &'w [u32],
    /// The same in the second text.
    pub(super) in_b: &'w [u32],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::{Language, Normalizer, Profile};
    use crate::shingle::{ShingleKind, Shingler};

    #[test]
    fn trigrams_are_the_shingles_of_the_run() {
        let text = "قال الوزير إن قال الوزير إن الأمر انتهى";
        let mut shingler = Shingler::new(ShingleKind::Word(3), 7);
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let (shingled, folded) = shingler.shingle_and_keep(&normalizer, crate::document::Excerpt::whole(text));
        let wording = Wording::new(&folded, &HashKeys::new(7));
        assert_eq!(wording.distinct().collect::<Vec<_>>(), shingled.set().hashes());
        assert_eq!(wording.words().len(), 8);
        assert!(Wording::new("قال الوزير".as_bytes(), &HashKeys::new(7)).is_out_of_reach());
    }

    #[test]
    fn shared_trigrams_have_all_their_places() {
        let keys = HashKeys::new(0);
        let (a, b) = (Wording::new(b"x a b c y a b c", &keys), Wording::new(b"a b c z", &keys));
        let shared = a.shared(&b);
        let places: Vec<_> = shared.iter().map(|shared| (shared.in_a, shared.in_b)).collect();
        assert_eq!(places, [(&[1, 5][..], &[0][..])]);
    }
}
