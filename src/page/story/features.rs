//! The evidence that the roles of pieces are decided by: words, shape, neighbours, what repeats on the page.

use ahash::AHashMap;

use super::pieces::{Gap, Piece};
use super::reading::{Reading, Words};
use super::words::Class;
use crate::page::cues::Family;
use crate::page::hints::Marks;
use crate::page::lines::{self, Bullet, Ending, Line, Role};
use crate::page::matcher::{Matcher, Tokens};

/// Most words of a short piece: a name, a label, a subheading.
const SHORT: u32 = 3;
/// Pieces of more words are paragraphs.
const LONG: u32 = 24;
/// Pieces of more words say nothing by their first ones.
const READ: u32 = 60;
/// Words at the head of long pieces that are read.
const HEAD_WORDS: usize = 6;
/// The same in letters of headlines: what [`Features::length`] counts.
const LONG_LENGTH: i32 = 19;
/// Words from which a text that a page cut off is a teaser.
const TEASER: u32 = 9;

/// What a piece looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shape {
    /// One to three words.
    #[default]
    Short,
    /// A headline's length, and no full stop.
    Headline,
    /// A short sentence with its full stop.
    Sentence,
    /// A paragraph.
    Paragraph,
}

/// The evidence of one piece.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is evidence of its own")]
pub(super) struct Features {
    pub(super) reading: Reading,
    pub(super) marks: Marks,
    pub(super) shape: Shape,
    /// Words, weighed against letters: what people see as length.
    pub(super) length: i32,
    /// Whether it breaks off («…»).
    pub(super) teaser: bool,
    /// Headlines in a row with this one, what stands between them passed over.
    pub(super) run: u32,
    /// The same with nothing passed over.
    pub(super) pure: u32,
    /// Short lines in a row with this one.
    pub(super) shorts: u32,
    /// How often its text stands on the page.
    pub(super) repeats: u32,
    /// Whether the same text stood before it with nothing but headlines between.
    pub(super) echo: bool,
    /// Whether a line with a colon announces it and its neighbours.
    pub(super) announced: bool,
    /// Whether it is a question of an interview.
    pub(super) asks: bool,
    /// Whether pictures were named just before it.
    pub(super) pictured: bool,
    /// Whether it is a row of a table.
    pub(super) row: bool,
    /// Whether a paragraph follows it at once, and stands before it.
    pub(super) over: bool,
    pub(super) under: bool,
    /// Whether the page's paragraphs stand apart by blank lines, so that a blank line says nothing.
    pub(super) airy: bool,
    /// Whether it is names around a dash.
    pub(super) signed: bool,
    /// Whether it is the short last line of a list that was announced.
    pub(super) last: bool,
    /// Whether it stands between paragraphs and the one below goes on with what is above: against a title.
    pub(super) goes_on: bool,
    /// Whether the paragraph below says its words again: for a title.
    pub(super) told: bool,
    /// Whether the paragraph above ended with a full stop, and this does not.
    pub(super) unstopped: bool,
    /// Whether it is one of some short lines that a paragraph runs into and out of: verses, a dialogue.
    pub(super) inset: bool,
    /// Whether it is of Latin letters on a page of Arabic ones.
    pub(super) foreign: bool,
    /// Whether it ends with a colon and goes on with no paragraph.
    pub(super) heads: bool,
    /// Whether it is headlines that ran together.
    pub(super) glued: bool,
    /// Whether what opens lists stands just before it.
    pub(super) listed: bool,
    /// Whether it is a label that stands over several stories of the page.
    pub(super) label: bool,
    /// Whether the page's paragraphs end with full stops, so that what has none is no paragraph.
    pub(super) stopped: bool,
    /// Whether the byline's name stands alone again.
    pub(super) author: bool,
    hash: u64,
}

/// Replaces `all` by the features of `pieces`.
pub(super) fn measure(text: &str, pieces: &[Piece], marks: &[Marks], matcher: &mut Matcher, all: &mut Vec<Features>) {
    all.clear();
    all.extend(pieces.iter().map(|piece| alone(text, piece, marks, matcher)));
    ranks(all);
    foreign(text, pieces, all);
    rows(text, pieces, all);
    runs(pieces, all);
    neighbours(pieces, all);
    repeats(pieces, all);
    sites(pieces, all);
    insets(pieces, all);
    leads(text, pieces, all);
    ends(pieces, all);
    live(text, pieces, all);
    questions(pieces, all);
    pictures(pieces, all);
    authors(text, pieces, all);
}

/// What a piece says by itself.
fn alone(text: &str, piece: &Piece, marks: &[Marks], matcher: &mut Matcher) -> Features {
    let line = &piece.line;
    let own = line.span.of(text);
    let mut features = Features { marks: marks.get(piece.number).copied().unwrap_or_default(), ..Features::default() };
    features.teaser = line.words >= TEASER && breaks_off(own);
    features.length = length(own, line.words);
    let ended = line.words > LONG && line.ending == Ending::Stop;
    let stops = if line.words <= READ && !ended { inner_stops(own) } else { 1 };
    features.shape = match line.ending {
        _ if line.words > LONG || features.length >= LONG_LENGTH => Shape::Paragraph,
        Ending::Stop if line.words >= 7 => Shape::Paragraph,
        _ if stops > 0 && line.words >= 12 || features.teaser && line.words >= 11 => Shape::Paragraph,
        Ending::Stop => Shape::Sentence,
        _ if line.words > SHORT + u32::from(line.bullet == Bullet::Number) => Shape::Headline,
        _ => Shape::Short,
    };
    if line.words <= READ {
        let line = &if line.words > LONG { head(text, line) } else { *line };
        let tokens = matcher.fold(text, line);
        features.hash = hash(tokens);
        features.reading = Words { tokens, text, line }.read();
        if own.starts_with('©') {
            features.reading.class = Some(Class::Border);
        }
        if is_address(own) {
            features.reading.class = Some(Class::Control);
        }
        if features.reading.class.is_none() && is_credited(own, line.words) {
            features.reading.class = Some(Class::Caption);
        }
    }
    if features.reading.running && line.words >= 12 && features.length >= 11 {
        features.shape = Shape::Paragraph;
    }
    features.glued = features.shape == Shape::Paragraph
        && line.ending == Ending::Open
        && stops == 0
        && line.words <= 80
        && is_glued(own);
    features.inset = features.shape == Shape::Headline && is_verse(own) || is_answer(own);
    features.signed = (2..=7).contains(&line.words) && (line.dashed || line.words <= 5 && is_placed(own));
    features.reading.class =
        cue_class(line.role, features.reading.class, features.reading.alone).or_else(|| menu_row(piece, &features));
    if matches!(line.role, Role::Cue { alone: false, .. }) {
        features.reading.alone = false;
    }
    features
}

/// A long line with the head that its words are read from.
fn head(text: &str, line: &Line) -> Line {
    let own = line.span.of(text);
    let end = own.char_indices().filter(|(_, c)| c.is_whitespace()).nth(HEAD_WORDS).map_or(own.len(), |(at, _)| at);
    Line { head_end: line.span.start + end, ..*line }
}

/// The class of a line, of which the table of cues knows more than its words say.
const fn cue_class(role: Role, read: Option<Class>, alone: bool) -> Option<Class> {
    let read = match read {
        Some(Class::Inline) if alone => Some(Class::List),
        other => other,
    };
    let Role::Cue { family, alone } = role else {
        return match role {
            Role::Tags => Some(Class::Border),
            Role::Glued => Some(Class::Inline),
            _ => read,
        };
    };
    match (family, read) {
        (Family::ReadAlso | Family::Watch, _) if !alone => Some(Class::Inline),
        (Family::ReadAlso | Family::Watch | Family::Related | Family::Ranking, Some(Class::More | Class::Gallery)) => {
            read
        }
        (Family::ReadAlso | Family::Watch | Family::Related | Family::Ranking, _) => Some(Class::List),
        (Family::Tags | Family::Source | Family::Legal, _) => Some(Class::Border),
        (Family::Agency, _) => Some(Class::Byline),
        (Family::Share | Family::Comments | Family::Terminator, Some(_)) => read,
        (Family::Share, None) => Some(Class::Control),
        (Family::Comments, None) => Some(Class::Block),
        (Family::Terminator, None) => Some(Class::Border),
    }
}

/// Whether a row of short parts is a menu or a path through one.
fn menu_row(piece: &Piece, features: &Features) -> Option<Class> {
    let short = piece.cells > 1 && piece.line.words <= 3 * u32::from(piece.cells) && piece.line.ending != Ending::Stop;
    (short && features.reading.numbers == 0).then_some(Class::Menu)
}

/// A headline's length as people see it: words, with words of many or few letters counted as more or less.
fn length(line: &str, words: u32) -> i32 {
    if words > LONG {
        return 2 * LONG_LENGTH;
    }
    let ascii = line.bytes().filter(u8::is_ascii_alphanumeric).count();
    let wide = line.bytes().filter(|byte| *byte >= 0x80).count() / 2;
    (words as i32 + ((ascii + wide) * 10 / 52) as i32) / 2
}

/// Whether words ran together in a line as where headlines were joined without a space: behind a letter that ends words.
fn is_glued(line: &str) -> bool {
    let mut before = ' ';
    line.chars().filter(|c| !lines::is_mark(*c)).any(|c| {
        let glued = matches!(before, 'ة' | 'ى') && matches!(c, 'ء'..='غ' | 'ف'..='و');
        before = c;
        glued
    })
}

/// Whether a line is a question or an answer by the word before it.
fn is_answer(line: &str) -> bool {
    let label = line.split([':', '/']).next().filter(|label| label.len() < line.len()).unwrap_or("").trim();
    matches!(
        label,
        "س" | "ج"
            | "سؤال"
            | "السؤال"
            | "جواب"
            | "الجواب"
            | "پرسش"
            | "پاسخ"
            | "سوال"
            | "جواب۔"
            | "Q"
            | "A"
    )
}

/// Whether a line is a name with a place in brackets behind it: «سالم الكردي (الجبل)».
fn is_placed(line: &str) -> bool {
    let place = line.strip_suffix(')').and_then(|line| line.rsplit_once(" (")).map(|(_, place)| place);
    place.is_some_and(|place| {
        place.split_whitespace().count() <= 2 && place.chars().all(|c| c.is_alphabetic() || c == ' ')
    })
}

/// Whether a line is written as verse: vowel marks all over it, or stars between its halves.
fn is_verse(line: &str) -> bool {
    let marks = line.chars().filter(|c| matches!(c, '\u{64B}'..='\u{652}')).count();
    marks * 7 > line.chars().count() || line.contains("**")
}

fn breaks_off(line: &str) -> bool {
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ']' | ')' | '}' | '»' | '"'));
    end.ends_with('…') || end.ends_with("...") || end.ends_with("..")
}

/// Whether a line is one address or account: «https://…», «@name».
fn is_address(line: &str) -> bool {
    let one = !line.contains(char::is_whitespace);
    one && (line.starts_with('@')
        || line.contains("://")
        || line.starts_with("www.")
        || line.contains('@') && line.contains('.'))
}

/// Words of credits in brackets at the end of a caption.
const CREDITS: &[&str] = &[
    "صور",
    "عدسة",
    "فوٹو",
    "فائل",
    "تصویر",
    "عکس",
    "أرشيف",
    "ارشيف",
    "رويترز",
    "أ ف ب",
    "أ.ف.ب",
    "الفرنسية",
    "غيتي",
    "جيتي",
    "Getty",
    "AFP",
    "Reuters",
    "آرشیو",
    "تصوير",
    "الأناضول",
    "أسوشيتد",
    "AP",
    "صورة",
    "شترستوك",
    "وكالات",
    "مواقع التواصل",
    "انترنت",
    "إنترنت",
];

/// Whether a line is a caption with its credit: «… (رويترز)», «… © هدى سليم».
fn is_credited(line: &str, words: u32) -> bool {
    if words > 40 {
        return false;
    }
    if line.char_indices().any(|(at, c)| c == '©' && at > 0) {
        return true;
    }
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || c == '.' || c == '۔');
    let inner = end.strip_suffix([')', ']']).and_then(|rest| rest.rsplit_once(['(', '[']));
    inner.is_some_and(|(before, credit)| {
        !before.trim().is_empty()
            && credit.split_whitespace().count() <= 5
            && CREDITS.iter().any(|known| credit.contains(known))
    })
}

/// Full stops inside a line.
fn inner_stops(line: &str) -> u32 {
    let mut stops = 0;
    let mut before = [' '; 2];
    for c in line.chars() {
        let ended = matches!(before[0], '.' | '۔' | '؟' | '!') && !matches!(before[1], '.' | ' ') && c.is_whitespace();
        stops += u32::from(ended && (before[0] == '.' || before[0] == '۔'));
        before = [c, before[0]];
    }
    // The last one ends the line.
    stops
}

fn hash(tokens: &Tokens) -> u64 {
    let bytes = (0..tokens.len()).filter_map(|at| tokens.get(at)).flat_map(|token| token.iter().copied().chain([0]));
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

impl Features {
    /// Whether it may be one of several headlines in a row.
    pub(super) const fn is_headline(&self) -> bool {
        matches!(self.shape, Shape::Headline) && self.reading.class.is_none() && !self.reading.time && !self.row
    }

    /// Whether it may stand between two headlines of a list.
    pub(super) const fn is_between(&self) -> bool {
        self.reading.time || matches!(self.reading.class, Some(Class::More | Class::Stamp | Class::Code))
    }

    pub(super) const fn is_short(&self) -> bool {
        matches!(self.shape, Shape::Short)
    }

    pub(super) fn is(&self, class: Class) -> bool {
        self.reading.class == Some(class)
    }
}

/// A number without a sign is a rank where the number before or behind it stands in the same column.
fn ranks(all: &mut [Features]) {
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
fn foreign(text: &str, pieces: &[Piece], all: &mut [Features]) {
    let is_latin = |piece: &Piece| {
        let own = piece.line.span.of(text);
        own.bytes().any(|byte| byte.is_ascii_alphabetic()) && !own.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
    };
    let paragraphs = || pieces.iter().zip(&*all).filter(|(_, features)| features.shape == Shape::Paragraph);
    let latin = paragraphs().filter(|(piece, _)| is_latin(piece)).count();
    if latin * 2 > paragraphs().count() || paragraphs().next().is_none() {
        return;
    }
    for (features, piece) in all.iter_mut().zip(pieces) {
        features.foreign = piece.line.words <= 12 && is_latin(piece);
    }
}

/// Whether a line begins with a label of one to three words and a colon.
fn is_labelled(line: &str) -> bool {
    line.split_once(':').is_some_and(|(label, rest)| {
        let named = label.chars().any(char::is_alphabetic);
        named && (1..=3).contains(&label.split_whitespace().count()) && !rest.trim().is_empty()
    })
}

/// Fewest lines of a list of labels.
const LABELS: usize = 3;

/// Marks the rows of tables: parts or amounts, or the same first word and numbers in lines one behind the other.
fn rows(text: &str, pieces: &[Piece], all: &mut [Features]) {
    for (features, piece) in all.iter_mut().zip(pieces) {
        let cells = piece.cells > 1 && features.reading.numbers > 0 && features.shape != Shape::Paragraph;
        let own = piece.line.span.of(text);
        let measured =
            features.reading.numbers > 0 && piece.line.words <= 4 && own.contains(['°', '%', '٪', '$', '€', '/']);
        features.row = !features.reading.time && (cells || measured);
    }
    let mut at = 0;
    while at < all.len() {
        let label = |at: usize| {
            matches!(all[at].shape, Shape::Headline | Shape::Short)
                && all[at].reading.class.is_none()
                && pieces[at].line.words <= 14
                && is_labelled(pieces[at].line.span.of(text))
                && (at == 0 || pieces[at].gap == Gap::Next)
        };
        let end = (at..all.len()).find(|&next| !label(next)).unwrap_or(all.len());
        if end - at >= LABELS && at > 0 && all[at - 1].shape == Shape::Short {
            all[at..end].iter_mut().for_each(|features| features.row = true);
        }
        at = end.max(at + 1);
    }
    for at in 0..all.len() {
        let numbers = (all[at].reading.numbers >= 3 && all[at].reading.before == 0 || all[at].reading.numbers >= 5)
            && pieces[at].line.words <= 12;
        all[at].row |=
            numbers && all[at].shape != Shape::Paragraph && !all[at].reading.time && all[at].reading.class.is_none();
        let head = all[at].is(Class::Menu)
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
    let first = |piece: &Piece| piece.line.span.of(text).split_whitespace().next().unwrap_or("").to_owned();
    for at in 1..pieces.len() {
        let like = |features: &Features| {
            features.reading.numbers > 0
                && !features.reading.time
                && features.reading.class.is_none()
                && features.reading.before == 0
                && matches!(features.shape, Shape::Headline | Shape::Short)
        };
        let short = pieces[at].line.words <= 9 && pieces[at - 1].line.words <= 9;
        if like(&all[at]) && like(&all[at - 1]) && short && first(&pieces[at]) == first(&pieces[at - 1]) {
            all[at].row = true;
            all[at - 1].row = true;
        }
    }
}

/// Counts headlines in a row and short lines in a row.
fn runs(pieces: &[Piece], all: &mut [Features]) {
    let mut at = 0;
    while at < all.len() {
        let (mut end, mut count) = (at, 0);
        let name = |at: usize| {
            all[at].is_short() && all.get(at + 1).is_some_and(Features::is_headline) && pieces[at + 1].gap != Gap::Blank
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
        let short = |at: usize| all[at].is_short() && !all[at].reading.time && !all[at].is(Class::List);
        let tight = |at: usize| pieces[at].gap != Gap::Blank;
        let end = (at..all.len()).find(|&next| !short(next) || next > at && !tight(next)).unwrap_or(all.len());
        let count = (end - at) as u32;
        all[at..end].iter_mut().for_each(|features| features.shorts = count);
        at = end.max(at + 1);
    }
}

/// Counts how often each short text stands on the page, and finds titles that are said twice at once.
fn repeats(pieces: &[Piece], all: &mut [Features]) {
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
        let before = (at.saturating_sub(6)..at).rev().take_while(|&before| all[before].shape != Shape::Paragraph);
        all[at].echo = before.into_iter().any(|before| all[before].hash == all[at].hash);
    }
}

/// Pieces at a page's top among which its name stands.
const TOP: usize = 4;

/// A site's name is one at the page's top, between headlines, or said twice; elsewhere «شبكة طرق» is a subheading.
fn sites(pieces: &[Piece], all: &mut [Features]) {
    for (at, features) in all.iter_mut().enumerate().skip(TOP) {
        let beside = pieces[at].gap == Gap::Same || pieces.get(at + 1).is_some_and(|next| next.gap == Gap::Same);
        if features.is(Class::Site) && !beside && features.repeats < 2 {
            features.reading.class = None;
        }
    }
}

/// Finds the last line of each announced list, if that is short: it is a headline like those before it.
fn ends(pieces: &[Piece], all: &mut [Features]) {
    let mut listed = 0;
    for at in 0..all.len() {
        let tight = pieces[at].gap != Gap::Blank;
        listed = match () {
            () if all[at].is(Class::List) => 1,
            () if listed > 0 && all[at].is_headline() && (tight || listed == 1) => 2,
            () if all[at].is_between() || tight && all[at].is_short() && all[at].reading.class.is_none() => listed,
            () => 0,
        };
        let ended = all.get(at + 1).is_none_or(|next| next.reading.class.is_some() || pieces[at + 1].gap == Gap::Blank);
        all[at].last = listed == 2 && ended && all[at].is_short() && pieces[at].line.words > 1 && !all[at].reading.time;
    }
}

/// Words of pages that report live.
const LIVE: &[&str] = &["مباشر", "لحظة بلحظة", "لحظه به لحظه", "پوشش زنده", "لائیو", "براہ راست", "أولا بأول", "Live"];
/// Pieces at a page's top among which they stand.
const HEAD: usize = 10;

/// Headlines between a time and a paragraph head the entries of a live report.
fn live(text: &str, pieces: &[Piece], all: &mut [Features]) {
    let says =
        |piece: &Piece| piece.line.words <= LONG && LIVE.iter().any(|word| piece.line.span.of(text).contains(word));
    if !pieces.iter().take(HEAD).any(says) {
        return;
    }
    let mut told = all.first().is_some_and(Features::is_headline);
    for at in 1..all.len() {
        let timed = all[at - 1].reading.time || all[at - 1].is(Class::Stamp);
        let entry = all[at].over && timed && all[at].shape != Shape::Paragraph;
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
fn leads(text: &str, pieces: &[Piece], all: &mut [Features]) {
    for at in 0..all.len().saturating_sub(1) {
        if !all[at].over || all[at].shape == Shape::Paragraph {
            continue;
        }
        let below = pieces[at + 1].line.span.of(text);
        let first = below.trim_start_matches(|c| !lines::is_word_char(c)).split_whitespace().next().unwrap_or("");
        let waw = first.starts_with('و')
            && first.chars().count() > 3
            && !WAW_WORDS.iter().any(|word| first.starts_with(word));
        all[at].goes_on = all[at].under && (waw || all[at + 1].reading.running);
        all[at].told = shares_words(pieces[at].line.span.of(text), below);
        let stopped = at > 0 && all[at].under && matches!(pieces[at - 1].line.ending, Ending::Stop | Ending::Asking);
        all[at].unstopped = stopped && pieces[at].line.ending == Ending::Open;
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
fn insets(pieces: &[Piece], all: &mut [Features]) {
    let is_line = |at: usize, all: &[Features]| {
        let features = &all[at];
        matches!(features.shape, Shape::Headline | Shape::Sentence | Shape::Short)
            && features.reading.class.is_none()
            && !features.reading.time
            && !features.signed
            && pieces[at].gap != Gap::Same
    };
    let is_listed = |at: usize, all: &[Features]| {
        all[at].reading.ranked || pieces[at].dashed || pieces[at].line.bullet != Bullet::None
    };
    let mut at = 1;
    while at < all.len() {
        let end = (at..all.len()).find(|&next| !is_line(next, all)).unwrap_or(all.len());
        let enclosed = all[at].under && end < all.len() && all[end - 1].over;
        let tight = |at: &usize| pieces[*at].gap != Gap::Blank;
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

/// What stands before and behind each piece.
fn neighbours(pieces: &[Piece], all: &mut [Features]) {
    let is_paragraph = |features: &Features| features.shape == Shape::Paragraph && features.reading.class.is_none();
    let (mut pairs, mut apart) = (0, 0);
    for at in 1..all.len() {
        if is_paragraph(&all[at - 1]) && is_paragraph(&all[at]) {
            pairs += 1;
            apart += u32::from(pieces[at].gap == Gap::Blank);
        }
    }
    let airy = apart * 2 > pairs;
    let ends = |at: &usize| matches!(pieces[*at].line.ending, Ending::Stop | Ending::Asking);
    let paragraphs = (0..all.len()).filter(|&at| is_paragraph(&all[at]));
    let stopped = paragraphs.clone().filter(ends).count() * 3 > paragraphs.count() * 2;
    let mut announced = false;
    for at in 0..all.len() {
        (all[at].airy, all[at].stopped) = (airy, stopped);
        all[at].listed = at > 0 && all[at - 1].is(Class::List);
        all[at].under = at > 0 && is_paragraph(&all[at - 1]);
        all[at].over = all.get(at + 1).is_some_and(is_paragraph);
        let tight = pieces[at].gap != Gap::Blank || at > 0 && all[at - 1].is(Class::Points);
        all[at].announced = announced && tight && all[at].shape != Shape::Paragraph;
        let announces =
            pieces[at].line.ending == Ending::Leading && all[at].reading.class.is_none() && !pieces[at].line.dashed;
        let points = all[at].is(Class::Points) && all[at].reading.alone;
        all[at].heads = announces && !all[at].under;
        let announces = announces && (all[at].under || at > 0 && all[at - 1].under);
        announced = announces || points || all[at].announced && all[at].reading.class.is_none();
    }
}

/// Three questions with a paragraph under each are an interview's.
fn questions(pieces: &[Piece], all: &mut [Features]) {
    let answered =
        |at: usize, all: &[Features]| all[at].over || all.get(at + 1).is_some_and(|next| next.shape == Shape::Sentence);
    let asks = |at: usize, all: &[Features]| {
        pieces[at].line.ending == Ending::Asking && answered(at, all) && all[at].reading.class.is_none()
    };
    if (0..all.len()).filter(|&at| asks(at, all)).count() < 3 {
        return;
    }
    for at in 1..all.len() {
        all[at].asks = asks(at, all);
    }
}

/// Whether a paragraph follows a picture before lists, menus and controls do.
fn stands_over_text(at: usize, all: &[Features]) -> bool {
    let ends = |features: &&Features| {
        features.shape == Shape::Paragraph
            || matches!(features.reading.class, Some(Class::List | Class::Menu | Class::Control))
    };
    let end = all[at + 1..].iter().take(40).find(ends);
    end.is_none_or(|end| end.shape == Shape::Paragraph)
}

/// Lines below the count of a picture are its caption; so is a line under a headline that is said twice at once.
fn pictures(pieces: &[Piece], all: &mut [Features]) {
    for at in 1..all.len().saturating_sub(1) {
        let twice = all[at].hash == all[at + 1].hash && pieces[at + 1].gap == Gap::Next;
        let below = all[at - 1].is_headline() && pieces[at].gap != Gap::Same;
        if twice && below && all[at].shape == Shape::Headline && all[at - 1].hash != all[at].hash {
            all[at].pictured = true;
            all[at + 1].pictured = true;
        }
    }
    let (mut pictured, mut titled) = (false, false);
    for at in 0..all.len() {
        titled |= all[at].is_headline();
        if all[at].is(Class::Gallery) {
            let bare = all[at].reading.numbers == 2 && pieces[at].line.words <= 3;
            pictured = !bare || titled && stands_over_text(at, all);
            continue;
        }
        let between = pictured && all.get(at + 1).is_some_and(|next| next.is(Class::Gallery));
        if between && all[at].reading.class.is_none() {
            all[at].pictured = true;
            continue;
        }
        pictured &=
            pieces[at].gap != Gap::Blank && all[at].shape != Shape::Paragraph && all[at].reading.class.is_none();
        all[at].pictured |= pictured;
    }
}

/// The name of a byline that stands alone again is the head of a box about the author.
fn authors(text: &str, pieces: &[Piece], all: &mut [Features]) {
    let mut names: Vec<&str> = Vec::new();
    let mut told = false;
    for at in 0..all.len() {
        told |= !names.is_empty() && all[at].shape == Shape::Paragraph;
        let own = pieces[at].line.span.of(text);
        let words = pieces[at].line.words;
        if !(2..=9).contains(&words) || all[at].shape == Shape::Paragraph || all[at].reading.time {
            continue;
        }
        let name = own.trim_matches(|c: char| !lines::is_word_char(c));
        all[at].author =
            words <= 5 && told && names.iter().any(|byline| byline.contains(name) || name.contains(byline));
        let near_title = at > 0 && (all[at - 1].shape == Shape::Headline || all[at - 1].reading.time);
        let begins = all
            .get(at + 1)
            .is_some_and(|next| next.shape == Shape::Paragraph || next.reading.time || next.is(Class::Stamp));
        let bare = words <= 3 && all[at].reading.class.is_none();
        if near_title && begins && (all[at].is(Class::Byline) || all[at].signed || bare) {
            names.extend(own.split([':', '–', '—', '-', '/', '|']).map(str::trim).filter(|part| part.contains(' ')));
        }
    }
}
