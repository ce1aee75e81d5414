//! Pieces that resemble each other: ascending ranks, table rows, lists of labels, scores, and lines of another script.

use std::ops::Range;

use super::features::{LONG_LENGTH, PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;
use crate::document::to_ascii_digit;
use crate::page::lines::LineEnding;

/// Fewest lines of a list of labels.
const LABELS: usize = 3;

/// Makes a number without a sign a rank if the rank before or behind it is within three pieces.
pub(super) fn ranks(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let ranked: Vec<(usize, u16)> =
        all.iter().enumerate().filter_map(|(at, features)| features.reading.rank.map(|rank| (at, rank))).collect();
    for pair in ranked.windows(2) {
        let [(a, first), (b, second)] = *pair else { continue };
        if b - a <= 3 && second == first.saturating_add(1) {
            all[a].reading.ranked = true;
            all[b].reading.ranked = true;
        }
    }

    ranked_items(pieces, all);
    between_ranks(text, pieces, all);

    // The reading found no sign to cut at: the first word is the rank.
    for features in all {
        if features.reading.ranked && features.reading.before == 0 {
            features.reading.before = u32::MAX;
        }
    }
}

/// Most digits of a rank.
const RANK_DIGITS: usize = 2;
/// Most words of an entry between two ranks.
const RANKED_ENTRY: u32 = 24;

/// Makes a line between two ranks a headline, whatever signs it has. Each rank, «1» and «2», is alone on its line.
fn between_ranks(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let rank = |at: usize| {
        let own = pieces.get(at)?.line.span.of(text).trim();
        let is_short = own.chars().nth(RANK_DIGITS).is_none();
        is_short.then(|| own.chars().map(to_ascii_digit).collect::<String>().parse::<u8>().ok()).flatten()
    };
    for at in 0..all.len().saturating_sub(2) {
        let above = rank(at);
        let is_between = above.is_some() && rank(at + 2) == above.map(|rank| rank + 1);
        let (piece, features) = (&pieces[at + 1], &mut all[at + 1]);
        let plain = features.reading.class.is_none() && !features.reading.time && piece.line.words <= RANKED_ENTRY;
        if is_between && plain && !features.is_short() && !features.is_headline() {
            make_headline(features);
        }
    }
}

/// Makes a piece that its list tells to be a headline one, whatever length it has.
fn make_headline(features: &mut PieceFeatures) {
    features.shape = PieceShape::Headline;
    features.length = features.length.clamp(RANKED_LENGTH, LONG_LENGTH - 5);
}

/// Fewest numbered lines in a row of which most are headlines.
const RANKED: usize = 3;
/// Fewest and most words of another of these lines, its number among them.
const RANKED_WORDS: std::ops::RangeInclusive<u32> = 4..=24;

/// Makes short and long lines of a numbered list of headlines headlines too.
fn ranked_items(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut at = 0;
    while at < all.len() {
        let follows = |next: &usize| {
            let (before, own) = (all[*next - 1].reading.rank, all[*next].reading.rank);
            own.is_some() && own == before.map(|rank| rank.saturating_add(1))
        };
        let end = (at + 1..all.len()).find(|next| !follows(next)).unwrap_or(all.len());
        let headlines = all[at..end].iter().filter(|features| features.is_headline()).count();
        if headlines >= RANKED && headlines * 2 > end - at {
            for (piece, features) in pieces[at..end].iter().zip(&mut all[at..end]) {
                let plain = features.reading.class.is_none() && piece.line.ending != LineEnding::Stop;
                if plain && !features.is_headline() && RANKED_WORDS.contains(&piece.line.words) {
                    make_headline(features);
                }
            }
        }
        at = end;
    }
}

/// Length of a line that its list tells to be a headline, at least.
const RANKED_LENGTH: i32 = 5;

/// Marks lines of Latin letters on a page of other letters.
pub(super) fn foreign(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let (mut paragraphs, mut latin) = (0, 0);
    for (piece, features) in pieces.iter().zip(&*all) {
        if features.shape == PieceShape::Paragraph {
            paragraphs += 1;
            latin += usize::from(is_latin(piece.line.span.of(text)));
        }
    }

    // The paragraphs tell the language of a page; without any it is unknown.
    if paragraphs == 0 || latin * 2 > paragraphs {
        return;
    }
    for at in 0..all.len() {
        // Readers who comment may have Latin names; a time is below them.
        let timed = all.get(at + 1).is_some_and(|below| below.reading.time || below.is(WordingClass::Stamp));
        let named = timed && all[at].is_short();
        all[at].foreign = !named && pieces[at].line.words <= 12 && is_latin(pieces[at].line.span.of(text));
    }
}

fn is_latin(line: &str) -> bool {
    line.bytes().any(|byte| byte.is_ascii_alphabetic()) && !line.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
}

/// Whether a line begins with a label of one to three words and a colon.
fn is_labelled(line: &str) -> bool {
    line.split_once(':').is_some_and(|(label, rest)| {
        let named = label.chars().any(char::is_alphabetic);
        named && (1..=3).contains(&label.split_whitespace().count()) && !rest.trim().is_empty()
    })
}

/// Marks the rows of tables. Each step adds rows to those of the steps before.
pub(super) fn rows(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    debug_assert_eq!(pieces.len(), all.len(), "each piece has features");
    for (features, piece) in all.iter_mut().zip(pieces) {
        features.row = !features.reading.time && (has_cells(piece, features) || has_amounts(text, piece, features));
    }

    widget_rows(pieces, all);
    label_lists(text, pieces, all);
    numbered_rows(pieces, all);
    dashed_rows(text, pieces, all);
    amounts(text, pieces, all);
    numbered_names(pieces, all);
    scores(text, pieces, all);
    alike(text, pieces, all);
}

/// Fewest words of a headline with its date.
const DATED: u32 = 5;

/// Whether a piece has cells with numbers.
fn has_cells(piece: &LinePiece, features: &PieceFeatures) -> bool {
    // A separator before the date of a headline does not make cells.
    let dated = features.reading.own_numbers == 0 && features.reading.behind > 0 && piece.line.words >= DATED;
    piece.cells > 1
        && features.reading.numbers > 0
        && !dated
        && features.shape != PieceShape::Paragraph
        && !features.is(WordingClass::Stamp)
}

/// Most words of a place with its weather.
const WEATHER: u32 = 6;

/// Fewest numbers with decimals of a rate.
const DECIMALS: usize = 2;
/// Most words of one.
const RATE: u32 = 8;

/// Whether a piece is an amount with its unit, a rate, or the weather of a place.
fn has_amounts(text: &str, piece: &LinePiece, features: &PieceFeatures) -> bool {
    let own = piece.line.span.of(text);
    let is_amount = piece.line.words <= 4 && own.contains(['°', '%', '٪', '$', '€', '/']);
    // «Raven Head 29° partly cloudy».
    let is_weather = piece.line.words <= WEATHER && own.contains('°');
    // «US dollar 281.40 bid 283.10 ask».
    let is_rate =
        || piece.line.words <= RATE && own.split_whitespace().filter(|word| is_decimal(word)).count() >= DECIMALS;
    // «The dollar: bid 1617 ask 1632».
    let is_bid = || {
        let says = |words: &[&str]| own.split_whitespace().any(|word| words.contains(&word.trim_end_matches(':')));
        piece.line.words <= RATE && features.reading.numbers > 1 && says(&BIDS) && says(&ASKS)
    };
    features.reading.numbers > 0 && (is_amount || is_weather || is_rate() || is_bid() || is_price(own, piece))
}

/// Whether a word is a number with signs between its digits, for decimals or thousands.
pub(super) fn is_exact_number(word: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.chars().all(char::is_numeric);
    word.contains(NUMBER_SIGNS) && word.split(NUMBER_SIGNS).all(is_number)
}

/// Signs between the digits of one number.
const NUMBER_SIGNS: [char; 4] = ['.', '٫', ',', '٬'];

/// Words for what is paid for a currency, and for what it is sold at.
const BIDS: [&str; 5] = ["شراء", "الشراء", "خرید", "خریداری", "کڕین"];
const ASKS: [&str; 5] = ["بيع", "البيع", "فروش", "فروخت", "فرۆشتن"];

/// Most words of a single price.
const PRICE: u32 = 5;

/// Whether a line is a price, exact as those of tables: «a barrel of oil 81.40 dollars», «gold 21 720,000 dinars».
fn is_price(line: &str, piece: &LinePiece) -> bool {
    if piece.line.words > PRICE {
        return false;
    }
    let mut words = line.split_whitespace();
    let Some(unit) = words.next_back() else { return false };
    CURRENCIES.contains(&unit) && words.next_back().is_some_and(is_exact_number)
}

/// Whether a word is a number with decimals.
fn is_decimal(word: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.chars().all(char::is_numeric);
    word.split_once(['.', '٫']).is_some_and(|(whole, decimals)| is_number(whole) && is_number(decimals))
}

/// Mean words of headlines behind the name of their section, at least.
const LABELLED_HEADLINE: usize = 5;
/// Fewest labelled lines below the head of a widget.
const WIDGET_LABELS: usize = 2;
/// Most words of a row with a number below such a head.
const WIDGET_ROW: u32 = 7;

fn is_widget(features: &PieceFeatures) -> bool {
    features.is(WordingClass::Block) && features.reading.alone
}

/// Marks the lines with numbers right below the head of a widget: goals, marks, degrees.
fn widget_rows(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for head in 0..all.len() {
        if !is_widget(&all[head]) {
            continue;
        }
        let is_row = |at: &usize| {
            all[*at].reading.own_numbers > 0
                && all[*at].reading.class.is_none()
                && pieces[*at].line.words <= WIDGET_ROW
                && pieces[*at].gap == PieceGap::Next
        };
        let rows = (head + 1..all.len()).take_while(is_row).count();
        if rows > 1 {
            all[head + 1..=head + rows].iter_mut().for_each(|features| features.row = true);
        }
    }
}

/// Marks lists of labelled lines below a short line, their heading.
fn label_lists(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let mut at = 0;
    while at < all.len() {
        let list = label_list(text, pieces, all, at);
        // The head of a widget tells that two lines are one, too.
        let least = if at > 0 && is_widget(&all[at - 1]) { WIDGET_LABELS } else { LABELS };
        // Below the head of a list the labels are the sections of headlines.
        let words = pieces[list.clone()].iter().map(|piece| piece.line.words as usize).sum::<usize>();
        let is_listed = at > 0 && all[at - 1].is(WordingClass::List) && words >= LABELLED_HEADLINE * list.len();
        if list.len() >= least && at > 0 && all[at - 1].shape == PieceShape::Short && !is_listed {
            all[list.clone()].iter_mut().for_each(|features| features.row = true);
        }
        at = list.end.max(at + 1);
    }
}

/// The labelled lines from `from` on, without a blank line between them.
fn label_list(text: &str, pieces: &[LinePiece], all: &[PieceFeatures], from: usize) -> Range<usize> {
    let is_label = |at: usize| {
        matches!(all[at].shape, PieceShape::Headline | PieceShape::Short)
            && all[at].reading.class.is_none()
            && pieces[at].line.words <= 14
            && is_labelled(pieces[at].line.span.of(text))
            && (at == 0 || pieces[at].gap == PieceGap::Next)
    };
    let end = (from..all.len()).find(|&at| !is_label(at)).unwrap_or(all.len());
    from..end
}

/// Fewest cells of a row with dashes between them.
const DASHED: usize = 3;
/// Most words of such a row.
const DASHED_WORDS: u32 = 12;

/// Marks the rows of a table that has dashes between its cells, with numbers in all rows but the first: «Salt Town — 640 — 580».
fn dashed_rows(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let cells = |at: usize| {
        if pieces[at].line.words > DASHED_WORDS || all[at].shape == PieceShape::Paragraph {
            return 1;
        }
        let words = pieces[at].line.span.of(text).split_whitespace();
        words.filter(|word| matches!(*word, "—" | "–" | "-")).count() + 1
    };
    let cells: Vec<usize> = (0..all.len()).map(cells).collect();
    for at in 1..all.len() {
        let is_pair = cells[at] >= DASHED && cells[at] == cells[at - 1] && pieces[at].gap == PieceGap::Next;
        if is_pair && all[at].reading.own_numbers > 0 {
            for row in [at - 1, at] {
                all[row].row = true;
                all[row].reading.class = None;
            }
        }
    }
}

/// Marks lines that are mostly numbers, and the heads of tables.
fn numbered_rows(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    for at in 0..all.len() {
        // Numbers around a headline are its rank or time, and a headline of many words may hold some too.
        let (own, words) = (u32::from(all[at].reading.own_numbers), pieces[at].line.words);
        let numbers = own >= 3 && words <= 12 && (own * 2 + 1 >= words || pieces[at].cells > 1);
        all[at].row |= numbers
            && all[at].shape != PieceShape::Paragraph
            && !all[at].reading.time
            && all[at].reading.class.is_none();

        // A menu with as many cells as the numbers below it is the head of a table.
        let head = all[at].is(WordingClass::Menu)
            && pieces[at].cells > 2
            && pieces.get(at + 1).is_some_and(|next| next.cells == pieces[at].cells);
        if head && all[at + 1].reading.numbers > 0 {
            all[at].reading.class = None;
            all[at].row = true;
        }
    }
}

/// Most words of an amount with its unit.
const AMOUNT: u32 = 6;

/// Currencies, with which rates and prices end.
const CURRENCIES: &[&str] = &[
    "ريال",
    "دينار",
    "دينارا",
    "درهم",
    "درهما",
    "جنيه",
    "جنيها",
    "ليرة",
    "دولار",
    "دولارا",
    "يورو",
    "تومان",
    "ریال",
    "افغانی",
    "روپے",
    "روپیہ",
    "دینار",
    "ر.س",
    "د.إ",
    "ج.م",
    "د.ك",
    "د.أ",
];

/// Marks consecutive amounts of money: rates, prices.
fn amounts(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_amount = |at: usize| {
        let last = pieces[at].line.span.of(text).split_whitespace().next_back().unwrap_or_default();
        pieces[at].line.words <= AMOUNT
            && all[at].reading.own_numbers > 0
            && all[at].reading.class.is_none()
            && CURRENCIES.contains(&last.trim_end_matches(['.', '،']))
    };
    let found: Vec<usize> = (0..all.len()).filter(|&at| is_amount(at)).collect();

    for pair in found.windows(2).filter(|pair| pair[1] - pair[0] == 1) {
        all[pair[0]].row = true;
        all[pair[1]].row = true;
    }
}

/// Fewest lines of a list of numbered names.
const NAMES: usize = 4;
/// Most words of one, with its number.
const NAME: u32 = 6;

/// Marks lists of short lines whose numbers ascend but are not ranks: the players of a team.
fn numbered_names(pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let number = |piece: &LinePiece, features: &PieceFeatures| {
        let plain = piece.line.words <= NAME && features.reading.class.is_none() && !features.reading.time;
        features.reading.rank.filter(|_| plain && !features.reading.ranked)
    };
    let numbers: Vec<Option<u16>> = pieces.iter().zip(&*all).map(|(piece, features)| number(piece, features)).collect();

    let mut at = 0;
    for names in numbers.chunk_by(|above, below| above.is_some() && above < below) {
        if names.len() >= NAMES {
            all[at..at + names.len()].iter_mut().for_each(|features| features.row = true);
        }
        at += names.len();
    }
}

/// Marks consecutive scores of matches.
fn scores(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let is_row = |at: usize| {
        // The hour behind a date is no score.
        is_score(pieces[at].line.span.of(text))
            && all[at].reading.own_numbers > 0
            && pieces[at].line.words <= 10
            && all[at].reading.class.is_none()
    };
    let scores: Vec<usize> = (0..all.len()).filter(|&at| is_row(at)).collect();

    for pair in scores.windows(2).filter(|pair| pair[1] - pair[0] == 1) {
        all[pair[0]].row = true;
        all[pair[1]].row = true;
    }
}

fn is_score(line: &str) -> bool {
    [" - ", " – ", " : "].iter().any(|sign| {
        line.split_once(sign)
            .is_some_and(|(home, guest)| home.ends_with(char::is_numeric) && guest.starts_with(char::is_numeric))
    })
}

/// Most words of a row with the first word of its neighbour.
const ALIKE: u32 = 6;

/// Marks consecutive short lines with numbers and the same first word.
fn alike(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    // Not the sign or number of a list, which all its lines share.
    let first = |at: usize| {
        let mut words = pieces[at].line.span.of(text).split_whitespace();
        words.find(|word| word.contains(char::is_alphabetic))
    };
    for at in 1..pieces.len() {
        // Longer lines, and parts of one line, are headlines that begin with one word.
        let longest = pieces[at].line.words.max(pieces[at - 1].line.words);
        let short = longest <= ALIKE && pieces[at].gap != PieceGap::Same;
        if short && may_be_row(&all[at]) && may_be_row(&all[at - 1]) && first(at) == first(at - 1) {
            all[at].row = true;
            all[at - 1].row = true;
        }
    }
}

/// Whether a piece has numbers that are neither a time nor a rank.
fn may_be_row(features: &PieceFeatures) -> bool {
    features.reading.own_numbers > 0
        && !features.reading.time
        && features.reading.class.is_none()
        && features.reading.before == 0
        && features.reading.behind == 0
        && matches!(features.shape, PieceShape::Headline | PieceShape::Short)
}
