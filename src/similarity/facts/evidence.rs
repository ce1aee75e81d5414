//! The evidence that two texts tell different facts, counted slot by slot.

use ahash::{AHashMap, AHashSet};

use super::facts_text::{FactsText, own_words};
use super::frequencies::WordFrequencies;
use super::names::{self, is_common};
use super::numbers;
use super::series::series;
use super::slots::slots;
use super::word_meanings::{WordMeaning, meaning, plain};
use crate::similarity::token_gaps::TokenSlot;
use crate::similarity::word_forms::stem;

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
        let (mut a, mut b) = (FactsText::new(a.min(b)), FactsText::new(a.max(b)));

        // Equal words have equal numbers; the names of one unit are one word.
        let mut ids: AHashMap<&str, u32> = AHashMap::new();
        let mut number = |word| {
            let next = ids.len() as u32;
            *ids.entry(plain(word)).or_insert(next)
        };
        let in_a: Vec<u32> = a.words().iter().map(|word| number(*word)).collect();
        let in_b: Vec<u32> = b.words().iter().map(|word| number(*word)).collect();

        let slots = slots(&in_a, &in_b, ids.len());
        a.note_shared(shared(&in_a, &in_b, ids.len()));
        b.note_shared(shared(&in_b, &in_a, ids.len()));

        let (tokens, longer) = (a.words().len().min(b.words().len()), a.words().len().max(b.words().len()));

        let mut counter = SlotCounter { a: &a, b: &b, frequencies, met: [AHashSet::new(), AHashSet::new()] };
        let numbers = |text: &FactsText<'_>| text.words().iter().filter(|word| numbers::is_number(word)).count();
        let told = numbers(&a).min(numbers(&b));
        let mut evidence = Self { tokens, longer, slots: slots.len(), told, ..Self::default() };
        for slot in &slots {
            counter.count(slot, &mut evidence);
        }

        // Names in slots and names in frames may be the same ones, so the larger count holds.
        evidence.introduced = evidence.introduced.max(names::introduced(&a, &b, frequencies));
        evidence.series = series(&a, &b);

        evidence
    }
}

/// For each token of a text, whether the other has it.
fn shared(text: &[u32], other: &[u32], vocabulary: usize) -> Vec<bool> {
    let mut has = vec![false; vocabulary];

    other.iter().for_each(|token| has[*token as usize] = true);
    text.iter().map(|token| has[*token as usize]).collect()
}

/// Counts the slots of two texts in text order.
struct SlotCounter<'a> {
    a: &'a FactsText<'a>,
    b: &'a FactsText<'a>,
    frequencies: &'a WordFrequencies,
    /// Stems of each text in the own words of earlier slots.
    met: [AHashSet<&'a str>; 2],
}

impl<'a> SlotCounter<'a> {
    /// Adds one slot to the evidence.
    fn count(&mut self, slot: &TokenSlot, evidence: &mut FactsEvidence) {
        let (a, b) = (&self.a.words()[slot.a.clone()], &self.b.words()[slot.b.clone()]);

        // Equal without spaces: the same words, joined or split.
        if self.is_edge(slot, evidence.tokens) || a.len().max(b.len()) > LONGEST_SLOT || a.concat() == b.concat() {
            return;
        }

        evidence.replaced += a.len().min(b.len());
        evidence.longest = evidence.longest.max(a.len()).max(b.len());

        let (own_a, own_b) = (own_words(a, b, self.b), own_words(b, a, self.a));
        let rare = |words: &[&str]| words.iter().filter(|word| self.frequencies.is_rare(word)).count();
        let rare_words = rare(&own_a).min(rare(&own_b));
        evidence.rare_words += rare_words;

        self.count_numbers(slot, evidence);

        // The counts below compare word with word.
        if a.len().max(b.len()) > SHORT_SLOT {
            return;
        }

        evidence.numbers += usize::from(numbers::are_other_numbers(a, b));
        let weekday = |meaning| matches!(meaning, WordMeaning::Weekday(_));
        evidence.weekdays += usize::from(tells_other(a, self.b, weekday) && tells_other(b, self.a, weekday));
        let ordinal = |meaning| matches!(meaning, WordMeaning::Ordinal(_));
        evidence.ordinals += usize::from(tells_other(a, self.b, ordinal) && tells_other(b, self.a, ordinal));

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

    /// Counts a slot with own words on both sides.
    fn count_swap(&mut self, slot: &TokenSlot, own: [&[&'a str]; 2], evidence: &mut FactsEvidence) {
        // Both sides are noted before either can end the function.
        let (new_a, new_b) = (self.meet(0, own[0]), self.meet(1, own[1]));
        if !new_a || !new_b {
            return;
        }

        evidence.swaps += 1;

        let is_rare = |word: &&str| self.frequencies.is_rare(word);
        if own.iter().all(|words| words.iter().any(is_rare)) {
            evidence.rare_swaps += 1;

            let has_name = |words: &[&str]| words.iter().any(|word| is_rare(word) && !is_common(word));
            let has_common = |words: &[&str]| words.iter().any(|word| is_common(word));
            let are_names = own.iter().all(|words| has_name(words));
            evidence.proper_swaps += usize::from(are_names && !own.iter().all(|words| has_common(words)));
            evidence.introduced += usize::from(self.is_introduced(slot, own));
        }
    }

    /// Whether both sides of a slot begin with a rare own word, and the word before it announces one of them as a name.
    fn is_introduced(&self, slot: &TokenSlot, own: [&[&'a str]; 2]) -> bool {
        let sides = [(self.a.words(), slot.a.start, own[0]), (self.b.words(), slot.b.start, own[1])];
        let opens = |&(words, start, own): &(&[&str], usize, &[&str])| {
            start > 0 && own.contains(&words[start]) && self.frequencies.is_rare(words[start])
        };
        let is_name =
            |&(words, start, _): &(&[&str], usize, &[&str])| names::is_announced(words[start - 1], words[start]);

        sides.iter().all(opens) && sides.iter().any(is_name)
    }

    /// Whether a slot is a byline, or a title and tags at the end: they differ between copies.
    fn is_edge(&self, slot: &TokenSlot, tokens: usize) -> bool {
        let first = slot.a.start == 0 || slot.b.start == 0;
        let last = slot.a.end == self.a.words().len() || slot.b.end == self.b.words().len();
        tokens >= HAS_EDGES && (first || last)
    }

    /// Notes the words; whether one is new in that text. A term that a copy replaces throughout counts once.
    fn meet(&mut self, text: usize, words: &[&'a str]) -> bool {
        let known = self.met[text].len();
        self.met[text].extend(words.iter().map(|word| stem(word)));
        self.met[text].len() > known
    }
}

/// Whether one of the words has a meaning of this kind that no word of the other text has.
fn tells_other(words: &[&str], other: &FactsText<'_>, kind: impl Fn(WordMeaning) -> bool) -> bool {
    words.iter().filter_map(|word| meaning(word)).any(|meaning| kind(meaning) && !other.tells(meaning))
}
