//! Reads a corpus again, block by block.

use std::sync::Arc;

use super::Corpus;
use crate::error::Result;
use crate::input::InputFile;
use crate::input::StoragePolicy;
use crate::input::block::{FilePart, OversizedRecord, RecordBlock};
use crate::input::held::{BytePlace, HeldBytes};
#[cfg(feature = "warc")]
use crate::input::record_table::PartShape;
use crate::input::record_table::TablePart;
use crate::input::reject::{Reject, RejectReason};
#[cfg(feature = "warc")]
use crate::input::warc;

/// The blocks of a corpus, read again. As [`BlockReader`](crate::input::BlockReader), but nothing is taken back.
pub(crate) struct CorpusBlocks<'a> {
    corpus: &'a Corpus,
    /// The number of the next part.
    next: usize,
    size: u64,
}

impl CorpusBlocks<'_> {
    /// The next block.
    ///
    /// # Errors
    ///
    /// A file cannot be read again, or has changed.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBlock>> {
        let (mut parts, mut bytes) = (Vec::new(), 0);
        while bytes < self.size {
            let Some(part) = self.corpus.table.parts().get(self.next) else { break };
            parts.push(self.corpus.file_part(part)?);
            bytes += part.index.length;
            // After an error the same part is read again.
            self.next += 1;
        }
        Ok((!parts.is_empty()).then(|| RecordBlock {
            options: Arc::clone(&self.corpus.options),
            pages: Arc::clone(&self.corpus.pages),
            parts,
        }))
    }
}

impl Corpus {
    /// The blocks of this corpus, read again.
    pub(crate) fn blocks(&self) -> CorpusBlocks<'_> {
        self.blocks_of(StoragePolicy::default().block_size as u64)
    }

    /// The same, each of about `size` bytes, but of at least one part as it was first read.
    pub(crate) fn blocks_of(&self, size: u64) -> CorpusBlocks<'_> {
        CorpusBlocks { corpus: self, next: 0, size }
    }

    /// A part as it was first read.
    fn file_part(&self, part: &TablePart) -> Result<FilePart> {
        let index = &part.index;
        let Some(file) = self.files.get(index.file as usize) else {
            return Err(self.reject(part.first(), RejectReason::NotInInput).into());
        };

        let oversized = self.oversized(part);
        let is_skipped = index.failure.is_some() || oversized.is_some();
        let bytes = match &part.place {
            // Shared, not copied.
            BytePlace::Held(bytes) => bytes.clone(),
            _ if !is_skipped => self.part_bytes(part, file, index.length)?,
            // The head of an archive record tells whether it is a document.
            #[cfg(feature = "warc")]
            _ if index.shape == PartShape::Records && index.failure.is_none() => {
                self.part_bytes(part, file, index.length.min(warc::PREFIX as u64))?
            }
            _ => HeldBytes::from(Vec::new()),
        };

        Ok(FilePart {
            file: index.file,
            start: index.start,
            length: index.length,
            shape: index.shape,
            bytes,
            stamp: index.stamp,
            failure: index.failure.clone(),
            oversized,
            format: file.format,
            text: file.format.is_whole_file().then(|| (Arc::clone(&file.relative), file.bom)),
            csv: file.header.clone(),
            is_narrowed: file.wide.is_some(),
        })
    }

    /// The only record of a part if it is too large and not in memory: its bytes are not read again.
    fn oversized(&self, part: &TablePart) -> Option<OversizedRecord> {
        // Its bytes are shared, not copied.
        if matches!(part.place, BytePlace::Held(_)) {
            return None;
        }

        let index = &part.index;
        let row = index.only_oversized(self.options.max_record_size)?;
        let size = index.size(row);
        let before = (row.offset(), index.line(0) as u32);
        Some(OversizedRecord { size, carriage_return: row.carriage_return(), lines: index.lines as u32, before })
    }

    /// The first `length` bytes of a part that is not in memory.
    fn part_bytes(&self, part: &TablePart, file: &InputFile, length: u64) -> Result<HeldBytes> {
        let mut bytes = Vec::new();
        match self.fetch(part, file, 0, length, &mut bytes) {
            Ok(()) => Ok(HeldBytes::from(bytes)),
            Err(reason) => Err(Reject { source: self.source(part.first()), reason }.into()),
        }
    }
}
