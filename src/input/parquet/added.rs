//! Columns that are added to the rows of a Parquet or Arrow file while they are copied.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::schema::types::{SchemaDescriptor, Type};

use super::edit::KeptRows;
use crate::error::Result;
use crate::input::added_kind::AddedKind;

/// The columns, and their values.
#[derive(Clone, Copy)]
pub(crate) struct AddedTable<'a> {
    pub(crate) columns: &'a [(String, AddedKind)],
    /// The cells of a row, by its place in the file; an empty one is null.
    pub(crate) cells: &'a dyn Fn(usize) -> Result<Vec<String>>,
}

impl AddedTable<'_> {
    /// The schema with the columns at its end.
    pub(in crate::input) fn schema(&self, schema: &SchemaRef) -> SchemaRef {
        let added = self.columns.iter().map(|(name, kind)| {
            let data_type = match kind {
                AddedKind::Whole => DataType::Int64,
                AddedKind::Real => DataType::Float64,
                AddedKind::Text => DataType::Utf8,
                AddedKind::Flag => DataType::Boolean,
            };
            Arc::new(Field::new(name, data_type, true))
        });
        let fields: Vec<_> = schema.fields().iter().cloned().chain(added).collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }

    /// The schema of Parquet with the columns at its end.
    ///
    /// # Errors
    ///
    /// The schema cannot have them.
    pub(super) fn descriptor(&self, descriptor: &SchemaDescriptor) -> std::result::Result<SchemaDescriptor, String> {
        let root = descriptor.root_schema();
        let mut fields = root.get_fields().to_vec();
        for (name, kind) in self.columns {
            let (physical, logical) = match kind {
                AddedKind::Whole => (PhysicalType::INT64, None),
                AddedKind::Real => (PhysicalType::DOUBLE, None),
                AddedKind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
                AddedKind::Flag => (PhysicalType::BOOLEAN, None),
            };
            let column = Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical)
                .build()
                .map_err(|error| error.to_string())?;
            fields.push(Arc::new(column));
        }

        let root =
            Type::group_type_builder(root.name()).with_fields(fields).build().map_err(|error| error.to_string())?;
        Ok(SchemaDescriptor::new(Arc::new(root)))
    }

    /// The rows with the columns at their end. `schema` is the extended one.
    ///
    /// # Errors
    ///
    /// A record cannot be read again; a cell has another type than its column.
    pub(in crate::input) fn extended(
        &self,
        rows: KeptRows,
        schema: &SchemaRef,
    ) -> std::result::Result<RecordBatch, String> {
        let mut cells = Vec::with_capacity(rows.rows.len());
        for row in &rows.rows {
            cells.push((self.cells)(*row).map_err(|error| error.to_string())?);
        }

        let mut columns = rows.batch.columns().to_vec();
        for (place, (_, kind)) in self.columns.iter().enumerate() {
            let values = cells.iter().map(|row| row.get(place).map(String::as_str).filter(|cell| !cell.is_empty()));
            columns.push(column(*kind, values)?);
        }
        RecordBatch::try_new(Arc::clone(schema), columns).map_err(|error| error.to_string())
    }
}

/// A column of these values.
fn column<'v>(kind: AddedKind, values: impl Iterator<Item = Option<&'v str>>) -> std::result::Result<ArrayRef, String> {
    macro_rules! parsed {
        ($builder:ty) => {{
            let mut built = <$builder>::new();
            for value in values {
                let number =
                    value.map(str::parse).transpose().map_err(|_| format!("{value:?} is no value of the column"))?;
                built.append_option(number);
            }
            Arc::new(built.finish()) as ArrayRef
        }};
    }
    Ok(match kind {
        AddedKind::Whole => parsed!(Int64Builder),
        AddedKind::Real => parsed!(Float64Builder),
        AddedKind::Flag => parsed!(BooleanBuilder),
        AddedKind::Text => {
            let mut built = StringBuilder::new();
            values.for_each(|value| built.append_option(value));
            Arc::new(built.finish())
        }
    })
}
