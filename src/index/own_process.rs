//! The process that opened an index.

use crate::error::{Error, ErrorKind};

/// The process that opened an index. A forked child has a copy of its memory, but neither its threads nor its locks: what the
/// child stores would be lost, or would damage the files of the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnProcess(u32);

impl OwnProcess {
    /// This process.
    pub(super) fn this() -> Self {
        Self(std::process::id())
    }

    /// Whether this process is the one that opened the index.
    pub(super) fn is_this(self) -> bool {
        self == Self::this()
    }

    /// The error of another process; `None` in the one that opened the index.
    pub(super) fn refusal(self) -> Option<Error> {
        (!self.is_this()).then(|| ErrorKind::Forked { opened_by: self.0 }.into())
    }

    /// Another process, for tests.
    #[cfg(test)]
    pub(super) const fn other() -> Self {
        Self(0)
    }
}
