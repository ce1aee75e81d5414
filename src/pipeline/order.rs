//! Keeper order: which unit may become a keeper before which.

use std::cmp::Ordering;

use super::tables::RunTables;
use crate::cluster::Keep;
use crate::document::UnitId;
use crate::input::FieldValue;

/// Each unit's place in keeper order, the first `references` records before all others, and how many records lack the
/// field that decides it.
pub(super) fn ranks(keep: &Keep, tables: &RunTables, references: usize) -> (Vec<u32>, u64) {
    let RunTables { units, fields, dates, .. } = tables;
    let mut order: Vec<UnitId> = units.ids().collect();
    let field = |unit: &UnitId| fields.get(units.document(*unit).index()).and_then(Option::as_ref);
    let date = |unit: &UnitId| dates.get(units.document(*unit).index()).copied().flatten();
    match keep {
        Keep::First => {}
        Keep::Last => order.reverse(),
        Keep::Longest => order.sort_by_key(|unit| std::cmp::Reverse(units.tokens(*unit))),
        Keep::Shortest => order.sort_by_key(|unit| units.tokens(*unit)),
        Keep::Earliest => order.sort_by_key(|unit| (date(unit).is_none(), date(unit))),
        Keep::Latest => order.sort_by_key(|unit| (date(unit).is_none(), std::cmp::Reverse(date(unit)))),
        Keep::Min(_) => order.sort_by(|a, b| missing_last(field(a), field(b), compare)),
        Keep::Max(_) => order.sort_by(|a, b| missing_last(field(a), field(b), |a, b| compare(b, a))),
    }
    order.sort_by_key(|unit| units.document(*unit).index() >= references);
    let mut ranks = vec![0; order.len()];
    for (rank, unit) in order.iter().enumerate() {
        ranks[unit.index()] = rank as u32;
    }
    let mut lacking = 0;
    if keep.field().is_some() {
        let mut documents: Vec<_> = units.ids().map(|unit| units.document(unit)).collect();
        documents.dedup();
        lacking = documents.iter().filter(|document| fields[document.index()].is_none()).count() as u64;
    }
    (ranks, lacking)
}

fn missing_last(
    a: Option<&FieldValue>,
    b: Option<&FieldValue>,
    compare: impl Fn(&FieldValue, &FieldValue) -> Ordering,
) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// Numbers by value, before texts; texts by bytes, which orders ISO 8601 dates.
fn compare(a: &FieldValue, b: &FieldValue) -> Ordering {
    match (a, b) {
        (FieldValue::Number(a), FieldValue::Number(b)) => a.total_cmp(b),
        (FieldValue::Text(a), FieldValue::Text(b)) => a.cmp(b),
        (FieldValue::Number(_), FieldValue::Text(_)) => Ordering::Less,
        (FieldValue::Text(_), FieldValue::Number(_)) => Ordering::Greater,
    }
}
