//! The answers of an index.

use mukarrar::index::ToldVerdict;
use mukarrar::similarity::{Relation, VariantReason};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The answer of an index about a text.
///
/// `kind` is `"new"`, `"duplicate"`, `"variant"` (the same template, other facts: no copy) or `"empty"` (nothing to compare);
/// `match` is the stored text that it repeats or varies, or `None`. `certain` is false if more stored texts resemble it than were
/// compared: a new text or a variant may then be a copy of one of the others. A verdict is true if the text is a duplicate.
#[pyclass(name = "Verdict", module = "mukarrar", frozen, eq)]
#[derive(PartialEq)]
pub struct PyVerdict {
    #[pyo3(get)]
    kind: String,
    #[pyo3(get)]
    certain: bool,
    found: Option<PyMatch>,
    /// As JSON.
    story: Option<String>,
}

impl PyVerdict {
    /// Wraps a verdict of the library.
    pub fn new(verdict: mukarrar::Verdict) -> Self {
        let (kind, certain) = (verdict.name().to_owned(), verdict.is_certain());
        let found = verdict.found().map(PyMatch::new);
        Self { kind, certain, found, story: None }
    }

    /// Wraps a verdict with the story of the text.
    ///
    /// # Errors
    ///
    /// The story is no JSON.
    pub fn told(ToldVerdict { verdict, story, .. }: ToldVerdict) -> PyResult<Self> {
        let story = story.map(|story| serde_json::to_string(&story)).transpose();
        let story = story.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self { story, ..Self::new(verdict) })
    }
}

#[pymethods]
impl PyVerdict {
    #[getter]
    fn r#match(&self) -> Option<PyMatch> {
        self.found.clone()
    }

    /// Whose story the text tells, or would tell if it was only checked: a dict of `leader` (the key of its first text, `None` if a
    /// checked text would be the first), `joined`, `score`, `terms` and `recurring_form`; `None` without stories.
    #[getter]
    fn story<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(story) = &self.story else { return Ok(None) };
        py.import("json")?.call_method1("loads", (story,)).map(Some)
    }

    #[getter]
    fn is_duplicate(&self) -> bool {
        self.kind == "duplicate"
    }

    fn __bool__(&self) -> bool {
        self.is_duplicate()
    }

    /// A verdict of these fields, for `pickle`.
    #[staticmethod]
    #[pyo3(signature = (kind, certain, found, story = None))]
    fn _of(kind: String, certain: bool, found: Option<PyRef<'_, PyMatch>>, story: Option<String>) -> Self {
        Self { kind, certain, found: found.map(|found| found.clone()), story }
    }

    #[expect(clippy::type_complexity, reason = "what pickle takes")]
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (String, bool, Option<PyMatch>, Option<String>))> {
        let Self { kind, certain, found, story } = slf.get();
        Ok((slf.get_type().getattr("_of")?, (kind.clone(), *certain, found.clone(), story.clone())))
    }

    fn __repr__(&self) -> String {
        let found = self.found.as_ref().map_or_else(String::new, |found| format!(", {}", found.__repr__()));
        let uncertain = if self.certain { "" } else { ", certain=False" };
        format!("Verdict('{}'{found}{uncertain})", self.kind)
    }
}

/// A stored text that was compared with the given one.
///
/// `key`, `jaccard` and `containment` (exact, unless `standard_error` is not `None`), `relation` (`"exact"`, `"near"`,
/// `"variant"`, or `None` below the threshold) and `seen`, a `datetime` of when the stored text was first seen.
#[pyclass(name = "Match", module = "mukarrar", frozen, eq)]
#[derive(Clone, PartialEq)]
pub struct PyMatch {
    #[pyo3(get)]
    key: String,
    #[pyo3(get)]
    jaccard: f64,
    #[pyo3(get)]
    containment: f64,
    #[pyo3(get)]
    relation: Option<String>,
    #[pyo3(get)]
    reason: Option<String>,
    /// In seconds since 1970.
    seen: i64,
    #[pyo3(get)]
    standard_error: Option<f64>,
}

impl PyMatch {
    /// Wraps a match of the library.
    pub fn new(found: &mukarrar::Match) -> Self {
        Self {
            key: found.key.clone(),
            jaccard: found.jaccard,
            containment: found.containment,
            relation: found.relation.map(|relation| Relation::name(relation).to_owned()),
            reason: found.reason.map(|reason| VariantReason::name(reason).to_owned()),
            seen: found.seen.seconds(),
            standard_error: found.standard_error,
        }
    }
}

#[pymethods]
impl PyMatch {
    #[getter]
    fn seen<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let datetime = py.import("datetime")?;
        let universal = datetime.getattr("timezone")?.getattr("utc")?;
        datetime.getattr("datetime")?.call_method1("fromtimestamp", (self.seen, universal))
    }

    /// A match of these fields, for `pickle`.
    #[staticmethod]
    fn _of(
        key: String,
        jaccard: f64,
        containment: f64,
        relation: Option<String>,
        reason: Option<String>,
        seen: i64,
        standard_error: Option<f64>,
    ) -> Self {
        Self { key, jaccard, containment, relation, reason, seen, standard_error }
    }

    #[expect(clippy::type_complexity, reason = "what pickle takes")]
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (String, f64, f64, Option<String>, Option<String>, i64, Option<f64>))> {
        let Self { key, jaccard, containment, relation, reason, seen, standard_error } = slf.get().clone();
        let fields = (key, jaccard, containment, relation, reason, seen, standard_error);
        Ok((slf.get_type().getattr("_of")?, fields))
    }

    fn __repr__(&self) -> String {
        let relation = self.relation.as_ref().map_or_else(|| "None".to_owned(), |relation| format!("'{relation}'"));
        format!("Match('{}', jaccard={:?}, relation={relation})", self.key, self.jaccard)
    }
}
