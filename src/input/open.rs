//! The input that was asked for, and how its bytes are to be kept.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "archives")]
use super::archive::OpenArchive;
use super::by_name::{ByName, by_name};
use super::compression::{self, DecompressionLimits};
use super::files::{self, FoundFile};
use super::format::UNREAD_PARQUET;
use super::kept_pages::KeptPages;
use super::kind::{self, FileKind};
#[cfg(feature = "archives")]
use super::opener::FileOpener;
use super::opener::{self, FileFailure};
use super::read_meter::ReadMeter;
use super::skipped::SkippedFiles;
use super::{Compression, InputFormat, InputOptions, index_directory};
use crate::error::{Error, ErrorKind, Result};
use crate::spill::SpillDir;

/// The input that was asked for: listed and validated, not read yet.
pub struct Input {
    pub(super) options: InputOptions,
    pub(super) found: VecDeque<FoundFile>,
    /// The only file, if it is not one of the file system: its name and bytes.
    pub(super) stream: Option<(PathBuf, StoredStream)>,
    pub(super) skipped: SkippedFiles,
    /// References that are not in the file system, which come before all: their name and bytes.
    pub(super) reference_stream: Option<(PathBuf, StoredStream)>,
    /// The number of the first files of `found` that are references: compared with, never written.
    pub(super) references: usize,
    /// Counts what is read of it.
    pub(super) meter: ReadMeter,
}

/// Bytes that the caller gave.
pub(super) enum StoredStream {
    Stream(Box<dyn Read + Send>),
    Bytes(Vec<u8>),
}

/// How a corpus keeps its bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoragePolicy {
    /// The limit of bytes in memory. `None`, the default: plain files are mapped; streams and compressed files are
    /// kept decompressed in memory. A mapped file must not be truncated while it is read: the system then ends the
    /// process.
    ///
    /// With a limit nothing is mapped: plain files are read block by block, and again by place; streams and
    /// compressed files are kept in memory up to the limit, and beyond it in `room`. The bytes of records larger than
    /// [`InputOptions::max_record_size`] are not kept.
    pub memory: Option<u64>,
    /// Maps plain files even with a limit: for limits far above the size of the files.
    pub map: bool,
    /// Where bytes beyond the limit go. Without it, streams and compressed files are kept in memory at any size.
    pub room: Option<SpillDir>,
    /// About how many bytes a block has. A record larger than that is a block of its own.
    pub block_size: usize,
    /// The largest record whose bytes the reader holds, where nothing is mapped; `None`: all up to
    /// [`InputOptions::max_record_size`]. The length of a block counts a larger one although its bytes are not at hand, so
    /// the caller must end a run that meets it.
    pub(crate) largest: Option<u64>,
    /// Threads that may decompress one file together.
    pub threads: usize,
    /// Where extracted pages are kept. `None`: in room of its own, with the limits above.
    pub(crate) pages: Option<Arc<KeptPages>>,
}

impl Default for StoragePolicy {
    fn default() -> Self {
        Self { memory: None, map: false, room: None, block_size: 2 << 20, largest: None, threads: 1, pages: None }
    }
}

impl Input {
    /// Lists files, directories (walked, sorted by name) and standard input (`-`), in the order given.
    ///
    /// # Errors
    ///
    /// An option is out of range; a path does not exist, or is the directory of an index; a file that was named itself cannot be opened, or not be
    /// decompressed by this build.
    pub fn open(paths: &[PathBuf], options: InputOptions) -> Result<Self> {
        options.validate()?;

        paths.iter().try_for_each(|path| index_directory::refuse(path))?;
        let mut skipped = SkippedFiles::default();
        let mut found = files::list(paths, options.format, &options.fetched, &mut skipped)?;

        // Better to refuse now than after hours. Files found in directories become rejects instead.
        for file in found.iter_mut().filter(|file| file.named) {
            file.is_archive = check(&file.path, file.place(), &options)?;
        }
        Ok(Self { found: found.into(), skipped, ..Self::nothing(options) })
    }

    /// An input without files.
    fn nothing(options: InputOptions) -> Self {
        Self {
            options,
            found: VecDeque::new(),
            stream: None,
            skipped: SkippedFiles::default(),
            reference_stream: None,
            references: 0,
            meter: ReadMeter::default(),
        }
    }

    /// The same input after references: records that others are compared with and that are never removed. References
    /// are listed like any input and take the first places.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); a file, or standard input, is both a reference and an input.
    pub fn against(mut self, paths: &[PathBuf]) -> Result<Self> {
        let mut references = Self::open(paths, self.options.clone())?;

        // Two paths may lead to one file.
        let place = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let inputs: std::collections::BTreeSet<PathBuf> = self.places().map(|(_, path)| place(path)).collect();
        for (path, fetched) in references.places() {
            if inputs.contains(&place(fetched)) {
                let expected = "files that are no input: each of them would be a copy of itself";
                return Err(Error::parameter("against", path.display(), expected));
            }
        }

        // References take the first places, so their records are a range.
        self.references = references.found.len();
        references.found.append(&mut self.found);
        self.found = references.found;
        Ok(self)
    }

    /// As [`against`](Self::against), with references from a reader, which come before those of files. They are read with the
    /// options of this input; `name` as in [`from_reader`](Self::from_reader).
    #[must_use]
    pub fn against_reader(mut self, name: impl Into<PathBuf>, reader: impl Read + Send + 'static) -> Self {
        self.reference_stream = Some((name.into(), StoredStream::Stream(Box::new(reader))));
        self
    }

    /// How a page names the input: its first files.
    #[must_use]
    pub fn title(&self) -> String {
        let names: Vec<String> = self.files().map(|(path, _)| path.display().to_string()).collect();
        match names.as_slice() {
            [first, second, _, ..] => format!("{first}, {second} and {} more files", names.len() - 2),
            _ => names.join(" and "),
        }
    }

    /// Whether `paths`, which were asked for, are one path of one file.
    pub(crate) fn is_single(&self, paths: &[PathBuf]) -> bool {
        matches!(paths, [path] if !path.is_dir() && !self.options.fetched.is_several(path))
    }

    /// Whether the only path that was asked for, `paths`, is an archive of files.
    pub(crate) fn is_archive(&self, paths: &[PathBuf]) -> bool {
        let mut found = self.found.iter().skip(self.references);
        matches!(paths, [_]) && found.next().is_some_and(|found| found.named && found.is_archive)
    }

    /// The files that are no references, as [`files`](Self::files) gives them.
    pub fn cleaned(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.files().skip(self.references())
    }

    /// Checks, before a run, that the rows of Parquet files can be copied to a cleaned corpus in `memory` bytes: the copy of a
    /// row group is held whole.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Memory`](crate::ErrorKind::Memory) names the file, its largest row group and the least memory.
    pub fn check_copies(&self, memory: Option<u64>) -> Result<()> {
        #[cfg(feature = "parquet")]
        if memory.is_some() {
            self.cleaned().try_for_each(|(path, _)| super::check_copy(path, memory))?;
        }
        #[cfg(not(feature = "parquet"))]
        let _ = memory;
        Ok(())
    }

    /// How many of the first files are references.
    pub(crate) fn references(&self) -> usize {
        self.references + usize::from(self.reference_stream.is_some())
    }

    /// An input of one stream. `name` is its path in ids and rejects, and chooses the format.
    ///
    /// # Errors
    ///
    /// An option is out of range.
    pub fn from_reader(
        name: impl Into<PathBuf>,
        reader: impl Read + Send + 'static,
        options: InputOptions,
    ) -> Result<Self> {
        Self::stored(name.into(), StoredStream::Stream(Box::new(reader)), options)
    }

    /// An input of bytes in memory. `name` as in [`from_reader`](Self::from_reader).
    pub(super) fn from_bytes(name: PathBuf, bytes: Vec<u8>, options: InputOptions) -> Result<Self> {
        Self::stored(name, StoredStream::Bytes(bytes), options)
    }

    fn stored(name: PathBuf, stored: StoredStream, options: InputOptions) -> Result<Self> {
        options.validate()?;
        Ok(Self { stream: Some((name, stored)), ..Self::nothing(options) })
    }

    /// The files that will be read, as `(path, relative path)`, in input order.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let [references, stream] =
            [&self.reference_stream, &self.stream].map(|stream| stream_name(stream.as_ref()).map(|name| (name, name)));
        let found = self.found.iter().map(|found| (found.path.as_path(), found.relative.as_path()));
        references.into_iter().chain(found).chain(stream)
    }

    /// The files that will be read, as [`files`](Self::files) gives them, each with the place of its bytes: of a
    /// [fetched file](super::FetchedInputs) that is another one.
    pub fn places(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let [references, stream] =
            [&self.reference_stream, &self.stream].map(|stream| stream_name(stream.as_ref()).map(|name| (name, name)));
        let found = self.found.iter().map(|found| (found.path.as_path(), found.place()));
        references.into_iter().chain(found).chain(stream)
    }

    /// Counts the stored bytes of this input, references included, while it is read.
    #[must_use]
    pub fn meter(&self) -> ReadMeter {
        self.meter.clone()
    }

    /// The size of the files on the disk, in bytes; streams count 0.
    pub(crate) fn bytes(&self) -> u64 {
        self.found.iter().filter_map(|found| std::fs::metadata(found.place()).ok()).map(|found| found.len()).sum()
    }

    /// How it will be read.
    #[must_use]
    pub fn options(&self) -> &InputOptions {
        &self.options
    }

    /// The entries of directories that will not be read.
    #[must_use]
    pub fn skipped(&self) -> &SkippedFiles {
        &self.skipped
    }

    /// The files `range` of this input, counted as [`files`](Self::files) gives them, as an input of their own. Entries of
    /// directories that are not read belong to the whole input, not to a part.
    pub(crate) fn part(&self, range: std::ops::Range<usize>) -> Self {
        debug_assert!(self.is_files() && range.end <= self.found.len(), "files {range:?} of a stream, or beyond");

        let references = self.references.clamp(range.start, range.end) - range.start;
        let found = self.found.iter().skip(range.start).take(range.len()).cloned().collect();
        Self { found, references, meter: self.meter.clone(), ..Self::nothing(self.options.clone()) }
    }

    /// The same input once more, to be read before this one; `None` if it can be read only once (a stream, a pipe).
    pub(crate) fn again(&self) -> Option<Self> {
        let repeatable =
            self.is_files() && self.found.iter().all(|found| found.broken.is_some() || found.place().is_file());

        repeatable.then(|| Self {
            found: self.found.clone(),
            references: self.references,
            meter: self.meter.clone(),
            ..Self::nothing(self.options.clone())
        })
    }

    /// Whether all of it is in the file system.
    fn is_files(&self) -> bool {
        self.stream.is_none() && self.reference_stream.is_none()
    }
}

fn stream_name(stream: Option<&(PathBuf, StoredStream)>) -> Option<&Path> {
    stream.map(|(name, _)| name.as_path())
}

/// Fails early for a named file that cannot be read; returns whether it is an archive. Its bytes are at `place`. Only
/// regular files are opened: what is read from a pipe is gone.
fn check(path: &Path, place: &Path, options: &InputOptions) -> Result<bool> {
    if path.as_os_str() == files::STDIN || !place.is_file() {
        return Ok(false);
    }
    if cfg!(not(feature = "parquet")) && by_name(path) == ByName::Known(InputFormat::Parquet) {
        let (what, remedy) = UNREAD_PARQUET;
        return Err(FileFailure::Unsupported(what, remedy).fatal(path.to_owned()));
    }

    let mut file = File::open(place).map_err(|error| Error::io("read", path, error))?;
    let (mut head, compression) = opener::detect(&mut file).map_err(|failure| failure.fatal(path.to_owned()))?;
    let rest: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(file),
        _ => compression::reader(
            Box::new(Cursor::new(std::mem::take(&mut head)).chain(file)),
            compression,
            DecompressionLimits::PLAIN,
        ),
    };

    // Damage is told where the whole file is read.
    let _ = rest.take(kind::HEAD as u64 - head.len() as u64).read_to_end(&mut head);
    let (what, remedy) = match kind::of_file(path, &mut head.as_slice(), options) {
        #[cfg(feature = "archives")]
        FileKind::Tar => return Ok(true),
        #[cfg(feature = "archives")]
        FileKind::Zip => return check_zip(path, place).map(|()| true),
        #[cfg(not(feature = "archives"))]
        FileKind::Tar | FileKind::Zip => kind::UNREAD_ARCHIVE,
        FileKind::Unread(what, remedy) => (what, remedy),
        _ => return Ok(false),
    };
    let what = format!("{what}, which is not read");
    Err(ErrorKind::Unreadable { path: path.to_owned(), what, remedy }.into())
}

/// Fails early for a zip archive without a directory, and for a document that is packed as zip.
#[cfg(feature = "archives")]
fn check_zip(path: &Path, place: &Path) -> Result<()> {
    let opened = FileOpener::new(true, DecompressionLimits::PLAIN, ReadMeter::default())
        .file(place)
        .map_err(|failure| failure.fatal(path.to_owned()))?;
    match OpenArchive::zip(&FoundFile::stream(path.to_owned()), opened, None, ReadMeter::default()) {
        Ok(_) => Ok(()),
        Err((what, remedy)) => Err(ErrorKind::Unreadable { path: path.to_owned(), what, remedy }.into()),
    }
}
