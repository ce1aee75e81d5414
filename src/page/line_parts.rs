//! The parts of a line that are learned and looked up (the line, its head, its tail), each as a hash of folded tokens.

use super::matcher::{self, TokenBuffer};
use crate::normalize::{FoldScratch, Normalizer, alphabet};
use crate::shingle::hash::HashKeys;

/// Most tokens of a line that is learned whole.
pub(super) const LINE_TOKENS: usize = 24;
/// Tokens of a head or tail.
pub(super) const PART_TOKENS: usize = 5;
/// Longer lines have more than [`LINE_TOKENS`].
const LINE_BYTES: usize = 720;
/// Bytes of a longer line in which its head or tail is searched.
const PART_BYTES: usize = 160;
/// Seed of the hashes, which are computed from the words of a rules file and never stored.
const SEED: u64 = 0x6D75_6B61_7272_6172;

/// The part of a line that a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleKind {
    /// A whole line of at most 24 tokens.
    Line,
    /// The first five tokens of a line of more than ten.
    Head,
    /// The last five tokens of such a line.
    Tail,
}

/// A part of a line, with its place in the line.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinePart {
    pub(super) kind: RuleKind,
    pub(super) hash: u64,
    /// Its first byte in the line, and the end.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Finds the parts of lines; holds reusable buffers.
#[derive(Debug)]
pub(super) struct PartFinder {
    normalizer: Normalizer,
    scratch: FoldScratch,
    tokens: TokenBuffer,
    keys: HashKeys,
    hashes: Vec<u64>,
}

impl Default for PartFinder {
    fn default() -> Self {
        Self {
            normalizer: matcher::normalizer(),
            scratch: FoldScratch::default(),
            tokens: TokenBuffer::default(),
            keys: HashKeys::new(SEED),
            hashes: Vec::new(),
        }
    }
}

impl PartFinder {
    fn fold(&mut self, text: &str) {
        self.tokens.clear();
        self.normalizer.fold(text, &mut self.scratch, &mut self.tokens);
    }

    /// Calls `found` with each part of `line`, which has no white space at its ends.
    pub(super) fn parts(&mut self, line: &str, mut found: impl FnMut(LinePart)) {
        if line.len() <= LINE_BYTES {
            self.fold(line);
            let tokens = self.tokens.len();
            if (1..=LINE_TOKENS).contains(&tokens) {
                found(self.part(RuleKind::Line, 0, tokens, 0));
            }
            if tokens > 2 * PART_TOKENS {
                found(self.part(RuleKind::Head, 0, PART_TOKENS, 0));
                found(self.part(RuleKind::Tail, tokens - PART_TOKENS, tokens, 0));
            }
            return;
        }

        // Only the ends of a long line are folded. They are cut at white space, so that their tokens are those of the line.
        let space = |byte: &u8| byte.is_ascii_whitespace();
        let head = line.as_bytes()[..PART_BYTES].iter().rposition(space).map_or("", |end| &line[..end]);
        self.fold(head);
        if self.tokens.len() >= PART_TOKENS {
            found(self.part(RuleKind::Head, 0, PART_TOKENS, 0));
        }

        let from = line.len() - PART_BYTES;
        let tail = line.as_bytes()[from..].iter().position(space).map_or(line.len(), |place| from + place);
        self.fold(&line[tail..]);
        let tokens = self.tokens.len();
        if tokens >= PART_TOKENS {
            found(self.part(RuleKind::Tail, tokens - PART_TOKENS, tokens, tail));
        }
    }

    /// The part of tokens `from..to` of the folded text, which begins at byte `offset` of the line.
    fn part(&mut self, kind: RuleKind, from: usize, to: usize, offset: usize) -> LinePart {
        debug_assert!(from < to && to <= self.tokens.len(), "tokens {from}..{to} of {}", self.tokens.len());
        let start = self.tokens.span(from).map_or(offset, |span| offset + span.start);
        let end = self.tokens.span(to - 1).map_or(start, |span| offset + span.end);

        LinePart { kind, hash: self.hash(kind, from, to), start, end }
    }

    fn hash(&mut self, kind: RuleKind, from: usize, to: usize) -> u64 {
        self.hashes.clear();
        let tokens = (from..to).filter_map(|at| self.tokens.get(at));
        self.hashes.extend(tokens.map(|token| self.keys.bytes(token)));
        // The kind is hashed too: a line of five words is no head.
        self.hashes.push(kind as u64);
        self.keys.shingle(&self.hashes)
    }

    /// The folded words of a part, with single spaces.
    pub(super) fn words(&mut self, part: &str) -> String {
        self.fold(part);
        let words = (0..self.tokens.len()).filter_map(|at| self.tokens.get(at)).map(alphabet::to_utf8);
        words.collect::<Vec<_>>().join(" ")
    }

    /// The hash of a part from its folded words; `None` if they cannot be such a part.
    pub(super) fn hash_of_words(&mut self, kind: RuleKind, words: &str) -> Option<u64> {
        // The fold never joins words across a line break, so each word stays one token.
        self.fold(&words.split_whitespace().collect::<Vec<_>>().join("\n"));
        let tokens = self.tokens.len();
        let fits = match kind {
            RuleKind::Line => (1..=LINE_TOKENS).contains(&tokens),
            RuleKind::Head | RuleKind::Tail => tokens == PART_TOKENS,
        };
        fits.then(|| self.hash(kind, 0, tokens))
    }
}
