//! The source of every record of a run, by number. Read in one more pass over the corpus, block by block.

use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::document::{DocId, UnitId, Units};
use crate::error::Result;
use crate::input::{Corpus, CorpusBlocks, ReadScratch, RecordBlock};
use crate::page::SourceResolver;
use crate::parallel;
use crate::pipeline::{Clustering, Options};

/// The number of a source in [`RecordSources::names`].
pub(crate) type SourceNumber = u32;

/// The source of each record: its source field, else the host of its `url`, else the folder in its id. 4 bytes a record.
#[derive(Debug)]
pub struct RecordSources {
    /// The names, in the order in which they occur first. The empty name is that of records without a source.
    pub(crate) names: Vec<String>,
    of_records: Vec<SourceNumber>,
}

impl RecordSources {
    /// Reads the sources of all records of `corpus`, references included, on all threads of the run. `options` are those of
    /// the run.
    ///
    /// # Errors
    ///
    /// A file cannot be read again.
    pub fn read(found: &Clustering, corpus: &Corpus, options: &Options) -> Result<Self> {
        Self::read_most(corpus, options, found.threads, usize::MAX)
    }

    /// As [`read`](Self::read); sources beyond the first `most` share one name.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn read_most(corpus: &Corpus, options: &Options, threads: usize, most: usize) -> Result<Self> {
        let sources = SourceResolver::new(corpus.options(), options.source_field.as_deref());
        let work = |scratch: &mut ReadScratch, block: RecordBlock| {
            let mut names: Vec<String> = Vec::new();
            block.read(scratch, |record, _| {
                names.push(record.map_or_else(|_| String::new(), |record| sources.of(&record).into_owned()));
            });
            scratch.passed.clear();
            names
        };

        let mut builder = SourceBuilder { most, ..SourceBuilder::default() };
        parallel::in_order(threads, corpus.blocks(), CorpusBlocks::next, ReadScratch::default, work, |names| {
            builder.extend(names);
            Ok(())
        })?;
        Ok(Self { names: builder.names, of_records: builder.of_records })
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

#[derive(Default)]
struct SourceBuilder {
    names: Vec<String>,
    numbers: HashMap<String, SourceNumber>,
    of_records: Vec<SourceNumber>,
    /// Most sources that are told apart.
    most: usize,
}

/// The name of all sources beyond the most that are told apart.
const OTHERS: &str = "other sources";

impl SourceBuilder {
    fn extend(&mut self, names: Vec<String>) {
        for name in names {
            let number = self.number(name);
            self.of_records.push(number);
        }
    }

    fn number(&mut self, name: String) -> SourceNumber {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }

        let name = if self.names.len() < self.most { name } else { OTHERS.to_owned() };
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.names.len() as SourceNumber;
        self.numbers.insert(name.clone(), number);
        self.names.push(name);
        number
    }
}
