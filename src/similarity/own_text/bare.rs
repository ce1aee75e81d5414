//! Texts that are nothing but furniture: a post of a channel that has the footer alone, an empty page of a site.
//!
//! Such a text shares all it has with many texts of its source. A headline of a few words over the same footer reaches the
//! threshold with it, although the headline is all that the post tells. So a text without words of its own is no copy of
//! a text that has some.

use super::wording::tokens;
use super::{TextEvidence, TrigramFrequencies, VERY_COMMON};
use crate::normalize::alphabet;
use crate::similarity::lacking_words::lacks;
use crate::similarity::word_forms::is_content;

/// Fewest words that the bare text lacks. A single one can be the name of an agency.
const TOLD: usize = 2;

/// Whether one of two texts of a source is nothing but furniture, and the other tells something. Symmetric. O(n log n) for n
/// tokens.
///
/// Texts of fewer than 3 or more than 20,000 tokens are not judged.
pub(crate) fn is_one_bare(a: TextEvidence<'_>, b: TextEvidence<'_>, of_source: &TrigramFrequencies) -> bool {
    if a.wording.is_out_of_reach() || b.wording.is_out_of_reach() {
        return false;
    }

    // Of two bare texts one has more furniture.
    let (bare, other) = match [a, b].map(|text| is_bare(text, of_source)) {
        [true, false] => (a, b),
        [false, true] => (b, a),
        _ => return false,
    };
    lacks(tokens(other.folded).filter(|word| can_tell(word)), other.folded, bare.folded, TOLD)
}

/// Whether a text has no content words but those in trigrams that very many texts of its source have.
fn is_bare(text: TextEvidence<'_>, of_source: &TrigramFrequencies) -> bool {
    let is_own = text.wording.rare_tokens(of_source, VERY_COMMON - 1);
    !tokens(text.folded).zip(is_own).any(|(word, is_own)| is_own && can_tell(word))
}

/// Whether a word can be the content of a post. Numbers alone are counters and dates.
fn can_tell(word: &[u8]) -> bool {
    is_content(word) && !alphabet::is_number(word)
}
