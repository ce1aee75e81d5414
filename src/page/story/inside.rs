//! What looks like a headline and is none, and the other way round: entries of live reports, subheadings, verses, the questions
//! of interviews, captions, the names of authors.

use super::features::{LONG, PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;
use crate::page::lines::{self, LineEnding, ListSign};

/// Words of pages that report live.
const LIVE: &[&str] = &["مباشر", "لحظة بلحظة", "لحظه به لحظه", "پوشش زنده", "لائیو", "براہ راست", "أولا بأول", "Live"];
/// Pieces at a page's top among which they stand.
const HEAD: usize = 10;

/// Headlines between a time and a paragraph head the entries of a live report.
pub(super) fn live(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let says =
        |piece: &LinePiece| piece.line.words <= LONG && LIVE.iter().any(|word| piece.line.span.of(text).contains(word));
    if !pieces.iter().take(HEAD).any(says) {
        return;
    }
    let mut told = all.first().is_some_and(PieceFeatures::is_headline);
    for at in 1..all.len() {
        let timed = all[at - 1].reading.time || all[at - 1].is(WordingClass::Stamp);
        let entry = all[at].over && timed && all[at].shape != PieceShape::Paragraph;
        all[at].inset |= told && entry && all[at].reading.class.is_none();
        told |= all[at].is_headline();
    }
}

/// Words that begin with waw and are no sentence that goes on.
const WAW_WORDS: &[&str] = &[
    "وزير",
    "وزار",
    "وزرا",
    "وفد",
    "وفاة",
    "وصل",
    "وقع",
    "وافق",
    "وكال",
    "وضع",
    "واشنطن",
    "ولي",
    "وجه",
    "وقف",
    "وحد",
    "وادي",
    "واصل",
    "وسط",
    "وثائق",
    "وثيق",
    "وسائل",
    "وسيط",
    "ودع",
    "ورش",
    "وعد",
    "ولاي",
    "ولد",
    "والد",
    "واحد",
    "وقت",
    "وفق",
    "وطن",
    "وظائف",
    "ورد",
    "وین",
    "وی",
    "وہ",
];

/// Fewest words that a title shares with its story.
const SHARED: usize = 2;
/// Fewest letters of a word that says something.
const LETTERS: usize = 4;

/// Looks at what stands below a short line between two paragraphs: a title's story tells it, a subheading's goes on.
pub(super) fn leads(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 0..all.len().saturating_sub(1) {
        if !all[at].over || all[at].shape == PieceShape::Paragraph {
            continue;
        }
        let below = pieces[at + 1].line.span.of(text);
        let first = below.trim_start_matches(|c| !lines::is_word_char(c)).split_whitespace().next().unwrap_or("");
        let waw = first.starts_with('و')
            && first.chars().count() > 3
            && !WAW_WORDS.iter().any(|word| first.starts_with(word));
        all[at].goes_on = all[at].under && (waw || all[at + 1].reading.running);
        all[at].told = shares_words(pieces[at].line.span.of(text), below);
        let stopped =
            at > 0 && all[at].under && matches!(pieces[at - 1].line.ending, LineEnding::Stop | LineEnding::Asking);
        all[at].unstopped = stopped && pieces[at].line.ending == LineEnding::Open;
    }
}

/// Whether words of a headline stand in a paragraph.
pub(super) fn shares_words(headline: &str, paragraph: &str) -> bool {
    let words = headline.split_whitespace().map(|word| word.trim_matches(|c| !lines::is_word_char(c)));
    let words = words.map(|word| word.trim_start_matches('و').trim_start_matches("ال"));
    words.filter(|word| word.chars().count() >= LETTERS && paragraph.contains(word)).take(SHARED).count() == SHARED
}

/// Fewest lines of an inset.
const INSET: usize = 3;

/// Marks short lines that stand between two paragraphs without a blank line, a bullet or a time among them.
pub(super) fn insets(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_line = |at: usize, all: &[PieceFeatures]| {
        let features = &all[at];
        matches!(features.shape, PieceShape::Headline | PieceShape::Sentence | PieceShape::Short)
            && features.reading.class.is_none()
            && !features.reading.time
            && !features.signed
            && pieces[at].gap != PieceGap::Same
    };
    let is_listed = |at: usize, all: &[PieceFeatures]| {
        all[at].reading.ranked || pieces[at].dashed || pieces[at].line.bullet != ListSign::None
    };
    let mut at = 1;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !is_line(next, all)).unwrap_or(all.len());
        let enclosed = all[at].under && end < all.len() && all[end - 1].over;
        let tight = |at: &usize| pieces[*at].gap != PieceGap::Blank;
        let close = (at..=end.min(all.len() - 1)).all(|at| tight(&at));
        let listed = (at..end).filter(|&at| is_listed(at, all)).count();
        let even = listed == 0 || listed == end - at;
        let whole = close || all[at].airy && (listed > 0 || (at + 1..end).all(|at| tight(&at)));
        if enclosed && even && end - at >= INSET && whole {
            all[at..end].iter_mut().for_each(|features| features.inset = true);
        }
        at = end.max(at + 1);
    }
}

/// Three questions with a paragraph under each are an interview's.
pub(super) fn questions(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let answered = |at: usize, all: &[PieceFeatures]| {
        all[at].over || all.get(at + 1).is_some_and(|next| next.shape == PieceShape::Sentence)
    };
    let asks = |at: usize, all: &[PieceFeatures]| {
        pieces[at].line.ending == LineEnding::Asking && answered(at, all) && all[at].reading.class.is_none()
    };
    if (0..all.len()).filter(|&at| asks(at, all)).count() < 3 {
        return;
    }
    for at in 1..all.len() {
        all[at].asks = asks(at, all);
    }
}

/// Whether a paragraph follows a picture before lists, menus and controls do.
pub(super) fn stands_over_text(at: usize, all: &[PieceFeatures]) -> bool {
    let ends = |features: &&PieceFeatures| {
        features.shape == PieceShape::Paragraph
            || matches!(features.reading.class, Some(WordingClass::List | WordingClass::Menu | WordingClass::Control))
    };
    let end = all[at + 1..].iter().take(40).find(ends);
    end.is_none_or(|end| end.shape == PieceShape::Paragraph)
}

/// Lines below the count of a picture are its caption; so is a line under a headline that is said twice at once.
pub(super) fn pictures(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len().saturating_sub(1) {
        let twice = all[at].hash == all[at + 1].hash && pieces[at + 1].gap == PieceGap::Next;
        let below = all[at - 1].is_headline() && pieces[at].gap != PieceGap::Same;
        if twice && below && all[at].shape == PieceShape::Headline && all[at - 1].hash != all[at].hash {
            all[at].pictured = true;
            all[at + 1].pictured = true;
        }
    }
    let (mut pictured, mut titled) = (false, false);
    for at in 0..all.len() {
        titled |= all[at].is_headline();
        if all[at].is(WordingClass::Gallery) {
            let bare = all[at].reading.numbers == 2 && pieces[at].line.words <= 3;
            pictured = !bare || titled && stands_over_text(at, all);
            continue;
        }
        let between = pictured && all.get(at + 1).is_some_and(|next| next.is(WordingClass::Gallery));
        if between && all[at].reading.class.is_none() {
            all[at].pictured = true;
            continue;
        }
        pictured &= pieces[at].gap != PieceGap::Blank
            && all[at].shape != PieceShape::Paragraph
            && all[at].reading.class.is_none();
        all[at].pictured |= pictured;
    }
}

/// So many names are remembered at most.
const NAMES: usize = 16;

/// The name of a byline that stands alone again is the head of a box about the author.
pub(super) fn authors(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut names: Vec<&str> = Vec::new();
    let mut told = false;
    for at in 0..all.len() {
        told |= !names.is_empty() && all[at].shape == PieceShape::Paragraph;
        let own = pieces[at].line.span.of(text);
        let words = pieces[at].line.words;
        if !(2..=9).contains(&words) || all[at].shape == PieceShape::Paragraph || all[at].reading.time {
            continue;
        }
        let name = own.trim_matches(|c: char| !lines::is_word_char(c));
        all[at].author =
            words <= 5 && told && names.iter().any(|byline| byline.contains(name) || name.contains(byline));
        let near_title = at > 0 && (all[at - 1].shape == PieceShape::Headline || all[at - 1].reading.time);
        let begins = all.get(at + 1).is_some_and(|next| {
            next.shape == PieceShape::Paragraph || next.reading.time || next.is(WordingClass::Stamp)
        });
        let bare = words <= 3 && all[at].reading.class.is_none();
        if names.len() < NAMES && near_title && begins && (all[at].is(WordingClass::Byline) || all[at].signed || bare) {
            names.extend(own.split([':', '–', '—', '-', '/', '|']).map(str::trim).filter(|part| part.contains(' ')));
        }
    }
}
