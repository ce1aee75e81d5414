//! The interface between folding and its fastest sinks: batches of tokens without spans.

use std::ops::Range;

use super::super::sink::TokenSink;
use super::stream::CompactStream;
use crate::document::Span;

/// Takes the tokens of a text in order, without their spans.
pub trait BatchSink {
    /// One token: its bytes in the compact alphabet.
    fn token(&mut self, token: &[u8]);

    /// One token in the first `length` bytes of `buffer`, for a sink that may read beyond it.
    #[inline(always)]
    fn token_in(&mut self, buffer: &[u8], length: usize) {
        self.token(&buffer[..length]);
    }

    /// The next tokens of the text.
    fn batch(&mut self, batch: &TokenBatch<'_>) {
        batch.words().for_each(|word| self.token(word));
    }

    /// Discards all tokens of the text, which is folded again from its beginning.
    fn restart(&mut self);
}

/// Tokens of one buffer, in text order.
#[derive(Debug)]
pub struct TokenBatch<'s> {
    compact: &'s [u8],
    starts: &'s [u16],
    ends: &'s [u16],
}

impl<'s> TokenBatch<'s> {
    /// The tokens.
    pub fn words(&self) -> impl Iterator<Item = &'s [u8]> {
        let compact = self.compact;
        self.starts.iter().zip(self.ends).map(move |(&start, &end)| &compact[start.into()..end.into()])
    }

    /// Each token as the 16 bytes of the buffer from its first byte on, with its place and length.
    #[inline(always)]
    pub fn windows(&self) -> impl ExactSizeIterator<Item = (&'s [u8; 16], usize, usize)> {
        const NONE: &[u8; 16] = &[0; 16];
        let compact = self.compact;

        self.starts.iter().zip(self.ends).map(move |(&start, &end)| {
            let place = usize::from(start);
            // At least 64 separators follow the last token, so every window exists.
            let window = compact.get(place..place + 16).and_then(|window| window.first_chunk());
            (window.unwrap_or(NONE), place, usize::from(end.wrapping_sub(start)))
        })
    }

    /// The token of `length` bytes at `place`.
    #[must_use]
    pub fn word(&self, place: usize, length: usize) -> &'s [u8] {
        &self.compact[place..place + length]
    }
}

impl CompactStream {
    /// The words numbered `words`; none if the range is inverted.
    pub(super) fn batch(&self, words: Range<usize>) -> TokenBatch<'_> {
        debug_assert!(words.end <= self.words, "words that were found");

        TokenBatch {
            compact: self.compact(),
            starts: self.starts.get(words.clone()).map_or(&[], |starts| starts),
            ends: self.ends.get(words).map_or(&[], |ends| ends),
        }
    }

    /// The first word that begins at `place` or later; `near` is such a word.
    pub(super) fn first_word(&self, near: usize, place: usize) -> usize {
        let before = self.starts[..near].iter().rposition(|&start| usize::from(start) < place);
        before.map_or(0, |word| word + 1)
    }

    /// The first word that begins at `place` or later; `near` is that word or an earlier one.
    pub(super) fn next_word(&self, near: usize, place: usize) -> usize {
        let rest = &self.starts[near..self.words];
        near + rest.iter().position(|&start| usize::from(start) >= place).unwrap_or(rest.len())
    }
}

/// A sink for the walk that drops the spans.
pub(super) struct SpanlessSink<'s, S>(pub(super) &'s mut S);

impl<S: BatchSink> TokenSink for SpanlessSink<'_, S> {
    #[inline(always)]
    fn token(&mut self, token: &[u8], _span: Span) {
        self.0.token(token);
    }

    #[inline(always)]
    fn token_in(&mut self, buffer: &[u8], length: usize, _span: Span) {
        self.0.token_in(buffer, length);
    }
}
