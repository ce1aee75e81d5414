//! Columns of values in memory.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, StringArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields};

use super::kind::ColumnKind;
use super::raw::{RawValue, fields, items};

/// A value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellValue<'a> {
    Missing,
    Text(&'a str),
    Json(&'a str),
}

impl<'a> CellValue<'a> {
    fn value(self) -> RawValue<'a> {
        match self {
            Self::Missing => RawValue::Null,
            Self::Text(text) => RawValue::Text(text.into()),
            Self::Json(json) => RawValue::of(json),
        }
    }

    /// The JSON of a list or an object.
    fn json(self) -> Option<&'a str> {
        match self {
            Self::Json(json) if RawValue::of(json) != RawValue::Null => Some(json),
            _ => None,
        }
    }
}

/// The column of `cells`, whose types `kind` took in.
///
/// # Errors
///
/// The column is too large for one piece.
pub(super) fn column(kind: &ColumnKind, cells: &[CellValue<'_>]) -> Result<ArrayRef, ArrowError> {
    match kind {
        ColumnKind::Bool => {
            let value =
                |cell: &CellValue<'_>| if let RawValue::Bool(value) = cell.value() { Some(value) } else { None };
            Ok(Arc::new(cells.iter().map(value).collect::<BooleanArray>()))
        }
        ColumnKind::Integer { .. } => {
            let value =
                |cell: &CellValue<'_>| if let RawValue::Integer(value) = cell.value() { Some(value) } else { None };
            Ok(Arc::new(cells.iter().map(value).collect::<Int64Array>()))
        }
        ColumnKind::Real => {
            let value = |cell: &CellValue<'_>| match cell.value() {
                RawValue::Real(value) => Some(value),
                RawValue::Integer(value) => Some(value as f64),
                _ => None,
            };
            Ok(Arc::new(cells.iter().map(value).collect::<Float64Array>()))
        }
        ColumnKind::List(item) => lists(item, cells),
        ColumnKind::Object(kinds) if !kinds.is_empty() => objects(kinds, cells),
        ColumnKind::Missing | ColumnKind::Text | ColumnKind::Mixed | ColumnKind::Object(_) => Ok(texts(cells)),
    }
}

/// Texts as they are, other values as JSON.
fn texts(cells: &[CellValue<'_>]) -> ArrayRef {
    let text = |cell: &CellValue<'_>| match (cell.value(), *cell) {
        (RawValue::Null, _) => None,
        (RawValue::Text(text), _) => Some(text.into_owned()),
        (_, CellValue::Json(json)) => Some(json.to_owned()),
        (_, CellValue::Text(_) | CellValue::Missing) => None,
    };
    Arc::new(cells.iter().map(text).collect::<StringArray>())
}

fn lists(item: &ColumnKind, cells: &[CellValue<'_>]) -> Result<ArrayRef, ArrowError> {
    let (mut values, mut lengths) = (Vec::new(), Vec::with_capacity(cells.len()));
    for cell in cells {
        // A missing list has no items; presence tells it from an empty one.
        debug_assert!(cell.json().is_none_or(|json| items(json).is_some()), "a column of lists holds lists");
        let items = cell.json().and_then(items).unwrap_or_default();
        lengths.push(items.len());
        values.extend(items.into_iter().map(CellValue::Json));
    }

    let field = Arc::new(item.field(Field::LIST_FIELD_DEFAULT_NAME));
    let array =
        ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), column(item, &values)?, presence(cells))?;
    Ok(Arc::new(array))
}

fn objects(kinds: &[(String, ColumnKind)], cells: &[CellValue<'_>]) -> Result<ArrayRef, ArrowError> {
    let mut columns = vec![vec![CellValue::Missing; cells.len()]; kinds.len()];
    for (row, cell) in cells.iter().enumerate() {
        // A missing object has no fields.
        debug_assert!(cell.json().is_none_or(|json| fields(json).is_some()), "a column of objects holds objects");
        for (name, value) in cell.json().and_then(fields).unwrap_or_default() {
            let place = kinds.iter().position(|(known, _)| *known == *name);
            if let Some(cell) = place.and_then(|place| columns.get_mut(place)).and_then(|column| column.get_mut(row)) {
                *cell = CellValue::Json(value);
            }
        }
    }

    let arrays: Result<Vec<ArrayRef>, ArrowError> =
        kinds.iter().zip(&columns).map(|((_, kind), cells)| column(kind, cells)).collect();
    let fields: Fields = kinds.iter().map(|(name, kind)| kind.field(name)).collect();
    debug_assert!(matches!(ColumnKind::Object(kinds.to_vec()).data_type(), DataType::Struct(found) if found == fields));
    Ok(Arc::new(StructArray::try_new(fields, arrays?, presence(cells))?))
}

/// Which of some lists or objects are there.
fn presence(cells: &[CellValue<'_>]) -> Option<NullBuffer> {
    Some(cells.iter().map(|cell| cell.json().is_some()).collect())
}
