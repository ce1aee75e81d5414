//! Whole rows of a table as JSON objects, for writing them in another format.
//!
//! Values keep their meaning: dates and times are ISO 8601, maps are objects, bytes that are no UTF-8 are Base64. The lines that
//! a run reads (`rows`) hold only a few columns, and dates as the numbers that are stored.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal256Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Fields, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Time, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::rows;

/// Why a table cannot be written as JSON: the first column of a type that JSON has no form for.
///
/// # Errors
///
/// The name and the type of the column.
pub(in crate::input) fn check(fields: &Fields) -> Result<(), String> {
    match fields.iter().find(|field| !is_known(field.data_type())) {
        Some(field) => Err(format!("has a column {:?} of the type {}", field.name(), field.data_type())),
        None => Ok(()),
    }
}

fn is_known(kind: &DataType) -> bool {
    match kind {
        DataType::Interval(_)
        | DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::Decimal32(..)
        | DataType::Decimal64(..) => false,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            is_known(item.data_type())
        }
        DataType::Map(entries, _) => is_known(entries.data_type()),
        DataType::Struct(fields) => fields.iter().all(|field| is_known(field.data_type())),
        DataType::Dictionary(_, values) => is_known(values),
        _ => true,
    }
}

/// Appends the row of `batch` at `row` as an object in one line.
///
/// # Errors
///
/// A dictionary is damaged.
pub(in crate::input) fn write(batch: &RecordBatch, row: usize, out: &mut Vec<u8>) -> Result<(), String> {
    object(batch.schema_ref().fields(), batch.columns(), row, out)
}

/// Appends an object with a field for each column.
fn object(fields: &Fields, columns: &[ArrayRef], row: usize, out: &mut Vec<u8>) -> Result<(), String> {
    let mut before: &[u8] = b"{";
    for (field, column) in fields.iter().zip(columns) {
        out.extend_from_slice(before);
        rows::string(field.name().as_bytes(), out);
        out.extend_from_slice(b": ");
        value(column, row, out)?;
        before = b", ";
    }
    out.extend_from_slice(if columns.is_empty() { b"{}" } else { b"}" });
    Ok(())
}

/// Appends a value as JSON.
fn value(column: &ArrayRef, row: usize, out: &mut Vec<u8>) -> Result<(), String> {
    if column.is_null(row) {
        out.extend_from_slice(b"null");
        return Ok(());
    }

    match column.data_type() {
        DataType::Struct(fields) => return object(fields, column.as_struct().columns(), row, out),
        DataType::List(_) => return list(&column.as_list::<i32>().value(row), out),
        DataType::LargeList(_) => return list(&column.as_list::<i64>().value(row), out),
        DataType::FixedSizeList(..) => return list(&column.as_fixed_size_list().value(row), out),
        DataType::Map(..) => return map(column, row, out),
        DataType::Dictionary(..) => {
            let one = column.slice(row, 1);
            let dictionary = one.as_any_dictionary();
            let flat = arrow_select::take::take(dictionary.values(), dictionary.keys(), None);
            return value(&flat.map_err(|error| error.to_string())?, 0, out);
        }
        DataType::Binary => bytes(column.as_binary::<i32>().value(row), out),
        DataType::LargeBinary => bytes(column.as_binary::<i64>().value(row), out),
        DataType::BinaryView => bytes(column.as_binary_view().value(row), out),
        DataType::FixedSizeBinary(_) => bytes(column.as_fixed_size_binary().value(row), out),
        DataType::Decimal256(..) => {
            out.extend_from_slice(column.as_primitive::<Decimal256Type>().value_as_string(row).as_bytes());
        }
        _ => match moment(column, row) {
            Some(text) => rows::string(text.as_bytes(), out),
            None => rows::value(column, row, out),
        },
    }
    Ok(())
}

/// Appends the values of a list.
fn list(values: &ArrayRef, out: &mut Vec<u8>) -> Result<(), String> {
    out.push(b'[');
    for place in 0..values.len() {
        if place > 0 {
            out.extend_from_slice(b", ");
        }
        value(values, place, out)?;
    }
    out.push(b']');
    Ok(())
}

/// Appends a map: an object if its keys are texts, else a list of pairs.
fn map(column: &ArrayRef, row: usize, out: &mut Vec<u8>) -> Result<(), String> {
    let entries = column.as_map().value(row);
    let [keys, values] = entries.columns() else { return Err("a map has no keys and values".to_owned()) };
    let has_texts = matches!(keys.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);

    out.push(if has_texts { b'{' } else { b'[' });
    for place in 0..entries.len() {
        let (begin, between, end): (&[u8], &[u8], &[u8]) =
            if has_texts { (b"", b": ", b"") } else { (b"[", b", ", b"]") };
        if place > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(begin);
        value(keys, place, out)?;
        out.extend_from_slice(between);
        value(values, place, out)?;
        out.extend_from_slice(end);
    }
    out.push(if has_texts { b'}' } else { b']' });
    Ok(())
}

/// Appends bytes: as a text if they are one, else in Base64 (RFC 4648, padded).
fn bytes(bytes: &[u8], out: &mut Vec<u8>) {
    if simdutf8::basic::from_utf8(bytes).is_ok() {
        return rows::string(bytes, out);
    }

    out.push(b'"');
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
    out.push(b'"');
}

/// A date, a time or both in ISO 8601; `None` for other types, and for values outside of the years −9999 to 9999.
fn moment(column: &ArrayRef, row: usize) -> Option<String> {
    macro_rules! stored {
        ($type:ty) => {
            i64::from(column.as_primitive::<$type>().value(row))
        };
    }

    let of_day = |nanoseconds: i64| {
        let is_of_day = (0..86_400_000_000_000).contains(&nanoseconds);
        is_of_day.then(|| Time::midnight().wrapping_add(SignedDuration::from_nanos(nanoseconds)).to_string())
    };
    let at = |timestamp: Result<Timestamp, jiff::Error>, zone: &Option<_>| {
        let timestamp = timestamp.ok()?;
        // Without a zone it is the time of a clock somewhere.
        let is_moment = Option::is_some(zone);
        Some(if is_moment { timestamp.to_string() } else { TimeZone::UTC.to_datetime(timestamp).to_string() })
    };

    match column.data_type() {
        DataType::Date32 => {
            let days = SignedDuration::from_hours(24 * stored!(Date32Type));
            date(1970, 1, 1).checked_add(days).ok().map(|date| date.to_string())
        }
        DataType::Date64 => {
            let found = Timestamp::from_millisecond(stored!(Date64Type)).ok()?;
            Some(TimeZone::UTC.to_datetime(found).date().to_string())
        }
        DataType::Time32(TimeUnit::Second) => of_day(stored!(Time32SecondType) * 1_000_000_000),
        DataType::Time32(_) => of_day(stored!(Time32MillisecondType) * 1_000_000),
        DataType::Time64(TimeUnit::Microsecond) => of_day(stored!(Time64MicrosecondType).checked_mul(1000)?),
        DataType::Time64(_) => of_day(stored!(Time64NanosecondType)),
        DataType::Timestamp(TimeUnit::Second, zone) => at(Timestamp::from_second(stored!(TimestampSecondType)), zone),
        DataType::Timestamp(TimeUnit::Millisecond, zone) => {
            at(Timestamp::from_millisecond(stored!(TimestampMillisecondType)), zone)
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            at(Timestamp::from_microsecond(stored!(TimestampMicrosecondType)), zone)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
            at(Timestamp::from_nanosecond(i128::from(stored!(TimestampNanosecondType))), zone)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_padded_base64() {
        for (given, wanted) in [(&b"foo"[..], "foo"), (b"\xFF", "/w=="), (b"\xFFo", "/28="), (b"\xFFoo", "/29v")] {
            let mut out = Vec::new();
            bytes(given, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{wanted}\""));
        }
    }
}
