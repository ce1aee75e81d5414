//! Local copies of inputs that are no files of this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Local copies of inputs that are no files of this machine, such as the objects of a store.
///
/// Whoever can fetch bytes can make them an input: copy them to a file, and enter it here. A path that has an entry is
/// not looked up in the file system; its records come from the copy, and have the name of the original in ids, places
/// and messages. A copy must stay as it is until the last record was read.
///
/// ```
/// use std::path::PathBuf;
///
/// use mukarrar::document::DocId;
/// use mukarrar::input::{CopiedFile, Corpus, InputOptions, LocalCopies};
///
/// let home = tempfile::tempdir()?;
/// let copy = home.path().join("0");
/// std::fs::write(&copy, "{\"text\": \"مرحبا\"}\n")?;
///
/// let address = PathBuf::from("s3://bucket/news.jsonl");
/// let mut options = InputOptions::default();
/// options.copies = LocalCopies::default().files(&address, vec![CopiedFile::at("s3://bucket/news.jsonl", copy)]);
/// let corpus = Corpus::open(&[address], options)?;
/// assert_eq!(&*corpus.read(DocId::new(0)).expect("a good line").id, "s3://bucket/news.jsonl:1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct LocalCopies(Arc<BTreeMap<PathBuf, CopiedInput>>);

/// What stands behind one path of the input.
#[derive(Debug, Clone)]
pub(super) enum CopiedInput {
    /// Files that count as named: one that cannot be read ends the run.
    Files(Vec<CopiedFile>),
    /// The files below a directory with this name. What is wrong with one becomes a reject.
    Directory(PathBuf, Vec<CopiedFile>),
}

/// The copy of one file.
#[derive(Debug, Clone)]
pub struct CopiedFile {
    /// The name of the original; in a directory, the path below it.
    pub(super) name: PathBuf,
    pub(super) content: CopiedContent,
}

/// Where the bytes of a copied file are.
#[derive(Debug, Clone)]
pub(super) enum CopiedContent {
    At(PathBuf),
    /// It was not fetched, as its name says that it is not read.
    NotFetched,
    /// Why it cannot be read.
    Broken(String),
}

impl CopiedFile {
    /// The file `name`, whose bytes are at `copy`. In a directory, `name` is the path below the directory.
    pub fn at(name: impl Into<PathBuf>, copy: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), content: CopiedContent::At(copy.into()) }
    }

    /// A file of a directory that was not fetched, since
    /// [`SkipReason::in_directory`](super::SkipReason::in_directory) gave a reason.
    pub fn not_fetched(name: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), content: CopiedContent::NotFetched }
    }

    /// A file of a directory that cannot be read: a reject with this reason.
    pub fn broken(name: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self { name: name.into(), content: CopiedContent::Broken(what.into()) }
    }
}

impl LocalCopies {
    /// The same with the input path `given`, which stands for `files`: one, or several in this order.
    #[must_use]
    pub fn files(self, given: &Path, files: Vec<CopiedFile>) -> Self {
        self.with(given, CopiedInput::Files(files))
    }

    /// The same with the input path `given`, which stands for the files below the directory `name`. They are read in
    /// the order of their paths, and skipped by the rules for directories.
    #[must_use]
    pub fn directory(self, given: &Path, name: impl Into<PathBuf>, mut files: Vec<CopiedFile>) -> Self {
        // The order of a walk: a path is compared component by component.
        files.sort_by(|a, b| a.name.cmp(&b.name));
        self.with(given, CopiedInput::Directory(name.into(), files))
    }

    fn with(mut self, given: &Path, copied: CopiedInput) -> Self {
        Arc::make_mut(&mut self.0).insert(given.to_owned(), copied);
        self
    }

    /// The name of the only file that the input path `given` stands for; `given` itself if it has no copy.
    #[must_use]
    pub fn name_of<'a>(&'a self, given: &'a Path) -> &'a Path {
        match self.of(given) {
            Some(CopiedInput::Files(files)) if files.len() == 1 => files.first().map_or(given, |file| &file.name),
            _ => given,
        }
    }

    /// What the input path `given` stands for, if it has copies.
    pub(super) fn of(&self, given: &Path) -> Option<&CopiedInput> {
        self.0.get(given)
    }

    /// Whether the input path `given` stands for a directory, or for several files.
    pub(super) fn is_several(&self, given: &Path) -> bool {
        match self.of(given) {
            Some(CopiedInput::Files(files)) => files.len() != 1,
            Some(CopiedInput::Directory(..)) => true,
            None => false,
        }
    }
}
