//! `mukarrar compare`.

use std::path::PathBuf;

use super::args::CompareArgs;
use super::console::Console;
use super::{Exit, job};
use crate::document::{DocId, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Corpus, Record, Reject};
use crate::page::{Cutter, Sources, Text, UnitLevel};
use crate::pipeline::{self, Pipeline, Returning};
use crate::report::output::Outputs;
use crate::report::{self, Named};

pub(super) fn run(arguments: &CompareArgs, console: &Console) -> Result<Exit> {
    let mut options = job::folding(&arguments.folding);
    options.boilerplate = arguments.boilerplate.boilerplate;
    options.rules = job::rules(&arguments.boilerplate)?;
    options.shingle = arguments.shingle.shingle;
    options.threshold = arguments.threshold;
    let pipeline = Pipeline::new(options)?;
    let corpus = open(arguments)?;
    let (a, b) = texts(arguments, &corpus)?;
    let found = pipeline::compare(a.as_text(), b.as_text(), pipeline.options());
    let (a, b) = (Named { id: &arguments.a, text: &a.text }, Named { id: &arguments.b, text: &b.text });
    let mut outputs = Outputs::new();
    job::results(&arguments.output, &mut outputs, console, |style, out| report::comparison(&found, a, b, style, out))?;
    outputs.commit()?;
    Ok(Exit::Done)
}

/// One of the texts, and what it is.
struct Found {
    text: String,
    kind: Kind,
    source: String,
}

impl Found {
    fn document(record: Record<'_>, sources: &Sources) -> Self {
        let source = sources.of(&record).into_owned();
        Self { text: record.text.into_owned(), kind: Kind::Document, source }
    }

    fn as_text(&self) -> Text<'_> {
        Text::new(&self.text).kind(self.kind).source(Some(&self.source))
    }
}

fn open(arguments: &CompareArgs) -> Result<Corpus> {
    // Without --in the texts are whole documents.
    let unit = if arguments.within.is_empty() { UnitLevel::Document } else { arguments.unit };
    if arguments.within.is_empty() {
        let files: Vec<PathBuf> = vec![arguments.a.clone().into(), arguments.b.clone().into()];
        return job::open_with(&files, &arguments.reading, unit, &arguments.boilerplate);
    }
    job::open_with(&arguments.within, &arguments.reading, unit, &arguments.boilerplate)
}

fn texts(arguments: &CompareArgs, corpus: &Corpus) -> Result<(Found, Found)> {
    let sources = Sources::new(corpus.options(), arguments.boilerplate.source.source_field.as_deref());
    if !arguments.within.is_empty() {
        let field = arguments.boilerplate.source.source_field.as_deref();
        let known = Returning::learn(corpus, arguments.unit, field)?;
        let find = |id: &str| find(corpus, &sources, &known, id, arguments.unit);
        return Ok((find(&arguments.a)?, find(&arguments.b)?));
    }
    let mut texts = Vec::new();
    for (name, path) in [("A", &arguments.a), ("B", &arguments.b)] {
        let mut records = corpus.ids().filter(|id| corpus.source(*id).path.as_os_str() == path.as_str());
        match (records.next(), records.next()) {
            (Some(id), None) => texts.push(Found::document(corpus.read(id).map_err(unreadable)?, &sources)),
            // The same path twice stands twice in the input.
            (Some(id), Some(_)) if arguments.a == arguments.b && corpus.len() == 2 => {
                texts.push(Found::document(corpus.read(id).map_err(unreadable)?, &sources));
            }
            _ => return Err(Error::parameter(name, path, "a file of one text; name records with --in INPUT")),
        }
    }
    match (texts.pop(), texts.pop()) {
        (Some(b), Some(a)) => Ok((a, b)),
        _ => Err(Error::parameter("A", &arguments.a, "two texts")),
    }
}

/// The text of the record shown as `id`, or of a unit of it.
fn find(corpus: &Corpus, sources: &Sources, known: &Returning, id: &str, level: UnitLevel) -> Result<Found> {
    let names = corpus.names()?;
    let record_of = |wanted: &str| {
        corpus.ids().find_map(|document: DocId| {
            let record = corpus.read(document).ok()?;
            (names.shown(document, &record.id) == wanted).then_some((document, record))
        })
    };
    if let Some((_, record)) = record_of(id) {
        return Ok(Found::document(record, sources));
    }
    let unit = id.rsplit_once('#').and_then(|(document, number)| {
        let ((document, page), number) = (record_of(document)?, number.parse::<usize>().ok()?);
        let mut units = Vec::new();
        known.cut(&mut Cutter::new(), corpus, (document, &page), level, &mut units);
        let unit = units.get(number)?;
        let source = sources.of(&page).into_owned();
        Some(Found { text: unit.span.of(&page.text).to_owned(), kind: unit.kind, source })
    });
    unit.ok_or_else(|| Error::parameter("id", id, "the id of a readable record in the input, or ID#N of a unit of one"))
}

fn unreadable(reject: Reject) -> Error {
    let path = reject.source.path.to_path_buf();
    ErrorKind::Unreadable { path, what: "rejected".to_owned(), remedy: reject.reason.to_string() }.into()
}
