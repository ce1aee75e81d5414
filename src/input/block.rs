//! A block: some whole records, and the parsing of them, which any thread can do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::corpus::{Record, slashes};
use super::csv;
use super::held::{FileStamp, HeldBytes};
use super::index::{BlockIndex, PartIndex, PartShape, RecordRows};
use super::json::escapes::EscapeBuffers;
use super::json_lines::{self, JsonLine};
use super::reject::RejectReason;
#[cfg(feature = "warc")]
use super::warc;
use super::{InputFormat, InputOptions, text};

/// Some whole records in input order, with their bytes.
pub(crate) struct RecordBlock {
    pub(super) options: Arc<InputOptions>,
    pub(super) parts: Vec<FilePart>,
}

/// A part of a file.
#[derive(Debug, Clone)]
pub(super) struct FilePart {
    pub(super) file: u32,
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) shape: PartShape,
    pub(super) bytes: HeldBytes,
    pub(super) stamp: Option<FileStamp>,
    pub(super) failure: Option<RejectReason>,
    /// The only record is this large, and its bytes are not at hand.
    pub(super) oversized: Option<OversizedRecord>,
    pub(super) format: InputFormat,
    /// A file that is one record: its relative path, and whether it begins with a byte order mark.
    pub(super) text: Option<(Arc<std::path::Path>, bool)>,
    /// CSV: the header of its file.
    pub(super) csv: Option<Arc<csv::CsvHeader>>,
}

/// A record that was passed over.
#[derive(Debug, Clone, Copy)]
pub(super) struct OversizedRecord {
    /// 0 for a blank line.
    pub(super) size: u64,
    pub(super) carriage_return: bool,
    /// Lines that it uses up.
    pub(super) lines: u32,
}

/// Buffers that one thread reads with.
#[derive(Debug, Default)]
pub(crate) struct ReadScratch {
    /// Decoded text.
    pub(super) text: EscapeBuffers,
    /// Raw bytes from the disk.
    pub(super) raw: Vec<u8>,
    /// Records of archives that are no documents, by what they are, until they are taken away.
    pub(crate) passed: BTreeMap<&'static str, u64>,
}

type ParseResult<'a> = Result<Record<'a>, RejectReason>;

impl RecordBlock {
    /// Bytes in it.
    pub(crate) fn len(&self) -> u64 {
        self.parts.iter().map(|part| part.length).sum()
    }

    /// The parallel part: splits the block into records and parses each once. Calls `each` in order with the record, or
    /// the reason of its rejection, and the number of its raw bytes. A record without an id of its own has an empty one
    /// here, as its line number is not known yet; [`Corpus::read`](super::Corpus::read) gives the full id, `PATH:LINE`.
    /// Ids that repeat an earlier one are not seen here: see [`IdHashes`](super::IdHashes).
    pub(crate) fn read(
        &self,
        scratch: &mut ReadScratch,
        mut each: impl FnMut(Result<Record<'_>, RejectReason>, usize),
    ) -> BlockIndex {
        let parts = self.parts.iter().map(|part| {
            let rows = match part.shape {
                #[cfg(feature = "warc")]
                PartShape::Records => part.read_records(&self.options, &mut scratch.passed, &mut each),
                _ => part.read(&self.options, &mut scratch.text, &mut each),
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
    fn rows(&self) -> RecordRows {
        #[cfg(feature = "warc")]
        if self.shape == PartShape::Records {
            return self.records(|_, _| {});
        }
        match (self.shape, self.oversized) {
            (_, Some(OversizedRecord { size: 0, .. })) => RecordRows::blank(),
            (shape, Some(OversizedRecord { size, carriage_return, lines })) => {
                RecordRows::single(size, carriage_return, if shape == PartShape::Lines { lines } else { 0 })
            }
            (PartShape::Lines, None) => match &self.csv {
                Some(header) => RecordRows::split_csv(&self.bytes, header.delimiter),
                None => RecordRows::split(&self.bytes),
            },
            (PartShape::Rest, None) => RecordRows::single(self.length, false, 1),
            (PartShape::Text | PartShape::Failed | PartShape::Records, None) => {
                RecordRows::single(self.length, false, 0)
            }
        }
    }

    fn read(
        &self,
        options: &InputOptions,
        buffer: &mut EscapeBuffers,
        each: &mut impl FnMut(ParseResult<'_>, usize),
    ) -> RecordRows {
        if let (PartShape::Lines, None) = (self.shape, self.oversized) {
            return self.read_lines(options, buffer, each);
        }
        match self.oversized {
            Some(OversizedRecord { size: 0, .. }) => {}
            Some(OversizedRecord { size, .. }) => {
                let reason = self.failure.clone();
                let limit = options.max_record_size;
                each(
                    Err(reason.unwrap_or(RejectReason::TooLarge { size, limit })),
                    usize::try_from(size).unwrap_or(usize::MAX),
                );
            }
            None => each(self.single(options), usize::try_from(self.length).unwrap_or(usize::MAX)),
        }
        self.rows()
    }

    /// The only record of a part that is no line.
    fn single(&self, options: &InputOptions) -> ParseResult<'_> {
        match (&self.failure, &self.text) {
            (Some(reason), _) => Err(reason.clone()),
            (None, Some((relative, bom))) => whole_file(self.format, &self.bytes, *bom, relative, options),
            (None, None) => Err(RejectReason::NotInInput),
        }
    }

    fn read_lines(
        &self,
        options: &InputOptions,
        buffer: &mut EscapeBuffers,
        each: &mut impl FnMut(ParseResult<'_>, usize),
    ) -> RecordRows {
        let mut rows = RecordRows::default();
        let limit = options.max_record_size;
        if let Some(header) = &self.csv {
            rows.each_csv(&self.bytes, header.delimiter, |range| {
                let (size, raw) = (range.len() as u64, self.bytes.get(range.clone()).unwrap_or_default());
                let too_large = size > limit;
                each(
                    if too_large { Err(RejectReason::TooLarge { size, limit }) } else { header.record(raw, options) },
                    range.len(),
                );
            });
            return rows;
        }
        let whole = simdutf8::basic::from_utf8(&self.bytes).ok();
        rows.each(&self.bytes, |range| {
            let line = match whole.and_then(|whole| whole.get(range.clone())) {
                Some(line) => JsonLine::Checked(line),
                None => JsonLine::Raw(self.bytes.get(range.clone()).unwrap_or_default()),
            };
            let size = range.len() as u64;
            let parsed = if size > limit {
                Err(RejectReason::TooLarge { size, limit })
            } else {
                json_lines::parse(line, options, buffer).map(|parsed| parsed.attach(buffer))
            };
            each(parsed, range.len());
        });
        rows
    }

    /// The documents of an archive. Calls `each` with every record: its class and its place.
    #[cfg(feature = "warc")]
    fn records(&self, mut each: impl FnMut(warc::RecordClass, std::ops::Range<usize>)) -> RecordRows {
        if self.failure.is_some() {
            return RecordRows::single(self.length, false, 0);
        }
        if let Some(OversizedRecord { size, .. }) = self.oversized {
            let class = warc::classify(&self.bytes);
            each(class, 0..usize::try_from(size).unwrap_or(usize::MAX));
            return if class == warc::RecordClass::Document {
                RecordRows::single(size, false, 0)
            } else {
                RecordRows::none()
            };
        }
        let mut rows = RecordRows::default();
        for range in warc::records(&self.bytes) {
            let class = warc::classify(self.bytes.get(range.clone()).unwrap_or_default());
            if class == warc::RecordClass::Document {
                rows.record(range.clone());
            }
            each(class, range);
        }
        rows
    }

    #[cfg(feature = "warc")]
    fn read_records(
        &self,
        options: &InputOptions,
        passed: &mut BTreeMap<&'static str, u64>,
        each: &mut impl FnMut(ParseResult<'_>, usize),
    ) -> RecordRows {
        if let Some(reason) = &self.failure {
            each(Err(reason.clone()), usize::try_from(self.length).unwrap_or(usize::MAX));
        }
        let limit = options.max_record_size;
        self.records(|class, range| match class {
            warc::RecordClass::Passed(name) => *passed.entry(name).or_default() += 1,
            warc::RecordClass::Document => {
                let size = range.len() as u64;
                let record = match self.bytes.get(range.clone()) {
                    Some(bytes) if size <= limit => warc::record(bytes, options),
                    _ => Err(RejectReason::TooLarge { size, limit }),
                };
                each(record, range.len());
            }
        })
    }

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

/// Reads a file as one record.
pub(super) fn whole_file<'a>(
    format: InputFormat,
    bytes: &'a [u8],
    bom: bool,
    relative: &'a std::path::Path,
    options: &InputOptions,
) -> ParseResult<'a> {
    let (size, limit) = (bytes.len() as u64, options.max_record_size);
    if size > limit {
        return Err(RejectReason::TooLarge { size, limit });
    }
    let id: Cow<'a, str> = slashes(relative);
    match format {
        #[cfg(feature = "html")]
        InputFormat::Html => super::html::record(bytes, id, &super::html::PageOrigin::default(), options),
        _ => text::record(bytes, bom, id, options),
    }
}
