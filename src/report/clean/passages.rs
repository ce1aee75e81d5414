//! What goes where passages repeat.

use super::{Cleaning, RemovedPart, has_tokens, tidy};
use crate::cluster::Removal;
use crate::document::DocId;
use crate::error::Result;
use crate::input::Corpus;
use crate::passage::RepeatedSpan;
use crate::pipeline::{Options, RepeatedPassages};
use crate::similarity::{Relation, Score};

impl<'a> Cleaning<'a> {
    /// Cuts the passages that `repeated` holds out of `corpus`. `options` are those of the run. A document in which no
    /// token is left goes, its keeper being the document that keeps the largest of its passages.
    ///
    /// # Errors
    ///
    /// A record that is to be edited cannot be read again, or is a page.
    pub fn of_passages(repeated: &'a RepeatedPassages, corpus: &'a Corpus, options: &'a Options) -> Result<Self> {
        let mut plan = Self::nothing(&repeated.found, corpus, options);
        for spans in repeated.spans.chunk_by(|a, b| a.document == b.document) {
            plan.passages(spans)?;
        }
        Ok(plan)
    }

    fn passages(&mut self, spans: &[RepeatedSpan]) -> Result<()> {
        let Some(document) = spans.first().map(|span| span.document) else { return Ok(()) };
        for span in spans {
            let (place, keeper_span) = (Some(span.span), Some(span.keeper_span));
            let removal = self.removal(document, span.keeper);
            self.gone.extend(removal.map(|removal| RemovedPart { removal, span: place, keeper_span, record: false }));
        }
        self.check_editable(document)?;
        let record = self.corpus.read(document)?;
        let cuts = tidy::keeping_lines(&record.text, spans.iter().map(|span| span.span));
        let left = tidy::without(&record.text, &cuts);
        if has_tokens(&left, &record.text, self.options) {
            self.edited.insert(document, cuts.into());
            return Ok(());
        }
        self.removed.insert(document);
        // Of equally long ones the first.
        let largest = spans.iter().rev().max_by_key(|span| span.tokens);
        let removal = largest.and_then(|span| self.removal(document, span.keeper));
        self.gone.extend(removal.map(|removal| RemovedPart { removal, span: None, keeper_span: None, record: true }));
        Ok(())
    }

    fn removal(&self, document: DocId, keeper: DocId) -> Option<Removal> {
        let units = &self.found.units;
        let (unit, keeper) = (units.first_of(document)?, units.first_of(keeper)?);
        Some(Removal { unit, keeper, relation: Relation::Exact, score: Score::SAME })
    }
}
