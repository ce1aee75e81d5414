//! Decides what is removed where passages repeat.

use super::plan::{Cleaning, RemovedPart};
use super::tidy::{self, has_tokens};
use crate::cluster::Removal;
use crate::document::DocId;
use crate::error::Result;
use crate::input::Corpus;
use crate::passage::RepeatedSpan;
use crate::pipeline::{Options, RepeatedPassages};
use crate::similarity::{Relation, Score};

impl<'a> Cleaning<'a> {
    /// Removes the repeated passages from `corpus`. `options` are those of the run. A document in which no token is
    /// left is removed; its keeper is the document that keeps its largest passage.
    ///
    /// # Errors
    ///
    /// A record to be edited cannot be read again, or is an HTML page.
    pub fn of_passages(repeated: &'a RepeatedPassages, corpus: &'a Corpus, options: &'a Options) -> Result<Self> {
        let mut plan = Self::nothing(&repeated.found, corpus, options);
        for spans in repeated.spans.chunk_by(|a, b| a.document == b.document) {
            plan.remove_passages(spans)?;
        }
        Ok(plan)
    }

    /// Removes the passages of one document.
    fn remove_passages(&mut self, spans: &[RepeatedSpan]) -> Result<()> {
        let Some(document) = spans.first().map(|span| span.document) else { return Ok(()) };

        for RepeatedSpan { span, keeper, keeper_span, .. } in spans {
            if let Some(removal) = self.passage_removal(document, *keeper) {
                let (span, keeper_span) = (Some(*span), Some(*keeper_span));
                self.removed_parts.push(RemovedPart { keeper_span, ..RemovedPart::of(removal, span) });
            }
        }

        self.check_editable(document)?;
        let record = self.corpus.read(document)?;
        // A passage may end inside a line: its removal must not join two lines.
        let cuts = tidy::keeping_lines(&record.text, spans.iter().map(|span| span.span));
        let left = tidy::without(&record.text, &cuts);
        if has_tokens(&left, &record.text, self.options) {
            self.edited.insert(document, cuts.into());
            return Ok(());
        }

        // Nothing is left: its largest passage stands for it; of equally large ones the first, hence `rev`.
        let largest = spans.iter().rev().max_by_key(|span| span.tokens);
        if let Some(removal) = largest.and_then(|span| self.passage_removal(document, span.keeper)) {
            self.remove_record(document, removal);
        }
        Ok(())
    }

    /// The removal of a part of `document` for `keeper`. In a run over passages each readable document is one unit.
    fn passage_removal(&self, document: DocId, keeper: DocId) -> Option<Removal> {
        let units = &self.found.units;
        let (unit, keeper) = (units.first_of(document), units.first_of(keeper));
        debug_assert!(unit.is_some() && keeper.is_some());
        Some(Removal { unit: unit?, keeper: keeper?, relation: Relation::Exact, score: Score::SAME })
    }
}
