//! Copies of texts that are kept elsewhere, such as in an index: a run removes them, and compares them with nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::progress::Progress;
use crate::document::DocId;
use crate::error::Result;
use crate::input::Corpus;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// A record that is a copy of a text elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownCopy {
    /// The record.
    pub document: DocId,
    /// The name of the text there.
    pub keeper: Box<str>,
    /// Where that text is, such as the directory of an index.
    pub place: Arc<str>,
    /// The relation of the record to that text: exact or near.
    pub relation: Relation,
    /// The exact score of the record against that text.
    pub score: Score,
    /// The shingles that the score was measured on.
    pub measure: ShingleKind,
}

/// Texts that are kept elsewhere.
pub trait KnownTexts: Sync {
    /// The records of `corpus` that are copies of these texts, in input order, each once. Records that cannot be read are left
    /// out. Tells `progress` each record that it has looked at.
    ///
    /// # Errors
    ///
    /// The texts cannot be read.
    fn copies(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<Vec<KnownCopy>>;

    /// Number of these texts.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the user should know of the answers, a sentence; asked after [`copies`](Self::copies).
    fn warning(&self) -> Option<String> {
        None
    }
}

/// The account of the texts that were kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownCounts {
    /// Number of these texts.
    pub texts: u64,
    /// Number of records that are copies of them, by relation. They count in no cluster.
    pub copies: BTreeMap<&'static str, u64>,
}

impl KnownCounts {
    pub(super) fn new(texts: u64, known: &[KnownCopy]) -> Self {
        let mut copies = BTreeMap::new();
        for copy in known {
            *copies.entry(copy.relation.name()).or_default() += 1;
        }
        Self { texts, copies }
    }
}
