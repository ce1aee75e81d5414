//! Finds the parts of a line that holds several headlines, or the cells of a row: separated by signs, dashes, wide spaces, or
//! the name of a site.

use foldhash::HashMap;

use crate::document::Span;
use crate::page::lines::{self, LineEnding, LineRole, TextLine};

/// Most words of a part that is a headline.
pub(super) const HEADLINE: u32 = 22;
/// Fewest words of one.
pub(super) const LEAST: u32 = 4;

/// Most words of a line that ends with a full stop and is still searched for parts.
const SENTENCE: u32 = 12;

/// Most words of a row of cells with two spaces between them.
const MENU: u32 = 24;
/// Fewest cells of such a row.
const CELLS: usize = 3;
/// Most words of a cell.
const CELL_WORDS: usize = 3;

/// Most words of a path through a site.
const PATH: u32 = 8;

/// Fewest words of a line with a site's name behind each headline.
const ROW: u32 = 16;
/// Most words of one, which bounds the work.
const LONGEST_ROW: usize = 400;
/// Fewest times that the name returns.
const NAMES: usize = 3;
/// Fewest and most words from one name to the next.
const APART: std::ops::RangeInclusive<usize> = 5..=24;

/// Replaces `parts` by the parts of a line; fewer than two if nothing separates it. Whether they are the cells of a row, which
/// stays whole.
pub(super) fn separate(text: &str, line: &TextLine, parts: &mut Vec<Span>) -> bool {
    parts.clear();
    let sentence = line.words > SENTENCE && line.ending == LineEnding::Stop;
    if sentence || !matches!(line.role, LineRole::Text | LineRole::Glued) {
        return false;
    }

    // From the surest separator to the least sure; the first that gives two parts decides.
    if may_hold_signs(text, line) {
        by_signs(line.span, text, parts);
    }
    if parts.len() < 2 {
        by_dashes(line, text, parts);
    }
    if parts.len() < 2 {
        by_rare_sign(line, text, parts);
    }
    if parts.len() < 2 && line.words <= MENU && !line.span.of(text).contains('\n') {
        by_spaces(line.span, text, parts);
        if parts.len() >= CELLS {
            return true;
        }
        parts.clear();
    }
    if parts.len() < 2 && line.words <= MENU {
        by_slashes(line, text, parts);
        if parts.len() > 1 {
            return true;
        }
    }
    if parts.len() < 2 && line.words >= ROW && line.ending != LineEnding::Stop {
        by_name(line.span, text, parts);
    }
    false
}

/// Whether the bytes of a line allow for a separating sign, or for three spaces.
fn may_hold_signs(text: &str, line: &TextLine) -> bool {
    let line = line.span.of(text).as_bytes();
    memchr::memchr3(b'|', b'\t', b'>', line).is_some()
        || memchr::memmem::find(line, b"   ").is_some()
        // The first bytes of most other signs.
        || memchr::memchr2(0xE2, 0xC2, line).is_some()
}

/// Replaces `parts` by the parts of the line at `span` between signs, tabs, and three or more spaces.
fn by_signs(span: Span, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    let line = span.of(text);
    // The start of the current part, the spaces just before the current character, and where they begin.
    let (mut start, mut spaces, mut blank) = (0, 0, 0);
    let mut before = ' ';
    // Spaces around the break of a line that was cut at a width are its indent.
    let mut broken = false;

    for (at, c) in line.char_indices() {
        if c.is_whitespace() {
            if spaces == 0 {
                blank = at;
            }
            spaces += if c == '\t' { 3 } else { 1 };
            broken |= c == '\n';
        } else {
            if spaces >= 3 && !std::mem::take(&mut broken) {
                push_part(span, line, start..blank, parts);
                start = at;
            }

            // Bars always separate; other signs only between white space, since they occur in words and numbers too.
            let after = at + c.len_utf8();
            let spaced = before.is_whitespace() && line[after..].starts_with(char::is_whitespace);
            if is_bar(c) || is_parting(c) && spaced {
                push_part(span, line, start..at, parts);
                start = after;
            }
            (spaces, broken) = (0, false);
        }
        before = c;
    }

    push_part(span, line, start..line.len(), parts);
}

/// Pushes the bytes `range` of the line at `span`, without signs at their ends, if they hold a letter or digit.
fn push_part(span: Span, line: &str, range: std::ops::Range<usize>, parts: &mut Vec<Span>) {
    let is_sign = |c: char| c.is_whitespace() || is_parting(c);
    let start = span.start + range.start;
    let part = &line[range];
    let trimmed = part.trim_matches(is_sign);
    if trimmed.chars().any(lines::is_word_char) {
        let start = start + (part.len() - part.trim_start_matches(is_sign).len());
        parts.push(Span::new(start, start + trimmed.len()));
    }
}

const fn is_bar(c: char) -> bool {
    matches!(c, '|' | '¦' | '│' | '｜')
}

/// Whether `c` is a sign between headlines, menu entries or cells.
const fn is_parting(c: char) -> bool {
    is_bar(c)
        || matches!(
            c,
            '‹' | '•'
                | '●'
                | '·'
                | '■'
                | '▪'
                | '◄'
                | '►'
                | '◆'
                | '»'
                | '›'
                | '>'
                | '/'
                | '\\'
                | '★'
                | '✦'
                | '⬤'
                | '⚫'
                | '◾'
        )
}

/// Replaces `parts` by the headlines of a line with dashes, slashes or stars between them: at least three, and nothing else,
/// or two and more with the name of a site behind each.
fn by_dashes(line: &TextLine, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    if line.words < 2 * LEAST || line.ending == LineEnding::Stop {
        return;
    }

    // The first sign whose parts are all headlines; in most lines a dash is part of the text.
    let own = line.span.of(text);
    for sign in [" - ", " – ", " / ", " * "] {
        split_by(own, sign, line.span.start, text, parts);
        if parts.len() >= 3 && (parts.iter().all(|part| is_headline(text, part)) || are_named(text, parts)) {
            return;
        }
    }
    parts.clear();
}

/// Replaces `parts` by the parts of a line between two places of `sign`.
fn split_by(own: &str, sign: &str, first: usize, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    for part in own.split(sign) {
        let start = first + offset(own, part);
        parts.extend(lines::measure(text, start..start + part.len()).map(|part| part.span));
    }
}

fn words_of(text: &str, part: &Span) -> u32 {
    part.of(text).split_whitespace().count() as u32
}

fn is_headline(text: &str, part: &Span) -> bool {
    (LEAST..=HEADLINE).contains(&words_of(text, part))
}

/// Fewest times that a name stands between headlines with a sign on both sides.
const SIGNED_NAMES: usize = 2;

/// Whether headlines and one short name take turns: «… - الصحيفة - … - الصحيفة - …».
fn are_named(text: &str, parts: &[Span]) -> bool {
    let (headlines, names) = (parts.iter().step_by(2), parts.iter().skip(1).step_by(2));
    let name = parts[1].of(text);
    let count = names.clone().count();
    count >= SIGNED_NAMES
        && words_of(text, &parts[1]) <= CELL_WORDS as u32
        && names.into_iter().all(|part| part.of(text) == name)
        && headlines.into_iter().all(|part| is_headline(text, part))
}

/// Replaces `parts` by the headlines of a line with a rare sign between them: a word without a letter or digit that is no
/// punctuation of a text, as «‖» and «٭», or the name of the site in Latin letters.
fn by_rare_sign(line: &TextLine, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    if line.words < 2 * LEAST || line.ending == LineEnding::Stop {
        return;
    }

    let own = line.span.of(text);
    let Some(sign) = own.split_whitespace().find(|word| is_rare_sign(word) || is_latin_name(word, own)) else { return };

    // The sign may stand before the first headline too.
    let first = own.len() - own.strip_prefix(sign).unwrap_or(own).len();
    split_by(&own[first..], &format!(" {sign} "), line.span.start + first, text, parts);
    if parts.len() < 2 || !parts.iter().all(|part| is_headline(text, part)) {
        parts.clear();
    }
}

/// Whether a word in Latin letters returns in a line of other letters.
fn is_latin_name(word: &str, line: &str) -> bool {
    let is_latin = word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_latin && !line.is_ascii() && line.split_whitespace().filter(|other| *other == word).count() > 1
}

/// Most bytes of a rare sign.
const RARE_SIGN: usize = 6;

/// Whether a word is a sign that does not occur in sentences.
fn is_rare_sign(word: &str) -> bool {
    let in_sentences = |c: char| {
        c.is_ascii() || lines::is_mark(c) || matches!(c, '–' | '—' | '…' | '،' | '؛' | '؟' | '۔' | '٪' | '٫' | '٬')
    };
    let is_quote = |c: char| matches!(c, '«' | '»' | '“' | '”' | '‘' | '’' | '„' | '‹' | '›' | '°' | '×' | '÷');
    let rare = |c: char| !lines::is_word_char(c) && !in_sentences(c) && !is_quote(c) && !c.is_whitespace();

    // A sign that is doubled is rare too: «//», «::».
    let first = word.chars().next().unwrap_or_default();
    let doubled = word.len() > 1 && matches!(first, '/' | '|' | ':' | '*' | '=' | '~' | '+' | '#');
    let is_doubled = doubled && word.chars().all(|c| c == first);
    word.len() <= RARE_SIGN && (is_doubled || word.chars().all(rare))
}

/// Replaces `parts` by the cells of a line, with two spaces between them; none if a cell has too many words.
fn by_spaces(span: Span, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    let line = span.of(text);
    for cell in line.split("  ").filter(|cell| cell.chars().any(lines::is_word_char)) {
        let start = span.start + offset(line, cell);
        parts.push(Span::new(start, start + cell.len()));
    }

    // Two spaces also come from bad typing.
    if parts.iter().any(|part| part.of(text).split_whitespace().count() > CELL_WORDS) {
        parts.clear();
    }
}

/// Replaces `parts` by the parts of a path through a site, «page one / regional news», or of a menu with slashes or dots; none where a
/// slash is part of a date or of a remark in brackets.
fn by_slashes(line: &TextLine, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    let own = line.span.of(text);
    if own.contains(|c: char| c.is_numeric() || matches!(c, '(' | ')')) {
        return;
    }

    for sign in [" / ", " . "] {
        if parts.len() < 2 && own.contains(sign) {
            split_by(own, sign, line.span.start, text, parts);
        }
    }

    // A longer line is a menu of short entries.
    let is_menu = parts.len() >= CELLS && parts.iter().all(|part| words_of(text, part) <= CELL_WORDS as u32);
    let is_path = line.words <= PATH && own.contains(" / ");
    if !is_menu && !is_path {
        parts.clear();
    }
}

/// Replaces `parts` by the headlines of a line with a name of two words or more behind each, and by the names.
fn by_name(span: Span, text: &str, parts: &mut Vec<Span>) {
    parts.clear();
    let line = span.of(text);
    let words: Vec<&str> = line.split_whitespace().collect();
    // Sentences also repeat names.
    if words.len() > LONGEST_ROW || line.contains(". ") || line.contains("۔ ") {
        return;
    }

    let Some(places) = repeated_pair(&words) else { return };

    // The name may be longer than two words, on both sides.
    let length = (2..5).find(|ahead| !is_repeated(&words, &places, *ahead, 0)).unwrap_or(5);
    let before = (1..4).find(|back| !is_repeated(&words, &places, 0, *back)).unwrap_or(4) - 1;

    let mut from = 0;
    let mut push = |range: std::ops::Range<usize>| {
        if let Some(words) = words.get(range).filter(|words| !words.is_empty()) {
            let (first, last) = (words[0], words[words.len() - 1]);
            parts.push(Span::new(span.start + offset(line, first), span.start + offset(line, last) + last.len()));
        }
    };
    for place in places {
        push(from..place - before);
        push(place - before..(place + length).min(words.len()));
        from = place + length;
    }
    push(from.min(words.len())..words.len());
}

/// The places of the pair of words that returns most often, as the name of a site does between headlines.
fn repeated_pair(words: &[&str]) -> Option<Vec<usize>> {
    let mut pairs: HashMap<(&str, &str), Vec<usize>> = HashMap::default();
    for (at, pair) in words.windows(2).enumerate() {
        pairs.entry((pair[0], pair[1])).or_default().push(at);
    }

    // The earliest of equals, so that the order of the map does not matter.
    let names = pairs.into_values().filter(|places| is_spread(places, words.len()));
    names.min_by_key(|places| (usize::MAX - places.len(), places[0]))
}

/// Whether `places` among `words` words leave room for a headline before each and none elsewhere.
fn is_spread(places: &[usize], words: usize) -> bool {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return false };
    places.len() >= NAMES
        && *first <= HEADLINE as usize
        && words - last <= *APART.end()
        && places.windows(2).all(|pair| APART.contains(&(pair[1] - pair[0])))
}

/// Whether the words `ahead` of each place, or `back` from it, are the same.
fn is_repeated(words: &[&str], places: &[usize], ahead: usize, back: usize) -> bool {
    let at = |place: usize| words.get((place + ahead).checked_sub(back)?);
    at(places[0]).is_some() && places.iter().all(|place| at(*place) == at(places[0]))
}

/// The first byte of `part`, a slice of `line`, in `line`.
fn offset(line: &str, part: &str) -> usize {
    part.as_ptr() as usize - line.as_ptr() as usize
}
