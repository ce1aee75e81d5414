//! The fields that tell of a kept record whose story it is.

use std::io;

use serde::Serialize;

use crate::document::DocId;
use crate::input::AddedKind;
use crate::pipeline::ToldStories;
use crate::report::shown_units::ShownUnits;
use crate::story::{StoryDocument, StoryPlace};

/// The stories of the records of a run.
pub(super) struct StoryAnnotations<'a> {
    told: &'a ToldStories,
    /// The place of each record that is told in the list of documents of its story.
    ranks: Vec<u32>,
}

/// What a record tells of its story.
#[derive(Debug, Default, Serialize)]
pub(super) struct StoryAnnotation {
    /// The id of the first document of its story, which is its own if nobody else tells it; `null` if it is in none.
    story: Option<String>,
    story_score: Option<f64>,
    story_terms: Vec<String>,
    recurring_form: bool,
}

pub(super) const STORY_COLUMNS: [(&str, AddedKind); 4] = [
    ("story", AddedKind::Text),
    ("story_score", AddedKind::Real),
    ("story_terms", AddedKind::Text),
    ("recurring_form", AddedKind::Flag),
];

impl StoryAnnotation {
    /// A cell for each of [`STORY_COLUMNS`]; a missing value is empty.
    pub(super) fn cells(&self) -> [String; STORY_COLUMNS.len()] {
        [
            self.story.clone().unwrap_or_default(),
            self.story_score.map_or_else(String::new, |score| format!("{score:.6}")),
            self.story_terms.join(" "),
            self.recurring_form.to_string(),
        ]
    }
}

impl<'a> StoryAnnotations<'a> {
    /// Those of a run. O(records).
    pub(super) fn new(told: &'a ToldStories) -> Self {
        Self { told, ranks: told.ranks() }
    }

    /// What a record tells. A copy is in the story of the text that it is a copy of, without a score of its own.
    pub(super) fn of(&self, document: DocId, shown: &ShownUnits<'_>) -> io::Result<StoryAnnotation> {
        let Some(place) = self.told.places.get(document.index()) else { return Ok(StoryAnnotation::default()) };
        let name = |document: DocId| shown.name(document).map(|name| Some(name.to_string()));

        Ok(match *place {
            StoryPlace::Rejected | StoryPlace::Undated | StoryPlace::Short => StoryAnnotation::default(),
            StoryPlace::Alone { .. } => StoryAnnotation {
                story: name(document)?,
                recurring_form: place.is_form(),
                ..StoryAnnotation::default()
            },
            StoryPlace::Copy(keeper) => StoryAnnotation {
                story: self.story_of(keeper).map_or(Ok(None), |(leader, _)| name(leader))?,
                ..StoryAnnotation::default()
            },
            StoryPlace::Told(_) => {
                let Some((leader, told)) = self.story_of(document) else { return Ok(StoryAnnotation::default()) };
                StoryAnnotation {
                    story: name(leader)?,
                    story_score: told.score,
                    story_terms: told.terms.clone(),
                    recurring_form: told.is_form(),
                }
            }
        })
    }

    /// The leader of the story of a document that is told, and what is told of the document.
    fn story_of(&self, document: DocId) -> Option<(DocId, &'a StoryDocument)> {
        let StoryPlace::Told(story) = *self.told.places.get(document.index())? else { return None };
        let story = self.told.stories.get(story)?;
        Some((story.leader, story.documents.get(self.ranks[document.index()] as usize)?))
    }
}
