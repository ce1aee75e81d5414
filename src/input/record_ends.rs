//! Where records end that may have several lines: those of CSV, and JSON values.

use super::csv::{CsvScanner, CsvShape};
use super::json::values::{self, JsonScanner, ValuesCut};

/// How the ends of records are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordEnds {
    Csv(CsvShape),
    /// JSON values; `closes` tells that they stand in an array.
    Json {
        closes: bool,
    },
}

/// Finds the end of one record in bytes that arrive in pieces.
#[derive(Debug, Clone, Copy)]
pub(super) enum RecordScanner {
    Csv(CsvScanner),
    Json(JsonScanner),
}

impl RecordScanner {
    /// Takes bytes up to the end of the record, and returns their number; `None` if the record goes on.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Csv(scan) => scan.take(bytes),
            Self::Json(scan) => scan.take(bytes),
        }
    }

    /// The number of bytes between the last record and this one.
    pub(super) fn begin(&self) -> usize {
        match self {
            Self::Csv(_) => 0,
            Self::Json(scan) => scan.begin(),
        }
    }
}

impl RecordEnds {
    /// A scanner at the beginning of a record.
    pub(super) fn scanner(self) -> RecordScanner {
        match self {
            Self::Csv(shape) => RecordScanner::Csv(CsvScanner::new(shape.dialect)),
            Self::Json { .. } => RecordScanner::Json(JsonScanner::new()),
        }
    }

    /// The end of the last whole record in `bytes`, which begin with a record.
    ///
    /// # Errors
    ///
    /// No record is whole: the number of bytes before the one that has begun.
    pub(super) fn last_end(self, bytes: &[u8]) -> Result<usize, usize> {
        match self {
            Self::Csv(shape) => shape.last_end(bytes).ok_or(0),
            Self::Json { .. } => {
                let (mut scan, mut end) = (JsonScanner::new(), 0);
                while let Some(length) = bytes.get(end..).and_then(|rest| scan.take(rest)) {
                    end += length;
                }
                match end {
                    0 if scan.in_value() => Err(scan.begin()),
                    0 => Err(bytes.len()),
                    end => Ok(end),
                }
            }
        }
    }

    /// Where bytes that are all at hand are cut, about `size` of them.
    pub(super) fn cut(self, bytes: &[u8], size: usize) -> ValuesCut {
        match self {
            Self::Csv(shape) => ValuesCut::Values(shape.cut(bytes, size)),
            Self::Json { closes } => values::cut(bytes, size, closes),
        }
    }

    /// Whether nothing but records may stand in a file.
    pub(super) fn is_json(self) -> bool {
        matches!(self, Self::Json { .. })
    }
}
