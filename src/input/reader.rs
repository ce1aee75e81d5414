//! One pass over the input in blocks: listed first, read block by block, parsed in parallel, kept as a [`Corpus`].

use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::corpus::{Corpus, Record};
use super::files::{self, Found, Skipped};
use super::reject::Reason;
use super::{Format, InputOptions, json_lines, text};
use crate::document::DocId;
use crate::error::{ErrorKind, Result};
use crate::spill::Room;

/// What was asked for: listed and validated, nothing read yet.
pub struct Input {
    options: InputOptions,
    found: VecDeque<Found>,
    stream: Option<(PathBuf, Box<dyn Read + Send>)>,
    skipped: Skipped,
}

/// How a corpus holds its bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Holding {
    /// `None`: plain files are mapped, streams and compressed files are held decompressed in memory. With a limit nothing is
    /// mapped: plain files are read block by block and again by place; streams and compressed files are held up to so
    /// many bytes in all, and beyond that spilled to `room`.
    pub memory: Option<u64>,
    /// Where to spill; without it everything is held in memory whatever the limit.
    pub room: Option<Room>,
    /// About how many bytes a block has; a record larger than that is a block of its own.
    pub block_size: usize,
    /// Threads that may decompress one block.
    pub threads: usize,
}

impl Default for Holding {
    fn default() -> Self {
        Self { memory: None, room: None, block_size: 2 << 20, threads: 1 }
    }
}

impl Input {
    /// Lists files, directories (walked, sorted by name) and standard input (`-`), in the order given.
    ///
    /// # Errors
    ///
    /// An option is out of range; a path does not exist.
    pub fn open(paths: &[PathBuf], options: InputOptions) -> Result<Self> {
        options.validate()?;
        let mut skipped = Skipped::default();
        let found = files::list(paths, &mut skipped)?.into();
        Ok(Self { options, found, stream: None, skipped })
    }

    /// An input of one stream, which goes by `name` in ids and rejects; a format is chosen as for a file of that name.
    ///
    /// # Errors
    ///
    /// An option is out of range.
    pub fn from_reader(
        name: impl Into<PathBuf>,
        reader: impl Read + Send + 'static,
        options: InputOptions,
    ) -> Result<Self> {
        options.validate()?;
        let stream = Some((name.into(), Box::new(reader) as Box<dyn Read + Send>));
        Ok(Self { options, found: VecDeque::new(), stream, skipped: Skipped::default() })
    }

    /// The files that will be read, as `(path, relative path)`, in input order.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let stream = self.stream.iter().map(|(name, _)| (name.as_path(), name.as_path()));
        self.found.iter().map(|found| (found.path.as_path(), found.relative.as_path())).chain(stream)
    }

    /// How it will be read.
    #[must_use]
    pub fn options(&self) -> &InputOptions {
        &self.options
    }

    /// What directories held that will not be read.
    #[must_use]
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Begins to read.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub(crate) fn reader(self, holding: Holding) -> Result<Reader> {
        let corpus = Corpus::load(self.options, self.found.into(), self.stream, self.skipped)?;
        Ok(Reader { corpus, next: 0, holding })
    }
}

/// Gives the input in blocks, and takes back what was found in them.
pub(crate) struct Reader {
    corpus: Corpus,
    next: usize,
    holding: Holding,
}

impl Reader {
    /// The serial part, to be called by whichever thread wants more: the next block of whole records, in input order;
    /// `None` at the end.
    ///
    /// # Errors
    ///
    /// A file that was named cannot be read, or the disk refuses what is spilled.
    pub(crate) fn next(&mut self) -> Result<Option<Block>> {
        let block = self.corpus.block(self.next, self.holding.block_size);
        self.next += block.as_ref().map_or(0, |block| block.records.len());
        Ok(block)
    }

    /// Takes back what was found in a block. Blocks come in the order in which they were given.
    pub(crate) fn accept(&mut self, index: BlockIndex) {
        drop(index);
    }

    /// The place that the first record of the next accepted block will have.
    pub(crate) fn accepted(&self) -> DocId {
        DocId::new(self.next)
    }

    /// The corpus, after every block was accepted.
    ///
    /// # Errors
    ///
    /// The disk refuses what is spilled.
    pub(crate) fn finish(self) -> Result<Corpus> {
        Ok(self.corpus)
    }

    /// Goes on after the blocks of an earlier run over the same input, as if they had been given and accepted.
    ///
    /// # Errors
    ///
    /// The input is another one, or changed.
    pub(crate) fn resume(&mut self, done: Vec<BlockIndex>) -> Result<()> {
        self.next += done.iter().map(BlockIndex::records).sum::<usize>();
        Ok(())
    }
}

/// The blocks of a corpus that was read before. As [`Reader`], but nothing is taken back.
pub(crate) struct Blocks<'a> {
    corpus: &'a Corpus,
    next: usize,
    size: usize,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(corpus: &'a Corpus) -> Self {
        Self { corpus, next: 0, size: Holding::default().block_size }
    }

    /// The next block.
    ///
    /// # Errors
    ///
    /// A file cannot be read again, or changed since it was read.
    pub(crate) fn next(&mut self) -> Result<Option<Block>> {
        let block = self.corpus.block(self.next, self.size);
        self.next += block.as_ref().map_or(0, |block| block.records.len());
        Ok(block)
    }
}

/// Some whole records in input order.
pub(crate) struct Block {
    pub(super) options: InputOptions,
    pub(super) records: Vec<RawRecord>,
}

/// A record not parsed yet.
pub(super) struct RawRecord {
    pub(super) bytes: Vec<u8>,
    pub(super) format: Format,
    pub(super) bom: bool,
    pub(super) relative: PathBuf,
    pub(super) failure: Option<Reason>,
}

/// Buffers that one thread reads blocks with.
#[derive(Debug, Default)]
pub(crate) struct Scratch {}

impl Block {
    /// The parallel part: splits the block into records and parses each once. Calls `each` in order with the record, or
    /// the reason of its rejection, and the number of its raw bytes. A record without an id of its own has an empty one
    /// here, as its line number is not known yet; [`Corpus::read`] gives the full id, `PATH:LINE`.
    pub(crate) fn read(
        &self,
        scratch: &mut Scratch,
        mut each: impl FnMut(std::result::Result<Record<'_>, Reason>, usize),
    ) -> BlockIndex {
        let _ = scratch;
        for record in &self.records {
            each(self.parse(record), record.bytes.len());
        }
        BlockIndex { records: self.records.len() }
    }

    fn parse<'a>(&self, record: &'a RawRecord) -> std::result::Result<Record<'a>, Reason> {
        if let Some(failure) = &record.failure {
            return Err(failure.clone());
        }
        let (size, limit) = (record.bytes.len() as u64, self.options.max_record_size);
        if size > limit {
            return Err(Reason::TooLarge { size, limit });
        }
        match record.format {
            Format::JsonLines => json_lines::record(&record.bytes, &self.options, String::new),
            Format::Text => {
                let id = super::corpus::slashes(&record.relative);
                text::record(&record.bytes, record.bom, id, self.options.fields.len())
            }
        }
    }
}

/// Where the records of a block stand: what a corpus keeps of it, and what a work directory stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockIndex {
    records: usize,
}

impl BlockIndex {
    /// Number of records, rejected ones included.
    pub(crate) fn records(&self) -> usize {
        self.records
    }

    /// As bytes for a work directory.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        (self.records as u64).to_le_bytes().to_vec()
    }

    /// What [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// The bytes are something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match bytes.try_into() {
            Ok(bytes) => Ok(Self { records: u64::from_le_bytes(bytes) as usize }),
            Err(_) => Err(ErrorKind::Corrupt { what: "block index", offset: 0, reason: "has another length" }.into()),
        }
    }
}
