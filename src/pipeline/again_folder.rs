//! Folds again, at the end of the first pass, the records that take the language of their source. Only these records are
//! read a second time; their units keep their places.

use super::block_scanner::RecordFolder;
use super::options::Options;
use super::progress::Progress;
use super::route::RouteSet;
use super::run_tables::RunTables;
use super::scanned_block::ScannedBlock;
use crate::document::{DocId, Unit};
use crate::error::Result;
use crate::input::{Corpus, ReadScratch, Record};
use crate::normalize::Language;
use crate::page::SourceResolver;
use crate::parallel;
use crate::passage::{WordFolder, WordStore};

/// Records that are folded together before their numbers are appended: few, because lists have many units.
const TOGETHER: usize = 256;

/// Folds records again.
pub(super) struct AgainFolder<'a> {
    pub(super) options: &'a Options,
    pub(super) routes: &'a RouteSet,
    pub(super) corpus: &'a Corpus,
    pub(super) progress: &'a dyn Progress,
}

/// A record, and the language that it is folded with now.
type SettledRecord = (DocId, Language);

impl AgainFolder<'_> {
    /// Replaces what `tables` have of the units of `settled` records, which ascend. `check` looks whether the tables still fit
    /// the memory.
    ///
    /// # Errors
    ///
    /// A record cannot be read again, the disk fails, or `check` does.
    pub(super) fn units(
        &self,
        settled: &[SettledRecord],
        tables: &mut RunTables,
        check: &dyn Fn(&RunTables) -> Result<()>,
    ) -> Result<()> {
        let documents: Vec<DocId> = settled.iter().map(|(document, _)| *document).collect();
        tables.take_back(&documents);
        drop(documents);

        for together in settled.chunks(TOGETHER) {
            let units = &tables.units;
            let folded = self.fold(together, |folder, record, (document, language), scanned| {
                let source = self.options.rules.as_ref().map(|_| folder.source(self.corpus, document, record));
                let cut: Vec<Unit> = units.of_document(document).map(|unit| units.unit(unit)).collect();
                folder.record.units(&record.text, source.as_deref(), language, &cut, scanned);
            })?;

            for ((document, language), scanned) in together.iter().zip(&folded) {
                tables.put_again(*document, *language, scanned)?;
            }
            check(tables)?;
        }

        tables.order_again();
        Ok(())
    }

    /// Copies the words of `tables` to the store `again`, with new ones of `settled` records, which ascend.
    ///
    /// # Errors
    ///
    /// A record cannot be read again, or the disk fails.
    pub(super) fn words(&self, settled: &[SettledRecord], tables: &mut RunTables, mut again: WordStore) -> Result<()> {
        tables.words.seal()?;
        for together in settled.chunks(TOGETHER) {
            let folded = self.fold(together, |folder, record, (_, language), scanned| {
                folder.record.words_of(&mut folder.words, &record.text, language, scanned);
            })?;

            for ((document, language), scanned) in together.iter().zip(&folded) {
                again.copy(&tables.words, again.documents()..document.index())?;
                again.push(&scanned.words)?;
                tables.put_again(*document, *language, scanned)?;
            }
        }

        again.copy(&tables.words, again.documents()..tables.words.documents())?;
        again.leave_out(&tables.rejects);
        tables.words = again;
        Ok(())
    }

    /// Reads and folds some records, on all threads.
    fn fold(
        &self,
        together: &[SettledRecord],
        fold: impl Fn(&mut ThreadState<'_>, &Record<'_>, SettledRecord, &mut ScannedBlock) + Sync + Send,
    ) -> Result<Vec<ScannedBlock>> {
        let worker = || (ThreadState::new(self), ReadScratch::default());
        let folded = parallel::map(together, worker, |(folder, scratch), settled| {
            let record = self.corpus.read_in(settled.0, scratch)?;
            let mut scanned = ScannedBlock::default();
            fold(folder, &record, *settled, &mut scanned);
            self.progress.advance(1, record.text.len() as u64);
            Ok(scanned)
        });
        folded.into_iter().collect()
    }
}

/// What one thread folds with.
struct ThreadState<'a> {
    record: RecordFolder<'a>,
    words: WordFolder,
    sources: SourceResolver,
}

impl<'a> ThreadState<'a> {
    fn new(again: &AgainFolder<'a>) -> Self {
        let AgainFolder { options, routes, corpus, .. } = again;
        let sources = SourceResolver::new(corpus.options(), options.source_field.as_deref());
        // Units are cut and words are counted already, so neither returning lines nor a sample are needed.
        let record = RecordFolder::new(options, routes, sources.clone(), None, None);
        Self { record, words: WordFolder::new(options.seed), sources }
    }

    /// The source that selects the learned rules of a record.
    fn source(&self, corpus: &Corpus, document: DocId, record: &Record<'_>) -> String {
        self.sources.in_corpus(corpus, document, record).into_owned()
    }
}
