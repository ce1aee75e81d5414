//! The comparison of two texts.

use mukarrar::page::{Boilerplate, SourcedText, UnitLevel};
use mukarrar::pipeline::{self, Comparison, Options, Pipeline};
use mukarrar::report::{self, NamedText};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::parameter;
use crate::interruptible::interruptible;
use crate::options::{each, run};
use crate::run_output::{JSON_LINES, written};
use crate::run_request::{RulesChoice, rules_choice};

/// The options that decide how alike two texts are.
const OF_COMPARISON: [&str; 8] =
    ["profile", "language", "boilerplate", "shingle", "seed", "threshold", "containment", "facts"];

/// Writes a comparison.
type ComparisonWriter = fn(&Comparison, NamedText<'_>, NamedText<'_>, &Options, &mut Vec<u8>) -> std::io::Result<()>;

/// Compares two texts. See `mukarrar.compare`.
#[pyfunction]
#[pyo3(signature = (a, b, **options))]
pub fn compare<'py>(
    py: Python<'py>,
    a: String,
    b: String,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyBytes>> {
    compared(py, a, b, options, |found, a, b, _, out| report::comparison(found, a, b, JSON_LINES, out))
}

/// The same comparison as a page of HTML in UTF-8.
#[pyfunction]
#[pyo3(signature = (a, b, **options))]
pub fn compare_html<'py>(
    py: Python<'py>,
    a: String,
    b: String,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyBytes>> {
    compared(py, a, b, options, |found, a, b, options, out| report::html_comparison(found, a, b, options, out))
}

/// Compares two texts, and writes the comparison with `write`.
fn compared<'py>(
    py: Python<'py>,
    a: String,
    b: String,
    options: Option<&Bound<'py, PyDict>>,
    write: ComparisonWriter,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut given = Options::default();
    let (mut rules, mut sources) = (RulesChoice::BuiltIn, [String::new(), String::new()]);
    each("compare", options, |name, value| {
        match name {
            "boilerplate_rules" => rules = rules_choice(value)?,
            "source" => sources = sources_of(value)?,
            _ => return Ok(OF_COMPARISON.contains(&name) && run(&mut given, name, value)?),
        }
        Ok(true)
    })?;
    given.unit = UnitLevel::Document;
    given.rules = match rules {
        RulesChoice::Given(rules) if given.boilerplate != Boilerplate::Keep => Some(rules),
        RulesChoice::Learn => {
            let expected = "a path or BoilerplateRules: two texts teach no rules";
            return Err(parameter(py, "boilerplate_rules", "learn", expected));
        }
        RulesChoice::Given(_) | RulesChoice::BuiltIn => None,
    };

    let page = interruptible(py, None, move |_| {
        let pipeline = Pipeline::new(given)?;
        let [text_a, text_b] = [(&a, &sources[0]), (&b, &sources[1])]
            .map(|(text, source)| SourcedText::new(text).source(Some(source.as_str())));
        let found = pipeline::compare(text_a, text_b, pipeline.options());
        let (a, b) = (NamedText { id: "a", text: &a }, NamedText { id: "b", text: &b });
        written(|out| write(&found, a, b, pipeline.options(), out))
    })?;
    Ok(PyBytes::new(py, &page))
}

/// Reads the source of both texts, or a pair of sources, of which each may be `None`.
fn sources_of(value: &Bound<'_, PyAny>) -> PyResult<[String; 2]> {
    if let Ok(both) = value.extract::<Option<String>>() {
        let both = both.unwrap_or_default();
        return Ok([both.clone(), both]);
    }
    let [a, b]: [Option<String>; 2] = value.extract().map_err(|_| {
        PyTypeError::new_err("source is the source of both texts, or a pair of the sources of the first and the second")
    })?;
    Ok([a, b].map(Option::unwrap_or_default))
}
