//! Scores of the page cutter against gold: one row a page, and one for all pages.

use std::io::{self, Write};

use super::style::{ReportFormat, ReportStyle};
use super::text::cell;
use crate::evaluate::{HitCount, PageScores, PageShares, PagesEvaluation};

/// Writes the scores of pages: a table as text or TSV, one object with all scores as JSON, or one object a page and one
/// for all pages as JSON Lines.
///
/// # Errors
///
/// The writer fails.
pub fn pages_evaluation(scores: &PagesEvaluation, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = scores.pages.iter().chain([&scores.all]);
    match style.format {
        ReportFormat::Json => {
            serde_json::to_writer(&mut *out, scores)?;
            writeln!(out)
        }
        ReportFormat::Jsonl => rows.try_for_each(|row| {
            serde_json::to_writer(&mut *out, row)?;
            writeln!(out)
        }),
        ReportFormat::Tsv => {
            writeln!(out, "{TSV}")?;
            rows.try_for_each(|row| tsv(row, out))
        }
        ReportFormat::Text => text(scores, style, out),
    }
}

const TSV: &str = "page\tlines\taccuracy\theadline_precision\theadline_recall\theadline_f1\ttitled\ttitles\t\
boundary_precision\tboundary_recall\tboundary_f1\twhole\tparts\tboilerplate_precision\tboilerplate_recall\tboilerplate_f1\t\
pair_precision\tpair_recall\tpair_f1";

fn tsv(row: &PageScores, out: &mut dyn Write) -> io::Result<()> {
    // Empty where there is nothing to take a share of.
    let number = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{share:.6}"));
    let three = |shares: PageShares| [shares.precision, shares.recall, shares.f1].map(number).join("\t");
    let hits = |hits: HitCount| format!("{}\t{}", hits.hits, hits.all);

    write!(out, "{}\t{}\t{}\t{}\t", cell(&row.page), row.lines, number(row.accuracy), three(row.headlines))?;
    write!(out, "{}\t{}\t{}\t", hits(row.titled), three(row.boundaries), hits(row.whole))?;
    writeln!(out, "{}\t{}", three(row.boilerplate), three(row.pairs))
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
