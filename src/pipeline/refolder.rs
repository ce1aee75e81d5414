//! Reads and folds units again in later passes, each document once.

use std::sync::Arc;

use super::kept_spans::KeptSpans;
use super::node_table::DigestedTokens;
use super::options::Options;
use super::record_headings::{HeadingReader, UnfoldedHeading};
use super::title_marks::TitleMark;
use crate::document::{Date, DocId, Excerpt, Span, UnitId, Units};
use crate::error::{Error, Result};
use crate::input::{Corpus, ReadScratch, Record};
use crate::normalize::{FoldScratch, Language, Normalizer};
use crate::page::UNNAMED_SOURCE;
use crate::parallel;
use crate::shingle::{ShingleKind, ShingleSet, Shingler};
use crate::similarity::cards;
use crate::similarity::links::{self, TextLink};

/// Reads units again.
#[derive(Clone, Copy)]
pub(super) struct UnitRefolder<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) options: &'a Options,
    pub(super) units: &'a Units,
    /// The parts of units that are compared.
    pub(super) kept: &'a KeptSpans,
    /// The language of each record; `None` for rejected ones.
    pub(super) languages: &'a [Option<Language>],
    /// The publication date of each record; empty if the run reads no dates.
    pub(super) dates: &'a [Option<Date>],
    /// The key of the source of each record; empty unless the run compares across sources.
    pub(super) origins: &'a [u64],
    pub(super) titles: &'a [TitleMark],
}

/// A folded text: tokens in the compact alphabet, joined by one space.
pub(super) type FoldedText = Box<[u8]>;

/// A folded text and the heading of its record, if titles are evidence and it has one.
#[derive(Debug, Clone, Default)]
pub(super) struct HeadedFolding {
    pub(super) folded: FoldedText,
    /// The hash of each token.
    pub(super) words: Arc<[u64]>,
    pub(super) heading: Option<UnfoldedHeading>,
    /// The links of a short text.
    pub(super) links: Box<[TextLink]>,
    /// Whether the text is the fields of a card.
    pub(super) is_card: bool,
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub(super) struct ThreadFolder {
    pub(super) scratch: FoldScratch,
    pub(super) tokens: DigestedTokens,
}

impl UnitRefolder<'_> {
    /// Maps the compared text of each of `wanted`, which ascend. Results are in the same order; documents run in parallel.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn each<T: Send + Sync + Clone>(
        &self,
        wanted: &[UnitId],
        work: impl Fn(&mut ThreadFolder, &Normalizer, Excerpt<'_>) -> T + Sync + Send,
    ) -> Result<Vec<T>> {
        self.each_with(wanted, ThreadFolder::default, |folder, normalizer, _, text| work(folder, normalizer, text))
    }

    /// Whether a unit belongs to a reference, which is never removed.
    pub(super) fn is_reference(&self, unit: UnitId) -> bool {
        self.units.document(unit).index() < self.corpus.references()
    }

    /// The publication date of the document of a unit.
    pub(super) fn date(&self, unit: UnitId) -> Option<Date> {
        self.dates.get(self.units.document(unit).index()).copied().flatten()
    }

    /// The key of the source of a unit; [`UNNAMED_SOURCE`] if it has none, or the run compares within sources too.
    pub(super) fn origin(&self, unit: UnitId) -> u64 {
        self.origins.get(self.units.document(unit).index()).copied().unwrap_or(UNNAMED_SOURCE)
    }

    /// The mark of the title of the document of a unit; the default if its title is no evidence.
    pub(super) fn title(&self, unit: UnitId) -> TitleMark {
        let mark = self.titles.get(self.units.document(unit).index()).copied();
        debug_assert!(self.titles.is_empty() || mark.is_some(), "all records have a mark, or none has one");
        mark.unwrap_or_default()
    }

    /// Whether two units are compared, as far as their sources decide it.
    pub(super) fn may_meet(&self, a: UnitId, b: UnitId) -> bool {
        let [a, b] = [a, b].map(|unit| self.origin(unit));
        a != b || a == UNNAMED_SOURCE
    }

    /// The shingle sets of `wanted`, which ascend.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub(super) fn sets(&self, wanted: &[UnitId], shingle: ShingleKind) -> Result<Vec<ShingleSet>> {
        let shingler = || Shingler::new(shingle, self.options.seed);
        self.each_with(wanted, shingler, |shingler, normalizer, _, text| {
            shingler.shingle_excerpt(normalizer, text).set()
        })
    }

    /// The shingle sets of `wanted`, which ascend, and the folded texts in the compact alphabet. Each document is read once.
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
        let both = self.each_with(wanted, shingler, |shingler, normalizer, _, text| {
            let (shingled, folded) = shingler.shingle_and_keep(normalizer, text);
            (shingled.set(), folded)
        });
        Ok(both?.into_iter().unzip())
    }

    /// As [`sets_and_folded`](Self::sets_and_folded), with the headings of the records.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub(super) fn sets_and_headed(
        &self,
        wanted: &[UnitId],
        shingle: ShingleKind,
    ) -> Result<(Vec<ShingleSet>, Vec<HeadedFolding>)> {
        let headings = HeadingReader::new(self.options, self.corpus.options());
        let shingler = || Shingler::new(shingle, self.options.seed);

        let both = self.each_with(wanted, shingler, |shingler, normalizer, (document, record), text| {
            let (shingled, folded) = shingler.shingle_and_keep(normalizer, text);
            let file = self.corpus.file_of(document);
            let heading = headings.as_ref().and_then(|headings| headings.of(record, file, normalizer));
            let tokens = shingled.token_hashes.len();
            let links = links_of(text, tokens);
            let is_card = cards::is_card(text, tokens);
            (shingled.set(), HeadedFolding { folded, words: shingled.token_hashes.into(), heading, links, is_card })
        });
        Ok(both?.into_iter().unzip())
    }

    /// As [`each`](Self::each), with a worker that each thread makes for itself.
    fn each_with<W, T: Send>(
        &self,
        wanted: &[UnitId],
        worker: impl Fn() -> W + Sync + Send,
        work: impl Fn(&mut W, &Normalizer, (DocId, &Record<'_>), Excerpt<'_>) -> T + Sync + Send,
    ) -> Result<Vec<T>> {
        let documents: Vec<&[UnitId]> =
            wanted.chunk_by(|a, b| self.units.document(*a) == self.units.document(*b)).collect();
        // One task for each document, however many of its units are wanted: parsing costs more than folding.
        let worker = || (worker(), ReadScratch::default(), Vec::new());

        let done = parallel::map(&documents, worker, |(worker, scratch, spans), units| {
            let document = self.units.document(units[0]);
            self.document(document, scratch, |normalizer, record| {
                let of_unit =
                    |unit: &UnitId| work(worker, normalizer, (document, record), self.excerpt(*unit, record, spans));
                units.iter().map(of_unit).collect::<Vec<T>>()
            })
        });

        // Documents are in the order of `wanted`, so the results are too.
        let mut all = Vec::with_capacity(wanted.len());
        for of_document in done {
            all.extend(of_document?);
        }
        Ok(all)
    }

    /// The compared text of a unit of a record. `spans` is overwritten.
    fn excerpt<'t>(&self, unit: UnitId, record: &'t Record<'_>, spans: &'t mut Vec<Span>) -> Excerpt<'t> {
        let text = self.units.span(unit).of(&record.text);
        match self.kept.of(unit, spans) {
            Some(kept) => Excerpt::new(text, kept),
            None => Excerpt::whole(text),
        }
    }

    /// Whether the compared texts of units are equal before they are folded, and folded by one language.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn are_equal(&self, first: UnitId, others: &[UnitId], scratch: &mut ReadScratch) -> Result<bool> {
        let mut spans = Vec::new();
        let (document, language) =
            (self.units.document(first), |unit| self.languages[self.units.document(unit).index()]);
        let pieces: Vec<String> = self.document(document, scratch, |_, record| {
            self.excerpt(first, record, &mut spans).pieces().map(|(_, piece)| piece.to_owned()).collect()
        })?;

        for other in others {
            let is_equal = language(*other) == language(first)
                && self.document(self.units.document(*other), scratch, |_, record| {
                    let excerpt = self.excerpt(*other, record, &mut spans);
                    excerpt.pieces().map(|(_, piece)| piece).eq(pieces.iter().map(String::as_str))
                })?;
            if !is_equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads a document again, with the language of the first pass.
    fn document<T>(
        &self,
        id: DocId,
        scratch: &mut ReadScratch,
        work: impl FnOnce(&Normalizer, &Record<'_>) -> T,
    ) -> Result<T> {
        let Some(language) = self.languages[id.index()] else {
            return Err(Error::internal(format!(
                "record {} was rejected, so it has no units to read again",
                id.index()
            )));
        };

        let normalizer = Normalizer::new(self.options.profile, language);
        let record = self.corpus.read_in(id, scratch)?;
        Ok(work(&normalizer, &record))
    }
}

/// The links of a text of `tokens` tokens, if it is short enough for them to be its content.
fn links_of(text: Excerpt<'_>, tokens: usize) -> Box<[TextLink]> {
    if tokens > links::MOST_TOKENS {
        return Box::default();
    }
    links::links_in(text.pieces().map(|(_, piece)| piece))
}
