//! Repeated ids of a corpus: names that are unique, or rejects.

use std::cell::RefCell;

use super::Corpus;
use crate::document::DocId;
use crate::error::Result;
use crate::input::{Reject, RejectReason, RepeatedIds, RepeatedIdsBuilder};

impl Corpus {
    /// The names of all records. Reads the whole input once; a caller that reads it anyway should fill a
    /// [`RepeatedIdsBuilder`] instead.
    ///
    /// # Errors
    /// A record cannot be read again: see [`RejectReason::Lost`].
    pub fn names(&self) -> Result<RepeatedIds> {
        self.collected_ids()?.finish(self)
    }

    /// With [`InputOptions::unique_ids`](crate::input::InputOptions::unique_ids): from now on, [`read`](Self::read)
    /// rejects every record whose id an earlier record has. `ids` are those of all records that can be read. Returns
    /// the records rejected by this, in input order; without that option there are none.
    ///
    /// # Errors
    /// A record whose hash an earlier one has cannot be read again.
    pub(crate) fn reject_repeats(&mut self, ids: RepeatedIdsBuilder) -> Result<Vec<DocId>> {
        if !self.options.unique_ids {
            return Ok(Vec::new());
        }

        // Repeats found before would be rejected where their ids are read again.
        self.repeats.clear();
        self.repeats = ids.finish(self)?.without(self.references()).repeats();
        Ok(self.repeats())
    }

    /// The records that are rejected for repeating an id, ascending.
    pub(crate) fn repeats(&self) -> Vec<DocId> {
        self.repeats.iter().map(|(doc, _)| *doc).collect()
    }

    /// The ids of all records that can be read.
    pub(super) fn collected_ids(&self) -> Result<RepeatedIdsBuilder> {
        let mut ids = RepeatedIdsBuilder::default();
        self.each(|id, record| {
            if let Ok(record) = record {
                ids.add(id, &record.id);
            }
        })?;
        Ok(ids)
    }
}

impl RepeatedIdsBuilder {
    /// The names; reads from `corpus` again each record that may repeat an id.
    ///
    /// # Errors
    ///
    /// A record that could be read before cannot be read again: see [`RejectReason::Lost`].
    pub fn finish(mut self, corpus: &Corpus) -> Result<RepeatedIds> {
        self.join_blocks(|doc| corpus.source(doc).to_string());

        let lost: RefCell<Option<Reject>> = RefCell::new(None);
        let id_of = |doc| match corpus.read(doc) {
            Ok(record) => Some(record.id),
            Err(reject) => {
                // Other rejects were rejects before, and have no id.
                if let RejectReason::Lost { .. } = reject.reason {
                    lost.borrow_mut().get_or_insert(reject);
                }
                None
            }
        };

        // An input may have the id of a reference: only ids on the same side are repeats.
        let (references, others) = self.split_before(DocId::new(corpus.references()));
        let mut names = references.resolve(id_of);
        names.append(others.resolve(id_of));
        match lost.into_inner() {
            Some(reject) => Err(reject.into()),
            None => Ok(names),
        }
    }
}
