//! Words of one text that another text lacks in every form and spelling, also with other spaces.

use foldhash::HashSet;
use memchr::memmem;

use super::facts::are_spellings;
use super::word_forms::{stem, words};

/// Words whose spellings are looked for. A text with more own words has own content.
const FEW: usize = 8;

/// Fewest digits of a number that may be written with spaces: 1 000.
const GROUPED: usize = 4;

/// Whether the other text lacks at least `least` of these words of a text, numbers in the same spelling. O(n) for n bytes.
pub(super) fn lacks<'t>(own: impl Iterator<Item = &'t [u8]>, text: &[u8], other: &[u8], least: usize) -> bool {
    lacks_by(own, (text, other), least, are_spellings)
}

/// [`lacks`] with a test of its own for two spellings of a word.
pub(super) fn lacks_by<'t>(
    own: impl Iterator<Item = &'t [u8]>,
    (text, other): (&[u8], &[u8]),
    least: usize,
    are_spellings: impl Fn(&[u8], &[u8]) -> bool,
) -> bool {
    let known: HashSet<&[u8]> = words(other).map(stem).collect();
    let mut own: Vec<&[u8]> = own.filter(|word| !known.contains(stem(word))).collect();
    own.sort_unstable();
    own.dedup();
    if own.len() < least {
        return false;
    }
    if own.len() > FEW.max(least) {
        return true;
    }

    // A word that both texts have is no spelling of another word.
    let of_text: HashSet<&[u8]> = words(text).collect();
    let lacking: Vec<&[u8]> = words(other).filter(|word| !of_text.contains(word)).collect();
    let joined = joined(other);
    // A number, or a code as 409BK, has one spelling. Short ones are in long ones by chance.
    let is_exact = |word: &[u8]| word.iter().any(u8::is_ascii_digit);
    let is_spelled = |word: &[u8]| match is_exact(word) {
        true => word.len() >= GROUPED && has_inside(&joined, word),
        false => has_inside(&joined, word) || lacking.iter().any(|other| are_spellings(word, other)),
    };
    own.into_iter().filter(|word| !is_spelled(word)).nth(least - 1).is_some()
}

/// A folded text without spaces.
pub(super) fn joined(folded: &[u8]) -> Vec<u8> {
    folded.iter().copied().filter(|byte| *byte != b' ').collect()
}

/// Whether a text without spaces has a word.
pub(super) fn has_inside(joined: &[u8], word: &[u8]) -> bool {
    memmem::find(joined, word).is_some()
}
