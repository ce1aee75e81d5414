//! Where the cleaned corpus goes.

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::input::{Compression, Corpus, Input, InputFile, InputFormat};
use crate::report::output::resolved;

/// Where the cleaned corpus goes, checked before a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleanDestination {
    /// One stream after the other, uncompressed, wherever the caller wants.
    Stream,
    /// One file, compressed as its name says (`.gz`, `.zst`, `.bz2`, `.xz`).
    File(PathBuf),
    /// A directory with the inputs' relative paths and compressions.
    Directory(PathBuf),
}

impl CleanDestination {
    /// Where the records of `input`, opened from `paths`, go if `clean` was asked for: `-` is a stream; one file goes to
    /// one file; several, or a directory, to a directory.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if an input would be overwritten, if a directory is not empty, or if two inputs would be one
    /// output.
    pub fn new(clean: &Path, paths: &[PathBuf], input: &Input) -> Result<Self> {
        let single = matches!(paths, [path] if !path.is_dir());
        if clean.as_os_str() == "-" {
            return Ok(Self::Stream);
        }
        let destination = if single { Self::File(clean.to_owned()) } else { Self::Directory(clean.to_owned()) };
        destination.check(clean, input)?;
        Ok(destination)
    }

    /// Several plain texts make no stream, nor do tables with unlike headers; what files hold shows only when they are read.
    pub(super) fn check_stream(&self, corpus: &Corpus) -> Result<()> {
        let files = corpus.cleaned_files();
        let texts = files.iter().filter(|file| file.format.is_whole_file()).count();
        if *self == Self::Stream && texts > 0 && files.len() > 1 {
            return refuse(Path::new("-"), "plain texts would run together in one stream", "give a directory");
        }
        let tables = corpus.cleaned_files().iter().any(|file| file.format == InputFormat::Parquet);
        if *self == Self::Stream && tables && corpus.cleaned_files().len() > 1 {
            return refuse(Path::new("-"), "Parquet and other files make no stream", "give a directory");
        }
        let headers = || corpus.cleaned_files().iter().filter_map(|file| file.header.as_ref());
        if let (Self::Stream, Some(first)) = (self, headers().next()) {
            let other = |file: &InputFile| file.header.is_none() && !file.records.is_empty();
            if corpus.cleaned_files().iter().any(other) || headers().any(|header| !header.agrees(first)) {
                let what = "files with unlike headers, or with and without one, make no stream";
                return refuse(Path::new("-"), what, "give a directory");
            }
        }
        Ok(())
    }

    fn check(&self, clean: &Path, input: &Input) -> Result<()> {
        if let Self::Directory(path) = self {
            if path.is_file() {
                return refuse(clean, "is a file, but several files are written", "give a new directory");
            }
            let occupied = match std::fs::read_dir(path) {
                Ok(mut entries) => entries.next().is_some(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
                Err(error) => return Err(Error::io("read", path, error)),
            };
            if occupied {
                return refuse(clean, "is not empty", "give a new directory, or empty this one first");
            }
        }
        let mut inputs: Vec<PathBuf> = input.files().map(|(path, _)| resolved(path)).collect();
        inputs.sort_unstable();
        let mut targets = Vec::with_capacity(inputs.len());
        for (_, relative) in input.cleaned() {
            let target = self.target(relative);
            if inputs.binary_search(&resolved(&target)).is_ok() {
                return refuse(&target, "is an input", "write somewhere else; inputs are never changed");
            }
            targets.push(target);
        }
        targets.sort_unstable();
        match targets.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => refuse(&pair[0], "would be written for two inputs", "clean them in two runs"),
            None => Ok(()),
        }
    }

    /// The file that the records of the input `relative` go to.
    pub(super) fn target(&self, relative: &Path) -> PathBuf {
        match self {
            Self::Directory(directory) => directory.join(relative),
            Self::File(path) => path.clone(),
            Self::Stream => PathBuf::from("-"),
        }
    }

    /// How the output of an input compressed as `input` is compressed.
    pub(super) fn compression(&self, input: Compression) -> Compression {
        match self {
            Self::Directory(_) => input,
            Self::Stream => Compression::None,
            Self::File(path) => match path.extension().and_then(|extension| extension.to_str()) {
                Some("gz") => Compression::Gzip,
                Some("zst") => Compression::Zstd,
                Some("bz2") => Compression::Bzip2,
                Some("xz") => Compression::Xz,
                _ => Compression::None,
            },
        }
    }
}

fn refuse<T>(path: &Path, what: &str, remedy: &'static str) -> Result<T> {
    Err(ErrorKind::Output { path: path.to_owned(), what: what.to_owned(), remedy: remedy.into() }.into())
}
