//! A block of whole records, and the parsing of it, which any thread can do.

use std::collections::BTreeMap;
#[cfg(feature = "warc")]
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::csv::CsvHeader;
use super::held::{FileStamp, HeldBytes};
use super::json::escapes::EscapeBuffers;
use super::json::values;
use super::json_lines::{self, JsonLine};
use super::kept_pages::KeptPages;
use super::record::Record;
use super::record_table::{BlockIndex, PartIndex, PartShape, RecordRows};
use super::reject::RejectReason;
use super::slices::{slice, tail};
#[cfg(feature = "warc")]
use super::warc;
use super::{InputFormat, InputOptions, lines, whole_file};

/// Some whole records in input order, with their bytes.
pub(crate) struct RecordBlock {
    pub(super) options: Arc<InputOptions>,
    /// The pages that were extracted.
    pub(super) pages: Arc<KeptPages>,
    pub(super) parts: Vec<FilePart>,
}

/// A part of a file.
#[derive(Debug, Clone)]
pub(super) struct FilePart {
    /// The number of the file.
    pub(super) file: u32,
    /// The offset of the part in the decompressed file.
    pub(super) start: u64,
    /// Number of its bytes, those that are not at hand included.
    pub(super) length: u64,
    pub(super) shape: PartShape,
    pub(super) bytes: HeldBytes,
    pub(super) stamp: Option<FileStamp>,
    /// Why its only record is rejected, if that is known without parsing.
    pub(super) failure: Option<RejectReason>,
    /// Its only record, whose bytes were skipped.
    pub(super) oversized: Option<OversizedRecord>,
    pub(super) format: InputFormat,
    /// A file that is one record: its relative path, and whether it begins with a byte order mark.
    pub(super) text: Option<(Arc<Path>, bool)>,
    /// CSV: the header of its file.
    pub(super) csv: Option<Arc<CsvHeader>>,
    /// Whether its file was UTF-16, and is read as UTF-8.
    pub(super) is_narrowed: bool,
}

/// A record whose bytes were skipped.
#[derive(Debug, Clone, Copy)]
pub(super) struct OversizedRecord {
    /// 0 for a blank line.
    pub(super) size: u64,
    pub(super) carriage_return: bool,
    /// The lines of its part.
    pub(super) lines: u32,
    /// The bytes and lines that precede it in its part.
    pub(super) before: (usize, u32),
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub(crate) struct ReadScratch {
    /// Decoded text.
    pub(super) text: EscapeBuffers,
    /// Raw bytes from the disk.
    pub(super) raw: Vec<u8>,
    /// The number of archive records that are no documents, by class, until the caller takes them.
    pub(crate) passed: BTreeMap<&'static str, u64>,
}

type ParseResult<'a> = Result<Record<'a>, RejectReason>;

impl RecordBlock {
    /// The bytes of its records, without those of records that are too large, which are not parsed. Records that the
    /// reader's policy did not hold count.
    pub(crate) fn len(&self) -> u64 {
        let most = self.options.max_record_size;
        let is_parsed = |part: &&FilePart| part.oversized.is_none_or(|record| (1..=most).contains(&record.size));
        self.parts.iter().filter(is_parsed).map(|part| part.length).sum()
    }

    /// Splits the block into records and parses each once. Calls `each` in order with the record, or the reason of
    /// its rejection, and the number of its raw bytes.
    ///
    /// A record without an id of its own has an empty one here, as its line number is not known yet;
    /// [`Corpus::read`](super::Corpus::read) gives the full id, `PATH:LINE`. Repeated ids are not noticed here: see
    /// [`IdHashes`](super::IdHashes).
    pub(crate) fn read(
        &self,
        scratch: &mut ReadScratch,
        mut each: impl FnMut(Result<Record<'_>, RejectReason>, usize),
    ) -> BlockIndex {
        let parts = self.parts.iter().map(|part| {
            // Archives have their own way: most of their records are no documents.
            let rows = match part.shape {
                #[cfg(feature = "warc")]
                PartShape::Records => part.read_archive(&self.options, &self.pages, &mut scratch.passed, &mut each),
                _ => part.read(&self.options, &self.pages, &mut scratch.text, &mut each),
            };
            part.index(rows)
        });
        BlockIndex { parts: parts.collect() }
    }

    /// Splits the block into records without parsing them.
    pub(super) fn split(&self) -> BlockIndex {
        BlockIndex { parts: self.parts.iter().map(|part| part.index(part.rows())).collect() }
    }
}

impl FilePart {
    /// The rows of its records, found without parsing.
    fn rows(&self) -> RecordRows {
        #[cfg(feature = "warc")]
        if self.shape == PartShape::Records {
            return self.split_archive(|_, _| {});
        }

        match (self.shape, self.oversized) {
            (_, Some(OversizedRecord { size: 0, .. })) => RecordRows::blank(),
            // Only in lines does a record use up line numbers.
            (shape, Some(OversizedRecord { size, carriage_return, lines, before })) => {
                let lines = if shape.has_lines() { lines } else { 0 };
                RecordRows::single_after(before, size, carriage_return, lines)
            }
            (PartShape::Lines | PartShape::Values, None) => {
                let mut rows = RecordRows::default();
                self.split_lines(&mut rows, drop);
                rows
            }
            // A rest begins in a line of its own, so that its reject has a line number.
            (PartShape::Rest, None) => RecordRows::single(self.length, false, 1),
            (PartShape::Text | PartShape::Failed | PartShape::Records, None) => {
                RecordRows::single(self.length, false, 0)
            }
        }
    }

    /// Collects the rows of lines, CSV records or JSON values, and calls `each` with the range of each.
    fn split_lines(&self, rows: &mut RecordRows, mut each: impl FnMut(std::ops::Range<usize>)) {
        if let Some(header) = &self.csv {
            for row in header.shape.rows(&self.bytes) {
                rows.push_lines(row.content.clone(), row.carriage_return, row.lines);
                if !row.content.is_empty() {
                    each(row.content);
                }
            }
            return;
        }
        if self.shape != PartShape::Values {
            return rows.push_each_line(&self.bytes, each);
        }

        let mut end = 0;
        for (between, range) in values::values(&self.bytes) {
            rows.push_between(slice(&self.bytes, between));
            let line_feeds = memchr::memchr_iter(b'\n', slice(&self.bytes, range.clone())).count();
            rows.push_lines(range.clone(), false, line_feeds as u32);
            end = range.end;
            each(range);
        }
        rows.push_between(tail(&self.bytes, end));
    }

    /// Parses the records of a part that is not of an archive.
    fn read(
        &self,
        options: &InputOptions,
        pages: &KeptPages,
        buffer: &mut EscapeBuffers,
        each: &mut impl FnMut(ParseResult<'_>, usize),
    ) -> RecordRows {
        match (self.shape, self.oversized) {
            (PartShape::Lines | PartShape::Values, None) => return self.read_lines(options, buffer, each),
            (_, None) => each(self.single(options, pages), as_size(self.length)),
            // A blank line is no record.
            (_, Some(OversizedRecord { size: 0, .. })) => {}
            (_, Some(OversizedRecord { size, .. })) => {
                let too_large = RejectReason::TooLarge { size, limit: options.max_record_size };
                each(Err(self.failure.clone().unwrap_or(too_large)), as_size(size));
            }
        }

        // The same rows as without parsing: a corpus does not depend on whether its blocks were parsed.
        self.rows()
    }

    /// The only record of a part that is no line.
    fn single(&self, options: &InputOptions, pages: &KeptPages) -> ParseResult<'_> {
        match (&self.failure, &self.text) {
            (Some(reason), _) => Err(reason.clone()),
            (None, Some((relative, bom))) => {
                let read = || whole_file::record(self.format, &self.bytes, *bom, relative, options);
                if !self.format.is_extracted() {
                    return read();
                }
                pages.page((self.file, self.start), &self.bytes, || Ok((read()?, true)))
            }
            (None, None) => Err(RejectReason::NotInInput),
        }
    }

    fn read_lines(
        &self,
        options: &InputOptions,
        buffer: &mut EscapeBuffers,
        each: &mut impl FnMut(ParseResult<'_>, usize),
    ) -> RecordRows {
        let limit = options.max_record_size;
        // One check of the whole part is faster than one of each line. A part with an invalid line is checked line by
        // line.
        let checked = if self.csv.is_some() { None } else { simdutf8::basic::from_utf8(&self.bytes).ok() };

        let mut rows = RecordRows::default();
        self.split_lines(&mut rows, |range| {
            let (length, size) = (range.len(), range.len() as u64);
            if size > limit {
                return each(Err(RejectReason::TooLarge { size, limit }), length);
            }

            let raw = slice(&self.bytes, range.clone());
            let record = match (&self.csv, checked.and_then(|text| text.get(range))) {
                (Some(header), _) => header.record(raw, options),
                _ if self.format == InputFormat::Lines => lines::record(raw, self.is_narrowed, options),
                (None, Some(line)) => parse_line(JsonLine::Checked(line), options, buffer),
                (None, None) => parse_line(JsonLine::Raw(raw), options, buffer),
            };
            each(record, length);
        });
        rows
    }

    /// Collects the rows of the documents of an archive, and calls `each` with the class and the range of each
    /// record.
    #[cfg(feature = "warc")]
    fn split_archive(&self, mut each: impl FnMut(warc::RecordClass, Range<usize>)) -> RecordRows {
        if self.failure.is_some() {
            return RecordRows::single(self.length, false, 0);
        }

        // Of a record that was skipped the head is at hand, which tells its class.
        if let Some(OversizedRecord { size, .. }) = self.oversized {
            let class = warc::classify(&self.bytes);
            each(class, 0..as_size(size));
            return match class {
                warc::RecordClass::Document => RecordRows::single(size, false, 0),
                warc::RecordClass::Passed(_) => RecordRows::default(),
            };
        }

        let mut rows = RecordRows::default();
        for range in warc::records(&self.bytes) {
            let class = warc::classify(slice(&self.bytes, range.clone()));
            if class == warc::RecordClass::Document {
                rows.push_record(range.clone());
            }
            each(class, range);
        }
        rows
    }

    /// Parses the documents of an archive, and counts the other records in `passed`.
    #[cfg(feature = "warc")]
    fn read_archive(
        &self,
        options: &InputOptions,
        pages: &KeptPages,
        passed: &mut BTreeMap<&'static str, u64>,
        each: &mut impl FnMut(ParseResult<'_>, usize),
    ) -> RecordRows {
        if let Some(reason) = &self.failure {
            each(Err(reason.clone()), as_size(self.length));
        }

        let limit = options.max_record_size;
        self.split_archive(|class, range| match class {
            warc::RecordClass::Passed(name) => *passed.entry(name).or_insert(0) += 1,
            warc::RecordClass::Document => {
                let size = range.len() as u64;
                // The range of a record that was skipped exceeds the bytes at hand.
                let record = match self.bytes.get(range.clone()) {
                    Some(bytes) if size <= limit => {
                        let position = (self.file, self.start + range.start as u64);
                        pages.page(position, bytes, || warc::record(bytes, options))
                    }
                    _ => Err(RejectReason::TooLarge { size, limit }),
                };
                each(record, range.len());
            }
        })
    }

    /// The index of the part with these rows.
    fn index(&self, rows: RecordRows) -> PartIndex {
        let Self { file, start, length, shape, stamp, .. } = *self;
        rows.index(PartIndex {
            file,
            start,
            length,
            shape,
            lines: 0,
            rows: Box::default(),
            numbers: Box::default(),
            huge: 0,
            failure: self.failure.clone(),
            stamp,
        })
    }
}

fn parse_line<'a>(line: JsonLine<'a>, options: &InputOptions, buffer: &'a mut EscapeBuffers) -> ParseResult<'a> {
    let parsed = json_lines::parse(line, options, buffer)?;
    Ok(parsed.attach(buffer))
}

/// A number of bytes that need not be at hand.
fn as_size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
