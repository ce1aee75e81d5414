//! A Parquet file, written row by row.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::arrays::{CellValue, column};
use super::kind::ColumnKinds;
use crate::error::{Error, Result};
use crate::input::{WholeField, WholeValue, guard};
use crate::report::clean::joined_pieces::JoinedPieces;

/// Bytes of values that become a piece of a row group at once.
const PIECE: usize = 1 << 20;

/// Bytes of values in a row group. It is fixed, so the file does not depend on the memory of a run.
const ROW_GROUP: usize = 16 << 20;

/// Most rows of a row group.
const MOST_ROWS: usize = 1 << 17;

/// Writes a Parquet file.
pub(crate) struct ParquetWriter {
    kinds: ColumnKinds,
    schema: SchemaRef,
    writer: ArrowWriter<Vec<u8>>,
    /// Rows that wait for the next piece, and their bytes.
    rows: Vec<Vec<WholeField>>,
    bytes: usize,
    /// Rows and bytes in the open row group.
    group: (usize, usize),
}

impl ParquetWriter {
    /// A file with these columns.
    ///
    /// # Errors
    ///
    /// The columns cannot be those of a Parquet file; `target` names it.
    pub(crate) fn new(kinds: ColumnKinds, target: &Path) -> Result<Self> {
        let fields: Vec<_> = kinds.columns.iter().map(|(name, kind)| kind.field(name)).collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(None)
            .build();

        let schema = Arc::new(Schema::new(fields));
        let of_writer = Arc::clone(&schema);
        let made =
            guard(|| ArrowWriter::try_new(Vec::new(), of_writer, Some(properties)).map_err(|error| error.to_string()));
        let writer = made.map_err(|what| failed(target, &what))?;
        Ok(Self { kinds, schema, writer, rows: Vec::new(), bytes: 0, group: (0, 0) })
    }

    /// Writes a row. Fields that are no columns are left out; columns without a field are null.
    ///
    /// # Errors
    ///
    /// The output fails; a value is too large for Parquet.
    pub(in crate::report::clean) fn row(&mut self, fields: Vec<WholeField>, out: &mut JoinedPieces<'_>) -> Result<()> {
        self.bytes += fields.iter().map(bytes_of).sum::<usize>();
        self.rows.push(fields);
        if self.bytes >= PIECE || self.group.0 + self.rows.len() >= MOST_ROWS { self.piece(out) } else { Ok(()) }
    }

    /// Writes the rows that wait.
    fn piece(&mut self, out: &mut JoinedPieces<'_>) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let (writer, kinds, schema) = (&mut self.writer, &self.kinds, &self.schema);
        guard(|| {
            let batch = batch(kinds, schema, &rows).map_err(|error| error.to_string())?;
            writer.write(&batch).map_err(|error| error.to_string())
        })
        .map_err(|what| failed(out.target(), &what))?;

        self.group = (self.group.0 + rows.len(), self.group.1 + std::mem::take(&mut self.bytes));
        if self.group.0 < MOST_ROWS && self.group.1 < ROW_GROUP {
            return Ok(());
        }
        self.group = (0, 0);
        let flushed = guard(|| self.writer.flush().map_err(|error| error.to_string()));
        flushed.map_err(|what| failed(out.target(), &what))?;
        out.bytes(&std::mem::take(self.writer.inner_mut()))
    }

    /// Writes what follows the last row.
    ///
    /// # Errors
    ///
    /// The output fails.
    pub(in crate::report::clean) fn end(mut self, out: &mut JoinedPieces<'_>) -> Result<()> {
        if !self.rows.is_empty() {
            self.piece(out)?;
        }
        let rest = guard(|| self.writer.into_inner().map_err(|error| error.to_string()));
        out.bytes(&rest.map_err(|what| failed(out.target(), &what))?)
    }
}

/// The rows as columns.
fn batch(
    kinds: &ColumnKinds,
    schema: &SchemaRef,
    rows: &[Vec<WholeField>],
) -> std::result::Result<RecordBatch, ArrowError> {
    let mut columns = vec![vec![CellValue::Missing; rows.len()]; kinds.columns.len()];
    for (row, fields) in rows.iter().enumerate() {
        for field in fields {
            let cells = kinds.place(&field.name).and_then(|place| columns.get_mut(place));
            let Some(cell) = cells.and_then(|cells| cells.get_mut(row)) else { continue };
            *cell = match &field.value {
                WholeValue::Null => CellValue::Missing,
                WholeValue::Text(text) => CellValue::Text(text),
                WholeValue::Json(json) => CellValue::Json(json),
            };
        }
    }

    let arrays = kinds.columns.iter().zip(&columns).map(|((_, kind), cells)| column(kind, cells));
    RecordBatch::try_new(Arc::clone(schema), arrays.collect::<std::result::Result<_, _>>()?)
}

fn bytes_of(field: &WholeField) -> usize {
    match &field.value {
        WholeValue::Null => 1,
        WholeValue::Text(text) | WholeValue::Json(text) => text.len() + 4,
    }
}

fn failed(target: &Path, what: &str) -> Error {
    Error::io("write", target, std::io::Error::other(what.to_owned()))
}
