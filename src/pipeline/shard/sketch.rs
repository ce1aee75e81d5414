//! The first stage: what the first pass keeps of one part.

use super::file::{self, ShardReader, ShardWriter};
use super::set::{ShardRun, ShardSet, ShardStage};
use crate::error::{Error, Result};
use crate::input::BlockIndex;
use crate::parallel;
use crate::pipeline::run_task::RunTask;
use crate::pipeline::scanned_block::ScannedBlock;
use crate::spill::{ByteDecoder, ByteEncoder};

/// Marks an entry with a block.
const BLOCK: u8 = 1;
/// Marks the last entry: the number of files, then a block with the sample of words alone.
const LAST: u8 = 2;

impl ShardRun<'_> {
    /// Scans the part `part`, from 1, and leaves its sketch. Reads only the files of the part.
    ///
    /// # Errors
    ///
    /// There is no such part, a named file cannot be read, or the disk refuses.
    pub fn sketch(self, part: usize) -> Result<ShardStage> {
        let Self { set, pipeline, input, progress } = self;
        let part = set.part(part)?;
        let name = set.sketch(part);
        if file::is_whole(&set.directory, name)? {
            return Ok(ShardStage::WasThere);
        }

        let input = input.part(set.files_of(part));
        parallel::with_threads(pipeline.options.threads, || {
            let plan = pipeline.plan()?;
            let mut writer = ShardWriter::new(&set.directory, name)?;
            progress.begin("read", 0);

            let pass = pipeline.first_pass(RunTask::Clusters, &plan, progress);
            let (sampled, files) = pass.over_part(input, |index, scanned| {
                let mut entry = ByteEncoder::default();
                entry.byte(BLOCK);
                entry.bytes(&index.to_bytes());
                scanned.encode(&mut entry);
                writer.entry(&entry.finish())
            })?;

            let mut entry = ByteEncoder::default();
            entry.byte(LAST);
            entry.u32(u32::try_from(files).map_err(|_| Error::internal("a part with more than 2^32 files"))?);
            ScannedBlock { sampled, ..ScannedBlock::default() }.encode(&mut entry);
            writer.entry(&entry.finish())?;
            writer.finish()?;
            Ok(ShardStage::Made)
        })?
    }
}

/// A block of a sketch, with the files of the whole input; its numbers are decoded when they are asked for.
pub(super) struct SketchedBlock<'s> {
    pub(super) index: BlockIndex,
    scanned: ByteDecoder<'s>,
}

impl SketchedBlock<'_> {
    /// The numbers of the block; `None` if they are damaged.
    pub(super) fn scanned(mut self) -> Option<(BlockIndex, ScannedBlock)> {
        let scanned = ScannedBlock::decode(&mut self.scanned)?;
        let is_whole = self.scanned.is_empty() && self.index.records() == scanned.records.len();
        is_whole.then_some((self.index, scanned))
    }
}

impl ShardSet {
    /// Gives the blocks of these parts to `each`, in input order. `each` returns false for a block that it cannot use.
    ///
    /// # Errors
    ///
    /// A sketch is missing, damaged or of another plan; `each` fails.
    pub(super) fn each_block(
        &self,
        parts: impl Iterator<Item = u32>,
        mut each: impl FnMut(SketchedBlock<'_>) -> Result<bool>,
    ) -> Result<()> {
        let (mut first_file, mut entry) = (0_u32, Vec::new());
        for part in parts {
            let mut reader = ShardReader::open(&self.directory, self.sketch(part))?;
            let mut files = 0;
            while reader.next(&mut entry)? {
                let block = decoded(&entry, first_file);
                let (block, of_part) = block.ok_or_else(|| reader.damaged())?;
                files += of_part;
                if !each(block)? {
                    return Err(reader.damaged());
                }
            }
            first_file = first_file.saturating_add(files);
        }
        Ok(())
    }

    /// As [`each_block`](Self::each_block), with the numbers of each block.
    ///
    /// # Errors
    ///
    /// As [`each_block`](Self::each_block).
    pub(super) fn each_scanned(
        &self,
        parts: impl Iterator<Item = u32>,
        each: &mut dyn FnMut(BlockIndex, ScannedBlock) -> Result<()>,
    ) -> Result<()> {
        self.each_block(parts, |block| match block.scanned() {
            Some((index, scanned)) => each(index, scanned).map(|()| true),
            None => Ok(false),
        })
    }
}

/// The block of an entry, and the number of files if it is the last one of its part; `None` if the entry is damaged.
fn decoded(entry: &[u8], first_file: u32) -> Option<(SketchedBlock<'_>, u32)> {
    let mut scanned = ByteDecoder::new(entry);
    match scanned.byte()? {
        BLOCK => {
            let index = BlockIndex::from_bytes(scanned.bytes()?).ok()?.in_files_from(first_file);
            Some((SketchedBlock { index, scanned }, 0))
        }
        LAST => {
            let files = scanned.u32()?;
            Some((SketchedBlock { index: BlockIndex::default(), scanned }, files))
        }
        _ => None,
    }
}
