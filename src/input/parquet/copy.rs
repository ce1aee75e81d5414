//! A Parquet file without some of its rows: the same schema, metadata, columns, compression and row groups.

use std::path::Path;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowWriter};
use parquet::basic::Type;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::WriterProperties;

use super::added::AddedTable;
use super::edit::RowFate;
use super::kept::{KeptPiece, ParquetKept};
use super::{guard, load};
use crate::error::{Error, ErrorKind, Result};
use crate::input::held::PlainFile;
use crate::input::{InputFile, InputOptions, opener};

/// Writes the rows of `file` that are kept to `out`. `fate` decides on each row, counted from 0; `options` are those
/// with which the file was read. The copy of a row group is held whole, and must fit in `memory`.
/// Rows get the columns of `added`.
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
    added: Option<AddedTable<'_>>,
    out: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let failed = |what: String| -> Error {
        let what = format!("cannot be copied: {what}");
        let remedy = "write the file anew, or leave it out".into();
        ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
    };

    let Some(mut kept) = ParquetKept::open(file, options, fate).map_err(failed)? else { return Ok(()) };
    check_groups(&kept.metadata, &file.path, memory)?;
    let schema = match added {
        Some(added) => added.schema(kept.metadata.schema()),
        None => Arc::clone(kept.metadata.schema()),
    };
    let mut writer = guard(|| writer_like(&kept.metadata, added, &schema)).map_err(failed)?;

    while let Some(piece) = kept.next().map_err(failed)? {
        match piece {
            KeptPiece::Rows(rows) => {
                let batch = match added {
                    Some(added) => added.extended(rows, &schema).map_err(failed)?,
                    None => rows.batch,
                };
                guard(|| writer.write(&batch).map_err(|error| error.to_string())).map_err(failed)?;
            }
            // One row group of the copy for each of the file.
            KeptPiece::GroupEnd => {
                guard(|| writer.flush().map_err(|error| error.to_string())).map_err(failed)?;
                out(&std::mem::take(writer.inner_mut()))?;
            }
        }
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
    let Some((file, stamp)) = opener::seekable(path) else { return Ok(()) };
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

/// A writer with the metadata and compression of a file, and its schema, which `added` extends to `schema`. Its bytes are taken
/// after each row group.
fn writer_like(
    metadata: &ArrowReaderMetadata,
    added: Option<AddedTable<'_>>,
    schema: &SchemaRef,
) -> std::result::Result<ArrowWriter<Vec<u8>>, String> {
    let schema = Arc::clone(schema);
    let metadata = metadata.metadata();
    let descriptor = metadata.file_metadata().schema_descr();
    // The stored arrow schema does not know the new columns.
    let mut stored = metadata.file_metadata().key_value_metadata().cloned();
    if let (Some(stored), Some(_)) = (&mut stored, added) {
        stored.retain(|pair| pair.key != ARROW_SCHEMA_META_KEY);
    }

    let mut properties = WriterProperties::builder().set_key_value_metadata(stored).set_max_row_group_row_count(None);
    for column in metadata.row_groups().first().map_or(&[][..], |group| group.columns()) {
        properties = properties.set_column_compression(column.column_path().clone(), column.compression());
    }

    // The stored arrow schema, if there is one, is among the metadata already.
    let mut options = ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
    if descriptor.columns().iter().all(|column| column.physical_type() != Type::INT96) {
        let descriptor = added.map_or_else(|| Ok(descriptor.clone()), |added| added.descriptor(descriptor))?;
        options = options.with_parquet_schema(descriptor);
    }
    ArrowWriter::try_new_with_options(Vec::new(), schema, options).map_err(|error| error.to_string())
}
