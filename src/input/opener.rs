//! Opens files: mapped, read into memory, read by place, or as a stream; decompressed if necessary.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "parquet")]
use super::arrow::ArrowTable;
#[cfg(feature = "parquet")]
use super::by_name::{ByName, by_name};
use super::byte_stream::ByteStream;
use super::compression::{self, Compression, DecompressionLimits};
#[cfg(feature = "archives")]
use super::content::ContentHead;
use super::csv::CsvMisfit;
use super::file_bytes::FileBytes;
use super::held::{FileStamp, FromStart, HeldBytes, MappedFile, PlainFile};
use super::read_meter::ReadMeter;
use super::reject::RejectReason;
#[cfg(feature = "parquet")]
use super::{InputFormat, parquet};
use super::{InputOptions, files};
use crate::error::{Error, ErrorKind, Remedy};

/// Plain files below this size are read, not mapped.
const SMALL: u64 = 1 << 20;

/// The largest number of mapped files. Linux allows a process 65,530 mappings.
const MAPS: usize = 16_384;

/// The largest number of files that stay open; further ones are opened again whenever they are read.
const HANDLES: usize = 256;

/// Why nothing of a file can be read.
pub(super) enum FileFailure {
    Io(io::Error),
    /// The kind of file and the remedy.
    Unsupported(&'static str, Remedy),
}

impl From<io::Error> for FileFailure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl FileFailure {
    /// The failure as the reason of a reject.
    pub(super) fn rejected(self) -> RejectReason {
        match self {
            Self::Io(error) => RejectReason::Unreadable { what: error.to_string(), remedy: None },
            Self::Unsupported(what, remedy) => RejectReason::Unreadable { what: what.to_owned(), remedy: Some(remedy) },
        }
    }

    /// The failure as the error that ends a run.
    pub(super) fn fatal(self, path: PathBuf) -> Error {
        match self {
            Self::Io(error) => Error::io("read", path, error),
            Self::Unsupported(what, remedy) => ErrorKind::Unreadable { path, what: what.to_owned(), remedy }.into(),
        }
    }
}

/// Parquet or Arrow: its rows as lines of JSON, and the file itself; or why it cannot be read.
pub(super) type OpenedTable = Result<(OpenedFile, Arc<PlainFile>), CsvMisfit>;

/// How files are opened, and how many are open.
#[derive(Debug)]
pub(super) struct FileOpener {
    /// Nothing is mapped, and plain files are read again by place.
    pub(super) limited: bool,
    limits: DecompressionLimits,
    /// Files that are mapped.
    maps: usize,
    /// Files that stay open.
    handles: usize,
    pub(super) meter: ReadMeter,
}

/// An opened file.
pub(super) struct OpenedFile {
    pub(super) bytes: FileBytes,
    pub(super) compression: Compression,
    /// The file to read again by place.
    pub(super) plain: Option<Arc<PlainFile>>,
    pub(super) stamp: Option<FileStamp>,
    /// Whether its bytes are those that are stored, and not decoded: they count as read when they are cut off.
    pub(super) is_stored: bool,
}

impl OpenedFile {
    /// A file of which nothing could be read.
    pub(super) fn nothing() -> Self {
        let bytes = FileBytes::empty();
        Self { bytes, compression: Compression::None, plain: None, stamp: None, is_stored: false }
    }
}

impl FileOpener {
    /// Opens files that are decompressed within `limits`. `meter` counts what is read of them.
    pub(super) fn new(limited: bool, limits: DecompressionLimits, meter: ReadMeter) -> Self {
        Self { limited, limits, maps: 0, handles: 0, meter }
    }

    /// Opens a file of the file system, or standard input.
    pub(super) fn file(&mut self, path: &Path) -> Result<OpenedFile, FileFailure> {
        if path.as_os_str() == files::STDIN {
            return self.stream(Box::new(io::stdin()));
        }

        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let stamp = FileStamp::of(&metadata);
        // The length of files that the system generates (/proc) is 0.
        if !metadata.is_file() || stamp.length == 0 {
            return self.stream(Box::new(file));
        }

        let (head, compression) = detect(&mut file)?;
        if compression != Compression::None {
            let reader = self.meter.counted(Box::new(io::Cursor::new(head).chain(file)));
            return Ok(self.compressed(reader, compression, Some(stamp)));
        }
        if stamp.length < SMALL { self.small(path, file, head, stamp) } else { self.large(path, file, stamp) }
    }

    /// Reads a small plain file, of which `head` was read, into memory.
    fn small(
        &mut self,
        path: &Path,
        mut file: File,
        head: Vec<u8>,
        stamp: FileStamp,
    ) -> Result<OpenedFile, FileFailure> {
        // At most the length it had: what another process appends meanwhile is not read.
        let mut bytes = head;
        bytes.reserve_exact(stamp.length as usize);
        let left = stamp.length - bytes.len() as u64;
        file.by_ref().take(left).read_to_end(&mut bytes)?;

        let plain = self.limited.then(|| Arc::new(PlainFile::new(path, stamp, None)));
        let bytes = FileBytes::Whole(HeldBytes::from(bytes), 0);
        Ok(OpenedFile { bytes, compression: Compression::None, plain, stamp: Some(stamp), is_stored: true })
    }

    /// Maps a large plain file, or reads it by place.
    fn large(&mut self, path: &Path, file: File, stamp: FileStamp) -> Result<OpenedFile, FileFailure> {
        let mapped = if self.limited || self.maps >= MAPS { None } else { MappedFile::of(&file, stamp.length) };
        if let Some(piece) = mapped {
            self.maps += 1;
            let bytes = FileBytes::Whole(piece, 0);
            let (compression, stamp) = (Compression::None, Some(stamp));
            return Ok(OpenedFile { bytes, compression, plain: None, stamp, is_stored: true });
        }

        // The first pass has its own handle, which is closed at the end of the file.
        let reading = PlainFile::new(path, stamp, Some(File::open(path)?));
        let stream = ByteStream::new(Box::new(FromStart { file: Arc::new(reading), at: 0 }));
        let plain = Some(Arc::new(self.plain(path, file, stamp)));
        let (bytes, compression, stamp) = (FileBytes::Stream(stream), Compression::None, Some(stamp));
        Ok(OpenedFile { bytes, compression, plain, stamp, is_stored: true })
    }

    /// A plain file that is read by place; it stays open if not too many are.
    fn plain(&mut self, path: &Path, file: File, stamp: FileStamp) -> PlainFile {
        self.handles += 1;
        PlainFile::new(path, stamp, (self.handles <= HANDLES).then_some(file))
    }

    /// Opens a file of the file system if it is Parquet, by its `name` or `format` and its first and last bytes.
    #[cfg(feature = "parquet")]
    pub(super) fn parquet(&mut self, name: &Path, path: &Path, options: &InputOptions) -> Option<OpenedTable> {
        let is_asked_for = match options.format {
            Some(format) => format == InputFormat::Parquet,
            None => matches!(
                by_name(name),
                ByName::Known(InputFormat::Parquet) | ByName::Unknown | ByName::Bare | ByName::Part
            ),
        };
        if is_asked_for { self.parquet_at(path, options) } else { None }
    }

    /// Opens a file of the file system if it is Parquet, by its first and last bytes.
    #[cfg(feature = "parquet")]
    pub(super) fn parquet_at(&mut self, path: &Path, options: &InputOptions) -> Option<OpenedTable> {
        let (file, stamp) = seekable(path)?;
        if !parquet::is(&file, stamp.length) {
            return None;
        }

        // The rows are kept as lines; this file serves to copy whole rows.
        let file = self.plain(path, file, stamp);
        Some(parquet::ParquetTable::open(file, options).map(|table| {
            let limits = self.limits;
            let rows = table.rows(limits.threads, limits.ahead, limits.window, self.meter.clone());
            let bytes = FileBytes::Stream(ByteStream::new(Box::new(rows)));
            (OpenedFile { bytes, stamp: Some(stamp), ..OpenedFile::nothing() }, table.file)
        }))
    }

    /// Opens a file of the file system that begins as Arrow does; `None` if it is no plain file.
    #[cfg(feature = "parquet")]
    pub(super) fn arrow(&mut self, path: &Path, options: &InputOptions) -> Option<OpenedTable> {
        let (file, stamp) = seekable(path)?;
        let file = Arc::new(self.plain(path, file, stamp));
        let table = ArrowTable::open(file, options).and_then(|table| Ok((table.rows(self.meter.clone())?, table.file)));
        Some(table.map(|(rows, file)| {
            let bytes = FileBytes::Stream(ByteStream::new(Box::new(rows)));
            (OpenedFile { bytes, stamp: Some(stamp), ..OpenedFile::nothing() }, file)
        }))
    }

    /// Arrow is not read by this build.
    #[cfg(not(feature = "parquet"))]
    #[allow(clippy::unused_self, reason = "as in builds that read it")]
    pub(super) fn arrow(&mut self, _: &Path, _: &InputOptions) -> Option<OpenedTable> {
        None
    }

    /// Parquet is not read by this build.
    #[cfg(not(feature = "parquet"))]
    #[allow(clippy::unused_self, reason = "as in builds that read it")]
    pub(super) fn parquet(&mut self, _: &Path, _: &Path, _: &InputOptions) -> Option<OpenedTable> {
        None
    }

    /// Parquet is not read by this build.
    #[cfg(not(feature = "parquet"))]
    #[allow(clippy::unused_self, reason = "as in builds that read it")]
    pub(super) fn parquet_at(&mut self, _: &Path, _: &InputOptions) -> Option<OpenedTable> {
        None
    }

    /// Takes bytes that are all at hand.
    pub(super) fn bytes(&mut self, bytes: Vec<u8>) -> Result<OpenedFile, FileFailure> {
        if !matches!(compression::detect(&bytes), Ok(Compression::None)) {
            return self.stream(Box::new(io::Cursor::new(bytes)));
        }
        let bytes = FileBytes::Whole(HeldBytes::from(bytes), 0);
        Ok(OpenedFile { bytes, ..OpenedFile::nothing() })
    }

    /// Takes a stream, decompressed if its first bytes announce a compression.
    pub(super) fn stream(&mut self, mut reader: Box<dyn Read + Send>) -> Result<OpenedFile, FileFailure> {
        let (head, compression) = detect(&mut reader)?;
        if compression == Compression::None {
            let bytes = FileBytes::Stream(ByteStream::with_head(head, reader));
            return Ok(OpenedFile { bytes, ..OpenedFile::nothing() });
        }
        Ok(self.compressed(Box::new(io::Cursor::new(head).chain(reader)), compression, None))
    }

    /// A member of an archive, decompressed if its first bytes announce a compression.
    #[cfg(feature = "archives")]
    pub(super) fn member(&self, mut member: OpenedFile) -> Result<OpenedFile, FileFailure> {
        let head = member.bytes.peek(compression::MAGIC as usize);
        let compression = compression::detect(head).map_err(|(what, remedy)| FileFailure::Unsupported(what, remedy))?;
        if compression == Compression::None {
            return Ok(member);
        }
        let reader = member.bytes.into_reader();
        let reader = if member.is_stored { self.meter.counted(reader) } else { reader };
        Ok(self.compressed(reader, compression, member.stamp))
    }

    fn compressed(
        &self,
        reader: Box<dyn Read + Send>,
        compression: Compression,
        stamp: Option<FileStamp>,
    ) -> OpenedFile {
        let bytes = FileBytes::Stream(ByteStream::new(compression::reader(reader, compression, self.limits)));
        OpenedFile { bytes, compression, plain: None, stamp, is_stored: false }
    }
}

/// Reads the first bytes, and finds the compression that they announce.
pub(super) fn detect(reader: &mut impl Read) -> Result<(Vec<u8>, Compression), FileFailure> {
    let mut head = Vec::new();
    reader.take(compression::MAGIC).read_to_end(&mut head)?;

    let compression = compression::detect(&head).map_err(|(what, remedy)| FileFailure::Unsupported(what, remedy))?;
    Ok((head, compression))
}

/// Opens a file whose bytes can be read at any place; `None` for pipes and the like, and for one that cannot be opened,
/// which fails, and is reported, where all files are opened. A pipe is not even opened: its writer would be left alone
/// when this handle is closed.
#[cfg(feature = "parquet")]
pub(in crate::input) fn seekable(path: &Path) -> Option<(File, FileStamp)> {
    if path.as_os_str() == files::STDIN || !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    let stamp = FileStamp::of(&file.metadata().ok()?);
    Some((file, stamp))
}
