//! The surroundings of each piece: runs of similar pieces, repetitions, paragraphs above and below, lists and their ends.

use foldhash::HashMap;

use super::features::{PieceFeatures, PieceShape, SHORT};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;
use crate::page::lines::{self, LineEnding, ListSign};

/// Fewest words of a sentence with a colon that announces a list below a title.
const INTRODUCTION: u32 = 7;

fn is_listed(piece: Option<&LinePiece>) -> bool {
    piece.is_some_and(|piece| piece.line.bullet != ListSign::None || piece.dashed)
}

/// Notes what is above and below each piece, and how the page sets its paragraphs.
pub(super) fn neighbours(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let (airy, stopped) = (is_airy(pieces, all), has_full_stops(pieces, all));
    let mut announced = false;

    for at in 0..all.len() {
        (all[at].airy, all[at].stopped) = (airy, stopped);
        all[at].listed = at > 0 && all[at - 1].is(WordingClass::List);
        all[at].under = at > 0 && is_paragraph(&all[at - 1]);
        all[at].over = all.get(at + 1).is_some_and(is_paragraph);

        // A list goes on without blank lines, but for one below its heading.
        let tight = pieces[at].gap != PieceGap::Blank || at > 0 && all[at - 1].is(WordingClass::Points);
        all[at].announced = announced && tight && all[at].shape != PieceShape::Paragraph;

        let leads =
            pieces[at].line.ending == LineEnding::Leading && all[at].reading.class.is_none() && !pieces[at].line.dashed;
        let introduces = pieces[at].line.words >= INTRODUCTION && is_listed(pieces.get(at + 1));
        all[at].heads = leads && !all[at].under && !introduces;

        // A colon announces behind a paragraph, one line further down, or as a sentence above list signs; else it heads a list.
        let announces = leads && (introduces || all[at].under || at > 0 && all[at - 1].under);
        let points = all[at].is(WordingClass::Points) && all[at].reading.alone;
        announced = announces || points || all[at].announced && all[at].reading.class.is_none();
    }
}

fn is_paragraph(features: &PieceFeatures) -> bool {
    features.shape == PieceShape::Paragraph && features.reading.class.is_none()
}

/// Whether blank lines separate most paragraphs of the page.
fn is_airy(pieces: &[LinePiece], all: &[PieceFeatures]) -> bool {
    let (mut pairs, mut apart) = (0, 0);
    for at in 1..all.len() {
        if is_paragraph(&all[at - 1]) && is_paragraph(&all[at]) {
            pairs += 1;
            apart += u32::from(pieces[at].gap == PieceGap::Blank);
        }
    }
    apart * 2 > pairs
}

/// Whether more than two thirds of the paragraphs of the page end like sentences.
fn has_full_stops(pieces: &[LinePiece], all: &[PieceFeatures]) -> bool {
    let (mut paragraphs, mut ended) = (0, 0);
    for (piece, _) in pieces.iter().zip(all).filter(|(_, features)| is_paragraph(features)) {
        paragraphs += 1;
        ended += u32::from(matches!(piece.line.ending, LineEnding::Stop | LineEnding::Asking));
    }
    ended * 3 > paragraphs * 2
}

/// Most pieces between a headline and its text.
const BEFORE_TEXT: usize = 8;

/// Makes the head of a widget that counts, «12 comments», a number of the page where it is between a headline and its text: the
/// widget itself is below the text.
pub(super) fn counts_before_text(all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        let counted = all[at].reading.numbers > 0 || all[at - 1].is(WordingClass::Code);
        if !all[at].is(WordingClass::Block) || !all[at].over || !counted {
            continue;
        }

        let above = all[..at].iter().rev().take(BEFORE_TEXT);
        let mut begun = above.take_while(|above| above.shape != PieceShape::Paragraph);
        if begun.any(PieceFeatures::is_headline) {
            all[at].reading.class = Some(WordingClass::Code);
        }
    }
}

/// Words for comments that columns are called by too.
const OPINIONS: [&str; 3] = ["دیدگاه", "دیدگاه‌ها", "دیدگاه ها"];
/// Lines below such a head that are looked at.
const COLUMNS: usize = 4;

/// Makes the head of comments that of a list where columns are below it, names and titles in turn: comments are texts with times.
pub(super) fn columns(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 0..all.len().saturating_sub(COLUMNS) {
        let is_head = all[at].is(WordingClass::Block) && OPINIONS.contains(&pieces[at].line.span.of(text).trim());
        let below = &all[at + 1..=at + COLUMNS];
        let is_plain = |features: &PieceFeatures| {
            matches!(features.shape, PieceShape::Headline | PieceShape::Short)
                && features.reading.class.is_none()
                && !features.reading.time
        };
        if is_head && below.iter().all(is_plain) && below.iter().any(PieceFeatures::is_headline) {
            all[at].reading.class = Some(WordingClass::List);
        }
    }
}

/// Makes the head of a widget of questions a subheading where a text answers the first of them.
pub(super) fn answered_questions(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 0..all.len().saturating_sub(2) {
        let asks = pieces[at + 1].line.ending == LineEnding::Asking && all[at + 1].reading.class.is_none();
        let is_headed = all[at].is(WordingClass::Block) && all[at].reading.numbers == 0;
        if is_headed && asks && all[at + 1].shape != PieceShape::Paragraph && is_paragraph(&all[at + 2]) {
            all[at].reading.class = None;
        }
    }
}

/// Counts headlines in a row and short lines in a row.
pub(super) fn runs(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    debug_assert_eq!(pieces.len(), all.len(), "each piece has features");
    // Headlines, with what may lie between them.
    let mut at = 0;
    while at < all.len() {
        let (end, headlines) = headline_run(pieces, all, at);
        all[at..end].iter_mut().for_each(|features| features.run = headlines);
        at = end.max(at + 1);
    }

    // Headlines alone.
    let mut at = 0;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !all[next].is_headline()).unwrap_or(all.len());
        let count = (end - at) as u32;
        all[at..end].iter_mut().for_each(|features| features.pure = count);
        at = end.max(at + 1);
    }

    // Short lines, up to a blank line.
    let mut at = 0;
    while at < all.len() {
        let ends_run = |next: usize| !is_plain_short(&all[next]) || next > at && pieces[next].gap == PieceGap::Blank;
        let end = (at..all.len()).find(|&next| ends_run(next)).unwrap_or(all.len());
        let count = (end - at) as u32;
        all[at..end].iter_mut().for_each(|features| features.shorts = count);
        at = end.max(at + 1);
    }
}

/// The end of the run of headlines from `from` on, and their number. Times, «more» and the name of a section may lie between
/// them.
fn headline_run(pieces: &[LinePiece], all: &[PieceFeatures], from: usize) -> (usize, u32) {
    let names_next = |at: usize| {
        all[at].is_short()
            && all.get(at + 1).is_some_and(PieceFeatures::is_headline)
            && pieces[at + 1].gap != PieceGap::Blank
    };

    // A run begins with a headline: `count` is 0 before the first.
    let (mut end, mut count) = (from, 0);
    while end < all.len() && (all[end].is_headline() || count > 0 && (all[end].is_between() || names_next(end))) {
        count += u32::from(all[end].is_headline());
        end += 1;
    }
    (end, count)
}

fn is_plain_short(features: &PieceFeatures) -> bool {
    features.is_short() && !features.reading.time && !features.is(WordingClass::List)
}

/// Counts how often the page holds each text, and finds titles that are repeated at once.
pub(super) fn repeats(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut seen: HashMap<u64, (u32, u32)> = HashMap::default();
    for features in all.iter().filter(|features| features.hash != 0) {
        let (times, over) = seen.entry(features.hash).or_default();
        *times += 1;
        *over += u32::from(features.over);
    }

    for at in 0..all.len() {
        // Long pieces are not hashed, and never counted.
        let (times, over) = seen.get(&all[at].hash).copied().unwrap_or((0, 0));
        all[at].repeats = times;
        all[at].label = times >= 3 && over >= 2;
        if all[at].repeats < 2 || pieces[at].line.words <= SHORT {
            continue;
        }

        let before = (at.saturating_sub(6)..at).rev().take_while(|&before| all[before].shape != PieceShape::Paragraph);
        all[at].echo = before.into_iter().any(|before| all[before].hash == all[at].hash);
    }
}

/// Most words of a control that a page repeats below its texts.
const CONTROL: u32 = 6;

/// Makes a short line «more» that the page repeats, each time below a text and never above one: «the whole column».
pub(super) fn repeated_controls(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut below: HashMap<u64, u32> = HashMap::default();
    for features in all.iter().filter(|features| features.hash != 0 && features.under && !features.over) {
        *below.entry(features.hash).or_default() += 1;
    }

    for (piece, features) in pieces.iter().zip(all) {
        let always = features.repeats > 1 && below.get(&features.hash) == Some(&features.repeats);
        let plain = features.reading.class.is_none() && !features.reading.time && !features.row;
        if always && plain && piece.line.words <= CONTROL && piece.line.ending != LineEnding::Stop {
            features.reading.class = Some(WordingClass::More);
        }
    }
}

/// Pieces at the top of a page that hold its menu.
const MENU: usize = 12;

/// Most words of an entry of a menu with dashes between its entries.
const DASHED_ENTRY: usize = 3;
/// Fewest entries of such a menu.
const DASHED_ENTRIES: usize = 4;

/// Finds menus in one line at the top of a page: with dashes between short entries.
pub(super) fn menu_lines(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for (features, piece) in all.iter_mut().zip(pieces).take(MENU) {
        if !features.is_headline() || features.reading.numbers > 0 || piece.line.ending == LineEnding::Stop {
            continue;
        }

        let mut entries = 0;
        let are_short = piece.line.span.of(text).split(['-', '–', '—', '·', '▪', '•']).all(|entry| {
            entries += 1;
            (1..=DASHED_ENTRY).contains(&entry.split_whitespace().count())
        });
        if are_short && entries >= DASHED_ENTRIES {
            features.reading.class = Some(WordingClass::Menu);
        }
    }
}

/// Makes the head of a widget or of prices an entry of the menu if it is beside one, or between short lines, at the top of the page.
pub(super) fn menus(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let top = all.len().min(MENU);
    let begun =
        all[..top].iter().position(|features| matches!(features.shape, PieceShape::Headline | PieceShape::Paragraph));
    for at in 0..begun.unwrap_or(top) {
        let is_head =
            all[at].is(WordingClass::Block) || all[at].is(WordingClass::Market) || all[at].is(WordingClass::Gallery);
        let is_menu = |beside: Option<usize>| {
            beside.and_then(|beside| all.get(beside)).is_some_and(|beside| beside.is(WordingClass::Menu))
        };
        let tight = pieces.get(at + 1).is_some_and(|below| below.gap == PieceGap::Next);
        let is_label = |beside: Option<usize>| beside.and_then(|beside| all.get(beside)).is_some_and(is_plain_short);
        let is_beside = is_menu(at.checked_sub(1)) || tight && is_menu(Some(at + 1));
        let is_between = tight && is_label(at.checked_sub(1)) && is_label(Some(at + 1));
        if is_head && all[at].reading.numbers == 0 && (is_beside || is_between) {
            all[at].reading.class = Some(WordingClass::Menu);
        }
    }
}

/// Most words of a source between a title and its text.
const SOURCE: u32 = 8;

/// Makes keywords and sources between a headline and its text a byline: elsewhere they end a story.
pub(super) fn sources_above_text(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    // Whether only what a page sets between a title and its text has come since the last headline.
    let mut headed = false;
    for at in 0..all.len() {
        if all[at].is(WordingClass::Border) {
            let below = all[at + 1..].iter().take(BEFORE_TEXT - 1);
            let text = below.clone().find(|below| below.is_headline() || below.shape == PieceShape::Paragraph);
            let followed = text.is_some_and(|text| text.shape == PieceShape::Paragraph && text.reading.class.is_none());
            let between = below.take_while(|below| below.shape != PieceShape::Paragraph).all(is_between_title_and_text);
            if headed && followed && between && pieces[at].line.words <= SOURCE {
                all[at].reading.class = Some(WordingClass::Byline);
            }
        }
        headed = all[at].is_headline() || headed && is_between_title_and_text(&all[at]);
    }
}

/// Makes the source of a picture or a chart a caption too: it is right below the caption, and ends no story.
pub(super) fn sources_below_captions(all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        if all[at].is(WordingClass::Border) && all[at - 1].is(WordingClass::Caption) {
            all[at].reading.class = Some(WordingClass::Caption);
        }
    }
}

/// Whether a piece may be between a title and its text.
fn is_between_title_and_text(features: &PieceFeatures) -> bool {
    let class = features.reading.class;
    features.reading.time
        || class.is_none() && matches!(features.shape, PieceShape::Short | PieceShape::Sentence)
        || matches!(
            class,
            Some(
                WordingClass::Byline
                    | WordingClass::Stamp
                    | WordingClass::Code
                    | WordingClass::Control
                    | WordingClass::Caption
                    | WordingClass::Site
                    | WordingClass::Menu
                    | WordingClass::Border
            )
        )
}

/// Beginnings of words for comments, in the letters of pages.
const COMMENTS: &[&str] = &["تعليق", "نظر", "دیدگاه", "تبصر", "کمنٹ", "comment"];
/// Most pieces from such a word to the first comment: the fields of a form.
const FORM: usize = 8;

/// Makes the name of the first reader who comments the head of a widget: a short line with a time and a text below, in any order, not
/// far below a word for comments. The pages of some sites have no other head of comments.
pub(super) fn comments(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    // The last piece with a word for comments.
    let mut told: Option<usize> = None;
    for at in 0..all.len().saturating_sub(2) {
        let is_time = |at: usize| all[at].reading.time || all[at].is(WordingClass::Stamp);
        let is_text = |at: usize| all[at].reading.class.is_none() && !all[at].reading.time && !all[at].is_short();
        let below = is_time(at + 1) && is_text(at + 2) || is_text(at + 1) && is_time(at + 2);
        let named = all[at].is_short() && all[at].reading.class.is_none() && !all[at].reading.time;
        if named && below && told.is_some_and(|told| at - told <= FORM) {
            all[at].reading.class = Some(WordingClass::Block);
            told = None;
        }

        // A counter between a title and its text is none of the comments.
        let counts = matches!(all[at].reading.class, Some(WordingClass::Code | WordingClass::Control)) && !all[at].over;
        let own = pieces[at].line.span.of(text);
        if counts && own.split_whitespace().any(|word| COMMENTS.iter().any(|stem| word.contains(stem))) {
            told = Some(at);
        }
    }
}

/// Most words of what a page says of an author.
const PROFILE: u32 = 45;

/// Makes the paragraph right below the head of a box about the author a part of the box.
pub(super) fn profiles(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len() {
        let is_head = all[at - 1].is(WordingClass::Author) && all[at - 1].is_short();
        let is_text =
            matches!(all[at].shape, PieceShape::Paragraph | PieceShape::Sentence) && all[at].reading.class.is_none();
        if is_head && is_text && pieces[at].line.words <= PROFILE && pieces[at].gap == PieceGap::Next {
            all[at].reading.class = Some(WordingClass::Author);
        }
    }
}

/// Fewest headlines below lines of signs.
const RULED: usize = 2;

/// Marks the headlines that stand above a text and below a line of signs alone, «-----», if the page has several: such a line ends what
/// is above.
pub(super) fn ruled(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_rule = |line: &str| {
        let signs = line.trim();
        !signs.is_empty()
            && signs.chars().all(|c| matches!(c, '-' | '–' | '—' | '_' | '=' | '*' | '~' | 'ـ' | '▬' | '━' | '─'))
    };
    let is_ruled = |at: usize| {
        let between = pieces[at - 1].line.span.end..pieces[at].line.span.start;
        text.get(between).is_some_and(|between| between.lines().any(is_rule))
    };
    let is_above_text =
        |at: usize| all[at].over || pieces.get(at + 1).is_some_and(|below| below.line.ending == LineEnding::Leading);
    let found: Vec<usize> =
        (1..all.len()).filter(|at| is_above_text(*at) && all[*at].is_headline() && is_ruled(*at)).collect();
    if found.len() >= RULED {
        found.into_iter().for_each(|at| all[at].ruled = true);
    }
}

/// Fewest answers of a poll.
const ANSWERS: usize = 2;
/// Most words of one.
const ANSWER: u32 = 3;
/// The first answers of polls.
const YES: &[&str] = &["نعم", "أوافق", "أؤيد", "مع", "بله", "آری", "موافقم", "ہاں", "جی ہاں", "Yes"];

/// Most words of another answer.
const CHOICE: u32 = 4;
/// Most answers.
const MOST_ANSWERS: usize = 6;
/// Controls below the answers.
#[rustfmt::skip]
const VOTES: &[&str] = &["صوت", "صوّت", "صوت الآن", "تصويت", "التصويت", "أرسل صوتك", "ثبت رأی", "ثبت رای", "رأی دادن", "رای دادن", "ارسال رأی", "ووٹ", "ووٹ دیں", "ووٹ کریں", "Vote"];

/// Makes a question above answers that a page lets its readers choose from the head of a poll.
pub(super) fn polls(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 0..all.len() {
        if pieces[at].line.ending != LineEnding::Asking || all[at].reading.class.is_some() {
            continue;
        }

        let below = pieces.iter().zip(&*all).skip(at + 1);
        let is_control = |features: &PieceFeatures| features.is(WordingClass::Control);
        let is_answer =
            |(piece, features): &(&LinePiece, &PieceFeatures)| is_control(features) && piece.line.words <= ANSWER;
        // With the share of its votes behind it or not.
        let is_yes = |answer: &LinePiece| {
            let words = answer.line.span.of(text).trim_end_matches(|c: char| !c.is_alphabetic());
            YES.contains(&words)
        };
        let answered = pieces.get(at + 1).is_some_and(is_yes);
        let answers = below.clone().take_while(is_answer).count();
        // With shares behind all answers even those need not be known.
        let is_share = |(piece, _): &(&LinePiece, &PieceFeatures)| {
            piece.line.words <= CHOICE + 1 && piece.line.span.of(text).contains(['%', '٪'])
        };
        let shares = below.clone().take_while(is_share).count();

        // Other answers are known by the control below them.
        let is_vote = |piece: &LinePiece| VOTES.contains(&piece.line.span.of(text));
        let is_choice = |(piece, features): &(&LinePiece, &PieceFeatures)| {
            let plain = features.reading.class.is_none() || is_control(features) || features.is(WordingClass::Menu);
            plain && !features.reading.time && piece.line.words <= CHOICE && !is_vote(piece)
        };
        let choices = below.take(MOST_ANSWERS + 1).take_while(is_choice).count();
        let voted = pieces.get(at + 1 + choices).is_some_and(is_vote);

        if answered && answers.max(shares) >= ANSWERS || voted && (ANSWERS..=MOST_ANSWERS).contains(&choices) {
            all[at].reading.class = Some(WordingClass::Block);
        }
    }
}

/// Lines at the top of a page that may say what the site is.
const TAGLINES: usize = 5;
/// Most words of such a line.
const TAGLINE: u32 = 8;
/// Fewest short lines of the menu below it.
const ENTRIES: u32 = 3;

/// Makes a line below the name of the site what the site says of itself: «the magazine of culture and arts», above its menu.
pub(super) fn taglines(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 1..all.len().saturating_sub(1).min(TAGLINES) {
        let is_top = all[..at]
            .iter()
            .all(|above| !above.is_headline() && above.shape != PieceShape::Paragraph && !above.is(WordingClass::List));
        let is_line = all[at].is_headline()
            && all[at].reading.rank.is_none()
            && pieces[at].line.words <= TAGLINE
            && pieces[at].line.ending == LineEnding::Open
            && pieces[at].gap != PieceGap::Same;
        let below = &all[at + 1];
        let is_menu = below.is(WordingClass::Menu) || below.shorts >= ENTRIES || pieces[at + 1].cells >= 3;
        if is_top && is_line && is_menu && !below.reading.time {
            all[at].reading.class = Some(WordingClass::Site);
        }
    }
}

/// Heads of small boxes: advertisements, obituaries, the verse or the figure of the day. Promoted articles are headlines.
#[rustfmt::skip]
const ADVERTS: &[&str] = &[
    "إعلانات مبوبة", "إعلانات القراء", "نیازمندی‌ها", "نیازمندیها", "نیازمندی ها", "آگهی‌ها", "کلاسیفائیڈ",
    "زاوية الوفيات", "صفحة الوفيات", "تعزية",
    "آج کا شعر", "شعر اليوم", "بيت اليوم", "بيت القصيد", "شعر روز", "بیت روز", "آج کی بات", "مقولة اليوم", "قول اليوم", "آية اليوم",
    "عدد خبر", "عدد روز", "رقم اليوم", "رقم في خبر", "آج کا عدد", "از خوانندگان", "پیامک خوانندگان", "صدای مردم", "حرف مردم",
    "Categories", "Category",
];
/// Most words of such a head.
const ADVERT_HEAD: u32 = 3;
/// Most words of a paragraph in such a box.
const NOTE: u32 = 30;
/// Most advertisements below one head.
const MOST_ADVERTS: usize = 6;

/// Makes the lines below the head of a box controls, up to the next line with a class or a blank line.
pub(super) fn adverts(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for head in 0..all.len() {
        let may_be = all[head].shape != PieceShape::Paragraph && pieces[head].line.words <= ADVERT_HEAD;
        let own = || pieces[head].line.span.of(text).trim_matches(|c: char| !c.is_alphanumeric());
        if !may_be || !ADVERTS.contains(&own()) {
            continue;
        }

        all[head].reading.class = Some(WordingClass::Block);
        let below = (head + 1..all.len()).take(MOST_ADVERTS);
        let is_advert = |at: &usize| {
            let tight = pieces[*at].gap != PieceGap::Blank || *at == head + 1;
            let figure = *at == head + 1 && all[*at].is(WordingClass::Code);
            let is_short = all[*at].shape != PieceShape::Paragraph || pieces[*at].line.words <= NOTE;
            tight && is_short && (all[*at].reading.class.is_none() || figure)
        };
        let adverts = below.take_while(is_advert).count();
        for features in &mut all[head + 1..=head + adverts] {
            features.reading.class = Some(WordingClass::Control);
        }
    }
}

/// Pieces at the top of a page that hold its name.
const TOP: usize = 4;

/// Most words of the name of a site.
const NAME: u32 = 4;

/// Marks lines without a text below that hold the name of the site: a short line at the top of the page, alone.
pub(super) fn named_lines(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_name = |at: &usize| {
        let plain = all[*at].reading.class.is_none_or(|class| class == WordingClass::Site);
        all[*at].is_short() && plain && !all[*at].reading.time && pieces[*at].line.words <= NAME
    };
    let Some(name) = (0..pieces.len().min(TOP)).find(is_name) else { return };

    let own = pieces[name].line.span.of(text).trim_matches(|c: char| !lines::is_word_char(c));
    if own.chars().count() < LEAST {
        return;
    }
    for (features, piece) in all.iter_mut().zip(pieces).skip(TOP) {
        features.names_site = !features.over
            && features.shape != PieceShape::Paragraph
            && features.reading.class.is_none()
            && piece.line.span.of(text).contains(own);
    }
}

/// Fewest letters of the name of a site.
const LEAST: usize = 5;

/// Keeps the class of site names only at the top of the page, between headlines, or if repeated: elsewhere «شبكة طرق» is a
/// subheading.
pub(super) fn sites(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for (at, features) in all.iter_mut().enumerate().skip(TOP) {
        let beside =
            pieces[at].gap == PieceGap::Same || pieces.get(at + 1).is_some_and(|next| next.gap == PieceGap::Same);

        if features.is(WordingClass::Site) && !beside && features.repeats < 2 {
            // A path through the site begins with its name.
            features.reading.class = if pieces[at].cells > 1 { Some(WordingClass::Menu) } else { None };
        }
    }
}

/// Marks the short last line of each list with a head: it is a headline like those before it.
pub(super) fn ends(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    // 0: outside a list; 1: below its head; 2: behind its first headline.
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
