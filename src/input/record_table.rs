//! The table of records: where each record of the input begins and ends, in 8 bytes a record.
//!
//! Blocks are read in parts, each a piece of one file. The table keeps the parts in input order; a record is found by
//! its part, then by its number in the part. Its line is counted from the first line of the part; only parts with
//! blank lines or records of several lines store line numbers.

use std::ops::Range;

use super::held::{BytePlace, FileStamp};
use super::reject::RejectReason;
use crate::document::DocId;
use crate::error::{ErrorKind, Result};

mod bytes;
mod rows;
mod selection;

pub(super) use rows::RecordRows;

/// Where a record is in its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordRow {
    /// The offset of the first byte; the highest bit says that `\r\n` follows the record.
    at: u32,
    /// `u32::MAX`: the length is in [`PartIndex::huge`].
    length: u32,
}

/// Inputs have many millions of records.
const _: () = assert!(size_of::<RecordRow>() == 8);

impl RecordRow {
    const RETURN: u32 = 1 << 31;

    /// The row of a record of `length` bytes. `offset` must be below 2³¹: no block is larger than 2³⁰ bytes, and a
    /// record larger than a block begins its own part.
    pub(super) fn new(offset: usize, length: usize, carriage_return: bool) -> Self {
        debug_assert!(offset < Self::RETURN as usize, "offset {offset} in a part");

        // A release build replaces an offset that is too large by the largest one, where no record is.
        let offset = u32::try_from(offset).map_or(!Self::RETURN, |offset| offset & !Self::RETURN);
        let flag = if carriage_return { Self::RETURN } else { 0 };
        Self { at: offset | flag, length: u32::try_from(length).unwrap_or(u32::MAX) }
    }

    pub(super) fn offset(self) -> usize {
        (self.at & !Self::RETURN) as usize
    }

    pub(super) fn carriage_return(self) -> bool {
        self.at & Self::RETURN != 0
    }
}

/// The content of a part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartShape {
    /// Whole lines.
    Lines,
    /// Whole JSON values, and what stands between them.
    Values,
    /// A whole text.
    Text,
    /// The rest of a damaged file after its last whole line. Its only record is a reject.
    Rest,
    /// A file of which nothing can be read. Its only record is a reject.
    Failed,
    /// Whole records of an archive, documents and others; with a failure, bytes that are no record.
    Records,
}

impl PartShape {
    /// Whether its records have line numbers.
    pub(super) const fn has_lines(self) -> bool {
        matches!(self, Self::Lines | Self::Values)
    }

    /// Whether other parts of the file may follow.
    pub(super) const fn goes_on(self) -> bool {
        matches!(self, Self::Lines | Self::Values | Self::Records)
    }
}

/// The records of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartIndex {
    /// The number of the file.
    pub(super) file: u32,
    /// The offset of the part in the decompressed file.
    pub(super) start: u64,
    /// Its bytes, line ends included.
    pub(super) length: u64,
    pub(super) shape: PartShape,
    /// Its lines.
    pub(super) lines: u64,
    pub(super) rows: Box<[RecordRow]>,
    /// The line of each row, counted from 0 in the part; empty if row `n` is line `n`.
    pub(super) numbers: Box<[u32]>,
    /// The size of the last record if it does not fit in its row, else 0.
    pub(super) huge: u64,
    /// Why the only record is rejected, if that is known without parsing.
    pub(super) failure: Option<RejectReason>,
    /// Files: length and time of modification when it was read.
    pub(super) stamp: Option<FileStamp>,
}

impl PartIndex {
    /// The index of a file in memory that is one text.
    pub(super) fn text(file: usize, length: u64) -> Self {
        RecordRows::single(length, false, 0).index(Self {
            file: file as u32,
            start: 0,
            length,
            shape: PartShape::Text,
            lines: 0,
            rows: Box::default(),
            numbers: Box::default(),
            huge: 0,
            failure: None,
            stamp: None,
        })
    }

    /// The line of row `number`, from 0 in the part.
    pub(super) fn line(&self, number: usize) -> u64 {
        self.numbers.get(number).map_or(number as u64, |line| u64::from(*line))
    }

    /// The bytes of a record, its line end excluded.
    pub(super) fn size(&self, row: RecordRow) -> u64 {
        if row.length == u32::MAX { self.huge } else { u64::from(row.length) }
    }

    /// The row of the only record, if the record has more than `limit` bytes.
    pub(super) fn only_oversized(&self, limit: u64) -> Option<RecordRow> {
        match *self.rows {
            [row] if self.failure.is_none() && self.size(row) > limit => Some(row),
            _ => None,
        }
    }

    /// The line end of a record: none at the end of the part and outside of lines.
    pub(super) fn line_end(&self, row: RecordRow) -> &'static [u8] {
        if self.shape != PartShape::Lines || row.offset() as u64 + self.size(row) >= self.length {
            return b"";
        }
        if row.carriage_return() { b"\r\n" } else { b"\n" }
    }
}

/// The records of a block: what a corpus keeps of it, and what a work directory stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BlockIndex {
    pub(super) parts: Vec<PartIndex>,
}

impl BlockIndex {
    /// Number of records, rejected ones included.
    pub(crate) fn records(&self) -> usize {
        self.parts.iter().map(|part| part.rows.len()).sum()
    }

    /// The index as bytes for a work directory.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        bytes::write(self)
    }

    /// The inverse of [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    ///
    /// The bytes are no index.
    pub(crate) fn from_bytes(stored: &[u8]) -> Result<Self> {
        bytes::read(stored)
            .map_err(|(offset, reason)| ErrorKind::Corrupt { what: "index of a block", offset, reason }.into())
    }
}

/// A part in the table.
pub(super) struct TablePart {
    /// The place of its first record.
    pub(super) first: u32,
    /// The number of its first line in the file, from 1.
    pub(super) first_line: u64,
    /// Where its bytes are.
    pub(super) place: BytePlace,
    pub(super) index: PartIndex,
}

impl TablePart {
    /// The place of its first record.
    pub(super) fn first(&self) -> DocId {
        DocId::new(self.first as usize)
    }
}

/// A record in the table.
pub(super) struct TableRow<'t> {
    pub(super) part: &'t TablePart,
    pub(super) row: RecordRow,
    /// Its number in the part.
    pub(super) number: usize,
    /// Its size in bytes.
    pub(super) size: u64,
    /// Its range in the bytes of the part.
    pub(super) range: Range<usize>,
}

impl TableRow<'_> {
    /// Its line in the file, from 1, if the file has lines; its offset in the file, if it is an archive.
    pub(super) fn position(&self) -> (Option<u64>, Option<u64>) {
        let index = &self.part.index;
        match index.shape {
            PartShape::Lines | PartShape::Values | PartShape::Rest => {
                (Some(self.part.first_line + index.line(self.number)), None)
            }
            PartShape::Records => (None, Some(index.start + self.row.offset() as u64)),
            PartShape::Text | PartShape::Failed => (None, None),
        }
    }
}

/// All records of an input.
#[derive(Default)]
pub(super) struct RecordTable {
    /// In input order. Parts without records are kept only of archives.
    parts: Vec<TablePart>,
    records: usize,
}

impl RecordTable {
    /// Appends a part, whose first record gets the next place.
    pub(super) fn push(&mut self, index: PartIndex, first_line: u64, place: BytePlace) {
        let first = self.records as u32;
        self.records += index.rows.len();

        // Archive records that are no documents have no rows, but are copied when the archive is written.
        if !index.rows.is_empty() || index.shape == PartShape::Records {
            self.parts.push(TablePart { first, first_line, place, index });
        }
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.records
    }

    pub(super) fn parts(&self) -> &[TablePart] {
        &self.parts
    }

    /// Finds a record; `None` for an id that is not in the table.
    pub(super) fn locate(&self, id: DocId) -> Option<TableRow<'_>> {
        let place = id.index();
        // The last part that begins at or before the record.
        let after = self.parts.partition_point(|part| part.first as usize <= place);
        let part = self.parts.get(after.checked_sub(1)?)?;

        let number = place - part.first as usize;
        let row = *part.index.rows.get(number)?;
        let (start, size) = (row.offset(), part.index.size(row));
        // A record too large for memory is rejected before its bytes are looked at.
        let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
        Some(TableRow { part, row, number, size, range: start..end })
    }
}
