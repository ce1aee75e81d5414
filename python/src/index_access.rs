//! How the methods of the index reach it: without the interpreter's lock, in its own process, as long as it is open.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use mukarrar::index::{MergeStats, RecoveryReport};
use mukarrar::input::Compression;
use mukarrar::report::output::{self, Outputs};
use mukarrar::{Error, ErrorKind, Result};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::errors::{caught, closed, detached, internal, raised};
use crate::index::PyIndex;
use crate::interruptible::heard;
use crate::item::BatchItem;
use crate::threads::on_threads;

/// Number of items, and bytes of their texts, between two looks for signals.
const BATCH: usize = 2048;
const BATCH_BYTES: usize = 2 << 20;

impl PyIndex {
    /// Holds an index of this process.
    pub(crate) fn holding(index: mukarrar::Index, directory: Option<PathBuf>) -> Self {
        Self { index: RwLock::new(Some(index)), directory, process: std::process::id() }
    }

    /// Runs `work` on batches of items, on all threads of this process, without the interpreter's lock. Signals are heard between
    /// batches; what was answered before stays as it is.
    pub(crate) fn in_batches<I: BatchItem, T: Send>(
        &self,
        py: Python<'_>,
        items: Vec<I>,
        work: impl Fn(&mukarrar::Index, &[I]) -> Vec<Result<T>> + Send + Sync,
    ) -> PyResult<Vec<Result<T>>> {
        let (mut answers, mut rest) = (Vec::with_capacity(items.len()), items.as_slice());
        while !rest.is_empty() {
            let mut bytes = 0;
            let full = rest.iter().take(BATCH).position(|item| {
                bytes += item.bytes();
                bytes > BATCH_BYTES
            });
            let (batch, later) = rest.split_at(full.map_or(BATCH.min(rest.len()), |place| place + 1));
            rest = later;

            let work = || self.with_open(|index| work(index, batch));
            self.require_own_process(py)?;
            let answered = on_threads(py, || caught(work))?.map_err(|what| internal(py, &what))?;
            answers.extend(answered.ok_or_else(|| closed(py))?);
            py.check_signals()?;
        }
        Ok(answers)
    }

    /// Runs `work` on the index; `None` if it is closed.
    fn with_open<T>(&self, work: impl FnOnce(&mukarrar::Index) -> T) -> Option<T> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.as_ref().map(work)
    }

    /// Runs `work`, which takes long, on the index. It hears Ctrl-C: what it is given is false from then on.
    pub(crate) fn upkeep<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mukarrar::Index, &dyn Fn() -> bool) -> Result<T> + Send,
    ) -> PyResult<T> {
        self.require_own_process(py)?;
        let answer = heard(py, |goes_on| self.with_open(|index| work(index, goes_on)).transpose())?;
        answer.ok_or_else(|| closed(py))
    }

    /// Runs `work` on the index, without the interpreter's lock. `ClosedError` if it is closed.
    pub(crate) fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mukarrar::Index) -> Result<T> + Send,
    ) -> PyResult<T> {
        self.require_own_process(py)?;
        let answer = detached(py, || self.with_open(work))?;

        answer.ok_or_else(|| closed(py))?.map_err(|error| raised(py, &error))
    }

    /// `ForkedError` in a forked child of the process that made the index.
    pub(crate) fn require_own_process(&self, py: Python<'_>) -> PyResult<()> {
        if self.process == std::process::id() {
            return Ok(());
        }
        Err(raised(py, &ErrorKind::Forked { opened_by: self.process }.into()))
    }
}

impl Drop for PyIndex {
    /// Dropping an open index commits it. That can take long, so the interpreter's lock is released.
    fn drop(&mut self) {
        let index = self.index.get_mut().unwrap_or_else(PoisonError::into_inner).take();

        // If the interpreter has ended, it has no lock to release. Then the closure is not called, and dropping it drops the index.
        let _ = index.map(|index| Python::try_attach(|py| py.detach(|| caught(|| drop(index)))));
    }
}

/// Writes every text of an index to a file, which cannot be inside the directory of the index. Returns their number.
///
/// # Errors
///
/// The file is inside the directory, or cannot be written; those of [`export_while`](mukarrar::Index::export_while).
pub fn export_to_file(
    index: &mukarrar::Index,
    directory: Option<&Path>,
    path: &Path,
    goes_on: &dyn Fn() -> bool,
) -> Result<u64> {
    if let Some(directory) = directory {
        output::outside(path, directory)?;
    }

    let mut outputs = Outputs::new();
    let mut out = outputs.create(path, Compression::None)?;
    let count = index.export_while(&mut out, goes_on)?;
    outputs.finish(out)?;
    outputs.commit()?;
    Ok(count)
}

/// Stores every text of an exported file.
///
/// # Errors
///
/// It cannot be read; those of [`import_while`](mukarrar::Index::import_while).
pub fn import_from_file(index: &mukarrar::Index, path: &Path, goes_on: &dyn Fn() -> bool) -> Result<MergeStats> {
    let file = File::open(path).map_err(|source| Error::io("read", path, source))?;
    index.import_while(&mut BufReader::new(file), goes_on)
}

/// The list of answers to a batch. The first error is raised, or with `return_errors` each is in the place of its answer.
///
/// # Errors
///
/// The first error, without `return_errors`; one of `object`.
pub fn answered<'py, T>(
    py: Python<'py>,
    answers: Vec<Result<T>>,
    return_errors: bool,
    object: impl Fn(T) -> PyResult<Py<PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);

    for answer in answers {
        match answer {
            Ok(answer) => list.append(object(answer)?)?,
            Err(error) if return_errors => list.append(raised(py, &error).into_value(py))?,
            Err(error) => return Err(raised(py, &error)),
        }
    }

    Ok(list)
}

/// Converts JSON to the objects of Python.
///
/// # Errors
///
/// The text is not JSON, or could not be made.
pub fn json(py: Python<'_>, text: serde_json::Result<String>) -> PyResult<Bound<'_, PyAny>> {
    let text = text.map_err(|error| PyTypeError::new_err(error.to_string()))?;
    py.import("json")?.call_method1("loads", (text,))
}

/// What opening repaired, as a dict.
///
/// # Errors
///
/// Those of Python.
pub fn recovery_dict<'py>(py: Python<'py>, found: &RecoveryReport) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("was_closed", found.was_closed)?;
    dict.set_item("commit", found.commit)?;
    dict.set_item("documents", found.documents)?;
    dict.set_item("leftover_files", found.leftover_files)?;
    dict.set_item("lost_commits", found.lost_commits)?;
    dict.set_item("message", found.to_string())?;
    Ok(dict)
}
