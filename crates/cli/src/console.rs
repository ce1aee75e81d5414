//! Standard output and standard error.

use std::io::{self, BufWriter, IsTerminal, Write};

use super::args::When;
use mukarrar::error::{Error, Result};
use mukarrar::report::text::sanitize;
use mukarrar::report::{Format, Style};

/// Where results and messages go, and whether a person reads them.
#[derive(Clone)]
pub(super) struct Console {
    color: When,
}

impl Console {
    pub(super) fn new(color: When) -> Self {
        Self { color }
    }

    /// How a report on standard output is styled.
    pub(super) fn style(&self, format: Format) -> Style {
        let terminal = io::stdout().is_terminal();
        Style { format, isolate: terminal, color: self.colored(terminal) }
    }

    /// How a report in a file is styled.
    pub(super) fn plain(format: Format) -> Style {
        Style { format, isolate: false, color: false }
    }

    /// <https://no-color.org>: any value that is not empty.
    fn colored(&self, terminal: bool) -> bool {
        self.color.holds(terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    /// Writes results to standard output.
    ///
    /// # Errors
    ///
    /// An [`Io`](mukarrar::ErrorKind::Io) error on `-`; that of a closed pipe is no failure of the command.
    pub(super) fn print(&self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        write(&mut out)?;
        out.flush().map_err(failed)
    }

    /// Writes a line to standard error. Nothing can be done if that fails.
    pub(super) fn note(&self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", sanitize(line));
    }

    pub(super) fn error(&self, message: &str) {
        self.headed("error", "31", message);
    }

    pub(super) fn warning(&self, message: &str) {
        self.headed("warning", "33", message);
    }

    fn headed(&self, head: &str, code: &str, message: &str) {
        let colored = self.colored(io::stderr().is_terminal());
        let head = if colored { format!("\x1b[1;{code}m{head}\x1b[0m") } else { head.to_owned() };
        let _ = writeln!(io::stderr().lock(), "{head}: {}", sanitize(message));
    }
}

/// A failure of standard output.
pub(super) fn failed(source: io::Error) -> Error {
    Error::io("write", "-", source)
}
