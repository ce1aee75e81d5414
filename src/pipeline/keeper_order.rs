//! Keeper order: the order in which units may become keepers.

use std::cmp::{Ordering, Reverse};

use super::options::Options;
use super::run_tables::RunTables;
use crate::cluster::Keep;
use crate::document::{Date, UnitId};
use crate::input::FieldValue;

/// The place of each unit in keeper order, and how many records lack the field that decides it. The first `references`
/// records come before all others.
pub(super) fn ranks(options: &Options, tables: &RunTables, references: usize) -> (Vec<u32>, u64) {
    let (keep, units) = (&options.keep, &tables.units);
    let mut order: Vec<UnitId> = units.ids().collect();
    sort_by_policy(&mut order, keep, tables);
    if options.lossless {
        // A text that has all of another is no shorter. Stable: among texts of one length, the policy decides.
        order.sort_by_key(|unit| Reverse(units.tokens(*unit)));
    }
    // Stable: inside references, and inside all others, the policy decides.
    order.sort_by_key(|unit| units.document(*unit).index() >= references);

    let mut ranks = vec![0; order.len()];
    for (rank, unit) in order.iter().enumerate() {
        ranks[unit.index()] = rank as u32;
    }
    (ranks, count_lacking(keep, tables))
}

/// Sorts units, which are in input order. Stable, so that ties go to the earliest in the input.
fn sort_by_policy(order: &mut [UnitId], keep: &Keep, tables: &RunTables) {
    let units = &tables.units;
    match keep {
        Keep::First => {}
        // Ties do not occur: places in the input are unique.
        Keep::Last => order.reverse(),
        Keep::Longest => order.sort_by_key(|unit| Reverse(units.tokens(*unit))),
        Keep::Shortest => order.sort_by_key(|unit| units.tokens(*unit)),
        Keep::Earliest => order.sort_by_key(|unit| {
            let date = date_of(tables, *unit);
            (date.is_none(), date)
        }),
        Keep::Latest => order.sort_by_key(|unit| {
            let date = date_of(tables, *unit);
            (date.is_none(), Reverse(date))
        }),
        Keep::Min(_) => order.sort_by(|a, b| missing_last(field_of(tables, *a), field_of(tables, *b), compare)),
        Keep::Max(_) => {
            order.sort_by(|a, b| missing_last(field_of(tables, *a), field_of(tables, *b), |a, b| compare(b, a)));
        }
    }
}

fn date_of(tables: &RunTables, unit: UnitId) -> Option<Date> {
    tables.dates.get(tables.units.document(unit).index()).copied().flatten()
}

fn field_of(tables: &RunTables, unit: UnitId) -> Option<&FieldValue> {
    tables.fields.get(tables.units.document(unit).index()).and_then(Option::as_ref)
}

/// How many records with units lack the field that decides; 0 if no field does.
fn count_lacking(keep: &Keep, tables: &RunTables) -> u64 {
    if keep.field().is_none() {
        return 0;
    }

    // Units are in input order, so those of one record are together.
    let mut documents: Vec<_> = tables.units.ids().map(|unit| tables.units.document(unit)).collect();
    documents.dedup();
    documents.iter().filter(|document| tables.fields[document.index()].is_none()).count() as u64
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

/// Numbers by value, before texts. Texts by bytes, which orders ISO 8601 dates.
fn compare(a: &FieldValue, b: &FieldValue) -> Ordering {
    match (a, b) {
        (FieldValue::Number(a), FieldValue::Number(b)) => a.total_cmp(b),
        (FieldValue::Text(a), FieldValue::Text(b)) => a.cmp(b),
        (FieldValue::Number(_), FieldValue::Text(_)) => Ordering::Less,
        (FieldValue::Text(_), FieldValue::Number(_)) => Ordering::Greater,
    }
}
