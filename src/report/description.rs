//! The description of an input, as text or as JSON.

use std::io::{self, Write};

use super::json_rows::write_json;
use super::style::{ReportFormat, ReportStyle};
use crate::describe::{DateTotals, Description, LengthSummary};
use crate::wording::counted;

/// Most sources, and most months, of the text format.
const MOST_ROWS: usize = 20;

/// Cells of the longest bar of the text format.
const BAR: u64 = 40;

/// Writes a description: as text, or in any other format as one JSON object.
///
/// # Errors
///
/// The writer fails.
pub fn description(found: &Description, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    if style.format != ReportFormat::Text {
        write_json(&mut *out, found)?;
        return out.write_all(b"\n");
    }

    totals(found, style, out)?;
    lengths("words of a record", &found.words, style, out)?;
    lengths("characters of a record", &found.characters, style, out)?;
    sources(found, style, out)?;
    match &found.dates {
        Some(dates) => dated(dates, style, out),
        None => line("dates", "not read: no field with dates was named", style, out),
    }
}

fn totals(found: &Description, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let records = &found.records;
    let rejected: u64 = records.rejected.values().sum();
    line("files", &format!("{} read, {} skipped", found.files, found.skipped_files.values().sum::<u64>()), style, out)?;
    let readable = records.read.saturating_sub(rejected);
    let text = format!("{} read = {readable} readable + {rejected} rejected", records.read);
    line("records", &text, style, out)?;
    for (reason, count) in &records.rejected {
        line("", &format!("{count} rejected: {reason}"), style, out)?;
    }
    line("bytes", &format!("{} in records, {} in texts", records.bytes, records.text_bytes), style, out)?;
    line("empty", &format!("{} without a letter or a digit", counted(records.empty, "record", "records")), style, out)?;

    let repeats = &found.repeats;
    let about = if repeats.sampled < 1.0 { "about " } else { "" };
    let text = format!(
        "{about}{} records have the text of an earlier one, letter by letter; {about}{} texts repeat, one in {} records",
        repeats.records, repeats.texts, repeats.most
    );
    line("repeats", if repeats.records == 0 { "no text stands twice, letter by letter" } else { &text }, style, out)?;

    let languages: Vec<String> = found.languages.iter().map(|(code, count)| format!("{count} {code}")).collect();
    line("language", &languages.join(", "), style, out)?;
    for (kind, names) in &found.noted {
        let names: Vec<String> = names.iter().map(|(name, count)| format!("{count} {name}")).collect();
        line(kind, &names.join(", "), style, out)?;
    }
    Ok(())
}

fn lengths(name: &str, lengths: &LengthSummary, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.bold(name))?;
    let LengthSummary { sum, least, largest, mean, .. } = lengths;
    writeln!(out, "  {sum} together, mean {mean:.1}, from {least} to {largest}")?;
    let of = |name: &str| lengths.quantiles.get(name).copied().unwrap_or(0);
    let shown = ["p1", "p5", "p25", "p50", "p75", "p95", "p99"].map(|name| format!("{name} {}", of(name)));
    writeln!(out, "  {}", shown.join("  "))?;

    let most = lengths.histogram.iter().map(|class| class.records).max().unwrap_or(0);
    for class in &lengths.histogram {
        let name =
            if class.from == class.to { class.from.to_string() } else { format!("{}–{}", class.from, class.to) };
        writeln!(out, "  {name:>17} {:>10} {}", class.records, bar(class.records, most))?;
    }
    Ok(())
}

fn sources(found: &Description, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.bold("sources"))?;
    for source in found.sources.iter().take(MOST_ROWS) {
        let name = if source.source.is_empty() { "no source".to_owned() } else { style.original(&source.source) };
        writeln!(out, "  {:>10} records {:>12} words  {name}", source.records, source.words)?;
    }
    match found.sources.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(out, "  {more} more sources"),
    }
}

fn dated(dates: &DateTotals, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.bold(&format!("dates in {}", style.original(&dates.field))))?;
    let DateTotals { dated, missing, unreadable, .. } = dates;
    writeln!(out, "  {dated} dated, {missing} missing, {unreadable} unreadable")?;
    if let (Some(first), Some(last)) = (dates.first, dates.last) {
        writeln!(out, "  from {first} to {last}")?;
    }
    if !dates.examples.is_empty() {
        let shown: Vec<String> = dates.examples.iter().map(|value| style.original(value)).collect();
        writeln!(out, "  unreadable, such as: {}", shown.join(" | "))?;
    }

    // The last months, if there are more than fit.
    let skipped = dates.months.len().saturating_sub(MOST_ROWS);
    let most = dates.months.values().copied().max().unwrap_or(0);
    if skipped > 0 {
        writeln!(out, "  {skipped} earlier months")?;
    }
    for (month, count) in dates.months.iter().skip(skipped) {
        writeln!(out, "  {month:>17} {count:>10} {}", bar(*count, most))?;
    }
    Ok(())
}

fn line(head: &str, text: &str, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {text}", style.bold(&format!("{head:11}")))
}

/// A bar for a count; a count that is not zero can be seen.
fn bar(count: u64, most: u64) -> String {
    let cells = if most == 0 { 0 } else { (u128::from(count) * u128::from(BAR)).div_ceil(u128::from(most)) };
    "█".repeat(cells as usize)
}
