//! The stories of a run as a page: for each one a time line of its outlets, and its records.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::charts::{self, BarChart, grouped};
use super::frame;
use super::markup::Markup;
use super::time_buckets::TimeBuckets;
use crate::document::Date;
use crate::input::Corpus;
use crate::pipeline::{Options, Stories};
use crate::report::stories::{StoryMemberRow, StoryRow, StoryRows};
use crate::story::StoryCounts;

/// Most outlets of a time line, and most records of a story that are listed.
const MOST_OUTLETS: usize = 16;
const MOST_RECORDS: usize = 60;

/// The size of a time line, in units of its drawing.
const WIDTH: usize = 720;
const LEFT: usize = 170;
const LINE: usize = 20;
const MARK: usize = 9;

/// Writes the stories of a run over the inputs `title` as a page that needs no other file: the first `most` of them. `options` are
/// those of the run. Reads their records again.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn html_stories(
    found: &Stories,
    corpus: &Corpus,
    options: &Options,
    title: &str,
    most: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = StoryRows::new(found, corpus, options);
    let shown: Vec<StoryRow> =
        found.told.stories.iter().take(most).map(|story| rows.row(story)).collect::<io::Result<_>>()?;

    frame::write(&format!("mukarrar: stories of {title}"), false, out, |page| {
        page.fixed("<section aria-labelledby=\"overview\"><h2 id=\"overview\">Overview</h2>")?;
        totals(found, page)?;
        page.fixed("</section><section aria-labelledby=\"time\"><h2 id=\"time\">Time</h2>")?;
        begins(found, page)?;
        page.fixed("</section><section aria-labelledby=\"stories\"><h2 id=\"stories\">Stories</h2>")?;
        let left_out = found.told.stories.len() - shown.len();
        if left_out > 0 {
            page.element("p", &[], &format!("{} smaller stories are not shown.", grouped(left_out as u64)))?;
        }
        shown.iter().try_for_each(|story| one(story, page))?;
        page.fixed("</section>\n")
    })
}

fn totals(found: &Stories, page: &mut Markup<'_>) -> io::Result<()> {
    let counts = found.found.summary.stories;
    debug_assert!(counts.is_some(), "a run over stories counts them");
    let StoryCounts { told, alone, copies, short, undated, rejected, stories, recurring_stories, recurring, .. } =
        counts.unwrap_or_default();
    let cards = [
        ("stories", stories),
        ("documents in stories", told),
        ("told by nobody else", alone),
        ("copies", copies),
        ("too short", short),
        ("without a date", undated),
        ("rejected", rejected),
    ];
    charts::cards(&cards, page)?;
    let text = format!(
        "Each record is in one of the last six numbers. {} documents are forms that return, such as the weather; {} stories \
         begin with one, and are listed last.",
        grouped(recurring),
        grouped(recurring_stories)
    );
    page.element("p", &[], &text)
}

/// When stories began.
fn begins(found: &Stories, page: &mut Markup<'_>) -> io::Result<()> {
    let mut times = TimeBuckets::default();
    found.told.stories.iter().filter_map(|story| story.first_seen).for_each(|date| times.add(date, false));
    times.close();
    if times.bars.is_empty() {
        return page.element("p", &[], "No story has a date.");
    }
    let (names, counts): (Vec<String>, Vec<[u64; 2]>) = times.bars.iter().cloned().unzip();
    let parts = [("keep", "stories", counts.iter().map(|[stories, _]| *stories).collect())];
    let title = format!("Stories by {} of their first record, in universal time", times.unit);
    BarChart { title: &title, names: &names, parts: &parts }.write(times.unit, page)
}

fn one(story: &StoryRow, page: &mut Markup<'_>) -> io::Result<()> {
    page.open("details", &[("class", "cluster")])?;
    page.open("summary", &[])?;
    let lead = story.documents.iter().find(|record| record.id == story.story);
    let headline = lead.map_or(story.story.as_str(), |record| record.title.as_deref().unwrap_or(&record.preview));
    page.original(headline)?;
    let numbers = format!(
        " {} told, {} copied, {} outlets{}",
        grouped(story.size as u64),
        grouped(story.copies as u64),
        grouped(story.outlets.len() as u64),
        if story.recurring_form { ", a form that returns" } else { "" }
    );
    page.element("small", &[], &numbers)?;
    page.close("summary")?;

    page.fixed("<p>Words: ")?;
    page.original(&story.terms.join(" "))?;
    page.text(&span(story))?;
    page.close("p")?;
    time_line(story, page)?;
    records(story, page)?;
    page.close("details")
}

/// When a story was seen, as a sentence.
fn span(story: &StoryRow) -> String {
    match (story.first_seen, story.last_seen, story.spread) {
        (Some(first), Some(last), Some(spread)) if spread > 0 => {
            format!(". First seen {first}, last {last}: {:.1} hours.", spread as f64 / 3600.0)
        }
        (Some(first), ..) => format!(". Seen {first}."),
        _ => ".".to_owned(),
    }
}

/// A line for each outlet with a mark for each record, from the first to the last moment.
fn time_line(story: &StoryRow, page: &mut Markup<'_>) -> io::Result<()> {
    let (Some(first), Some(spread)) = (story.first_seen, story.spread.filter(|spread| *spread > 0)) else {
        return Ok(());
    };
    let mut outlets: BTreeMap<(Date, &str), Vec<(Date, bool)>> = BTreeMap::new();
    let mut firsts: BTreeMap<&str, Date> = BTreeMap::new();
    for record in &story.documents {
        let Some(date) = record.date else { continue };
        // Records are in order of time, so the first of an outlet comes first.
        let begun = *firsts.entry(&record.outlet).or_insert(date);
        outlets.entry((begun, &record.outlet)).or_default().push((date, record.copy_of.is_some()));
    }

    let shown = outlets.len().min(MOST_OUTLETS);
    let height = (LINE * (shown + 1)).to_string();
    let view = format!("0 0 {WIDTH} {height}");
    page.fixed("<p class=\"legend\"><span class=\"key keep\"></span>told <span class=\"key copy\"></span>copied</p>")?;
    page.open("svg", &[("viewBox", &view), ("role", "img"), ("aria-label", "Time line"), ("class", "chart")])?;
    for (place, ((_, outlet), records)) in outlets.iter().take(MOST_OUTLETS).enumerate() {
        let middle = LINE * place + LINE / 2;
        let (y, left, right) = (middle.to_string(), LEFT.to_string(), WIDTH.to_string());
        page.element("line", &[("class", "grid"), ("x1", &left), ("x2", &right), ("y1", &y), ("y2", &y)], "")?;
        let name = if outlet.is_empty() { "no outlet" } else { outlet };
        let below = (middle + MARK / 2).to_string();
        page.element("text", &[("x", &(LEFT - 8).to_string()), ("y", &below), ("class", "end")], &short(name))?;

        for (date, is_copy) in records {
            let share = (date.seconds() - first.seconds()) as f64 / spread as f64;
            let x = format!("{:.1}", LEFT as f64 + share * (WIDTH - LEFT - MARK) as f64);
            let class = if *is_copy { "copy" } else { "keep" };
            let (y, side) = ((middle - MARK / 2).to_string(), MARK.to_string());
            page.element("rect", &[("class", class), ("x", &x), ("y", &y), ("width", &side), ("height", &side)], "")?;
        }
    }
    page.close("svg")?;
    match outlets.len() - shown {
        0 => Ok(()),
        more => page.element("p", &[], &format!("{} more outlets are not drawn.", grouped(more as u64))),
    }
}

/// A name that fits beside the time line.
fn short(name: &str) -> String {
    const MOST: usize = 22;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn records(story: &StoryRow, page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Date</th><th scope=\"col\">Outlet</th><th scope=\"col\">Record</th><th scope=\"col\">Joined by</th><th scope=\"col\">Words</th></tr></thead><tbody>")?;
    for record in story.documents.iter().take(MOST_RECORDS) {
        row(record, page)?;
    }
    page.fixed("</tbody></table></div>")?;
    match story.documents.len().saturating_sub(MOST_RECORDS) {
        0 => Ok(()),
        more => page.element("p", &[], &format!("{} more records are not listed.", grouped(more as u64))),
    }
}

fn row(record: &StoryMemberRow, page: &mut Markup<'_>) -> io::Result<()> {
    page.open("tr", &[])?;
    page.element("td", &[], &record.date.map_or_else(String::new, |date| date.to_string()))?;
    for text in [&record.outlet, record.title.as_ref().unwrap_or(&record.preview)] {
        page.open("td", &[])?;
        page.original(text)?;
        page.close("td")?;
    }
    let how = match (&record.copy_of, record.story_score) {
        (Some(_), _) => "copy".to_owned(),
        (None, Some(score)) => format!("{score:.2}"),
        (None, None) => "leader".to_owned(),
    };
    page.element("td", &[], &how)?;
    page.open("td", &[])?;
    page.original(&record.story_terms.join(" "))?;
    page.close("td")?;
    page.close("tr")
}
