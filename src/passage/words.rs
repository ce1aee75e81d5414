//! Text → words: the folded tokens of a document as hashes, each with the bytes it stands in.
//!
//! A span reaches over whatever of its word folding drops (diacritics, tatweel, joiners), so that a border between two
//! words never lies inside one. Where two tokens come from one word, one address (`www.example.org`) or one character,
//! nothing stands between their spans: [`is_glued`].

use crate::document::Span;
use crate::normalize::{FoldScratch, Normalizer, TokenSink};
use crate::shingle::hash::HashKeys;

/// Words of some documents, one after the other.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct FoldedWords {
    /// Number of words of each record, rejected ones included.
    pub(crate) counts: Vec<u32>,
    /// The hash of each word.
    pub(crate) hashes: Vec<u64>,
    /// Where each word stands, as [`pack`] writes it.
    pub(crate) spans: Vec<u64>,
}

/// A span in 64 bits: texts hold less than 4 GiB.
pub(super) const fn pack(span: Span) -> u64 {
    span.start as u64 | (span.end as u64) << 32
}

/// The span that [`pack`] wrote.
pub(super) const fn unpack(packed: u64) -> Span {
    Span::new(packed as u32 as usize, (packed >> 32) as usize)
}

/// Whether `next` goes on in the word, or the character, that `span` ends in.
pub(super) const fn is_glued(span: Span, next: Span) -> bool {
    next.start <= span.end
}

/// What one thread folds words with.
#[derive(Debug)]
pub(crate) struct WordFolder {
    keys: HashKeys,
    scratch: FoldScratch,
}

impl WordFolder {
    /// A folder whose hashes come from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self { keys: HashKeys::new(seed), scratch: FoldScratch::default() }
    }

    /// Appends the words of a document; returns their number. Linear in the length of `text`.
    pub(crate) fn fold(&mut self, normalizer: &Normalizer, text: &str, words: &mut FoldedWords) -> usize {
        let first = words.hashes.len();
        let mut sink = WordSink { keys: &self.keys, text, words, last: None };
        normalizer.fold(text, &mut self.scratch, &mut sink);
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
    /// The word before, whose end is not settled.
    last: Option<Span>,
}

impl WordSink<'_> {
    fn end(&mut self) {
        if let Some(Span { start, end }) = self.last.take() {
            let rest = self.text.get(end..).unwrap_or_default();
            self.words.spans.push(pack(Span::new(start, end + leading(rest))));
        }
    }
}

impl TokenSink for WordSink<'_> {
    fn token(&mut self, token: &[u8], span: Span) {
        self.words.hashes.push(self.keys.bytes(token));
        let Span { mut start, end } = span;
        let before = self.last.map_or(0, |last| last.end);
        let gap = self.text.get(before..start).unwrap_or_default();
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

/// Whether one mark joins what ends at `before` and what begins at `start`, as in addresses and English words. Only
/// between ASCII letters and digits: behind an Arabic word a full stop without a space ends a sentence.
fn is_joint(text: &str, before: usize, start: usize) -> bool {
    let gap = text.get(before..start).unwrap_or_default();
    let bytes = text.as_bytes();
    let sides = [before.checked_sub(1), Some(start)].map(|at| at.and_then(|at| bytes.get(at)));
    matches!(gap, "." | "-" | "_" | "/" | "@" | "'" | "’")
        && sides.iter().flatten().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a character can stand inside a word; diacritics and tatweel count as letters here.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\u{200C}' | '\u{200D}')
}

/// Bytes of the word characters that `text` begins with.
fn leading(text: &str) -> usize {
    text.find(|character| !is_word(character)).unwrap_or(text.len())
}

/// Bytes of the word characters that `text` ends with.
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
    fn tokens_of_one_character_are_glued() {
        let spans = spans("النبي ﷺ قال");
        assert!(spans.len() > 3, "{spans:?}");
        let glued = spans.windows(2).filter(|pair| is_glued(pair[0], pair[1])).count();
        assert_eq!(glued, spans.len() - 3);
    }
}
