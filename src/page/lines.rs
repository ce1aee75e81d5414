//! The lines of a page, each measured in one pass: place, words, ending, list sign, glue.
//!
//! A line ends at `\n`, `\r`, U+0085, U+2028 or U+2029. Lines of white space alone are skipped. A *word* is a run without
//! white space that holds a letter or digit: cheaper than a folded token, and close enough for counts.

use std::ops::Range;

use crate::document::{Span, is_alphanumeric};

use super::cues::CueFamily;
use super::line_ends;

/// Words of the head of a line, where cues are searched.
const HEAD_WORDS: u32 = 24;

/// Fewest words of a line of headlines that were joined without spaces.
const GLUED_WORDS: u32 = 12;
/// Fewest places in such a line where two words run together.
pub(super) const GLUE_POINTS: u32 = 2;
/// Most words for each such place. Well-written text has one in thousands of words; badly spaced paragraphs have more, but
/// end as sentences.
const WORDS_PER_GLUE_POINT: u32 = 25;

/// The ending of a line, ignoring closing quotation marks and brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum LineEnding {
    /// A letter, a digit, `…`, `..` or another sign, as in titles.
    #[default]
    Open,
    /// `؟`, `!` or `?`, as in titles and sentences.
    Asking,
    /// One full stop (`.` or `۔`): the end of a sentence.
    Stop,
    /// A colon, comma, semicolon or dash: the sentence continues on the next line.
    Leading,
}

/// The list sign at the beginning of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListSign {
    /// None.
    None,
    /// A bullet, dash or star.
    Sign,
    /// A number of one or two digits with `-`, `.`, `)` or `–` behind it.
    Number,
}

/// The role of a line before its neighbours are considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineRole {
    /// Text: a title, a link or a paragraph.
    Text,
    /// No letter and no digit (`***`).
    Wordless,
    /// Headlines glued together.
    Glued,
    /// A cue.
    Cue {
        /// The family of the cue.
        family: CueFamily,
        /// Whether the line holds nothing but the words of the cue.
        alone: bool,
    },
    /// Keywords below a keywords cue.
    Tags,
}

impl LineRole {
    /// Whether every line of this role is boilerplate.
    pub(super) const fn is_boilerplate(self) -> bool {
        matches!(self, Self::Glued | Self::Cue { .. } | Self::Tags)
    }
}

/// One line that holds more than white space.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextLine {
    /// Its place in the text, without white space at its ends.
    pub(super) span: Span,
    /// The end of its head, in bytes of the text; cues are within the head.
    pub(super) head_end: usize,
    pub(super) words: u32,
    pub(super) ending: LineEnding,
    pub(super) bullet: ListSign,
    /// Whether it holds a dash between white space, as bylines and datelines do.
    pub(super) dashed: bool,
    /// Whether all its words are hashtags, without a colon that would make them a heading.
    pub(super) hashtags: bool,
    /// Commas of any script.
    pub(super) commas: u32,
    pub(super) role: LineRole,
}

/// In place of the number of words of a line that was not measured.
const UNMEASURED: u32 = u32::MAX;

impl TextLine {
    /// Whether nothing but its place is known.
    pub(super) fn is_unmeasured(&self) -> bool {
        self.words == UNMEASURED
    }
}

/// Calls `found` with each line of `text` that is not blank, in order. Linear in the length of `text`.
pub(super) fn each_line(text: &str, mut found: impl FnMut(TextLine)) {
    line_ends::each_line_range(text, |range| {
        if let Some(line) = measure(text, range) {
            found(line);
        }
    });
}

/// Measures the line at `range`; `None` if it is blank.
pub(super) fn measure(text: &str, range: Range<usize>) -> Option<TextLine> {
    let raw = text.get(range.clone())?;
    let line = raw.trim();
    if line.is_empty() {
        return None;
    }

    let mut scan = LineScan::default();
    for (at, c) in line.char_indices() {
        scan.push(at, c);
    }
    scan.end_word(line.len());

    // Offsets of the scan are from the first character that is no white space.
    let start = range.start + (raw.len() - raw.trim_start().len());
    let ending = ending(line);
    Some(TextLine {
        span: Span::new(start, start + line.len()),
        head_end: start + scan.head_end,
        words: scan.words,
        ending,
        bullet: bullet(line),
        dashed: scan.dashed,
        hashtags: scan.words > 0 && scan.words == scan.hashtags && ending == LineEnding::Open,
        commas: scan.commas,
        role: scan.role(ending),
    })
}

/// The head of a line without white space at its ends, if more words follow it than heads have. Reads no further.
pub(super) fn head_of_long(line: &str) -> Option<&str> {
    let mut scan = LineScan::default();
    for (at, c) in line.char_indices() {
        scan.push(at, c);
        if scan.words > HEAD_WORDS {
            return Some(&line[..scan.head_end]);
        }
    }
    None
}

/// The line at `range` as text that was not measured; `None` if it is blank.
pub(super) fn unmeasured(text: &str, range: Range<usize>) -> Option<TextLine> {
    let raw = text.get(range.clone())?;
    let line = raw.trim();
    let start = range.start + (raw.len() - raw.trim_start().len());
    let span = Span::new(start, start + line.len());

    // More words than any cue has, so that no rule for short lines applies.
    (!line.is_empty()).then_some(TextLine {
        span,
        head_end: span.end,
        words: UNMEASURED,
        ending: LineEnding::Open,
        bullet: ListSign::None,
        dashed: false,
        hashtags: false,
        commas: 0,
        role: LineRole::Text,
    })
}

/// The counts of one pass over the characters of a line.
#[derive(Debug, Default, PartialEq)]
struct LineScan {
    words: u32,
    hashtags: u32,
    commas: u32,
    glue: u32,
    /// Places that count as glue only in a line that has certain glue.
    doubtful_glue: u32,
    dashed: bool,
    head_end: usize,
    in_word: bool,
    has_letter: bool,
    has_hash: bool,
    letters: u32,
    /// The three characters before the current one without marks, nearest first.
    before: [char; 3],
}

impl LineScan {
    fn push(&mut self, at: usize, c: char) {
        // Nearly all characters are letters inside of a word, behind one where no two words run together.
        let is_plain = matches!(c, '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}');
        if is_plain && self.in_word && !matches!(self.before[0], 'ة' | 'ا' | '.') {
            self.has_letter = true;
            self.letters += 1;
            self.before = [c, self.before[0], self.before[1]];
        } else {
            self.push_any(at, c);
        }
    }

    /// The same for any character.
    fn push_any(&mut self, at: usize, c: char) {
        if is_mark(c) {
            return;
        }
        if c.is_whitespace() {
            // A dash between white space, as in «الرياض - واس».
            self.dashed |= matches!(self.before, ['-' | '–' | '—', space, _] if space.is_whitespace());
            self.end_word(at);
        } else {
            if !self.in_word {
                self.in_word = true;
                self.has_hash = c == '#';
            }

            let letter = is_word_char(c);
            self.has_letter |= letter;
            self.glue += u32::from(letter && self.glues(c));
            // A word directly behind « ..» may also be bad typing.
            self.doubtful_glue +=
                u32::from(letter && matches!(self.before, ['.', '.', space] if space.is_whitespace()));
            self.letters = if letter { self.letters + 1 } else { 0 };
            self.commas += u32::from(matches!(c, ',' | '،' | '、'));
        }

        self.before = [c, self.before[0], self.before[1]];
    }

    fn end_word(&mut self, at: usize) {
        if self.in_word && self.has_letter {
            self.words += 1;
            self.hashtags += u32::from(self.has_hash);
        }
        if self.words <= HEAD_WORDS {
            self.head_end = at;
        }

        (self.in_word, self.has_letter, self.letters) = (false, false, 0);
    }

    /// Whether `c` follows the place where two words run together: ة inside a word, or the article after ا or ى inside one.
    fn glues(&self, c: char) -> bool {
        match self.before {
            ['ة', ..] => is_arabic_letter(c),
            ['ا', 'ا' | 'ى', _] => c == 'ل' && self.letters >= 4,
            _ => false,
        }
    }

    fn role(&self, ending: LineEnding) -> LineRole {
        if self.words == 0 {
            return LineRole::Wordless;
        }

        // Paragraphs with bad spacing end as sentences, headlines do not.
        let glued = self.words >= GLUED_WORDS
            && self.glue >= GLUE_POINTS
            && (self.glue + self.doubtful_glue) * WORDS_PER_GLUE_POINT >= self.words
            && ending == LineEnding::Open;

        if glued { LineRole::Glued } else { LineRole::Text }
    }
}

/// Whether `c` is a letter or digit, and no tatweel.
#[inline]
pub(super) fn is_word_char(c: char) -> bool {
    // Most characters are Arabic letters, and are told by the first test.
    matches!(c, '\u{620}'..='\u{63F}' | '\u{641}'..='\u{64A}') || c != '\u{640}' && is_alphanumeric(c)
}

const fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}' | '\u{66E}'..='\u{6D3}')
}

/// Whether `c` is a haraka or another mark over a letter, a tatweel or an invisible direction mark: these separate no words
/// and are no endings.
pub(super) const fn is_mark(c: char) -> bool {
    matches!(c, '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{640}' | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{61C}')
}

/// Whether `c` is a closing quotation mark or bracket, which may follow the end of a sentence.
const fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '»' | '”' | '’' | '“' | '″' | ')' | ']' | '}' | '>')
}

/// How a line ends.
pub(super) fn ending(line: &str) -> LineEnding {
    // What may follow the mark of an ending is skipped.
    let mut back = line.chars().rev().filter(|&c| !is_mark(c) && !is_closing(c) && !c.is_whitespace());
    match back.next() {
        Some('.') => {
            // Dots in a row cut a text off.
            if back.next() == Some('.') { LineEnding::Open } else { LineEnding::Stop }
        }
        Some('۔') => LineEnding::Stop,
        Some('؟' | '?' | '!') => LineEnding::Asking,
        Some(':' | '،' | ',' | '؛' | ';' | '-' | '–' | '—') => LineEnding::Leading,
        _ => LineEnding::Open,
    }
}

/// The list sign at the beginning of a line. `»` is one there, since it closes nothing; `«` opens a quotation and is none.
fn bullet(line: &str) -> ListSign {
    let mut chars = line.chars().filter(|&c| !is_mark(c));
    match chars.next() {
        Some(
            '•' | '-' | '–' | '—' | '*' | '·' | '▪' | '●' | '◦' | '■' | '◼' | '►' | '▶' | '‣' | '∙' | '>' | '»' | '›',
        ) => ListSign::Sign,
        // Other signs mostly stand within a line; a list sets white space behind them.
        Some(
            '◄' | '◀' | '◂' | '‹' | '←' | '→' | '◆' | '◇' | '❖' | '★' | '☆' | '✦' | '✔' | '✓' | '✅' | '➤' | '➢' | '▸'
            | '○' | '◾' | '◽' | '▫' | '□' | '⬤' | '⚫' | '🔹' | '🔸' | '🔴' | '🔵' | '+',
        ) if chars.next().is_some_and(char::is_whitespace) => ListSign::Sign,
        Some(first) if is_digit(first) => {
            let mut rest = chars.filter(|&c| c != ' ');
            let mut after = rest.next();
            if after.is_some_and(is_digit) {
                after = rest.next();
            }

            // «1.5» is a number, not the first item of a list.
            let listed = matches!(after, Some('-' | '.' | ')' | '–')) && !rest.next().is_some_and(is_digit);
            if listed { ListSign::Number } else { ListSign::None }
        }
        _ => ListSign::None,
    }
}

const fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn only(text: &str) -> TextLine {
        let mut lines = Vec::new();
        each_line(text, |line| lines.push(line));
        assert_eq!(lines.len(), 1, "{text}");
        lines[0]
    }

    #[test]
    fn endings_look_behind_quotes_brackets_and_direction_marks() {
        let table = [
            ("وصل الوفد", LineEnding::Open),
            ("وصل الوفد.", LineEnding::Stop),
            ("قال: «وصل الوفد».\u{200F}", LineEnding::Stop),
            ("قال \"وصل الوفد.\"", LineEnding::Stop),
            ("وصل الوفد..", LineEnding::Open),
            ("وصل الوفد…", LineEnding::Open),
            ("هل وصل (الوفد؟)", LineEnding::Asking),
            ("وقال الوزير:", LineEnding::Leading),
            ("وقال الوزير،", LineEnding::Leading),
            ("وزیر آ گئے۔", LineEnding::Stop),
        ];
        for (text, expected) in table {
            assert_eq!(only(text).ending, expected, "{text}");
        }
    }

    #[test]
    fn a_quotation_or_a_date_is_no_list_sign() {
        let table = [
            ("• وصل الوفد", ListSign::Sign),
            ("\u{200F}- وصل الوفد", ListSign::Sign),
            ("» وصل الوفد", ListSign::Sign),
            ("◄ وصل الوفد", ListSign::Sign),
            ("★★★ وصل الوفد", ListSign::None),
            ("1- وصل الوفد", ListSign::Number),
            ("١٢ . وصل الوفد", ListSign::Number),
            ("«وصل الوفد»", ListSign::None),
            ("1.5 مليون زائر", ListSign::None),
            ("12 مليون زائر", ListSign::None),
            ("2024-05-01", ListSign::None),
            ("وصل الوفد", ListSign::None),
        ];
        for (text, expected) in table {
            assert_eq!(only(text).bullet, expected, "{text}");
        }
    }

    #[test]
    fn glue_counts_only_in_long_lines_that_end_openly() {
        let row = "الحرارة تنخفض في الجبال العاليةمدير المدرسة يكرم المتفوقين في كلياتهاالبلدية تزرع ألف شجرة جديدة";
        assert_eq!(only(row).role, LineRole::Glued);
        assert_eq!(only(&format!("{row}.")).role, LineRole::Text);
        assert_eq!(only("الحرارة تنخفض في الجبال العاليةمدير المدرسة").role, LineRole::Text);
        assert_eq!(only(&row.replace("العاليةمدير", "العالية مدير")).role, LineRole::Text);
    }

    proptest! {
        #[test]
        fn letters_inside_of_words_count_as_any_character(line in "[ا-يةىآ. ،#ـً\u{670}a1-]{0,60}") {
            let (mut scan, mut plain) = (LineScan::default(), LineScan::default());
            for (at, c) in line.char_indices() {
                scan.push(at, c);
                plain.push_any(at, c);
            }
            prop_assert_eq!(scan, plain);
        }
    }

    #[test]
    fn words_need_a_letter_or_a_digit() {
        assert_eq!(only("وصل - الوفد ** ٢٠ \u{200F}").words, 3);
        assert_eq!(only("***").role, LineRole::Wordless);
    }
}
