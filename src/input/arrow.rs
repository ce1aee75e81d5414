//! Apache Arrow: record batches one after the other, as a stream or as a file with a footer. Hugging Face `datasets`
//! saves streams, Feather is a file.
//!
//! A file is a mark, a stream and a footer, so both are read in the same way. As in Parquet, each row becomes one line of JSON with the columns that are read, and `dedup` copies whole rows from
//! the file. The decoder may panic on damaged files, so it is guarded like that of Parquet.

use std::sync::Arc;

use super::held::PlainFile;
use super::parquet::columns::{self, ParquetColumn};
use super::read_meter::ReadMeter;
use super::{InputOptions, csv, remedies};

mod batches;
mod copy;
mod kept;
mod read;

pub(crate) use copy::copy_arrow;
pub(super) use kept::ArrowKept;

use batches::{ArrowBatches, form_of};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ArrowForm {
    Stream,
    /// With a footer that names the place of each batch.
    File,
}

/// A file whose schema has been read.
pub(super) struct ArrowTable {
    pub(super) file: Arc<PlainFile>,
    /// The columns that are read.
    columns: Vec<ParquetColumn>,
}

impl ArrowTable {
    /// Reads the schema of a file.
    ///
    /// # Errors
    /// It is damaged, has no text column, or has a column that is read twice.
    pub(super) fn open(file: Arc<PlainFile>, options: &InputOptions) -> Result<Self, csv::CsvMisfit> {
        let batches = ArrowBatches::open(&file, form_of(&file))
            .map_err(|what| (format!("is no readable Arrow data: {what}"), remedies::WRITE_ANEW))?;
        let fields = batches.schema.fields();
        let columns = columns::of(fields, options);
        columns::check(fields, &columns, options)?;

        Ok(Self { file, columns })
    }

    /// The rows as lines of JSON; `meter` counts the bytes that are read for them.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn rows(&self, meter: ReadMeter) -> Result<read::ArrowRows, csv::CsvMisfit> {
        let batches = ArrowBatches::open(&self.file, form_of(&self.file))
            .map_err(|what| (format!("is no readable Arrow data: {what}"), remedies::WRITE_ANEW))?;
        Ok(read::ArrowRows::new(batches, self.columns.clone(), meter))
    }
}
