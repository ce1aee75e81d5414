//! Stems of Urdu: endings of number, case and gender.

use super::{Affix, affixes, without_suffix};

/// Plurals and the oblique case.
const PLURALS: &[Affix] = affixes!["ئیں", "ؤں", "یاں", "وں", "یں", "ات"];

/// Vowels at the end, by which the genders and cases of one word differ.
const VOWELS: &[Affix] = affixes!["ئے", "ئی", "ے", "ی", "ا", "ہ"];

/// Letters that stay.
const LEAST: usize = 3;

pub(super) fn stem(word: &[u8]) -> &[u8] {
    let bare = without_suffix(word, PLURALS, LEAST).unwrap_or(word);
    without_suffix(bare, VOWELS, LEAST).unwrap_or(bare)
}
