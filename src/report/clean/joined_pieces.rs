//! Output of whole records, piece by piece.

use std::io::{self, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// Joins pieces: if the last line has no line end, one is added only when another piece follows.
pub(super) struct JoinedPieces<'a> {
    out: &'a mut dyn Write,
    /// Whether the last piece ends without a line end.
    open_line: bool,
    /// Path for error messages.
    target: &'a Path,
}

impl<'a> JoinedPieces<'a> {
    pub(super) fn new(out: &'a mut dyn Write, target: &'a Path) -> Self {
        Self { out, open_line: false, target }
    }

    /// Writes a piece of whole records, given in parts.
    pub(super) fn piece(&mut self, parts: &[&[u8]]) -> Result<()> {
        if self.open_line {
            self.bytes(b"\n")?;
        }
        for part in parts {
            self.bytes(part)?;
        }

        let last = parts.iter().rev().find(|part| !part.is_empty());
        self.open_line = last.is_none_or(|part| !part.ends_with(b"\n"));
        Ok(())
    }

    /// Writes bytes of a binary format, in which nothing is joined.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|source| self.write_error(source))
    }

    /// The output, for messages.
    #[cfg(feature = "parquet")]
    pub(super) const fn target(&self) -> &'a Path {
        self.target
    }

    /// The error for a target that cannot be written.
    pub(super) fn write_error(&self, source: io::Error) -> Error {
        Error::io("write", self.target, source)
    }
}
