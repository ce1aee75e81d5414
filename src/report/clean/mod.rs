//! The corpus without its copies: what goes, and the writing of what stays.
//!
//! A record that stays is copied byte for byte, its line end included. A record that loses spans keeps everything but
//! its text value. Boilerplate stays; a record in which no token is left goes too. A byte order mark at the head of a
//! JSON Lines file is no part of any record and is not written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::Shown;
use crate::cluster::Removal;
use crate::document::{DocId, Span};
use crate::error::{ErrorKind, Result};
use crate::input::Corpus;
use crate::normalize::{Language, Normalizer};
use crate::pipeline::{Clustering, Options, Summary};
use crate::similarity::{Relation, Score};

mod destination;
mod tidy;
mod write;

pub use destination::Destination;

/// What is to go from a corpus, decided and counted; nothing is written yet.
pub struct Cleaning<'a> {
    corpus: &'a Corpus,
    found: &'a Clustering,
    removed: BTreeSet<DocId>,
    edited: BTreeMap<DocId, String>,
    gone: Vec<Gone>,
}

/// A removed span or record. Records that were emptied follow their spans.
struct Gone {
    removal: Removal,
    span: Option<Span>,
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
    pub fn plan(found: &'a Clustering, corpus: &'a Corpus, remove: &[Relation], options: &Options) -> Result<Self> {
        let mut plan = Self { corpus, found, removed: BTreeSet::new(), edited: BTreeMap::new(), gone: Vec::new() };
        let removals = found.removals(remove);
        for of_document in removals.chunk_by(|a, b| found.units.document(a.unit) == found.units.document(b.unit)) {
            plan.document(of_document, options)?;
        }
        Ok(plan)
    }

    fn document(&mut self, removals: &[Removal], options: &Options) -> Result<()> {
        let units = &self.found.units;
        let Some(first) = removals.first() else { return Ok(()) };
        let document = units.document(first.unit);
        if units.number(first.unit).is_none() {
            self.removed.insert(document);
            self.gone.push(Gone { removal: *first, span: None, record: true });
            return Ok(());
        }
        if self.corpus.is_extracted(document) {
            let path = self.corpus.source(document).path.to_path_buf();
            let what = "holds pages, from which spans cannot be cut".to_owned();
            let remedy = "remove whole documents (--unit document)".to_owned();
            return Err(ErrorKind::Unreadable { path, what, remedy }.into());
        }
        let spans: Vec<Span> = removals.iter().map(|removal| units.span(removal.unit)).collect();
        let gone = removals.iter().zip(&spans);
        self.gone.extend(gone.map(|(removal, span)| Gone { removal: *removal, span: Some(*span), record: false }));
        let record = self.corpus.read(document)?;
        let left = tidy::without(&record.text, &spans);
        let language = options.language.unwrap_or_else(|| Language::detect(&record.text));
        if !Normalizer::new(options.profile, language).tokens(&left).is_empty() {
            self.edited.insert(document, left);
            return Ok(());
        }
        self.removed.insert(document);
        // Of equally long spans the first.
        if let Some(removal) = removals.iter().rev().max_by_key(|removal| units.span(removal.unit).len()) {
            self.gone.push(Gone { removal: *removal, span: None, record: true });
        }
        Ok(())
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
        let shown = Shown::new(self.corpus, &self.found.units, &self.found.names);
        super::write_json(out, false, self.gone.iter().map(|gone| gone.row(&shown)))
    }
}

impl Gone {
    fn row(&self, shown: &Shown<'_>) -> io::Result<GoneRow> {
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
pub fn write_rejected(rejects: &[DocId], corpus: &Corpus, out: &mut dyn Write) -> io::Result<()> {
    let rows = corpus.rejected(rejects).map(|reject| RejectRow {
        source: reject.source.to_string(),
        reason: reject.reason.code(),
        message: reject.reason.to_string(),
    });
    super::write_json(out, false, rows.map(Ok))
}
