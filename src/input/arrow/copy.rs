//! An Arrow file without some of its rows: the same form, schema, metadata, columns and batches.

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, SchemaRef};

use super::kept::ArrowKept;
use super::{ArrowForm, form_of};
use crate::error::{Error, ErrorKind, Result};
use crate::input::parquet::{AddedTable, RowFate, guard};
use crate::input::{InputFile, InputOptions};

/// Writes the rows of `file` that are kept to `out`. `fate` decides on each row, counted from 0; `options` are those
/// with which the file was read. Rows get the columns of `added`. Batches are written without compression.
///
/// # Errors
/// The file cannot be read again, or has changed; a column that was not read before is damaged; the errors of `out`.
pub(crate) fn copy_arrow(
    file: &InputFile,
    options: &InputOptions,
    fate: &dyn Fn(usize) -> RowFate,
    added: Option<AddedTable<'_>>,
    out: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let failed = |what: String| -> Error {
        let what = format!("cannot be copied: {what}");
        let remedy = "write the file anew, or leave it out".into();
        ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
    };

    let Some(plain) = &file.table else { return Ok(()) };
    let Some(mut kept) = ArrowKept::open(file, options, fate).map_err(failed)? else { return Ok(()) };
    let schema = match added {
        Some(added) => added.schema(kept.schema()),
        None => SchemaRef::clone(kept.schema()),
    };
    let writer = || BatchWriter::new(form_of(plain), &schema).map_err(|error| error.to_string());
    let mut writer = guard(writer).map_err(failed)?;

    while let Some(rows) = kept.next().map_err(failed)? {
        let batch = match added {
            Some(added) => added.extended(rows, &schema).map_err(failed)?,
            None => rows.batch,
        };
        let bytes = guard(|| writer.write(&batch).map_err(|error| error.to_string())).map_err(failed)?;
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
    fn new(form: ArrowForm, schema: &SchemaRef) -> std::result::Result<Self, ArrowError> {
        match form {
            ArrowForm::Stream => Ok(Self::Stream(StreamWriter::try_new(Vec::new(), schema)?)),
            ArrowForm::File => Ok(Self::File(FileWriter::try_new(Vec::new(), schema)?)),
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
