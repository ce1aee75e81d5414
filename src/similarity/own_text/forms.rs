//! Short pages of one form: ads, decrees and posts that differ only in a number, a name or a file.
//!
//! Edits of a copy insert and delete words, while pages of one form have other words in the same places. So these tests
//! require that nearly every token has a counterpart. The words of a slot must be rare on both sides among at least
//! four texts of the form, since a corrected figure is replaced by the figure of all other copies. A code (v1.9, x86)
//! identifies the subject of a text, so two texts are enough. So they are for one number, in digits or as a word, of two
//! short pages of one source: it is a large part of what they tell.

use std::ops::Range;

use foldhash::HashSet;

use super::alignment::TokenAlignment;
use super::opposites::are_opposite;
use super::slots::inner_slots;
use super::told::{CountedWords, digits, have_other_dual, told_numbers};
use super::wording::tokens;
use super::{RARE, RARER, TextPair};
use crate::normalize::alphabet;
use crate::similarity::token_gaps::TokenSlot;

/// Fewest texts from which the common words of a form are known.
pub(crate) const FORM: u32 = 4;

/// Most tokens of the longer text of which one number is the content.
const WITH_NUMBER: usize = 160;

/// Most tokens of the longer text of which several numbers are the content.
const WITH_NUMBERS: usize = 400;

/// Most tokens of the longer text of which most numbers are the content.
const WITH_MOST_NUMBERS: usize = 2000;

/// Fewest figures of each such text: numbers of two digits or more, each counted once.
const FIGURES: usize = 8;

/// Of the figures of one text at most one in this number is in the other.
const COMMON_FIGURES: usize = 4;

/// Fewest numbers that are the content of two texts of any form.
const NUMBERS: usize = 2;

/// Most replaced words for each such number: its unit, its name.
const WORDS_PER_NUMBER: usize = 2;

/// If one in this number of all numbers differs, more words may differ too: advertisements of one agency.
const OTHER_NUMBERS: usize = 3;

/// Then at most one in this number of the tokens is replaced or has no counterpart.
const OTHER_TOKENS: usize = 5;

/// Most tokens of the longer text of which one code is the content.
const WITH_CODE: usize = 80;

/// Most tokens of the longer of two pages of one source of which one number is the content.
const PAGE: usize = 160;

/// Fewest words in other forms of number that tell two pages apart.
const COUNTED: usize = 2;

/// Most tokens of the longer text of which one word and its opposite are the content.
const WITH_OPPOSITE: usize = 160;

/// Fewest words and their opposites that are the content of two texts, however much else differs.
const SEVERAL_OPPOSITES: usize = 2;

/// Most tokens on a side of a slot with opposites.
const OPPOSITES: usize = 3;

/// Most tokens of the longer text of which one word is the content.
const WITH_WORD: usize = 50;

/// Most tokens without a counterpart where a number or a code is the content.
const LOOSE: usize = 6;

/// The same where a word is the content.
const LOOSE_WITH_WORD: usize = 5;

/// Fewest bytes of a word, in the compact alphabet.
const SHORTEST_WORD: usize = 3;

/// The content in which two short texts of one form differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormContent {
    Number,
    Word,
}

/// Whether a folded text is short enough for a code to be its content.
pub(crate) fn can_be_told_by_code(folded: &[u8]) -> bool {
    folded.iter().filter(|byte| **byte == b' ').nth(WITH_CODE - 1).is_none()
}

impl TextPair<'_, '_> {
    /// The content in which two short texts of one form differ, if they differ in little else.
    pub(super) fn other_content(&self) -> Option<FormContent> {
        let longer = self.b.wording.words().len();
        if longer <= WITH_MOST_NUMBERS && tell_other_figures([self.a.folded, self.b.folded]) {
            return Some(FormContent::Number);
        }

        if longer > WITH_NUMBERS {
            return None;
        }

        let detail = self.detail();
        let loose = self.loose(detail);

        // Several numbers are enough, in a form of any number of texts.
        let [a, b] = [self.a, self.b].map(|text| tokens(text.folded).collect::<Vec<_>>());
        if has_other_numbers([&a, &b], &detail.slots, loose) {
            return Some(FormContent::Number);
        }

        // A word and its opposite are no edit.
        let opposites =
            detail.slots.iter().filter(|slot| has_opposites([&a, &b], slot)).take(SEVERAL_OPPOSITES).count();
        if opposites == SEVERAL_OPPOSITES {
            return Some(FormContent::Word);
        }

        // Nearly every token has a counterpart.
        if loose > LOOSE {
            return None;
        }

        if longer <= WITH_OPPOSITE && opposites > 0 {
            return Some(FormContent::Word);
        }

        // One number tells two pages of one source apart.
        let is_of_pages = self.evidence.are_two_pages && longer <= PAGE;
        if is_of_pages && tells_other_numbers([&a, &b], &detail.slots) {
            return Some(FormContent::Number);
        }

        // A code is enough too.
        let tells_code =
            |slot: &TokenSlot| has_own_code(&a[slot.a.clone()], &b) && has_own_code(&b[slot.b.clone()], &a);
        if longer <= WITH_CODE && detail.slots.iter().any(tells_code) {
            return Some(FormContent::Number);
        }

        // One number or a word must be rare among the texts of the form.
        let (frequencies, shared) = self.near().filter(|(_, shared)| *shared >= FORM && longer <= WITH_NUMBER)?;
        let most = RARE.max(shared / RARER);
        let [rare_a, rare_b] = [self.a, self.b].map(|text| text.wording.rare_tokens(frequencies, most));
        let sides = [FormSide { tokens: &a, is_rare: &rare_a }, FormSide { tokens: &b, is_rare: &rare_b }];

        let inner = || inner_slots([&a, &b], &detail.slots);

        if inner().any(|slot| tells_number(sides, slot)) {
            return Some(FormContent::Number);
        }

        let can_be_a_word = longer <= WITH_WORD && loose <= LOOSE_WITH_WORD;
        (can_be_a_word && inner().any(|slot| tells_word(sides, slot))).then_some(FormContent::Word)
    }

    /// Number of tokens of both texts without a counterpart.
    fn loose(&self, detail: &TokenAlignment) -> usize {
        let matched = detail.matched.iter().filter(|matched| **matched).count();
        let replaced: usize = detail.slots.iter().map(|slot| slot.a.len().min(slot.b.len())).sum();
        self.a.wording.words().len() + self.b.wording.words().len() - 2 * (matched + replaced)
    }
}

/// Whether two texts differ in at least [`NUMBERS`] numbers, and in few words or in many of their numbers. `loose`: their
/// tokens without a counterpart.
fn has_other_numbers([a, b]: [&[&[u8]]; 2], slots: &[TokenSlot], loose: usize) -> bool {
    let mut differing = Vec::new();
    let (mut are_in_a, mut are_in_b) = (false, false);
    for slot in inner_slots([a, b], slots) {
        let (in_a, in_b) = (&a[slot.a.clone()], &b[slot.b.clone()]);
        let (of_a, of_b) = (own_numbers(in_a, b), own_numbers(in_b, a));
        let both = !of_a.is_empty() && !of_b.is_empty() && digits(&of_a) != digits(&of_b);
        // A field of a form may hold a number that another field of the other text has too.
        let is_field = || !(of_a.is_empty() && of_b.is_empty()) && are_single_numbers(in_a, in_b);
        if both || is_field() {
            differing.push(of_a.len().min(of_b.len()).max(1));
            are_in_a |= !of_a.is_empty();
            are_in_b |= !of_b.is_empty();
        }
    }

    if differing.len() < NUMBERS || !are_in_a || !are_in_b {
        return false;
    }

    let count_words = |tokens: &[&[u8]]| tokens.iter().filter(|token| !alphabet::is_number(token)).count();
    let words: usize =
        slots.iter().map(|slot| count_words(&a[slot.a.clone()]).min(count_words(&b[slot.b.clone()]))).sum();
    let differs_in_little_else = loose <= LOOSE && words <= WORDS_PER_NUMBER * differing.len();

    let told = (a.len() - count_words(a)).min(b.len() - count_words(b));
    let differs_in_many = differing.iter().sum::<usize>() * OTHER_NUMBERS >= told
        && (words + loose) * OTHER_TOKENS <= a.len().min(b.len());

    differs_in_little_else || differs_in_many
}

/// Whether two texts have many figures, and nearly all of them are other figures: reports of two days in one wording.
fn tell_other_figures(texts: [&[u8]; 2]) -> bool {
    let [of_a, of_b] = texts.map(|text| tokens(text).filter(|token| is_figure(token)).collect::<HashSet<_>>());
    let fewer = of_a.len().min(of_b.len());
    fewer >= FIGURES && of_a.intersection(&of_b).count() * COMMON_FIGURES <= fewer
}

/// Whether a token is a number of two digits or more.
fn is_figure(token: &[u8]) -> bool {
    alphabet::is_number(token) && token.iter().filter(|byte| byte.is_ascii_digit()).nth(1).is_some()
}

/// Whether each side of a slot is one number.
fn are_single_numbers(a: &[&[u8]], b: &[&[u8]]) -> bool {
    matches!((a, b), ([a], [b]) if alphabet::is_number(a) && alphabet::is_number(b))
}

/// The numbers of a slot that the other text has nowhere: a number that stands elsewhere is no other number.
fn own_numbers<'t>(slot: &[&'t [u8]], other: &[&[u8]]) -> Vec<&'t [u8]> {
    slot.iter().copied().filter(|token| alphabet::is_number(token) && !other.contains(token)).collect()
}

/// Whether two pages have other numbers in one slot: a number in digits or as a word, or a dual; or other forms of counted words,
/// singular and plural, in two.
fn tells_other_numbers(texts: [&[&[u8]]; 2], slots: &[TokenSlot]) -> bool {
    let [a, b] = texts;
    let sides = |slot: &TokenSlot| [&a[slot.a.clone()], &b[slot.b.clone()]];
    let has_other_dual = |slot: &TokenSlot| have_other_dual(sides(slot), texts);
    let mut counted = CountedWords::default();
    slots.iter().for_each(|slot| counted.add(sides(slot)));
    let are_other_counts = counted.clear > 0 && counted.clear + counted.likely >= COUNTED;
    are_other_counts || slots.iter().any(|slot| tells_other_number(texts, slot) || has_other_dual(slot))
}

/// Whether a short slot has a word on one side and its opposite on the other.
fn has_opposites([a, b]: [&[&[u8]]; 2], slot: &TokenSlot) -> bool {
    let (a, b) = (&a[slot.a.clone()], &b[slot.b.clone()]);
    a.len().max(b.len()) <= OPPOSITES && a.iter().any(|word| b.iter().any(|against| are_opposite(word, against)))
}

/// Whether each side of a slot has a number that the other text has nowhere, in digits or as a word. What ends a text is
/// a counter or a tag.
fn tells_other_number([a, b]: [&[&[u8]]; 2], slot: &TokenSlot) -> bool {
    let lacks = |slot: &[&[u8]], other: &[&[u8]]| {
        let known = told_numbers(other);
        told_numbers(slot).iter().any(|number| !known.contains(number))
    };
    let is_inside = slot.a.end < a.len() && slot.b.end < b.len();
    is_inside && lacks(&a[slot.a.clone()], b) && lacks(&b[slot.b.clone()], a)
}

/// The tokens of one of two texts.
#[derive(Clone, Copy)]
struct FormSide<'s> {
    tokens: &'s [&'s [u8]],
    /// For each token, whether few texts have it in its place.
    is_rare: &'s [bool],
}

impl FormSide<'_> {
    /// The [`digits`] of the rare tokens of a range.
    fn rare_digits(self, range: Range<usize>) -> Vec<u8> {
        let rare: Vec<&[u8]> = range.filter(|place| self.is_rare[*place]).map(|place| self.tokens[place]).collect();
        digits(&rare)
    }

    /// Whether a range has a rare word that the other text lacks.
    fn has_own_word(self, range: Range<usize>, other: Self) -> bool {
        let is_word = |token: &[u8]| token.len() >= SHORTEST_WORD && !alphabet::is_number(token);
        let mut rare = range.filter(|place| self.is_rare[*place]).map(|place| self.tokens[place]);
        rare.any(|token| is_word(token) && !other.tokens.contains(&token))
    }
}

/// Whether the rare numbers of the two sides of a slot differ.
fn tells_number([a, b]: [FormSide<'_>; 2], slot: &TokenSlot) -> bool {
    let (of_a, of_b) = (a.rare_digits(slot.a.clone()), b.rare_digits(slot.b.clone()));
    !of_a.is_empty() && !of_b.is_empty() && of_a != of_b
}

/// Whether each side of a slot has a rare word that the other text lacks.
fn tells_word([a, b]: [FormSide<'_>; 2], slot: &TokenSlot) -> bool {
    a.has_own_word(slot.a.clone(), b) && b.has_own_word(slot.b.clone(), a)
}

/// Whether a slot has a code (a Latin word with a digit) that the other text lacks.
fn has_own_code(slot: &[&[u8]], other: &[&[u8]]) -> bool {
    let is_code =
        |token: &[u8]| token.first().is_some_and(u8::is_ascii_lowercase) && token.iter().any(u8::is_ascii_digit);
    slot.iter().any(|token| is_code(token) && !other.contains(token))
}
