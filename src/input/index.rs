//! Where records stand: 8 bytes a record, in chunks that come and stay as the blocks were read.
//!
//! A block is made of parts of files. A record is found by its part, then by its number in it; its line is counted from
//! the first line of the part, and only parts with blank lines store line numbers.

use std::ops::Range;

use super::csv::CsvScanner;
use super::held::FileStamp;
use super::reject::RejectReason;
use crate::error::{ErrorKind, Result};

mod bytes;

/// Where a record stands in its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordRow {
    /// The first byte; the highest bit tells that `\r\n` follows the record.
    at: u32,
    length: u32,
}

/// Inputs have many millions of records.
const _: () = assert!(size_of::<RecordRow>() == 8);

impl RecordRow {
    const RETURN: u32 = 1 << 31;

    /// Offsets are smaller than the largest block, and 0 in a part of one record.
    pub(super) fn new(offset: usize, length: usize, carriage_return: bool) -> Self {
        let offset = u32::try_from(offset).unwrap_or_default() & !Self::RETURN;
        let flag = if carriage_return { Self::RETURN } else { 0 };
        Self { at: offset | flag, length: u32::try_from(length).unwrap_or(u32::MAX) }
    }

    pub(super) fn offset(self) -> usize {
        (self.at & !Self::RETURN) as usize
    }

    pub(super) fn carriage_return(self) -> bool {
        self.at & Self::RETURN != 0
    }
}

/// What a part of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartShape {
    /// Whole lines.
    Lines,
    /// A whole text.
    Text,
    /// What is left of a damaged file after its last whole line; its only record is a reject.
    Rest,
    /// A file that gives nothing but a reject.
    Failed,
    /// Whole records of an archive, documents and others; with a failure, bytes that are no record.
    Records,
}

impl PartShape {
    /// Whether other parts of the file may follow.
    pub(super) const fn goes_on(self) -> bool {
        matches!(self, Self::Lines | Self::Records)
    }
}

/// Where the records of a part stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartIndex {
    pub(super) file: u32,
    /// Where the part begins in the decompressed file.
    pub(super) start: u64,
    /// Its bytes, line ends included.
    pub(super) length: u64,
    pub(super) shape: PartShape,
    /// Lines that it uses up.
    pub(super) lines: u64,
    pub(super) rows: Box<[RecordRow]>,
    /// The line of each row, counted from 0 in the part; empty if row `n` is line `n`.
    pub(super) numbers: Box<[u32]>,
    /// The size of the only record, where a row cannot tell it.
    pub(super) huge: u64,
    /// Why the only record is a reject, where that is known without parsing.
    pub(super) failure: Option<RejectReason>,
    /// Plain files: what they looked like.
    pub(super) stamp: Option<FileStamp>,
}

impl PartIndex {
    /// A whole text.
    pub(super) fn text(file: usize, length: u64) -> Self {
        RecordRows::single(length, false, 0).index(Self {
            file: file as u32,
            start: 0,
            length,
            shape: PartShape::Text,
            lines: 0,
            rows: Box::default(),
            numbers: Box::default(),
            huge: 0,
            failure: None,
            stamp: None,
        })
    }

    /// The line of a row, from 0 in the part.
    pub(super) fn line(&self, row: usize) -> u64 {
        self.numbers.get(row).map_or(row as u64, |line| u64::from(*line))
    }

    /// The size of a record.
    pub(super) fn size(&self, row: RecordRow) -> u64 {
        if row.length == u32::MAX { self.huge } else { u64::from(row.length) }
    }

    /// What ends a record's line.
    pub(super) fn line_end(&self, row: RecordRow) -> &'static [u8] {
        if self.shape != PartShape::Lines || row.offset() as u64 + self.size(row) >= self.length {
            return b"";
        }
        if row.carriage_return() { b"\r\n" } else { b"\n" }
    }
}

/// Where the records of a block stand: what a corpus keeps of the block, and what a work directory stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BlockIndex {
    pub(super) parts: Vec<PartIndex>,
}

impl BlockIndex {
    /// Number of records, rejected ones included.
    pub(crate) fn records(&self) -> usize {
        self.parts.iter().map(|part| part.rows.len()).sum()
    }

    /// As bytes for a work directory.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        bytes::write(self)
    }

    /// What [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// The bytes are something else.
    pub(crate) fn from_bytes(stored: &[u8]) -> Result<Self> {
        bytes::read(stored)
            .map_err(|(offset, reason)| ErrorKind::Corrupt { what: "index of a block", offset, reason }.into())
    }
}

/// The rows of a part, found line by line.
#[derive(Debug, Default)]
pub(super) struct RecordRows {
    rows: Vec<RecordRow>,
    /// Line numbers, once a blank line was met.
    numbers: Option<Vec<u32>>,
    lines: u32,
    huge: u64,
}

impl RecordRows {
    /// Notes the line from `begin` to `end`, where a line feed or the end of `bytes` stands. Returns where its content is, or
    /// `None` if it is blank.
    fn line(&mut self, bytes: &[u8], begin: usize, end: usize) -> Option<Range<usize>> {
        let line = self.lines;
        self.lines += 1;
        let whole = bytes.get(begin..end)?;
        let content = if end < bytes.len() { whole.strip_suffix(b"\r").unwrap_or(whole) } else { whole };
        if content.iter().all(u8::is_ascii_whitespace) {
            // Blank lines are rare; from the first one on, every row has its number.
            let dense = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
            self.numbers.get_or_insert_with(|| (0..dense).collect());
            return None;
        }
        self.rows.push(RecordRow::new(begin, content.len(), content.len() < whole.len()));
        self.huge = content.len() as u64;
        if let Some(numbers) = &mut self.numbers {
            numbers.push(line);
        }
        Some(begin..begin + content.len())
    }

    /// No record at all.
    #[cfg(feature = "warc")]
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Notes a record that is no line.
    #[cfg(feature = "warc")]
    pub(super) fn record(&mut self, range: Range<usize>) {
        self.rows.push(RecordRow::new(range.start, range.len(), false));
        self.huge = range.len() as u64;
    }

    /// A record of `size` bytes that is no line, or whose bytes are not at hand.
    pub(super) fn single(size: u64, carriage_return: bool, lines: u32) -> Self {
        let row = RecordRow::new(0, usize::try_from(size).unwrap_or(usize::MAX), carriage_return);
        Self { rows: vec![row], numbers: None, lines, huge: size }
    }

    /// One blank line.
    pub(super) fn blank() -> Self {
        Self { lines: 1, ..Self::default() }
    }

    /// The rows of whole lines.
    pub(super) fn split(bytes: &[u8]) -> Self {
        let mut rows = Self::default();
        rows.each(bytes, drop);
        rows
    }

    /// The rows of whole CSV records.
    pub(super) fn split_csv(bytes: &[u8], delimiter: u8) -> Self {
        let mut rows = Self::default();
        rows.each_csv(bytes, delimiter, drop);
        rows
    }

    /// Calls `each` with the place of every CSV record, its line end excluded. Empty lines are no records.
    pub(super) fn each_csv(&mut self, bytes: &[u8], delimiter: u8, mut each: impl FnMut(Range<usize>)) {
        let mut begin = 0;
        while let Some(rest) = bytes.get(begin..).filter(|rest| !rest.is_empty()) {
            let ended = CsvScanner::new(delimiter).take(rest);
            let whole = rest.get(..ended.unwrap_or(rest.len())).unwrap_or(rest);
            let line = whole.strip_suffix(b"\n").unwrap_or(whole);
            let content = if ended.is_some() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            if !content.is_empty() {
                if self.numbers.is_none() && self.lines as usize != self.rows.len() {
                    // Up to here every record was one line; from here on each has its number.
                    self.numbers = Some((0..self.rows.len() as u32).collect());
                }
                self.rows.push(RecordRow::new(begin, content.len(), content.len() < line.len()));
                self.huge = content.len() as u64;
                if let Some(numbers) = &mut self.numbers {
                    numbers.push(self.lines);
                }
                each(begin..begin + content.len());
            }
            let lines = memchr::memchr_iter(b'\n', whole).count() + usize::from(ended.is_none());
            self.lines = self.lines.saturating_add(lines as u32);
            begin += whole.len();
        }
    }

    /// Calls `each` with the place of every line that is not blank, its line end excluded.
    pub(super) fn each(&mut self, bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
        let mut begin = 0;
        let open = !bytes.is_empty() && !bytes.ends_with(b"\n");
        for end in memchr::memchr_iter(b'\n', bytes).chain(open.then_some(bytes.len())) {
            if let Some(content) = self.line(bytes, begin, end) {
                each(content);
            }
            begin = end + 1;
        }
    }

    /// Puts the rows into an index.
    pub(super) fn index(self, index: PartIndex) -> PartIndex {
        let Self { rows, numbers, lines, huge } = self;
        let huge = if huge >= u64::from(u32::MAX) { huge } else { 0 };
        let numbers = numbers.unwrap_or_default().into();
        PartIndex { rows: rows.into(), numbers, lines: u64::from(lines), huge, ..index }
    }
}
