//! Results to bytes: clusters, pairs, units and comparisons as text, JSON, JSON Lines or TSV; the cleaned corpus.
//!
//! Order and field names are a contract; fields may be added. Numbers have six decimals in TSV and the shortest form
//! that reads back as the same `f64` in JSON. JSON holds raw text, escaped as JSON demands; the text format is for a
//! person's terminal: control and bidi characters in it are escaped, and right-to-left pieces are isolated on request
//! ([`text`]). Folded text appears nowhere; every snippet is original.
//!
//! Files appear whole or not at all ([`output`]).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::rc::Rc;
use std::str::FromStr;

use ahash::AHashMap;

use serde::Serialize;

use crate::document::{Date, DocId, Unit, UnitId, UnitKind, Units};
use crate::error::{Error, Result};
use crate::input::{Corpus, RepeatedIds};
use crate::page::{Cutter, SourceResolver, UnitLevel};
use crate::pipeline::{Clustering, PageCutter};
use crate::similarity::Relation;
use titles::{StoryTitles, TitleRow};

mod boilerplate;
mod clean;
mod clusters;
mod compare;
mod cut;
mod cut_score;
pub mod output;
mod pairs;
mod passages;
mod score;
pub mod text;
mod titles;

pub use boilerplate::boilerplate;
pub use clean::{CleanDestination, Cleaning, MarkPlan, write_rejected};
pub use clusters::clusters;
pub use compare::{NamedText, comparison};
pub use cut::cut;
pub use cut_score::pages_evaluation;
pub use pairs::{ExactGroups, pairs};
pub use passages::passages;
pub use score::evaluation;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportFormat {
    /// For reading.
    #[default]
    Text,
    /// One JSON value.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Tab-separated, with a header.
    Tsv,
}

impl ReportFormat {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Text, Self::Json, Self::Jsonl, Self::Tsv];

    /// The name, in options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Tsv => "tsv",
        }
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ReportFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let format = Self::ALL.into_iter().find(|format| format.name() == name);
        format.ok_or_else(|| Error::parameter("format", name, "text, json, jsonl or tsv"))
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportStyle {
    /// The format.
    pub format: ReportFormat,
    /// Text format: wrap ids and snippets in direction isolates, for a terminal that understands them.
    pub isolate: bool,
    /// Text format: colour.
    pub color: bool,
}

/// The units of a run, their shown ids and their original text, read from the corpus as they are asked for.
pub(crate) struct ShownUnits<'a> {
    corpus: &'a Corpus,
    units: &'a Units,
    names: &'a RepeatedIds,
    /// When each record was published; empty if nobody asked.
    dates: &'a [Option<Date>],
    /// What names the sources of records, if that matters.
    sources: Option<&'a SourceResolver>,
    /// Ids met lately: those of a cluster's keeper and of neighbouring pairs are asked for again and again.
    met: RefCell<AHashMap<DocId, Rc<str>>>,
    /// How the run cut pages.
    returning: PageCutter,
    /// Cuts records again for the fields of their stories.
    cut: RefCell<CutRecord>,
}

/// The record that was cut last.
#[derive(Default)]
struct CutRecord {
    document: Option<DocId>,
    cutter: Cutter,
    units: Vec<Unit>,
    titles: StoryTitles,
}

/// So many ids are remembered at most.
const REMEMBERED: usize = 1 << 12;

impl<'a> ShownUnits<'a> {
    pub(crate) fn new(corpus: &'a Corpus, units: &'a Units, names: &'a RepeatedIds) -> Self {
        Self {
            corpus,
            units,
            names,
            dates: &[],
            sources: None,
            met: RefCell::default(),
            returning: PageCutter::default(),
            cut: RefCell::default(),
        }
    }

    /// The id shown for a unit.
    ///
    /// # Errors
    ///
    /// Its record cannot be read again.
    pub(crate) fn id(&self, unit: UnitId) -> io::Result<String> {
        Ok(self.units.shown_id(unit, &self.document_id(unit)?))
    }

    /// The id shown for the document that a unit belongs to.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(crate) fn document_id(&self, unit: UnitId) -> io::Result<Rc<str>> {
        self.name(self.units.document(unit))
    }

    /// The id shown for a document.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(crate) fn name(&self, document: DocId) -> io::Result<Rc<str>> {
        if let Some(name) = self.met.borrow().get(&document) {
            return Ok(Rc::clone(name));
        }
        let record = self.corpus.read(document).map_err(lost)?;
        Ok(self.remember(document, &record.id))
    }

    fn remember(&self, document: DocId, id: &str) -> Rc<str> {
        let name: Rc<str> = self.names.shown(document, id).into();
        let mut met = self.met.borrow_mut();
        if met.len() >= REMEMBERED {
            met.clear();
        }
        met.insert(document, Rc::clone(&name));
        name
    }

    /// The first characters of a unit's original text.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(crate) fn preview(&self, unit: UnitId) -> io::Result<String> {
        let document = self.units.document(unit);
        let record = self.corpus.read(document).map_err(lost)?;
        self.remember(document, &record.id);
        Ok(text::preview(self.units.span(unit).of(&record.text)))
    }

    /// The first characters of a unit's original text, and what its page says about it if it is a story: its record is cut again
    /// for that.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    fn told(&self, unit: UnitId) -> io::Result<(String, TitleRow)> {
        let document = self.units.document(unit);
        let record = self.corpus.read(document).map_err(lost)?;
        self.remember(document, &record.id);
        let preview = text::preview(self.units.span(unit).of(&record.text));
        let Some(number) = self.units.number(unit).filter(|_| self.kind(unit) == UnitKind::Story) else {
            return Ok((preview, TitleRow::default()));
        };
        let CutRecord { document: last, cutter, units, titles } = &mut *self.cut.borrow_mut();
        if last.replace(document) != Some(document) {
            self.returning.cut(cutter, self.corpus, (document, &record), UnitLevel::Story, units);
            *titles = StoryTitles::of(cutter, &record, UnitLevel::Story, units);
        }
        Ok((preview, titles.row(number)))
    }

    /// What a unit is.
    pub(crate) fn kind(&self, unit: UnitId) -> UnitKind {
        self.units.kind(unit)
    }

    /// Where a unit's record stands.
    /// The units of a run, with dates and sources.
    pub(crate) fn of(corpus: &'a Corpus, found: &'a Clustering) -> Self {
        let sources = Some(&found.sources).filter(|sources| sources.are_named());
        let returning = found.returning.clone();
        Self { dates: &found.dates, sources, returning, ..Self::new(corpus, &found.units, &found.names) }
    }

    /// The distinct sources of some units, ascending; none if nothing names them. Reads their records again.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(crate) fn sources(&self, units: impl Iterator<Item = UnitId>) -> io::Result<BTreeSet<String>> {
        let Some(sources) = self.sources else { return Ok(BTreeSet::new()) };
        let of = |unit: UnitId| {
            let record = self.corpus.read(self.units.document(unit)).map_err(lost)?;
            Ok(sources.of(&record).into_owned())
        };
        let mut distinct = units.map(of).collect::<io::Result<BTreeSet<String>>>()?;
        distinct.remove("");
        Ok(distinct)
    }

    /// When the record of a unit was published.
    pub(crate) fn date(&self, unit: UnitId) -> Option<Date> {
        self.dates.get(self.units.document(unit).index()).copied().flatten()
    }

    pub(crate) fn source(&self, unit: UnitId) -> String {
        self.corpus.source(self.units.document(unit)).to_string()
    }

    /// Where a unit stands, if that is a reference.
    pub(crate) fn reference(&self, unit: UnitId) -> Option<String> {
        (self.units.document(unit).index() < self.corpus.references()).then(|| self.source(unit))
    }
}

/// A record that was read before and cannot be read again.
fn lost(reject: crate::input::Reject) -> io::Error {
    io::Error::other(Error::from(reject))
}

/// Writes `rows` as one JSON array (a row a line) or as JSON Lines.
fn write_json<T: Serialize>(
    out: &mut dyn Write,
    array: bool,
    rows: impl Iterator<Item = io::Result<T>>,
) -> io::Result<()> {
    if !array {
        for row in rows {
            serde_json::to_writer(&mut *out, &row?)?;
            out.write_all(b"\n")?;
        }
        return Ok(());
    }
    let mut before: &[u8] = b"[\n";
    for row in rows {
        out.write_all(before)?;
        serde_json::to_writer(&mut *out, &row?)?;
        before = b",\n";
    }
    out.write_all(if before == b",\n" { b"\n]\n" } else { b"[]\n" })
}
/// A relation as text shows it, with its reason.
fn named(relation: Relation) -> String {
    relation.reason().map_or_else(|| relation.name().to_owned(), |reason| format!("{relation} ({reason})"))
}
