//! Runs over a corpus (files, or records in memory) that change nothing: clusters, pairs, passages, units, and the description of
//! an input.

use mukarrar::describe::{DescribeOptions, describe as describe_input};
use mukarrar::page::{SourceResolver, UnitLevel};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::{self, ExactGroups, HtmlReport};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::options::{whole, word};
use crate::report_source::{FoundResult, ReportedResult, ReportedRun};
use crate::run_output::{JSON, JSON_LINES, RunOutput, refuse_nothing_read};
use crate::run_request::{KnownOptions, RunRequest};

/// Finds clusters of near-duplicates. See `mukarrar.clusters`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn clusters<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyDict>> {
    let request = RunRequest::new("clusters", source, options, KnownOptions::All, |_, _| Ok(false))?;
    request.run(source.py(), |request, progress| {
        let pipeline = request.pipeline(progress)?;
        let RunRequest { mut reading, mut source, .. } = request;
        pipeline.options().ask_for_fields(&mut reading);
        reading.ask_if_there(HtmlReport::shown_fields(pipeline.options()));

        let (corpus, found) = pipeline.read_clusters(source.input(reading)?, progress)?;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let mut written = RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| {
            report::clusters(&found, &corpus, JSON_LINES, out)
        })?;
        pipeline.forget_work()?;

        let (options, summary) = (pipeline.options().clone(), found.summary.clone());
        let found = FoundResult::Clusters(found);
        let run = ReportedRun { corpus, options, summary, found, removed: None };
        written.report = Some(ReportedResult::Run(Box::new(run)));
        Ok(written)
    })
}

/// Finds pairs of near-duplicates. See `mukarrar.pairs`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn pairs<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyDict>> {
    let mut groups = ExactGroups::Expanded;
    let request = RunRequest::new("pairs", source, options, KnownOptions::All, |name, value| {
        if name == "expand_exact" {
            groups = if value.extract()? { ExactGroups::Expanded } else { ExactGroups::Folded };
        }
        Ok(name == "expand_exact")
    })?;

    request.run(source.py(), move |request, progress| {
        let pipeline = request.pipeline(progress)?;
        let RunRequest { mut reading, mut source, .. } = request;
        pipeline.options().ask_for_fields(&mut reading);
        reading.ask_if_there(HtmlReport::shown_fields(pipeline.options()));

        let (corpus, found) = pipeline.read_pairs(source.input(reading)?, progress)?;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let mut written = RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| {
            report::pairs(&found, &corpus, groups, JSON_LINES, out)
        })?;
        pipeline.forget_work()?;

        let (options, summary) = (pipeline.options().clone(), found.summary.clone());
        let found = FoundResult::Pairs(found);
        let run = ReportedRun { corpus, options, summary, found, removed: None };
        written.report = Some(ReportedResult::Run(Box::new(run)));
        Ok(written)
    })
}

/// The options of a run that passages have.
pub(crate) const OF_PASSAGES: [&str; 6] = ["profile", "language", "seed", "threads", "memory", "temp_dir"];

/// Finds passages that occur twice. See `mukarrar.passages`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn passages<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyDict>> {
    let mut wanted = Options::default().passages;
    let mut request = RunRequest::new("passages", source, options, KnownOptions::Some(&OF_PASSAGES), |name, value| {
        match name {
            "min_tokens" => wanted.min_tokens = whole(name, value)?,
            "max_gap" => wanted.max_gap = whole(name, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    request.options.passages = wanted;

    request.run(source.py(), |request, progress| {
        let RunRequest { options, reading, mut source, .. } = request;
        let pipeline = Pipeline::new(options)?;
        let (corpus, found) = pipeline.read_passages(source.input(reading)?, progress)?;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| {
            report::passages(&found, &corpus, JSON_LINES, out)
        })
    })
}

/// Cuts the records of a corpus into units. See `mukarrar.corpus_units`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn corpus_units<'py>(
    source: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let mut level = UnitLevel::Story;
    let known = KnownOptions::Some(&["source_field"]);
    let mut request = RunRequest::new("corpus_units", source, options, known, |name, value| {
        if name == "unit" {
            level = word(value)?;
        }
        Ok(name == "unit")
    })?;
    request.read_lines_of(level);

    request.run(source.py(), move |request, progress| {
        let RunRequest { options, mut reading, mut source, .. } = request;
        let source_field = options.source_field.as_deref();
        // Returning lines are those of a source.
        reading.fields = SourceResolver::fields(source_field).filter(|_| level == UnitLevel::Story).collect();
        let corpus = mukarrar::input::Corpus::read_once(source.input(reading)?, Default::default())?;
        progress.end_if_interrupted();

        let rejects: Vec<_> = corpus.ids().filter(|document| corpus.read(*document).is_err()).collect();
        corpus.refuse_nothing_read(&rejects)?;
        let mut written = RunOutput::object(|out| report::cut(&corpus, level, source_field, JSON_LINES, out))?;
        written.set_rejected(&rejects, &corpus)?;
        Ok(written)
    })
}

/// Describes an input. See `mukarrar.describe`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn describe<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyDict>> {
    let known = KnownOptions::Some(&["source_field", "date_field", "date_order", "threads"]);
    let request = RunRequest::new("describe", source, options, known, |_, _| Ok(false))?;

    request.run(source.py(), |request, progress| {
        let RunRequest { options, mut reading, mut source, .. } = request;
        let mut wanted = DescribeOptions::default();
        (wanted.source_field, wanted.date_field) = (options.source_field, options.date_field);
        (wanted.date_order, wanted.threads) = (options.date_order, options.threads);
        reading.fields = wanted.fields();

        let input = source.input(reading)?;
        let title = input.title();
        let found = describe_input(input, &wanted, progress)?;
        let mut written = RunOutput::object(|out| report::description(&found, JSON, out))?;
        written.report = Some(ReportedResult::Description(Box::new(found), title));
        Ok(written)
    })
}
