//! Sentences of a text that the page sets apart between its paragraphs.

use memchr::memmem;

use super::features::{PieceFeatures, PieceShape};
use super::inside::shares_words;
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

    for at in 1..all.len() {
        if is_quote_between_paragraphs(text, pieces, all, at) {
            all[at].inset = true;
        }
    }

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

/// Words with which a page announces a pull quote.
const ANNOUNCED: &[&str] = &["اقتباس", "نقل قول", "اقتباس من المقال"];

/// Whether a line in quotation marks is between two paragraphs, and is no title: the paragraph below does not repeat its words.
fn is_quote_between_paragraphs(text: &str, pieces: &[LinePiece], all: &[PieceFeatures], at: usize) -> bool {
    let own = |at: usize| pieces[at].line.span.of(text).trim();
    if !all[at].over || !all[at].is_headline() || !is_quoted(own(at)) {
        return false;
    }

    let is_announced = || at > 1 && all[at - 2].shape == PieceShape::Paragraph && ANNOUNCED.contains(&own(at - 1));
    let below = pieces.get(at + 1).map_or("", |below| below.line.span.of(text));
    (all[at].under || is_announced()) && !shares_words(own(at), below)
}

/// Whether a whole line is in one pair of quotation marks.
fn is_quoted(line: &str) -> bool {
    let pairs = [('«', '»'), ('“', '”'), ('‘', '’'), ('’', '‘'), ('"', '"'), ('”', '“')];
    let line = line.trim_end_matches(['.', '۔']);
    pairs.iter().any(|(open, close)| {
        let inner = line.strip_prefix(*open).and_then(|line| line.strip_suffix(*close));
        inner.is_some_and(|inner| !inner.contains([*open, *close]))
    })
}
