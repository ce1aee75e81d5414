//! The numbers that the first pass keeps of a block of records.

use std::collections::BTreeMap;

use super::kept_spans::KeptSpans;
use super::route::RouteId;
use super::title_marks::TitleMark;
use super::word_sample::WordSample;
use crate::document::{Date, Unit, UnitKind};
use crate::input::{FieldValue, IdHashes, Record};
use crate::normalize::Language;
use crate::page::SourceNumbers;
use crate::passage::FoldedWords;
use crate::shingle::Fingerprint;
use crate::similarity::Score;

/// A scanned block of records: numbers, no text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ScannedBlock {
    /// Every record, in input order.
    pub(super) records: Vec<ScannedRecord>,
    /// The hashes of the ids of all records.
    pub(super) ids: IdHashes,
    /// The value that decides the keeper order, one per record; empty if no field decides it.
    pub(super) ranks: Vec<Option<FieldValue>>,
    /// The publication date of each record; empty if the run reads no dates.
    pub(super) dates: Vec<Option<Date>>,
    /// The key of the named source of each record; empty if the run names no sources.
    pub(super) sources: Vec<u64>,
    /// The key of the source of each record, also of one that its id names; empty unless the run compares across sources.
    pub(super) origins: Vec<u64>,
    /// The mark of the title of each record; empty if no record has one, or titles are no evidence.
    pub(super) titles: Vec<TitleMark>,
    /// The source of each record by name; empty unless the run notes sources.
    pub(super) noted_sources: SourceNumbers,
    /// The units of all records, in input order.
    pub(super) units: Vec<ScannedUnit>,
    /// The compared parts of units, by place in `units`.
    pub(super) kept: KeptSpans,
    /// The tokens of all records, in runs over passages only.
    pub(super) words: FoldedWords,
    /// The band keys of the units of each route, unit by unit.
    pub(super) keys: [Vec<u64>; 2],
    /// The sampled shingles of the units of the main route, unit by unit; empty if the run samples none.
    pub(super) samples: Vec<u32>,
    /// Texts of the main route that may belong to the sample of words; empty if the facts guard is off.
    pub(super) sampled: WordSample,
    /// Short units of one document that resemble each other, by place in `units`.
    pub(super) resemblances: Vec<ShortPair>,
    /// Records in which pairs of such units were passed over, by place in `records`, with their number.
    pub(super) lost: Vec<(u32, u64)>,
    /// Rejected records by the code of their reason.
    pub(super) rejected: BTreeMap<String, u64>,
    /// Records with more distinct short units than are compared with each other, by place in `records`.
    pub(super) crowded: Vec<u32>,
    /// Records whose bytes were not clean UTF-8, by place in `records`.
    pub(super) decoded: Vec<u32>,
    /// Number of these records by [`DecodingNote`](crate::input::DecodingNote).
    pub(super) noted: BTreeMap<String, u64>,
}

/// A record and the number of its units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ScannedRecord {
    /// `None` for a record that was rejected.
    pub(super) language: Option<Language>,
    /// Whether its text tells the language, or the options do. Otherwise the language is Arabic for now.
    pub(super) is_sure: bool,
    pub(super) units: u32,
}

/// A unit and the fingerprint of its folded text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ScannedUnit {
    pub(super) unit: Unit,
    pub(super) tokens: usize,
    /// `None` for boilerplate and for units without tokens.
    pub(super) route: Option<RouteId>,
    pub(super) fingerprint: Fingerprint,
}

/// Two short units of a document with their score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ShortPair {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) score: Score,
    /// Whether they have the same numbers.
    pub(super) same_numbers: bool,
}

impl ScannedBlock {
    /// Notes the record that is about to be pushed, if its text is not simply its bytes.
    pub(super) fn note(&mut self, record: &Record<'_>) {
        if record.decoding.is_plain() {
            return;
        }

        self.decoded.push(self.records.len() as u32);
        for note in record.decoding.notes() {
            *self.noted.entry(note.to_string()).or_default() += 1;
        }
    }
}

impl ScannedUnit {
    /// A unit that is not compared.
    pub(super) fn uncompared(unit: Unit) -> Self {
        Self { unit, tokens: 0, route: None, fingerprint: Fingerprint::default() }
    }

    /// Whether it is not compared only because it has no tokens.
    pub(super) fn is_empty(&self) -> bool {
        self.route.is_none() && self.tokens == 0 && self.unit.kind != UnitKind::Boilerplate
    }
}
