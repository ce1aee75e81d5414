//! From an input to a corpus.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Corpus;
use crate::error::{Error, Result};
use crate::input::SkippedFiles;
use crate::input::file::InputFile;
use crate::input::held::{BytePlace, HeldBytes};
use crate::input::kept_pages::KeptPages;
use crate::input::reader::ReadInput;
use crate::input::record_table::{PartIndex, RecordTable};
use crate::input::{Compression, EncodingChoice, Input, InputFormat, InputOptions, MAX_RECORD_SIZE, StoragePolicy};

impl Corpus {
    /// Opens files, directories (walked, sorted by name) and standard input (`-`), in the order given, and reads them
    /// once. Plain files are mapped, and must not be truncated as long as the corpus lives: the system then ends the
    /// process.
    ///
    /// # Errors
    /// An option is out of range; a path does not exist; a file that was named itself cannot be read or decompressed
    /// by this build; there are more than 2³² − 2 records. A file in a directory that cannot be read, and damage
    /// inside any file, are rejects instead.
    pub fn open(paths: &[PathBuf], options: InputOptions) -> Result<Self> {
        Self::read_once(Input::open(paths, options)?, StoragePolicy::default())
    }

    /// Reads all of `reader`. `name` is its path in ids and rejects, and chooses the format.
    ///
    /// # Errors
    /// As [`open`](Self::open) for a file that was named.
    pub fn from_reader(name: impl Into<PathBuf>, mut reader: impl Read, options: InputOptions) -> Result<Self> {
        let (name, mut bytes) = (name.into(), Vec::new());
        reader.read_to_end(&mut bytes).map_err(|error| Error::io("read", &name, error))?;
        Self::read_once(Input::from_bytes(name, bytes, options)?, StoragePolicy::default())
    }

    /// Reads `input` on this thread, and keeps its bytes as `policy` says.
    ///
    /// # Errors
    /// As [`open`](Self::open); the disk refuses what does not fit in memory.
    pub fn read_once(input: Input, policy: StoragePolicy) -> Result<Self> {
        let mut reader = input.reader(policy)?;
        while let Some(block) = reader.next()? {
            reader.accept(block.split());
        }

        let mut corpus = Self::assemble(reader.finish()?);
        // Repeats are known only when all lines are counted: an id may be a line number.
        if corpus.options.unique_ids {
            let ids = corpus.collected_ids()?;
            corpus.reject_repeats(ids)?;
        }
        Ok(corpus)
    }

    /// A corpus of texts in memory, one record each, under the ids given with them. Texts are taken literally.
    pub fn from_texts<I, S, T>(texts: I) -> Self
    where
        I: IntoIterator<Item = (S, T)>,
        S: AsRef<str>,
        T: Into<String>,
    {
        // No text is rejected for its size, and none is repaired.
        let encoding = EncodingChoice::Strict;
        let options = InputOptions { max_record_size: MAX_RECORD_SIZE, encoding, ..InputOptions::default() };

        let (mut files, mut table) = (Vec::new(), RecordTable::default());
        for (number, (id, text)) in texts.into_iter().enumerate() {
            let bytes = HeldBytes::from(text.into().into_bytes());
            table.push(PartIndex::text(number, bytes.len() as u64), 1, BytePlace::Held(bytes));
            files.push(text_file(id.as_ref()));
        }

        Self::assemble(ReadInput {
            options: Arc::new(options),
            files,
            references: 0,
            table,
            spill: None,
            skipped: SkippedFiles::default(),
            pages: Arc::new(KeptPages::new(None, None)),
        })
    }

    /// The corpus of an input that was read.
    pub(crate) fn assemble(input: ReadInput) -> Self {
        let ReadInput { options, mut files, references, table, spill, skipped, pages } = input;

        // Parts are in the order of their files.
        let mut parts = table.parts().iter().peekable();
        let mut end = 0;
        for (number, file) in files.iter_mut().enumerate() {
            let start = end;
            while let Some(part) = parts.next_if(|part| part.index.file as usize == number) {
                end += part.index.rows.len();
            }
            file.records = start..end;
        }
        debug_assert!(parts.next().is_none(), "a part of a file that was not read");

        Self { options, files, table, skipped, spill, pages, reference_files: references, repeats: Vec::new() }
    }
}

/// A text in memory as a file, whose path is the text's id.
fn text_file(id: &str) -> InputFile {
    let path: Arc<Path> = Path::new(id).into();
    InputFile {
        relative: Arc::clone(&path),
        path,
        format: InputFormat::Text,
        compression: Compression::None,
        records: 0..0,
        bom: false,
        wide: None,
        layout: None,
        plain: None,
        archive: None,
        is_failed: false,
        header: None,
        table: None,
    }
}
