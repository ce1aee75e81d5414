//! Converts keyword arguments to the options of the library. An unknown keyword is a `TypeError`, as in Python.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use mukarrar::document::Window;
use mukarrar::input::InputOptions;
use mukarrar::lsh::BandingOverrides;
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::page::BoilerplateRules;
use mukarrar::pipeline::{Options, TitleField};
use mukarrar::similarity::facts::Facts;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{parameter, raised};

/// Gives every keyword to `take`, which returns whether it knows the name.
///
/// # Errors
///
/// An error of `take`; a `TypeError` for a name that it does not know.
pub fn each(
    function: &str,
    given: Option<&Bound<'_, PyDict>>,
    mut take: impl FnMut(&str, &Bound<'_, PyAny>) -> PyResult<bool>,
) -> PyResult<()> {
    for (name, value) in given.into_iter().flatten() {
        let name: String = name.extract()?;

        if !take(&name, &value)? {
            return Err(PyTypeError::new_err(format!("{function}() got an unexpected keyword argument '{name}'")));
        }
    }
    Ok(())
}

/// Reads a value that the library parses from text.
///
/// # Errors
///
/// `ParameterError` names the allowed values.
pub fn word<T: FromStr<Err = mukarrar::Error>>(value: &Bound<'_, PyAny>) -> PyResult<T> {
    let word: String = value.extract()?;
    word.parse().map_err(|error| raised(value.py(), &error))
}

/// Reads a whole number.
///
/// # Errors
///
/// `ParameterError` if it is negative or too large; `TypeError` if it is no whole number.
pub fn whole<T: TryFrom<u64>>(name: &str, value: &Bound<'_, PyAny>) -> PyResult<T> {
    let expected = format!("a whole number from 0 to {}", usize::MAX);
    let number: u64 = value.extract().map_err(|error| in_range(name, value, error, &expected))?;

    T::try_from(number).map_err(|_| parameter(value.py(), name, &number.to_string(), &expected))
}

/// Reads a whole number or `None`.
///
/// # Errors
///
/// As [`whole`].
pub fn whole_or_none<T: TryFrom<u64>>(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Option<T>> {
    if value.is_none() { Ok(None) } else { whole(name, value).map(Some) }
}

/// Reads a number.
///
/// # Errors
///
/// `ParameterError` if it is too large; `TypeError` if it is no number.
pub fn number(name: &str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    value.extract().map_err(|error| in_range(name, value, error, "a number that is not so large"))
}

/// Converts the `OverflowError` for a number that is too large to a `ParameterError`; other errors stay as they are.
fn in_range(name: &str, value: &Bound<'_, PyAny>, error: PyErr, expected: &str) -> PyErr {
    if error.is_instance_of::<PyOverflowError>(value.py()) {
        // Python refuses to write very large numbers out.
        let value_said = value.str().map_or_else(|_| "so large".to_owned(), |text| text.to_string());
        return parameter(value.py(), name, &value_said, expected);
    }
    error
}

/// Reads a language; `None` and `"auto"` detect it in each text.
///
/// # Errors
///
/// `ParameterError` names the languages.
pub fn language(value: &Bound<'_, PyAny>) -> PyResult<Option<Language>> {
    let code: Option<String> = value.extract()?;
    let code = code.filter(|code| code != "auto");
    code.map(|code| code.parse()).transpose().map_err(|error| raised(value.py(), &error))
}

/// Reads `"guard"` or `"off"`.
///
/// # Errors
///
/// `ParameterError` for anything else.
pub fn facts(value: &Bound<'_, PyAny>) -> PyResult<Facts> {
    match &*value.extract::<String>()? {
        "guard" => Ok(Facts::Guard),
        "off" => Ok(Facts::Off),
        other => Err(parameter(value.py(), "facts", other, "guard or off")),
    }
}

/// Reads a window: a `timedelta`, text such as `7d`, or `None`.
///
/// # Errors
///
/// `ParameterError` for any other text and for a negative time; `TypeError` for another type.
pub fn window(value: &Bound<'_, PyAny>) -> PyResult<Option<Window>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.extract::<String>().is_ok() {
        return word(value).map(Some);
    }

    let Ok(seconds) = value.call_method0("total_seconds") else {
        let kind = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!("window is a timedelta or text such as 7d, not {kind}")));
    };

    let seconds: f64 = seconds.extract()?;
    if seconds < 0.0 {
        return Err(parameter(value.py(), "window", &seconds.to_string(), "not negative"));
    }

    // Parts of a second are cut off.
    Ok(Some(Window::seconds(seconds as u64)))
}

/// Sets `num_hashes`, `bands` or `rows`. Returns whether `name` is one of them.
///
/// # Errors
///
/// As [`whole`].
pub fn overrides(overrides: &mut BandingOverrides, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    match name {
        "num_hashes" => overrides.num_hashes = whole_or_none(name, value)?,
        "bands" => overrides.bands = whole_or_none(name, value)?,
        "rows" => overrides.rows = whole_or_none(name, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// How one text is folded.
#[derive(Debug, Clone, Copy, Default)]
pub struct FoldOptions {
    /// How strongly.
    pub profile: Profile,
    /// The language whose table folds; `None` detects it.
    pub language: Option<Language>,
}

impl FoldOptions {
    /// Reads the keywords of `function`.
    ///
    /// # Errors
    ///
    /// An unknown keyword, or a value that is not allowed.
    pub fn from_keywords(function: &str, given: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut folding = Self::default();
        each(function, given, |name, value| {
            match name {
                "profile" => folding.profile = word(value)?,
                "language" => folding.language = language(value)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;

        Ok(folding)
    }

    /// The normalizer for `text`.
    pub fn normalizer(self, text: &str) -> Normalizer {
        Normalizer::new(self.profile, self.language.unwrap_or_else(|| Language::detect(text)))
    }
}

/// Sets an option of a batch run. Returns whether `name` is one.
///
/// # Errors
///
/// The value has the wrong type, or is not allowed.
pub fn run(options: &mut Options, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    match name {
        "unit" => options.unit = word(value)?,
        "profile" => options.profile = word(value)?,
        "language" => options.language = language(value)?,
        "boilerplate" => options.boilerplate = word(value)?,
        "shingle" => options.shingle = word(value)?,
        "short" => options.short = value.extract()?,
        "threshold" => options.threshold = number(name, value)?,
        "edited" => options.edited = value.extract()?,
        "recall" => options.recall = number(name, value)?,
        "containment" if value.is_none() => options.containment = None,
        "containment" => options.containment = Some(number(name, value)?),
        "facts" => options.facts = facts(value)?,
        "seed" => options.seed = whole(name, value)?,
        "related" => options.related = value.extract()?,
        "max_bucket" => options.max_bucket = whole(name, value)?,
        "date_field" => options.date_field = value.extract()?,
        "date_order" if value.is_none() => options.date_order = None,
        "date_order" => options.date_order = Some(word(value)?),
        "source_field" => options.source_field = value.extract()?,
        "title_field" if value.is_none() => options.title_field = TitleField::Ignored,
        "title_field" => options.title_field = word(value)?,
        "window" => options.window = window(value)?,
        "keep" => options.keep = word(value)?,
        "across_sources" => options.across_sources = value.extract()?,
        "lossless" => options.lossless = value.extract()?,
        "threads" => options.threads = whole_or_none(name, value)?,
        "memory" => {
            options.memory = whole_or_none(name, value)?;
            // Mapped files count as memory of the process.
            options.map = options.memory.is_none();
        }
        "temp_dir" => options.temp_dir = value.extract()?,
        "work_dir" => options.work_dir = value.extract()?,
        _ => return overrides(&mut options.overrides, name, value),
    }
    Ok(true)
}

/// Sets an option of how files are read. Returns whether `name` is one.
///
/// # Errors
///
/// The value has the wrong type, or is not allowed.
pub fn reading(options: &mut InputOptions, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    match name {
        "id_field" => options.id_field = value.extract()?,
        "text_field" => options.text_field = value.extract()?,
        "input_format" => options.format = if value.is_none() { None } else { Some(word(value)?) },
        "encoding" => options.encoding = word(value)?,
        "csv_delimiter" => options.csv_delimiter = delimiter(value)?,
        "csv_quote" => options.csv_quote = word(value)?,
        "csv_escape" => options.csv_escape = word(value)?,
        "html_raw" => options.html_raw = value.extract()?,
        "html_lines" => options.html_lines = value.extract()?,
        "max_record_size" => options.max_record_size = whole(name, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Whether an option says how files are read.
pub fn is_reading(name: &str) -> bool {
    [
        "id_field",
        "text_field",
        "input_format",
        "encoding",
        "csv_delimiter",
        "csv_quote",
        "csv_escape",
        "html_raw",
        "html_lines",
        "max_record_size",
    ]
    .contains(&name)
}

/// Reads the delimiter of CSV: one character, or `None` for the one of the header.
fn delimiter(value: &Bound<'_, PyAny>) -> PyResult<Option<u8>> {
    let Some(sign) = value.extract::<Option<String>>()? else { return Ok(None) };
    match sign.as_bytes() {
        [byte] => Ok(Some(*byte)),
        _ => Err(parameter(value.py(), "csv_delimiter", &sign, "one character of ASCII, or None")),
    }
}

/// Reads boilerplate rules: the path of a rules file, or an object of `mukarrar.BoilerplateRules`.
///
/// # Errors
///
/// The file cannot be read, or does not hold boilerplate rules.
pub fn rules(value: &Bound<'_, PyAny>) -> PyResult<BoilerplateRules> {
    let read = match value.extract::<PathBuf>() {
        Ok(path) => BoilerplateRules::open(&path),
        Err(_) => {
            let file: Vec<u8> = value.getattr("_file").and_then(|file| file.extract()).map_err(|_| {
                PyTypeError::new_err(
                    "boilerplate_rules is a path, BoilerplateRules, or \"learn\" in a run over a corpus",
                )
            })?;
            BoilerplateRules::read(&*file, Path::new("the rules"))
        }
    };
    read.map_err(|error| raised(value.py(), &error))
}

/// Reads several numbers.
///
/// # Errors
///
/// As [`number`].
pub fn numbers(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    value.try_iter()?.map(|value| number(name, &value?)).collect()
}

/// Reads one path or several.
///
/// # Errors
///
/// `TypeError` for anything else.
pub fn paths(value: &Bound<'_, PyAny>) -> PyResult<Vec<PathBuf>> {
    match value.extract::<PathBuf>() {
        Ok(path) => Ok(vec![path]),
        Err(_) => value.try_iter()?.map(|path| path?.extract()).collect(),
    }
}
