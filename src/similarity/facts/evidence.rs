//! What speaks for two texts telling other facts, counted slot by slot.

use std::cell::OnceCell;

use ahash::{AHashMap, AHashSet};

use super::WordFrequencies;
use super::slots::slots;
use super::table::{Meaning, meaning};
use crate::similarity::common::Slot;
use crate::similarity::words::{CONTENT, SAME_WORD, Vocabulary, alikeness, stem};

/// Longest slot, in tokens a side, in which a word is set against a word. Longer ones are rewritten sentences, which only
/// count as a whole.
const SHORT_SLOT: usize = 6;

/// Longest slot, in tokens a side, that is looked into at all.
const LONGEST_SLOT: usize = 128;

/// From this many tokens on, the first and the last slot of a text are its byline and its title or tags.
const HAS_EDGES: usize = 16;

/// What was counted in two texts. Symmetric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Tokens of the shorter text.
    pub tokens: usize,
    /// Tokens of the longer text.
    pub longer: usize,
    /// Slots of any length, edges included.
    pub slots: usize,
    /// Tokens that stand against others, counted on the shorter side of each slot.
    pub replaced: usize,
    /// Rare words that stand in a slot and that the other text does not know, on the side of a slot that has fewer.
    pub rare_words: usize,
    /// Short slots in which a content word of each text, not met in an earlier slot, stands against one of the other, neither
    /// of which the other text knows.
    pub swaps: usize,
    /// Such slots with a rare word on each side.
    pub rare_swaps: usize,
    /// Short slots in which numbers stand against as many other numbers.
    pub numbers: usize,
    /// Short slots in which a weekday stands against another, neither of which the other text has.
    pub weekdays: usize,
    /// The same for ordinals.
    pub ordinals: usize,
}

impl Evidence {
    /// Counts what stands in the slots of two folded texts (tokens joined by one space). O(n log n) and a bounded time for
    /// each slot.
    #[must_use]
    pub fn of(a: &str, b: &str, frequencies: &WordFrequencies) -> Self {
        // An alignment may turn out otherwise for the sides exchanged, so they have one order.
        let (a, b) = (Text::new(a.min(b)), Text::new(a.max(b)));
        let mut ids: AHashMap<&str, u32> = AHashMap::new();
        let mut number = |word| {
            let next = ids.len() as u32;
            *ids.entry(word).or_insert(next)
        };
        let in_a: Vec<u32> = a.words().iter().map(|word| number(*word)).collect();
        let in_b: Vec<u32> = b.words().iter().map(|word| number(*word)).collect();
        let slots = slots(&in_a, &in_b, ids.len());
        let (tokens, longer) = (a.words().len().min(b.words().len()), a.words().len().max(b.words().len()));
        let mut counter = Counter { a: &a, b: &b, frequencies, met: [AHashSet::new(), AHashSet::new()] };
        let mut evidence = Self { tokens, longer, slots: slots.len(), ..Self::default() };
        for slot in &slots {
            counter.count(slot, &mut evidence);
        }
        evidence
    }
}

/// One of the two texts.
struct Text<'a> {
    vocabulary: Vocabulary<'a>,
    /// Made when it is asked for.
    meanings: OnceCell<Vec<Meaning>>,
}

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Self {
        Self { vocabulary: Vocabulary::new(text), meanings: OnceCell::new() }
    }

    fn words(&self) -> &[&'a str] {
        &self.vocabulary.words
    }

    fn tells(&self, meant: Meaning) -> bool {
        self.meanings.get_or_init(|| self.words().iter().filter_map(|word| meaning(word)).collect()).contains(&meant)
    }
}

/// Counts the slots of two texts, one after the other.
struct Counter<'a> {
    a: &'a Text<'a>,
    b: &'a Text<'a>,
    frequencies: &'a WordFrequencies,
    /// Stems of each text that stood in a swap.
    met: [AHashSet<&'a str>; 2],
}

impl<'a> Counter<'a> {
    fn count(&mut self, slot: &Slot, evidence: &mut Evidence) {
        let (a, b) = (&self.a.words()[slot.a.clone()], &self.b.words()[slot.b.clone()]);
        if self.is_edge(slot, evidence.tokens) || a.len().max(b.len()) > LONGEST_SLOT || a.concat() == b.concat() {
            return;
        }
        evidence.replaced += a.len().min(b.len());
        let (own_a, own_b) = (own_words(a, b, self.b), own_words(b, a, self.a));
        let rare = |words: &[&str]| words.iter().filter(|word| self.frequencies.is_rare(word)).count();
        let rare_words = rare(&own_a).min(rare(&own_b));
        evidence.rare_words += rare_words;
        if a.len().max(b.len()) > SHORT_SLOT {
            return;
        }
        evidence.numbers += usize::from(are_other_numbers(a, b));
        let weekday = |meaning| matches!(meaning, Meaning::Weekday(_));
        evidence.weekdays += usize::from(tells_other(a, self.b, weekday) && tells_other(b, self.a, weekday));
        let ordinal = |meaning| matches!(meaning, Meaning::Ordinal(_));
        evidence.ordinals += usize::from(tells_other(a, self.b, ordinal) && tells_other(b, self.a, ordinal));
        if !own_a.is_empty() && !own_b.is_empty() {
            let (new_a, new_b) = (self.meet(0, &own_a), self.meet(1, &own_b));
            evidence.swaps += usize::from(new_a && new_b);
            evidence.rare_swaps += usize::from(new_a && new_b && rare_words > 0);
        }
    }

    /// Whether a byline, or a title and tags at the end, stand against others: they differ between copies.
    fn is_edge(&self, slot: &Slot, tokens: usize) -> bool {
        let first = slot.a.start == 0 || slot.b.start == 0;
        let last = slot.a.end == self.a.words().len() || slot.b.end == self.b.words().len();
        tokens >= HAS_EDGES && (first || last)
    }

    /// Whether any of the words was not met before in that text. A term that a copy always replaces tells one thing.
    fn meet(&mut self, text: usize, words: &[&'a str]) -> bool {
        let known = self.met[text].len();
        self.met[text].extend(words.iter().map(|word| stem(word)));
        self.met[text].len() > known
    }
}

/// Content words of a slot that the other text does not know and that are no spelling of a word opposite.
fn own_words<'a>(words: &[&'a str], opposite: &[&str], other: &Text) -> Vec<&'a str> {
    let is_own = |word: &&&str| {
        is_content(word)
            && !other.vocabulary.knows(word)
            && opposite.iter().all(|against| alikeness(stem(word), stem(against)) < SAME_WORD)
    };
    words.iter().filter(is_own).copied().collect()
}

/// Whether a word can name a fact: of three letters or more, in Arabic script, no word of time.
fn is_content(word: &str) -> bool {
    let is_arabic = |c: char| ('\u{600}'..='\u{8FF}').contains(&c) || ('\u{FB50}'..='\u{FEFC}').contains(&c);
    word.starts_with(is_arabic)
        && word.chars().count() >= CONTENT
        && meaning(word).is_none_or(|meaning| matches!(meaning, Meaning::Ordinal(_)))
}

fn is_number(word: &&str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a slot holds nothing but numbers, as many on each side.
fn are_other_numbers(a: &[&str], b: &[&str]) -> bool {
    a.len() == b.len() && a.iter().all(is_number) && b.iter().all(is_number)
}

/// Whether the words tell something of this kind that the other text does not.
fn tells_other(words: &[&str], other: &Text, kind: impl Fn(Meaning) -> bool) -> bool {
    words.iter().filter_map(|word| meaning(word)).any(|meaning| kind(meaning) && !other.tells(meaning))
}
