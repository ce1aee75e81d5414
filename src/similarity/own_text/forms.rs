//! Short pages of one form: ads, decrees and posts that differ in a number, a name or a file, and in nearly nothing else.
//!
//! A copy is cut, or gets a byline; its edits leave words out and put words in. Pages of one form have something else in the same
//! place. So these tests ask that hardly a token be without one opposite. What stands in the slot has to be rare on both sides
//! among four texts of that form or more, for a figure that one paper corrected stands against the figure of all the others. Codes (v1.9, x86) and the
//! number behind رقم name what a text is about, so that two texts are enough.

use std::ops::Range;

use super::alignment::TokenAlignment;
use super::wording::tokens;
use super::{RARE, RARER, TextPair};
use crate::normalize::alphabet;
use crate::similarity::common::TokenSlot;

/// Texts that tell what is common in a form.
pub(crate) const FORM: u32 = 4;

/// Most tokens of the longer text of which one number is the content.
const WITH_NUMBER: usize = 160;

/// Most tokens of the longer text of which one code is the content.
const WITH_CODE: usize = 80;

/// Most tokens of the longer text of which one word is the content.
const WITH_WORD: usize = 50;

/// Most tokens that stand against nothing, where a number or a code is the content.
const LOOSE: usize = 6;

/// The same where a word is.
const LOOSE_WITH_WORD: usize = 5;

/// Fewest bytes of a word, in the compact alphabet.
const SHORTEST_WORD: usize = 3;

/// First tokens of a text, which tell its number.
const HEAD: usize = 20;

/// Words that announce the number of a document.
const ANNOUNCES: [&str; 7] = ["رقم", "برقم", "شماره", "شمارہ", "نمبر", "number", "no"];

/// How many tokens behind such a word the number stands at most (رقم م 12).
const BEHIND: usize = 2;

/// What two short texts of one form tell otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormContent {
    Number,
    Word,
}

/// Whether each of two folded texts tells its own number at its beginning, and the other one does not know it.
pub(crate) fn have_other_numbers(a: &[u8], b: &[u8]) -> bool {
    let (Some(of_a), Some(of_b)) = (announced(a), announced(b)) else { return false };
    of_a != of_b && !tokens(b).any(|token| token == of_a) && !tokens(a).any(|token| token == of_b)
}

/// The first number of a folded text that a word announces.
fn announced(folded: &[u8]) -> Option<&[u8]> {
    let head: Vec<&[u8]> = tokens(folded).take(HEAD).collect();
    let is_told = |token: &[u8]| {
        let word = alphabet::to_utf8(token);
        ANNOUNCES.contains(&word.as_str())
    };
    let told = (0..head.len()).filter(|place| is_told(head[*place]));
    let number = |place: usize| head.iter().skip(place + 1).take(BEHIND).find(|token| alphabet::is_number(token));
    told.filter_map(number).next().copied()
}

/// Whether a folded text is so short that a code can be its content.
pub(crate) fn can_be_told_by_code(folded: &[u8]) -> bool {
    folded.iter().filter(|byte| **byte == b' ').nth(WITH_CODE - 1).is_none()
}

impl TextPair<'_> {
    /// What two short texts of one form tell otherwise, if they differ in little else.
    pub(super) fn other_content(&self) -> Option<FormContent> {
        let longer = self.b.wording.words().len();
        let near = self.evidence.near.map(|near| (near, self.shared_frequency(near)));
        let form = near.filter(|(_, shared)| *shared >= FORM);
        if longer > WITH_NUMBER || longer > WITH_CODE && form.is_none() {
            return None;
        }
        let detail = self.alignment.in_detail(self.a.wording, self.b.wording);
        let loose = self.loose(&detail);
        if loose > LOOSE {
            return None;
        }
        let [a, b] = [self.a, self.b].map(|text| tokens(text.folded).collect::<Vec<_>>());
        let tells_code =
            |slot: &TokenSlot| has_own_code(&a[slot.a.clone()], &b) && has_own_code(&b[slot.b.clone()], &a);
        if longer <= WITH_CODE && detail.slots.iter().any(tells_code) {
            return Some(FormContent::Number);
        }
        let (frequencies, shared) = form?;
        let most = RARE.max(shared / RARER);
        let [rare_a, rare_b] = [self.a, self.b].map(|text| text.wording.rare_tokens(frequencies, most));
        let sides = [FormSide { tokens: &a, is_rare: &rare_a }, FormSide { tokens: &b, is_rare: &rare_b }];
        // Titles, counters and tags stand at the edges, and differ between copies.
        let is_inner =
            |slot: &&TokenSlot| slot.a.start.min(slot.b.start) > 0 && slot.a.end < a.len() && slot.b.end < b.len();
        let inner = || detail.slots.iter().filter(is_inner);
        if inner().any(|slot| tells_number(sides, slot)) {
            return Some(FormContent::Number);
        }
        let can_be_a_word = longer <= WITH_WORD && loose <= LOOSE_WITH_WORD;
        (can_be_a_word && inner().any(|slot| tells_word(sides, slot))).then_some(FormContent::Word)
    }

    /// Tokens of both texts that stand against nothing.
    fn loose(&self, detail: &TokenAlignment) -> usize {
        let matched = detail.matched.iter().filter(|matched| **matched).count();
        let replaced: usize = detail.slots.iter().map(|slot| slot.a.len().min(slot.b.len())).sum();
        self.a.wording.words().len() + self.b.wording.words().len() - 2 * (matched + replaced)
    }
}

/// The tokens of one of two texts.
#[derive(Clone, Copy)]
struct FormSide<'s> {
    tokens: &'s [&'s [u8]],
    /// For each token whether few texts have it in its place.
    is_rare: &'s [bool],
}

impl FormSide<'_> {
    /// The digits of the rare numbers of a range, in one order, without zeros: papers write one number in many ways.
    fn digits(self, range: Range<usize>) -> Vec<u8> {
        let numbers = range.filter(|place| self.is_rare[*place] && alphabet::is_number(self.tokens[*place]));
        let digits = numbers.flat_map(|place| self.tokens[place]);
        let mut digits: Vec<u8> = digits.copied().filter(|byte| (b'1'..=b'9').contains(byte)).collect();
        digits.sort_unstable();
        digits
    }

    /// Whether a range holds a rare word that the other text lacks.
    fn has_own_word(self, range: Range<usize>, other: Self) -> bool {
        let is_word = |token: &[u8]| token.len() >= SHORTEST_WORD && !alphabet::is_number(token);
        let mut rare = range.filter(|place| self.is_rare[*place]).map(|place| self.tokens[place]);
        rare.any(|token| is_word(token) && !other.tokens.contains(&token))
    }
}

/// Whether a slot sets rare numbers against others.
fn tells_number([a, b]: [FormSide<'_>; 2], slot: &TokenSlot) -> bool {
    let (of_a, of_b) = (a.digits(slot.a.clone()), b.digits(slot.b.clone()));
    !of_a.is_empty() && !of_b.is_empty() && of_a != of_b
}

/// Whether a slot sets rare words against others, neither of which the other text has.
fn tells_word([a, b]: [FormSide<'_>; 2], slot: &TokenSlot) -> bool {
    a.has_own_word(slot.a.clone(), b) && b.has_own_word(slot.b.clone(), a)
}

/// Whether a slot holds a code, a Latin word with a digit, that the other text lacks.
fn has_own_code(slot: &[&[u8]], other: &[&[u8]]) -> bool {
    let is_code =
        |token: &[u8]| token.first().is_some_and(u8::is_ascii_lowercase) && token.iter().any(u8::is_ascii_digit);
    slot.iter().any(|token| is_code(token) && !other.contains(token))
}
