//! Lines that are alike: ranks that count up, rows of tables, lists of labels, scores, lines of another script.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;

/// A number without a sign is a rank where the number before or behind it stands in the same column.
pub(super) fn ranks(all: &mut [PieceFeatures]) {
    let ranked: Vec<(usize, u16)> =
        all.iter().enumerate().filter_map(|(at, features)| features.reading.rank.map(|rank| (at, rank))).collect();
    for pair in ranked.windows(2) {
        let [(a, first), (b, second)] = *pair else { continue };
        if b - a <= 3 && second == first.saturating_add(1) {
            all[a].reading.ranked = true;
            all[b].reading.ranked = true;
        }
    }
    for features in all {
        if features.reading.ranked && features.reading.before == 0 {
            features.reading.before = u32::MAX;
        }
    }
}

/// Marks lines of Latin letters on a page of Arabic ones.
pub(super) fn foreign(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_latin = |piece: &LinePiece| {
        let own = piece.line.span.of(text);
        own.bytes().any(|byte| byte.is_ascii_alphabetic()) && !own.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
    };
    let paragraphs = || pieces.iter().zip(&*all).filter(|(_, features)| features.shape == PieceShape::Paragraph);
    let latin = paragraphs().filter(|(piece, _)| is_latin(piece)).count();
    if latin * 2 > paragraphs().count() || paragraphs().next().is_none() {
        return;
    }
    for (features, piece) in all.iter_mut().zip(pieces) {
        features.foreign = piece.line.words <= 12 && is_latin(piece);
    }
}

/// Whether a line begins with a label of one to three words and a colon.
pub(super) fn is_labelled(line: &str) -> bool {
    line.split_once(':').is_some_and(|(label, rest)| {
        let named = label.chars().any(char::is_alphabetic);
        named && (1..=3).contains(&label.split_whitespace().count()) && !rest.trim().is_empty()
    })
}

/// Fewest lines of a list of labels.
const LABELS: usize = 3;

/// Marks the rows of tables: parts or amounts, or the same first word and numbers in lines one behind the other.
pub(super) fn rows(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for (features, piece) in all.iter_mut().zip(pieces) {
        let cells = piece.cells > 1 && features.reading.numbers > 0 && features.shape != PieceShape::Paragraph;
        let own = piece.line.span.of(text);
        let measured =
            features.reading.numbers > 0 && piece.line.words <= 4 && own.contains(['°', '%', '٪', '$', '€', '/']);
        features.row = !features.reading.time && (cells || measured);
    }
    let mut at = 0;
    while at < all.len() {
        let label = |at: usize| {
            matches!(all[at].shape, PieceShape::Headline | PieceShape::Short)
                && all[at].reading.class.is_none()
                && pieces[at].line.words <= 14
                && is_labelled(pieces[at].line.span.of(text))
                && (at == 0 || pieces[at].gap == PieceGap::Next)
        };
        let end = (at..all.len()).find(|&next| !label(next)).unwrap_or(all.len());
        if end - at >= LABELS && at > 0 && all[at - 1].shape == PieceShape::Short {
            all[at..end].iter_mut().for_each(|features| features.row = true);
        }
        at = end.max(at + 1);
    }
    for at in 0..all.len() {
        let numbers = (all[at].reading.numbers >= 3 && all[at].reading.before == 0 || all[at].reading.numbers >= 5)
            && pieces[at].line.words <= 12;
        all[at].row |= numbers
            && all[at].shape != PieceShape::Paragraph
            && !all[at].reading.time
            && all[at].reading.class.is_none();
        let head = all[at].is(WordingClass::Menu)
            && pieces[at].cells > 2
            && pieces.get(at + 1).is_some_and(|next| next.cells == pieces[at].cells);
        if head && all[at + 1].reading.numbers > 0 {
            all[at].reading.class = None;
            all[at].row = true;
        }
    }
    let score = |at: usize| {
        let own = pieces[at].line.span.of(text);
        let scored = [" - ", " – ", " : "].iter().any(|sign| {
            own.split_once(sign)
                .is_some_and(|(home, guest)| home.ends_with(char::is_numeric) && guest.starts_with(char::is_numeric))
        });
        scored && pieces[at].line.words <= 10 && all[at].reading.class.is_none()
    };
    let scores: Vec<usize> = (0..all.len()).filter(|&at| score(at)).collect();
    for pair in scores.windows(2).filter(|pair| pair[1] - pair[0] == 1) {
        all[pair[0]].row = true;
        all[pair[1]].row = true;
    }
    let first = |piece: &LinePiece| piece.line.span.of(text).split_whitespace().next().unwrap_or("").to_owned();
    for at in 1..pieces.len() {
        let like = |features: &PieceFeatures| {
            features.reading.numbers > 0
                && !features.reading.time
                && features.reading.class.is_none()
                && features.reading.before == 0
                && matches!(features.shape, PieceShape::Headline | PieceShape::Short)
        };
        let short = pieces[at].line.words <= 9 && pieces[at - 1].line.words <= 9;
        if like(&all[at]) && like(&all[at - 1]) && short && first(&pieces[at]) == first(&pieces[at - 1]) {
            all[at].row = true;
            all[at - 1].row = true;
        }
    }
}
