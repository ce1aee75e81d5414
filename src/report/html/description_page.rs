//! The description of an input as a page.

use std::io::{self, Write};

use super::charts::{self, BarChart, grouped};
use super::frame;
use super::markup::Markup;
use super::time_buckets::TimeBuckets;
use crate::describe::{DateTotals, Description, LengthSummary};
use crate::document::Date;

/// Most rows of the table of sources.
const MOST_ROWS: usize = 30;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Writes the description of the inputs `title` as a page that needs no other file.
///
/// # Errors
///
/// The writer fails.
pub fn html_description(found: &Description, title: &str, out: &mut dyn Write) -> io::Result<()> {
    frame::write(&format!("mukarrar: description of {title}"), false, out, |page| {
        page.fixed("<section aria-labelledby=\"overview\"><h2 id=\"overview\">Overview</h2>")?;
        totals(found, page)?;
        page.fixed(
            "</section><section aria-labelledby=\"lengths\"><h2 id=\"lengths\">Lengths</h2><div class=\"charts\">",
        )?;
        lengths("Records by their words", &found.words, page)?;
        lengths("Records by their characters", &found.characters, page)?;
        page.fixed("</div></section><section aria-labelledby=\"sources\"><h2 id=\"sources\">Sources</h2>")?;
        sources(found, page)?;
        page.fixed("</section><section aria-labelledby=\"time\"><h2 id=\"time\">Time</h2>")?;
        time(found.dates.as_ref(), page)?;
        page.fixed("</section>\n")
    })
}

fn totals(found: &Description, page: &mut Markup<'_>) -> io::Result<()> {
    let (records, repeats) = (&found.records, &found.repeats);
    let rejected: u64 = records.rejected.values().sum();
    let cards = [
        ("records read", records.read),
        ("rejected", rejected),
        ("empty", records.empty),
        ("repeats", repeats.records),
        ("words", found.words.sum),
        ("files", found.files),
    ];
    charts::cards(&cards, page)?;

    let about = if repeats.sampled < 1.0 { "About " } else { "" };
    let text = format!(
        "{} bytes in records, {} in texts. {about}{} records have the text of an earlier one, letter by letter; the most \
         frequent text is in {} records. Empty records have no letter and no digit.",
        grouped(records.bytes),
        grouped(records.text_bytes),
        grouped(repeats.records),
        grouped(repeats.most)
    );
    page.element("p", &[], &text)?;

    let languages = found.languages.iter().map(|(code, count)| (*code, *count));
    table("Language, as the text tells it", languages, page)?;
    if !records.rejected.is_empty() {
        table("Rejected for", records.rejected.iter().map(|(reason, count)| (reason.as_str(), *count)), page)?;
    }
    for (kind, names) in &found.noted {
        table(kind, names.iter().map(|(name, count)| (name.as_str(), *count)), page)?;
    }
    if !found.skipped_files.is_empty() {
        table("Skipped files", found.skipped_files.iter().map(|(reason, count)| (reason.name(), *count)), page)?;
    }
    Ok(())
}

/// A table of counts by name.
fn table<'t>(head: &str, rows: impl Iterator<Item = (&'t str, u64)> + Clone, page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr>")?;
    page.element("th", &[("scope", "col")], head)?;
    page.fixed("<th scope=\"col\" class=\"n\">Records</th><th scope=\"col\">Share</th></tr></thead><tbody>")?;
    let most = rows.clone().map(|(_, count)| count).max().unwrap_or(0);
    for (name, count) in rows {
        page.open("tr", &[])?;
        page.open("th", &[("scope", "row")])?;
        page.original(name)?;
        page.close("th")?;
        page.element("td", &[("class", "n")], &grouped(count))?;
        page.open("td", &[])?;
        charts::bar(&[("keep", count)], most, page)?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")
}

fn lengths(title: &str, lengths: &LengthSummary, page: &mut Markup<'_>) -> io::Result<()> {
    let name = |from: u64, to: u64| if from == to { from.to_string() } else { format!("{from}–{to}") };
    let names: Vec<String> = lengths.histogram.iter().map(|class| name(class.from, class.to)).collect();
    let parts = [("keep", "records", lengths.histogram.iter().map(|class| class.records).collect())];
    BarChart { title, names: &names, parts: &parts }.write("length", page)?;

    let of = |name: &str| grouped(lengths.quantiles.get(name).copied().unwrap_or(0));
    let text = format!(
        "From {} to {}, mean {:.1}. Half of the records have at most {}; 5 % at most {}, 95 % at most {}.",
        grouped(lengths.least),
        grouped(lengths.largest),
        lengths.mean,
        of("p50"),
        of("p5"),
        of("p95")
    );
    page.element("p", &[], &text)
}

fn sources(found: &Description, page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Source</th><th scope=\"col\" class=\"n\">Records</th><th scope=\"col\" class=\"n\">Empty</th><th scope=\"col\" class=\"n\">Words</th><th scope=\"col\">Share</th></tr></thead><tbody>")?;
    let most = found.sources.first().map_or(0, |source| source.records);
    for source in found.sources.iter().take(MOST_ROWS) {
        page.open("tr", &[])?;
        page.open("th", &[("scope", "row")])?;
        page.original(if source.source.is_empty() { "no source" } else { &source.source })?;
        page.close("th")?;
        for count in [source.records, source.empty, source.words] {
            page.element("td", &[("class", "n")], &grouped(count))?;
        }
        page.open("td", &[])?;
        charts::bar(&[("keep", source.records)], most, page)?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")?;
    match found.sources.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => page.element("p", &[], &format!("{} more sources are not shown.", grouped(more as u64))),
    }
}

fn time(dates: Option<&DateTotals>, page: &mut Markup<'_>) -> io::Result<()> {
    let Some(dates) = dates else {
        return page.element("p", &[], "No dates were read: no field with dates was named.");
    };
    let DateTotals { field, dated, missing, unreadable, .. } = dates;
    page.open("p", &[])?;
    page.text("In the field ")?;
    page.original(field)?;
    let counts = [*dated, *missing, *unreadable].map(grouped);
    page.text(&format!(
        ": {} records have a date, {} have none, {} have one that cannot be read.",
        counts[0], counts[1], counts[2]
    ))?;
    page.close("p")?;
    if !dates.examples.is_empty() {
        page.fixed("<p>Not read, such as:")?;
        for value in &dates.examples {
            page.text(" ")?;
            page.original(value)?;
        }
        page.close("p")?;
    }

    let (Some(first), Some(last)) = (dates.first, dates.last) else { return Ok(()) };
    page.element("p", &[], &format!("From {first} to {last}."))?;
    let mut times = TimeBuckets::default();
    dates.days.iter().for_each(|(day, count)| times.add_many(Date::from_seconds(day * DAY), *count));
    times.close();
    let (names, counts): (Vec<String>, Vec<[u64; 2]>) = times.bars.iter().cloned().unzip();
    let parts = [("keep", "records", counts.iter().map(|[records, _]| *records).collect())];
    let title = format!("Records by {} of their date, in universal time", times.unit);
    BarChart { title: &title, names: &names, parts: &parts }.write(times.unit, page)
}
