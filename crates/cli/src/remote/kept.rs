//! What stands behind addresses, written down, so that other processes read the fetched files without the network.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::input::{FetchedFile, FetchedInputs};

/// The file of a directory of fetched files that says what they are.
const NOTE: &str = "inputs.json";

/// The files behind input addresses, in a directory of fetched files.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct KeptInputs(pub(super) Vec<KeptInput>);

/// What stands behind one address.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptInput {
    pub(super) given: PathBuf,
    /// The name of the directory, if the address is one.
    pub(super) directory: Option<String>,
    pub(super) files: Vec<KeptFile>,
}

/// One file behind an address.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptFile {
    /// The name of the original; in a directory, the path below it.
    pub(super) name: PathBuf,
    pub(super) content: KeptContent,
}

/// Where the bytes of a file are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeptContent {
    /// In the file of this name in the directory of fetched files.
    At(PathBuf),
    /// Nowhere: its name says that it is not read.
    NotFetched,
    /// Nowhere, for this reason.
    Broken(String),
}

impl KeptInputs {
    /// The inputs, as the library reads them from the fetched files in `directory`.
    pub(super) fn in_directory(&self, directory: &Path) -> FetchedInputs {
        let mut inputs = FetchedInputs::default();
        for KeptInput { given, directory: name, files } in &self.0 {
            let files = files.iter().map(|file| file.fetched(directory)).collect();
            inputs = match name {
                Some(name) => inputs.directory(given, name, files),
                None => inputs.files(given, files),
            };
        }
        inputs
    }

    /// Writes the note in `directory`, whole or not at all.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn write(&self, directory: &Path) -> Result<()> {
        let path = directory.join(NOTE);
        let aside = path.with_extension("new");
        let bytes = serde_json::to_vec_pretty(self).map_err(std::io::Error::from);
        let written = bytes.and_then(|bytes| fs::write(&aside, bytes)).and_then(|()| fs::rename(&aside, &path));
        written.map_err(|source| Error::io("write", &path, source))
    }

    /// Reads the note in `directory`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is damaged.
    pub(super) fn read(directory: &Path) -> Result<Option<Self>> {
        let path = directory.join(NOTE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let what = format!("cannot be read: {error}");
            ErrorKind::Unreadable { path, what, remedy: "plan the run again in an empty directory".into() }.into()
        })
    }
}

impl KeptFile {
    fn fetched(&self, directory: &Path) -> FetchedFile {
        match &self.content {
            KeptContent::At(file) => FetchedFile::at(&self.name, directory.join(file)),
            KeptContent::NotFetched => FetchedFile::not_fetched(&self.name),
            KeptContent::Broken(what) => FetchedFile::broken(&self.name, what),
        }
    }
}
