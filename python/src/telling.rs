//! The keywords that decide which documents tell one story.

use std::path::PathBuf;

use mukarrar::Result;
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::pipeline::{Clustering, Pipeline, Progress, ToldStories};
use mukarrar::story::{RarityTable, StoryOptions};
use pyo3::prelude::*;

use crate::errors::parameter;
use crate::options::{number, paths, whole, word};

/// How stories are told, and with what.
#[derive(Default)]
pub struct TellingRequest {
    is_asked: bool,
    options: StoryOptions,
    archive: Vec<PathBuf>,
    idf: Option<PathBuf>,
    /// The first keyword that means nothing unless stories are told.
    given: Option<String>,
}

impl TellingRequest {
    /// Reads a keyword. Returns whether it is one of stories.
    ///
    /// # Errors
    ///
    /// A value of another type, or out of its range.
    pub fn take(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        match name {
            "stories" => {
                self.is_asked = value.extract()?;
                return Ok(true);
            }
            "archive" => self.archive = paths(value)?,
            "idf" => self.idf = value.extract()?,
            "story_threshold" => self.options.threshold = number(name, value)?,
            "story_leader" => self.options.leader = number(name, value)?,
            "story_window" => self.options.window = whole(name, value)?,
            "story_span" => self.options.span = whole(name, value)?,
            "least_words" => self.options.least_words = whole(name, value)?,
            "undated" => self.options.undated = word(value)?,
            "vector_field" => self.options.vector_field = value.extract()?,
            "vector_weight" => self.options.vector_weight = number(name, value)?,
            _ => return Ok(false),
        }
        self.given.get_or_insert_with(|| name.to_owned());
        Ok(true)
    }

    /// How stories are told, if they are.
    ///
    /// # Errors
    ///
    /// A keyword of stories without them.
    pub fn options(&self, py: Python<'_>) -> PyResult<Option<StoryOptions>> {
        match &self.given {
            _ if self.is_asked => Ok(Some(self.options.clone())),
            Some(name) => Err(parameter(py, name, "given", "left out, or given together with stories=True")),
            None => Ok(None),
        }
    }

    /// The table that was given, if one was.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn given_table(&self) -> Result<Option<RarityTable>> {
        self.idf.as_deref().map(RarityTable::read).transpose()
    }

    /// Tells the stories of a corpus that was read as `reading`, if they are asked for.
    ///
    /// # Errors
    ///
    /// The table or the archive cannot be read; those of telling.
    pub fn tell(
        &self,
        pipeline: &Pipeline,
        reading: &InputOptions,
        (corpus, found): (&Corpus, &mut Clustering),
        progress: &dyn Progress,
    ) -> Result<Option<ToldStories>> {
        if !self.is_asked {
            return Ok(None);
        }
        let table = self.given_table()?.unwrap_or_else(|| RarityTable::built_in().clone());
        let archive = match self.archive.as_slice() {
            [] => None,
            paths => {
                let mut reading = reading.clone();
                pipeline.options().ask_for_archive(&mut reading);
                let archive = Corpus::open(paths, reading)?;
                archive.refuse_nothing_read(&[])?;
                Some(archive)
            }
        };
        pipeline.tell_stories(corpus, found, archive.as_ref(), &table, progress).map(Some)
    }
}
