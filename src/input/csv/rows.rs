//! The records of a CSV file, and quotes that swallow some.
//!
//! A quote at the head of a field that is no quoting, as in tweets, takes all lines up to the next quote into one
//! record. Such a record is noticed: it is not what its header says, or it is long, and its lines are, each for
//! itself. Then each line is a record, and the quote a character.

use std::ops::Range;

use super::dialect::CsvDialect;
use super::scanner::CsvScanner;
use crate::input::slices::slice;

/// From this many lines on a record whose quotes are right is doubted, if nearly all its lines are records.
const DOUBTED: usize = 16;

/// The same for tabs, which texts hardly have.
const DOUBTED_TABS: usize = 4;

/// Bytes after which an unfinished record is doubted: the lines that a quote swallows then come in small parts.
const LONG: usize = 1 << 16;

/// Bytes after which it is doubted again, however large records may be: offsets in a part are limited.
const MOST: u64 = 1 << 30;

/// The shape of the records of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) struct CsvShape {
    pub(in crate::input) dialect: CsvDialect,
    /// Columns of the header.
    pub(in crate::input) columns: usize,
    /// A record that is larger is doubted before its end is known.
    pub(in crate::input) most: u64,
    /// Whether the user named the quote. Then a record of correct quotes is not doubted, even if its lines look like records.
    pub(in crate::input) trusts_quotes: bool,
}

/// One record among whole records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::input) struct CsvRow {
    /// Its range, the line end excluded; empty for an empty line.
    pub(in crate::input) content: Range<usize>,
    /// Whether `\r\n` ends it.
    pub(in crate::input) carriage_return: bool,
    /// Its lines.
    pub(in crate::input) lines: u32,
}

impl CsvShape {
    /// The largest record that is not doubted before its end is known.
    fn limit(&self) -> usize {
        usize::try_from(self.most.min(MOST)).unwrap_or(usize::MAX)
    }

    /// Of the bytes of a record that is longer than `length`: how many belong to its first lines, if it swallowed
    /// them. `None` if it is not so long, or is one record.
    fn swallowed_head(&self, bytes: &[u8], length: usize) -> Option<usize> {
        let head = bytes.get(..length).filter(|head| head.len() < bytes.len())?;
        let lines = memchr::memrchr(b'\n', head)? + 1;

        let head = slice(head, 0..lines);
        let (fitting, count) = self.fitting_lines(head);
        // Its end is not known, so nearly all its lines must be records.
        let is_swallowed = self.columns >= 2 && count >= self.doubted() && fitting * 20 >= count * 19;
        is_swallowed.then_some(lines)
    }

    /// From how many lines on a record is doubted.
    fn doubted(&self) -> usize {
        if self.dialect.delimiter == b'\t' { DOUBTED_TABS } else { DOUBTED }
    }

    /// How many lines have the fields of the header, each for itself, and how many lines there are.
    fn fitting_lines(&self, record: &[u8]) -> (usize, usize) {
        let (mut fitting, mut count) = (0, 0);
        for line in record.split_inclusive(|byte| *byte == b'\n') {
            fitting += usize::from(self.dialect.fields(without_end(line)).count() == self.columns);
            count += 1;
        }
        (fitting, count)
    }

    /// The length of the next record at the beginning of `bytes`, its line end included, and whether the bytes hold
    /// its end. Lines that a quote swallowed may come first.
    fn next(&self, bytes: &[u8]) -> (usize, bool) {
        let limited = bytes.get(..self.limit().saturating_add(1)).unwrap_or(bytes);
        let mut scan = CsvScanner::new(self.dialect);
        let end = scan.take(limited);
        let first = if self.trusts_quotes { self.limit() } else { LONG.min(self.limit()) };
        for length in [first, self.limit()] {
            let is_longer = end.is_none_or(|end| end > length);
            if let Some(lines) = is_longer.then(|| self.swallowed_head(limited, length)).flatten() {
                return (lines, true);
            }
        }

        let end = end.or_else(|| scan.take(bytes.get(limited.len()..)?).map(|end| limited.len() + end));
        (end.unwrap_or(bytes.len()), end.is_some())
    }

    /// The end of the last whole record in `bytes`; `None` if the first one goes on.
    pub(in crate::input) fn last_end(&self, bytes: &[u8]) -> Option<usize> {
        let mut end = 0;
        while let Some(rest) = bytes.get(end..).filter(|rest| !rest.is_empty()) {
            let (length, is_whole) = self.next(rest);
            if !is_whole {
                break;
            }
            end += length;
        }
        (end > 0).then_some(end)
    }

    /// Whether lines that the scanner took for one record are records for themselves. `is_whole` tells that the
    /// record is at hand up to its end.
    fn is_swallowed(&self, record: &[u8], is_whole: bool) -> bool {
        // Most records have one line.
        if memchr::memchr(b'\n', record.strip_suffix(b"\n").unwrap_or(record)).is_none() {
            return false;
        }

        let is_proper = is_whole && self.is_proper(record);
        if is_proper && (self.columns < 2 || self.trusts_quotes) {
            return false;
        }
        let (fitting, count) = self.fitting_lines(record);
        if is_proper { count >= self.doubted() && fitting * 20 >= count * 19 } else { fitting * 5 >= count * 4 }
    }

    /// Whether a record has the fields of the header, each closed where it ends.
    fn is_proper(&self, record: &[u8]) -> bool {
        let mut count = 0;
        let is_closed = self.dialect.fields(without_end(record)).all(|field| {
            count += 1;
            !field.is_stray && !field.goes_on
        });
        is_closed && count == self.columns
    }

    /// How many records of `bytes` have the fields of the header, each closed where it ends.
    pub(super) fn proper_records(&self, bytes: &[u8]) -> usize {
        self.rows(bytes).filter(|row| self.is_proper(slice(bytes, row.content.clone()))).count()
    }

    /// The records of `bytes`, empty lines included.
    pub(in crate::input) fn rows(self, bytes: &[u8]) -> impl Iterator<Item = CsvRow> + '_ {
        // Lines up to `single` are records for themselves.
        let (mut begin, mut single) = (0, 0);
        std::iter::from_fn(move || {
            let rest = bytes.get(begin..).filter(|rest| !rest.is_empty())?;

            if begin >= single {
                let (length, is_whole) = self.next(rest);
                let record = slice(rest, 0..length);
                if self.is_swallowed(record, is_whole) {
                    single = begin + length;
                } else {
                    let row = row(begin, record, is_whole);
                    begin += length;
                    return Some(row);
                }
            }

            let line = memchr::memchr(b'\n', slice(bytes, begin..single)).map(|at| at + 1);
            let length = line.unwrap_or(single - begin);
            let row = row(begin, slice(rest, 0..length), line.is_some());
            begin += length;
            Some(row)
        })
    }

    /// The end of the last whole record within the first `size` bytes, or of the first record if that is larger.
    /// Bytes that no line feed ends are a whole record at the end of `bytes`.
    pub(in crate::input) fn cut(&self, bytes: &[u8], size: usize) -> usize {
        if bytes.len() <= size && bytes.len() <= self.limit() {
            return bytes.len();
        }

        let mut end = 0;
        while let Some(rest) = bytes.get(end..).filter(|rest| !rest.is_empty()) {
            let (length, _) = self.next(rest);
            // A record that does not fit begins the next part, unless it is the first one here.
            if end > 0 && end + length > size {
                return end;
            }
            end += length;
            if end >= size {
                return end;
            }
        }
        end
    }
}

/// The row of the bytes of a record at `begin`; `has_end` tells that a line feed ends it.
fn row(begin: usize, record: &[u8], has_end: bool) -> CsvRow {
    // An unclosed quote leaves a record without an end; its last line feed is no content either.
    let line = record.strip_suffix(b"\n").unwrap_or(record);
    let content = if has_end { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
    let lines = memchr::memchr_iter(b'\n', record).count() + usize::from(!has_end);

    CsvRow { content: begin..begin + content.len(), carriage_return: content.len() < line.len(), lines: lines as u32 }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
