//! The stories of a corpus, and where each of its records is.

use serde::Serialize;

use super::past_forms::is_form;
use crate::document::{Date, DocId};

/// Documents that tell of one event, and their copies.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Its first document in order of time, which names it.
    pub leader: DocId,
    /// Its documents in the order in which they joined; the leader is the first.
    pub documents: Vec<StoryDocument>,
    /// Copies of these documents, each with the document, in the order of documents and then of the input.
    pub copies: Vec<StoryCopy>,
    /// The outlets of documents and copies, by name; those without a name are left out.
    pub outlets: Vec<String>,
    /// The earliest date of its records; `None` if none has one.
    pub first_seen: Option<Date>,
    /// The latest date of its records.
    pub last_seen: Option<Date>,
    /// Whether its leader is a form that returns, such as the weather.
    pub recurring_form: bool,
    /// The words that most of its documents joined by, as they stand in the texts; those of most documents first.
    pub terms: Vec<String>,
}

impl Story {
    /// Number of records: documents and copies.
    #[must_use]
    pub fn records(&self) -> usize {
        self.documents.len() + self.copies.len()
    }

    /// Seconds between the earliest and the latest record; `None` without dates.
    #[must_use]
    pub fn spread(&self) -> Option<i64> {
        Some(self.last_seen?.seconds() - self.first_seen?.seconds())
    }
}

/// A document of a story, told in its own words.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryDocument {
    /// The document.
    pub document: DocId,
    /// The score by which it joined, from the threshold to 1; `None` for the leader.
    pub score: Option<f64>,
    /// How much of it is a form that returns, from 0 to 1.
    pub recurrence: f64,
    /// The words that tell most of why it is in the story, as they stand in it, at most five.
    pub terms: Vec<String>,
}

impl StoryDocument {
    /// Whether it is a form that returns, such as the weather.
    #[must_use]
    pub fn is_form(&self) -> bool {
        is_form(self.recurrence)
    }
}

/// A copy of a document of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoryCopy {
    /// The copy.
    pub document: DocId,
    /// The document that it is a copy of.
    pub keeper: DocId,
}

/// Where a record is. Each is in exactly one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StoryPlace {
    /// It cannot be read.
    Rejected,
    /// It is a copy of this document, and wherever that is.
    Copy(DocId),
    /// It has no date.
    Undated,
    /// It has too few words.
    Short,
    /// It is a document of the story with this place in the list.
    Told(usize),
    /// It is a document whose story no other record tells.
    Alone {
        /// How much of it is a form that returns, from 0 to 1.
        recurrence: f64,
    },
}

impl StoryPlace {
    /// The name, in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Copy(_) => "copy",
            Self::Undated => "undated",
            Self::Short => "short",
            Self::Told(_) => "told",
            Self::Alone { .. } => "alone",
        }
    }

    /// Whether it is that of a form that returns, and that no other record tells.
    #[must_use]
    pub fn is_form(self) -> bool {
        matches!(self, Self::Alone { recurrence } if is_form(recurrence))
    }
}

/// The account of the records: the first six add up to all that were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StoryCounts {
    /// Number of documents in stories, copies left out.
    pub told: u64,
    /// Number of documents whose story no other record tells.
    pub alone: u64,
    /// Number of copies of other documents, wherever those are.
    pub copies: u64,
    /// Number of documents with too few words.
    pub short: u64,
    /// Number of documents without a date.
    pub undated: u64,
    /// Number of records that cannot be read.
    pub rejected: u64,
    /// Number of stories with two records or more.
    pub stories: u64,
    /// Number of those that are forms which return.
    pub recurring_stories: u64,
    /// Number of documents, told or alone, that are forms which return.
    pub recurring: u64,
    /// Number of candidates that the longest lists passed over.
    pub passed_over: u64,
    /// Number of documents of an archive.
    pub archived: u64,
    /// Number of documents, told or alone, without a vector, if the run reads vectors: their stems alone count.
    pub without_vector: u64,
}
