//! The answers of an index.

use pyo3::prelude::*;

/// The answer of an index about a text.
///
/// `kind` is `"new"`, `"duplicate"`, `"variant"` (the same template, other facts: no copy) or `"empty"` (nothing to compare);
/// `match` is the stored text that it repeats or varies, or `None`. A verdict is true if the text is a duplicate.
#[pyclass(name = "Verdict", module = "mukarrar", frozen)]
pub struct PyVerdict {
    #[pyo3(get)]
    kind: &'static str,
    found: Option<mukarrar::Match>,
}

impl PyVerdict {
    /// Wraps a verdict of the library.
    pub fn new(verdict: mukarrar::Verdict) -> Self {
        let kind = verdict.name();
        let found = match verdict {
            mukarrar::Verdict::Duplicate(found) | mukarrar::Verdict::Variant(found) => Some(found),
            _ => None,
        };
        Self { kind, found }
    }
}

#[pymethods]
impl PyVerdict {
    #[getter]
    fn r#match(&self) -> Option<PyMatch> {
        self.found.clone().map(PyMatch)
    }

    #[getter]
    fn is_duplicate(&self) -> bool {
        self.kind == "duplicate"
    }

    fn __bool__(&self) -> bool {
        self.is_duplicate()
    }

    fn __repr__(&self) -> String {
        let found = self.r#match().map_or_else(String::new, |found| format!(", {}", found.__repr__()));
        format!("Verdict('{}'{found})", self.kind)
    }
}

/// A stored text that was compared with the given one.
///
/// `key`, `jaccard` and `containment` (exact, unless `standard_error` is not `None`), `relation` (`"exact"`, `"near"`,
/// `"variant"`, or `None` below the threshold) and `seen`, a `datetime` of when the stored text was first seen.
#[pyclass(name = "Match", module = "mukarrar", frozen)]
pub struct PyMatch(pub mukarrar::Match);

#[pymethods]
impl PyMatch {
    #[getter]
    fn key(&self) -> &str {
        &self.0.key
    }

    #[getter]
    fn jaccard(&self) -> f64 {
        self.0.jaccard
    }

    #[getter]
    fn containment(&self) -> f64 {
        self.0.containment
    }

    #[getter]
    fn relation(&self) -> Option<&'static str> {
        self.0.relation.map(mukarrar::similarity::Relation::name)
    }

    #[getter]
    fn reason(&self) -> Option<&'static str> {
        self.0.reason.map(mukarrar::similarity::VariantReason::name)
    }

    #[getter]
    fn seen<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let datetime = py.import("datetime")?;
        let universal = datetime.getattr("timezone")?.getattr("utc")?;
        datetime.getattr("datetime")?.call_method1("fromtimestamp", (self.0.seen.seconds(), universal))
    }

    #[getter]
    fn standard_error(&self) -> Option<f64> {
        self.0.standard_error
    }

    fn __repr__(&self) -> String {
        let relation = self.relation().map_or_else(|| "None".to_owned(), |relation| format!("'{relation}'"));
        format!("Match('{}', jaccard={:?}, relation={relation})", self.0.key, self.0.jaccard)
    }
}
