//! A sample of the texts of a run, taken in the first pass, in which words are counted for the facts guard.
//!
//! The texts with the smallest fingerprints are the sample. A fingerprint is a hash, so the sample has no preference, and it is
//! the same in any order of the blocks. Equal texts have equal fingerprints and count once.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::shingle::Fingerprint;
use crate::similarity::facts::WordFrequencies;

/// Most texts of the sample. A word of 2 % of all texts is in 2 % of this sample with a standard error of .2 %.
const TEXTS: usize = 4096;

/// Most distinct words of all sampled texts together: books take no more memory than news. 8 MB.
const WORDS: usize = 2 << 20;

/// First tokens of a text in which words are counted.
const TOKENS: usize = 2001;

/// Sampled texts, with the halves of the hashes of their distinct words.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct WordSample {
    pub(super) texts: Vec<SampledText>,
    /// Number of words of all texts.
    words: usize,
    /// Number of texts that are in order; those behind came later.
    ordered: usize,
}

/// A text of the sample.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SampledText {
    pub(super) fingerprint: Fingerprint,
    /// The upper half of the hash of each distinct word.
    pub(super) words: Box<[u32]>,
}

impl WordSample {
    /// Adds a text. The sample must be [pruned](Self::prune) at times.
    pub(super) fn push(&mut self, text: SampledText) {
        self.words += text.words.len();
        self.texts.push(text);
    }

    /// Adds the texts of another sample, and prunes if there are many new ones. The first part of the fingerprint from which on
    /// no further text can belong to the sample is written to `bound`.
    pub(super) fn merge(&mut self, other: Self, bound: &SampleBound) {
        other.texts.into_iter().for_each(|text| self.push(text));

        let is_large = self.words > WORDS + WORDS / 4 || self.texts.len() > TEXTS + TEXTS / 4;
        // Few new texts are not worth an ordering.
        if is_large && (self.texts.len() - self.ordered) * 8 > self.ordered {
            self.prune(bound);
        }
    }

    /// Drops the texts that do not belong to the sample.
    pub(super) fn prune(&mut self, bound: &SampleBound) {
        self.texts.sort_unstable_by_key(|text| text.fingerprint);
        self.texts.dedup_by_key(|text| text.fingerprint);

        // The smallest fingerprints whose words fit.
        let mut words = 0;
        let fits = |text: &SampledText| {
            words += text.words.len();
            words > WORDS
        };
        let fitting = self.texts.iter().take(TEXTS).position(fits).unwrap_or(TEXTS);

        if let Some(first) = self.texts.get(fitting) {
            bound.lower(first.fingerprint);
            self.texts.truncate(fitting);
        }
        self.words = self.texts.iter().map(|text| text.words.len()).sum();
        self.ordered = self.texts.len();
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        (self.words * 4 + self.texts.len() * (size_of::<SampledText>() + 16)) as u64
    }

    /// Counts the words, whose hashes have the keys of `seed`.
    pub(super) fn frequencies(&self, seed: u64) -> WordFrequencies {
        let texts: Vec<&[u32]> = self.texts.iter().map(|text| &*text.words).collect();
        WordFrequencies::sampled(seed, &texts)
    }
}

/// The fingerprint from which on no text belongs to the sample, shared by all threads. It only saves work: texts at or above it
/// would be dropped later.
#[derive(Debug)]
pub(super) struct SampleBound(AtomicU64);

impl Default for SampleBound {
    fn default() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }
}

impl SampleBound {
    /// Notes that the texts from `fingerprint` on do not belong to the sample.
    fn lower(&self, fingerprint: Fingerprint) {
        self.0.fetch_min(fingerprint.0, Ordering::Relaxed);
    }

    /// Whether a text may belong to the sample.
    fn admits(&self, fingerprint: Fingerprint) -> bool {
        // Fingerprints of equal first parts are told apart later.
        fingerprint.0 <= self.0.load(Ordering::Relaxed)
    }
}

/// Takes texts into a sample, on one thread.
#[derive(Debug)]
pub(super) struct WordSampler<'a> {
    bound: &'a SampleBound,
    /// A word of the current text in each used slot.
    slots: Vec<WordSlot>,
    /// The number of the current text.
    turn: u32,
    words: Vec<u32>,
}

/// A place of the table of words.
#[derive(Debug, Clone, Copy, Default)]
struct WordSlot {
    word: u32,
    /// The text that stored it.
    turn: u32,
}

/// Slots of the table: a power of two, at least twice [`TOKENS`]. With eight times as many, two words seldom meet in one.
const SLOTS: usize = 1 << 14;

impl<'a> WordSampler<'a> {
    pub(super) fn new(bound: &'a SampleBound) -> Self {
        Self { bound, slots: vec![WordSlot::default(); SLOTS], turn: 0, words: Vec::new() }
    }

    /// Adds a text with the hashes of its tokens to `sample`, if it may belong there.
    pub(super) fn offer(&mut self, fingerprint: Fingerprint, tokens: &[u64], sample: &mut WordSample) {
        if self.bound.admits(fingerprint) {
            let words = self.distinct(&tokens[..tokens.len().min(TOKENS)]);
            sample.push(SampledText { fingerprint, words });
        }
    }

    /// The distinct upper halves of hashes, in the order of their first places.
    fn distinct(&mut self, tokens: &[u64]) -> Box<[u32]> {
        // Slots of earlier texts are free, until the number of the text begins again.
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 {
            self.slots.fill(WordSlot::default());
            self.turn = 1;
        }

        // Short texts use the first slots, which stay in the nearest cache.
        let slots = (8 * tokens.len()).next_power_of_two().min(SLOTS);
        let Some(slots) = self.slots.get_mut(..slots) else { return Box::default() };
        let mask = slots.len() - 1;

        let mut count = 0;
        self.words.resize(self.words.len().max(tokens.len()), 0);
        for token in tokens {
            let word = (token >> 32) as u32;
            let mut place = word as usize & mask;
            // One branch, which is seldom taken: whether a slot is used is as chance has it.
            while (slots[place].turn == self.turn) & (slots[place].word != word) {
                place = (place + 1) & mask;
            }
            // Each word is written, and stays if it is new: no processor foresees which.
            self.words[count] = word;
            count += usize::from(slots[place].turn != self.turn);
            slots[place] = WordSlot { word, turn: self.turn };
        }
        self.words[..count].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(fingerprint: u64, words: usize) -> SampledText {
        SampledText { fingerprint: Fingerprint(fingerprint, 0), words: (0..words as u32).collect() }
    }

    #[test]
    fn the_sample_does_not_depend_on_order_or_division() {
        let texts = || (0..20_000_u64).map(|n| text(n.wrapping_mul(0x9E37_79B9_7F4A_7C15), 10 + n as usize % 400));
        let whole = |parts: usize, backwards: bool| {
            let (bound, mut sample) = (SampleBound::default(), WordSample::default());
            let mut all: Vec<SampledText> = texts().collect();
            if backwards {
                all.reverse();
            }
            for part in all.chunks(parts) {
                let mut block = WordSample::default();
                let admitted = part.iter().filter(|text| bound.admits(text.fingerprint));
                admitted.for_each(|text| block.push(text.clone()));
                sample.merge(block, &bound);
            }
            sample.prune(&bound);
            sample
        };

        let one = whole(usize::MAX, false);
        assert_eq!(one.texts.len(), TEXTS);
        assert!(one.texts.is_sorted_by(|a, b| a.fingerprint < b.fingerprint));
        for (parts, backwards) in [(100, false), (7000, true), (1, true)] {
            assert!(whole(parts, backwards) == one, "{parts}");
        }
    }

    #[test]
    fn equal_texts_count_once_and_books_take_no_more_memory() {
        let (bound, mut sample) = (SampleBound::default(), WordSample::default());
        for n in 0..3000 {
            sample.push(text(n % 1500, 2000));
        }
        sample.prune(&bound);
        assert_eq!(sample.texts.len(), WORDS / 2000);
        assert_eq!(sample.words, sample.texts.len() * 2000);
    }

    #[test]
    fn a_word_counts_once_for_a_text() {
        let bound = SampleBound::default();
        let (mut sampler, mut sample) = (WordSampler::new(&bound), WordSample::default());
        let hash = |word: u64| word << 32 | 5;
        let tokens: Vec<u64> = [7, 9, 7, 12, 9, 7].map(hash).into();
        sampler.offer(Fingerprint(1, 1), &tokens, &mut sample);
        sampler.offer(Fingerprint(2, 1), &tokens[..1], &mut sample);
        assert_eq!(*sample.texts[0].words, [7, 9, 12]);
        assert_eq!(*sample.texts[1].words, [7]);
    }
}
