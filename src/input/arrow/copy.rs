//! An Arrow file without some of its rows: the same form, schema, metadata, columns and batches.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BinaryViewBuilder, LargeBinaryBuilder, LargeStringBuilder, StringBuilder, StringViewBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType};
use arrow_select::filter::filter_record_batch;

use super::{ArrowBatches, ArrowForm, form_of};
use crate::error::{Error, ErrorKind, Result};
use crate::input::parquet::{RowFate, guard};
use crate::input::{InputFile, InputOptions};

/// Writes the rows of `file` that are kept to `out`. `fate` decides on each row, counted from 0; `options` are those
/// with which the file was read. Batches are written without compression.
///
/// # Errors
/// The file cannot be read again, or has changed; a column that was not read before is damaged; the errors of `out`.
pub(crate) fn copy_arrow(
    file: &InputFile,
    options: &InputOptions,
    fate: &dyn Fn(usize) -> RowFate,
    out: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let Some(plain) = &file.table else { return Ok(()) };
    let failed = |what: String| -> Error {
        let what = format!("cannot be copied: {what}");
        let remedy = "write the file anew, or leave it out".into();
        ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
    };

    let form = form_of(plain);
    let mut batches = ArrowBatches::open(plain, form).map_err(failed)?;
    let mut writer = guard(|| BatchWriter::new(form, &batches).map_err(|error| error.to_string())).map_err(failed)?;

    let (mut row, rows) = (0, file.records.len());
    while row < rows {
        let batch = match batches.next() {
            Ok(Some(batch)) => batch,
            Ok(None) => break,
            // If the file was damaged here when it was first read, no later row is kept, and nothing is lost.
            Err(_) if (row..rows).all(|row| matches!(fate(row), RowFate::Goes)) => break,
            Err(what) => return Err(failed(what)),
        };

        // Rows beyond those of the first pass were damaged then, and are not copied.
        let batch = batch.slice(0, batch.num_rows().min(rows - row));
        let fates: Vec<RowFate> = (row..row + batch.num_rows()).map(fate).collect();
        row += batch.num_rows();
        let kept = guard(|| kept(batch, &fates, &options.text_field).map_err(|error| error.to_string()));
        let bytes = guard(|| writer.write(&kept?).map_err(|error| error.to_string())).map_err(failed)?;
        out(&bytes)?;
    }

    let rest = guard(|| writer.finish().map_err(|error| error.to_string())).map_err(failed)?;
    out(&rest)
}

/// Writes batches in one of the forms; the bytes are taken after each.
enum BatchWriter {
    Stream(StreamWriter<Vec<u8>>),
    File(FileWriter<Vec<u8>>),
}

impl BatchWriter {
    fn new(form: ArrowForm, batches: &ArrowBatches) -> std::result::Result<Self, ArrowError> {
        match form {
            ArrowForm::Stream => Ok(Self::Stream(StreamWriter::try_new(Vec::new(), &batches.schema)?)),
            ArrowForm::File => Ok(Self::File(FileWriter::try_new(Vec::new(), &batches.schema)?)),
        }
    }

    /// Writes a batch, and takes the bytes since the last call.
    fn write(&mut self, batch: &RecordBatch) -> std::result::Result<Vec<u8>, ArrowError> {
        // A batch without rows would be one more than there were texts for.
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        match self {
            Self::Stream(writer) => {
                writer.write(batch)?;
                Ok(std::mem::take(writer.get_mut()))
            }
            Self::File(writer) => {
                writer.write(batch)?;
                writer.flush()?;
                Ok(std::mem::take(writer.get_mut()))
            }
        }
    }

    fn finish(self) -> std::result::Result<Vec<u8>, ArrowError> {
        match self {
            Self::Stream(writer) => writer.into_inner(),
            Self::File(writer) => writer.into_inner(),
        }
    }
}

/// The rows that stay, with their new texts.
fn kept(batch: RecordBatch, fates: &[RowFate], text: &str) -> std::result::Result<RecordBatch, ArrowError> {
    let stays: Vec<bool> = fates.iter().map(|fate| !matches!(fate, RowFate::Goes)).collect();
    let batch = if fates.iter().any(|fate| matches!(fate, RowFate::Edited(_))) {
        let place = batch.schema().index_of(text)?;
        let mut columns = batch.columns().to_vec();
        if let Some(column) = columns.get_mut(place) {
            *column = edited(column, fates)?;
        }
        RecordBatch::try_new(batch.schema(), columns)?
    } else {
        batch
    };
    filter_record_batch(&batch, &BooleanArray::from(stays))
}

/// The text column with other texts.
fn edited(column: &ArrayRef, fates: &[RowFate]) -> std::result::Result<ArrayRef, ArrowError> {
    let new = |row: usize| match fates.get(row) {
        Some(RowFate::Edited(text)) => Some(&**text),
        _ => None,
    };

    macro_rules! built {
        ($builder:ty, $old:expr, $of_text:expr) => {{
            let mut built = <$builder>::new();
            for (row, value) in $old.iter().enumerate() {
                built.append_option(new(row).map($of_text).or(value));
            }
            Arc::new(built.finish()) as ArrayRef
        }};
    }
    Ok(match column.data_type() {
        DataType::Utf8 => built!(StringBuilder, column.as_string::<i32>(), |text: &str| text),
        DataType::LargeUtf8 => built!(LargeStringBuilder, column.as_string::<i64>(), |text: &str| text),
        DataType::Utf8View => built!(StringViewBuilder, column.as_string_view(), |text: &str| text),
        DataType::Binary => built!(BinaryBuilder, column.as_binary::<i32>(), str::as_bytes),
        DataType::LargeBinary => built!(LargeBinaryBuilder, column.as_binary::<i64>(), str::as_bytes),
        DataType::BinaryView => built!(BinaryViewBuilder, column.as_binary_view(), str::as_bytes),
        other => {
            let what = format!("spans cannot be cut out of a text column of type {other}");
            return Err(ArrowError::NotYetImplemented(what));
        }
    })
}
