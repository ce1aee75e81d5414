//! The tokens of a text that no shared trigram covers.

use std::ops::Range;

/// Tokens of a trigram.
pub(super) const TRIGRAM: usize = 3;

/// The own tokens of one text.
#[derive(Debug)]
pub(super) struct OwnText {
    /// For each token whether it is shared.
    covered: Vec<bool>,
    /// Number of own tokens.
    pub(super) tokens: usize,
}

impl OwnText {
    /// The own tokens of a text of `tokens` tokens whose shared trigrams begin at `starts`.
    pub(super) fn new(tokens: usize, starts: impl Iterator<Item = u32>) -> Self {
        let mut covered = vec![false; tokens];
        for start in starts {
            covered[start as usize..start as usize + TRIGRAM].fill(true);
        }

        let tokens = covered.iter().filter(|covered| !**covered).count();
        Self { covered, tokens }
    }

    /// Number of tokens of the text.
    pub(super) fn length(&self) -> usize {
        self.covered.len()
    }

    /// Whether a token is own.
    pub(super) fn is_own(&self, token: usize) -> bool {
        !self.covered[token]
    }

    /// Whether its first token is own.
    pub(super) fn begins_own(&self) -> bool {
        self.covered.first() == Some(&false)
    }

    /// Whether its last token is own.
    pub(super) fn ends_own(&self) -> bool {
        self.covered.last() == Some(&false)
    }

    /// Own tokens of a range.
    pub(super) fn count(&self, range: &Range<usize>) -> usize {
        self.covered[range.clone()].iter().filter(|covered| !**covered).count()
    }

    /// Tokens of the longest run of own ones.
    pub(super) fn longest_run(&self) -> usize {
        self.longest().map_or(0, |run| run.len())
    }

    /// The longest run of own tokens, the first of equally long ones; `None` if there is none.
    pub(super) fn longest(&self) -> Option<Range<usize>> {
        let mut longest = 0..0;
        let mut start = 0;
        for (place, covered) in self.covered.iter().enumerate() {
            if *covered {
                start = place + 1;
            } else if place + 1 - start > longest.len() {
                longest = start..place + 1;
            }
        }
        (!longest.is_empty()).then_some(longest)
    }

    /// The place of the first run of at least `least` shared tokens; the length of the text if there is none.
    pub(super) fn before_shared_run(&self, least: usize) -> usize {
        let mut run = 0;
        for (place, covered) in self.covered.iter().enumerate() {
            run = if *covered { run + 1 } else { 0 };
            if run == least {
                return place + 1 - least;
            }
        }

        self.covered.len()
    }

    /// Whether all tokens of the trigram that begins at `place` are own.
    pub(super) fn is_wholly_own(&self, place: usize) -> bool {
        self.covered[place..place + TRIGRAM].iter().all(|covered| !covered)
    }
}
