//! The first pass over an input, or over a corpus that was read before: everything is read once, in blocks.

use std::sync::atomic::{AtomicU64, Ordering};

use super::fields::FieldParts;
use super::memory::{MemoryPlan, PER_BLOCK_BYTE};
use super::path::RouteSet;
use super::scan::{BlockScanner, ScannedBlock};
use super::tables::{self, RunTables};
use super::work::WorkDir;
use super::{Options, Progress, nodes, returning};
use crate::error::Result;
use crate::input::{BlockIndex, BlockReader, Corpus, CorpusBlocks, Input, RecordBlock, RepeatedIds, StoragePolicy};
use crate::page::{LineCounter, ReturningLines, UnitLevel};
use crate::parallel;
use crate::spill::SpillDir;

/// What scans, and what it goes by.
pub(super) struct FirstPass<'a> {
    pub(super) options: &'a Options,
    pub(super) paths: &'a RouteSet,
    pub(super) plan: &'a MemoryPlan,
    /// Whether passages are looked for, and nothing else.
    pub(super) words: bool,
    pub(super) progress: &'a dyn Progress,
}

impl FirstPass<'_> {
    /// Reads and scans `input`. With a work directory, blocks that an earlier run finished are taken from there.
    ///
    /// # Errors
    ///
    /// A file that was named cannot be read; the disk refuses; the tables outgrow the memory.
    pub(super) fn over_input(&self, input: Input, work: Option<&WorkDir>) -> Result<(Corpus, RunTables, RepeatedIds)> {
        let room = work.map_or_else(|| self.plan.room(), WorkDir::room);
        let holding = self.holding(&input, room);
        let parts = FieldParts::new(self.options, input.options());
        let mut tables = RunTables::new(self.paths, self.plan);
        if self.learns() {
            self.progress.begin("learn", 0);
            let field = self.options.source_field.as_deref();
            tables.returning = returning::of_input(&input, holding.clone(), field, self.plan, self.progress)?;
            self.progress.begin("read", 0);
        }
        let known = tables.returning.clone();
        let mut reader = input.reader(holding)?;
        let mut journal = None;
        if let Some(work) = work {
            let mut done = Vec::new();
            journal = Some(work.blocks(|index, scanned| {
                done.push(index);
                self.append(&mut tables, scanned)
            })?);
            reader.resume(done)?;
        }
        let mut indices = Vec::new();
        let known = known.as_deref();
        let mut reader =
            self.run(reader, BlockReader::next, parts, known, 2 * self.plan.block(), |index, scanned| {
                if let Some(journal) = &mut journal {
                    journal.append(&index, &scanned)?;
                }
                indices.push(index);
                self.append(&mut tables, scanned)
            })?;
        for index in indices {
            reader.accept(index);
        }
        let mut corpus = Corpus::assemble(reader.finish()?);
        tables.finish()?;
        let names = self.names(&mut corpus, &mut tables)?;
        Ok((corpus, tables, names))
    }

    /// How an input is read: its bytes, as far as they are kept, in `room` if they do not fit in the memory.
    pub(super) fn holding(&self, input: &Input, room: &SpillDir) -> StoragePolicy {
        StoragePolicy {
            memory: self.plan.input(),
            map: self.options.map && self.plan.maps(input.bytes()),
            room: Some(room.clone()),
            block_size: self.plan.block() as usize,
            threads: parallel::threads(),
        }
    }

    /// Scans what was read before.
    ///
    /// # Errors
    ///
    /// A record cannot be read again; the disk refuses; the tables outgrow the memory.
    pub(super) fn over_corpus(&self, corpus: &Corpus) -> Result<(RunTables, RepeatedIds)> {
        let mut tables = RunTables::new(self.paths, self.plan);
        let parts = FieldParts::new(self.options, corpus.options());
        if self.learns() {
            self.progress.begin("learn", corpus.len() as u64);
            let field = self.options.source_field.as_deref();
            self.plan.require(LineCounter::BYTES, returning::COUNTS)?;
            let blocks = corpus.blocks_of(self.plan.block());
            tables.returning = Some(returning::of_blocks(blocks, corpus.options(), field, self.progress)?);
            self.progress.begin("read", corpus.len() as u64);
        }
        let known = tables.returning.clone();
        // The bytes are held by the caller or were planned for when the corpus was read.
        let known = known.as_deref();
        self.run(corpus.blocks_of(self.plan.block()), CorpusBlocks::next, parts, known, u64::MAX, |_, scanned| {
            self.append(&mut tables, scanned)
        })?;
        tables.finish()?;
        tables.reject(&corpus.repeats(), tables::REPEATED_ID);
        let names = std::mem::take(&mut tables.names).finish(corpus)?;
        Ok((tables, names))
    }

    /// Whether pages are cut with what is known of the others.
    fn learns(&self) -> bool {
        self.options.unit == UnitLevel::Story && !self.words
    }

    fn run<S: Send>(
        &self,
        source: S,
        next: impl Fn(&mut S) -> Result<Option<RecordBlock>> + Sync,
        parts: FieldParts,
        known: Option<&ReturningLines>,
        planned: u64,
        mut collect: impl FnMut(BlockIndex, ScannedBlock) -> Result<()>,
    ) -> Result<S> {
        // Records far larger than a block were not planned for: they are counted while they are under way.
        let large = |block: &RecordBlock| Some(block.len()).filter(|length| *length > planned);
        let under_way = AtomicU64::new(0);
        let next = |source: &mut S| {
            let block = next(source)?;
            if let Some(length) = block.as_ref().and_then(large) {
                let all = under_way.fetch_add(length, Ordering::Relaxed) + length;
                self.plan.require(all * PER_BLOCK_BYTE, "records of so many bytes")?;
            }
            Ok(block)
        };
        let scan = |scanner: &mut BlockScanner<'_>, block: RecordBlock| {
            let scanned = scanner.scan(&block);
            under_way.fetch_sub(large(&block).unwrap_or(0), Ordering::Relaxed);
            scanned
        };
        let new = if self.words { BlockScanner::of_words } else { BlockScanner::new };
        let scanner = || new(self.options, self.paths, parts.clone(), self.progress).knowing(known);
        parallel::in_order(parallel::threads(), source, next, scanner, scan, |(index, scanned)| collect(index, scanned))
    }

    fn append(&self, tables: &mut RunTables, scanned: ScannedBlock) -> Result<()> {
        tables.append(scanned)?;
        // What the next stage needs is known already; better to end now than after hours.
        let grouping = tables.units.len() as u64 * nodes::BYTES_PER_UNIT;
        self.plan.require(tables.bytes() + grouping, "an input of so many records")
    }

    /// Names the records; with unique ids, repeats are rejected.
    fn names(&self, corpus: &mut Corpus, tables: &mut RunTables) -> Result<RepeatedIds> {
        let ids = std::mem::take(&mut tables.names);
        if !corpus.options().unique_ids {
            return ids.finish(corpus);
        }
        let repeats = corpus.reject_repeats(ids)?;
        tables.reject(&repeats, tables::REPEATED_ID);
        Ok(RepeatedIds::default())
    }
}
