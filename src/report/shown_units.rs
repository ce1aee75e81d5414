//! Units as reports show them: ids, previews, sources and dates, read from the corpus on demand.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;

use foldhash::HashMap;

use super::story_titles::{StoryTitles, TitleRow};
use super::text;
use crate::document::{Date, DocId, Unit, UnitId, UnitKind, Units};
use crate::error::Error;
use crate::input::{Corpus, Reject, RepeatedIds};
use crate::page::{Cutter, SourceResolver, UnitLevel};
use crate::pipeline::{Clustering, PageCutter};

/// The units of a run with their shown ids and original text. One for each thread.
pub(super) struct ShownUnits<'a> {
    corpus: &'a Corpus,
    units: &'a Units,
    names: &'a RepeatedIds,
    /// Publication date of each record; empty if the run read no dates.
    dates: &'a [Option<Date>],
    /// Finds the source of a record; `None` if nothing names sources.
    sources: Option<&'a SourceResolver>,
    /// Recently shown ids: those of keepers and of neighbouring pairs are needed repeatedly.
    recent_ids: RefCell<HashMap<DocId, Rc<str>>>,
    /// Cuts pages as the run did.
    page_cutter: PageCutter,
    last_cut: RefCell<CutRecord>,
}

/// The record that was cut last, with the page fields of its stories.
#[derive(Default)]
struct CutRecord {
    document: Option<DocId>,
    cutter: Cutter,
    units: Vec<Unit>,
    titles: StoryTitles,
}

/// Largest number of remembered ids.
const RECENT_IDS: usize = 1 << 12;

impl<'a> ShownUnits<'a> {
    /// Units without dates and sources.
    pub(super) fn new(corpus: &'a Corpus, units: &'a Units, names: &'a RepeatedIds) -> Self {
        Self {
            corpus,
            units,
            names,
            dates: &[],
            sources: None,
            recent_ids: RefCell::default(),
            page_cutter: PageCutter::default(),
            last_cut: RefCell::default(),
        }
    }

    /// The units of a run, with dates and sources.
    pub(super) fn of(corpus: &'a Corpus, found: &'a Clustering) -> Self {
        let sources = Some(&found.sources).filter(|sources| sources.are_named());
        let page_cutter = found.returning.clone();
        Self { dates: &found.dates, sources, page_cutter, ..Self::new(corpus, &found.units, &found.names) }
    }

    /// The units of any run, whose pages `page_cutter` cuts.
    pub(super) fn of_run(
        corpus: &'a Corpus,
        units: &'a Units,
        names: &'a RepeatedIds,
        page_cutter: &PageCutter,
    ) -> Self {
        Self { page_cutter: page_cutter.clone(), ..Self::new(corpus, units, names) }
    }

    /// The shown id of a unit.
    ///
    /// # Errors
    ///
    /// Its record cannot be read again.
    pub(super) fn id(&self, unit: UnitId) -> io::Result<String> {
        Ok(self.units.shown_id(unit, &self.document_id(unit)?))
    }

    /// The shown id of the document that contains a unit.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(super) fn document_id(&self, unit: UnitId) -> io::Result<Rc<str>> {
        self.name(self.units.document(unit))
    }

    /// The shown id of a document.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(super) fn name(&self, document: DocId) -> io::Result<Rc<str>> {
        if let Some(name) = self.recent_ids.borrow().get(&document) {
            return Ok(Rc::clone(name));
        }

        let id = self.corpus.id_of(document).map_err(reread_error)?;
        Ok(self.remember(document, &id))
    }

    fn remember(&self, document: DocId, id: &str) -> Rc<str> {
        let name: Rc<str> = self.names.shown(document, id).into();
        // All are forgotten at once: rare, and cheaper than an order of use.
        let mut recent_ids = self.recent_ids.borrow_mut();
        if recent_ids.len() >= RECENT_IDS {
            recent_ids.clear();
        }
        recent_ids.insert(document, Rc::clone(&name));
        name
    }

    /// The first characters of a unit's original text.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(super) fn preview(&self, unit: UnitId) -> io::Result<String> {
        let document = self.units.document(unit);
        let record = self.corpus.read(document).map_err(reread_error)?;
        self.remember(document, &record.id);
        Ok(text::preview(self.units.span(unit).of(&record.text)))
    }

    /// The preview of a unit and, for a story, its page fields. Cuts the record again for the fields.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(super) fn preview_and_fields(&self, unit: UnitId) -> io::Result<(String, TitleRow)> {
        let document = self.units.document(unit);
        let record = self.corpus.read(document).map_err(reread_error)?;
        self.remember(document, &record.id);
        let preview = text::preview(self.units.span(unit).of(&record.text));

        let Some(number) = self.units.number(unit).filter(|_| self.kind(unit) == UnitKind::Story) else {
            return Ok((preview, TitleRow::default()));
        };

        // Members of one page follow each other: cut it once for all of them.
        let CutRecord { document: last, cutter, units, titles } = &mut *self.last_cut.borrow_mut();
        if last.replace(document) != Some(document) {
            self.page_cutter.cut(cutter, self.corpus, (document, &record), UnitLevel::Story, units);
            *titles = StoryTitles::of(cutter, &record, UnitLevel::Story, units);
        }
        Ok((preview, titles.row(number)))
    }

    /// The kind of a unit.
    pub(super) fn kind(&self, unit: UnitId) -> UnitKind {
        self.units.kind(unit)
    }

    /// The distinct sources of some units, ascending; empty if nothing names sources. Reads their records again.
    ///
    /// # Errors
    ///
    /// As [`id`](Self::id).
    pub(super) fn sources(&self, units: impl Iterator<Item = UnitId>) -> io::Result<BTreeSet<String>> {
        let Some(sources) = self.sources else { return Ok(BTreeSet::new()) };

        let mut distinct = BTreeSet::new();
        for unit in units {
            let record = self.corpus.read(self.units.document(unit)).map_err(reread_error)?;
            distinct.insert(sources.of(&record).into_owned());
        }

        // Records without a source.
        distinct.remove("");
        Ok(distinct)
    }

    /// Publication date of the record that contains a unit.
    pub(super) fn date(&self, unit: UnitId) -> Option<Date> {
        self.dates.get(self.units.document(unit).index()).copied().flatten()
    }

    /// File and line, or other position, of the record that contains a unit.
    pub(super) fn place(&self, unit: UnitId) -> String {
        self.corpus.source(self.units.document(unit)).to_string()
    }

    /// The [`place`](Self::place) of a unit of a reference; `None` for a unit of the input.
    pub(super) fn reference(&self, unit: UnitId) -> Option<String> {
        (self.units.document(unit).index() < self.corpus.references()).then(|| self.place(unit))
    }
}

/// The error for a record that was read before and cannot be read again.
pub(super) fn reread_error(reject: Reject) -> io::Error {
    io::Error::other(Error::from(reject))
}
