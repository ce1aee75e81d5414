//! What stands around each piece: runs of like pieces, repetitions, paragraphs above and below, lists and their ends.

use ahash::AHashMap;

use super::features::{PieceFeatures, PieceShape, SHORT};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;
use crate::page::lines::LineEnding;

/// What stands before and behind each piece.
pub(super) fn neighbours(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_paragraph =
        |features: &PieceFeatures| features.shape == PieceShape::Paragraph && features.reading.class.is_none();
    let (mut pairs, mut apart) = (0, 0);
    for at in 1..all.len() {
        if is_paragraph(&all[at - 1]) && is_paragraph(&all[at]) {
            pairs += 1;
            apart += u32::from(pieces[at].gap == PieceGap::Blank);
        }
    }
    let airy = apart * 2 > pairs;
    let ends = |at: &usize| matches!(pieces[*at].line.ending, LineEnding::Stop | LineEnding::Asking);
    let paragraphs = (0..all.len()).filter(|&at| is_paragraph(&all[at]));
    let stopped = paragraphs.clone().filter(ends).count() * 3 > paragraphs.count() * 2;
    let mut announced = false;
    for at in 0..all.len() {
        (all[at].airy, all[at].stopped) = (airy, stopped);
        all[at].listed = at > 0 && all[at - 1].is(WordingClass::List);
        all[at].under = at > 0 && is_paragraph(&all[at - 1]);
        all[at].over = all.get(at + 1).is_some_and(is_paragraph);
        let tight = pieces[at].gap != PieceGap::Blank || at > 0 && all[at - 1].is(WordingClass::Points);
        all[at].announced = announced && tight && all[at].shape != PieceShape::Paragraph;
        let announces =
            pieces[at].line.ending == LineEnding::Leading && all[at].reading.class.is_none() && !pieces[at].line.dashed;
        let points = all[at].is(WordingClass::Points) && all[at].reading.alone;
        all[at].heads = announces && !all[at].under;
        let announces = announces && (all[at].under || at > 0 && all[at - 1].under);
        announced = announces || points || all[at].announced && all[at].reading.class.is_none();
    }
}

/// Counts headlines in a row and short lines in a row.
pub(super) fn runs(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut at = 0;
    while at < all.len() {
        let (mut end, mut count) = (at, 0);
        let name = |at: usize| {
            all[at].is_short()
                && all.get(at + 1).is_some_and(PieceFeatures::is_headline)
                && pieces[at + 1].gap != PieceGap::Blank
        };
        while end < all.len() && (all[end].is_headline() || count > 0 && (all[end].is_between() || name(end))) {
            count += u32::from(all[end].is_headline());
            end += 1;
        }
        all[at..end].iter_mut().for_each(|features| features.run = count);
        at = end.max(at + 1);
    }
    let mut at = 0;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !all[next].is_headline()).unwrap_or(all.len());
        let count = (end - at) as u32;
        all[at..end].iter_mut().for_each(|features| features.pure = count);
        at = end.max(at + 1);
    }
    let mut at = 0;
    while at < all.len() {
        let short = |at: usize| all[at].is_short() && !all[at].reading.time && !all[at].is(WordingClass::List);
        let tight = |at: usize| pieces[at].gap != PieceGap::Blank;
        let end = (at..all.len()).find(|&next| !short(next) || next > at && !tight(next)).unwrap_or(all.len());
        let count = (end - at) as u32;
        all[at..end].iter_mut().for_each(|features| features.shorts = count);
        at = end.max(at + 1);
    }
}

/// Counts how often each short text stands on the page, and finds titles that are said twice at once.
pub(super) fn repeats(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut seen: AHashMap<u64, (u32, u32)> = AHashMap::new();
    for features in all.iter().filter(|features| features.hash != 0) {
        let (times, over) = seen.entry(features.hash).or_default();
        *times += 1;
        *over += u32::from(features.over);
    }
    for at in 0..all.len() {
        let (times, over) = seen.get(&all[at].hash).copied().unwrap_or_default();
        all[at].repeats = times;
        all[at].label = times >= 3 && over >= 2;
        if all[at].repeats < 2 || pieces[at].line.words <= SHORT {
            continue;
        }
        let before = (at.saturating_sub(6)..at).rev().take_while(|&before| all[before].shape != PieceShape::Paragraph);
        all[at].echo = before.into_iter().any(|before| all[before].hash == all[at].hash);
    }
}

/// Pieces at a page's top among which its name stands.
const TOP: usize = 4;

/// A site's name is one at the page's top, between headlines, or said twice; elsewhere «شبكة طرق» is a subheading.
pub(super) fn sites(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for (at, features) in all.iter_mut().enumerate().skip(TOP) {
        let beside =
            pieces[at].gap == PieceGap::Same || pieces.get(at + 1).is_some_and(|next| next.gap == PieceGap::Same);
        if features.is(WordingClass::Site) && !beside && features.repeats < 2 {
            features.reading.class = None;
        }
    }
}

/// Finds the last line of each announced list, if that is short: it is a headline like those before it.
pub(super) fn ends(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut listed = 0;
    for at in 0..all.len() {
        let tight = pieces[at].gap != PieceGap::Blank;
        listed = match () {
            () if all[at].is(WordingClass::List) => 1,
            () if listed > 0 && all[at].is_headline() && (tight || listed == 1) => 2,
            () if all[at].is_between() || tight && all[at].is_short() && all[at].reading.class.is_none() => listed,
            () => 0,
        };
        let ended =
            all.get(at + 1).is_none_or(|next| next.reading.class.is_some() || pieces[at + 1].gap == PieceGap::Blank);
        all[at].last = listed == 2 && ended && all[at].is_short() && pieces[at].line.words > 1 && !all[at].reading.time;
    }
}
