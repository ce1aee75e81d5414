//! Scores of pairs and clusters against gold.

use std::io::{self, Write};

use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use crate::evaluate::{Evaluation, Rates};

/// Writes an evaluation: a table as text, TSV or CSV, else one JSON object.
///
/// # Errors
///
/// The writer fails.
pub fn evaluation(scores: &Evaluation, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    match style.format {
        ReportFormat::Json | ReportFormat::Jsonl => {
            serde_json::to_writer(&mut *out, scores)?;
            writeln!(out)
        }
        ReportFormat::Tsv | ReportFormat::Csv => {
            write_row(style.format, &["measure", "precision", "recall", "f1"], out)?;
            for (name, Rates { precision, recall, f1 }) in measures(scores) {
                write_row(style.format, &[name, &score(precision), &score(recall), &score(f1)], out)?;
            }
            scores.ari.map_or(Ok(()), |ari| write_row(style.format, &["ari", "", "", &score(ari)], out))
        }
        ReportFormat::Text => text(scores, out),
    }
}

/// The measures that the gold allows: pairs always, B-cubed only for labels.
fn measures(scores: &Evaluation) -> impl Iterator<Item = (&'static str, Rates)> {
    [("pairs", Some(scores.pairs)), ("b_cubed", scores.b_cubed)]
        .into_iter()
        .filter_map(|(name, rates)| Some((name, rates?)))
}

fn text(scores: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<8}  precision  recall  F1", "")?;
    for (name, rates) in measures(scores) {
        writeln!(out, "{name:<8}  {:<9.4}  {:.4}  {:.4}", rates.precision, rates.recall, rates.f1)?;
    }
    if let Some(ari) = scores.ari {
        writeln!(out, "{:<8}  {ari:.4}", "ARI")?;
    }

    let Evaluation { ids, gold_pairs, found_pairs, .. } = scores;
    writeln!(out, "{ids} ids scored; {gold_pairs} pairs in the gold, {found_pairs} found")
}
