//! The overview of a run: accounts, tables and charts.

use std::io;

use super::charts::{self, BarChart, grouped};
use super::markup::Markup;
use super::overview::{DELAY_NAMES, Overview, RecordTally, RepeatTally, SCORE_BARS, SIZES, median_class};
use super::{ReportedRun, ResultKind};
use crate::lsh::{Banding, BandingOverrides};
use crate::pipeline::Summary;
use crate::report::record_sources::{RecordSources, SourceNumber};

/// Most rows of the table of sources, and of that of repeats.
const MOST_ROWS: usize = 30;

/// Most sources of the matrix.
const MOST_SQUARE: usize = 10;

/// Writes the overview.
///
/// # Errors
///
/// The writer fails.
pub(super) fn write(
    run: &ReportedRun<'_>,
    overview: &Overview,
    sources: &RecordSources,
    page: &mut Markup<'_>,
) -> io::Result<()> {
    page.fixed("<section aria-labelledby=\"overview\"><h2 id=\"overview\">Overview</h2>")?;
    accounts(run, overview, page)?;
    relations(run, overview, page)?;
    page.fixed("<div class=\"charts\">")?;
    if run.kind == ResultKind::Clusters {
        sizes(overview, page)?;
    }
    scores(overview, page)?;
    curve(run, page)?;
    page.fixed("</div></section>")?;

    page.fixed("<section aria-labelledby=\"sources\"><h2 id=\"sources\">Sources</h2>")?;
    by_source(run, overview, sources, page)?;
    repeats(overview, sources, page)?;
    page.fixed("</section>")?;

    page.fixed("<section aria-labelledby=\"time\"><h2 id=\"time\">Time and language</h2>")?;
    by_time(run, overview, page)?;
    by_language(run, overview, page)?;
    page.fixed("</section>")
}

fn accounts(run: &ReportedRun<'_>, overview: &Overview, page: &mut Markup<'_>) -> io::Result<()> {
    let Summary { records, clusters, pairs, units, .. } = run.summary;
    let (removed, rejected): (u64, u64) = (records.removed.values().sum(), records.rejected.values().sum());
    let found = match run.kind {
        ResultKind::Clusters => ("clusters", *clusters),
        ResultKind::Pairs => ("pairs", pairs.unwrap_or(0)),
    };
    let cards =
        [("records read", records.read), ("kept", records.kept), ("removed", removed), ("rejected", rejected), found];

    charts::cards(&cards, page)?;

    let mut sentences = vec![format!(
        "{} read = {} kept + {} removed + {} rejected. {} texts were compared.",
        grouped(records.read),
        grouped(records.kept),
        grouped(removed),
        grouped(rejected),
        grouped(*units)
    )];
    if run.removed.is_none() {
        let copies: u64 = overview.sources.values().map(|tally| tally.copies).sum();
        let text =
            format!("Nothing was removed by this command. {} records hold a copy of a kept text.", grouped(copies));
        sentences.push(text);
    }
    if let Some(references) = run.summary.references {
        sentences.push(format!("Compared with {} references, which are not counted here.", grouped(references.read)));
    }
    page.element("p", &[], &sentences.join(" "))?;

    for (reason, count) in &records.rejected {
        page.element("p", &[], &format!("Rejected for {reason}: {}.", grouped(*count)))?;
    }
    for warning in &run.summary.warnings {
        page.element("p", &[("class", "warning")], &format!("Warning: {warning}."))?;
    }
    for alarm in &run.summary.alarms {
        page.open("p", &[("class", "warning")])?;
        page.text("Alarm: ")?;
        page.original(&alarm.to_string())?;
        page.close("p")?;
    }
    Ok(())
}

/// What each relation means.
const RELATIONS: [(&str, &str); 6] = [
    ("exact", "the same words in the same order, after folding"),
    ("near", "most words are the same; a copy"),
    ("contained", "it is inside the keeper"),
    ("contains", "the keeper is inside it; never removed"),
    ("variant", "alike, but it tells other facts or shares only furniture; never removed"),
    ("related", "a short text that only resembles the keeper; never removed"),
];

fn relations(run: &ReportedRun<'_>, overview: &Overview, page: &mut Markup<'_>) -> io::Result<()> {
    let of = match run.kind {
        ResultKind::Clusters => "Members",
        ResultKind::Pairs => "Pairs",
    };
    page.fixed("<h3>By relation</h3><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Relation</th>")?;
    page.element("th", &[("scope", "col"), ("class", "n")], of)?;
    page.fixed("<th scope=\"col\" class=\"n\">Removed records</th><th scope=\"col\">Share</th><th scope=\"col\">Meaning</th></tr></thead><tbody>")?;

    let most = overview.relations.values().copied().max().unwrap_or(0);
    for (name, meaning) in RELATIONS {
        let count = overview.relations.get(name).copied().unwrap_or(0);
        let removed = run.summary.records.removed.get(name).copied().unwrap_or(0);
        page.open("tr", &[])?;
        page.element("th", &[("scope", "row")], name)?;
        page.element("td", &[("class", "n")], &grouped(count))?;
        page.element("td", &[("class", "n")], &grouped(removed))?;
        page.open("td", &[])?;
        charts::bar(&[(if matches!(name, "exact" | "near") { "copy" } else { "beside" }, count)], most, page)?;
        page.close("td")?;
        page.element("td", &[], meaning)?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")
}

fn sizes(overview: &Overview, page: &mut Markup<'_>) -> io::Result<()> {
    let ends = SIZES.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
    let names: Vec<String> = SIZES
        .iter()
        .zip(ends)
        .map(|(start, end)| match end {
            Some(end) if end == *start => start.to_string(),
            Some(end) => format!("{start}–{end}"),
            None => format!("{start}+"),
        })
        .collect();
    let parts = [("copy", "clusters", overview.sizes.to_vec())];
    let title = "Clusters by size: the keeper and its copies. Size 1: only attached texts";
    BarChart { title, names: &names, parts: &parts }.write("size", page)
}

fn scores(overview: &Overview, page: &mut Markup<'_>) -> io::Result<()> {
    let names: Vec<String> = (0..SCORE_BARS).map(|bar| format!("{:.2}", bar as f64 / SCORE_BARS as f64)).collect();
    let [copies, beside] = &overview.scores;
    let parts = [("copy", "copies", copies.to_vec()), ("beside", "attached or variant", beside.to_vec())];
    let title = "Members by Jaccard with their keeper, exact copies left out. A bar begins at its number";
    BarChart { title, names: &names, parts: &parts }.write("Jaccard from", page)
}

fn curve(run: &ReportedRun<'_>, page: &mut Markup<'_>) -> io::Result<()> {
    let parameters = &run.summary.parameters;
    let overrides = BandingOverrides { bands: Some(parameters.bands), rows: Some(parameters.rows), num_hashes: None };
    let Ok(banding) = Banding::choose(parameters.threshold, parameters.recall, overrides) else { return Ok(()) };
    charts::curve(|jaccard| banding.probability(jaccard), parameters.threshold, page)
}

fn by_source(
    run: &ReportedRun<'_>,
    overview: &Overview,
    sources: &RecordSources,
    page: &mut Markup<'_>,
) -> io::Result<()> {
    if overview.sources.keys().all(|source| sources.name(*source).is_empty()) {
        return page.element(
            "p",
            &[],
            "No record names its source: the run was told no source field, and no record has a url.",
        );
    }

    let mut rows: Vec<(SourceNumber, RecordTally)> = overview.sources.iter().map(|(s, tally)| (*s, *tally)).collect();
    rows.sort_unstable_by_key(|(source, tally)| (std::cmp::Reverse(tally.read), *source));
    let rest = rows.split_off(rows.len().min(MOST_ROWS));
    let named: Vec<(&str, RecordTally)> = rows.iter().map(|(source, tally)| (name(sources, *source), *tally)).collect();
    tallies(run, "Source", &named, page)?;
    if !rest.is_empty() {
        let records: u64 = rest.iter().map(|(_, tally)| tally.read).sum();
        let text =
            format!("{} more sources, with {} records, are not shown.", grouped(rest.len() as u64), grouped(records));
        page.element("p", &[], &text)?;
    }
    Ok(())
}

fn by_language(run: &ReportedRun<'_>, overview: &Overview, page: &mut Markup<'_>) -> io::Result<()> {
    let rows: Vec<(&str, RecordTally)> = overview
        .languages
        .iter()
        .map(|(code, tally)| (if code.is_empty() { "unknown" } else { code }, *tally))
        .collect();
    page.fixed("<h3>By language</h3>")?;
    tallies(run, "Language", &rows, page)
}

/// A table of records by something.
fn tallies(run: &ReportedRun<'_>, head: &str, rows: &[(&str, RecordTally)], page: &mut Markup<'_>) -> io::Result<()> {
    let removes = run.removed.is_some();
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr>")?;
    page.element("th", &[("scope", "col")], head)?;
    page.fixed("<th scope=\"col\" class=\"n\">Read</th>")?;
    if removes {
        page.fixed("<th scope=\"col\" class=\"n\">Kept</th><th scope=\"col\" class=\"n\">Removed</th>")?;
    } else {
        page.fixed("<th scope=\"col\" class=\"n\">With a copy</th>")?;
    }
    page.fixed("<th scope=\"col\" class=\"n\">Share</th><th scope=\"col\"><span class=\"key keep\"></span>kept <span class=\"key copy\"></span>copies</th></tr></thead><tbody>")?;

    let most = rows.iter().map(|(_, tally)| tally.read).max().unwrap_or(0);
    for (name, tally) in rows {
        let gone = if removes { tally.removed } else { tally.copies };
        page.open("tr", &[])?;
        page.open("th", &[("scope", "row")])?;
        page.original(name)?;
        page.close("th")?;
        page.element("td", &[("class", "n")], &grouped(tally.read))?;
        if removes {
            page.element("td", &[("class", "n")], &grouped(tally.read.saturating_sub(gone)))?;
        }
        page.element("td", &[("class", "n")], &grouped(gone))?;
        let share = if tally.read == 0 { 0.0 } else { 100.0 * gone as f64 / tally.read as f64 };
        page.element("td", &[("class", "n")], &format!("{share:.1} %"))?;
        page.open("td", &[])?;
        charts::bar(&[("keep", tally.read.saturating_sub(gone)), ("copy", gone)], most, page)?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")
}

fn by_time(run: &ReportedRun<'_>, overview: &Overview, page: &mut Markup<'_>) -> io::Result<()> {
    if overview.times.bars.is_empty() {
        let text = match &run.options.date_field {
            Some(field) => format!("No record has a readable date in the field {field}."),
            None => "The run read no dates. With a date field this page shows the records by time, and how much later \
                     copies appear."
                .to_owned(),
        };
        return page.element("p", &[], &text);
    }

    let (names, counts): (Vec<String>, Vec<[u64; 2]>) = overview.times.bars.iter().cloned().unzip();
    let of = |place: usize| counts.iter().map(|count| count[place]).collect();
    let parts = [("keep", "without a copy", of(0)), ("copy", "with a copy", of(1))];
    let title = format!("Records by {} of their date, in universal time", overview.times.unit);
    BarChart { title: &title, names: &names, parts: &parts }.write(overview.times.unit, page)?;
    if overview.undated > 0 {
        page.element("p", &[], &format!("{} records have no readable date.", grouped(overview.undated)))?;
    }
    Ok(())
}

/// Who repeats whom, and how much later.
fn repeats(overview: &Overview, sources: &RecordSources, page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<h3>Who repeats whom</h3>")?;
    if overview.repeats.is_empty() {
        return page.element("p", &[], "There are no copies.");
    }

    let is_dated = overview.delays.iter().any(|count| *count > 0);
    let how = if is_dated {
        "Each copy is compared with its keeper; the later of the two repeats the earlier, as their dates say."
    } else {
        "Each copy repeats its keeper. Without dates it is not known which of the two was first."
    };
    page.element("p", &[], how)?;
    if is_dated {
        let names = DELAY_NAMES.map(str::to_owned);
        let parts = [("copy", "copies", overview.delays.to_vec())];
        BarChart { title: "Copies by the time after the text that they repeat", names: &names, parts: &parts }
            .write("later by", page)?;
    }

    square(overview, sources, page)?;
    let mut rows: Vec<_> = overview.repeats.iter().map(|(sources, tally)| (*sources, *tally)).collect();
    rows.sort_unstable_by_key(|(sources, tally)| (std::cmp::Reverse(tally.copies), *sources));
    let more = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    repeat_table(&rows, sources, is_dated, page)?;
    if more > 0 {
        page.element("p", &[], &format!("{} more rows are not shown.", grouped(more as u64)))?;
    }
    Ok(())
}

type RepeatRow = ((SourceNumber, SourceNumber), RepeatTally);

fn repeat_table(rows: &[RepeatRow], sources: &RecordSources, is_dated: bool, page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Source</th><th scope=\"col\">repeats</th><th scope=\"col\" class=\"n\">Copies</th>")?;
    if is_dated {
        page.fixed("<th scope=\"col\">Usually later by</th>")?;
    }
    page.fixed("<th scope=\"col\">Share</th></tr></thead><tbody>")?;

    let most = rows.first().map_or(0, |(_, tally)| tally.copies);
    for ((later, earlier), tally) in rows {
        page.open("tr", &[])?;
        page.open("th", &[("scope", "row")])?;
        page.original(name(sources, *later))?;
        page.close("th")?;
        page.open("td", &[])?;
        page.original(if later == earlier { "itself" } else { name(sources, *earlier) })?;
        page.close("td")?;
        page.element("td", &[("class", "n")], &grouped(tally.copies))?;
        if is_dated {
            page.element("td", &[], median_class(&tally.delays).map_or("unknown", |class| DELAY_NAMES[class]))?;
        }
        page.open("td", &[])?;
        charts::bar(&[("copy", tally.copies)], most, page)?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")
}

/// The sources that take part in most copies, against each other.
fn square(overview: &Overview, sources: &RecordSources, page: &mut Markup<'_>) -> io::Result<()> {
    let mut parts: std::collections::BTreeMap<SourceNumber, u64> = std::collections::BTreeMap::new();
    for ((later, earlier), tally) in &overview.repeats {
        for source in [later, earlier] {
            *parts.entry(*source).or_default() += tally.copies;
        }
    }
    let mut shown: Vec<(SourceNumber, u64)> = parts.into_iter().collect();
    shown.sort_unstable_by_key(|(source, copies)| (std::cmp::Reverse(*copies), *source));
    shown.truncate(MOST_SQUARE);
    // One source alone has no others to repeat.
    if shown.len() < 2 {
        return Ok(());
    }

    let copies = |later, earlier| overview.repeats.get(&(later, earlier)).map_or(0, |tally| tally.copies);
    let most = shown.iter().flat_map(|(a, _)| shown.iter().map(move |(b, _)| copies(*a, *b))).max().unwrap_or(0);
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table class=\"square\"><caption>The source of a row repeats that of a column</caption><thead><tr><td></td>")?;
    for (source, _) in &shown {
        source_head("col", name(sources, *source), page)?;
    }
    page.fixed("</tr></thead><tbody>")?;
    for (later, _) in &shown {
        page.open("tr", &[])?;
        source_head("row", name(sources, *later), page)?;
        for (earlier, _) in &shown {
            let count = copies(*later, *earlier);
            let heat = HEATS[heat(count, most)];
            page.element("td", &[("class", heat)], &if count == 0 { String::new() } else { grouped(count) })?;
        }
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")
}

fn source_head(scope: &'static str, name: &str, page: &mut Markup<'_>) -> io::Result<()> {
    page.open("th", &[("scope", scope)])?;
    page.original(name)?;
    page.close("th")
}

/// The classes of the cells of the matrix, by rising number.
const HEATS: [&str; 6] = ["n", "n heat1", "n heat2", "n heat3", "n heat4", "n heat5"];

/// The class of a number: by its square root, as a few pairs of sources have most copies.
fn heat(count: u64, most: u64) -> usize {
    if count == 0 || most == 0 {
        0
    } else {
        ((count as f64 / most as f64).sqrt() * 5.0).ceil().clamp(1.0, 5.0) as usize
    }
}

fn name(sources: &RecordSources, source: SourceNumber) -> &str {
    match sources.name(source) {
        "" => "no source",
        name => name,
    }
}
