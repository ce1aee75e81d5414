//! Settles the language of records that do not tell theirs: each takes that of its source.
//!
//! Here the source of a record is the value of the source field, if the run has one, else its file; of a file that is one
//! record, its folder. The field with the address is not read for this alone, because that would cost every run time. The
//! decision depends only on the tallies of sources, never on the order of records, so threads, memory and work directories
//! do not change it.

use std::ops::Range;

use super::field_parts::FieldParts;
use super::options::Options;
use super::progress::Progress;
use crate::document::DocId;
use crate::error::Result;
use crate::input::{Corpus, InputFile};
use crate::normalize::{Language, LanguageTally};
use crate::page::UNNAMED_SOURCE;
use crate::shingle::hash::HashKeys;

/// What the records of a run tell of their languages.
#[derive(Clone, Copy)]
pub(super) struct ToldLanguages<'a> {
    /// The language of each record; `None` for rejected ones, Arabic for unsure ones.
    pub(super) languages: &'a [Option<Language>],
    /// The records that do not tell their language, ascending.
    pub(super) unsure: &'a [DocId],
    /// The key of the named source of each record, [`UNNAMED_SOURCE`] if it has none; empty if the run names no sources.
    pub(super) sources: &'a [u64],
}

/// Consecutive records of one source.
struct SourceStretch {
    source: u64,
    records: Range<u32>,
}

/// The unsure records that take another language than Arabic, ascending, with that language. Takes time and memory linear in
/// the number of records.
pub(super) fn settled(corpus: &Corpus, told: ToldLanguages<'_>) -> Vec<(DocId, Language)> {
    if told.unsure.is_empty() {
        return Vec::new();
    }

    let mut stretches = stretches(corpus, told.sources);
    stretches.sort_unstable_by_key(|stretch| (stretch.source, stretch.records.start));
    let run = told.tally(&(0..told.languages.len() as u32));

    let mut settled = Vec::new();
    for source in stretches.chunk_by(|a, b| a.source == b.source) {
        let mut tally = LanguageTally::default();
        source.iter().for_each(|stretch| tally.merge(&told.tally(&stretch.records)));

        let language = tally.of_unsure(&run);
        if language != Language::Ar {
            let unsure = source.iter().flat_map(|stretch| told.unsure_in(&stretch.records));
            let readable = unsure.filter(|document| told.languages[document.index()].is_some());
            settled.extend(readable.map(|document| (*document, language)));
        }
    }
    settled.sort_unstable_by_key(|(document, _)| *document);
    settled
}

impl ToldLanguages<'_> {
    /// The tally of some records.
    fn tally(&self, records: &Range<u32>) -> LanguageTally {
        let mut unsure = self.unsure_in(records).iter().peekable();
        let mut tally = LanguageTally::default();
        for place in records.start as usize..records.end as usize {
            if unsure.next_if(|document| document.index() == place).is_none() {
                tally.add(self.languages[place]);
            }
        }
        tally
    }

    /// The unsure ones of some records.
    fn unsure_in(&self, records: &Range<u32>) -> &[DocId] {
        let place = |end: u32| self.unsure.partition_point(|document| document.index() < end as usize);
        &self.unsure[place(records.start)..place(records.end)]
    }
}

/// All records of a corpus, in stretches of one source.
fn stretches(corpus: &Corpus, sources: &[u64]) -> Vec<SourceStretch> {
    let mut stretches: Vec<SourceStretch> = Vec::new();
    for file in corpus.files() {
        let of_file = file_source(file);
        for place in file.records.start as u32..file.records.end as u32 {
            let named = sources.get(place as usize).copied().filter(|source| *source != UNNAMED_SOURCE);
            let source = named.unwrap_or(of_file);
            match stretches.last_mut() {
                Some(last) if last.source == source && last.records.end == place => last.records.end += 1,
                _ => stretches.push(SourceStretch { source, records: place..place + 1 }),
            }
        }
    }
    stretches
}

/// The key of the source of records that no field names.
fn file_source(file: &InputFile) -> u64 {
    let folder = file.path.parent().filter(|_| file.format.is_whole_file());
    // Other keys than those of names: a file is no field.
    HashKeys::new(2).bytes(folder.unwrap_or(&file.path).as_os_str().as_encoded_bytes())
}

/// The languages that a run over a corpus folds its records with, for commands that fold single records of it.
#[derive(Debug, Clone, Default)]
pub struct CorpusLanguages {
    fixed: Option<Language>,
    /// The records that take the language of their source, ascending.
    settled: Vec<(DocId, Language)>,
}

impl CorpusLanguages {
    /// Reads all records of `corpus` and settles their languages as a run with `options` does. Reads nothing if the options
    /// fix the language, or if the profile folds every language alike. Records that cannot be read are left out.
    ///
    /// # Errors
    ///
    /// A file cannot be read again, or has changed.
    pub fn learn(corpus: &Corpus, options: &Options, progress: &dyn Progress) -> Result<Self> {
        let mut learned = Self { fixed: options.language, settled: Vec::new() };
        if options.language.is_some() || !options.profile.knows_languages() {
            return Ok(learned);
        }

        progress.begin("learn", corpus.len() as u64);
        let parts = FieldParts::new(options, corpus.options());
        let (mut languages, mut unsure, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        corpus.each(|document, record| {
            let Ok(record) = record else {
                languages.push(None);
                return sources.push(UNNAMED_SOURCE);
            };

            let evident = Language::evident(&record.text);
            unsure.extend(evident.is_none().then_some(document));
            languages.push(Some(evident.unwrap_or(Language::Ar)));
            sources.push(parts.source(&record.fields));
            progress.advance(1, record.text.len() as u64);
        })?;

        let told = ToldLanguages { languages: &languages, unsure: &unsure, sources: &sources };
        learned.settled = settled(corpus, told);
        Ok(learned)
    }

    /// The language of a record with this text.
    #[must_use]
    pub fn of(&self, document: DocId, text: &str) -> Language {
        let settled = || self.settled.binary_search_by_key(&document, |(settled, _)| *settled).ok();
        self.fixed.or_else(|| settled().map(|place| self.settled[place].1)).unwrap_or_else(|| Language::detect(text))
    }
}
