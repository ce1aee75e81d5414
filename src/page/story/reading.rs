//! What a line says by its words: its class, whether it is a time, what stands around a headline in it.

use super::lexicon::{LEXICON, WordSenses};
use super::vocabulary::{PhraseForm, WordingClass};
use crate::document::Span;
use crate::page::lines::{LineEnding, TextLine};
use crate::page::matcher::TokenBuffer;

/// Fewest tokens of a headline from which numbers, times and «more» are cut.
const CORE: usize = 2;

/// What a line says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineReading {
    /// What it is by its words, if they say.
    pub(super) class: Option<WordingClass>,
    /// Whether it says nothing else.
    pub(super) alone: bool,
    /// Words of the page's own voice.
    pub(super) ui: u8,
    /// Tokens that are numbers.
    pub(super) numbers: u8,
    /// Whether it is a time or date and nothing else.
    pub(super) time: bool,
    /// The number it begins with.
    pub(super) rank: Option<u16>,
    /// Whether a sign behind that number makes it a rank.
    pub(super) ranked: bool,
    /// Whether its first word makes a span of time a moment («منذ»).
    pub(super) ago: bool,
    /// Whether its first word goes on with a text.
    pub(super) running: bool,
    /// Bytes of the line before and behind its headline: a rank, a time, «more».
    pub(super) before: u32,
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
        reading.ui = self.count(|at| self.word(at).is(WordSenses::UI));
        reading.time = whole && count <= 14 && self.is_moment(0, count);
        (reading.class, reading.alone) = self.class(whole, &reading);
        if whole {
            self.cut(&mut reading);
        }
        reading
    }

    fn word(&self, at: usize) -> WordSenses {
        LEXICON.of(self.tokens, at)
    }

    /// Whether a token is a number, its decimals included.
    fn is_number(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
    }

    fn count(&self, is: impl Fn(usize) -> bool) -> u8 {
        (0..self.tokens.len()).filter(|at| is(*at)).count().min(255) as u8
    }

    fn class(&self, whole: bool, reading: &LineReading) -> (Option<WordingClass>, bool) {
        let (words, count) = (self.line.words, self.tokens.len());
        let counted = whole && count == 2 && self.is_number(0) && self.word(1).is(WordSenses::PICTURE);
        if counted {
            return (Some(WordingClass::Code), true);
        }
        if whole && count <= 6 && reading.numbers > 0 && (0..count).all(|at| self.is_picture(at)) && self.counts() {
            return (Some(WordingClass::Gallery), true);
        }
        if whole && count > 0 && count == usize::from(reading.numbers) && !reading.time {
            return (Some(WordingClass::Code), true);
        }
        let mut best: Option<(WordingClass, bool, usize)> = None;
        for from in 0..count.min(4) {
            for (phrase, end) in LEXICON.phrases_at(self.tokens, from) {
                let alone = whole && (end..count).all(|at| self.is_number(at));
                let fits = match phrase.form {
                    PhraseForm::Whole => alone,
                    PhraseForm::Label(most) => alone || (words <= most && self.labels(end, phrase.class)),
                    PhraseForm::Start(most) => words <= most,
                };
                let better = best.is_none_or(|(_, was, length)| (alone, end - from) > (was, length));
                if fits && better {
                    best = Some((phrase.class, alone, end - from));
                }
            }
            if best.is_some() || !self.is_number(from) {
                break;
            }
        }
        match best {
            Some((class, alone, _)) => (Some(class), alone),
            None => (self.shape(whole, reading), true),
        }
    }

    /// The class of a line of no phrase: a menu's entry, a date with names around it, a caption, a row of prayer times.
    fn shape(&self, whole: bool, reading: &LineReading) -> Option<WordingClass> {
        let count = self.tokens.len();
        if !whole || count == 0 {
            return None;
        }
        let all = |is: WordSenses| (0..count).all(|at| self.word(at).is(is));
        if all(WordSenses::MENU) {
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
        let strange = count - usize::from(self.count(|at| self.is_timely(at)));
        let dated =
            self.count(|at| self.word(at).is(WordSenses::MONTH)) > 0 && reading.numbers >= 2 || self.has_numeric_date();
        let named = strange <= 3 || strange <= 6 && !self.begins_dated();
        if dated && named && count <= 18 && self.line.ending != LineEnding::Stop {
            return Some(WordingClass::Stamp);
        }
        let last = count - 1;
        let credited =
            self.word(last).is(WordSenses::ARCHIVE) && self.gap(last).contains(['-', '–', '—', '(', '/', '|', ':']);
        (credited && count <= 24).then_some(WordingClass::Caption)
    }

    /// Whether a line is nothing but controls and menu entries, two or more: «فيسبوك تويتر واتساب».
    fn is_controls(&self) -> bool {
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

    /// Whether a date stands at its beginning.
    fn begins_dated(&self) -> bool {
        self.numeric_date(0).is_some() || self.day(0).is_some()
    }

    /// The original text between token `at - 1` and token `at`.
    fn gap(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.tokens.span(before)).map_or(0, |span| span.end);
        let end = self.tokens.span(at).map_or(self.line.head_end - self.line.span.start, |span| span.start);
        Span::new(start, end.max(start)).of(self.line.span.of(self.text))
    }

    fn labels(&self, at: usize, class: WordingClass) -> bool {
        let listed = class == WordingClass::Byline && self.gap(at).contains([',', '،']);
        listed || self.gap(at).contains([':', '：', '/', '|', '-', '–', '—', '؛'])
    }

    fn is_picture(&self, at: usize) -> bool {
        self.is_number(at) || self.word(at).is(WordSenses::PICTURE)
    }

    /// Whether pictures are counted: «3 / 10», «صورة 3 من 10», «عرض 10 صور».
    fn counts(&self) -> bool {
        let pictures = self.count(|at| self.word(at).is(WordSenses::PICTURE)) > 0;
        let numbers = self.tokens.len() == 2 && self.gap(1).trim() == "/";
        pictures || numbers
    }

    fn is_timely(&self, at: usize) -> bool {
        self.is_number(at) || self.word(at).is_timely()
    }

    fn has_numeric_date(&self) -> bool {
        (0..self.tokens.len()).any(|at| self.numeric_date(at).is_some())
    }

    /// The end of a date of three numbers at token `at`.
    pub(super) fn numeric_date(&self, at: usize) -> Option<usize> {
        let numbers = (at..at + 3).all(|at| self.is_number(at));
        let sign = |gap: &str| matches!(gap.trim(), "/" | "-" | "–" | "." | "\\");
        let parted = numbers && sign(self.gap(at + 1)) && sign(self.gap(at + 2));
        let year = |at: usize| self.tokens.get(at).is_some_and(|number| number.len() == 4);
        (parted && (year(at) || year(at + 2))).then_some(at + 3)
    }

    /// The end of a clock's time at token `at`: «10:49», «10:49:02 ص».
    pub(super) fn clock(&self, at: usize) -> Option<usize> {
        let number = |at: usize| self.is_number(at) && self.tokens.get(at).is_some_and(|number| number.len() <= 2);
        let next = |at: usize| number(at) && self.gap(at).trim() == ":";
        if !number(at) || !next(at + 1) {
            return None;
        }
        let end = if next(at + 2) { at + 3 } else { at + 2 };
        let half = self.word(end).is(WordSenses::TIME) && self.gap(end).trim().is_empty();
        Some(if half { end + 1 } else { end })
    }

    /// Whether tokens `from..to` are a moment and nothing else.
    fn is_moment(&self, from: usize, to: usize) -> bool {
        if from >= to || !(from..to).all(|at| self.is_timely(at)) {
            return false;
        }
        let any = |is: WordSenses| (from..to).any(|at| self.word(at).is(is));
        let number = (from..to).any(|at| self.is_number(at));
        let clock = (from..to).any(|at| self.clock(at).is_some());
        let date = (from..to).any(|at| self.numeric_date(at).is_some());
        clock
            || date
            || any(WordSenses::MONTH) && number
            || any(WordSenses::AGO) && any(WordSenses::UNIT)
            || any(WordSenses::WEEKDAY) && to - from <= 3
            || to - from == 1 && any(WordSenses::AGO)
            || number && any(WordSenses::UNIT)
    }

    /// Cuts ranks, times and «more» from around a headline.
    fn cut(&self, reading: &mut LineReading) {
        let count = self.tokens.len();
        if count <= CORE || reading.time {
            return;
        }
        let (from, to) = (self.front(reading), self.back());
        if from > 0 && from + CORE <= count {
            reading.before = self.core_start(from) as u32;
        }
        if to < count && to >= CORE + from {
            reading.behind = (self.line.span.len() - self.core_end(to)) as u32;
        }
    }

    /// Tokens before the headline: a rank or a time.
    fn front(&self, reading: &mut LineReading) -> usize {
        let end = self.leading_time();
        if end > 0 {
            return end;
        }
        if !self.is_number(0) || self.is_number(1) {
            return 0;
        }
        let Some(rank) = self.tokens.get(0).filter(|number| number.len() <= 3).and_then(number) else { return 0 };
        reading.rank = Some(rank);
        reading.ranked = self.gap(1).contains(['.', ')', '-', '–', '|', '_', ']', ':', '°', '•']);
        usize::from(reading.ranked)
    }

    /// The end of a time that the line begins with.
    fn leading_time(&self) -> usize {
        let mut end = 0;
        while let Some(next) = self.clock(end).or_else(|| self.numeric_date(end)).or_else(|| self.day(end)) {
            end = next;
        }
        if end > 0 {
            return end;
        }
        let spans = (2..=4).rev().find(|to| self.word(0).is(WordSenses::AGO) && self.is_moment(0, *to));
        spans.filter(|to| self.gap(*to).contains(['-', '–', '—', '|', ':', '.', '•', '·', '/'])).unwrap_or(0)
    }

    /// The end of a day at token `at`: «الأحد 12 أبريل 2026».
    fn day(&self, at: usize) -> Option<usize> {
        let from = if self.word(at).is(WordSenses::WEEKDAY) { at + 1 } else { at };
        if !self.is_number(from) {
            return None;
        }
        let (_, _, end) = LEXICON.month(self.tokens, from + 1)?;
        let year = self.tokens.get(end).is_some_and(|year| year.len() == 4 && self.is_number(end));
        year.then_some(end + 1)
    }

    /// Where the tokens behind the headline begin: a time, «more».
    fn back(&self) -> usize {
        let count = self.tokens.len();
        let more = (count.saturating_sub(3)..count).find(|at| {
            let is_more = |(phrase, end): (&super::lexicon::LexiconPhrase, usize)| {
                phrase.class == WordingClass::More && end == count
            };
            let parted = self.gap(*at).contains(['…', '|', '-', '–', '[', '(', '»', '›', '>', '.', '\t']);
            parted && LEXICON.phrases_at(self.tokens, *at).any(is_more)
        });
        let end = more.unwrap_or(count);
        let mut first = end;
        while first > 0 && self.is_timely(first - 1) {
            first -= 1;
        }
        (first.max(CORE)..end).find(|at| self.is_moment(*at, end) && self.parts(*at, end)).unwrap_or(end)
    }

    /// Whether what stands before token `at` parts the moment `at..end` from the headline, or the moment does so itself.
    fn parts(&self, at: usize, end: usize) -> bool {
        let gap = self.gap(at);
        let signed = gap.contains(['-', '–', '—', '|', '•', '·', '(', '[', '/', '…', '\t']) || gap.contains("  ");
        let ago = self.word(at).is(WordSenses::AGO) && self.is_number(at + 1) && self.gap(at).trim().is_empty();
        signed || ago || self.clock(at).is_some_and(|clock| clock == end)
    }

    /// Where the headline begins whose first token is `at`, quotation marks before it included.
    fn core_start(&self, at: usize) -> usize {
        let gap = self.gap(at);
        let start = self.tokens.span(at).map_or(0, |span| span.start) - gap.len();
        let opened =
            gap.char_indices().rev().take_while(|(_, c)| matches!(c, '«' | '"' | '“' | '‘' | '\'' | '(' | '[' | '#'));
        start + opened.last().map_or(gap.len(), |(place, _)| place)
    }

    /// Where the headline ends that token `to` follows, closing marks included.
    fn core_end(&self, to: usize) -> usize {
        let gap = self.gap(to);
        let start = self.tokens.span(to - 1).map_or(0, |span| span.end);
        let closed = gap
            .chars()
            .take_while(|c| matches!(c, '»' | '"' | '”' | '’' | '\'' | ')' | ']' | '؟' | '!' | '?' | '%' | '٪'));
        start + closed.map(char::len_utf8).sum::<usize>()
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
