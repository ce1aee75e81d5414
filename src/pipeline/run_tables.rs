//! The tables that the first pass leaves: a few numbers for each record, unit and row.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kept_spans::KeptSpans;
use super::memory_plan::MemoryPlan;
use super::route::{RouteId, RouteSet};
use super::scanned_block::{ScannedBlock, ScannedRecord, ScannedUnit, ShortPair};
use super::source_languages::ToldLanguages;
use super::title_marks::{self, TitleMark};
use super::unit_places::{MOST_UNITS, require_places};
use super::word_sample::{SampleBound, WordSample};
use crate::document::{Date, DocId, UnitId, UnitKind, Units};
use crate::error::Result;
use crate::input::{FieldValue, KeptPages, RepeatedIdsBuilder};
use crate::lsh::KeyColumns;
use crate::lsh::containment::RowSamples;
use crate::normalize::Language;
use crate::page::{ReturningLines, SourceNumbers};
use crate::passage::WordStore;
use crate::shingle::Fingerprint;
use crate::similarity::{Score, short};

/// All records and units of a run.
pub(super) struct RunTables {
    /// The language that each record is folded with; `None` for rejected ones.
    pub(super) languages: Vec<Option<Language>>,
    /// Records whose text does not tell its language, ascending; empty once their languages are settled.
    unsure: Vec<DocId>,
    /// The key of the named source of each record; empty if the run names no sources, or once languages are settled.
    sources: Vec<u64>,
    /// The key of the source of each record, 0 if it has none; empty unless the run compares across sources.
    pub(super) origins: Vec<u64>,
    /// The mark of the title of each record; empty if no record has one, or titles are no evidence.
    pub(super) titles: Vec<TitleMark>,
    /// The source of each record by name; empty unless the run notes sources.
    pub(super) noted_sources: SourceNumbers,
    /// Number of records that are folded with the language of their source, by language.
    pub(super) of_source: BTreeMap<&'static str, u64>,
    /// The value of each record that decides the keeper order; empty if no field decides it.
    pub(super) fields: Vec<Option<FieldValue>>,
    /// Bytes of the texts in `fields`.
    field_bytes: u64,
    /// The publication date of each record; empty if the run reads no dates.
    pub(super) dates: Vec<Option<Date>>,
    pub(super) units: Units,
    /// The compared parts of units that are not compared whole.
    pub(super) kept: KeptSpans,
    /// The rows of each route.
    rows: [RouteRows; 2],
    /// Pairs of short units of one document that resemble each other, in input order.
    pub(super) resemblances: Vec<(UnitId, UnitId, Score)>,
    /// Those of `resemblances` that may be copies: similar enough, with the same numbers.
    pub(super) likely_copies: Vec<(UnitId, UnitId)>,
    /// Texts of which words are counted; empty if the facts guard is off.
    pub(super) sampled: WordSample,
    /// Documents in which pairs of such units were passed over, ascending, with their number.
    pub(super) lost: Vec<(DocId, u64)>,
    /// The tokens of all records, in runs over passages only.
    pub(super) words: WordStore,
    /// The hashes of all ids.
    pub(super) names: RepeatedIdsBuilder,
    /// Records that were rejected, ascending.
    pub(super) rejects: Vec<DocId>,
    /// Number of rejected records by the code of their reason.
    pub(super) rejected: BTreeMap<String, u64>,
    /// Records whose bytes were not clean UTF-8, ascending.
    pub(super) decoded: Vec<DocId>,
    /// Number of these records by note.
    pub(super) noted: BTreeMap<String, u64>,
    /// Number of units that are not compared only because they have no tokens.
    pub(super) empty_units: u64,
    /// Documents with more distinct short units than are compared with each other, ascending.
    pub(super) crowded: Vec<DocId>,
    /// The lines that return on other pages of their source, if pages are cut into stories.
    pub(super) returning: Option<Arc<ReturningLines>>,
    /// The pages that were extracted.
    pub(super) pages: Option<Arc<KeptPages>>,
}

/// The units of one route that have tokens, in input order. Each is a row.
pub(super) struct RouteRows {
    units: Vec<UnitId>,
    fingerprints: Vec<Fingerprint>,
    pub(super) keys: KeyColumns,
    /// The sampled shingles of each row; only of the main route.
    pub(super) samples: RowSamples,
}

/// Bytes of a pair of short units that resemble each other: here (24), and while its unit is attached to a keeper, in a
/// map of all pairs and in a list of the keepers of each unit.
const BYTES_PER_RESEMBLANCE: usize = 160;

/// Bytes held for a record, its units left out: its language, its place in the input, and its id while ids are compared.
const BYTES_PER_RECORD: u64 = 1 + 16 + 16;

impl RouteRows {
    fn new(bands: usize, plan: &MemoryPlan) -> Self {
        let keys = KeyColumns::new(bands, plan.keys());
        Self { units: Vec::new(), fingerprints: Vec::new(), keys, samples: RowSamples::new(plan.samples()) }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    /// The unit of a row.
    pub(super) fn unit(&self, row: u32) -> UnitId {
        self.units[row as usize]
    }

    /// Every row that is still compared, with its fingerprint.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, Fingerprint)> + '_ {
        let rows = self.units.iter().zip(&self.fingerprints).enumerate();
        rows.filter(|(_, (unit, _))| **unit != GONE).map(|(row, (_, fingerprint))| (row as u32, *fingerprint))
    }

    /// Drops everything but the samples, once candidates are known.
    pub(super) fn forget(&mut self) {
        let samples = std::mem::replace(&mut self.samples, RowSamples::new(None));
        *self = Self { units: Vec::new(), fingerprints: Vec::new(), keys: KeyColumns::new(1, None), samples };
    }
}

/// The code of [`RejectReason::RepeatedId`](crate::input::RejectReason::RepeatedId).
pub(super) const REPEATED_ID: &str = "repeated_id";

/// A unit of a record that was rejected later.
const GONE: UnitId = UnitId(u32::MAX);

impl RunTables {
    /// Empty tables for units of `routes`.
    pub(super) fn new(routes: &RouteSet, plan: &MemoryPlan) -> Self {
        // A route that is not in use has no rows; its column count does not matter.
        let bands = |id| routes.iter().find(|(known, _)| *known == id).map_or(1, |(_, route)| route.banding.bands());

        Self {
            languages: Vec::new(),
            unsure: Vec::new(),
            sources: Vec::new(),
            origins: Vec::new(),
            titles: Vec::new(),
            noted_sources: SourceNumbers::default(),
            of_source: BTreeMap::new(),
            fields: Vec::new(),
            dates: Vec::new(),
            field_bytes: 0,
            units: Units::default(),
            kept: KeptSpans::default(),
            rows: RouteId::ALL.map(|id| RouteRows::new(bands(id), plan)),
            resemblances: Vec::new(),
            likely_copies: Vec::new(),
            sampled: WordSample::default(),
            lost: Vec::new(),
            words: WordStore::new(plan.keys().as_ref()),
            names: RepeatedIdsBuilder::default(),
            rejects: Vec::new(),
            rejected: BTreeMap::new(),
            decoded: Vec::new(),
            noted: BTreeMap::new(),
            empty_units: 0,
            crowded: Vec::new(),
            returning: None,
            pages: None,
        }
    }

    /// The rows of a route.
    pub(super) fn rows(&self, route: RouteId) -> &RouteRows {
        &self.rows[route.index()]
    }

    /// The rows of a route, to drop what is no longer needed.
    pub(super) fn rows_mut(&mut self, route: RouteId) -> &mut RouteRows {
        &mut self.rows[route.index()]
    }

    /// Ends the first pass: everything becomes readable.
    ///
    /// # Errors
    ///
    /// Spilled samples cannot be written.
    pub(super) fn finish(&mut self, bound: &SampleBound) -> Result<()> {
        self.sampled.prune(bound);
        self.rows.iter_mut().try_for_each(|rows| rows.samples.finish())
    }

    /// Number of accepted records without a readable date.
    pub(super) fn undated(&self) -> usize {
        self.undated_documents().count()
    }

    /// The first of the [`undated`](Self::undated) records.
    pub(super) fn first_undated(&self) -> Option<DocId> {
        self.undated_documents().next()
    }

    fn undated_documents(&self) -> impl Iterator<Item = DocId> {
        let records = self.dates.iter().zip(&self.languages).enumerate();
        let undated = records.filter(|(_, (date, language))| date.is_none() && language.is_some());
        undated.map(|(place, _)| DocId::new(place))
    }

    /// Bytes held, band keys left out.
    pub(super) fn bytes(&self) -> u64 {
        // A row is a unit (4) and a fingerprint (16); a unit is 24 bytes in its columns.
        let rows: usize = self.rows.iter().map(|rows| rows.units.len() * 20 + rows.samples.bytes() as usize).sum();
        let fields = self.fields.len() * size_of::<Option<FieldValue>>();
        let resemblances = self.resemblances.len() * BYTES_PER_RESEMBLANCE;
        (self.units.len() * 24
            + rows
            + fields
            + self.dates.len() * size_of::<Option<Date>>()
            + resemblances
            + self.likely_copies.len() * 8
            + (self.sources.len() + self.origins.len()) * 8
            + self.titles.len() * size_of::<TitleMark>()
            + (self.decoded.len() + self.unsure.len() + self.crowded.len()) * 4
            + self.kept.bytes()) as u64
            + self.field_bytes
            + self.noted_sources.bytes()
            + self.pages.as_ref().map_or(0, |pages| pages.table_bytes())
            + self.languages.len() as u64 * BYTES_PER_RECORD
            + self.sampled.bytes()
            + self.returning.as_ref().map_or(0, |returning| returning.bytes())
    }

    /// Appends the next scanned block. Blocks come in input order. `bound` learns which texts the sample of words needs.
    ///
    /// # Errors
    ///
    /// Band keys, samples or words cannot be spilled; there are more units than can be numbered.
    pub(super) fn append(&mut self, block: ScannedBlock, bound: &SampleBound) -> Result<()> {
        require_places(self.units.len(), block.units.len(), MOST_UNITS)?;

        // Places in a block become places in the run.
        let (first, first_record) = (self.units.len() as u32, self.languages.len());
        self.kept.append(&block.kept, first);
        let document = |place: &u32| DocId::new(first_record + *place as usize);
        self.decoded.extend(block.decoded.iter().map(document));
        self.crowded.extend(block.crowded.iter().map(document));
        self.lost.extend(block.lost.iter().map(|(place, count)| (document(place), *count)));
        self.names.add_block(DocId::new(self.languages.len()), block.ids);

        let mut units = block.units.iter();
        for record in &block.records {
            self.record(record, units.by_ref().take(record.units as usize));
        }

        let texts = block.ranks.iter().filter_map(|rank| match rank {
            Some(FieldValue::Text(text)) => Some(text.capacity() as u64 + 16),
            _ => None,
        });
        self.field_bytes += texts.sum::<u64>();
        self.fields.extend(block.ranks);
        self.dates.extend(block.dates);
        self.sources.extend(block.sources);
        self.origins.extend(block.origins);
        title_marks::append(&mut self.titles, first_record, block.titles, block.records.len());
        self.noted_sources.append(&block.noted_sources);

        self.push_keys(&block.keys, &block.samples)?;
        self.push_resemblances(first, &block.resemblances);
        self.sampled.merge(block.sampled, bound);

        for (code, count) in block.rejected {
            *self.rejected.entry(code).or_default() += count;
        }
        for (note, count) in block.noted {
            *self.noted.entry(note).or_default() += count;
        }
        self.words.push(&block.words)?;
        Ok(())
    }

    /// Appends the band keys and the samples of the rows that were pushed last.
    fn push_keys(&mut self, keys: &[Vec<u64>; 2], samples: &[u32]) -> Result<()> {
        for (rows, keys) in self.rows.iter_mut().zip(keys) {
            rows.keys.push(keys)?;
        }
        self.rows[RouteId::Main.index()].samples.push(samples)?;
        debug_assert!(self.rows.iter().all(|rows| rows.keys.len() == rows.units.len()), "each row has its band keys");
        Ok(())
    }

    /// Appends pairs of short units, whose places count from the unit `first`.
    fn push_resemblances(&mut self, first: u32, pairs: &[ShortPair]) {
        for pair in pairs {
            let (a, b) = (UnitId(first + pair.a), UnitId(first + pair.b));
            self.resemblances.push((a, b, pair.score));
            let likely = pair.same_numbers && pair.score.jaccard >= short::COPY;
            self.likely_copies.extend(likely.then_some((a, b)));
        }
    }

    /// Appends one record and its units.
    fn record<'a>(&mut self, record: &ScannedRecord, units: impl Iterator<Item = &'a ScannedUnit>) {
        let document = DocId::new(self.languages.len());
        self.languages.push(record.language);
        self.unsure.extend((!record.is_sure).then_some(document));
        if record.language.is_none() {
            self.rejects.push(document);
            return;
        }

        for (number, unit) in units.enumerate() {
            let id = self.units.push(document, number, &unit.unit, unit.tokens);
            self.empty_units += u64::from(unit.is_empty());

            self.push_row(id, unit);
        }
    }

    /// Appends the row of a unit, if it is compared.
    fn push_row(&mut self, id: UnitId, unit: &ScannedUnit) {
        if let Some(route) = unit.route {
            let rows = &mut self.rows[route.index()];
            rows.units.push(id);
            rows.fingerprints.push(unit.fingerprint);
        }
    }

    /// Rejects records that were read already, for the reason `code`: they repeat an id. `documents` ascend.
    pub(super) fn reject(&mut self, documents: &[DocId], code: &str) {
        if documents.is_empty() {
            return;
        }
        debug_assert!(documents.is_sorted(), "`binary_search` needs the order");

        self.words.leave_out(documents);
        let rejected = |document: DocId| documents.binary_search(&document).is_ok();
        for document in documents {
            self.languages[document.index()] = None;
            // The column of fields is empty if no field decides the keeper order.
            if let Some(field) = self.fields.get_mut(document.index()) {
                *field = None;
            }
        }

        self.rejects.extend_from_slice(documents);
        self.rejects.sort_unstable();
        *self.rejected.entry(code.to_owned()).or_default() += documents.len() as u64;

        let new_ids = self.units.retain(|units, unit| !rejected(units.document(unit)));
        self.kept.renumber(|unit| new_ids[unit as usize]);
        // Rows keep their places: their band keys cannot be removed.
        for rows in &mut self.rows {
            for unit in &mut rows.units {
                *unit = new_ids[unit.index()].unwrap_or(GONE);
            }
        }

        let renumber = |unit: &mut UnitId| match new_ids[unit.index()] {
            Some(new) => {
                *unit = new;
                true
            }
            None => false,
        };
        self.resemblances.retain_mut(|(a, b, _)| renumber(a) && renumber(b));
        self.likely_copies.retain_mut(|(a, b)| renumber(a) && renumber(b));
    }

    /// Clears the marks of titles that are no evidence, once all records are known.
    pub(super) fn settle_titles(&mut self) {
        title_marks::settle(&mut self.titles, |place| self.languages[place].is_some());
    }

    /// What the records tell of their languages, once. Nothing is kept that only settling them needs.
    pub(super) fn take_told(&mut self) -> (Vec<DocId>, Vec<u64>) {
        (std::mem::take(&mut self.unsure), std::mem::take(&mut self.sources))
    }

    /// The languages of all records, with what [`take_told`](Self::take_told) gave.
    pub(super) fn told<'t>(&'t self, (unsure, sources): &'t (Vec<DocId>, Vec<u64>)) -> ToldLanguages<'t> {
        ToldLanguages { languages: &self.languages, unsure, sources }
    }

    /// Takes back what was folded of some documents, which ascend; [`put_again`](Self::put_again) follows for each of them.
    pub(super) fn take_back(&mut self, documents: &[DocId]) {
        let Self { units, rows, resemblances, likely_copies, crowded, lost, .. } = self;
        let is_taken = |document: DocId| documents.binary_search(&document).is_ok();
        let taken = |unit: UnitId| is_taken(units.document(unit));

        // Rows keep their places: their band keys cannot be removed.
        for unit in rows.iter_mut().flat_map(|rows| &mut rows.units) {
            if *unit != GONE && taken(*unit) {
                *unit = GONE;
            }
        }
        resemblances.retain(|(unit, ..)| !taken(*unit));
        likely_copies.retain(|(unit, _)| !taken(*unit));
        crowded.retain(|document| !is_taken(*document));
        lost.retain(|(document, _)| !is_taken(*document));
    }

    /// Appends the rows of a document that was taken back, folded with `language`.
    ///
    /// # Errors
    ///
    /// Band keys or samples cannot be spilled; there are more rows than can be numbered.
    pub(super) fn put_again(&mut self, document: DocId, language: Language, scanned: &ScannedBlock) -> Result<()> {
        // Rows that were taken back keep their places, so there can be more rows than units.
        let rows = self.rows.iter().map(RouteRows::len).max().unwrap_or(0);
        require_places(rows, scanned.units.len(), MOST_UNITS)?;

        self.languages[document.index()] = Some(language);
        *self.of_source.entry(language.code()).or_default() += 1;

        for (id, unit) in self.units.of_document(document).zip(&scanned.units) {
            let was_empty = self.units.tokens(id) == 0 && self.units.kind(id) != UnitKind::Boilerplate;
            self.empty_units = self.empty_units + u64::from(unit.is_empty()) - u64::from(was_empty);
            self.units.set_tokens(id, unit.tokens);
            self.push_row(id, unit);
        }

        self.push_keys(&scanned.keys, &scanned.samples)?;
        if let Some(UnitId(first)) = self.units.first_of(document) {
            self.push_resemblances(first, &scanned.resemblances);
        }
        self.crowded.extend((!scanned.crowded.is_empty()).then_some(document));
        self.lost.extend(scanned.lost.iter().map(|(_, count)| (document, *count)));
        Ok(())
    }

    /// Puts into input order what documents that were folded again have at the end.
    pub(super) fn order_again(&mut self) {
        self.resemblances.sort_unstable_by_key(|(a, b, _)| (*a, *b));
        self.likely_copies.sort_unstable();
        self.crowded.sort_unstable();
        self.lost.sort_unstable();
    }
}
