//! Scores of the page cutter against gold: one row a page, and one for all pages.

use std::io::{self, Write};

use super::json_rows::write_json;
use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use crate::evaluate::{HitCount, PageScores, PageShares, PagesEvaluation};

/// Writes the scores of pages: a table as text, TSV or CSV, one object with all scores as JSON, or one object a page and one
/// for all pages as JSON Lines.
///
/// # Errors
///
/// The writer fails.
pub fn pages_evaluation(scores: &PagesEvaluation, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = scores.pages.iter().chain([&scores.all]);
    match style.format {
        ReportFormat::Json => {
            write_json(&mut *out, scores)?;
            writeln!(out)
        }
        ReportFormat::Jsonl => rows.try_for_each(|row| {
            write_json(&mut *out, row)?;
            writeln!(out)
        }),
        ReportFormat::Tsv | ReportFormat::Csv => {
            write_row(style.format, &HEADER, out)?;
            rows.try_for_each(|row| table_row(row, style.format, out))
        }
        ReportFormat::Text => text(scores, style, out),
    }
}

#[rustfmt::skip]
const HEADER: [&str; 19] = [
    "page", "lines", "accuracy", "headline_precision", "headline_recall", "headline_f1", "titled", "titles",
    "boundary_precision", "boundary_recall", "boundary_f1", "whole", "parts", "boilerplate_precision",
    "boilerplate_recall", "boilerplate_f1", "pair_precision", "pair_recall", "pair_f1",
];

fn table_row(row: &PageScores, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    // Empty where there is nothing to take a share of.
    let number = |share: Option<f64>| share.map_or_else(String::new, score);
    let three = |shares: PageShares| [shares.precision, shares.recall, shares.f1].map(number);
    let hits = |hits: HitCount| [hits.hits.to_string(), hits.all.to_string()];

    let mut cells = vec![row.page.clone(), row.lines.to_string(), number(row.accuracy)];
    cells.extend(three(row.headlines).into_iter().chain(hits(row.titled)).chain(three(row.boundaries)));
    cells.extend(hits(row.whole).into_iter().chain(three(row.boilerplate)).chain(three(row.pairs)));
    write_row(format, &cells.iter().map(String::as_str).collect::<Vec<_>>(), out)
}

fn text(scores: &PagesEvaluation, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let rows = || scores.pages.iter().chain([&scores.all]);
    let width = rows().map(|row| row.page.chars().count()).fold("page".len(), usize::max);

    // Two lines of headings: groups, and the columns of each group.
    writeln!(out, "{:width$}         headlines           titled   borders  whole    boilerplate         pairs", "")?;
    writeln!(
        out,
        "{:width$}  acc    P     R     F1             F1                P     R     F1      P     R     F1",
        "page"
    )?;

    rows().try_for_each(|row| {
        let line = format!(
            "{:width$}  {}  {}  {:>7}  {}     {:>7}  {}   {}",
            row.page,
            number(row.accuracy),
            three(row.headlines),
            hits(row.titled),
            number(row.boundaries.f1),
            hits(row.whole),
            three(row.boilerplate),
            three(row.pairs)
        );
        // Page names are original text, so the whole line is escaped.
        writeln!(out, "{}", style.original(line.trim_end()))
    })
}

fn number(share: Option<f64>) -> String {
    share.map_or_else(|| "   - ".to_owned(), |share| format!("{share:.3}"))
}

fn three(shares: PageShares) -> String {
    [shares.precision, shares.recall, shares.f1].map(number).join(" ")
}

fn hits(hits: HitCount) -> String {
    format!("{}/{}", hits.hits, hits.all)
}
