//! Which files can be joined byte for byte in one output.

use std::path::Path;

use crate::error::{ErrorKind, Result};
use crate::input::{Corpus, InputFile, JsonLayout};

/// The remedy for files that cannot be joined.
const DIRECTORY: &str = "name a directory, with a slash at the end, or a .jsonl file";

/// Checks that the files can be joined byte for byte in one output `path`, which is known only after they were read:
/// not several plain texts, not Parquet with other files, not files of unlike formats or headers.
pub(super) fn check_joined(path: &Path, corpus: &Corpus) -> Result<()> {
    // Nothing is written of files that could not be read.
    let files: Vec<&InputFile> = corpus.cleaned_files().iter().filter(|file| !file.is_failed).collect();

    let has_texts = files.iter().any(|file| file.format.is_whole_file());
    if has_texts && files.len() > 1 {
        return refuse(path, "is one file or stream, in which plain texts would run together", DIRECTORY);
    }

    let has_table = files.iter().any(|file| file.format.is_table());
    if has_table && files.len() > 1 {
        return refuse(path, "is one file or stream, in which Parquet or Arrow stands alone", DIRECTORY);
    }

    let arrays = files.iter().filter(|file| file.layout == Some(JsonLayout::Array)).count();
    if arrays > 0 && arrays < files.len() {
        return refuse(path, "is one file or stream, in which JSON arrays stand alone", DIRECTORY);
    }

    let headers = || files.iter().filter_map(|file| file.header.as_ref());
    if let Some(first) = headers().next() {
        let has_no_header = |file: &&InputFile| file.header.is_none() && !file.records.is_empty();
        if files.iter().any(has_no_header) || headers().any(|header| !header.agrees(first)) {
            let what = "is one file or stream, and the headers of the tables differ";
            return refuse(path, what, "name a .csv or .jsonl file, or a directory, with a slash at the end");
        }
    }

    // Lines of text among lines of JSON are none.
    let mut formats = files.iter().filter(|file| !file.records.is_empty()).map(|file| file.format);
    let first = formats.next();
    if formats.any(|format| Some(format) != first) {
        return refuse(path, "is one file or stream, and the inputs have several formats", DIRECTORY);
    }

    Ok(())
}

/// The error for an output `path` that must not be written.
pub(super) fn refuse<T>(path: &Path, what: &str, remedy: &'static str) -> Result<T> {
    Err(ErrorKind::Output { path: path.to_owned(), what: what.to_owned(), remedy: remedy.into() }.into())
}
