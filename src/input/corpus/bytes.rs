//! The raw bytes of records: read, copied, and with another text.

use std::borrow::Cow;
use std::ops::Range;

use super::Corpus;
use super::read::LocatedRecord;
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::held::BytePlace;
use crate::input::record_table::TableRow;
use crate::input::slices::{slice, tail};
#[cfg(feature = "warc")]
use crate::input::warc;
use crate::input::{InputFormat, Record, Reject, RejectReason};

/// About how many bytes are copied at once from the disk.
const COPIED: u64 = 1 << 20;

impl Corpus {
    /// The bytes of a record as they are in the (decompressed) file: a line without its line end, or a whole text
    /// file. Empty for a record whose bytes were not kept: one that is too large, or of a file that could not be
    /// read.
    ///
    /// # Errors
    /// The id is not in this corpus. The record is read from the disk again, and that fails or the file has changed.
    pub fn raw(&self, id: DocId) -> Result<Cow<'_, [u8]>> {
        let located = self.locate_or_refuse(id)?;
        let entry = located.entry;
        if let BytePlace::Held(bytes) = &entry.part.place {
            // The bytes of a record that was skipped are not there.
            return Ok(Cow::Borrowed(bytes.get(entry.range).unwrap_or(&[])));
        }

        let mut bytes = Vec::new();
        match self.fetch(entry.part, located.file, entry.range.start as u64, entry.size, &mut bytes) {
            Ok(()) => Ok(Cow::Owned(bytes)),
            Err(reason) => Err(self.reject(id, reason).into()),
        }
    }

    /// The line end of a record: `\n`, `\r\n`, or nothing at the end of a file, outside of lines, and for an id that
    /// is not in this corpus.
    #[must_use]
    pub fn line_end(&self, id: DocId) -> &'static [u8] {
        self.locate(id).map_or(b"", |located| located.entry.part.index.line_end(located.entry.row))
    }

    /// Copies consecutive records with their line ends; blank lines between them are left out. Calls `each` with
    /// pieces of many records. `bytes` is a buffer.
    ///
    /// # Errors
    /// As [`raw`](Self::raw).
    pub(crate) fn copy(
        &self,
        ids: Range<DocId>,
        bytes: &mut Vec<u8>,
        mut each: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut next = ids.start;
        while next < ids.end {
            let first = next;
            let LocatedRecord { file, entry } = self.locate_or_refuse(first)?;
            let (records, end) = adjacent(&entry, ids.end.index() - first.index());
            next = DocId::new(first.index() + records);

            let start = entry.range.start as u64;
            let piece = match &entry.part.place {
                // The bytes of a record that was skipped are not there.
                BytePlace::Held(piece) => piece.get(start as usize..end as usize).unwrap_or(&[]),
                _ => {
                    self.fetch(entry.part, file, start, end - start, bytes)
                        .map_err(|reason| self.reject(first, reason))?;
                    bytes.as_slice()
                }
            };
            each(piece)?;
        }
        Ok(())
    }

    /// Calls `each` with every record of the archive `number` in order, and with its id if it is a document. Bytes
    /// that are no record are left out.
    ///
    /// # Errors
    /// As [`raw`](Self::raw).
    #[cfg(feature = "warc")]
    pub(crate) fn archived(
        &self,
        number: usize,
        bytes: &mut Vec<u8>,
        mut each: impl FnMut(Option<DocId>, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let Some(file) = self.files.get(number) else { return Ok(()) };
        let parts = self.table.parts().iter().filter(|part| part.index.file as usize == number);
        // A part with a failure holds no record.
        for part in parts.filter(|part| part.index.failure.is_none()) {
            let held = match &part.place {
                BytePlace::Held(piece) => &**piece,
                _ => {
                    self.fetch(part, file, 0, part.index.length, bytes)
                        .map_err(|reason| self.reject(part.first(), reason))?;
                    bytes.as_slice()
                }
            };

            // Only documents have rows.
            for range in warc::records(held) {
                let row = part.index.rows.binary_search_by_key(&range.start, |row| row.offset());
                let id = row.ok().map(|row| DocId::new(part.first as usize + row));
                each(id, slice(held, range))?;
            }
        }
        Ok(())
    }

    /// The raw bytes of a record with another text; all other bytes stay. In JSON the text is written as a string
    /// with only the escapes that are needed; elsewhere in the encoding of the record, byte order mark included. If
    /// that cannot hold the text, or mojibake was repaired or bytes were lost, the record becomes UTF-8 without a
    /// mark.
    ///
    /// # Errors
    /// The record is rejected, or its text was extracted from a page or joined from the parts of a list.
    pub fn rewrite(&self, id: DocId, text: &str) -> std::result::Result<Vec<u8>, Reject> {
        let Record { text_value: Range { start, end }, decoding, .. } = self.read(id)?;
        let file = self.locate_or_refuse(id)?.file;
        if file.format.is_extracted() || decoding.joined {
            return Err(self.reject(id, RejectReason::Extracted));
        }

        let lost = |error: Error| self.reject(id, RejectReason::Lost { what: error.to_string() });
        let raw = self.raw(id).map_err(lost)?;

        let mut bytes = slice(&raw, 0..start).to_vec();
        match (file.format, &file.header) {
            (InputFormat::JsonLines | InputFormat::Json | InputFormat::Parquet | InputFormat::Arrow, _) => {
                bytes.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
            }
            (_, Some(header)) => bytes.extend_from_slice(&header.encoded(text, &decoding)),
            _ => {
                let is_faithful = decoding.repair.is_none() && !decoding.lossy;
                match decoding.encoding.encode(text).filter(|_| is_faithful) {
                    Some(encoded) => bytes.extend_from_slice(&encoded),
                    None => bytes = text.as_bytes().to_vec(),
                }
            }
        }

        bytes.extend_from_slice(tail(&raw, end));
        Ok(bytes)
    }

    /// Whether the text of a record was extracted from a page, so that no other can be written in its place.
    pub(crate) fn is_extracted(&self, id: DocId) -> bool {
        self.locate(id).is_some_and(|located| located.file.format.is_extracted())
    }
}

/// How many records from `entry` on, at most `most`, follow each other in its part without a gap, and where the last
/// one ends, its line end included.
fn adjacent(entry: &TableRow<'_>, most: usize) -> (usize, u64) {
    let index = &entry.part.index;
    let start = entry.range.start as u64;

    let (mut records, mut end) = (0, start);
    for row in index.rows.iter().skip(entry.number).take(most) {
        let begin = row.offset() as u64;
        if records > 0 && (begin != end || end - start >= COPIED) {
            break;
        }
        end = begin + index.size(*row) + index.line_end(*row).len() as u64;
        records += 1;
    }
    (records, end)
}
