//! Which files can be joined byte for byte in one output.

use std::path::Path;

use crate::error::{ErrorKind, Result};
use crate::input::{Corpus, InputFile, InputFormat};

/// The remedy for files that cannot be joined.
const DIRECTORY: &str = "name a directory, with a slash at the end, or a .jsonl file";

/// Checks that the files can be joined byte for byte in one output `path`, which is known only after they were read:
/// not several plain texts, not Parquet or WARC with other files, not tables with unlike headers.
pub(super) fn check_joined(path: &Path, corpus: &Corpus) -> Result<()> {
    let files = corpus.cleaned_files();

    let texts = files.iter().filter(|file| file.format.is_whole_file()).count();
    if texts > 0 && files.len() > 1 {
        return refuse(path, "is one file or stream, in which plain texts would run together", DIRECTORY);
    }

    let has_parquet = files.iter().any(|file| file.format == InputFormat::Parquet);
    if has_parquet && files.len() > 1 {
        return refuse(path, "is one file or stream, in which Parquet stands alone", DIRECTORY);
    }

    let headers = || files.iter().filter_map(|file| file.header.as_ref());
    if let Some(first) = headers().next() {
        let has_no_header = |file: &InputFile| file.header.is_none() && !file.records.is_empty();
        if files.iter().any(has_no_header) || headers().any(|header| !header.agrees(first)) {
            let what = "is one file or stream, and the headers of the tables differ";
            return refuse(path, what, "name a .csv or .jsonl file, or a directory, with a slash at the end");
        }
    }

    let archives = files.iter().filter(|file| file.format == InputFormat::Warc).count();
    if archives > 0 && archives < files.len() {
        return refuse(path, "is one file or stream, in which WARC stands alone", DIRECTORY);
    }

    Ok(())
}

/// The error for an output `path` that must not be written.
pub(super) fn refuse<T>(path: &Path, what: &str, remedy: &'static str) -> Result<T> {
    Err(ErrorKind::Output { path: path.to_owned(), what: what.to_owned(), remedy: remedy.into() }.into())
}
