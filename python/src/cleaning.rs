//! Removes the copies of a corpus, or marks them.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use mukarrar::error::ErrorKind;
use mukarrar::index::IndexedTexts;
use mukarrar::input::{Corpus, Input};
use mukarrar::page::{Boilerplate, SourceResolver, UnitLevel};
use mukarrar::pipeline::{Clustering, Pipeline, ToldStories};
use mukarrar::report::output::{Outputs, refuse_over};
use mukarrar::report::output_name::OutputName;
use mukarrar::report::{
    self, CleanDestination, Cleaning, HtmlReport, MarkPlan, RecordSources, RepetitionRules, ReportFormat,
};
use mukarrar::similarity::Relation;
use mukarrar::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::corpus::OF_PASSAGES;
use crate::errors::parameter;
use crate::interruptible::RunProgress;
use crate::options::{is_reading, whole, whole_or_none};
use crate::report_source::{FoundResult, ReportedResult, ReportedRun};
use crate::run_output::{RunOutput, refuse_nothing_read, written};
use crate::run_request::{CorpusSource, KnownOptions, RunRequest};
use crate::telling::TellingRequest;

/// The name of the records of `against`: as a file of such a name they are read.
const REFERENCES: &str = "against.jsonl";

/// The options of `dedup` alone: what it writes and what it removes by other rules.
#[derive(Default)]
struct CleaningRequest {
    /// Where it writes.
    output: Option<PathBuf>,
    /// What it compares with: files and indexes.
    against: Vec<PathBuf>,
    /// The records that it compares with, as JSON Lines, in place of files.
    against_records: Option<Vec<u8>>,
    /// The relations of what it removes; none means exact and near copies.
    remove: Option<Vec<Relation>>,
    /// The field for the marks of records of which none is removed.
    mark: Option<String>,
    /// The field for what clusters tell of kept records.
    annotate: Option<String>,
    /// Stories, as a part of it.
    telling: TellingRequest,
    repetition: RepetitionRules,
    weights: Option<PathBuf>,
    source_graph: Option<PathBuf>,
    /// Whether nothing is written if there are alarms.
    strict: bool,
    /// Whether passages are removed, and the shortest of them.
    passages: bool,
    min_tokens: Option<usize>,
}

/// Removes copies from a corpus. See `mukarrar.dedup`.
#[pyfunction]
#[pyo3(signature = (source, **options))]
pub fn dedup<'py>(source: &Bound<'py, PyAny>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyDict>> {
    let py = source.py();
    let unit = options.map(|given| given.get_item("unit")).transpose()?.flatten();
    let is_passage = |unit: &Bound<'_, PyAny>| unit.extract::<String>().is_ok_and(|unit| unit == "passage");
    let mut wanted = CleaningRequest { passages: unit.as_ref().is_some_and(is_passage), ..CleaningRequest::default() };

    let mut request = RunRequest::new("dedup", source, options, KnownOptions::All, |name, value| {
        let is_known = wanted.take(name, value)?;
        wanted.check_fits(py, name, is_known)?;
        Ok(is_known)
    })?;

    if wanted.passages {
        request.options.passages.min_tokens = wanted.min_tokens.unwrap_or(request.options.passages.min_tokens);
    } else if let Some(min_tokens) = wanted.min_tokens {
        let expected = "left out: only unit=\"passage\" has a shortest passage";
        return Err(parameter(py, "min_tokens", &min_tokens.to_string(), expected));
    }
    wanted.check_records(py, &request)?;
    request.options.contained_copies = wanted.relations().contains(&Relation::Contained);
    request.options.sources |= wanted.needs_sources();
    request.options.stories = wanted.telling.options(py)?;
    if request.options.stories.is_some() && wanted.annotate.is_none() {
        return Err(parameter(py, "stories", "True", "given together with annotate, which carries them"));
    }
    // Alarms name sources.
    request.options.note_sources = request.options.unit == UnitLevel::Document && wanted.mark.is_none();
    request.run(py, move |request, progress| match wanted.passages {
        true => wanted.remove_passages(request, progress),
        false => wanted.remove_copies(request, progress),
    })
}

impl CleaningRequest {
    /// Reads an option. Returns whether it is one of this function alone.
    fn take(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        match name {
            "output" => self.output = value.extract()?,
            "against" => match CorpusSource::new(value)? {
                CorpusSource::Files(paths) => self.against = paths,
                CorpusSource::Records(records) => self.against_records = Some(records),
            },
            "remove" => self.remove = Some(relations(value)?),
            "mark" => self.mark = value.extract()?,
            "annotate" => self.annotate = value.extract()?,
            "min_sources" => self.repetition.min_sources = whole_or_none(name, value)?,
            "max_size" => self.repetition.max_size = whole_or_none(name, value)?,
            "keep_per_source" => self.repetition.keep_per_source = whole_or_none(name, value)?,
            "weights" => self.weights = value.extract()?,
            "source_graph" => self.source_graph = value.extract()?,
            "strict" => self.strict = value.extract()?,
            "min_tokens" => self.min_tokens = Some(whole(name, value)?),
            "unit" => return Ok(self.passages),
            _ => return self.telling.take(name, value),
        }
        Ok(true)
    }

    /// Refuses options that mean nothing for passages.
    fn check_fits(&self, py: Python<'_>, name: &str, is_own: bool) -> PyResult<()> {
        let of_all = ["unique_ids", "_progress", "keep"];
        let of_passages = ["output", "remove", "unit", "min_tokens"];
        let fits = match is_own {
            true => of_passages.contains(&name),
            false => of_all.contains(&name) || OF_PASSAGES.contains(&name) || is_reading(name),
        };
        if fits || !self.passages {
            return Ok(());
        }
        let expected = format!("passages are only compared for equality, so leave out {name}= or give another unit");
        Err(parameter(py, "unit", "passage", &expected))
    }

    /// Refuses what makes no sense for records in memory.
    fn check_records(&self, py: Python<'_>, request: &RunRequest) -> PyResult<()> {
        if !request.source.holds_records() {
            return Ok(());
        }

        if let Some(output) = &self.output {
            let expected = "left out for (id, text) pairs, of which the kept ones come back";
            return Err(parameter(py, "output", &output.display().to_string(), expected));
        }
        match self.against.iter().find(|path| !IndexedTexts::is_index(path)) {
            Some(path) => {
                let expected = "the directory of an index, if the input is no files";
                Err(parameter(py, "against", &path.display().to_string(), expected))
            }
            None => Ok(()),
        }
    }

    fn relations(&self) -> &[Relation] {
        self.remove.as_deref().unwrap_or(&[Relation::Exact, Relation::Near])
    }

    fn needs_sources(&self) -> bool {
        self.annotate.is_some() || self.source_graph.is_some() || self.repetition.needs_sources()
    }

    /// Checks, before the run, what contradicts a run with the options of `pipeline`.
    fn check(&self, pipeline: &Pipeline) -> Result<()> {
        let options = pipeline.options();
        self.repetition.validate(options)?;
        let of_records = [("annotate", self.annotate.is_some()), ("weights", self.weights.is_some())];
        if let Some((name, _)) = of_records.iter().find(|(_, is_given)| *is_given) {
            Cleaning::check_documents(name, options)?;
        }
        self.weights.as_ref().map_or(Ok(()), |path| OutputName::of(path).list_format().map(drop))?;
        self.source_graph.as_ref().map_or(Ok(()), |path| OutputName::of(path).graph_format().map(drop))?;

        let Some(mark) = &self.mark else { return Ok(()) };
        if options.unit != UnitLevel::Document {
            return Err(Error::parameter("mark", mark, "left out: only whole documents are marked"));
        }
        if options.boilerplate == Boilerplate::Strip {
            return Err(Error::parameter("boilerplate", "strip", "keep or ignore with mark=, which changes no text"));
        }
        if self.repetition.is_empty() && self.annotate.is_none() && self.weights.is_none() {
            return Ok(());
        }
        Err(Error::parameter(
            "mark",
            mark,
            "left out with annotate, weights and rules on repetition, which remove copies",
        ))
    }

    /// Where the clean corpus goes; `None` for a run that only counts. Checked before the run, which can take long.
    fn destination(&self, input: &Input, sources: &[PathBuf], holds_records: bool) -> Result<Option<CleanDestination>> {
        for path in [&self.weights, &self.source_graph].into_iter().flatten() {
            refuse_over(path, input.files().map(|(path, _)| path))?;
        }
        let destination = match &self.output {
            Some(output) if output.as_os_str() == "-" => return Err(Error::parameter("output", "-", "a path")),
            Some(output) => CleanDestination::new(output, sources, input)?,
            None => return Ok(holds_records.then_some(CleanDestination::Stream)),
        };
        if self.annotate.is_some() {
            destination.check_takes_fields(input)?;
        }
        Ok(Some(destination))
    }

    fn remove_copies(mut self, request: RunRequest, progress: &RunProgress) -> Result<RunOutput> {
        let pipeline = request.pipeline(progress)?;
        self.check(&pipeline)?;
        let RunRequest { mut reading, mut source, .. } = request;
        let archive_reading = reading.clone();

        let (indexes, against): (Vec<PathBuf>, Vec<PathBuf>) =
            self.against.iter().cloned().partition(|path| IndexedTexts::is_index(path));
        let known = match indexes.is_empty() {
            true => None,
            false => Some(IndexedTexts::open(&indexes, &pipeline, self.relations())?),
        };

        let options = pipeline.options();
        options.ask_for_fields(&mut reading);
        reading.ask_if_there(known.iter().flat_map(|_| IndexedTexts::fields(options)));
        reading.ask_if_there(HtmlReport::shown_fields(options));
        // Alarms name sources.
        let of_sources = SourceResolver::fields(options.source_field.as_deref());
        reading.ask_if_there(of_sources.filter(|_| options.unit == UnitLevel::Document && self.mark.is_none()));

        let holds_records = source.holds_records();
        let input = source.input(reading)?;
        let input = if against.is_empty() { input } else { input.against(&against)? };
        let input = match self.against_records.take() {
            Some(records) => input.against_reader(REFERENCES, Cursor::new(records)),
            None => input,
        };
        let destination = self.destination(&input, source.paths(), holds_records)?;
        if destination.as_ref().is_some_and(CleanDestination::copies_tables) {
            input.check_copies(options.memory)?;
        }

        let (corpus, mut found) = match &known {
            Some(known) => pipeline.read_clusters_beside(input, known, progress)?,
            None => pipeline.read_clusters(input, progress)?,
        };
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let told = self.telling.tell(&pipeline, &archive_reading, (&corpus, &mut found), progress)?;

        let written = match &self.mark {
            Some(field) => mark(field, &found, &corpus, destination, progress)?,
            None => self.clean((&found, told.as_ref()), &corpus, &pipeline, destination, progress)?,
        };
        let CleanedRun { mut output, removed } = written;

        // The results are complete, so an interrupted run has nothing to continue from.
        pipeline.forget_work()?;
        let summary = found.summary.clone();
        let (options, found) = (pipeline.options().clone(), FoundResult::Clusters(found));
        output.report = Some(ReportedResult::Run(Box::new(ReportedRun { corpus, options, summary, found, removed })));
        Ok(output)
    }
}

/// The output of a run, and the records that it removed.
struct CleanedRun {
    output: RunOutput,
    removed: Option<std::collections::BTreeSet<mukarrar::document::DocId>>,
}

impl CleaningRequest {
    fn clean(
        &self,
        (found, told): (&Clustering, Option<&ToldStories>),
        corpus: &Corpus,
        pipeline: &Pipeline,
        destination: Option<CleanDestination>,
        progress: &RunProgress,
    ) -> Result<CleanedRun> {
        let options = pipeline.options();
        let sources = self.needs_sources().then(|| RecordSources::read(found, corpus, options)).transpose()?;
        let sources = sources.as_ref();
        let mut cleaning =
            Cleaning::plan_by_rules(found, corpus, self.relations(), options, &self.repetition, sources)?
                .with_progress(progress);
        if let (Some(field), Some(sources)) = (&self.annotate, sources) {
            cleaning = cleaning.annotated(field, sources, told)?;
        }
        let alarms = cleaning.alarms(sources)?;

        let mut output = RunOutput {
            results: written(|out| cleaning.write_removed(ReportFormat::Jsonl, out))?,
            ..RunOutput::default()
        };
        output.set_rejected(&found.rejects, corpus)?;
        output.set_alarms(&alarms)?;
        output.losses = written(|out| report::losses(found, corpus, options, ReportFormat::Jsonl, out))?;

        if !self.strict || alarms.is_empty() {
            let mut outputs = Outputs::new();
            if let Some(path) = &self.weights {
                let format = OutputName::of(path).list_format()?;
                write_file(path, &mut outputs, |out| cleaning.write_weights(format, out))?;
            }
            if let (Some(path), Some(sources)) = (&self.source_graph, sources) {
                let format = OutputName::of(path).graph_format()?;
                write_file(path, &mut outputs, |out| report::source_graph(found, corpus, sources, format, out))?;
            }
            if let Some(destination) = &destination {
                let mut kept = Vec::new();
                cleaning.write(destination, &mut outputs, &mut kept)?;
                output.kept = (*destination == CleanDestination::Stream).then_some(kept);
            }
            progress.end_if_interrupted();
            outputs.commit()?;
        }

        let mut summary = found.summary.clone();
        summary.alarms = alarms;
        cleaning.account(&mut summary);
        output.set_summary(&summary)?;
        Ok(CleanedRun { output, removed: Some(cleaning.removed_records().clone()) })
    }

    fn remove_passages(self, request: RunRequest, progress: &RunProgress) -> Result<RunOutput> {
        if !self.relations().contains(&Relation::Exact) {
            return Err(Error::parameter(
                "remove",
                "near",
                "[\"exact\"] with unit=\"passage\": repeated passages are equal",
            ));
        }
        let RunRequest { options, reading, mut source, .. } = request;
        let pipeline = Pipeline::new(options)?;
        let holds_records = source.holds_records();
        let input = source.input(reading)?;
        let destination = self.destination(&input, source.paths(), holds_records)?;

        let (corpus, repeated) = pipeline.read_repeated(input, progress)?;
        let found = &repeated.found;
        refuse_nothing_read(&pipeline, &corpus, &found.rejects)?;
        let cleaning = Cleaning::of_passages(&repeated, &corpus, pipeline.options())?.with_progress(progress);

        let mut output = RunOutput {
            results: written(|out| cleaning.write_removed(ReportFormat::Jsonl, out))?,
            ..RunOutput::default()
        };
        output.set_rejected(&found.rejects, &corpus)?;
        if let Some(destination) = &destination {
            let (mut outputs, mut kept) = (Outputs::new(), Vec::new());
            cleaning.write(destination, &mut outputs, &mut kept)?;
            progress.end_if_interrupted();
            outputs.commit()?;
            output.kept = (*destination == CleanDestination::Stream).then_some(kept);
        }

        let mut summary = found.summary.clone();
        cleaning.account(&mut summary);
        output.set_summary(&summary)?;
        Ok(output)
    }
}

/// Writes every record with its mark.
fn mark(
    field: &str,
    found: &Clustering,
    corpus: &Corpus,
    destination: Option<CleanDestination>,
    progress: &RunProgress,
) -> Result<CleanedRun> {
    let mut output = RunOutput::default();
    output.set_rejected(&found.rejects, corpus)?;
    output.set_summary(&found.summary)?;
    if let Some(destination) = destination {
        let (mut outputs, mut kept) = (Outputs::new(), Vec::new());
        MarkPlan::new(found, corpus, field).write(&destination, &mut outputs, &mut kept)?;
        progress.end_if_interrupted();
        outputs.commit()?;
        output.kept = (destination == CleanDestination::Stream).then_some(kept);
    }
    Ok(CleanedRun { output, removed: None })
}

/// Writes one file, compressed as its name says, which appears when `outputs` are committed.
fn write_file(
    path: &Path,
    outputs: &mut Outputs,
    write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> Result<()> {
    let mut output = outputs.create(path, OutputName::of(path).compression())?;
    write(&mut output).map_err(|source| ErrorKind::Io { action: "write", path: path.to_owned(), source })?;
    outputs.finish(output)
}

/// Reads the names of relations.
///
/// # Errors
///
/// `ParameterError` for another name.
pub(crate) fn relations(value: &Bound<'_, PyAny>) -> PyResult<Vec<Relation>> {
    let known = [Relation::Exact, Relation::Near, Relation::Contained];

    let relation = |name: Bound<'_, PyAny>| {
        let name: String = name.extract()?;
        let found = known.into_iter().find(|relation| relation.name() == name);
        found.ok_or_else(|| parameter(value.py(), "remove", &name, "some of exact, near, contained"))
    };

    value.try_iter()?.map(|name| relation(name?)).collect()
}
