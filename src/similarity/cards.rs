//! Cards: short records with one field in a line, as a vacancy or a product on a page of results. Another word in a line is another
//! thing, where in a sentence it can be an edit.

use super::lacking_words::lacks_by;
use super::word_forms::{alikeness, is_content, words};
use crate::document::Excerpt;
use crate::normalize::alphabet;
use crate::page::field_list::is_field_list;

/// Most tokens of a card. Longer ones have a description.
const MOST_TOKENS: usize = 80;

/// Smallest alikeness of two spellings of a value: names of towns are more alike than other words.
const SPELLING: f64 = 0.75;

/// Whether a text of `tokens` tokens is a card. O(n) for n bytes.
pub(crate) fn is_card(text: Excerpt<'_>, tokens: usize) -> bool {
    tokens <= MOST_TOKENS && is_field_list(text.pieces().map(|(_, piece)| piece))
}

/// Whether each of the folded texts of two cards has a word that the other lacks in every form. Symmetric. O(n) for n bytes.
pub(crate) fn have_other_fields(a: &[u8], b: &[u8]) -> bool {
    let can_tell = |word: &&[u8]| is_content(word) && !alphabet::is_number(word);
    let are_spellings = |a: &[u8], b: &[u8]| alikeness(a, b) >= SPELLING;
    let has_own = |text, other| lacks_by(words(text).filter(can_tell), (text, other), 1, are_spellings);
    has_own(a, b) && has_own(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_town_is_another_field_and_another_spelling_is_none() {
        let differ = |a: &str, b: &str| {
            let [a, b] = [a, b].map(alphabet::to_compact);
            assert_eq!(have_other_fields(&a, &b), have_other_fields(&b, &a), "symmetric");
            have_other_fields(&a, &b)
        };
        assert!(differ("مبرمج تهران ونك دوام كامل", "مبرمج اصفهان دوام كامل"));
        assert!(!differ("مبرمج تهران دوام كامل", "مبرمج طهران دوام كامل"));
        assert!(!differ("مبرمج تهران دوام كامل", "مبرمج تهران دوام كامل خبره"), "one says more");
        assert!(!differ("مبرمج تهران 12", "مبرمج تهران 13"), "numbers are judged by other rules");
    }
}
