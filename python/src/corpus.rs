//! Runs over a corpus (files, or records in memory), and the comparison of two texts.
//!
//! Results are the JSON that the command line writes, so that the two cannot differ; `mukarrar/_records.py` reads it.

use std::path::PathBuf;

use mukarrar::document::DocId;
use mukarrar::index::IndexedTexts;
use mukarrar::input::Corpus;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{self, Options, Pipeline};
use mukarrar::report::output::Outputs;
use mukarrar::report::{self, CleanDestination, Cleaning, NamedText, ReportFormat, ReportStyle};
use mukarrar::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{PythonPhrasing, attempt};
use crate::interruptible::{RunProgress, interruptible};
use crate::options::{each, run};
use crate::run_request::{CorpusSource, RunRequest};

const JSON_LINES: ReportStyle = ReportStyle { format: ReportFormat::Jsonl, isolate: false, color: false };

impl RunRequest {
    /// Runs `work`, which hears Ctrl-C.
    fn run<'py>(
        mut self,
        py: Python<'py>,
        work: impl FnOnce(Self, &RunProgress) -> Result<RunOutput> + Send + 'static,
    ) -> PyResult<OutputParts<'py>> {
        let tell = self.progress.take().map(|tell| tell.into_bound(py));
        let written = interruptible(py, tell.as_ref(), move |progress| work(self, progress))?;
        Ok(written.parts(py))
    }
}

/// The results of a run as bytes of JSON.
#[derive(Default)]
struct RunOutput {
    results: Vec<u8>,
    kept: Option<Vec<u8>>,
    rejected: Vec<u8>,
    summary: Vec<u8>,
}

type OutputParts<'py> = (Bound<'py, PyBytes>, Option<Bound<'py, PyBytes>>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

impl RunOutput {
    /// The output of a run whose results `write` writes.
    fn listed(
        corpus: &Corpus,
        rejects: &[DocId],
        summary: &pipeline::Summary,
        write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>,
    ) -> Result<Self> {
        let mut output = Self { summary: summary_bytes(summary)?, ..Self::default() };
        written_in_memory(write(&mut output.results))?;
        output.write_rejected(rejects, corpus)?;
        Ok(output)
    }

    fn parts(self, py: Python<'_>) -> OutputParts<'_> {
        let bytes = |bytes: Vec<u8>| PyBytes::new(py, &bytes);
        (bytes(self.results), self.kept.map(bytes), bytes(self.rejected), bytes(self.summary))
    }

    fn write_rejected(&mut self, rejects: &[DocId], corpus: &Corpus) -> Result<()> {
        let rows = ReportFormat::Jsonl;
        written_in_memory(report::write_rejected(rejects, corpus, &PythonPhrasing, rows, &mut self.rejected))
    }
}

/// Converts the error of a report that was written to memory: only reading a record again can fail.
fn written_in_memory(result: std::io::Result<()>) -> Result<()> {
    result.map_err(|source| mukarrar::ErrorKind::Io { action: "read", path: "records".into(), source }.into())
}

fn summary_bytes(summary: &pipeline::Summary) -> Result<Vec<u8>> {
    serde_json::to_vec(summary).map_err(|error| {
        mukarrar::ErrorKind::Io { action: "write", path: "summary".into(), source: error.into() }.into()
    })
}

/// Refuses a run that read not one record: an empty result would look like a clean one.
fn refuse_nothing_read(pipeline: &Pipeline, corpus: &Corpus, rejects: &[DocId]) -> Result<()> {
    let Err(error) = corpus.refuse_nothing_read(rejects) else { return Ok(()) };

    // The same call with other arguments begins anew.
    pipeline.forget_work()?;
    Err(error)
}

/// Finds clusters of near-duplicates. See `mukarrar.clusters`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn clusters<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<OutputParts<'py>> {
    let py = source.py();
    let request = RunRequest::new("clusters", source, options)?;
    request.run(py, |request, progress| {
        let RunRequest { options, mut reading, mut source, .. } = request;
        let pipeline = Pipeline::new(options)?;
        pipeline.options().ask_for_fields(&mut reading);
        let (corpus, found) = pipeline.read_clusters(source.input(reading)?, progress)?;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let written = RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| {
            report::clusters(&found, &corpus, JSON_LINES, out)
        })?;
        pipeline.forget_work()?;
        Ok(written)
    })
}

/// Finds pairs of near-duplicates. See `mukarrar.pairs`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn pairs<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<OutputParts<'py>> {
    let py = source.py();
    let request = RunRequest::new("pairs", source, options)?;
    request.run(py, |request, progress| {
        let RunRequest { options, mut reading, mut source, groups, .. } = request;
        let pipeline = Pipeline::new(options)?;
        pipeline.options().ask_for_fields(&mut reading);
        let (corpus, found) = pipeline.read_pairs(source.input(reading)?, progress)?;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let written = RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| {
            report::pairs(&found, &corpus, groups, JSON_LINES, out)
        })?;
        pipeline.forget_work()?;
        Ok(written)
    })
}

/// Finds passages that occur twice. See `mukarrar.passages`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn passages<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<OutputParts<'py>> {
    let py = source.py();
    let request = RunRequest::new("passages", source, options)?;
    request.run(py, |request, progress| {
        let RunRequest { options, reading, mut source, .. } = request;
        let pipeline = Pipeline::new(options)?;
        let (corpus, found) = pipeline.read_passages(source.input(reading)?, progress)?;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let written = RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| {
            report::passages(&found, &corpus, JSON_LINES, out)
        })?;
        Ok(written)
    })
}

/// Removes copies from a corpus. See `mukarrar.dedup`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn dedup<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<OutputParts<'py>> {
    let py = source.py();
    let request = RunRequest::new("dedup", source, options)?;
    request.run(py, remove_copies)
}

fn remove_copies(request: RunRequest, progress: &RunProgress) -> Result<RunOutput> {
    let RunRequest { options, mut reading, mut source, output, against, remove, .. } = request;
    let pipeline = Pipeline::new(options)?;
    let (indexes, against): (Vec<PathBuf>, Vec<PathBuf>) =
        against.into_iter().partition(|path| IndexedTexts::is_index(path));
    let known = if indexes.is_empty() { None } else { Some(IndexedTexts::open(&indexes, &pipeline, &remove)?) };
    pipeline.options().ask_for_fields(&mut reading);
    reading.ask_if_there(known.iter().flat_map(|_| IndexedTexts::fields(pipeline.options())));

    let holds_records = matches!(source, CorpusSource::Records(_));
    let input = source.input(reading)?;
    let input = if against.is_empty() { input } else { input.against(&against)? };

    // Checked before the run, which can take long.
    let destination = match &output {
        Some(output) if output.as_os_str() == "-" => {
            return Err(Error::parameter("output", "-", "a path"));
        }
        Some(output) => Some(CleanDestination::new(output, source.paths(), &input)?),
        None => holds_records.then_some(CleanDestination::Stream),
    };

    let (corpus, found) = match &known {
        Some(known) => pipeline.read_clusters_beside(input, known, progress)?,
        None => pipeline.read_clusters(input, progress)?,
    };
    refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
    let cleaning = Cleaning::plan(&found, &corpus, &remove, pipeline.options())?.with_progress(progress);

    let mut written = RunOutput::default();
    written_in_memory(cleaning.write_removed(ReportFormat::Jsonl, &mut written.results))?;
    written.write_rejected(&found.rejects, &corpus)?;

    if let Some(destination) = destination {
        let (mut outputs, mut kept) = (Outputs::new(), Vec::new());
        cleaning.write(&destination, &mut outputs, &mut kept)?;
        progress.end_if_interrupted();
        outputs.commit()?;
        written.kept = holds_records.then_some(kept);
    }

    let mut summary = found.summary.clone();
    cleaning.account(&mut summary);
    written.summary = summary_bytes(&summary)?;

    // The results are complete, so an interrupted run has nothing to continue from.
    pipeline.forget_work()?;
    Ok(written)
}

/// Compares two texts. See `mukarrar.compare`.
#[pyfunction]
#[pyo3(signature = (a, b, **options))]
pub fn compare<'py>(
    py: Python<'py>,
    a: &str,
    b: &str,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut given = Options::default();

    each("compare", options, |name, value| {
        let counts = ["profile", "language", "boilerplate", "shingle", "seed", "threshold", "containment", "facts"];
        Ok(counts.contains(&name) && run(&mut given, name, value)?)
    })?;
    given.unit = UnitLevel::Document;

    let written = attempt(py, || {
        let pipeline = Pipeline::new(given)?;
        let found = pipeline::compare(a, b, pipeline.options());
        let mut out = Vec::new();
        let (a, b) = (NamedText { id: "a", text: a }, NamedText { id: "b", text: b });
        written_in_memory(report::comparison(&found, a, b, JSON_LINES, &mut out))?;
        Ok(out)
    })?;
    Ok(PyBytes::new(py, &written))
}
