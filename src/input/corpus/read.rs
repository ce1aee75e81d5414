//! Reads records of a corpus again: find the record, take its bytes, parse them, complete the id.

use std::borrow::Cow;

use super::Corpus;
use crate::document::DocId;
use crate::error::Result;
use crate::input::block::ReadScratch;
use crate::input::held::BytePlace;
use crate::input::json::escapes::EscapeBuffers;
use crate::input::json_lines::{self, JsonLine, ParsedLine};
use crate::input::kept_pages::PagePosition;
use crate::input::record_table::{TablePart, TableRow};
use crate::input::slices::slice;
#[cfg(feature = "warc")]
use crate::input::warc;
use crate::input::{InputFile, InputFormat, Record, Reject, RejectReason, lines, whole_file};

/// A record in the table, and its file.
pub(super) struct LocatedRecord<'a> {
    pub(super) file: &'a InputFile,
    pub(super) entry: TableRow<'a>,
}

impl LocatedRecord<'_> {
    /// Its place in the input.
    fn position(&self) -> PagePosition {
        let index = &self.entry.part.index;
        (index.file, index.start + self.entry.row.offset() as u64)
    }
}

type ReadResult<'a> = std::result::Result<Record<'a>, Reject>;
type ParseResult<T> = std::result::Result<T, RejectReason>;

impl Corpus {
    /// Reads a record: parses it anew at each call, with the same result; a page of HTML is extracted once. Takes time
    /// linear in the record.
    ///
    /// # Errors
    /// The record is rejected: its [`Reject`] says where it is and why. [`RejectReason::Lost`]: it could be read
    /// before, but now its file has changed, or the disk refuses; no run should go on after that.
    /// [`RejectReason::NotInInput`]: the id is not in this corpus.
    pub fn read(&self, id: DocId) -> ReadResult<'_> {
        let located = self.readable(id)?;
        if let Some(page) = self.kept_page(&located) {
            return self.complete(id, located.file, Ok(page));
        }
        let mut buffer = EscapeBuffers::default();

        let record = match &located.entry.part.place {
            BytePlace::Held(piece) => {
                let bytes = slice(piece, located.entry.range.clone());
                self.parse(&located, bytes, &mut buffer).map(|parsed| parsed.detach(&buffer))
            }
            // The bytes live in this call only, so the record must own its own.
            _ => {
                let mut bytes = Vec::new();
                self.load(&located, &mut bytes).and_then(|()| {
                    self.parse(&located, &bytes, &mut buffer).map(|parsed| parsed.detach(&buffer).into_owned())
                })
            }
        };
        self.complete(id, located.file, record)
    }

    /// As [`read`](Self::read), in buffers that are used again.
    pub(crate) fn read_in<'a>(&'a self, id: DocId, scratch: &'a mut ReadScratch) -> ReadResult<'a> {
        let located = self.readable(id)?;
        if let Some(page) = self.kept_page(&located) {
            return self.complete(id, located.file, Ok(page));
        }
        let ReadScratch { text, raw, .. } = scratch;

        let bytes = match &located.entry.part.place {
            BytePlace::Held(piece) => slice(piece, located.entry.range.clone()),
            _ => {
                self.load(&located, raw).map_err(|reason| self.reject(id, reason))?;
                raw.as_slice()
            }
        };
        let record = self.parse(&located, bytes, text).map(|parsed| parsed.attach(text));
        self.complete(id, located.file, record)
    }

    /// The id of a record that was read before, as [`read`](Self::read) gives it. A line of JSON is not decoded for that.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(crate) fn id_of(&self, id: DocId) -> std::result::Result<Cow<'_, str>, Reject> {
        let located = self.readable(id)?;
        let known = match (&located.entry.part.place, located.file.format) {
            (
                BytePlace::Held(piece),
                InputFormat::JsonLines | InputFormat::Json | InputFormat::Parquet | InputFormat::Arrow,
            ) => json_lines::known_id(slice(piece, located.entry.range.clone()), &self.options),
            _ => None,
        };

        // The place of a record without an id, and rejects of repeated ids, are left to the whole record.
        let is_repeat = || self.repeats.binary_search_by_key(&id, |&(repeat, _)| repeat).is_ok();
        match known.filter(|known| !known.is_empty() && !is_repeat()) {
            Some(known) => Ok(known),
            None => self.read(id).map(|record| record.id),
        }
    }

    /// Reads every record, in input order: faster than [`read`](Self::read) for each.
    ///
    /// # Errors
    /// A file cannot be read again, or has changed.
    pub fn each(&self, mut each: impl FnMut(DocId, ReadResult<'_>)) -> Result<()> {
        let (mut scratch, mut blocks, mut next) = (ReadScratch::default(), self.blocks(), 0);
        while let Some(block) = blocks.next()? {
            block.read(&mut scratch, |record, _| {
                // Blocks come in input order, and every record has a place.
                let id = DocId::new(next);
                next += 1;
                each(id, self.locate_or_refuse(id).and_then(|located| self.complete(id, located.file, record)));
            });
        }
        Ok(())
    }

    /// Finds a record that is not rejected before it is parsed.
    fn readable(&self, id: DocId) -> std::result::Result<LocatedRecord<'_>, Reject> {
        let located = self.locate_or_refuse(id)?;
        if let Some(reason) = &located.entry.part.index.failure {
            return Err(self.reject(id, reason.clone()));
        }

        let (size, limit) = (located.entry.size, self.options.max_record_size);
        if size > limit { Err(self.reject(id, RejectReason::TooLarge { size, limit })) } else { Ok(located) }
    }

    /// Finds a record.
    pub(super) fn locate_or_refuse(&self, id: DocId) -> std::result::Result<LocatedRecord<'_>, Reject> {
        self.locate(id).ok_or_else(|| self.reject(id, RejectReason::NotInInput))
    }

    /// Finds a record; `None` for an id that is not in this corpus.
    pub(super) fn locate(&self, id: DocId) -> Option<LocatedRecord<'_>> {
        let entry = self.table.locate(id)?;
        let file = self.files.get(entry.part.index.file as usize);
        debug_assert!(file.is_some(), "a record of a file that is not in the corpus");

        Some(LocatedRecord { file: file?, entry })
    }

    /// The reject of a record.
    pub(super) fn reject(&self, id: DocId, reason: RejectReason) -> Reject {
        Reject { source: self.source(id), reason }
    }

    /// Fills `bytes` with those of a record that is not in memory.
    fn load(&self, located: &LocatedRecord<'_>, bytes: &mut Vec<u8>) -> ParseResult<()> {
        let LocatedRecord { file, entry } = located;
        self.fetch(entry.part, file, entry.range.start as u64, entry.size, bytes)
    }

    /// Fills `bytes` with the `length` bytes at `offset` of a part that is not in memory.
    pub(super) fn fetch(
        &self,
        part: &TablePart,
        file: &InputFile,
        offset: u64,
        length: u64,
        bytes: &mut Vec<u8>,
    ) -> ParseResult<()> {
        let lost = |what: String| RejectReason::Lost { what };
        bytes.clear();

        // Only rejects and blank lines have no bytes.
        if matches!(part.place, BytePlace::Nowhere) {
            return Ok(());
        }

        let length = usize::try_from(length).map_err(|_| lost("it is larger than memory can be".to_owned()))?;
        bytes.resize(length, 0);

        match (&part.place, &self.spill, &file.plain) {
            (BytePlace::InFile, _, Some(file)) => {
                file.read(part.index.start + offset, bytes).map_err(|error| lost(error.to_string()))
            }
            (BytePlace::Spilled(at), Some(spill), _) => {
                spill.read(at + offset, bytes).map_err(|error| lost(error.to_string()))
            }
            (place, ..) => {
                debug_assert!(false, "{place:?} cannot be read from");
                Err(lost("its bytes are not where they were kept".to_owned()))
            }
        }
    }

    /// The page of a record, if it was extracted before.
    fn kept_page(&self, located: &LocatedRecord<'_>) -> Option<Record<'static>> {
        located.file.format.is_extracted().then(|| self.pages.get(located.position()))?
    }

    /// Parses a record by the format of its file.
    fn parse<'a>(
        &self,
        located: &LocatedRecord<'a>,
        bytes: &'a [u8],
        buffer: &mut EscapeBuffers,
    ) -> ParseResult<ParsedLine<'a>> {
        let (file, options) = (located.file, &*self.options);
        let record = match file.format {
            // The text of a line may be in `buffer`, so the caller attaches or copies it.
            InputFormat::JsonLines | InputFormat::Json | InputFormat::Parquet | InputFormat::Arrow => {
                return json_lines::parse(JsonLine::Raw(bytes), options, buffer);
            }
            InputFormat::Csv | InputFormat::Tsv => match &file.header {
                Some(header) => header.record(bytes, options),
                // A file without a header has no content, so no records.
                None => Err(RejectReason::NotInInput),
            },
            InputFormat::Lines => lines::record(bytes, file.wide.is_some(), options),
            #[cfg(feature = "warc")]
            InputFormat::Warc => self.pages.page(located.position(), bytes, || warc::record(bytes, options)),
            format => {
                let read = || whole_file::record(format, bytes, file.bom, &file.relative, options);
                match format.is_extracted() {
                    true => self.pages.page(located.position(), bytes, || Ok((read()?, true))),
                    false => read(),
                }
            }
        };
        record.map(ParsedLine::whole)
    }

    /// Gives a record without an id one; rejects it if its id is a repeated one.
    fn complete<'a>(&self, id: DocId, file: &InputFile, record: ParseResult<Record<'a>>) -> ReadResult<'a> {
        let mut record = record.map_err(|reason| self.reject(id, reason))?;
        if record.id.is_empty() && !file.format.is_whole_file() {
            record.id = Cow::Owned(self.source(id).to_string());
        }

        // Empty, and so without cost, unless ids must be unique.
        let repeat = self.repeats.binary_search_by_key(&id, |&(repeat, _)| repeat);
        let Some(&(_, first)) = repeat.ok().and_then(|place| self.repeats.get(place)) else { return Ok(record) };
        let reason = RejectReason::RepeatedId { id: record.id.into_owned(), first: self.source(first) };
        Err(self.reject(id, reason))
    }
}
