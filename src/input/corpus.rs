//! The whole opened input: files, a table of records, and lazy reading.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compression::Compression;
use super::files::{self, Found, Skipped};
use super::names::{Names, NamesBuilder};
use super::open::Opener;
use super::reader::{Block, Blocks, Holding, Input, RawRecord};
use super::reject::{Reason, Reject};
use super::{Format, InputOptions, json_lines, text};
use crate::document::{DocId, Source};
use crate::error::Result;

/// The bytes of one file, decompressed.
pub(super) struct Bytes(Box<[u8]>);

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into_boxed_slice())
    }
}

impl Bytes {
    fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// Where a record stands in its file. The file is found by the record's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    offset: u64,
    /// [`Row::LONG`] for lengths that do not fit; the end is searched then.
    length: u32,
    /// From 1; 0 where the format has no lines.
    line: u32,
}

/// Inputs have many millions of records.
const _: () = assert!(size_of::<Row>() == 16);

impl Row {
    const LONG: u32 = u32::MAX;

    pub(super) fn new(offset: usize, length: usize, line: u32) -> Self {
        Self { offset: offset as u64, length: u32::try_from(length).unwrap_or(Self::LONG), line }
    }
}

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
    pub relative: PathBuf,
    /// How records stand in it.
    pub format: Format,
    /// How it was compressed.
    pub compression: Compression,
    /// Its records' places in the input.
    pub records: Range<usize>,
    /// Whether it begins with a byte order mark. In plain text that is part of the record's raw bytes; in JSON Lines
    /// it stands before the first record and belongs to none.
    pub bom: bool,
    pub(super) bytes: Bytes,
    /// The last record is this reject.
    pub(super) failure: Option<Reason>,
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
    /// see [`Names`].
    pub id: Cow<'a, str>,
    /// The text, decoded; borrowed from the corpus unless it has escapes.
    pub text: Cow<'a, str>,
    /// The further fields asked for, in the order of [`InputOptions::fields`]; `None` for a field that is absent, or
    /// holds neither a string nor a finite number.
    pub fields: Vec<Option<FieldValue>>,
    /// Where the text stands in the raw bytes: its JSON string with quotes, or plain text without its byte order mark.
    pub text_value: Range<usize>,
}

/// The value of a further field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A finite number.
    Number(f64),
    /// A string.
    Text(String),
}

/// The whole input, opened. See the [module](super) for what it holds.
pub struct Corpus {
    options: InputOptions,
    files: Vec<InputFile>,
    rows: Vec<Row>,
    skipped: Skipped,
    /// With `unique_ids`: each record that repeats an id, and the first that has it; sorted.
    repeats: Vec<(DocId, DocId)>,
}

impl Corpus {
    /// Opens files, directories (walked, sorted by name) and standard input (`-`), in the order given.
    ///
    /// # Errors
    /// An option is out of range; a path does not exist; a file that was named itself cannot be read or decompressed
    /// by this build; there are more than 2³² − 2 records. A file in a directory that cannot be read, and damage
    /// inside a compressed file, are rejects.
    pub fn open(paths: &[PathBuf], options: InputOptions) -> Result<Self> {
        Input::open(paths, options)?.reader(Holding::default())?.finish()
    }

    pub(super) fn load(
        options: InputOptions,
        found: Vec<Found>,
        stream: Option<(PathBuf, Box<dyn Read + Send>)>,
        skipped: Skipped,
    ) -> Result<Self> {
        let mut opener = Opener { options: &options, files: Vec::new(), rows: Vec::new() };
        for file in found {
            opener.file(file)?;
        }
        if let Some((name, reader)) = stream {
            opener.stream(name, reader)?;
        }
        let (files, rows) = (opener.files, opener.rows);
        Ok(Self::new(options, files, rows, skipped))
    }

    /// The blocks of this corpus, read again.
    pub(crate) fn blocks(&self) -> Blocks<'_> {
        Blocks::new(self)
    }

    pub(super) fn block(&self, from: usize, size: usize) -> Option<Block> {
        let mut records = Vec::new();
        let mut bytes = 0;
        for id in self.ids().skip(from) {
            let (file, row) = self.find(id)?;
            let failure = file.failure.clone().filter(|_| id.index() + 1 == file.records.end);
            let content = raw(file, row).to_vec();
            bytes += content.len();
            let (format, bom, relative) = (file.format, file.bom, file.relative.clone());
            records.push(RawRecord { bytes: content, format, bom, relative, failure });
            if bytes >= size {
                break;
            }
        }
        (!records.is_empty()).then(|| Block { options: self.options.clone(), records })
    }

    /// With [`InputOptions::unique_ids`]: from now on, every record whose id an earlier record has is rejected by
    /// [`read`](Self::read). `ids` are those of all records that can be read. Returns the records rejected by this, in
    /// input order; without that option there are none.
    ///
    /// # Errors
    ///
    /// A record cannot be read again.
    pub(crate) fn reject_repeats(&mut self, ids: NamesBuilder) -> Result<Vec<DocId>> {
        if !self.options.unique_ids {
            return Ok(Vec::new());
        }
        self.repeats.clear();
        self.repeats = ids.finish(self).repeats();
        Ok(self.repeats.iter().map(|(doc, _)| *doc).collect())
    }

    /// Reads all of `reader`, which goes by `name` in ids and rejects; a format is chosen as for a file of that name.
    ///
    /// # Errors
    /// As [`open`](Self::open) for a file that was named.
    pub fn from_reader(name: impl Into<PathBuf>, reader: impl Read, options: InputOptions) -> Result<Self> {
        options.validate()?;
        let mut opener = Opener { options: &options, files: Vec::new(), rows: Vec::new() };
        opener.stream(name.into(), reader)?;
        let (files, rows) = (opener.files, opener.rows);
        Ok(Self::new(options, files, rows, Skipped::default()))
    }

    /// A corpus of texts in memory, each a record of its own under the id given with it.
    pub fn from_texts<I, S, T>(texts: I) -> Self
    where
        I: IntoIterator<Item = (S, T)>,
        S: AsRef<str>,
        T: Into<String>,
    {
        let options = InputOptions { max_record_size: super::MAX_RECORD_SIZE, ..InputOptions::default() };
        let mut opener = Opener { options: &options, files: Vec::new(), rows: Vec::new() };
        for (id, text) in texts {
            opener.text(id.as_ref(), text.into());
        }
        let (files, rows) = (opener.files, opener.rows);
        Self::new(options, files, rows, Skipped::default())
    }

    fn new(options: InputOptions, files: Vec<InputFile>, rows: Vec<Row>, skipped: Skipped) -> Self {
        let mut corpus = Self { options, files, rows, skipped, repeats: Vec::new() };
        if corpus.options.unique_ids {
            corpus.repeats = corpus.names().repeats();
        }
        corpus
    }

    /// Number of records, rejected ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The ids of all records, in input order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = DocId> + use<> {
        (0..self.rows.len()).map(DocId::new)
    }

    /// Decompressed bytes held.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes.as_slice().len() as u64).sum()
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
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// The file a record stands in; that of the last record for an id that is none of this corpus.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "each file but an empty one has a record, of which 2³² fit")]
    pub fn file_of(&self, id: DocId) -> FileId {
        FileId(
            self.files.partition_point(|file| file.records.end <= id.index()).min(self.files.len().saturating_sub(1))
                as u32,
        )
    }

    /// Reads a record: parses it anew at each call, with the same answer. Takes time linear in the record.
    ///
    /// # Errors
    /// The record is rejected: its [`Reject`] says where it stands and why.
    pub fn read(&self, id: DocId) -> std::result::Result<Record<'_>, Reject> {
        let record = self.parse(id)?;
        match self.repeats.binary_search_by_key(&id, |&(repeat, _)| repeat) {
            Ok(place) => {
                let first = self.repeats.get(place).map_or(id, |&(_, first)| first);
                let reason = Reason::RepeatedId { id: record.id.into_owned(), first: self.source(first) };
                Err(Reject { source: self.source(id), reason })
            }
            Err(_) => Ok(record),
        }
    }

    fn parse(&self, id: DocId) -> std::result::Result<Record<'_>, Reject> {
        let reject = |reason| Reject { source: self.source(id), reason };
        let (file, row) = self.find(id).ok_or_else(|| reject(Reason::NotInInput))?;
        if let (Some(reason), true) = (&file.failure, id.index() + 1 == file.records.end) {
            return Err(reject(reason.clone()));
        }
        let raw = raw(file, row);
        let (size, limit) = (raw.len() as u64, self.options.max_record_size);
        if size > limit {
            return Err(reject(Reason::TooLarge { size, limit }));
        }
        match file.format {
            Format::JsonLines => {
                json_lines::record(raw, &self.options, || format!("{}:{}", file.path.display(), row.line))
            }
            Format::Text => text::record(raw, file.bom, slashes(&file.relative), self.options.fields.len()),
        }
        .map_err(reject)
    }

    /// The bytes of a record as they stand in the (decompressed) file: a line without its line end, or a whole text
    /// file. Empty for a file that could not be read, and for an id that is none of this corpus.
    #[must_use]
    pub fn raw(&self, id: DocId) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.find(id).map_or(&[], |(file, row)| raw(file, row)))
    }

    /// What ends a record's line: `\n`, `\r\n`, or nothing at the end of a file and in plain text.
    #[must_use]
    pub fn line_end(&self, id: DocId) -> &[u8] {
        let Some((file, row)) = self.find(id) else { return &[] };
        let end = row.offset as usize + raw(file, row).len();
        let rest = file.bytes.as_slice().get(end..).unwrap_or_default();
        let length = [&b"\n"[..], b"\r\n"].into_iter().find(|end| rest.starts_with(end)).map_or(0, <[u8]>::len);
        rest.get(..length).unwrap_or_default()
    }

    /// Where a record came from.
    #[must_use]
    pub fn source(&self, id: DocId) -> Source {
        match self.find(id) {
            Some((file, row)) => {
                Source { path: Arc::clone(&file.path), line: (row.line > 0).then_some(u64::from(row.line)) }
            }
            None => Source { path: Arc::from(Path::new(files::STDIN)), line: None },
        }
    }

    /// The raw bytes of a record with another text, and every other byte as it was. In JSON the text is written as a
    /// string with the escapes that are needed and no others.
    ///
    /// # Errors
    /// The record is rejected.
    pub fn rewrite(&self, id: DocId, text: &str) -> std::result::Result<Vec<u8>, Reject> {
        let Range { start, end } = self.read(id)?.text_value;
        let raw = self.raw(id);
        let mut bytes = raw.get(..start).unwrap_or_default().to_vec();
        match self.find(id).map(|(file, _)| file.format) {
            Some(Format::JsonLines) => bytes.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes()),
            _ => bytes.extend_from_slice(text.as_bytes()),
        }
        bytes.extend_from_slice(raw.get(end..).unwrap_or_default());
        Ok(bytes)
    }

    /// The files that could not be read, and the damaged ends of files, each with its place among the records. Rejects
    /// of single records are found by reading them.
    pub fn rejects(&self) -> impl Iterator<Item = (DocId, Reject)> + '_ {
        self.files.iter().filter_map(|file| {
            let id = DocId::new(file.records.end.checked_sub(1)?);
            Some((id, Reject { source: self.source(id), reason: file.failure.clone()? }))
        })
    }

    /// The shown names of all records. Reads the whole input once; a caller that reads it anyway should feed a
    /// [`NamesBuilder`] instead.
    #[must_use]
    pub fn names(&self) -> Names {
        let mut names = NamesBuilder::default();
        for id in self.ids() {
            if let Ok(record) = self.read(id) {
                names.add(id, &record.id);
            }
        }
        names.finish(self)
    }

    fn find(&self, id: DocId) -> Option<(&InputFile, Row)> {
        let row = self.rows.get(id.index())?;
        Some((self.files.get(self.file_of(id).index())?, *row))
    }
}

/// A record's bytes.
fn raw(file: &InputFile, row: Row) -> &[u8] {
    let bytes = file.bytes.as_slice();
    let start = row.offset as usize;
    let end = match (row.length, file.format) {
        (Row::LONG, Format::JsonLines) if row.line > 0 => json_lines::end_of_line(bytes, start),
        (Row::LONG, _) => bytes.len(),
        (length, _) => start + length as usize,
    };
    bytes.get(start..end).unwrap_or_default()
}

/// A relative path as an id: `/` between its parts on every system.
pub(super) fn slashes(relative: &Path) -> Cow<'_, str> {
    if std::path::MAIN_SEPARATOR == '/' {
        return relative.to_string_lossy();
    }
    Cow::Owned(relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
}
