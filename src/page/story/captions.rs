//! Captions between a title and its text that no word tells: below the date and the controls of the story.

use super::features::{PieceFeatures, PieceShape};
use super::inside::{is_below_title, is_dated, shares_words};
use super::line_pieces::{LinePiece, PieceGap};
use crate::page::lines::ListSign;

/// Most lines between a title and its caption.
const BETWEEN: usize = 9;

/// Marks a line right above a text as a caption if the text repeats the words of a headline further up and not its own, and only times,
/// names and controls are between, a time or a byline among them.
pub(super) fn captions(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len().saturating_sub(1) {
        let own = pieces[at].line.span.of(text);
        let told = all[at].told && !is_signed_by_photographer(own);
        let may_be = all[at].over && !told && all[at].is_headline() && pieces[at].line.bullet == ListSign::None;
        if !may_be || pieces[at].gap == PieceGap::Same || all[at + 1].shape != PieceShape::Paragraph {
            continue;
        }

        let between = all[..at].iter().rev().take(BETWEEN).take_while(|features| is_below_title(features)).count();
        if !all[at - between..at].iter().any(is_dated) {
            continue;
        }

        // The title, or a deck with the title above.
        let below = pieces[at + 1].line.span.of(text);
        let nearest = (at - between).checked_sub(1);
        let tells = |title: &usize| all[*title].is_headline() && shares_words(pieces[*title].line.span.of(text), below);
        let deck = nearest.filter(|nearest| all[*nearest].is_headline());
        let upper = deck.and_then(|deck| deck.checked_sub(1)).filter(tells);
        if let Some(title) = upper.or(nearest.filter(tells)) {
            all[at].pictured = true;
            all[title].headed = true;
        }
    }
}

/// Most words of a caption above the byline.
const CAPTION: u32 = 7;

/// Marks a short line between the date below a title and the byline above the text as a caption, if it repeats words of the title.
pub(super) fn captions_above_bylines(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 2..all.len().saturating_sub(1) {
        let may_be =
            all[at].is_headline() && pieces[at].line.words <= CAPTION && pieces[at].line.bullet == ListSign::None;
        let below = &all[at + 1];
        let is_byline = below.over && below.is_short() && !below.reading.time;
        if !may_be || !is_byline || !is_dated(&all[at - 1]) || !all[at - 2].is_headline() {
            continue;
        }

        let (own, title) = (pieces[at].line.span.of(text), pieces[at - 2].line.span.of(text));
        all[at].pictured |= own != title && shares_words(own, title);
    }
}

/// Words of the name of a photographer.
const NAME: std::ops::RangeInclusive<usize> = 2..=4;

/// Whether a line ends with a name in brackets: «the choir in the hall (Salim Noor)».
fn is_signed_by_photographer(line: &str) -> bool {
    let name = line.trim_end().strip_suffix(')').and_then(|line| line.rsplit_once(" (")).map(|(_, name)| name);
    name.is_some_and(|name| {
        NAME.contains(&name.split_whitespace().count()) && name.chars().all(|c| c.is_alphabetic() || c == ' ')
    })
}
