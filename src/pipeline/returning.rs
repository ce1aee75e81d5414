//! Before the first pass of a run over stories: which lines return on other pages of their source.

use std::sync::Arc;

use super::Progress;
use super::memory::MemoryPlan;
use crate::document::{DocId, Unit};
use crate::error::Result;
use crate::input::{
    BlockReader, Corpus, CorpusBlocks, Input, InputOptions, ReadScratch, Record, RecordBlock, StoragePolicy,
};
use crate::page::{Cutter, LineCounter, PageLines, ReturningLines, SourceResolver, UnitLevel};
use crate::parallel;

/// The lines of one page, with the page's source.
type SourcedPage = (String, PageLines);

/// The returning lines of an input, read once for them; none of an input that can be read only once. Files are read from the
/// start by a resumed run too: the same files give the same lines.
///
/// # Errors
///
/// A file that was named cannot be read; the counts do not fit in the memory.
pub(super) fn of_input(
    input: &Input,
    holding: StoragePolicy,
    source_field: Option<&str>,
    plan: &MemoryPlan,
    progress: &dyn Progress,
) -> Result<Option<Arc<ReturningLines>>> {
    let Some(input) = input.again() else { return Ok(None) };
    plan.require(LineCounter::BYTES, COUNTS)?;
    let sources = SourceResolver::new(input.options(), source_field);
    let reader = input.reader(holding)?.forgetting();
    count(reader, BlockReader::next_forgotten, &sources, progress).map(Some)
}

/// What needs [`LineCounter::BYTES`].
pub(super) const COUNTS: &str = "counts of the lines that return";

/// Cuts the pages of a corpus into units as a run over the corpus does: with the lines known that return on other pages.
#[derive(Debug, Clone, Default)]
pub struct PageCutter {
    lines: Option<Arc<ReturningLines>>,
    sources: SourceResolver,
}

impl PageCutter {
    /// With what a run over `corpus` knew.
    pub(crate) fn new(corpus: &Corpus, lines: Option<Arc<ReturningLines>>, source_field: Option<&str>) -> Self {
        Self { lines, sources: SourceResolver::new(corpus.options(), source_field) }
    }

    /// Learns what a run over `corpus` at `level` would know. At [`UnitLevel::Story`] it reads the whole corpus once; at other
    /// levels it reads nothing. `source_field` is the field that holds the source of a record, as in [`SourceResolver`].
    ///
    /// # Errors
    ///
    /// A record cannot be read again.
    pub fn learn(corpus: &Corpus, level: UnitLevel, source_field: Option<&str>) -> Result<Self> {
        let learn = || of_blocks(corpus.blocks(), corpus.options(), source_field, &());
        let lines = (level == UnitLevel::Story).then(learn).transpose()?;
        Ok(Self::new(corpus, lines, source_field))
    }

    /// Replaces the content of `out` by the units of `record`, which is the record `id` of `corpus`.
    pub fn cut(
        &self,
        cutter: &mut Cutter,
        corpus: &Corpus,
        (id, record): (DocId, &Record<'_>),
        level: UnitLevel,
        out: &mut Vec<Unit>,
    ) {
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
        scratch.passed.clear();
        pages
    };
    let mut counter = LineCounter::default();
    parallel::in_order(parallel::threads(), source, next, ReadScratch::default, pages, |pages| {
        pages.iter().for_each(|(source, lines)| counter.add(source, lines));
        Ok(())
    })?;
    Ok(Arc::new(counter.finish()))
}
