//! Lines that resemble headlines and are none, and the reverse: entries of live reports, subheadings, verses, interview
//! questions, captions, names of authors.

use super::features::{LONG, PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;
use crate::page::lines::{self, LineEnding, ListSign};

/// Words of live reports.
const LIVE: &[&str] = &["مباشر", "لحظة بلحظة", "لحظه به لحظه", "پوشش زنده", "لائیو", "براہ راست", "أولا بأول", "Live"];
/// Pieces at the top of a page that hold one of them.
const HEAD: usize = 10;
/// The same where the word is the kicker of a title.
const KICKER: usize = 24;

/// On a page that reports live, marks the headlines between a time and a paragraph, and that paragraph: they are entries of one
/// story.
pub(super) fn live(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_live =
        |piece: &LinePiece| piece.line.words <= LONG && LIVE.iter().any(|word| piece.line.span.of(text).contains(word));
    let is_kicker = |at: usize| {
        is_live(&pieces[at]) && all[at].is_short() && all.get(at + 1).is_some_and(PieceFeatures::is_headline)
    };
    let told_by_kicker = || (HEAD..pieces.len().min(KICKER)).any(is_kicker);
    if !pieces.iter().take(HEAD).any(is_live) && !told_by_kicker() {
        return;
    }

    points_so_far(pieces, all);

    // The first headline is the title of the report.
    let mut told = all.first().is_some_and(PieceFeatures::is_headline);
    for at in 1..all.len() {
        let begins_timed = all[at].reading.before > 0 && all[at].reading.rank.is_none();
        let timed = all[at - 1].reading.time || all[at - 1].is(WordingClass::Stamp) || begins_timed;
        let paragraph = all[at].shape == PieceShape::Paragraph;
        let headed = told && all[at].reading.class.is_none();
        all[at].inset |= headed && timed && all[at].over && !paragraph;
        // What happened, in points below the lead of the report.
        let above = all[at - 1].under || all[at - 1].inset || all[at - 1].shape == PieceShape::Paragraph;
        all[at].inset |=
            headed && above && pieces[at].line.bullet == ListSign::Sign && pieces[at].gap == PieceGap::Next;
        all[at].entry = headed && paragraph && (timed || at > 1 && all[at - 1].inset);
        told |= all[at].is_headline();
    }
}

/// Fewest points of what happened so far.
const SO_FAR: usize = 2;

/// Marks a heading and the points right below it, above the first entry of a live report.
fn points_so_far(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_point = |at: &usize, all: &[PieceFeatures]| {
        let plain = all[*at].reading.class.is_none() && !all[*at].reading.time;
        plain && pieces[*at].line.bullet == ListSign::Sign && pieces[*at].gap == PieceGap::Next
    };
    // The first headline is the title of the report.
    let title = all.iter().position(PieceFeatures::is_headline).unwrap_or(all.len());
    for head in title + 1..all.len() {
        if !all[head].is_headline() || pieces[head].line.bullet != ListSign::None {
            continue;
        }

        let points = (head + 1..all.len()).take_while(|at| is_point(at, all)).count();
        let timed = all.get(head + 1 + points).is_some_and(|below| below.reading.time || below.is(WordingClass::Stamp));
        if points >= SO_FAR && timed {
            all[head..=head + points].iter_mut().for_each(|features| features.inset = true);
        }
    }
}

/// Beginnings of words that begin with waw as a letter, not as «and».
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
/// Fewest letters of a shared word; shorter ones are in every text.
const LETTERS: usize = 4;

/// Compares each short line above a paragraph with that paragraph: a title is repeated there, a subheading is not, and the
/// text goes on.
pub(super) fn leads(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        let may_join = all[at].under && all[at].is_headline() && pieces[at].line.bullet == ListSign::None;
        let own = pieces[at].line.span.of(text);
        // «And for more: …» has the headline of another story.
        all[at].joins = may_join && begins_with_and(own) && !own.contains(':');
    }

    for at in 0..all.len().saturating_sub(1) {
        if !all[at].over || all[at].shape == PieceShape::Paragraph {
            continue;
        }

        let below = pieces[at + 1].line.span.of(text);
        mark_title_above(text, pieces, all, at);
        all[at].goes_on = all[at].under && (begins_with_and(below) || all[at + 1].reading.running);
        all[at].told = shares_words(pieces[at].line.span.of(text), below);

        let stopped =
            at > 0 && all[at].under && matches!(pieces[at - 1].line.ending, LineEnding::Stop | LineEnding::Asking);
        all[at].unstopped = stopped && pieces[at].line.ending == LineEnding::Open;
    }
}

/// Most pieces between a title and its text that a page sets there.
const BETWEEN: usize = 7;

/// Marks the title of the paragraph below `last`, if times, names and controls are between: the nearest headline above, whose words
/// the paragraph repeats, with a time or a byline among what is between.
fn mark_title_above(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures], last: usize) {
    let count = all[..=last].iter().rev().take(BETWEEN).take_while(|features| is_below_title(features)).count();
    let Some(title) = (last + 1).checked_sub(count + 1).filter(|_| count > 0) else { return };

    let is_title = all[title].is_headline() && all[title + 1..=last].iter().any(is_dated);
    let below = pieces[last + 1].line.span.of(text);
    all[title].headed |= is_title && shares_words(pieces[title].line.span.of(text), below);
}

/// Whether a page sets a piece between a title and its text: a time, a name, a control.
pub(super) fn is_below_title(features: &PieceFeatures) -> bool {
    features.reading.class.is_some() || features.reading.time || features.is_short()
}

/// Whether a piece is a time or a byline.
pub(super) fn is_dated(features: &PieceFeatures) -> bool {
    features.reading.time || features.is(WordingClass::Stamp) || features.is(WordingClass::Byline)
}

/// Whether a paragraph begins with «and» as part of its first word.
pub(super) fn begins_with_and(paragraph: &str) -> bool {
    let words = paragraph.trim_start_matches(|c| !lines::is_word_char(c));
    words.split_whitespace().next().is_some_and(|first| {
        first.starts_with('و') && first.chars().count() > 3 && !WAW_WORDS.iter().any(|word| first.starts_with(word))
    })
}

/// Whether a paragraph repeats two words of a headline, without «and» and the article.
pub(super) fn shares_words(headline: &str, paragraph: &str) -> bool {
    let words = headline.split_whitespace().map(|word| word.trim_matches(|c| !lines::is_word_char(c)));
    let words = words.map(|word| word.trim_start_matches('و').trim_start_matches("ال"));
    words.filter(|word| word.chars().count() >= LETTERS && paragraph.contains(word)).take(SHARED).count() == SHARED
}

/// Fewest lines of an inset.
const INSET: usize = 3;
/// Fewest words of a headline that is none of its lines.
const HEADLINE: u32 = 5;

/// Marks verses and dialogues: short lines between two paragraphs, all or none of them with list signs, without blank lines. The points
/// below a question are an inset as well.
pub(super) fn insets(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    points_below_questions(pieces, all);

    let mut at = 1;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !may_be_inset(&pieces[next], &all[next])).unwrap_or(all.len());
        if end - at >= INSET && is_inset(pieces, all, at, end) {
            all[at..end].iter_mut().for_each(|features| features.inset = true);
        }
        at = end.max(at + 1);
    }
}

/// Fewest points below a question.
const POINTS: usize = 2;
/// Most words of a question that points answer.
const QUESTION: u32 = 7;

/// Marks a short question below a paragraph, and the lines with list signs right below it.
fn points_below_questions(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        // A note to read something else may be between.
        let above = all[..at].iter().rev().find(|above| !above.is(WordingClass::Inline));
        let is_below_text =
            above.is_some_and(|above| above.shape == PieceShape::Paragraph && above.reading.class.is_none());
        let asks = pieces[at].line.ending == LineEnding::Asking && pieces[at].line.words <= QUESTION;
        if !is_below_text || !asks || !may_be_inset(&pieces[at], &all[at]) || is_listed(&pieces[at], &all[at]) {
            continue;
        }

        let is_point = |point: &usize| {
            let tight = pieces[*point].gap != PieceGap::Blank || all[at].airy;
            tight && pieces[*point].line.bullet == ListSign::Sign && may_be_inset(&pieces[*point], &all[*point])
        };
        let points = (at + 1..all.len()).take_while(is_point).count();
        if points >= POINTS {
            all[at..=at + points].iter_mut().for_each(|features| features.inset = true);
        }
    }
}

/// Whether a piece is a line that may be one of an inset.
fn may_be_inset(piece: &LinePiece, features: &PieceFeatures) -> bool {
    matches!(features.shape, PieceShape::Headline | PieceShape::Sentence | PieceShape::Short)
        && features.reading.class.is_none()
        && !features.reading.time
        && !features.signed
        && piece.gap != PieceGap::Same
}

/// Whether the lines `at..end` are an inset.
fn is_inset(pieces: &[LinePiece], all: &[PieceFeatures], at: usize, end: usize) -> bool {
    // A page cuts off the beginnings of other stories, below their headlines.
    let enclosed = all[at].under && end < all.len() && all[end - 1].over && !all[end].teaser;
    let signed = |at: usize| pieces.get(at).is_some_and(|piece| is_listed(piece, &all[at]));
    // A short line without a sign heads the list below it.
    let listed = (at..end).filter(|&at| signed(at) || all[at].is_short() && signed(at + 1)).count();
    let even = listed == 0 && !is_headed_list(pieces, all, at, end) || listed == end - at;

    // On an airy page blank lines may surround the lines, and separate those of a list.
    let tight = |at: usize| pieces[at].gap != PieceGap::Blank;
    let close = (at..=end.min(all.len() - 1)).all(tight);
    enclosed && even && (close || all[at].airy && (listed > 0 || (at + 1..end).all(tight)))
}

/// Whether the lines `at..end` are a short line and headlines below it. Verses are of one length, and what is said ends or
/// pauses with a sign.
fn is_headed_list(pieces: &[LinePiece], all: &[PieceFeatures], at: usize, end: usize) -> bool {
    let is_headline = |at: usize| {
        pieces[at].line.words >= HEADLINE && pieces[at].line.commas == 0 && pieces[at].line.ending == LineEnding::Open
    };
    all[at].is_short() && (at + 1..end).all(is_headline)
}

/// Whether a piece has the sign of a list.
fn is_listed(piece: &LinePiece, features: &PieceFeatures) -> bool {
    features.reading.ranked || piece.dashed || piece.line.bullet != ListSign::None
}

/// Fewest questions of an interview.
const QUESTIONS: usize = 3;

/// Marks the questions of an interview: lines that ask, each with a paragraph or sentence below.
pub(super) fn questions(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let asks = |at: usize, all: &[PieceFeatures]| {
        pieces[at].line.ending == LineEnding::Asking && is_answered(at, all) && all[at].reading.class.is_none()
    };
    if (0..all.len()).filter(|&at| asks(at, all)).count() < QUESTIONS {
        return;
    }

    for at in 1..all.len() {
        all[at].asks = asks(at, all);
    }
}

fn is_answered(at: usize, all: &[PieceFeatures]) -> bool {
    all[at].over || all.get(at + 1).is_some_and(|next| next.shape == PieceShape::Sentence)
}

/// Whether the text behind a picture begins before a list, menu or control.
fn stands_over_text(at: usize, all: &[PieceFeatures]) -> bool {
    let ends = |features: &&PieceFeatures| {
        features.shape == PieceShape::Paragraph
            || matches!(features.reading.class, Some(WordingClass::List | WordingClass::Menu | WordingClass::Control))
    };

    // Captions may lie between the picture and the text.
    let end = all[at + 1..].iter().take(40).find(ends);
    end.is_none_or(|end| end.shape == PieceShape::Paragraph)
}

/// Fewest words of a headline behind the kind of its story.
const BEHIND_KIND: u32 = 4;

/// Tells the kind of a story before its headline, «photos | …», from the head of a gallery: it is like the name of a section.
pub(super) fn kinds(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for (features, behind) in all.iter_mut().zip(pieces.iter().skip(1)) {
        let is_before = behind.gap == PieceGap::Same && behind.line.words >= BEHIND_KIND;
        if is_before && features.reading.numbers == 0 && features.is(WordingClass::Gallery) {
            features.reading.class = Some(WordingClass::Menu);
        }
    }
}

/// Marks captions: the lines below a count of pictures, and a line that repeats itself at once below a headline.
pub(super) fn pictures(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len().saturating_sub(1) {
        let twice = all[at].hash == all[at + 1].hash && pieces[at + 1].gap == PieceGap::Next;
        // A list may name each of its headlines twice, at the picture and below it.
        let paired = at > 1 && all[at - 1].hash == all[at - 2].hash;
        let below = all[at - 1].is_headline() && pieces[at].gap != PieceGap::Same && !paired;
        // So may a page that marks each headline as an item and repeats it above the text.
        let marked = pieces[at].line.bullet != ListSign::None && pieces[at + 1].line.bullet == ListSign::None;
        let shaped = match all[at].shape {
            PieceShape::Headline => below,
            PieceShape::Sentence => true,
            _ => false,
        };
        if twice && shaped && !marked && all[at - 1].hash != all[at].hash {
            all[at].pictured = true;
            all[at + 1].pictured = true;
        }
    }

    // A gallery below a text: «1 of 18», a caption, «2 of 18», a caption. What is below the gallery does not matter.
    for at in 2..all.len().saturating_sub(1) {
        let count = |at: usize| all[at].is(WordingClass::Gallery) && all[at].reading.numbers == 2;
        let third = all.get(at + 2).is_some() && count(at + 2) || at > 3 && count(at - 4);
        let begins = all[at - 2].under || all[at - 1].pictured || third;
        if count(at) && count(at - 2) && begins && !all[at - 1].over {
            all[at - 1].pictured = true;
            all[at + 1].pictured |= all[at + 1].reading.class.is_none();
        }
    }

    galleries(text, pieces, all);
    credited_below(pieces, all);

    // Whether the captions of a picture go on, and whether a headline has been seen.
    let (mut pictured, mut titled) = (false, false);
    for at in 0..all.len() {
        titled |= all[at].is_headline();
        if all[at].is(WordingClass::Gallery) {
            // A bare count belongs to a gallery, unless it is that of a story's picture.
            let bare = all[at].reading.numbers == 2 && pieces[at].line.words <= 3;
            pictured |= !bare || titled && stands_over_text(at, all);
            continue;
        }

        // Between two counts even a paragraph is a caption.
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

/// Most words of the credit of a picture.
const CREDIT: u32 = 6;

/// Marks a caption with its credit on the line below, between a byline or time and the text.
fn credited_below(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len().saturating_sub(1) {
        let above =
            all[at - 1].reading.time || all[at - 1].is(WordingClass::Byline) || all[at - 1].is(WordingClass::Stamp);
        let credit = all[at + 1].is(WordingClass::Caption) && pieces[at + 1].gap == PieceGap::Next;
        let short = pieces[at + 1].line.words <= CREDIT && all[at + 1].over;
        all[at].pictured |= above && credit && short && all[at].is_headline() && pieces[at].gap == PieceGap::Next;
    }
}

/// Most pieces between two counts of a gallery: a caption, its credit.
const CAPTIONS: usize = 3;

/// Marks the captions of galleries that count their pictures, «1/4», a caption, an agency, «2/4», …: whatever is between the
/// counts. Without agencies it may be a carousel of headlines.
fn galleries(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let counts: Vec<(usize, u32, u32)> =
        (0..all.len()).filter_map(|at| count_of(pieces[at].line.span.of(text)).map(|(k, n)| (at, k, n))).collect();

    for pair in counts.windows(2) {
        let [(first, place, most), (second, next, same)] = *pair else { continue };
        let (captions, close) = (first + 1..second, second - first <= CAPTIONS + 1);
        let is_credit = |at: usize| {
            matches!(all[at].reading.class, Some(WordingClass::Site | WordingClass::Caption | WordingClass::Byline))
        };
        let credited = captions.clone().any(is_credit);
        if next != place + 1 || most != same || !close || !credited {
            continue;
        }

        let length = captions.len();
        let last = if next == most { second + 1..all.len().min(second + 1 + length) } else { 0..0 };
        for at in captions.chain(last) {
            let is_caption = matches!(all[at].shape, PieceShape::Headline | PieceShape::Sentence | PieceShape::Short);
            all[at].pictured |= is_caption && all[at].reading.class.is_none_or(|class| class == WordingClass::Site);
        }
    }
}

/// The place of a picture and the number of pictures, of a line that counts them: «1/4», «2 من 10».
fn count_of(line: &str) -> Option<(u32, u32)> {
    let mut words = line.split(['/', ' ']).filter(|word| !word.is_empty());
    let (first, between) = (small_number(words.next()?)?, words.next()?);
    let second = match between {
        "من" | "از" | "of" => small_number(words.next()?)?,
        word => small_number(word)?,
    };
    (words.next().is_none() && first >= 1 && first <= second).then_some((first, second))
}

/// The value of one to three digits, in Arabic-Indic, Persian or European form.
fn small_number(word: &str) -> Option<u32> {
    let digit = |c: char| match c {
        '٠'..='٩' => Some(c as u32 - '٠' as u32),
        '۰'..='۹' => Some(c as u32 - '۰' as u32),
        _ => c.to_digit(10),
    };
    let digits = (1..=3).contains(&word.chars().count());
    digits.then(|| word.chars().try_fold(0, |value, c| Some(10 * value + digit(c)?))).flatten()
}

/// Fewest texts of a page that end with a signature in brackets.
const SIGNATURES: usize = 2;

/// Ends stories at signatures: lines wholly in brackets below a text, on a page that has several, as letters to the editor do.
pub(super) fn signatures(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_signature = |at: usize, all: &[PieceFeatures]| {
        let own = pieces[at].line.span.of(text);
        let inner = own.strip_prefix(['(', '[']).and_then(|rest| rest.strip_suffix([')', ']']));
        let ends = pieces.get(at + 1).is_none_or(|next| next.gap == PieceGap::Blank);
        let named = inner.is_some_and(|inner| !inner.contains(['(', '[']) && !inner.contains(char::is_numeric));
        all[at].under && ends && named && (2..=8).contains(&pieces[at].line.words) && all[at].reading.class.is_none()
    };
    let found: Vec<usize> = (0..all.len()).filter(|&at| is_signature(at, all)).collect();
    if found.len() >= SIGNATURES {
        found.into_iter().for_each(|at| all[at].reading.class = Some(WordingClass::Border));
    }
}

/// Most names that are remembered.
const NAMES: usize = 16;

/// Marks the head of a box about the author: the name of a byline that is alone on a line again, below the text.
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

        // The line is the byline, a part of it, or has one word more. A longer line is not a name: «read also from …».
        let name = own.trim_matches(|c: char| !lines::is_word_char(c));
        let same = |byline: &&str| {
            byline.contains(name) || name.contains(*byline) && words as usize <= byline.split_whitespace().count() + 1
        };
        let bare = all[at].reading.class.is_none() || all[at].is(WordingClass::Byline);
        let named = bare && pieces[at].line.ending != LineEnding::Leading;
        // What stands below many headlines is their section or programme.
        all[at].author = words <= 5 && told && named && all[at].repeats < 3 && names.iter().any(same);

        // A byline is between a title or time and the text.
        let near_title = at > 0 && (all[at - 1].shape == PieceShape::Headline || all[at - 1].reading.time);
        let begins = all.get(at + 1).is_some_and(|next| {
            let is_datum = next.is(WordingClass::Stamp) || next.is(WordingClass::Code);
            next.shape == PieceShape::Paragraph || next.reading.time || is_datum
        });
        let short = words <= 3 && all[at].reading.class.is_none();
        if names.len() < NAMES && near_title && begins && (all[at].is(WordingClass::Byline) || all[at].signed || short)
        {
            names.extend(own.split([':', '–', '—', '-', '/', '|']).map(str::trim).filter(|part| part.contains(' ')));
        }
    }
}
