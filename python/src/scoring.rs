//! Scores runs against gold, and says what labels tell of pairs.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use mukarrar::evaluate::{Gold, GoldKind, GoldPages, Predictions, evaluate as score, evaluate_pages as score_pages};
use mukarrar::labels::{LabelFile, ListedPairs, estimate, sample};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::Pipeline;
use mukarrar::report;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::attempt;
use crate::options::word;
use crate::run_output::{JSON, RunOutput, refuse_nothing_read, written};
use crate::run_request::{KnownOptions, RunRequest};

/// Gold: a file, or its lines.
enum GoldSource {
    File(PathBuf),
    Lines(Vec<u8>),
}

/// Scores the clusters of a corpus against gold: a path, or the bytes of a gold file. See `mukarrar.evaluate`.
#[pyfunction]
#[pyo3(signature = (source, gold, **options))]
pub fn evaluate<'py>(
    source: &Bound<'py, PyAny>,
    gold: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let mut kind = GoldKind::Labels;
    let request = RunRequest::new("evaluate", source, options, KnownOptions::All, |name, value| {
        if name == "gold_kind" {
            kind = word(value)?;
        }
        Ok(name == "gold_kind")
    })?;
    let gold = match gold.extract::<PathBuf>() {
        Ok(path) => GoldSource::File(path),
        Err(_) => GoldSource::Lines(gold.extract()?),
    };

    request.run(source.py(), move |request, progress| {
        let gold = match gold {
            GoldSource::File(path) => Gold::open(&path, kind)?,
            GoldSource::Lines(lines) => Gold::read(Cursor::new(lines), Path::new("gold"), kind)?,
        };
        let pipeline = request.pipeline(progress)?;
        let RunRequest { mut reading, mut source, .. } = request;
        pipeline.options().ask_for_fields(&mut reading);

        let (corpus, found) = pipeline.read_clusters(source.input(reading)?, progress)?;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let scores = score(&gold, &Predictions::new(&corpus, &found.units, &found.names, &found.clusters))?;
        let written =
            RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| report::evaluation(&scores, JSON, out))?;
        pipeline.forget_work()?;
        Ok(written)
    })
}

/// Scores the cutting of pages and what repeats on them. See `mukarrar.evaluate_pages`.
#[pyfunction]
#[pyo3(signature = (directory, **options))]
pub fn evaluate_pages<'py>(
    directory: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let place: PathBuf = directory.extract()?;
    let mut request = RunRequest::new("evaluate_pages", directory, options, KnownOptions::All, |_, _| Ok(false))?;
    request.options.unit = UnitLevel::Story;

    request.run(directory.py(), move |request, progress| {
        let pipeline = Pipeline::new(request.options)?;
        let gold = GoldPages::open(&place)?;
        let found = pipeline.clusters(&gold.corpus(), progress)?;
        let scores = score_pages(&gold, &found.units, &found.clusters);
        let mut output = RunOutput::object(|out| report::pages_evaluation(&scores, JSON, out))?;
        output.set_summary(&found.summary)?;
        Ok(output)
    })
}

/// What the labels in a file tell of the pairs in another, as JSON. See `mukarrar.estimate`.
#[pyfunction]
pub fn pair_estimate(py: Python<'_>, pairs: PathBuf, labels: PathBuf) -> PyResult<Bound<'_, PyBytes>> {
    let found = attempt(py, || {
        let (list, labels) = (ListedPairs::open(pairs)?, LabelFile::open(labels)?);
        if labels.labels().is_empty() {
            let given = labels.path().display();
            return Err(mukarrar::Error::parameter("labels", given, "labels: at least one"));
        }
        written(|out| report::pair_estimate(&estimate(&list, &labels), JSON, out))
    })?;
    Ok(PyBytes::new(py, &found))
}

/// The places of the pairs in a file that a sample for labelling takes, in the order of labelling. See `Pairs.sample`.
#[pyfunction]
pub fn sample_pairs(py: Python<'_>, pairs: PathBuf, count: usize, seed: u64) -> PyResult<Vec<usize>> {
    attempt(py, || Ok(sample(ListedPairs::open(pairs)?.pairs(), count, seed)))
}
