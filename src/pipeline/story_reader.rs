//! Reads documents as the stories need them: the stems of title and text, and the outlets.

use super::options::Options;
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Corpus, FieldValue, ReadScratch, Record};
use crate::normalize::Language;
use crate::page::{SourceResolver, SourcedText};
use crate::parallel;
use crate::story::{RarityTable, StoryText, StoryTextMaker, StoryWords, TextEmbedding, VectorMisfit};

/// Documents that a thread reads at a time.
const PIECE: usize = 64;

/// The roles of the fields, the same for every thread.
#[derive(Debug, Clone)]
pub(super) struct StoryFields {
    titles: Vec<usize>,
    sources: SourceResolver,
    /// The place and the name of the field with vectors.
    vector: Option<(usize, String)>,
}

impl StoryFields {
    /// The roles that `options` ask for, among the fields that `corpus` was read with.
    pub(super) fn new(options: &Options, corpus: &Corpus) -> Self {
        let place = |name: &String| corpus.options().fields.iter().position(|field| field == name);
        Self {
            titles: options.title_fields().iter().filter_map(place).collect(),
            sources: SourceResolver::new(corpus.options(), options.source_field.as_deref()),
            vector: corpus.options().list_field.as_ref().and_then(|name| Some((place(name)?, name.clone()))),
        }
    }

    /// The vector of a record; `None` without one, and if all of its numbers are zero.
    fn embedding(&self, record: &Record<'_>) -> std::result::Result<Option<TextEmbedding>, VectorMisfit> {
        let value = self.vector.as_ref().and_then(|(place, _)| record.fields.get(*place)?.as_ref());
        match value {
            None => Ok(None),
            Some(FieldValue::Number(_)) => Err("is a number"),
            Some(FieldValue::Text(text)) if text.is_empty() => Ok(None),
            Some(FieldValue::Text(text)) => TextEmbedding::parse(text),
        }
    }

    /// The title of a record; empty without one.
    pub(super) fn title<'r>(&self, record: &'r Record<'_>) -> &'r str {
        let text = |place: &usize| match record.fields.get(*place)?.as_ref()? {
            FieldValue::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            FieldValue::Number(_) => None,
        };
        self.titles.iter().find_map(text).unwrap_or("")
    }
}

/// Reads documents of a corpus. One for each thread.
pub(super) struct StoryReader<'a> {
    options: &'a Options,
    corpus: &'a Corpus,
    fields: &'a StoryFields,
    languages: &'a [Option<Language>],
    reading: ReadScratch,
    maker: StoryTextMaker,
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
            reading: ReadScratch::default(),
            maker: StoryTextMaker::new(options.sieve()),
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
        let fields = self.fields;
        let text = |words: &StoryWords, record: &Record<'_>, title: &str, text: &str| {
            (words.tokens() >= least)
                .then(|| {
                    let text = StoryText::new(words, table, title, text);
                    fields.embedding(record).map(|embedding| text.with_embedding(embedding))
                })
                .transpose()
        };
        let (text, outlet) = self.with_words(document, text)?;
        Ok((text.map_err(|misfit| self.no_vector(document, misfit))?, outlet))
    }

    /// The error for a record whose field is no vector, or not one of this run.
    pub(super) fn no_vector(&self, document: DocId, misfit: &str) -> Error {
        no_vector(self.corpus, document, misfit)
    }

    /// The hashes of the distinct stems of a document, in no order; `None` if it has fewer than `least` words.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub(super) fn stems(&mut self, document: DocId, least: usize) -> Result<Option<Vec<u64>>> {
        let stems = |words: &StoryWords, _: &Record<'_>, _: &str, _: &str| {
            (words.tokens() >= least).then(|| words.stems().collect())
        };
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
        take: impl FnOnce(&StoryWords, &Record<'_>, &str, &str) -> T,
    ) -> Result<(T, String)> {
        let Self { options, corpus, fields, languages, reading, maker } = self;
        let record = corpus.read_in(document, reading)?;
        let outlet = fields.sources.in_corpus(corpus, document, &record);
        let told = languages.get(document.index()).copied().flatten();
        let language = told.or(options.language).unwrap_or_else(|| Language::detect(&record.text));

        // Only learned rules differ between sources.
        let source = options.rules.as_ref().map(|_| &*outlet);
        let text = SourcedText::new(&record.text).source(source);
        let take = |words: &StoryWords, title: &str, text: &str| take(words, &record, title, text);
        let taken = maker.with_words(language, fields.title(&record), text, take);
        Ok((taken, outlet.into_owned()))
    }
}

/// The error for a record whose vector does not fit: what is wrong with it.
pub(super) fn no_vector(corpus: &Corpus, document: DocId, misfit: &str) -> Error {
    let file = corpus.file_of(document).and_then(|file| corpus.files().get(file.index()));
    let path = file.map_or_else(Default::default, |file| file.path.to_path_buf());
    let field = corpus.options().list_field.as_deref().unwrap_or("");
    let what = format!("{}: its vector in the field {field:?} {misfit}", corpus.source(document));
    let remedy = "give every record a list of as many finite numbers, or null".into();
    ErrorKind::Unreadable { path, what, remedy }.into()
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
