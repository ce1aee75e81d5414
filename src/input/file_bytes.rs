//! The bytes of one file, cut into parts of whole records.

#[cfg(feature = "archives")]
use std::io::Cursor;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use super::byte_stream::{ByteStream, CutKind, CutOptions, NextCut};
use super::content::ContentHead;
use super::held::{FromStart, HeldBytes, PlainFile};
use super::json::values::ValuesCut;
use super::record_ends::RecordEnds;
use super::slices::tail;
use super::utf16::{ByteOrder, NarrowReader};
#[cfg(feature = "warc")]
use super::{InputFormat, warc};

/// The bytes of a file from the current offset on.
pub(super) enum FileBytes {
    /// All bytes, and the current offset.
    Whole(HeldBytes, usize),
    Stream(ByteStream),
}

impl FileBytes {
    /// A file without bytes.
    pub(super) fn empty() -> Self {
        Self::Whole(HeldBytes::from(Vec::new()), 0)
    }

    /// The bytes of UTF-16 as UTF-8.
    pub(super) fn narrowed(self, order: ByteOrder) -> Self {
        let reader: Box<dyn Read + Send> = match self {
            Self::Whole(piece, at) => {
                let mut reader = io::Cursor::new(piece);
                reader.set_position(at as u64);
                Box::new(reader)
            }
            Self::Stream(stream) => stream.into_reader(),
        };
        Self::Stream(ByteStream::new(Box::new(NarrowReader::new(reader, order))))
    }

    /// Cuts the next part off; `None` at the end. `pass` gets the bytes that are skipped.
    ///
    /// # Errors
    ///
    /// Only those of `pass`.
    pub(super) fn cut<E>(
        &mut self,
        cutting: CutOptions,
        pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<NextCut>, E> {
        // Only a stream skips: bytes that are all at hand need no room.
        let (piece, at) = match self {
            #[cfg(feature = "warc")]
            Self::Stream(stream) if cutting.format == InputFormat::Warc => return warc::stream(stream, cutting, pass),
            Self::Stream(stream) => return stream.cut(cutting, pass),
            Self::Whole(piece, at) => (piece, at),
        };

        Ok(next_records(piece, *at, cutting).map(|(range, what)| {
            *at = range.end;
            NextCut { what, length: range.len() as u64, bytes: piece.part(range) }
        }))
    }

    /// Takes the next `length` bytes, or all that are left.
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

    /// All bytes from the current offset on, as a reader.
    #[cfg(feature = "archives")]
    pub(super) fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            Self::Whole(piece, at) => Box::new(Cursor::new(piece.part(at.min(piece.len())..piece.len()))),
            Self::Stream(stream) => stream.into_reader(),
        }
    }

    /// Skips the first `length` bytes, which were peeked at.
    pub(super) fn skip(&mut self, length: usize) {
        match self {
            Self::Whole(_, at) => *at += length,
            Self::Stream(stream) => stream.skip(length),
        }
    }

    /// Goes on behind a damaged member.
    pub(super) fn go_on(&mut self) {
        if let Self::Stream(stream) = self {
            stream.go_on();
        }
    }

    /// Goes on at `offset` of a plain file.
    pub(super) fn seek(&mut self, offset: u64, plain: &Arc<PlainFile>) {
        match self {
            // The file may be shorter by now; its stamp is checked before this.
            Self::Whole(piece, at) => *at = usize::try_from(offset).unwrap_or(usize::MAX).min(piece.len()),
            Self::Stream(stream) => {
                *stream = ByteStream::new(Box::new(FromStart { file: Arc::clone(plain), at: offset }));
            }
        }
    }
}

impl ContentHead for FileBytes {
    fn peek(&mut self, length: usize) -> &[u8] {
        match self {
            Self::Whole(piece, at) => tail(piece, *at),
            Self::Stream(stream) => {
                stream.fill(length);
                stream.carry()
            }
        }
    }
}

/// The next whole records in bytes that are all at hand.
fn next_records(bytes: &[u8], at: usize, cutting: CutOptions) -> Option<(Range<usize>, CutKind)> {
    #[cfg(feature = "warc")]
    if cutting.format == InputFormat::Warc {
        return warc::whole(bytes, at, cutting);
    }

    let rest = tail(bytes, at);
    if let Some(records) = cutting.records.filter(|_| !rest.is_empty() || cutting.records.is_some_and(closes)) {
        return Some(match records.cut(rest, cutting.size) {
            ValuesCut::Values(length) => (at..at + length, CutKind::Whole),
            ValuesCut::Tail => (at..bytes.len(), CutKind::Tail),
            ValuesCut::Unclosed => (at..bytes.len(), CutKind::Unclosed),
        });
    }
    next_lines(bytes, at, cutting).map(|range| (range, CutKind::Whole))
}

/// Whether the end of a file without bytes left must be looked at: an array may not be closed.
fn closes(records: RecordEnds) -> bool {
    records == RecordEnds::Json { closes: true }
}

/// The range of the next whole lines, or of a whole text.
fn next_lines(bytes: &[u8], at: usize, cutting: CutOptions) -> Option<Range<usize>> {
    let rest = tail(bytes, at);
    if cutting.format.is_whole_file() || rest.is_empty() {
        return (!rest.is_empty()).then_some(at..bytes.len());
    }

    // A line longer than a part is a part of its own.
    let window = rest.get(..cutting.size).unwrap_or(rest);
    let end = match memchr::memrchr(b'\n', window) {
        _ if window.len() == rest.len() => rest.len(),
        Some(end) => end + 1,
        None => memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1),
    };
    Some(at..at + end)
}
