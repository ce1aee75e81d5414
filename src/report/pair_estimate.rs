//! What labels tell of a list of pairs.

use std::io::{self, Write};

use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use crate::labels::{Interval, PairEstimate};

/// Writes an estimate: tables as text, one row for each number as TSV or CSV, else one JSON object.
///
/// # Errors
///
/// The writer fails.
pub fn pair_estimate(found: &PairEstimate, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    match style.format {
        ReportFormat::Json | ReportFormat::Jsonl => {
            serde_json::to_writer(&mut *out, found)?;
            writeln!(out)
        }
        ReportFormat::Tsv | ReportFormat::Csv => table(found, style.format, out),
        ReportFormat::Text => text(found, out),
    }
}

fn table(found: &PairEstimate, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    write_row(format, &["measure", "of", "pairs", "labelled", "estimate", "low", "high"], out)?;
    let mut row = |measure: &str, of: &str, pairs: u64, labelled: Option<u64>, interval: Option<Interval>| {
        let labelled = labelled.map_or_else(String::new, |labelled| labelled.to_string());
        let bounds = interval.map(|Interval { estimate, low, high }| [estimate, low, high].map(score));
        let [estimate, low, high] = bounds.unwrap_or_default();
        write_row(format, &[measure, of, &pairs.to_string(), &labelled, &estimate, &low, &high], out)
    };

    for relation in &found.relations {
        row("right", relation.relation.name(), relation.pairs, None, relation.right)?;
    }
    for at in &found.thresholds {
        let threshold = format!("{:.1}", at.threshold);
        row("precision", &threshold, at.pairs, None, at.precision)?;
        row("recall", &threshold, at.pairs, None, at.recall)?;
    }
    for stratum in &found.strata {
        let name = format!("{} {:.1}-{:.1}", stratum.relation, stratum.from, stratum.to);
        row("right", &name, stratum.pairs, Some(stratum.labels.all()), stratum.right)?;
    }
    Ok(())
}

fn text(found: &PairEstimate, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} pairs, {} with a label", found.pairs, found.labelled)?;
    if found.foreign > 0 {
        writeln!(out, "{} labels are of pairs that are not in the list; they do not count", found.foreign)?;
    }
    if let Some(precision) = found.precision {
        writeln!(
            out,
            "\nOf the pairs that are removed by default (exact, near), {} are copies.",
            share(Some(precision))
        )?;
    }

    writeln!(out, "\n{:<10} {:>8}  relation is right (95 % interval)", "relation", "pairs")?;
    for relation in &found.relations {
        write!(out, "{:<10} {:>8}  {}", relation.relation, relation.pairs, share(relation.right))?;
        if relation.unknown > 0 && relation.right.is_some() {
            write!(out, "; {} pairs in strata without labels are left out", relation.unknown)?;
        }
        writeln!(out)?;
    }

    if !found.thresholds.is_empty() {
        writeln!(out, "\n{:<10} {:>8}  {:<24}  recall in this list", "threshold", "copies", "precision")?;
        for at in &found.thresholds {
            writeln!(out, "{:<10.1} {:>8}  {:<24}  {}", at.threshold, at.pairs, share(at.precision), share(at.recall))?;
        }
    }

    writeln!(
        out,
        "\n{:<18} {:>8} {:>6} {:>6} {:>6} {:>6}  right",
        "stratum", "pairs", "copy", "part", "form", "other"
    )?;
    for stratum in &found.strata {
        let name = format!("{} {:.1}-{:.1}", stratum.relation, stratum.from, stratum.to);
        let labels = &stratum.labels;
        write!(out, "{name:<18} {:>8} {:>6} {:>6}", stratum.pairs, labels.copy, labels.part)?;
        writeln!(out, " {:>6} {:>6}  {}", labels.form, labels.other, share(stratum.right))?;
    }
    Ok(())
}

/// A share in percent, with its interval.
fn share(interval: Option<Interval>) -> String {
    interval.map_or_else(
        || "no labels".to_owned(),
        |Interval { estimate, low, high }| {
            format!("{:.1} % ({:.1} to {:.1})", estimate * 100.0, low * 100.0, high * 100.0)
        },
    )
}
