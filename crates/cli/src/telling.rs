//! The arguments that decide which documents tell one story.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::{MatchingArgs, ReadingArgs, VerbosityArgs};
use super::args::names::{Names, UNDATED};
use super::console::Console;
use super::inputs;
use super::remedies::parse;
use mukarrar::error::{Error, Result};
use mukarrar::input::Corpus;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Clustering, Pipeline, Progress, ToldStories};
use mukarrar::story::{RarityTable, StoryOptions, Undated};

/// Which documents tell one story.
#[derive(Debug, Args)]
#[command(next_help_heading = "Stories")]
pub(super) struct TellingArgs {
    /// Earlier documents, files or directories with the same fields: a text of which the like is in them, older than the
    /// window, is a form that returns (the weather, prices) and not the story of days before. They are in no result. May be
    /// repeated. If not given, only the earlier days of the input tell.
    #[arg(long, value_name = "ARCHIVE")]
    archive: Vec<PathBuf>,
    /// Table of how rare words are, written by `mukarrar idf`. If not given, one of Arabic, Persian and Urdu news. Words of languages
    /// that the table lacks are counted in the input.
    #[arg(long, value_name = "FILE")]
    idf: Option<PathBuf>,
    /// Least score at which a document joins a story: above 0, at most 1.
    #[arg(long, value_name = "S", default_value_t = StoryOptions::default().threshold)]
    story_threshold: f64,
    /// Least cosine with the first document of the story: above 0, at most 1.
    #[arg(long, value_name = "S", default_value_t = StoryOptions::default().leader)]
    story_leader: f64,
    /// Days after its last document in which a story takes another one: at most 3650.
    #[arg(long, value_name = "DAYS", default_value_t = StoryOptions::default().window)]
    story_window: u32,
    /// Days after its first document in which a story takes another one: from --story-window to 3650.
    #[arg(long, value_name = "DAYS", default_value_t = StoryOptions::default().span)]
    story_span: u32,
    /// Documents with fewer words, title included, are in no story.
    #[arg(long, value_name = "N", default_value_t = StoryOptions::default().least_words)]
    least_words: usize,
    /// Documents without a date: apart leaves them out of all stories and counts them; together compares them with each other
    /// as if they were of one day.
    #[arg(long, value_name = "HOW", default_value_t = StoryOptions::default().undated, value_parser = Names::of(&UNDATED, parse::<Undated>), hide_possible_values = true)]
    undated: Undated,
    /// Field with an embedding of each record, which counts together with its words: a list of numbers, or little-endian f32 in
    /// base64; a column of lists or bytes in Parquet. Records without one are compared by words alone.
    #[arg(long, value_name = "NAME")]
    vector_field: Option<String>,
    /// How much the vectors count: a cosine is (1 - W) of words + W of vectors; above 0, at most 1.
    #[arg(long, value_name = "W", default_value_t = StoryOptions::default().vector_weight)]
    vector_weight: f64,
}

impl TellingArgs {
    /// The options, checked for a run with the dates of `matching`.
    pub(super) fn options(&self, matching: &MatchingArgs) -> Result<StoryOptions> {
        let mut options = StoryOptions::default();
        options.threshold = self.story_threshold;
        options.leader = self.story_leader;
        options.window = self.story_window;
        options.span = self.story_span;
        options.least_words = self.least_words;
        options.undated = self.undated;
        options.vector_field.clone_from(&self.vector_field);
        options.vector_weight = self.vector_weight;
        options.validate()?;
        options.check_dates(matching.date_field.as_deref())?;
        Ok(options)
    }

    /// The table of rarity.
    pub(super) fn table(&self) -> Result<RarityTable> {
        self.idf.as_deref().map_or_else(|| Ok(RarityTable::built_in().clone()), RarityTable::read)
    }

    /// Reads the archive, if there is one.
    pub(super) fn open_archive(&self, reading: &ReadingArgs, pipeline: &Pipeline) -> Result<Option<Corpus>> {
        if self.archive.is_empty() {
            return Ok(None);
        }
        let mut reading = inputs::input_options(reading, UnitLevel::Document, Vec::new());
        pipeline.options().ask_for_archive(&mut reading);
        let archive = Corpus::open(&self.archive, reading)?;
        archive.refuse_nothing_read(&[])?;
        Ok(Some(archive))
    }

    /// The first argument with a value of its own.
    fn first_given(&self) -> Option<(&'static str, String)> {
        let Self { archive, idf, .. } = self;
        let defaults = StoryOptions::default();
        [
            ("archive", archive.first().map(|path| path.display().to_string())),
            ("idf", idf.as_ref().map(|path| path.display().to_string())),
            ("story_threshold", given(self.story_threshold, defaults.threshold)),
            ("story_leader", given(self.story_leader, defaults.leader)),
            ("story_window", given(self.story_window, defaults.window)),
            ("story_span", given(self.story_span, defaults.span)),
            ("least_words", given(self.least_words, defaults.least_words)),
            ("undated", given(self.undated, defaults.undated)),
            ("vector_field", self.vector_field.clone()),
            ("vector_weight", given(self.vector_weight, defaults.vector_weight)),
        ]
        .into_iter()
        .find_map(|(name, value)| Some((name, value?)))
    }
}

fn given<T: PartialEq + ToString>(value: T, default: T) -> Option<String> {
    (value != default).then(|| value.to_string())
}

/// Says which languages have no table.
pub(super) fn note_counted(told: &ToldStories, verbosity: &VerbosityArgs, console: &Console) {
    if !told.counted.is_empty() && !verbosity.quiet {
        let codes: Vec<&str> = told.counted.iter().map(|language| language.code()).collect();
        console.note(&format!("rare words of {} were counted in the input: the table lacks them", codes.join(", ")));
    }
}

/// Stories as a part of what kept records carry.
#[derive(Debug, Args)]
#[command(next_help_heading = "Stories")]
pub(super) struct StoryAnnotationArgs {
    /// Tell stories, as the command of this name, and add to the field of --annotate whose story a kept record tells: the id of
    /// its first document, the score, what they share, and whether it is a form that returns. Removes nothing.
    #[arg(long, requires = "annotate")]
    stories: bool,
    #[command(flatten)]
    telling: TellingArgs,
}

/// What stories are told with, read before the input.
pub(super) struct TellingInputs {
    archive: Option<Corpus>,
    table: RarityTable,
}

impl StoryAnnotationArgs {
    /// How stories are told, if they are.
    pub(super) fn options(&self, matching: &MatchingArgs) -> Result<Option<StoryOptions>> {
        if self.stories {
            return self.telling.options(matching).map(Some);
        }
        match self.telling.first_given() {
            Some((name, value)) => Err(Error::parameter(name, value, "left out, or given together with --stories")),
            None => Ok(None),
        }
    }

    /// Reads what stories are told with, if they are.
    pub(super) fn inputs(&self, reading: &ReadingArgs, pipeline: &Pipeline) -> Result<Option<TellingInputs>> {
        if !self.stories {
            return Ok(None);
        }
        let archive = self.telling.open_archive(reading, pipeline)?;
        Ok(Some(TellingInputs { archive, table: self.telling.table()? }))
    }
}

impl TellingInputs {
    /// Tells the stories of a corpus.
    pub(super) fn tell(
        &self,
        pipeline: &Pipeline,
        corpus: &Corpus,
        found: &mut Clustering,
        progress: &dyn Progress,
    ) -> Result<ToldStories> {
        pipeline.tell_stories(corpus, found, self.archive.as_ref(), &self.table, progress)
    }
}
