//! Runs over a corpus (files, or records in memory), and the comparison of two texts.
//!
//! Results are the JSON that the command line writes, so that the two cannot differ; `mukarrar/_records.py` reads it.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use mukarrar::input::{Corpus, EncodingChoice, Input, InputFormat, InputOptions, MAX_RECORD_SIZE};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{self, Clustering, Options, Pipeline};
use mukarrar::report::output::Outputs;
use mukarrar::report::{self, CleanDestination, Cleaning, NamedText, ReportFormat, ReportStyle};
use mukarrar::similarity::Relation;
use mukarrar::{Error, Result};
use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{PythonPhrasing, attempt, in_item, parameter};
use crate::options::{each, paths, reading, run};

const JSON_LINES: ReportStyle = ReportStyle { format: ReportFormat::Jsonl, isolate: false, color: false };

/// The input of a run.
enum CorpusSource {
    Files(Vec<PathBuf>),
    /// Ids and texts as JSON Lines.
    Records(Vec<u8>),
}

impl CorpusSource {
    fn new(source: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(path) = source.extract::<PathBuf>() {
            return Ok(Self::Files(vec![path]));
        }

        let (mut files, mut records, mut count) = (Vec::new(), Vec::new(), 0_u64);
        for item in source.try_iter()? {
            let item = item?;
            if let Ok(path) = item.extract::<PathBuf>() {
                files.push(path);
            } else {
                write_record(&item, count, &mut records)?;
                count += 1;
            }

            if count > 0 && !files.is_empty() {
                return Err(PyTypeError::new_err("paths and (id, text) pairs are mixed; give one kind"));
            }
        }

        Ok(if files.is_empty() { Self::Records(records) } else { Self::Files(files) })
    }

    fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Files(paths) => paths,
            Self::Records(_) => &[],
        }
    }

    fn input(&mut self, mut options: InputOptions) -> Result<Input> {
        match self {
            Self::Files(paths) => Input::open(paths, options),
            Self::Records(records) => {
                // Python strings are Unicode already, and of any size.
                options.encoding = EncodingChoice::Strict;
                options.format = Some(InputFormat::JsonLines);
                options.max_record_size = MAX_RECORD_SIZE;
                Input::from_reader("records", Cursor::new(std::mem::take(records)), options)
            }
        }
    }
}

/// Writes an `(id, text)` pair as a line of JSON.
fn write_record(pair: &Bound<'_, PyAny>, place: u64, out: &mut Vec<u8>) -> PyResult<()> {
    let wrong = |error: PyErr| match error.is_instance_of::<PyUnicodeEncodeError>(pair.py()) {
        true => in_item(pair.py(), error, place),
        false => PyTypeError::new_err(format!("item {place} is no (id, text) pair of a string or int and a string")),
    };

    let (id, text): (Bound<'_, PyAny>, PyBackedStr) = pair.extract().map_err(wrong)?;
    let id = if id.is_instance_of::<pyo3::types::PyInt>() { id.str()?.into_any() } else { id };
    let id: PyBackedStr = id.extract().map_err(wrong)?;

    let fields = serde_json::json!({"id": &*id, "text": &*text});
    writeln!(out, "{fields}")?;
    Ok(())
}

/// The arguments of a run.
struct RunRequest {
    options: Options,
    reading: InputOptions,
    source: CorpusSource,
    output: Option<PathBuf>,
    against: Vec<PathBuf>,
    remove: Vec<Relation>,
}

impl RunRequest {
    fn new(function: &str, source: &Bound<'_, PyAny>, given: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let py = source.py();
        let mut request = Self {
            options: Options::default(),
            reading: InputOptions::default(),
            source: CorpusSource::new(source)?,
            output: None,
            against: Vec::new(),
            remove: vec![Relation::Exact, Relation::Near],
        };
        let dedups = function == "dedup";
        let mut html = false;

        each(function, given, |name, value| {
            html |= matches!(name, "html_raw" | "html_lines");
            match name {
                "output" if dedups => request.output = value.extract()?,
                "against" if dedups => request.against = paths(value)?,
                "remove" if dedups => request.remove = relations(value)?,
                "unique_ids" => request.reading.unique_ids = value.extract()?,
                _ => {
                    let reads = reading(&mut request.reading, name, value)?;
                    if reads && matches!(request.source, CorpusSource::Records(_)) {
                        return Err(parameter(py, name, &value.str()?.to_string(), "left out: it is for files"));
                    }
                    return Ok(reads || run(&mut request.options, name, value)?);
                }
            }
            Ok(true)
        })?;

        // Stories are cut by the markup of pages, unless the caller chose how HTML is read.
        request.reading.html_lines |= !html && request.options.unit == mukarrar::page::UnitLevel::Story;
        request.options.contained_copies = dedups && request.remove.contains(&Relation::Contained);

        // Options for files make no sense for records in memory.
        if let (CorpusSource::Records(_), Some(output)) = (&request.source, &request.output) {
            let expected = "left out for (id, text) pairs, of which the kept ones come back";
            return Err(parameter(py, "output", &output.display().to_string(), expected));
        }
        if let (CorpusSource::Records(_), [path, ..]) = (&request.source, &request.against[..]) {
            return Err(parameter(py, "against", &path.display().to_string(), "left out: it is for files"));
        }

        Ok(request)
    }
}

fn relations(value: &Bound<'_, PyAny>) -> PyResult<Vec<Relation>> {
    let known = [Relation::Exact, Relation::Near, Relation::Contained];

    let relation = |name: Bound<'_, PyAny>| {
        let name: String = name.extract()?;
        let found = known.into_iter().find(|relation| relation.name() == name);
        found.ok_or_else(|| parameter(value.py(), "remove", &name, "some of exact, near, contained"))
    };

    value.try_iter()?.map(|name| relation(name?)).collect()
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
    fn parts(self, py: Python<'_>) -> OutputParts<'_> {
        let bytes = |bytes: Vec<u8>| PyBytes::new(py, &bytes);
        (bytes(self.results), self.kept.map(bytes), bytes(self.rejected), bytes(self.summary))
    }

    fn write_rejected(&mut self, found: &Clustering, corpus: &Corpus) -> Result<()> {
        let rows = ReportFormat::Jsonl;
        written_in_memory(report::write_rejected(&found.rejects, corpus, &PythonPhrasing, rows, &mut self.rejected))
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
fn refuse_nothing_read(pipeline: &Pipeline, corpus: &Corpus, found: &Clustering) -> Result<()> {
    let Err(error) = corpus.refuse_nothing_read(&found.rejects) else { return Ok(()) };

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
    attempt(py, move || {
        let RunRequest { options, mut reading, mut source, .. } = request;
        let pipeline = Pipeline::new(options)?;
        pipeline.options().ask_for_fields(&mut reading);
        let (corpus, found) = pipeline.read_clusters(source.input(reading)?, &())?;
        refuse_nothing_read(&pipeline, &corpus, &found)?;
        let mut written = RunOutput::default();
        written_in_memory(report::clusters(&found, &corpus, JSON_LINES, &mut written.results))?;
        written.write_rejected(&found, &corpus)?;
        written.summary = summary_bytes(&found.summary)?;
        pipeline.forget_work()?;
        Ok(written)
    })
    .map(|written| written.parts(py))
}

/// Removes copies from a corpus. See `mukarrar.dedup`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn dedup<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<OutputParts<'py>> {
    let py = source.py();
    let request = RunRequest::new("dedup", source, options)?;
    attempt(py, move || remove_copies(request)).map(|written| written.parts(py))
}

fn remove_copies(request: RunRequest) -> Result<RunOutput> {
    let RunRequest { options, mut reading, mut source, output, against, remove } = request;
    let pipeline = Pipeline::new(options)?;
    pipeline.options().ask_for_fields(&mut reading);
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

    let (corpus, found) = pipeline.read_clusters(input, &())?;
    refuse_nothing_read(&pipeline, &corpus, &found)?;
    let cleaning = Cleaning::plan(&found, &corpus, &remove, pipeline.options())?;

    let mut written = RunOutput::default();
    written_in_memory(cleaning.write_removed(ReportFormat::Jsonl, &mut written.results))?;
    written.write_rejected(&found, &corpus)?;

    if let Some(destination) = destination {
        let (mut outputs, mut kept) = (Outputs::new(), Vec::new());
        cleaning.write(&destination, &mut outputs, &mut kept)?;
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
