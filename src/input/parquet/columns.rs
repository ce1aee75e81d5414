//! The columns that are read: top-level ones, and fields inside of structs.

use arrow_schema::{DataType, Fields};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use super::ParquetMisfit;
use crate::input::json::{path, texts};
use crate::input::{InputOptions, csv, remedies};

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::input) struct ParquetColumn {
    /// As the options name it.
    pub(in crate::input) name: String,
    /// The place and the name of its top-level column.
    pub(super) root: usize,
    pub(super) root_name: String,
    /// The fields that lead to it inside of that column.
    pub(super) path: Vec<String>,
    /// Whether it holds a vector, whose bytes are no text.
    pub(super) is_vector: bool,
}

/// The columns of id, text and further fields that the file has, each once.
pub(in crate::input) fn of(fields: &Fields, options: &InputOptions) -> Vec<ParquetColumn> {
    let mut columns: Vec<ParquetColumn> = Vec::new();
    for name in [&options.id_field, &options.text_field].into_iter().chain(&options.fields) {
        if columns.iter().all(|column| column.name != *name) {
            let is_vector = options.list_field.as_ref() == Some(name);
            columns.extend(find(fields, name).map(|column| ParquetColumn { is_vector, ..column }));
        }
    }
    columns.sort_by_key(|column| column.root);
    columns
}

/// The column that `name` names; `None` if there is none.
fn find(fields: &Fields, name: &str) -> Option<ParquetColumn> {
    let (places, _) = steps(fields, name)?;
    let (root, names) = (places.first().copied()?, names(fields, &places));
    let (root_name, path) = names.split_first()?;
    Some(ParquetColumn {
        name: name.to_owned(),
        root,
        root_name: root_name.clone(),
        path: path.to_vec(),
        is_vector: false,
    })
}

/// The places that lead to the field at `path`, and its type. At each level the longest name that begins the path
/// counts, as in JSON.
fn steps<'s>(fields: &'s Fields, path: &str) -> Option<(Vec<usize>, &'s DataType)> {
    let mut begins: Vec<usize> = (0..fields.len())
        .filter(|place| {
            let name = fields.get(*place).map_or("", |field| field.name());
            name == path || path::behind(path, name).is_some()
        })
        .collect();
    begins.sort_by_key(|place| std::cmp::Reverse(fields.get(*place).map_or(0, |field| field.name().len())));

    begins.into_iter().find_map(|place| {
        let field = fields.get(place)?;
        let Some(rest) = path::behind(path, field.name()) else { return Some((vec![place], field.data_type())) };
        let DataType::Struct(inner) = field.data_type() else { return None };
        let (mut places, kind) = steps(inner, rest)?;
        places.insert(0, place);
        Some((places, kind))
    })
}

/// The names of the fields at `places`, one level after the other.
fn names(fields: &Fields, places: &[usize]) -> Vec<String> {
    let (mut names, mut level) = (Vec::new(), Some(fields));
    for place in places {
        let Some(field) = level.and_then(|fields| fields.get(*place)) else { break };
        names.push(field.name().clone());
        level = match field.data_type() {
            DataType::Struct(inner) => Some(inner),
            _ => None,
        };
    }
    names
}

/// The columns for the decoder.
pub(super) fn mask(metadata: &ArrowReaderMetadata, columns: &[ParquetColumn]) -> ProjectionMask {
    let schema = metadata.parquet_schema();
    let is_read = |leaf: &usize| {
        let (root, column) = (schema.get_column_root_idx(*leaf), schema.column(*leaf));
        let inner = column.path().parts().get(1..).unwrap_or_default();
        columns.iter().any(|column| column.root == root && inner.starts_with(&column.path))
    };
    ProjectionMask::leaves(schema, (0..schema.num_columns()).filter(is_read))
}

/// Checks that a file has a column for the text, and that it can hold one.
///
/// # Errors
///
/// It has none, a column is there twice, or the type of the column is none of a text.
pub(in crate::input) fn check(
    fields: &Fields,
    columns: &[ParquetColumn],
    options: &InputOptions,
) -> Result<(), ParquetMisfit> {
    let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();

    // Lines with a key twice would be rejected one by one.
    for column in columns {
        if names.iter().filter(|name| **name == column.root_name).count() > 1 {
            return Err((format!("has more than one column {:?}", column.root_name), remedies::RENAME_COLUMNS));
        }
    }

    let Some((_, kind)) = steps(fields, &options.text_field) else {
        return Err(csv::no_column(&options.text_field, &names));
    };
    if is_text(kind) || is_list(kind) {
        return Ok(());
    }

    let field = &options.text_field;
    let what = match kind {
        DataType::Struct(inner) => {
            let inner: Vec<String> = inner.iter().map(|inner| format!("{field}.{}", inner.name())).collect();
            format!("has no text in the column {field:?}, which holds the fields {}", inner.join(", "))
        }
        kind => format!("has no text in the column {field:?}, whose type is {kind}"),
    };
    Err((what, remedies::NAME_TEXT_COLUMN))
}

/// Whether values of a type may be texts.
fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether values of a type may be lists of texts or of messages.
fn is_list(kind: &DataType) -> bool {
    let is_part = |kind: &DataType| is_text(kind) || is_list(kind) || is_message(kind);
    match kind {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            is_part(item.data_type())
        }
        _ => false,
    }
}

fn is_message(kind: &DataType) -> bool {
    let DataType::Struct(fields) = kind else { return false };
    let holds_text = |kind: &DataType| is_text(kind) || is_list(kind);
    fields.iter().any(|field| texts::FIELDS.contains(&field.name().as_str()) && holds_text(field.data_type()))
}
