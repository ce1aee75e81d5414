//! Outputs in UTF-16, as their inputs were.

use std::io::Write;
use std::path::Path;

use super::destination::CleanDestination;
use super::joined_pieces::JoinedPieces;
use crate::error::Result;
use crate::input::{InputFile, WideWriter};

/// The file whose encoding an output of all files has: all tables have that of the first, and a file alone is written as
/// it was. `None`: the output is UTF-8.
pub(super) fn encoded_like<'f>(
    files: impl Iterator<Item = &'f InputFile> + Clone,
    destination: &CleanDestination,
) -> Option<&'f InputFile> {
    let mut all = files.clone();
    let (first, is_alone) = (all.next(), all.next().is_none());
    let is_file = matches!(destination, CleanDestination::File(_));

    files.clone().find(|file| file.header.is_some()).or(first.filter(|_| is_alone && is_file))
}

/// Calls `write` with the pieces of the output for `file`, which go to `out` in the encoding of the file.
pub(super) fn written(
    file: &InputFile,
    out: &mut dyn Write,
    target: &Path,
    write: impl FnOnce(&mut JoinedPieces<'_>) -> Result<()>,
) -> Result<()> {
    let Some(order) = file.wide else { return write(&mut JoinedPieces::new(out, target)) };

    let mut wide = WideWriter::new(out, order);
    let mut joined = JoinedPieces::new(&mut wide, target);
    // A header holds the mark; without one, lines in UTF-16 would be unreadable.
    if file.bom && file.header.is_none() {
        joined.bytes("\u{FEFF}".as_bytes())?;
    }
    write(&mut joined)
}
