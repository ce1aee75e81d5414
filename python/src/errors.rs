//! The library's errors as Python's exceptions, and panics kept inside.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mukarrar::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Runs `work` without the interpreter's lock.
///
/// # Errors
///
/// `InternalError` for a panic, which would be a bug of the library: no exception but those of this package leaves it.
pub fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| caught(work)).map_err(|what| internal(py, &what))
}

/// Runs `work` with the interpreter's lock.
///
/// # Errors
///
/// `InternalError` for a panic.
pub fn attached<T>(py: Python<'_>, work: impl FnOnce() -> T) -> PyResult<T> {
    caught(work).map_err(|what| internal(py, &what))
}

/// What `work` gives, or else what it panicked with.
///
/// # Errors
///
/// What the panic says.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| said(&*panic))
}

fn internal(py: Python<'_>, what: &str) -> PyErr {
    let message = format!("the library failed: {what}; please report what led here");
    made(py, "InternalError", message, &[])
}

/// Runs `work`, which can fail, without the interpreter's lock.
///
/// # Errors
///
/// What `work` says, as an exception.
pub fn attempt<T: Send>(py: Python<'_>, work: impl FnOnce() -> mukarrar::Result<T> + Send) -> PyResult<T> {
    detached(py, work)?.map_err(|error| raised(py, &error))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "for no stated reason".to_owned())
}

/// A parameter that cannot work; `expected` says what would.
pub fn parameter(py: Python<'_>, name: &str, value: &str, expected: &str) -> PyErr {
    let fields = [("name", name.to_owned()), ("value", value.to_owned()), ("expected", expected.to_owned())];
    made(py, "ParameterError", format!("{name} cannot be {value}: {expected}"), &fields)
}

/// Says in which of many items a text stands that has half a character, a lone surrogate.
pub fn in_item(py: Python<'_>, error: PyErr, place: impl Display) -> PyErr {
    let value = error.value(py);
    // Where it cannot be said, the error is Python's own.
    let _ = value.getattr("reason").and_then(|why| value.setattr("reason", format!("{why}, in item {place}")));
    error
}

/// An index that was closed.
pub fn closed(py: Python<'_>) -> PyErr {
    made(py, "ClosedError", "this index is closed; open it again".to_owned(), &[])
}

/// An error of the library as an exception of its kind.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let (class, fields) = kind(error.kind());
    made(py, class, error.to_string(), &fields)
}

fn kind(kind: &ErrorKind) -> (&'static str, Vec<(&'static str, String)>) {
    let path = |path: &std::path::Path| vec![("path", path.display().to_string())];
    match kind {
        ErrorKind::Io { path: at, .. } => ("InputOutputError", path(at)),
        ErrorKind::Parameter { name, value, expected } => {
            let name = name.replace('-', "_");
            ("ParameterError", vec![("name", name), ("value", value.clone()), ("expected", expected.clone())])
        }
        ErrorKind::Unreadable { path: at, .. } => ("UnreadableError", path(at)),
        ErrorKind::KeyExists { key } => ("KeyExistsError", vec![("key", key.clone())]),
        ErrorKind::Incompatible { .. } => ("IncompatibleError", Vec::new()),
        ErrorKind::Corrupt { .. } => ("CorruptError", Vec::new()),
        ErrorKind::Output { path: at, .. } => ("OutputError", path(at)),
        ErrorKind::Space { directory, .. } => ("SpaceError", path(directory)),
        ErrorKind::Memory { .. } => ("MemoryLimitError", Vec::new()),
        ErrorKind::Index { path: at, .. } => ("IndexOpenError", path(at)),
        ErrorKind::Damaged { path: at, .. } => ("DamagedError", path(at)),
        ErrorKind::ReadOnly => ("ReadOnlyError", Vec::new()),
        ErrorKind::Internal { .. } => ("InternalError", Vec::new()),
        _ => ("Error", Vec::new()),
    }
}

fn made(py: Python<'_>, class: &str, message: String, fields: &[(&str, String)]) -> PyErr {
    let make = || {
        let given = PyDict::new(py);
        fields.iter().try_for_each(|(name, value)| given.set_item(name, value))?;
        py.import("mukarrar._errors")?.getattr(class)?.call((message,), Some(&given))
    };
    match make() {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
