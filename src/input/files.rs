//! From paths to files: named files as they are, directories walked in sorted order, skipped entries counted.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use walkdir::{DirEntry, WalkDir};

use super::InputFormat;
use super::by_name::{ByName, by_name};
use super::fetched::{FetchedContent, FetchedFile, FetchedInputs, FetchedPath, is_address};
use super::skipped::{self, SkipReason, SkippedFiles};
use crate::error::{Error, ErrorKind, Result};

/// A file to read.
#[derive(Clone)]
pub(super) struct FoundFile {
    /// As named, or the directory as named and the path below it.
    pub(super) path: PathBuf,
    /// Where its bytes are, if they were fetched.
    pub(super) fetched: Option<PathBuf>,
    /// The path below the directory, or the file's name.
    pub(super) relative: PathBuf,
    /// Whether it was named itself. Then a failure to open it is an error, else a reject.
    pub(super) named: bool,
    /// Its name says nothing: it is read only if its content announces a format.
    pub(super) sniffed: bool,
    /// Whether it is an archive, whose members are read.
    pub(super) is_archive: bool,
    /// Why it cannot be read, if the walk found that out.
    pub(super) broken: Option<String>,
    /// A member of an archive: the path of the archive below the directory.
    pub(super) archive: Option<Arc<Path>>,
}

impl FoundFile {
    /// The only file of an input that is a stream. `path` is its name.
    pub(super) fn stream(path: PathBuf) -> Self {
        let relative = path.clone();
        Self {
            path,
            fetched: None,
            relative,
            named: true,
            sniffed: false,
            is_archive: false,
            broken: None,
            archive: None,
        }
    }

    /// A file that was named itself. What it is, its content tells.
    fn named(path: PathBuf, fetched: Option<PathBuf>) -> Self {
        // `..` has no file name.
        let relative = path.file_name().unwrap_or(path.as_os_str()).into();
        Self { fetched, relative, ..Self::stream(path) }
    }

    /// A file of a directory: its path, and the path below the directory.
    fn listed(path: PathBuf, relative: PathBuf, format: Option<InputFormat>) -> Self {
        let kind = by_name(&path);
        let (sniffed, is_archive) = (kind == ByName::Bare && format.is_none(), kind == ByName::Archive);
        Self { relative, named: false, sniffed, is_archive, ..Self::stream(path) }
    }

    /// Where its bytes are.
    pub(super) fn place(&self) -> &Path {
        self.fetched.as_deref().unwrap_or(&self.path)
    }
}

/// The path that means standard input.
pub(super) const STDIN: &str = "-";

/// Lists the files of `paths` in order: a file or `-` as itself, a directory's known files sorted by name bytes. If a
/// `format` was asked for, it is that of every file, whatever the name.
///
/// # Errors
/// A path does not exist or cannot be asked about; `-` is given twice.
pub(super) fn list(
    paths: &[PathBuf],
    format: Option<InputFormat>,
    fetched: &FetchedInputs,
    skipped: &mut SkippedFiles,
) -> Result<Vec<FoundFile>> {
    let mut found = Vec::new();
    let mut has_stdin = false;

    for path in paths {
        if let Some(fetched) = fetched.of(path) {
            list_fetched(fetched, format, skipped, &mut found);
            continue;
        }
        if path.as_os_str() == STDIN {
            if std::mem::replace(&mut has_stdin, true) {
                return Err(Error::parameter("inputs", STDIN, "standard input can be read once; give it once"));
            }
        } else if metadata(path)?.is_dir() {
            DirectoryWalk { root: path, format, saved: None, skipped, found: &mut found }.walk();
            continue;
        }

        found.push(FoundFile::named(path.clone(), None));
    }
    Ok(found)
}

/// The walk of one directory.
struct DirectoryWalk<'a> {
    root: &'a Path,
    format: Option<InputFormat>,
    /// The last directory with an Arrow file, and what it says of its files.
    saved: Option<(PathBuf, Option<SavedDataset>)>,
    skipped: &'a mut SkippedFiles,
    found: &'a mut Vec<FoundFile>,
}

impl DirectoryWalk<'_> {
    /// Appends the known files below the root. Links to files are followed; links to directories are not, so there are
    /// no loops.
    fn walk(&mut self) {
        // Sorted, so that the order of records does not depend on the file system.
        let mut entries = WalkDir::new(self.root).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(self.root).to_owned();
                    let what = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.add(path, Some(what));
                    continue;
                }
            };

            if entry.depth() == 0 {
                continue;
            }

            // A hidden entry is skipped even if its name is otherwise one to read.
            let of_name = skipped::reason_of_name(&entry.file_name().to_string_lossy());
            if !entry.file_type().is_dir() {
                self.consider(&entry, of_name);
            } else if let Some(reason @ (SkipReason::Hidden | SkipReason::Bookkeeping)) = of_name {
                self.skipped.push(entry.into_path(), reason);
                entries.skip_current_dir();
            }
        }
    }

    /// Decides on an entry that is no directory: adds it to the files, or to the skipped ones. `of_name` is why its
    /// name alone excludes it.
    fn consider(&mut self, entry: &DirEntry, of_name: Option<SkipReason>) {
        let path = entry.path();
        // Follows links. A broken link is rejected, not skipped: it may lead to text that should have been read.
        let metadata = fs::metadata(path);
        let is_directory = metadata.as_ref().is_ok_and(fs::Metadata::is_dir);
        let is_special = metadata.as_ref().is_ok_and(|metadata| !metadata.is_file());

        let is_readable = by_name(path) != ByName::Unknown || self.format.is_some();
        let reason = match of_name {
            Some(reason) => Some(reason),
            None if is_directory => Some(SkipReason::LinkedDirectory),
            None if !is_readable => Some(SkipReason::Unknown),
            None if is_special => Some(SkipReason::Special),
            None => self.excluded_by_dataset(path),
        };

        if let Some(reason) = reason {
            return self.skipped.push(path.to_owned(), reason);
        }
        self.add(path.to_owned(), metadata.err().map(|error| error.to_string()));
    }

    fn add(&mut self, path: PathBuf, broken: Option<String>) {
        let relative = path.strip_prefix(self.root).unwrap_or(&path).to_owned();
        self.found.push(FoundFile { broken, ..FoundFile::listed(path, relative, self.format) });
    }

    /// Why a dataset saved by Hugging Face `datasets` does not count a file among its own: it is `state.json`, or an
    /// Arrow file that `state.json` does not list, such as `cache-*.arrow`, a transformed copy of others.
    fn excluded_by_dataset(&mut self, path: &Path) -> Option<SkipReason> {
        let name = path.file_name()?.to_str()?;
        let is_state = name == SavedDataset::STATE;
        if !is_state && by_name(path) != ByName::Known(InputFormat::Arrow) {
            return None;
        }

        let directory = path.parent()?;
        if self.saved.as_ref().is_none_or(|(known, _)| known != directory) {
            self.saved = Some((directory.to_owned(), SavedDataset::of(&directory.join(SavedDataset::STATE))));
        }
        let (_, saved) = self.saved.as_ref()?;
        saved.as_ref().is_some_and(|saved| saved.excludes(name)).then_some(SkipReason::Bookkeeping)
    }
}

/// Asks about a path that was named.
fn metadata(path: &Path) -> Result<fs::Metadata> {
    fs::metadata(path).map_err(|error| {
        if !is_address(path) {
            return Error::io("read", path, error);
        }
        let what = "is an address of another machine, and was not fetched".to_owned();
        let remedy = "copy it to this machine, or give it to the command line".into();
        ErrorKind::Unreadable { path: path.to_owned(), what, remedy }.into()
    })
}

/// Appends the files that were fetched for one path of the input.
fn list_fetched(
    fetched: &FetchedPath,
    format: Option<InputFormat>,
    skipped: &mut SkippedFiles,
    found: &mut Vec<FoundFile>,
) {
    let (root, files) = match fetched {
        FetchedPath::Directory(root, files) => (root, files),
        FetchedPath::Files(files) => {
            return found.extend(files.iter().map(|file| match &file.content {
                FetchedContent::At(place) => FoundFile::named(file.name.clone(), Some(place.clone())),
                // Opening a file that is not there tells that.
                FetchedContent::NotFetched | FetchedContent::Broken(_) => FoundFile::named(file.name.clone(), None),
            }));
        }
    };

    for FetchedFile { name, content } in files {
        let path = root.join(name);
        let reason = SkipReason::in_directory(name, format);
        let reason = reason.or_else(|| is_outside_dataset(name, files).then_some(SkipReason::Bookkeeping));
        let (fetched, broken) = match content {
            _ if reason.is_some() => (None, None),
            FetchedContent::At(place) => (Some(place.clone()), None),
            FetchedContent::NotFetched => (None, Some("it was not fetched".to_owned())),
            FetchedContent::Broken(what) => (None, Some(what.clone())),
        };
        match reason {
            Some(reason) => skipped.push(path, reason),
            None => found.push(FoundFile { fetched, broken, ..FoundFile::listed(path, name.clone(), format) }),
        }
    }
}

/// Whether a dataset that was saved among the fetched `files` does not count `name` among its own.
fn is_outside_dataset(name: &Path, files: &[FetchedFile]) -> bool {
    let is_of_dataset = name.ends_with(SavedDataset::STATE) || by_name(name) == ByName::Known(InputFormat::Arrow);
    let Some(file_name) = name.file_name().and_then(|name| name.to_str()).filter(|_| is_of_dataset) else {
        return false;
    };

    let state = name.with_file_name(SavedDataset::STATE);
    let state = files.iter().find(|file| file.name == state).map(|file| &file.content);
    match state {
        Some(FetchedContent::At(place)) => SavedDataset::of(place).is_some_and(|saved| saved.excludes(file_name)),
        _ => false,
    }
}

/// What `state.json` says of a dataset that Hugging Face `datasets` saved in a directory.
struct SavedDataset {
    /// The names of its data files.
    files: BTreeSet<String>,
}

impl SavedDataset {
    const STATE: &str = "state.json";

    /// The dataset that the file `state.json` at `state` describes; `None` if there is none.
    fn of(state: &Path) -> Option<Self> {
        #[derive(Deserialize)]
        struct State {
            #[serde(rename = "_data_files")]
            files: Vec<DataFile>,
        }
        #[derive(Deserialize)]
        struct DataFile {
            filename: String,
        }

        let state: State = serde_json::from_slice(&fs::read(state).ok()?).ok()?;
        Some(Self { files: state.files.into_iter().map(|file| file.filename).collect() })
    }

    /// Whether a file of that directory is none of its data files.
    fn excludes(&self, name: &str) -> bool {
        name == Self::STATE || !self.files.contains(name)
    }
}
