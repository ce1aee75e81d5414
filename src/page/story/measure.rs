//! Measures the features of pieces: each piece by itself first, then among its neighbours.

use super::features::{LONG, LONG_LENGTH, PieceFeatures, PieceShape, SHORT};
use super::line_pieces::LinePiece;
use super::reading::LineWords;
use super::shape::{
    breaks_off, inner_stops, is_address, is_answer, is_bracketed_menu, is_credited, is_glued, is_placed, is_verse,
    length, names_file,
};
use super::vocabulary::WordingClass;
use super::{
    captions, contents, context, inside, interruptions, markdown, points, pull_quotes, records, table_rows,
    text_tables, verses,
};
use crate::page::cues::CueFamily;
use crate::page::hints::LineMarks;
use crate::page::lines::{LineEnding, LineRole, ListSign, TextLine};
use crate::page::matcher::{PhraseMatcher, TokenBuffer};

/// Most words of a piece whose words are read.
const READ: u32 = 60;
/// Words of a long piece that are read.
const HEAD_WORDS: usize = 6;
/// Fewest words of a teaser, a text that the page cut off.
const TEASER: u32 = 9;

/// Replaces `all` by the features of `pieces`. `marks` has one entry for each line of the page.
pub(super) fn measure(
    text: &str,
    pieces: &[LinePiece],
    marks: &[LineMarks],
    matcher: &mut PhraseMatcher,
    all: &mut Vec<PieceFeatures>,
) {
    all.clear();
    all.extend(pieces.iter().map(|piece| alone(text, piece, marks, matcher)));

    inside::kinds(pieces, all);

    // The order matters: ranks and rows change what counts as a headline, runs and neighbours are read by what follows.
    table_rows::ranks(text, pieces, all);
    table_rows::foreign(text, pieces, all);
    table_rows::rows(text, pieces, all);
    context::menu_lines(text, pieces, all);
    context::menus(pieces, all);
    context::profiles(pieces, all);
    context::polls(text, pieces, all);
    context::adverts(text, pieces, all);
    context::columns(text, pieces, all);
    context::answered_questions(pieces, all);
    context::sources_above_text(pieces, all);
    context::sources_below_captions(all);
    context::comments(text, pieces, all);
    records::records(pieces, all);
    context::runs(pieces, all);
    context::neighbours(pieces, all);
    context::counts_before_text(all);
    context::ruled(text, pieces, all);
    text_tables::enclosed(pieces, all);
    text_tables::stacked(pieces, all);
    text_tables::listed_numbers(text, pieces, all);
    text_tables::piped(text, pieces, all);
    text_tables::rankings(text, pieces, all);
    text_tables::sheets(text, pieces, all);
    text_tables::minutes(text, pieces, all);
    text_tables::timelines(pieces, all);
    text_tables::apart(pieces, all);
    text_tables::lists_below(pieces, all);
    context::repeats(pieces, all);
    contents::contents(text, pieces, all);
    context::repeated_controls(pieces, all);
    context::sites(pieces, all);
    context::taglines(pieces, all);
    context::named_lines(text, pieces, all);
    inside::insets(pieces, all);
    pull_quotes::pull_quotes(text, pieces, all);
    points::points(pieces, all);
    points::numbered_subheadings(pieces, all);
    verses::poems(text, pieces, all);
    inside::signatures(text, pieces, all);
    inside::leads(text, pieces, all);
    captions::captions(text, pieces, all);
    captions::captions_above_bylines(text, pieces, all);
    interruptions::interruptions(text, pieces, all);
    context::ends(pieces, all);
    inside::live(text, pieces, all);
    inside::questions(pieces, all);
    inside::pictures(text, pieces, all);
    inside::authors(text, pieces, all);
}

/// The features of a piece without its neighbours.
fn alone(text: &str, piece: &LinePiece, marks: &[LineMarks], matcher: &mut PhraseMatcher) -> PieceFeatures {
    let line = &piece.line;
    let own = line.span.of(text);
    // Texts without markup and without a source have no marks.
    let mut marks = marks.get(piece.number).copied().unwrap_or_default();
    markdown::add_marks(own, &mut marks);
    let mut features = PieceFeatures { marks, ..PieceFeatures::default() };

    features.teaser = line.words >= TEASER && breaks_off(own);
    features.length = length(own, line.words);
    let ended = line.words > LONG && line.ending == LineEnding::Stop;
    let stops = if line.words <= READ && !ended { inner_stops(own) } else { 1 };
    features.shape = shape(line, &features, stops);

    if line.words <= READ {
        read(text, line, matcher, &mut features);
    }
    // The class does not matter here: a line that continues a text is part of it.
    if features.reading.running && line.words >= 12 && features.length >= 11 {
        features.shape = PieceShape::Paragraph;
    }

    features.glued = features.shape == PieceShape::Paragraph
        && line.ending == LineEnding::Open
        && stops == 0
        && line.words <= 80
        && is_glued(own);
    features.inset = features.shape == PieceShape::Headline && is_verse(own) || is_answer(own);
    features.signed = (2..=7).contains(&line.words) && (line.dashed || line.words <= 5 && is_placed(own));

    // The table of cues is surer than the words of the line.
    features.reading.class =
        cue_class(line.role, features.reading.class, features.reading.alone).or_else(|| menu_row(piece, &features));
    if matches!(line.role, LineRole::Cue { alone: false, .. }) {
        features.reading.alone = false;
    }
    features
}

/// The shape of a line by its length and ending; `stops` counts the full stops inside it.
const fn shape(line: &TextLine, features: &PieceFeatures, stops: u32) -> PieceShape {
    let numbered = matches!(line.bullet, ListSign::Number);
    match line.ending {
        _ if line.words > LONG || features.length >= LONG_LENGTH => PieceShape::Paragraph,
        LineEnding::Stop if line.words >= 7 => PieceShape::Paragraph,
        _ if stops > 0 && line.words >= 12 || features.teaser && line.words >= 11 => PieceShape::Paragraph,
        LineEnding::Stop => PieceShape::Sentence,
        // The number of a list is a word too.
        _ if line.words > SHORT + numbered as u32 => PieceShape::Headline,
        _ => PieceShape::Short,
    }
}

/// Notes what the words of a line say; of a long line those of its head.
fn read(text: &str, line: &TextLine, matcher: &mut PhraseMatcher, features: &mut PieceFeatures) {
    let own = line.span.of(text);
    let words = line.words;
    let line = &if words > LONG { head(text, line) } else { *line };
    let tokens = matcher.fold(text, line);
    features.hash = hash(tokens);
    features.reading = LineWords { tokens, text, line }.read();

    // Signs that the fold drops.
    if own.starts_with('©') {
        features.reading.class = Some(WordingClass::Border);
    }
    if features.reading.numbers > 0 && own.contains(['▲', '▼', '△', '▽', '⬆', '⬇']) {
        features.reading.class = Some(WordingClass::Code);
    }
    if is_address(own) || names_file(own, words) {
        features.reading.class = Some(WordingClass::Control);
    }
    features.reading.class = markdown::picture(own).or(features.reading.class);
    if is_bracketed_menu(own) {
        features.reading.class = Some(WordingClass::Menu);
    }
    if features.reading.class.is_none() && is_credited(own, words) {
        features.reading.class = Some(WordingClass::Caption);
    }
}

/// A long line whose head ends behind its first words.
fn head(text: &str, line: &TextLine) -> TextLine {
    let own = line.span.of(text);
    let end = own.char_indices().filter(|(_, c)| c.is_whitespace()).nth(HEAD_WORDS).map_or(own.len(), |(at, _)| at);
    TextLine { head_end: line.span.start + end, ..*line }
}

/// The class of a line by its cue, else `read`, the class by its words. `alone`: whether nothing else is on the line.
const fn cue_class(role: LineRole, read: Option<WordingClass>, alone: bool) -> Option<WordingClass> {
    let read = match read {
        // «Read also» without its headline heads a list.
        Some(WordingClass::Inline) if alone => Some(WordingClass::List),
        other => other,
    };

    let LineRole::Cue { family, alone } = role else {
        return match role {
            LineRole::Tags => Some(WordingClass::Border),
            LineRole::Glued => Some(WordingClass::Inline),
            _ => read,
        };
    };

    match (family, read) {
        // These cues are about other stories, unless the words say that they are about this one.
        (CueFamily::ReadAlso | CueFamily::Watch, _) if !alone => Some(WordingClass::Inline),
        (
            CueFamily::ReadAlso | CueFamily::Watch | CueFamily::Related | CueFamily::Ranking,
            Some(WordingClass::More | WordingClass::Gallery),
        ) => read,
        (CueFamily::ReadAlso | CueFamily::Watch | CueFamily::Related | CueFamily::Ranking, _) => {
            Some(WordingClass::List)
        }
        (CueFamily::Tags | CueFamily::Source | CueFamily::Legal, _) => Some(WordingClass::Border),
        (CueFamily::Agency, _) => Some(WordingClass::Byline),
        // These are as well described by their words.
        (CueFamily::Share | CueFamily::Comments | CueFamily::Terminator, Some(_)) => read,
        (CueFamily::Share, None) => Some(WordingClass::Control),
        (CueFamily::Comments, None) => Some(WordingClass::Block),
        (CueFamily::Terminator, None) => Some(WordingClass::Border),
    }
}

/// The class of a row of short cells: a menu, or a path through one.
fn menu_row(piece: &LinePiece, features: &PieceFeatures) -> Option<WordingClass> {
    // Of three words a cell; one cell of a longer row may have four.
    let cells = u32::from(piece.cells);
    let most = 3 * cells + u32::from(cells > 2);
    let short = piece.cells > 1 && piece.line.words <= most && piece.line.ending != LineEnding::Stop;
    (short && features.reading.numbers == 0).then_some(WordingClass::Menu)
}

/// FNV-1a of the folded tokens. A zero byte follows each, which no token holds.
fn hash(tokens: &TokenBuffer) -> u64 {
    let bytes = (0..tokens.len()).filter_map(|at| tokens.get(at)).flat_map(|token| token.iter().copied().chain([0]));
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
