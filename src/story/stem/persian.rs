//! Stems of Persian: the mark of the present before a verb; endings of number, comparison and person after a word.
//!
//! The fold joins these endings to their word, whether a space, a zero-width non-joiner or nothing stands between them.

use super::{Affix, affixes, without_prefix, without_suffix};

/// Marks of the present tense. At least four letters stay, so that میدان and میهن keep theirs.
const PRESENT: &[Affix] = affixes!["نمی", "می"];

/// The plural of things, with the endings that follow it.
const PLURALS: &[Affix] = affixes!["هایشان", "هایمان", "هایتان", "هایش", "هایم", "هایت", "هایی", "های", "ها"];

/// Comparison.
const COMPARISONS: &[Affix] = affixes!["ترین", "تری", "تر"];

/// Endings of person.
const PERSONS: &[Affix] = affixes!["مان", "تان", "شان", "اند", "ایم", "اید", "اش"];

/// The ending of one, of an adjective and of a joined word.
const JOINTS: &[Affix] = affixes!["یی", "ای", "ی"];

/// The plural of persons and of borrowed words.
const OLDER_PLURALS: &[Affix] = affixes!["ان", "ات", "ین"];

/// Letters that stay.
const LEAST: usize = 3;

pub(super) fn stem(word: &[u8]) -> &[u8] {
    let bare = without_prefix(word, PRESENT, 4).unwrap_or(word);

    // The endings follow each other in this order, from the end of the word.
    let steps: [(&[Affix], usize); 5] =
        [(PLURALS, LEAST), (COMPARISONS, LEAST), (PERSONS, LEAST + 1), (JOINTS, LEAST), (OLDER_PLURALS, LEAST)];
    steps.iter().fold(bare, |word, (affixes, least)| without_suffix(word, affixes, *least).unwrap_or(word))
}
