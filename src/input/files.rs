//! From paths to files: named files as they are, directories walked in sorted order, skipped entries counted.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::InputFormat;
use crate::error::{Error, Result};

/// The entries of directories that are not read. Files that were named are never skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedFiles {
    /// Files and directories whose name begins with a dot; the content of such a directory is not counted.
    pub hidden: u64,
    /// Files whose name begins with `README`.
    pub readme: u64,
    /// Files whose extension is not that of a known format, in the order in which they were found.
    pub unknown: Vec<PathBuf>,
    /// Entries that are no regular files: sockets, pipes, devices, links to directories.
    pub special: u64,
}

impl SkippedFiles {
    /// The number of all skipped entries.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.hidden + self.readme + self.special + self.unknown.len() as u64
    }
}

/// A file to read.
#[derive(Clone)]
pub(super) struct FoundFile {
    /// As named, or the directory as named and the path below it.
    pub(super) path: PathBuf,
    /// The path below the directory, or the file's name.
    pub(super) relative: PathBuf,
    /// Whether it was named itself. Then a failure to open it is an error, else a reject.
    pub(super) named: bool,
    /// Why it cannot be read, if the walk found that out.
    pub(super) broken: Option<String>,
}

/// The format that a file's name announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByName {
    Known(InputFormat),
    /// `.json`: JSON Lines if the content is.
    Json,
    Unknown,
}

/// The path that means standard input.
pub(super) const STDIN: &str = "-";

/// Lists the files of `paths` in order: a file or `-` as itself, a directory's known files sorted by name bytes.
///
/// # Errors
/// A path does not exist or cannot be asked about; `-` is given twice.
pub(super) fn list(paths: &[PathBuf], skipped: &mut SkippedFiles) -> Result<Vec<FoundFile>> {
    let mut found = Vec::new();
    let mut has_stdin = false;

    for path in paths {
        if path.as_os_str() == STDIN {
            if std::mem::replace(&mut has_stdin, true) {
                return Err(Error::parameter("inputs", STDIN, "standard input can be read once; give it once"));
            }
        } else if std::fs::metadata(path).map_err(|error| Error::io("read", path, error))?.is_dir() {
            walk(path, skipped, &mut found);
            continue;
        }

        // `..` has no file name.
        let relative = path.file_name().unwrap_or(path.as_os_str());
        found.push(FoundFile { path: path.clone(), relative: relative.into(), named: true, broken: None });
    }
    Ok(found)
}

/// Appends the known files below `root`. Links to files are followed; links to directories are not, so there are no
/// loops.
fn walk(root: &Path, skipped: &mut SkippedFiles, found: &mut Vec<FoundFile>) {
    // Sorted, so that the order of records does not depend on the file system.
    let mut entries = WalkDir::new(root).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                let what = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                found.push(below(root, path, Some(what)));
                continue;
            }
        };

        if entry.depth() == 0 {
            continue;
        }

        // A hidden entry is skipped even if its name is otherwise one to read.
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            skipped.hidden += 1;
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
        } else if !entry.file_type().is_dir() {
            found.extend(consider(root, &entry, skipped));
        }
    }
}

/// Decides on an entry that is no directory: returns it to be read, or counts it as skipped.
fn consider(root: &Path, entry: &DirEntry, skipped: &mut SkippedFiles) -> Option<FoundFile> {
    let name = entry.file_name();
    if name.as_encoded_bytes().starts_with(b"README") {
        skipped.readme += 1;
        return None;
    }
    if by_name(entry.path()) == ByName::Unknown {
        skipped.unknown.push(entry.path().to_owned());
        return None;
    }

    // Follows links. A broken link is rejected, not skipped: it may lead to text that should have been read.
    match std::fs::metadata(entry.path()) {
        Ok(metadata) if metadata.is_file() => Some(below(root, entry.path().to_owned(), None)),
        Ok(_) => {
            skipped.special += 1;
            None
        }
        Err(error) => Some(below(root, entry.path().to_owned(), Some(error.to_string()))),
    }
}

/// A file below `root`.
fn below(root: &Path, path: PathBuf, broken: Option<String>) -> FoundFile {
    let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
    FoundFile { path, relative, named: false, broken }
}

/// The format that a file's name announces, before the extension of a compression if there is one.
pub(crate) fn by_name(path: &Path) -> ByName {
    let Some(name) = path.file_name() else { return ByName::Unknown };
    let name = name.to_string_lossy().to_ascii_lowercase();
    let name = [".gz", ".zst", ".bz2", ".xz"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(&name);

    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("jsonl" | "ndjson") => ByName::Known(InputFormat::JsonLines),
        Some("json") => ByName::Json,
        Some("csv") => ByName::Known(InputFormat::Csv),
        Some("tsv") => ByName::Known(InputFormat::Tsv),
        Some("parquet") => ByName::Known(InputFormat::Parquet),
        Some("txt" | "text") => ByName::Known(InputFormat::Text),
        Some("warc" | "wet") => ByName::Known(InputFormat::Warc),
        Some("html" | "htm" | "xhtml") => ByName::Known(InputFormat::Html),
        _ => ByName::Unknown,
    }
}
