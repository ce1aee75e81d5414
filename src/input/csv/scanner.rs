//! The ends of CSV records: line feeds outside of quoted fields.
//!
//! A quote opens a quoted field only as the first byte of the field; elsewhere it is an ordinary character. In a
//! quoted field two quotes are one, and bytes between the closing quote and the delimiter are taken literally. Most
//! readers do the same.

use std::ops::Range;

use crate::input::slices::slice;

/// Finds the ends of records in bytes that arrive in pieces.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct CsvScanner {
    delimiter: u8,
    state: CsvState,
    /// The byte before the next one, outside of quotes: a quote after a delimiter or a line feed opens a field.
    last: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CsvState {
    /// Outside of quotes.
    Plain,
    /// In a quoted field.
    Quoted,
    /// After a quote in a quoted field, which closes the field unless another quote follows.
    Quote,
}

impl CsvScanner {
    /// A scanner at the beginning of a record.
    pub(in crate::input) fn new(delimiter: u8) -> Self {
        Self { delimiter, state: CsvState::Plain, last: b'\n' }
    }

    /// Takes bytes up to and including the line feed that ends the record, and returns their number; `None` if all
    /// bytes were taken and the record goes on.
    pub(in crate::input) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
            match self.state {
                CsvState::Quoted => {
                    at += memchr::memchr(b'"', rest)? + 1;
                    self.state = CsvState::Quote;
                }
                CsvState::Quote if rest.first() == Some(&b'"') => (at, self.state) = (at + 1, CsvState::Quoted),
                // The quote closed the field; the byte after it is looked at again, as one outside of quotes.
                CsvState::Quote => (self.last, self.state) = (b'"', CsvState::Plain),
                CsvState::Plain => {
                    let Some(found) = memchr::memchr2(b'"', b'\n', rest) else {
                        self.last = rest.last().copied().unwrap_or(self.last);
                        return None;
                    };
                    let before = found.checked_sub(1).and_then(|at| rest.get(at)).copied().unwrap_or(self.last);
                    at += found + 1;

                    if rest.get(found) == Some(&b'\n') {
                        self.last = b'\n';
                        return Some(at);
                    }

                    // Only a quote at the beginning of a field opens it.
                    self.last = b'"';
                    if before == self.delimiter || before == b'\n' {
                        self.state = CsvState::Quoted;
                    }
                }
            }
        }
    }
}

/// One record among whole records.
#[derive(Debug, Clone)]
pub(in crate::input) struct CsvRow {
    /// Its range, the line end excluded; empty for an empty line.
    pub(in crate::input) content: Range<usize>,
    /// Whether `\r\n` ends it.
    pub(in crate::input) carriage_return: bool,
    /// Its lines.
    pub(in crate::input) lines: u32,
}

/// The records of `bytes`, empty lines included.
pub(in crate::input) fn rows(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = CsvRow> + '_ {
    let mut begin = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(begin..).filter(|rest| !rest.is_empty())?;
        let end = CsvScanner::new(delimiter).take(rest);
        let whole = slice(rest, 0..end.unwrap_or(rest.len()));

        // An unclosed quote leaves a record without an end; its last line feed is no content either.
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        let content = if end.is_some() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        let lines = memchr::memchr_iter(b'\n', whole).count() + usize::from(end.is_none());

        let row = CsvRow {
            content: begin..begin + content.len(),
            carriage_return: content.len() < line.len(),
            lines: lines as u32,
        };
        begin += whole.len();
        Some(row)
    })
}

/// The end of the last whole record within the first `size` bytes, or of the first record if that is larger. Bytes
/// that no line feed ends are a whole record at the end of `bytes`.
pub(in crate::input) fn cut(bytes: &[u8], size: usize, delimiter: u8) -> usize {
    if bytes.len() <= size {
        return bytes.len();
    }

    let (mut scan, mut end) = (CsvScanner::new(delimiter), 0);
    while let Some(length) = bytes.get(end..).and_then(|rest| scan.take(rest)) {
        // A record that does not fit begins the next part, unless it is the first one here.
        if end > 0 && end + length > size {
            return end;
        }
        end += length;
        if end >= size {
            return end;
        }
    }
    if end > 0 { end } else { bytes.len() }
}
