//! What a report tells of every record: its source. Reads the corpus once more, block by block.

use std::io;

use foldhash::HashMap;

use super::ReportedRun;
use crate::document::DocId;
use crate::input::{CorpusBlocks, ReadScratch, RecordBlock};
use crate::page::SourceResolver;
use crate::parallel;

/// Most sources that are told apart.
const MOST_SOURCES: usize = 1 << 16;

/// The number of a source in [`RecordSources::names`].
pub(super) type SourceNumber = u32;

/// The source of each record.
#[derive(Debug)]
pub(super) struct RecordSources {
    /// The names, in the order in which they occur first. The empty name is that of records without a source.
    pub(super) names: Vec<String>,
    of_records: Vec<SourceNumber>,
}

impl RecordSources {
    /// Reads the sources of all records.
    ///
    /// # Errors
    ///
    /// A file cannot be read again.
    pub(super) fn read(run: &ReportedRun<'_>) -> io::Result<Self> {
        let sources = SourceResolver::new(run.corpus.options(), run.options.source_field.as_deref());
        let work = |scratch: &mut ReadScratch, block: RecordBlock| {
            let mut names: Vec<String> = Vec::new();
            block.read(scratch, |record, _| {
                names.push(record.map_or_else(|_| String::new(), |record| sources.of(&record).into_owned()));
            });
            scratch.passed.clear();
            names
        };

        let mut builder = SourceBuilder::default();
        parallel::in_order(run.threads, run.corpus.blocks(), CorpusBlocks::next, ReadScratch::default, work, |names| {
            builder.extend(names);
            Ok(())
        })
        .map_err(io::Error::other)?;
        Ok(Self { names: builder.names, of_records: builder.of_records })
    }

    /// The source of a record.
    pub(super) fn of(&self, document: DocId) -> SourceNumber {
        self.of_records.get(document.index()).copied().unwrap_or(0)
    }

    /// The name of a source.
    pub(super) fn name(&self, source: SourceNumber) -> &str {
        self.names.get(source as usize).map_or("", String::as_str)
    }
}

#[derive(Default)]
struct SourceBuilder {
    names: Vec<String>,
    numbers: HashMap<String, SourceNumber>,
    of_records: Vec<SourceNumber>,
}

/// The name of all sources beyond the first [`MOST_SOURCES`].
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

        let name = if self.names.len() < MOST_SOURCES { name } else { OTHERS.to_owned() };
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.names.len() as SourceNumber;
        self.numbers.insert(name.clone(), number);
        self.names.push(name);
        number
    }
}
