//! Poems: the lines below a word for a poem.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};

/// Words that name a poem, alone on a line or before its title.
const POEMS: &[&str] = &["غزل", "نظم", "قصيدة", "قصیدہ", "قصیده", "رباعی", "رباعي", "رباعية", "مثنوی", "نعت"];
/// Most pieces between that word and the first verse: a title, the name of the poet.
const ABOVE: usize = 3;
/// Fewest verses.
const VERSES: usize = 4;
/// Fewest and most words of a verse.
const WORDS: std::ops::RangeInclusive<u32> = 3..=12;
/// Most words by which two verses of one poem differ.
const UNEVEN: u32 = 4;

/// Marks the verses of poems: lines of nearly one length, without classes or times, below a word for a poem.
pub(super) fn poems(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 0..all.len() {
        if !names_poem(text, &pieces[at]) {
            continue;
        }

        let near = at + 1..(at + 2 + ABOVE).min(all.len());
        let Some(first) = near.into_iter().find(|&first| verses_end(pieces, all, first) - first >= VERSES) else {
            continue;
        };
        let end = verses_end(pieces, all, first);
        all[at].poem = true;
        all[first..end].iter_mut().for_each(|features| features.verse = true);
    }
}

/// Whether a short line is a word for a poem, or begins with one and a colon.
fn names_poem(text: &str, piece: &LinePiece) -> bool {
    let own = piece.line.span.of(text).trim_matches(|c: char| !c.is_alphabetic());
    piece.line.words <= 6
        && POEMS.iter().any(|poem| own.split([':', '-', '/', '|']).next().is_some_and(|head| head.trim() == *poem))
}

/// The end of the verses from `first` on.
fn verses_end(pieces: &[LinePiece], all: &[PieceFeatures], first: usize) -> usize {
    let words = pieces[first].line.words;
    let is_verse = |at: usize| {
        matches!(all[at].shape, PieceShape::Headline | PieceShape::Short | PieceShape::Sentence)
            && all[at].reading.class.is_none()
            && !all[at].reading.time
            && all[at].reading.own_numbers == 0
            && WORDS.contains(&pieces[at].line.words)
            && pieces[at].line.words.abs_diff(words) <= UNEVEN
            && (at == first || pieces[at].gap == PieceGap::Next)
    };
    (first..all.len()).find(|&at| !is_verse(at)).unwrap_or(all.len())
}
