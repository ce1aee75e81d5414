//! A preview as text or as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::{BorderlineRow, PreviewCounts, RunPreview, ThresholdCounts};
use crate::error::Phrasing;
use crate::report::json_rows::write_json;
use crate::report::style::{ReportFormat, ReportStyle};

/// Most sources of the text format.
const MOST_ROWS: usize = 20;

/// A preview as one object.
#[derive(Serialize)]
struct PreviewObject<'a> {
    #[serde(flatten)]
    counts: &'a PreviewCounts,
    borderline: Vec<BorderlineRow>,
}

/// Writes a preview: as text, or in any other format as one JSON object. `phrasing` names remedies in the text. Reads the texts of
/// the pairs again.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn preview(
    found: &RunPreview<'_>,
    phrasing: &dyn Phrasing,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = found.rows()?;
    if style.format != ReportFormat::Text {
        write_json(&mut *out, &PreviewObject { counts: &found.counts, borderline: rows })?;
        return out.write_all(b"\n");
    }

    totals(&found.counts, style, out)?;
    by_threshold(&found.counts, style, out)?;
    by_source(&found.counts, style, out)?;
    alarms(&found.counts, phrasing, style, out)?;
    border(&rows, found.counts.threshold, style, out)
}

fn totals(counts: &PreviewCounts, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let records = counts.records;
    line("records", &format!("{} read, {} readable", records.read, records.readable), style, out)?;
    if let Some(sample) = counts.sample {
        let text = format!(
            "{} verified, of about {} records with copies or candidates; the numbers below are estimates for all",
            sample.records, sample.of
        );
        line("sample", &text, style, out)?;
    }
    if let Some(cost) = counts.expected {
        let text = format!(
            "about {:.1} s, {:.0} MB of memory, {:.0} MB of temporary files, at threshold {}, without writing",
            cost.seconds,
            cost.memory as f64 / 1e6,
            cost.disk as f64 / 1e6,
            counts.threshold
        );
        line("expected", &text, style, out)?;
    }
    Ok(())
}

/// All relations of removed records, as far as one threshold has them.
fn relations(counts: &PreviewCounts) -> Vec<&'static str> {
    let mut names: Vec<&'static str> =
        counts.thresholds.iter().flat_map(|threshold| threshold.removed.keys().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn by_threshold(counts: &PreviewCounts, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let names = relations(counts);
    let heads: String = names.iter().map(|name| format!(" {name:>10}")).collect();
    let edited = counts.thresholds.iter().any(|threshold| threshold.edited > 0);
    let more = if edited { format!(" {:>10}", "edited") } else { String::new() };
    writeln!(out, "\n{}", style.bold(&format!("{:>9} {:>10} {:>10}{heads}{more}", "threshold", "kept", "removed")))?;

    for at in &counts.thresholds {
        let cells: String =
            names.iter().map(|name| format!(" {:>10}", at.removed.get(name).copied().unwrap_or(0))).collect();
        let more = if edited { format!(" {:>10}", at.edited) } else { String::new() };
        let error = at.error.map_or_else(String::new, |error| format!("  removed ± {error} (standard error)"));
        let mark = if at.threshold == counts.threshold { "  <- this run" } else { "" };
        writeln!(out, "{:>9} {:>10} {:>10}{cells}{more}{error}{mark}", at.threshold, at.kept, at.all_removed())?;
    }
    Ok(())
}

fn by_source(counts: &PreviewCounts, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    // The lowest threshold removes from most sources.
    let Some(first) = counts.thresholds.first().filter(|first| !first.sources.is_empty()) else { return Ok(()) };
    let heads: String = counts.thresholds.iter().map(|at| format!(" {:>8}", at.threshold)).collect();
    writeln!(out, "\n{}", style.bold(&format!("{:>9}{heads}  removed, by source and threshold", "records")))?;

    for loss in first.sources.iter().take(MOST_ROWS) {
        let removed = |at: &ThresholdCounts| {
            let of_source = at.sources.iter().find(|other| other.source == loss.source);
            of_source.map_or(0, |loss| loss.removed.values().sum::<u64>())
        };
        let cells: String = counts.thresholds.iter().map(|at| format!(" {:>8}", removed(at))).collect();
        let name = if loss.source.is_empty() { "no source".to_owned() } else { style.original(&loss.source) };
        writeln!(out, "{:>9}{cells}  {name}", loss.records)?;
    }
    match first.sources.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(out, "{more} more sources"),
    }
}

fn alarms(counts: &PreviewCounts, phrasing: &dyn Phrasing, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.bold(&format!("alarms at threshold {}", counts.threshold)))?;
    if counts.alarms.is_empty() {
        return writeln!(out, "  none");
    }
    for alarm in &counts.alarms {
        writeln!(out, "  {}", style.original(&alarm.message(phrasing)))?;
    }
    Ok(())
}

fn border(rows: &[BorderlineRow], threshold: f64, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let text = format!("pairs nearest to threshold {threshold}; from {threshold} on, the second one is removed");
    writeln!(out, "\n{}", style.bold(&text))?;
    for row in rows {
        let verdict = if row.removed { "removed" } else { "stays" };
        writeln!(out, "{verdict:8}  J {:.4}  C {:.4}", row.jaccard, row.containment)?;
        for (id, text) in [(&row.id_a, &row.text_a), (&row.id_b, &row.text_b)] {
            writeln!(out, "  {}  {}", style.original(id), style.snippet(text))?;
        }
    }
    Ok(())
}

fn line(head: &str, text: &str, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {text}", style.bold(&format!("{head:11}")))
}
