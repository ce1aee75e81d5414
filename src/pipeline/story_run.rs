//! A run that tells the stories of a corpus, after its copies were found.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::Pipeline;
use super::clustering::Clustering;
use super::field_parts::FieldParts;
use super::memory_plan::MemoryPlan;
use super::options::Options;
use super::progress::Progress;
use super::story_rarity::with_counted;
use super::story_reader::{StoryFields, StoryReader, in_pieces, no_vector};
use super::story_records::{OutletNames, ToldRecords, copies_of};
use crate::document::{Date, DocId};
use crate::error::{Error, Result};
use crate::input::{Corpus, Input, InputOptions};
use crate::normalize::Language;
use crate::page::SourceResolver;
use crate::parallel;
use crate::story::{
    RarityTable, Story, StoryBook, StoryCounts, StoryOptions, StoryPlace, StoryText, TextEmbedding, Undated,
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The day as of which all documents without a date are told.
const DAY_OF_UNDATED: i64 = 0;

/// Bytes of a document of the window: its vector, its keys in lists, and its story. Measured; see `docs/STORIES.md`.
const PER_RECENT: u64 = 1_000;

/// Bytes of a number of the vector of such a document: two for a story of one document; six for one of two or more, whose sum has
/// numbers of four bytes.
const PER_NUMBER: u64 = 3;

/// Bytes of a record of the result.
const PER_RECORD: u64 = 300;

/// What a run that tells stories found.
#[derive(Debug)]
pub struct Stories {
    /// The copies, and the accounts of the run.
    pub found: Clustering,
    /// The stories.
    pub told: ToldStories,
}

/// The stories of a corpus.
#[derive(Debug)]
pub struct ToldStories {
    /// The stories with two records or more: forms that return last, then those of most outlets first, then those of most records,
    /// then in the order in which they began.
    pub stories: Vec<Story>,
    /// Where each record is, in input order.
    pub places: Vec<StoryPlace>,
    /// The languages whose stems were counted in this corpus, because the table has none of them.
    pub counted: Vec<Language>,
}

impl ToldStories {
    /// The place of each document that is told in the list of its story, by record; 0 for other records.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut ranks = vec![0; self.places.len()];
        for story in &self.stories {
            for (rank, document) in story.documents.iter().enumerate() {
                ranks[document.document.index()] = rank as u32;
            }
        }
        ranks
    }
}

/// A document that is told: the keeper of copies, or a text without any.
struct DatedDocument {
    document: DocId,
    day: Option<i64>,
}

impl Options {
    /// The fields that stories are made of, in addition to those of other runs.
    pub(super) fn story_fields(&self) -> Vec<String> {
        self.title_fields().into_iter().chain(SourceResolver::fields(self.source_field.as_deref())).collect()
    }

    /// The fields that may hold the title of a record, in the order in which they are tried.
    pub(crate) fn title_fields(&self) -> Vec<String> {
        self.heading_fields().titles
    }

    /// Asks `input` for the fields of an archive of stories.
    pub fn ask_for_archive(&self, input: &mut InputOptions) {
        input.fields = self.date_field.clone().into_iter().collect();
        input.shown_fields = 0;
        input.ask_if_there(self.story_fields());
    }
}

impl Pipeline {
    /// Reads an input, finds its copies as [`read_clusters`](Self::read_clusters) does, and tells the stories of the other texts.
    ///
    /// # Errors
    ///
    /// As [`read_clusters`](Self::read_clusters) and [`tell_stories`](Self::tell_stories).
    pub fn read_stories(
        &self,
        input: Input,
        archive: Option<&Corpus>,
        table: &RarityTable,
        progress: &dyn Progress,
    ) -> Result<(Corpus, Stories)> {
        let (corpus, mut found) = self.read_clusters(input, progress)?;
        let told = self.tell_stories(&corpus, &mut found, archive, table, progress)?;
        Ok((corpus, Stories { found, told }))
    }

    /// Tells the stories of a corpus whose copies this pipeline found, as [`Options::stories`] says, and counts them in the summary
    /// of `found`. The corpus must be read with [`Options::ask_for_fields`], the archive, if there is one, with
    /// [`Options::ask_for_archive`]. The result does not depend on threads or memory.
    ///
    /// # Errors
    ///
    /// The options tell no stories; the documents of one window do not fit in memory; a record cannot be read again.
    pub fn tell_stories(
        &self,
        corpus: &Corpus,
        found: &mut Clustering,
        archive: Option<&Corpus>,
        table: &RarityTable,
        progress: &dyn Progress,
    ) -> Result<ToldStories> {
        let Some(stories) = &self.options.stories else {
            return Err(Error::parameter("stories", "off", "on, to tell them"));
        };
        parallel::with_threads(self.options.threads, || {
            StoryRun { pipeline: self, corpus, stories, progress }.tell(found, archive, table)
        })?
    }
}

/// A run over one corpus.
struct StoryRun<'a> {
    pipeline: &'a Pipeline,
    corpus: &'a Corpus,
    stories: &'a StoryOptions,
    progress: &'a dyn Progress,
}

/// The memory that a run needs.
struct StoryRoom {
    plan: MemoryPlan,
    held: u64,
    /// Number of documents of the largest window.
    largest: u64,
    window: u32,
}

impl StoryRoom {
    /// Checks that documents whose vectors have so many numbers fit.
    fn require(&self, dimension: usize) -> Result<()> {
        let Self { plan, held, largest, window } = self;
        let each = PER_RECENT + PER_NUMBER * dimension as u64;
        let vectors = if dimension > 0 { format!(" and vectors of {dimension} numbers") } else { String::new() };
        plan.require(held + largest * each, &format!("stories with {largest} documents within {window} days{vectors}"))
    }
}

/// What a thread reads of a document and of its copies.
struct ReadDocument {
    text: Option<StoryText>,
    outlet: String,
    /// The outlets of its copies, in their order.
    of_copies: Vec<String>,
}

impl StoryRun<'_> {
    fn tell(&self, found: &mut Clustering, archive: Option<&Corpus>, table: &RarityTable) -> Result<ToldStories> {
        let start = Instant::now();
        let copies = copies_of(found);
        let documents = self.documents(found, &copies);
        let room = self.room_for(&documents, found)?;
        room.require(0)?;

        let told: Vec<DocId> = documents.iter().map(|document| document.document).collect();
        let (table, counted) = with_counted(&self.pipeline.options, self.corpus, table, &found.languages, &told)?;
        let mut book = StoryBook::new(self.stories);
        let archived = match archive {
            Some(archive) => self.remember(archive, &table, &mut book)?,
            None => 0,
        };
        let mut records = self.tell_all(found, (&copies, &documents), &table, book, &room)?;
        records.counts.archived = archived;
        let stories = records.stories(found, &copies, self.corpus.references());

        found.summary.add_stage("tell", start.elapsed().as_secs_f64(), 0);
        found.summary.stories = Some(records.counts);
        Ok(ToldStories { stories, places: records.places, counted })
    }

    /// The documents to tell, in order of time: by day, then by place in the input. Those without a date come last.
    fn documents(&self, found: &Clustering, copies: &BTreeMap<DocId, Vec<DocId>>) -> Vec<DatedDocument> {
        let are_copies: BTreeSet<DocId> = copies.values().flatten().copied().collect();
        let date = |document: DocId| found.dates.get(document.index()).copied().flatten();

        let mut documents: Vec<DatedDocument> = self
            .corpus
            .ids()
            .filter(|document| !are_copies.contains(document) && found.rejects.binary_search(document).is_err())
            .map(|document| {
                // A text is as old as its oldest copy.
                let of_copies = copies.get(&document).into_iter().flatten().filter_map(|copy| date(*copy));
                let first = date(document).into_iter().chain(of_copies).min();
                DatedDocument { document, day: first.map(day_of) }
            })
            .collect();
        documents.sort_by_key(|document| (document.day.is_none(), document.day));
        documents
    }

    /// What the documents of the largest window and the result take in memory.
    fn room_for(&self, documents: &[DatedDocument], found: &Clustering) -> Result<StoryRoom> {
        let options = &self.pipeline.options;
        let plan = MemoryPlan::new(options.memory, parallel::threads(), options.spill_dir()?)?;

        let dated = documents.partition_point(|document| document.day.is_some());
        let undated = match self.stories.undated {
            Undated::Together => documents.len() - dated,
            Undated::Apart => 0,
        };
        let mut first = 0;
        let mut largest = undated;
        for (place, document) in documents[..dated].iter().enumerate() {
            let is_over = |old: &DatedDocument| {
                old.day.zip(document.day).is_some_and(|(old, new)| new - old > i64::from(self.stories.window))
            };
            while is_over(&documents[first]) {
                first += 1;
            }
            largest = largest.max(place + 1 - first);
        }

        let held = found.summary.held.tables + found.units.len() as u64 * PER_RECORD;
        Ok(StoryRoom { plan, held, largest: largest as u64, window: self.stories.window })
    }

    /// Gives the documents of an archive to `book`. Returns their number.
    fn remember(&self, archive: &Corpus, table: &RarityTable, book: &mut StoryBook) -> Result<u64> {
        let options = &self.pipeline.options;
        self.progress.begin("archive", archive.len() as u64);
        let (fields, parts) = (StoryFields::new(options, archive), FieldParts::new(options, archive.options()));
        let documents: Vec<DocId> = archive.ids().collect();

        let mut all = Vec::new();
        in_pieces(
            &documents,
            || StoryReader::new(options, archive, &fields, &[]),
            |reader, piece: &[DocId]| {
                self.progress.advance(piece.len() as u64, 0);
                let mut read = Vec::new();
                for document in piece {
                    // Records that cannot be read are no past.
                    let Ok(record) = archive.read(*document) else { continue };
                    let day = parts.date(&record.fields).map(day_of);
                    if let (Some(text), _) = reader.text(*document, table, self.stories.least_words)? {
                        read.push((day, text));
                    }
                }
                Ok(read)
            },
            |read| {
                all.extend(read);
                Ok(())
            },
        )?;

        let count = all.len() as u64;
        book.remember(all);
        Ok(count)
    }

    /// Reads the documents on all threads and tells them on this one.
    fn tell_all(
        &self,
        found: &Clustering,
        (copies, documents): (&BTreeMap<DocId, Vec<DocId>>, &[DatedDocument]),
        table: &RarityTable,
        mut book: StoryBook,
        room: &StoryRoom,
    ) -> Result<ToldRecords> {
        let options = &self.pipeline.options;
        self.progress.begin("tell", documents.len() as u64);
        let fields = StoryFields::new(options, self.corpus);

        let mut places = vec![StoryPlace::Rejected; self.corpus.len()];
        let mut outlets = OutletNames::new(self.corpus.len());
        let mut is_timed = true;
        let mut vectors = VectorAccount { expects: self.stories.vector_field.is_some(), ..VectorAccount::default() };
        let no_copies = Vec::new();
        let copies_of = |document: &DocId| copies.get(document).unwrap_or(&no_copies);

        in_pieces(
            documents,
            || StoryReader::new(options, self.corpus, &fields, &found.languages),
            |reader, piece: &[DatedDocument]| {
                let mut read = |document: &DocId| -> Result<ReadDocument> {
                    let (text, outlet) = reader.text(*document, table, self.stories.least_words)?;
                    let of_copies =
                        copies_of(document).iter().map(|copy| reader.outlet(*copy)).collect::<Result<_>>()?;
                    Ok(ReadDocument { text, outlet, of_copies })
                };
                piece.iter().map(|dated| Ok((dated, read(&dated.document)?))).collect::<Result<Vec<_>>>()
            },
            |piece| {
                self.progress.advance(piece.len() as u64, 0);
                for (DatedDocument { document, day }, read) in piece {
                    let outlet = outlets.enter(*document, read.outlet);
                    for (copy, name) in copies_of(document).iter().zip(read.of_copies) {
                        outlets.enter(*copy, name);
                        places[copy.index()] = StoryPlace::Copy(*document);
                    }

                    let (place, text) = match (day, self.stories.undated, read.text) {
                        (None, Undated::Apart, _) => (StoryPlace::Undated, None),
                        (_, _, None) => (StoryPlace::Short, None),
                        (_, _, text) => (StoryPlace::Alone { recurrence: 0.0 }, text),
                    };
                    places[document.index()] = place;
                    if let Some(text) = text {
                        vectors.enter(text.embedding(), room).map_err(|error| match error {
                            VectorError::Misfit(misfit) => no_vector(self.corpus, *document, &misfit),
                            VectorError::Room(error) => error,
                        })?;
                        // Documents without a date are told as of one day, and apart from those with a date.
                        if is_timed && day.is_none() {
                            is_timed = false;
                            book.turn_over();
                        }
                        book.tell(*document, day.unwrap_or(DAY_OF_UNDATED), outlet, &text);
                    }
                }
                Ok(())
            },
        )?;

        let (told, passed_over) = book.close();
        let counts = StoryCounts { passed_over, without_vector: vectors.missing, ..StoryCounts::default() };
        Ok(ToldRecords { told, places, outlets, counts })
    }
}

/// The vectors of a run: their dimension, and how many documents have none.
#[derive(Default)]
struct VectorAccount {
    expects: bool,
    dimension: Option<usize>,
    missing: u64,
}

/// Why a vector cannot be taken.
enum VectorError {
    Misfit(String),
    Room(Error),
}

impl VectorAccount {
    /// Takes the vector of the next document.
    fn enter(&mut self, embedding: Option<&TextEmbedding>, room: &StoryRoom) -> std::result::Result<(), VectorError> {
        let Some(embedding) = embedding else {
            self.missing += u64::from(self.expects);
            return Ok(());
        };
        let dimension = embedding.dimension();
        match self.dimension {
            None => {
                self.dimension = Some(dimension);
                room.require(dimension).map_err(VectorError::Room)
            }
            Some(first) if first == dimension => Ok(()),
            Some(first) => {
                Err(VectorError::Misfit(format!("has {dimension} numbers, and those of earlier records have {first}")))
            }
        }
    }
}

/// The day of a date in universal time, counted from 1970.
const fn day_of(date: Date) -> i64 {
    date.seconds().div_euclid(DAY)
}
