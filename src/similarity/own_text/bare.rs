//! Texts that are nothing but furniture: a post of a channel that has the footer alone, an empty page of a site.
//!
//! Such a text shares all it has with many texts of its source. A headline of a few words over the same footer reaches the
//! threshold with it, although the headline is all that the post tells. So a text without words of its own is no copy of
//! a text that has some. Neither are two headlines over one footer copies of each other.

use super::own::OwnText;
use super::wording::tokens;
use super::{PairWording, TextEvidence, TrigramFrequencies, VERY_COMMON};
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

/// Fewest texts of a source with what two texts share, if that is furniture. An advertisement that is posted again and again, with
/// edits, is in fewer.
const FURNITURE: u32 = 64;

/// Most shared trigrams, of 100, that fewer texts of the source have.
const RARE_SHARED: usize = 10;

/// Whether two texts of a source share nothing but furniture, and one tells something at the edge where the other has other words: two
/// headlines over one footer. Symmetric. O(n log n) for n tokens.
///
/// Texts of fewer than 3 or more than 20,000 tokens are not judged.
pub(crate) fn share_only_furniture(texts: &PairWording<'_>, of_source: &TrigramFrequencies) -> bool {
    if texts.are_out_of_reach() {
        return false;
    }

    let shared = texts.shared();
    let is_rare = |trigram| of_source.of(trigram).is_none_or(|texts| texts < FURNITURE);
    let rare = shared.iter().filter(|shared| is_rare(shared.trigram)).count();
    let own = texts.own();
    let have_other_edges = own.iter().all(OwnText::begins_own) || own.iter().all(OwnText::ends_own);
    if rare * 100 > shared.len() * RARE_SHARED || !have_other_edges {
        return false;
    }

    let [a, b] = [texts.a, texts.b].map(|text| text.folded);
    let tells = |text, other| lacks(tokens(text).filter(|word| can_tell(word)), text, other, TOLD);
    tells(a, b) || tells(b, a)
}

/// Fewest tokens in a row that one text adds to furniture, and the words among them that the other lacks.
const ADDED: usize = 30;
const ADDED_WORDS: usize = 10;

/// Whether one of two texts that share furniture has a passage that the other lacks. The furniture is what a channel puts in all
/// posts; the passage is what this post tells. Symmetric. O(n log n) for n tokens.
///
/// Texts of fewer than 3 or more than 20,000 tokens are not judged.
pub(crate) fn adds_to_furniture(texts: &PairWording<'_>) -> bool {
    if texts.are_out_of_reach() {
        return false;
    }

    let [own_a, own_b] = texts.own();
    let adds = |own: &OwnText, text: &[u8], other: &[u8]| {
        let Some(run) = own.longest() else { return false };
        let passage = tokens(text).skip(run.start).take(run.len()).filter(|word| can_tell(word));
        run.len() >= ADDED && lacks(passage, text, other, ADDED_WORDS)
    };
    adds(own_a, texts.a.folded, texts.b.folded) || adds(own_b, texts.b.folded, texts.a.folded)
}

/// Whether each of two texts begins with a token that the other has nowhere: a heading, or a reference, of its own. O(n).
pub(crate) fn have_own_beginnings(texts: &PairWording<'_>) -> bool {
    let begins_own = |text: TextEvidence<'_>, other: TextEvidence<'_>| {
        tokens(text.folded).next().is_some_and(|first| !tokens(other.folded).any(|token| token == first))
    };
    begins_own(texts.a, texts.b) && begins_own(texts.b, texts.a)
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
