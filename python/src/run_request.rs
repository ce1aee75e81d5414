//! The arguments of a run: its input, and its options.

use std::io::Cursor;
use std::path::PathBuf;

use mukarrar::Result;
use mukarrar::index::IndexedTexts;
use mukarrar::input::{EncodingChoice, Input, InputFormat, InputOptions, MAX_RECORD_SIZE};
use mukarrar::pipeline::Options;
use mukarrar::report::ExactGroups;
use mukarrar::similarity::Relation;
use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyDict;

use crate::errors::{in_item, parameter};
use crate::options::{each, paths, reading, run, whole};

/// The input of a run.
pub enum CorpusSource {
    /// Files, and directories of files.
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

    /// The paths; none of records.
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Files(paths) => paths,
            Self::Records(_) => &[],
        }
    }

    /// Opens it. Records can be opened once.
    ///
    /// # Errors
    ///
    /// Those of opening files.
    pub fn input(&mut self, mut options: InputOptions) -> Result<Input> {
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

/// The arguments of a run.
pub struct RunRequest {
    /// What is compared, and how.
    pub options: Options,
    /// How files are read.
    pub reading: InputOptions,
    /// The input.
    pub source: CorpusSource,
    /// Where `dedup` writes.
    pub output: Option<PathBuf>,
    /// What `dedup` compares with: files and indexes.
    pub against: Vec<PathBuf>,
    /// The relations of what `dedup` removes.
    pub remove: Vec<Relation>,
    /// Which pairs of a group of exact copies `pairs` lists.
    pub groups: ExactGroups,
    /// Called with the progress of the run.
    pub progress: Option<Py<PyAny>>,
}

impl RunRequest {
    /// Reads the arguments of `function`.
    ///
    /// # Errors
    ///
    /// An unknown keyword, a value that cannot work, or an input that is none.
    pub fn new(function: &str, source: &Bound<'_, PyAny>, given: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let py = source.py();
        let mut request = Self {
            options: Options::default(),
            reading: InputOptions::default(),
            source: CorpusSource::new(source)?,
            output: None,
            against: Vec::new(),
            remove: vec![Relation::Exact, Relation::Near],
            groups: ExactGroups::Expanded,
            progress: None,
        };
        // As the command: a share of the free memory. Only a given limit counts mapped files, too.
        request.options.memory = mukarrar_cli::default_memory_limit();
        let dedups = function == "dedup";
        let mut html = false;

        each(function, given, |name, value| {
            html |= matches!(name, "html_raw" | "html_lines");
            match name {
                "output" if dedups => request.output = value.extract()?,
                "against" if dedups => request.against = paths(value)?,
                "remove" if dedups => request.remove = relations(value)?,
                "unique_ids" => request.reading.unique_ids = value.extract()?,
                "expand_exact" if function == "pairs" => {
                    let expands: bool = value.extract()?;
                    request.groups = if expands { ExactGroups::Expanded } else { ExactGroups::Folded };
                }
                "min_tokens" if function == "passages" => request.options.passages.min_tokens = whole(name, value)?,
                "max_gap" if function == "passages" => request.options.passages.max_gap = whole(name, value)?,
                "_progress" => request.progress = if value.is_none() { None } else { Some(value.clone().unbind()) },
                _ if function == "passages" && !OF_PASSAGES.contains(&name) && !is_reading(name) => return Ok(false),
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
        let against_file = request.against.iter().find(|path| !IndexedTexts::is_index(path));
        if let (CorpusSource::Records(_), Some(path)) = (&request.source, against_file) {
            let expected = "the directory of an index, if the input is no files";
            return Err(parameter(py, "against", &path.display().to_string(), expected));
        }

        Ok(request)
    }
}

/// The options of a run that passages have.
const OF_PASSAGES: [&str; 6] = ["profile", "language", "seed", "threads", "memory", "temp_dir"];

/// Whether an option says how files are read.
fn is_reading(name: &str) -> bool {
    ["id_field", "text_field", "input_format", "encoding", "html_raw", "html_lines", "max_record_size"].contains(&name)
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
