//! The list of rejected records.

use std::io::{self, Write};

use serde::Serialize;

use crate::document::DocId;
use crate::error::Phrasing;
use crate::input::Corpus;
use crate::report::json_rows::{write_json_array, write_json_lines};
use crate::report::{ReportFormat, write_row};

#[derive(Serialize)]
struct RejectRow {
    source: String,
    reason: &'static str,
    message: String,
}

/// Writes the rejected records of `corpus` in `format` (text means JSON Lines): position, reason code and message.
/// `rejects` are their places in the corpus, ascending; the messages are in the words of `phrasing`.
///
/// # Errors
///
/// The writer fails.
pub fn write_rejected(
    rejects: &[DocId],
    corpus: &Corpus,
    phrasing: &dyn Phrasing,
    format: ReportFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = corpus.rejected(rejects).map(|reject| RejectRow {
        source: reject.source.to_string(),
        reason: reject.reason.code(),
        message: reject.reason.message(phrasing),
    });

    match format {
        ReportFormat::Json => write_json_array(out, rows.map(Ok)),
        ReportFormat::Jsonl | ReportFormat::Text => write_json_lines(out, rows.map(Ok)),
        ReportFormat::Tsv | ReportFormat::Csv => {
            write_row(format, &["source", "reason", "message"], out)?;
            for RejectRow { source, reason, message } in rows {
                write_row(format, &[&source, reason, &message], out)?;
            }
            Ok(())
        }
    }
}
