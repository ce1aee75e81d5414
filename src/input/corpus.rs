//! The whole input, read once: files, a table of records, and the bytes from which any record is read again.

use std::sync::Arc;

use super::InputOptions;
use super::SkippedFiles;
use super::file::{FileId, InputFile};
use super::files::STDIN;
use super::kept_pages::KeptPages;
use super::record_table::RecordTable;
use super::reject::Reject;
use crate::document::{DocId, RecordSource};
use crate::spill::SpillFile;

mod blocks;
mod build;
mod bytes;
mod ids;
mod read;
mod whole_fields;

pub(crate) use blocks::CorpusBlocks;
pub(crate) use whole_fields::{WholeField, WholeValue, object_fields};

use read::LocatedRecord;

/// The whole input, read once. The [module](super) says what it keeps.
pub struct Corpus {
    options: Arc<InputOptions>,
    files: Vec<InputFile>,
    table: RecordTable,
    skipped: SkippedFiles,
    /// Bytes on the disk, if there are any.
    spill: Option<SpillFile>,
    /// The pages that were extracted.
    pages: Arc<KeptPages>,
    /// The number of the first files that are references.
    reference_files: usize,
    /// With `unique_ids`: each record that repeats an id, and the first record that has it; sorted.
    repeats: Vec<(DocId, DocId)>,
}

impl Corpus {
    /// How many of the first records are references, which others are compared with: see
    /// [`Input::against`](super::Input::against).
    #[must_use]
    pub fn references(&self) -> usize {
        self.files.get(..self.reference_files).and_then(<[_]>::last).map_or(0, |file| file.records.end)
    }

    /// The files whose records are no references, in input order.
    #[must_use]
    pub fn cleaned_files(&self) -> &[InputFile] {
        debug_assert!(self.reference_files <= self.files.len(), "more references than files");

        self.files.get(self.reference_files..).unwrap_or(&[])
    }

    /// Number of records, rejected ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids of all records, in input order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = DocId> + use<> {
        // No gaps: a rejected record has a place too.
        (0..self.len()).map(DocId::new)
    }

    /// The decompressed bytes in which records were found.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.table.parts().iter().map(|part| part.index.length).sum()
    }

    /// Bytes of the input that were written to a temporary file.
    pub(crate) fn spilled_bytes(&self) -> u64 {
        self.spill.as_ref().map_or(0, SpillFile::len)
    }

    /// The pages that were extracted.
    pub(crate) fn pages(&self) -> &Arc<KeptPages> {
        &self.pages
    }

    /// The options of reading.
    #[must_use]
    pub fn options(&self) -> &InputOptions {
        &self.options
    }

    /// The files, in input order.
    #[must_use]
    pub fn files(&self) -> &[InputFile] {
        &self.files
    }

    /// The entries of directories that were not read.
    #[must_use]
    pub fn skipped(&self) -> &SkippedFiles {
        &self.skipped
    }

    /// The file of a record; `None` for an id that is not in this corpus.
    #[must_use]
    pub fn file_of(&self, id: DocId) -> Option<FileId> {
        self.locate(id).map(|located| FileId(located.entry.part.index.file))
    }

    /// Where a record came from: its file, and its line or its offset. An id that is not in this corpus has the path
    /// `-`, and neither line nor offset.
    #[must_use]
    pub fn source(&self, id: DocId) -> RecordSource {
        let Some(LocatedRecord { file, entry }) = self.locate(id) else {
            return RecordSource { path: std::path::Path::new(STDIN).into(), line: None, offset: None };
        };

        // A line for lines, an offset for archives, neither for whole files.
        let (line, offset) = entry.position();
        RecordSource { path: Arc::clone(&file.path), line, offset }
    }

    /// The files that could not be read, and the damaged ends of files, each at its place among the records. Single
    /// records that are rejected are found by reading them.
    pub fn rejects(&self) -> impl Iterator<Item = (DocId, Reject)> + '_ {
        self.table.parts().iter().filter_map(|part| {
            let id = part.first();
            Some((id, Reject { source: self.source(id), reason: part.index.failure.clone()? }))
        })
    }

    /// The rejects of the records `rejects`; records that can be read are left out.
    pub fn rejected<'a>(&'a self, rejects: &'a [DocId]) -> impl Iterator<Item = Reject> + 'a {
        rejects.iter().filter_map(|id| self.read(*id).err())
    }
}
