//! The whole input, read once: files, a table of records, and reading at any place.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::{ReadScratch, whole_file};
use super::compression::Compression;
use super::csv;
use super::encoding::{EncodingChoice, RecordDecoding};
use super::files::{self, SkippedFiles};
use super::held::{BytePlace, HeldBytes, PlainFile};
use super::index::{PartIndex, PartShape, RecordRow};
use super::json::escapes::EscapeBuffers;
use super::json_lines::{self, JsonLine};
use super::names::{RepeatedIds, RepeatedIdsBuilder};
use super::open::{Input, StoragePolicy};
use super::reject::{Reject, RejectReason};
#[cfg(feature = "warc")]
use super::warc;
use super::{InputFormat, InputOptions};
use crate::document::{DocId, PageLayout, RecordSource};
use crate::error::{Error, Result};
use crate::spill::SpillFile;

mod blocks;
mod bytes;

pub(crate) use blocks::CorpusBlocks;

/// A file's place among [`Corpus::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// For indexing [`Corpus::files`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One file of the input.
#[non_exhaustive]
pub struct InputFile {
    /// As it was named or found, `-` for standard input.
    pub path: Arc<Path>,
    /// Below the input it came from: the way below the directory, or the name of a file that was named itself.
    pub relative: Arc<Path>,
    /// How records stand in it.
    pub format: InputFormat,
    /// How it was compressed.
    pub compression: Compression,
    /// Its records' places in the input.
    pub records: Range<usize>,
    /// Whether it begins with a byte order mark. In plain text that is part of the record's raw bytes; in JSON Lines
    /// it stands before the first record and belongs to none.
    pub bom: bool,
    /// Where its bytes are read again, if no part holds them.
    pub(super) plain: Option<Arc<PlainFile>>,
    /// CSV: what stands before its records.
    pub(crate) header: Option<Arc<csv::CsvHeader>>,
    /// Parquet: the file, from which whole rows are copied.
    pub(super) table: Option<Arc<PlainFile>>,
}

impl InputFile {
    /// Whether it is Parquet that could be opened: whole rows can be copied from it.
    pub(crate) fn is_table(&self) -> bool {
        self.table.is_some()
    }
}

impl fmt::Debug for InputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputFile")
            .field("path", &self.path)
            .field("format", &self.format)
            .field("compression", &self.compression)
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

/// A record that can be read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The id as given; `PATH:LINE` where JSON gives none; the relative path of plain text. Not necessarily unique:
    /// see [`RepeatedIds`].
    pub id: Cow<'a, str>,
    /// The text, decoded; borrowed from the corpus unless it has escapes.
    pub text: Cow<'a, str>,
    /// The further fields asked for, in the order of [`InputOptions::fields`]; `None` for a field that is absent, or
    /// holds neither a string nor a finite number.
    pub fields: Vec<Option<FieldValue>>,
    /// Where the text stands in the raw bytes: its JSON string with quotes, or plain text without its byte order mark;
    /// all of a page, from which the text was extracted.
    pub text_value: Range<usize>,
    /// How the bytes became the text.
    pub decoding: RecordDecoding,
    /// HTML with [`InputOptions::html_lines`]: what the markup says of the lines of the text.
    pub layout: Option<Box<PageLayout>>,
}

/// The value of a further field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A finite number.
    Number(f64),
    /// A string.
    Text(String),
}

impl Record<'_> {
    /// The same record with bytes of its own.
    fn into_owned(self) -> Record<'static> {
        let Self { id, text, fields, text_value, decoding, layout } = self;
        Record { id: id.into_owned().into(), text: text.into_owned().into(), fields, text_value, decoding, layout }
    }
}

/// The whole input, read once. See the [module](super) for what it holds.
pub struct Corpus {
    options: Arc<InputOptions>,
    files: Vec<InputFile>,
    /// Sorted by place; none is without records.
    table: Vec<TablePart>,
    skipped: SkippedFiles,
    spill: Option<SpillFile>,
    /// The first so many files are references.
    reference_files: usize,
    /// With `unique_ids`: each record that repeats an id, and the first that has it; sorted.
    repeats: Vec<(DocId, DocId)>,
}

/// Some records of one file, read together.
pub(super) struct TablePart {
    /// The place of the first record.
    pub(super) first: u32,
    /// The line, from 1, of the first line.
    pub(super) first_line: u64,
    pub(super) place: BytePlace,
    pub(super) index: PartIndex,
}

/// A record that was found in the table.
#[derive(Clone, Copy)]
struct LocatedRecord<'a> {
    part: &'a TablePart,
    file: &'a InputFile,
    row: RecordRow,
    /// Its number in the part.
    number: usize,
}

impl LocatedRecord<'_> {
    fn size(self) -> u64 {
        self.part.index.size(self.row)
    }
}

impl Corpus {
    /// Opens files, directories (walked, sorted by name) and standard input (`-`), in the order given, and reads them once.
    /// Plain files are mapped, and must not be cut short as long as the corpus lives: the system ends the process then.
    ///
    /// # Errors
    /// An option is out of range; a path does not exist; a file that was named itself cannot be read or decompressed
    /// by this build; there are more than 2³² − 2 records. A file in a directory that cannot be read, and damage
    /// inside a compressed file, are rejects.
    pub fn open(paths: &[PathBuf], options: InputOptions) -> Result<Self> {
        Self::read_once(Input::open(paths, options)?, StoragePolicy::default())
    }

    /// Reads all of `reader`, which goes by `name` in ids and rejects; a format is chosen as for a file of that name.
    ///
    /// # Errors
    /// As [`open`](Self::open) for a file that was named.
    pub fn from_reader(name: impl Into<PathBuf>, mut reader: impl Read, options: InputOptions) -> Result<Self> {
        let (name, mut bytes) = (name.into(), Vec::new());
        reader.read_to_end(&mut bytes).map_err(|error| Error::io("read", &name, error))?;
        Self::read_once(Input::from_bytes(name, bytes, options)?, StoragePolicy::default())
    }

    /// Reads `input` on this thread and holds its bytes as asked.
    ///
    /// # Errors
    /// As [`open`](Self::open); the disk refuses what does not fit in memory.
    pub fn read_once(input: Input, holding: StoragePolicy) -> Result<Self> {
        let mut reader = input.reader(holding)?;
        while let Some(block) = reader.next()? {
            reader.accept(block.split());
        }
        let mut corpus = reader.finish()?;
        if corpus.options.unique_ids {
            let ids = corpus.collected_ids()?;
            corpus.reject_repeats(ids)?;
        }
        Ok(corpus)
    }

    /// A corpus of texts in memory, each a record of its own under the id given with it.
    pub fn from_texts<I, S, T>(texts: I) -> Self
    where
        I: IntoIterator<Item = (S, T)>,
        S: AsRef<str>,
        T: Into<String>,
    {
        // Texts are taken as they are.
        let encoding = EncodingChoice::Strict;
        let options = InputOptions { max_record_size: super::MAX_RECORD_SIZE, encoding, ..InputOptions::default() };
        let (mut files, mut table) = (Vec::new(), Vec::new());
        for (place, (id, text)) in texts.into_iter().enumerate() {
            let bytes = HeldBytes::from(text.into().into_bytes());
            let path: Arc<Path> = Path::new(id.as_ref()).into();
            let index = PartIndex::text(place, bytes.len() as u64);
            table.push(TablePart { first: place as u32, first_line: 1, place: BytePlace::Held(bytes), index });
            files.push(InputFile {
                path: Arc::clone(&path),
                relative: path,
                format: InputFormat::Text,
                compression: Compression::None,
                records: 0..0,
                bom: false,
                plain: None,
                header: None,
                table: None,
            });
        }
        Self::assemble(Arc::new(options), files, table, SkippedFiles::default(), None)
    }

    pub(super) fn assemble(
        options: Arc<InputOptions>,
        mut files: Vec<InputFile>,
        table: Vec<TablePart>,
        skipped: SkippedFiles,
        spill: Option<SpillFile>,
    ) -> Self {
        let mut parts = table.iter().peekable();
        let mut end = 0;
        for (place, file) in files.iter_mut().enumerate() {
            let start = end;
            while let Some(part) = parts.next_if(|part| part.index.file as usize == place) {
                end += part.index.rows.len();
            }
            file.records = start..end;
        }
        Self { options, files, table, skipped, spill, reference_files: 0, repeats: Vec::new() }
    }

    /// The same corpus, the first `files` files of it references.
    pub(super) fn with_references(self, files: usize) -> Self {
        Self { reference_files: files, ..self }
    }

    /// How many of the first records are references, which others are compared with: see [`Input::against`].
    #[must_use]
    pub fn references(&self) -> usize {
        self.files.get(..self.reference_files).and_then(<[_]>::last).map_or(0, |file| file.records.end)
    }

    /// The files whose records are no references, in input order.
    #[must_use]
    pub fn cleaned_files(&self) -> &[InputFile] {
        self.files.get(self.reference_files..).unwrap_or_default()
    }

    /// The blocks of this corpus, read again.
    pub(crate) fn blocks(&self) -> CorpusBlocks<'_> {
        self.blocks_of(StoragePolicy::default().block_size as u64)
    }

    /// The same, each of about `size` bytes, and of no less than was read together.
    pub(crate) fn blocks_of(&self, size: u64) -> CorpusBlocks<'_> {
        CorpusBlocks::new(self, size)
    }

    /// With [`InputOptions::unique_ids`]: from now on, every record whose id an earlier record has is rejected by
    /// [`read`](Self::read). `ids` are those of all records that can be read, collected in the first pass. Returns the
    /// records rejected by this, in input order; without that option there are none.
    ///
    /// # Errors
    /// A record whose hash an earlier one has cannot be read again.
    pub(crate) fn reject_repeats(&mut self, ids: RepeatedIdsBuilder) -> Result<Vec<DocId>> {
        if !self.options.unique_ids {
            return Ok(Vec::new());
        }
        self.repeats.clear();
        self.repeats = ids.finish(self)?.without(self.references()).repeats();
        Ok(self.repeats.iter().map(|(doc, _)| *doc).collect())
    }

    /// Number of records, rejected ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.last().map_or(0, |part| part.first as usize + part.index.rows.len())
    }

    /// Whether there are no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids of all records, in input order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = DocId> + use<> {
        (0..self.len()).map(DocId::new)
    }

    /// Decompressed bytes in which records were found.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.table.iter().map(|part| part.index.length).sum()
    }

    /// How this input was read.
    #[must_use]
    pub fn options(&self) -> &InputOptions {
        &self.options
    }

    /// The files, in input order.
    #[must_use]
    pub fn files(&self) -> &[InputFile] {
        &self.files
    }

    /// What directories held that was not read.
    #[must_use]
    pub fn skipped(&self) -> &SkippedFiles {
        &self.skipped
    }

    /// The file a record stands in; that of the last record for an id that is none of this corpus.
    #[must_use]
    pub fn file_of(&self, id: DocId) -> FileId {
        let part = self.part_of(id).or(self.table.last());
        FileId(part.map_or(0, |part| part.index.file))
    }

    /// Reads a record: parses it anew at each call, with the same answer. Takes time linear in the record.
    ///
    /// # Errors
    /// The record is rejected: its [`Reject`] says where it stands and why. [`RejectReason::Lost`]: it could be read before, but
    /// now its file changed, or the disk refuses; no run should go on after that.
    pub fn read(&self, id: DocId) -> std::result::Result<Record<'_>, Reject> {
        let found = self.readable(id)?;
        let mut buffer = EscapeBuffers::default();
        let record = match &found.part.place {
            BytePlace::Held(piece) => {
                let bytes = piece.get(range(found)).unwrap_or_default();
                self.parse(found, bytes, &mut buffer).map(|parsed| parsed.detach(&buffer))
            }
            _ => {
                let mut bytes = Vec::new();
                self.load(found, found.row.offset() as u64, found.size(), &mut bytes).and_then(|()| {
                    self.parse(found, &bytes, &mut buffer).map(|parsed| parsed.detach(&buffer).into_owned())
                })
            }
        };
        self.finish_record(id, record)
    }

    /// The same, in buffers that are used again.
    pub(crate) fn read_in<'a>(
        &'a self,
        id: DocId,
        scratch: &'a mut ReadScratch,
    ) -> std::result::Result<Record<'a>, Reject> {
        let found = self.readable(id)?;
        let ReadScratch { text, raw, .. } = scratch;
        let bytes = match &found.part.place {
            BytePlace::Held(piece) => piece.get(range(found)).unwrap_or_default(),
            _ => {
                self.load(found, found.row.offset() as u64, found.size(), raw)
                    .map_err(|reason| Reject { source: self.source(id), reason })?;
                raw.as_slice()
            }
        };
        let record = self.parse(found, bytes, text).map(|parsed| parsed.attach(text));
        self.finish_record(id, record)
    }

    /// Gives a record without an id one; rejects it if its id is a repeated one.
    fn finish_record<'a>(
        &self,
        id: DocId,
        record: std::result::Result<Record<'a>, RejectReason>,
    ) -> std::result::Result<Record<'a>, Reject> {
        let mut record = record.map_err(|reason| Reject { source: self.source(id), reason })?;
        if record.id.is_empty() && self.find(id).is_some_and(|found| !found.file.format.is_whole_file()) {
            record.id = Cow::Owned(self.source(id).to_string());
        }
        if self.repeats.is_empty() {
            return Ok(record);
        }
        match self.repeats.binary_search_by_key(&id, |&(repeat, _)| repeat) {
            Ok(place) => {
                let first = self.repeats.get(place).map_or(id, |&(_, first)| first);
                let reason = RejectReason::RepeatedId { id: record.id.into_owned(), first: self.source(first) };
                Err(Reject { source: self.source(id), reason })
            }
            Err(_) => Ok(record),
        }
    }

    /// A record that is not rejected before it is parsed.
    fn readable(&self, id: DocId) -> std::result::Result<LocatedRecord<'_>, Reject> {
        let reject = |reason| Reject { source: self.source(id), reason };
        let found = self.find(id).ok_or_else(|| reject(RejectReason::NotInInput))?;
        if let Some(reason) = &found.part.index.failure {
            return Err(reject(reason.clone()));
        }
        let (size, limit) = (found.size(), self.options.max_record_size);
        if size > limit { Err(reject(RejectReason::TooLarge { size, limit })) } else { Ok(found) }
    }

    fn parse<'a>(
        &self,
        found: LocatedRecord<'a>,
        bytes: &'a [u8],
        buffer: &mut EscapeBuffers,
    ) -> std::result::Result<json_lines::ParsedLine<'a>, RejectReason> {
        match found.file.format {
            InputFormat::JsonLines | InputFormat::Parquet => {
                json_lines::parse(JsonLine::Raw(bytes), &self.options, buffer)
            }
            InputFormat::Csv | InputFormat::Tsv => match &found.file.header {
                Some(header) => header.record(bytes, &self.options).map(json_lines::ParsedLine::whole),
                None => Err(RejectReason::NotInInput),
            },
            #[cfg(feature = "warc")]
            InputFormat::Warc => warc::record(bytes, &self.options).map(json_lines::ParsedLine::whole),
            format => whole_file(format, bytes, found.file.bom, &found.file.relative, &self.options)
                .map(json_lines::ParsedLine::whole),
        }
    }

    /// Fills `bytes` with `length` bytes of a part, from the disk.
    fn load(
        &self,
        found: LocatedRecord<'_>,
        offset: u64,
        length: u64,
        bytes: &mut Vec<u8>,
    ) -> std::result::Result<(), RejectReason> {
        self.fetch(found.part, found.file, offset, length, bytes).map_err(|what| RejectReason::Lost { what })
    }

    /// What went wrong is said without the path.
    fn fetch(
        &self,
        part: &TablePart,
        file: &InputFile,
        offset: u64,
        length: u64,
        bytes: &mut Vec<u8>,
    ) -> std::result::Result<(), String> {
        bytes.clear();
        let length = usize::try_from(length).map_err(|_| "it is larger than memory can be".to_owned())?;
        bytes.resize(length, 0);
        match (&part.place, &self.spill, &file.plain) {
            (BytePlace::Held(piece), ..) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                bytes.copy_from_slice(piece.get(start..start.saturating_add(length)).ok_or("it is gone")?);
                Ok(())
            }
            (BytePlace::InFile, _, Some(plain)) => {
                plain.read(part.index.start + offset, bytes).map_err(|error| error.to_string())
            }
            (BytePlace::Spilled(at), Some(spill), _) => {
                spill.read(at + offset, bytes).map_err(|error| error.to_string())
            }
            _ => {
                bytes.clear();
                Ok(())
            }
        }
    }

    /// Where a record came from.
    #[must_use]
    pub fn source(&self, id: DocId) -> RecordSource {
        let Some(found) = self.find(id) else {
            return RecordSource { path: Arc::from(Path::new(files::STDIN)), line: None, offset: None };
        };
        let index = &found.part.index;
        let lined = matches!(index.shape, PartShape::Lines | PartShape::Rest);
        let line = lined.then(|| found.part.first_line + index.line(found.number));
        let offset = (index.shape == PartShape::Records).then(|| index.start + found.row.offset() as u64);
        RecordSource { path: Arc::clone(&found.file.path), line, offset }
    }

    /// The files that could not be read, and the damaged ends of files, each with its place among the records. Rejects
    /// of single records are found by reading them.
    pub fn rejects(&self) -> impl Iterator<Item = (DocId, Reject)> + '_ {
        self.table.iter().filter_map(|part| {
            let id = DocId::new(part.first as usize);
            Some((id, Reject { source: self.source(id), reason: part.index.failure.clone()? }))
        })
    }

    /// The records that are rejected for repeating an id, ascending.
    pub(crate) fn repeats(&self) -> Vec<DocId> {
        self.repeats.iter().map(|(doc, _)| *doc).collect()
    }

    /// Why each of `rejects`, places of records that were rejected, cannot be read.
    pub fn rejected<'a>(&'a self, rejects: &'a [DocId]) -> impl Iterator<Item = Reject> + 'a {
        rejects.iter().filter_map(|id| self.read(*id).err())
    }

    /// The shown names of all records. Reads the whole input once; a caller that reads it anyway should feed a
    /// [`RepeatedIdsBuilder`] instead.
    ///
    /// # Errors
    /// A record cannot be read again: see [`RejectReason::Lost`].
    pub fn names(&self) -> Result<RepeatedIds> {
        self.collected_ids()?.finish(self)
    }

    /// Reads every record, in input order: faster than asking for them one by one.
    ///
    /// # Errors
    /// A file cannot be read again, or changed since it was read.
    pub fn each(&self, mut each: impl FnMut(DocId, std::result::Result<Record<'_>, Reject>)) -> Result<()> {
        let (mut scratch, mut blocks, mut next) = (ReadScratch::default(), self.blocks(), 0);
        while let Some(block) = blocks.next()? {
            block.read(&mut scratch, |record, _| {
                let id = DocId::new(next);
                each(id, self.finish_record(id, record));
                next += 1;
            });
        }
        Ok(())
    }

    fn collected_ids(&self) -> Result<RepeatedIdsBuilder> {
        let mut names = RepeatedIdsBuilder::default();
        self.each(|id, record| {
            if let Ok(record) = record {
                names.add(id, &record.id);
            }
        })?;
        Ok(names)
    }

    fn part_of(&self, id: DocId) -> Option<&TablePart> {
        let after = self.table.partition_point(|part| part.first as usize <= id.index());
        self.table.get(after.checked_sub(1)?)
    }

    fn find(&self, id: DocId) -> Option<LocatedRecord<'_>> {
        let part = self.part_of(id)?;
        let number = id.index() - part.first as usize;
        let row = *part.index.rows.get(number)?;
        Some(LocatedRecord { part, file: self.files.get(part.index.file as usize)?, row, number })
    }
}

/// Where a record stands in its part's bytes.
fn range(found: LocatedRecord<'_>) -> Range<usize> {
    let start = found.row.offset();
    start..start.saturating_add(usize::try_from(found.size()).unwrap_or(usize::MAX))
}

/// A relative path as an id: `/` between its parts on every system.
pub(super) fn slashes(relative: &Path) -> Cow<'_, str> {
    if std::path::MAIN_SEPARATOR == '/' {
        return relative.to_string_lossy();
    }
    Cow::Owned(relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
}
