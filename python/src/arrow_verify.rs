//! Exact scores of pairs of texts in Arrow batches.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, Field, Schema};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{self, Options, Pipeline};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rayon::prelude::*;

use crate::arrow::{TextColumn, place_of, refused};
use crate::arrow_table::ArrowInput;
use crate::errors::attempt;
use crate::options::{each, run};
use crate::threads::on_threads;

/// Most pairs between two looks for signals.
const AT_ONCE: usize = 32;

/// Bytes of texts after which there is a look, once each core has a pair: pairs of long texts take tenths of a second.
const BYTES_AT_ONCE: usize = 1 << 20;

/// The scores and the relation of one pair.
struct PairVerdict {
    jaccard: f64,
    containment: f64,
    relation: Option<&'static str>,
    reason: Option<&'static str>,
}

/// Computes the exact scores of pairs of texts, on all cores: what remains to be done after a join on band keys.
///
/// `batch` is a record batch, a table or a reader, and so is the result, without the columns `text_a` and `text_b`, and with
/// `jaccard`, `containment`, `relation` (as of `compare`, null for none) and `reason`. A pair with a null text has nulls.
/// Options: those of `compare`.
///
/// >>> import mukarrar, pyarrow
/// >>> pairs = pyarrow.table({"a": [1], "b": [2], "text_a": ["قال الوزيرُ إن الأمر انتهى"], "text_b": ["قال الوزير إن الأمر انتهى"]})
/// >>> pyarrow.table(mukarrar.verify_batch(pairs)).to_pylist()
/// [{'a': 1, 'b': 2, 'jaccard': 1.0, 'containment': 1.0, 'relation': 'exact', 'reason': None}]
#[pyfunction]
#[pyo3(signature = (batch, *, text_a = "text_a", text_b = "text_b", **options))]
pub fn verify_batch(
    py: Python<'_>,
    batch: &Bound<'_, PyAny>,
    text_a: &str,
    text_b: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Py<PyAny>> {
    let mut given = Options::default();
    each("verify_batch", options, |name, value| {
        let counts = ["profile", "language", "boilerplate", "shingle", "seed", "threshold", "containment", "facts"];
        Ok(counts.contains(&name) && run(&mut given, name, value)?)
    })?;
    given.unit = UnitLevel::Document;
    let pipeline = attempt(py, || Pipeline::new(given))?;

    let input = ArrowInput::of(batch)?;
    let places = [place_of(py, &input.schema(), "text_a", text_a)?, place_of(py, &input.schema(), "text_b", text_b)?];
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    input.map(py, |batch| {
        let texts =
            [TextColumn::named(py, &batch, places[0], "text_a")?, TextColumn::named(py, &batch, places[1], "text_b")?];
        let pairs: Vec<(Option<&str>, Option<&str>)> = texts[0].each().zip(texts[1].each()).collect();
        let (mut all, mut rest) = (Vec::with_capacity(pairs.len()), pairs.as_slice());
        while !rest.is_empty() {
            let (pairs, later) = rest.split_at(at_once(rest, cores));
            all.extend(on_threads(py, || verified(pairs, pipeline.options()))?);
            py.check_signals()?;
            rest = later;
        }
        with_verdicts(&batch, places, &all).map_err(|error| refused(&error))
    })
}

/// Number of the first pairs that are verified before the next look for signals.
fn at_once(pairs: &[(Option<&str>, Option<&str>)], cores: usize) -> usize {
    let mut bytes = 0;
    let is_much = |(place, (a, b)): (usize, &(Option<&str>, Option<&str>))| {
        bytes += a.map_or(0, str::len) + b.map_or(0, str::len);
        bytes >= BYTES_AT_ONCE && place + 1 >= cores
    };
    let much = pairs.iter().take(AT_ONCE).enumerate().position(is_much);
    much.map_or(AT_ONCE.min(pairs.len()), |place| place + 1)
}

/// The verdict on each pair, on the threads of the pool around this call.
fn verified(pairs: &[(Option<&str>, Option<&str>)], options: &Options) -> Vec<Option<PairVerdict>> {
    let verdict = |(a, b): &(Option<&str>, Option<&str>)| {
        let found = pipeline::compare((*a)?, (*b)?, options);
        Some(PairVerdict {
            jaccard: found.score.jaccard,
            containment: found.score.containment,
            relation: found.relation.map(mukarrar::similarity::Relation::name),
            reason: found.relation.and_then(mukarrar::similarity::Relation::reason).map(|reason| reason.name()),
        })
    };
    pairs.par_iter().map(verdict).collect()
}

/// The batch without its texts, and with the verdicts.
fn with_verdicts(
    batch: &RecordBatch,
    texts: [usize; 2],
    verified: &[Option<PairVerdict>],
) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let kept = || (0..batch.num_columns()).filter(|place| !texts.contains(place));
    let mut fields: Vec<Arc<Field>> = kept().map(|place| Arc::clone(&schema.fields()[place])).collect();
    let mut columns: Vec<ArrayRef> = kept().map(|place| Arc::clone(batch.column(place))).collect();

    let numbers = |number: fn(&PairVerdict) -> f64| -> ArrayRef {
        Arc::new(verified.iter().map(|verdict| verdict.as_ref().map(number)).collect::<Float64Array>())
    };
    let words = |word: fn(&PairVerdict) -> Option<&'static str>| -> ArrayRef {
        Arc::new(verified.iter().map(|verdict| verdict.as_ref().and_then(word)).collect::<StringArray>())
    };
    let made = [
        ("jaccard", numbers(|verdict| verdict.jaccard)),
        ("containment", numbers(|verdict| verdict.containment)),
        ("relation", words(|verdict| verdict.relation)),
        ("reason", words(|verdict| verdict.reason)),
    ];
    for (name, column) in made {
        fields.push(Arc::new(Field::new(name, column.data_type().clone(), true)));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
