//! Tables and texts: a table between two paragraphs belongs to the text, one that touches no paragraph is a widget.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::table_rows::is_exact_number;
use super::vocabulary::WordingClass;
use crate::page::hints::MarkupMark;
use crate::page::lines::{LineEnding, ListSign};

/// Fewest rows of a table.
const ROWS: usize = 2;
/// Most pieces of a table within a text.
const LONGEST: usize = 40;
/// Fewest words of the paragraph with which the text goes on.
const PARAGRAPH: u32 = 12;

/// Marks the tables within a text, heading and rows: pieces of the story, not of a widget.
pub(super) fn enclosed(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        let follows = all[at].under || all[at - 1].shape == PieceShape::Sentence;
        if !follows || !is_heading(&all[at]) {
            continue;
        }

        let rows = at + 1..rows_end(pieces, all, at + 1);
        let numbered = all[rows.clone()].iter().filter(|row| row.reading.numbers > 0).count();
        let goes_on = all.get(rows.end).is_some_and(|next| is_text(&pieces[rows.end], next));
        if numbered < ROWS || numbered * 2 < rows.len() || !goes_on {
            continue;
        }

        all[at..rows.end].iter_mut().for_each(mark_row);
    }
}

/// Whether a piece is nothing but the heading of a widget or of prices.
fn is_heading(features: &PieceFeatures) -> bool {
    let named = features.is(WordingClass::Block) || features.is(WordingClass::Market);
    named && features.shape != PieceShape::Paragraph && !features.marks.has(MarkupMark::Aside)
}

/// The end of the rows from `from` on; a blank line may only be above the first.
fn rows_end(pieces: &[LinePiece], all: &[PieceFeatures], from: usize) -> usize {
    let is_row = |at: usize| {
        let (piece, features) = (&pieces[at], &all[at]);
        let known = match features.reading.class {
            None => true,
            Some(WordingClass::Block) => features.reading.numbers > 0,
            Some(WordingClass::Menu | WordingClass::Stamp) => piece.cells > 1,
            Some(_) => false,
        };
        known
            && matches!(features.shape, PieceShape::Headline | PieceShape::Short)
            && (!features.reading.time || piece.cells > 1)
            && features.reading.ui == 0
            && piece.line.ending != LineEnding::Asking
            && (at == from || features.airy || piece.cells > 1 || piece.gap != PieceGap::Blank)
    };
    let most = all.len().min(from + LONGEST);
    (from..most).find(|&at| !is_row(at)).unwrap_or(most)
}

/// Whether a piece is a whole paragraph of a text.
fn is_text(piece: &LinePiece, features: &PieceFeatures) -> bool {
    features.shape == PieceShape::Paragraph
        && features.reading.class.is_none()
        && features.reading.ui == 0
        && piece.line.words >= PARAGRAPH
        && piece.line.ending == LineEnding::Stop
}

/// Fewest cells of a table with a cell on each line.
const CELLS: usize = 6;

/// Marks tables within a text that have a cell on each line, and figures above what they count: lines between two paragraphs, a
/// third of them numbers alone.
pub(super) fn stacked(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut at = 1;
    while at < all.len() {
        let end = if all[at].under { cells_end(pieces, all, at) } else { at };
        let is_figure = |at: &usize| all[*at].reading.numbers > 0 && pieces[*at].line.words <= 3;
        let numbers = (at..end).filter(is_figure).count();
        if end - at >= CELLS && numbers * 3 >= end - at && goes_on(pieces, all, end) {
            all[at..end].iter_mut().for_each(mark_row);
        }
        at = end.max(at + 1);
    }
}

/// Most words of a subheading below a table.
const SUBHEADING: u32 = 6;

/// Fewest lines of a short table.
const LINES: usize = 3;
/// Most words of one.
const LINE: u32 = 6;

/// Marks the lines of a short table within a text, below a heading: a name and one number at its end each, of no rank.
pub(super) fn listed_numbers(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_line = |at: usize, all: &[PieceFeatures]| {
        let own = pieces[at].line.span.of(text).trim_end_matches(['%', '٪']);
        let plain = all[at].reading.class.is_none() && !all[at].reading.time && all[at].reading.ui == 0;
        let numbered = all[at].reading.own_numbers > 0 && own.ends_with(char::is_numeric);
        plain && numbered && (2..=LINE).contains(&pieces[at].line.words) && pieces[at].gap != PieceGap::Blank
    };
    let mut at = 1;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !is_line(next, all)).unwrap_or(all.len());
        // A heading is below the text, and above the lines.
        let heading =
            (end - at >= LINES && at > 1 && all[at - 1].under && all[at - 1].reading.class.is_none()).then(|| at - 1);
        if let Some(heading) = heading.filter(|heading| all[*heading].shape != PieceShape::Paragraph) {
            all[heading..end].iter_mut().for_each(mark_row);
        }
        at = end.max(at + 1);
    }
}

/// Most captions between figures and the text that goes on.
const CAPTIONS: usize = 3;

/// Whether a text goes on at `end`, or behind some captions.
fn goes_on(pieces: &[LinePiece], all: &[PieceFeatures], end: usize) -> bool {
    let captions = all[end..].iter().take(CAPTIONS).take_while(|next| next.is(WordingClass::Caption)).count();
    let text = |at: usize| all.get(at).is_some_and(|next| is_text(&pieces[at], next));
    let is_subheading =
        all.get(end + captions).is_some_and(|next| next.over && pieces[end + captions].line.words <= SUBHEADING);
    text(end + captions) || is_subheading && text(end + captions + 1)
}

/// The end of the cells from `from` on; a blank line may only be above the first.
fn cells_end(pieces: &[LinePiece], all: &[PieceFeatures], from: usize) -> usize {
    let is_cell = |at: usize| {
        let (piece, features) = (&pieces[at], &all[at]);
        let is_number =
            features.is(WordingClass::Code) || features.is(WordingClass::Gallery) && features.reading.numbers > 0;
        let named =
            features.reading.class.is_none() && features.shape != PieceShape::Paragraph && piece.line.words <= 6;
        (is_number || named)
            && !features.reading.time
            && features.reading.ui == 0
            && piece.line.ending != LineEnding::Asking
            && (at == from || features.airy && at > from + 1 || piece.gap != PieceGap::Blank)
    };
    let most = all.len().min(from + LONGEST);
    (from..most).find(|&at| !is_cell(at)).unwrap_or(most)
}

fn mark_row(features: &mut PieceFeatures) {
    features.reading.class = None;
    features.row = true;
    features.inset = true;
}

/// Fewest rows of a table in Markdown.
const PIPED: usize = 2;

/// Marks the rows of tables in Markdown below a text or a heading of it.
pub(super) fn piped(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_row = |at: usize| pieces[at].cells > 1 && pieces[at].line.span.of(text).starts_with('|');
    let mut at = 0;
    while at < all.len() {
        let end = (at..all.len()).find(|at| !is_row(*at)).unwrap_or(all.len());
        if end - at >= PIPED && at > 0 && (all[at].under || all[at - 1].under) {
            all[at..end].iter_mut().for_each(mark_row);
        }
        at = end.max(at + 1);
    }
}

/// Fewest rows below the head of a ranking.
const RANKED: usize = 2;
/// Most words of one.
const RANKED_ROW: u32 = 7;

/// Marks rankings with figures below a text that goes on behind them: «the largest gains», a share with its gain on each line.
pub(super) fn rankings(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_row = |at: usize, all: &[PieceFeatures]| {
        let own = pieces[at].line.span.of(text);
        let is_figure = own.contains(['%', '٪']) || own.split_whitespace().next_back().is_some_and(has_decimals);
        is_figure && pieces[at].line.words <= RANKED_ROW && all[at].shape != PieceShape::Paragraph
    };
    let mut at = 1;
    while at < all.len() {
        // One ranking may be right below another.
        let mut end = at;
        if all[at].under {
            while all.get(end).is_some_and(|head| head.is(WordingClass::List)) {
                let rows = (end + 1..all.len()).take_while(|row| is_row(*row, all)).count();
                if rows < RANKED {
                    break;
                }
                end += 1 + rows;
            }
        }

        if end > at && goes_on(pieces, all, end) {
            all[at..end].iter_mut().for_each(mark_row);
        }
        at = end.max(at + 1);
    }
}

/// Whether a word is a number with decimals, and with a sign before it or not.
fn has_decimals(word: &str) -> bool {
    word.contains(['.', '٫']) && is_exact_number(word.trim_start_matches(['+', '-']))
}

/// Labels of the sheet of a match, before a colon.
#[rustfmt::skip]
const SHEET: &[&str] = &[
    "سرمربی", "سرمربیان", "داور", "داوران", "کمک‌ها", "کمک داوران", "کارت زرد", "کارت قرمز", "گل", "گل‌ها", "گلها", "ورزشگاه", "تماشاگر", "ترکیب",
    "ذخیره‌ها", "الحكم", "الحكام", "حكم المباراة", "المدرب", "المدربان", "الإنذارات", "إنذارات", "الطرد", "الأهداف", "الملعب", "الجمهور", "الحضور", "البدلاء",
    "التشكيلة", "التشكيل", "بطاقات صفراء", "البطاقات الصفراء", "البطاقات الحمراء", "امپائر", "ریفری", "کوچ", "میدان",
];
/// Fewest lines of a sheet.
const SHEET_LINES: usize = 2;

/// Marks the sheet of a match within a text: lines with such labels, and the line-ups between them.
pub(super) fn sheets(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let label = |at: usize| {
        let label = pieces[at].line.span.of(text).split_once(':').map(|(label, _)| label.trim());
        label.filter(|label| !label.is_empty())
    };
    let is_known = |at: usize| label(at).is_some_and(|label| SHEET.contains(&label));
    let mut at = 1;
    while at < all.len() {
        let is_line = |next: &usize| label(*next).is_some() && pieces[*next].gap != PieceGap::Blank;
        let lines = (at..all.len()).take_while(is_line).count();
        let known = (at..at + lines).filter(|line| is_known(*line)).count();
        if known >= SHEET_LINES && all[at..at + lines].iter().any(|features| features.under) {
            let short = all[at..at + lines].iter_mut().filter(|features| features.shape != PieceShape::Paragraph);
            short.for_each(mark_row);
        }
        at += lines.max(1);
    }
}

/// Fewest minutes of a match that are told in a row.
const MINUTES: usize = 2;

/// Marks what happened in the minutes of a match, below a text or a heading of it: «22' …», «58' …».
pub(super) fn minutes(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut at = 0;
    while at < all.len() {
        let end = (at..all.len()).find(|at| !is_minute(pieces[*at].line.span.of(text))).unwrap_or(all.len());
        if end - at >= MINUTES && at > 0 && (all[at].under || all[at - 1].under) {
            all[at..end].iter_mut().for_each(mark_row);
        }
        at = end.max(at + 1);
    }
}

fn is_minute(line: &str) -> bool {
    let rest = line.trim_start_matches(char::is_numeric);
    (1..=3).contains(&line[..line.len() - rest.len()].chars().count()) && rest.starts_with(['\'', '’', '′', '´'])
}

/// Fewest years of a timeline.
const YEARS: usize = 3;
/// Most words of what it tells of a year.
const EVENT: u32 = 30;

/// Marks the years of timelines within a text: each alone on a line, ascending, with a sentence below.
pub(super) fn timelines(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut at = 0;
    while at < all.len() {
        let years = (at..all.len()).step_by(2).take_while(|&year| tells_year(pieces, all, year)).count();
        if years >= YEARS {
            (0..years).for_each(|year| mark_row(&mut all[at + 2 * year]));
        }
        at += (2 * years).max(1);
    }
}

/// Whether the piece at `at` is a year, and what happened in it is below.
fn tells_year(pieces: &[LinePiece], all: &[PieceFeatures], at: usize) -> bool {
    let below = pieces.get(at + 1).zip(all.get(at + 1));
    let is_event = |(piece, features): (&LinePiece, &PieceFeatures)| {
        let is_sentence = matches!(features.shape, PieceShape::Paragraph | PieceShape::Sentence);
        is_sentence && features.reading.class.is_none() && piece.line.words <= EVENT
    };
    all[at].reading.year && all[at].is(WordingClass::Code) && below.is_some_and(is_event)
}

/// Marks the rows of tables that touch no paragraph, neither above, with a heading between, nor below.
pub(super) fn apart(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut at = 0;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !all[next].row).unwrap_or(all.len());
        if end > at {
            let headed = at > 0 && all[at - 1].shape != PieceShape::Paragraph && all[at - 1].under;
            let below_text = all[at].under || headed || all[at].announced;
            // Rows that touch the text below need no look, unless an inserted list is above them.
            let inserted = at > 1 && all[at - 1].is_short() && pieces[at - 2].line.bullet == ListSign::Sign;
            let sought = !below_text && (inserted || !all[end - 1].over);
            let text = if sought { text_below(pieces, all, at, end) } else { None };
            let touches = below_text || all[end - 1].over || text.is_some();
            all[at..end].iter_mut().for_each(|row| row.apart = !touches);

            if let Some(text) = text {
                let heading = if all[at - 1].is_short() && all[at - 1].reading.class.is_none() { at - 1 } else { at };
                all[heading..text].iter_mut().for_each(mark_row);
            }
        }
        at = end.max(at + 1);
    }
}

/// Most pieces between a text and its table that a list has pushed down.
const INTERRUPTION: usize = 8;
/// Fewest headlines of a list below a table.
const HEADLINES: u32 = 3;

/// Marks the beginning of a list below the rows of a table, a headline or the name of its section, and the names of the sections
/// of its other headlines.
pub(super) fn lists_below(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        let below_rows = all[at - 1].row && all[at - 1].apart && !all[at].row && pieces[at].gap == PieceGap::Next;
        let is_listed = |features: &PieceFeatures| features.is_headline() && features.run >= HEADLINES;
        let named = all[at].is_short() && all[at].reading.class.is_none() && all.get(at + 1).is_some_and(is_listed);
        let goes_on = all[at - 1].is_headline() && at > 1 && all[at - 2].leaves_table;
        all[at].leaves_table = below_rows && (named || is_listed(&all[at])) || goes_on && named;
    }
}

/// Most short lines between a table and the paragraph with which its text goes on.
const NOTES: usize = 4;

/// The paragraph with which a text goes on below the rows `from..end`, behind short lines without a blank line, if a list has
/// interrupted the text above the rows.
fn text_below(pieces: &[LinePiece], all: &[PieceFeatures], from: usize, end: usize) -> Option<usize> {
    let is_note = |at: &usize| {
        let plain = all[*at].reading.class.is_none() && !all[*at].reading.time && pieces[*at].gap != PieceGap::Blank;
        plain && matches!(all[*at].shape, PieceShape::Short | PieceShape::Headline)
    };
    let notes = (end..all.len()).take(NOTES).take_while(is_note).count();
    let below = end + notes;
    let goes_on =
        all.get(below).is_some_and(|next| is_text(&pieces[below], next) && pieces[below].gap != PieceGap::Blank);

    // A table at the top of a page is a widget.
    let above = all[..from].iter().rev().take(INTERRUPTION);
    let interrupted = above.take_while(|above| !above.closes_story()).any(|above| above.under);
    (goes_on && interrupted && from > 0).then_some(below)
}
