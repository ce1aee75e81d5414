//! The error type of the crate: an opaque [`Error`] over a non-exhaustive [`ErrorKind`].
//!
//! Kinds have fields, so that callers can match on them. Sentences are made when an error is shown: `Display` uses the names
//! of the Rust API, and [`Error::message`] those of another interface ([`Phrasing`]). A message names the place and, if
//! there is one, the remedy.
//!
//! Records that cannot be read are not errors but [`Reject`](crate::input::Reject)s: they are counted and listed, and the
//! run continues.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

mod remedy;

pub(crate) use remedy::with_remedy;
pub use remedy::{Operation, Phrasing, Remedy, RustPhrasing};

/// The result of a function of this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// An error: what went wrong, where, and what can be done about it.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// The kind, for matching.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// The error as a sentence in the words of an interface.
    #[must_use]
    pub fn message(&self, phrasing: &dyn Phrasing) -> String {
        with_remedy(self.0.problem(phrasing), self.0.remedy().as_deref(), phrasing)
    }

    /// An error of a file or stream that could not be read or written; `action` is a verb phrase such as `"read"`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        ErrorKind::Io { action, path: path.into(), source }.into()
    }

    /// An error of a parameter that has a value outside its range; `expected` describes the values that are allowed. `name`
    /// is the name in the Rust API.
    pub fn parameter(name: &'static str, value: impl fmt::Display, expected: impl Into<String>) -> Self {
        ErrorKind::Parameter { name, value: value.to_string(), expected: expected.into(), remedy: None }.into()
    }

    /// The same error with a remedy, if its kind is [`ErrorKind::Parameter`]; other kinds have their own and are unchanged.
    #[must_use]
    pub fn with_remedy(mut self, new: Remedy) -> Self {
        if let ErrorKind::Parameter { remedy, .. } = &mut *self.0 {
            *remedy = Some(new);
        }
        self
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
        f.write_str(&self.message(&RustPhrasing))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            ErrorKind::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The kinds of [`Error`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or stream could not be opened, read or written.
    Io {
        /// What failed, as a verb: `read`, `write`, `walk`.
        action: &'static str,
        /// The file, directory or stream.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A parameter has a value that is not allowed.
    Parameter {
        /// The parameter's name in the Rust API.
        name: &'static str,
        /// The value that was given.
        value: String,
        /// The values that are allowed.
        expected: String,
        /// What to do about it, if `expected` does not say it.
        remedy: Option<Remedy>,
    },
    /// Input in a format or compression that this build cannot read.
    Unreadable {
        /// The input.
        path: PathBuf,
        /// What is wrong with it; the path is the subject.
        what: String,
        /// What to do about it.
        remedy: Remedy,
    },
    /// Not one record of the input could be read.
    NothingRead {
        /// Why; a sentence.
        what: String,
        /// What to do about it, if anything is known.
        remedy: Option<Remedy>,
    },
    /// A key was inserted into an index that already contains it.
    KeyExists {
        /// The key.
        key: String,
    },
    /// An index was used in a forked child of the process that opened it.
    Forked {
        /// The number of that process.
        opened_by: u32,
    },
    /// A directory that cannot be used as the requested index: another process writes it, it was built with other settings,
    /// or it is not an index.
    Index {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it; the path is the subject.
        what: String,
        /// What to do about it.
        remedy: Remedy,
    },
    /// A file of an index does not contain the bytes that were written.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// What to do about it.
        remedy: Remedy,
    },
    /// A change was requested of an index that was opened for reading only.
    ReadOnly,
    /// The caller ended work that takes long, before its end.
    Interrupted,
    /// Two signatures, or a signature and an index, were made with different parameters.
    Incompatible {
        /// The parameter that differs.
        what: &'static str,
        /// Its value on the left.
        left: String,
        /// Its value on the right.
        right: String,
    },
    /// Stored bytes (a signature) that cannot be decoded.
    Corrupt {
        /// What the bytes should be.
        what: &'static str,
        /// The byte at which decoding failed, from 0.
        offset: usize,
        /// Why it failed.
        reason: &'static str,
    },
    /// An output that must not be written.
    Output {
        /// The output.
        path: PathBuf,
        /// What is wrong with it; the path is the subject.
        what: String,
        /// What to do about it.
        remedy: Remedy,
    },
    /// The file system of a directory for temporary data does not have the space that is needed.
    Space {
        /// The directory.
        directory: PathBuf,
        /// Bytes that must be written.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// A memory limit that is too low for the work.
    Memory {
        /// The limit, in bytes.
        given: u64,
        /// The lowest limit that is enough, in bytes.
        floor: u64,
        /// What needs the memory.
        what: String,
    },
    /// A defect of this crate: an invariant does not hold. The run ends, so that it gives no wrong result.
    Internal {
        /// The invariant that does not hold.
        what: String,
    },
    /// A gold file that cannot be used.
    Gold {
        /// The gold file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong, and what is expected.
        reason: String,
        /// What to do about it, if `reason` does not say it.
        remedy: Option<Remedy>,
    },
}

impl ErrorKind {
    /// What the caller can do about the error, if anything is known.
    #[must_use]
    pub fn remedy(&self) -> Option<Cow<'_, Remedy>> {
        let remedy = match self {
            Self::Parameter { remedy, .. } | Self::Gold { remedy, .. } | Self::NothingRead { remedy, .. } => {
                return remedy.as_ref().map(Cow::Borrowed);
            }
            Self::Unreadable { remedy, .. }
            | Self::Index { remedy, .. }
            | Self::Damaged { remedy, .. }
            | Self::Output { remedy, .. } => return Some(Cow::Borrowed(remedy)),
            Self::Io { source, .. } => return io_remedy(source).map(Cow::Owned),
            Self::KeyExists { .. } => "remove it first, or insert under another key".into(),
            Self::Forked { .. } => "open it again in each process that uses it".into(),
            Self::ReadOnly => "open it as the writer to change it".into(),
            Self::Interrupted => return None,
            Self::Incompatible { .. } => "make both with the same parameters".into(),
            Self::Corrupt { .. } => return None,
            Self::Internal { .. } => "please report this with the input and the options".into(),
            Self::Space { .. } => {
                Remedy::Choose { purpose: "free some, or name a roomier directory", parameter: "temp_dir" }
            }
            Self::Memory { floor, .. } => Remedy::Raise { parameter: "memory", least: *floor },
        };
        Some(Cow::Owned(remedy))
    }

    /// What is wrong, without the remedy.
    fn problem(&self, phrasing: &dyn Phrasing) -> String {
        match self {
            Self::Io { action, path, source } => {
                format!("cannot {action} {}: {}", path.display(), source_message(source, phrasing))
            }
            Self::Parameter { name, value, expected, .. } => {
                format!("{} cannot be {value}: {expected}", phrasing.subject(name))
            }
            Self::Unreadable { path, what, .. } => format!("{}: {what}", path.display()),
            Self::NothingRead { what, .. } => what.clone(),
            Self::KeyExists { key } => format!("key {key:?} is in the index already"),
            Self::Forked { opened_by } => {
                format!("this index was opened by process {opened_by}, and this process is a forked child of it")
            }
            Self::Index { path, what, .. } | Self::Output { path, what, .. } => format!("{} {what}", path.display()),
            Self::Damaged { path, what, .. } => format!("{} is damaged: {what}", path.display()),
            Self::ReadOnly => "this index was opened for reading only".to_owned(),
            Self::Interrupted => "interrupted".to_owned(),
            Self::Incompatible { what, left, right } => format!("signatures differ in {what}: {left} and {right}"),
            Self::Corrupt { what, offset, reason } => {
                format!("stored {what} cannot be read at byte {offset}: {reason}")
            }
            Self::Space { directory, needed, available } => {
                format!("{} has {available} bytes free and {needed} are needed", directory.display())
            }
            Self::Memory { given, floor, what } => {
                format!("{} cannot be {given} bytes: {what} needs at least {floor}", phrasing.subject("memory"))
            }
            Self::Gold { path, line, reason, .. } => format!("{}:{line}: {reason}", path.display()),
            Self::Internal { what } => format!("internal error: {what}"),
        }
    }
}

/// The message of an I/O error. One that wraps an [`Error`] of this crate is shown in the words of the interface too.
fn source_message(source: &std::io::Error, phrasing: &dyn Phrasing) -> String {
    let wrapped = source.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    wrapped.map_or_else(|| source.to_string(), |error| error.message(phrasing))
}

/// A remedy for errors of the system whose own message does not help.
#[cfg(unix)]
fn io_remedy(source: &std::io::Error) -> Option<Remedy> {
    match rustix::io::Errno::from_io_error(source) {
        Some(rustix::io::Errno::MFILE) => Some("raise the limit of open files (`ulimit -n`)".into()),
        _ => None,
    }
}

#[cfg(not(unix))]
const fn io_remedy(_: &std::io::Error) -> Option<Remedy> {
    None
}
