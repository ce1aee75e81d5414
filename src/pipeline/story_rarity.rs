//! Counts how rare stems are: in a corpus, for a table, or in the documents of a run whose language the table lacks.

use super::Pipeline;
use super::options::Options;
use super::progress::Progress;
use super::story_reader::{StoryFields, StoryReader, in_pieces};
use crate::document::DocId;
use crate::error::Result;
use crate::input::Corpus;
use crate::normalize::{FoldScratch, Language, Normalizer};
use crate::parallel;
use crate::story::{COMMON_PERSIAN, RarityTable, STORY_PROFILE, StemCounts, StoryWords};

/// Most documents in which the stems of a language without a table are counted.
const MOST_COUNTED: usize = 1 << 16;

/// Fewest documents of a language in a table: a few in other languages are errors of detection.
const LEAST_COUNTED: u32 = 100;

/// Fewest words of a document that is counted: shorter ones tell no story.
const LEAST_WORDS: usize = 25;

/// As many documents at least are counted languages taken to have.
const LEAST_DOCUMENTS: u32 = 1_000;

/// Most stems of a counted language.
const MOST_STEMS: usize = 1 << 18;

impl Pipeline {
    /// Counts in how many documents of a corpus each stem stands, and makes a table of rarity of them: the `most` most frequent stems
    /// of each language that has 100 documents of 25 words or more. The corpus must be read with [`Options::ask_for_archive`].
    ///
    /// # Errors
    ///
    /// A record cannot be read again; the threads cannot be started.
    pub fn rarity(&self, corpus: &Corpus, most: usize, progress: &dyn Progress) -> Result<RarityTable> {
        parallel::with_threads(self.options.threads, || {
            progress.begin("count", corpus.len() as u64);
            let languages = languages_of(&self.options, corpus);
            let mut table = RarityTable::default();
            for language in Language::ALL {
                let of_language = |document: &DocId| languages[document.index()] == Some(language);
                let documents: Vec<DocId> = corpus.ids().filter(of_language).collect();
                if !documents.is_empty() {
                    let counts = counted(&self.options, corpus, &languages, &documents, progress)?;
                    if counts.documents() >= LEAST_COUNTED {
                        table.add(language, &counts, most);
                    }
                }
            }
            Ok(table)
        })?
    }
}

/// The table, with the stems of languages that it lacks counted in these documents, and those languages.
pub(super) fn with_counted(
    options: &Options,
    corpus: &Corpus,
    table: &RarityTable,
    languages: &[Option<Language>],
    documents: &[DocId],
) -> Result<(RarityTable, Vec<Language>)> {
    let (mut table, mut added) = (table.clone(), Vec::new());
    for language in Language::ALL {
        let of_language = |document: &DocId| languages.get(document.index()) == Some(&Some(language));
        if table.has(language) || !documents.iter().any(of_language) {
            continue;
        }

        // Spread evenly over the time.
        let all: Vec<DocId> = documents.iter().copied().filter(of_language).collect();
        let step = all.len().div_ceil(MOST_COUNTED);
        let some: Vec<DocId> = all.into_iter().step_by(step).collect();
        let mut counts = counted(options, corpus, languages, &some, &())?;
        let common = if language == Language::Fa { COMMON_PERSIAN } else { "" };
        counts.widen(LEAST_DOCUMENTS, stems_of(common, language).into_iter());
        table.add(language, &counts, MOST_STEMS);
        added.push(language);
    }
    Ok((table, added))
}

/// The hashes of the distinct stems of a text, in no order.
fn stems_of(text: &str, language: Language) -> Vec<u64> {
    let mut words = StoryWords::default();
    words.begin(language);
    Normalizer::new(STORY_PROFILE, language).fold(text, &mut FoldScratch::default(), &mut words);
    words.stems().collect()
}

/// The language of each record as its text tells it; `None` for records that cannot be read.
fn languages_of(options: &Options, corpus: &Corpus) -> Vec<Option<Language>> {
    let documents: Vec<DocId> = corpus.ids().collect();
    let language = |(): &mut (), document: &DocId| {
        let record = corpus.read(*document).ok()?;
        Some(options.language.unwrap_or_else(|| Language::detect(&record.text)))
    };
    parallel::map(&documents, || (), language)
}

/// Counts the stems of some documents.
fn counted(
    options: &Options,
    corpus: &Corpus,
    languages: &[Option<Language>],
    documents: &[DocId],
    progress: &dyn Progress,
) -> Result<StemCounts> {
    let fields = StoryFields::new(options, corpus);
    let mut counts = StemCounts::default();
    in_pieces(
        documents,
        || StoryReader::new(options, corpus, &fields, languages),
        |reader, piece| {
            let mut counts = StemCounts::default();
            for document in piece {
                if let Some(stems) = reader.stems(*document, LEAST_WORDS)? {
                    counts.count(stems.into_iter());
                }
            }
            progress.advance(piece.len() as u64, 0);
            Ok(counts)
        },
        |piece| {
            counts.add(piece);
            Ok(())
        },
    )?;
    Ok(counts)
}
