//! A cleaning in parts: what becomes of the records of one, and the cleaning of one from that.

use std::collections::BTreeMap;
use std::ops::Range;

use super::plan::Cleaning;
use crate::document::DocId;
use crate::page::Boilerplate;
use crate::pipeline::{Options, PartFates, ShardPart};

impl<'a> Cleaning<'a> {
    /// What becomes of the records `documents`, counted from the first of them.
    #[must_use]
    pub fn fates(&self, documents: Range<DocId>) -> PartFates {
        let own = |document: &DocId| DocId::new(document.index() - documents.start.index());
        let is_here = |document: &&DocId| documents.contains(document);
        let edited = self.edited.range(documents.clone());
        PartFates {
            rejected: self.found.rejects.iter().filter(is_here).map(own).collect(),
            removed: self.removed.range(documents.clone()).map(own).collect(),
            edited: edited.map(|(document, spans)| (own(document), spans.clone())).collect::<BTreeMap<_, _>>(),
        }
    }

    /// The cleaning of one part of an input. It writes what stays of the part; it lists and counts nothing.
    #[must_use]
    pub fn of_part(part: &'a ShardPart, options: &'a Options) -> Self {
        let ShardPart { corpus, found, fates } = part;
        let mut cleaning = Self::nothing(found, corpus, options);
        cleaning.strips = options.boilerplate == Boilerplate::Strip;
        cleaning.removed = fates.removed.iter().copied().collect();
        cleaning.edited.clone_from(&fates.edited);
        cleaning
    }
}
