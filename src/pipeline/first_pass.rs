//! The stage that reads everything once, in blocks: from an input, or from a corpus that was read before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::again_folder::AgainFolder;
use super::block_scanner::BlockScanner;
use super::field_parts::FieldParts;
use super::memory_plan::{MemoryPlan, PER_BLOCK_BYTE};
use super::node_table;
use super::options::Options;
use super::page_cutter;
use super::progress::Progress;
use super::route::RouteSet;
use super::run_tables::{self, RunTables};
use super::run_task::RunTask;
use super::scanned_block::ScannedBlock;
use super::source_languages;
use super::title_marks;
use super::word_sample::{SampleBound, WordSample};
use super::work_dir::WorkDir;
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::{
    BlockIndex, BlockReader, Corpus, CorpusBlocks, Input, KeptPages, RecordBlock, RepeatedIds, StoragePolicy,
};
use crate::normalize::Language;
use crate::page::{LineCounter, ReturningLines, UnitLevel};
use crate::parallel;
use crate::spill::SpillDir;

/// The settings of a first pass.
pub(super) struct FirstPass<'a> {
    pub(super) options: &'a Options,
    pub(super) routes: &'a RouteSet,
    pub(super) plan: &'a MemoryPlan,
    pub(super) task: RunTask,
    pub(super) progress: &'a dyn Progress,
    /// The records that take another language than their texts tell, ascending, if the caller knows them.
    pub(super) settled: Option<&'a [(DocId, Language)]>,
    /// The records whose titles are evidence, ascending, if the caller knows them.
    pub(super) titled: Option<&'a [DocId]>,
}

/// What scanners know of the whole input.
struct KnownOfInput<'a> {
    parts: FieldParts,
    /// The lines that return on other pages, if they are needed.
    returning: Option<&'a ReturningLines>,
    /// Which texts the sample of words needs.
    bound: &'a SampleBound,
}

impl FirstPass<'_> {
    /// Reads and scans `input`. With a work directory, blocks that an earlier run finished are taken from it.
    ///
    /// # Errors
    ///
    /// A named file cannot be read, the disk fails, or the tables outgrow the memory limit.
    pub(super) fn over_input(&self, input: Input, work: Option<&WorkDir>) -> Result<(Corpus, RunTables, RepeatedIds)> {
        let spill_dir = work.map_or_else(|| self.plan.spill_dir(), WorkDir::spill_dir);
        let storage = self.storage(&input, spill_dir);
        let parts = FieldParts::new(self.options, input.options());
        let mut tables = RunTables::new(self.routes, self.plan);
        tables.pages.clone_from(&storage.pages);

        if self.needs_returning_lines() {
            self.progress.begin("learn", 0);
            let field = self.options.source_field.as_deref();
            tables.returning = page_cutter::of_input(&input, storage.clone(), field, self.plan, self.progress)?;
            self.progress.begin("read", 0);
        }
        let returning = tables.returning.clone();
        let returning = returning.as_deref();
        let bound = SampleBound::default();

        let mut reader = input.reader(storage)?;
        let mut journal = None;
        if let Some(work) = work {
            let mut done = Vec::new();
            journal = Some(work.blocks(|index, scanned| {
                done.push(index);
                self.append(&mut tables, scanned, &bound)
            })?);
            reader.resume(done)?;
        }

        // The journal first: the tables are lost with the process, the journal is not.
        let mut indices = Vec::new();
        let planned = self.plan.block_with_slack();
        let known = KnownOfInput { parts, returning, bound: &bound };
        let mut reader = self.scan_blocks(reader, BlockReader::next, known, planned, |index, scanned| {
            if let Some(journal) = &mut journal {
                journal.append(&index, &scanned)?;
            }
            indices.push(index);
            self.append(&mut tables, scanned, &bound)
        })?;
        // Blocks of an earlier run are in the reader already.
        for index in indices {
            reader.accept(index);
        }

        let mut corpus = Corpus::assemble(reader.finish()?);
        let names = self.names(&mut corpus, &mut tables)?;
        self.settle_languages(&corpus, &mut tables)?;
        tables.settle_titles();
        tables.finish(&bound)?;
        Ok((corpus, tables, names))
    }

    /// Scans `input` without keeping its bytes, and gives each block to `each` without its part of the sample of words; returns
    /// the sample, and the number of files that were opened.
    ///
    /// # Errors
    ///
    /// A named file cannot be read, or `each` fails.
    pub(super) fn over_part(
        &self,
        input: Input,
        mut each: impl FnMut(&BlockIndex, &ScannedBlock) -> Result<()>,
    ) -> Result<(WordSample, usize)> {
        let storage = self.storage(&input, self.plan.spill_dir());
        let parts = FieldParts::new(self.options, input.options());
        let (bound, mut sampled) = (SampleBound::default(), WordSample::default());
        let known = KnownOfInput { parts, returning: None, bound: &bound };

        let reader = input.reader(storage)?.forgetting();
        let next = BlockReader::next_forgotten;
        let reader = self.scan_blocks(reader, next, known, 2 * self.plan.block(), |index, mut scanned| {
            sampled.merge(std::mem::take(&mut scanned.sampled), &bound);
            each(&index, &scanned)
        })?;
        sampled.prune(&bound);
        Ok((sampled, Corpus::assemble(reader.finish()?).files().len()))
    }

    /// The corpus of `input` with the tables of its blocks, which `stored` gives in input order: nothing is scanned. The tables
    /// are not [finished](RunTables::finish).
    ///
    /// # Errors
    ///
    /// The blocks are not those of the input, the disk fails, or the tables outgrow the memory limit.
    pub(super) fn over_stored(
        &self,
        input: Input,
        bound: &SampleBound,
        stored: impl FnOnce(&mut dyn FnMut(BlockIndex, ScannedBlock) -> Result<()>) -> Result<()>,
    ) -> Result<(Corpus, RunTables)> {
        let storage = self.storage(&input, self.plan.spill_dir());
        let mut tables = RunTables::new(self.routes, self.plan);
        tables.pages.clone_from(&storage.pages);

        let mut reader = input.reader(storage)?;
        stored(&mut |index, scanned| {
            reader.resume(vec![index])?;
            self.append(&mut tables, scanned, bound)
        })?;

        // Opens the files behind the last block, which are empty.
        if reader.next()?.is_some() {
            return Err(Error::internal("the stored blocks do not hold all of the input"));
        }
        Ok((Corpus::assemble(reader.finish()?), tables))
    }

    /// As [`over_stored`](Self::over_stored) for the blocks of the whole input, with everything that a first pass settles.
    ///
    /// # Errors
    ///
    /// As [`over_stored`](Self::over_stored); a record cannot be read again.
    pub(super) fn over_all_stored(
        &self,
        input: Input,
        stored: impl FnOnce(&mut dyn FnMut(BlockIndex, ScannedBlock) -> Result<()>) -> Result<()>,
    ) -> Result<(Corpus, RunTables, RepeatedIds)> {
        let bound = SampleBound::default();
        let (mut corpus, mut tables) = self.over_stored(input, &bound, stored)?;
        let names = self.names(&mut corpus, &mut tables)?;
        self.settle_languages(&corpus, &mut tables)?;
        tables.settle_titles();
        tables.finish(&bound)?;
        Ok((corpus, tables, names))
    }

    /// How the bytes of an input are stored. Stored bytes that do not fit the memory go to `spill_dir`.
    pub(super) fn storage(&self, input: &Input, spill_dir: &SpillDir) -> StoragePolicy {
        StoragePolicy {
            memory: self.plan.input(),
            map: self.options.map && self.plan.maps(input.bytes()),
            room: Some(spill_dir.clone()),
            block_size: self.plan.block() as usize,
            largest: self.plan.largest_record(),
            threads: parallel::threads(),
            // Shared by all passes, so that each page is extracted once.
            pages: Some(Arc::new(KeptPages::new(self.plan.pages(), Some(spill_dir.clone())))),
        }
    }

    /// Scans a corpus that was read before.
    ///
    /// # Errors
    ///
    /// A record cannot be read again, the disk fails, or the tables outgrow the memory limit.
    pub(super) fn over_corpus(&self, corpus: &Corpus) -> Result<(RunTables, RepeatedIds)> {
        let mut tables = RunTables::new(self.routes, self.plan);
        tables.pages = Some(Arc::clone(corpus.pages()));
        let parts = FieldParts::new(self.options, corpus.options());

        if self.needs_returning_lines() {
            self.progress.begin("learn", corpus.len() as u64);
            let field = self.options.source_field.as_deref();
            self.plan.require(LineCounter::BYTES, page_cutter::COUNTS)?;
            let blocks = corpus.blocks_of(self.plan.block());
            tables.returning = Some(page_cutter::of_blocks(blocks, corpus.options(), field, self.progress)?);
            self.progress.begin("read", corpus.len() as u64);
        }
        let returning = tables.returning.clone();
        let bound = SampleBound::default();
        let known = KnownOfInput { parts, returning: returning.as_deref(), bound: &bound };

        // No block is too large: the caller holds the bytes, or they were planned for when the corpus was read.
        let blocks = corpus.blocks_of(self.plan.block());
        self.scan_blocks(blocks, CorpusBlocks::next, known, u64::MAX, |_, scanned| {
            self.append(&mut tables, scanned, &bound)
        })?;

        tables.reject(&corpus.repeats(), run_tables::REPEATED_ID);
        let names = std::mem::take(&mut tables.names).finish(corpus)?;
        self.settle_languages(corpus, &mut tables)?;
        match self.titled {
            Some(titled) => title_marks::retain(&mut tables.titles, titled),
            None => tables.settle_titles(),
        }
        tables.finish(&bound)?;
        Ok((tables, names))
    }

    /// The scanned blocks of a corpus that was read before.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub(super) fn scanned(&self, corpus: &Corpus) -> Result<Vec<ScannedBlock>> {
        let (bound, mut all) = (SampleBound::default(), Vec::new());
        let parts = FieldParts::new(self.options, corpus.options());
        let known = KnownOfInput { parts, returning: None, bound: &bound };
        let blocks = corpus.blocks_of(self.plan.block());
        self.scan_blocks(blocks, CorpusBlocks::next, known, u64::MAX, |_, scanned| {
            all.push(scanned);
            Ok(())
        })?;
        Ok(all)
    }

    /// Gives the records that do not tell their language that of their source, and folds those again whose language is
    /// another one now.
    fn settle_languages(&self, corpus: &Corpus, tables: &mut RunTables) -> Result<()> {
        let told = tables.take_told();
        let settled = match self.settled {
            Some(settled) => settled.to_vec(),
            None => source_languages::settled(corpus, tables.told(&told)),
        };
        drop(told);
        if settled.is_empty() {
            return Ok(());
        }

        self.progress.begin("fold again", settled.len() as u64);
        let again = AgainFolder { options: self.options, routes: self.routes, corpus, progress: self.progress };
        match self.task {
            RunTask::Passages => again.words(&settled, tables, RunTables::new(self.routes, self.plan).words),
            RunTask::Clusters | RunTask::Pairs => again.units(&settled, tables, &|tables| self.require_room(tables)),
        }
    }

    /// Whether pages are cut with the lines that return on other pages.
    fn needs_returning_lines(&self) -> bool {
        self.options.unit == UnitLevel::Story && self.task != RunTask::Passages
    }

    /// Scans the blocks of `source` on all threads, and gives them to `collect` in order. The memory plan covers blocks of at
    /// most `planned` bytes; larger ones are checked against the limit.
    fn scan_blocks<S: Send>(
        &self,
        source: S,
        next: impl Fn(&mut S) -> Result<Option<RecordBlock>> + Sync,
        known: KnownOfInput<'_>,
        planned: u64,
        mut collect: impl FnMut(BlockIndex, ScannedBlock) -> Result<()>,
    ) -> Result<S> {
        // A record that is larger than a block makes a block of its own. Its bytes count while it is under way.
        let unplanned = |block: &RecordBlock| if block.len() > planned { block.len() } else { 0 };
        let under_way = AtomicU64::new(0);

        let next = |source: &mut S| {
            let block = next(source)?;
            let length = block.as_ref().map_or(0, unplanned);
            if length > 0 {
                let all = under_way.fetch_add(length, Ordering::Relaxed) + length;
                self.plan.require(all * PER_BLOCK_BYTE, "a record of this size")?;
            }
            Ok(block)
        };

        let scan = |scanner: &mut BlockScanner<'_>, block: RecordBlock| {
            let scanned = scanner.scan(&block);
            under_way.fetch_sub(unplanned(&block), Ordering::Relaxed);
            scanned
        };

        let scanner = || {
            let (options, routes, parts) = (self.options, self.routes, known.parts.clone());
            let (returning, bound) = (known.returning, known.bound);
            match self.task {
                RunTask::Passages => BlockScanner::of_words(options, routes, parts, bound, self.progress),
                RunTask::Clusters | RunTask::Pairs => {
                    BlockScanner::new(options, routes, parts, returning, bound, self.progress)
                }
            }
        };
        parallel::in_order(parallel::threads(), source, next, scanner, scan, |(index, scanned)| collect(index, scanned))
    }

    /// Appends a scanned block, if the tables still fit the memory.
    fn append(&self, tables: &mut RunTables, scanned: ScannedBlock, bound: &SampleBound) -> Result<()> {
        tables.append(scanned, bound)?;
        self.require_room(tables)
    }

    /// Checks that the tables still fit the memory.
    fn require_room(&self, tables: &RunTables) -> Result<()> {
        // Grouping comes next, and its memory is known already: better to end now than after hours.
        let grouping = tables.units.len() as u64 * node_table::BYTES_PER_UNIT;
        self.plan.require(tables.bytes() + grouping, "an input with this many records")
    }

    /// The repeated ids. If ids must be unique, the repeats are rejected instead.
    fn names(&self, corpus: &mut Corpus, tables: &mut RunTables) -> Result<RepeatedIds> {
        let ids = std::mem::take(&mut tables.names);
        if !corpus.options().unique_ids {
            return ids.finish(corpus);
        }
        // Repeats are known only after the whole input is read, so their units are taken back.
        let repeats = corpus.reject_repeats(ids)?;
        tables.reject(&repeats, run_tables::REPEATED_ID);
        Ok(RepeatedIds::default())
    }
}
