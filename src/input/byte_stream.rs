//! Bytes that arrive one after the other, and how parts of whole records are cut off them.

use std::io::{self, Read};

use super::InputFormat;
use super::csv::CsvScanner;
use super::held::HeldBytes;
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
    /// A record larger than the limit, whose bytes were skipped: its size, whether `\r\n` ends its line, and its
    /// lines.
    Oversized { size: u64, carriage_return: bool, lines: u32 },
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
    /// CSV: the delimiter.
    pub(super) delimiter: Option<u8>,
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

    /// All bytes that were not cut off, as a reader.
    #[cfg(feature = "archives")]
    pub(super) fn into_reader(self) -> Box<dyn Read + Send> {
        let Self { reader, carry, ended, error, .. } = self;
        let head = io::Cursor::new(carry);
        match (error, ended) {
            (Some(error), _) => Box::new(head.chain(FailingReader(Some(error)))),
            (None, true) => Box::new(head),
            (None, false) => Box::new(head.chain(reader)),
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

    /// Cuts the next records of lines or CSV off, or a whole text; `None` at the end. `pass` gets the bytes that are
    /// skipped.
    pub(super) fn cut<E>(
        &mut self,
        cutting: CutOptions,
        pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<NextCut>, E> {
        self.reserve = cutting.size;
        let mut target = cutting.size;
        let mut searched = 0;
        let mut scan = cutting.delimiter.map(CsvScanner::new);

        loop {
            self.fill(target);
            let fresh = tail(&self.carry, searched);
            let end = match (cutting.format, &mut scan) {
                (InputFormat::Text | InputFormat::Html | InputFormat::Warc, _) => None,
                (_, Some(scan)) => csv_end(scan, fresh, searched > 0),
                // A line longer than a part is a part of its own.
                (_, None) if searched > 0 => memchr::memchr(b'\n', fresh),
                (_, None) => memchr::memrchr(b'\n', fresh),
            };

            // At the end of the input the last line needs no line feed.
            let ends_here = self.ended && self.error.is_none() && searched == 0;
            match end {
                Some(_) if ends_here => return Ok(self.take_all(CutKind::Whole)),
                Some(end) => return Ok(self.front(searched + end + 1)),
                None if self.ended => return Ok(self.last()),
                None => {}
            }

            // Two bytes more than the limit: the last may be a carriage return.
            if cutting.limit.is_some_and(|limit| self.carry.len() as u64 > limit.saturating_add(1)) {
                return self.pass(cutting, scan, pass).map(Some);
            }
            searched = self.carry.len();
            target = next_target(searched, cutting.limit);
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

    /// Skips a record that is too large. `scan` has seen all bytes at hand.
    fn pass<E>(
        &mut self,
        cutting: CutOptions,
        mut scan: Option<CsvScanner>,
        pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<NextCut, E> {
        let (mut length, mut lines, mut last) = (0, 0_u32, 0);
        let mut is_blank = cutting.format == InputFormat::JsonLines;

        loop {
            let line_feed = match (cutting.format, &mut scan) {
                (InputFormat::Text | InputFormat::Html | InputFormat::Warc, _) => None,
                // The scanner has seen the first round already, and found no end in it.
                (_, Some(_)) if length == 0 => None,
                (_, Some(scan)) => scan.take(&self.carry).map(|end| end - 1),
                (_, None) => memchr::memchr(b'\n', &self.carry),
            };
            let bytes = self.split(line_feed.map_or(usize::MAX, |at| at + 1));
            pass(&bytes)?;

            length += bytes.len() as u64;
            lines = lines.saturating_add(memchr::memchr_iter(b'\n', &bytes).count() as u32);
            is_blank &= bytes.iter().all(u8::is_ascii_whitespace);
            // The line feed itself may be the only byte of this round; then the last byte came in an earlier one.
            let content = bytes.strip_suffix(b"\n").filter(|_| line_feed.is_some()).unwrap_or(&bytes);
            last = content.last().copied().unwrap_or(last);

            if let Some(error) = self.error.take_if(|_| line_feed.is_none()) {
                return Ok(CutKind::Rest(error).skipped(length));
            }
            if line_feed.is_some() || self.ended {
                if is_blank {
                    return Ok(CutKind::Blank.skipped(length));
                }
                let carriage_return = line_feed.is_some() && last == b'\r';
                let size = length - u64::from(line_feed.is_some()) - u64::from(carriage_return);
                let lines = lines + u32::from(line_feed.is_none());
                return Ok(CutKind::Oversized { size, carriage_return, lines }.skipped(length));
            }
            self.fill(cutting.size.max(1 << 16));
        }
    }
}

/// A reader that gives nothing but an error.
#[cfg(feature = "archives")]
pub(super) struct FailingReader(pub(super) Option<io::Error>);

#[cfg(feature = "archives")]
impl Read for FailingReader {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// How many bytes to have at hand after `searched` bytes without an end: twice as many, but not far beyond the limit.
fn next_target(searched: usize, limit: Option<u64>) -> usize {
    let target = searched.saturating_mul(2);
    limit.map_or(target, |limit| {
        target.min(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(2)).max(searched + 1)
    })
}

/// The offset of the line feed that ends the last CSV record in `fresh`, or the first one.
fn csv_end(scan: &mut CsvScanner, fresh: &[u8], first: bool) -> Option<usize> {
    let (mut at, mut last) = (0, None);
    while let Some(length) = fresh.get(at..).and_then(|rest| scan.take(rest)) {
        at += length;
        last = Some(at - 1);
        if first {
            break;
        }
    }
    last
}
