//! The list of what a plan removes: a row for each record or span, with its keeper, or with the rule that removed it.

use std::io::{self, Write};

use serde::Serialize;

use super::plan::{Cleaning, RemovedPart};
use crate::cluster::Removal;
use crate::report::json_rows::write_json;
use crate::report::row_batches::write_rows;
use crate::report::shown_units::ShownUnits;
use crate::report::{ReportFormat, score, write_row};
use crate::similarity::{Relation, Score};

#[derive(Serialize)]
struct RemovedRow {
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    /// `None` if a rule removed it, and no keeper stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper: Option<String>,
    /// Position of a keeper among the references, whose ids may also occur in the input; or the index that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper_start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper_end: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<Relation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jaccard: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    containment: Option<f64>,
    #[serde(flatten)]
    finding: Option<FindingRow>,
}

/// Why a rule removed a unit.
#[derive(Serialize)]
struct FindingRow {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<usize>,
    size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<usize>,
    limit: usize,
}

/// The columns of the list of removed records and spans.
const REMOVED_COLUMNS: [&str; 16] = [
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
    "rule",
    "cluster",
    "size",
    "sources",
    "limit",
];

impl RemovedRow {
    /// The values of [`REMOVED_COLUMNS`]; a missing value is empty.
    fn cells(self) -> [String; 16] {
        let place = |place: Option<usize>| place.map_or_else(String::new, |place| place.to_string());
        let share = |share: Option<f64>| share.map_or_else(String::new, score);
        let finding = self.finding.as_ref();
        [
            self.kind.to_owned(),
            self.id,
            place(self.start),
            place(self.end),
            self.keeper.unwrap_or_default(),
            self.reference.unwrap_or_default(),
            place(self.keeper_start),
            place(self.keeper_end),
            self.relation.map_or("", Relation::name).to_owned(),
            share(self.jaccard),
            share(self.containment),
            finding.map_or("", |finding| finding.rule).to_owned(),
            place(finding.and_then(|finding| finding.cluster)),
            place(finding.map(|finding| finding.size)),
            place(finding.and_then(|finding| finding.sources)),
            place(finding.map(|finding| finding.limit)),
        ]
    }
}

impl Cleaning<'_> {
    /// Writes the removed records and spans in `format` (text means JSON Lines), in input order, each with its keeper
    /// and score.
    ///
    /// # Errors
    ///
    /// The writer fails; a record cannot be read again.
    pub fn write_removed(&self, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
        if matches!(format, ReportFormat::Tsv | ReportFormat::Csv) {
            write_row(format, &REMOVED_COLUMNS, out)?;
        }

        let Self { corpus, found, .. } = self;
        let shown = || ShownUnits::new(corpus, &found.units, &found.names);
        let write = |shown: &ShownUnits<'_>, part: &RemovedPart, bytes: &mut Vec<u8>| {
            let row = part.row(shown)?;
            match format {
                ReportFormat::Json => write_json(bytes, &row),
                ReportFormat::Jsonl | ReportFormat::Text => {
                    write_json(&mut *bytes, &row)?;
                    bytes.push(b'\n');
                    Ok(())
                }
                ReportFormat::Tsv | ReportFormat::Csv => {
                    write_row(format, &row.cells().each_ref().map(String::as_str), bytes)
                }
            }
        };
        write_rows(found.threads, &self.removed_parts, format, shown, write, out)
    }
}

impl RemovedPart {
    fn row(&self, shown: &ShownUnits<'_>) -> io::Result<RemovedRow> {
        let Removal { unit, keeper, relation, score: Score { jaccard, containment } } = self.removal;
        let by_keeper = self.rule.is_none();
        let (kind, id) = match self.record {
            true => ("record", shown.document_id(unit)?.to_string()),
            false => ("span", shown.id(unit)?),
        };

        Ok(RemovedRow {
            kind,
            id,
            start: self.span.map(|span| span.start),
            end: self.span.map(|span| span.end),
            keeper: match (&self.known, self.rule) {
                (_, Some(_)) => None,
                (Some(known), None) => Some(known.keeper.to_string()),
                (None, None) => Some(shown.id(keeper)?),
            },
            reference: match (&self.known, self.rule) {
                (_, Some(_)) => None,
                (Some(known), None) => Some(known.place.to_string()),
                (None, None) => shown.reference(keeper),
            },
            keeper_start: self.keeper_span.map(|span| span.start),
            keeper_end: self.keeper_span.map(|span| span.end),
            relation: by_keeper.then_some(relation),
            jaccard: by_keeper.then_some(jaccard),
            containment: by_keeper.then_some(containment),
            finding: self.rule.map(|finding| FindingRow {
                rule: finding.rule.name(),
                cluster: finding.cluster,
                size: finding.size,
                sources: finding.sources,
                limit: finding.limit,
            }),
        })
    }
}
