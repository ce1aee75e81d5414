//! The bytes of an archive that can be read at any place.

use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::sync::Arc;

use crate::input::Compression;
use crate::input::byte_stream::ByteStream;
use crate::input::file_bytes::FileBytes;
use crate::input::held::{FileStamp, FromStart, HeldBytes, PlainFile};
use crate::input::opener::OpenedFile;

/// The bytes of an archive: in memory or mapped, or read from a plain file by place.
pub(super) struct ArchiveSource {
    place: SourcePlace,
    /// The file to read members again by place, so that their bytes are not kept.
    plain: Option<Arc<PlainFile>>,
    stamp: Option<FileStamp>,
}

enum SourcePlace {
    Held(HeldBytes),
    File(Arc<PlainFile>),
}

impl ArchiveSource {
    /// The bytes of a file of which nothing was taken. A stream, which has no places, is given back.
    pub(super) fn of(opened: OpenedFile) -> Result<Self, OpenedFile> {
        let OpenedFile { bytes, compression, plain, stamp, is_stored } = opened;
        match (bytes, plain) {
            (FileBytes::Whole(piece, _), plain) => Ok(Self { place: SourcePlace::Held(piece), plain, stamp }),
            (FileBytes::Stream(_), Some(plain)) => {
                Ok(Self { place: SourcePlace::File(Arc::clone(&plain)), plain: Some(plain), stamp })
            }
            (bytes, None) => Err(OpenedFile { bytes, compression, plain: None, stamp, is_stored }),
        }
    }

    /// The number of its bytes.
    pub(super) fn length(&self) -> u64 {
        match &self.place {
            SourcePlace::Held(piece) => piece.len() as u64,
            SourcePlace::File(file) => file.length,
        }
    }

    /// Fills `buffer` from `offset` on, as far as there are bytes; returns how many.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or has changed.
    pub(super) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length().saturating_sub(offset);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..length) else { return Ok(0) };

        match &self.place {
            SourcePlace::Held(piece) => {
                // Within the length, as computed above.
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                if let Some(bytes) = piece.get(start..start.saturating_add(length)) {
                    buffer.copy_from_slice(bytes);
                }
            }
            SourcePlace::File(file) if length > 0 => file.read(offset, buffer)?,
            SourcePlace::File(_) => {}
        }
        Ok(length)
    }

    /// The bytes of `range`, which is within the archive, as a file of its own.
    pub(super) fn part(&self, range: Range<u64>) -> OpenedFile {
        let plain = self.plain.as_ref().map(|plain| Arc::new(plain.part(range.clone())));
        let bytes = match &self.place {
            SourcePlace::Held(piece) => FileBytes::Whole(piece.part(range.start as usize..range.end as usize), 0),
            SourcePlace::File(file) => {
                let file = Arc::new(file.part(range));
                FileBytes::Stream(ByteStream::new(Box::new(FromStart { file, at: 0 })))
            }
        };
        OpenedFile { bytes, compression: Compression::None, plain, stamp: self.stamp, is_stored: true }
    }

    /// The bytes of `range`, which is within the archive, as a stream.
    pub(super) fn stream(&self, range: Range<u64>) -> Box<dyn Read + Send> {
        match &self.place {
            SourcePlace::Held(piece) => Box::new(Cursor::new(piece.part(range.start as usize..range.end as usize))),
            SourcePlace::File(file) => Box::new(FromStart { file: Arc::new(file.part(range)), at: 0 }),
        }
    }

    /// A file whose bytes come from `reader`.
    pub(super) fn streamed(&self, reader: Box<dyn Read + Send>) -> OpenedFile {
        streamed(reader, self.stamp)
    }
}

/// A file whose bytes come from `reader`; `stamp` is that of the archive.
pub(super) fn streamed(reader: Box<dyn Read + Send>, stamp: Option<FileStamp>) -> OpenedFile {
    let bytes = FileBytes::Stream(ByteStream::new(reader));
    OpenedFile { bytes, compression: Compression::None, plain: None, stamp, is_stored: false }
}

impl rawzip::ReaderAt for ArchiveSource {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        Self::read_at(self, offset, buffer)
    }
}
