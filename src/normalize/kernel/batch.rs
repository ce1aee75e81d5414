//! The seam between folding and its fastest sinks: tokens without spans, many at a time.

use std::ops::Range;

use super::super::TokenSink;
use super::stream::CompactStream;
use crate::document::Span;

/// Takes the tokens of a text in order, without the places they came from.
pub trait BatchSink {
    /// One token: its bytes in the compact alphabet.
    fn token(&mut self, token: &[u8]);

    /// One token in the first `length` bytes of `buffer`, for a sink that may read beyond it.
    #[inline(always)]
    fn token_in(&mut self, buffer: &[u8], length: usize) {
        self.token(&buffer[..length]);
    }

    /// Many tokens.
    fn batch(&mut self, batch: &TokenBatch<'_>) {
        batch.words().for_each(|word| self.token(word));
    }

    /// The text is folded anew from its beginning: forget its tokens.
    fn restart(&mut self);
}

/// Tokens that stand in one buffer.
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

    /// Each token as the 16 bytes from its first on, whatever follows it there, with its place and length.
    #[inline(always)]
    pub fn windows(&self) -> impl ExactSizeIterator<Item = (&'s [u8; 16], usize, usize)> {
        const NONE: &[u8; 16] = &[0; 16];
        let compact = self.compact;
        self.starts.iter().zip(self.ends).map(move |(&start, &end)| {
            let place = usize::from(start);
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
    /// The words numbered `words`.
    pub(super) fn batch(&self, words: Range<usize>) -> TokenBatch<'_> {
        TokenBatch {
            compact: self.compact(),
            starts: self.starts.get(words.clone()).unwrap_or_default(),
            ends: self.ends.get(words).unwrap_or_default(),
        }
    }

    /// The first word that begins at `place` or later; `near` is one that does.
    pub(super) fn first_word(&self, near: usize, place: usize) -> usize {
        let before = self.starts[..near].iter().rposition(|&start| usize::from(start) < place);
        before.map_or(0, |word| word + 1)
    }

    /// The first word that begins at `place` or later; `near` is one before it.
    pub(super) fn next_word(&self, near: usize, place: usize) -> usize {
        let rest = &self.starts[near..self.words];
        near + rest.iter().position(|&start| usize::from(start) >= place).unwrap_or(rest.len())
    }
}

/// A sink for the walk that lets go of the spans.
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
