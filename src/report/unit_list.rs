//! The units of documents: one row a unit.

use std::io::{self, Write};

use serde::Serialize;

use super::json_rows::{write_json_array, write_json_lines};
use super::story_titles::{StoryTitles, TitleRow};
use super::style::{ReportFormat, ReportStyle};
use super::table::write_row;
use super::text::{preview, sanitize};
use crate::document::{Span, Unit, UnitKind};
use crate::input::Corpus;
use crate::page::{Cutter, UnitLevel};
use crate::pipeline::PageCutter;

#[derive(Serialize)]
struct UnitRow {
    id: String,
    document: String,
    unit: usize,
    kind: UnitKind,
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<usize>,
    #[serde(flatten)]
    fields: TitleRow,
    preview: String,
}

/// Cuts every readable record of `corpus` at `level`, as a run does, and writes its units. Spans count bytes of the
/// decoded text; `title` is the number of the headline unit that is the title of a story. The source of a page is its
/// `source_field`, else its host or folder.
///
/// # Errors
///
/// The writer fails; the corpus cannot be read again.
pub fn cut(
    corpus: &Corpus,
    level: UnitLevel,
    source_field: Option<&str>,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names = corpus.names().map_err(io::Error::other)?;
    let known = PageCutter::learn(corpus, level, source_field).map_err(io::Error::other)?;

    let (mut cutter, mut units) = (Cutter::new(), Vec::new());
    let documents = corpus.ids().filter_map(|id| {
        // The command counts and lists rejects itself; they have no units.
        let Ok(record) = corpus.read(id) else { return None };
        let name = names.shown(id, &record.id).into_owned();

        // Cut as the run cuts: returning lines of all pages are known.
        known.cut(&mut cutter, corpus, (id, &record), level, &mut units);
        let fields = StoryTitles::of(&mut cutter, &record, level, &units);

        let rows = units.iter().enumerate();
        let rows = rows.map(|(number, unit)| row(&name, number, unit, fields.row(number), &record.text));
        Some(rows.collect::<Vec<_>>())
    });

    match style.format {
        ReportFormat::Json => write_json_array(out, documents.flatten().map(Ok)),
        ReportFormat::Jsonl => write_json_lines(out, documents.flatten().map(Ok)),
        ReportFormat::Tsv | ReportFormat::Csv => table(documents.flatten(), style.format, out),
        ReportFormat::Text => documents.into_iter().try_for_each(|rows| text(&rows, style, out)),
    }
}

fn row(document: &str, number: usize, unit: &Unit, fields: TitleRow, text: &str) -> UnitRow {
    let Span { start, end } = unit.span;
    let id = if unit.kind == UnitKind::Document { document.to_owned() } else { format!("{document}#{number}") };
    let preview = preview(unit.span.of(text));
    let document = document.to_owned();
    UnitRow { id, document, unit: number, kind: unit.kind, start, end, title: unit.title, fields, preview }
}

fn table(rows: impl Iterator<Item = UnitRow>, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    write_row(format, &["id", "document", "unit", "kind", "start", "end", "title", "preview"], out)?;

    for row in rows {
        let [number, start, end] = [row.unit, row.start, row.end].map(|number| number.to_string());
        let title = row.title.map_or_else(String::new, |title| title.to_string());
        let kind = row.kind.to_string();
        // In CSV nothing but quotes is escaped, so the preview is made safe first; TSV escapes it itself.
        let preview = if format == ReportFormat::Csv { sanitize(&row.preview) } else { (&*row.preview).into() };

        write_row(format, &[&row.id, &row.document, &number, &kind, &start, &end, &title, &preview], out)?;
    }
    Ok(())
}

fn text(rows: &[UnitRow], style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let units = if rows.len() == 1 { "unit" } else { "units" };
    writeln!(out, "{}  {} {units}", style.bold(&style.original(&first.document)), rows.len())?;

    for row in rows {
        let title = row.title.map_or_else(String::new, |title| format!("  title #{title}"));
        writeln!(out, "  #{:<3} {:11}  {}..{}{title}", row.unit, row.kind, row.start, row.end)?;
        writeln!(out, "      {}", style.snippet(&row.preview))?;
    }
    writeln!(out)
}
