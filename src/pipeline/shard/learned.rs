//! The file of the frequencies that a merge learned.

use super::file::{FileDigest, ShardFileKind, ShardReader, ShardWriter};
use super::set::ShardSet;
use crate::error::Result;
use crate::lsh::containment::HashCounts;
use crate::pipeline::learned_codec;
use crate::pipeline::learned_frequencies::LearnedFrequencies;
use crate::pipeline::word_sample::WordSample;

/// What pairs of a run are judged by.
pub(super) struct StoredLearned<'a> {
    /// Number of distinct texts.
    pub(super) texts: usize,
    pub(super) sampled: &'a WordSample,
    pub(super) trigrams: Option<HashCounts>,
}

impl ShardSet {
    /// Writes the frequencies of a merge of `sketches`.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn write_learned(&self, sketches: FileDigest, learned: Option<StoredLearned<'_>>) -> Result<()> {
        let name = self.name(ShardFileKind::Learned, 0, sketches);
        let mut writer = ShardWriter::new(&self.directory, name)?;
        if let Some(StoredLearned { texts, sampled, trigrams }) = learned {
            writer.entry(&learned_codec::encoded(texts, sampled, trigrams.as_ref()))?;
        }
        writer.finish()
    }

    /// The frequencies that a merge of `sketches` learned; `None` if pairs are not judged.
    ///
    /// # Errors
    ///
    /// The file is missing, stale or damaged.
    pub(super) fn learned(&self, sketches: FileDigest, seed: u64) -> Result<Option<LearnedFrequencies>> {
        let name = self.name(ShardFileKind::Learned, 0, sketches);
        let (mut reader, mut entry) = (ShardReader::open(&self.directory, name)?, Vec::new());
        let mut learned = None;
        while reader.next(&mut entry)? {
            learned = Some(learned_codec::decoded(&entry, seed).ok_or_else(|| reader.damaged())?);
        }
        Ok(learned)
    }
}
