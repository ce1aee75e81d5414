//! Stems of Arabic: article, conjunctions and prepositions before a word; endings of number, gender and person after it.

use super::{Affix, affixes, without_prefix, without_suffix};

/// Beginnings with the article. At least three letters stay.
const WITH_ARTICLE: &[Affix] = affixes!["وبال", "وكال", "فبال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال"];

/// Conjunctions of one letter, before words of five letters or more.
const CONJUNCTIONS: &[Affix] = affixes!["و", "ف"];

/// Prepositions of one letter, before words of six letters or more.
const PREPOSITIONS: &[Affix] = affixes!["ب", "ك", "ل"];

/// Beginnings of the future, in words of six letters or more: the letter of the person stays away too.
const FUTURES: &[Affix] = affixes!["سي", "ست", "سن"];

/// Endings; one is taken, and three letters stay.
const ENDINGS: &[Affix] = affixes![
    "تها", "تهم", "تين", "تان", "ات", "ون", "ين", "ان", "ها", "هم", "هن", "كم", "نا", "وا", "يه", "ته", "يا", "ه", "ي",
    "ا"
];

/// Endings that may remain before another one, in words of five letters or more.
const LAST_ENDINGS: &[Affix] = affixes!["ي", "ت"];

/// Letters that stay.
const LEAST: usize = 3;

pub(super) fn stem(word: &[u8]) -> &[u8] {
    let bare = without_prefix(word, WITH_ARTICLE, LEAST).unwrap_or_else(|| without_particles(word));
    let bare = without_suffix(bare, ENDINGS, LEAST).unwrap_or(bare);
    without_suffix(bare, LAST_ENDINGS, 4).unwrap_or(bare)
}

/// A word without the article: its conjunction, then its preposition or its mark of the future, if enough letters stay.
fn without_particles(word: &[u8]) -> &[u8] {
    let bare = without_prefix(word, CONJUNCTIONS, 4).unwrap_or(word);
    match without_prefix(bare, PREPOSITIONS, 5) {
        Some(rest) => rest,
        None => without_prefix(bare, FUTURES, 4).unwrap_or(bare),
    }
}
