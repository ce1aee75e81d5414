//! Rows of arrow columns as lines of JSON.

use std::io::Write;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, TimeUnit};

use super::columns::ParquetColumn;

/// One line a row, with these columns under the names that the options give them. Strings are copied, UTF-8 or not;
/// dates and times are the numbers that are stored; a map is `{}`.
pub(in crate::input) fn lines(batch: &RecordBatch, read: &[ParquetColumn]) -> Result<Vec<u8>, ArrowError> {
    let mut columns = Vec::new();
    for column in read {
        // The mask selects these columns, so none is missing; keys are encoded once a batch.
        let Some(values) = ColumnValues::of(batch, column)? else { continue };
        let mut key = Vec::new();
        string(column.name.as_bytes(), &mut key);
        key.push(b':');
        columns.push((key, values));
    }

    let mut out = Vec::with_capacity(batch.get_array_memory_size() + 16 * batch.num_rows());
    for row in 0..batch.num_rows() {
        let mut before = b'{';
        for (key, column) in &columns {
            out.push(before);
            out.extend_from_slice(key);
            column.value(row, &mut out);
            before = b',';
        }
        out.extend_from_slice(if before == b'{' { b"{}\n" } else { b"}\n" });
    }
    Ok(out)
}

/// The values of a column, and the structs that hold it.
struct ColumnValues {
    structs: Vec<ArrayRef>,
    values: ArrayRef,
    is_vector: bool,
}

impl ColumnValues {
    /// The values of `column`; `None` if the batch has no such column.
    fn of(batch: &RecordBatch, column: &ParquetColumn) -> Result<Option<Self>, ArrowError> {
        let Some(root) = batch.column_by_name(&column.root_name) else { return Ok(None) };
        let (mut structs, mut values) = (Vec::new(), Arc::clone(root));
        for name in &column.path {
            let inner = values.as_struct_opt().and_then(|holder| holder.column_by_name(name).cloned());
            let Some(inner) = inner else { return Ok(None) };
            structs.push(std::mem::replace(&mut values, inner));
        }
        Ok(Some(Self { structs, values: flat(&values)?, is_vector: column.is_vector }))
    }

    /// A value as JSON.
    fn value(&self, row: usize, out: &mut Vec<u8>) {
        // A field of a struct that is null is null, whatever is stored.
        if self.structs.iter().any(|holder| holder.is_null(row)) {
            return out.extend_from_slice(b"null");
        }
        match bytes_of(&self.values, row).filter(|_| self.is_vector && !self.values.is_null(row)) {
            Some(bytes) => base64(bytes, out),
            None => value(&self.values, row, out),
        }
    }
}

/// A value of a column of bytes; `None` of another column.
fn bytes_of(column: &ArrayRef, row: usize) -> Option<&[u8]> {
    match column.data_type() {
        DataType::Binary => Some(column.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Some(column.as_binary::<i64>().value(row)),
        DataType::BinaryView => Some(column.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => Some(column.as_fixed_size_binary().value(row)),
        _ => None,
    }
}

/// Bytes as a string of base64, without `=` at the end.
fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.push(b'"');
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let digits = (0..=three.len()).map(|place| DIGITS[(bits >> (18 - 6 * place)) as usize & 63]);
        out.extend(digits);
    }
    out.push(b'"');
}

/// A column with its dictionary resolved.
fn flat(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match column.as_any_dictionary_opt() {
        Some(dictionary) => arrow_select::take::take(dictionary.values(), dictionary.keys(), None),
        None => Ok(Arc::clone(column)),
    }
}

/// A value as JSON.
pub(super) fn value(column: &ArrayRef, row: usize, out: &mut Vec<u8>) {
    if column.is_null(row) {
        return out.extend_from_slice(b"null");
    }

    macro_rules! number {
        ($type:ty) => {
            number(column.as_primitive::<$type>().value(row), out)
        };
    }
    macro_rules! real {
        ($type:ty) => {
            real(f64::from(column.as_primitive::<$type>().value(row)), out)
        };
    }

    match column.data_type() {
        DataType::Utf8 => string(column.as_string::<i32>().value(row).as_bytes(), out),
        DataType::LargeUtf8 => string(column.as_string::<i64>().value(row).as_bytes(), out),
        DataType::Utf8View => string(column.as_string_view().value(row).as_bytes(), out),
        DataType::Binary => string(column.as_binary::<i32>().value(row), out),
        DataType::LargeBinary => string(column.as_binary::<i64>().value(row), out),
        DataType::BinaryView => string(column.as_binary_view().value(row), out),
        DataType::FixedSizeBinary(_) => string(column.as_fixed_size_binary().value(row), out),
        DataType::Boolean => {
            out.extend_from_slice(if column.as_boolean().value(row) { b"true" } else { b"false" });
        }
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Date32 => number!(Date32Type),
        DataType::Date64 => number!(Date64Type),
        DataType::Time32(TimeUnit::Second) => number!(Time32SecondType),
        DataType::Time32(_) => number!(Time32MillisecondType),
        DataType::Time64(TimeUnit::Microsecond) => number!(Time64MicrosecondType),
        DataType::Time64(_) => number!(Time64NanosecondType),
        DataType::Timestamp(TimeUnit::Second, _) => number!(TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, _) => number!(TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, _) => number!(TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => number!(TimestampNanosecondType),
        DataType::Duration(TimeUnit::Second) => number!(DurationSecondType),
        DataType::Duration(TimeUnit::Millisecond) => number!(DurationMillisecondType),
        DataType::Duration(TimeUnit::Microsecond) => number!(DurationMicrosecondType),
        DataType::Duration(TimeUnit::Nanosecond) => number!(DurationNanosecondType),
        DataType::Float16 => real!(Float16Type),
        DataType::Float32 => real!(Float32Type),
        DataType::Float64 => real!(Float64Type),
        DataType::Decimal128(..) => {
            let column = column.as_primitive::<Decimal128Type>();
            // A negative scale is written with an exponent, which is JSON too.
            number(column.value_as_string(row), out);
        }
        DataType::List(_) => list(&column.as_list::<i32>().value(row), out),
        DataType::LargeList(_) => list(&column.as_list::<i64>().value(row), out),
        DataType::FixedSizeList(..) => list(&column.as_fixed_size_list().value(row), out),
        DataType::Struct(fields) => {
            let mut before = b'{';
            for (field, column) in fields.iter().zip(column.as_struct().columns()) {
                out.push(before);
                string(field.name().as_bytes(), out);
                out.push(b':');
                value(column, row, out);
                before = b',';
            }
            out.extend_from_slice(if before == b'{' { b"{}" } else { b"}" });
        }
        DataType::Null => out.extend_from_slice(b"null"),
        _ => out.extend_from_slice(b"{}"),
    }
}

/// The values of a list as JSON.
fn list(values: &ArrayRef, out: &mut Vec<u8>) {
    out.push(b'[');
    for place in 0..values.len() {
        if place > 0 {
            out.push(b',');
        }
        value(values, place, out);
    }
    out.push(b']');
}

fn number(number: impl std::fmt::Display, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{number}");
}

/// A number; `null` if it is not finite, as JSON has no other numbers.
fn real(number: f64, out: &mut Vec<u8>) {
    // `{:?}` keeps the fraction of `1.0`, which `{}` drops.
    if number.is_finite() {
        let _ = write!(out, "{number:?}");
    } else {
        out.extend_from_slice(b"null");
    }
}

/// A JSON string. Control characters, quotes and backslashes are escaped.
pub(super) fn string(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');

    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((special, after)) = from.split_first() else { break };

        // Bytes from 0x80 on are copied unchecked: the reader of the line rejects invalid UTF-8.
        match special {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *special]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => drop(write!(out, "\\u{control:04x}")),
        }
        rest = after;
    }

    out.extend_from_slice(rest);
    out.push(b'"');
}
