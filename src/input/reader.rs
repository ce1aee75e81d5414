//! Reads the input once, in blocks of whole records.
//!
//! [`BlockReader::next`] cuts the next block off: the only serial part, and cheap for files that are mapped or read
//! by place. Any thread parses the block. [`BlockReader::accept`] takes the block's index back in input order, so the
//! table of records does not depend on the number of threads. [`BlockReader::finish`] returns what a corpus is made
//! of.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "archives")]
use super::archive::{ArchiveMember, OpenArchive};
use super::block::{FilePart, RecordBlock};
use super::byte_store::ByteStore;
use super::compression::DecompressionLimits;
use super::content;
use super::current_file::{CurrentFile, misfit};
use super::file::InputFile;
use super::files::FoundFile;
use super::format::{UNREAD_ARROW, UNREAD_PARQUET};
use super::held::{BytePlace, PlainFile};
use super::kept_pages::KeptPages;
use super::kind::{self, FileKind};
use super::open::{Input, StoragePolicy, StoredStream};
use super::opener::{FileFailure, FileOpener, OpenedFile, OpenedTable};
use super::record_table::{BlockIndex, PartIndex, RecordTable};
use super::reject::RejectReason;
#[cfg(feature = "archives")]
use super::remedies;
use super::skipped::{SkipReason, SkippedFiles};
use super::{Compression, InputFormat, InputOptions};
use crate::error::{Error, ErrorKind, Remedy, Result};
use crate::spill::SpillFile;

/// The largest number of records that can be numbered.
const MAX_RECORDS: usize = u32::MAX as usize - 1;

/// The largest number of compressed bytes read ahead for threads that decompress one file.
const AHEAD: usize = 32 << 20;

/// A Zstandard window that is accepted under any limit: that of the highest ordinary level.
const LEAST_WINDOW: u64 = 8 << 20;

/// The largest number of parts of a block. Each costs some work of its own.
const MAX_PARTS: usize = 1024;

/// Reads the input in blocks.
pub(crate) struct BlockReader {
    options: Arc<InputOptions>,
    /// About how many bytes a block has.
    block_size: usize,
    /// The largest record whose bytes are held.
    largest: u64,
    opener: FileOpener,
    /// The files that are still to be read.
    found: VecDeque<FoundFile>,
    stream: Option<(PathBuf, StoredStream)>,
    reference_stream: Option<(PathBuf, StoredStream)>,
    skipped: SkippedFiles,
    /// The number of entries of `found` that are references still.
    references_left: usize,
    /// Whether the file that is being read is a reference, or its archive is.
    is_reference: bool,
    /// The number of the first files that are references.
    references: usize,
    /// The archive whose members are being read.
    #[cfg(feature = "archives")]
    archive: Option<OpenArchive>,
    /// The files that were opened.
    files: Vec<InputFile>,
    current: Option<CurrentFile>,
    store: ByteStore,
    pages: Arc<KeptPages>,
    /// The places of parts that were cut off and not yet accepted.
    given: VecDeque<BytePlace>,
    table: RecordTable,
    /// The file of the last accepted part, and the number of the next line in it.
    line: (u32, u64),
}

/// A whole input, read.
pub(crate) struct ReadInput {
    pub(super) options: Arc<InputOptions>,
    pub(super) files: Vec<InputFile>,
    /// The number of the first files that are references.
    pub(super) references: usize,
    pub(super) table: RecordTable,
    /// The bytes on the disk, if there are any.
    pub(super) spill: Option<SpillFile>,
    pub(super) skipped: SkippedFiles,
    pub(super) pages: Arc<KeptPages>,
}

impl Input {
    /// Begins to read.
    ///
    /// # Errors
    ///
    /// The spill directory has no room.
    pub(crate) fn reader(self, policy: StoragePolicy) -> Result<BlockReader> {
        let Self { options, found, stream, skipped, reference_stream, references, meter } = self;
        let limited = policy.memory.is_some() && !policy.map;
        let limits = DecompressionLimits {
            threads: policy.threads,
            ahead: policy.memory.map_or(AHEAD, |memory| AHEAD.min((memory / 8) as usize)),
            // Of a limit for the process, input may take an eighth; a window is used only while it is read.
            window: policy.memory.map_or(u64::MAX, |memory| (2 * memory).max(LEAST_WINDOW)),
        };

        Ok(BlockReader {
            options: Arc::new(options),
            // Offsets in a part must stay below 2³¹.
            block_size: policy.block_size.clamp(1, 1 << 30),
            largest: policy.largest.unwrap_or(u64::MAX),
            opener: FileOpener::new(limited, limits, meter),
            store: ByteStore::new(&policy),
            pages: policy.pages.unwrap_or_else(|| Arc::new(KeptPages::new(policy.memory, policy.room))),
            found,
            stream,
            reference_stream,
            skipped,
            references_left: references,
            is_reference: false,
            references: 0,
            #[cfg(feature = "archives")]
            archive: None,
            files: Vec::new(),
            current: None,
            given: VecDeque::new(),
            table: RecordTable::default(),
            line: (u32::MAX, 1),
        })
    }
}

impl BlockReader {
    /// The same reader, which keeps no bytes: its blocks are read once, and [`accept`](Self::accept) is not called.
    pub(crate) fn forgetting(mut self) -> Self {
        self.store.forget();
        self
    }

    /// As [`next`](Self::next), for a reader that keeps no bytes.
    pub(crate) fn next_forgotten(&mut self) -> Result<Option<RecordBlock>> {
        self.given.clear();
        self.next()
    }

    /// The next block of whole records, in input order; `None` at the end. One thread at a time may call it.
    ///
    /// # Errors
    ///
    /// A file that was named cannot be read; the disk refuses what is spilled; there are more than 2³² − 2 records.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBlock>> {
        self.check_count()?;

        let size = self.block_size as u64;
        let (mut parts, mut bytes) = (Vec::new(), 0);
        while bytes < size && parts.len() < MAX_PARTS {
            // A block may hold parts of many small files.
            let left = usize::try_from(size - bytes).unwrap_or(usize::MAX);
            if let Some((part, place)) = self.next_part(left)? {
                bytes += part.length;
                self.given.push_back(place);
                parts.push(part);
            } else if self.current.is_none() && !self.open_next()? {
                break;
            }
        }
        Ok((!parts.is_empty()).then(|| RecordBlock {
            options: Arc::clone(&self.options),
            pages: Arc::clone(&self.pages),
            parts,
        }))
    }

    /// The next part of the current file, and where its bytes are kept; `None` if no file is open, or it has no more
    /// parts.
    fn next_part(&mut self, size: usize) -> Result<Option<(FilePart, BytePlace)>> {
        let Some(current) = &mut self.current else { return Ok(None) };
        let held = self.opener.limited.then(|| self.largest.min(self.options.max_record_size));
        let part = current.next_part(size, held, &self.options, &mut self.store)?;
        if let Some((part, _)) = part.as_ref().filter(|_| current.is_stored()) {
            self.opener.meter.add(part.length);
        }
        if current.ended() {
            self.current = None;
        }
        Ok(part)
    }

    fn check_count(&self) -> Result<()> {
        match self.files.last() {
            Some(file) if self.table.len() > MAX_RECORDS => {
                let expected = format!("at most {MAX_RECORDS} records in one run");
                Err(Error::parameter("inputs", file.path.display(), expected))
            }
            _ => Ok(()),
        }
    }

    /// Takes back the index of a block. Blocks come back in the order in which they were given.
    pub(crate) fn accept(&mut self, index: BlockIndex) {
        for part in index.parts {
            let place = self.given.pop_front();
            debug_assert!(place.is_some(), "a part came back that was not given");

            // Lines are counted per file; a CSV header precedes the first record.
            if part.file != self.line.0 {
                let header = self.files.get(part.file as usize).and_then(|file| file.header.as_ref());
                self.line = (part.file, 1 + header.map_or(0, |header| header.lines()));
            }
            let first_line = self.line.1;
            self.line.1 += part.lines;
            self.table.push(part, first_line, place.unwrap_or(BytePlace::Nowhere));
        }
    }

    /// The input, after every block was accepted.
    ///
    /// # Errors
    ///
    /// The disk refuses what is spilled; there are too many records.
    pub(crate) fn finish(self) -> Result<ReadInput> {
        // The last block may have exceeded the limit.
        self.check_count()?;
        let Self { options, files, references, table, store, skipped, pages, .. } = self;
        Ok(ReadInput { options, files, references, table, spill: store.finish()?, skipped, pages })
    }

    /// Goes on after the blocks of an earlier run over the same input, as if they had been given and accepted. Plain
    /// files are not read for it; streams and compressed files are, as their bytes have to be kept.
    ///
    /// # Errors
    ///
    /// The input is another one, or changed; the errors of [`next`](Self::next).
    pub(crate) fn resume(&mut self, done: Vec<BlockIndex>) -> Result<()> {
        // The blocks may be larger or smaller than those of this run: the parts decide.
        for index in done {
            for part in &index.parts {
                let place = self.resume_part(part)?;
                self.given.push_back(place);
            }
            self.accept(index);
        }
        Ok(())
    }

    /// Passes over a part that an earlier run has read.
    fn resume_part(&mut self, part: &PartIndex) -> Result<BytePlace> {
        // The part may be the first one of a later file.
        let is_open = |reader: &Self| reader.files.len() > part.file as usize;
        while self.current.is_none() || !is_open(self) {
            if is_open(self) || !self.open_next()? {
                return Err(self.changed());
            }
        }

        let Some(current) = &mut self.current else { return Err(self.changed()) };
        let place = current.resume(part, self.block_size, &self.options, &mut self.store)?;
        if current.ended() {
            self.current = None;
        }
        place.ok_or_else(|| self.changed())
    }

    /// The error of a resumed run whose input is another one.
    fn changed(&self) -> Error {
        // Without any file, it is the input as a whole that changed.
        let path = self.files.last().map_or_else(|| PathBuf::from("the input"), |file| file.path.to_path_buf());
        let what = "is not as the interrupted run found it".to_owned();
        ErrorKind::Unreadable { path, what, remedy: "start again in an empty work directory".into() }.into()
    }

    /// Opens the next file, or passes over one that is not read; `false` after the last.
    fn open_next(&mut self) -> Result<bool> {
        #[cfg(feature = "archives")]
        if let Some(archive) = &mut self.archive {
            if let Some(at) = archive.position() {
                self.opener.meter.set(at);
            }
            match archive.next() {
                Some(member) => self.begin_member(member)?,
                None => self.archive = None,
            }
            return Ok(true);
        }

        if let Some(references) = self.reference_stream.take() {
            self.is_reference = true;
            return self.open_stream(references);
        }

        if let Some(found) = self.found.pop_front() {
            self.is_reference = self.references_left > 0;
            self.references_left = self.references_left.saturating_sub(1);
            self.opener.meter.begin(std::fs::metadata(found.place()).map_or(0, |metadata| metadata.len()));
            self.open_found(found)?;
            return Ok(true);
        }

        self.opener.meter.begin(0);

        // An input is either files or one stream; the files before a stream are references.
        debug_assert!(self.stream.is_none() || self.references_left == 0, "the files before a stream are references");
        self.is_reference = false;
        match self.stream.take() {
            Some(stream) => self.open_stream(stream),
            None => Ok(false),
        }
    }

    fn open_stream(&mut self, (path, stored): (PathBuf, StoredStream)) -> Result<bool> {
        let opened = match stored {
            StoredStream::Stream(reader) => self.opener.stream(reader),
            StoredStream::Bytes(bytes) => self.opener.bytes(bytes),
        };
        let opened = opened.map_err(|failure| failure.fatal(path.clone()))?;
        self.begin_opened(FoundFile::stream(path), opened)?;
        Ok(true)
    }

    /// Opens a file of the file system. If it was found in a directory, what is wrong with it becomes a reject.
    fn open_found(&mut self, mut found: FoundFile) -> Result<()> {
        if let Some(what) = found.broken.take() {
            return self.begin(found, Err(RejectReason::Unreadable { what, remedy: None }), None);
        }

        if let Some(opened) = self.opener.parquet(&found.path, found.place(), &self.options) {
            return self.begin_table(found, opened, InputFormat::Parquet);
        }

        match self.opener.file(found.place()) {
            Ok(opened) => self.begin_opened(found, opened),
            Err(failure) => self.fail(found, failure),
        }
    }

    /// Begins Parquet or Arrow.
    fn begin_table(&mut self, found: FoundFile, opened: OpenedTable, format: InputFormat) -> Result<()> {
        match opened {
            Ok((opened, table)) => self.begin(found, Ok(opened), Some((table, format))),
            Err((what, remedy)) => {
                let reason = misfit(&found.path, found.named, what, remedy)?;
                self.begin(found, Err(reason), None)
            }
        }
    }

    /// Begins a file as what its first bytes say it is.
    fn begin_opened(&mut self, found: FoundFile, mut opened: OpenedFile) -> Result<()> {
        let kind = kind::of_file(&found.path, &mut opened.bytes, &self.options);
        match kind {
            FileKind::Records
                if found.sniffed && content::announced(&mut opened.bytes, self.options.max_record_size).is_none() =>
            {
                self.skipped.push(found.path, SkipReason::Unknown);
                #[cfg(feature = "archives")]
                if let Some(archive) = &mut self.archive {
                    archive.pass_over();
                }
                Ok(())
            }
            FileKind::Records => self.begin(found, Ok(opened), None),
            FileKind::Tar | FileKind::Zip => self.begin_archive(found, opened, kind),
            FileKind::Arrow | FileKind::Parquet => {
                let (format, (what, remedy)) = match kind {
                    FileKind::Arrow => (InputFormat::Arrow, UNREAD_ARROW),
                    _ => (InputFormat::Parquet, UNREAD_PARQUET),
                };
                let is_plain = found.archive.is_none() && opened.compression == Compression::None;
                let table = match format {
                    InputFormat::Arrow if is_plain => self.opener.arrow(found.place(), &self.options),
                    _ if is_plain => self.opener.parquet_at(found.place(), &self.options),
                    _ => None,
                };
                let Some(table) = table else {
                    let reason = misfit(&found.path, found.named, what.to_owned(), remedy)?;
                    return self.begin(found, Err(reason), None);
                };
                self.begin_table(found, table, format)
            }
            FileKind::Unread(what, remedy) => self.refuse(found, format!("{what}, which is not read"), remedy),
        }
    }

    #[cfg(feature = "archives")]
    fn begin_archive(&mut self, found: FoundFile, opened: OpenedFile, kind: FileKind) -> Result<()> {
        if found.archive.is_some() {
            return self.refuse(found, "an archive inside an archive".to_owned(), remedies::UNPACK_NESTED);
        }

        let format = self.options.format;
        let archive = match kind {
            FileKind::Zip => OpenArchive::zip(&found, opened, format, self.opener.meter.clone()),
            _ => Ok(OpenArchive::tar(&found, opened, format)),
        };
        match archive {
            Ok(archive) => {
                self.archive = Some(archive);
                Ok(())
            }
            Err((what, remedy)) => self.refuse(found, what, remedy),
        }
    }

    #[cfg(not(feature = "archives"))]
    fn begin_archive(&mut self, found: FoundFile, _: OpenedFile, _: FileKind) -> Result<()> {
        let (what, remedy) = kind::UNREAD_ARCHIVE;
        self.refuse(found, format!("{what}, which is not read"), remedy)
    }

    /// Begins a member of the current archive, unless it is skipped.
    #[cfg(feature = "archives")]
    fn begin_member(&mut self, member: ArchiveMember) -> Result<()> {
        match member {
            ArchiveMember::Skipped { path, reason } => {
                self.skipped.push(path, reason);
                Ok(())
            }
            ArchiveMember::Broken { found, reason } => self.begin(found, Err(reason), None),
            ArchiveMember::File { found, content: Err(reason) } => self.begin(found, Err(reason), None),
            ArchiveMember::File { found, content: Ok(opened) } => match self.opener.member(opened) {
                Ok(opened) => self.begin_opened(found, opened),
                Err(failure) => self.fail(found, failure),
            },
        }
    }

    /// A file that cannot be opened: an error if it was named, else a reject.
    fn fail(&mut self, found: FoundFile, failure: FileFailure) -> Result<()> {
        if found.named {
            return Err(failure.fatal(found.path));
        }
        self.begin(found, Err(failure.rejected()), None)
    }

    /// A file that is not read for what it is: an error if it was named, else a reject.
    fn refuse(&mut self, found: FoundFile, what: String, remedy: Remedy) -> Result<()> {
        if found.named {
            return Err(ErrorKind::Unreadable { path: found.path, what, remedy }.into());
        }
        self.begin(found, Err(RejectReason::Unreadable { what, remedy: Some(remedy) }), None)
    }

    fn begin(
        &mut self,
        found: FoundFile,
        opened: std::result::Result<OpenedFile, RejectReason>,
        table: Option<(Arc<PlainFile>, InputFormat)>,
    ) -> Result<()> {
        let number = self.files.len() as u32;
        let (current, file) = CurrentFile::begin(number, found, opened, table, &self.options)?;
        self.current = Some(current);
        self.files.push(file);
        self.references += usize::from(self.is_reference);
        Ok(())
    }
}
