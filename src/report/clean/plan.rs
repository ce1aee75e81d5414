//! Decides what is removed from a corpus, and counts it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::strip::{self, BoilerplateStripper};
use super::tidy::{self, has_tokens};
use crate::cluster::Removal;
use crate::document::{DocId, Span, UnitId, UnitKind, Units};
use crate::error::{ErrorKind, Remedy, Result};
use crate::input::Corpus;
use crate::page::Boilerplate;
use crate::pipeline::{Clustering, KnownCopy, Options, Progress, Summary};
use crate::report::json_rows::{write_json_array, write_json_lines};
use crate::report::shown_units::ShownUnits;
use crate::report::{ReportFormat, score, write_row};
use crate::similarity::{Relation, Score};

/// The records and spans to remove from a corpus, decided and counted but not written yet.
pub struct Cleaning<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) found: &'a Clustering,
    pub(super) options: &'a Options,
    /// Whether boilerplate is removed from the records that stay.
    strips: bool,
    /// Number of boilerplate spans removed.
    stripped_spans: u64,
    /// Records removed as a whole.
    pub(super) removed: BTreeSet<DocId>,
    /// Records that stay and lose spans: the spans, ascending; none for records that lose boilerplate alone. Their
    /// texts are made when they are written.
    pub(super) edited: BTreeMap<DocId, Box<[Span]>>,
    /// All that is removed, in input order.
    pub(super) removed_parts: Vec<RemovedPart>,
    /// Is told the records that are written.
    pub(super) progress: &'a dyn Progress,
}

/// A removed span or record. The record that removed spans leave without a token follows them.
pub(super) struct RemovedPart {
    pub(super) removal: Removal,
    /// The keeper, if it is kept elsewhere; the one of `removal` is the unit itself then.
    pub(super) known: Option<KnownCopy>,
    /// The removed span; `None` for a whole record.
    pub(super) span: Option<Span>,
    /// The part of the keeper that stays for it; `None` for the whole keeper.
    pub(super) keeper_span: Option<Span>,
    /// Whether the whole record is removed; it is then shown under the id of the document.
    pub(super) record: bool,
}

#[derive(Serialize)]
struct RemovedRow {
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    keeper: String,
    /// Position of a keeper among the references, whose ids may also occur in the input; or the index that has it.
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

/// The columns of the list of removed records and spans.
const REMOVED_COLUMNS: [&str; 11] = [
    "kind",
    "id",
    "start",
    "end",
    "keeper",
    "reference",
    "keeper_start",
    "keeper_end",
    "relation",
    "jaccard",
    "containment",
];

impl RemovedRow {
    /// The values of [`REMOVED_COLUMNS`]; a missing value is empty.
    fn cells(self) -> [String; 11] {
        let place = |place: Option<usize>| place.map_or_else(String::new, |place| place.to_string());
        [
            self.kind.to_owned(),
            self.id,
            place(self.start),
            place(self.end),
            self.keeper,
            self.reference.unwrap_or_default(),
            place(self.keeper_start),
            place(self.keeper_end),
            self.relation.name().to_owned(),
            score(self.jaccard),
            score(self.containment),
        ]
    }
}

impl<'a> Cleaning<'a> {
    /// Decides what is removed from `corpus`: the copies in `found` whose relation is in `remove`. `options` are those
    /// of the run.
    ///
    /// # Errors
    ///
    /// A record to be edited cannot be read again, or is an HTML page.
    pub fn plan(found: &'a Clustering, corpus: &'a Corpus, remove: &[Relation], options: &'a Options) -> Result<Self> {
        let strips = options.boilerplate == Boilerplate::Strip;
        let mut plan = Self { strips, ..Self::nothing(found, corpus, options) };

        let mut stripper = plan.stripper();
        let removals = found.removals(remove);
        for of_document in removals.chunk_by(|a, b| found.units.document(a.unit) == found.units.document(b.unit)) {
            plan.remove_units(of_document, stripper.as_mut())?;
        }
        plan.remove_known(remove);

        // Records without copies may lose boilerplate too.
        for (document, spans) in strip::records(found, corpus, options)? {
            if !plan.removed.contains(&document) && !plan.edited.contains_key(&document) {
                plan.edited.insert(document, Box::default());
                plan.stripped_spans += spans;
            }
        }

        Ok(plan)
    }

    /// The same plan, which reports the stage `write` to `progress`: every record of the input, as it is written or passed over.
    #[must_use]
    pub fn with_progress(mut self, progress: &'a dyn Progress) -> Self {
        self.progress = progress;
        self
    }

    /// The records that are removed as a whole.
    #[must_use]
    pub const fn removed_records(&self) -> &BTreeSet<DocId> {
        &self.removed
    }

    /// A plan that removes nothing.
    pub(super) fn nothing(found: &'a Clustering, corpus: &'a Corpus, options: &'a Options) -> Self {
        Self {
            corpus,
            found,
            options,
            strips: false,
            stripped_spans: 0,
            removed: BTreeSet::new(),
            edited: BTreeMap::new(),
            removed_parts: Vec::new(),
            progress: &(),
        }
    }

    /// Takes boilerplate out of records; `None` if it stays.
    pub(super) fn stripper(&self) -> Option<BoilerplateStripper<'a>> {
        self.strips.then(|| BoilerplateStripper::new(self.options, &self.found.units, self.corpus))
    }

    /// Checks that spans can be cut out of a record: its text must not be extracted from markup, or joined from a list.
    pub(super) fn check_editable(&self, document: DocId) -> Result<()> {
        let what = if self.corpus.is_extracted(document) {
            "holds pages, from which spans cannot be cut"
        } else if self.corpus.read(document)?.decoding.joined {
            "holds lists of texts, from which spans cannot be cut"
        } else {
            return Ok(());
        };

        let path = self.corpus.source(document).path.to_path_buf();
        let what = what.to_owned();
        let remedy = Remedy::Set { purpose: "remove whole documents", settings: &[("unit", "document")] };
        Err(ErrorKind::Unreadable { path, what, remedy }.into())
    }

    /// Removes units of one document, or the document itself.
    fn remove_units(&mut self, removals: &[Removal], stripper: Option<&mut BoilerplateStripper<'_>>) -> Result<()> {
        let units = &self.found.units;
        let Some(first) = removals.first() else { return Ok(()) };
        let document = units.document(first.unit);

        // The unit is the whole document.
        if units.number(first.unit).is_none() {
            self.remove_record(document, *first);
            return Ok(());
        }

        self.check_editable(document)?;
        for removal in removals {
            let span = Some(units.span(removal.unit));
            self.removed_parts.push(RemovedPart::of(*removal, span));
        }

        let record = self.corpus.read(document)?;
        let spans = spans_with_labels(units, removals, &record.text);
        let left = tidy::without(&record.text, &spans);
        if has_tokens(&left, &record.text, self.options) {
            let stripped = stripper.and_then(|stripper| stripper.strip(document, &record, &spans));
            self.stripped_spans += stripped.map_or(0, |(_, stripped)| stripped);
            self.edited.insert(document, spans.into());
            return Ok(());
        }

        // Nothing is left: its longest unit stands for it; of equally long ones the first, hence `rev`.
        if let Some(removal) = removals.iter().rev().max_by_key(|removal| units.span(removal.unit).len()) {
            self.remove_record(document, *removal);
        }
        Ok(())
    }

    /// Removes the copies of texts that are kept elsewhere.
    fn remove_known(&mut self, remove: &[Relation]) {
        if self.found.known.is_empty() {
            return;
        }
        for copy in self.found.known.iter().filter(|copy| remove.contains(&copy.relation)) {
            let Some(unit) = self.found.units.first_of(copy.document) else { continue };
            let removal = Removal { unit, keeper: unit, relation: copy.relation, score: copy.score };
            self.removed.insert(copy.document);
            let known = Some(copy.clone());
            self.removed_parts.push(RemovedPart { known, record: true, ..RemovedPart::of(removal, None) });
        }

        // In input order again: beside texts elsewhere, units are whole documents.
        self.removed_parts.sort_by_key(|part| part.removal.unit);
    }

    /// Removes a whole record; `removal` names its keeper and score.
    pub(super) fn remove_record(&mut self, document: DocId, removal: Removal) {
        self.removed.insert(document);
        self.removed_parts.push(RemovedPart { record: true, ..RemovedPart::of(removal, None) });
    }

    /// Whether nothing is removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed_parts.is_empty()
    }

    /// Adds the removed and edited records to the accounts of the run.
    pub fn account(&self, summary: &mut Summary) {
        let records = &mut summary.records;
        debug_assert!(self.removed.len() as u64 <= records.kept);
        records.kept = records.kept.saturating_sub(self.removed.len() as u64);
        records.edited = self.edited.len() as u64;

        for part in self.removed_parts.iter().filter(|part| part.record) {
            *records.removed.entry(part.removal.relation.name().to_owned()).or_default() += 1;
        }
        summary.stripped_spans = self.strips.then_some(self.stripped_spans);
    }

    /// Number of removed spans.
    #[must_use]
    pub fn spans(&self) -> usize {
        self.removed_parts.iter().filter(|part| !part.record).count()
    }

    /// Writes the removed records and spans in `format` (text means JSON Lines), in input order, each with its keeper
    /// and score.
    ///
    /// # Errors
    ///
    /// The writer fails; a record cannot be read again.
    pub fn write_removed(&self, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
        let shown = ShownUnits::new(self.corpus, &self.found.units, &self.found.names);
        let rows = self.removed_parts.iter().map(|part| part.row(&shown));

        match format {
            ReportFormat::Json => write_json_array(out, rows),
            ReportFormat::Jsonl | ReportFormat::Text => write_json_lines(out, rows),
            ReportFormat::Tsv | ReportFormat::Csv => {
                write_row(format, &REMOVED_COLUMNS, out)?;
                for row in rows {
                    let cells = row?.cells();
                    write_row(format, &cells.each_ref().map(String::as_str), out)?;
                }
                Ok(())
            }
        }
    }
}

/// The spans of removed units of one document, with the labels on the line of a removed headline: a rank, a time,
/// «more».
fn spans_with_labels(units: &Units, removals: &[Removal], text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = removals.iter().map(|removal| units.span(removal.unit)).collect();

    for unit in removals.iter().map(|removal| removal.unit) {
        if units.kind(unit) == UnitKind::Headline {
            let neighbours = [unit.0.checked_sub(1), unit.0.checked_add(1)].into_iter().flatten().map(UnitId);
            spans.extend(neighbours.filter_map(|neighbour| label(units, unit, neighbour, text)));
        }
    }

    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The span of `neighbour` if it is a label of `headline`: boilerplate of the same page, on the same line.
fn label(units: &Units, headline: UnitId, neighbour: UnitId, text: &str) -> Option<Span> {
    let is_of_page = neighbour.index() < units.len() && units.document(neighbour) == units.document(headline);
    if !is_of_page || units.kind(neighbour) != UnitKind::Boilerplate {
        return None;
    }

    let (label, own) = (units.span(neighbour), units.span(headline));
    let both = Span::new(label.start.min(own.start), label.end.max(own.end)).of(text);
    (!both.contains(['\n', '\r'])).then_some(label)
}

impl RemovedPart {
    /// A unit that is removed as the span of a record.
    pub(super) fn of(removal: Removal, span: Option<Span>) -> Self {
        Self { removal, known: None, span, keeper_span: None, record: false }
    }

    fn row(&self, shown: &ShownUnits<'_>) -> io::Result<RemovedRow> {
        let Removal { unit, keeper, relation, score: Score { jaccard, containment } } = self.removal;
        let (kind, id) = match self.record {
            true => ("record", shown.document_id(unit)?.to_string()),
            false => ("span", shown.id(unit)?),
        };

        Ok(RemovedRow {
            kind,
            id,
            start: self.span.map(|span| span.start),
            end: self.span.map(|span| span.end),
            keeper: match &self.known {
                Some(known) => known.keeper.to_string(),
                None => shown.id(keeper)?,
            },
            reference: match &self.known {
                Some(known) => Some(known.place.to_string()),
                None => shown.reference(keeper),
            },
            keeper_start: self.keeper_span.map(|span| span.start),
            keeper_end: self.keeper_span.map(|span| span.end),
            relation,
            jaccard,
            containment,
        })
    }
}
