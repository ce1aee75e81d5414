//! Texts of one form about two subjects: one name is replaced by another throughout, as in the licences of two trades
//! or the charters of two provinces.
//!
//! An editor who replaces a word once improves a sentence. Who replaces a rare word by another rare word in every place
//! writes about something else, unless the two are spellings of one name. So the rule counts equal replacements. Words
//! of time and units are no names.

use super::TextPair;
use super::wording::tokens;
use crate::similarity::facts::{self, are_spellings};
use crate::similarity::token_gaps::TokenSlot;

/// Most tokens on a side of a slot that holds a name.
const LONGEST_NAME: usize = 6;

/// Fewest places with the same replacement.
const PLACES: usize = 2;

impl TextPair<'_, '_> {
    /// Whether a rare word is replaced by another rare word in two places or more, and neither text has both.
    pub(super) fn is_renamed(&self) -> bool {
        // Each place is a gap with own tokens on both sides.
        if self.alignment().replacements() < PLACES {
            return false;
        }

        // By the hashes of the tokens, of which a pair has more than words are needed.
        let (words_a, words_b) = (self.a.wording.words(), self.b.wording.words());
        let is_name = |slot: &&TokenSlot| slot.a.len().max(slot.b.len()) <= LONGEST_NAME;
        let replacement = |slot: &TokenSlot| [&words_a[slot.a.clone()], &words_b[slot.b.clone()]];
        let mut replacements: Vec<&TokenSlot> = self.detail().slots.iter().filter(is_name).collect();
        replacements.sort_by_key(|slot| replacement(slot));

        let same = |one: &&TokenSlot, next: &&TokenSlot| replacement(one) == replacement(next);
        let mut repeated = replacements.chunk_by(same).filter(|same| same.len() >= PLACES).peekable();
        if repeated.peek().is_none() {
            return false;
        }

        let [a, b] = [self.a, self.b].map(|text| tokens(text.folded).collect::<Vec<_>>());
        repeated.any(|same| {
            let TokenSlot { a: in_a, b: in_b } = same[0];
            self.are_other_names([&a[in_a.clone()], &b[in_b.clone()]], [&a, &b])
        })
    }

    /// Whether each side of a slot has a rare word that the other text lacks and that is no spelling of a word of the
    /// other side.
    fn are_other_names(&self, [a, b]: [&[&[u8]]; 2], [all_a, all_b]: [&[&[u8]]; 2]) -> bool {
        self.has_other_name(a, b, all_b) && self.has_other_name(b, a, all_a)
    }

    fn has_other_name(&self, side: &[&[u8]], opposite: &[&[u8]], other: &[&[u8]]) -> bool {
        let is_other = |word: &&&[u8]| {
            !other.contains(word)
                && self.is_rare_word(word)
                && !opposite.iter().any(|against| are_spellings(word, against))
        };
        side.iter().any(|word| is_other(&word))
    }

    /// Whether a word is rare in the run, and no frequent word of Arabic news if the run is too small to tell.
    fn is_rare_word(&self, word: &[u8]) -> bool {
        let words = self.evidence.words;
        words.is_rare_here(word) && words.is_rare_word(word) && !facts::tells_time_or_unit(word)
    }
}
