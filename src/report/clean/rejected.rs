//! The list of rejected records.

use std::io::{self, Write};

use serde::Serialize;

use crate::document::DocId;
use crate::error::Phrasing;
use crate::input::Corpus;
use crate::report::json_rows::write_json_lines;

#[derive(Serialize)]
struct RejectRow {
    source: String,
    reason: &'static str,
    message: String,
}

/// Writes the rejected records of `corpus` as JSON Lines: position, reason code and message. `rejects` are their places
/// in the corpus, ascending; the messages are in the words of `phrasing`.
///
/// # Errors
///
/// The writer fails.
pub fn write_rejected(
    rejects: &[DocId],
    corpus: &Corpus,
    phrasing: &dyn Phrasing,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = corpus.rejected(rejects).map(|reject| RejectRow {
        source: reject.source.to_string(),
        reason: reject.reason.code(),
        message: reject.reason.message(phrasing),
    });

    write_json_lines(out, rows.map(Ok))
}
