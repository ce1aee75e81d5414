//! Verified pairs, in input order of the first side, then of the second.

use std::io::{self, Write};

use serde::Serialize;

use super::json_rows::{write_json_array, write_json_lines};
use super::shown_units::ShownUnits;
use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use super::text::relation_with_reason;
use crate::input::Corpus;
use crate::pipeline::PairList;
use crate::shingle::ShingleKind;
use crate::similarity::{Pair, Relation, VariantReason};

#[derive(Serialize)]
struct PairRow {
    id_a: String,
    id_b: String,
    jaccard: f64,
    containment: f64,
    relation: Relation,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<VariantReason>,
    measure: ShingleKind,
}

/// Which pairs of a group of exact copies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExactGroups {
    /// Every pair of a group, and every pair across two near groups.
    Expanded,
    /// One pair for each copy, with the first of its group.
    Folded,
}

/// Writes the pairs of a run over `corpus`. Reads their records again for ids and previews.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn pairs(
    found: &PairList,
    corpus: &Corpus,
    groups: ExactGroups,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = ShownUnits::new(corpus, &found.units, &found.names);
    let rows = found.iter(groups == ExactGroups::Expanded).map(|pair| (row(&shown, &pair), pair));

    match style.format {
        ReportFormat::Json => write_json_array(out, rows.map(|row| row.0)),
        ReportFormat::Jsonl => write_json_lines(out, rows.map(|row| row.0)),
        ReportFormat::Tsv | ReportFormat::Csv => table(rows.map(|row| row.0), style.format, out),
        ReportFormat::Text => {
            for (row, pair) in rows {
                text(&row?, &pair, &shown, style, out)?;
            }
            Ok(())
        }
    }
}

fn row(shown: &ShownUnits<'_>, pair: &Pair) -> io::Result<PairRow> {
    Ok(PairRow {
        id_a: shown.id(pair.a)?,
        id_b: shown.id(pair.b)?,
        jaccard: pair.score.jaccard,
        containment: pair.score.containment,
        relation: pair.relation,
        reason: pair.relation.reason(),
        measure: pair.measure,
    })
}

fn table(rows: impl Iterator<Item = io::Result<PairRow>>, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    write_row(format, &["id_a", "id_b", "jaccard", "containment", "relation", "measure", "reason"], out)?;

    for row in rows {
        let PairRow { id_a, id_b, jaccard, containment, relation, reason, measure } = row?;
        let (jaccard, containment, measure) = (score(jaccard), score(containment), measure.to_string());
        let reason = reason.map_or("", VariantReason::name);

        write_row(format, &[&id_a, &id_b, &jaccard, &containment, relation.name(), &measure, reason], out)?;
    }
    Ok(())
}

fn text(row: &PairRow, pair: &Pair, shown: &ShownUnits<'_>, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let relation = style.bold(&format!("{:9}", relation_with_reason(row.relation)));
    writeln!(out, "{relation}  J {:.4}  C {:.4}  ({})", row.jaccard, row.containment, row.measure)?;
    for (id, unit) in [(&row.id_a, pair.a), (&row.id_b, pair.b)] {
        writeln!(out, "  {}  {}", style.original(id), style.snippet(&shown.preview(unit)?))?;
    }
    Ok(())
}
