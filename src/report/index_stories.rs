//! The stories of an index.

use std::io::{self, Write};

use super::json_rows::{write_json_array, write_json_lines};
use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use super::text::sanitize;
use crate::index::IndexStory;

const HEADER: [&str; 13] = [
    "story",
    "size",
    "copies",
    "outlets",
    "first_seen",
    "last_seen",
    "spread",
    "id",
    "outlet",
    "date",
    "story_score",
    "story_terms",
    "recurring_form",
];

/// Writes the stories of an index: a story a row; in tables a text a row.
///
/// # Errors
///
/// The writer fails.
pub fn index_stories(stories: &[IndexStory], style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    match style.format {
        ReportFormat::Json => write_json_array(out, stories.iter().map(Ok)),
        ReportFormat::Jsonl => write_json_lines(out, stories.iter().map(Ok)),
        ReportFormat::Tsv | ReportFormat::Csv => {
            write_row(style.format, &HEADER, out)?;
            stories.iter().try_for_each(|story| table(story, style.format, out))
        }
        ReportFormat::Text => stories.iter().try_for_each(|story| text(story, style, out)),
    }
}

fn table(story: &IndexStory, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    // In CSV nothing but quotes is escaped, so texts are made safe first; TSV escapes them itself.
    let safe = |text: &str| if format == ReportFormat::Csv { sanitize(text).into_owned() } else { text.to_owned() };
    let (size, outlets, spread) = (story.size.to_string(), story.outlets.len().to_string(), story.spread.to_string());
    let (first, last, copies) = (story.first_seen.to_string(), story.last_seen.to_string(), story.copies.to_string());

    for member in &story.documents {
        let story_score = member.story_score.map_or_else(String::new, score);
        let form = if member.recurring_form { "true" } else { "false" };
        #[rustfmt::skip]
        write_row(format, &[
            &safe(&story.story), &size, &copies, &outlets, &first, &last, &spread, &safe(&member.id), &safe(&member.outlet),
            &member.date.to_string(), &story_score, &safe(&member.story_terms.join(" ")), form,
        ], out)?;
    }
    Ok(())
}

fn text(story: &IndexStory, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let form = if story.recurring_form { "  a form that returns" } else { "" };
    let outlets = match story.outlets.len() {
        0 => String::new(),
        1 => "  1 outlet".to_owned(),
        more => format!("  {more} outlets"),
    };
    let copies = match story.copies {
        0 => String::new(),
        1 => ", 1 copy".to_owned(),
        more => format!(", {more} copies"),
    };
    let name = style.bold(&style.original(&story.story));
    let (size, first, last) = (story.size, story.first_seen, story.last_seen);
    writeln!(out, "{name}  {size} documents{copies}{outlets}  {first} to {last}{form}")?;
    writeln!(out, "  {}", style.original(&story.terms.join(" ")))?;

    for member in &story.documents {
        let how = member.story_score.map_or_else(|| "leader".to_owned(), |score| format!("{score:.2}"));
        let (id, outlet) = (style.original(&member.id), style.original(&member.outlet));
        let terms = style.dim(&style.original(&member.story_terms.join(" ")));
        writeln!(out, "  {how:6}  {}  {id}  {outlet}  {terms}", member.date)?;
    }
    writeln!(out)
}
