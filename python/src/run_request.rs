//! The arguments of a run: its input, and its options.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use mukarrar::Result;
use mukarrar::input::{Corpus, EncodingChoice, Input, InputFormat, InputOptions, MAX_RECORD_SIZE, StoragePolicy};
use mukarrar::page::{Boilerplate, BoilerplateRules, SourceResolver, UnitLevel};
use mukarrar::pipeline::{self, Options, Pipeline};
use mukarrar::spill::SpillDir;
use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyDict;

use crate::errors::{in_item, parameter};
use crate::interruptible::{RunProgress, interruptible};
use crate::options::{each, is_reading, reading, rules, run};
use crate::run_output::RunOutput;

/// The input of a run.
pub enum CorpusSource {
    /// Files, and directories of files.
    Files(Vec<PathBuf>),
    /// Ids and texts as JSON Lines.
    Records(Vec<u8>),
}

impl CorpusSource {
    pub(crate) fn new(source: &Bound<'_, PyAny>) -> PyResult<Self> {
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

    /// The paths; none of records.
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Files(paths) => paths,
            Self::Records(_) => &[],
        }
    }

    /// Whether it is records in memory.
    pub const fn holds_records(&self) -> bool {
        matches!(self, Self::Records(_))
    }

    /// Opens it. Records can be opened once.
    ///
    /// # Errors
    ///
    /// Those of opening files.
    pub fn input(&mut self, options: InputOptions) -> Result<Input> {
        match self {
            Self::Files(paths) => Input::open(paths, options),
            Self::Records(records) => of_records(std::mem::take(records), options),
        }
    }

    /// Opens it, to be opened again. Copies records.
    fn first_input(&self, options: InputOptions) -> Result<Input> {
        match self {
            Self::Files(paths) => Input::open(paths, options),
            Self::Records(records) => of_records(records.clone(), options),
        }
    }
}

fn of_records(records: Vec<u8>, mut options: InputOptions) -> Result<Input> {
    // Python strings are Unicode already, and of any size.
    options.encoding = EncodingChoice::Strict;
    options.format = Some(InputFormat::JsonLines);
    options.max_record_size = MAX_RECORD_SIZE;
    Input::from_reader("records", Cursor::new(records), options)
}

/// Writes an `(id, text)` pair, or an `(id, text, fields)` triple whose fields are an object of JSON, as a line of JSON.
fn write_record(pair: &Bound<'_, PyAny>, place: u64, out: &mut Vec<u8>) -> PyResult<()> {
    let wrong = |error: PyErr| match error.is_instance_of::<PyUnicodeEncodeError>(pair.py()) {
        true => in_item(pair.py(), error, place),
        false => PyTypeError::new_err(format!("item {place} is no (id, text) pair of a string or int and a string")),
    };

    let with_fields: PyResult<(Bound<'_, PyAny>, PyBackedStr, PyBackedStr)> = pair.extract();
    let (id, text, fields) = match with_fields {
        Ok((id, text, fields)) => (id, text, Some(fields)),
        Err(_) => {
            let (id, text): (Bound<'_, PyAny>, PyBackedStr) = pair.extract().map_err(wrong)?;
            (id, text, None)
        }
    };
    let id = if id.is_instance_of::<pyo3::types::PyInt>() { id.str()?.into_any() } else { id };
    let id: PyBackedStr = id.extract().map_err(wrong)?;

    let mut record = match fields {
        Some(fields) => {
            serde_json::from_str(&fields).map_err(|error| wrong(PyTypeError::new_err(error.to_string())))?
        }
        None => serde_json::Map::new(),
    };
    record.insert("id".to_owned(), (&*id).into());
    record.insert("text".to_owned(), (&*text).into());
    serde_json::to_writer(&mut *out, &record).map_err(std::io::Error::from)?;
    out.push(b'\n');
    Ok(())
}

/// Which options of a run a function takes.
#[derive(Debug, Clone, Copy)]
pub enum KnownOptions {
    /// All.
    All,
    /// Those with these names.
    Some(&'static [&'static str]),
}

impl KnownOptions {
    fn has(self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(names) => names.contains(&name),
        }
    }
}

/// Boilerplate rules of a run.
pub enum RulesChoice {
    /// None but the built-in ones.
    BuiltIn,
    /// Those that the input tells.
    Learn,
    /// Those that the caller gave.
    Given(Arc<BoilerplateRules>),
}

/// The arguments of a run.
pub struct RunRequest {
    /// What is compared, and how.
    pub options: Options,
    /// How files are read.
    pub reading: InputOptions,
    /// The input.
    pub source: CorpusSource,
    rules: RulesChoice,
    /// Called with the progress of the run.
    progress: Option<Py<PyAny>>,
    /// Whether the caller said how HTML is read.
    says_html: bool,
}

impl RunRequest {
    /// Reads the arguments of `function`, which takes the options `known` and those that `own` takes.
    ///
    /// # Errors
    ///
    /// An unknown keyword, a value that cannot work, or an input that is none.
    pub fn new(
        function: &str,
        source: &Bound<'_, PyAny>,
        given: Option<&Bound<'_, PyDict>>,
        known: KnownOptions,
        mut own: impl FnMut(&str, &Bound<'_, PyAny>) -> PyResult<bool>,
    ) -> PyResult<Self> {
        let py = source.py();
        let mut request = Self {
            options: Options::default(),
            reading: InputOptions::default(),
            source: CorpusSource::new(source)?,
            rules: RulesChoice::BuiltIn,
            progress: None,
            says_html: false,
        };
        // As the command: a share of the free memory. Only a given limit counts mapped files, too.
        request.options.memory = mukarrar_cli::default_memory_limit();

        each(function, given, |name, value| {
            if own(name, value)? {
                return Ok(true);
            }

            request.says_html |= matches!(name, "html_raw" | "html_lines");
            match name {
                "unique_ids" => request.reading.unique_ids = value.extract()?,
                "_progress" => request.progress = if value.is_none() { None } else { Some(value.clone().unbind()) },
                name if is_reading(name) => {
                    if request.source.holds_records() {
                        return Err(parameter(py, name, &value.str()?.to_string(), "left out: it is for files"));
                    }
                    return reading(&mut request.reading, name, value);
                }
                name if !known.has(name) => return Ok(false),
                "boilerplate_rules" => request.rules = rules_choice(value)?,
                _ => return run(&mut request.options, name, value),
            }
            Ok(true)
        })?;

        request.read_lines_of(request.options.unit);
        Ok(request)
    }

    /// Stories are cut by the markup of pages, unless the caller chose how HTML is read.
    pub fn read_lines_of(&mut self, unit: UnitLevel) {
        self.reading.html_lines |= !self.says_html && unit == UnitLevel::Story;
    }

    /// The pipeline of the run. Learns boilerplate rules from the input if the caller asks for that.
    ///
    /// # Errors
    ///
    /// Options that do not fit together; those of reading.
    pub fn pipeline(&self, progress: &RunProgress) -> Result<Pipeline> {
        // Learning takes long, so wrong options are refused before it starts.
        let pipeline = Pipeline::new(self.options.clone())?;
        let rules = match &self.rules {
            RulesChoice::Learn if self.options.boilerplate != Boilerplate::Keep => {
                Arc::new(self.learned_rules(progress)?)
            }
            RulesChoice::Given(rules) if self.options.boilerplate != Boilerplate::Keep => Arc::clone(rules),
            _ => return Ok(pipeline),
        };
        let mut options = self.options.clone();
        options.rules = Some(rules);
        Pipeline::new(options)
    }

    /// The boilerplate rules that the input tells.
    ///
    /// # Errors
    ///
    /// Those of reading.
    pub fn learned_rules(&self, progress: &RunProgress) -> Result<BoilerplateRules> {
        let Options { memory, map, temp_dir, source_field, threads, .. } = &self.options;

        // As the command: half of the memory limit is for the bytes of the input.
        let room = temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let mut holding = StoragePolicy::default();
        (holding.memory, holding.map) = (memory.map(|memory| memory / 2), *map);
        holding.room = Some(SpillDir::temporary(room));

        let mut reading = self.reading.clone();
        reading.fields = SourceResolver::fields(source_field.as_deref()).collect();
        let corpus = Corpus::read_once(self.source.first_input(reading)?, holding)?;
        corpus.refuse_unreadable()?;
        pipeline::learn(&corpus, source_field.as_deref(), *threads, progress)
    }

    /// Runs `work`, which hears Ctrl-C.
    ///
    /// # Errors
    ///
    /// Those of [`interruptible`].
    pub fn run<'py>(
        mut self,
        py: Python<'py>,
        work: impl FnOnce(Self, &RunProgress) -> Result<RunOutput> + Send + 'static,
    ) -> PyResult<Bound<'py, PyDict>> {
        let tell = self.progress.take().map(|tell| tell.into_bound(py));
        interruptible(py, tell.as_ref(), move |progress| work(self, progress))?.parts(py)
    }
}

/// Reads `"learn"`, the path of a rules file, rules, or `None`.
pub fn rules_choice(value: &Bound<'_, PyAny>) -> PyResult<RulesChoice> {
    if value.is_none() {
        return Ok(RulesChoice::BuiltIn);
    }
    match value.extract::<PyBackedStr>() {
        Ok(word) if &*word == "learn" => Ok(RulesChoice::Learn),
        _ => Ok(RulesChoice::Given(Arc::new(rules(value)?))),
    }
}
