//! The destination of the cleaned corpus.

use std::path::{Path, PathBuf};

use super::json_writer::JsonForm;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{
    Compression, Corpus, Input, InputFile, InputFormat, JsonLayout, announces_archive, announces_records,
};
use crate::report::output::resolved;

/// The destination of the cleaned corpus, checked before a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleanDestination {
    /// All files joined in one uncompressed stream.
    Stream,
    /// One file, compressed as its name says (`.gz`, `.zst`, `.bz2`, `.xz`). The members of an archive are joined in it.
    File(PathBuf),
    /// A directory with the relative paths and compressions of the inputs.
    Directory(PathBuf),
}

impl CleanDestination {
    /// The destination `clean` for the records of `input`, opened from `paths`: a stream for `-`, a file for one input
    /// file, else a directory. The members of an archive go to one file if `clean` has the extension of a format of
    /// records, else to a directory, in a folder with the name of the archive.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if an input would be overwritten, if the directory is not empty, if two inputs have the
    /// same output, or if `clean` has the name of an archive: archives are only read.
    pub fn new(clean: &Path, paths: &[PathBuf], input: &Input) -> Result<Self> {
        if clean.as_os_str() == "-" {
            return Ok(Self::Stream);
        }

        let single = matches!(paths, [path] if !path.is_dir());
        let is_file = single && !clean.is_dir();
        if is_file && announces_archive(clean) {
            let remedy = "give a directory, or a file with the extension of its records (clean.jsonl)";
            return refuse(clean, "is the name of an archive, and archives are only read", remedy);
        }

        let destination = match (single, input.is_archive(paths)) {
            (true, true) if is_file && announces_records(clean) => Self::File(clean.to_owned()),
            (true, false) => Self::File(clean.to_owned()),
            _ => Self::Directory(clean.to_owned()),
        };
        destination.check(clean, input)?;
        Ok(destination)
    }

    /// The path to which all files are written one behind the other; `None` if each has a path of its own.
    pub(super) fn joined_path(&self, corpus: &Corpus) -> Option<&Path> {
        match self {
            Self::Stream => Some(Path::new("-")),
            // What a stream is, an archive for example, is known only now.
            Self::File(path) => corpus.cleaned_files().iter().any(InputFile::is_member).then_some(path),
            Self::Directory(_) => None,
        }
    }

    /// Checks that the files can be joined, which is known only after they were read: not several plain texts, not
    /// Parquet with other files, not files of unlike formats or headers.
    pub(super) fn check_joined(&self, corpus: &Corpus) -> Result<()> {
        let Some(path) = self.joined_path(corpus) else { return Ok(()) };

        // Nothing is written of files that could not be read.
        let files: Vec<&InputFile> = corpus.cleaned_files().iter().filter(|file| !file.is_failed).collect();
        let has_texts = files.iter().any(|file| file.format.is_whole_file());
        if has_texts && files.len() > 1 {
            return refuse(path, "plain texts would run together in one stream", "give a directory");
        }

        let has_table = files.iter().any(|file| file.format.is_table());
        if has_table && files.len() > 1 {
            return refuse(path, "Parquet or Arrow and other files make no stream", "give a directory");
        }

        let is_array = |file: &&InputFile| file.layout == Some(JsonLayout::Array);
        let arrays = files.iter().filter(is_array).count();
        if arrays > 0 && arrays < files.len() {
            return refuse(Path::new("-"), "JSON arrays and other files make no stream", "give a directory");
        }

        let headers = || files.iter().filter_map(|file| file.header.as_ref());
        if let Some(first) = headers().next() {
            let has_no_header = |file: &&InputFile| file.header.is_none() && !file.records.is_empty();
            if files.iter().any(has_no_header) || headers().any(|header| !header.agrees(first)) {
                let what = "files with unlike headers, or with and without one, make no stream";
                return refuse(path, what, "give a directory");
            }
        }

        let mut formats = files.iter().filter(|file| !file.records.is_empty()).map(|file| file.format);
        let first = formats.next();
        if formats.any(|format| Some(format) != first) {
            return refuse(path, "files of unlike formats make no stream", "give a directory");
        }
        Ok(())
    }

    fn check(&self, clean: &Path, input: &Input) -> Result<()> {
        if let Self::Directory(path) = self {
            check_directory(clean, path)?;
        }

        // No input may be overwritten.
        let mut inputs: Vec<PathBuf> = input.files().map(|(path, _)| resolved(path)).collect();
        inputs.sort_unstable();
        // Canonical paths, so that links and `..` do not hide an input.
        let mut targets = Vec::with_capacity(inputs.len());
        for (_, relative) in input.cleaned() {
            let target = self.target(relative);
            if inputs.binary_search(&resolved(&target)).is_ok() {
                return refuse(&target, "is an input", "write somewhere else; inputs are never changed");
            }
            targets.push(target);
        }

        // Each input needs an output of its own.
        targets.sort_unstable();
        match targets.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => refuse(&pair[0], "would be written for two inputs", "clean them in two runs"),
            None => Ok(()),
        }
    }

    /// The output file for the input with the path `relative`.
    pub(super) fn target(&self, relative: &Path) -> PathBuf {
        match self {
            Self::Directory(directory) => directory.join(relative),
            Self::File(path) => path.clone(),
            Self::Stream => PathBuf::from("-"),
        }
    }

    /// How the values of a JSON file are written: as they stand there, unless the name of the output asks for lines.
    pub(super) fn json_form(&self, layout: JsonLayout) -> JsonForm {
        let asks_for_lines = |path: &Path| {
            let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
            let plain = [".gz", ".zst", ".bz2", ".xz"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
            [".jsonl", ".ndjson", ".jl", ".jsonlines"].iter().any(|end| plain.ends_with(end))
        };

        match (self, layout) {
            (Self::File(path), _) if asks_for_lines(path) => JsonForm::Lines,
            (_, JsonLayout::Array) => JsonForm::Array,
            (_, JsonLayout::Sequence) => JsonForm::Sequence,
        }
    }

    /// The compression of the output for an input with the compression `input`.
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

/// Checks that an output directory is new or empty.
fn check_directory(clean: &Path, path: &Path) -> Result<()> {
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

    Ok(())
}

fn refuse<T>(path: &Path, what: &str, remedy: &'static str) -> Result<T> {
    Err(ErrorKind::Output { path: path.to_owned(), what: what.to_owned(), remedy: remedy.into() }.into())
}
