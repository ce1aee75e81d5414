//! The file that is being read: its header, and its parts one after the other.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::block::{FilePart, OversizedRecord};
use super::byte_store::ByteStore;
use super::byte_stream::{CutKind, CutOptions, NextCut};
use super::compression;
use super::content::{self, ContentHead};
use super::csv::CsvHeader;
use super::encoding::{self, BOM};
use super::file::{InputFile, JsonLayout};
use super::file_bytes::FileBytes;
use super::files::FoundFile;
use super::format::{UNREAD_ARROW, UNREAD_PARQUET};
use super::held::{BytePlace, FileStamp, HeldBytes, PlainFile};
use super::opener::OpenedFile;
use super::record_ends::RecordEnds;
use super::record_table::{PartIndex, PartShape};
use super::reject::RejectReason;
#[cfg(feature = "warc")]
use super::warc;
use super::{Compression, Encoding, InputFormat, InputOptions, remedies};
use crate::error::{Error, ErrorKind, Remedy, Result};

/// Bytes that are looked at for UTF-16.
const WIDE_HEAD: usize = 1 << 13;

/// The file that is being read.
pub(super) struct CurrentFile {
    /// Its number among the files of the input.
    number: u32,
    path: Arc<Path>,
    relative: Arc<Path>,
    /// Whether it was named itself. Then some failures end the run, else they become rejects.
    named: bool,
    /// Why the whole file is one reject.
    failed: Option<RejectReason>,
    format: InputFormat,
    /// Whether its bytes come from a decoder, whose errors are damage.
    decoded: bool,
    /// Whether its bytes are those that are stored.
    is_stored: bool,
    bytes: FileBytes,
    stamp: Option<FileStamp>,
    /// The file to read again by place, so that its bytes are not kept.
    plain: Option<Arc<PlainFile>>,
    bom: bool,
    /// UTF-16 that is read as UTF-8.
    wide: Option<Encoding>,
    /// JSON: how its values stand.
    layout: Option<JsonLayout>,
    header: Option<Arc<CsvHeader>>,
    /// The offset of the next part.
    at: u64,
    /// Whether a part was cut off.
    begun: bool,
    /// Whether nothing more is read from it.
    ended: bool,
}

/// The shape of a part, the record that was skipped, and why the part is rejected.
type JudgedCut = (PartShape, Option<OversizedRecord>, Option<RejectReason>);

impl CurrentFile {
    /// Finds the format of a file, and reads its header. `table` is the file if it is open Parquet or Arrow, and which.
    ///
    /// # Errors
    ///
    /// A file that was named does not fit its format.
    pub(super) fn begin(
        number: u32,
        found: FoundFile,
        opened: std::result::Result<OpenedFile, RejectReason>,
        table: Option<(Arc<PlainFile>, InputFormat)>,
        options: &InputOptions,
    ) -> Result<(Self, InputFile)> {
        let (opened, failed) = match opened {
            Ok(opened) => (opened, None),
            Err(reason) => (OpenedFile::nothing(), Some(reason)),
        };
        let OpenedFile { bytes, compression, plain, stamp, is_stored } = opened;

        // Text until the content says otherwise: a file that failed is one reject without lines.
        let mut current = Self {
            number,
            path: found.path.into(),
            relative: found.relative.into(),
            named: found.named,
            failed,
            format: table.as_ref().map_or(InputFormat::Text, |(_, format)| *format),
            decoded: compression != Compression::None || table.is_some() || found.archive.is_some(),
            is_stored,
            bytes,
            stamp,
            plain,
            bom: false,
            wide: None,
            layout: None,
            header: None,
            at: 0,
            begun: false,
            ended: false,
        };

        // The format of an open table is known, and its rows have no header.
        if table.is_none() && current.failed.is_none() {
            current.narrow(options);
            current.find_format(options);
            current.read_header(options)?;
        }
        current.skip_head();

        let file = InputFile {
            path: Arc::clone(&current.path),
            relative: Arc::clone(&current.relative),
            format: current.format,
            compression,
            records: 0..0,
            bom: current.bom,
            wide: current.wide.and_then(Encoding::byte_order),
            layout: current.layout,
            plain: current.plain.clone(),
            archive: found.archive,
            is_failed: current.failed.is_some(),
            header: current.header.clone(),
            table: table.map(|(table, _)| table),
        };
        Ok((current, file))
    }

    /// Goes over to UTF-8 if the file is UTF-16, and its format needs it.
    fn narrow(&mut self, options: &InputOptions) {
        let head = self.bytes.peek(WIDE_HEAD);
        let head = head.get(..WIDE_HEAD).unwrap_or(head);
        let Some(wide) = encoding::utf16_of(head, options.encoding) else { return };
        let Some(order) = wide.byte_order() else { return };

        let narrow = order.narrow(head);
        if content::format(&self.path, &mut narrow.as_slice(), options).0.is_narrow() {
            self.bytes = std::mem::replace(&mut self.bytes, FileBytes::empty()).narrowed(order);
            // The bytes that are read are not those of the file.
            (self.wide, self.plain) = (Some(wide), None);
        }
    }

    fn find_format(&mut self, options: &InputOptions) {
        // Peeking takes no bytes: each of these sees the file from its beginning.
        let (format, misfit) = content::format(&self.path, &mut self.bytes, options);
        self.format = format;
        self.bom = self.bytes.peek(BOM.len()).starts_with(BOM);
        if format == InputFormat::Json {
            let is_array = content::is_array(&mut self.bytes);
            self.layout = Some(if is_array { JsonLayout::Array } else { JsonLayout::Sequence });
        }

        let unreadable =
            |(what, remedy): (&str, _)| RejectReason::Unreadable { what: what.to_owned(), remedy: Some(remedy) };
        self.failed = if content::is_arc(&mut self.bytes) {
            Some(unreadable(("an ARC file, which is not read", remedies::CONVERT_ARC)))
        } else if let Some(found) = misfit {
            Some(RejectReason::NotJsonLines { found })
        } else {
            format.missing().map(unreadable)
        };
    }

    /// Reads the header of CSV. Parquet and Arrow that reach this point were not opened as such, and are refused.
    fn read_header(&mut self, options: &InputOptions) -> Result<()> {
        if self.failed.is_some() {
            return Ok(());
        }

        match self.format {
            InputFormat::Csv | InputFormat::Tsv => {
                match CsvHeader::read(&mut self.bytes, self.format, self.wide, options) {
                    Ok(header) => self.header = header.map(Arc::new),
                    Err((what, remedy)) => self.failed = Some(misfit(&self.path, self.named, what, remedy)?),
                }
            }
            InputFormat::Parquet | InputFormat::Arrow => {
                let (what, remedy) = if self.format == InputFormat::Arrow { UNREAD_ARROW } else { UNREAD_PARQUET };
                self.failed = Some(misfit(&self.path, self.named, what.to_owned(), remedy)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Skips what precedes the first record: the CSV header, or the byte order mark of lines.
    fn skip_head(&mut self) {
        let length = match &self.header {
            Some(header) => header.raw.len(),
            None if self.bom && !self.format.is_whole_file() && self.format != InputFormat::Warc => BOM.len(),
            None => 0,
        };
        self.bytes.skip(length);
        self.at = length as u64;
    }

    /// Whether its bytes are those that are stored, and not decoded.
    pub(super) fn is_stored(&self) -> bool {
        self.is_stored
    }

    /// Whether nothing more is read from it.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Cuts the next part of about `size` bytes off, and keeps its bytes in `store` if they have no other place;
    /// `None` at the end. The bytes of records larger than `held` are skipped, unless all input is held.
    ///
    /// # Errors
    ///
    /// A file that was named cannot be read; the disk refuses what is spilled.
    pub(super) fn next_part(
        &mut self,
        size: usize,
        held: Option<u64>,
        options: &InputOptions,
        store: &mut ByteStore,
    ) -> Result<Option<(FilePart, BytePlace)>> {
        if let Some(reason) = self.failed.take() {
            // No byte of it is kept, as nothing of it is ever read.
            self.ended = true;
            let part = self.part(PartShape::Failed, HeldBytes::from(Vec::new()), 0, Some(reason));
            return Ok(Some((part, BytePlace::Nowhere)));
        }

        // Of skipped bytes without another place only the head is spilled, if it is ever read again.
        let mut left = if self.plain.is_none() && !store.forgets() { self.head_of_skipped() } else { 0 };
        let held = held.filter(|_| self.plain.is_some() || !store.holds_all());
        let cutting = self.cutting(size, held, options.max_record_size);
        let mut spilled = None;
        let cut = self.bytes.cut(cutting, &mut |bytes| {
            let head = bytes.get(..left).unwrap_or(bytes);
            left -= head.len();
            let at = if head.is_empty() { None } else { store.append(head)? };
            spilled = spilled.or(at);
            Ok::<(), Error>(())
        })?;

        let Some(NextCut { what, bytes, length }) = cut else {
            self.ended = true;
            // An empty file is one empty text.
            let is_empty = self.format.is_whole_file() && !self.begun;
            let part = is_empty.then(|| self.part(PartShape::Text, HeldBytes::from(Vec::new()), 0, None));
            return Ok(part.map(|part| (part, BytePlace::Nowhere)));
        };

        let is_tail = matches!(what, CutKind::Tail);
        let (shape, oversized, failure) = self.judge(what, length)?;
        let part = FilePart { oversized, ..self.part(shape, bytes, length, failure) };
        let place = match (spilled, &self.plain) {
            (Some(at), _) => BytePlace::Spilled(at),
            (None, Some(_)) => BytePlace::InFile,
            (None, None) if part.bytes.len() as u64 == length => store.keep(&part.bytes)?,
            (None, None) => BytePlace::Nowhere,
        };
        self.advance(length, shape, part.failure.as_ref());
        self.ended |= is_tail;
        Ok(Some((part, place)))
    }

    /// How many bytes of a record that is skipped are read again: the head of an archive record tells its class.
    fn head_of_skipped(&self) -> usize {
        match self.format {
            #[cfg(feature = "warc")]
            InputFormat::Warc => warc::PREFIX,
            _ => 0,
        }
    }

    fn cutting(&self, size: usize, held: Option<u64>, most: u64) -> CutOptions {
        CutOptions { format: self.format, records: self.records(), size, limit: held, most }
    }

    /// How the ends of records are found, where they may have several lines.
    fn records(&self) -> Option<RecordEnds> {
        let csv = self.header.as_ref().map(|header| RecordEnds::Csv(header.shape));
        csv.or_else(|| self.layout.map(|layout| RecordEnds::Json { closes: layout == JsonLayout::Array }))
    }

    /// Decides what a cut of `length` bytes becomes.
    fn judge(&self, what: CutKind, length: u64) -> Result<JudgedCut> {
        Ok(match what {
            CutKind::Whole | CutKind::Tail => (self.shape(), None, None),
            CutKind::Unclosed => {
                let what = "the JSON array is not closed, so the file may be cut off".to_owned();
                (PartShape::Rest, None, Some(RejectReason::Damaged { what }))
            }
            // It counts as a line, and is no record.
            CutKind::Blank => {
                let blank = OversizedRecord { size: 0, carriage_return: false, lines: 1, before: (0, 0) };
                (PartShape::Lines, Some(blank), None)
            }
            CutKind::Oversized { size, carriage_return, lines, before } => {
                (self.shape(), Some(OversizedRecord { size, carriage_return, lines, before }), None)
            }
            CutKind::Broken(what) => {
                let what = format!("{what}; {length} bytes were passed over");
                (PartShape::Records, None, Some(RejectReason::BrokenRecord { what }))
            }
            // Enough memory would read it.
            CutKind::Rest(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                let reason = misfit(&self.path, self.named, error.to_string(), remedies::MORE_MEMORY)?;
                (self.rest(&error).0, None, Some(reason))
            }
            // Another program can read it.
            #[cfg(feature = "zstd")]
            CutKind::Rest(error) if compression::lacks_dictionary(&error) => {
                let reason = misfit(&self.path, self.named, error.to_string(), remedies::GIVE_DICTIONARY)?;
                (self.rest(&error).0, None, Some(reason))
            }
            // The records behind a damaged member are read.
            CutKind::Rest(error) if compression::goes_on(&error) && !self.format.is_whole_file() => {
                (self.rest(&error).0, None, Some(RejectReason::BrokenRecord { what: error.to_string() }))
            }
            // An error of the system, not damage. A file found in a directory is rejected instead.
            CutKind::Rest(error) if self.named && (!self.decoded || error.raw_os_error().is_some()) => {
                return Err(Error::io("read", &*self.path, error));
            }
            CutKind::Rest(error) => self.rest(&error),
        })
    }

    /// The shape of whole records.
    fn shape(&self) -> PartShape {
        match self.format {
            InputFormat::Text | InputFormat::Html => PartShape::Text,
            InputFormat::Warc => PartShape::Records,
            InputFormat::Json => PartShape::Values,
            InputFormat::JsonLines
            | InputFormat::Lines
            | InputFormat::Csv
            | InputFormat::Tsv
            | InputFormat::Parquet
            | InputFormat::Arrow => PartShape::Lines,
        }
    }

    /// The part before an error: a reject for the rest of the file, or for the whole file if nothing was read before.
    fn rest(&self, error: &io::Error) -> JudgedCut {
        let what = compression::damage(error);
        // Nothing was read before the error of the system.
        if !self.decoded && !self.begun {
            return (PartShape::Failed, None, Some(RejectReason::Unreadable { what, remedy: None }));
        }

        // Half a text is no document; of lines and archives all records before the damage stay.
        let shape = match self.format {
            InputFormat::Text | InputFormat::Html => PartShape::Failed,
            InputFormat::Warc => PartShape::Records,
            InputFormat::JsonLines
            | InputFormat::Json
            | InputFormat::Lines
            | InputFormat::Csv
            | InputFormat::Tsv
            | InputFormat::Parquet
            | InputFormat::Arrow => PartShape::Rest,
        };
        (shape, None, Some(RejectReason::Damaged { what }))
    }

    fn part(&self, shape: PartShape, bytes: HeldBytes, length: u64, failure: Option<RejectReason>) -> FilePart {
        // Lines get their ids from the record or its line number; only whole files need their path to be parsed.
        let text = self.format.is_whole_file().then(|| (Arc::clone(&self.relative), self.bom));
        FilePart {
            file: self.number,
            start: self.at,
            length,
            shape,
            bytes,
            stamp: self.stamp,
            failure,
            oversized: None,
            format: self.format,
            text,
            csv: self.header.clone(),
            is_narrowed: self.wide.is_some(),
        }
    }

    /// Goes on behind a part of `length` bytes.
    fn advance(&mut self, length: u64, shape: PartShape, failure: Option<&RejectReason>) {
        self.at += length;
        self.begun = true;
        // Behind damage nothing is read, even in formats of many parts, unless it is that of one member.
        let is_damaged = matches!(failure, Some(RejectReason::Damaged { .. } | RejectReason::Unreadable { .. }));
        self.ended = !shape.goes_on() || is_damaged;

        let is_member =
            matches!(failure, Some(RejectReason::BrokenRecord { what }) if compression::is_passed_over(what));
        if is_member {
            self.bytes.go_on();
            self.ended = false;
        }
    }

    /// Passes over `part`, which an earlier run has read, and keeps its bytes in pieces of `step` bytes if they have
    /// no other place; `None` if the file is not as it was.
    ///
    /// # Errors
    ///
    /// The disk refuses what is spilled.
    pub(super) fn resume(
        &mut self,
        part: &PartIndex,
        step: usize,
        options: &InputOptions,
        store: &mut ByteStore,
    ) -> Result<Option<BytePlace>> {
        if (self.number, self.stamp, self.at) != (part.file, part.stamp, part.start) {
            return Ok(None);
        }
        let place = self.pass(part, step, options, store)?;
        self.advance(part.length, part.shape, part.failure.as_ref());
        // Of JSON only what follows the last value holds none.
        let is_tail = self.format == InputFormat::Json && part.rows.is_empty();
        self.ended |= is_tail && self.bytes.peek(1).is_empty();
        Ok(place)
    }

    fn pass(
        &mut self,
        part: &PartIndex,
        step: usize,
        options: &InputOptions,
        store: &mut ByteStore,
    ) -> Result<Option<BytePlace>> {
        if let Some(plain) = &self.plain {
            self.bytes.seek(part.start + part.length, plain);
            return Ok(Some(BytePlace::InFile));
        }

        // A file that failed may be good by now; in this run it stays what it was.
        if self.failed.take().is_some() || (part.shape == PartShape::Failed && part.length == 0) {
            return Ok(Some(BytePlace::Nowhere));
        }

        // Fewer bytes than before: the file is another one.
        if store.holds_all() || part.length <= 2 * step as u64 {
            let bytes = self.bytes.take(part.length);
            return if bytes.len() as u64 == part.length { store.keep(&bytes).map(Some) } else { Ok(None) };
        }

        // A part this large is one record, which may not fit in memory. It is read again unless it is too large.
        let read_again = if part.only_oversized(options.max_record_size).is_some() {
            self.head_of_skipped() as u64
        } else {
            part.length
        };
        let (mut left, mut first) = (part.length, None);
        while left > 0 {
            let passed = part.length - left;
            let bytes = self.bytes.take(left.min(step as u64));
            if bytes.is_empty() {
                return Ok(None);
            }

            let kept = usize::try_from(read_again.saturating_sub(passed)).unwrap_or(usize::MAX).min(bytes.len());
            if kept > 0 {
                let Some(at) = store.append(&bytes[..kept])? else { return Ok(None) };
                first.get_or_insert(at);
            }
            left -= bytes.len() as u64;
        }
        Ok(Some(first.map_or(BytePlace::Nowhere, BytePlace::Spilled)))
    }
}

/// A file that does not fit its format: an error if it was named, else a reject.
pub(super) fn misfit(path: &Path, named: bool, what: String, remedy: Remedy) -> Result<RejectReason> {
    if named {
        return Err(ErrorKind::Unreadable { path: path.to_path_buf(), what, remedy }.into());
    }

    // A run that goes on after an interruption stores the remedy by its position: one with a value has none.
    let remedy = match remedy {
        Remedy::Give { .. } => remedies::NAME_TEXT_COLUMN,
        remedy => remedy,
    };
    Ok(RejectReason::Unreadable { what: format!("it {what}"), remedy: Some(remedy) })
}
