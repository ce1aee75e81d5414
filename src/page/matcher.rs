//! Finds the cue that a line begins with: the folded table of [`super::cues`] against the folded head of the line.
//!
//! A line costs one fold of its first words, and one binary search for each word that may begin a phrase.

use crate::static_table::StaticTable;
use std::ops::Range;

use crate::document::Span;
use crate::normalize::{FoldScratch, Language, Normalizer, Profile, TokenSink, alphabet};

use super::cues::{self, CueFamily, CueForm};
use super::lines::{LineEnding, TextLine};

/// The cue of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineCue {
    /// The family of the phrase.
    pub(super) family: CueFamily,
    /// Whether nothing follows the phrase.
    pub(super) alone: bool,
    /// Whether it counts only next to another cue or at the end of the page.
    pub(super) weak: bool,
}

/// The fold of cues and lines, for every language: both sides go through the same table, so it need not be the right one for
/// the language of the page.
pub(super) fn normalizer() -> Normalizer {
    Normalizer::new(Profile::Standard, Language::Ar)
}

/// Folded tokens with their spans in the text; reused from line to line.
#[derive(Debug, Default)]
pub(super) struct TokenBuffer {
    bytes: Vec<u8>,
    tokens: Vec<(Range<usize>, Span)>,
}

impl TokenBuffer {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.tokens.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&[u8]> {
        self.tokens.get(index).and_then(|(range, _)| self.bytes.get(range.clone()))
    }

    pub(super) fn span(&self, index: usize) -> Option<Span> {
        self.tokens.get(index).map(|&(_, span)| span)
    }

    /// The bytes between token `at - 1` and token `at`; `len` is the length of the folded text.
    pub(super) fn gap(&self, at: usize, len: usize) -> Span {
        let start = match at.checked_sub(1) {
            Some(before) => self.span(before).map_or(0, |span| span.end),
            None => 0,
        };
        let end = self.span(at).map_or(len, |span| span.start);
        // A token may have come from letters of the one before it, and overlap it.
        Span::new(start, end.max(start))
    }

    /// Whether a token is digits alone.
    pub(super) fn is_number(&self, index: usize) -> bool {
        self.get(index).is_some_and(|token| token.iter().all(u8::is_ascii_digit))
    }

    /// The end of `part` if it begins at token `from`.
    pub(super) fn end_of(&self, part: &PhrasePart, from: usize) -> Option<usize> {
        let last = part.words.len().checked_sub(1)?;
        let fits = part.words.iter().enumerate().all(|(place, word)| {
            let open = part.prefix && place == last;
            self.get(from + place).is_some_and(|token| token == word || open && token.starts_with(word))
        });

        fits.then_some(from + last + 1)
    }
}

impl TokenSink for TokenBuffer {
    fn token(&mut self, token: &[u8], span: Span) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(token);
        self.tokens.push((start..self.bytes.len(), span));
    }
}

/// Consecutive folded words of a phrase; with `prefix` the last one matches longer words too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PhrasePart {
    words: Vec<Vec<u8>>,
    prefix: bool,
}

impl PhrasePart {
    pub(super) fn fold(phrase: &str) -> Self {
        let phrase = phrase.trim();
        let mut tokens = TokenBuffer::default();
        normalizer().fold(phrase.trim_end_matches('*'), &mut FoldScratch::default(), &mut tokens);
        let words = (0..tokens.len()).filter_map(|i| tokens.get(i).map(<[u8]>::to_vec)).collect();
        Self { words, prefix: phrase.ends_with('*') }
    }

    /// The first word.
    pub(super) fn first(&self) -> Option<&[u8]> {
        self.words.first().map(Vec::as_slice)
    }

    pub(super) fn into_words(self) -> Vec<Vec<u8>> {
        self.words
    }
}

/// A folded phrase: the words that begin the line, and those that must follow anywhere behind them.
#[derive(Debug)]
struct CuePhrase {
    head: PhrasePart,
    later: Option<PhrasePart>,
    family: CueFamily,
    form: CueForm,
}

impl CuePhrase {
    fn fold(phrase: &str, family: CueFamily, form: CueForm) -> Self {
        let (head, later) = phrase.split_once('…').map_or((phrase, None), |(head, later)| (head, Some(later)));
        Self { head: PhrasePart::fold(head), later: later.map(PhrasePart::fold), family, form }
    }

    fn first(&self) -> &[u8] {
        self.head.words.first().map_or(&[], Vec::as_slice)
    }
}

/// Every phrase, folded and sorted by its first word.
struct PhraseTable {
    phrases: Vec<CuePhrase>,
    agencies: Vec<PhrasePart>,
    dateline_word: PhrasePart,
}

static TABLE: StaticTable<PhraseTable> = StaticTable::new(|| {
    let mut phrases: Vec<CuePhrase> =
        readable().map(|(family, form, text)| CuePhrase::fold(&text, family, form)).collect();
    // A phrase may fold to nothing; it would match every line.
    phrases.retain(|phrase| !phrase.head.words.is_empty());
    phrases.sort_by(|a, b| a.first().cmp(b.first()));

    let agencies = cues::AGENCIES.iter().map(|agency| PhrasePart::fold(agency)).collect();
    PhraseTable { phrases, agencies, dateline_word: PhrasePart::fold(cues::DATELINE_WORD) }
});

/// The phrases of [`super::cues`] as they are written there, with heads and tails of the related family combined.
pub(super) fn readable() -> impl Iterator<Item = (CueFamily, CueForm, String)> {
    let listed = cues::CUES
        .iter()
        .flat_map(|&(family, form, phrases)| phrases.iter().map(move |phrase| (family, form, (*phrase).to_owned())));

    let products =
        [(cues::RELATED_HEADS, cues::RELATED_TAILS), (cues::RELATED_HEADS_DEFINITE, cues::RELATED_TAILS_DEFINITE)];
    let related =
        products.into_iter().flat_map(|(heads, tails)| heads.iter().flat_map(move |head| combined(head, tails)));

    listed.chain(related)
}

/// `head` with each of `tails`.
fn combined(head: &str, tails: &[&str]) -> impl Iterator<Item = (CueFamily, CueForm, String)> {
    let form = CueForm::Label(cues::RELATED_WORDS);
    tails.iter().map(move |tail| (CueFamily::Related, form, format!("{head} {tail}")))
}

/// The folded first word of each phrase, and its second word where that must be whole; with `long` only of phrases that may begin
/// a line of any length.
pub(super) fn first_words(long: bool) -> impl Iterator<Item = (String, Option<String>)> {
    let any = |form: CueForm| matches!(form, CueForm::Label(u32::MAX) | CueForm::Open(u32::MAX));
    let phrases = TABLE.phrases.iter().filter(move |phrase| !long || any(phrase.form));

    phrases.map(|phrase| {
        // The last word of a prefix matches longer words too.
        let is_whole = !phrase.head.prefix || phrase.head.words.len() > 2;
        let second = phrase.head.words.get(1).filter(|_| is_whole);
        (alphabet::to_utf8(phrase.first()), second.map(|word| alphabet::to_utf8(word)))
    })
}

/// The folded first word of each agency.
pub(super) fn first_agency_words() -> impl Iterator<Item = String> {
    TABLE.agencies.iter().filter_map(|agency| agency.words.first()).map(|word| alphabet::to_utf8(word))
}

/// The end of the longest agency's mark that begins at token `at`.
pub(super) fn agency_end(tokens: &TokenBuffer, at: usize) -> Option<usize> {
    TABLE.agencies.iter().filter_map(|agency| tokens.end_of(agency, at)).max()
}

/// Whether the word that only datelines hold is at token `at`.
pub(super) fn is_dateline_word(tokens: &TokenBuffer, at: usize) -> bool {
    tokens.end_of(&TABLE.dateline_word, at).is_some()
}

/// The folded last word of each agency.
pub(super) fn last_agency_words() -> impl Iterator<Item = String> {
    TABLE.agencies.iter().filter_map(|agency| agency.words.last()).map(|word| alphabet::to_utf8(word))
}

/// Matches lines against the table; holds reusable buffers.
#[derive(Debug)]
pub(super) struct PhraseMatcher {
    normalizer: Normalizer,
    scratch: FoldScratch,
    tokens: TokenBuffer,
}

impl Default for PhraseMatcher {
    fn default() -> Self {
        Self { normalizer: normalizer(), scratch: FoldScratch::default(), tokens: TokenBuffer::default() }
    }
}

impl PhraseMatcher {
    /// The cue that `line` of `text` is, if any; strong forms take precedence over weak ones.
    pub(super) fn find(&mut self, text: &str, line: &TextLine) -> Option<LineCue> {
        if line.hashtags {
            return Some(LineCue { family: CueFamily::Tags, alone: false, weak: false });
        }

        self.fold(text, line);
        let matched = MatchedLine { tokens: &self.tokens, text, line };
        matched.phrase().or_else(|| matched.agency())
    }

    /// Folds the head of `line` into tokens.
    pub(super) fn fold(&mut self, text: &str, line: &TextLine) -> &TokenBuffer {
        self.fold_head(Span::new(line.span.start, line.head_end).of(text));
        &self.tokens
    }

    fn fold_head(&mut self, head: &str) {
        self.tokens.clear();
        self.normalizer.fold(head, &mut self.scratch, &mut self.tokens);
    }

    /// Whether a phrase that [`find`](Self::find) knows begins the head of a line. The rest of the line does not matter.
    pub(super) fn may_begin(&mut self, head: &str) -> bool {
        self.fold_head(head);
        for from in 0..NUMBERS_BEFORE {
            let Some(first) = self.tokens.get(from) else { return false };
            if phrases_of(first).any(|phrase| self.tokens.end_of(&phrase.head, from).is_some()) {
                return true;
            }
            if !self.tokens.is_number(from) {
                return false;
            }
        }
        false
    }
}

/// Tokens at which a phrase may begin: up to two numbers may precede it.
const NUMBERS_BEFORE: usize = 3;

/// The phrases with this first word.
fn phrases_of(first: &[u8]) -> impl Iterator<Item = &'static CuePhrase> {
    // They are neighbours.
    let begin = TABLE.phrases.partition_point(|phrase| phrase.first() < first);
    TABLE.phrases[begin..].iter().take_while(move |phrase| phrase.first() == first)
}

/// A line with its folded head.
struct MatchedLine<'a> {
    tokens: &'a TokenBuffer,
    text: &'a str,
    line: &'a TextLine,
}

impl MatchedLine<'_> {
    /// The phrase that the line begins with. Up to two numbers may precede it (`3 تعليقات`, `© 2024 جميع الحقوق محفوظة`).
    fn phrase(&self) -> Option<LineCue> {
        let mut best: Option<LineCue> = None;
        let mut from = 0;

        while from < NUMBERS_BEFORE {
            let first = self.tokens.get(from)?;
            for phrase in phrases_of(first) {
                // The first match stays, unless it is weak and this one is not.
                let Some(cue) = self.fit(phrase, from) else { continue };
                if best.is_none_or(|best| best.weak && !cue.weak) {
                    best = Some(cue);
                }
            }

            // Only numbers are skipped.
            if best.is_some() || !self.tokens.is_number(from) {
                return best;
            }
            from += 1;
        }
        best
    }

    /// The cue of `phrase` if it begins at token `from` and its form allows the rest of the line.
    fn fit(&self, phrase: &CuePhrase, from: usize) -> Option<LineCue> {
        let end = self.tokens.end_of(&phrase.head, from)?;
        if let Some(later) = &phrase.later {
            (end..self.tokens.len()).find_map(|at| self.tokens.end_of(later, at))?;
        }

        // Nothing follows, not even behind the head that was folded.
        let alone = end == self.tokens.len() && self.line.head_end == self.line.span.end;
        let words = self.line.words;
        let slashed = || self.line.span.of(self.text).starts_with("//");

        let (fits, weak) = match phrase.form {
            CueForm::Line => (alone || (slashed() && words <= 12), false),
            CueForm::WeakLine => (alone, true),
            CueForm::Label(most) => (alone || (words <= most && self.labels(end)), false),
            CueForm::WeakLabel(most) => (alone || (words <= most && self.labels(end)), true),
            CueForm::Open(most) => (words <= most && (most == u32::MAX || self.line.ending != LineEnding::Stop), false),
            CueForm::Weak(most) => (words <= most && self.line.ending != LineEnding::Stop, true),
        };

        fits.then(|| LineCue { family: phrase.family, alone: alone && !self.links_behind(end), weak })
    }

    /// The original text between token `at - 1` and token `at`.
    fn gap(&self, at: usize) -> &str {
        let own = self.line.span.of(self.text);
        self.tokens.gap(at, self.line.head_end - self.line.span.start).of(own)
    }

    /// Whether an address, which folds to no token, follows token `at - 1`.
    fn links_behind(&self, at: usize) -> bool {
        let gap = self.gap(at);
        gap.contains('@') || gap.contains("://") || gap.contains("www.")
    }

    /// Whether the sign of a label is between token `at - 1` and token `at`.
    fn labels(&self, at: usize) -> bool {
        self.gap(at).contains([':', '：', '/', '|', '-', '–', '—'])
    }

    /// The cue of a line that is agencies' marks alone, or a place or dateline that ends with one.
    fn agency(&self) -> Option<LineCue> {
        if self.line.words > 12 {
            return None;
        }

        // Marks are taken off from the end of the line.
        let mut rest = self.tokens.len();
        while let Some(before) = self.agency_before(rest) {
            rest = before;
        }
        if rest == self.tokens.len() {
            return None;
        }

        let dated = || (1..rest).any(|at| self.tokens.end_of(&TABLE.dateline_word, at).is_some());
        let placed = || rest <= 3 && self.gap(rest).contains(['-', '–', '—', 'ـ', ':', '/', '،', ',']);
        let mark = LineCue { family: cues::AGENCY, alone: true, weak: false };
        (rest == 0 || placed() || dated()).then_some(mark)
    }

    /// The beginning of the agency's mark that ends before token `end`.
    fn agency_before(&self, end: usize) -> Option<usize> {
        TABLE.agencies.iter().find_map(|agency| {
            let start = end.checked_sub(agency.words.len())?;
            self.tokens.end_of(agency, start).map(|_| start)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::lines::each_line;

    fn cue(line: &str) -> Option<LineCue> {
        let mut found = None;
        let mut matcher = PhraseMatcher::default();
        each_line(line, |measured| found = matcher.find(line, &measured));
        found
    }

    #[test]
    fn every_phrase_matches_the_line_that_is_only_it() {
        for (family, _, phrase) in readable() {
            let line = phrase.replace('*', "").replace('…', "وكذلك");
            let cue = cue(&line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(cue.family, family, "{line}");
        }
        for agency in cues::AGENCIES {
            assert!(cue(agency).is_some(), "{agency}");
            assert_eq!(cue(&format!("الرياض - {agency}")).map(|cue| cue.family), Some(CueFamily::Agency), "{agency}");
        }
    }

    #[test]
    fn the_table_is_folded_whole() {
        assert_eq!(TABLE.phrases.len(), readable().count());
        let sorted = TABLE.phrases.is_sorted_by(|a, b| a.first() <= b.first());
        let searchable = TABLE.phrases.iter().all(|phrase| !phrase.head.prefix || phrase.head.words.len() > 1);
        assert!(searchable, "the search goes by the first word, which must be whole");
        assert!(sorted && TABLE.phrases.iter().all(|phrase| !phrase.first().is_empty()));
    }
}
