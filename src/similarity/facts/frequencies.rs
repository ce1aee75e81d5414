//! Document frequencies of words: decide which words are rare enough to name a fact.

use crate::static_table::StaticTable;

use foldhash::{HashMap, HashSet};

use super::word_meanings::spellings;
use crate::normalize::alphabet;
use crate::parallel;
use crate::shingle::hash::HashKeys;
use crate::similarity::word_forms::letters;

/// Least share of the documents of a frequent word.
const FREQUENT: f64 = 0.02;

/// Fewest documents whose own frequencies decide.
const ENOUGH: usize = 1000;

/// With fewer documents, words are judged as in this number of them.
const FEW_DOCUMENTS: usize = 40;

/// Arabic words in 2 % of the documents of at least two of three news collections, in the compact alphabet.
static LIST: StaticTable<HashSet<Vec<u8>>> = StaticTable::new(|| spellings(include_str!("frequent.txt")));

/// The number of documents in which each word occurs.
///
/// Words are counted by the upper half of a 64-bit hash of their bytes in the compact alphabet.
#[derive(Debug, Clone)]
pub struct WordFrequencies {
    documents: usize,
    /// Number of documents with the word of this hash; of a sample only words of enough documents.
    holding: HashMap<u32, u32>,
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

    /// The frequencies in a sample of documents: for each the upper halves of the hashes of its words, distinct, hashed with
    /// the keys of `seed`. Words of few documents are not stored. Numbers may be among the words: nothing asks for them.
    pub(crate) fn sampled(seed: u64, sample: &[&[u32]]) -> Self {
        let least = Self::least_frequent(sample.len());
        // Each part has all words of its upper bits, so that threads count different words, in tables that fit a cache.
        let shares: Vec<&[&[u32]]> = sample.chunks(SHARE).collect();
        let dealt = parallel::map(&shares, || (), |(), texts| DealtWords::new(texts));
        let parts: Vec<usize> = (0..PARTS).collect();

        let counted = parallel::map(&parts, WordCounter::default, |counter, part| {
            counter.clear();
            dealt.iter().for_each(|words| counter.add(words.part(*part)));
            counter.counts().filter(|(_, count)| *count as usize >= least).collect::<Vec<_>>()
        });
        Self { documents: sample.len(), holding: counted.into_iter().flatten().collect(), keys: HashKeys::new(seed) }
    }

    /// Fewest documents of a word that is not rare by any rule.
    fn least_frequent(documents: usize) -> usize {
        if documents < ENOUGH { documents.max(FEW_DOCUMENTS) / 10 } else { documents / 50 }
    }

    /// Adds one document.
    pub fn add(&mut self, text: &str) {
        self.add_compact(&alphabet::to_compact(text));
    }

    /// [`add`](Self::add) for a text in the compact alphabet.
    pub(crate) fn add_compact(&mut self, text: &[u8]) {
        let words =
            text.split(|byte| *byte == b' ').filter(|word| word.first().is_some_and(|first| !first.is_ascii_digit()));

        // Each word counts once for a document.
        let mut hashes: Vec<u32> = words.map(|word| self.hash(word)).collect();
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
        self.is_rare_word(&alphabet::to_compact(word))
    }

    /// [`is_rare`](Self::is_rare) for a word in the compact alphabet.
    pub(crate) fn is_rare_word(&self, word: &[u8]) -> bool {
        if self.is_told_by_list() {
            return !is_listed(word);
        }

        f64::from(self.holding(word)) < FREQUENT * self.documents as f64
    }

    /// Whether a word in the compact alphabet is rare by the documents alone, without the list: it begins with no digit, has
    /// three letters or more and occurs in less than 2 % of the documents. With fewer than 1,000 documents it needs four
    /// letters or more and occurs in less than a tenth of them or in fewer than four.
    pub(crate) fn is_rare_here(&self, word: &[u8]) -> bool {
        let is_few = self.documents < ENOUGH;
        let shortest = if is_few { 4 } else { 3 };
        if word.first().is_some_and(u8::is_ascii_digit) || letters(word) < shortest {
            return false;
        }

        let holding = self.holding(word) as usize;
        if is_few { holding * 10 < self.documents.max(FEW_DOCUMENTS) } else { holding * 50 < self.documents }
    }

    /// Whether less than a tenth of the documents have a word in the compact alphabet.
    pub(crate) fn is_uncommon(&self, word: &[u8]) -> bool {
        self.holding(word) as usize * 10 < self.documents.max(FEW_DOCUMENTS)
    }

    /// Number of documents with the word.
    fn holding(&self, word: &[u8]) -> u32 {
        // A word that no document has is not in the map.
        self.holding.get(&self.hash(word)).copied().unwrap_or(0)
    }

    fn hash(&self, word: &[u8]) -> u32 {
        (self.keys.bytes(word) >> 32) as u32
    }

    /// Whether there are too few documents, so that the list decides.
    pub(super) fn is_told_by_list(&self) -> bool {
        self.documents < ENOUGH
    }
}

/// Documents whose words one thread deals at a time.
const SHARE: usize = 128;

/// Parts of all words, by the upper bits of their hashes.
const PARTS: usize = 1 << PART_BITS;
const PART_BITS: u32 = 6;

/// The words of some documents, part by part.
struct DealtWords {
    words: Vec<u32>,
    /// The end of each part.
    ends: [usize; PARTS],
}

impl DealtWords {
    fn new(texts: &[&[u32]]) -> Self {
        let words = || texts.iter().flat_map(|text| *text);
        let part = |word: &u32| (word >> (u32::BITS - PART_BITS)) as usize;

        let mut ends = [0; PARTS];
        words().for_each(|word| ends[part(word)] += 1);
        let mut all = 0;
        // First the beginning of each part, which moves to its end while the part is filled.
        for end in &mut ends {
            all += std::mem::replace(end, all);
        }

        let mut dealt = vec![0; all];
        for word in words() {
            let place = &mut ends[part(word)];
            dealt[*place] = *word;
            *place += 1;
        }
        Self { words: dealt, ends }
    }

    fn part(&self, part: usize) -> &[u32] {
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start..self.ends[part]]
    }
}

/// Counts words by hash in a table with open addressing, which is faster than a general map.
#[derive(Debug)]
struct WordCounter {
    /// Words with their counts; a count of 0 marks a free slot.
    slots: Vec<(u32, u32)>,
    used: usize,
}

impl Default for WordCounter {
    fn default() -> Self {
        Self { slots: vec![(0, 0); 1 << 12], used: 0 }
    }
}

impl WordCounter {
    /// Forgets all words.
    fn clear(&mut self) {
        self.slots.fill((0, 0));
        self.used = 0;
    }

    /// Counts words.
    fn add(&mut self, words: &[u32]) {
        for word in words {
            // At most half of the slots are used, so that a free one is near.
            if self.used * 2 >= self.slots.len() {
                self.grow();
            }

            let place = self.place(*word);
            let (of, count) = &mut self.slots[place];
            self.used += usize::from(*count == 0);
            (*of, *count) = (*word, *count + 1);
        }
    }

    fn grow(&mut self) {
        let larger = vec![(0, 0); self.slots.len() * 2];
        let slots = std::mem::replace(&mut self.slots, larger);
        for (word, count) in slots.into_iter().filter(|(_, count)| *count > 0) {
            let place = self.place(word);
            self.slots[place] = (word, count);
        }
    }

    /// The slot of a word, or the free one where it belongs.
    fn place(&self, word: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = word as usize & mask;
        // One branch, which is seldom taken: whether a slot is used is as chance has it.
        while (self.slots[place].1 > 0) & (self.slots[place].0 != word) {
            place = (place + 1) & mask;
        }
        place
    }

    /// The words with their counts, in no order.
    fn counts(&self) -> impl Iterator<Item = (u32, u32)> {
        self.slots.iter().copied().filter(|(_, count)| *count > 0)
    }
}

/// Whether a word in the compact alphabet is in the list of frequent words of Arabic news.
pub(super) fn is_listed(word: &[u8]) -> bool {
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

    #[test]
    fn a_sample_of_hashes_tells_what_its_texts_tell() {
        for documents in [7, 60, 999, 1000, 2500] {
            let texts: Vec<String> =
                (0..documents).map(|n| format!("كلمه{} نادره{} عامه{} شاءعه", n % 90, n % 40, n % 7)).collect();
            let told = WordFrequencies::collect(texts.iter().map(String::as_str));

            let keys = HashKeys::new(11);
            let hash = |word: &str| (keys.bytes(&alphabet::to_compact(word)) >> 32) as u32;
            let hashed: Vec<Vec<u32>> = texts.iter().map(|text| text.split(' ').map(hash).collect()).collect();
            let hashed: Vec<&[u32]> = hashed.iter().map(Vec::as_slice).collect();
            let sampled = WordFrequencies::sampled(11, &hashed);

            assert_eq!(sampled.documents(), documents);
            for word in texts.iter().flat_map(|text| text.split(' ')).chain(["غاءب"]) {
                assert_eq!(sampled.is_rare(word), told.is_rare(word), "{word} of {documents}");
                let compact = alphabet::to_compact(word);
                assert_eq!(sampled.is_rare_here(&compact), told.is_rare_here(&compact), "{word} of {documents}");
            }
        }
    }
}
