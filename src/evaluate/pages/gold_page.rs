//! A gold page: its letters, each with a label, and the items they make up.

use std::ops::Range;

/// What a letter of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterLabel {
    Headline,
    /// The title line of a story: right as a headline.
    Title,
    Story,
    Boilerplate,
    /// A headline that is right as a headline and as boilerplate.
    Either,
    /// Not scored.
    Free,
}

/// A headline, a title or a story.
#[derive(Debug)]
pub(super) struct PageItem {
    pub label: LetterLabel,
    pub group: String,
    /// The row that names it first.
    pub row: u64,
    /// Numbers of its scored letters, ascending.
    pub letters: Vec<usize>,
}

impl PageItem {
    pub(super) fn is_story(&self) -> bool {
        self.label == LetterLabel::Story
    }

    /// Shared letters over all letters of the item and of `other`.
    pub(super) fn overlap(&self, other: &Range<usize>) -> f64 {
        let shared = self.shared(other);
        let all = self.letters.len() + other.len() - shared;
        if all == 0 { 0.0 } else { shared as f64 / all as f64 }
    }

    fn shared(&self, other: &Range<usize>) -> usize {
        let before = |end: usize| self.letters.partition_point(|letter| *letter < end);
        before(other.end) - before(other.start)
    }
}

/// A scored letter or digit.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScoredLetter {
    /// Where it begins in the text.
    pub byte: usize,
    pub line: u64,
    pub label: LetterLabel,
    pub item: Option<usize>,
}

/// A page with its gold.
#[derive(Debug)]
pub(super) struct GoldPage {
    pub name: String,
    pub text: String,
    /// The scored letters, in text order; their places are the numbers that all else counts with.
    pub letters: Vec<ScoredLetter>,
    /// Where the letters begin that are not scored.
    pub free: Vec<usize>,
    pub items: Vec<PageItem>,
}

impl GoldPage {
    /// The numbers of the scored letters of a span of bytes.
    pub(super) fn numbers(&self, start: usize, end: usize) -> Range<usize> {
        let before = |end: usize| self.letters.partition_point(|letter| letter.byte < end);
        before(start)..before(end)
    }

    /// Whether a letter that is not scored stands in a span of bytes.
    pub(super) fn has_free(&self, span: Range<usize>) -> bool {
        let first = self.free.partition_point(|byte| *byte < span.start);
        self.free.get(first).is_some_and(|byte| *byte < span.end)
    }

    /// The first story of a title's group that begins below it.
    pub(super) fn story_below(&self, title: &PageItem) -> Option<&PageItem> {
        let end = title.letters.last()?;
        let below = |item: &&PageItem| item.is_story() && item.group == title.group && item.letters.first() > Some(end);
        self.items.iter().filter(below).min_by_key(|item| item.letters.first())
    }

    /// Unbroken runs of letters of one story, in text order.
    pub(super) fn parts(&self) -> Vec<Range<usize>> {
        let mut first = 0;
        let runs = self.letters.chunk_by(|a, b| a.item == b.item).map(|run| {
            let range = first..first + run.len();
            first = range.end;
            (run[0].label == LetterLabel::Story).then_some(range)
        });
        runs.flatten().collect()
    }

    /// The item that most of a unit's letters belong to, the first of equals, with how many do; `None` for letters of no
    /// item.
    pub(super) fn main_item(&self, unit: &Range<usize>) -> (Option<usize>, usize) {
        let mut counts: Vec<(Option<usize>, usize)> = Vec::new();
        for letter in &self.letters[unit.clone()] {
            match counts.iter_mut().find(|(item, _)| *item == letter.item) {
                Some((_, count)) => *count += 1,
                None => counts.push((letter.item, 1)),
            }
        }
        counts.into_iter().rev().max_by_key(|(_, count)| *count).unwrap_or((None, 0))
    }

    /// Whether more than half of a unit may as well be boilerplate.
    pub(super) fn is_either(&self, unit: &Range<usize>) -> bool {
        let either = self.letters[unit.clone()].iter().filter(|letter| letter.label == LetterLabel::Either).count();
        either * 2 > unit.len()
    }
}

/// Whether a character counts: letters and digits. Vowel marks do not, though Unicode calls them alphabetic.
pub(super) fn counts(c: char) -> bool {
    let mark = matches!(c, '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}'
        | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}' | '\u{8CA}'..='\u{8FF}');
    c.is_alphanumeric() && !mark
}
