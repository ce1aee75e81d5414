//! Copies below the threshold: texts that were edited throughout, or shortened and edited.
//!
//! An edit every few words destroys most trigrams of a text but not the text. So below the threshold the order of words
//! decides. A pair is one text if most tokens of both have one order, their numbers and lead agree, no passage is
//! replaced, and the shared wording is not common in the run. A form with other facts fails by its numbers, its common
//! wording, or the facts guard, which is applied before.

use super::alignment::TokenAlignment;
use super::wording::tokens;
use super::{CorpusEvidence, PairWording, SharedFrequency, TextEvidence};
use crate::similarity::token_gaps::TokenSlot;

/// Fewest distinct texts of a run from which common wording can be known.
const ENOUGH_TEXTS: usize = 1_000;

/// The shared wording of a copy occurs in at most one of this number of texts, within the bounds below.
const TEXTS_FOR_ONE: usize = 1_200;
const COMMON_WORDING: (u32, u32) = (3, 20);

/// Fewest tokens of the shorter text.
const SHORTEST: usize = 30;

/// Longest own run: tokens, or percent of the shorter text; the larger one holds.
const OWN_RUN: (usize, usize) = (8, 15);

/// Most numbers that are replaced by other numbers, of 1,000 tokens of the shorter text.
const OTHER_NUMBERS: usize = 20;

/// Tokens of the shorter text that are its lead; half of them must match.
const LEAD: usize = 25;

/// Fewest matched tokens of a copy, of 100 tokens of the shorter and of the longer text.
const SAME_TEXT: (usize, usize) = (80, 60);

/// Fewest matched tokens of an edited part, of 100 tokens of the shorter text.
const PART: usize = 70;

/// The relation of two texts below the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EditedVerdict {
    /// One text, edited throughout.
    Copy,
    /// The shorter one is an edited part of the longer one.
    Part,
}

impl EditedVerdict {
    /// Smallest Jaccard of a copy that was edited throughout.
    pub(crate) const LEAST: f64 = 0.4;

    /// Smallest containment of an edited part.
    pub(crate) const LEAST_CONTAINMENT: f64 = 0.5;
}

/// Tests whether one of two texts below the threshold is the other one edited, or an edited part of it. `texts` is the
/// number of distinct texts of the run. Symmetric. O(n log n) for n tokens, and a bounded time for each gap.
pub(crate) fn edited(compared: &PairWording<'_>, evidence: CorpusEvidence<'_>, texts: usize) -> Option<EditedVerdict> {
    if texts < ENOUGH_TEXTS || compared.are_out_of_reach() {
        return None;
    }

    // The cheap tests first, since most pairs fail one of them.
    let PairWording { a, b, .. } = *compared;
    let tokens_a = a.wording.words().len();
    if tokens_a < SHORTEST || share_common_wording(compared, evidence, texts) {
        return None;
    }

    let (least, share) = OWN_RUN;
    if compared.own()[0].longest_run() > least.max(tokens_a * share / 100) {
        return None;
    }

    // By the upper bound, before the alignment in detail.
    kind(compared.alignment().most_matched(), a, b)?;
    if !share_most_numbers(a, b) {
        return None;
    }

    let detail = compared.detail();
    if !has_same_lead(detail) || 2 * detail.anchored < tokens_a || sets_numbers_against_others(a, b, detail) {
        return None;
    }

    let matched = detail.matched.iter().filter(|matched| **matched).count();
    kind(matched, a, b)
}

/// The verdict for texts of which `matched` tokens of the shorter one occur in the longer one in the same order.
fn kind(matched: usize, a: TextEvidence<'_>, b: TextEvidence<'_>) -> Option<EditedVerdict> {
    let (tokens_a, tokens_b) = (a.wording.words().len(), b.wording.words().len());
    let (of_shorter, of_longer) = SAME_TEXT;

    if matched * 100 >= tokens_a * of_shorter && matched * 100 >= tokens_b * of_longer {
        Some(EditedVerdict::Copy)
    } else {
        (matched * 100 >= tokens_a * PART).then_some(EditedVerdict::Part)
    }
}

/// Whether the shared trigrams, by their median, occur in more texts than those of one story do.
fn share_common_wording(compared: &PairWording<'_>, evidence: CorpusEvidence<'_>, texts: usize) -> bool {
    let Some(frequencies) = evidence.run else { return true };

    let (least, most) = COMMON_WORDING;
    SharedFrequency::new(compared, frequencies).half > ((texts / TEXTS_FOR_ONE) as u32).clamp(least, most)
}

/// Whether too many numbers of one text are replaced by other numbers.
fn sets_numbers_against_others(a: TextEvidence<'_>, b: TextEvidence<'_>, detail: &TokenAlignment) -> bool {
    let of = |text: TextEvidence<'_>| -> Vec<Vec<u8>> { tokens(text.folded).map(<[u8]>::to_vec).collect() };
    let most = a.wording.words().len() * OTHER_NUMBERS;
    let (a, b) = (of(a), of(b));

    let other = |slot: &TokenSlot| {
        // Groups of digits without an equal one, on the side that has fewer.
        let a = groups(a[slot.a.clone()].iter().map(Vec::as_slice));
        let b = groups(b[slot.b.clone()].iter().map(Vec::as_slice));
        a.len().min(b.len()) - super::common(&a, &b)
    };

    detail.slots.iter().map(other).sum::<usize>() * 1000 > most
}

/// Whether two thirds of the numbers of the text that has fewer occur in the other.
pub(super) fn share_most_numbers(a: TextEvidence<'_>, b: TextEvidence<'_>) -> bool {
    let (a, b) = (groups(tokens(a.folded)), groups(tokens(b.folded)));
    3 * super::common(&a, &b) >= 2 * a.len().min(b.len())
}

/// Whether half of the lead of the shorter text is matched.
fn has_same_lead(detail: &TokenAlignment) -> bool {
    let lead = &detail.matched[..detail.matched.len().min(LEAD)];
    2 * lead.iter().filter(|matched| **matched).count() >= lead.len()
}

/// The groups of digits of number tokens, ascending, without leading zeros, since papers write 42.3 and 3 ر 42.
fn groups<'t>(tokens: impl Iterator<Item = &'t [u8]>) -> Vec<Vec<u8>> {
    let numbers = tokens.filter(|token| crate::normalize::alphabet::is_number(token));
    let digits = numbers.flat_map(|token| token.split(|byte| *byte == b'.')).filter(|group| !group.is_empty());
    let mut groups: Vec<Vec<u8>> =
        digits.map(|group| group.iter().copied().skip_while(|digit| *digit == b'0').collect()).collect();
    groups.sort_unstable();

    groups
}
