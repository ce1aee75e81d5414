//! The bytes of records: as they stand in their files, copied, and with another text.

use std::borrow::Cow;
use std::ops::Range;

use super::{Corpus, Record, range};
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::held::BytePlace;
#[cfg(feature = "warc")]
use crate::input::warc;
use crate::input::{InputFormat, Reject, RejectReason};

/// Records are copied in pieces of about so many bytes, where they are read from the disk for it.
const COPIED: u64 = 1 << 20;

impl Corpus {
    /// The bytes of a record as they stand in the (decompressed) file: a line without its line end, or a whole text
    /// file. Empty for a file that could not be read, and for an id that is none of this corpus.
    ///
    /// # Errors
    /// The record is read from the disk again, and that fails or the file changed.
    pub fn raw(&self, id: DocId) -> Result<Cow<'_, [u8]>> {
        let Some(found) = self.find(id) else { return Ok(Cow::Borrowed(&[])) };
        if let BytePlace::Held(piece) = &found.part.place {
            return Ok(Cow::Borrowed(piece.get(range(found)).unwrap_or_default()));
        }
        let mut bytes = Vec::new();
        match self.load(found, found.row.offset() as u64, found.size(), &mut bytes) {
            Ok(()) => Ok(Cow::Owned(bytes)),
            Err(reason) => Err(Reject { source: self.source(id), reason }.into()),
        }
    }

    /// What ends a record's line: `\n`, `\r\n`, or nothing at the end of a file and in plain text.
    #[must_use]
    pub fn line_end(&self, id: DocId) -> &'static [u8] {
        self.find(id).map_or(b"", |found| found.part.index.line_end(found.row))
    }

    /// The records `ids`, which follow one another, with their line ends, in as few pieces as they stand in: blank lines
    /// between them are left out. Calls `each` with every piece.
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
            let Some(found) = self.find(next) else { break };
            let (start, mut end) = (found.row.offset() as u64, 0);
            let from = next;
            for row in found.part.index.rows.get(found.number..).unwrap_or_default() {
                let begin = row.offset() as u64;
                let joins = next == from || (begin == end && end - start < COPIED);
                if next == ids.end || !joins {
                    break;
                }
                end = begin + found.part.index.size(*row) + found.part.index.line_end(*row).len() as u64;
                next = DocId::new(next.index() + 1);
            }
            let piece = match &found.part.place {
                BytePlace::Held(piece) => piece.get(start as usize..end as usize).unwrap_or_default(),
                _ => {
                    self.load(found, start, end - start, bytes)
                        .map_err(|reason| Reject { source: self.source(from), reason })?;
                    bytes.as_slice()
                }
            };
            each(piece)?;
        }
        Ok(())
    }

    /// The records of an archive in order, with the place among the documents of those that are documents. What is no record
    /// is left out.
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
        let parts = self.table.iter().filter(|part| part.index.file as usize == number && part.index.failure.is_none());
        for part in parts {
            let first = part.first as usize;
            let held = match (&part.place, self.files.get(number)) {
                (BytePlace::Held(piece), _) => &**piece,
                (_, Some(file)) => {
                    self.fetch(part, file, 0, part.index.length, bytes).map_err(|what| {
                        Error::from(Reject {
                            source: self.source(DocId::new(first)),
                            reason: RejectReason::Lost { what },
                        })
                    })?;
                    bytes.as_slice()
                }
                (_, None) => continue,
            };
            for range in warc::records(held) {
                let row = part.index.rows.binary_search_by_key(&range.start, |row| row.offset()).ok();
                each(row.map(|row| DocId::new(first + row)), held.get(range).unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// The raw bytes of a record with another text, and every other byte as it was. In JSON the text is written as a
    /// string with the escapes that are needed and no others; elsewhere in the encoding it had, byte order mark included.
    /// Where that cannot hold the text, and where mojibake was repaired or bytes were lost, it becomes UTF-8 without a mark.
    ///
    /// # Errors
    /// The record is rejected, or its text was extracted from a page.
    pub fn rewrite(&self, id: DocId, text: &str) -> std::result::Result<Vec<u8>, Reject> {
        let Record { text_value: Range { start, end }, decoding, .. } = self.read(id)?;
        if self.is_extracted(id) {
            return Err(Reject { source: self.source(id), reason: RejectReason::Extracted });
        }
        let lost =
            |error: Error| Reject { source: self.source(id), reason: RejectReason::Lost { what: error.to_string() } };
        let raw = self.raw(id).map_err(lost)?;
        let mut bytes = raw.get(..start).unwrap_or_default().to_vec();
        match self.find(id).map(|found| (found.file.format, &found.file.header)) {
            Some((InputFormat::JsonLines | InputFormat::Parquet, _)) => {
                bytes.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
            }
            Some((_, Some(header))) => {
                let field = header.encode(text);
                // A row must stay in the encoding of the others; what that cannot hold becomes UTF-8.
                let encoded = decoding.encoding.encode(&field).filter(|_| !decoding.lossy);
                bytes.extend_from_slice(&encoded.unwrap_or_else(|| field.into_bytes()));
            }
            _ => {
                let same = decoding.repair.is_none() && !decoding.lossy;
                match decoding.encoding.encode(text).filter(|_| same) {
                    Some(encoded) => bytes.extend_from_slice(&encoded),
                    None => bytes = text.as_bytes().to_vec(),
                }
            }
        }
        bytes.extend_from_slice(raw.get(end..).unwrap_or_default());
        Ok(bytes)
    }

    /// Whether the text of a record was made from its bytes, so that no other can be written in its place.
    pub(crate) fn is_extracted(&self, id: DocId) -> bool {
        self.find(id).is_some_and(|found| found.file.format.is_extracted())
    }
}
