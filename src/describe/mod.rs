//! Describes an input before anything is done with it: how many records it has, of which languages, lengths, sources and
//! dates, and what is wrong with them.
//!
//! ```
//! use mukarrar::describe::{DescribeOptions, describe};
//! use mukarrar::input::{Input, InputOptions};
//!
//! let lines = "{\"text\": \"وصل القطار إلى المدينة\"}\n{\"text\": \"وصل القطار إلى المدينة\"}\n{\"text\": \"\"}\n";
//! let input = Input::from_reader("news.jsonl", lines.as_bytes(), InputOptions::default())?;
//! let found = describe(input, &DescribeOptions::default(), &())?;
//! assert_eq!((found.records.read, found.records.empty, found.repeats.records), (3, 1, 1));
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! The input is read once, and nothing of it is kept: memory does not grow with the input, only with the number of sources,
//! up to [`MOST_SOURCES`], and of days. Each block of records gives a tally (`tally`), and tallies are added in input order,
//! so the result does not depend on the number of threads. Lengths are counted in classes (`lengths`), repeats in a sample of
//! texts once there are many (`repeats`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::document::{Date, DateOrder};
use crate::error::Result;
use crate::input::{BlockReader, Corpus, Input, KeptPages, RecordBlock, SkipReason, StoragePolicy};
use crate::page::SourceResolver;
use crate::parallel;
use crate::pipeline::Progress;
use crate::spill::SpillDir;

mod lengths;
mod repeats;
mod tally;

pub use lengths::{LengthClass, LengthSummary};
pub use repeats::RepeatCounts;
pub use tally::MOST_SOURCES;

use tally::{BlockTally, InputTally, RecordReader};

/// Bytes of extracted pages that are kept in memory.
const PAGES: u64 = 64 << 20;

/// What [`describe`] reads of an input.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DescribeOptions {
    /// The field that names the source of a record; `None` for the host of its `url`, else its folder.
    pub source_field: Option<String>,
    /// The field with the date of a record; `None` reads no dates.
    pub date_field: Option<String>,
    /// Order of day and month in dates such as 3/4/2015; `None` does not read such dates.
    pub date_order: Option<DateOrder>,
    /// Number of threads; `None` for one per core. The result does not depend on it.
    pub threads: Option<usize>,
}

impl DescribeOptions {
    /// The fields that the input must read ([`InputOptions::fields`](crate::input::InputOptions::fields)).
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let sources = SourceResolver::fields(self.source_field.as_deref());
        let mut fields: Vec<String> = Vec::new();
        for field in self.date_field.iter().cloned().chain(sources) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }
}

/// What an input is made of.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    /// Number of files that were read.
    pub files: u64,
    /// Number of skipped files by reason.
    #[serde(serialize_with = "by_reason")]
    pub skipped_files: BTreeMap<SkipReason, u64>,
    /// The records.
    pub records: RecordTotals,
    /// Number of records that can be read by the code of their language, `unsure` for those that do not tell it. Empty ones are
    /// left out.
    pub languages: BTreeMap<&'static str, u64>,
    /// Words of a record that can be read: stretches without white space that have a letter or a digit.
    pub words: LengthSummary,
    /// Characters of a record that can be read: Unicode scalar values.
    pub characters: LengthSummary,
    /// The sources, those with most records first, then by name. Beyond [`MOST_SOURCES`] names, `other sources`.
    pub sources: Vec<SourceTotals>,
    /// The dates; `None` if no field with dates was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateTotals>,
    /// Number of records whose text is not simply their bytes in UTF-8, by kind and name: encodings, repaired mojibake, lost
    /// characters and more.
    pub noted: BTreeMap<String, BTreeMap<String, u64>>,
    /// The texts that stand in several records.
    pub repeats: RepeatCounts,
}

/// The records of an input: `read` = those that can be read + `rejected`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RecordTotals {
    /// Number of records.
    pub read: u64,
    /// Number of records that cannot be read by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Number of records that can be read and whose text has no letter and no digit.
    pub empty: u64,
    /// Bytes of all records as they stand in the decompressed input.
    pub bytes: u64,
    /// Bytes of all texts in UTF-8.
    pub text_bytes: u64,
}

/// A source and its records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceTotals {
    /// Its name; empty for records without one.
    pub source: String,
    /// Number of its records that can be read.
    pub records: u64,
    /// Number of those that are empty.
    pub empty: u64,
    /// Words of all its records.
    pub words: u64,
}

/// The dates of the records that can be read: all of them = `dated` + `missing` + `unreadable`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DateTotals {
    /// The field.
    pub field: String,
    /// The earliest date.
    pub first: Option<Date>,
    /// The latest date.
    pub last: Option<Date>,
    /// Number of records with a date.
    pub dated: u64,
    /// Number of records without the field.
    pub missing: u64,
    /// Number of records whose field holds no date that can be read.
    pub unreadable: u64,
    /// The first values that cannot be read, as they stand: at most three, at most 40 characters of each.
    pub examples: Vec<String>,
    /// Number of records by month of their date in universal time.
    pub months: BTreeMap<String, u64>,
    /// Number of records by day since 1970 in universal time.
    #[serde(skip)]
    pub(crate) days: BTreeMap<i64, u64>,
}

/// Reads `input` once and describes it. The input must read [`DescribeOptions::fields`]. Takes time linear in the input.
///
/// # Errors
///
/// The threads cannot be started, a named file cannot be read, or there is no record at all.
pub fn describe(input: Input, options: &DescribeOptions, progress: &dyn Progress) -> Result<Description> {
    let reading = input.options().clone();
    parallel::with_threads(options.threads, || {
        progress.begin("read", 0);
        let worker = || RecordReader::new(options, &reading, progress);
        let work = |reader: &mut RecordReader<'_>, block: RecordBlock| reader.tally(&block);

        let mut all = InputTally::default();
        let reader = input.reader(storage())?.forgetting();
        let next = BlockReader::next_forgotten;
        let reader = parallel::in_order(parallel::threads(), reader, next, worker, work, |tally: BlockTally| {
            all.add(tally);
            Ok(())
        })?;

        let corpus = Corpus::assemble(reader.finish()?);
        if all.is_empty() {
            corpus.refuse_nothing_read(&[])?;
        }
        Ok(all.finish(options, &corpus))
    })?
}

/// Files are read block by block, since all pages of a mapped one would count as memory of the process. Extracted pages of HTML
/// are not read again here, so few are kept in memory and the others go to the disk.
fn storage() -> StoragePolicy {
    let room = SpillDir::temporary(std::env::temp_dir());
    let pages = Some(Arc::new(KeptPages::new(Some(PAGES), Some(room.clone()))));
    StoragePolicy { memory: Some(0), room: Some(room), threads: parallel::threads(), pages, ..StoragePolicy::default() }
}

fn by_reason<S: Serializer>(counts: &BTreeMap<SkipReason, u64>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(reason, count)| (reason.name(), count)))
}
