//! What the guard derives from one word. Equal words and equal stems have equal numbers in all texts, so that pairs of texts
//! compare integers.

use super::word_meanings::{WordMeaning, is_time_or_unit, meaning, plain_name};
use crate::shingle::hash::HashKeys;
use crate::similarity::word_forms::{self, stem};

/// What the guard derives from a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownWord {
    /// Its hash; the names of one unit of measure have that of its plain name.
    pub(super) word: u64,
    /// The hash of its light stem.
    pub(super) stem: u64,
    pub(super) meaning: Option<WordMeaning>,
    /// Whether it can name a fact.
    pub(super) is_content: bool,
}

impl KnownWord {
    /// What follows from a word in the compact alphabet, of this `hash` with these `keys`. O(letters).
    pub(super) fn new(word: &[u8], hash: u64, keys: &HashKeys) -> Self {
        debug_assert_eq!(hash, keys.bytes(word), "the hash of the word");
        let meaning = meaning(word);
        let stem = stem(word);
        Self {
            word: meaning.and_then(plain_name).map_or(hash, |plain| keys.bytes(plain)),
            // Many words are their own stems.
            stem: if stem.len() == word.len() { hash } else { keys.bytes(stem) },
            meaning,
            is_content: is_content(word, meaning),
        }
    }
}

/// Words that are known, so that each is derived once: texts repeat their words, and share many with others. Words that meet in one
/// slot replace one another.
#[derive(Debug, Default)]
pub(super) struct KnownWords {
    /// Those of all words in the slots.
    keys: Option<HashKeys>,
    slots: Vec<KnownSlot>,
}

/// A word in a slot.
#[derive(Debug, Clone, Copy)]
struct KnownSlot {
    /// Its bytes, and zeros behind them.
    bytes: u128,
    /// Number of its bytes; 0 in a free slot.
    length: usize,
    known: KnownWord,
}

/// Slots, as a power of two: they fit the cache.
const SLOT_BITS: u32 = 11;

impl KnownWords {
    /// Bytes of the longest word that is kept.
    pub(super) const LONGEST: usize = size_of::<u128>();

    /// Forgets all words if they do not have these keys.
    pub(super) fn begin(&mut self, keys: &HashKeys) {
        if self.keys != Some(*keys) {
            let known = KnownWord { word: 0, stem: 0, meaning: None, is_content: false };
            self.slots.clear();
            self.slots.resize(1 << SLOT_BITS, KnownSlot { bytes: 0, length: 0, known });
            self.keys = Some(*keys);
        }
    }

    /// What follows from a word, as [`KnownWord::new`] tells. `window` begins with the word, and has other bytes behind it.
    #[inline]
    pub(super) fn of(
        &mut self,
        word: &[u8],
        window: Option<&[u8; Self::LONGEST]>,
        hash: u64,
        keys: &HashKeys,
    ) -> KnownWord {
        let (Some(window), 1..=Self::LONGEST) = (window, word.len()) else { return KnownWord::new(word, hash, keys) };
        let bytes = u128::from_le_bytes(*window) & (u128::MAX >> (8 * (Self::LONGEST - word.len())));

        let place = (hash >> (u64::BITS - SLOT_BITS)) as usize;
        match self.slots.get_mut(place) {
            Some(slot) if slot.length == word.len() && slot.bytes == bytes => slot.known,
            Some(slot) => {
                let known = KnownWord::new(word, hash, keys);
                *slot = KnownSlot { bytes, length: word.len(), known };
                known
            }
            None => KnownWord::new(word, hash, keys),
        }
    }
}

/// Whether a word of this meaning can name a fact: Arabic script, three letters or more, no word of time and no unit.
fn is_content(word: &[u8], meaning: Option<WordMeaning>) -> bool {
    is_arabic(word) && word_forms::is_content(word) && !meaning.is_some_and(is_time_or_unit)
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

    fn know(word: &str) -> KnownWord {
        let (compact, keys) = (alphabet::to_compact(word), HashKeys::new(3));
        KnownWord::new(&compact, keys.bytes(&compact), &keys)
    }

    #[test]
    fn a_word_that_is_known_is_what_it_is_when_it_is_new() {
        let mut known = KnownWords::default();
        let text: Vec<u8> =
            (0..40_000_u32).flat_map(|n| alphabet::to_compact(&format!("ال{}ه", n * 7 % 9000))).collect();
        for keys in [HashKeys::new(1), HashKeys::new(2)] {
            known.begin(&keys);
            for (at, window) in text.windows(KnownWords::LONGEST).enumerate() {
                let word = &window[..1 + at % KnownWords::LONGEST];
                let (hash, window) = (keys.bytes(word), window.first_chunk());
                assert_eq!(known.of(word, window, hash, &keys), KnownWord::new(word, hash, &keys), "{word:?}");
            }
        }
    }

    #[test]
    fn words_of_time_and_units_name_no_fact() {
        let is_content = |word: &str| know(word).is_content;
        assert!(is_content("بغداد") && is_content("الثاني") && is_content("ݣرشيفة"));
        assert!(!is_content("الجمعه") && !is_content("كلم") && !is_content("من") && !is_content("fire"));
        assert!(!is_content("") && !is_content("€uro"));
    }

    #[test]
    fn equal_words_stems_and_units_have_equal_numbers() {
        let units = ["كلم", "كيلومترا", "كم"].map(|word| know(word).word);
        assert!(units.iter().all(|unit| *unit == units[0]));

        let (director, the_director, window) = (know("مدير"), know("المدير"), know("نافذه"));
        assert!(director.word != the_director.word && director.stem == the_director.stem);
        assert!(window.word != director.word && window.stem != director.stem && window.word != units[0]);
        assert_eq!(know("مدير"), director);
    }
}
