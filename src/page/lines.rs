//! The lines of a page, each looked at once: where it stands, how long it is, how it ends, whether it is glued.
//!
//! A line ends at `\n`, `\r`, U+0085, U+2028 or U+2029 (what every common tool treats as one). A line of white
//! space alone is no line here. A *word* is a run between white space that holds at least one letter or digit:
//! cheaper than a folded token and near enough to count by.

use std::ops::Range;

use crate::document::Span;

use super::cues::CueFamily;

/// Words after which the part of a line that cues are looked for in ends.
const HEAD_WORDS: u32 = 24;

/// A line of headlines glued without spaces has at least this many words,
const GLUED_WORDS: u32 = 12;
/// this many places where two words ran together,
const GLUE_POINTS: u32 = 2;
/// and at least one such place in so many words. Well-written text has one in thousands; badly spaced paragraphs
/// have more, but end as sentences do.
const WORDS_PER_GLUE_POINT: u32 = 25;

/// How a line ends, closing quotation marks and brackets aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum LineEnding {
    /// A letter, a digit, `…`, `..` or anything else: what titles end with.
    #[default]
    Open,
    /// `؟`, `!` or `?`: titles and sentences alike.
    Asking,
    /// One full stop (`.` or `۔`): a sentence is over.
    Stop,
    /// A colon, comma, semicolon or dash: the sentence goes on in the next line.
    Leading,
}

/// What list sign a line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListSign {
    /// None.
    None,
    /// A bullet, dash or star.
    Sign,
    /// A number of one or two digits with `-`, `.`, `)` or `–` behind it.
    Number,
}

/// What a line is, before its neighbours are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineRole {
    /// Text: a title, a link or a paragraph.
    Text,
    /// No letter and no digit (`***`).
    Wordless,
    /// Headlines glued together.
    Glued,
    /// A cue; `alone` when nothing but the cue's own words stands on the line.
    Cue {
        /// The cue's family.
        family: CueFamily,
        /// Whether the line holds the cue and nothing else.
        alone: bool,
    },
    /// A word list under a tags cue.
    Tags,
}

impl LineRole {
    /// Whether a line of this role is boilerplate on its own account.
    pub(super) const fn is_boilerplate(self) -> bool {
        matches!(self, Self::Glued | Self::Cue { .. } | Self::Tags)
    }
}

/// One line that holds more than white space.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextLine {
    /// Where it stands, without the white space around it.
    pub(super) span: Span,
    /// End of its first words: all that a cue can stand in.
    pub(super) head_end: usize,
    /// Words.
    pub(super) words: u32,
    /// How it ends.
    pub(super) ending: LineEnding,
    /// What list sign it begins with.
    pub(super) bullet: ListSign,
    /// Whether a dash stands between white space in it, as in bylines and datelines.
    pub(super) dashed: bool,
    /// Whether each of its words is a hashtag, and no colon makes them a heading.
    pub(super) hashtags: bool,
    /// Commas of any script.
    pub(super) commas: u32,
    /// What it is.
    pub(super) role: LineRole,
}

/// Calls `found` with each line of `text` that holds more than white space, in order. Linear in the length of
/// `text`.
pub(super) fn each_line(text: &str, mut found: impl FnMut(TextLine)) {
    let mut start = 0;
    while start < text.len() {
        let (end, next) = line_end(text, start);
        if let Some(line) = measure(text, start..end) {
            found(line);
        }
        start = next;
    }
}

/// Calls `found` with the range of each line of `text`, its end left out. Lines end at `\n` or `\r` alone here: looking for
/// the rare ends too takes longer than everything else that is done with a long line.
pub(super) fn each_range(text: &str, mut found: impl FnMut(Range<usize>)) {
    let mut start = 0;
    for end in memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()) {
        found(start..end);
        start = end + 1;
    }
    if start < text.len() {
        found(start..text.len());
    }
}

/// The end of the line that begins at `start`, and the beginning of the next one.
fn line_end(text: &str, start: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => return (at, at + 1),
            0xC2 if bytes.get(at + 1) == Some(&0x85) => return (at, at + 2),
            0xE2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => return (at, at + 3),
            _ => at += 1,
        }
    }
    (at, at)
}

/// Looks at the line that stands at `range`; nothing where it is all white space.
pub(super) fn measure(text: &str, range: Range<usize>) -> Option<TextLine> {
    let raw = text.get(range.clone())?;
    let line = raw.trim();
    if line.is_empty() {
        return None;
    }
    let start = range.start + (raw.len() - raw.trim_start().len());
    let mut scan = LineScan::default();
    for (at, c) in line.char_indices() {
        scan.push(at, c);
    }
    scan.end_word(line.len());
    Some(TextLine {
        span: Span::new(start, start + line.len()),
        head_end: start + scan.head_end,
        words: scan.words,
        ending: ending(line),
        bullet: bullet(line),
        dashed: scan.dashed,
        hashtags: scan.words > 0 && scan.words == scan.hashtags && ending(line) == LineEnding::Open,
        commas: scan.commas,
        role: LineRole::Text,
    })
    .map(|line| TextLine { role: scan.role(line.ending), ..line })
}

/// The line that stands at `range`, seen to be text without being measured: its words are said to be more than any cue
/// has. Nothing where it is all white space.
pub(super) fn unmeasured(text: &str, range: Range<usize>) -> Option<TextLine> {
    let raw = text.get(range.clone())?;
    let line = raw.trim();
    let start = range.start + (raw.len() - raw.trim_start().len());
    let span = Span::new(start, start + line.len());
    (!line.is_empty()).then_some(TextLine {
        span,
        head_end: span.end,
        words: u32::MAX,
        ending: LineEnding::Open,
        bullet: ListSign::None,
        dashed: false,
        hashtags: false,
        commas: 0,
        role: LineRole::Text,
    })
}

/// What one walk over a line's characters gathers.
#[derive(Default)]
struct LineScan {
    words: u32,
    hashtags: u32,
    commas: u32,
    glue: u32,
    /// Places that are glue only where there is surer glue.
    doubtful_glue: u32,
    dashed: bool,
    head_end: usize,
    in_word: bool,
    has_letter: bool,
    has_hash: bool,
    letters: u32,
    /// The three characters before this one, marks left out, nearest first.
    before: [char; 3],
}

impl LineScan {
    fn push(&mut self, at: usize, c: char) {
        if is_mark(c) {
            return;
        }
        if c.is_whitespace() {
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

    /// Whether two words ran together before `c`: ة inside a word, the article inside a word after ا or ى.
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
        let glued = self.words >= GLUED_WORDS
            && self.glue >= GLUE_POINTS
            && (self.glue + self.doubtful_glue) * WORDS_PER_GLUE_POINT >= self.words
            && ending == LineEnding::Open;
        if glued { LineRole::Glued } else { LineRole::Text }
    }
}

/// Whether `c` is a letter or digit; the common cases without the Unicode tables.
pub(super) fn is_word_char(c: char) -> bool {
    match c {
        '\0'..='\x7F' => c.is_ascii_alphanumeric(),
        '\u{620}'..='\u{64A}' => c != '\u{640}',
        '\u{660}'..='\u{669}' | '\u{66E}'..='\u{6D3}' => true,
        _ => c.is_alphanumeric(),
    }
}

const fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}' | '\u{66E}'..='\u{6D3}')
}

/// Harakat and other marks over a letter, tatweel and invisible direction marks: they part no word and end no line.
pub(super) const fn is_mark(c: char) -> bool {
    matches!(c, '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{640}' | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{61C}')
}

/// Closing quotation marks and brackets, which may follow the mark that ends a sentence.
const fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '»' | '”' | '’' | '“' | '″' | ')' | ']' | '}' | '>')
}

fn ending(line: &str) -> LineEnding {
    let mut back = line.chars().rev().filter(|&c| !is_mark(c) && !is_closing(c) && !c.is_whitespace());
    match back.next() {
        Some('.') => {
            if back.next() == Some('.') {
                LineEnding::Open
            } else {
                LineEnding::Stop
            }
        }
        Some('۔') => LineEnding::Stop,
        Some('؟' | '?' | '!') => LineEnding::Asking,
        Some(':' | '،' | ',' | '؛' | ';' | '-' | '–' | '—') => LineEnding::Leading,
        _ => LineEnding::Open,
    }
}

/// The list sign a line begins with. `«` opens a quotation and is none; `»` at the beginning of a line closes
/// nothing and is one.
fn bullet(line: &str) -> ListSign {
    let mut chars = line.chars().filter(|&c| !is_mark(c));
    match chars.next() {
        Some(
            '•' | '-' | '–' | '—' | '*' | '·' | '▪' | '●' | '◦' | '■' | '◼' | '►' | '▶' | '‣' | '∙' | '>' | '»' | '›',
        ) => ListSign::Sign,
        Some(first) if is_digit(first) => {
            let mut rest = chars.filter(|&c| c != ' ');
            let mut after = rest.next();
            if after.is_some_and(is_digit) {
                after = rest.next();
            }
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

    #[test]
    fn words_need_a_letter_or_a_digit() {
        assert_eq!(only("وصل - الوفد ** ٢٠ \u{200F}").words, 3);
        assert_eq!(only("***").role, LineRole::Wordless);
    }
}
