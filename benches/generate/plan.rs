//! Which document is a copy of which, and of what words each is made.
//!
//! Everything about document i follows from (seed, i), so nothing is remembered: a copy makes the words of its original
//! once more. Memory does not grow with the number of documents, and a longer run begins with the bytes of a shorter one.

use std::fmt;

use crate::rng::{Rng, mix};
use crate::words::Vocabulary;

/// Word numbers from here on are written numbers: the year 2026 is `NUMBER + 2026`.
pub(crate) const NUMBER: u32 = 1 << 31;

/// How a copy differs from its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In nothing.
    Exact,
    /// Some words replaced, dropped or added.
    Edit,
    /// In marks, hamza, letter forms and digits only: equal after folding.
    Respell,
    /// Its tail is cut off.
    Cut,
}

impl Kind {
    /// All kinds, in the order of their weights.
    pub(crate) const ALL: [Self; 4] = [Self::Exact, Self::Edit, Self::Respell, Self::Cut];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Edit => "edit",
            Self::Respell => "respell",
            Self::Cut => "cut",
        })
    }
}

/// What the corpus looks like.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    /// Mean length in words.
    pub(crate) tokens: u64,
    /// Copies in a million documents.
    pub(crate) copies: u64,
    /// Weights of the kinds, in the order of [`Kind::ALL`].
    pub(crate) kinds: [u64; 4],
    /// Largest share of edited words, in a million; a copy's own share is anything up to it.
    pub(crate) edits: u64,
    /// How many documents back a copy looks for what it repeats; 0 is any.
    pub(crate) window: u64,
}

impl Shape {
    /// The original of a document and how the document differs from it; `None` for an original.
    pub(crate) fn copy_of(&self, document: u64) -> Option<(u64, Kind)> {
        let (parent, kind) = self.parent(document)?;
        let mut original = parent;
        while let Some((older, _)) = self.parent(original) {
            original = older;
        }
        Some((original, kind))
    }

    /// The earlier document that a copy was drawn to repeat, which may itself be a copy.
    fn parent(&self, document: u64) -> Option<(u64, Kind)> {
        let mut rng = Rng::new(self.seed, document, 2);
        if document == 0 || !rng.chance(self.copies) {
            return None;
        }
        let reach = if self.window == 0 { document } else { self.window.min(document) };
        let parent = document - 1 - rng.below(reach);
        let mut draw = rng.below(self.kinds.iter().sum());
        let kind = Kind::ALL.into_iter().zip(self.kinds).find(|(_, weight)| {
            let found = draw < *weight;
            draw = draw.saturating_sub(*weight);
            found
        });
        kind.map(|(kind, _)| (parent, kind))
    }

    /// The words of an original.
    pub(crate) fn original(&self, document: u64, vocabulary: &Vocabulary, words: &mut Vec<u32>) {
        let mut rng = Rng::new(self.seed, document, 3);
        words.clear();
        words.extend((0..self.length(&mut rng)).map(|_| word(vocabulary, &mut rng)));
    }

    /// Lengths spread around the mean; one document in sixteen is four times as long.
    fn length(&self, rng: &mut Rng) -> u64 {
        let spread = rng.below(1001) + rng.below(1001);
        let long = if rng.below(16) == 0 { 4 } else { 1 };
        // 1 + 3/16 is what the long ones add to the mean.
        (self.tokens * long * spread * 16 / 19 / 1000).max(6)
    }

    /// Makes the words of an original those of a copy.
    pub(crate) fn change(&self, document: u64, kind: Kind, vocabulary: &Vocabulary, words: &mut Vec<u32>) {
        let mut rng = Rng::new(self.seed, document, 4);
        match kind {
            Kind::Exact | Kind::Respell => {}
            Kind::Cut => words.truncate((words.len() * (600 + rng.below(390) as usize) / 1000).max(1)),
            Kind::Edit => self.edit(&mut rng, vocabulary, words),
        }
    }

    fn edit(&self, rng: &mut Rng, vocabulary: &Vocabulary, words: &mut Vec<u32>) {
        let share = rng.below(self.edits + 1);
        let old = std::mem::take(words);
        for number in old {
            match if rng.chance(share) { rng.below(3) } else { 3 } {
                0 => {}
                1 => words.push(word(vocabulary, rng)),
                2 => words.extend([number, word(vocabulary, rng)]),
                _ => words.push(number),
            }
        }
        if words.is_empty() {
            words.push(word(vocabulary, rng));
        }
    }
}

/// One word in 64 is a written number.
fn word(vocabulary: &Vocabulary, rng: &mut Rng) -> u32 {
    if rng.below(64) == 0 { NUMBER + rng.below(3000) as u32 } else { vocabulary.draw(rng) }
}

/// Jaccard of two word sequences over their runs of `n` words; fewer than n words are one run.
///
/// Exact but for two runs of the same 64-bit hash, which no corpus of this size is likely to hold.
pub(crate) fn jaccard(a: &[u32], b: &[u32], n: usize) -> f64 {
    let (a, b) = (runs(a, n), runs(b, n));
    let (mut rest_a, mut rest_b, mut shared) = (&a[..], &b[..], 0_usize);
    while let (Some((x, after_x)), Some((y, after_y))) = (rest_a.split_first(), rest_b.split_first()) {
        shared += usize::from(x == y);
        (rest_a, rest_b) = (if x <= y { after_x } else { rest_a }, if y <= x { after_y } else { rest_b });
    }
    shared as f64 / (a.len() + b.len() - shared) as f64
}

/// The hashes of a sequence's runs of `n` words, sorted, each once.
fn runs(words: &[u32], n: usize) -> Vec<u64> {
    let hash = |run: &[u32]| run.iter().fold(n as u64, |hash, &word| mix(hash.rotate_left(7) ^ u64::from(word)));
    let mut runs: Vec<u64> = if words.len() < n { vec![hash(words)] } else { words.windows(n).map(hash).collect() };
    runs.sort_unstable();
    runs.dedup();
    runs
}
