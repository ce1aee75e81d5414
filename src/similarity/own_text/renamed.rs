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

impl TextPair<'_> {
    /// Whether a rare word is replaced by another rare word in two places or more, and neither text has both.
    pub(super) fn is_renamed(&self) -> bool {
        // Each place is a gap with own tokens on both sides.
        if self.alignment.replacements() < PLACES {
            return false;
        }

        let slots = self.alignment.in_detail(self.a.wording, self.b.wording).slots;
        let [a, b] = [self.a, self.b].map(|text| tokens(text.folded).collect::<Vec<_>>());

        let mut replacements: Vec<[&[&[u8]]; 2]> = slots
            .into_iter()
            .filter(|slot| slot.a.len().max(slot.b.len()) <= LONGEST_NAME)
            .map(|TokenSlot { a: in_a, b: in_b }| [&a[in_a], &b[in_b]])
            .collect();
        replacements.sort_unstable();

        let mut repeated = replacements.chunk_by(|one, next| one == next).filter(|same| same.len() >= PLACES);
        repeated.any(|same| self.are_other_names(same[0], [&a, &b]))
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
