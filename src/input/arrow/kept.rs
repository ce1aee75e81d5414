//! The rows of an Arrow file that are kept, batch by batch.

use arrow_schema::SchemaRef;

use super::{ArrowBatches, form_of};
use crate::input::parquet::columns::{self, ParquetColumn};
use crate::input::parquet::{KeptRows, RowFate, guard};
use crate::input::{InputFile, InputOptions};

/// Reads the rows of a file again, with all columns.
pub(in crate::input) struct ArrowKept<'a> {
    batches: ArrowBatches,
    text: Option<ParquetColumn>,
    fate: &'a dyn Fn(usize) -> RowFate,
    /// Number of rows that the first pass read.
    rows: usize,
    /// The next row.
    row: usize,
}

impl<'a> ArrowKept<'a> {
    /// Begins to read `file` again; `fate` decides on each row, counted from 0. `options` are those with which the file was
    /// read. `None` if it is no table.
    ///
    /// # Errors
    ///
    /// Its schema cannot be read.
    pub(in crate::input) fn open(
        file: &InputFile,
        options: &InputOptions,
        fate: &'a dyn Fn(usize) -> RowFate,
    ) -> Result<Option<Self>, String> {
        let Some(plain) = &file.table else { return Ok(None) };
        let batches = ArrowBatches::open(plain, form_of(plain))?;
        let read = columns::of(batches.schema.fields(), options);
        let text = read.into_iter().find(|column| column.name == options.text_field);
        Ok(Some(Self { batches, text, fate, rows: file.records.len(), row: 0 }))
    }

    /// The columns of the file.
    pub(in crate::input) fn schema(&self) -> &SchemaRef {
        &self.batches.schema
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    ///
    /// Rows that are kept cannot be decoded.
    pub(in crate::input) fn next(&mut self) -> Result<Option<KeptRows>, String> {
        if self.row >= self.rows {
            return Ok(None);
        }

        let batch = match self.batches.next() {
            Ok(Some(batch)) => batch,
            Ok(None) => return Ok(None),
            // If the file was damaged here when it was first read, no later row is kept, and nothing is lost.
            Err(_) if (self.row..self.rows).all(|row| matches!((self.fate)(row), RowFate::Goes)) => return Ok(None),
            Err(what) => return Err(what),
        };

        // Rows beyond those of the first pass were damaged then, and are not copied.
        let batch = batch.slice(0, batch.num_rows().min(self.rows - self.row));
        let first = self.row;
        self.row += batch.num_rows();
        let kept = || KeptRows::of(batch, first, self.fate, self.text.as_ref()).map_err(|error| error.to_string());
        guard(kept).map(Some)
    }
}
