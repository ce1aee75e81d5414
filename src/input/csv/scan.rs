//! Where the records of CSV end: at a line feed that stands in no quoted field.
//!
//! A quote opens a field where it is its first byte, and is a character like any other elsewhere; in a quoted field two
//! quotes are one, and what follows the closing one up to the delimiter is taken as it stands. So do most readers.

/// Scans the bytes of records as they come.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct CsvScanner {
    delimiter: u8,
    state: CsvState,
    /// The byte before the next one, outside of quotes.
    last: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CsvState {
    Plain,
    Quoted,
    /// After a quote in a quoted field: it closes the field unless another follows.
    Quote,
}

impl CsvScanner {
    /// At the beginning of a record.
    pub(in crate::input) fn new(delimiter: u8) -> Self {
        Self { delimiter, state: CsvState::Plain, last: b'\n' }
    }

    /// Takes bytes up to the line feed that ends the record, and tells how many they are; `None` if all were taken and the
    /// record goes on.
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
                    self.last = b'"';
                    if before == self.delimiter || before == b'\n' {
                        self.state = CsvState::Quoted;
                    }
                }
            }
        }
    }
}

/// Where the last whole record among the first `size` bytes ends, or the first record, if it is larger than that. What no
/// line feed ends is whole at the end of `bytes`.
pub(in crate::input) fn cut(bytes: &[u8], size: usize, delimiter: u8) -> usize {
    if bytes.len() <= size {
        return bytes.len();
    }
    let (mut scan, mut end) = (CsvScanner::new(delimiter), 0);
    while let Some(length) = bytes.get(end..).and_then(|rest| scan.take(rest)) {
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
