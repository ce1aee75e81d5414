//! The borders of a cut: at words, at sentences, and the blanks around them.

use std::ops::Range;

use super::folded_words::is_glued;
use super::sentence;
use crate::document::Span;

/// A cut with its final borders, in words and in bytes.
pub(super) struct SettledCut {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) span: Span,
}

/// The words of a cut and one on each side, with the text of their document.
pub(super) struct CutWords<'t> {
    text: &'t str,
    spans: Vec<Span>,
    /// The word of `spans[0]`.
    first: u64,
    of_document: Range<u64>,
}

impl<'t> CutWords<'t> {
    /// `spans` are those of the words from `first` on.
    pub(super) fn new(text: &'t str, spans: Vec<Span>, first: u64, of_document: Range<u64>) -> Self {
        debug_assert!(of_document.contains(&first));
        Self { text, spans, first, of_document }
    }

    /// The bytes of a word; `None` outside the document.
    fn span(&self, word: u64) -> Option<Span> {
        if !self.of_document.contains(&word) {
            return None;
        }
        self.spans.get((word - self.first) as usize).copied()
    }

    /// The border before `word`.
    fn border(&self, word: u64) -> CutBorder<'t> {
        let before = if word > self.of_document.start { self.span(word - 1) } else { None };
        CutBorder { before, after: self.span(word), text: self.text }
    }

    /// Whether a word ends before `word`.
    pub(super) fn is_clean(&self, word: u64) -> bool {
        !self.border(word).is_glued()
    }

    /// Whether a sentence ends before `word`.
    pub(super) fn is_sentence_border(&self, word: u64) -> bool {
        self.border(word).sentence_end().is_some()
    }

    /// The cut from word `start` to before word `end`, with its bytes.
    pub(super) fn settled(&self, start: u64, end: u64) -> Option<SettledCut> {
        if start >= end {
            return None;
        }

        // At a sentence border the marks and blanks between the words belong to the sentence that they end.
        let word_start = self.border(start).after?.start;
        let from = self.border(start).sentence_end().map_or(word_start, |border| {
            let skipped = self.text[border..].len() - self.text[border..].trim_start().len();
            (border + skipped).min(word_start)
        });
        let word_end = self.border(end).before?.end;
        let until = self.border(end).sentence_end().unwrap_or(word_end);

        Some(SettledCut { start, end, span: with_spare_blanks(self.text, Span::new(from, until)) })
    }
}

/// The place between two words of a document, or at its start or end.
struct CutBorder<'t> {
    before: Option<Span>,
    after: Option<Span>,
    text: &'t str,
}

impl CutBorder<'_> {
    /// Whether both tokens are part of one word or come from one character.
    fn is_glued(&self) -> bool {
        matches!((self.before, self.after), (Some(before), Some(after)) if is_glued(before, after))
    }

    /// The end of the sentence that ends here, in bytes; `None` if no sentence ends here.
    fn sentence_end(&self) -> Option<usize> {
        match (self.before, self.after) {
            (Some(before), Some(after)) if !is_glued(before, after) => {
                let gap = Span::new(before.end, after.start).of(self.text);
                sentence::end_in(before.of(self.text), gap).map(|end| before.end + end)
            }
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some(self.text.trim_end().len()),
            (None, _) => Some(0),
        }
    }
}

/// The span, extended by the blanks that would be doubled or left at a line end once it is removed.
fn with_spare_blanks(text: &str, Span { start, end }: Span) -> Span {
    let (before, after) = (&text[..start], &text[end..]);
    let is_blank = |character: char| character.is_whitespace() && character != '\n' && character != '\r';

    if after.is_empty() || after.starts_with(['\n', '\r']) {
        return Span::new(before.trim_end_matches(is_blank).len(), end);
    }

    let follows_blank = before.chars().next_back().is_none_or(char::is_whitespace);
    let skipped = if follows_blank { after.len() - after.trim_start_matches(is_blank).len() } else { 0 };
    Span::new(start, end + skipped)
}
