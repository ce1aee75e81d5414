//! A cut page, and its counts against the gold.

use std::ops::Range;

use super::gold_page::{GoldPage, LetterLabel, PageItem};
use super::scores::{HitCount, PageCounts, ShareTally};
use crate::document::{Unit, UnitKind};

/// The least share of their union that a headline unit and its item have in common.
pub(super) const SAME_HEADLINE: f64 = 0.8;
/// The least share of their union that a story unit and a whole part of a story have in common.
const WHOLE: f64 = 0.9;
/// The most letters between a boundary and the one that is found for it.
const NEAR: usize = 4;

/// A unit of the cut, by the scored letters in it.
pub(super) struct CutUnit {
    pub kind: UnitKind,
    pub letters: Range<usize>,
    title: Option<usize>,
    bytes: Range<usize>,
}

impl CutUnit {
    fn of(page: &GoldPage, unit: &Unit) -> Self {
        let bytes = unit.span.start..unit.span.end;
        Self { kind: unit.kind, letters: page.numbers(bytes.start, bytes.end), title: unit.title, bytes }
    }
}

/// A page with the units of the cutter.
pub(super) struct CutPage<'a> {
    pub page: &'a GoldPage,
    /// The units, by their numbers.
    pub pieces: Vec<CutUnit>,
    /// The unit of each scored letter.
    unit_of: Vec<Option<usize>>,
}

impl<'a> CutPage<'a> {
    /// The page with its `units` at the story level.
    pub(super) fn of(page: &'a GoldPage, units: &[Unit]) -> Self {
        let pieces: Vec<CutUnit> = units.iter().map(|unit| CutUnit::of(page, unit)).collect();
        let mut unit_of = vec![None; page.letters.len()];
        for (number, piece) in pieces.iter().enumerate() {
            unit_of[piece.letters.clone()].fill(Some(number));
        }
        Self { page, pieces, unit_of }
    }

    /// All counts but those of pairs.
    pub(super) fn counts(&self) -> PageCounts {
        let mut counts = PageCounts::default();
        self.lines(&mut counts);
        let titles = self.headlines(&mut counts.headlines);
        counts.titled = self.titled(&titles);

        // A story may have several parts, and each must be one unit.
        let stories = self.stories();
        let parts = self.page.parts();
        counts.boundaries = boundaries(&parts, &stories);
        let whole = |part: &&Range<usize>| stories.iter().any(|story| overlap(story, part) >= WHOLE);
        counts.whole = HitCount { hits: parts.iter().filter(whole).count() as u64, all: parts.len() as u64 };
        counts
    }

    /// The kind of the unit of a letter.
    fn found(&self, letter: usize) -> Option<UnitKind> {
        self.unit_of[letter].map(|unit| self.pieces[unit].kind)
    }

    /// Accuracy and boilerplate, line by line.
    fn lines(&self, counts: &mut PageCounts) {
        let mut first = 0;
        for line in self.page.letters.chunk_by(|a, b| a.line == b.line) {
            let numbers = first..first + line.len();
            first = numbers.end;
            counts.lines += 1.0;
            counts.right += share(numbers.clone(), |letter| self.is_right(letter));

            // Letters that may be boilerplate or not count neither way.
            let sure: Vec<usize> =
                numbers.filter(|letter| self.page.letters[*letter].label != LetterLabel::Either).collect();
            if !sure.is_empty() {
                self.boilerplate(&sure, &mut counts.boilerplate);
            }
        }
    }

    /// Counts the boilerplate among the letters of a line, as shares of the line.
    fn boilerplate(&self, letters: &[usize], tally: &mut ShareTally) {
        let gold = |letter: usize| self.page.letters[letter].label == LetterLabel::Boilerplate;
        let found = |letter: usize| self.found(letter) == Some(UnitKind::Boilerplate);

        let both = share(letters.iter().copied(), |letter| gold(letter) && found(letter));
        tally.gold += share(letters.iter().copied(), gold);
        tally.found += share(letters.iter().copied(), found);
        tally.gold_right += both;
        tally.found_right += both;
    }

    /// Whether the kind of the unit of a letter agrees with the gold.
    fn is_right(&self, letter: usize) -> bool {
        let found = self.found(letter);
        match self.page.letters[letter].label {
            LetterLabel::Headline | LetterLabel::Title => found == Some(UnitKind::Headline),
            LetterLabel::Story => found == Some(UnitKind::Story),
            LetterLabel::Boilerplate => found == Some(UnitKind::Boilerplate),
            LetterLabel::Either => matches!(found, Some(UnitKind::Headline | UnitKind::Boilerplate)),
            LetterLabel::Free => true,
        }
    }

    /// Counts headlines; returns for each item the first unit that is it.
    fn headlines(&self, tally: &mut ShareTally) -> Vec<Option<usize>> {
        let mut unit_of_item = vec![None; self.page.items.len()];
        for (number, piece) in self.pieces.iter().enumerate() {
            let scored = piece.kind == UnitKind::Headline && !piece.letters.is_empty();
            if !scored || self.page.is_either(&piece.letters) {
                continue;
            }

            tally.found += 1.0;
            if let Some(item) = self.headline(&piece.letters) {
                // A headline that is cut twice is found once, but both units are right.
                unit_of_item[item].get_or_insert(number);
                tally.found_right += 1.0;
            }
        }

        tally.gold += self.page.items.iter().filter(|item| !item.is_story()).count() as f64;
        tally.gold_right += unit_of_item.iter().flatten().count() as f64;
        unit_of_item
    }

    /// The headline or title that letters are.
    fn headline(&self, letters: &Range<usize>) -> Option<usize> {
        let item = self.page.main_item(letters).0?;
        let gold = &self.page.items[item];
        (!gold.is_story() && gold.overlap(letters) >= SAME_HEADLINE).then_some(item)
    }

    /// Counts the stories that name the headline unit that is their title.
    fn titled(&self, unit_of_item: &[Option<usize>]) -> HitCount {
        let mut count = HitCount::default();
        for (title, unit) in self.page.items.iter().zip(unit_of_item) {
            if title.label == LetterLabel::Title {
                count.all += 1;
                count.hits += u64::from(unit.is_some() && self.title_below(title) == *unit);
            }
        }
        count
    }

    /// The title that is named by the unit where the story of `title` begins.
    fn title_below(&self, title: &PageItem) -> Option<usize> {
        let first = *self.page.story_below(title)?.letters.first()?;
        let unit = &self.pieces[self.unit_of[first]?];
        unit.title.filter(|_| unit.kind == UnitKind::Story)
    }

    /// The story units with scored letters, as ranges of letters. Two that only unscored letters separate are one: a dateline, or
    /// the time of an entry, may interrupt a story or not.
    fn stories(&self) -> Vec<Range<usize>> {
        let mut stories: Vec<(Range<usize>, usize)> = Vec::new();
        for piece in self.pieces.iter().filter(|piece| piece.kind == UnitKind::Story && !piece.letters.is_empty()) {
            // `until` is the end, in bytes, of the story so far.
            let Range { start, end } = piece.letters;
            match stories.last_mut() {
                Some((last, until)) if self.goes_on(last.end, start, *until..piece.bytes.start) => {
                    (last.end, *until) = (end, piece.bytes.end);
                }
                _ => stories.push((start..end, piece.bytes.end)),
            }
        }
        stories.into_iter().map(|(letters, _)| letters).collect()
    }

    /// Whether the unit from letter `start` on continues the one before `end`; `between` are the bytes between them.
    fn goes_on(&self, end: usize, start: usize, between: Range<usize>) -> bool {
        let item = |letter: usize| self.page.letters[letter].item;
        start == end && item(start) == item(start - 1) && self.page.has_free(between)
    }
}

/// The share of `letters` for which `holds`.
fn share(letters: impl ExactSizeIterator<Item = usize>, holds: impl Fn(usize) -> bool) -> f64 {
    let all = letters.len() as f64;
    letters.filter(|letter| holds(*letter)).count() as f64 / all
}

/// The share of their union that two ranges have in common; neither is empty.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> f64 {
    debug_assert!(!a.is_empty() && !b.is_empty(), "{a:?} and {b:?} hold letters");
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    shared as f64 / (a.len() + b.len() - shared) as f64
}

/// Matches first letters with first letters and last with last, each with one that is near enough.
fn boundaries(gold: &[Range<usize>], found: &[Range<usize>]) -> ShareTally {
    let right = matches(gold, found, |part| part.start) + matches(gold, found, |part| part.end - 1);
    ShareTally { gold: 2.0 * gold.len() as f64, gold_right: right, found: 2.0 * found.len() as f64, found_right: right }
}

/// The boundaries of `gold` on one side that are matched in `found`, each with one of its own.
fn matches(gold: &[Range<usize>], found: &[Range<usize>], side: fn(&Range<usize>) -> usize) -> f64 {
    let mut left: Vec<usize> = found.iter().map(side).collect();
    gold.iter().map(side).filter(|border| take_near(&mut left, *border)).count() as f64
}

/// Removes the nearest boundary from `left`, if one is near enough.
fn take_near(left: &mut Vec<usize>, border: usize) -> bool {
    let near = left.iter().enumerate().filter(|(_, found)| found.abs_diff(border) <= NEAR);
    let nearest = near.min_by_key(|(_, found)| found.abs_diff(border)).map(|(place, _)| place);
    nearest.map(|place| left.remove(place)).is_some()
}
