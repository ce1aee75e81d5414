//! Links → maximal runs of equal words.
//!
//! A document is processed from its first word. Each repeated window that is not part of the last run is compared with
//! its first occurrence, word by word in both directions: the equal words are the next run. So every run is maximal,
//! and every repeated window is part of a run. Comparing to the right takes time linear in the words, at worst times
//! the window length; to the left only words of earlier runs can be equal.

use super::links::{WindowLink, WindowLinks};
use super::word_store::WordStore;
use crate::document::DocId;
use crate::error::Result;

/// `length` equal words at two places. Words are numbered over all documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EqualRun {
    /// First word of the earlier place.
    pub(super) a: u64,
    /// First word of the later place.
    pub(super) b: u64,
    /// Number of words.
    pub(super) length: u64,
}

/// Calls `document` with each document that repeats something and with its runs, in input order. Returns the number of
/// mismatched windows: their hashes are equal, their words are not, so they were dropped.
///
/// # Errors
///
/// A temporary file cannot be read; `document` fails.
pub(super) fn runs(
    store: &WordStore,
    links: &WindowLinks,
    window: usize,
    mut document: impl FnMut(DocId, &[EqualRun]) -> Result<()>,
) -> Result<u64> {
    let mut state = RunState { store, window: window as u64, runs: Vec::new(), end: 0, mismatched: 0 };
    let mut current = None;

    links.each(|link| {
        // Links ascend, so a new document means that the last one is complete.
        let of = store.document(link.window);
        if let Some(before) = current.replace(of).filter(|before| *before != of) {
            document(before, &state.runs)?;
            state.runs.clear();
            state.end = 0;
        }
        state.link(link, of)
    })?;

    if let Some(last) = current {
        document(last, &state.runs)?;
    }

    Ok(state.mismatched)
}

struct RunState<'a> {
    store: &'a WordStore,
    window: u64,
    /// The runs of the current document.
    runs: Vec<EqualRun>,
    /// End of the last of them.
    end: u64,
    mismatched: u64,
}

impl RunState<'_> {
    fn link(&mut self, link: WindowLink, document: DocId) -> Result<()> {
        let of_b = self.store.words_of(document);

        // Windows inside the last run are skipped. A link is usually one run; after a mismatch it may be several.
        let mut next = link.window.max((self.end + 1).saturating_sub(self.window));
        while next < link.window + link.count {
            let (a, b) = (link.first + (next - link.window), next);
            let of_a = self.store.words_of(self.store.document(a));
            // Hashes proposed this pair of windows; equal words decide.
            let after = self.store.equal_after(a, b, (of_a.end - a).min(of_b.end - b))?;
            if after < self.window {
                self.mismatched += 1;
                next += 1;
                continue;
            }

            let before = self.store.equal_before(a, b, (a - of_a.start).min(b - of_b.start))?;
            self.runs.push(EqualRun { a: a - before, b: b - before, length: before + after });

            self.end = b + after;
            next = self.end + 1 - self.window;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::folded_words::FoldedWords;
    use super::super::links::links;
    use super::*;
    use crate::lsh::MemoryLimit;
    use crate::spill::SpillDir;

    /// A store of documents whose words are small numbers.
    pub(in crate::passage) fn store(documents: &[Vec<u64>], limit: Option<&MemoryLimit>) -> WordStore {
        let mut store = WordStore::new(limit);
        for document in documents {
            let spans = (0..document.len() as u64).map(|word| (2 * word) | ((2 * word + 1) << 32)).collect();
            let hashes = document.iter().map(|word| crate::shingle::hash::finish(*word + 1)).collect();
            store.push(&FoldedWords { counts: vec![document.len() as u32], hashes, spans }).unwrap();
        }
        store.seal().unwrap();
        store
    }

    fn found(documents: &[Vec<u64>], window: usize, limit: Option<&MemoryLimit>) -> Vec<EqualRun> {
        let store = store(documents, limit);
        let links = links(&store, window, limit).unwrap();
        let mut all = Vec::new();
        let lost = runs(&store, &links, window, |_, runs| {
            all.extend_from_slice(runs);
            Ok(())
        });
        assert_eq!(lost.unwrap(), 0);
        all
    }

    /// Words by number, with their document.
    fn flat(documents: &[Vec<u64>]) -> Vec<(usize, u64)> {
        let words =
            |(place, words): (usize, &Vec<u64>)| words.iter().map(move |word| (place, *word)).collect::<Vec<_>>();
        documents.iter().enumerate().flat_map(words).collect()
    }

    /// Whether `length` words at `a` and at `b` are equal and lie in one document each.
    fn equal(flat: &[(usize, u64)], a: usize, b: usize, length: usize) -> bool {
        let one = |at: usize| flat.get(at..at + length).filter(|words| words.iter().all(|word| word.0 == words[0].0));
        match (one(a), one(b)) {
            (Some(a), Some(b)) => a.iter().zip(b).all(|(a, b)| a.1 == b.1),
            _ => false,
        }
    }

    pub(in crate::passage) fn documents() -> impl Strategy<Value = Vec<Vec<u64>>> {
        let alphabet = 1_u64..5;
        alphabet.prop_flat_map(|letters| prop::collection::vec(prop::collection::vec(0..letters, 0..60), 0..8))
    }

    proptest! {
        #[test]
        fn runs_are_shared_and_maximal_and_miss_no_repeat(documents in documents(), window in 2_usize..9) {
            let found = found(&documents, window, None);
            let flat = flat(&documents);
            let mut covered = BTreeSet::new();
            for run in &found {
                let (a, b, length) = (run.a as usize, run.b as usize, run.length as usize);
                prop_assert!(a < b && length >= window);
                prop_assert!(equal(&flat, a, b, length), "shared");
                prop_assert!(!equal(&flat, a, b, length + 1), "as long as can be");
                prop_assert!(a == 0 || !equal(&flat, a - 1, b - 1, length + 1), "from as early as can be");
                covered.extend(b..b + length);
            }
            for b in 0..flat.len() {
                if (0..b).any(|a| equal(&flat, a, b, window)) {
                    prop_assert!((b..b + window).all(|word| covered.contains(&word)), "{b}");
                }
            }
        }

        #[test]
        fn a_limit_changes_nothing(seed in 0_u64..50, memory in 0_u64..40_000) {
            let mut stream = crate::shingle::hash::SeedStream::new(seed);
            let mut draw = |below: u64| stream.draw() % below;
            let parts: Vec<Vec<u64>> = (0..40).map(|_| (0..30).map(|_| draw(1000)).collect()).collect();
            let documents: Vec<Vec<u64>> =
                (0..60).map(|_| (0..draw(6)).flat_map(|_| parts[draw(40) as usize].clone()).collect()).collect();
            let home = tempfile::tempdir().unwrap();
            let limit = MemoryLimit { memory, room: SpillDir::temporary(home.path()), name: String::new() };
            prop_assert_eq!(found(&documents, 10, Some(&limit)), found(&documents, 10, None));
        }
    }

    #[test]
    fn a_text_that_repeats_one_word_is_one_run() {
        let run = EqualRun { a: 0, b: 1, length: 99_999 };
        assert_eq!(found(&[vec![7; 100_000]], 30, None), [run]);
    }
}
