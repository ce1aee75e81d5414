//! Test items that a corpus contains: one row for each place.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::json_rows::{write_json_array, write_json_lines};
use super::shown_units::{ShownUnits, reread_error};
use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use super::text::{preview, sanitize};
use crate::contamination::{ContaminationHit, HitRule};
use crate::document::DocId;
use crate::input::Corpus;
use crate::pipeline::Contamination;

#[derive(Serialize)]
struct HitRow<'a> {
    item: &'a str,
    test: &'a str,
    document: String,
    rule: HitRule,
    start: usize,
    end: usize,
    item_start: usize,
    item_end: usize,
    tokens: usize,
    /// The share of the item's tokens.
    share: f64,
    preview: String,
}

/// Writes the places of test items in `corpus`, by document, place and item; as text by item instead. Spans count UTF-8 bytes of
/// the decoded texts; the preview shows the document.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn contamination(
    found: &Contamination,
    corpus: &Corpus,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = ShownUnits::new(corpus, &found.found.units, &found.found.names);
    let mut reader = HitReader { found, corpus, shown: &shown, last_text: None };

    match style.format {
        ReportFormat::Json => write_json_array(out, found.hits.iter().map(|hit| reader.row(hit))),
        ReportFormat::Jsonl => write_json_lines(out, found.hits.iter().map(|hit| reader.row(hit))),
        ReportFormat::Tsv | ReportFormat::Csv => table(&mut reader, style.format, out),
        ReportFormat::Text => text(&mut reader, style, out),
    }
}

/// Reads the texts of hits again.
struct HitReader<'a> {
    found: &'a Contamination,
    corpus: &'a Corpus,
    shown: &'a ShownUnits<'a>,
    /// Hits of one document follow each other: it is read once.
    last_text: Option<(DocId, Cow<'a, str>)>,
}

impl<'a> HitReader<'a> {
    fn row(&mut self, hit: &ContaminationHit) -> io::Result<HitRow<'a>> {
        let ContaminationHit { document, span, item, item_span, tokens, item_tokens, rule } = *hit;

        // Taken and put back: the text is owned or borrowed, and not copied.
        let text = match self.last_text.take() {
            Some((last, text)) if last == document => text,
            _ => self.corpus.read(document).map_err(reread_error)?.text,
        };
        let preview = preview(span.of(&text));
        self.last_text = Some((document, text));

        let item = self.found.tests.items.get(item);
        Ok(HitRow {
            item: item.map_or("", |item| &item.id),
            test: item.map_or("", |item| &item.place),
            document: self.shown.name(document)?.to_string(),
            rule,
            start: span.start,
            end: span.end,
            item_start: item_span.start,
            item_end: item_span.end,
            tokens,
            share: tokens as f64 / item_tokens.max(1) as f64,
            preview,
        })
    }
}

const COLUMNS: [&str; 11] =
    ["item", "test", "document", "rule", "start", "end", "item_start", "item_end", "tokens", "share", "preview"];

fn table(reader: &mut HitReader<'_>, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    write_row(format, &COLUMNS, out)?;
    for hit in &reader.found.hits {
        let row = reader.row(hit)?;
        let [start, end, item_start, item_end, tokens] =
            [row.start, row.end, row.item_start, row.item_end, row.tokens].map(|number| number.to_string());
        // In CSV nothing but quotes is escaped, so the preview is made safe first; TSV escapes it itself.
        let preview = if format == ReportFormat::Csv { sanitize(&row.preview) } else { (&*row.preview).into() };

        #[rustfmt::skip]
        write_row(format, &[
            row.item, row.test, &row.document, row.rule.name(), &start, &end, &item_start, &item_end, &tokens,
            &score(row.share), &preview,
        ], out)?;
    }
    Ok(())
}

/// Writes the places by item, in the order of the tests.
fn text(reader: &mut HitReader<'_>, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut hits: Vec<&ContaminationHit> = reader.found.hits.iter().collect();
    // Stable: the places of one item keep their order.
    hits.sort_by_key(|hit| hit.item);

    for of_item in hits.chunk_by(|a, b| a.item == b.item) {
        let mut documents: Vec<DocId> = of_item.iter().map(|hit| hit.document).collect();
        documents.dedup();
        for (place, hit) in of_item.iter().enumerate() {
            let row = reader.row(hit)?;
            if place == 0 {
                let count = if documents.len() == 1 { "document" } else { "documents" };
                let item = style.bold(&style.original(row.item));
                writeln!(out, "{item}  in {} {count}  {}", documents.len(), style.dim(&style.original(row.test)))?;
            }
            let (rule, document) = (row.rule.name(), style.original(&row.document));
            writeln!(
                out,
                "  {rule:5}  {} of {} tokens  {document}  {}..{}",
                row.tokens, hit.item_tokens, row.start, row.end
            )?;
            writeln!(out, "      {}", style.snippet(&row.preview))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
