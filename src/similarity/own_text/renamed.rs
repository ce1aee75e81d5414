//! Texts of one form about two subjects: one name is replaced by another throughout, as in the licences of two trades
//! or the charters of two provinces.
//!
//! An editor who replaces a word once improves a sentence. Who replaces a rare word by another rare word in every place
//! writes about something else, unless the two are spellings of one name. So the rule counts equal replacements. Words
//! of time and units are no names.

use std::collections::BTreeMap;

use foldhash::HashSet;

use super::told::digits;
use super::wording::tokens;
use super::{PairWording, TextPair};
use crate::normalize::alphabet;
use crate::similarity::facts::{self, WordFrequencies, are_spellings};
use crate::similarity::token_gaps::TokenSlot;
use crate::similarity::word_forms::{is_content, stem, words};

/// Most tokens on a side of a slot that holds a name.
const LONGEST_NAME: usize = 6;

/// Fewest places with the same replacement.
const PLACES: usize = 2;

/// Fewest places with the same other number. A corrected number stands in a headline and in the text.
const NUMBERED_PLACES: usize = 3;

/// Fewest characters of a number or code that names a thing.
const NAMING: usize = 3;

/// Most tokens on a side of a slot with a word that is exchanged.
const LONGEST_SLOT: usize = 24;

/// Most own words of a slot that are compared.
const MOST_WORDS: usize = 8;

/// How rare a word must be that is exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExchangedWords {
    /// Less than a tenth of the documents have it: of two pages of one source, which uses one word for one thing.
    Uncommon,
    /// Less than 2 % have it: papers that print one report have other words for some things throughout.
    Rare,
}

/// Whether a word of one text is exchanged for a word of the other in two slots or more, neither text has both, and they are no
/// spellings of one word. Other than for [`is_renamed`](TextPair::is_renamed), the slots may hold other words too:
/// «the motorway between Casablanca and Settat», «the motorway between Rabat and Fes». Symmetric.
///
/// O(n log n) for n tokens.
pub(crate) fn exchanges_words(texts: &PairWording<'_>, exchanged: ExchangedWords, known: &WordFrequencies) -> bool {
    let PairWording { a, b, .. } = *texts;
    if texts.are_out_of_reach() || texts.alignment().replacements() < PLACES {
        return false;
    }

    let may_hold_name = |slot: &&TokenSlot| slot.a.len().max(slot.b.len()) <= LONGEST_SLOT;
    let slots: Vec<&TokenSlot> = texts.detail().slots.iter().filter(may_hold_name).collect();
    if slots.len() < PLACES {
        return false;
    }

    let [of_a, of_b] = [a, b].map(|text| tokens(text.folded).collect::<Vec<_>>());
    let [stems_a, stems_b] = [a, b].map(|text| words(text.folded).map(stem).collect::<HashSet<_>>());
    let is_rare = |word: &[u8]| match exchanged {
        ExchangedWords::Uncommon => known.is_uncommon(word),
        ExchangedWords::Rare => known.is_rare_here(word) && known.is_rare_word(word),
    };
    let may_be_name = |word: &[u8]| is_content(word) && !alphabet::is_number(word) && !facts::tells_time_or_unit(word);

    let mut places: BTreeMap<(&[u8], &[u8]), usize> = BTreeMap::new();
    for slot in slots {
        let own_a = own_words(&of_a[slot.a.clone()], &stems_b, may_be_name);
        let own_b = own_words(&of_b[slot.b.clone()], &stems_a, may_be_name);
        let names_a = without_spellings(&own_a, &own_b);
        let names_b = without_spellings(&own_b, &own_a);

        // A pair of words counts once in a slot.
        let mut here: Vec<(&[u8], &[u8])> = Vec::new();
        for word in names_a.into_iter().filter(|word| is_rare(word)) {
            here.extend(names_b.iter().filter(|against| is_rare(against)).map(|against| (stem(word), stem(against))));
        }
        here.sort_unstable();
        here.dedup();
        here.into_iter().for_each(|pair| *places.entry(pair).or_default() += 1);
    }

    places.into_values().any(|places| places >= PLACES)
}

/// The first words of a slot that may be names and that the other text has in no form.
fn own_words<'t>(slot: &[&'t [u8]], other: &HashSet<&[u8]>, may_be_name: impl Fn(&[u8]) -> bool) -> Vec<&'t [u8]> {
    slot.iter().copied().filter(|word| may_be_name(word) && !other.contains(stem(word))).take(MOST_WORDS).collect()
}

/// The words that are no spelling of a word on the other side.
fn without_spellings<'t>(own: &[&'t [u8]], against: &[&[u8]]) -> Vec<&'t [u8]> {
    own.iter().copied().filter(|word| !against.iter().any(|against| are_spellings(word, against))).collect()
}

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
            let sides = [&a[in_a.clone()], &b[in_b.clone()]];
            self.are_other_names(sides, [&a, &b]) || same.len() >= NUMBERED_PLACES && are_other_codes(sides, [&a, &b])
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

/// Whether each side of a slot has a number or a code that the other text lacks: the articles of two parts of a machine.
fn are_other_codes([a, b]: [&[&[u8]]; 2], [all_a, all_b]: [&[&[u8]]; 2]) -> bool {
    let is_code = |word: &[u8]| word.len() >= NAMING && word.iter().any(u8::is_ascii_digit);
    let has_own = |side: &[&[u8]], other: &[&[u8]]| side.iter().any(|word| is_code(word) && !other.contains(word));
    // One number in two notations is one number.
    let [of_a, of_b] = [a, b].map(digits);
    (of_a != of_b || of_a.is_empty()) && has_own(a, all_b) && has_own(b, all_a)
}
