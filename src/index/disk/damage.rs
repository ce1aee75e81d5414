//! The error for a file that does not hold the bytes that were written.

use std::path::Path;

use crate::error::{Error, ErrorKind};

/// The error for a damaged file; `what` continues the name of the file.
pub(super) fn damaged(path: &Path, what: String) -> Error {
    let remedy =
        "restore the directory from a copy, or build it again (`mukarrar index import`, `mukarrar index build`)";
    ErrorKind::Damaged { path: path.to_owned(), what, remedy: remedy.to_owned() }.into()
}
