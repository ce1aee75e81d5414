//! Later passes: the units that matter are read and folded again, each document once.

use super::Options;
use crate::document::{Date, DocId, Excerpt, UnitId, Units};
use crate::error::Result;
use crate::input::{Corpus, ReadScratch, Record};
use crate::normalize::{FoldScratch, Language, Normalizer};
use crate::page::{SourceResolver, SourcedText};
use crate::parallel;
use crate::shingle::{ShingleKind, ShingleSet, Shingler};

/// Reads units again.
#[derive(Clone, Copy)]
pub(super) struct UnitRefolder<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) options: &'a Options,
    pub(super) units: &'a Units,
    /// The language that the gate chose for each record; `None` for rejected ones.
    pub(super) languages: &'a [Option<Language>],
    /// When each record was published; empty if nobody asks.
    pub(super) dates: &'a [Option<Date>],
}

/// A folded text: tokens in the compact alphabet, joined by one space.
pub(super) type FoldedText = Box<[u8]>;

/// What one thread folds with.
#[derive(Debug, Default)]
pub(super) struct ThreadFolder {
    pub(super) scratch: FoldScratch,
}

impl UnitRefolder<'_> {
    /// `work` for what is compared of each of `wanted`, which ascend; results in the same order. Documents in parallel.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn each<T: Send + Sync + Clone>(
        &self,
        wanted: &[UnitId],
        work: impl Fn(&mut ThreadFolder, &Normalizer, Excerpt<'_>) -> T + Sync + Send,
    ) -> Result<Vec<T>> {
        self.each_with(wanted, ThreadFolder::default, work)
    }

    /// Whether a unit stands in a reference, which stays whatever is found.
    pub(super) fn is_reference(&self, unit: UnitId) -> bool {
        self.units.document(unit).index() < self.corpus.references()
    }

    /// When the document of a unit was published.
    pub(super) fn date(&self, unit: UnitId) -> Option<Date> {
        self.dates.get(self.units.document(unit).index()).copied().flatten()
    }

    /// The shingle sets of `wanted`, which ascend.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub(super) fn sets(&self, wanted: &[UnitId], shingle: ShingleKind) -> Result<Vec<ShingleSet>> {
        let shingler = || Shingler::new(shingle, self.options.seed);
        self.each_with(wanted, shingler, |shingler, normalizer, text| shingler.shingle_excerpt(normalizer, text).set())
    }

    /// The same with the folded texts, each document read once.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub(super) fn sets_and_texts(
        &self,
        wanted: &[UnitId],
        shingle: ShingleKind,
    ) -> Result<(Vec<ShingleSet>, Vec<String>)> {
        let shingler = || Shingler::new(shingle, self.options.seed);
        let both = self.each_with(wanted, shingler, |shingler, normalizer, text| {
            (shingler.shingle_excerpt(normalizer, text).set(), normalizer.normalize_excerpt(text))
        });
        Ok(both?.into_iter().unzip())
    }

    /// The folded texts of `wanted`, which ascend, in the compact alphabet.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub(super) fn folded(&self, wanted: &[UnitId]) -> Result<Vec<FoldedText>> {
        let shingler = || Shingler::new(ShingleKind::default(), self.options.seed);
        self.each_with(wanted, shingler, |shingler, normalizer, text| shingler.shingle_and_keep(normalizer, text).1)
    }

    /// The shingle sets of `wanted`, which ascend, with the folded texts in the compact alphabet, each document read once.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub(super) fn sets_and_folded(
        &self,
        wanted: &[UnitId],
        shingle: ShingleKind,
    ) -> Result<(Vec<ShingleSet>, Vec<FoldedText>)> {
        let shingler = || Shingler::new(shingle, self.options.seed);
        let both = self.each_with(wanted, shingler, |shingler, normalizer, text| {
            let (shingled, folded) = shingler.shingle_and_keep(normalizer, text);
            (shingled.set(), folded)
        });
        Ok(both?.into_iter().unzip())
    }

    fn each_with<W, T: Send>(
        &self,
        wanted: &[UnitId],
        worker: impl Fn() -> W + Sync + Send,
        work: impl Fn(&mut W, &Normalizer, Excerpt<'_>) -> T + Sync + Send,
    ) -> Result<Vec<T>> {
        let documents: Vec<&[UnitId]> =
            wanted.chunk_by(|a, b| self.units.document(*a) == self.units.document(*b)).collect();
        let worker = || (worker(), ReadScratch::default(), self.options.sieve());
        let sources = SourceResolver::new(self.corpus.options(), self.options.source_field.as_deref());
        let done = parallel::map(&documents, worker, |(worker, scratch, sieve), units| {
            let document = self.units.document(units[0]);
            self.document(document, scratch, |normalizer, record| {
                let source = self.options.rules.as_ref().map(|_| sources.of(record));
                let of = |unit: UnitId| {
                    let text = SourcedText::new(self.units.span(unit).of(&record.text)).kind(self.units.kind(unit));
                    text.source(source.as_deref())
                };
                units.iter().map(|unit| work(worker, normalizer, sieve.sift(of(*unit)))).collect::<Vec<T>>()
            })
        });
        let mut all = Vec::with_capacity(wanted.len());
        for of_document in done {
            all.extend(of_document?);
        }
        Ok(all)
    }

    /// Reads a document again, as it was read before.
    fn document<T>(
        &self,
        id: DocId,
        scratch: &mut ReadScratch,
        work: impl FnOnce(&Normalizer, &Record<'_>) -> T,
    ) -> Result<T> {
        let language = self.languages[id.index()].unwrap_or(Language::Other);
        let normalizer = Normalizer::new(self.options.profile, language);
        let record = self.corpus.read_in(id, scratch)?;
        Ok(work(&normalizer, &record))
    }
}
