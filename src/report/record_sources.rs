//! The source of every record of a run, by number: as the first pass noted it, or read in one more pass over the corpus.

use std::collections::BTreeSet;

use crate::document::{DocId, UnitId, Units};
use crate::error::Result;
use crate::input::{Corpus, CorpusBlocks, ReadScratch, RecordBlock};
pub(crate) use crate::page::SourceNumber;
use crate::page::{SourceNumbers, SourceResolver};
use crate::parallel;
use crate::pipeline::{Clustering, Options};

/// The source of each record: its source field, else the host of its `url`, else the folder in its id. 4 bytes a record.
#[derive(Debug, Clone)]
pub struct RecordSources {
    /// The names, in the order in which they occur first. The empty name is that of records without a source.
    pub(crate) names: Vec<String>,
    of_records: Vec<SourceNumber>,
}

impl RecordSources {
    /// The sources of all records of `corpus`, references included. Reads the records again, on all threads of the run, unless
    /// the run [noted](Options::note_sources) the sources. `options` are those of the run.
    ///
    /// # Errors
    ///
    /// A file cannot be read again.
    pub fn read(found: &Clustering, corpus: &Corpus, options: &Options) -> Result<Self> {
        match Self::noted(found) {
            Some(noted) => Ok(noted),
            None => Self::read_most(corpus, options, found.threads, usize::MAX),
        }
    }

    /// The sources that the run noted, if it did: the same as [`read_most`](Self::read_most) reads.
    fn noted(found: &Clustering) -> Option<Self> {
        let noted = found.noted.as_ref()?;
        debug_assert_eq!(noted.of_records().len(), found.languages.len(), "each record has its source");

        // A record that was rejected later, for its id, is read without a source.
        let mut sources = SourceNumbers::default();
        for (number, language) in noted.of_records().iter().zip(&found.languages) {
            let name = noted.names().get(*number as usize).filter(|_| language.is_some());
            sources.push(name.map_or("", String::as_str));
        }
        Some(Self::of_numbers(&sources))
    }

    /// The sources of records by number.
    pub(crate) fn of_numbers(sources: &SourceNumbers) -> Self {
        Self { names: sources.names().to_vec(), of_records: sources.of_records().to_vec() }
    }

    /// As [`read`](Self::read); sources beyond the first `most` share one name.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn read_most(corpus: &Corpus, options: &Options, threads: usize, most: usize) -> Result<Self> {
        let sources = SourceResolver::new(corpus.options(), options.source_field.as_deref());
        let work = |scratch: &mut ReadScratch, block: RecordBlock| {
            let mut numbers = SourceNumbers::default();
            block.read(scratch, |record, _| match record {
                Ok(record) => numbers.push(&sources.of(&record)),
                Err(_) => numbers.push(""),
            });
            scratch.passed.clear();
            numbers
        };

        let mut all = SourceNumbers::of_most(most);
        parallel::in_order(threads, corpus.blocks(), CorpusBlocks::next, ReadScratch::default, work, |numbers| {
            all.append(&numbers);
            Ok(())
        })?;
        Ok(Self::of_numbers(&all))
    }

    /// The sources of some of these records, with the same numbers.
    pub(crate) fn of_some(&self, documents: &[DocId]) -> Self {
        let of_records = documents.iter().map(|document| self.of(*document)).collect();
        Self { names: self.names.clone(), of_records }
    }

    /// The source of a record.
    pub(crate) fn of(&self, document: DocId) -> SourceNumber {
        debug_assert!(document.index() < self.of_records.len(), "record {} is of another corpus", document.index());
        self.of_records.get(document.index()).copied().unwrap_or(0)
    }

    /// The name of a source.
    pub(crate) fn name(&self, source: SourceNumber) -> &str {
        self.names.get(source as usize).map_or("", String::as_str)
    }

    /// Whether a record has a source.
    pub(crate) fn are_named(&self) -> bool {
        self.names.iter().any(|name| !name.is_empty())
    }

    /// Number of distinct sources of some units; records without a source count as none, but a text has one at least.
    pub(crate) fn count(&self, units: &Units, of: impl Iterator<Item = UnitId>) -> usize {
        let distinct: BTreeSet<SourceNumber> = of.map(|unit| self.of(units.document(unit))).collect();
        distinct.iter().filter(|source| !self.name(**source).is_empty()).count().max(1)
    }
}
