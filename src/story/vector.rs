//! What a document is about, as a short vector of its heaviest stems.
//!
//! A stem of the title counts four times, one of the first 40 words of the text twice, one of the words up to the 150th once: news
//! tells first what it is about. The weight of a stem is `(1 + ln c) · rarity`, where c is that sum; stems that nearly every
//! document has are left out. The 32 heaviest make the vector, scaled to length one. All numbers are whole, so that sums do not
//! depend on their order or on the machine.

use foldhash::HashMap;

use super::rarity::RarityTable;
use super::stem::stem_of;
use crate::document::Span;
use crate::normalize::{Language, TokenSink, alphabet};
use crate::shingle::hash::HashKeys;

/// Stems of a vector.
pub(super) const STEMS: usize = 32;

/// Stems of a document by which others are found.
pub(super) const KEYS: usize = 12;

/// Weights of vectors are in units of 1/32768.
pub(super) const ONE: u64 = 1 << 15;

/// Words of a text that count, and those of them that count twice.
pub(crate) const WORDS: usize = 150;
const LEAD: usize = 40;

/// How often a stem counts in the title, in the lead, and after it.
const TITLE: u32 = 4;
const EARLY: u32 = 2;
const LATE: u32 = 1;

/// The least rarity of a stem, in units of 8/255: 1.1.
const LEAST_RARITY: u8 = 36;

/// The seed of the hashes of stems. Tables hold these hashes, so it never changes.
const SEED: u64 = 1;

/// A stem in a vector: the upper half of the hash of the stem.
pub(super) type StemKey = u32;

/// A stem and its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WeightedStem {
    pub(super) key: StemKey,
    pub(super) weight: u16,
}

/// The heaviest stems of a document, ascending by key. Its length is one, or zero if it has no stem.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct StemVector {
    stems: Box<[WeightedStem]>,
}

impl StemVector {
    /// The vector with these weights, in any units, scaled to length one. Of more than `most` stems the heaviest stay; among equal
    /// ones those with the lowest key.
    pub(super) fn scaled(weights: &mut Vec<(StemKey, u64)>, most: usize) -> Self {
        weights.sort_unstable_by_key(|(key, weight)| (std::cmp::Reverse(*weight), *key));
        weights.truncate(most);
        weights.sort_unstable_by_key(|(key, _)| *key);

        let length = weights.iter().map(|(_, weight)| u128::from(*weight) * u128::from(*weight)).sum::<u128>().isqrt();
        let unit = |weight: u64| (u128::from(weight) * u128::from(ONE) + length / 2).checked_div(length).unwrap_or(0);
        // At most `ONE`, but for the rounding of the length.
        let scaled = |(key, weight): &(StemKey, u64)| WeightedStem {
            key: *key,
            weight: unit(*weight).min(u128::from(u16::MAX)) as u16,
        };
        Self { stems: weights.iter().map(scaled).collect() }
    }

    /// The vector of these stems, which came from one.
    pub(super) fn restored(stems: impl Iterator<Item = WeightedStem>) -> Self {
        Self { stems: stems.collect() }
    }

    /// The stems, ascending by key.
    pub(super) fn stems(&self) -> &[WeightedStem] {
        &self.stems
    }

    /// The product of two vectors, in units of [`ONE`] squared. At most `STEMS + MOST` steps.
    pub(super) fn product(&self, other: &Self) -> u64 {
        self.shared(other).map(|(_, product)| product).sum()
    }

    /// The shared stems, with the product of their weights, ascending by key.
    pub(super) fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (StemKey, u64)> + 'a {
        let mut rest = &*other.stems;
        self.stems.iter().filter_map(move |stem| {
            while let [first, after @ ..] = rest
                && first.key < stem.key
            {
                rest = after;
            }
            let first = rest.first().filter(|first| first.key == stem.key)?;
            Some((stem.key, u64::from(first.weight) * u64::from(stem.weight)))
        })
    }

    /// The [`KEYS`] heaviest stems, ascending.
    pub(super) fn keys(&self) -> KeySet {
        let mut heaviest: Vec<WeightedStem> = self.stems.to_vec();
        heaviest.sort_unstable_by_key(|stem| (std::cmp::Reverse(stem.weight), stem.key));

        let mut keys = KeySet::default();
        for stem in heaviest.iter().take(KEYS) {
            keys.keys[usize::from(keys.length)] = stem.key;
            keys.length += 1;
        }
        keys.keys[..usize::from(keys.length)].sort_unstable();
        keys
    }
}

/// The keys by which a document is found, ascending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct KeySet {
    keys: [StemKey; KEYS],
    length: u8,
}

impl KeySet {
    /// The set of these keys, at most [`KEYS`] of them.
    #[cfg(test)]
    pub(super) fn of(keys: impl Iterator<Item = StemKey>) -> Self {
        let distinct: std::collections::BTreeSet<StemKey> = keys.collect();
        let mut set = Self::default();
        for key in distinct.into_iter().take(KEYS) {
            set.keys[usize::from(set.length)] = key;
            set.length += 1;
        }
        set
    }

    pub(super) fn as_slice(&self) -> &[StemKey] {
        &self.keys[..usize::from(self.length)]
    }

    /// Number of keys that both have.
    pub(super) fn shared(&self, other: &Self) -> usize {
        let (mut a, mut b) = (self.as_slice(), other.as_slice());
        let mut shared = 0;
        while let ([first, after_a @ ..], [second, after_b @ ..]) = (a, b) {
            shared += usize::from(first == second);
            if first <= second {
                a = after_a;
            }
            if second <= first {
                b = after_b;
            }
        }
        shared
    }
}

/// The words of a document as its vector needs them: a sink for the tokens of its title, then of its text.
#[derive(Debug, Default)]
pub(crate) struct StoryWords {
    language: Option<Language>,
    keys: Option<HashKeys>,
    stems: HashMap<u64, StemUse>,
    /// The place of the first token of the text, once the title has ended.
    text: Option<usize>,
    tokens: usize,
}

/// How a document uses a stem.
#[derive(Debug, Clone, Copy)]
struct StemUse {
    count: u32,
    /// Order of first use.
    first: usize,
    span: Span,
    is_of_title: bool,
}

/// A stem of a document and the place of its first word.
#[derive(Debug, Clone, Copy)]
pub(super) struct StemSurface {
    pub(super) key: StemKey,
    pub(super) span: Span,
    /// Whether the span is one of the title, else of the text.
    pub(super) is_of_title: bool,
}

impl StoryWords {
    /// Begins a document of a language.
    pub(crate) fn begin(&mut self, language: Language) {
        self.language = Some(language);
        self.stems.clear();
        self.text = None;
        self.tokens = 0;
    }

    /// Ends the title: the tokens that follow are those of the text.
    pub(crate) fn end_title(&mut self) {
        self.text = Some(self.tokens);
    }

    /// Number of tokens of title and text.
    pub(crate) const fn tokens(&self) -> usize {
        self.tokens
    }

    /// The hashes of the distinct stems, in no order.
    pub(crate) fn stems(&self) -> impl Iterator<Item = u64> + '_ {
        self.stems.keys().copied()
    }

    /// The vector, and where its stems stand, ascending by key.
    pub(super) fn vector(&self, table: &RarityTable) -> (StemVector, Vec<StemSurface>) {
        let language = self.language.unwrap_or(Language::Other);
        let mut weights: Vec<(StemKey, u64, StemUse)> = Vec::with_capacity(self.stems.len());
        #[expect(clippy::iter_over_hash_type, reason = "sorted below")]
        for (stem, found) in &self.stems {
            let rarity = table.of(language, *stem);
            if rarity >= LEAST_RARITY {
                weights.push((key_of(*stem), frequency(found.count) * u64::from(rarity), *found));
            }
        }

        // Two stems with one key count as the heavier one.
        weights.sort_unstable_by_key(|(key, weight, found)| (*key, std::cmp::Reverse(*weight), found.first));
        weights.dedup_by_key(|(key, ..)| *key);
        let mut plain: Vec<(StemKey, u64)> = weights.iter().map(|(key, weight, _)| (*key, *weight)).collect();
        let vector = StemVector::scaled(&mut plain, STEMS);

        let mut surfaces = Vec::with_capacity(vector.stems().len());
        for stem in vector.stems() {
            let found = weights.binary_search_by_key(&stem.key, |(key, ..)| *key).ok().map(|place| weights[place].2);
            surfaces.extend(found.map(|StemUse { span, is_of_title, .. }| StemSurface {
                key: stem.key,
                span,
                is_of_title,
            }));
        }
        (vector, surfaces)
    }
}

impl TokenSink for StoryWords {
    fn token(&mut self, token: &[u8], span: Span) {
        let place = self.tokens;
        self.tokens += 1;

        let weight = match self.text {
            None => TITLE,
            Some(start) if place - start < LEAD => EARLY,
            Some(start) if place - start < WORDS => LATE,
            Some(_) => return,
        };
        // Single letters and digits tell nothing.
        if token.first().is_none_or(|lead| alphabet::width(*lead) >= token.len()) {
            return;
        }

        let language = self.language.unwrap_or(Language::Other);
        let hash = self.keys.get_or_insert_with(|| HashKeys::new(SEED)).bytes(stem_of(token, language));
        let is_of_title = self.text.is_none();
        let first = StemUse { count: 0, first: place, span, is_of_title };
        self.stems.entry(hash).or_insert(first).count += weight;
    }
}

/// The key of a stem in a vector.
const fn key_of(stem: u64) -> StemKey {
    (stem >> 32) as StemKey
}

/// `1 + ln count`, in units of 1/1024.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the logarithm of a count is small and not negative"
)]
fn frequency(count: u32) -> u64 {
    ((1.0 + f64::from(count.max(1)).ln()) * 1024.0).round() as u64
}
