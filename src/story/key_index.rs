//! Finds the documents that share two keys or more with another: an index of the last days.
//!
//! The documents of a key are a list, newest first. A key that many documents have is *crowded*: it has no list of its own, but
//! one with each other crowded key. Two documents that share two keys are then in one list at least: that of a key of the two that
//! is not crowded, or that of the pair. So nothing is lost, and a search does not grow with the most frequent keys. Only the list
//! of a pair can be long, while one event fills the news; its newest documents are searched, and the others are counted.
//!
//! Documents are numbered in order of time and leave in that order. What they leave behind in lists is swept when it is as much as
//! what is alive.

use std::collections::VecDeque;

use foldhash::HashMap;

use super::vector::{KeySet, StemKey};

/// Documents of a key that is not crowded.
const CROWD: usize = 256;

/// Documents of a pair of crowded keys that a search reads.
const MOST_OF_PAIR: usize = 1024;

/// The end of a list.
const END: u32 = u32::MAX;

/// A document in the index: its number in order of time.
pub(super) type Sequence = u32;

/// A document of the list of a pair, and where the list goes on.
#[derive(Debug, Clone, Copy)]
struct ListEntry {
    document: Sequence,
    next: u32,
}

/// The list of a pair.
#[derive(Debug, Clone, Copy)]
struct KeyList {
    newest: u32,
    length: u32,
}

/// The documents of a key.
#[derive(Debug)]
enum KeyState {
    /// Ascending. Those that have left come first, until they are swept.
    Listed(Vec<Sequence>),
    Crowded,
}

/// The bit of a key. The low bits of keys are those of a hash.
const fn bit(key: StemKey) -> u64 {
    1 << (key & 63)
}

/// The documents of the last days by their keys.
#[derive(Debug)]
pub(super) struct KeyIndex {
    crowd: usize,
    most_of_pair: usize,
    /// The number of the oldest document.
    first: Sequence,
    documents: VecDeque<KeySet>,
    /// A bit for each key of a document, by place in `documents`: most documents without a certain key lack its bit.
    bits: VecDeque<u64>,
    keys: HashMap<StemKey, KeyState>,
    pairs: HashMap<u64, KeyList>,
    entries: Vec<ListEntry>,
    /// Number of documents on lists of keys.
    listed: usize,
    /// Entries of both kinds of lists after the last sweep.
    swept: usize,
    /// Counts of a search, by place in `documents`.
    counts: Vec<u8>,
    touched: Vec<Sequence>,
    /// Documents of pairs that searches did not read.
    pub(super) passed_over: u64,
}

/// A document that shares two keys or more with the one that was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyHit {
    pub(super) document: Sequence,
    pub(super) shared: usize,
}

impl KeyIndex {
    /// An empty index.
    pub(super) fn new() -> Self {
        Self::with_limits(CROWD, MOST_OF_PAIR)
    }

    /// An empty index with other limits, for tests.
    fn with_limits(crowd: usize, most_of_pair: usize) -> Self {
        Self {
            crowd,
            most_of_pair,
            first: 0,
            documents: VecDeque::new(),
            bits: VecDeque::new(),
            keys: HashMap::default(),
            pairs: HashMap::default(),
            entries: Vec::new(),
            listed: 0,
            swept: 0,
            counts: Vec::new(),
            touched: Vec::new(),
            passed_over: 0,
        }
    }

    /// The number that the next document gets.
    fn next(&self) -> Sequence {
        self.first + self.documents.len() as Sequence
    }

    /// Adds a document. Takes constant time, but for keys that become crowded.
    pub(super) fn insert(&mut self, keys: KeySet) {
        let document = self.next();
        self.documents.push_back(keys);
        self.bits.push_back(keys.as_slice().iter().fold(0, |bits, key| bits | bit(*key)));
        self.list(document, &keys);
    }

    /// Enters a document in the lists of its keys.
    fn list(&mut self, document: Sequence, keys: &KeySet) {
        let mut crowded_now = Vec::new();
        let mut crowded_before = Vec::new();
        for key in keys.as_slice() {
            match self.keys.entry(*key).or_insert_with(|| KeyState::Listed(Vec::new())) {
                KeyState::Crowded => crowded_before.push(*key),
                KeyState::Listed(list) => {
                    list.push(document);
                    self.listed += 1;
                    if list.len() > self.crowd {
                        crowded_now.push(*key);
                    }
                }
            }
        }

        for (place, key) in crowded_before.iter().enumerate() {
            for other in &crowded_before[place + 1..] {
                self.list_pair(*key, *other, document);
            }
        }
        crowded_now.iter().for_each(|key| self.crowd(*key));
    }

    fn list_pair(&mut self, a: StemKey, b: StemKey, document: Sequence) {
        let list = self.pairs.entry(pair(a, b)).or_insert(KeyList { newest: END, length: 0 });
        push(&mut self.entries, list, document);
    }

    /// Makes the list of a key into lists of its pairs.
    fn crowd(&mut self, key: StemKey) {
        let before = self.keys.insert(key, KeyState::Crowded);
        debug_assert!(matches!(before, Some(KeyState::Listed(_))), "a key is crowded once, when its list is long");
        let Some(KeyState::Listed(list)) = before else { return };
        self.listed -= list.len();

        // Oldest first, so that every list stays newest first.
        let first = self.first;
        for document in list.into_iter().filter(|document| *document >= first) {
            let Some(keys) = self.documents.get((document - self.first) as usize).copied() else { continue };
            for other in keys.as_slice().iter().filter(|other| **other != key) {
                if matches!(self.keys.get(other), Some(KeyState::Crowded)) {
                    self.list_pair(key, *other, document);
                }
            }
        }
    }

    /// The documents that share two keys or more with `keys`, ascending.
    pub(super) fn search(&mut self, keys: &KeySet, hits: &mut Vec<KeyHit>) {
        hits.clear();
        self.counts.resize(self.documents.len(), 0);
        let mut crowded = Vec::new();
        for key in keys.as_slice() {
            match self.keys.get(key) {
                Some(KeyState::Listed(list)) => {
                    let alive = list.partition_point(|document| *document < self.first);
                    for document in &list[alive..] {
                        let count = &mut self.counts[(document - self.first) as usize];
                        if *count == 0 {
                            self.touched.push(*document);
                        }
                        *count = count.saturating_add(1);
                    }
                }
                Some(KeyState::Crowded) => crowded.push(*key),
                None => {}
            }
        }
        for (place, key) in crowded.iter().enumerate() {
            for other in &crowded[place + 1..] {
                if let Some(list) = self.pairs.get(&pair(*key, *other)).copied() {
                    self.touch(list);
                }
            }
        }

        // Of the documents on one list alone only those count that have a crowded key too. Few documents are left to sort.
        let of_crowded = crowded.iter().fold(0, |bits, key| bits | bit(*key));
        for document in self.touched.drain(..) {
            let place = (document - self.first) as usize;
            let count = std::mem::take(&mut self.counts[place]);
            if count == 1 && self.bits[place] & of_crowded == 0 {
                continue;
            }
            let shared = self.documents[place].shared(keys);
            if shared >= 2 {
                hits.push(KeyHit { document, shared });
            }
        }
        hits.sort_unstable();
    }

    /// Notes the newest documents of the list of a pair.
    fn touch(&mut self, list: KeyList) {
        let mut at = list.newest;
        let mut read = 0;
        while let Some(entry) = self.entries.get(at as usize).copied().filter(|entry| entry.document >= self.first) {
            if read == self.most_of_pair {
                // Those that have left are counted too: a bound, from above.
                self.passed_over += u64::from(list.length).saturating_sub(read as u64);
                return;
            }
            read += 1;
            let count = &mut self.counts[(entry.document - self.first) as usize];
            if *count == 0 {
                self.touched.push(entry.document);
            }
            // On the list of a pair it shares two.
            *count = count.saturating_add(2);
            at = entry.next;
        }
    }

    /// Lets the oldest document leave.
    pub(super) fn leave(&mut self) -> Option<KeySet> {
        let keys = self.documents.pop_front()?;
        self.bits.pop_front();
        self.first += 1;
        Some(keys)
    }

    /// Sweeps the lists, if at least half of what is in them has left.
    pub(super) fn sweep(&mut self) {
        if self.entries.len() + self.listed < 2 * self.swept.max(1 << 12) {
            return;
        }
        let documents = std::mem::take(&mut self.documents);
        let first = self.first;
        self.keys.clear();
        self.pairs.clear();
        self.entries.clear();
        self.listed = 0;

        for (document, keys) in (first..).zip(documents) {
            self.documents.push_back(keys);
            self.list(document, &keys);
        }
        self.swept = self.entries.len() + self.listed;
    }
}

/// Appends a document to a list.
fn push(entries: &mut Vec<ListEntry>, list: &mut KeyList, document: Sequence) {
    let at = entries.len() as u32;
    entries.push(ListEntry { document, next: list.newest });
    list.newest = at;
    list.length += 1;
}

/// The key of a pair of keys.
const fn pair(a: StemKey, b: StemKey) -> u64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    (low as u64) << 32 | high as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::vector::KEYS;

    /// Random key sets, of which low keys are frequent.
    fn key_sets(count: usize, seed: u64) -> Vec<KeySet> {
        let mut stream = crate::shingle::hash::SeedStream::new(seed);
        let mut draw = move || {
            let uniform = stream.draw_unit();
            (uniform * uniform * uniform * 400.0) as StemKey
        };
        (0..count).map(|_| KeySet::of((0..KEYS).map(|_| draw()))).collect()
    }

    #[test]
    fn a_search_finds_all_that_share_two_keys() {
        let sets = key_sets(1_500, 7);
        // The longest lists of pairs are read whole here.
        let mut index = KeyIndex::with_limits(16, usize::MAX);
        let mut hits = Vec::new();
        let mut first = 0;
        for (number, keys) in sets.iter().enumerate() {
            index.search(keys, &mut hits);
            let expected: Vec<KeyHit> = (first..number)
                .map(|other| KeyHit { document: other as Sequence, shared: sets[other].shared(keys) })
                .filter(|hit| hit.shared >= 2)
                .collect();
            assert_eq!(hits, expected, "document {number}");

            index.insert(*keys);
            if number % 100 == 99 && number > 400 {
                for _ in 0..100 {
                    index.leave();
                }
                first += 100;
                index.sweep();
            }
        }
        assert!(index.keys.values().any(|state| matches!(state, KeyState::Crowded)) && index.passed_over == 0);
        assert_eq!(index.documents.len(), sets.len() - first);
    }

    #[test]
    fn what_is_passed_over_is_counted() {
        let same = KeySet::of([1, 2, 3].into_iter());
        let mut index = KeyIndex::with_limits(4, 10);
        for _ in 0..30 {
            index.insert(same);
        }
        let mut hits = Vec::new();
        index.search(&same, &mut hits);
        assert_eq!(hits.iter().map(|hit| hit.document).collect::<Vec<_>>(), (20..30).collect::<Vec<_>>());
        assert_eq!(index.passed_over, 3 * 20);
    }
}
