//! Finds the lines that return on other pages of their source, and cuts pages into units with them.
//!
//! A run over stories does this before its first pass.

use std::sync::Arc;

use super::memory_plan::MemoryPlan;
use super::progress::Progress;
use crate::document::{DocId, Unit};
use crate::error::Result;
use crate::input::{
    BlockReader, Corpus, CorpusBlocks, Input, InputOptions, ReadScratch, Record, RecordBlock, StoragePolicy,
};
use crate::page::{Cutter, LineCounter, PageLines, ReturningLines, SourceResolver, UnitLevel};
use crate::parallel;

/// The lines of one page, with the page's source.
type SourcedPage = (String, PageLines);

/// Reads an input for its returning lines; `None` if it can be read only once. A resumed run reads the input from the start too,
/// as the same files give the same lines.
///
/// # Errors
///
/// A named file cannot be read, or the counts do not fit the memory limit.
pub(super) fn of_input(
    input: &Input,
    storage: StoragePolicy,
    source_field: Option<&str>,
    plan: &MemoryPlan,
    progress: &dyn Progress,
) -> Result<Option<Arc<ReturningLines>>> {
    // An input that cannot be read twice is read whole before; its corpus is counted instead.
    let Some(input) = input.again() else { return Ok(None) };

    plan.require(LineCounter::BYTES, COUNTS)?;
    let sources = SourceResolver::new(input.options(), source_field);
    let reader = input.reader(storage)?.forgetting();
    count(reader, BlockReader::next_forgotten, &sources, progress).map(Some)
}

/// The name of [`LineCounter::BYTES`] in messages.
pub(super) const COUNTS: &str = "counts of the lines that return";

/// Cuts the pages of a corpus into the same units as a run over the corpus: with the lines that return on other pages.
#[derive(Debug, Clone, Default)]
pub struct PageCutter {
    lines: Option<Arc<ReturningLines>>,
    sources: SourceResolver,
}

impl PageCutter {
    /// With the returning lines of a run over `corpus`.
    pub(crate) fn new(corpus: &Corpus, lines: Option<Arc<ReturningLines>>, source_field: Option<&str>) -> Self {
        Self { lines, sources: SourceResolver::new(corpus.options(), source_field) }
    }

    /// With the returning lines that a run over `corpus` at `level` finds. Reads the whole corpus once at [`UnitLevel::Story`], and
    /// nothing at other levels. `source_field` is the field with the source of a record, as in [`SourceResolver`].
    ///
    /// # Errors
    ///
    /// A record cannot be read again.
    pub fn learn(corpus: &Corpus, level: UnitLevel, source_field: Option<&str>) -> Result<Self> {
        let learn = || of_blocks(corpus.blocks(), corpus.options(), source_field, &());
        let lines = (level == UnitLevel::Story).then(learn).transpose()?;
        Ok(Self::new(corpus, lines, source_field))
    }

    /// Replaces the content of `out` with the units of `record`, the record `id` of `corpus`.
    pub fn cut(
        &self,
        cutter: &mut Cutter,
        corpus: &Corpus,
        (id, record): (DocId, &Record<'_>),
        level: UnitLevel,
        out: &mut Vec<Unit>,
    ) {
        // Without returning lines the source makes no difference.
        let source = self.lines.as_ref().map(|_| self.sources.in_corpus(corpus, id, record));
        let known = self.lines.as_ref().zip(source.as_deref()).map(|(lines, source)| lines.of(source));
        cutter.cut_page_of(&record.text, record.layout.as_deref(), level, known, out);
    }
}

/// The returning lines of the blocks of a corpus that was read with `options`.
///
/// # Errors
///
/// A record cannot be read again.
pub(super) fn of_blocks(
    blocks: CorpusBlocks<'_>,
    options: &InputOptions,
    source_field: Option<&str>,
    progress: &dyn Progress,
) -> Result<Arc<ReturningLines>> {
    count(blocks, CorpusBlocks::next, &SourceResolver::new(options, source_field), progress)
}

/// Counts the lines of all pages of `source`, block by block on all threads.
fn count<S: Send>(
    source: S,
    next: impl Fn(&mut S) -> Result<Option<RecordBlock>> + Sync,
    sources: &SourceResolver,
    progress: &dyn Progress,
) -> Result<Arc<ReturningLines>> {
    let pages = |scratch: &mut ReadScratch, block: RecordBlock| {
        let mut pages: Vec<SourcedPage> = Vec::new();
        block.read(scratch, |record, bytes| {
            if let Ok(record) = record {
                pages.push((sources.of(&record).into_owned(), PageLines::of(&record.text)));
            }
            progress.advance(1, bytes as u64);
        });

        // The first pass counts these.
        scratch.passed.clear();
        pages
    };

    let mut counter = LineCounter::default();
    parallel::in_order(parallel::threads(), source, next, ReadScratch::default, pages, |pages| {
        for (source, lines) in &pages {
            counter.add(source, lines);
        }
        Ok(())
    })?;
    Ok(Arc::new(counter.finish()))
}
