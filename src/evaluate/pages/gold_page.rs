//! A gold page: its labelled letters, and the items that they form.

use std::ops::Range;

/// The label of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterLabel {
    Headline,
    /// The title line of a story; correct as a headline.
    Title,
    Story,
    Boilerplate,
    /// A headline that is correct as a headline and as boilerplate.
    Either,
    /// Not scored.
    Free,
}

/// A headline, a title or a story.
#[derive(Debug)]
pub(super) struct PageItem {
    pub label: LetterLabel,
    pub group: String,
    /// Its first row.
    pub row: u64,
    /// Numbers of its scored letters, ascending.
    pub letters: Vec<usize>,
}

impl PageItem {
    pub(super) fn is_story(&self) -> bool {
        self.label == LetterLabel::Story
    }

    /// The share of their union that the item and `other` have in common.
    pub(super) fn overlap(&self, other: &Range<usize>) -> f64 {
        let shared = self.shared(other);
        let all = self.letters.len() + other.len() - shared;
        if all == 0 { 0.0 } else { shared as f64 / all as f64 }
    }

    /// The letters of the item in `other`.
    fn shared(&self, other: &Range<usize>) -> usize {
        let before = |end: usize| self.letters.partition_point(|letter| *letter < end);
        before(other.end) - before(other.start)
    }
}

/// A scored letter or digit.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScoredLetter {
    /// Its first byte in the text.
    pub byte: usize,
    /// Its line, from 1.
    pub line: u64,
    pub label: LetterLabel,
    /// Its item in [`GoldPage::items`].
    pub item: Option<usize>,
}

/// A page with its gold.
#[derive(Debug)]
pub(super) struct GoldPage {
    pub name: String,
    pub text: String,
    /// The scored letters, in text order. Their places are the numbers of letters everywhere else.
    pub letters: Vec<ScoredLetter>,
    /// The first bytes of the letters that are not scored.
    pub free: Vec<usize>,
    pub items: Vec<PageItem>,
}

impl GoldPage {
    /// The numbers of the scored letters of a span of bytes.
    pub(super) fn numbers(&self, start: usize, end: usize) -> Range<usize> {
        let before = |end: usize| self.letters.partition_point(|letter| letter.byte < end);
        before(start)..before(end)
    }

    /// Whether a span of bytes holds a letter that is not scored.
    pub(super) fn has_free(&self, span: Range<usize>) -> bool {
        let first = self.free.partition_point(|byte| *byte < span.start);
        self.free.get(first).is_some_and(|byte| *byte < span.end)
    }

    /// The first story of the group of a title that begins below it.
    pub(super) fn story_below(&self, title: &PageItem) -> Option<&PageItem> {
        let end = title.letters.last()?;
        let below = |item: &&PageItem| item.is_story() && item.group == title.group && item.letters.first() > Some(end);
        self.items.iter().filter(below).min_by_key(|item| item.letters.first())
    }

    /// The parts of stories: unbroken runs of letters of one story, in text order.
    pub(super) fn parts(&self) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut first = 0;
        for run in self.letters.chunk_by(|a, b| a.item == b.item) {
            if run[0].label == LetterLabel::Story {
                parts.push(first..first + run.len());
            }
            first += run.len();
        }
        parts
    }

    /// The item that most letters of a unit belong to, the first of equals, and their number; `None` for letters of no item.
    pub(super) fn main_item(&self, unit: &Range<usize>) -> (Option<usize>, usize) {
        let mut counts: Vec<(Option<usize>, usize)> = Vec::new();
        for letter in &self.letters[unit.clone()] {
            match counts.iter_mut().find(|(item, _)| *item == letter.item) {
                Some((_, count)) => *count += 1,
                None => counts.push((letter.item, 1)),
            }
        }

        // `max_by_key` gives the last of equals.
        counts.into_iter().rev().max_by_key(|(_, count)| *count).unwrap_or((None, 0))
    }

    /// Whether more than half of a unit is correct as a headline and as boilerplate.
    pub(super) fn is_either(&self, unit: &Range<usize>) -> bool {
        let either = self.letters[unit.clone()].iter().filter(|letter| letter.label == LetterLabel::Either).count();
        either * 2 > unit.len()
    }
}

/// Whether a character counts: letters and digits, but no vowel marks, which are alphabetic in Unicode.
pub(super) fn counts(c: char) -> bool {
    let mark = matches!(c, '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}'
        | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}' | '\u{8CA}'..='\u{8FF}');
    c.is_alphanumeric() && !mark
}
