//! Bytes that arrive one after the other, and how parts of whole records are cut off them.

use std::io::{self, Read};

use super::InputFormat;
use super::held::HeldBytes;
use super::json::values::ValuesCut;
use super::record_ends::{RecordEnds, RecordScanner};
use super::slices::tail;

/// Bytes cut off a file.
pub(super) struct NextCut {
    pub(super) what: CutKind,
    pub(super) bytes: HeldBytes,
    /// Number of its bytes, those that are not at hand included.
    pub(super) length: u64,
}

/// The kind of a cut.
#[derive(Debug)]
pub(super) enum CutKind {
    /// Whole records, or a whole text.
    Whole,
    /// A record larger than the limit, whose bytes were skipped: its size, whether `\r\n` ends its line, its lines, and
    /// the bytes and lines between the last record and this one.
    Oversized { size: u64, carriage_return: bool, lines: u32, before: (usize, u32) },
    /// Bytes after the last record, up to the end of the file.
    Tail,
    /// The same, where the array that holds the records is not closed.
    Unclosed,
    /// A line of white space larger than the limit, whose bytes were skipped.
    Blank,
    /// Bytes of an archive that are no record, and what is wrong with them.
    #[cfg_attr(not(feature = "warc"), allow(dead_code, reason = "only archives go on after damage"))]
    Broken(&'static str),
    /// The bytes before an error.
    Rest(io::Error),
}

impl CutKind {
    /// A cut of this kind whose bytes were skipped.
    fn skipped(self, length: u64) -> NextCut {
        NextCut { what: self, bytes: HeldBytes::from(Vec::new()), length }
    }
}

/// How parts are cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct CutOptions {
    pub(super) format: InputFormat,
    /// CSV and JSON: how the ends of records are found.
    pub(super) records: Option<RecordEnds>,
    /// About how many bytes a part has.
    pub(super) size: usize,
    /// The bytes of larger records are skipped; `None` keeps them.
    pub(super) limit: Option<u64>,
    /// Larger records are rejected.
    #[cfg_attr(not(feature = "warc"), allow(dead_code, reason = "only archives ask"))]
    pub(super) most: u64,
}

/// Bytes that arrive one after the other.
pub(super) struct ByteStream {
    reader: Box<dyn Read + Send>,
    /// Read, and not yet cut off.
    carry: Vec<u8>,
    ended: bool,
    /// The error that ended it.
    error: Option<io::Error>,
    /// The capacity reserved for the next part, so that it grows in place.
    reserve: usize,
}

impl ByteStream {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self::with_head(Vec::new(), reader)
    }

    /// A stream of which `head` was read already.
    pub(super) fn with_head(head: Vec<u8>, reader: Box<dyn Read + Send>) -> Self {
        Self { reader, carry: head, ended: false, error: None, reserve: 0 }
    }

    /// The bytes that are left, as a reader.
    pub(super) fn into_reader(self) -> Box<dyn Read + Send> {
        let head = io::Cursor::new(self.carry);
        match self.error {
            Some(error) => Box::new(head.chain(FailedReader(Some(error)))),
            None if self.ended => Box::new(head),
            None => Box::new(head.chain(self.reader)),
        }
    }

    /// Reads until `length` bytes are at hand, or the end.
    pub(super) fn fill(&mut self, length: usize) {
        let wanted = length.saturating_sub(self.carry.len());
        if wanted == 0 || self.ended {
            return;
        }

        // A record may announce any length, so little is reserved for what may never come.
        self.carry.reserve(wanted.min(1 << 26));
        match (&mut self.reader).take(wanted as u64).read_to_end(&mut self.carry) {
            Ok(count) => self.ended = count < wanted,
            Err(error) => (self.ended, self.error) = (true, Some(error)),
        }
    }

    /// Goes on behind a damaged member, whose error was met here or will be met at once.
    pub(super) fn go_on(&mut self) {
        // A resumed run has taken exactly the bytes before the error.
        if !self.ended && self.carry.is_empty() {
            self.fill(1);
        }
        if self.carry.is_empty() {
            (self.ended, self.error) = (false, None);
        }
    }

    /// The bytes that were read and not yet cut off.
    pub(super) fn carry(&self) -> &[u8] {
        &self.carry
    }

    /// Whether nothing more will be read.
    #[cfg(feature = "warc")]
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether an error ended it.
    #[cfg(feature = "warc")]
    pub(super) fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// The error that ended it.
    #[cfg(feature = "warc")]
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Drops the first `length` bytes, which are at hand.
    pub(super) fn skip(&mut self, length: usize) {
        debug_assert!(length <= self.carry.len(), "{length} bytes are not at hand");
        self.carry.drain(..length.min(self.carry.len()));
    }

    /// Cuts the first `length` bytes off, or all at hand.
    pub(super) fn split(&mut self, length: usize) -> Vec<u8> {
        let length = length.min(self.carry.len());
        let left = tail(&self.carry, length);

        let reserve = if self.ended { 0 } else { self.reserve };
        let mut rest = Vec::with_capacity(left.len() + reserve);
        rest.extend_from_slice(left);

        // The front keeps the large buffer, so that only the rest is copied.
        let mut front = std::mem::replace(&mut self.carry, rest);
        front.truncate(length);
        front
    }

    /// Cuts the next records of lines, CSV or JSON off, or a whole text; `None` at the end. `pass` gets the bytes that
    /// are skipped.
    pub(super) fn cut<E>(
        &mut self,
        cutting: CutOptions,
        pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<NextCut>, E> {
        self.reserve = cutting.size;
        let mut target = cutting.size;
        let mut searched = 0;

        loop {
            self.fill(target);
            let end = self.last_end(cutting, searched);

            // At the end of the input the last line needs no line feed.
            let is_json = cutting.records.is_some_and(RecordEnds::is_json);
            let ends_here = self.ended && self.error.is_none() && searched == 0 && !is_json;
            let before = match end {
                Ok(_) if ends_here => return Ok(self.take_all(CutKind::Whole)),
                Ok(end) => return Ok(self.front(end)),
                Err(_) if self.ended => return Ok(self.at_end(cutting)),
                Err(before) => before,
            };

            if let Some(limit) = cutting.limit.map(|limit| limit.saturating_add(before as u64)) {
                // Nothing but white space and separators, which are no record however many they are.
                if before > 0 && before == self.carry.len() && before > cutting.size {
                    return Ok(self.front(before));
                }
                // Two bytes more than the limit: the last may be a carriage return.
                if self.carry.len() as u64 > limit.saturating_add(u64::from(!is_json)) {
                    return self.pass(cutting, pass).map(Some);
                }
                searched = self.carry.len();
                target = next_target(searched, Some(limit));
            } else {
                searched = self.carry.len();
                target = next_target(searched, None);
            }
        }
    }

    /// The end of the last whole record at hand, of which `searched` bytes hold no end of a line.
    ///
    /// # Errors
    ///
    /// No record is whole: the number of bytes before the one that has begun.
    fn last_end(&self, cutting: CutOptions, searched: usize) -> Result<usize, usize> {
        let fresh = tail(&self.carry, searched);
        match (cutting.format, cutting.records) {
            (InputFormat::Text | InputFormat::Html | InputFormat::Warc, _) => Err(0),
            (_, Some(records)) => records.last_end(&self.carry),
            // A line longer than a part is a part of its own.
            (_, None) if searched > 0 => memchr::memchr(b'\n', fresh).map(|end| searched + end + 1).ok_or(0),
            (_, None) => memchr::memrchr(b'\n', fresh).map(|end| end + 1).ok_or(0),
        }
    }

    /// What is left at the end of the input, with no whole record in it.
    fn at_end(&mut self, cutting: CutOptions) -> Option<NextCut> {
        let Some(records) = cutting.records.filter(|records| records.is_json() && self.error.is_none()) else {
            return self.last();
        };
        match records.cut(&self.carry, usize::MAX) {
            ValuesCut::Values(length) => self.front(length),
            ValuesCut::Tail if self.carry.is_empty() => None,
            ValuesCut::Tail => self.take_all(CutKind::Tail),
            ValuesCut::Unclosed => self.take_all(CutKind::Unclosed),
        }
    }

    /// Cuts the first `length` bytes off, which are whole records.
    pub(super) fn front(&mut self, length: usize) -> Option<NextCut> {
        let bytes = self.split(length);
        Some(NextCut { what: CutKind::Whole, length: bytes.len() as u64, bytes: HeldBytes::from(bytes) })
    }

    fn take_all(&mut self, what: CutKind) -> Option<NextCut> {
        let cut = self.front(usize::MAX)?;
        Some(NextCut { what, ..cut })
    }

    /// The last cut: the rest is whole, unless an error follows it; `None` if nothing is left.
    pub(super) fn last(&mut self) -> Option<NextCut> {
        match self.error.take() {
            Some(error) => self.take_all(CutKind::Rest(error)),
            None if self.carry.is_empty() => None,
            None => self.take_all(CutKind::Whole),
        }
    }

    /// Skips a record that is too large. The bytes at hand hold no end of it.
    fn pass<E>(&mut self, cutting: CutOptions, pass: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<NextCut, E> {
        let mut record = SkippedRecord::new(cutting);
        loop {
            let end = record.end(&self.carry);
            let bytes = self.split(end.unwrap_or(usize::MAX));
            pass(&bytes)?;
            record.skip(&bytes, end.is_some());

            if let Some(error) = self.error.take_if(|_| end.is_none()) {
                return Ok(CutKind::Rest(error).skipped(record.length));
            }
            if end.is_some() || self.ended {
                return Ok(record.cut(end.is_some()));
            }
            self.fill(cutting.size.max(1 << 16));
        }
    }
}

/// A reader that ends with an error.
struct FailedReader(Option<io::Error>);

impl Read for FailedReader {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A record that is skipped piece by piece.
struct SkippedRecord {
    cutting: CutOptions,
    scan: Option<RecordScanner>,
    /// Its bytes so far.
    length: u64,
    /// Its line feeds so far.
    lines: u32,
    /// The last byte before its line end.
    last: u8,
    is_blank: bool,
    /// The bytes and lines between the last record and this one.
    before: (usize, u32),
}

impl SkippedRecord {
    fn new(cutting: CutOptions) -> Self {
        let is_blank =
            cutting.records.is_none() && !cutting.format.is_whole_file() && cutting.format != InputFormat::Warc;
        let scan = cutting.records.map(RecordEnds::scanner);
        Self { cutting, scan, length: 0, lines: 0, last: 0, is_blank, before: (0, 0) }
    }

    /// How many of the next bytes belong to it, if it ends in them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        match (self.cutting.format, &mut self.scan) {
            (InputFormat::Text | InputFormat::Html | InputFormat::Warc, _) => None,
            (_, Some(scan)) => scan.take(bytes),
            (_, None) => memchr::memchr(b'\n', bytes).map(|at| at + 1),
        }
    }

    /// Counts bytes of it; `has_end` tells that they are the last ones.
    fn skip(&mut self, bytes: &[u8], has_end: bool) {
        if self.length == 0 {
            let begin = self.scan.map_or(0, |scan| scan.begin()).min(bytes.len());
            self.before = (begin, line_feeds(bytes.get(..begin).unwrap_or_default()));
        }

        self.length += bytes.len() as u64;
        self.lines = self.lines.saturating_add(line_feeds(bytes));
        self.is_blank &= bytes.iter().all(u8::is_ascii_whitespace);
        // The line feed itself may be the only byte of this round; then the last byte came in an earlier one.
        let content = bytes.strip_suffix(b"\n").filter(|_| has_end).unwrap_or(bytes);
        self.last = content.last().copied().unwrap_or(self.last);
    }

    /// The cut of the whole record; `has_end` tells that its end was found.
    fn cut(&self, has_end: bool) -> NextCut {
        if self.is_blank {
            return CutKind::Blank.skipped(self.length);
        }

        let Self { length, lines, before, .. } = *self;
        // A JSON value has no line end.
        if self.cutting.records.is_some_and(RecordEnds::is_json) {
            let size = length - before.0 as u64;
            return CutKind::Oversized { size, carriage_return: false, lines, before }.skipped(length);
        }

        let carriage_return = has_end && self.last == b'\r';
        let size = length - u64::from(has_end) - u64::from(carriage_return);
        let lines = lines + u32::from(!has_end);
        CutKind::Oversized { size, carriage_return, lines, before }.skipped(length)
    }
}

fn line_feeds(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

/// How many bytes to have at hand after `searched` bytes without an end: twice as many, but not far beyond the limit.
fn next_target(searched: usize, limit: Option<u64>) -> usize {
    let target = searched.saturating_mul(2);
    limit.map_or(target, |limit| {
        target.min(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(2)).max(searched + 1)
    })
}
