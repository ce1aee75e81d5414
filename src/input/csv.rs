//! CSV and TSV: a header that names the columns, then one record a row, quoted as in RFC 4180.
//!
//! This module cuts and parses records itself, because a record is read again by its offset and its text field is
//! replaced without changing another byte; the `csv` crate offers neither. The tests compare both.

use std::borrow::Cow;
use std::ops::Range;

use super::content::ContentHead;
use super::encoding::{self, BOM, EncodingHints};
use super::record::{FieldValue, Record};
use super::reject::RejectReason;
use super::slices::{slice, tail};
use super::{InputFormat, InputOptions, remedies};
use crate::error::Remedy;

mod cells;
mod scanner;

pub(super) use scanner::{CsvScanner, cut, rows};

/// The largest header, in bytes.
const HEAD: usize = 1 << 20;

/// The delimiters that a `.csv` file may have, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'|', b'\t'];

/// The header of a file, and the columns that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvHeader {
    /// All bytes before the first record: byte order mark, blank lines, the header, its line end.
    pub(crate) raw: Vec<u8>,
    pub(crate) delimiter: u8,
    /// The names of the columns.
    pub(crate) names: Vec<String>,
    /// The column of the text.
    text: usize,
    /// The column of the id.
    id: Option<usize>,
    /// The columns of the further fields.
    fields: Vec<Option<usize>>,
}

/// Why a file cannot be read: what is wrong, and the remedy.
pub(super) type CsvMisfit = (String, Remedy);

impl CsvHeader {
    /// Reads the header of a file; `None` for a file without content.
    ///
    /// # Errors
    /// It cannot be decoded, or does not name the text column exactly once, or several delimiters fit.
    pub(super) fn read(
        head: &mut impl ContentHead,
        format: InputFormat,
        options: &InputOptions,
    ) -> Result<Option<Self>, CsvMisfit> {
        // TSV has its delimiter in its name, unless another one was asked for.
        let fixed = options.csv_delimiter.or((format == InputFormat::Tsv).then_some(b'\t'));
        let guesses = fixed.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);

        let (mut fitting, mut wrong) = (Vec::new(), None);
        for delimiter in guesses {
            let Some(raw) = whole_header(head, *delimiter) else { return Ok(None) };
            match Self::new(raw, *delimiter, options) {
                // The comma gives the format its name; the others have to be unambiguous.
                Ok(header) if *delimiter == DELIMITERS[0] => return Ok(Some(header)),
                Ok(header) => fitting.push(header),
                Err(misfit) => wrong = wrong.or(Some(misfit)),
            }
        }

        match (fitting.pop(), wrong) {
            (Some(header), _) if fitting.is_empty() => Ok(Some(header)),
            (None, Some(misfit)) => Err(misfit),
            _ => Err((
                "has a header between whose columns several characters may stand".to_owned(),
                remedies::NAME_DELIMITER,
            )),
        }
    }

    fn new(raw: Vec<u8>, delimiter: u8, options: &InputOptions) -> Result<Self, CsvMisfit> {
        let names = column_names(&raw, delimiter, options)?;

        // Id and further fields may be absent, the text may not.
        let text = column(&names, &options.text_field)?
            .ok_or_else(|| no_column(&options.text_field, &names.iter().map(String::as_str).collect::<Vec<_>>()))?;
        let id = column(&names, &options.id_field)?;
        let fields = options.fields.iter().map(|name| column(&names, name)).collect::<Result<_, _>>()?;
        Ok(Self { delimiter, text, id, fields, names, raw })
    }

    /// Number of lines before the first record.
    pub(super) fn lines(&self) -> u64 {
        memchr::memchr_iter(b'\n', &self.raw).count() as u64
    }

    /// Whether the records of both files may be written under one header.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        (self.delimiter, &self.names) == (other.delimiter, &other.names)
    }

    /// A text as a field, quoted if necessary.
    pub(crate) fn encode(&self, text: &str) -> String {
        let special = |byte: &u8| *byte == self.delimiter || matches!(byte, b'"' | b'\r' | b'\n');

        // A record of one empty field would be an empty line, which is no record.
        if text.is_empty() || text.as_bytes().iter().any(special) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }

    /// Reads one record, given without its line end. Fields are found before the record is decoded: delimiters and
    /// quotes are ASCII bytes in every encoding of a CSV file that can be cut.
    pub(super) fn record<'a>(&self, raw: &'a [u8], options: &InputOptions) -> Result<Record<'a>, RejectReason> {
        // The whole record decides the encoding: single fields are too short for detection.
        let mut decoding = encoding::decode(raw, EncodingHints::default(), options.encoding)?.decoding;
        let read = |field: Range<usize>| -> Cow<'a, str> {
            match decoding.encoding.decode(slice(raw, field)).0 {
                Cow::Borrowed(field) => decode(field),
                Cow::Owned(field) => Cow::Owned(decode(&field).into_owned()),
            }
        };

        // A record without an id of its own has an empty one.
        let (mut text, mut id) = (0..0, Cow::Borrowed(""));
        let mut values: Vec<Option<FieldValue>> = vec![None; self.fields.len()];
        let mut found = 0;
        for range in fields(raw, self.delimiter) {
            check_closed(raw, &range)?;
            if self.id == Some(found) {
                id = read(range.clone());
            }
            for (column, value) in self.fields.iter().zip(&mut values) {
                if *column == Some(found) {
                    *value = field_value(&read(range.clone()));
                }
            }
            if self.text == found {
                text = range;
            }
            found += 1;
        }

        let expected = self.names.len();
        if found != expected {
            return Err(RejectReason::FieldCount { found, expected });
        }

        let content = read(text.clone());
        let content = encoding::mend(content, options.encoding, &mut decoding);
        Ok(Record { id, text: content, fields: values, text_value: text, decoding, layout: None })
    }
}

/// Refuses a field whose opening quote is not closed.
fn check_closed(raw: &[u8], range: &Range<usize>) -> Result<(), RejectReason> {
    let field = slice(raw, range.clone());
    if !field.starts_with(b"\"") || closing(field).is_some() {
        return Ok(());
    }

    let before = slice(raw, 0..range.start);
    Err(RejectReason::UnclosedQuote { below: memchr::memchr_iter(b'\n', before).count() as u64 })
}

/// The names in a header.
fn column_names(raw: &[u8], delimiter: u8, options: &InputOptions) -> Result<Vec<String>, CsvMisfit> {
    let line = raw.strip_prefix(BOM).unwrap_or(raw).trim_ascii_end();
    let blank = line.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();

    let line = encoding::decode(tail(line, blank), EncodingHints::default(), options.encoding)
        .map_err(|reason| {
            (format!("has a header that cannot be read ({})", reason.problem()), remedies::NAME_ENCODING)
        })?
        .text;

    let name = |field| line.get(field).map_or_else(String::new, |field| decode(field).into_owned());
    Ok(fields(line.as_bytes(), delimiter).map(name).collect())
}

/// The place of a column; `None` if there is none of that name.
fn column(names: &[String], name: &str) -> Result<Option<usize>, CsvMisfit> {
    let mut places = names.iter().enumerate().filter(|(_, column)| *column == name).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(_), Some(_)) => {
            Err((format!("names the column {name:?} more than once in its header"), remedies::RENAME_COLUMNS))
        }
        (place, _) => Ok(place),
    }
}

/// Characters of the column names shown when the text column is missing.
const SHOWN: usize = 200;

/// The misfit of a file without the column `name`.
pub(super) fn no_column(name: &str, columns: &[&str]) -> CsvMisfit {
    let shown: String = columns.join(", ").chars().take(SHOWN).collect();
    let what = format!("has no column {name:?} among its columns ({shown})");
    (what, remedies::NAME_TEXT_COLUMN)
}

/// All bytes up to the end of the first record that is not blank; `None` if there is none.
fn whole_header(head: &mut impl ContentHead, delimiter: u8) -> Option<Vec<u8>> {
    let mut length = 4096;
    loop {
        let bytes = head.peek(length);
        let ended = bytes.len() < length || length >= HEAD;
        let bytes = bytes.get(..HEAD).unwrap_or(bytes);

        let mark = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let blank = bytes.iter().skip(mark).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let content = tail(bytes, mark + blank);

        match CsvScanner::new(delimiter).take(content) {
            Some(end) => return Some(slice(bytes, 0..mark + blank + end).to_vec()),
            None if ended => return (!content.is_empty()).then(|| bytes.to_vec()),
            None => length *= 4,
        }
    }
}

/// The ranges of the fields of a record, quotes included.
fn fields(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let rest = tail(bytes, start);

        // The delimiter is looked for after the closing quote; in an unclosed field there is none.
        let closed = if rest.first() == Some(&b'"') { closing(rest).map_or(rest.len(), |at| at + 1) } else { 0 };
        let after = tail(rest, closed);
        let length = closed + memchr::memchr(delimiter, after).unwrap_or(after.len());

        next = (length < rest.len()).then_some(start + length + 1);
        Some(start..start + length)
    })
}

/// The offset of the quote that closes the one at the beginning of `field`.
fn closing(field: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr(b'"', field.get(at..)?)?;
        // Two quotes mean one, and close nothing.
        if field.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// The content of a field: two quotes inside quotes are one, and text after the closing quote is taken literally.
fn decode(field: &str) -> Cow<'_, str> {
    let Some(inner) = field.strip_prefix('"') else { return Cow::Borrowed(field) };
    let (quoted, after) = match closing(field.as_bytes()) {
        // `close` counts from the opening quote.
        Some(close) => (inner.get(..close - 1).unwrap_or(inner), inner.get(close..).unwrap_or("")),
        None => (inner, ""),
    };

    if after.is_empty() && !quoted.contains('"') {
        return Cow::Borrowed(quoted);
    }
    Cow::Owned(quoted.replace("\"\"", "\"") + after)
}

/// A number if the field is one in the syntax of JSON, else a string; `None` for an empty field.
fn field_value(field: &str) -> Option<FieldValue> {
    let numeric = field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    // Rust also parses `inf` and `nan`, which JSON does not know.
    let number: Option<f64> = field.parse().ok().filter(|number: &f64| numeric && number.is_finite());
    match number {
        Some(number) => Some(FieldValue::Number(number)),
        None => (!field.is_empty()).then(|| FieldValue::Text(field.to_owned())),
    }
}

#[cfg(test)]
mod tests;
