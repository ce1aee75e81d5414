//! Recognises the directory of an index, which is no corpus: its files hold folded texts in a format of their own.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{ErrorKind, Operation, Remedy, Result};

/// The name of the file with the settings of an index, and what it contains.
const SETTINGS: (&str, &str) = ("index.json", "\"mukarrar-index\"");

/// How many bytes of the settings are read: more than any index has.
const HEAD: u64 = 1 << 16;

/// Whether `path` is the directory of an index.
pub(crate) fn is_index_directory(path: &Path) -> bool {
    let (name, mark) = SETTINGS;
    let mut head = Vec::new();

    // What cannot be read here is no index, or fails where it is read as a corpus.
    let read = File::open(path.join(name)).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && String::from_utf8_lossy(&head).contains(mark)
}

/// Refuses `path` if it is the directory of an index.
///
/// # Errors
///
/// [`ErrorKind::Index`] if it is.
pub(super) fn refuse(path: &Path) -> Result<()> {
    if !is_index_directory(path) {
        return Ok(());
    }

    let what = "is an index, not a corpus".to_owned();
    let purpose = "give the files that it was made of, or ask it";
    let remedy = Remedy::Run { purpose, operations: &[Operation::CheckIndex] };
    Err(ErrorKind::Index { path: path.to_owned(), what, remedy }.into())
}
