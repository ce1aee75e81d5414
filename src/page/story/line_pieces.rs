//! The lines of a page taken apart where one holds several headlines: pieces, each looked at like a line.
//!
//! Three or more spaces, tabs, bars and bullets inside a line part it, but only where the parts are headlines: rows of tables
//! and of menus stay whole, and so do paragraphs.

use ahash::AHashMap;

use crate::document::Span;
use crate::page::lines::{self, LineEnding, LineRole, ListSign, TextLine};

/// Most words of a part that is a headline.
const HEADLINE: u32 = 22;
/// Fewest words of one.
const LEAST: u32 = 4;

/// Lines of more words that end with a full stop are no rows of headlines.
const SENTENCE: u32 = 12;

/// Where one piece stands to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceGap {
    /// On the same line.
    Same,
    /// On the next line.
    Next,
    /// Behind a blank line.
    Blank,
}

/// A line or a part of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinePiece {
    pub(super) line: TextLine,
    pub(super) gap: PieceGap,
    /// Parts that signs part it into.
    pub(super) cells: u8,
    /// Whether a line of signs alone (`-`) stands before it.
    pub(super) dashed: bool,
    /// Whether it begins with a dateline that others of the page have too: a story of its own.
    pub(super) dateline: bool,
    /// The number of its line.
    pub(super) number: usize,
}

/// Replaces `pieces` by the pieces of `lines`; lines without letters are no pieces.
pub(super) fn split(text: &str, lines: &[TextLine], parts: &mut Vec<Span>, pieces: &mut Vec<LinePiece>) {
    pieces.clear();
    let mut end = 0;
    let mut dashed = false;
    for (number, line) in lines.iter().enumerate() {
        if line.role == LineRole::Wordless {
            dashed = line.span.len() <= 4;
            continue;
        }
        let gap =
            if breaks(text.get(end..line.span.start).unwrap_or("")) > 1 { PieceGap::Blank } else { PieceGap::Next };
        end = line.span.end;
        let whole =
            LinePiece { line: *line, gap, cells: 1, dashed: std::mem::take(&mut dashed), dateline: false, number };
        let sentence = line.words > SENTENCE && line.ending == LineEnding::Stop;
        let parted = matches!(line.role, LineRole::Text | LineRole::Glued) && !sentence;
        parts.clear();
        if parted && may_part(text, line) {
            find_parts(line.span, text, parts);
        }
        if parted && parts.len() < 2 {
            find_dashed(line, text, parts);
        }
        if parted && parts.len() < 2 && line.words <= MENU {
            find_cells(line.span, text, parts);
            if parts.len() >= CELLS {
                pieces.push(LinePiece { cells: parts.len().min(255) as u8, ..whole });
                continue;
            }
            parts.clear();
        }
        if parted && parts.len() < 2 && line.words >= ROW && line.ending != LineEnding::Stop {
            find_names(line.span, text, parts);
        }
        if parts.len() < 2 {
            pieces.push(whole);
        } else if !push_parts(text, whole, parts, pieces) {
            pieces.push(LinePiece { cells: parts.len().min(255) as u8, ..whole });
        }
    }
    datelines(text, pieces);
}

/// Parts the pieces of stories that begin with one dateline («السهل اليوم - المرج»), where a line holds several.
fn datelines(text: &str, pieces: &mut Vec<LinePiece>) {
    let mut heads: AHashMap<&str, usize> = AHashMap::new();
    for piece in &*pieces {
        if let Some(head) = dateline(piece.line.span.of(text)) {
            *heads.entry(head).or_default() += 1;
        }
    }
    heads.retain(|_, times| *times > 1);
    if heads.is_empty() {
        return;
    }
    let whole = std::mem::take(pieces);
    for piece in whole {
        let head = dateline(piece.line.span.of(text)).filter(|head| heads.contains_key(head));
        match head {
            Some(head) if piece.line.words > DATELINE => cut_at(text, piece, head, pieces),
            _ => pieces.push(piece),
        }
    }
}

/// Most words of a line that is a dateline and nothing else.
const DATELINE: u32 = 10;
/// Most words before its dash.
const PLACE: usize = 4;

/// What stands before the dash of a dateline.
fn dateline(line: &str) -> Option<&str> {
    let (at, _) = line.char_indices().take(60).find(|(_, c)| matches!(c, '-' | '–' | '—'))?;
    let head = line.get(..at)?;
    let name = head.trim_end();
    let plain = name.chars().all(|c| lines::is_word_char(c) || c.is_whitespace() || lines::is_mark(c));
    let words = name.split_whitespace().count();
    (head.len() > name.len() && plain && (1..=PLACE).contains(&words)).then_some(name)
}

/// Pushes the parts of a piece that begin with `head` and a dash behind the end of a sentence.
fn cut_at(text: &str, whole: LinePiece, head: &str, pieces: &mut Vec<LinePiece>) {
    let line = whole.line.span.of(text);
    let mut starts: Vec<usize> = vec![0];
    for at in memchr::memmem::find_iter(line.as_bytes(), head.as_bytes()).filter(|at| *at > 0) {
        let before = line.get(..at).unwrap_or("").trim_end();
        let behind = line.get(at + head.len()..).unwrap_or("").trim_start();
        if before.ends_with(['.', '۔', '!', '؟', '"', '»', ')']) && behind.starts_with(['-', '–', '—']) {
            starts.push(at);
        }
    }
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(line.len());
        let range = whole.line.span.start + start..whole.line.span.start + end;
        let Some(measured) = lines::measure(text, range) else { continue };
        let line = if starts.len() == 1 { whole.line } else { measured };
        let gap = if place == 0 { whole.gap } else { PieceGap::Same };
        pieces.push(LinePiece { line, gap, dateline: true, dashed: whole.dashed && place == 0, ..whole });
    }
}

/// Fewest words of a line of headlines with a site's name between them.
const ROW: u32 = 16;
/// Fewest times that the name stands there.
const NAMES: usize = 3;

/// Replaces `parts` by the headlines of a line that has a name of two words or more behind each, and by the names.
fn find_names(span: Span, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    let line = span.of(text);
    let mut words: Vec<Span> = Vec::new();
    for word in line.split_whitespace() {
        let start = word.as_ptr() as usize - line.as_ptr() as usize;
        words.push(Span::new(start, start + word.len()));
    }
    if words.len() > 400 || line.contains(". ") || line.contains("۔ ") {
        return;
    }
    let word = |at: usize| words.get(at).map(|word| word.of(line));
    let mut pairs: AHashMap<(&str, &str), Vec<usize>> = AHashMap::new();
    for at in 1..words.len() {
        if let (Some(first), Some(second)) = (word(at - 1), word(at)) {
            pairs.entry((first, second)).or_default().push(at - 1);
        }
    }
    let spread = |places: &Vec<usize>| {
        let apart = places.windows(2).all(|pair| (5..=24).contains(&(pair[1] - pair[0])));
        apart
            && places.first().is_some_and(|first| *first <= 22)
            && places.last().is_some_and(|last| words.len() - last <= 24)
    };
    let best = pairs.values().filter(|places| places.len() >= NAMES && spread(places));
    let Some(places) = best.min_by_key(|places| (usize::MAX - places.len(), places[0])) else { return };
    let same = |back: usize, ahead: usize| {
        let at = |place: usize| word((place + ahead).checked_sub(back)?);
        at(places[0]).is_some() && places.iter().all(|place| at(*place) == at(places[0]))
    };
    let length = (2..5).find(|ahead| !same(0, *ahead)).unwrap_or(5);
    let before = (1..4).find(|back| !same(*back, 0)).unwrap_or(4) - 1;
    let mut from = 0;
    let mut push = |from: usize, to: usize| {
        if from < to {
            parts.push(Span::new(span.start + words[from].start, span.start + words[to - 1].end));
        }
    };
    for place in places {
        push(from, place - before);
        push(place - before, (place + length).min(words.len()));
        from = place + length;
    }
    push(from.min(words.len()), words.len());
}

/// Most words of a row of cells with two spaces between them, and fewest cells.
const MENU: u32 = 24;
const CELLS: usize = 3;

/// Replaces `parts` by the parts of a line that two spaces part.
fn find_cells(span: Span, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    let line = span.of(text);
    for cell in line.split("  ").filter(|cell| cell.chars().any(lines::is_word_char)) {
        let start = span.start + (cell.as_ptr() as usize - line.as_ptr() as usize);
        parts.push(Span::new(start, start + cell.len()));
    }
    if parts.iter().any(|part| part.of(text).split_whitespace().count() > 3) {
        parts.clear();
    }
}

/// Replaces `parts` by the headlines of a line that dashes or slashes part: three at least, and nothing else.
fn find_dashed(line: &TextLine, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    if line.words < 3 * LEAST || line.ending == LineEnding::Stop {
        return;
    }
    let own = line.span.of(text);
    for sign in [" - ", " – ", " / ", " * "] {
        parts.clear();
        for part in own.split(sign) {
            let start = line.span.start + (part.as_ptr() as usize - own.as_ptr() as usize);
            parts.extend(lines::measure(text, start..start + part.len()).map(|part| part.span));
        }
        let words = |part: &Span| part.of(text).split_whitespace().count() as u32;
        if parts.len() >= 3 && parts.iter().all(|part| (LEAST..=HEADLINE).contains(&words(part))) {
            return;
        }
    }
    parts.clear();
}

/// Line breaks in what stands between two lines.
fn breaks(between: &str) -> usize {
    let feeds = between.bytes().filter(|byte| *byte == b'\n').count();
    if feeds > 0 {
        feeds
    } else {
        between.chars().filter(|c| matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')).count()
    }
}

/// Whether a look at the bytes of a line leaves it open that signs part it.
fn may_part(text: &str, line: &TextLine) -> bool {
    let line = line.span.of(text).as_bytes();
    memchr::memchr3(b'|', b'\t', b'>', line).is_some()
        || memchr::memmem::find(line, b"   ").is_some()
        || memchr::memchr2(0xE2, 0xC2, line).is_some()
}

/// Replaces `parts` by the parts of the line at `span` that stand between signs.
fn find_parts(span: Span, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    let line = span.of(text);
    let (mut start, mut spaces, mut blank) = (0, 0, 0);
    let mut push = |start: usize, end: usize| {
        let part = line.get(start..end).unwrap_or("");
        let trimmed = part.trim_matches(|c: char| c.is_whitespace() || is_parting(c));
        if trimmed.chars().any(lines::is_word_char) {
            let at = span.start
                + start
                + (part.len() - part.trim_start_matches(|c: char| c.is_whitespace() || is_parting(c)).len());
            parts.push(Span::new(at, at + trimmed.len()));
        }
    };
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c.is_whitespace() {
            if spaces == 0 {
                blank = at;
            }
            spaces += if c == '\t' { 3 } else { 1 };
        } else {
            if spaces >= 3 {
                push(start, blank);
                start = at;
            }
            let after = at + c.len_utf8();
            let spaced = || {
                before.is_whitespace() && line.get(after..).is_some_and(|rest| rest.starts_with(char::is_whitespace))
            };
            if is_bar(c) || is_parting(c) && spaced() {
                push(start, at);
                start = after;
            }
            spaces = 0;
        }
        before = c;
    }
    push(start, line.len());
}

const fn is_bar(c: char) -> bool {
    matches!(c, '|' | '¦' | '│' | '｜')
}

/// Signs that part headlines, menus and cells.
const fn is_parting(c: char) -> bool {
    is_bar(c)
        || matches!(
            c,
            '‹' | '•'
                | '●'
                | '·'
                | '■'
                | '▪'
                | '◄'
                | '►'
                | '◆'
                | '»'
                | '›'
                | '>'
                | '/'
                | '\\'
                | '★'
                | '✦'
                | '⬤'
                | '⚫'
                | '◾'
        )
}

/// Pushes the parts as pieces where headlines are among them and nothing but short labels beside them.
fn push_parts(text: &str, whole: LinePiece, parts: &[Span], pieces: &mut Vec<LinePiece>) -> bool {
    let measured = || parts.iter().filter_map(|part| lines::measure(text, part.start..part.end));
    let is_dated = |line: &TextLine| line.words <= 6 && numbers_in(line.span.of(text)) >= 2;
    let is_headline = |line: &TextLine| {
        (LEAST..=HEADLINE).contains(&line.words)
            && matches!(line.ending, LineEnding::Open | LineEnding::Asking)
            && !is_dated(line)
    };
    let (mut headlines, mut labels, mut numbers, mut others) = (0, 0, 0, 0);
    for line in measured() {
        if is_headline(&line) {
            headlines += 1;
        } else if (line.words < LEAST || is_dated(&line)) && line.ending != LineEnding::Stop {
            labels += 1;
            numbers += usize::from(is_amount(line.span.of(text)));
        } else {
            others += 1;
        }
    }
    let amounts = numbers > 1;
    let path = text
        .get(whole.line.span.start..whole.line.span.end)
        .is_some_and(|line| line.contains(['›', '‹']) || line.contains(" > "));
    let row = others == 0 && !amounts && !(path && headlines < 2) && headlines > 0 && labels <= headlines + 1;
    if !row {
        return false;
    }
    for (place, mut line) in measured().enumerate() {
        if place == 0 && whole.line.bullet != ListSign::None && line.bullet == ListSign::None {
            line.bullet = whole.line.bullet;
            line.span.start = whole.line.span.start;
        }
        let gap = if place == 0 { whole.gap } else { PieceGap::Same };
        pieces.push(LinePiece {
            line,
            gap,
            cells: 1,
            dashed: whole.dashed && place == 0,
            dateline: false,
            number: whole.number,
        });
    }
    true
}

/// Words that begin with a digit.
fn numbers_in(part: &str) -> usize {
    part.split_whitespace().filter(|word| word.starts_with(char::is_numeric)).count()
}

/// Whether a cell holds a price or another amount rather than a time.
fn is_amount(cell: &str) -> bool {
    cell.contains(|c: char| c.is_numeric()) && !cell.contains(':')
}
