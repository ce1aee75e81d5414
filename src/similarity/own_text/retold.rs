//! Copies below the threshold whose records have one title in two sources.
//!
//! Papers print the report of an agency under its title and change the text: they shorten it, replace words, or write
//! sentences anew. The title is evidence that both tell one report, so the texts need less in common than those of
//! [`edited`](super::edited()): most tokens of the shorter one in one order, and most of its numbers. The title does not tell
//! whether the facts are the same, since forms return under one title; so the rules that keep forms apart hold here too.

use super::PairWording;
use super::edited::{EditedVerdict, share_most_numbers};
use crate::similarity::Score;

/// Fewest tokens of the shorter text.
const SHORTEST: usize = 20;

/// Smallest containment. Two reports that were written on their own have the words of the event in one order, but not the
/// sentences.
const LEAST_CONTAINMENT: f64 = 0.4;

/// Fewest matched tokens of an edited part, of 100 tokens of the shorter text.
const PART: usize = 70;

/// Fewest matched tokens of a copy, of 100 tokens of the longer text.
const SAME_TEXT: usize = 60;

/// Tests whether one of two texts of one title is the other one edited, or an edited part of it. `score` is that of their word
/// trigrams. Symmetric. O(n log n) for n tokens, and a bounded time for each gap.
pub(crate) fn retold(texts: &PairWording<'_>, score: Score) -> Option<EditedVerdict> {
    if texts.are_out_of_reach() || score.containment < LEAST_CONTAINMENT {
        return None;
    }

    let PairWording { a, b, .. } = *texts;
    let (tokens_a, tokens_b) = (a.wording.words().len(), b.wording.words().len());
    if tokens_a < SHORTEST || !share_most_numbers(a, b) {
        return None;
    }

    // By the upper bound, before the alignment in detail.
    if texts.alignment().most_matched() * 100 < tokens_a * PART {
        return None;
    }

    let detail = texts.detail();
    let matched = detail.matched.iter().filter(|matched| **matched).count();
    if matched * 100 < tokens_a * PART {
        None
    } else if matched * 100 >= tokens_b * SAME_TEXT {
        Some(EditedVerdict::Copy)
    } else {
        Some(EditedVerdict::Part)
    }
}
