//! Lists whose entries have one form of several lines: a headline, its duration, its channel, its views; or names and headlines in
//! turn, as sections, columns and their authors.
//!
//! A single line of metadata between headlines is known by its words. Where several are between them, the form that returns tells
//! that a name among them belongs to the entry.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;

/// Number of lines of an entry.
const LINES: std::ops::RangeInclusive<usize> = 2..=5;
/// Fewest entries of a list.
const ENTRIES: usize = 3;
/// The same for entries that begin with metadata or hold a teaser.
const MARKED_ENTRIES: usize = 2;
/// The same for names and headlines in turn.
const NAMED_ENTRIES: usize = 3;
/// Most lines of an entry of names and a headline.
const NAMED_LINES: usize = 3;
/// Most entries whose headlines are measured.
const MEASURED_ENTRIES: usize = 32;
/// Mean words of headlines between names, at least: the entries of menus are shorter.
const NAMED_WORDS: usize = 5;
/// The same below the head of a list.
const LISTED_WORDS: usize = 4;
/// Most words of a name, the line of an entry that is neither its headline nor a number or a date.
const WORDS: u32 = 6;

/// Fewest words of a headline among longer ones.
const BRIEF: u32 = 3;

/// Length of a headline that its entry tells to be one, as [`PieceFeatures::length`] counts.
const HEADLINE: i32 = 6;

/// The kind of a line, by which entries are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Headline,
    /// A time, a count, a date.
    Datum,
    /// A few words.
    Name,
    /// The beginning of a text, cut off.
    Teaser,
    Other,
}

/// Finds such lists. Names and teasers in their entries become metadata, short titles become headlines, and the line above becomes the head
/// of the list.
pub(super) fn records(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let kinds: Vec<LineKind> = all.iter().zip(pieces).map(|(features, piece)| kind(features, piece)).collect();
    let mut at = 0;
    while at < kinds.len() {
        let is_listed = at > 0 && all[at - 1].is(WordingClass::List);
        let found = LINES.rev().filter_map(|lines| Some((lines, entries(&kinds, pieces, at, lines, is_listed)?)));
        let found = found.filter(|(lines, _)| !is_named(&kinds[at..at + lines]) || !is_below_comments(&kinds, all, at));
        let Some((lines, entries)) = found.max_by_key(|(lines, entries)| lines * entries) else {
            at += 1;
            continue;
        };

        let end = at + lines * entries;
        let is_list = entries >= NAMED_ENTRIES && !is_below_comments(&kinds, all, at);
        let headline = headline(&kinds[at..at + lines]);
        for (place, (features, kind)) in all[at..end].iter_mut().zip(&kinds[at..end]).enumerate() {
            if Some(place % lines) == headline {
                features.shape = PieceShape::Headline;
                features.named = is_list;
                if *kind == LineKind::Name {
                    features.length = features.length.max(HEADLINE);
                }
            } else if matches!(kind, LineKind::Name | LineKind::Teaser) && features.reading.class.is_none() {
                features.reading.class = Some(WordingClass::Code);
            }
        }

        // «Pictures» above a list is its head. Elsewhere the word introduces the pictures of a story.
        let above = at.checked_sub(1).and_then(|above| all.get_mut(above));
        if let Some(above) = above.filter(|above| is_head(above) && above.reading.numbers == 0) {
            above.reading.class = Some(WordingClass::List);
        }
        at = end;
    }
}

fn kind(features: &PieceFeatures, piece: &LinePiece) -> LineKind {
    let is_datum = features.reading.time
        || matches!(features.reading.class, Some(WordingClass::Code | WordingClass::Stamp | WordingClass::Gallery));
    let is_plain = features.reading.class.is_none() && !features.row;
    match features.shape {
        _ if is_datum => LineKind::Datum,
        PieceShape::Headline if is_plain => LineKind::Headline,
        PieceShape::Short if is_plain && piece.line.words <= WORDS => LineKind::Name,
        PieceShape::Paragraph if is_plain && features.teaser => LineKind::Teaser,
        _ => LineKind::Other,
    }
}

/// The place of the headline in an entry.
fn headline(form: &[LineKind]) -> Option<usize> {
    form.iter().position(|kind| *kind == LineKind::Headline)
}

/// Whether a line can be the head of a list.
fn is_head(features: &PieceFeatures) -> bool {
    matches!(features.reading.class, Some(WordingClass::Gallery | WordingClass::Menu))
        || features.is_short() && features.reading.class.is_none() && !features.reading.time
}

/// The number of entries from `from` on, each of `lines` lines; `None` if there are too few for a list. `is_listed`: whether the head of
/// a list is above.
fn entries(kinds: &[LineKind], pieces: &[LinePiece], from: usize, lines: usize, is_listed: bool) -> Option<usize> {
    let form = kinds.get(from..from + lines)?;
    let headlines = form.iter().filter(|kind| **kind == LineKind::Headline).count();
    let has = |kind: LineKind| form.contains(&kind);
    // One headline, and one datum or more, or names alone.
    let is_named = is_named(form);
    if headlines != 1 || !has(LineKind::Datum) && !is_named || has(LineKind::Other) {
        return None;
    }

    let is_next = |at: usize| pieces[at].gap != PieceGap::Blank || at == from || (at - from).is_multiple_of(lines);
    // A headline may have few words.
    let title = headline(form)?;
    let fits = |at: usize| {
        let place = (at - from) % lines;
        let is_brief = || kinds[at] == LineKind::Name && pieces[at].line.words >= BRIEF;
        kinds[at] == form[place] || place == title && is_brief()
    };
    let same = (from..kinds.len()).take_while(|at| fits(*at) && is_next(*at));

    // The first entries tell whether the headlines are long enough, so that a list of short ones is not counted from each of its lines.
    let shortest = if is_listed { LISTED_WORDS } else { NAMED_WORDS };
    let first = same.clone().take(MEASURED_ENTRIES * lines).count() / lines;
    let words = || (0..first).map(|entry| pieces[from + entry * lines + title].line.words as usize).sum::<usize>();
    if is_named && words() < shortest * first {
        return None;
    }

    let entries = same.count() / lines;
    let is_told_by_form = has(LineKind::Name) || has(LineKind::Teaser);
    let is_marked = is_told_by_form && form[0] == LineKind::Datum || has(LineKind::Teaser);
    let least = match () {
        () if is_named => NAMED_ENTRIES,
        () if is_marked => MARKED_ENTRIES,
        () => ENTRIES,
    };
    (entries >= least).then_some(entries)
}

/// Most lines of readers and their comments that are looked at, which bounds the time.
const COMMENTS: usize = 64;

/// Whether the head of a widget is above, with names and lines of the length of headlines between: readers and their comments.
fn is_below_comments(kinds: &[LineKind], all: &[PieceFeatures], at: usize) -> bool {
    let is_plain = |at: &usize| matches!(kinds[*at], LineKind::Headline | LineKind::Name);
    let above = (0..at).rev().take(COMMENTS).find(|above| !is_plain(above));
    above.is_some_and(|above| all[above].is(WordingClass::Block))
}

/// Whether an entry is a headline with a name before it, behind it, or both, and the beginning of its text or not.
fn is_named(form: &[LineKind]) -> bool {
    let is_plain = |kind: &LineKind| matches!(kind, LineKind::Headline | LineKind::Name | LineKind::Teaser);
    (2..=NAMED_LINES).contains(&form.len()) && form.iter().all(is_plain)
}
