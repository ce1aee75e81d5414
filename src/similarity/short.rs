//! The rule for headlines and short lines: which pairs are copies and which are only related.
//!
//! A headline has too few words for word shingles; of the measures tried, character trigrams of the folded text
//! separate best. A pair with a Jaccard of [`RESEMBLES`] or more is related. From [`COPY`] on it is a copy, unless its
//! numbers differ or a content word is replaced by another (جوازات الرياض / جوازات حائل).

use super::facts::are_sure_spellings;
use super::word_forms::{CONTENT, Vocabulary, letters};
use crate::normalize::alphabet;

/// Smallest char:3 Jaccard of a `related` pair.
pub const RESEMBLES: f64 = 0.45;

/// Smallest char:3 Jaccard of two copies.
pub const COPY: f64 = 0.70;

/// Whether each of two folded texts (tokens joined by one space) has a content word that the other lacks in every form:
/// the word itself, its light stem, joined with its neighbours, or in another spelling.
#[must_use]
pub fn substitutes_a_word(a: &str, b: &str) -> bool {
    let [a, b] = [a, b].map(alphabet::to_compact);
    substitutes_a_folded_word(&a, &b)
}

/// [`substitutes_a_word`] for texts in the compact alphabet.
pub(crate) fn substitutes_a_folded_word(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (Vocabulary::new(a), Vocabulary::new(b));
    let only_a = own_words(&a, &b);
    // Most copies have no such word.
    if only_a.is_empty() {
        return false;
    }
    let only_b = own_words(&b, &a);

    // Spellings are compared only among words of one text alone: there are few.
    let foreign = |word: &&&[u8], others: &[&[u8]]| !others.iter().any(|other| are_sure_spellings(word, other));

    only_a.iter().any(|word| foreign(&word, &only_b)) && only_b.iter().any(|word| foreign(&word, &only_a))
}

/// Content words of `text` that `other` does not know.
fn own_words<'a>(text: &Vocabulary<'a>, other: &Vocabulary<'_>) -> Vec<&'a [u8]> {
    let content = |word: &&[u8]| letters(word) >= CONTENT && !word.first().is_some_and(u8::is_ascii_digit);
    text.words.iter().copied().filter(content).filter(|word| !other.knows(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_city_is_a_substitution_and_another_spelling_is_none() {
        for (a, b, expected) in [
            ("جوازات الرياض تضبط مخالفين", "جوازات حاءل تضبط مخالفين", true),
            ("وزير الدفاع يصل الي القاهره", "وزير الخارجيه يصل الي القاهره", true),
            ("عبدالعزيز يستقبل الوفد", "عبد العزيز يستقبل الوفد", false),
            ("الهلال يفوز علي النصر", "الهلال يفوز علي النصر اليوم", false),
            ("مسءولون يبحثون الازمه", "مسءولين يبحثون الازمه", false),
            ("واشنطن تعلن العقوبات الجديده", "واشنطن تعلن عقوبات جديده", false),
            ("", "كلمه", false),
        ] {
            assert_eq!(substitutes_a_word(a, b), expected, "{a} / {b}");
            assert_eq!(substitutes_a_word(b, a), expected, "{b} / {a}");
        }
    }
}
