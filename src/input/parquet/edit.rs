//! Rows of a batch: those that are kept, with their new texts.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BinaryViewBuilder, LargeBinaryBuilder, LargeStringBuilder, StringBuilder, StringViewBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType};
use arrow_select::filter::filter_record_batch;

use super::columns::ParquetColumn;

/// The fate of a row in the copy.
pub(crate) enum RowFate {
    /// It is kept.
    Stays,
    /// It is removed.
    Goes,
    /// It is kept with another text.
    Edited(String),
}

/// Some rows that are kept.
pub(in crate::input) struct KeptRows {
    pub(in crate::input) batch: RecordBatch,
    /// The place of each of them in the file.
    pub(in crate::input) rows: Vec<usize>,
}

impl KeptRows {
    /// The rows of `batch` that are kept, with their new texts in the column `text`. Its first row has the place `first`, and
    /// `fate` decides on each.
    ///
    /// # Errors
    ///
    /// A text cannot be put into the column.
    pub(in crate::input) fn of(
        batch: RecordBatch,
        first: usize,
        fate: &dyn Fn(usize) -> RowFate,
        text: Option<&ParquetColumn>,
    ) -> Result<Self, ArrowError> {
        let places = first..first + batch.num_rows();
        let fates: Vec<RowFate> = places.clone().map(fate).collect();
        let stays: Vec<bool> = fates.iter().map(|fate| !matches!(fate, RowFate::Goes)).collect();

        let batch = edited_batch(batch, &fates, text)?;
        let rows = places.zip(&stays).filter_map(|(row, stays)| stays.then_some(row)).collect();
        Ok(Self { batch: filter_record_batch(&batch, &BooleanArray::from(stays))?, rows })
    }
}

/// The batch with other texts.
fn edited_batch(
    batch: RecordBatch,
    fates: &[RowFate],
    text: Option<&ParquetColumn>,
) -> Result<RecordBatch, ArrowError> {
    // Most batches have no edited row and keep their columns as they are.
    let is_edited = fates.iter().any(|fate| matches!(fate, RowFate::Edited(_)));
    let Some(text) = text.filter(|_| is_edited) else { return Ok(batch) };

    let mut columns = batch.columns().to_vec();
    if let Some(column) = columns.get_mut(text.root) {
        *column = edited(column, &text.path, fates)?;
    }
    RecordBatch::try_new(batch.schema(), columns)
}

/// A column whose field at `path` has other texts.
fn edited(column: &ArrayRef, path: &[String], fates: &[RowFate]) -> Result<ArrayRef, ArrowError> {
    let Some((name, path)) = path.split_first() else { return texts(column, fates) };
    let Some(holder) = column.as_struct_opt() else { return Ok(Arc::clone(column)) };

    let mut columns = holder.columns().to_vec();
    let place = holder.fields().iter().position(|field| field.name() == name);
    if let Some(inner) = place.and_then(|place| columns.get_mut(place)) {
        *inner = edited(inner, path, fates)?;
    }
    let built = StructArray::try_new(holder.fields().clone(), columns, holder.nulls().cloned())?;
    Ok(Arc::new(built))
}

/// The text column with other texts.
fn texts(column: &ArrayRef, fates: &[RowFate]) -> Result<ArrayRef, ArrowError> {
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
