//! What a run would remove, what a corpus shares with tests, and what returns in its sources.

use std::path::PathBuf;

use mukarrar::contamination::{ContaminationOptions, TestItems};
use mukarrar::error::Error;
use mukarrar::input::{Corpus, InputOptions, StoragePolicy};
use mukarrar::page::SourceResolver;
use mukarrar::pipeline::Pipeline;
use mukarrar::report::output::Outputs;
use mukarrar::report::{self, CleanDestination, Cleaning, HtmlReport, PreviewOptions};
use mukarrar::similarity::Relation;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::cleaning::relations;
use crate::errors::{PythonPhrasing, parameter};
use crate::options::{number, numbers, whole};
use crate::report_source::ReportedResult;
use crate::run_output::{JSON, JSON_LINES, RunOutput, refuse_nothing_read, written};
use crate::run_request::{CorpusSource, KnownOptions, RunRequest};

/// Shows what a run would remove. See `mukarrar.preview`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn preview<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyDict>> {
    let mut wanted = PreviewOptions::default();
    let mut request = RunRequest::new("preview", source, options, KnownOptions::All, |name, value| {
        match name {
            "remove" => wanted.remove = relations(value)?,
            "thresholds" => wanted.thresholds = numbers(name, value)?,
            "sample" => wanted.sample = if value.is_none() { None } else { Some(number(name, value)?) },
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    request.options.contained_copies = wanted.remove.contains(&Relation::Contained);

    request.run(source.py(), move |request, progress| {
        let pipeline = request.pipeline(progress)?;
        let RunRequest { mut reading, mut source, .. } = request;
        let options = pipeline.options();
        options.ask_for_fields(&mut reading);
        reading.ask_if_there(HtmlReport::shown_fields(options));
        reading.ask_if_there(SourceResolver::fields(options.source_field.as_deref()));

        let input = source.input(reading)?;
        let title = input.title();
        let corpus = pipeline.read(input, progress)?;
        corpus.refuse_unreadable()?;
        let found = report::preview(&corpus, options, &wanted, progress)?;

        let mut written_preview = RunOutput::object(|out| report::write_preview(&found, &PythonPhrasing, JSON, out))?;
        written_preview.set_alarms(&found.counts.alarms)?;
        // The page shows a bounded number of pairs, so it is small, and the corpus need not be held for it.
        let page = written(|out| report::html_preview(&found, &title, out))?;
        written_preview.report = Some(ReportedResult::Page(page));
        Ok(written_preview)
    })
}

/// Finds the items of tests in a corpus. See `mukarrar.contaminated`.
#[pyfunction]
#[pyo3(signature = (source, tests, **options))]
pub fn contaminated<'py>(
    source: &Bound<'py, PyAny>,
    tests: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let mut wanted = ContaminationOptions::default();
    let (mut output, mut test_text, mut test_id): (Option<PathBuf>, Option<String>, Option<String>) =
        (None, None, None);
    let known = KnownOptions::Some(&["profile", "language", "threads", "memory", "temp_dir"]);
    let request = RunRequest::new("contaminated", source, options, known, |name, value| {
        match name {
            "ngram" => wanted.ngram = whole(name, value)?,
            "least_tokens" => wanted.least_tokens = whole(name, value)?,
            "whole" => wanted.whole = value.extract()?,
            "output" => output = value.extract()?,
            "test_text_field" => test_text = value.extract()?,
            "test_id_field" => test_id = value.extract()?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if let (true, Some(output)) = (request.source.holds_records(), &output) {
        let expected = "left out for records in memory, of which the kept ones come back";
        return Err(parameter(source.py(), "output", &output.display().to_string(), expected));
    }
    let mut tests = CorpusSource::new(tests)?;

    request.run(source.py(), move |request, progress| {
        wanted.validate()?;
        let RunRequest { options, reading, mut source, .. } = request;
        let pipeline = Pipeline::new(options)?;

        // All that can be wrong with names is told before anything is read.
        let mut of_tests = reading.clone();
        of_tests.text_field = test_text.unwrap_or(of_tests.text_field);
        of_tests.id_field = test_id.unwrap_or(of_tests.id_field);
        // What the corpus is says nothing of the tests.
        of_tests.format = None;
        let holds_records = source.holds_records();
        let input = source.input(reading)?;
        let destination = match &output {
            Some(output) if output.as_os_str() == "-" => return Err(Error::parameter("output", "-", "a path")),
            Some(output) => Some(CleanDestination::new(output, source.paths(), &input)?),
            None => holds_records.then_some(CleanDestination::Stream),
        };
        let items = test_items(&mut tests, of_tests)?;

        let corpus = pipeline.read(input, progress)?;
        let contamination = pipeline.contaminated(&corpus, items, wanted, progress)?;
        let found = &contamination.found;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;

        let mut summary = found.summary.clone();
        let mut written = RunOutput::listed(&corpus, &found.rejects, &found.summary, |out| {
            report::contamination(&contamination, &corpus, JSON_LINES, out)
        })?;
        if let Some(destination) = &destination {
            let cleaning =
                Cleaning::of_contaminated(&contamination, &corpus, pipeline.options()).with_progress(progress);
            let (mut outputs, mut kept) = (Outputs::new(), Vec::new());
            cleaning.write(destination, &mut outputs, &mut kept)?;
            progress.end_if_interrupted();
            outputs.commit()?;
            written.kept = (*destination == CleanDestination::Stream).then_some(kept);
            cleaning.account(&mut summary);
        }
        summary.contaminated = Some(contamination.counts());
        written.set_summary(&summary)?;
        Ok(written)
    })
}

fn test_items(tests: &mut CorpusSource, options: InputOptions) -> mukarrar::Result<TestItems> {
    let tests = Corpus::read_once(tests.input(options)?, StoragePolicy::default())?;
    let rejects: Vec<_> = tests.ids().filter(|document| tests.read(*document).is_err()).collect();
    tests.refuse_nothing_read(&rejects)?;
    TestItems::read(&tests)
}

/// Learns boilerplate rules, and returns the bytes of their file. See `mukarrar.learn_boilerplate`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn learn_boilerplate<'py>(
    source: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let known = KnownOptions::Some(&["source_field", "threads", "memory", "temp_dir"]);
    let request = RunRequest::new("learn_boilerplate", source, options, known, |_, _| Ok(false))?;
    request.run(source.py(), |request, progress| {
        let rules = request.learned_rules(progress)?;
        RunOutput::object(|out| rules.write(out))
    })
}
