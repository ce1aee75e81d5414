//! Times at the edges of lines: «منذ 5 دقائق» behind a headline, «10:49 .» before it.
//!
//! A list of headlines shows when each one appeared, in words that change from visit to visit. Such a time is no fact of
//! the headline, so it is not compared. Only short lines are read, and of most of them only the first and last word.

use super::lines::is_word_char;
use super::matcher::{self, TokenBuffer};
use super::time_words::{WORDS, is_mark, may_close_time, may_open_time};
use crate::document::Span;
use crate::normalize::{FoldScratch, Normalizer, alphabet};

/// Lines with more letters and digits are paragraphs: their last words are part of a sentence. Marks are not counted, so
/// that a vocalised line is treated like a bare one.
const LONGEST_LINE: usize = 150;

/// Letters and digits at each end of a line that are read.
const EDGE_LETTERS: usize = 60;

/// Most words of a time.
const LONGEST_TIME: usize = 7;

/// Fewest words that a line must have beside its time.
const LEAST_LEFT: usize = 2;

/// Fewest words behind a clock time that no sign separates: fewer are an entry of a timetable.
const LEAST_UNSIGNED: usize = 5;

/// Finds the times at the edges of lines; holds reusable buffers.
#[derive(Debug)]
pub(crate) struct TimeFinder {
    normalizer: Normalizer,
    scratch: FoldScratch,
    tokens: TokenBuffer,
    words: Vec<String>,
}

impl Default for TimeFinder {
    fn default() -> Self {
        Self {
            normalizer: matcher::normalizer(),
            scratch: FoldScratch::default(),
            tokens: TokenBuffer::default(),
            words: Vec::new(),
        }
    }
}

impl TimeFinder {
    /// Appends the spans of `text` between the times at the edges of its lines, if there are any: else `kept` stays empty.
    /// Linear in the length of the text.
    pub(crate) fn between(&mut self, text: &str, kept: &mut Vec<Span>) {
        kept.clear();
        let (mut start, mut at) = (0, 0);

        for line in text.split_inclusive(['\n', '\r']) {
            if let Some(rest) = self.rest(line) {
                let (from, until) = (at + rest.start, at + rest.end);
                // The line break before the rest stays with the text before it.
                if from > at {
                    kept.push(Span::new(start, at));
                    start = from;
                }
                if until < at + line.len() {
                    kept.push(Span::new(start, until));
                    start = at + line.trim_end().len();
                }
            }
            at += line.len();
        }

        if !kept.is_empty() {
            kept.push(Span::new(start, text.len()));
            kept.retain(|span| span.start < span.end);
        }
    }

    /// The part of a line without the times at its edges; empty if it is only a time; `None` if it has no time.
    pub(super) fn rest(&mut self, line: &str) -> Option<Span> {
        // Most lines of articles end here.
        if has_many_letters(line.as_bytes()) {
            return None;
        }
        let (first, last) = (first_word(line)?, last_word(line)?);
        let opens = first.starts_with(is_numeric) || may_open_time(first);
        let closes = last.ends_with(is_numeric) || may_close_time(last);
        if !opens && !closes || line.chars().filter(|c| is_letter(*c)).nth(LONGEST_LINE).is_some() {
            return None;
        }

        let start = if opens { self.head(line) } else { 0 };
        let end = if closes { self.tail(&line[start..]).map_or(line.len(), |end| start + end) } else { line.len() };
        let left = words_in(&line[start..end]);
        if (start, end) == (0, line.len()) || (1..LEAST_LEFT).contains(&left) {
            return None;
        }

        Some(if left == 0 { Span::new(start, start) } else { Span::new(start, end) })
    }

    /// The end of the time at the start of a line; 0 without one.
    fn head(&mut self, line: &str) -> usize {
        let mut letters = line.char_indices().filter(|(_, c)| is_letter(*c));
        let edge = letters.nth(EDGE_LETTERS).map_or(line.len(), |(at, _)| at);
        self.fold(&line[..edge]);

        let (count, clock) = match self.clock(&line[..edge], 0) {
            Some(count) => (count, true),
            None => match (1..=self.words.len().min(LONGEST_TIME)).rev().find(|&count| is_moment(&self.words[..count]))
            {
                Some(count) => (count, false),
                None => return 0,
            },
        };

        // Behind a word that was cut off the edge there is no sign.
        let Some(span) = self.tokens.span(count - 1).filter(|span| span.end < edge || edge == line.len()) else {
            return 0;
        };
        let rest = &line[span.end..];
        let signed = rest.trim_start().starts_with(|c: char| !is_word_char(c)) || rest.trim().is_empty();
        let numbered = self.words[..count].iter().any(|word| is_digits(word));
        let taken = signed || if clock { words_in(rest) >= LEAST_UNSIGNED } else { numbered };
        if taken { span.end } else { 0 }
    }

    /// The start of the time at the end of a line.
    fn tail(&mut self, line: &str) -> Option<usize> {
        // A full stop ends a sentence, of which the time is a part.
        if line.trim_end_matches(is_blank).ends_with(['.', '!', '?', '؟', '۔']) {
            return None;
        }

        let mut letters = line.char_indices().rev().filter(|(_, c)| is_letter(*c));
        let edge = letters.nth(EDGE_LETTERS).map_or(0, |(at, c)| at + c.len_utf8());
        self.fold(&line[edge..]);

        let count = self.words.len();
        let most = LONGEST_TIME.min(count);
        let relative = (1..=most).rev().find(|&length| is_moment(&self.words[count - length..]));
        let clock = || {
            let length = (2..=3.min(count)).find(|&length| self.clock(&line[edge..], count - length) == Some(length));
            length.map(|length| count - length)
        };
        let first = relative.map(|length| count - length).or_else(clock)?;

        // A word that was cut at the edge is no word.
        let span = self.tokens.span(first).filter(|span| span.start > 0 || edge == 0)?;
        let start = edge + span.start;

        // Without a sign before it, a clock time or a time of weeks and years may be part of the sentence.
        let is_long = self.words[first..].iter().any(|word| WORDS.long_units.contains(word));
        let signs = ['-', '–', '—', '|', '•', '·', '(', '[', '،', ','];
        let signed = start == 0 || line[..start].trim_end_matches(is_blank).ends_with(signs);
        (signed || relative.is_some() && !is_long).then_some(start)
    }

    fn fold(&mut self, text: &str) {
        self.tokens.clear();
        self.normalizer.fold(text, &mut self.scratch, &mut self.tokens);

        self.words.clear();
        let words = (0..self.tokens.len()).filter_map(|at| self.tokens.get(at)).map(alphabet::to_utf8);
        self.words.extend(words);
    }

    /// The number of tokens of the clock time at token `at` of `text`, the text that was folded: «10:30», «10:30 ص».
    fn clock(&self, text: &str, at: usize) -> Option<usize> {
        let (hour, minute) = (self.words.get(at)?, self.words.get(at + 1)?);
        let below = |word: &str, end: u32| word.len() <= 2 && word.parse::<u32>().is_ok_and(|number| number < end);
        if !below(hour, 24) || minute.len() != 2 || !below(minute, 60) {
            return None;
        }

        // Other signs make scores, references and dates: «2-10», «22/42».
        let between = self.tokens.span(at)?.end..self.tokens.span(at + 1)?.start;
        if text.get(between)? != ":" {
            return None;
        }

        Some(2 + usize::from(self.words.get(at + 2).is_some_and(|word| WORDS.halves.contains(word))))
    }
}

/// Whether a line surely has more letters and digits than [`LONGEST_LINE`], by common Arabic letters among its first bytes. Without a
/// branch for each byte: the compiler makes wide registers of it.
fn has_many_letters(line: &[u8]) -> bool {
    // Each letter has two bytes.
    if line.len() <= 2 * LONGEST_LINE {
        return false;
    }

    let is_letter = |lead: u8, byte: u8| {
        let is_early = (lead == 0xD8) & (byte >= 0xA0);
        let is_late = (lead == 0xD9) & (0x81..=0x8A).contains(&byte);
        is_early | is_late
    };
    // So few bytes that their letters are counted in one.
    let mut letters = 0;
    for (leads, bytes) in line.chunks(PIECE).zip(line[1..].chunks(PIECE)).take(PIECES) {
        let of_piece =
            leads.iter().zip(bytes).fold(0_u8, |count, (lead, byte)| count + u8::from(is_letter(*lead, *byte)));
        letters += usize::from(of_piece);
    }
    letters > LONGEST_LINE
}

/// Bytes in which letters are counted together, and the most of such pieces.
const PIECE: usize = 240;
const PIECES: usize = 3;

/// Whether folded words are a relative time: «منذ 5 دقائق», «قبل ساعتين», «۵ دقیقه پیش», «پانچ منٹ پہلے», "2 hours ago".
fn is_moment(words: &[String]) -> bool {
    match words {
        [before, amount @ ..] if WORDS.before.contains(before) && is_amount(amount, true) => true,
        [amount @ .., after] if WORDS.after.contains(after) => is_amount(amount, false),
        _ => false,
    }
}

/// Whether words are a number and a unit of time, or several of them. `bare`: whether a unit alone is an amount, as in Arabic.
fn is_amount(words: &[String], bare: bool) -> bool {
    let is_unit =
        |word: &String| WORDS.units.contains(word.strip_prefix('و').unwrap_or(word)) || WORDS.units.contains(word);
    let is_number = |word: &String| is_digits(word) || WORDS.numbers.contains(word);
    // ساعتی پیش, "an hour ago": one word with its article.
    let alone = |word: &String| bare || matches!(word.as_str(), "ساعتي" | "لحظاتي" | "دقايقي" | "روزي");

    match words {
        [about, rest @ ..] if WORDS.about.contains(about) => is_amount(rest, bare),
        [one] => is_unit(one) && alone(one) || is_glued_amount(one),
        [number, unit] if is_number(number) => is_unit(unit),
        [and, rest @ ..] if and == "و" => is_amount(rest, bare),
        [number, unit, rest @ ..] if is_number(number) && is_unit(unit) => is_amount(rest, bare),
        [unit, rest @ ..] if is_unit(unit) && bare => is_amount(rest, bare),
        _ => false,
    }
}

fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a character is a number of any script. Common letters need no Unicode table.
fn is_numeric(c: char) -> bool {
    !matches!(c, '\u{620}'..='\u{64A}') && c.is_numeric()
}

/// "5m", "2h", "3d".
fn is_glued_amount(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < word.len() && WORDS.units.contains(unit)
}

/// Whether a character belongs to a word, its marks included.
fn is_of_word(c: char) -> bool {
    is_word_char(c) || is_mark(c)
}

/// Whether a character is a letter or digit, and no mark.
fn is_letter(c: char) -> bool {
    is_word_char(c) && !is_mark(c)
}

/// Whether a character is white space, or a format character that shows nothing.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn first_word(line: &str) -> Option<&str> {
    let mut start = None;
    for (at, c) in line.char_indices() {
        match (is_of_word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(start)) => return Some(&line[start..at]),
            _ => {}
        }
    }
    start.map(|start| &line[start..])
}

fn last_word(line: &str) -> Option<&str> {
    let mut end = None;
    for (at, c) in line.char_indices().rev() {
        match (is_of_word(c), end) {
            (true, None) => end = Some(at + c.len_utf8()),
            (false, Some(end)) => return Some(&line[at + c.len_utf8()..end]),
            _ => {}
        }
    }
    end.map(|end| &line[..end])
}

fn words_in(text: &str) -> usize {
    text.split(|c| !is_of_word(c)).filter(|word| !word.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_many_letters_are_passed_over() {
        for word in ["كلمة ", "قَبْلَ ", "word ", "ۀپچ ", "- "] {
            for words in 0..200 {
                let line = word.repeat(words);
                let letters = line.chars().filter(|c| is_letter(*c)).count();
                assert!(!has_many_letters(line.as_bytes()) || letters > LONGEST_LINE, "{words} of {word}");
            }
        }
        assert!(has_many_letters("كلمة ".repeat(60).as_bytes()));
    }

    #[test]
    fn letters_are_no_numbers() {
        assert!(('\u{600}'..='\u{6FF}').chain('0'..='z').all(|c| is_numeric(c) == c.is_numeric()));
    }

    #[test]
    fn the_words_at_the_edges_are_those_between_signs() {
        for line in ["", " - ", "كلمة", " «كلمة» ", "اول ثان، ثالث.", "a", "-a", "a-", "قَبْلَ ١٠:٤٩ ص"]
        {
            let mut words = line.split(|c| !is_of_word(c)).filter(|word| !word.is_empty());
            assert_eq!(first_word(line), words.clone().next(), "{line}");
            assert_eq!(last_word(line), words.next_back(), "{line}");
        }
    }

    #[test]
    fn a_time_at_an_edge_is_left_out() {
        let mut finder = TimeFinder::default();
        for (line, rest) in [
            ("افتتاح محطة جديدة - قبل 11 ساعات", "افتتاح محطة جديدة -"),
            ("افتتاح محطة جديدة منذ 5 دقائق", "افتتاح محطة جديدة"),
            ("افتتاح محطة جديدة (قبل ساعتين)", "افتتاح محطة جديدة ("),
            ("افتتاح محطة جديدة | منذ ساعة و 5 دقائق", "افتتاح محطة جديدة |"),
            ("منذ ٣ أيام - افتتاح محطة جديدة", "- افتتاح محطة جديدة"),
            ("منذ قليل: افتتاح محطة جديدة", ": افتتاح محطة جديدة"),
            ("افتتاح محطة جديدة قبل ثلاثة أيام", "افتتاح محطة جديدة"),
            ("10:49 . افتتاح محطة جديدة", ". افتتاح محطة جديدة"),
            ("١٠:٤٩ ص - افتتاح محطة جديدة", "- افتتاح محطة جديدة"),
            ("10:49 افتتاح محطة جديدة لتحلية المياه في المدينة", "افتتاح محطة جديدة لتحلية المياه في المدينة"),
            ("افتتاح محطة جديدة - 10:49", "افتتاح محطة جديدة -"),
            ("افتتاح ایستگاه تازه - ۵ دقیقه پیش", "افتتاح ایستگاه تازه -"),
            ("افتتاح ایستگاه تازه ساعتی پیش", "افتتاح ایستگاه تازه"),
            ("نئے اسٹیشن کا افتتاح پانچ منٹ پہلے", "نئے اسٹیشن کا افتتاح"),
            ("نئے اسٹیشن کا افتتاح ۲ گھنٹے قبل", "نئے اسٹیشن کا افتتاح"),
            ("New station opens 2 hours ago", "New station opens"),
            ("5h ago · New station opens", "· New station opens"),
            ("منذ 5 دقائق", ""),
            ("افتتاح محطة جديدة - قبل سنتين", "افتتاح محطة جديدة -"),
            // Marks change nothing.
            ("اِفْتِتَاحُ مَحَطَّةٍ جَدِيدَةٍ قَبْلَ سَاعَتَيْنِ\u{200F}", "اِفْتِتَاحُ مَحَطَّةٍ جَدِيدَةٍ"),
        ] {
            assert_eq!(finder.rest(line).map(|span| span.of(line).trim()), Some(rest), "{line}");
        }
    }

    #[test]
    fn what_is_no_time_stays() {
        let mut finder = TimeFinder::default();
        for line in [
            "افتتاح محطة جديدة",
            "توفي الرجل قبل ثلاثة أيام.",
            "توفي الرجل قبل ثلاثة أيام.\u{200F}",
            "ما قلت برأيي منذ أربعين سنة",
            "سجن رجل اختفى قبل 5 سنوات",
            "10:00 نشرة الأخبار",
            // Scores, references and pages.
            "22-42",
            "16/10",
            "22.42",
            "2-10 الفريق الأول يسحق ضيفه في نصف نهائي الكأس",
            "إعادة طرح المناقصة العامة - 12-30",
            "5 قتلى في حادث سير",
            "أسعار النفط تتراجع 5",
            "خبر قبل ساعة",
            "",
            " - ",
        ] {
            assert_eq!(finder.rest(line), None, "{line}");
        }
    }
}
