//! Finds the texts of records and units by the ids that outputs show.

use std::collections::{HashMap, HashSet};

use mukarrar::document::{DocId, UnitKind};
use mukarrar::error::{Error, Result};
use mukarrar::input::{Corpus, Record};
use mukarrar::normalize::Language;
use mukarrar::page::{Cutter, SourceResolver, SourcedText, UnitLevel};
use mukarrar::pipeline::{self, Comparison, CorpusLanguages, Options, PageCutter};

/// A text that was found.
pub(super) struct FoundText {
    pub(super) text: String,
    kind: UnitKind,
    source: String,
    /// That of its record in a run over the input; `None` if the texts that are compared are the input.
    language: Option<Language>,
}

impl FoundText {
    pub(super) fn document(record: Record<'_>, sources: &SourceResolver, language: Option<Language>) -> Self {
        let source = sources.of(&record).into_owned();
        Self { text: record.text.into_owned(), kind: UnitKind::Document, source, language }
    }

    /// Compares it with another text, in the languages of a run if both come from one.
    pub(super) fn compare(&self, other: &Self, options: &Options) -> Comparison {
        let [a, b] = [self, other].map(Self::as_text);
        match (self.language, other.language) {
            (Some(of_a), Some(of_b)) => pipeline::compare_as([a, b], [of_a, of_b], options),
            _ => pipeline::compare(a, b, options),
        }
    }

    fn as_text(&self) -> SourcedText<'_> {
        SourcedText::new(&self.text).kind(self.kind).source(Some(&self.source))
    }
}

/// The records with some ids, and what is needed to cut them into units.
pub(super) struct TextFinder<'c> {
    corpus: &'c Corpus,
    sources: SourceResolver,
    returning: PageCutter,
    languages: CorpusLanguages,
    level: UnitLevel,
    /// The records that were asked for, by the ids that outputs show.
    records: HashMap<String, DocId>,
}

impl<'c> TextFinder<'c> {
    /// Looks for records with the ids `wanted`, or whose units have them (`ID#N`). Reads the corpus once or twice; pages are cut
    /// as a run over the input cuts them.
    pub(super) fn new<'w>(
        corpus: &'c Corpus,
        level: UnitLevel,
        options: &Options,
        wanted: impl IntoIterator<Item = &'w str>,
    ) -> Result<Self> {
        let source_field = options.source_field.as_deref();

        // An id may itself contain #.
        let of_pages = |id: &'w str| [Some(id), id.rsplit_once('#').map(|(page, _)| page)];
        let wanted: HashSet<&str> = wanted.into_iter().flat_map(of_pages).flatten().collect();

        let names = corpus.names()?;
        let mut records = HashMap::new();
        corpus.each(|document, record| {
            let Ok(record) = record else { return };
            let shown = names.shown(document, &record.id);
            if wanted.contains(&*shown) {
                records.entry(shown.into_owned()).or_insert(document);
            }
        })?;

        Ok(Self {
            corpus,
            sources: SourceResolver::new(corpus.options(), source_field),
            returning: PageCutter::learn(corpus, level, source_field)?,
            languages: CorpusLanguages::learn(corpus, options, &())?,
            level,
            records,
        })
    }

    /// The text of the record with the shown id `id`, or of a unit of a record.
    pub(super) fn find(&self, id: &str) -> Result<FoundText> {
        // Whole records go first, because an id may itself contain #.
        if let Some((document, record)) = self.record(id) {
            let language = self.languages.of(document, &record.text);
            return Ok(FoundText::document(record, &self.sources, Some(language)));
        }

        if let Some((page, number)) = id.rsplit_once('#')
            && let Some((document, page)) = self.record(page)
            && let Some(unit) = self.unit(document, &page, number)
        {
            return Ok(unit);
        }
        Err(Error::parameter("id", id, "give the id of a readable record in the input, or ID#N of a unit of one"))
    }

    fn record(&self, id: &str) -> Option<(DocId, Record<'_>)> {
        let document = *self.records.get(id)?;
        Some((document, self.corpus.read(document).ok()?))
    }

    fn unit(&self, document: DocId, page: &Record<'_>, number: &str) -> Option<FoundText> {
        let number: usize = number.parse().ok()?;
        let mut units = Vec::new();
        self.returning.cut(&mut Cutter::new(), self.corpus, (document, page), self.level, &mut units);

        let unit = units.get(number)?;
        let source = self.sources.of(page).into_owned();
        let language = Some(self.languages.of(document, &page.text));
        Some(FoundText { text: unit.span.of(&page.text).to_owned(), kind: unit.kind, source, language })
    }
}
