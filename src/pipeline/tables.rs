//! What the first pass leaves: tables with a few numbers for each record, unit and row.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::memory::MemoryPlan;
use super::path::{RouteId, RouteSet};
use super::scan::{ScannedBlock, ScannedRecord, ScannedUnit};
use crate::document::{Date, DocId, UnitId, Units};
use crate::error::Result;
use crate::input::{FieldValue, RepeatedIdsBuilder};
use crate::lsh::KeyColumns;
use crate::lsh::containment::RowSamples;
use crate::normalize::Language;
use crate::page::ReturningLines;
use crate::passage::WordStore;
use crate::shingle::Fingerprint;
use crate::similarity::{Score, short};

/// All records and units of a run.
pub(super) struct RunTables {
    /// The language of each record; `None` for rejected ones.
    pub(super) languages: Vec<Option<Language>>,
    /// The value that decides who stays, a record each; empty if no field does.
    pub(super) fields: Vec<Option<FieldValue>>,
    /// When each record was published; empty if nobody asks.
    pub(super) dates: Vec<Option<Date>>,
    /// Bytes of the texts among them.
    field_bytes: u64,
    pub(super) units: Units,
    /// The units of each path.
    rows: [RouteRows; 2],
    /// Pairs of short units in one document that resemble, in input order.
    pub(super) resemblances: Vec<(UnitId, UnitId, Score)>,
    /// Those of them that may be copies: alike enough, with the same numbers.
    pub(super) likely_copies: Vec<(UnitId, UnitId)>,
    /// The words of all records, if passages are looked for.
    pub(super) words: WordStore,
    pub(super) names: RepeatedIdsBuilder,
    /// Records that were rejected, ascending.
    pub(super) rejects: Vec<DocId>,
    /// Rejected records by the code of their reason.
    pub(super) rejected: BTreeMap<String, u64>,
    /// Records whose bytes were no clean UTF-8, ascending.
    pub(super) decoded: Vec<DocId>,
    /// How many of them by note.
    pub(super) noted: BTreeMap<String, u64>,
    pub(super) empty_units: u64,
    /// Documents with more distinct short units than are compared with one another.
    pub(super) crowded: u64,
    /// The lines that return on other pages of their source, if pages are cut into stories.
    pub(super) returning: Option<Arc<ReturningLines>>,
}

/// The units of one path that have tokens, in input order: a row each.
pub(super) struct RouteRows {
    units: Vec<UnitId>,
    fingerprints: Vec<Fingerprint>,
    pub(super) keys: KeyColumns,
    /// Where containment is looked for.
    pub(super) samples: RowSamples,
}

/// Bytes held for a record beside its units: its language, its row in the input, and its id while ids are compared.
const BYTES_PER_RECORD: u64 = 1 + 16 + 16;

impl RouteRows {
    fn new(bands: usize, plan: &MemoryPlan) -> Self {
        let keys = KeyColumns::new(bands, plan.keys());
        Self { units: Vec::new(), fingerprints: Vec::new(), keys, samples: RowSamples::new(plan.samples()) }
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn unit(&self, row: u32) -> UnitId {
        self.units[row as usize]
    }

    /// Every row that is still compared, with its fingerprint.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, Fingerprint)> + '_ {
        let rows = self.units.iter().zip(&self.fingerprints).enumerate();
        rows.filter(|(_, (unit, _))| **unit != GONE).map(|(row, (_, fingerprint))| (row as u32, *fingerprint))
    }

    /// Lets everything but the samples go, once candidates are known.
    pub(super) fn forget(&mut self) {
        let samples = std::mem::replace(&mut self.samples, RowSamples::new(None));
        *self = Self { units: Vec::new(), fingerprints: Vec::new(), keys: KeyColumns::new(1, None), samples };
    }
}

/// The code of [`Reason::RepeatedId`](crate::input::RejectReason::RepeatedId).
pub(super) const REPEATED_ID: &str = "repeated_id";

/// A unit of a record that was rejected later.
const GONE: UnitId = UnitId(u32::MAX);

impl RunTables {
    pub(super) fn new(paths: &RouteSet, plan: &MemoryPlan) -> Self {
        let bands = |id| paths.iter().find(|(path, _)| *path == id).map_or(1, |(_, path)| path.banding.bands());
        Self {
            languages: Vec::new(),
            fields: Vec::new(),
            dates: Vec::new(),
            field_bytes: 0,
            units: Units::default(),
            rows: [RouteId::Main, RouteId::Short].map(|id| RouteRows::new(bands(id), plan)),
            resemblances: Vec::new(),
            likely_copies: Vec::new(),
            words: WordStore::new(plan.keys().as_ref()),
            names: RepeatedIdsBuilder::default(),
            rejects: Vec::new(),
            rejected: BTreeMap::new(),
            decoded: Vec::new(),
            noted: BTreeMap::new(),
            empty_units: 0,
            crowded: 0,
            returning: None,
        }
    }

    /// The units of a path.
    pub(super) fn rows(&self, path: RouteId) -> &RouteRows {
        &self.rows[path.index()]
    }

    /// The units of a path, to let go of what is no longer needed.
    pub(super) fn rows_mut(&mut self, path: RouteId) -> &mut RouteRows {
        &mut self.rows[path.index()]
    }

    /// Makes everything readable that the first pass left.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.rows.iter_mut().try_for_each(|rows| rows.samples.finish())
    }

    /// Bytes held, band keys aside.
    pub(super) fn bytes(&self) -> u64 {
        let rows: usize = self.rows.iter().map(|rows| rows.units.len() * 20 + rows.samples.bytes() as usize).sum();
        let fields = self.fields.len() * size_of::<Option<FieldValue>>();
        let resemblances = self.resemblances.len() * size_of::<(UnitId, UnitId, Score)>();
        (self.units.len() * 24
            + rows
            + fields
            + self.dates.len() * size_of::<Option<Date>>()
            + resemblances
            + self.likely_copies.len() * 8
            + self.decoded.len() * 4) as u64
            + self.field_bytes
            + self.languages.len() as u64 * BYTES_PER_RECORD
            + self.returning.as_ref().map_or(0, |returning| returning.bytes())
    }

    /// Appends what was scanned of the next block.
    ///
    /// # Errors
    ///
    /// Band keys cannot be spilled.
    pub(super) fn append(&mut self, block: ScannedBlock) -> Result<()> {
        let (first, first_record) = (self.units.len() as u32, self.languages.len());
        self.decoded.extend(block.decoded.iter().map(|place| DocId::new(first_record + *place as usize)));
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
        for (rows, keys) in self.rows.iter_mut().zip(&block.keys) {
            rows.keys.push(keys)?;
        }
        self.rows[RouteId::Main.index()].samples.push(&block.samples)?;
        let unit = |place: u32| UnitId(first + place);
        for pair in &block.resemblances {
            let (a, b) = (unit(pair.a), unit(pair.b));
            self.resemblances.push((a, b, pair.score));
            let likely = pair.same_numbers && pair.score.jaccard >= short::COPY;
            self.likely_copies.extend(likely.then_some((a, b)));
        }
        for (code, count) in block.rejected {
            *self.rejected.entry(code).or_default() += count;
        }
        for (note, count) in block.noted {
            *self.noted.entry(note).or_default() += count;
        }
        self.crowded += block.crowded;
        self.words.push(&block.words)?;
        Ok(())
    }

    fn record<'a>(&mut self, record: &ScannedRecord, units: impl Iterator<Item = &'a ScannedUnit>) {
        let document = DocId::new(self.languages.len());
        self.languages.push(record.language);
        if record.language.is_none() {
            self.rejects.push(document);
            return;
        }
        for (number, unit) in units.enumerate() {
            let id = self.units.push(document, number, &unit.unit, unit.tokens);
            self.empty_units += u64::from(unit.is_empty());
            let Some(path) = unit.path else { continue };
            let rows = &mut self.rows[path.index()];
            rows.units.push(id);
            rows.fingerprints.push(unit.fingerprint);
        }
    }

    /// Takes records back that were read and are rejected after all, for `code`: those that repeat an id. `documents`
    /// ascend.
    pub(super) fn reject(&mut self, documents: &[DocId], code: &str) {
        if documents.is_empty() {
            return;
        }
        self.words.leave_out(documents);
        let rejected = |document: DocId| documents.binary_search(&document).is_ok();
        for document in documents {
            self.languages[document.index()] = None;
            if let Some(field) = self.fields.get_mut(document.index()) {
                *field = None;
            }
        }
        self.rejects.extend_from_slice(documents);
        self.rejects.sort_unstable();
        *self.rejected.entry(code.to_owned()).or_default() += documents.len() as u64;
        let new_ids = self.units.retain(|units, unit| !rejected(units.document(unit)));
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
}
