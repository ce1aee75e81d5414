//! Tables: rows of cells as TSV or CSV.

use std::io::{self, Write};

use super::style::ReportFormat;
use super::text::cell;

/// Writes one row: as CSV if `format` is [`ReportFormat::Csv`], else as TSV. A cell of TSV is escaped ([`cell`]); a cell
/// of CSV is quoted if necessary (RFC 4180).
///
/// # Errors
///
/// The writer fails.
pub fn write_row(format: ReportFormat, cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let is_csv = format == ReportFormat::Csv;

    for (place, text) in cells.iter().enumerate() {
        if place > 0 {
            out.write_all(if is_csv { b"," } else { b"\t" })?;
        }
        if is_csv { write_quoted(text, out)? } else { out.write_all(cell(text).as_bytes())? }
    }
    out.write_all(b"\n")
}

/// A score as a cell: six decimals.
#[must_use]
pub fn score(score: f64) -> String {
    format!("{score:.6}")
}

fn write_quoted(text: &str, out: &mut dyn Write) -> io::Result<()> {
    if !text.contains([',', '"', '\n', '\r']) {
        return out.write_all(text.as_bytes());
    }
    write!(out, "\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(format: ReportFormat, cells: &[&str]) -> String {
        let mut out = Vec::new();
        write_row(format, cells, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_escaped_in_tsv_and_quoted_in_csv() {
        let cells = ["أ", "a,b", "c\td", "e\"f", "g\nh", ""];
        assert_eq!(row(ReportFormat::Tsv, &cells), "أ\ta,b\tc\\td\te\"f\tg\\nh\t\n");
        assert_eq!(row(ReportFormat::Csv, &cells), "أ,\"a,b\",c\td,\"e\"\"f\",\"g\nh\",\n");
    }
}
