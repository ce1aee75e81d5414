//! Numbered points that continue a text: their first point, or the paragraph above them, is part of it.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use crate::page::lines::LineEnding;

/// Marks the numbered lines below a point that is a paragraph: «1. …» as a long line, then «2. …» and «3. …» as short ones. A
/// numbered list of headlines has no paragraphs between them.
pub(super) fn points(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        let (before, rank) = (all[at - 1], all[at].reading.rank);
        let follows = rank.is_some() && rank == before.reading.rank.map(|rank| rank.saturating_add(1));
        let is_text = matches!(before.shape, PieceShape::Paragraph | PieceShape::Sentence) && !before.listed;
        let is_point = before.point || is_text;

        let plain = all[at].reading.class.is_none() && !all[at].over && pieces[at].gap == PieceGap::Next;
        if follows && is_point && plain {
            all[at].point = true;
        }
    }
}

/// Most words of a subheading that may have something else than a paragraph above, its number among them.
const SUBHEADING: u32 = 4;

/// Marks numbered subheadings: each is above a paragraph, is below another one, has few words or asks, and another subheading has the number
/// before or behind its own.
pub(super) fn numbered_subheadings(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_subheading = |at: &usize| {
        let (piece, own) = (&pieces[*at], &all[*at]);
        let is_brief = piece.line.words <= SUBHEADING && all.get(at + 1).is_some_and(|below| !below.teaser);
        // A question of a series may stand below a list or a table, too.
        let asks = piece.line.ending == LineEnding::Asking;
        own.over && (own.under || is_brief || asks) && own.shape != PieceShape::Paragraph && own.reading.class.is_none()
    };
    let ranked: Vec<(usize, u16)> =
        (0..all.len()).filter(is_subheading).filter_map(|at| all[at].reading.rank.map(|rank| (at, rank))).collect();
    for pair in ranked.windows(2) {
        if let [(a, first), (b, second)] = *pair
            && second == first.saturating_add(1)
        {
            all[a].numbered = true;
            all[b].numbered = true;
        }
    }
}
