//! A Parquet file without some of its rows: the same schema, metadata, columns, compression and row groups.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, StructArray};
use arrow_schema::DataType;
use arrow_select::filter::filter_record_batch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Type;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::WriterProperties;

use super::source::ParquetSource;
use super::{batch_rows, columns, guard, load};
use crate::error::{Error, ErrorKind, Result};
use crate::input::held::{FileStamp, PlainFile};
use crate::input::{InputFile, InputOptions};

/// The fate of a row in the copy.
pub(crate) enum RowFate {
    /// It is kept.
    Stays,
    /// It is removed.
    Goes,
    /// It is kept with another text.
    Edited(String),
}

/// Writes the rows of `file` that are kept to `out`. `fate` decides on each row, counted from 0; `options` are those
/// with which the file was read. The copy of a row group is held whole, and must fit in `memory`.
///
/// A column of 96-bit timestamps, which are deprecated, becomes one of 64 bits.
///
/// # Errors
/// A row group does not fit; the file cannot be read again, or has changed; a column that was not read before is damaged; the errors of `out`.
pub(crate) fn copy(
    file: &InputFile,
    options: &InputOptions,
    memory: Option<u64>,
    fate: &dyn Fn(usize) -> RowFate,
    out: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let Some(plain) = &file.table else { return Ok(()) };
    let failed = |what: String| -> Error {
        let what = format!("cannot be copied: {what}");
        let remedy = "write the file anew, or leave it out".into();
        ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
    };

    let copying =
        ParquetCopy { plain, metadata: load(plain).map_err(failed)?, options, fate, rows: file.records.len() };
    check_groups(&copying.metadata, &file.path, memory)?;
    let mut writer = guard(|| copying.writer()).map_err(failed)?;

    let mut row = 0;
    for group in 0..copying.metadata.metadata().num_row_groups() {
        if row >= copying.rows {
            break;
        }

        let done = guard(|| copying.group(group, &mut row, &mut writer));
        if let Err(what) = done {
            // If the file was damaged here when it was first read, no later row is kept, and nothing is lost.
            if (row..copying.rows).any(|row| !matches!(fate(row), RowFate::Goes)) {
                return Err(failed(what));
            }
            row = copying.rows;
        }

        // One row group of the copy for each of the file.
        guard(|| writer.flush().map_err(|error| error.to_string())).map_err(failed)?;
        out(&std::mem::take(writer.inner_mut()))?;
    }

    let rest = guard(|| writer.into_inner().map_err(|error| error.to_string())).map_err(failed)?;
    out(&rest)
}

/// Checks, before anything is read, that the row groups of a Parquet file can be copied. Does nothing for other files, nor for
/// files that cannot be opened: reading reports those.
///
/// # Errors
/// [`ErrorKind::Memory`] names the largest row group, and the least memory.
pub(crate) fn check_copy(path: &Path, memory: Option<u64>) -> Result<()> {
    let Some((file, stamp)) =
        File::open(path).ok().zip(std::fs::metadata(path).ok().map(|found| FileStamp::of(&found)))
    else {
        return Ok(());
    };
    if !super::is(&file, stamp.length) {
        return Ok(());
    }

    let plain = Arc::new(PlainFile::new(path, stamp, Some(file)));
    load(&plain).map_or(Ok(()), |metadata| check_groups(&metadata, path, memory))
}

/// What copying takes on top of a row group: the program, and a batch of rows.
const COPYING: u64 = 40 << 20;

/// What the writer holds for each column: a page, and a dictionary.
const PER_COLUMN: u64 = 2 << 20;

/// Refuses a file with a row group whose copy does not fit in `memory`.
fn check_groups(metadata: &ArrowReaderMetadata, path: &Path, memory: Option<u64>) -> Result<()> {
    let Some(given) = memory else { return Ok(()) };
    let needed = |group: &RowGroupMetaData| {
        let stored = group.compressed_size().max(0).unsigned_abs();
        let raw = group.total_byte_size().max(0).unsigned_abs();
        // The pages that are written, and the group that is made of them. A column takes no more than it has.
        COPYING + 2 * stored + (PER_COLUMN * group.num_columns() as u64).min(raw)
    };

    let groups = metadata.metadata().row_groups().iter().map(needed).zip(1..);
    match groups.max_by_key(|(floor, _)| *floor) {
        Some((floor, number)) if floor > given => {
            let what = format!("copying the rows of row group {number} of {}", path.display());
            Err(ErrorKind::Memory { given, floor, what }.into())
        }
        _ => Ok(()),
    }
}

/// The copying of one file.
struct ParquetCopy<'a> {
    plain: &'a Arc<PlainFile>,
    metadata: ArrowReaderMetadata,
    options: &'a InputOptions,
    fate: &'a dyn Fn(usize) -> RowFate,
    /// The number of rows that were read before.
    rows: usize,
}

impl ParquetCopy<'_> {
    /// A writer with the schema, metadata and compression of the file. Its bytes are taken after each row group.
    fn writer(&self) -> std::result::Result<ArrowWriter<Vec<u8>>, String> {
        let metadata = self.metadata.metadata();
        let descriptor = metadata.file_metadata().schema_descr();

        let mut properties = WriterProperties::builder()
            .set_key_value_metadata(metadata.file_metadata().key_value_metadata().cloned())
            .set_max_row_group_row_count(None);
        for column in metadata.row_groups().first().map_or(&[][..], |group| group.columns()) {
            properties = properties.set_column_compression(column.column_path().clone(), column.compression());
        }

        // The stored arrow schema, if there is one, is among the metadata already.
        let mut options = ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
        if descriptor.columns().iter().all(|column| column.physical_type() != Type::INT96) {
            options = options.with_parquet_schema(descriptor.clone());
        }
        let schema = Arc::clone(self.metadata.schema());
        ArrowWriter::try_new_with_options(Vec::new(), schema, options).map_err(|error| error.to_string())
    }

    /// Copies one row group. `row` is the next row.
    fn group(
        &self,
        group: usize,
        row: &mut usize,
        writer: &mut ArrowWriter<Vec<u8>>,
    ) -> std::result::Result<(), String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();

        // The same batches as in the first pass, so that damage is found at the same row.
        let mask = columns::mask(&self.metadata, &columns::of(self.metadata.schema().fields(), self.options));
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
            ParquetSource::new(Arc::clone(self.plain)),
            self.metadata.clone(),
        )
        .with_row_groups(vec![group])
        .with_batch_size(batch_rows(&self.metadata, group, &mask));

        for batch in builder.build().map_err(|error| told(&error))? {
            let batch = batch.map_err(|error| told(&error))?;
            // Rows beyond those of the first pass were damaged then, and are not copied.
            let first = *row;
            let left = self.rows.saturating_sub(first).min(batch.num_rows());
            let batch = batch.slice(0, left);

            let fates: Vec<RowFate> = (first..first + left).map(|row| (self.fate)(row)).collect();
            let stays: Vec<bool> = fates.iter().map(|fate| !matches!(fate, RowFate::Goes)).collect();
            let batch = self.edited(batch, &fates).map_err(|error| told(&error))?;
            let batch = filter_record_batch(&batch, &BooleanArray::from(stays)).map_err(|error| told(&error))?;
            writer.write(&batch).map_err(|error| told(&error))?;
            *row += left;
        }
        Ok(())
    }

    /// The batch with other texts.
    fn edited(
        &self,
        batch: RecordBatch,
        fates: &[RowFate],
    ) -> std::result::Result<RecordBatch, arrow_schema::ArrowError> {
        // Most batches have no edited row and keep their columns as they are.
        if !fates.iter().any(|fate| matches!(fate, RowFate::Edited(_))) {
            return Ok(batch);
        }

        let read = columns::of(self.metadata.schema().fields(), self.options);
        let Some(text) = read.iter().find(|column| column.name == self.options.text_field) else { return Ok(batch) };
        let mut columns = batch.columns().to_vec();
        if let Some(column) = columns.get_mut(text.root) {
            *column = edited(column, &text.path, fates)?;
        }
        RecordBatch::try_new(batch.schema(), columns)
    }
}

/// A column whose field at `path` has other texts.
fn edited(
    column: &ArrayRef,
    path: &[String],
    fates: &[RowFate],
) -> std::result::Result<ArrayRef, arrow_schema::ArrowError> {
    let Some((name, path)) = path.split_first() else { return Ok(texts(column, fates)) };
    let Some(holder) = column.as_struct_opt() else { return Ok(Arc::clone(column)) };

    let mut columns = holder.columns().to_vec();
    let place = holder.fields().iter().position(|field| field.name() == name);
    if let Some(inner) = place.and_then(|place| columns.get_mut(place)) {
        *inner = edited(inner, path, fates)?;
    }
    let built = StructArray::try_new(holder.fields().clone(), columns, holder.nulls().cloned())?;
    Ok(Arc::new(built))
}

/// The text column with other texts. Without the arrow schema its type is one of these two.
fn texts(column: &ArrayRef, fates: &[RowFate]) -> ArrayRef {
    let new = |row: usize| match fates.get(row) {
        Some(RowFate::Edited(text)) => Some(&**text),
        _ => None,
    };

    match column.data_type() {
        DataType::Binary => {
            let old = column.as_binary::<i32>();
            let mut built = BinaryBuilder::new();
            for (row, value) in old.iter().enumerate() {
                built.append_option(new(row).map(str::as_bytes).or(value));
            }
            Arc::new(built.finish())
        }
        DataType::Utf8 => {
            let mut built = StringBuilder::new();
            for (row, value) in column.as_string::<i32>().iter().enumerate() {
                built.append_option(new(row).or(value));
            }
            Arc::new(built.finish())
        }
        _ => Arc::clone(column),
    }
}
