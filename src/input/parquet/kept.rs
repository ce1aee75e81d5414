//! The rows of a Parquet file that are kept, batch by batch.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::columns::ParquetColumn;
use super::edit::{KeptRows, RowFate};
use super::source::ParquetSource;
use super::{batch_rows, columns, guard, load};
use crate::input::held::PlainFile;
use crate::input::{InputFile, InputOptions};

/// Reads the rows of a file again, with all columns.
pub(in crate::input) struct ParquetKept<'a> {
    plain: &'a Arc<PlainFile>,
    pub(super) metadata: ArrowReaderMetadata,
    /// The columns that the first pass read.
    mask: ProjectionMask,
    text: Option<ParquetColumn>,
    fate: &'a dyn Fn(usize) -> RowFate,
    /// Number of rows that the first pass read.
    rows: usize,
    /// The next row.
    row: usize,
    /// The next row group, and the batches of the one before it.
    group: usize,
    reader: Option<ParquetRecordBatchReader>,
}

/// What [`ParquetKept::next`] gives.
pub(in crate::input) enum KeptPiece {
    Rows(KeptRows),
    /// A row group has ended.
    GroupEnd,
}

impl<'a> ParquetKept<'a> {
    /// Begins to read `file` again; `fate` decides on each row, counted from 0. `options` are those with which the file was
    /// read. `None` if it is no table.
    ///
    /// # Errors
    ///
    /// Its metadata cannot be read.
    pub(in crate::input) fn open(
        file: &'a InputFile,
        options: &InputOptions,
        fate: &'a dyn Fn(usize) -> RowFate,
    ) -> Result<Option<Self>, String> {
        let Some(plain) = &file.table else { return Ok(None) };
        let metadata = load(plain)?;
        let read = columns::of(metadata.schema().fields(), options);

        Ok(Some(Self {
            plain,
            mask: columns::mask(&metadata, &read),
            text: read.into_iter().find(|column| column.name == options.text_field),
            metadata,
            fate,
            rows: file.records.len(),
            row: 0,
            group: 0,
            reader: None,
        }))
    }

    /// The columns of the file.
    pub(in crate::input) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    ///
    /// Rows that are kept cannot be decoded.
    pub(in crate::input) fn next(&mut self) -> Result<Option<KeptPiece>, String> {
        match guard(|| self.piece()) {
            Ok(piece) => Ok(piece),
            // If the file was damaged here when it was first read, no later row is kept, and nothing is lost.
            Err(_) if (self.row..self.rows).all(|row| matches!((self.fate)(row), RowFate::Goes)) => {
                (self.row, self.reader) = (self.rows, None);
                Ok(Some(KeptPiece::GroupEnd))
            }
            Err(what) => Err(what),
        }
    }

    fn piece(&mut self) -> Result<Option<KeptPiece>, String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let Some(reader) = &mut self.reader else {
            if self.row >= self.rows || self.group >= self.metadata.metadata().num_row_groups() {
                return Ok(None);
            }
            self.reader = Some(self.group()?);
            self.group += 1;
            return self.piece();
        };

        let Some(batch) = reader.next() else {
            self.reader = None;
            return Ok(Some(KeptPiece::GroupEnd));
        };
        let batch = batch.map_err(|error| told(&error))?;

        // Rows beyond those of the first pass were damaged then, and are not copied.
        let left = self.rows.saturating_sub(self.row).min(batch.num_rows());
        let kept = KeptRows::of(batch.slice(0, left), self.row, self.fate, self.text.as_ref());
        self.row += left;
        Ok(Some(KeptPiece::Rows(kept.map_err(|error| told(&error))?)))
    }

    /// The batches of the next row group: the same as in the first pass, so that damage is found at the same row.
    fn group(&self) -> Result<ParquetRecordBatchReader, String> {
        let source = ParquetSource::new(Arc::clone(self.plain));
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source, self.metadata.clone())
            .with_row_groups(vec![self.group])
            .with_batch_size(batch_rows(&self.metadata, self.group, &self.mask));
        builder.build().map_err(|error| error.to_string())
    }
}
