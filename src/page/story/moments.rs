//! The times and dates on a line: where they are, and whether they belong to a headline.

use super::lexicon::{LEXICON, WordSenses};
use super::reading::LineWords;
use super::vocabulary::WordingClass;
use crate::page::lines;

/// Fewest words of a headline before its date.
pub(super) const DATED: usize = 4;
/// Fewest words of one that names its speaker before a colon.
const SPOKEN: usize = 6;

impl LineWords<'_> {
    /// Whether the line begins with a date.
    pub(super) fn begins_dated(&self) -> bool {
        self.numeric_date(0).is_some() || self.day(0).is_some()
    }

    pub(super) fn is_timely(&self, at: usize) -> bool {
        self.is_number(at) || self.word(at).is_timely()
    }

    /// Whether the line has the name of a month next to the number of a day or year; «of» may be between them. A month without
    /// such a number is no date: «in November»; «آب» means water too. A part of a name («الثاني») is not the name.
    pub(super) fn names_month(&self) -> bool {
        let named = |at: usize| {
            self.word(at).is(WordSenses::MONTH)
                && LEXICON.month(self.tokens, at).is_some_and(|(_, _, end)| self.is_number(end) || self.is_day_of(at))
        };
        (0..self.tokens.len()).any(named)
    }

    /// Whether the number of a day leads to the month at token `at`: «12 أبريل», «12 من أبريل».
    fn is_day_of(&self, at: usize) -> bool {
        let number = |back: usize| at.checked_sub(back).is_some_and(|at| self.is_number(at));
        number(1) || number(2) && self.word(at - 1).is(WordSenses::LEADING)
    }

    /// Whether the line is a headline with its date behind it. A byline with its date sets signs between the names, or begins
    /// with a word of bylines, and so does the head of a paper with its number.
    pub(super) fn is_dated_headline(&self) -> bool {
        let count = self.tokens.len();
        let date = (0..count).rev().take_while(|at| self.is_timely(*at)).last().unwrap_or(count);
        let words = self.words_before(date);
        let strange = (0..date).filter(|at| !self.is_timely(*at)).count();
        if words < DATED || strange + 1 < DATED || !self.is_moment(date, count) {
            return false;
        }

        // A colon may stand behind who speaks in the headline.
        let spoken = words >= SPOKEN;
        let sign = |at: usize| {
            let gap = self.gap(at);
            gap.contains(['-', '–', '—', '|', '/', '•', '·', ',', '،', '(', '[']) || !spoken && gap.contains(':')
        };
        let labelled = LEXICON.phrases_at(self.tokens, 0).any(|(phrase, _)| {
            matches!(
                phrase.class,
                WordingClass::Byline
                    | WordingClass::Stamp
                    | WordingClass::Site
                    | WordingClass::Caption
                    | WordingClass::Code
            )
        });
        !labelled && !(1..date).any(sign) && (words > DATED || !sign(date))
    }

    /// The words of the line before token `at`.
    pub(super) fn words_before(&self, at: usize) -> usize {
        let start = self.tokens.span(at).map_or(0, |span| span.start);
        self.line.span.of(self.text)[..start]
            .split_whitespace()
            .filter(|word| word.contains(lines::is_word_char))
            .count()
    }

    pub(super) fn has_numeric_date(&self) -> bool {
        (0..self.tokens.len()).any(|at| self.numeric_date(at).is_some())
    }

    /// The end of a date of three numbers at token `at`; one of the outer numbers is a year.
    pub(super) fn numeric_date(&self, at: usize) -> Option<usize> {
        let numbers = (at..at + 3).all(|at| self.is_number(at));
        let parted = numbers && self.parts_date(at + 1) && self.parts_date(at + 2);
        (parted && (self.is_long(at) || self.is_long(at + 2))).then_some(at + 3)
    }

    /// Whether the sign between the numbers of a date is before token `at`.
    pub(super) fn parts_date(&self, at: usize) -> bool {
        matches!(self.gap(at).trim(), "/" | "-" | "–" | "." | "\\")
    }

    /// Whether a day and the number of its month are at token `at`, with two digits in one of them: «16/4», «03/04».
    pub(super) fn day_and_month(&self, at: usize) -> bool {
        let value = |at: usize| self.tokens.get(at).and_then(number);
        let written = self.is_clock_number(at) && self.is_clock_number(at + 1) && self.gap(at + 1).trim() == "/";
        let long = |at: usize| self.tokens.get(at).is_some_and(|number| number.len() == 2);

        written
            && (long(at) || long(at + 1))
            && value(at).is_some_and(|day| (1..=31).contains(&day))
            && value(at + 1).is_some_and(|month| (1..=12).contains(&month))
    }

    /// Whether a token has the four digits of a year.
    pub(super) fn is_long(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|number| number.len() == 4)
    }

    /// The end of a clock time at token `at`: «10:49», «10:49:02 ص».
    pub(super) fn clock(&self, at: usize) -> Option<usize> {
        if !self.is_clock_number(at) || !self.continues_clock(at + 1) {
            return None;
        }

        let end = if self.continues_clock(at + 2) { at + 3 } else { at + 2 };
        let half = self.word(end).is(WordSenses::TIME) && self.gap(end).trim().is_empty();
        Some(if half { end + 1 } else { end })
    }

    /// Whether a token may be hours, minutes or seconds.
    pub(super) fn is_clock_number(&self, at: usize) -> bool {
        self.is_number(at) && self.tokens.get(at).is_some_and(|number| number.len() <= 2)
    }

    pub(super) fn continues_clock(&self, at: usize) -> bool {
        self.is_clock_number(at) && self.gap(at).trim() == ":"
    }

    /// Whether tokens `from..to` are a moment and nothing else.
    pub(super) fn is_moment(&self, from: usize, to: usize) -> bool {
        if from >= to || !(from..to).all(|at| self.is_timely(at)) {
            return false;
        }

        let any = |sense: WordSenses| (from..to).any(|at| self.word(at).is(sense));
        let number = (from..to).any(|at| self.is_number(at));
        let clock = (from..to).any(|at| self.clock(at).is_some());
        let date = (from..to).any(|at| self.numeric_date(at).is_some());

        // Single words of time are not enough: each line is a combination that names a moment.
        clock
            || date
            || any(WordSenses::MONTH) && number
            || any(WordSenses::AGO) && any(WordSenses::UNIT)
            || any(WordSenses::WEEKDAY) && to - from <= 3
            || to - from == 1 && any(WordSenses::AGO)
            || number && any(WordSenses::UNIT)
    }

    /// The end of a day at token `at`: «الأحد 12 أبريل 2026».
    pub(super) fn day(&self, at: usize) -> Option<usize> {
        let from = if self.word(at).is(WordSenses::WEEKDAY) { at + 1 } else { at };
        if !self.is_number(from) {
            return None;
        }

        let (_, _, end) = LEXICON.month(self.tokens, from + 1)?;
        (self.is_long(end) && self.is_number(end)).then_some(end + 1)
    }
}

/// The number of digits; `None` of others.
pub(super) fn number(digits: &[u8]) -> Option<u16> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
