//! The evidence that two texts tell different facts, counted slot by slot.

use std::ops::Range;

use foldhash::HashSet;

use super::facts_text::{FactsPair, FactsSide, FactsText, are_spellings, are_sure_spellings};
use super::frequencies::WordFrequencies;
use super::names::{self, is_common};
use super::numbers;
use super::series::series;
use super::slots::slots;
use super::word_meanings::WordMeaning;
use crate::normalize::alphabet;
use crate::similarity::token_gaps::TokenSlot;
use crate::similarity::word_forms::FEW_WORDS;

/// Longest slot, in tokens of a side, whose words replace one another. Longer ones are rewritten sentences, which count
/// only as a whole.
const SHORT_SLOT: usize = 6;

/// Longest slot that is examined, in tokens of a side.
const LONGEST_SLOT: usize = 128;

/// Fewest tokens of a text whose first and last slot are edges: its byline, and its title or tags.
const HAS_EDGES: usize = 16;

/// The counts of two texts. Symmetric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FactsEvidence {
    /// Tokens of the shorter text.
    pub tokens: usize,
    /// Tokens of the longer text.
    pub longer: usize,
    /// Slots of any length, edges included.
    pub slots: usize,
    /// Replaced tokens, counted on the shorter side of each slot.
    pub replaced: usize,
    /// Tokens of the longest side of a slot with replaced tokens.
    pub longest: usize,
    /// Rare words in slots that the other text does not know, counted on the side of a slot that has fewer.
    pub rare_words: usize,
    /// Swaps: short slots in which each text has a content word that the other does not know, in the first slot with
    /// that word.
    pub swaps: usize,
    /// Swaps with a rare word on each side.
    pub rare_swaps: usize,
    /// Swaps with a rare word on each side that is no common noun, and without common nouns on both sides: different
    /// names, not synonyms.
    pub proper_swaps: usize,
    /// Names replaced by other names after a word that announces them (جمهورية), in any order of the sentences.
    pub introduced: usize,
    /// Frames that have several values in one of the texts, and in which each text has a value that the other does not
    /// know.
    pub series: usize,
    /// Short slots of numbers alone, as many on each side.
    pub numbers: usize,
    /// Numbers in digits, of the text that has fewer.
    pub told: usize,
    /// Numbers replaced by different numbers, independent of their notation.
    pub figures: usize,
    /// Such numbers with a fraction on both sides.
    pub decimals: usize,
    /// Slots in which a year is replaced by another of its calendar, and the other text lacks each.
    pub years: usize,
    /// The same for dates.
    pub dates: usize,
    /// Short slots in which a weekday is replaced by another, and the other text lacks each.
    pub weekdays: usize,
    /// The same for ordinals.
    pub ordinals: usize,
}

impl FactsEvidence {
    /// Counts the slots of two folded texts (tokens joined by one space). O(n log n), and a bounded time for each slot.
    #[must_use]
    pub fn of(a: &str, b: &str, frequencies: &WordFrequencies) -> Self {
        // The alignment depends on the order of the texts, so they get a fixed one.
        let [a, b] = [a.min(b), a.max(b)].map(|text| FactsText::new(&alphabet::to_compact(text)));
        Self::of_pair(&FactsPair::new(&a, &b), frequencies)
    }

    /// Counts the slots of two texts, which are in their fixed order.
    pub(super) fn of_pair(pair: &FactsPair<'_>, frequencies: &WordFrequencies) -> Self {
        let FactsPair { a, b, ids: [in_a, in_b], distinct } = pair;
        let slots = slots(in_a, in_b, *distinct);

        let (tokens, longer) = (a.len().min(b.len()), a.len().max(b.len()));
        let told = a.text().numbers().min(b.text().numbers());
        let mut evidence = Self { tokens, longer, slots: slots.len(), told, ..Self::default() };

        let mut counter = SlotCounter { a, b, frequencies, met: [HashSet::default(), HashSet::default()] };
        for slot in &slots {
            counter.count(slot, &mut evidence);
        }

        // Names in slots and names in frames may be the same ones, so the larger count holds.
        evidence.introduced = evidence.introduced.max(names::introduced(a, b, frequencies));
        evidence.series = series(pair);

        evidence
    }
}

/// Counts the slots of two texts in text order.
struct SlotCounter<'a, 't> {
    a: &'a FactsSide<'t>,
    b: &'a FactsSide<'t>,
    frequencies: &'a WordFrequencies,
    /// Stems of each text in the own words of earlier slots.
    met: [HashSet<u64>; 2],
}

impl SlotCounter<'_, '_> {
    /// Adds one slot to the evidence.
    fn count(&mut self, slot: &TokenSlot, evidence: &mut FactsEvidence) {
        let (all_a, all_b) = (self.a.words(), self.b.words());
        let (a, b) = (&all_a[slot.a.clone()], &all_b[slot.b.clone()]);

        // Equal without spaces: the same words, joined or split.
        if self.is_edge(slot, evidence.tokens) || a.len().max(b.len()) > LONGEST_SLOT || are_equal_joined(a, b) {
            return;
        }

        evidence.replaced += a.len().min(b.len());
        evidence.longest = evidence.longest.max(a.len()).max(b.len());

        let are_same = if evidence.longer <= FEW_WORDS { are_sure_spellings } else { are_spellings };
        let (own_a, own_b) = (own_words(self.a, &slot.a, b, are_same), own_words(self.b, &slot.b, a, are_same));
        let rare = |text: &FactsSide<'_>, own: &[usize]| own.iter().filter(|at| self.is_rare(text, **at)).count();
        let rare_words = rare(self.a, &own_a).min(rare(self.b, &own_b));
        evidence.rare_words += rare_words;

        self.count_numbers(slot, evidence);

        // The counts below compare word with word.
        if a.len().max(b.len()) > SHORT_SLOT {
            return;
        }

        evidence.numbers += usize::from(numbers::are_other_numbers(a, b));
        let weekday = |meaning| matches!(meaning, WordMeaning::Weekday(_));
        evidence.weekdays += usize::from(self.tell_other(slot, weekday));
        let ordinal = |meaning| matches!(meaning, WordMeaning::Ordinal(_));
        evidence.ordinals += usize::from(self.tell_other(slot, ordinal));

        if !own_a.is_empty() && !own_b.is_empty() {
            self.count_swap(slot, [&own_a, &own_b], evidence);
        }
    }

    /// Counts numbers, years and dates of a slot.
    fn count_numbers(&self, slot: &TokenSlot, evidence: &mut FactsEvidence) {
        let (all_a, all_b) = (self.a.words(), self.b.words());
        let (a, b) = (&all_a[slot.a.clone()], &all_b[slot.b.clone()]);
        if !numbers::are_comparable(a, b) {
            return;
        }

        let figures = numbers::figures(a, b);
        evidence.figures += figures.all;
        evidence.decimals += figures.decimals;

        evidence.years += usize::from(numbers::tells_other_year(a, all_b, b, all_a));
        let other_date = numbers::tells_other_date(self.a.dates(), &slot.a, self.b.dates(), &slot.b);
        evidence.dates += usize::from(other_date);
    }

    /// Counts a slot with own words on both sides, given by their places.
    fn count_swap(&mut self, slot: &TokenSlot, own: [&[usize]; 2], evidence: &mut FactsEvidence) {
        // Both sides are noted before either can end the function.
        let (new_a, new_b) = (self.meet(0, own[0]), self.meet(1, own[1]));
        if !new_a || !new_b {
            return;
        }

        evidence.swaps += 1;

        let sides = [(self.a, own[0]), (self.b, own[1])];
        if sides.iter().all(|(text, own)| own.iter().any(|at| self.is_rare(text, *at))) {
            evidence.rare_swaps += 1;

            let is_common = |text: &FactsSide<'_>, at: usize| is_common(text.words()[at]);
            let has_name = |(text, own): &(&FactsSide<'_>, &[usize])| {
                own.iter().any(|at| self.is_rare(text, *at) && !is_common(text, *at))
            };
            let has_common = |(text, own): &(&FactsSide<'_>, &[usize])| own.iter().any(|at| is_common(text, *at));
            let are_names = sides.iter().all(has_name);
            evidence.proper_swaps += usize::from(are_names && !sides.iter().all(has_common));
            evidence.introduced += usize::from(self.is_introduced(slot, own));
        }
    }

    /// Whether both sides of a slot begin with a rare own word, and the word before it announces one of them as a name.
    fn is_introduced(&self, slot: &TokenSlot, own: [&[usize]; 2]) -> bool {
        let sides = [(self.a, slot.a.start, own[0]), (self.b, slot.b.start, own[1])];
        // By the word: it may be own at another place of the slot.
        let opens = |&(text, start, own): &(&FactsSide<'_>, usize, &[usize])| {
            let words = text.words();
            start > 0 && own.iter().any(|at| words[*at] == words[start]) && self.is_rare(text, start)
        };
        let is_name = |&(text, start, _): &(&FactsSide<'_>, usize, &[usize])| {
            names::is_announced(text.words()[start - 1], text.words()[start])
        };

        sides.iter().all(opens) && sides.iter().any(is_name)
    }

    fn is_rare(&self, text: &FactsSide<'_>, at: usize) -> bool {
        self.frequencies.is_rare_word(text.word(at))
    }

    /// Whether each side of a slot has a word with a meaning of this kind that no word of the other text has.
    fn tell_other(&self, slot: &TokenSlot, kind: impl Fn(WordMeaning) -> bool) -> bool {
        let tells = |text: &FactsSide<'_>, slot: &Range<usize>, other: &FactsSide<'_>| {
            let mut meanings = slot.clone().filter_map(|at| text.meaning(at));
            meanings.any(|meaning| kind(meaning) && !other.tells(meaning))
        };
        tells(self.a, &slot.a, self.b) && tells(self.b, &slot.b, self.a)
    }

    /// Whether a slot is a byline, or a title and tags at the end: they differ between copies.
    fn is_edge(&self, slot: &TokenSlot, tokens: usize) -> bool {
        let first = slot.a.start == 0 || slot.b.start == 0;
        let last = slot.a.end == self.a.len() || slot.b.end == self.b.len();
        tokens >= HAS_EDGES && (first || last)
    }

    /// Notes the words; whether one is new in that text. A term that a copy replaces throughout counts once.
    fn meet(&mut self, text: usize, own: &[usize]) -> bool {
        let side = [self.a, self.b][text];
        let known = self.met[text].len();
        self.met[text].extend(own.iter().map(|at| side.stem(*at)));
        self.met[text].len() > known
    }
}

/// Whether words are equal without the spaces between them.
fn are_equal_joined(a: &[&[u8]], b: &[&[u8]]) -> bool {
    let length = |words: &[&[u8]]| words.iter().map(|word| word.len()).sum::<usize>();
    length(a) == length(b) && a.iter().copied().flatten().eq(b.iter().copied().flatten())
}

/// The places of content words of a slot that the other text does not know. `are_same` tells which words of the opposite side
/// are spellings of them; a word with a spelling there is left out.
fn own_words(
    text: &FactsSide<'_>,
    slot: &Range<usize>,
    opposite: &[&[u8]],
    are_same: impl Fn(&[u8], &[u8]) -> bool,
) -> Vec<usize> {
    let is_own = |at: &usize| text.is_own(*at) && !opposite.iter().any(|other| are_same(text.words()[*at], other));
    slot.clone().filter(is_own).collect()
}
