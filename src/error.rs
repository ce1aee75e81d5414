//! The one error type: an opaque [`Error`] over a non-exhaustive [`ErrorKind`].
//!
//! Kinds carry fields, not sentences, so that a caller can match on them; the sentence is made when the error is shown
//! and always names the place and, where there is one, the remedy. Records that cannot be read are no errors: they
//! are [`Reject`](crate::input::Reject)s, counted and listed, and the run goes on.

use std::fmt;
use std::path::PathBuf;

/// The result of anything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, where, and what to do about it.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// The kind, for matching.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// A file or stream could not be read or written; `action` is a verb phrase such as `"read"`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        ErrorKind::Io { action, path: path.into(), source }.into()
    }

    /// A parameter lies outside its range; `expected` says what would fit.
    pub fn parameter(name: &'static str, value: impl fmt::Display, expected: impl Into<String>) -> Self {
        ErrorKind::Parameter { name, value: value.to_string(), expected: expected.into() }.into()
    }

    /// An invariant of this crate does not hold; `what` says which.
    pub(crate) fn internal(what: impl Into<String>) -> Self {
        ErrorKind::Internal { what: what.into() }.into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.0)
    }
}

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or stream could not be opened, read or written.
    #[error("cannot {action} {path}: {source}{remedy}", path = path.display(), remedy = remedy(source))]
    Io {
        /// What was tried, as a verb: `read`, `write`, `walk`.
        action: &'static str,
        /// The file, directory or stream.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A parameter has a value that cannot work.
    #[error("{name} cannot be {value}: {expected}")]
    Parameter {
        /// The parameter's name, as the command line spells it without dashes.
        name: &'static str,
        /// The value that was given.
        value: String,
        /// What would fit.
        expected: String,
    },
    /// Input in a format or compression that this build cannot read.
    #[error("{path}: {what}; {remedy}", path = path.display())]
    Unreadable {
        /// The input.
        path: PathBuf,
        /// What it is.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// A key was inserted into an index that already holds it.
    #[error("key {key:?} is in the index already; remove it first, or insert under another key")]
    KeyExists {
        /// The key.
        key: String,
    },
    /// A directory that cannot be used as the index that was asked for: another writer has it, it was built with other
    /// settings, or it is none.
    #[error("{path} {what}; {remedy}", path = path.display())]
    Index {
        /// The directory.
        path: PathBuf,
        /// Why not.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// A file of an index holds other bytes than were written.
    #[error("{path} is damaged: {what}; {remedy}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// A change was asked of an index that was opened to be read.
    #[error("this index was opened for reading alone; open it as the writer to change it")]
    ReadOnly,
    /// Two signatures, or a signature and an index, were made with different parameters.
    #[error("signatures differ in {what}: {left} and {right}; make both with the same parameters")]
    Incompatible {
        /// The parameter that differs.
        what: &'static str,
        /// Its value on the left.
        left: String,
        /// Its value on the right.
        right: String,
    },
    /// Stored bytes (a signature) that cannot be decoded.
    #[error("stored {what} cannot be read at byte {offset}: {reason}")]
    Corrupt {
        /// What the bytes should have been.
        what: &'static str,
        /// Where decoding failed.
        offset: usize,
        /// Why.
        reason: &'static str,
    },
    /// An output that must not be written.
    #[error("{path} {what}; {remedy}", path = path.display())]
    Output {
        /// The output.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// The file system of a directory for spilled data is too full for what must be written there.
    #[error(
        "{directory} has {available} bytes free and {needed} are needed; free some, or name a roomier directory with \
         --temp-dir",
        directory = directory.display()
    )]
    Space {
        /// The directory.
        directory: PathBuf,
        /// Bytes that must be written.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// A memory limit below what the work needs at least.
    #[error("memory cannot be {given} bytes: {what} needs at least {floor}; give --memory {floor} or more")]
    Memory {
        /// The limit.
        given: u64,
        /// The least that would do, in bytes.
        floor: u64,
        /// What needs it.
        what: String,
    },
    /// A defect of this crate: an invariant does not hold. The run ends, so that it gives no wrong result.
    #[error("internal error: {what}; please report this with the command and its input")]
    Internal {
        /// The invariant that does not hold.
        what: String,
    },
    /// A gold file that cannot be used.
    #[error("{path}:{line}: {reason}", path = path.display())]
    Gold {
        /// The gold file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong, and what would be right.
        reason: String,
    },
}

/// What helps where the system's own words do not say it.
#[cfg(unix)]
fn remedy(source: &std::io::Error) -> &'static str {
    match rustix::io::Errno::from_io_error(source) {
        Some(rustix::io::Errno::MFILE) => "; raise the limit of open files (`ulimit -n`)",
        _ => "",
    }
}

#[cfg(not(unix))]
const fn remedy(_: &std::io::Error) -> &'static str {
    ""
}
