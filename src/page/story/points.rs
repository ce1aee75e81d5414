//! Numbered points that continue a text: their first point, or the paragraph above them, is part of it.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};

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

/// Marks numbered subheadings: each is between two paragraphs, and another one has the number before or behind its own.
pub(super) fn numbered_subheadings(all: &mut [PieceFeatures]) {
    let ranked: Vec<(usize, u16)> = (0..all.len())
        .filter(|at| {
            all[*at].under
                && all[*at].over
                && all[*at].shape != PieceShape::Paragraph
                && all[*at].reading.class.is_none()
        })
        .filter_map(|at| all[at].reading.rank.map(|rank| (at, rank)))
        .collect();
    for pair in ranked.windows(2) {
        if let [(a, first), (b, second)] = *pair
            && second == first.saturating_add(1)
        {
            all[a].numbered = true;
            all[b].numbered = true;
        }
    }
}
