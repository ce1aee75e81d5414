//! Converts errors of the library to exceptions, in the words of the package, and catches panics.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mukarrar::error::{Operation, Phrasing};
use mukarrar::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The names of the package: parameters as keywords, operations as methods.
#[derive(Debug, Clone, Copy)]
pub struct PythonPhrasing;

/// Parameters of the library that are no keywords of the package.
const NOT_KEYWORDS: [&str; 1] = ["token"];

impl Phrasing for PythonPhrasing {
    fn parameter(&self, name: &'static str) -> Option<String> {
        if name == "report" {
            return Some("the method `report`".to_owned());
        }
        (!NOT_KEYWORDS.contains(&name)).then(|| format!("{name}="))
    }

    fn setting(&self, name: &'static str, value: &str) -> Option<String> {
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        let value = if is_number { value.to_owned() } else { format!("{value:?}") };
        self.parameter(name).map(|keyword| keyword + &value)
    }

    fn subject(&self, name: &'static str) -> String {
        name.to_owned()
    }

    fn operation(&self, operation: Operation) -> Option<String> {
        let name = match operation {
            Operation::BuildIndex => "`Index.open`",
            Operation::CheckIndex => "`Index.check`",
            Operation::ExportIndex => "`Index.export_to`",
            Operation::ImportIndex => "`Index.import_from`",
            Operation::LearnBoilerplate => "`learn_boilerplate`",
            _ => return None,
        };
        Some(name.to_owned())
    }
}

/// Runs `work` without the interpreter's lock.
///
/// # Errors
///
/// `InternalError` for a panic, which is a bug of the library. Without this, PyO3 would raise an exception that
/// `except Exception` does not catch.
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

/// Runs `work` and catches a panic.
///
/// # Errors
///
/// The message of the panic.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_message(&*panic))
}

/// The exception for a bug of the library.
pub fn internal(py: Python<'_>, what: &str) -> PyErr {
    let message = format!("the library failed: {what}; please report what led here");
    made(py, "InternalError", message, &[])
}

/// Runs `work`, which can fail, without the interpreter's lock.
///
/// # Errors
///
/// The error of `work`, or `InternalError` for a panic.
pub fn attempt<T: Send>(py: Python<'_>, work: impl FnOnce() -> mukarrar::Result<T> + Send) -> PyResult<T> {
    detached(py, work)?.map_err(|error| raised(py, &error))
}

/// The message of a panic: `panic!` carries a string, any other payload has none.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "for no stated reason".to_owned())
}

/// A `ParameterError`; `expected` describes the values that are allowed.
pub fn parameter(py: Python<'_>, name: &str, value: &str, expected: &str) -> PyErr {
    let fields = [("name", name.to_owned()), ("value", value.to_owned()), ("expected", expected.to_owned())];
    made(py, "ParameterError", format!("{name} cannot be {value}: {expected}"), &fields)
}

/// Adds the place of an item to the error about a text that is not valid Unicode (a lone surrogate).
pub fn in_item(py: Python<'_>, error: PyErr, place: impl Display) -> PyErr {
    let value = error.value(py);
    // If the exception has no such field, it stays as it is.
    let _ = value.getattr("reason").and_then(|why| value.setattr("reason", format!("{why}, in item {place}")));
    error
}

/// The error for a closed index.
pub fn closed(py: Python<'_>) -> PyErr {
    made(py, "ClosedError", "this index is closed; open it again".to_owned(), &[])
}

/// Converts an error of the library to the exception of its kind.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let (class, fields) = kind(error.kind());
    made(py, class, error.message(&PythonPhrasing), &fields)
}

/// The class of the exception for a kind of error, and the attributes of the exception.
fn kind(kind: &ErrorKind) -> (&'static str, Vec<(&'static str, String)>) {
    let path = |path: &std::path::Path| vec![("path", path.display().to_string())];

    match kind {
        ErrorKind::Io { path: at, .. } => ("InputOutputError", path(at)),
        ErrorKind::Parameter { name, value, expected, .. } => {
            let (name, value, expected) = ((*name).to_owned(), value.clone(), expected.clone());
            ("ParameterError", vec![("name", name), ("value", value), ("expected", expected)])
        }
        ErrorKind::Unreadable { path: at, .. } => ("UnreadableError", path(at)),
        ErrorKind::NothingRead { .. } => ("NothingReadError", Vec::new()),
        ErrorKind::KeyExists { key } => ("KeyExistsError", vec![("key", key.clone())]),
        ErrorKind::Incompatible { .. } => ("IncompatibleError", Vec::new()),
        ErrorKind::Corrupt { .. } => ("CorruptError", Vec::new()),
        ErrorKind::Output { path: at, .. } => ("OutputError", path(at)),
        ErrorKind::Space { directory, .. } => ("SpaceError", path(directory)),
        ErrorKind::Memory { .. } => ("MemoryLimitError", Vec::new()),
        ErrorKind::Index { path: at, .. } => ("IndexOpenError", path(at)),
        ErrorKind::Damaged { path: at, .. } => ("DamagedError", path(at)),
        ErrorKind::Forked { opened_by } => ("ForkedError", vec![("opened_by", opened_by.to_string())]),
        ErrorKind::ReadOnly => ("ReadOnlyError", Vec::new()),
        ErrorKind::Internal { .. } => ("InternalError", Vec::new()),
        _ => ("Error", Vec::new()),
    }
}

/// Makes an exception of a class in `mukarrar._errors`. If that fails, the result is the exception of the failure.
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
