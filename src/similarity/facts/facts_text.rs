//! One of two compared texts, and its words that can tell a fact the other text lacks.

use std::cell::OnceCell;

use super::numbers::{self, NamedDate};
use super::word_meanings::{WordMeaning, meaning, tells_time_or_unit};
use crate::similarity::word_forms::{CONTENT, SAME_WORD, Vocabulary, alikeness, stem};

/// A folded text with what the guard derives from it.
pub(super) struct FactsText<'a> {
    vocabulary: Vocabulary<'a>,
    /// For each word, whether the other text has the same word; empty if that was not noted.
    shared: Vec<bool>,
    /// Computed at first use.
    meanings: OnceCell<Vec<WordMeaning>>,
    /// The same.
    dates: OnceCell<Vec<NamedDate>>,
}

impl<'a> FactsText<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            vocabulary: Vocabulary::new(text),
            shared: Vec::new(),
            meanings: OnceCell::new(),
            dates: OnceCell::new(),
        }
    }

    /// Notes which words the other text has, to save the search for them.
    pub(super) fn note_shared(&mut self, shared: Vec<bool>) {
        self.shared = shared;
    }

    /// Whether the word at a place is a content word that `other` knows in no form.
    pub(super) fn is_own(&self, at: usize, other: &FactsText<'_>) -> bool {
        let is_shared = self.shared.get(at).is_some_and(|is_shared| *is_shared);
        !is_shared && is_content(self.words()[at]) && !other.knows(self.words()[at])
    }

    /// The words in text order.
    pub(super) fn words(&self) -> &[&'a str] {
        &self.vocabulary.words
    }

    /// Whether the text has the word, another form of it, or the word joined with a neighbour.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.vocabulary.knows(word)
    }

    /// Whether a word of the text has this meaning.
    pub(super) fn tells(&self, meant: WordMeaning) -> bool {
        self.meanings.get_or_init(|| self.words().iter().filter_map(|word| meaning(word)).collect()).contains(&meant)
    }

    /// The dates of the text, in text order.
    pub(super) fn dates(&self) -> &[NamedDate] {
        self.dates.get_or_init(|| numbers::dates(self.words()))
    }
}

/// Content words of a slot that the other text does not know and that are no spelling of a word on the opposite side.
pub(super) fn own_words<'a>(words: &[&'a str], opposite: &[&str], other: &FactsText<'_>) -> Vec<&'a str> {
    let is_own = |word: &&&str| {
        is_content(word) && !other.knows(word) && !opposite.iter().any(|against| are_spellings(word, against))
    };
    words.iter().filter(is_own).copied().collect()
}

/// Whether a word can name a fact: Arabic script, three letters or more, no word of time and no unit.
pub(super) fn is_content(word: &str) -> bool {
    let is_arabic = |c: char| ('\u{600}'..='\u{8FF}').contains(&c) || ('\u{FB50}'..='\u{FEFC}').contains(&c);
    word.starts_with(is_arabic) && word.chars().count() >= CONTENT && !tells_time_or_unit(word)
}

/// Whether two words are spellings of one: similar stems that share at least half of the letters of the longer one,
/// since a short word can occur in a long one by chance.
pub(crate) fn are_spellings(a: &str, b: &str) -> bool {
    let (a, b) = (stem(a), stem(b));
    let alike = alikeness(a, b);

    let (few, many) = (a.chars().count().min(b.chars().count()), a.chars().count().max(b.chars().count()));

    // Alikeness times the letters of both is twice the shared letters.
    alike >= SAME_WORD && alike * (few + many) as f64 >= many as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_share_half_of_the_longer_word() {
        for (a, b, expected) in [
            ("غارسيا", "جارسيا", true),
            ("تشيلسي", "شيلسي", true),
            ("سنغافوره", "النوري", false),
            ("القاهره", "بغداد", false),
        ] {
            assert_eq!(are_spellings(a, b), expected, "{a} / {b}");
        }
    }

    #[test]
    fn words_of_time_and_units_name_no_fact() {
        assert!(is_content("بغداد") && is_content("الثاني"));
        assert!(!is_content("الجمعه") && !is_content("كلم") && !is_content("من") && !is_content("fire"));
    }
}
