//! The words of many texts as numbers, so that pairs of texts compare integers.

use foldhash::HashMap;

use super::word_meanings::{WordMeaning, is_time_or_unit, meaning, plain_name};
use crate::shingle::hash::HashKeys;
use crate::similarity::word_forms::{CONTENT, letters, stem};

/// The words met so far. What is derived from a word is computed once.
#[derive(Debug)]
pub(crate) struct FactsVocabulary {
    keys: HashKeys,
    /// By the hash of the word.
    words: HashMap<u64, KnownWord>,
    /// The number of each stem, by its hash.
    stems: HashMap<u64, u32>,
}

/// What the guard derives from a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownWord {
    /// Its number; the names of one unit of measure are one word.
    pub(super) word: u32,
    /// The number of its light stem.
    pub(super) stem: u32,
    pub(super) meaning: Option<WordMeaning>,
    /// Whether it can name a fact.
    pub(super) is_content: bool,
}

impl Default for FactsVocabulary {
    fn default() -> Self {
        Self::new(HashKeys::new(0))
    }
}

impl FactsVocabulary {
    /// An empty vocabulary. Its words are hashed with these keys.
    pub(crate) fn new(keys: HashKeys) -> Self {
        Self { keys, words: HashMap::default(), stems: HashMap::default() }
    }

    /// The hash of a word in the compact alphabet.
    pub(super) fn hash(&self, word: &[u8]) -> u64 {
        self.keys.bytes(word)
    }

    /// What is known of a word in the compact alphabet, and of this hash. O(letters) for a new word.
    pub(super) fn of(&mut self, hash: u64, word: &[u8]) -> KnownWord {
        debug_assert_eq!(hash, self.hash(word), "the hash of the word, with the keys of the vocabulary");
        if let Some(known) = self.words.get(&hash) {
            return *known;
        }

        let number = self.words.len() as u32;
        let meaning = meaning(word);
        let mut known = self.derive(word, meaning, number);

        // The names of one unit share the number of the one met first, which is also noted for the plain name.
        if let Some(plain) = meaning.and_then(plain_name) {
            let plain_hash = self.keys.bytes(&plain);
            if let Some(named) = self.words.get(&plain_hash) {
                known.word = named.word;
            } else if plain_hash != hash {
                let named = self.derive(&plain, super::word_meanings::meaning(&plain), number);
                self.words.insert(plain_hash, named);
            }
        }

        self.words.insert(hash, known);
        known
    }

    /// What follows from a word, its meaning and its number.
    fn derive(&mut self, word: &[u8], meaning: Option<WordMeaning>, number: u32) -> KnownWord {
        let stems = self.stems.len() as u32;
        let stem = *self.stems.entry(self.keys.bytes(stem(word))).or_insert(stems);
        KnownWord { word: number, stem, meaning, is_content: is_content(word, meaning) }
    }
}

/// Whether a word of this meaning can name a fact: Arabic script, three letters or more, no word of time and no unit.
fn is_content(word: &[u8], meaning: Option<WordMeaning>) -> bool {
    is_arabic(word) && letters(word) >= CONTENT && !meaning.is_some_and(is_time_or_unit)
}

/// Whether a word begins with an Arabic letter.
fn is_arabic(word: &[u8]) -> bool {
    use crate::normalize::alphabet;

    let Some(lead) = word.first() else { return false };
    let width = alphabet::width(*lead).min(word.len());
    match width {
        // The compact alphabet has one byte for letters of Arabic script alone.
        1 => *lead >= 0x80,
        _ => alphabet::to_utf8(&word[..width])
            .starts_with(|c: char| ('\u{600}'..='\u{8FF}').contains(&c) || ('\u{FB50}'..='\u{FEFC}').contains(&c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::alphabet;

    impl FactsVocabulary {
        /// What is known of a word.
        fn know(&mut self, word: &str) -> KnownWord {
            let compact = alphabet::to_compact(word);
            self.of(self.hash(&compact), &compact)
        }
    }

    #[test]
    fn words_of_time_and_units_name_no_fact() {
        let is_content = |word: &str| FactsVocabulary::default().know(word).is_content;
        assert!(is_content("بغداد") && is_content("الثاني") && is_content("ݣرشيفة"));
        assert!(!is_content("الجمعه") && !is_content("كلم") && !is_content("من") && !is_content("fire"));
        assert!(!is_content("") && !is_content("€uro"));
    }

    #[test]
    fn equal_words_stems_and_units_have_equal_numbers() {
        for order in [["كلم", "كيلومترا", "كم"], ["كم", "كلم", "كيلومترا"]] {
            let mut vocabulary = FactsVocabulary::default();
            let mut of = |word: &str| vocabulary.know(word);
            let units = order.map(|word| of(word).word);
            assert!(units.iter().all(|unit| *unit == units[0]), "{order:?}");

            let (director, the_director, window) = (of("مدير"), of("المدير"), of("نافذه"));
            assert!(director.word != the_director.word && director.stem == the_director.stem);
            assert!(window.word != director.word && window.stem != director.stem && window.word != units[0]);
            assert_eq!(of("مدير"), director);
        }
    }
}
