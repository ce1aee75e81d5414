//! One pass over the input: blocks of whole records go out, what was found in them comes back, and a corpus is left.
//!
//! Only cutting blocks off is serial, and cheap for files that are mapped or read by place; blocks are parsed by whoever
//! holds them. Their indices are taken back in input order, so the table of records is built in that order whatever the
//! threads do.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::{FilePart, OversizedRecord, RecordBlock};
use super::content::{self, ContentHead};
use super::corpus::{Corpus, InputFile, TablePart};
use super::encoding::BOM;
use super::feed::{self, CutKind, CutOptions, FileBytes, FileOpener, NextCut, OpenedFile};
use super::files::{FoundFile, SkippedFiles};
use super::held::{BytePlace, FileStamp, HeldBytes, PlainFile};
use super::index::{BlockIndex, PartIndex, PartShape};
use super::open::{Input, StoredStream};
use super::reject::RejectReason;
use super::{Compression, InputFormat, InputOptions, StoragePolicy, csv, remedies};
#[cfg(feature = "parquet")]
use super::{files, files::ByName, parquet};
use crate::error::{Error, ErrorKind, Remedy, Result};
use crate::spill::{SpillDir, SpillFile};

/// More records than this cannot be numbered.
const MAX_RECORDS: usize = u32::MAX as usize - 1;

/// Compressed bytes read ahead where frames are decompressed together, at most.
const AHEAD: usize = 32 << 20;

/// No block has more parts; each costs some work of its own.
const MAX_PARTS: usize = 1024;

/// Gives the input in blocks, and takes back what was found in them.
pub(crate) struct BlockReader {
    options: Arc<InputOptions>,
    holding: StoragePolicy,
    opening: FileOpener,
    found: VecDeque<FoundFile>,
    stream: Option<(PathBuf, StoredStream)>,
    skipped: SkippedFiles,
    references: usize,
    files: Vec<InputFile>,
    current: Option<CurrentFile>,
    keeper: ByteStore,
    /// The places of parts that were given and not yet accepted.
    given: VecDeque<BytePlace>,
    table: Vec<TablePart>,
    records: usize,
    /// The file of the last accepted part, and the next line in it.
    line: (u32, u64),
}

/// The file that is being cut.
struct CurrentFile {
    relative: Arc<Path>,
    named: bool,
    /// It gives nothing but this reject.
    failed: Option<RejectReason>,
    format: InputFormat,
    compressed: bool,
    bytes: FileBytes,
    stamp: Option<FileStamp>,
    /// Its bytes are not kept, as they are read from it again.
    plain: Option<Arc<PlainFile>>,
    bom: bool,
    /// CSV: what stands before the first record.
    header: Option<Arc<csv::CsvHeader>>,
    /// Where the next part begins.
    at: u64,
    /// Whether a part was cut off.
    begun: bool,
}

/// Keeps bytes that have no other place: in memory as far as allowed, then on the disk.
struct ByteStore {
    held: u64,
    memory: u64,
    room: Option<SpillDir>,
    /// Made when it is first needed.
    spill: Option<SpillFile>,
    /// Nothing is read again: no byte is kept.
    forgets: bool,
}

impl ByteStore {
    /// Whether everything is held in memory.
    fn holds_all(&self) -> bool {
        self.room.is_none()
    }

    /// The file that takes `length` more bytes; `None` if they are held in memory.
    fn spill_for(&mut self, length: u64) -> Result<Option<&mut SpillFile>> {
        let Some(room) = self.room.as_ref().filter(|_| self.held.saturating_add(length) > self.memory) else {
            return Ok(None);
        };
        if self.spill.is_none() {
            self.spill = Some(room.file("input")?);
        }
        Ok(self.spill.as_mut())
    }

    fn keep(&mut self, piece: &HeldBytes) -> Result<BytePlace> {
        if self.forgets {
            return Ok(BytePlace::Nowhere);
        }
        let length = piece.len() as u64;
        if let Some(spill) = self.spill_for(length)? {
            return spill.append(piece).map(BytePlace::Spilled);
        }
        self.held += length;
        Ok(BytePlace::Held(piece.clone()))
    }

    /// Passes over a part that was read in an earlier run, and keeps its bytes as needed; `None` if there are fewer.
    fn pass(&mut self, current: &mut CurrentFile, part: &PartIndex, step: usize) -> Result<Option<BytePlace>> {
        if current.plain.is_some() {
            current.bytes.seek(part.start + part.length, current.plain.as_ref());
            return Ok(Some(BytePlace::InFile));
        }
        // A failed file may be a good one now; it stays what it was.
        if current.failed.take().is_some() || (part.shape == PartShape::Failed && part.length == 0) {
            return Ok(Some(BytePlace::Nowhere));
        }
        if self.holds_all() || part.length <= 2 * step as u64 {
            let piece = current.bytes.take(part.length);
            return if piece.len() as u64 == part.length { self.keep(&piece).map(Some) } else { Ok(None) };
        }
        let (mut left, mut first) = (part.length, None);
        while left > 0 {
            let piece = current.bytes.take(left.min(step as u64));
            let Some(spill) = self.spill_for(u64::MAX)?.filter(|_| !piece.is_empty()) else { return Ok(None) };
            let at = spill.append(&piece)?;
            first.get_or_insert(at);
            left -= piece.len() as u64;
        }
        Ok(first.map(BytePlace::Spilled))
    }
}

impl BlockReader {
    pub(super) fn new(input: Input, holding: StoragePolicy) -> Result<Self> {
        let Input { options, found, stream, skipped, references } = input;
        let block_size = holding.block_size.clamp(1, 1 << 30);
        let limited = holding.memory.is_some() && !holding.map;
        let room = holding.room.clone().filter(|_| holding.memory.is_some());
        let ahead = holding.memory.map_or(AHEAD, |memory| AHEAD.min((memory / 8) as usize));
        Ok(Self {
            options: Arc::new(options),
            opening: FileOpener { limited, threads: holding.threads, ahead, maps: 0, handles: 0 },
            keeper: ByteStore {
                held: 0,
                memory: holding.memory.unwrap_or(u64::MAX),
                room,
                spill: None,
                forgets: false,
            },
            holding: StoragePolicy { block_size, ..holding },
            found,
            stream,
            skipped,
            references,
            files: Vec::new(),
            current: None,
            given: VecDeque::new(),
            table: Vec::new(),
            records: 0,
            line: (u32::MAX, 1),
        })
    }

    /// The same reader, which keeps no byte of what it gave: nothing of it can be read again.
    pub(crate) fn forgetting(mut self) -> Self {
        self.keeper.forgets = true;
        self
    }

    /// Lets go of what was kept for [`accept`](Self::accept), which a reader that forgets does without.
    pub(crate) fn next_forgotten(&mut self) -> Result<Option<RecordBlock>> {
        self.given.clear();
        self.next()
    }

    /// The serial part, to be called by whichever thread wants more: the next block of whole records, in input order;
    /// `None` at the end.
    ///
    /// # Errors
    ///
    /// A file that was named cannot be read; the disk refuses what is spilled; there are more than 2³² − 2 records.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBlock>> {
        self.check_count()?;
        let mut parts = Vec::new();
        let mut bytes = 0;
        while bytes < self.holding.block_size as u64 && parts.len() < MAX_PARTS {
            let left = usize::try_from(self.holding.block_size as u64 - bytes).unwrap_or(1);
            let Some((part, place)) = self.next_part(left)? else {
                match self.current.is_some() || self.open_next()? {
                    true => continue,
                    false => break,
                }
            };
            bytes += part.length;
            self.given.push_back(place);
            parts.push(part);
        }
        Ok((!parts.is_empty()).then(|| RecordBlock { options: Arc::clone(&self.options), parts }))
    }

    fn check_count(&self) -> Result<()> {
        if self.records <= MAX_RECORDS {
            return Ok(());
        }
        let path = self.files.last().map(|file| file.path.display().to_string());
        Err(Error::parameter("inputs", path.unwrap_or_default(), format!("at most {MAX_RECORDS} records in one run")))
    }

    /// Takes back what was found in a block. Blocks come in the order in which they were given.
    pub(crate) fn accept(&mut self, index: BlockIndex) {
        for part in index.parts {
            let place = self.given.pop_front().unwrap_or(BytePlace::Nowhere);
            if part.file != self.line.0 {
                let header = self.files.get(part.file as usize).and_then(|file| file.header.as_ref());
                self.line = (part.file, 1 + header.map_or(0, |header| header.lines()));
            }
            let (first, first_line) = (self.records, self.line.1);
            self.records += part.rows.len();
            self.line.1 += part.lines;
            // Archives hold records that are no documents, and stay in what is written.
            if !part.rows.is_empty() || part.shape == PartShape::Records {
                self.table.push(TablePart { first: first as u32, first_line, place, index: part });
            }
        }
    }

    /// The corpus, after every block was accepted.
    ///
    /// # Errors
    ///
    /// The disk refuses what is spilled; there are too many records.
    pub(crate) fn finish(mut self) -> Result<Corpus> {
        self.check_count()?;
        if let Some(spill) = &mut self.keeper.spill {
            spill.flush()?;
        }
        let corpus = Corpus::assemble(self.options, self.files, self.table, self.skipped, self.keeper.spill);
        Ok(corpus.with_references(self.references))
    }

    /// Goes on after the blocks of an earlier run over the same input, as if they had been given and accepted. Plain files
    /// are not read for it; streams and compressed files are, as their bytes have to be kept.
    ///
    /// # Errors
    ///
    /// The input is another one, or changed; what [`next`](Self::next) returns.
    pub(crate) fn resume(&mut self, done: Vec<BlockIndex>) -> Result<()> {
        for index in done {
            for part in &index.parts {
                let place = self.done(part)?;
                self.given.push_back(place);
            }
            self.accept(index);
        }
        Ok(())
    }

    /// Passes over a part that an earlier run has read.
    fn done(&mut self, part: &PartIndex) -> Result<BytePlace> {
        while self.current.is_none() || self.files.len() <= part.file as usize {
            if self.files.len() > part.file as usize || !self.open_next()? {
                return Err(self.another());
            }
        }
        let Some(current) = &mut self.current else { return Err(self.another()) };
        if self.files.len() != part.file as usize + 1 || current.stamp != part.stamp || current.at != part.start {
            return Err(self.another());
        }
        let place = self.keeper.pass(current, part, self.holding.block_size)?;
        (current.at, current.begun) = (part.start + part.length, true);
        if !part.shape.goes_on() || ends(part.failure.as_ref()) {
            self.current = None;
        }
        place.ok_or_else(|| self.another())
    }

    fn another(&self) -> Error {
        let path = self.files.last().map_or_else(PathBuf::new, |file| file.path.to_path_buf());
        let what = "is not as the interrupted run found it".to_owned();
        ErrorKind::Unreadable { path, what, remedy: "start again in an empty work directory".into() }.into()
    }

    /// Opens the next file; `false` after the last.
    fn open_next(&mut self) -> Result<bool> {
        let mut table = None;
        let (path, relative, named, opened) = match (self.found.pop_front(), self.stream.take()) {
            (Some(FoundFile { path, relative, named, broken }), stream) => {
                self.stream = stream;
                let opened = match broken {
                    Some(what) => Err(RejectReason::Unreadable { what, remedy: None }),
                    None => match self.table(&path) {
                        Some(Err((what, remedy))) => Err(misfit(&path, named, what, remedy)?),
                        Some(Ok((opened, file))) => {
                            table = Some(file);
                            Ok(opened)
                        }
                        None => match self.opening.file(&path) {
                            Err(failure) if named => return Err(feed::fatal(path, failure)),
                            opened => opened.map_err(feed::rejected),
                        },
                    },
                };
                (path, relative, named, opened)
            }
            (None, Some((path, stored))) => {
                let opened = match stored {
                    StoredStream::Stream(reader) => self.opening.stream(reader),
                    StoredStream::Bytes(bytes) => self.opening.bytes(bytes),
                };
                let opened = opened.map_err(|failure| feed::fatal(path.clone(), failure))?;
                (path.clone(), path, true, Ok(opened))
            }
            (None, None) => return Ok(false),
        };
        self.begin(path, relative, named, opened, table)?;
        Ok(true)
    }

    /// Opens a file of the file system if it is Parquet.
    #[cfg(feature = "parquet")]
    fn table(&mut self, path: &Path) -> Option<std::result::Result<(OpenedFile, Arc<PlainFile>), csv::CsvMisfit>> {
        let by_name = files::by_name(path.file_name().unwrap_or_default());
        let asked =
            self.options.format.map_or(matches!(by_name, ByName::Known(InputFormat::Parquet) | ByName::Unknown), |f| {
                f == InputFormat::Parquet
            });
        if !asked || path.as_os_str() == files::STDIN {
            return None;
        }
        let file = std::fs::File::open(path).ok()?;
        let stamp = FileStamp::of(&file.metadata().ok().filter(std::fs::Metadata::is_file)?);
        if !parquet::is(&file, stamp.length) {
            return None;
        }
        self.opening.handles += 1;
        let open = (self.opening.handles <= feed::HANDLES).then_some(file);
        let table = parquet::ParquetTable::open(PlainFile { path: Arc::from(path), stamp, open }, &self.options);
        Some(table.map(|table| {
            let rows = table.rows(self.opening.threads, self.opening.ahead);
            let bytes = FileBytes::Stream(feed::ByteStream::new(Box::new(rows)));
            (OpenedFile { bytes, compression: Compression::None, plain: None, stamp: Some(stamp) }, table.file)
        }))
    }

    #[cfg(not(feature = "parquet"))]
    #[allow(clippy::unused_self, reason = "as where it can be opened")]
    fn table(&mut self, _: &Path) -> Option<std::result::Result<(OpenedFile, Arc<PlainFile>), csv::CsvMisfit>> {
        None
    }

    fn begin(
        &mut self,
        path: PathBuf,
        relative: PathBuf,
        named: bool,
        opened: std::result::Result<OpenedFile, RejectReason>,
        table: Option<Arc<PlainFile>>,
    ) -> Result<()> {
        let (path, relative): (Arc<Path>, Arc<Path>) = (path.into(), relative.into());
        let (opened, mut failed) = match opened {
            Ok(opened) => (opened, None),
            Err(reason) => (OpenedFile::nothing(), Some(reason)),
        };
        let OpenedFile { mut bytes, compression, plain, stamp } = opened;
        let (mut format, mut bom) = (InputFormat::Text, false);
        if table.is_some() {
            format = InputFormat::Parquet;
        } else if failed.is_none() {
            let (found, misfit) = content::format(&path, &mut bytes, &self.options);
            failed = misfit.map(|found| RejectReason::NotJsonLines { found });
            format = found;
            if content::is_arc(&mut bytes) {
                let what = "an ARC file, which is not read".to_owned();
                failed = Some(RejectReason::Unreadable { what, remedy: Some(remedies::CONVERT_ARC) });
            }
            let missing =
                |(what, remedy): (&str, _)| RejectReason::Unreadable { what: what.to_owned(), remedy: Some(remedy) };
            failed = failed.or(format.missing().map(missing));
            bom = bytes.peek(BOM.len()).starts_with(BOM);
        }
        let mut header = None;
        if failed.is_none() && matches!(format, InputFormat::Csv | InputFormat::Tsv) {
            match csv::CsvHeader::read(&mut bytes, format, &self.options) {
                Ok(found) => header = found.map(Arc::new),
                Err((what, remedy)) => failed = Some(misfit(&path, named, what, remedy)?),
            }
        }
        if failed.is_none() && format == InputFormat::Parquet && table.is_none() {
            let (what, remedy) = NO_TABLE;
            failed = Some(misfit(&path, named, what.to_owned(), remedy)?);
        }
        let skipped = match &header {
            Some(header) => header.raw.len(),
            None if bom && !format.is_whole_file() && format != InputFormat::Warc => BOM.len(),
            None => 0,
        };
        bytes.skip(skipped);
        self.current = Some(CurrentFile {
            relative: Arc::clone(&relative),
            named,
            failed,
            format,
            compressed: compression != Compression::None || table.is_some(),
            bytes,
            stamp,
            plain: plain.clone(),
            bom,
            header: header.clone(),
            at: skipped as u64,
            begun: false,
        });
        self.files.push(InputFile { path, relative, format, compression, records: 0..0, bom, plain, header, table });
        Ok(())
    }

    /// The next part of the file that is open, and where its bytes stay; `None` at its end.
    fn next_part(&mut self, size: usize) -> Result<Option<(FilePart, BytePlace)>> {
        let Some(current) = &mut self.current else { return Ok(None) };
        let file = (self.files.len() - 1) as u32;
        if let Some(reason) = current.failed.take() {
            let part = current.part(file, PartShape::Failed, HeldBytes::from(Vec::new()), 0, Some(reason));
            self.current = None;
            return Ok(Some((part, BytePlace::Nowhere)));
        }
        let passes = self.opening.limited && (current.plain.is_some() || !self.keeper.holds_all());
        let limit = passes.then_some(self.options.max_record_size);
        let delimiter = current.header.as_ref().map(|header| header.delimiter);
        let most = self.options.max_record_size;
        let cutting = CutOptions { format: current.format, delimiter, size, limit, most };
        let mut passed = None;
        let keeps = current.plain.is_none() && !self.keeper.forgets;
        let keeper = &mut self.keeper;
        let cut = current.bytes.cut(cutting, &mut |bytes| {
            let spill = if keeps { keeper.spill_for(u64::MAX)? } else { None };
            if let Some(spill) = spill {
                passed.get_or_insert(spill.append(bytes)?);
            }
            Ok::<(), Error>(())
        })?;
        let Some(NextCut { what, bytes, length }) = cut else {
            let empty = current.format.is_whole_file() && !current.begun;
            let part = empty.then(|| current.part(file, PartShape::Text, HeldBytes::from(Vec::new()), 0, None));
            self.current = None;
            return Ok(part.map(|part| (part, BytePlace::Nowhere)));
        };
        let (shape, oversized, failure) = match what {
            CutKind::Whole => (current.shape(), None, None),
            CutKind::Blank => {
                (PartShape::Lines, Some(OversizedRecord { size: 0, carriage_return: false, lines: 1 }), None)
            }
            CutKind::Oversized { size, carriage_return, lines } => {
                (current.shape(), Some(OversizedRecord { size, carriage_return, lines }), None)
            }
            CutKind::Broken(what) => {
                let what = format!("{what}; {length} bytes were passed over");
                (PartShape::Records, None, Some(RejectReason::BrokenRecord { what }))
            }
            CutKind::Rest(error) => {
                if !current.compressed && current.named {
                    return Err(Error::io("read", self.files.last().map_or(Path::new(""), |file| &file.path), error));
                }
                current.rest(error)
            }
        };
        let mut part = current.part(file, shape, bytes, length, failure);
        part.oversized = oversized;
        let place = match (passed, &current.plain) {
            (Some(at), _) => BytePlace::Spilled(at),
            (None, Some(_)) => BytePlace::InFile,
            (None, None) => self.keeper.keep(&part.bytes)?,
        };
        (current.at, current.begun) = (part.start + length, true);
        if !shape.goes_on() || ends(part.failure.as_ref()) {
            self.current = None;
        }
        Ok(Some((part, place)))
    }
}

/// What Parquet is that was not opened as such.
pub(super) const NO_TABLE: (&str, Remedy) = if cfg!(feature = "parquet") {
    ("is Parquet that is cut off, compressed as a whole, or no file", remedies::GIVE_WHOLE)
} else {
    ("is Parquet, which this build does not read", remedies::BUILD_PARQUET)
};

/// A file of an unfit format: an error if it was named, else a reject.
fn misfit(path: &Path, named: bool, what: String, remedy: Remedy) -> Result<RejectReason> {
    if named {
        return Err(ErrorKind::Unreadable { path: path.to_path_buf(), what, remedy }.into());
    }
    Ok(RejectReason::Unreadable { what: format!("it {what}"), remedy: Some(remedy) })
}

/// Whether nothing of the file is read after this.
fn ends(failure: Option<&RejectReason>) -> bool {
    matches!(failure, Some(RejectReason::Damaged { .. } | RejectReason::Unreadable { .. }))
}

impl CurrentFile {
    fn shape(&self) -> PartShape {
        match self.format {
            InputFormat::Text | InputFormat::Html => PartShape::Text,
            InputFormat::Warc => PartShape::Records,
            InputFormat::JsonLines | InputFormat::Csv | InputFormat::Tsv | InputFormat::Parquet => PartShape::Lines,
        }
    }

    /// What an error leaves: a reject for the rest of the file, or for all of it where nothing was read before.
    fn rest(&self, error: io::Error) -> (PartShape, Option<OversizedRecord>, Option<RejectReason>) {
        let what = error.to_string();
        if !self.compressed && !self.begun {
            return (PartShape::Failed, None, Some(RejectReason::Unreadable { what, remedy: None }));
        }
        let shape = match self.format {
            InputFormat::Text | InputFormat::Html => PartShape::Failed,
            InputFormat::Warc => PartShape::Records,
            InputFormat::JsonLines | InputFormat::Csv | InputFormat::Tsv | InputFormat::Parquet => PartShape::Rest,
        };
        (shape, None, Some(RejectReason::Damaged { what }))
    }

    fn part(
        &self,
        file: u32,
        shape: PartShape,
        bytes: HeldBytes,
        length: u64,
        failure: Option<RejectReason>,
    ) -> FilePart {
        let (format, text) = (self.format, self.format.is_whole_file());
        let text = text.then(|| (Arc::clone(&self.relative), self.bom));
        let (stamp, csv) = (self.stamp, self.header.clone());
        FilePart { file, start: self.at, length, shape, bytes, stamp, failure, oversized: None, format, text, csv }
    }
}
