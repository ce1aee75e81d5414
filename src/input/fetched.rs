//! Inputs that are no files of this machine, and were fetched into files of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Inputs that are no files of this machine, such as the objects of a store, and the files they were fetched into.
///
/// Whoever can fetch bytes can make them an input: write them to a file, and enter it here. A path that has an entry is
/// not looked up in the file system; its records come from the fetched file, and have the name of the original in ids,
/// places and messages. A fetched file must stay as it is until the last record was read.
///
/// ```
/// use std::path::PathBuf;
///
/// use mukarrar::document::DocId;
/// use mukarrar::input::{FetchedFile, Corpus, InputOptions, FetchedInputs};
///
/// let home = tempfile::tempdir()?;
/// let place = home.path().join("0");
/// std::fs::write(&place, "{\"text\": \"مرحبا\"}\n")?;
///
/// let address = PathBuf::from("s3://bucket/news.jsonl");
/// let mut options = InputOptions::default();
/// options.fetched = FetchedInputs::default().files(&address, vec![FetchedFile::at("s3://bucket/news.jsonl", place)]);
/// let corpus = Corpus::open(&[address], options)?;
/// assert_eq!(&*corpus.read(DocId::new(0)).expect("a good line").id, "s3://bucket/news.jsonl:1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct FetchedInputs(Arc<BTreeMap<PathBuf, FetchedPath>>);

/// What stands behind one path of the input.
#[derive(Debug, Clone)]
pub(super) enum FetchedPath {
    /// Files that count as named: one that cannot be read ends the run.
    Files(Vec<FetchedFile>),
    /// The files below a directory with this name. What is wrong with one becomes a reject.
    Directory(PathBuf, Vec<FetchedFile>),
}

/// One fetched file.
#[derive(Debug, Clone)]
pub struct FetchedFile {
    /// The name of the original; in a directory, the path below it.
    pub(super) name: PathBuf,
    pub(super) content: FetchedContent,
}

/// Where the bytes of a fetched file are.
#[derive(Debug, Clone)]
pub(super) enum FetchedContent {
    At(PathBuf),
    /// It was not fetched, as its name says that it is not read.
    NotFetched,
    /// Why it cannot be read.
    Broken(String),
}

impl FetchedFile {
    /// The file `name`, whose bytes are at `place`. In a directory, `name` is the path below the directory.
    pub fn at(name: impl Into<PathBuf>, place: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), content: FetchedContent::At(place.into()) }
    }

    /// A file of a directory that was not fetched, since
    /// [`SkipReason::in_directory`](super::SkipReason::in_directory) gave a reason.
    pub fn not_fetched(name: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), content: FetchedContent::NotFetched }
    }

    /// A file of a directory that cannot be read: a reject with this reason.
    pub fn broken(name: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self { name: name.into(), content: FetchedContent::Broken(what.into()) }
    }
}

impl FetchedInputs {
    /// The same with the input path `given`, which stands for `files`: one, or several in this order.
    #[must_use]
    pub fn files(self, given: &Path, files: Vec<FetchedFile>) -> Self {
        self.with(given, FetchedPath::Files(files))
    }

    /// The same with the input path `given`, which stands for the files below the directory `name`. They are read in
    /// the order of their paths, and skipped by the rules for directories.
    #[must_use]
    pub fn directory(self, given: &Path, name: impl Into<PathBuf>, mut files: Vec<FetchedFile>) -> Self {
        // The order of a walk: a path is compared component by component.
        files.sort_by(|a, b| a.name.cmp(&b.name));
        self.with(given, FetchedPath::Directory(name.into(), files))
    }

    fn with(mut self, given: &Path, fetched: FetchedPath) -> Self {
        Arc::make_mut(&mut self.0).insert(given.to_owned(), fetched);
        self
    }

    /// The name of the only file that the input path `given` stands for; `given` itself if it has no entry.
    #[must_use]
    pub fn name_of<'a>(&'a self, given: &'a Path) -> &'a Path {
        match self.of(given) {
            Some(FetchedPath::Files(files)) if files.len() == 1 => files.first().map_or(given, |file| &file.name),
            _ => given,
        }
    }

    /// What the input path `given` stands for, if it has an entry.
    pub(super) fn of(&self, given: &Path) -> Option<&FetchedPath> {
        self.0.get(given)
    }

    /// Whether the input path `given` stands for a directory, or for several files.
    pub(super) fn is_several(&self, given: &Path) -> bool {
        match self.of(given) {
            Some(FetchedPath::Files(files)) => files.len() != 1,
            Some(FetchedPath::Directory(..)) => true,
            None => false,
        }
    }
}

/// Whether a path begins with a URL scheme and `://`.
#[must_use]
pub fn is_address(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let Some((scheme, _)) = text.split_once("://") else { return false };

    // RFC 3986: a letter, then letters, digits, `+`, `-` and `.`.
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_of_scheme)
}
