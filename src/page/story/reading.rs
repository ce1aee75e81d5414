//! The reading of a line by its words: its class, whether it is a time, and what surrounds a headline on it.

use super::lexicon::{LEXICON, WordSenses};
use super::moments::{DATED, number};
use super::vocabulary::{PhraseForm, WordingClass};
use crate::page::lines::{LineEnding, TextLine};
use crate::page::matcher::TokenBuffer;

/// Most words of a phrase at the end of a line.
const LAST_PHRASE: usize = 5;

/// Fewest tokens that are left of a headline.
const CORE: usize = 2;
/// Years of the calendars that pages tell of.
const YEARS: std::ops::RangeInclusive<u16> = 1300..=2100;
/// Most words of a line that asks to read something else.
const REFERENCE: u32 = 5;
/// Fewest words of a menu that begins with the name of the home page.
const HOME_MENU: usize = 5;
/// Most words of a section beside a time.
const SECTION: usize = 3;
/// Fewest words of a headline around a date.
const SURROUNDING: usize = 5;
/// Most words of a name behind a label; more words are a headline.
const NAME: usize = 4;

/// The reading of a line.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineReading {
    /// Its class by its words.
    pub(super) class: Option<WordingClass>,
    /// Whether the words of the class are all of the line.
    pub(super) alone: bool,
    /// Words in the voice of the page («click», «subscribe»), at most 255.
    pub(super) ui: u8,
    /// Tokens that are numbers, at most 255.
    pub(super) numbers: u8,
    /// Those of them that are part of its headline: neither a time nor a date around it.
    pub(super) own_numbers: u8,
    /// Whether it is only a time or date.
    pub(super) time: bool,
    /// The number at its beginning.
    pub(super) rank: Option<u16>,
    /// Whether it is the number of a year and nothing else.
    pub(super) year: bool,
    /// Whether that number is a rank, by the sign behind it or by its neighbours.
    pub(super) ranked: bool,
    /// Whether it begins with a word of relative times («منذ»).
    pub(super) ago: bool,
    /// Whether it begins with a word that continues a text.
    pub(super) running: bool,
    /// Bytes before its headline: a rank, a time. `u32::MAX`: its first word.
    pub(super) before: u32,
    /// Bytes behind its headline: a time, «more».
    pub(super) behind: u32,
}

/// A line with its folded tokens.
pub(super) struct LineWords<'a> {
    pub(super) tokens: &'a TokenBuffer,
    pub(super) text: &'a str,
    pub(super) line: &'a TextLine,
}

impl LineWords<'_> {
    /// Reads the line.
    pub(super) fn read(&self) -> LineReading {
        let count = self.tokens.len();
        let whole = self.line.head_end == self.line.span.end;

        let mut reading = LineReading { running: self.word(0).is(WordSenses::RUNNING), ..LineReading::default() };
        reading.ago = self.word(0).is(WordSenses::AGO);
        reading.numbers = self.count(|at| self.is_number(at));
        reading.own_numbers = if reading.numbers > 0 { self.own_numbers(0, count) } else { 0 };
        reading.year =
            whole && count == 1 && self.tokens.get(0).and_then(number).is_some_and(|year| YEARS.contains(&year));
        reading.ui = self.count(|at| self.word(at).is(WordSenses::UI));
        reading.time = whole && count <= 14 && self.is_moment(0, count);

        (reading.class, reading.alone) = self.class(whole, &reading);
        if whole {
            self.cut(&mut reading);
        }
        reading
    }

    /// The senses of a token.
    pub(super) fn word(&self, at: usize) -> WordSenses {
        LEXICON.of(self.tokens, at)
    }

    /// Whether a token is a number, with or without decimals.
    pub(super) fn is_number(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
    }

    /// The tokens for which `is` holds, at most 255.
    pub(super) fn count(&self, is: impl Fn(usize) -> bool) -> u8 {
        (0..self.tokens.len()).filter(|at| is(*at)).count().min(255) as u8
    }

    /// The numbers among tokens `from..to`, without those of full dates, at most 255.
    fn own_numbers(&self, from: usize, to: usize) -> u8 {
        let (mut at, mut numbers) = (from, 0);
        while at < to {
            let dated = self.numeric_date(at).or_else(|| self.day(at));
            numbers += u8::from(dated.is_none() && self.is_number(at) && numbers < u8::MAX);
            at = dated.unwrap_or(at + 1);
        }
        numbers
    }

    /// The class of the line by counts, phrases or single words, and whether nothing else is on it.
    fn class(&self, whole: bool, reading: &LineReading) -> (Option<WordingClass>, bool) {
        if let Some(class) = self.counted(whole, reading) {
            return (Some(class), true);
        }
        match self.phrase(whole) {
            None if whole && self.refers() => (Some(WordingClass::Inline), true),
            // «Most read – end» ends a list.
            Some((WordingClass::List, ..)) if whole && self.word(self.tokens.len() - 1).is(WordSenses::ENDING) => {
                (Some(WordingClass::Control), true)
            }
            Some((class, alone, _)) => (Some(class), alone),
            None => (self.shape(whole, reading), true),
        }
    }

    /// Whether the line asks to read something else too, and names nothing: «read this report, too».
    fn refers(&self) -> bool {
        let has = |sense: WordSenses| (0..self.tokens.len()).any(|at| self.word(at).is(sense));
        self.line.words <= REFERENCE && has(WordSenses::READ) && has(WordSenses::ALSO)
    }

    /// The class of a line that is a count of pictures or another number.
    fn counted(&self, whole: bool, reading: &LineReading) -> Option<WordingClass> {
        let count = self.tokens.len();
        if !whole {
            return None;
        }

        // «41 ألف مشاهدة», «2 days ago - 1109 views».
        let numbered = reading.numbers > 0 || (0..count).any(|at| self.is_rounded(at));
        if (2..=8).contains(&count) && numbered && self.is_count() {
            return Some(WordingClass::Code);
        }
        // «1.2K».
        if count == 1 && self.is_rounded(0) {
            return Some(WordingClass::Code);
        }
        // «10 صور» alone is the count of pictures, not a place among them.
        if count == 2 && self.is_number(0) && self.word(1).is(WordSenses::PICTURE) {
            return Some(WordingClass::Code);
        }
        // «Page 1 of 3».
        if count == 4 && self.is_number(1) && self.word(2).is(WordSenses::PICTURE) && self.is_number(3) {
            return Some(if self.is_picture(0) { WordingClass::Gallery } else { WordingClass::Control });
        }
        if count <= 6 && reading.numbers > 0 && (0..count).all(|at| self.is_picture(at)) && self.counts_pictures() {
            // Pictures are counted in whole numbers, marks are not: «3.8 / 5».
            let whole = (0..count).all(|at| self.tokens.get(at).is_none_or(|token| !token.contains(&b'.')));
            return Some(if whole { WordingClass::Gallery } else { WordingClass::Code });
        }
        (count > 0 && count == usize::from(reading.numbers) && !reading.time).then_some(WordingClass::Code)
    }

    /// Whether the line is nothing but what a page counts, with numbers and times.
    fn is_count(&self) -> bool {
        let counted = |at: usize| self.word(at).is(WordSenses::COUNT);
        let count = self.tokens.len();
        (0..count).any(counted) && (0..count).all(|at| counted(at) || self.is_timely(at) || self.is_rounded(at))
    }

    /// Whether a token is a rounded number: «38.2K».
    fn is_rounded(&self, at: usize) -> bool {
        let digits =
            self.tokens.get(at).and_then(|token| token.strip_suffix(b"k").or_else(|| token.strip_suffix(b"m")));
        digits.is_some_and(|digits| {
            !digits.is_empty() && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        })
    }

    /// The best phrase at the beginning of the line, up to three numbers skipped: its class, whether it is all of the line, and
    /// its tokens. A phrase that is all of the line beats others, then the longest.
    fn phrase(&self, whole: bool) -> Option<(WordingClass, bool, usize)> {
        let (words, count) = (self.line.words, self.tokens.len());
        let mut best: Option<(WordingClass, bool, usize)> = None;

        for from in 0..count.min(4) {
            for (phrase, end) in LEXICON.phrases_at(self.tokens, from) {
                let alone = whole && (end..count).all(|at| self.is_number(at));
                let fits = match phrase.form {
                    PhraseForm::Whole => alone,
                    PhraseForm::Label(most) => {
                        alone
                            || words <= most && self.labels(end, phrase.class)
                            || whole && end + 1 == count && self.word(end).is(WordSenses::ENDING)
                            || whole && phrase.class == WordingClass::List && end - from > 1 && self.is_sourced(end)
                    }
                    PhraseForm::Start(most) => words <= most,
                    PhraseForm::End(_) => false,
                };
                let better = best.is_none_or(|(_, was, length)| (alone, end - from) > (was, length));
                if fits && better {
                    best = Some((phrase.class, alone, end - from));
                }
            }

            // Only numbers are skipped.
            if best.is_some() || !self.is_number(from) {
                break;
            }
        }
        best.or_else(|| self.last_phrase())
    }

    /// The phrase that ends the line.
    fn last_phrase(&self) -> Option<(WordingClass, bool, usize)> {
        let count = self.tokens.len();
        let ends = |from: usize| {
            let mut phrases = LEXICON.phrases_at(self.tokens, from);
            phrases.find(|(phrase, end)| {
                *end == count && matches!(phrase.form, PhraseForm::End(most) if self.line.words <= most)
            })
        };
        let (from, (phrase, _)) =
            (count.saturating_sub(LAST_PHRASE)..count).find_map(|from| Some((from, ends(from)?)))?;
        Some((phrase.class, from == 0, count - from))
    }

    /// The class of a line without a phrase: a menu entry, a date with names around it, a caption, a row of prayer times.
    fn shape(&self, whole: bool, reading: &LineReading) -> Option<WordingClass> {
        let count = self.tokens.len();
        if !whole || count == 0 {
            return None;
        }

        if (0..count).all(|at| self.word(at).is(WordSenses::MENU)) {
            return Some(WordingClass::Menu);
        }
        if self.is_menu_from_home() {
            return Some(WordingClass::Menu);
        }
        if count <= 16 && self.is_controls() {
            return Some(WordingClass::Control);
        }

        let prayers = self.count(|at| self.word(at).is(WordSenses::PRAYER));
        let rows = prayers >= 3 && reading.numbers >= 6;
        if rows || count <= 6 && prayers > 0 && usize::from(reading.numbers + prayers) >= count {
            return Some(WordingClass::Block);
        }

        // The words that have nothing to do with a date.
        let strange = count - usize::from(self.count(|at| self.is_timely(at)));
        let dated = reading.numbers >= 2 && self.names_month() || self.has_numeric_date();
        // A few names may surround a date; a sentence that begins with one may not.
        let named = strange <= 3 || strange <= 6 && (!self.begins_dated() || self.is_date_apart());
        let is_headline = || self.is_dated_headline() || self.surrounds_date();
        if dated && named && count <= 18 && self.line.ending != LineEnding::Stop && !is_headline() {
            return Some(WordingClass::Stamp);
        }

        if self.is_section_and_time() {
            return Some(WordingClass::Stamp);
        }

        let last = count - 1;
        let credited =
            self.word(last).is(WordSenses::ARCHIVE) && self.gap(last).contains(['-', '–', '—', '(', '/', '|', ':']);
        (credited && count <= 24).then_some(WordingClass::Caption)
    }

    /// Whether the line is a menu without signs between its entries: it begins with the name of the home page.
    fn is_menu_from_home(&self) -> bool {
        let count = self.tokens.len();
        if count < HOME_MENU || !self.word(0).is(WordSenses::HOME) || self.line.ending != LineEnding::Open {
            return false;
        }
        let menu = (0..count).filter(|at| self.word(*at).is(WordSenses::MENU)).count();
        menu * 3 >= count
    }

    /// Whether a sign parts the full date at the beginning from what is behind it: «23 November 2026 · section · 5 comments».
    fn is_date_apart(&self) -> bool {
        let date = self.numeric_date(0).or_else(|| self.day(0));
        date.is_some_and(|end| end < self.tokens.len() && self.gap(end).contains(['|', '·', '•']))
    }

    /// Whether words of a headline surround a date: «gold today, 4-5-2026: 21 carats lose 35 pounds».
    fn surrounds_date(&self) -> bool {
        let strange: Vec<usize> = (0..self.tokens.len()).filter(|at| !self.is_timely(*at)).collect();
        let (Some(first), Some(last)) = (strange.first(), strange.last()) else { return false };
        let Some(date) =
            (*first..*last).find(|at| self.numeric_date(*at).is_some() || self.word(*at).is(WordSenses::MONTH))
        else {
            return false;
        };

        let before = strange.iter().filter(|at| **at < date).count();
        let behind = strange.len() - before;
        strange.len() >= SURROUNDING && before >= CORE && behind >= CORE
    }

    /// Whether the line is the name of a section and a time with a sign between them: «Sport | 2 hours ago».
    fn is_section_and_time(&self) -> bool {
        let count = self.tokens.len();
        let parts = |at: usize| self.gap(at).contains(['|', '•', '·', '/']) || self.gap(at).contains("   ");
        let named =
            |from: usize, to: usize| (1..=SECTION).contains(&(to - from)) && (from..to).any(|at| !self.is_timely(at));
        count <= 2 * SECTION + 4
            && (1..count).any(|at| {
                // Scores have a dash too. So a dash separates only a section and a clock time: «محليات - 10:12».
                let timed = self.gap(at).contains(['-', '–'])
                    && self.clock(at) == Some(count)
                    && self.tokens.get(at + 1).is_some_and(|minutes| minutes.len() == 2);
                let split = parts(at) || timed;
                split && (named(0, at) && self.is_moment(at, count) || named(at, count) && self.is_moment(0, at))
            })
    }

    /// Whether the line is only controls and menu entries, two controls or more: «فيسبوك تويتر واتساب».
    fn is_controls(&self) -> bool {
        // The longest phrase at each token; every token must belong to one, or to a menu entry.
        let (mut at, mut controls) = (0, 0);
        while at < self.tokens.len() {
            let ends = LEXICON
                .phrases_at(self.tokens, at)
                .filter(|(phrase, _)| phrase.class == WordingClass::Control && phrase.form == PhraseForm::Whole);
            match ends.map(|(_, end)| end).max() {
                Some(end) => (at, controls) = (end, controls + 1),
                None if self.word(at).is(WordSenses::MENU) || self.is_number(at) => at += 1,
                None => return false,
            }
        }

        controls > 1
    }

    /// The original text between token `at - 1` and token `at`.
    pub(super) fn gap(&self, at: usize) -> &str {
        let own = self.line.span.of(self.text);
        self.tokens.gap(at, self.line.head_end - self.line.span.start).of(own)
    }

    /// Whether the sign of a label of `class` is between token `at - 1` and token `at`.
    fn labels(&self, at: usize, class: WordingClass) -> bool {
        let listed = class == WordingClass::Byline && self.gap(at).contains([',', '،']);
        // «Photo | …» and «Report: …» tell what is behind a headline; a credit or byline is a name.
        let is_long = self.tokens.len() - at > NAME;
        let is_headline = match class {
            WordingClass::Caption => self.gap(at).contains(['/', '|']),
            WordingClass::Byline | WordingClass::Border => self.word(at - 1).is(WordSenses::KIND),
            _ => false,
        };
        if is_long && is_headline {
            return false;
        }
        listed || self.gap(at).contains([':', '：', '/', '|', '-', '–', '—', '؛'])
    }

    /// Whether only «from» and a short name are behind token `at - 1`: «read also from …».
    fn is_sourced(&self, at: usize) -> bool {
        let name = self.tokens.len() - at;
        (2..=4).contains(&name) && self.word(at).is(WordSenses::LEADING) && self.line.ending != LineEnding::Stop
    }

    fn is_picture(&self, at: usize) -> bool {
        self.is_number(at) || self.word(at).is(WordSenses::PICTURE)
    }

    /// Whether the line counts pictures: «3 / 10», «صورة 3 من 10», «عرض 10 صور».
    fn counts_pictures(&self) -> bool {
        let pictures = self.count(|at| self.word(at).is(WordSenses::PICTURE)) > 0;
        let numbers = self.tokens.len() == 2 && self.gap(1).trim() == "/";

        pictures || numbers
    }

    /// Measures the rank, time and «more» around a headline.
    fn cut(&self, reading: &mut LineReading) {
        let count = self.tokens.len();
        if count <= CORE || reading.time {
            return;
        }

        let (from, to) = (self.front(reading), self.back());

        // A headline must be left between them.
        if from > 0 && from + CORE <= count {
            reading.before = self.core_start(from) as u32;
        }
        if to < count && to >= CORE + from {
            reading.behind = (self.line.span.len() - self.core_end(to)) as u32;
        }
        if reading.before > 0 || reading.behind > 0 {
            let (from, to) = (if reading.before > 0 { from } else { 0 }, if reading.behind > 0 { to } else { count });
            reading.own_numbers = self.own_numbers(from, to);
        }
    }

    /// The number of tokens before the headline, a rank or a time. Notes a rank in `reading`.
    fn front(&self, reading: &mut LineReading) -> usize {
        if let Some(end) = self.leading_time() {
            return end;
        }

        // Two numbers are a score or an amount.
        if !self.is_number(0) || self.is_number(1) {
            return 0;
        }
        reading.rank = self.tokens.get(0).filter(|number| number.len() <= 3).and_then(number);
        if reading.rank.is_none() {
            return 0;
        }

        // A rank without a sign is told later, by the ranks of its neighbours.
        reading.ranked = self.gap(1).contains(['.', ')', '-', '–', '|', '_', ']', ':', '°', '•']);
        usize::from(reading.ranked)
    }

    /// The end of a time at the beginning of the line.
    fn leading_time(&self) -> Option<usize> {
        let mut end = 0;
        while let Some(next) = self.clock(end).or_else(|| self.numeric_date(end)).or_else(|| self.day(end)) {
            end = next;
        }
        if end > 0 {
            return Some(end);
        }

        // A day and its month, set apart: «16/4 | …».
        if self.day_and_month(0) && self.gap(2).contains('|') {
            return Some(2);
        }

        // A relative time, the longest reading of it; a sign must follow.
        let relative = (2..=4).rev().find(|to| self.word(0).is(WordSenses::AGO) && self.is_moment(0, *to));
        relative.filter(|to| self.gap(*to).contains(['-', '–', '—', '|', ':', '.', '•', '·', '/']))
    }

    /// The first token behind the headline, of a time or «more».
    fn back(&self) -> usize {
        let count = self.tokens.len();
        let end = (count.saturating_sub(3)..count).find(|at| self.is_more(*at)).unwrap_or(count);

        // The longest moment before that which something separates from the headline.
        let mut first = end;
        while first > 0 && self.is_timely(first - 1) {
            first -= 1;
        }
        let bracketed = |at: usize| self.gap(at).contains(['[', '(']) && self.gap(end).contains([']', ')']);
        if end > CORE + 2 && self.day_and_month(end - 2) && bracketed(end - 2) {
            return end - 2;
        }
        (first.max(CORE)..end).find(|at| self.is_moment(*at, end) && self.parts(*at, end)).unwrap_or(end)
    }

    /// Whether the line ends with «more» from token `at` on, behind a sign.
    fn is_more(&self, at: usize) -> bool {
        let count = self.tokens.len();
        self.gap(at).contains(['…', '|', '-', '–', '[', '(', '»', '›', '>', '.', '\t'])
            && LEXICON
                .phrases_at(self.tokens, at)
                .any(|(phrase, end)| phrase.class == WordingClass::More && end == count)
    }

    /// Whether the moment `at..end` is separate from the headline: by the sign before it, or since it is a clock time or a full
    /// date that no word of the headline leads to («until 12 April 2026»).
    fn parts(&self, at: usize, end: usize) -> bool {
        let gap = self.gap(at);
        let signed = gap.contains(['-', '–', '—', '|', '•', '·', '(', '[', '/', '…', '\t']) || gap.contains("  ");
        let ago = self.word(at).is(WordSenses::AGO) && self.is_number(at + 1) && self.gap(at).trim().is_empty();
        let date = self.numeric_date(at).or_else(|| self.day(at)).is_some_and(|date| date == end);
        let led = self.is_timely(at - 1)
            || self.word(at - 1).is(WordSenses::LEADING)
            || self.word(at).is(WordSenses::WEEKDAY);
        signed
            || ago
            || self.clock(at).is_some_and(|clock| clock == end)
            || date && !led && self.words_before(at) >= DATED
    }

    /// The first byte of the headline whose first token is `at`, with the quotation marks before it.
    fn core_start(&self, at: usize) -> usize {
        let gap = self.gap(at);
        let start = self.tokens.span(at).map_or(0, |span| span.start) - gap.len();
        let opened =
            gap.char_indices().rev().take_while(|(_, c)| matches!(c, '«' | '"' | '“' | '‘' | '\'' | '(' | '[' | '#'));
        start + opened.last().map_or(gap.len(), |(place, _)| place)
    }

    /// The end of the headline before token `to`, with its closing marks.
    fn core_end(&self, to: usize) -> usize {
        let gap = self.gap(to);
        let start = self.tokens.span(to - 1).map_or(0, |span| span.end);
        let closed = gap
            .chars()
            .take_while(|c| matches!(c, '»' | '"' | '”' | '’' | '\'' | ')' | ']' | '؟' | '!' | '?' | '%' | '٪'));
        start + closed.map(char::len_utf8).sum::<usize>()
    }
}
