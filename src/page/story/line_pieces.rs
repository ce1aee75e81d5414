//! The pieces of a page: its lines, and the parts of lines that hold several headlines.
//!
//! Signs, tabs and wide spaces separate a line only if its parts are headlines; rows of tables and menus, and paragraphs, stay
//! whole.

use foldhash::HashMap;

use super::separators::{self, HEADLINE, LEAST};
use crate::document::{MONTHS, Span};
use crate::page::lines::{self, LineEnding, LineRole, ListSign, TextLine};

/// Most words of a line that is only a dateline.
const DATELINE: u32 = 10;
/// Most words before the dash of a dateline.
const PLACE: usize = 4;

/// Most words of the kind or the series of a story before a bar: «photos | …».
const KIND: usize = 3;

/// The place of a piece relative to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceGap {
    /// On the same line.
    Same,
    /// On the next line.
    Next,
    /// Behind a blank line.
    Blank,
}

/// A line or a part of one, measured like a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinePiece {
    pub(super) line: TextLine,
    pub(super) gap: PieceGap,
    /// The cells of a row that stays whole; 1 of other pieces.
    pub(super) cells: u8,
    /// Whether the line before it holds only signs (`-`).
    pub(super) dashed: bool,
    /// Whether it begins with a dateline that other pieces of the page have too: a story of its own.
    pub(super) dateline: bool,
    /// The number of its line.
    pub(super) number: usize,
}

/// Replaces `pieces` by the pieces of `lines`; lines without letters have none.
pub(super) fn split(text: &str, lines: &[TextLine], parts: &mut Vec<Span>, pieces: &mut Vec<LinePiece>) {
    pieces.clear();
    let mut end = 0;
    let mut dashed = false;

    for (number, line) in lines.iter().enumerate() {
        if line.role == LineRole::Wordless {
            dashed = line.span.len() <= 4;
            // In Markdown, a line of dashes separates the head of a table from its rows. The table goes on below it.
            if line.span.of(text).starts_with('|') {
                end = line.span.end;
            }
            continue;
        }

        // A line without letters between two pieces counts as a blank line.
        let gap = if breaks(&text[end..line.span.start]) > 1 { PieceGap::Blank } else { PieceGap::Next };
        end = line.span.end;
        let whole =
            LinePiece { line: *line, gap, cells: 1, dashed: std::mem::take(&mut dashed), dateline: false, number };

        let is_row = separators::separate(text, line, parts);
        if parts.len() < 2 || begins_with_kind(text, parts) {
            pieces.push(whole);
        } else if is_row || !are_headlines(text, whole, parts) {
            // The number of cells is evidence for a menu or table.
            pieces.push(LinePiece { cells: parts.len().min(255) as u8, ..whole });
        } else {
            push_parts(text, whole, parts, pieces);
        }
    }

    split_at_datelines(text, pieces);
}

/// Whether a line is one headline behind the kind of its story.
fn begins_with_kind(text: &str, parts: &[Span]) -> bool {
    let [kind, headline] = parts else { return false };
    let name = kind.of(text);
    // A number alone, or with a month, is a date.
    let is_numbered = || name.starts_with(char::is_alphabetic) && numbers_in(name) == 1 && !names_month(name);
    let is_kind = name.split_whitespace().count() <= KIND && (!name.contains(char::is_numeric) || is_numbered());
    is_kind
        && text[kind.end..headline.start].contains('|')
        && measured(text, &[*headline]).any(|line| is_headline(text, &line))
}

/// The line breaks between two lines.
fn breaks(between: &str) -> usize {
    let feeds = between.bytes().filter(|byte| *byte == b'\n').count();
    if feeds > 0 {
        feeds
    } else {
        between.chars().filter(|c| matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')).count()
    }
}

/// Splits pieces that hold several stories with one dateline («السهل اليوم - المرج»).
fn split_at_datelines(text: &str, pieces: &mut Vec<LinePiece>) {
    let mut heads: HashMap<&str, usize> = HashMap::default();
    for piece in &*pieces {
        if let Some(head) = dateline(piece.line.span.of(text)) {
            *heads.entry(head).or_default() += 1;
        }
    }
    // One story may begin with any words and a dash; two with the same ones share a dateline.
    heads.retain(|_, times| *times > 1);
    if heads.is_empty() {
        return;
    }

    let whole = std::mem::take(pieces);
    for piece in whole {
        let head = dateline(piece.line.span.of(text)).filter(|head| heads.contains_key(head));
        match head {
            Some(head) if piece.line.words > DATELINE => split_at(text, piece, head, pieces),
            _ => pieces.push(piece),
        }
    }
}

/// The words before the dash of a dateline; `None` of a line without one.
fn dateline(line: &str) -> Option<&str> {
    let (at, _) = line.char_indices().take(60).find(|(_, c)| matches!(c, '-' | '–' | '—'))?;
    let head = &line[..at];
    let name = head.trim_end();

    let plain = name.chars().all(|c| lines::is_word_char(c) || c.is_whitespace() || lines::is_mark(c));
    let words = name.split_whitespace().count();
    (head.len() > name.len() && plain && (1..=PLACE).contains(&words)).then_some(name)
}

/// Pushes the parts of a piece, each of which begins with `head` and a dash.
fn split_at(text: &str, whole: LinePiece, head: &str, pieces: &mut Vec<LinePiece>) {
    let line = whole.line.span.of(text);
    let mut starts: Vec<usize> = vec![0];
    for at in memchr::memmem::find_iter(line.as_bytes(), head.as_bytes()).filter(|at| *at > 0) {
        // A story begins behind the end of a sentence; elsewhere the words are part of one.
        let before = line[..at].trim_end();
        let behind = line[at + head.len()..].trim_start();
        if before.ends_with(['.', '۔', '!', '؟', '"', '»', ')']) && behind.starts_with(['-', '–', '—']) {
            starts.push(at);
        }
    }

    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(line.len());
        let range = whole.line.span.start + start..whole.line.span.start + end;
        let Some(measured) = lines::measure(text, range) else { continue };

        // A line of one story keeps its role; parts of others are text.
        let line = if starts.len() == 1 { whole.line } else { measured };
        let gap = if place == 0 { whole.gap } else { PieceGap::Same };
        pieces.push(LinePiece { line, gap, dateline: true, dashed: whole.dashed && place == 0, ..whole });
    }
}

/// Whether the parts of a line are headlines, with at most a few short labels among them.
fn are_headlines(text: &str, whole: LinePiece, parts: &[Span]) -> bool {
    let (mut headlines, mut labels, mut amounts, mut others) = (0, 0, 0, 0);
    for line in measured(text, parts) {
        if is_headline(text, &line) {
            headlines += 1;
        } else if (line.words < LEAST || is_dated(text, &line)) && line.ending != LineEnding::Stop {
            labels += 1;
            amounts += usize::from(is_amount(line.span.of(text)));
        } else {
            others += 1;
        }
    }

    // A path through the site holds one headline at its end; a row of a table holds amounts.
    let line = whole.line.span.of(text);
    let path = line.contains(['›', '‹']) || line.contains(" > ");
    // A menu of three entries may have one of four words.
    let longest = measured(text, parts).map(|line| line.words).max().unwrap_or(0);
    let menu = headlines == 1 && labels >= 2 && longest == LEAST;
    others == 0 && amounts <= 1 && !(path && headlines < 2) && !menu && headlines > 0 && labels <= headlines + 1
}

/// Pushes the parts of a line as pieces.
fn push_parts(text: &str, whole: LinePiece, parts: &[Span], pieces: &mut Vec<LinePiece>) {
    for (place, mut line) in measured(text, parts).enumerate() {
        // The separators may have taken the list sign off the first part.
        if place == 0 && whole.line.bullet != ListSign::None && line.bullet == ListSign::None {
            line.bullet = whole.line.bullet;
            line.span.start = whole.line.span.start;
        }

        let gap = if place == 0 { whole.gap } else { PieceGap::Same };
        let dashed = whole.dashed && place == 0;
        pieces.push(LinePiece { line, gap, cells: 1, dashed, dateline: false, number: whole.number });
    }
}

fn measured(text: &str, parts: &[Span]) -> impl Iterator<Item = TextLine> {
    parts.iter().filter_map(|part| lines::measure(text, part.start..part.end))
}

fn is_headline(text: &str, line: &TextLine) -> bool {
    (LEAST..=HEADLINE).contains(&line.words)
        && matches!(line.ending, LineEnding::Open | LineEnding::Asking)
        && !is_dated(text, line)
}

/// Whether a part is a date rather than a headline.
fn is_dated(text: &str, line: &TextLine) -> bool {
    let part = line.span.of(text);
    line.words <= 6 && (numbers_in(part) >= 2 || numbers_in(part) > 0 && names_month(part))
}

/// Whether a part has the name of a month of one word.
fn names_month(part: &str) -> bool {
    part.split_whitespace().any(|word| MONTHS.iter().any(|(names, ..)| names.contains(&word)))
}

/// Words that begin with a digit.
fn numbers_in(part: &str) -> usize {
    part.split_whitespace().filter(|word| word.starts_with(char::is_numeric)).count()
}

/// Whether a cell holds a price or another amount rather than a time or a date.
fn is_amount(cell: &str) -> bool {
    let is_date = || {
        let parts: Vec<&str> = cell.trim().split(['/', '-']).collect();
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.chars().all(char::is_numeric))
    };
    cell.contains(|c: char| c.is_numeric()) && !cell.contains(':') && !is_date()
}
