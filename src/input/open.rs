//! What is to be read, and how its bytes are to be held.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::feed::{self, FileFailure};
use super::files::{self, ByName, FoundFile, SkippedFiles};
use super::reader::{BlockReader, NO_TABLE};
use super::{InputFormat, InputOptions, compression};
use crate::error::{Error, Result};
use crate::spill::SpillDir;

/// What was asked for: listed and validated, nothing read yet.
pub struct Input {
    pub(super) options: InputOptions,
    pub(super) found: VecDeque<FoundFile>,
    /// The only file, if it is none of the file system.
    pub(super) stream: Option<(PathBuf, StoredStream)>,
    pub(super) skipped: SkippedFiles,
    /// The first so many files are references: compared with, never written.
    pub(super) references: usize,
}

/// A stream that was given, not found.
pub(super) enum StoredStream {
    Stream(Box<dyn Read + Send>),
    Bytes(Vec<u8>),
}

/// How a corpus holds its bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoragePolicy {
    /// `None`, the default: plain files are mapped, streams and compressed files are held decompressed in memory. A mapped
    /// file must not be cut short while it is read: the system ends the process then.
    ///
    /// With a limit nothing is mapped: plain files are read block by block, and again by place; streams and compressed
    /// files are held up to so many bytes in all, and beyond that written to `room`. Records larger than
    /// [`InputOptions::max_record_size`] are passed over without being held.
    pub memory: Option<u64>,
    /// Maps plain files even with a limit: for limits that the size of the files is far from.
    pub map: bool,
    /// Where bytes beyond the limit go. Without it, streams and compressed files are held whatever their size.
    pub room: Option<SpillDir>,
    /// About how many bytes a block has. A record larger than that is a block of its own.
    pub block_size: usize,
    /// Threads that may decompress one file together.
    pub threads: usize,
}

impl Default for StoragePolicy {
    fn default() -> Self {
        Self { memory: None, map: false, room: None, block_size: 2 << 20, threads: 1 }
    }
}

impl Input {
    /// Lists files, directories (walked, sorted by name) and standard input (`-`), in the order given.
    ///
    /// # Errors
    ///
    /// An option is out of range; a path does not exist; a file that was named itself cannot be opened, or not be
    /// decompressed by this build.
    pub fn open(paths: &[PathBuf], options: InputOptions) -> Result<Self> {
        options.validate()?;
        let mut skipped = SkippedFiles::default();
        let found = files::list(paths, &mut skipped)?;
        for file in found.iter().filter(|file| file.named) {
            check(&file.path)?;
        }
        Ok(Self { options, found: found.into(), stream: None, skipped, references: 0 })
    }

    /// The same input with references before it, listed like any input: records that others are compared with, and that
    /// stay whatever is found. They take the first places.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); a file is both a reference and an input, or standard input stands in both.
    pub fn against(mut self, paths: &[PathBuf]) -> Result<Self> {
        let mut references = Self::open(paths, self.options.clone())?;
        let place = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let inputs: std::collections::BTreeSet<PathBuf> = self.files().map(|(path, _)| place(path)).collect();
        for (path, _) in references.files() {
            if inputs.contains(&place(path)) {
                let expected = "files that are no input: each of them would be a copy of itself";
                return Err(Error::parameter("against", path.display(), expected));
            }
        }
        self.references = references.found.len();
        references.found.append(&mut self.found);
        self.found = references.found;
        Ok(self)
    }

    /// The files of it whose records are cleaned, as [`files`](Self::files) gives them.
    pub fn cleaned(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.files().skip(self.references)
    }

    /// How many of the first files are references.
    pub(crate) fn references(&self) -> usize {
        self.references
    }

    /// An input of one stream, which goes by `name` in ids and rejects; a format is chosen as for a file of that name.
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

    /// The same, all bytes of it at hand.
    pub(super) fn from_bytes(name: PathBuf, bytes: Vec<u8>, options: InputOptions) -> Result<Self> {
        Self::stored(name, StoredStream::Bytes(bytes), options)
    }

    fn stored(name: PathBuf, stored: StoredStream, options: InputOptions) -> Result<Self> {
        options.validate()?;
        let skipped = SkippedFiles::default();
        Ok(Self { options, found: VecDeque::new(), stream: Some((name, stored)), skipped, references: 0 })
    }

    /// The files that will be read, as `(path, relative path)`, in input order. What is in them is not known yet.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let stream = self.stream.iter().map(|(name, _)| (name.as_path(), name.as_path()));
        self.found.iter().map(|found| (found.path.as_path(), found.relative.as_path())).chain(stream)
    }

    /// Bytes of the files that will be read, as they are on the disk; streams count nothing.
    pub(crate) fn bytes(&self) -> u64 {
        self.found.iter().filter_map(|found| std::fs::metadata(&found.path).ok()).map(|found| found.len()).sum()
    }

    /// How it will be read.
    #[must_use]
    pub fn options(&self) -> &InputOptions {
        &self.options
    }

    /// What directories held that will not be read.
    #[must_use]
    pub fn skipped(&self) -> &SkippedFiles {
        &self.skipped
    }

    /// The same input once more, to be read before this one; `None` if it can be read only once.
    pub(crate) fn again(&self) -> Option<Self> {
        let again =
            self.stream.is_none() && self.found.iter().all(|found| found.broken.is_some() || found.path.is_file());
        again.then(|| Self {
            options: self.options.clone(),
            found: self.found.clone(),
            stream: None,
            skipped: SkippedFiles::default(),
            references: self.references,
        })
    }

    /// Begins to read.
    ///
    /// # Errors
    ///
    /// There is no room to spill to.
    pub(crate) fn reader(self, holding: StoragePolicy) -> Result<BlockReader> {
        BlockReader::new(self, holding)
    }
}

/// Fails early where a file that was named will not be read. Asks regular files only: what was read from a pipe is gone.
fn check(path: &Path) -> Result<()> {
    if path.as_os_str() == files::STDIN || !path.is_file() {
        return Ok(());
    }
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(compression::MAGIC).read_to_end(&mut head))
        .map_err(|error| Error::io("read", path, error))?;
    if cfg!(not(feature = "parquet")) && files::by_name(path.as_os_str()) == ByName::Known(InputFormat::Parquet) {
        let (what, remedy) = NO_TABLE;
        return Err(feed::fatal(path.to_owned(), FileFailure::Unsupported(what, remedy)));
    }
    match compression::detect(&head) {
        Ok(_) => Ok(()),
        Err((what, remedy)) => Err(feed::fatal(path.to_owned(), FileFailure::Unsupported(what, remedy))),
    }
}
