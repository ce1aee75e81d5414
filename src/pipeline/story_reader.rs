//! Reads documents as the stories need them: the stems of title and text, and the outlets.

use super::options::Options;
use crate::document::{DocId, Excerpt, UnitKind, head};
use crate::error::Result;
use crate::input::{Corpus, FieldValue, ReadScratch, Record};
use crate::normalize::{FoldScratch, Language, Normalizer, Profile};
use crate::page::{Sieve, SourceResolver, SourcedText};
use crate::parallel;
use crate::story::{RarityTable, StoryText, StoryWords};

/// The profile of all stems, whatever the copies are folded with: tables of rarity hold the stems of one.
pub(super) const STORY_PROFILE: Profile = Profile::Standard;

/// Bytes of a text that are read: the words that count are in them, also in the longest ones.
const MOST_BYTES: usize = 1 << 13;

/// Documents that a thread reads at a time.
const PIECE: usize = 64;

/// Most bytes of a title that are read.
const MOST_TITLE: usize = 1 << 10;

/// The roles of the fields, the same for every thread.
#[derive(Debug, Clone)]
pub(super) struct StoryFields {
    titles: Vec<usize>,
    sources: SourceResolver,
}

impl StoryFields {
    /// The roles that `options` ask for, among the fields that `corpus` was read with.
    pub(super) fn new(options: &Options, corpus: &Corpus) -> Self {
        let place = |name: &String| corpus.options().fields.iter().position(|field| field == name);
        Self {
            titles: options.title_fields().iter().filter_map(place).collect(),
            sources: SourceResolver::new(corpus.options(), options.source_field.as_deref()),
        }
    }

    /// The title of a record; empty without one.
    pub(super) fn title<'r>(&self, record: &'r Record<'_>) -> &'r str {
        let text = |place: &usize| match record.fields.get(*place)?.as_ref()? {
            FieldValue::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            FieldValue::Number(_) => None,
        };
        self.titles.iter().find_map(text).map_or("", |title| head(title, MOST_TITLE))
    }
}

/// Reads documents of a corpus. One for each thread.
pub(super) struct StoryReader<'a> {
    options: &'a Options,
    corpus: &'a Corpus,
    fields: &'a StoryFields,
    languages: &'a [Option<Language>],
    sieve: Sieve,
    reading: ReadScratch,
    folding: FoldScratch,
    words: StoryWords,
}

impl<'a> StoryReader<'a> {
    /// A reader of documents that were folded with `languages`; where none is given, the text tells it.
    pub(super) fn new(
        options: &'a Options,
        corpus: &'a Corpus,
        fields: &'a StoryFields,
        languages: &'a [Option<Language>],
    ) -> Self {
        Self {
            options,
            corpus,
            fields,
            languages,
            sieve: options.sieve(),
            reading: ReadScratch::default(),
            folding: FoldScratch::default(),
            words: StoryWords::default(),
        }
    }

    /// The stems of a document, `None` if it has fewer than `least` words, and its outlet.
    ///
    /// # Errors
    ///
    /// It cannot be read again.
    pub(super) fn text(
        &mut self,
        document: DocId,
        table: &RarityTable,
        least: usize,
    ) -> Result<(Option<StoryText>, String)> {
        self.with_words(document, |words, title, text| {
            (words.tokens() >= least).then(|| StoryText::new(words, table, title, text))
        })
    }

    /// The hashes of the distinct stems of a document, in no order; `None` if it has fewer than `least` words.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub(super) fn stems(&mut self, document: DocId, least: usize) -> Result<Option<Vec<u64>>> {
        let stems = |words: &StoryWords, _: &str, _: &str| (words.tokens() >= least).then(|| words.stems().collect());
        self.with_words(document, stems).map(|(stems, _)| stems)
    }

    /// The outlet of a document; empty if nothing names it.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub(super) fn outlet(&mut self, document: DocId) -> Result<String> {
        let record = self.corpus.read_in(document, &mut self.reading)?;
        Ok(self.fields.sources.in_corpus(self.corpus, document, &record).into_owned())
    }

    /// Gives the words of a document, with its title and text, to `take`; returns its outlet too.
    fn with_words<T>(
        &mut self,
        document: DocId,
        take: impl FnOnce(&StoryWords, &str, &str) -> T,
    ) -> Result<(T, String)> {
        let Self { options, corpus, fields, languages, sieve, reading, folding, words } = self;
        let record = corpus.read_in(document, reading)?;
        let outlet = fields.sources.in_corpus(corpus, document, &record);
        let (title, text) = (fields.title(&record), head(&record.text, MOST_BYTES));

        let told = languages.get(document.index()).copied().flatten();
        let language = told.or(options.language).unwrap_or_else(|| Language::detect(&record.text));
        let normalizer = Normalizer::new(STORY_PROFILE, language);
        words.begin(language);
        normalizer.fold_excerpt(Excerpt::whole(title), folding, words);
        words.end_title();

        // Only learned rules differ between sources.
        let source = options.rules.as_ref().map(|_| &*outlet);
        let kept = sieve.sift(SourcedText::new(text).kind(UnitKind::Document).source(source));
        normalizer.fold_excerpt(kept, folding, words);

        let taken = take(words, title, text);
        Ok((taken, outlet.into_owned()))
    }
}

/// Works on documents, some at a time, on all threads, and collects the results on this one, in order.
///
/// # Errors
///
/// The first error of `work` or of `collect`.
pub(super) fn in_pieces<'d, 'r, D: Sync, T: Send>(
    documents: &'d [D],
    reader: impl Fn() -> StoryReader<'r> + Sync,
    work: impl Fn(&mut StoryReader<'r>, &'d [D]) -> Result<T> + Sync,
    mut collect: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let pieces = documents.chunks(PIECE);
    let next = |pieces: &mut std::slice::Chunks<'d, D>| Ok(pieces.next());
    parallel::in_order(parallel::threads(), pieces, next, reader, work, |piece| collect(piece?)).map(drop)
}
