//! The folded tokens of a text, with their hashes and places.

use crate::document::Span;
use crate::normalize::TokenSink;
use crate::shingle::hash::HashKeys;

/// The base of the hashes of windows: odd, so that no token is lost.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// The tokens of one text. Reused from text to text.
#[derive(Debug, Clone)]
pub(crate) struct FoldedTokens {
    keys: HashKeys,
    bytes: Vec<u8>,
    /// The end of each token in `bytes`.
    ends: Vec<usize>,
    spans: Vec<Span>,
    /// The hash of all tokens before each place, and of all.
    prefixes: Vec<u64>,
}

impl FoldedTokens {
    pub(crate) fn new() -> Self {
        let keys = HashKeys::new(1);
        Self { keys, bytes: Vec::new(), ends: Vec::new(), spans: Vec::new(), prefixes: vec![0] }
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.spans.clear();
        self.prefixes.truncate(1);
    }

    /// Number of tokens.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a token.
    pub(super) fn token(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[place]]
    }

    /// The place of a token in the text.
    pub(super) fn span(&self, place: usize) -> Span {
        self.spans[place]
    }

    /// The hash of the window of `length` tokens from `start` on. `power` is that of the length.
    pub(super) fn window(&self, start: usize, length: usize, power: u64) -> u64 {
        self.prefixes[start + length].wrapping_sub(self.prefixes[start].wrapping_mul(power))
    }
}

/// The power of the base for windows of `length` tokens.
pub(super) fn power(length: usize) -> u64 {
    (0..length).fold(1, |power: u64, _| power.wrapping_mul(BASE))
}

impl TokenSink for FoldedTokens {
    fn token(&mut self, token: &[u8], span: Span) {
        self.bytes.extend_from_slice(token);
        self.ends.push(self.bytes.len());
        self.spans.push(span);

        let before = self.prefixes.last().copied().unwrap_or(0);
        self.prefixes.push(before.wrapping_mul(BASE).wrapping_add(self.keys.bytes(token)));
    }
}
