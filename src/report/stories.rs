//! Stories, with their documents and copies; and where each record is.

use std::io::{self, Write};

use serde::Serialize;

use super::json_rows::write_json;
use super::row_batches::write_rows;
use super::shown_units::{ShownUnits, reread_error};
use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use super::text::{preview, sanitize};
use crate::document::{Date, DocId};
use crate::input::{Corpus, FieldValue, Record};
use crate::page::SourceResolver;
use crate::pipeline::{Options, Stories};
use crate::story::{Story, StoryPlace};

/// A story, as a row of JSON.
#[derive(Serialize)]
pub(super) struct StoryRow {
    pub(super) story: String,
    pub(super) size: usize,
    pub(super) copies: usize,
    pub(super) outlets: Vec<String>,
    pub(super) first_seen: Option<Date>,
    pub(super) last_seen: Option<Date>,
    /// Seconds.
    pub(super) spread: Option<i64>,
    pub(super) recurring_form: bool,
    pub(super) terms: Vec<String>,
    pub(super) documents: Vec<StoryMemberRow>,
}

/// A record of a story.
#[derive(Serialize)]
pub(super) struct StoryMemberRow {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) copy_of: Option<String>,
    pub(super) outlet: String,
    pub(super) date: Option<Date>,
    pub(super) story_score: Option<f64>,
    pub(super) story_terms: Vec<String>,
    pub(super) recurring_form: bool,
    pub(super) recurrence: f64,
    pub(super) title: Option<String>,
    pub(super) source: String,
    pub(super) preview: String,
}

/// Reads what rows show of records. One for each thread.
pub(super) struct StoryRows<'a> {
    found: &'a Stories,
    corpus: &'a Corpus,
    shown: ShownUnits<'a>,
    sources: SourceResolver,
    titles: Vec<usize>,
}

/// What a record says of itself.
struct RecordFace {
    outlet: String,
    title: Option<String>,
    preview: String,
}

impl<'a> StoryRows<'a> {
    pub(super) fn new(found: &'a Stories, corpus: &'a Corpus, options: &Options) -> Self {
        let place = |name: &String| corpus.options().fields.iter().position(|field| field == name);
        Self {
            found,
            corpus,
            shown: ShownUnits::new(corpus, &found.found.units, &found.found.names),
            sources: SourceResolver::new(corpus.options(), options.source_field.as_deref()),
            titles: options.title_fields().iter().filter_map(place).collect(),
        }
    }

    /// The row of a story. Its records are in order of date, those without one last, then in input order.
    pub(super) fn row(&self, story: &Story) -> io::Result<StoryRow> {
        let mut documents = Vec::with_capacity(story.records());
        for told in &story.documents {
            let row = StoryMemberRow {
                story_score: told.score,
                story_terms: told.terms.clone(),
                recurring_form: told.is_form(),
                recurrence: told.recurrence,
                ..self.member(told.document)?
            };
            documents.push((told.document, row));
        }
        for copy in &story.copies {
            let copy_of = Some(self.shown.name(copy.keeper)?.to_string());
            documents.push((copy.document, StoryMemberRow { copy_of, ..self.member(copy.document)? }));
        }
        documents.sort_by_key(|(document, row)| (row.date.is_none(), row.date, *document));

        Ok(StoryRow {
            story: self.shown.name(story.leader)?.to_string(),
            size: story.documents.len(),
            copies: story.copies.len(),
            outlets: story.outlets.clone(),
            first_seen: story.first_seen,
            last_seen: story.last_seen,
            spread: story.spread(),
            recurring_form: story.recurring_form,
            terms: story.terms.clone(),
            documents: documents.into_iter().map(|(_, row)| row).collect(),
        })
    }

    /// The row of a record, without what its story says of it.
    fn member(&self, document: DocId) -> io::Result<StoryMemberRow> {
        let RecordFace { outlet, title, preview } = self.face(document)?;
        Ok(StoryMemberRow {
            id: self.shown.name(document)?.to_string(),
            copy_of: None,
            outlet,
            date: self.date(document),
            story_score: None,
            story_terms: Vec::new(),
            recurring_form: false,
            recurrence: 0.0,
            title,
            source: self.corpus.source(document).to_string(),
            preview,
        })
    }

    fn face(&self, document: DocId) -> io::Result<RecordFace> {
        let record = self.corpus.read(document).map_err(reread_error)?;
        Ok(RecordFace {
            outlet: self.sources.in_corpus(self.corpus, document, &record).into_owned(),
            title: self.title(&record),
            preview: preview(&record.text),
        })
    }

    fn title(&self, record: &Record<'_>) -> Option<String> {
        let text = |place: &usize| match record.fields.get(*place)?.as_ref()? {
            FieldValue::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            FieldValue::Number(_) => None,
        };
        self.titles.iter().find_map(text).map(preview)
    }

    fn date(&self, document: DocId) -> Option<Date> {
        self.found.found.dates.get(document.index()).copied().flatten()
    }
}

/// Writes the stories of a run over `corpus`: a story a row; in tables a record a row. `options` are those of the run. Reads their
/// records again, on all threads of the run.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn stories(
    found: &Stories,
    corpus: &Corpus,
    options: &Options,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let format = style.format;
    if matches!(format, ReportFormat::Tsv | ReportFormat::Csv) {
        write_row(format, &HEADER, out)?;
    }
    let write = |rows: &StoryRows<'_>, story: &Story, out: &mut Vec<u8>| {
        let row = rows.row(story)?;
        match format {
            ReportFormat::Json => write_json(out, &row),
            ReportFormat::Jsonl => {
                write_json(&mut *out, &row)?;
                out.write_all(b"\n")
            }
            ReportFormat::Tsv | ReportFormat::Csv => table(&row, format, out),
            ReportFormat::Text => text(&row, style, out),
        }
    };
    let rows = || StoryRows::new(found, corpus, options);
    write_rows(found.found.threads, &found.told.stories, format, rows, write, out)
}

const HEADER: [&str; 17] = [
    "story",
    "size",
    "copies",
    "outlets",
    "first_seen",
    "last_seen",
    "spread",
    "id",
    "copy_of",
    "outlet",
    "date",
    "story_score",
    "story_terms",
    "recurring_form",
    "title",
    "source",
    "preview",
];

fn table(row: &StoryRow, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    let shown = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    // In CSV nothing but quotes is escaped, so texts are made safe first; TSV escapes them itself.
    let safe = |text: &str| if format == ReportFormat::Csv { sanitize(text).into_owned() } else { text.to_owned() };
    let (size, copies, outlets) = (row.size.to_string(), row.copies.to_string(), row.outlets.len().to_string());
    let (first, last) = (shown(row.first_seen), shown(row.last_seen));
    let spread = row.spread.map_or_else(String::new, |spread| spread.to_string());

    for member in &row.documents {
        let story_score = member.story_score.map_or_else(String::new, score);
        let title = member.title.as_deref().map_or_else(String::new, safe);
        #[rustfmt::skip]
        write_row(format, &[
            &row.story, &size, &copies, &outlets, &first, &last, &spread,
            &member.id, member.copy_of.as_deref().unwrap_or(""), &safe(&member.outlet), &shown(member.date), &story_score,
            &safe(&member.story_terms.join(" ")), if member.recurring_form { "true" } else { "false" }, &title,
            &member.source, &safe(&member.preview),
        ], out)?;
    }
    Ok(())
}

fn text(row: &StoryRow, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let form = if row.recurring_form { "  a form that returns" } else { "" };
    let copies = match row.copies {
        0 => String::new(),
        1 => ", 1 copy".to_owned(),
        more => format!(", {more} copies"),
    };
    let documents = if row.size == 1 { "document" } else { "documents" };
    let outlets = match row.outlets.len() {
        0 => String::new(),
        1 => "  1 outlet".to_owned(),
        more => format!("  {more} outlets"),
    };
    let span = match (row.first_seen, row.last_seen) {
        (Some(first), Some(last)) if first < last => format!("  {first} to {last}"),
        (Some(first), _) => format!("  {first}"),
        _ => String::new(),
    };
    let name = style.bold(&style.original(&row.story));
    writeln!(out, "{name}  {} {documents}{copies}{outlets}{span}{form}", row.size)?;
    writeln!(out, "  {}", style.original(&row.terms.join(" ")))?;

    for member in &row.documents {
        let how = match (&member.copy_of, member.story_score) {
            (Some(_), _) => "copy".to_owned(),
            (None, Some(score)) => format!("{score:.2}"),
            (None, None) => "leader".to_owned(),
        };
        let date = member.date.map_or_else(String::new, |date| format!("{date}  "));
        let terms = match member.story_terms.is_empty() || member.story_score.is_none() {
            true => String::new(),
            false => format!("  {}", style.dim(&style.original(&member.story_terms.join(" ")))),
        };
        let title = member.title.as_deref().unwrap_or(&member.preview);
        let outlet = style.original(&member.outlet);
        writeln!(out, "  {how:6}  {date}{}  {outlet}{terms}", style.original(&member.id))?;
        writeln!(out, "      {}", style.snippet(title))?;
    }
    writeln!(out)
}

/// A record and where it is.
#[derive(Serialize)]
struct PlaceRow {
    id: String,
    place: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_of: Option<String>,
    story: Option<String>,
    story_score: Option<f64>,
    story_terms: Vec<String>,
    recurring_form: bool,
    recurrence: f64,
}

const PLACE_HEADER: [&str; 8] =
    ["id", "place", "copy_of", "story", "story_score", "story_terms", "recurring_form", "recurrence"];

/// Writes where each record of `corpus` is, in input order, in `format` (text means JSON Lines). A record that cannot be read is named
/// by its place in the input. Reads all records again, on all threads of the run.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn story_places(found: &Stories, corpus: &Corpus, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    let is_table = matches!(format, ReportFormat::Tsv | ReportFormat::Csv);
    if is_table {
        write_row(format, &PLACE_HEADER, out)?;
    }

    let ranks = found.told.ranks();
    let write = |shown: &ShownUnits<'_>, document: &DocId, out: &mut Vec<u8>| {
        let (rank, place) = (ranks[document.index()], found.told.places[document.index()]);
        let row = place_row(found, corpus, shown, (*document, rank), place)?;
        match format {
            _ if is_table => place_line(row, format, out),
            ReportFormat::Json => write_json(out, &row),
            _ => {
                write_json(&mut *out, &row)?;
                out.write_all(b"\n")
            }
        }
    };
    let shown = || ShownUnits::new(corpus, &found.found.units, &found.found.names);
    let documents: Vec<DocId> = corpus.ids().collect();
    write_rows(found.found.threads, &documents, format, shown, write, out)
}

/// Writes a row as a line of a table.
fn place_line(row: PlaceRow, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    let story_score = row.story_score.map_or_else(String::new, score);
    let terms = row.story_terms.join(" ");
    let terms = if format == ReportFormat::Csv { sanitize(&terms) } else { (&*terms).into() };
    let (copy_of, story) = (row.copy_of.unwrap_or_default(), row.story.unwrap_or_default());
    let form = if row.recurring_form { "true" } else { "false" };
    let cells = [&*row.id, row.place, &copy_of, &story, &story_score, &terms, form, &score(row.recurrence)];
    write_row(format, &cells, out)
}

fn place_row(
    found: &Stories,
    corpus: &Corpus,
    shown: &ShownUnits<'_>,
    (document, rank): (DocId, u32),
    place: StoryPlace,
) -> io::Result<PlaceRow> {
    let name = |document: DocId| shown.name(document).map(|name| name.to_string());
    let id = match place {
        StoryPlace::Rejected => corpus.source(document).to_string(),
        _ => name(document)?,
    };
    let mut row = PlaceRow {
        place: place.name(),
        copy_of: None,
        story: None,
        story_score: None,
        story_terms: Vec::new(),
        recurring_form: false,
        recurrence: 0.0,
        id,
    };

    match place {
        StoryPlace::Rejected | StoryPlace::Undated | StoryPlace::Short => {}
        StoryPlace::Alone { recurrence } => {
            (row.story, row.recurrence, row.recurring_form) = (Some(row.id.clone()), recurrence, place.is_form());
        }
        StoryPlace::Copy(keeper) => {
            row.copy_of = Some(name(keeper)?);
            // A copy is in the story of its keeper, if that is in one.
            if let Some(StoryPlace::Told(story)) = found.told.places.get(keeper.index()) {
                row.story = found.told.stories.get(*story).map(|story| name(story.leader)).transpose()?;
            }
        }
        StoryPlace::Told(story) => {
            let Some(story) = found.told.stories.get(story) else { return Ok(row) };
            row.story = Some(name(story.leader)?);
            if let Some(told) = story.documents.get(rank as usize) {
                (row.story_score, row.recurrence) = (told.score, told.recurrence);
                row.story_terms.clone_from(&told.terms);
                row.recurring_form = told.is_form();
            }
        }
    }
    Ok(row)
}
