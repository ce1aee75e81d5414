//! Words that the lists of the rules name.

use crate::normalize::{Language, Normalizer, Profile, alphabet};

/// A word of a list in the compact alphabet. It is written as a language folds it, or no text would have it.
pub(super) fn listed_word(word: &str) -> Vec<u8> {
    debug_assert!(is_folded(word), "no language folds text to the listed word {word}");
    alphabet::to_compact(word)
}

/// Whether a language folds a word to itself.
fn is_folded(word: &str) -> bool {
    Language::ALL.into_iter().any(|language| Normalizer::new(Profile::Standard, language).normalize(word) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_folded_in_the_letters_of_its_language() {
        assert!(is_folded("نیست") && is_folded("ليس"), "Farsi yeh and Arabic yeh");
        assert!(is_folded("گرانتر") && !is_folded("گران\u{200c}تر"), "no fold keeps the joiner");
    }
}
