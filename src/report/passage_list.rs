//! Passages: one row for each place whose text occurred before.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::json_rows::{write_json_array, write_json_lines};
use super::shown_units::{ShownUnits, reread_error};
use super::style::{ReportFormat, ReportStyle};
use super::table::write_row;
use super::text::{preview, sanitize};
use crate::document::DocId;
use crate::input::Corpus;
use crate::passage::Passage;
use crate::pipeline::PassageList;
use crate::wording::counted;

#[derive(Serialize)]
struct PassageRow {
    a: String,
    a_start: usize,
    a_end: usize,
    b: String,
    b_start: usize,
    b_end: usize,
    tokens: u64,
    shared: u64,
    preview: String,
}

/// Writes the passages of a run over `corpus`, in order of the later place. Spans count bytes of the decoded text; the
/// preview shows the later place.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn passages(found: &PassageList, corpus: &Corpus, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let shown = ShownUnits::new(corpus, &found.units, &found.names);

    // Passages of one later document follow each other: it is read once.
    let mut last_text = None;
    let mut rows = found.passages.iter().map(|passage| row(&shown, corpus, passage, &mut last_text));

    match style.format {
        ReportFormat::Json => write_json_array(out, rows),
        ReportFormat::Jsonl => write_json_lines(out, rows),
        ReportFormat::Tsv | ReportFormat::Csv => table(rows, style.format, out),
        ReportFormat::Text => rows.try_for_each(|row| text(&row?, style, out)),
    }
}

fn row<'c>(
    shown: &ShownUnits<'_>,
    corpus: &'c Corpus,
    passage: &Passage,
    last_text: &mut Option<(DocId, Cow<'c, str>)>,
) -> io::Result<PassageRow> {
    let Passage { a, a_span, b, b_span, tokens, shared } = *passage;

    // Taken and put back: the text is owned or borrowed, and not copied.
    let text = match last_text.take() {
        Some((document, text)) if document == b => text,
        _ => corpus.read(b).map_err(reread_error)?.text,
    };
    let preview = preview(b_span.of(&text));
    *last_text = Some((b, text));

    Ok(PassageRow {
        a: shown.name(a)?.to_string(),
        a_start: a_span.start,
        a_end: a_span.end,
        b: shown.name(b)?.to_string(),
        b_start: b_span.start,
        b_end: b_span.end,
        tokens,
        shared,
        preview,
    })
}

fn table(
    rows: impl Iterator<Item = io::Result<PassageRow>>,
    format: ReportFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let header = ["a", "a_start", "a_end", "b", "b_start", "b_end", "tokens", "shared", "preview"];
    write_row(format, &header, out)?;

    for row in rows {
        let row = row?;
        let [a_start, a_end, b_start, b_end] =
            [row.a_start, row.a_end, row.b_start, row.b_end].map(|at| at.to_string());
        let (tokens, shared) = (row.tokens.to_string(), row.shared.to_string());
        // In CSV nothing but quotes is escaped, so the preview is made safe first; TSV escapes it itself.
        let preview = if format == ReportFormat::Csv { sanitize(&row.preview) } else { (&*row.preview).into() };

        let cells = [&row.a, &a_start, &a_end, &row.b, &b_start, &b_end, &tokens, &shared].map(String::as_str);
        write_row(format, &[&cells[..], &[&*preview]].concat(), out)?;
    }
    Ok(())
}

fn text(row: &PassageRow, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let tokens = style.bold(&counted(row.tokens, "token", "tokens"));
    let (a, b) = (style.original(&row.a), style.original(&row.b));
    writeln!(out, "{tokens}, {} shared", row.shared)?;
    writeln!(out, "  {b}  {}..{}  repeats  {a}  {}..{}", row.b_start, row.b_end, row.a_start, row.a_end)?;
    writeln!(out, "      {}", style.snippet(&row.preview))
}
