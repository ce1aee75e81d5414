//! The sink that turns the tokens of a unit into shingle hashes and a fingerprint.

use super::fingerprint::Fingerprint;
use super::hash::{HashKeys, finish};
use super::kernel::{fingerprint, word_shingles};
use super::{ShingleKind, ShingleSet};
use crate::document::Excerpt;
use crate::kernel::InstructionSet;
use crate::normalize::{BatchSink, FoldScratch, Normalizer, TokenBatch, alphabet};

/// Folds and shingles one unit after another in reused buffers. One per thread.
#[derive(Debug)]
pub struct Shingler {
    kind: ShingleKind,
    keys: HashKeys,
    scratch: FoldScratch,
    parts: TokenParts,
    hashes: Vec<u64>,
}

/// The result for one unit.
#[derive(Debug)]
pub struct ShingledUnit<'a> {
    /// Shingle hashes in text order, repeats included.
    pub hashes: &'a [u64],
    /// The hash of each folded token, in text order.
    pub token_hashes: &'a [u64],
    /// Number of folded tokens.
    pub tokens: usize,
    /// The hash of the token sequence.
    pub fingerprint: Fingerprint,
    /// A 64-bit hash of the number tokens, independent of their order; 0 if there are none.
    pub numbers: u64,
}

impl ShingledUnit<'_> {
    /// The distinct shingles.
    #[must_use]
    pub fn set(&self) -> ShingleSet {
        ShingleSet::of(self.hashes)
    }
}

impl Shingler {
    /// A shingler for one kind of shingle, its hash seeded by `seed`.
    #[must_use]
    pub fn new(kind: ShingleKind, seed: u64) -> Self {
        let keys = HashKeys::new(seed);
        Self { kind, keys, scratch: FoldScratch::default(), parts: TokenParts::new(keys), hashes: Vec::new() }
    }

    /// Folds `text` and hashes its shingles. O(bytes).
    pub fn shingle(&mut self, normalizer: &Normalizer, text: &str) -> ShingledUnit<'_> {
        self.shingle_excerpt(normalizer, Excerpt::whole(text))
    }

    /// As [`shingle`](Self::shingle), for an excerpt: shingles continue across its pieces. O(bytes).
    pub fn shingle_excerpt(&mut self, normalizer: &Normalizer, excerpt: Excerpt<'_>) -> ShingledUnit<'_> {
        self.parts.clear(matches!(self.kind, ShingleKind::Char(_)));
        self.fold(normalizer, excerpt);
        self.finish()
    }

    /// As [`shingle_excerpt`](Self::shingle_excerpt); also returns the folded text: the tokens in the compact
    /// [`alphabet`](crate::normalize::alphabet), joined by one space. O(bytes).
    pub fn shingle_and_keep(&mut self, normalizer: &Normalizer, excerpt: Excerpt<'_>) -> (ShingledUnit<'_>, Box<[u8]>) {
        self.parts.clear(true);
        self.fold(normalizer, excerpt);
        let folded = self.parts.text.as_slice().into();
        (self.finish(), folded)
    }

    /// Hashes the shingles of a text folded by [`shingle_and_keep`](Self::shingle_and_keep); the result is the same.
    /// O(bytes).
    pub fn shingle_folded(&mut self, folded: &[u8]) -> ShingledUnit<'_> {
        self.parts.clear(matches!(self.kind, ShingleKind::Char(_)));
        folded.split(|byte| *byte == b' ').filter(|token| !token.is_empty()).for_each(|token| self.parts.token(token));
        self.finish()
    }

    fn fold(&mut self, normalizer: &Normalizer, excerpt: Excerpt<'_>) {
        for (_, piece) in excerpt.pieces() {
            self.parts.begin_piece();
            normalizer.fold_batches(piece, &mut self.scratch, &mut self.parts);
        }
    }

    /// The result from the tokens of the unit.
    fn finish(&mut self) -> ShingledUnit<'_> {
        let kernel = InstructionSet::best();
        self.hashes.clear();

        match self.kind {
            ShingleKind::Word(n) => word_shingles(kernel, &self.parts.tokens, n.into(), &self.keys, &mut self.hashes),
            ShingleKind::Char(n) => char_shingles(&self.parts, n.into(), &self.keys, &mut self.hashes),
        }

        ShingledUnit {
            hashes: &self.hashes,
            token_hashes: &self.parts.tokens,
            tokens: self.parts.tokens.len(),
            fingerprint: fingerprint(kernel, &self.parts.tokens),
            numbers: self.parts.numbers,
        }
    }
}

/// The sink: token hashes and, if needed (as by character shingles), the folded text.
#[derive(Debug)]
struct TokenParts {
    keys: HashKeys,
    keep_text: bool,
    tokens: Vec<u64>,
    text: Vec<u8>,
    numbers: u64,
    /// Tokens, bytes and numbers before the current piece, to which [`restart`](BatchSink::restart) returns.
    before: (usize, usize, u64),
}

impl TokenParts {
    fn new(keys: HashKeys) -> Self {
        Self { keys, keep_text: false, tokens: Vec::new(), text: Vec::new(), numbers: 0, before: (0, 0, 0) }
    }

    fn clear(&mut self, keep_text: bool) {
        self.keep_text = keep_text;
        self.tokens.clear();
        self.text.clear();
        self.numbers = 0;
        self.before = (0, 0, 0);
    }

    /// Notes the beginning of a piece.
    fn begin_piece(&mut self) {
        self.before = (self.tokens.len(), self.text.len(), self.numbers);
    }

    /// [`keep`](Self::keep) of the first `length` bytes of `window`.
    #[inline(always)]
    fn keep_short(&mut self, window: &[u8; 16], length: usize, hash: u64) {
        // Few tokens are numbers, and a number begins with a digit or a stop.
        if matches!(window[0], b'0'..=b'9' | b'.') {
            self.keep(&window[..length], hash);
            return;
        }

        if !self.text.is_empty() {
            self.text.push(b' ');
        }
        // A copy of constant length is faster; what is too much is cut off again.
        let end = self.text.len() + length;
        self.text.extend_from_slice(window);
        self.text.truncate(end);
    }

    /// Appends a token to the text, and counts it if it is a number.
    fn keep(&mut self, token: &[u8], hash: u64) {
        if !self.text.is_empty() {
            self.text.push(b' ');
        }
        self.text.extend_from_slice(token);

        if alphabet::is_number(token) {
            // A sum does not depend on the order; an odd summand is never zero, so one number is told from none.
            self.numbers = self.numbers.wrapping_add(finish(hash) | 1);
        }
    }
}

impl BatchSink for TokenParts {
    fn token(&mut self, token: &[u8]) {
        let hash = self.keys.bytes(token);
        self.tokens.push(hash);
        if self.keep_text {
            self.keep(token, hash);
        }
    }

    #[inline(always)]
    fn token_in(&mut self, buffer: &[u8], length: usize) {
        match buffer.first_chunk() {
            Some(window) if length <= window.len() && !self.keep_text => {
                self.tokens.push(self.keys.short(window, length));
            }
            _ => self.token(&buffer[..length]),
        }
    }

    fn batch(&mut self, batch: &TokenBatch<'_>) {
        let keys = self.keys;
        if self.keep_text {
            for (window, place, length) in batch.windows() {
                if length > window.len() {
                    self.token(batch.word(place, length));
                    continue;
                }

                let hash = keys.short(window, length);
                self.tokens.push(hash);
                self.keep_short(window, length, hash);
            }
            return;
        }

        self.tokens.extend(batch.windows().map(|(window, place, length)| match length {
            // Sixteen bytes are one load; only longer tokens need a loop.
            0..=16 => keys.short(window, length),
            _ => keys.bytes(batch.word(place, length)),
        }));
    }

    fn restart(&mut self) {
        let (tokens, bytes, numbers) = self.before;
        self.tokens.truncate(tokens);
        self.text.truncate(bytes);
        self.numbers = numbers;
    }
}

/// Bytes of one load.
const LOADED: usize = 16;

/// Appends the hashes of all windows of `n` characters, or of the whole text if it is shorter.
fn char_shingles(parts: &TokenParts, n: usize, keys: &HashKeys, out: &mut Vec<u64>) {
    let text = &parts.text;
    out.reserve(text.len());
    // Nearly every text has.
    if text.len() >= n && has_narrow_characters(text) {
        match n {
            3 => byte_shingles(text, 3, keys, out),
            _ => byte_shingles(text, n, keys, out),
        }
    } else {
        wide_shingles(text, n, keys, out);
    }
}

/// Whether all characters of a text have one byte.
fn has_narrow_characters(text: &[u8]) -> bool {
    // Without a branch for each byte.
    !text.iter().fold(false, |found, byte| found | (alphabet::width(*byte) > 1))
}

/// The hashes of all windows of `n` of the bytes, which are at least as many: each is a character.
#[inline(always)]
fn byte_shingles(text: &[u8], n: usize, keys: &HashKeys, out: &mut Vec<u64>) {
    let first = out.len();
    // One load without a loop, except for long windows and at the end of the text.
    if n <= LOADED {
        let windows = text.windows(LOADED).filter_map(<[u8]>::first_chunk);
        out.extend(windows.map(|window| keys.short_characters(window, n, n)));
    }
    let loaded = out.len() - first;
    out.extend(text[loaded..].windows(n).map(|window| keys.characters(window, n)));
}

/// The same for characters of any width, or fewer than `n`.
fn wide_shingles(text: &[u8], n: usize, keys: &HashKeys, out: &mut Vec<u64>) {
    let (mut start, mut end, mut length) = (0, 0, 0);

    while end < text.len() {
        // The window [start, end) takes in one character and, once it holds n, drops its first.
        end = (end + alphabet::width(text[end])).min(text.len());
        length += 1;
        if length == n {
            out.push(match text.get(start..).and_then(<[u8]>::first_chunk) {
                // One load without a loop, except for long windows and at the end of the text.
                Some(window) if end - start <= window.len() => keys.short_characters(window, end - start, n),
                _ => keys.characters(&text[start..end], n),
            });
            start += alphabet::width(text[start]);
            length -= 1;
        }
    }

    if out.is_empty() && length > 0 {
        out.push(keys.characters(text, length));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn characters_of_one_byte_give_the_shingles_of_any_characters(text in "[ ا-يa-z]{0,60}", n in 1_usize..33) {
            let (text, keys) = (alphabet::to_compact(&text), HashKeys::new(5));
            let (mut bytes, mut wide) = (Vec::new(), Vec::new());
            wide_shingles(&text, n, &keys, &mut wide);
            if text.len() >= n && has_narrow_characters(&text) {
                byte_shingles(&text, n, &keys, &mut bytes);
                prop_assert_eq!(bytes, wide);
            }
        }
    }
}
