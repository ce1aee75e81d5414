//! Passages: runs of words that stand in two places.
//!
//! Documents that are no copies of one another share paragraphs, quotations, footers. A passage is a run of at least
//! `min_tokens` folded tokens that stand at two places, in two documents or in one, as long as it can be; runs that at most
//! `max_gap` tokens part on both sides are shown as one. Every place is compared with the first place in the input where
//! its words stand, so that a footer in every document costs as much as any other text, and
//!
//! - every run is shared and maximal,
//! - every token that stands in `min_tokens` consecutive tokens which stood before lies in a passage,
//!
//! equality of tokens being that of their 64-bit hashes ([`hash`](crate::shingle::hash)). The borders of a passage are
//! those of words: a token at its end that is part of a longer word, or of one character (ﷺ), is left out.
//!
//! Files: `words` text to hashed tokens with spans, `store` all of them in memory or on disk, `anchors` which windows of
//! `min_tokens` tokens may repeat, `links` where each stood first, `runs` links to maximal runs, `merge` runs to passages,
//! `cut` what a corpus can do without, `sentence` where a cut falls best.

use crate::document::{DocId, Span};
use crate::error::{Error, Result};

mod anchors;
mod cut;
mod links;
mod merge;
mod runs;
mod sentence;
mod store;
mod words;

pub(crate) use store::WordStore;
pub(crate) use words::{FoldedWords, WordFolder};

use crate::lsh::MemoryLimit;
use cut::PassageCutter;
use links::WindowLinks;

/// Text that stands in two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passage {
    /// The document of the earlier place.
    pub a: DocId,
    /// Where it stands there.
    pub a_span: Span,
    /// The document of the later place; it may be the same.
    pub b: DocId,
    /// Where it stands there.
    pub b_span: Span,
    /// Tokens of the later place.
    pub tokens: u64,
    /// Those of them that are equal.
    pub shared: u64,
}

impl Passage {
    /// The order of the report: by the later place; of passages that begin together the longest first.
    fn report_order(&self) -> impl Ord + use<> {
        (self.b, self.b_span.start, std::cmp::Reverse(self.b_span.end), self.a, self.a_span)
    }
}

/// A repeated passage that goes, and the one that stays for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepeatedSpan {
    /// The document that loses it.
    pub document: DocId,
    /// What goes.
    pub span: Span,
    /// The document that keeps it; it may be the same.
    pub keeper: DocId,
    /// What stays.
    pub keeper_span: Span,
    /// Number of tokens.
    pub tokens: u64,
}

/// Shortest and longest `min_tokens`.
const MIN_TOKENS: std::ops::RangeInclusive<usize> = 2..=10_000;

/// Checks the lengths asked for.
///
/// # Errors
///
/// The first that cannot work, with what would fit.
pub(crate) fn validate(min_tokens: usize, max_gap: usize) -> Result<()> {
    if !MIN_TOKENS.contains(&min_tokens) {
        return Err(Error::parameter("min_tokens", min_tokens, "from 2 to 10000"));
    }
    if max_gap > *MIN_TOKENS.end() {
        return Err(Error::parameter("max_gap", max_gap, "from 0 to 10000; 0 merges nothing"));
    }
    Ok(())
}

/// What is repeated in a store of words.
#[derive(Debug)]
pub(crate) struct PassageRepeats<'a> {
    store: &'a WordStore,
    window: usize,
    links: WindowLinks,
}

impl<'a> PassageRepeats<'a> {
    /// Finds every run of `window` words that stood before. `limit` bounds what is held meanwhile.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn find(store: &'a WordStore, window: usize, limit: Option<&MemoryLimit>) -> Result<Self> {
        Ok(Self { store, window, links: links::links(store, window, limit)? })
    }

    /// Bytes held in memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.links.bytes()
    }

    /// All passages in the order of the report, and how many windows were lost to equal hashes of unlike words. `check`
    /// hears how many there are so far.
    ///
    /// # Errors
    ///
    /// The disk refuses; what `check` says.
    pub(crate) fn passages(
        &self,
        max_gap: usize,
        mut check: impl FnMut(usize) -> Result<()>,
    ) -> Result<(Vec<Passage>, u64)> {
        let mut found = Vec::new();
        let lost = runs::runs(self.store, &self.links, self.window, |document, runs| {
            merge::passages(self.store, document, runs, max_gap as u64, &mut found)?;
            check(found.len())
        })?;
        Ok((found, lost))
    }

    /// What goes so that each passage stands once, in input order, and how many windows were lost as above. `read` gives
    /// the text of a document, `check` hears how many things are held so far.
    ///
    /// # Errors
    ///
    /// The disk refuses; what `read` or `check` says.
    pub(crate) fn cuts(
        &self,
        read: &mut dyn FnMut(DocId) -> Result<String>,
        check: &mut dyn FnMut(usize) -> Result<()>,
    ) -> Result<(Vec<RepeatedSpan>, u64)> {
        PassageCutter::new(self.store, self.window, cut::REACH, read).run(&self.links, check)
    }
}

/// The bytes of the words from `start` to before `end`, which are one at least and of one document.
fn span_of(store: &WordStore, start: u64, end: u64) -> Result<Span> {
    Ok(Span::new(store.span(start)?.start, store.span(end - 1)?.end))
}
