//! Test items that a corpus contains: by runs of folded tokens, never by likeness.
//!
//! A model that was trained on the items of a test knows them. The usual rule looks for runs of 13 tokens that an item and a
//! document share (Brown et al., "Language Models are Few-Shot Learners", 2020, arXiv:2005.14165, appendix C). This rule cannot
//! find items of fewer tokens. So a shorter item counts if the document contains it as a whole, and an item of very few tokens,
//! which many documents contain by chance, if it is a line of its own.
//!
//! An item is folded with the language of each document, so it is found in any spelling that folding takes for the same.
//! Equal hashes propose a match, equal tokens decide. Time is linear in the tokens of the corpus and of the matches.

mod folded_tokens;
mod item_index;
mod test_items;

pub use test_items::{TestItem, TestItems};

pub(crate) use folded_tokens::FoldedTokens;
pub(crate) use item_index::ItemIndex;

use crate::document::{DocId, Span};
use crate::error::{Error, Result};

/// Which items count as contained in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContaminationOptions {
    /// Length of the runs of tokens that an item and a document share; from 2 to 1,000.
    pub ngram: usize,
    /// Items of fewer tokens count only as a line of their own; from 1 to `ngram`.
    pub least_tokens: usize,
    /// Whether items of any length count only if the document contains them as a whole.
    pub whole: bool,
}

impl Default for ContaminationOptions {
    fn default() -> Self {
        Self { ngram: 13, least_tokens: 5, whole: false }
    }
}

impl ContaminationOptions {
    /// Checks the lengths.
    ///
    /// # Errors
    ///
    /// The first length that is out of its range.
    pub fn validate(self) -> Result<()> {
        if !(2..=1000).contains(&self.ngram) {
            return Err(Error::parameter("ngram", self.ngram, "from 2 to 1000"));
        }
        if !(1..=self.ngram).contains(&self.least_tokens) {
            let expected = format!("from 1 to the length of a run, {}", self.ngram);
            return Err(Error::parameter("least_tokens", self.least_tokens, expected));
        }
        Ok(())
    }
}

/// Why an item counts as contained in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HitRule {
    /// They share a run of tokens that is long enough.
    Ngram,
    /// The document contains the whole item.
    Item,
    /// The whole item is a line of the document.
    Line,
}

impl HitRule {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ngram => "ngram",
            Self::Item => "item",
            Self::Line => "line",
        }
    }
}

/// An item, or a part of it, in a document. A run is as long as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContaminationHit {
    /// The document.
    pub document: DocId,
    /// The place in its text.
    pub span: Span,
    /// The number of the item in [`TestItems`].
    pub item: usize,
    /// The place in the item.
    pub item_span: Span,
    /// Number of shared tokens.
    pub tokens: usize,
    /// Number of tokens of the item.
    pub item_tokens: usize,
    /// Why it counts.
    pub rule: HitRule,
}
