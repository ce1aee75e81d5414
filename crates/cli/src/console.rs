//! Standard output and standard error.

use std::io::{self, BufWriter, IsTerminal, Write};

use super::args::values::AutoChoice;
use mukarrar::error::{Error, Result};
use mukarrar::report::text::sanitize;
use mukarrar::report::{ReportFormat, ReportStyle};

/// Writes results to standard output and messages to standard error, in colour where a person reads them.
#[derive(Clone)]
pub(super) struct Console {
    color: AutoChoice,
}

impl Console {
    pub(super) fn new(color: AutoChoice) -> Self {
        Self { color }
    }

    /// The style of a report on standard output.
    pub(super) fn stdout_style(&self, format: ReportFormat) -> ReportStyle {
        let terminal = io::stdout().is_terminal();

        ReportStyle { format, isolate: terminal, color: self.colored(terminal) }
    }

    /// The style of a report in a file.
    pub(super) fn file_style(format: ReportFormat) -> ReportStyle {
        ReportStyle { format, isolate: false, color: false }
    }

    /// Whether to use colour. <https://no-color.org>: any value of `NO_COLOR` that is not empty turns `auto` off.
    fn colored(&self, terminal: bool) -> bool {
        self.color.resolve(terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    /// Writes results to standard output.
    ///
    /// # Errors
    ///
    /// An [`Io`](mukarrar::ErrorKind::Io) error with the path `-`. A closed pipe is one too; `run` does not count it as a failure.
    pub(super) fn print(&self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());

        write(&mut out)?;
        out.flush().map_err(stdout_error)
    }

    /// Writes a line to standard error. A failure is ignored, since there is no other place to report it.
    pub(super) fn note(&self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", sanitize(line));
    }

    pub(super) fn error(&self, message: &str) {
        self.message("error", "31", message);
    }

    pub(super) fn warning(&self, message: &str) {
        self.message("warning", "33", message);
    }

    fn message(&self, head: &str, code: &str, message: &str) {
        let colored = self.colored(io::stderr().is_terminal());
        let head = if colored { format!("\x1b[1;{code}m{head}\x1b[0m") } else { head.to_owned() };
        let _ = writeln!(io::stderr().lock(), "{head}: {}", sanitize(message));
    }
}

/// Makes an error of a failed write to standard output.
pub(super) fn stdout_error(source: io::Error) -> Error {
    Error::io("write", "-", source)
}
