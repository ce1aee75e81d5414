//! The comparison of two texts.

use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{self, Comparison, Options, Pipeline};
use mukarrar::report::{self, NamedText};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::interruptible::interruptible;
use crate::options::{each, run};
use crate::run_output::{JSON_LINES, written};

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
    each("compare", options, |name, value| Ok(OF_COMPARISON.contains(&name) && run(&mut given, name, value)?))?;
    given.unit = UnitLevel::Document;

    let page = interruptible(py, None, move |_| {
        let pipeline = Pipeline::new(given)?;
        let found = pipeline::compare(&a, &b, pipeline.options());
        let (a, b) = (NamedText { id: "a", text: &a }, NamedText { id: "b", text: &b });
        written(|out| write(&found, a, b, pipeline.options(), out))
    })?;
    Ok(PyBytes::new(py, &page))
}
