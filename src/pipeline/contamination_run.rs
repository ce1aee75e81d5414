//! A run that looks for the items of tests in a corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Serialize;

use super::clustering::Clustering;
use super::page_cutter::PageCutter;
use super::summary::Summary;
use super::{Pipeline, Progress};
use crate::contamination::{ContaminationHit, ContaminationOptions, FoldedTokens, ItemIndex, TestItems};
use crate::document::{DocId, Excerpt, Span, Unit, UnitKind, Units};
use crate::error::Result;
use crate::input::{Corpus, CorpusBlocks, IdHashes, ReadScratch, Record, RecordBlock, RepeatedIdsBuilder};
use crate::normalize::{FoldScratch, Language, Normalizer};
use crate::page::SourceResolver;
use crate::parallel;

/// The code of [`RejectReason::RepeatedId`](crate::input::RejectReason::RepeatedId).
const REPEATED_ID: &str = "repeated_id";

/// Test items that a corpus contains.
#[derive(Debug)]
pub struct Contamination {
    /// The items, in the order of [`ContaminationHit::item`].
    pub tests: TestItems,
    /// Their places, by document, place and item.
    pub hits: Vec<ContaminationHit>,
    /// The documents of the corpus; no clusters.
    pub found: Clustering,
}

/// The account of the items that were looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ContaminationCounts {
    /// Number of items.
    pub items: u64,
    /// Number of records of the tests that cannot be read.
    pub rejected: u64,
    /// Number of items that the corpus contains.
    pub found: u64,
    /// Number of documents that contain an item.
    pub documents: u64,
}

impl Contamination {
    /// Counts the items and the documents.
    #[must_use]
    pub fn counts(&self) -> ContaminationCounts {
        let found: BTreeSet<usize> = self.hits.iter().map(|hit| hit.item).collect();
        let documents = self.hits.chunk_by(|a, b| a.document == b.document).count() as u64;
        let (items, rejected) = (self.tests.items.len() as u64, self.tests.rejected);
        ContaminationCounts { items, rejected, found: found.len() as u64, documents }
    }
}

/// What a block of records gives.
#[derive(Default)]
struct SearchedBlock {
    records: Vec<SearchedRecord>,
    ids: IdHashes,
    decoded: Vec<usize>,
    noted: BTreeMap<String, u64>,
}

enum SearchedRecord {
    /// Length in bytes, number of tokens, and hits; the document of the hits is set later.
    Read(usize, usize, Vec<ContaminationHit>),
    /// The code of the reason.
    Rejected(&'static str),
}

/// The items, folded with each language that a document has.
struct ItemIndexes<'a> {
    tests: &'a TestItems,
    options: ContaminationOptions,
    by_language: Vec<OnceLock<ItemIndex>>,
}

/// The buffers of one thread.
struct SearchScratch {
    reading: ReadScratch,
    folding: FoldScratch,
    tokens: FoldedTokens,
}

impl Pipeline {
    /// Finds the items of `tests` in `corpus`, folded with the profile and language of the options; boilerplate is searched
    /// too. Reads the corpus once, on the threads of the options. Time is linear in its tokens.
    ///
    /// # Errors
    ///
    /// A length is out of its range; a file cannot be read again; the threads cannot be started.
    pub fn contaminated(
        &self,
        corpus: &Corpus,
        tests: TestItems,
        options: ContaminationOptions,
        progress: &dyn Progress,
    ) -> Result<Contamination> {
        options.validate()?;
        parallel::with_threads(self.options.threads, || {
            progress.begin("search", corpus.len() as u64);
            let by_language = Language::ALL.iter().map(|_| OnceLock::new()).collect();
            let indexes = ItemIndexes { tests: &tests, options, by_language };

            let mut run = ContaminationRun::new(self);
            parallel::in_order(
                parallel::threads(),
                corpus.blocks(),
                CorpusBlocks::next,
                SearchScratch::new,
                |scratch, block| self.search_block(&indexes, scratch, &block, progress),
                |searched| {
                    run.append(corpus, searched);
                    Ok(())
                },
            )?;
            let (hits, found) = run.end(corpus)?;
            Ok(Contamination { tests, hits, found })
        })?
    }

    fn search_block(
        &self,
        indexes: &ItemIndexes<'_>,
        scratch: &mut SearchScratch,
        block: &RecordBlock,
        progress: &dyn Progress,
    ) -> SearchedBlock {
        let mut searched = SearchedBlock::default();
        let SearchScratch { reading, folding, tokens } = scratch;

        block.read(reading, |record, bytes| {
            match record {
                Ok(record) => {
                    searched.note(&record);
                    searched.ids.push(Some(&record.id));
                    searched.records.push(self.search(indexes, folding, tokens, &record));
                }
                Err(reason) => {
                    searched.ids.push(None);
                    searched.records.push(SearchedRecord::Rejected(reason.code()));
                }
            }
            progress.advance(1, bytes as u64);
        });
        for (name, count) in std::mem::take(&mut reading.passed) {
            *searched.noted.entry(format!("passed over/{name}")).or_default() += count;
        }
        searched
    }

    fn search(
        &self,
        indexes: &ItemIndexes<'_>,
        folding: &mut FoldScratch,
        tokens: &mut FoldedTokens,
        record: &Record<'_>,
    ) -> SearchedRecord {
        let text = &*record.text;
        let language = self.options.language.unwrap_or_else(|| Language::detect(text));
        let normalizer = Normalizer::new(self.options.profile, language);

        tokens.clear();
        normalizer.fold_excerpt(Excerpt::whole(text), folding, tokens);
        let mut hits = Vec::new();
        if let Some(index) = indexes.of(language, &normalizer) {
            index.find(DocId::new(0), text, tokens, &mut hits);
        }
        SearchedRecord::Read(text.len(), tokens.len(), hits)
    }
}

impl ItemIndexes<'_> {
    /// The index for documents of a language.
    fn of(&self, language: Language, normalizer: &Normalizer) -> Option<&ItemIndex> {
        let index = self.by_language.get(language as usize);
        debug_assert!(index.is_some(), "every language has an index");
        Some(index?.get_or_init(|| ItemIndex::new(self.tests, self.options, normalizer)))
    }
}

impl SearchScratch {
    fn new() -> Self {
        Self { reading: ReadScratch::default(), folding: FoldScratch::default(), tokens: FoldedTokens::new() }
    }
}

impl SearchedBlock {
    /// Notes the record that is about to be pushed, if its text is not simply its bytes.
    fn note(&mut self, record: &Record<'_>) {
        if record.decoding.is_plain() {
            return;
        }
        self.decoded.push(self.records.len());
        for note in record.decoding.notes() {
            *self.noted.entry(note.to_string()).or_default() += 1;
        }
    }
}

/// What is collected of all blocks.
struct ContaminationRun {
    units: Units,
    ids: RepeatedIdsBuilder,
    rejects: Vec<DocId>,
    hits: Vec<ContaminationHit>,
    summary: Summary,
    decoded: Vec<DocId>,
    noted: BTreeMap<String, u64>,
    next: usize,
}

impl ContaminationRun {
    fn new(pipeline: &Pipeline) -> Self {
        Self {
            units: Units::default(),
            ids: RepeatedIdsBuilder::default(),
            rejects: Vec::new(),
            hits: Vec::new(),
            summary: Summary::new(&pipeline.options, pipeline.banding()),
            decoded: Vec::new(),
            noted: BTreeMap::new(),
            next: 0,
        }
    }

    /// Appends a block. Blocks come in input order.
    fn append(&mut self, corpus: &Corpus, block: SearchedBlock) {
        let first = self.next;
        self.ids.add_block(DocId::new(first), block.ids);
        self.decoded.extend(block.decoded.iter().map(|place| DocId::new(first + place)));
        for (note, count) in block.noted {
            *self.noted.entry(note).or_default() += count;
        }

        let repeats = corpus.repeats();
        for record in block.records {
            let document = DocId::new(self.next);
            self.next += 1;
            let record = match record {
                SearchedRecord::Read(..) if repeats.binary_search(&document).is_ok() => {
                    SearchedRecord::Rejected(REPEATED_ID)
                }
                record => record,
            };
            self.push(document, record);
        }
    }

    fn push(&mut self, document: DocId, record: SearchedRecord) {
        match record {
            SearchedRecord::Read(length, tokens, mut hits) => {
                let unit = Unit { kind: UnitKind::Document, span: Span::new(0, length), title: None };
                self.units.push(document, 0, &unit, tokens);
                self.summary.empty_units += u64::from(tokens == 0);

                hits.iter_mut().for_each(|hit| hit.document = document);
                hits.sort_unstable();
                self.hits.extend(hits);
            }
            SearchedRecord::Rejected(code) => {
                self.rejects.push(document);
                *self.summary.records.rejected.entry(code.to_owned()).or_default() += 1;
            }
        }
    }

    fn end(mut self, corpus: &Corpus) -> Result<(Vec<ContaminationHit>, Clustering)> {
        let names = self.ids.finish(corpus)?;
        let summary = &mut self.summary;
        summary.records.read = self.next as u64;
        summary.records.kept = (self.next - self.rejects.len()) as u64;
        summary.units = self.units.len() as u64;
        summary.repeated_ids = names.repeated() as u64;
        summary.skipped_files = corpus.skipped().total();
        summary.skipped = corpus.skipped().counts().into_iter().map(|(reason, count)| (reason.name(), count)).collect();
        summary.note(&self.noted, &self.decoded);

        let found = Clustering {
            units: self.units,
            names,
            clusters: Vec::new(),
            known: Vec::new(),
            held_back: Vec::new(),
            rejects: self.rejects,
            dates: Vec::new(),
            languages: Vec::new(),
            sources: SourceResolver::default(),
            noted: None,
            returning: PageCutter::default(),
            summary: self.summary,
            threads: parallel::threads(),
        };
        Ok((self.hits, found))
    }
}
