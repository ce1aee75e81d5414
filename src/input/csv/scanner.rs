//! The ends of CSV records: line feeds outside of quoted fields.
//!
//! A quote opens a quoted field only as the first byte of the field; elsewhere it is an ordinary character. In a
//! quoted field two quotes are one, and bytes between the closing quote and the delimiter are taken literally. Most
//! readers do the same.

use super::dialect::CsvDialect;

/// Finds the ends of records in bytes that arrive in pieces.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct CsvScanner {
    dialect: CsvDialect,
    state: CsvState,
    /// Whether the next byte is escaped.
    is_escaped: bool,
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
    pub(in crate::input) fn new(dialect: CsvDialect) -> Self {
        Self { dialect, state: CsvState::Plain, is_escaped: false, last: b'\n' }
    }

    /// Takes bytes up to and including the line feed that ends the record, and returns their number; `None` if all
    /// bytes were taken and the record goes on.
    pub(in crate::input) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        let CsvDialect { delimiter, quote, escape } = self.dialect;
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
            if std::mem::take(&mut self.is_escaped) {
                // The byte means nothing but itself.
                (at, self.last) = (at + 1, b'\\');
                continue;
            }

            match self.state {
                CsvState::Quoted => {
                    let found = self.dialect.next_in_quotes(rest)?;
                    at += found + 1;
                    if rest.get(found).copied() == quote {
                        self.state = CsvState::Quote;
                    } else {
                        self.is_escaped = true;
                    }
                }
                CsvState::Quote if rest.first().copied() == quote => (at, self.state) = (at + 1, CsvState::Quoted),
                // The quote closed the field; the byte after it is looked at again, as one outside of quotes.
                CsvState::Quote => (self.last, self.state) = (b'"', CsvState::Plain),
                CsvState::Plain => {
                    let Some(found) = self.dialect.next_in_record(rest) else {
                        self.last = rest.last().copied().unwrap_or(self.last);
                        return None;
                    };
                    let before = found.checked_sub(1).and_then(|at| rest.get(at)).copied().unwrap_or(self.last);
                    at += found + 1;

                    let special = rest.get(found).copied();
                    if special == Some(b'\n') {
                        self.last = b'\n';
                        return Some(at);
                    }
                    if special == escape {
                        self.is_escaped = true;
                        continue;
                    }

                    // Only a quote at the beginning of a field opens it.
                    self.last = b'"';
                    if before == delimiter || before == b'\n' {
                        self.state = CsvState::Quoted;
                    }
                }
            }
        }
    }
}
