//! Text → words: the hash of each folded token, with the span of its bytes.
//!
//! A span includes the characters of its word that folding drops (diacritics, tatweel, joiners), so a border between
//! two spans never splits a word. Tokens of one word, one address (`www.example.org`) or one character have spans
//! without a gap between them: [`is_glued`].

use crate::document::{Excerpt, Span};
use crate::normalize::{FoldScratch, Normalizer, TokenSink};
use crate::page::TimeFinder;
use crate::shingle::hash::HashKeys;

/// The words of consecutive documents.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct FoldedWords {
    /// Number of words of each record, rejected ones included.
    pub(crate) counts: Vec<u32>,
    /// The hash of each word.
    pub(crate) hashes: Vec<u64>,
    /// The span of each word, encoded by [`pack`].
    pub(crate) spans: Vec<u64>,
}

/// Encodes a span in 64 bits. Texts are shorter than 4 GiB.
pub(super) const fn pack(span: Span) -> u64 {
    span.start as u64 | (span.end as u64) << 32
}

/// Decodes a span that [`pack`] encoded.
pub(super) const fn unpack(packed: u64) -> Span {
    Span::new(packed as u32 as usize, (packed >> 32) as usize)
}

/// Whether `span` and the following `next` belong to one word or one character.
pub(super) const fn is_glued(span: Span, next: Span) -> bool {
    next.start <= span.end
}

/// Folds texts to words. One for each thread.
#[derive(Debug)]
pub(crate) struct WordFolder {
    keys: HashKeys,
    scratch: FoldScratch,
    times: TimeFinder,
    /// The text between the times at the edges of lines; empty if there are none.
    kept: Vec<Span>,
}

impl WordFolder {
    /// A folder whose hashes come from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let keys = HashKeys::new(seed);
        Self { keys, scratch: FoldScratch::default(), times: TimeFinder::default(), kept: Vec::new() }
    }

    /// Appends the words of one document, without the times at the edges of its lines, and returns their number. Takes time linear in the length of `text`.
    pub(crate) fn fold(&mut self, normalizer: &Normalizer, text: &str, words: &mut FoldedWords) -> usize {
        let first = words.hashes.len();

        self.times.between(text, &mut self.kept);
        let excerpt = if self.kept.is_empty() { Excerpt::whole(text) } else { Excerpt::new(text, &self.kept) };
        let mut sink = WordSink { keys: &self.keys, text, words, last: None };
        normalizer.fold_excerpt(excerpt, &mut self.scratch, &mut sink);
        sink.end();

        let count = words.hashes.len() - first;
        words.counts.push(count as u32);
        count
    }
}

struct WordSink<'a> {
    keys: &'a HashKeys,
    text: &'a str,
    words: &'a mut FoldedWords,
    /// The last word, whose end is known only when the next one begins.
    last: Option<Span>,
}

impl WordSink<'_> {
    fn end(&mut self) {
        if let Some(Span { start, end }) = self.last.take() {
            let rest = between(self.text, end, self.text.len());
            self.words.spans.push(pack(Span::new(start, end + leading(rest))));
        }
    }
}

impl TokenSink for WordSink<'_> {
    fn token(&mut self, token: &[u8], span: Span) {
        self.words.hashes.push(self.keys.bytes(token));

        // Word characters in the gap belong to the word that they touch: `lead` bytes to the last word, and those at
        // the end of the gap to this one. A gap of word characters only, or a joint, leaves no border between the
        // words.
        let Span { mut start, end } = span;
        let before = self.last.map_or(0, |last| last.end);
        let gap = between(self.text, before, start);
        let lead = if is_joint(self.text, before, start) { gap.len() } else { leading(gap) };
        if let Some(last) = self.last {
            if lead < gap.len() {
                start -= trailing(gap);
            }
            self.words.spans.push(pack(Span::new(last.start, before + lead)));
        } else {
            start -= trailing(gap);
        }

        self.last = Some(Span::new(start, end));
    }
}

/// The text from byte `start` to `end`; empty where two tokens share a span, as those of one character do.
fn between(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

/// Whether a single mark joins the tokens that end at `before` and begin at `start`, as in addresses and English words.
/// Only between ASCII letters and digits: after an Arabic word a full stop without a space ends a sentence.
fn is_joint(text: &str, before: usize, start: usize) -> bool {
    let gap = between(text, before, start);
    let bytes = text.as_bytes();
    let sides = [before.checked_sub(1), Some(start)].map(|at| at.and_then(|at| bytes.get(at)));
    matches!(gap, "." | "-" | "_" | "/" | "@" | "'" | "’")
        && sides.iter().flatten().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a character can be part of a word. Arabic diacritics and tatweel are alphanumeric in Unicode's sense.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\u{200C}' | '\u{200D}')
}

/// Number of bytes of the word characters at the start of `text`.
fn leading(text: &str) -> usize {
    text.find(|character| !is_word(character)).unwrap_or(text.len())
}

/// Number of bytes of the word characters at the end of `text`.
fn trailing(text: &str) -> usize {
    text.len() - text.trim_end_matches(is_word).len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::{Language, Profile};

    fn spans(text: &str) -> Vec<Span> {
        let mut words = FoldedWords::default();
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let count = WordFolder::new(1).fold(&normalizer, text, &mut words);
        assert_eq!((count, words.counts.as_slice()), (words.spans.len(), [count as u32].as_slice()));
        assert_eq!(words.hashes.len(), words.spans.len());
        words.spans.into_iter().map(unpack).collect()
    }

    #[test]
    fn a_span_takes_the_whole_word_along() {
        let text = "قالَ الـرئيسُ: «كتابٌ» مهمٌّ";
        let found: Vec<&str> = spans(text).into_iter().map(|span| span.of(text)).collect();
        assert_eq!(found, ["قالَ", "الـرئيسُ", "كتابٌ", "مهمٌّ"]);
        assert_eq!(spans(" ، "), []);
    }

    #[test]
    fn an_address_is_one_word_and_a_full_stop_ends_a_sentence() {
        let glued = |text: &str| spans(text).windows(2).map(|pair| is_glued(pair[0], pair[1])).collect::<Vec<_>>();
        assert!(glued("secb.gov.sa/page").into_iter().all(|glued| glued));
        assert_eq!(glued("انتهى.وبدأ"), [false]);
        assert_eq!(glued("one. two"), [false]);
    }

    #[test]
    fn times_at_the_edges_of_lines_are_no_words() {
        let text = "افتتاح محطة جديدة - قبل 11 ساعات\nمنذ دقيقتين: دراسة تكشف الفوائد\n";
        let found: Vec<&str> = spans(text).into_iter().map(|span| span.of(text)).collect();
        assert_eq!(found, ["افتتاح", "محطة", "جديدة", "دراسة", "تكشف", "الفوائد"]);
    }

    #[test]
    fn tokens_of_one_character_are_glued() {
        let spans = spans("النبي ﷺ قال");
        assert!(spans.len() > 3, "{spans:?}");
        let glued = spans.windows(2).filter(|pair| is_glued(pair[0], pair[1])).count();
        assert_eq!(glued, spans.len() - 3);
    }
}
