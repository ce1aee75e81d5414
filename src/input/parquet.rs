//! Parquet: row groups decoded by several threads, only the columns that are read.
//!
//! Each row becomes one line of JSON with the id, the text and the further fields, which is then read like any other
//! line; `dedup` copies the rest of the row from the file. The arrow schema that writers store next to that of
//! Parquet is not used: it changes how values are held in memory, but no value that is read here.
//!
//! The decoder may panic on damaged files: see [`guard`].

use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::content::PARQUET;
use super::held::PlainFile;
use super::read_meter::ReadMeter;
use super::{InputOptions, csv, remedies};

mod added;
pub(super) mod columns;
mod copy;
mod edit;
mod kept;
pub(super) mod objects;
mod read;
pub(super) mod rows;
mod source;

pub(crate) use added::AddedTable;
pub(crate) use copy::{check_copy, copy};
pub(super) use edit::KeptRows;
pub(crate) use edit::RowFate;
pub(super) use kept::{KeptPiece, ParquetKept};

use columns::ParquetColumn;
use source::ParquetSource;

/// About how many bytes of the columns that are read are decoded at once. Nothing is read of a batch in which damage
/// is found, so the size is fixed.
const BATCH: u64 = 1 << 20;

/// The memory of a row group that is being decoded, in bytes: a batch as columns and as lines, the lines before them,
/// a page.
const PER_GROUP: usize = 6 << 20;

/// Why a file cannot be read: what is wrong with it, and the remedy.
type ParquetMisfit = csv::CsvMisfit;

/// Whether a file begins and ends as Parquet does.
pub(super) fn is(file: &File, length: u64) -> bool {
    let mut mark = [0; PARQUET.len()];
    let ends = [0, length.saturating_sub(4)];

    // The smallest file has both marks and the length of the metadata.
    length >= 12 && ends.into_iter().all(|at| crate::spill::read_at(file, &mut mark, at).is_ok() && mark == *PARQUET)
}

/// A file whose metadata have been read.
pub(super) struct ParquetTable {
    pub(super) file: Arc<PlainFile>,
    metadata: ArrowReaderMetadata,
    /// The columns that are read.
    columns: Vec<ParquetColumn>,
}

impl ParquetTable {
    /// Reads the metadata of a file.
    ///
    /// # Errors
    /// It is damaged, has no column that can hold a text, or has a column that is read twice.
    pub(super) fn open(file: PlainFile, options: &InputOptions) -> Result<Self, ParquetMisfit> {
        let file = Arc::new(file);
        let metadata =
            load(&file).map_err(|what| (format!("is no readable Parquet file: {what}"), remedies::WRITE_ANEW))?;

        let columns = columns::of(metadata.schema().fields(), options);
        columns::check(metadata.schema().fields(), &columns, options)?;
        Ok(Self { file, metadata, columns })
    }

    /// The rows as lines of JSON, decoded by up to `threads` threads in about `ahead` bytes of memory, and `pages` bytes for
    /// pages that are larger than usual. `meter` counts the share of the file that they are of.
    pub(super) fn rows(&self, threads: usize, ahead: usize, pages: u64, meter: ReadMeter) -> read::ParquetRows {
        let mask = columns::mask(&self.metadata, &self.columns);
        let groups = self.metadata.metadata().num_row_groups();
        let threads = threads.min(ahead / PER_GROUP).clamp(1, groups.max(1));

        let decoding = read::ColumnDecoding {
            file: Arc::clone(&self.file),
            page: if pages == u64::MAX { pages } else { pages / threads as u64 },
            metadata: self.metadata.clone(),
            mask,
            columns: self.columns.clone(),
        };
        read::ParquetRows::start(decoding, groups, threads, meter)
    }
}

/// The metadata of a file.
fn load(file: &Arc<PlainFile>) -> Result<ArrowReaderMetadata, String> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let source = ParquetSource::new(Arc::clone(file));
    guard(|| ArrowReaderMetadata::load(&source, options).map_err(|error| error.to_string()))
}

/// How many rows of a group are decoded at once: the columns of `mask` then have about [`BATCH`] bytes.
fn batch_rows(metadata: &ArrowReaderMetadata, group: usize, mask: &ProjectionMask) -> usize {
    let group = metadata.metadata().row_group(group);
    let columns = group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf));

    // Metadata of a damaged file may have negative sizes, which count as 0.
    let bytes: u64 = columns.map(|(_, column)| column.uncompressed_size().max(0).unsigned_abs()).sum();
    let rows = group.num_rows().max(1).unsigned_abs();
    usize::try_from(BATCH / (bytes / rows).max(1)).unwrap_or(1).clamp(1, 8192)
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs a decoder whose panics are reported as damage; a panic hook should print nothing then.
#[must_use]
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs the decoder; a panic becomes an error. The crate documents that it may panic on malformed files. No value
/// that the decoder used is used after a panic.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let before = GUARDED.replace(true);
    // A guard may run inside another one, so the flag is restored, not cleared.
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);

    result.unwrap_or_else(|panic| {
        let told = panic.downcast_ref::<String>().map(String::as_str);
        let told = told.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
        Err(format!("the decoder gave up ({told})"))
    })
}
