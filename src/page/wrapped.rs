//! Pages whose lines were cut at a width, as text browsers write them: the lines of a paragraph or headline become one.
//!
//! Such a program fills each line as far as the next word allows. So a line goes on where the first word of the next line did not
//! fit into it. On a page of headlines some lines meet this by chance, so most full lines must, and some of the
//! paragraphs that result must end as sentences.

use super::lines::{self, LineEnding, LineRole, ListSign, TextLine};

/// Widths at which programs cut lines, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 50..=130;
/// Most bytes of a line of such a width.
const LONGEST: usize = 4 * *WIDTHS.end();
/// Fewest words of a line that tells the width. Addresses may be longer.
const WORDS: u32 = 4;
/// Fewest lines of a page that go on.
const GOING_ON: usize = 4;
/// Fewest paragraphs of several lines that end as sentences.
const SENTENCES: usize = 2;
/// A line of this part of the width is full: 8 of 10.
const FULL: (usize, usize) = (8, 10);
/// Of the full lines with a line below at least so many go on: 7 of 10, or half of them if the page has several paragraphs.
const CUT: (usize, usize) = (7, 10);
/// Fewest paragraphs of several lines that end as sentences, of a page on which headlines are as long as the width.
const MANY_SENTENCES: usize = 4;

/// Joins the lines of each paragraph if the page was cut at a width. Linear in the length of `text`.
pub(super) fn join(text: &str, all: &mut Vec<TextLine>) {
    // A page with a long paragraph was not cut, which most texts show by a line.
    if all.iter().any(|line| line.words >= WORDS && line.span.len() > LONGEST) {
        return;
    }

    let places: Vec<LinePlace> = all.iter().map(|line| LinePlace::new(text, line)).collect();
    let told = all.iter().zip(&places).filter(|(line, _)| line.words >= WORDS);
    let Some(width) = told.map(|(_, place)| place.end).max().filter(|width| WIDTHS.contains(width)) else { return };

    // Whether each line goes on in the next one.
    let pairs = || all.windows(2).zip(places.windows(2));
    let goes_on: Vec<bool> = pairs().map(|(lines, places)| goes_on(text, lines, places, width)).collect();
    let (full, of_width) = FULL;
    let is_full = |(lines, places): &(&[TextLine], &[LinePlace])| {
        places[0].end * of_width >= width * full && is_below(text, lines) && lines[0].words >= WORDS
    };
    let full = pairs().filter(is_full).count();
    let cut = goes_on.iter().filter(|goes_on| **goes_on).count();
    let ends = (1..all.len()).filter(|at| {
        goes_on[at - 1] && !goes_on.get(*at).is_some_and(|goes_on| *goes_on) && all[*at].ending == LineEnding::Stop
    });
    let ends = ends.count();
    let (cut_of, of_full) = CUT;
    let are_most = cut * of_full >= full * cut_of || ends >= MANY_SENTENCES && cut * 2 >= full;
    if cut < GOING_ON || ends < SENTENCES || !are_most {
        return;
    }

    let mut joined: Vec<TextLine> = Vec::with_capacity(all.len());
    let mut at = 0;
    while let Some(line) = all.get(at) {
        let end = (at..).find(|at| !goes_on.get(*at).is_some_and(|goes_on| *goes_on)).unwrap_or(at);
        let whole = all.get(end).and_then(|last| lines::measure(text, line.span.start..last.span.end));
        joined.push(whole.filter(|_| end > at).unwrap_or(*line));
        at = end + 1;
    }
    *all = joined;
}

/// Where a line is between the edges of the page, in characters.
#[derive(Debug, Clone, Copy)]
struct LinePlace {
    indent: usize,
    end: usize,
}

impl LinePlace {
    fn new(text: &str, line: &TextLine) -> Self {
        let before = &text[..line.span.start];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let indent = before[start..].chars().count();
        Self { indent, end: indent + line.span.of(text).chars().count() }
    }
}

/// Whether the first of two lines goes on in the second.
fn goes_on(text: &str, lines: &[TextLine], places: &[LinePlace], width: usize) -> bool {
    let ([line, next], [place, below]) = (lines, places) else { return false };
    let is_text = line.role == LineRole::Text && next.role == LineRole::Text && next.bullet == ListSign::None;
    // The text of a list item is indented behind its sign.
    let is_indented = match line.bullet {
        ListSign::None => below.indent == place.indent,
        _ => below.indent >= place.indent,
    };
    let [before, first] = [line, next].map(|line| line.span.of(text).split_whitespace().next().unwrap_or_default());
    let are_items = is_clock(before) && is_clock(first) || is_rank(before) && is_rank(first);
    is_text && is_indented && is_below(text, lines) && !are_items && place.end + 1 + first.chars().count() > width
}

/// Whether a word is a time of day, with which an item of a list begins: «13:30».
fn is_clock(word: &str) -> bool {
    let is_number = |part: &str| (1..=2).contains(&part.chars().count()) && part.chars().all(char::is_numeric);
    word.split_once(':').is_some_and(|(hours, minutes)| is_number(hours) && is_number(minutes))
}

/// Whether a word is the number of an item of a list: «3.».
fn is_rank(word: &str) -> bool {
    let number = word.strip_suffix(['.', '-', ')', '۔']);
    number.is_some_and(|number| (1..=2).contains(&number.chars().count()) && number.chars().all(char::is_numeric))
}

/// Whether nothing is between two lines.
fn is_below(text: &str, lines: &[TextLine]) -> bool {
    let [line, next] = lines else { return false };
    text[line.span.end..next.span.start].bytes().filter(|byte| *byte == b'\n').count() == 1
}
