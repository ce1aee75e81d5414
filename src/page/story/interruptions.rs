//! Where a text goes on below an interruption (an advertisement or a list). A subheading there is not the title of a new story.
//! A single headline in that list is not the title of the text below it either.

use super::features::{PieceFeatures, PieceShape};
use super::inside::begins_with_and;
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;
use crate::page::lines::ListSign;

/// Most pieces of an interruption.
const INTERRUPTION: usize = 12;
/// Most words of a subheading behind one.
const SUBHEADING: u32 = 4;
/// The same where the paragraph below begins with «and» or another word that continues a text.
const CONTINUED: u32 = 8;

/// Marks the lines between an interruption and a paragraph.
pub(super) fn interruptions(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    // The last paragraph of a text that may go on.
    let mut last: Option<usize> = None;

    for at in 0..all.len() {
        if all[at].closes_story() || all[at].is(WordingClass::Block) {
            last = None;
        } else if all[at].shape == PieceShape::Paragraph && all[at].reading.class.is_none() {
            // Words of the page itself («log in», «subscribe») are not part of the text.
            last = if all[at].reading.ui == 0 { Some(at) } else { last };
        } else if all[at].over && !all[at].under && last.is_some_and(|last| at - last <= INTERRUPTION) {
            let continued = all[at + 1].reading.running || begins_with_and(pieces[at + 1].line.span.of(text));
            // A subheading may repeat words of its text, but a text that goes on begins no story.
            let told = all[at].told && !(continued && pieces[at].line.words <= SUBHEADING);
            let plain = all[at].reading.class.is_none() && !all[at].reading.time && !told;
            // Captions and «read also» with its headline stand within a text.
            let within = last.is_some_and(|last| all[last + 1..at].iter().all(is_within_text));
            let short = pieces[at].line.words <= if continued || within { CONTINUED } else { SUBHEADING };

            all[at].resumed = plain && continued;
            // A title may be in a list of the page too.
            let new = all[at].repeats < 2 && !all[at + 1].teaser;
            all[at].resumes = plain && short && new && !may_be_item(pieces, all, at);
        }
    }
}

/// Whether a piece is set within a text, and no list, menu or control.
fn is_within_text(features: &PieceFeatures) -> bool {
    matches!(features.reading.class, Some(WordingClass::Caption | WordingClass::Inline))
}

/// Whether the line at `at` may be one more headline of the list above it: a blank line ends a list without blank lines.
fn may_be_item(pieces: &[LinePiece], all: &[PieceFeatures], at: usize) -> bool {
    let Some(above) = at.checked_sub(1) else { return false };
    let listed = all[above].is(WordingClass::List) || all[above].is_headline();
    let ended = pieces[at].gap == PieceGap::Blank && pieces[above].gap != PieceGap::Blank && !all[at].listed;
    // The headlines of one list all have a sign, or none has.
    let signed = |at: usize| pieces[at].line.bullet != ListSign::None || pieces[at].dashed;
    let unlike = all[above].is_headline() && signed(above) && !signed(at);
    listed && !ended && !unlike
}
