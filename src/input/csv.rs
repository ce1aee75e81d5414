//! CSV and TSV: a header that names the columns, then one record a row, quoted as in RFC 4180.
//!
//! This module cuts and parses records itself, because a record is read again by its offset and its text field is
//! replaced without changing another byte; the `csv` crate offers neither. The tests compare both. A line `sep=;`
//! before the header names the delimiter, as Excel reads and writes it.

use std::borrow::Cow;
use std::ops::Range;

use super::content::ContentHead;
use super::encoding::{self, BOM, EncodingHints, RecordDecoding};
use super::record::{FieldValue, Record};
use super::reject::RejectReason;
use super::slices::{slice, tail};
use super::{Encoding, EncodingChoice, InputFormat, InputOptions, nearest, remedies};
use crate::error::Remedy;

mod cells;
mod dialect;
mod rows;
mod scanner;

pub use dialect::CsvSign;
pub(super) use rows::CsvShape;
pub(super) use scanner::CsvScanner;

use dialect::CsvDialect;

/// The largest header, in bytes.
const HEAD: usize = 1 << 20;

/// The delimiters that a `.csv` file may have, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'|', b'\t'];

/// The line with which Excel names the delimiter.
const SEPARATOR_LINE: &[u8] = b"sep=";

/// The header of a file, and the columns that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvHeader {
    /// All bytes before the first record: byte order mark, blank lines, the line `sep=`, the header, its line end.
    pub(crate) raw: Vec<u8>,
    /// How records are delimited, and fields in them.
    pub(super) shape: CsvShape,
    /// Whether the file was UTF-16, which is read as UTF-8.
    wide: Option<Encoding>,
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
    /// Reads the header of a file; `None` for a file without content. `wide` is the encoding of a file that was UTF-16
    /// and comes as UTF-8.
    ///
    /// # Errors
    /// It cannot be decoded, or does not name the text column exactly once, or several delimiters fit.
    pub(super) fn read(
        head: &mut impl ContentHead,
        format: InputFormat,
        wide: Option<Encoding>,
        options: &InputOptions,
    ) -> Result<Option<Self>, CsvMisfit> {
        // TSV has its delimiter in its name, unless the file or an option names another one.
        let named = || separator_line(start(head.peek(64))).map(|(delimiter, _)| delimiter);
        let fixed = options.csv_delimiter.or_else(named).or((format == InputFormat::Tsv).then_some(b'\t'));
        let guesses = fixed.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);

        let (mut fitting, mut wrong, mut most) = (Vec::new(), None, 0);
        for delimiter in guesses {
            let dialect = dialect(*delimiter, options);
            let Some(raw) = whole_header(head, dialect) else { return Ok(None) };
            let columns = dialect.fields(&raw).count();
            match Self::new(raw, dialect, wide, options) {
                // The comma gives the format its name; the others have to be unambiguous.
                Ok(header) if *delimiter == DELIMITERS[0] => return Ok(Some(header.with_escape(head, options))),
                Ok(header) => fitting.push(header),
                // The delimiter with most columns tells best what is there.
                Err(misfit) if columns > most => (wrong, most) = (Some(misfit), columns),
                Err(_) => {}
            }
        }

        match (fitting.pop(), wrong) {
            (Some(header), _) if fitting.is_empty() => Ok(Some(header.with_escape(head, options))),
            (None, Some(misfit)) => Err(later_header(head, options).unwrap_or(misfit)),
            _ => Err((
                "has a header between whose columns several characters may stand".to_owned(),
                remedies::NAME_DELIMITER,
            )),
        }
    }

    fn new(
        raw: Vec<u8>,
        dialect: CsvDialect,
        wide: Option<Encoding>,
        options: &InputOptions,
    ) -> Result<Self, CsvMisfit> {
        let encoding = if wide.is_some() { EncodingChoice::Auto } else { options.encoding };
        let names = column_names(&raw, dialect, encoding)?;

        // Id and further fields may be absent, the text may not.
        let text = column(&names, &options.text_field)?
            .ok_or_else(|| no_column(&options.text_field, &names.iter().map(String::as_str).collect::<Vec<_>>()))?;
        let id = column(&names, &options.id_field)?;
        let (decisive, shown) = options.fields.split_at(options.decisive_fields());
        let mut fields = decisive.iter().map(|name| column(&names, name)).collect::<Result<Vec<_>, _>>()?;
        fields.extend(shown.iter().map(|shown| names.iter().position(|name| name == shown)));
        let is_named = matches!(options.csv_quote, CsvSign::Byte(_));
        let shape = CsvShape { dialect, columns: names.len(), most: options.max_record_size, trusts_quotes: is_named };
        Ok(Self { shape, wide, text, id, fields, names, raw })
    }

    /// The same with backslashes as escapes, if more records of the beginning are right then. Databases write so.
    fn with_escape(mut self, head: &mut impl ContentHead, options: &InputOptions) -> Self {
        if options.csv_escape != CsvSign::Auto || self.shape.dialect.quote != Some(b'"') {
            return self;
        }

        let bytes = head.peek(HEAD);
        let bytes = bytes.get(..HEAD).unwrap_or(bytes);
        let records = bytes.get(self.raw.len()..).unwrap_or_default();
        // Whole lines only, unless the file ends here.
        let end = memchr::memrchr(b'\n', records).filter(|_| bytes.len() == HEAD).map_or(records.len(), |at| at + 1);
        let records = records.get(..end).unwrap_or(records);

        if memchr::memmem::find(records, b"\\\"").is_some() {
            let dialect = CsvDialect { escape: Some(b'\\'), ..self.shape.dialect };
            let escaped = CsvShape { dialect, ..self.shape };
            if escaped.proper_records(records) > self.shape.proper_records(records) {
                self.shape = escaped;
            }
        }
        self
    }

    /// The byte between fields.
    pub(crate) fn delimiter(&self) -> char {
        char::from(self.shape.dialect.delimiter)
    }

    /// Number of lines before the first record.
    pub(super) fn lines(&self) -> u64 {
        memchr::memchr_iter(b'\n', &self.raw).count() as u64
    }

    /// Whether the records of both files may be written under one header.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        (self.shape.dialect, &self.names, self.wide) == (other.shape.dialect, &other.names, other.wide)
    }

    /// A text as a field, quoted if necessary.
    pub(crate) fn encode(&self, text: &str) -> String {
        self.shape.dialect.encode(text)
    }

    /// A text as a field in the bytes of a record that was decoded as `decoding` says.
    pub(super) fn encoded(&self, text: &str, decoding: &RecordDecoding) -> Vec<u8> {
        let field = self.encode(text);
        // UTF-16 is written from UTF-8. A row stays in the encoding of the others, unless that cannot hold the text.
        let encoded = if self.wide.is_some() { None } else { decoding.encoding.encode(&field) };
        encoded.filter(|_| !decoding.lossy).unwrap_or_else(|| field.into_bytes())
    }

    /// Reads one record, given without its line end. Fields are found before the record is decoded: delimiters and
    /// quotes are ASCII bytes in every encoding of a CSV file that can be cut.
    pub(super) fn record<'a>(&self, raw: &'a [u8], options: &InputOptions) -> Result<Record<'a>, RejectReason> {
        let dialect = self.shape.dialect;
        // The whole record decides the encoding: single fields are too short for detection.
        let (mut decoding, from) = self.decoding(raw, options.encoding)?;
        let read = |field: Range<usize>| -> Cow<'a, str> {
            match from.decode(slice(raw, field)).0 {
                Cow::Borrowed(field) => dialect.decode(field),
                Cow::Owned(field) => Cow::Owned(dialect.decode(&field).into_owned()),
            }
        };

        // A record without an id of its own has an empty one.
        let (mut text, mut id) = (0..0, Cow::Borrowed(""));
        let mut values: Vec<Option<FieldValue>> = vec![None; self.fields.len()];
        let mut found = 0;
        for field in dialect.fields(raw) {
            if field.is_stray {
                check_line(raw, field.range.start)?;
                decoding.stray_quote = true;
            }

            let range = field.range;
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
            let lines = 1 + line_feeds(raw);
            // Quotes after backslashes are how another dialect writes quotes in texts.
            let escapes = dialect.escape.is_none() && memchr::memmem::find(raw, b"\\\"").is_some();
            return Err(RejectReason::FieldCount { found, expected, lines, escapes });
        }

        let content = read(text.clone());
        let content = encoding::mend(content, options.encoding, &mut decoding);
        Ok(Record { id, text: content, fields: values, text_value: text, decoding, layout: None })
    }

    /// How a record is decoded: as it is noted, and the encoding of its bytes.
    fn decoding(&self, raw: &[u8], choice: EncodingChoice) -> Result<(RecordDecoding, Encoding), RejectReason> {
        let Some(wide) = self.wide else {
            let decoding = encoding::decode_text(raw, EncodingHints::default(), choice)?.decoding;
            return Ok((decoding, decoding.encoding));
        };

        let lossy = Encoding::UTF_8.decode(raw).1;
        Ok((RecordDecoding { encoding: wide, lossy, ..RecordDecoding::default() }, Encoding::UTF_8))
    }
}

/// The misfit of a file whose header comes after other lines: a title, comments.
fn later_header(head: &mut impl ContentHead, options: &InputOptions) -> Option<CsvMisfit> {
    const LAST_LINE: usize = 20;
    let bytes = head.peek(4096);
    let lines = bytes.split(|byte| *byte == b'\n').take(LAST_LINE).map(String::from_utf8_lossy);
    let is_column = |cell: &str| cell.trim().trim_matches('"') == options.text_field;
    let is_header = |line: &str| {
        let delimiters = options.csv_delimiter.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);
        delimiters.iter().any(|delimiter| line.split(char::from(*delimiter)).any(is_column))
    };

    let (before, _) = lines.enumerate().skip(1).find(|(_, line)| is_header(line))?;
    let what = format!("has its header in line {}", before + 1);
    Some((what, Remedy::Advice(format!("take the lines before it out first (tail -n +{})", before + 1).into())))
}

fn line_feeds(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Refuses a record of several lines with a quote at `start` that nothing closes. In one line it is a character.
fn check_line(raw: &[u8], start: usize) -> Result<(), RejectReason> {
    match line_feeds(raw) {
        0 => Ok(()),
        lines => Err(RejectReason::UnclosedQuote { below: line_feeds(slice(raw, 0..start)), lines: lines + 1 }),
    }
}

/// The dialect that the options ask for, with this delimiter.
fn dialect(delimiter: u8, options: &InputOptions) -> CsvDialect {
    let quote = match options.csv_quote {
        CsvSign::Auto => Some(b'"'),
        CsvSign::None => None,
        CsvSign::Byte(byte) => Some(byte),
    };
    let escape = match options.csv_escape {
        CsvSign::Byte(byte) => Some(byte),
        CsvSign::Auto | CsvSign::None => None,
    };
    CsvDialect { delimiter, quote, escape }
}

/// The number of bytes of a byte order mark and blank lines at the beginning, and the bytes after them.
fn start(bytes: &[u8]) -> (usize, &[u8]) {
    let mark = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let blank = bytes.iter().skip(mark).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    (mark + blank, tail(bytes, mark + blank))
}

/// The delimiter that a first line such as `sep=;` names, and the length of all up to the end of that line.
fn separator_line((before, bytes): (usize, &[u8])) -> Option<(u8, usize)> {
    let end = memchr::memchr(b'\n', bytes)?;
    let line = bytes.get(..end)?.trim_ascii_end();
    // A tab at the end of the line is no white space here.
    let line = if bytes.get(..end)?.starts_with(b"sep=\t") { b"sep=\t" } else { line };
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);

    let (name, delimiter) = line.split_at_checked(SEPARATOR_LINE.len())?;
    match delimiter {
        [delimiter] if name.eq_ignore_ascii_case(SEPARATOR_LINE) && delimiter.is_ascii() => {
            Some((*delimiter, before + end + 1))
        }
        _ => None,
    }
}

/// The names in a header.
fn column_names(raw: &[u8], dialect: CsvDialect, encoding: EncodingChoice) -> Result<Vec<String>, CsvMisfit> {
    let skipped = separator_line(start(raw)).map_or(0, |(_, length)| length);
    let (_, line) = start(tail(raw, skipped));
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);

    let line = encoding::decode(line, EncodingHints::default(), encoding)
        .map_err(|reason| {
            (format!("has a header that cannot be read ({})", reason.problem()), remedies::NAME_ENCODING)
        })?
        .text;

    let name =
        |field: Range<usize>| line.get(field).map_or_else(String::new, |field| dialect.decode(field).into_owned());
    Ok(dialect.fields(line.as_bytes()).map(|field| name(field.range)).collect())
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

/// The misfit of a file without the column `name`.
pub(super) fn no_column(name: &str, columns: &[&str]) -> CsvMisfit {
    if columns.iter().any(|column| column.contains('\r')) {
        return ("has lines that end with a carriage return alone".to_owned(), remedies::CONVERT_LINE_ENDS);
    }

    if let [first, ..] = columns
        && first.trim_start().starts_with('{')
    {
        let remedy = Remedy::Set { purpose: "read it as such", settings: &[("input_format", "jsonl")] };
        return ("begins with an object of JSON".to_owned(), remedy);
    }

    let what = format!("has no column {name:?} among its columns ({})", nearest::shown(columns));
    if let Some(delimiter) = other_delimiter(name, columns) {
        return (what, nearest::remedy(remedies::NAME_DELIMITER, &[&shown_sign(delimiter)]));
    }
    (what, nearest::remedy(remedies::NAME_TEXT_COLUMN, nearest::nearest(name, columns).as_slice()))
}

/// The character that separates the columns of a header which was taken for one column, if it has the column `name` then.
fn other_delimiter(name: &str, columns: &[&str]) -> Option<char> {
    let [header] = columns else { return None };
    // Hive separates columns by the control character 1.
    let is_delimiter = |character: &char| {
        character.is_ascii_control() || character.is_ascii_punctuation() && !"_-.\"'".contains(*character)
    };
    header.chars().filter(is_delimiter).find(|delimiter| header.split(*delimiter).any(|column| column.trim() == name))
}

/// A sign as it is given to an option: control characters by their number.
fn shown_sign(sign: char) -> String {
    if sign.is_ascii_control() { format!("\\x{:02x}", u32::from(sign)) } else { sign.to_string() }
}

/// All bytes up to the end of the first record that is not blank and no line `sep=`; `None` if there is none.
fn whole_header(head: &mut impl ContentHead, dialect: CsvDialect) -> Option<Vec<u8>> {
    let mut length = 4096;
    loop {
        let bytes = head.peek(length);
        let ended = bytes.len() < length || length >= HEAD;
        let bytes = bytes.get(..HEAD).unwrap_or(bytes);

        let skipped = separator_line(start(bytes)).map_or(0, |(_, length)| length);
        let (blank, content) = start(tail(bytes, skipped));

        match CsvScanner::new(dialect).take(content) {
            Some(end) => return Some(slice(bytes, 0..skipped + blank + end).to_vec()),
            None if ended => return (!content.is_empty()).then(|| bytes.to_vec()),
            None => length *= 4,
        }
    }
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
