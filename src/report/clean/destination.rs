//! The destination of the cleaned corpus.

use std::path::{Path, PathBuf};

use super::form::CleanForm;
use super::joining::refuse;
use super::json_writer::JsonForm;
use crate::error::{Error, Result};
use crate::input::{Compression, Input, JsonLayout, announces_archive};
use crate::report::output::resolved;
use crate::report::output_name::{OutputName, refuse_address};

/// The destination of the cleaned corpus, checked before a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleanDestination {
    /// All files joined in one uncompressed stream.
    Stream,
    /// One file for all inputs, with the format (`.jsonl`, `.json`, `.csv`, `.tsv`) and the compression (`.gz`, `.zst`,
    /// `.bz2`, `.xz`) of its name. Records of another format are converted; without an extension of a format, and where
    /// it is that of the input, they are copied byte for byte.
    File(PathBuf),
    /// A directory with the relative paths and compressions of the inputs.
    Directory(PathBuf),
}

impl CleanDestination {
    /// The destination `clean` for the records of `input`, opened from `paths`: a stream for `-`; a directory if the
    /// name ends with a slash or is that of a directory; a file for one input file, or if the name has the extension
    /// of a format or compression; else a directory. In a directory, the members of an archive go to a folder with the
    /// name of the archive.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) if an input would be overwritten, if the directory is not empty,
    /// if two inputs have the same output, if the inputs cannot become one file of the format in its name, if `clean`
    /// is an address, or if it has the name of an archive or of another kind of file that no output has.
    pub fn new(clean: &Path, paths: &[PathBuf], input: &Input) -> Result<Self> {
        refuse_address(clean)?;
        Self::sent(clean, paths, input)
    }

    /// As [`new`](Self::new), but `clean` may be an address: the caller has an
    /// [`OutputStore`](crate::report::OutputStore), and makes sure that a directory there is empty.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), without those of addresses.
    pub fn sent(clean: &Path, paths: &[PathBuf], input: &Input) -> Result<Self> {
        if clean.as_os_str() == "-" {
            return Ok(Self::Stream);
        }

        let name = OutputName::of(clean);
        name.check_compression()?;

        // An input of that name is refused as what it is, or it is text and is copied.
        let has_extension = |path: &Path| path.extension().is_some() && path.extension() == clean.extension();
        if !name.is_directory() && !input.cleaned().any(|(path, _)| has_extension(path)) {
            name.check_written()?;
        }

        let single = input.is_single(paths);
        let is_device = std::fs::metadata(clean).is_ok_and(|found| !found.is_file() && !found.is_dir());
        let is_one = single && !input.is_archive(paths) || is_device || name.is_file();
        let is_file = !name.is_directory() && is_one;
        if !name.is_directory() && announces_archive(clean) {
            let remedy = "give a directory, or a file with the extension of its records (clean.jsonl)";
            return refuse(clean, "is the name of an archive, and archives are only read", remedy);
        }

        let destination = if is_file { Self::File(clean.to_owned()) } else { Self::Directory(clean.to_owned()) };
        destination.check(clean, input)?;
        Ok(destination)
    }

    /// Whether Parquet files are copied there as Parquet for certain: to a directory, or to a file of that name.
    #[must_use]
    pub fn copies_tables(&self) -> bool {
        match self {
            Self::Directory(_) => true,
            Self::File(path) => path.extension().is_some_and(|extension| extension == "parquet"),
            Self::Stream => false,
        }
    }

    /// Checks, as far as the names of the inputs tell, that fields can be added to the records that are written there.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable) names the first input that would be copied and has no fields.
    pub fn check_takes_fields(&self, input: &Input) -> Result<()> {
        match self {
            Self::File(path) => CleanForm::check_fields(Some(path), input),
            Self::Stream | Self::Directory(_) => CleanForm::check_fields(None, input),
        }
    }

    fn check(&self, clean: &Path, input: &Input) -> Result<()> {
        match self {
            Self::Directory(path) => check_directory(clean, path)?,
            Self::File(path) => CleanForm::check_names(path, input)?,
            Self::Stream => {}
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

        // In a directory, each input needs an output of its own.
        if !matches!(self, Self::Directory(_)) {
            return Ok(());
        }
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
            Self::File(path) => OutputName::of(path).compression(),
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
