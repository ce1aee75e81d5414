//! One file as it comes: opened, its format found, its bytes cut into parts of whole records.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compression::{self, Compression};
use super::content::ContentHead;
use super::csv;
use super::held::{FileStamp, FromStart, HeldBytes, MappedFile, PlainFile};
use super::reject::RejectReason;
#[cfg(feature = "warc")]
use super::warc;
use super::{InputFormat, files};
use crate::error::Remedy;

/// Plain files below this are read, not mapped.
const SMALL: u64 = 1 << 20;
/// Largest number of files that stay mapped or open; further ones are opened again when they are read again.
const MAPS: usize = 16_384;
pub(super) const HANDLES: usize = 256;

/// Why a file gives nothing.
pub(super) enum FileFailure {
    Io(io::Error),
    /// What it is and the remedy.
    Unsupported(&'static str, Remedy),
}

impl From<io::Error> for FileFailure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// How files are opened, and how many are so far.
#[derive(Debug)]
pub(super) struct FileOpener {
    /// Nothing is mapped, and only what has no other place is kept.
    pub(super) limited: bool,
    pub(super) threads: usize,
    /// Compressed bytes that may be read ahead for them.
    pub(super) ahead: usize,
    pub(super) maps: usize,
    pub(super) handles: usize,
}

/// An opened file.
pub(super) struct OpenedFile {
    pub(super) bytes: FileBytes,
    pub(super) compression: Compression,
    /// Plain files that are read again by place.
    pub(super) plain: Option<Arc<PlainFile>>,
    pub(super) stamp: Option<FileStamp>,
}

/// How its bytes come.
pub(super) enum FileBytes {
    /// All at once; the rest begins at the offset.
    Whole(HeldBytes, usize),
    Stream(ByteStream),
}

impl OpenedFile {
    /// A file of which nothing could be read.
    pub(super) fn nothing() -> Self {
        let bytes = FileBytes::Whole(HeldBytes::from(Vec::new()), 0);
        Self { bytes, compression: Compression::None, plain: None, stamp: None }
    }
}

impl FileOpener {
    /// Opens a file of the file system, or standard input.
    pub(super) fn file(&mut self, path: &Path) -> Result<OpenedFile, FileFailure> {
        if path.as_os_str() == files::STDIN {
            return self.stream(Box::new(io::stdin()));
        }
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let stamp = FileStamp::of(&metadata);
        // Files that the system makes up as they are read have no length.
        if !metadata.is_file() || stamp.length == 0 {
            return self.stream(Box::new(file));
        }
        let mut head = Vec::new();
        (&mut file).take(compression::MAGIC).read_to_end(&mut head)?;
        let compression =
            compression::detect(&head).map_err(|(what, remedy)| FileFailure::Unsupported(what, remedy))?;
        if compression != Compression::None {
            let reader = Box::new(io::Cursor::new(head).chain(file));
            return Ok(self.compressed(reader, compression, Some(stamp)));
        }
        self.plain(path, file, head, stamp)
    }

    fn plain(
        &mut self,
        path: &Path,
        mut file: File,
        head: Vec<u8>,
        stamp: FileStamp,
    ) -> Result<OpenedFile, FileFailure> {
        let opened = |bytes, plain| OpenedFile { bytes, compression: Compression::None, plain, stamp: Some(stamp) };
        let small = stamp.length < SMALL;
        let mut keep = |open| {
            self.handles += usize::from(!small);
            let open = (!small && self.handles <= HANDLES).then_some(open);
            Arc::new(PlainFile { path: Arc::from(path), stamp, open })
        };
        if small {
            let mut bytes = head;
            bytes.reserve_exact(stamp.length as usize);
            let left = stamp.length - bytes.len() as u64;
            file.by_ref().take(left).read_to_end(&mut bytes)?;
            let plain = self.limited.then(|| keep(file));
            return Ok(opened(FileBytes::Whole(HeldBytes::from(bytes), 0), plain));
        }
        let mapped = if self.limited || self.maps >= MAPS { None } else { MappedFile::of(&file, stamp.length) };
        if let Some(piece) = mapped {
            self.maps += 1;
            return Ok(opened(FileBytes::Whole(piece, 0), None));
        }
        let reading = File::open(path)?;
        let reading = Arc::new(PlainFile { path: Arc::from(path), stamp, open: Some(reading) });
        let stream = ByteStream::new(Box::new(FromStart { file: reading, at: 0 }));
        Ok(opened(FileBytes::Stream(stream), Some(keep(file))))
    }

    /// Takes bytes that are all at hand.
    pub(super) fn bytes(&mut self, bytes: Vec<u8>) -> Result<OpenedFile, FileFailure> {
        match compression::detect(&bytes) {
            Ok(Compression::None) => {
                let (bytes, compression) = (FileBytes::Whole(HeldBytes::from(bytes), 0), Compression::None);
                Ok(OpenedFile { bytes, compression, plain: None, stamp: None })
            }
            _ => self.stream(Box::new(io::Cursor::new(bytes))),
        }
    }

    /// Takes a stream, decompressed if its first bytes say so.
    pub(super) fn stream(&mut self, mut reader: Box<dyn Read + Send>) -> Result<OpenedFile, FileFailure> {
        let mut head = Vec::new();
        (&mut reader).take(compression::MAGIC).read_to_end(&mut head)?;
        let compression =
            compression::detect(&head).map_err(|(what, remedy)| FileFailure::Unsupported(what, remedy))?;
        if compression == Compression::None {
            let stream = ByteStream { carry: head, ..ByteStream::new(reader) };
            return Ok(OpenedFile { bytes: FileBytes::Stream(stream), compression, plain: None, stamp: None });
        }
        Ok(self.compressed(Box::new(io::Cursor::new(head).chain(reader)), compression, None))
    }

    fn compressed(
        &self,
        reader: Box<dyn Read + Send>,
        compression: Compression,
        stamp: Option<FileStamp>,
    ) -> OpenedFile {
        let reader = compression::reader(reader, compression, self.threads, self.ahead);
        OpenedFile { bytes: FileBytes::Stream(ByteStream::new(reader)), compression, plain: None, stamp }
    }
}

/// What is cut off next.
pub(super) struct NextCut {
    pub(super) what: CutKind,
    pub(super) bytes: HeldBytes,
    /// All its bytes, also where they are not at hand.
    pub(super) length: u64,
}

/// What that is.
#[derive(Debug)]
pub(super) enum CutKind {
    /// Whole lines, or a whole text.
    Whole,
    /// A record larger than records may be, passed over: its size, and whether `\r\n` ends its line.
    Oversized { size: u64, carriage_return: bool, lines: u32 },
    /// A line of white space, passed over.
    Blank,
    /// Bytes of an archive that are no record, and what is wrong with them.
    #[cfg_attr(not(feature = "warc"), allow(dead_code, reason = "only archives go on after damage"))]
    Broken(&'static str),
    /// What stands before an error.
    Rest(io::Error),
}

/// How parts are cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct CutOptions {
    pub(super) format: InputFormat,
    /// CSV: what stands between fields.
    pub(super) delimiter: Option<u8>,
    pub(super) size: usize,
    /// Larger records are passed over; `None` keeps them.
    pub(super) limit: Option<u64>,
    /// Larger records are rejected.
    #[cfg_attr(not(feature = "warc"), allow(dead_code, reason = "only archives ask"))]
    pub(super) most: u64,
}

impl FileBytes {
    /// Cuts the next part off; `None` at the end. `pass` is given the bytes that are passed over.
    ///
    /// # Errors
    ///
    /// Only what `pass` returns.
    pub(super) fn cut<E>(
        &mut self,
        cutting: CutOptions,
        pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<NextCut>, E> {
        #[cfg(feature = "warc")]
        if cutting.format == InputFormat::Warc {
            return match self {
                Self::Whole(piece, at) => Ok(warc::whole(piece, *at, cutting).map(|(range, what)| {
                    *at = range.end;
                    NextCut { what, length: range.len() as u64, bytes: piece.part(range) }
                })),
                Self::Stream(stream) => warc::stream(stream, cutting, pass),
            };
        }
        match self {
            Self::Whole(piece, at) => Ok(whole(piece, *at, cutting).map(|range| {
                *at = range.end;
                NextCut { what: CutKind::Whole, length: range.len() as u64, bytes: piece.part(range) }
            })),
            Self::Stream(stream) => stream.cut(cutting, pass),
        }
    }

    /// Takes the next `length` bytes, or all there are.
    pub(super) fn take(&mut self, length: u64) -> HeldBytes {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        match self {
            Self::Whole(piece, at) => {
                let end = at.saturating_add(length).min(piece.len());
                piece.part(std::mem::replace(at, end)..end)
            }
            Self::Stream(stream) => {
                stream.fill(length);
                HeldBytes::from(stream.split(length))
            }
        }
    }

    /// Passes over a byte order mark at the beginning.
    pub(super) fn skip(&mut self, length: usize) {
        match self {
            Self::Whole(_, at) => *at += length,
            Self::Stream(stream) => drop(stream.carry.drain(..length.min(stream.carry.len()))),
        }
    }

    /// Goes on at `offset` of a plain file.
    pub(super) fn seek(&mut self, offset: u64, plain: Option<&Arc<PlainFile>>) {
        match (self, plain) {
            (Self::Whole(piece, at), _) => *at = usize::try_from(offset).unwrap_or(usize::MAX).min(piece.len()),
            (Self::Stream(stream), Some(file)) => {
                *stream = ByteStream::new(Box::new(FromStart { file: Arc::clone(file), at: offset }));
            }
            (Self::Stream(_), None) => {}
        }
    }
}

impl ContentHead for FileBytes {
    fn peek(&mut self, length: usize) -> &[u8] {
        match self {
            Self::Whole(piece, at) => piece.get(*at..).unwrap_or_default(),
            Self::Stream(stream) => {
                stream.fill(length);
                &stream.carry
            }
        }
    }
}

/// The next whole records among bytes that are all at hand.
fn whole(bytes: &[u8], at: usize, cutting: CutOptions) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?;
    if cutting.format.is_whole_file() || rest.is_empty() {
        return (!rest.is_empty()).then_some(at..bytes.len());
    }
    if let Some(delimiter) = cutting.delimiter {
        return Some(at..at + csv::cut(rest, cutting.size, delimiter));
    }
    let window = rest.get(..cutting.size).unwrap_or(rest);
    let end = match memchr::memrchr(b'\n', window) {
        _ if window.len() == rest.len() => rest.len(),
        Some(end) => end + 1,
        None => memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1),
    };
    Some(at..at + end)
}

/// Bytes that come one after the other.
pub(super) struct ByteStream {
    reader: Box<dyn Read + Send>,
    /// What was read and not yet cut off.
    carry: Vec<u8>,
    ended: bool,
    error: Option<io::Error>,
    /// How much is read at once.
    room: usize,
}

impl ByteStream {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, carry: Vec::new(), ended: false, error: None, room: 0 }
    }

    /// Reads until `length` bytes are at hand, or the end.
    pub(super) fn fill(&mut self, length: usize) {
        let wanted = length.saturating_sub(self.carry.len());
        if wanted == 0 || self.ended {
            return;
        }
        self.carry.reserve(wanted.min(1 << 26));
        match (&mut self.reader).take(wanted as u64).read_to_end(&mut self.carry) {
            Ok(count) => self.ended = count < wanted,
            Err(error) => (self.ended, self.error) = (true, Some(error)),
        }
    }

    /// What was read and not yet cut off.
    #[cfg(feature = "warc")]
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

    /// Cuts the first `length` bytes off.
    pub(super) fn split(&mut self, length: usize) -> Vec<u8> {
        let length = length.min(self.carry.len());
        let left = self.carry.get(length..).unwrap_or_default();
        // Room for the next block, so that it grows in place.
        let mut rest = Vec::with_capacity(left.len() + if self.ended { 0 } else { self.room });
        rest.extend_from_slice(left);
        let mut front = std::mem::replace(&mut self.carry, rest);
        front.truncate(length);
        front
    }

    fn cut<E>(
        &mut self,
        cutting: CutOptions,
        pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<NextCut>, E> {
        let mut target = cutting.size;
        self.room = cutting.size;
        let mut searched = 0;
        let mut scan = cutting.delimiter.map(csv::CsvScanner::new);
        loop {
            self.fill(target);
            let fresh = self.carry.get(searched..).unwrap_or_default();
            let end = match (cutting.format, &mut scan) {
                (InputFormat::Text | InputFormat::Html | InputFormat::Warc, _) => None,
                (_, Some(scan)) => last_end(scan, fresh, searched > 0),
                // Once a line is longer than a block, it is a block of its own.
                (_, None) if searched > 0 => memchr::memchr(b'\n', fresh),
                (_, None) => memchr::memrchr(b'\n', fresh),
            };
            let ends_here = self.ended && self.error.is_none() && searched == 0;
            match end {
                Some(_) if ends_here => return Ok(self.rest(CutKind::Whole)),
                Some(end) => return Ok(self.front(searched + end + 1)),
                None if self.ended => return Ok(self.last()),
                None => {}
            }
            // Two bytes more than the limit: the last may be a carriage return.
            if cutting.limit.is_some_and(|limit| self.carry.len() as u64 > limit.saturating_add(1)) {
                return self.pass(cutting, scan, pass).map(Some);
            }
            searched = self.carry.len();
            target = searched.saturating_mul(2);
            if let Some(limit) = cutting.limit {
                target = target.min(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(2)).max(searched + 1);
            }
        }
    }

    pub(super) fn front(&mut self, length: usize) -> Option<NextCut> {
        let bytes = self.split(length);
        Some(NextCut { what: CutKind::Whole, length: bytes.len() as u64, bytes: HeldBytes::from(bytes) })
    }

    fn rest(&mut self, what: CutKind) -> Option<NextCut> {
        let cut = self.front(usize::MAX)?;
        Some(NextCut { what, ..cut })
    }

    /// The end: what is left is whole, unless an error came before it.
    pub(super) fn last(&mut self) -> Option<NextCut> {
        match self.error.take() {
            Some(error) => self.rest(CutKind::Rest(error)),
            None if self.carry.is_empty() => None,
            None => self.rest(CutKind::Whole),
        }
    }

    /// Passes over a record that is too large. `scan` has seen all that is at hand.
    fn pass<E>(
        &mut self,
        cutting: CutOptions,
        mut scan: Option<csv::CsvScanner>,
        pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<NextCut, E> {
        let (mut length, mut blank, mut last) = (0, cutting.format == InputFormat::JsonLines, 0);
        let mut lines = 0_u32;
        loop {
            let line_feed = match (cutting.format, &mut scan) {
                (InputFormat::Text | InputFormat::Html | InputFormat::Warc, _) => None,
                (_, Some(_)) if length == 0 => None,
                (_, Some(scan)) => scan.take(&self.carry).map(|end| end - 1),
                (_, None) => memchr::memchr(b'\n', &self.carry),
            };
            let bytes = self.split(line_feed.map_or(usize::MAX, |at| at + 1));
            pass(&bytes)?;
            length += bytes.len() as u64;
            lines = lines.saturating_add(memchr::memchr_iter(b'\n', &bytes).count() as u32);
            blank &= bytes.iter().all(u8::is_ascii_whitespace);
            let content = bytes.strip_suffix(b"\n").filter(|_| line_feed.is_some()).unwrap_or(&bytes);
            last = content.last().copied().unwrap_or(last);
            let carriage_return = line_feed.is_some() && last == b'\r';
            let size = length - u64::from(line_feed.is_some()) - u64::from(carriage_return);
            let done = |what| Ok(NextCut { what, bytes: HeldBytes::from(Vec::new()), length });
            if let Some(error) = self.error.take_if(|_| line_feed.is_none()) {
                return done(CutKind::Rest(error));
            }
            if line_feed.is_some() || self.ended {
                let lines = lines + u32::from(line_feed.is_none());
                return done(if blank { CutKind::Blank } else { CutKind::Oversized { size, carriage_return, lines } });
            }
            self.fill(cutting.size.max(1 << 16));
        }
    }
}

/// Where the line feed of the last record stands that ends in `fresh`, or of the first.
fn last_end(scan: &mut csv::CsvScanner, fresh: &[u8], first: bool) -> Option<usize> {
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

/// The reject of a file that was found in a directory.
pub(super) fn rejected(failure: FileFailure) -> RejectReason {
    match failure {
        FileFailure::Io(error) => RejectReason::Unreadable { what: error.to_string(), remedy: None },
        FileFailure::Unsupported(what, remedy) => {
            RejectReason::Unreadable { what: what.to_owned(), remedy: Some(remedy) }
        }
    }
}

/// The error that ends a run.
pub(super) fn fatal(path: PathBuf, failure: FileFailure) -> crate::error::Error {
    match failure {
        FileFailure::Io(error) => crate::error::Error::io("read", path, error),
        FileFailure::Unsupported(what, remedy) => {
            crate::error::ErrorKind::Unreadable { path, what: what.to_owned(), remedy }.into()
        }
    }
}
