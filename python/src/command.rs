//! The command `mukarrar`, which the package installs.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line with these arguments, the name of the program first, and returns the exit code.
///
/// For a process that does nothing else: it takes over the handlers of signals, and an interrupt ends the process.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| mukarrar_cli::main(arguments))
}
