//! What an index holds most of: the texts that come again most often, and the forms that most stored texts share.
//!
//! Copies are counted when [`Index::check_and_insert`] answers that a text is one, since they are not stored. Forms are found by the
//! keys of the stored texts: of a key that thousands of texts share, an answer considers the earliest documents alone, so a form of
//! many texts is what makes answers slow and [uncertain](super::Verdict::is_certain).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use super::copy_counts::CopyCount;
use super::prepare::PreparedText;
use super::storage::{PostingLists, going_on};
use super::stored_text::{InsertNumber, StoredBody, StoredText};
use super::text_index::Index;
use crate::document::Date;
use crate::error::Result;
use crate::normalize::alphabet;
use crate::parallel;

/// What an index holds most of. The numbers are those of the moment when they were read; an index that is written meanwhile may
/// have changed in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IndexTop {
    /// Number of stored texts.
    pub documents: u64,
    /// Number of copies of stored texts that were found and not stored.
    pub copies: u64,
    /// Number of stored texts that have such copies.
    pub repeated_documents: u64,
    /// The stored texts with the most copies, most copies first; ties: the earliest inserted.
    pub repeated: Vec<RepeatedText>,
    /// Number of documents of one key that an answer considers.
    pub bound: u64,
    /// Number of keys that more documents have than that.
    pub full_keys: u64,
    /// Number of documents that come after that bound on one of their keys at least.
    pub documents_beyond: u64,
    /// The forms that most texts share, most texts first; ties: the earliest inserted.
    pub hot: Vec<HotForm>,
}

/// A stored text and its copies, which are not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RepeatedText {
    /// The key of the stored text.
    pub key: String,
    /// Number of copies that were found.
    pub copies: u64,
    /// When the text or a copy was first seen.
    pub first_seen: Date,
    /// When the text or a copy was last seen.
    pub last_seen: Date,
    /// The first words of the text, folded; `None` if the index keeps signatures only.
    pub start: Option<String>,
}

/// A form that stored texts share, told by the earliest of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HotForm {
    /// The key of the earliest text.
    pub key: String,
    /// Number of texts with that of its keys that most texts have, at least 2.
    pub documents: u64,
    /// Number of its band keys that are full.
    pub full_keys: u64,
    /// Number of its band keys.
    pub keys: u64,
    /// When the earliest text was first seen.
    pub first_seen: Date,
    /// The first words of the earliest text, folded; `None` if the index keeps signatures only.
    pub start: Option<String>,
}

/// Number of candidates for each form that is shown: those of a form that is shown already are left out.
const CANDIDATES: usize = 16;

/// Most letters of the start of a text.
const START: usize = 90;

impl Index {
    /// The `top` texts that come again most often, and the `top` forms that most stored texts share.
    ///
    /// O(texts with copies + keys of all texts) time: of ten million texts some 350 million keys, two gigabytes, are read. Memory:
    /// O(`top`), and a bit a document. The index can be written meanwhile, by this process or another.
    ///
    /// # Errors
    ///
    /// An index on disk cannot be read or is damaged.
    pub fn top(&self, top: usize) -> Result<IndexTop> {
        self.top_while(top, &|| true)
    }

    /// As [`top`](Self::top), as long as `goes_on` is true; it is asked many times a second.
    ///
    /// # Errors
    ///
    /// As [`top`](Self::top); [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted).
    pub fn top_while(&self, top: usize, goes_on: &dyn Fn() -> bool) -> Result<IndexTop> {
        self.require_own_process()?;

        // A reader of an index on disk sees new commits here.
        let next = self.storage.version()?.next;
        let documents = self.storage.len();
        let copied = self.copied(top, goes_on)?;
        let keys = self.counted_keys(next, top, goes_on)?;

        Ok(IndexTop {
            documents,
            copies: copied.copies,
            repeated_documents: copied.documents,
            repeated: self.repeated(copied.most)?,
            bound: self.settings.bounds.list as u64,
            full_keys: keys.full,
            documents_beyond: keys.beyond,
            hot: self.hot(keys.fullest, top, goes_on)?,
        })
    }

    /// Counts copies, and finds the documents with the most.
    fn copied(&self, top: usize, goes_on: &dyn Fn() -> bool) -> Result<CopiedDocuments> {
        let mut copied = CopiedDocuments::default();
        self.storage.each_copied(&mut |doc, count| {
            going_on(goes_on)?;
            copied.copies = copied.copies.saturating_add(count.copies);
            copied.documents += 1;
            copied.most.insert((Reverse(count.copies), doc), count);
            if copied.most.len() > top {
                copied.most.pop_last();
            }
            Ok(())
        })?;
        Ok(copied)
    }

    fn repeated(&self, most: MostCopied) -> Result<Vec<RepeatedText>> {
        let mut repeated = Vec::with_capacity(most.len());
        for ((_, doc), count) in most {
            // It may have been removed since it was counted.
            let Some(record) = self.storage.record(doc)? else { continue };
            repeated.push(RepeatedText {
                key: record.key.to_string(),
                copies: count.copies,
                first_seen: record.seen.min(count.first_seen),
                last_seen: record.seen.max(count.last_seen),
                start: start(&record),
            });
        }
        Ok(repeated)
    }

    /// Counts the documents of every key.
    fn counted_keys(&self, next: InsertNumber, top: usize, goes_on: &dyn Fn() -> bool) -> Result<CountedKeys> {
        let beyond = DocumentSet::below(next);
        let most = top.saturating_mul(CANDIDATES);
        let mut counted = CountedKeys::new(most);

        // A few parts at a time: in between it can be interrupted.
        let parts: Vec<u8> = (0..=u8::MAX).collect();
        for parts in parts.chunks(8) {
            going_on(goes_on)?;
            let counts = parallel::map(parts, || (), |(), part| self.counted_part(*part, most, &beyond));
            for part in counts {
                counted.add(part?);
            }
        }
        counted.beyond = beyond.len();
        Ok(counted)
    }

    fn counted_part(&self, part: u8, most: usize, beyond: &DocumentSet) -> Result<CountedKeys> {
        let bound = self.settings.bounds.list as u64;
        let mut counted = CountedKeys::new(most);
        // The key at hand, its earliest document and the number of its documents.
        let mut current = (0, 0, 0);
        self.storage.each_posting(part, &mut |hash, doc| {
            if current.0 != hash || current.2 == 0 {
                counted.end((current.1, current.2), bound);
                current = (hash, doc, 0);
            }
            current.2 += 1;
            if current.2 > bound {
                beyond.insert(doc);
            }
        })?;
        counted.end((current.1, current.2), bound);
        Ok(counted)
    }

    /// The forms of the documents with the fullest keys, each form once.
    fn hot(&self, fullest: FullestDocuments, top: usize, goes_on: &dyn Fn() -> bool) -> Result<Vec<HotForm>> {
        let (mut hot, mut shown) = (Vec::new(), HashSet::new());
        for (Reverse(documents), doc) in fullest.ranked {
            going_on(goes_on)?;
            if hot.len() == top {
                break;
            }
            let Some(record) = self.storage.record(doc)? else { continue };
            let text = self.workers.with(&self.settings, |worker| worker.prepare_again(&self.settings, &record));
            let Some(text) = text else { continue };

            // A form has many full keys, and not each has the same earliest text.
            let is_shown = text.bands.iter().any(|band| shown.contains(band));
            shown.extend(text.bands.iter().copied());
            if !is_shown {
                let (full_keys, keys) = (self.full_keys_of(&text)?, text.bands.len() as u64);
                let (key, first_seen, start) = (record.key.to_string(), record.seen, start(&record));
                hot.push(HotForm { key, documents, full_keys, keys, first_seen, start });
            }
        }
        Ok(hot)
    }

    /// Number of band keys of a text that more documents have than an answer considers.
    fn full_keys_of(&self, text: &PreparedText) -> Result<u64> {
        let mut lists = PostingLists::default();
        self.storage.postings(&text.bands, 0, self.settings.bounds.list, &mut lists)?;
        Ok(lists.iter().filter(|(_, is_cut)| *is_cut).count() as u64)
    }
}

/// Documents with copies: most copies first; ties: the earliest.
type MostCopied = BTreeMap<(Reverse<u64>, InsertNumber), CopyCount>;

/// The copies of all documents.
#[derive(Debug, Default)]
struct CopiedDocuments {
    copies: u64,
    documents: u64,
    most: MostCopied,
}

/// What was counted over some keys.
#[derive(Debug)]
struct CountedKeys {
    /// Number of keys that more documents have than an answer considers.
    full: u64,
    /// Number of documents that come after that bound.
    beyond: u64,
    fullest: FullestDocuments,
}

impl CountedKeys {
    fn new(most: usize) -> Self {
        Self { full: 0, beyond: 0, fullest: FullestDocuments { most, ..FullestDocuments::default() } }
    }

    /// Takes a key, given with its earliest document and the number of its documents.
    fn end(&mut self, (earliest, documents): (InsertNumber, u64), bound: u64) {
        self.full += u64::from(documents > bound);
        if documents > 1 {
            self.fullest.offer(documents, earliest);
        }
    }

    fn add(&mut self, other: Self) {
        self.full += other.full;
        for (Reverse(documents), earliest) in other.fullest.ranked {
            self.fullest.offer(documents, earliest);
        }
    }
}

/// The documents that are the earliest of the fullest keys: each once, with the fullest of its keys.
#[derive(Debug, Default)]
struct FullestDocuments {
    most: usize,
    /// Number of documents of the key, most first; ties: the earliest.
    ranked: BTreeSet<(Reverse<u64>, InsertNumber)>,
    documents: BTreeMap<InsertNumber, u64>,
}

impl FullestDocuments {
    fn offer(&mut self, documents: u64, earliest: InsertNumber) {
        // The usual case, for each of millions of keys.
        let is_full = self.ranked.len() >= self.most;
        if is_full && self.ranked.last().is_none_or(|last| (Reverse(documents), earliest) > *last) {
            return;
        }

        let known = self.documents.get(&earliest).copied().unwrap_or(0);
        if known >= documents {
            return;
        }
        self.ranked.remove(&(Reverse(known), earliest));
        self.ranked.insert((Reverse(documents), earliest));
        self.documents.insert(earliest, documents);

        if self.ranked.len() > self.most
            && let Some((_, last)) = self.ranked.pop_last()
        {
            self.documents.remove(&last);
        }
    }
}

/// A set of documents that several threads fill: a bit each.
#[derive(Debug)]
struct DocumentSet(Vec<AtomicU64>);

impl DocumentSet {
    /// An empty set of documents numbered below `next`.
    fn below(next: InsertNumber) -> Self {
        Self((0..next.div_ceil(64)).map(|_| AtomicU64::default()).collect())
    }

    /// Adds a document. One that was inserted after the set was made is left out.
    fn insert(&self, doc: InsertNumber) {
        if let Some(word) = self.0.get(doc as usize / 64) {
            word.fetch_or(1 << (doc % 64), Ordering::Relaxed);
        }
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum()
    }
}

/// The first words of a text, cut between two words.
fn start(record: &StoredText) -> Option<String> {
    let StoredBody::Text { folded, .. } = &record.body else { return None };

    let text = alphabet::to_utf8(folded);
    let Some((end, _)) = text.char_indices().nth(START) else { return Some(text) };
    let words = text[..end].rsplit_once(' ').map_or(&text[..end], |(words, _)| words);
    Some(format!("{words} …"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Each document counts with its fullest key, also if it was crowded out in between.
        #[test]
        fn the_fullest_documents_are_those_of_a_full_sort(
            offers in prop::collection::vec((1..40_u64, 0..30_u32), 0..200), most in 0..12_usize
        ) {
            let mut fullest = FullestDocuments { most, ..FullestDocuments::default() };
            let mut model = BTreeMap::new();
            for (documents, doc) in offers {
                fullest.offer(documents, doc);
                let known = model.entry(doc).or_insert(0);
                *known = documents.max(*known);
            }
            let mut model: Vec<_> = model.into_iter().map(|(doc, documents)| (Reverse(documents), doc)).collect();
            model.sort_unstable();
            model.truncate(most);
            prop_assert_eq!(fullest.ranked.into_iter().collect::<Vec<_>>(), model);
        }
    }
}
