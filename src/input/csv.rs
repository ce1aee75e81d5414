//! CSV and TSV: a header that names the columns, then a record a row, quoted as in RFC 4180.
//!
//! Records are cut and parsed here, and not by a crate, because a record has to be found again by its place, and its text
//! field has to be replaced without touching another byte. The tests hold it against the `csv` crate.

use std::borrow::Cow;
use std::ops::Range;

use super::content::ContentHead;
use super::corpus::{FieldValue, Record};
use super::encoding::{self, BOM, EncodingHints};
use super::reject::RejectReason;
use super::{InputFormat, InputOptions, remedies};
use crate::error::Remedy;

mod scan;

pub(super) use scan::{CsvScanner, cut};

/// A header must end within so many bytes.
const HEAD: usize = 1 << 20;

/// What may stand between the fields of `.csv`, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'|', b'\t'];

/// The header of a file: what stands before its records, and which columns are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvHeader {
    /// All bytes before the first record: byte order mark, blank lines, the header, its line end.
    pub(crate) raw: Vec<u8>,
    pub(crate) delimiter: u8,
    /// The names of the columns.
    pub(crate) names: Vec<String>,
    text: usize,
    id: Option<usize>,
    fields: Vec<Option<usize>>,
}

/// Why a file cannot be read: what its header is, and the remedy.
pub(super) type CsvMisfit = (String, Remedy);

impl CsvHeader {
    /// Reads the header of a file; `None` for a file without any content.
    ///
    /// # Errors
    /// It is not UTF-8, or does not name the text column exactly once.
    pub(super) fn read(
        head: &mut impl ContentHead,
        format: InputFormat,
        options: &InputOptions,
    ) -> Result<Option<Self>, CsvMisfit> {
        let fixed = options.csv_delimiter.or((format == InputFormat::Tsv).then_some(b'\t'));
        let guesses = fixed.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);
        let (mut fitting, mut wrong) = (Vec::new(), None);
        for delimiter in guesses {
            let Some(raw) = whole_header(head, *delimiter) else { return Ok(None) };
            match Self::new(raw, *delimiter, options) {
                // A comma is what the name says; others have to be unambiguous.
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
        let line = raw.strip_prefix(BOM).unwrap_or(&raw).trim_ascii_end();
        let blank = line.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let line = line.get(blank..).unwrap_or_default();
        let line = encoding::decode(line, EncodingHints::default(), options.encoding)
            .map_err(|reason| {
                (format!("has a header that cannot be read ({})", reason.problem()), remedies::NAME_ENCODING)
            })?
            .text;
        let names: Vec<String> = fields(line.as_bytes(), delimiter)
            .map(|field| decode(line.get(field).unwrap_or_default()).into_owned())
            .collect();
        let column = |name: &String| {
            let mut found = names.iter().enumerate().filter(|(_, column)| *column == name).map(|(place, _)| place);
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => {
                    Err((format!("names the column {name:?} more than once in its header"), remedies::RENAME_COLUMNS))
                }
                (place, _) => Ok(place),
            }
        };
        let text = column(&options.text_field)?
            .ok_or_else(|| no_column(&options.text_field, &names.iter().map(String::as_str).collect::<Vec<_>>()))?;
        let id = column(&options.id_field)?;
        let columns = options.fields.iter().map(column).collect::<Result<_, _>>()?;
        Ok(Self { delimiter, text, id, fields: columns, names, raw })
    }

    /// The lines before the first record.
    pub(super) fn lines(&self) -> u64 {
        memchr::memchr_iter(b'\n', &self.raw).count() as u64
    }

    /// Whether records of the two files may stand under one header.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        (self.delimiter, &self.names) == (other.delimiter, &other.names)
    }

    /// A text as a field: quoted where it has to be.
    pub(crate) fn encode(&self, text: &str) -> String {
        let special = |byte: &u8| *byte == self.delimiter || matches!(byte, b'"' | b'\r' | b'\n');
        if text.is_empty() || text.as_bytes().iter().any(special) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }

    /// Reads one record, given without its line end. Delimiters and quotes are ASCII in every encoding that a CSV file can
    /// be cut in, so fields are found first; the encoding is that of the whole record.
    pub(super) fn record<'a>(&self, raw: &'a [u8], options: &InputOptions) -> Result<Record<'a>, RejectReason> {
        let mut decoding = encoding::decode(raw, EncodingHints::default(), options.encoding)?.decoding;
        let encoding = decoding.encoding;
        let read = |field: Range<usize>| -> Cow<'a, str> {
            match encoding.decode(raw.get(field).unwrap_or_default()).0 {
                Cow::Borrowed(field) => decode(field),
                Cow::Owned(field) => Cow::Owned(decode(&field).into_owned()),
            }
        };
        let mut found = 0;
        let (mut text, mut id) = (0..0, None);
        let mut values: Vec<Option<FieldValue>> = vec![None; self.fields.len()];
        for range in fields(raw, self.delimiter) {
            let field = raw.get(range.clone()).unwrap_or_default();
            if field.starts_with(b"\"") && closing(field).is_none() {
                let before = raw.get(..range.start).unwrap_or_default();
                let below = memchr::memchr_iter(b'\n', before).count() as u64;
                return Err(RejectReason::UnclosedQuote { below });
            }
            if self.id == Some(found) {
                id = Some(read(range.clone()));
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
        let content = encoding::mend(read(text.clone()), options.encoding, &mut decoding);
        Ok(Record {
            id: id.unwrap_or_default(),
            text: content,
            fields: values,
            text_value: text,
            decoding,
            layout: None,
        })
    }
}

/// So many characters of the columns are shown where the right one is missing.
const SHOWN: usize = 200;

/// The file has no such column.
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
        let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let blank = bytes.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let content = bytes.get(start + blank..).unwrap_or_default();
        match CsvScanner::new(delimiter).take(content) {
            Some(end) => return bytes.get(..start + blank + end).map(<[u8]>::to_vec),
            None if ended => return (!content.is_empty()).then(|| bytes.to_vec()),
            None => length *= 4,
        }
    }
}

/// Where the fields of a record stand, quotes included.
fn fields(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let rest = bytes.get(start..).unwrap_or_default();
        let closed = if rest.first() == Some(&b'"') { closing(rest).map_or(rest.len(), |at| at + 1) } else { 0 };
        let after = rest.get(closed..).unwrap_or_default();
        let length = closed + memchr::memchr(delimiter, after).unwrap_or(after.len());
        next = (length < rest.len()).then_some(start + length + 1);
        Some(start..start + length)
    })
}

/// Where the quote stands that closes the one at the head of `field`.
fn closing(field: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr(b'"', field.get(at..)?)?;
        if field.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// What a field holds: two quotes inside quotes are one, and what follows the closing quote is taken as it stands.
fn decode(field: &str) -> Cow<'_, str> {
    let Some(inner) = field.strip_prefix('"') else { return Cow::Borrowed(field) };
    let close = closing(field.as_bytes()).unwrap_or(field.len());
    let quoted = inner.get(..close - 1).unwrap_or(inner);
    let after = field.get(close + 1..).unwrap_or_default();
    if after.is_empty() && !quoted.contains('"') {
        return Cow::Borrowed(quoted);
    }
    Cow::Owned(quoted.replace("\"\"", "\"") + after)
}

/// A number where the field is one as JSON writes them, else a string; an empty field is none.
fn field_value(field: &str) -> Option<FieldValue> {
    let numeric = field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let number: Option<f64> = field.parse().ok().filter(|number: &f64| numeric && number.is_finite());
    match number {
        Some(number) => Some(FieldValue::Number(number)),
        None => (!field.is_empty()).then(|| FieldValue::Text(field.to_owned())),
    }
}

#[cfg(test)]
mod tests;
