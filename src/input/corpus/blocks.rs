//! A corpus read again, block by block.

use std::sync::Arc;

use super::{Corpus, TablePart};
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::block::{FilePart, OversizedRecord, RecordBlock};
use crate::input::held::{BytePlace, HeldBytes};
use crate::input::index::{PartIndex, RecordRow};
use crate::input::{Reject, RejectReason};
#[cfg(feature = "warc")]
use crate::input::{index::PartShape, warc};

/// The blocks of a corpus that was read before. As [`Reader`](super::Reader), but nothing is taken back.
pub(crate) struct CorpusBlocks<'a> {
    corpus: &'a Corpus,
    next: usize,
    size: u64,
}

impl<'a> CorpusBlocks<'a> {
    /// All blocks of `corpus`, each of about `size` bytes.
    pub(super) fn new(corpus: &'a Corpus, size: u64) -> Self {
        Self { corpus, next: 0, size }
    }

    /// The next block.
    ///
    /// # Errors
    ///
    /// A file cannot be read again, or changed since it was read.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBlock>> {
        let (mut parts, mut bytes) = (Vec::new(), 0);
        while bytes < self.size {
            let Some(part) = self.corpus.table.get(self.next) else { break };
            parts.push(self.corpus.part(part)?);
            bytes += part.index.length;
            self.next += 1;
        }
        Ok((!parts.is_empty()).then(|| RecordBlock { options: Arc::clone(&self.corpus.options), parts }))
    }
}

impl Corpus {
    /// A part as it was first read.
    fn part(&self, part: &TablePart) -> Result<FilePart> {
        let TablePart { first, place, index, .. } = part;
        let id = DocId::new(*first as usize);
        let Some(file) = self.files.get(index.file as usize) else {
            return Err(Reject { source: self.source(id), reason: RejectReason::NotInInput }.into());
        };
        // A part of an archive may hold no document.
        let row = index.rows.first().copied().unwrap_or(RecordRow::new(0, 0, false));
        let PartIndex { start, length, shape, stamp, .. } = *index;
        let single = index.rows.len() == 1 && index.size(row) > self.options.max_record_size;
        let unread = index.failure.is_some() || (single && !matches!(place, BytePlace::Held(_)));
        let bytes = match place {
            BytePlace::Held(piece) => piece.clone(),
            #[cfg(feature = "warc")]
            _ if unread && shape == PartShape::Records && index.failure.is_none() => {
                let mut bytes = Vec::new();
                self.fetch(part, file, 0, length.min(warc::PREFIX as u64), &mut bytes).map_err(|what| {
                    Error::from(Reject { source: self.source(id), reason: RejectReason::Lost { what } })
                })?;
                HeldBytes::from(bytes)
            }
            _ if unread => HeldBytes::from(Vec::new()),
            _ => {
                let mut bytes = Vec::new();
                self.fetch(part, file, 0, length, &mut bytes).map_err(|what| {
                    Error::from(Reject { source: self.source(id), reason: RejectReason::Lost { what } })
                })?;
                HeldBytes::from(bytes)
            }
        };
        let oversized = (unread && index.failure.is_none()).then(|| OversizedRecord {
            size: index.size(row),
            carriage_return: row.carriage_return(),
            lines: index.lines as u32,
        });
        let (format, text) = (file.format, file.format.is_whole_file());
        let text = text.then(|| (Arc::clone(&file.relative), file.bom));
        let failure = index.failure.clone();
        let csv = file.header.clone();
        Ok(FilePart { file: index.file, start, length, shape, bytes, stamp, failure, oversized, format, text, csv })
    }
}
