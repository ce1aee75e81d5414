//! The search for repeats, as the pipeline calls it: find links once, then ask for passages or for cuts.

use super::cutter::{PassageCutter, REACH};
use super::links::{WindowLinks, links};
use super::spans::{Passage, RepeatedSpan};
use super::word_store::WordStore;
use super::{merge, runs};
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::lsh::MemoryLimit;

/// Allowed values of `min_tokens`.
const MIN_TOKENS: std::ops::RangeInclusive<usize> = 2..=10_000;

/// Checks `min_tokens` (2 to 10,000) and `max_gap` (0 to 10,000).
///
/// # Errors
///
/// The first value out of range, with the range.
pub(crate) fn validate(min_tokens: usize, max_gap: usize) -> Result<()> {
    if !MIN_TOKENS.contains(&min_tokens) {
        return Err(Error::parameter("min_tokens", min_tokens, "from 2 to 10000"));
    }
    if max_gap > *MIN_TOKENS.end() {
        return Err(Error::parameter("max_gap", max_gap, "from 0 to 10000; 0 merges nothing"));
    }
    Ok(())
}

/// The repeats in a store of words.
#[derive(Debug)]
pub(crate) struct PassageRepeats<'a> {
    store: &'a WordStore,
    window: usize,
    links: WindowLinks,
}

impl<'a> PassageRepeats<'a> {
    /// Finds every window of `window` words that occurred before. `limit` bounds the memory of the search.
    ///
    /// # Errors
    ///
    /// A temporary file cannot be written or read.
    pub(crate) fn find(store: &'a WordStore, window: usize, limit: Option<&MemoryLimit>) -> Result<Self> {
        Ok(Self { store, window, links: links(store, window, limit)? })
    }

    /// Bytes held in memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.links.bytes()
    }

    /// All passages in report order, and the number of mismatched windows: their hashes are equal, their words are not,
    /// so they were dropped. `check` is called with the number of passages found so far.
    ///
    /// # Errors
    ///
    /// A temporary file cannot be read; `check` fails.
    pub(crate) fn passages(
        &self,
        max_gap: usize,
        mut check: impl FnMut(usize) -> Result<()>,
    ) -> Result<(Vec<Passage>, u64)> {
        let mut passages = Vec::new();

        let mismatched = runs::runs(self.store, &self.links, self.window, |document, runs| {
            merge::passages(self.store, document, runs, max_gap as u64, &mut passages)?;
            check(passages.len())
        })?;

        Ok((passages, mismatched))
    }

    /// The spans to remove so that each passage occurs once, in input order, and the number of mismatched windows as in
    /// [`passages`](Self::passages). `read` gives the text of a document; `check` is called with the number of entries
    /// held so far.
    ///
    /// # Errors
    ///
    /// A temporary file cannot be read; `read` or `check` fails.
    pub(crate) fn cuts(
        &self,
        read: &mut dyn FnMut(DocId) -> Result<String>,
        check: &mut dyn FnMut(usize) -> Result<()>,
    ) -> Result<(Vec<RepeatedSpan>, u64)> {
        PassageCutter::new(self.store, self.window, REACH, read).run(&self.links, check)
    }
}
