//! The types of the columns of a Parquet file, found from the values of all records.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields};

use super::raw::{RawValue, fields, items};
use crate::input::{WholeField, WholeValue};

/// Levels of lists and objects; deeper ones are text.
const DEEPEST: usize = 16;

/// Fields of an object inside of a record; one with more is text. Such objects are tables of their own, keyed by a value.
const MOST_FIELDS: usize = 200;

/// Whole numbers up to this one are the same as floating-point numbers.
const EXACT: u64 = 1 << 53;

/// The type of a column or of what is inside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// No value was seen.
    Missing,
    Bool,
    Integer {
        /// Whether every value is a floating-point number too, without loss.
        exact: bool,
    },
    Real,
    Text,
    List(Box<Self>),
    /// An object: its fields in the order in which they occur first.
    Object(Vec<(String, Self)>),
    /// Values of several types: texts as they are, others as JSON.
    Mixed,
}

impl ColumnKind {
    /// The type of a field of a record.
    pub(crate) fn of(value: &WholeValue) -> Self {
        match value {
            WholeValue::Null => Self::Missing,
            WholeValue::Text(_) => Self::Text,
            WholeValue::Json(json) => Self::of_json(json, 0),
        }
    }

    fn of_json(json: &str, depth: usize) -> Self {
        match RawValue::of(json) {
            RawValue::Null => Self::Missing,
            RawValue::Bool(_) => Self::Bool,
            RawValue::Integer(number) => Self::Integer { exact: number.unsigned_abs() <= EXACT },
            RawValue::Real(_) => Self::Real,
            RawValue::Text(_) => Self::Text,
            RawValue::List | RawValue::Object if depth >= DEEPEST => Self::Mixed,
            RawValue::List => match items(json) {
                Some(items) => {
                    let mut kind = Self::Missing;
                    items.into_iter().for_each(|item| kind.join(Self::of_json(item, depth + 1)));
                    Self::List(Box::new(kind))
                }
                None => Self::Mixed,
            },
            RawValue::Object => match fields(json) {
                Some(fields) if fields.len() <= MOST_FIELDS => {
                    let mut kinds: Vec<(String, Self)> = Vec::with_capacity(fields.len());
                    for (name, value) in fields {
                        kinds.push((name.into_owned(), Self::of_json(value, depth + 1)));
                    }
                    Self::Object(kinds)
                }
                _ => Self::Mixed,
            },
            RawValue::Other => Self::Mixed,
        }
    }

    /// Takes in the type of another value.
    pub(crate) fn join(&mut self, other: Self) {
        let kind = std::mem::replace(self, Self::Missing);
        *self = match (kind, other) {
            (kind, Self::Missing) | (Self::Missing, kind) => kind,
            (Self::Integer { exact }, Self::Integer { exact: other }) => Self::Integer { exact: exact && other },
            (Self::Integer { exact: true }, Self::Real) | (Self::Real, Self::Integer { exact: true }) => Self::Real,
            (Self::List(mut items), Self::List(other)) => {
                items.join(*other);
                Self::List(items)
            }
            (Self::Object(fields), Self::Object(other)) => join_fields(fields, other),
            (kind, other) if kind == other => kind,
            _ => Self::Mixed,
        };
    }

    /// The type in Arrow. What is unknown is text, and an object without fields too: Parquet has neither.
    pub(super) fn data_type(&self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Integer { .. } => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::List(item) => DataType::List(Arc::new(item.field(Field::LIST_FIELD_DEFAULT_NAME))),
            Self::Object(kinds) if !kinds.is_empty() => {
                DataType::Struct(kinds.iter().map(|(name, kind)| kind.field(name)).collect::<Fields>())
            }
            Self::Missing | Self::Text | Self::Mixed | Self::Object(_) => DataType::Utf8,
        }
    }

    /// A field of this type that may be null.
    pub(super) fn field(&self, name: &str) -> Field {
        Field::new(name, self.data_type(), true)
    }
}

fn join_fields(mut fields: Vec<(String, ColumnKind)>, other: Vec<(String, ColumnKind)>) -> ColumnKind {
    for (name, kind) in other {
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.join(kind),
            None => fields.push((name, kind)),
        }
    }
    if fields.len() > MOST_FIELDS { ColumnKind::Mixed } else { ColumnKind::Object(fields) }
}

/// The columns of a Parquet file, in the order in which they occur first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnKinds {
    pub(super) columns: Vec<(String, ColumnKind)>,
    places: std::collections::BTreeMap<String, usize>,
}

impl ColumnKinds {
    /// Takes in a value of a column.
    pub(crate) fn add(&mut self, name: &str, kind: ColumnKind) {
        match self.places.get(name).and_then(|place| self.columns.get_mut(*place)) {
            Some((_, known)) => known.join(kind),
            None => {
                self.places.insert(name.to_owned(), self.columns.len());
                self.columns.push((name.to_owned(), kind));
            }
        }
    }

    /// Takes in the fields of a record.
    pub(crate) fn add_record(&mut self, fields: &[WholeField]) {
        fields.iter().for_each(|field| self.add(&field.name, ColumnKind::of(&field.value)));
    }

    /// Number of columns.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The place of a column.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The names of the columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.columns.iter().map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(values: &[&str]) -> DataType {
        let mut kind = ColumnKind::Missing;
        values.iter().for_each(|value| kind.join(ColumnKind::of_json(value, 0)));
        kind.data_type()
    }

    #[test]
    fn types_hold_all_values_without_loss() {
        assert_eq!(joined(&["null", "1", "-9223372036854775808"]), DataType::Int64);
        assert_eq!(joined(&["1", "2.5"]), DataType::Float64);
        assert_eq!(joined(&["9007199254740993", "2.5"]), DataType::Utf8);
        assert_eq!(joined(&["9223372036854775808"]), DataType::Utf8);
        assert_eq!(joined(&["1e999"]), DataType::Utf8);
        assert_eq!(joined(&["true", "\"x\""]), DataType::Utf8);
        assert_eq!(joined(&["{}"]), DataType::Utf8);
        let lists = joined(&["[]", "[1]", "[null, 2.5]"]);
        assert_eq!(lists, DataType::List(Arc::new(Field::new("item", DataType::Float64, true))));
        let deep = "[".repeat(40) + &"]".repeat(40);
        assert!(format!("{}", joined(&[&deep])).contains("Utf8"));
    }

    #[test]
    fn objects_have_the_fields_of_all() {
        let DataType::Struct(fields) = joined(&[r#"{"b": 1}"#, r#"{"a": "x", "b": null}"#]) else { panic!() };
        let found: Vec<_> = fields.iter().map(|field| (field.name().as_str(), field.data_type().clone())).collect();
        assert_eq!(found, [("b", DataType::Int64), ("a", DataType::Utf8)]);
        let table: String = (0..300).map(|n| format!("\"k{n}\": 1, ")).collect();
        assert_eq!(joined(&[&format!("{{{table}\"z\": 2}}")]), DataType::Utf8);
    }
}
