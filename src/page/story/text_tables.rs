//! Tables and texts: a table between two paragraphs belongs to the text, one that touches no paragraph is a widget.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;
use crate::page::hints::MarkupMark;
use crate::page::lines::LineEnding;

/// Fewest rows of a table.
const ROWS: usize = 2;
/// Most pieces of a table within a text.
const LONGEST: usize = 40;
/// Fewest words of the paragraph with which the text goes on.
const PARAGRAPH: u32 = 12;

/// Marks the tables within a text, heading and rows: pieces of the story, not of a widget.
pub(super) fn enclosed(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        if !all[at].under || !is_heading(&all[at]) {
            continue;
        }

        let rows = at + 1..rows_end(pieces, all, at + 1);
        let numbered = all[rows.clone()].iter().filter(|row| row.reading.numbers > 0).count();
        let goes_on = all.get(rows.end).is_some_and(|next| is_text(&pieces[rows.end], next));
        if numbered < ROWS || numbered * 2 < rows.len() || !goes_on {
            continue;
        }

        for features in &mut all[at..rows.end] {
            features.reading.class = None;
            features.row = true;
            features.inset = true;
        }
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
            Some(WordingClass::Menu) => piece.cells > 1,
            Some(_) => false,
        };
        known
            && matches!(features.shape, PieceShape::Headline | PieceShape::Short)
            && !features.reading.time
            && features.reading.ui == 0
            && piece.line.ending != LineEnding::Asking
            && (at == from || features.airy || piece.gap != PieceGap::Blank)
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

/// Marks the rows of tables that touch no paragraph, neither above, with a heading between, nor below.
pub(super) fn apart(all: &mut [PieceFeatures]) {
    let mut at = 0;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !all[next].row).unwrap_or(all.len());
        if end > at {
            let headed = at > 0 && all[at - 1].shape != PieceShape::Paragraph && all[at - 1].under;
            let touches = all[at].under || headed || all[at].announced || all[end - 1].over;
            all[at..end].iter_mut().for_each(|row| row.apart = !touches);
        }
        at = end.max(at + 1);
    }
}
