//! Document frequencies of words: decide which words are rare enough to name a fact.

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use super::word_meanings::spellings;
use crate::shingle::hash::HashKeys;

/// Least share of the documents of a frequent word.
const FREQUENT: f64 = 0.02;

/// Fewest documents whose own frequencies decide.
const ENOUGH: usize = 1000;

/// Arabic words in 2 % of the documents of at least two of three news collections.
static LIST: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("frequent.txt").lines().flat_map(spellings).collect());

/// The number of documents in which each word occurs.
///
/// Words are counted by a 64-bit hash, 16 bytes each; tokens that begin with a digit are not counted.
#[derive(Debug, Clone)]
pub struct WordFrequencies {
    documents: usize,
    /// Number of documents with the word of this hash.
    holding: HashMap<u64, u32>,
    keys: HashKeys,
}

impl Default for WordFrequencies {
    fn default() -> Self {
        Self { documents: 0, holding: HashMap::default(), keys: HashKeys::new(0) }
    }
}

impl WordFrequencies {
    /// Counts folded texts (tokens joined by one space), one document each. The order of the texts does not matter.
    #[must_use]
    pub fn collect<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut frequencies = Self::default();
        texts.into_iter().for_each(|text| frequencies.add(text));
        frequencies
    }

    /// Adds one document.
    pub fn add(&mut self, text: &str) {
        let words = text.split(' ').filter(|word| !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()));

        // Each word counts once for a document.
        let mut hashes: Vec<u64> = words.map(|word| self.keys.bytes(word.as_bytes())).collect();
        hashes.sort_unstable();
        hashes.dedup();

        for hash in hashes {
            *self.holding.entry(hash).or_default() += 1;
        }
        self.documents += 1;
    }

    /// Adds the counts of other documents.
    pub fn merge(&mut self, other: Self) {
        // The map has a random order, but sums do not depend on it.
        #[allow(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (hash, documents) in other.holding {
            *self.holding.entry(hash).or_default() += documents;
        }

        self.documents += other.documents;
    }

    /// Number of documents counted.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.documents
    }

    /// Whether the word occurs in less than 2 % of the documents. With fewer than 1,000 documents that share would be
    /// chance: then a list of frequent words of Arabic news decides.
    #[must_use]
    pub fn is_rare(&self, word: &str) -> bool {
        if self.is_told_by_list() {
            return !is_listed(word);
        }

        f64::from(self.holding(word)) < FREQUENT * self.documents as f64
    }

    /// Whether the word is rare by the documents alone, without the list: it begins with no digit, has three letters or
    /// more and occurs in less than 2 % of the documents. With fewer than 1,000 documents it needs four letters or more
    /// and occurs in less than a tenth of them or in fewer than four.
    pub(crate) fn is_rare_here(&self, word: &str) -> bool {
        let is_few = self.documents < ENOUGH;
        let shortest = if is_few { 4 } else { 3 };
        if word.starts_with(|c: char| c.is_ascii_digit()) || word.chars().count() < shortest {
            return false;
        }

        let holding = self.holding(word) as usize;
        if is_few { holding * 10 < self.documents.max(40) } else { holding * 50 < self.documents }
    }

    /// Number of documents with the word.
    fn holding(&self, word: &str) -> u32 {
        // A word that no document has is not in the map.
        self.holding.get(&self.keys.bytes(word.as_bytes())).map_or(0, |documents| *documents)
    }

    /// Whether there are too few documents, so that the list decides.
    pub(super) fn is_told_by_list(&self) -> bool {
        self.documents < ENOUGH
    }
}

/// Whether the word is in the list of frequent words of Arabic news.
pub(super) fn is_listed(word: &str) -> bool {
    LIST.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_tell_what_is_rare_and_the_list_where_they_are_few() {
        let few = WordFrequencies::collect(["زمرده في كل نص"; 10]);
        assert!(few.is_rare("زمرده") && !few.is_rare("في"), "ten documents are too few");
        let texts: Vec<String> =
            (0..2000).map(|n| format!("زمرده {}", if n % 50 == 0 { "في" } else { "من" })).collect();
        let many = WordFrequencies::collect(texts.iter().map(String::as_str));
        assert!(!many.is_rare("زمرده") && !many.is_rare("في") && many.is_rare("غاءب"));
        let texts: Vec<&str> = texts.iter().map(String::as_str).skip(1).collect();
        assert!(WordFrequencies::collect(texts).is_rare("في"), "39 of 1999 are less than 2 %");
    }

    #[test]
    fn order_repetition_and_division_do_not_matter() {
        let texts: Vec<String> = (0..1200).map(|n| format!("كلمه{} كلمه{} كلمه{}", n % 7, n % 7, n % 90)).collect();
        let whole = WordFrequencies::collect(texts.iter().map(String::as_str));
        let mut parts = WordFrequencies::collect(texts[700..].iter().rev().map(String::as_str));
        parts.merge(WordFrequencies::collect(texts[..700].iter().map(String::as_str)));
        assert_eq!(whole.documents(), parts.documents());
        for n in 0..100 {
            assert_eq!(whole.is_rare(&format!("كلمه{n}")), parts.is_rare(&format!("كلمه{n}")), "{n}");
        }
    }
}
