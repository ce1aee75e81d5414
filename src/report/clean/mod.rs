//! The corpus without its copies: what goes, and the writing of what stays.
//!
//! A record that stays is copied byte for byte, its line end included. A record that loses spans keeps everything but
//! its text value. Boilerplate stays unless it is to be stripped; a record in which no token is left goes too. A byte order
//! mark at the head of a JSON Lines file is no part of any record and is not written; that of a CSV file is written with its
//! header.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::ShownUnits;
use crate::cluster::Removal;
use crate::document::{DocId, Span, UnitId, UnitKind};
use crate::error::{ErrorKind, Phrasing, Remedy, Result};
use crate::input::Corpus;
use crate::normalize::{Language, Normalizer};
use crate::page::Boilerplate;
use crate::pipeline::{Clustering, Options, Summary};
use crate::similarity::{Relation, Score};

mod destination;
mod mark;
mod passages;
mod strip;
mod tidy;
mod write;

pub use destination::CleanDestination;
pub use mark::MarkPlan;

use strip::BoilerplateStripper;

/// What is to go from a corpus, decided and counted; nothing is written yet.
pub struct Cleaning<'a> {
    corpus: &'a Corpus,
    found: &'a Clustering,
    removed: BTreeSet<DocId>,
    /// What is cut out of records that stay, ascending; nothing where they lose boilerplate alone. Their texts are made when
    /// they are written.
    edited: BTreeMap<DocId, Box<[Span]>>,
    /// Whether boilerplate goes too.
    strips: bool,
    stripped_spans: u64,
    options: &'a Options,
    gone: Vec<RemovedPart>,
}

/// A removed span or record. Records that were emptied follow their spans.
struct RemovedPart {
    removal: Removal,
    span: Option<Span>,
    /// What of the keeper stays for it, if that is not all of it.
    keeper_span: Option<Span>,
    /// The whole record goes: shown under the document's id.
    record: bool,
}

#[derive(Serialize)]
struct GoneRow {
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    keeper: String,
    /// Where the keeper stands, if that is a reference: ids of references and of the input may be the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper_start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper_end: Option<usize>,
    relation: Relation,
    jaccard: f64,
    containment: f64,
}

#[derive(Serialize)]
struct RejectRow {
    source: String,
    reason: &'static str,
    message: String,
}

impl<'a> Cleaning<'a> {
    /// Decides what goes from `corpus`: the copies that `found` holds whose relation is among `remove`. `options` are
    /// those of the run.
    ///
    /// # Errors
    ///
    /// A record that is to be edited cannot be read again, or is a page.
    pub fn plan(found: &'a Clustering, corpus: &'a Corpus, remove: &[Relation], options: &'a Options) -> Result<Self> {
        let mut plan =
            Self { strips: options.boilerplate == Boilerplate::Strip, ..Self::nothing(found, corpus, options) };
        let mut stripper = plan.stripper();
        let removals = found.removals(remove);
        for of_document in removals.chunk_by(|a, b| found.units.document(a.unit) == found.units.document(b.unit)) {
            plan.document(of_document, stripper.as_mut())?;
        }
        for (document, spans) in strip::records(found, corpus, options)? {
            if !plan.removed.contains(&document) && !plan.edited.contains_key(&document) {
                plan.edited.insert(document, Box::default());
                plan.stripped_spans += spans;
            }
        }
        Ok(plan)
    }

    /// `None` if boilerplate stays.
    fn stripper(&self) -> Option<BoilerplateStripper<'a>> {
        self.strips.then(|| BoilerplateStripper::new(self.options, &self.found.units, self.corpus))
    }

    /// Refuses to cut spans out of a record whose text was made from its bytes.
    fn check_editable(&self, document: DocId) -> Result<()> {
        if !self.corpus.is_extracted(document) {
            return Ok(());
        }
        let path = self.corpus.source(document).path.to_path_buf();
        let what = "holds pages, from which spans cannot be cut".to_owned();
        let remedy = Remedy::Set { purpose: "remove whole documents", settings: &[("unit", "document")] };
        Err(ErrorKind::Unreadable { path, what, remedy }.into())
    }

    /// Nothing goes yet.
    fn nothing(found: &'a Clustering, corpus: &'a Corpus, options: &'a Options) -> Self {
        Self {
            corpus,
            found,
            removed: BTreeSet::new(),
            edited: BTreeMap::new(),
            strips: false,
            stripped_spans: 0,
            options,
            gone: Vec::new(),
        }
    }

    fn document(&mut self, removals: &[Removal], stripper: Option<&mut BoilerplateStripper<'_>>) -> Result<()> {
        let units = &self.found.units;
        let Some(first) = removals.first() else { return Ok(()) };
        let document = units.document(first.unit);
        if units.number(first.unit).is_none() {
            self.removed.insert(document);
            self.gone.push(RemovedPart { removal: *first, span: None, keeper_span: None, record: true });
            return Ok(());
        }
        self.check_editable(document)?;
        let spans: Vec<Span> = removals.iter().map(|removal| units.span(removal.unit)).collect();
        let gone = removals.iter().zip(&spans);
        self.gone.extend(gone.map(|(removal, span)| {
            let (removal, span) = (*removal, Some(*span));
            RemovedPart { removal, span, keeper_span: None, record: false }
        }));
        let record = self.corpus.read(document)?;
        let spans = self.with_labels(removals, &record.text);
        let left = tidy::without(&record.text, &spans);
        if has_tokens(&left, &record.text, self.options) {
            let stripped = stripper.and_then(|stripper| stripper.strip(document, &record, &spans));
            self.stripped_spans += stripped.map_or(0, |(_, stripped)| stripped);
            self.edited.insert(document, spans.into());
            return Ok(());
        }
        self.removed.insert(document);
        // Of equally long spans the first.
        if let Some(removal) = removals.iter().rev().max_by_key(|removal| units.span(removal.unit).len()) {
            self.gone.push(RemovedPart { removal: *removal, span: None, keeper_span: None, record: true });
        }
        Ok(())
    }

    /// The spans of removed units of one document; with headlines goes what stands beside them on their line: a rank, a time,
    /// «more».
    fn with_labels(&self, removals: &[Removal], text: &str) -> Vec<Span> {
        let units = &self.found.units;
        let mut spans: Vec<Span> = removals.iter().map(|removal| units.span(removal.unit)).collect();
        for headline in
            removals.iter().map(|removal| removal.unit).filter(|unit| units.kind(*unit) == UnitKind::Headline)
        {
            let places = [headline.0.checked_sub(1), headline.0.checked_add(1)];
            let beside = places.into_iter().flatten().map(UnitId).filter(|unit| unit.index() < units.len());
            let of_page = beside.filter(|unit| units.document(*unit) == units.document(headline));
            for label in of_page.filter(|unit| units.kind(*unit) == UnitKind::Boilerplate) {
                let (label, own) = (units.span(label), units.span(headline));
                let line = Span::new(label.start.min(own.start), label.end.max(own.end)).of(text);
                spans.extend((!line.contains(['\n', '\r'])).then_some(label));
            }
        }
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// Whether nothing goes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty()
    }

    /// Enters what goes and what is edited in the accounts of the run.
    pub fn account(&self, summary: &mut Summary) {
        let records = &mut summary.records;
        records.kept = records.kept.saturating_sub(self.removed.len() as u64);
        records.edited = self.edited.len() as u64;
        for gone in self.gone.iter().filter(|gone| gone.record) {
            *records.removed.entry(gone.removal.relation.name().to_owned()).or_default() += 1;
        }
        summary.stripped_spans = self.strips.then_some(self.stripped_spans);
    }

    /// Number of removed spans.
    #[must_use]
    pub fn spans(&self) -> usize {
        self.gone.iter().filter(|gone| !gone.record).count()
    }

    /// Writes what goes as JSON Lines, in input order: every record and span with its keeper and score.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn write_removed(&self, out: &mut dyn Write) -> io::Result<()> {
        let shown = ShownUnits::new(self.corpus, &self.found.units, &self.found.names);
        super::write_json(out, false, self.gone.iter().map(|gone| gone.row(&shown)))
    }
}

/// Whether `left`, what is left of `text`, holds a token.
fn has_tokens(left: &str, text: &str, options: &Options) -> bool {
    let language = options.language.unwrap_or_else(|| Language::detect(text));
    !Normalizer::new(options.profile, language).tokens(left).is_empty()
}

impl RemovedPart {
    fn row(&self, shown: &ShownUnits<'_>) -> io::Result<GoneRow> {
        let Removal { unit, keeper, relation, score: Score { jaccard, containment } } = self.removal;
        let id = match self.record {
            true => shown.document_id(unit)?.to_string(),
            false => shown.id(unit)?,
        };
        Ok(GoneRow {
            kind: if self.record { "record" } else { "span" },
            id,
            start: self.span.map(|span| span.start),
            end: self.span.map(|span| span.end),
            keeper: shown.id(keeper)?,
            reference: shown.reference(keeper),
            keeper_start: self.keeper_span.map(|span| span.start),
            keeper_end: self.keeper_span.map(|span| span.end),
            relation,
            jaccard,
            containment,
        })
    }
}

/// Writes the rejected records of `corpus` as JSON Lines: where each stands, the reason it is counted under, and what is
/// wrong with it. `rejects` are their places.
///
/// # Errors
///
/// What the writer says.
pub fn write_rejected(
    rejects: &[DocId],
    corpus: &Corpus,
    phrasing: &dyn Phrasing,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = corpus.rejected(rejects).map(|reject| RejectRow {
        source: reject.source.to_string(),
        reason: reject.reason.code(),
        message: reject.reason.message(phrasing),
    });
    super::write_json(out, false, rows.map(Ok))
}
