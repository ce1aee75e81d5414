//! The error for a file that does not hold the bytes that were written.

use std::path::Path;

use crate::error::{Error, ErrorKind, Operation, Remedy};

/// The error for a damaged file; `what` continues the name of the file.
pub(super) fn damaged(path: &Path, what: String) -> Error {
    let remedy = Remedy::Run {
        purpose: "restore the directory from a copy, or make the index again",
        operations: &[Operation::ImportIndex, Operation::BuildIndex],
    };
    ErrorKind::Damaged { path: path.to_owned(), what, remedy }.into()
}
