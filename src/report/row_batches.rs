//! Rows that are made on all threads and written in order.

use std::io::{self, Write};

use super::style::ReportFormat;
use crate::parallel;

/// Items that a thread takes at a time.
const BATCH: usize = 128;

/// Writes a row for each item, in order; in JSON as one array. `row` appends the row of an item: a line with its end, in JSON an
/// object without one. `worker` makes what a thread needs for that.
///
/// # Errors
///
/// The writer fails, or the first error of `row`.
pub(super) fn write_rows<I: Sync, W>(
    threads: usize,
    items: &[I],
    format: ReportFormat,
    worker: impl Fn() -> W + Sync,
    row: impl Fn(&W, &I, &mut Vec<u8>) -> io::Result<()> + Sync,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (head, between, tail) = match format {
        ReportFormat::Json if items.is_empty() => ("[", "", "]\n"),
        ReportFormat::Json => ("[\n", ",\n", "\n]\n"),
        _ => ("", "", ""),
    };
    out.write_all(head.as_bytes())?;

    let mut is_first = true;
    parallel::in_order(
        threads,
        items.chunks(BATCH),
        |batches| Ok(batches.next()),
        worker,
        |worker, batch| {
            let mut bytes = Vec::new();
            for (place, item) in batch.iter().enumerate() {
                bytes.extend_from_slice(if place > 0 { between.as_bytes() } else { b"" });
                row(worker, item, &mut bytes)?;
            }
            Ok(bytes)
        },
        |bytes: io::Result<Vec<u8>>| {
            if !std::mem::take(&mut is_first) {
                out.write_all(between.as_bytes())?;
            }
            out.write_all(&bytes?)
        },
    )
    .map(drop)?;
    out.write_all(tail.as_bytes())
}
