//! Sentences of a text that the page sets apart between its paragraphs.

use memchr::memmem;

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::LinePiece;

/// Fewest bytes of a pull quote. A text can contain the words of a shorter line by chance.
const SHORTEST: usize = 40;
/// Most lines of a page that are sought, which bounds the time.
const SOUGHT: usize = 16;

/// Marks pull quotes: each is below a paragraph, and another paragraph of the page contains its words. The paragraph directly below a line
/// does not count, because it may repeat the words of its title.
pub(super) fn pull_quotes(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let own = |at: usize| pieces[at].line.span.of(text).trim_matches(|c: char| !c.is_alphanumeric());
    let may_be = |at: &usize| all[*at].is_headline() && all[*at].under && own(*at).len() >= SHORTEST;
    let sought: Vec<usize> = (1..all.len()).filter(may_be).take(SOUGHT).collect();

    for at in sought {
        let found = memmem::find_iter(text.as_bytes(), own(at).as_bytes());
        let is_paragraph = |place: usize| {
            let piece = pieces.partition_point(|piece| piece.line.span.end <= place);
            piece != at + 1 && all.get(piece).is_some_and(|features| features.shape == PieceShape::Paragraph)
        };
        if found.into_iter().any(is_paragraph) {
            all[at].inset = true;
        }
    }
}
