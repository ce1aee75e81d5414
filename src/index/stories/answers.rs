//! What an index answers about stories.

use serde::Serialize;

use crate::document::Date;
use crate::index::answer::Verdict;
use crate::story::StoredTelling;

/// A verdict, and the story of the text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToldVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// The story that a new text or a variant was put into, or would be, if it was only checked; or the story of the text that a
    /// duplicate repeats. `None` without stories; for a text with too few words; and for one that is older than the window of stories.
    pub story: Option<TextStory>,
}

/// Whose story a text tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TextStory {
    /// The key of the first text of the story, which names it. `None` of a text that was only checked and would be the first.
    pub leader: Option<String>,
    /// Whether the text joined others, or would. Otherwise it is the first text of its story.
    pub joined: bool,
    /// The score by which it joined, from the threshold to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The words that tell most of why, as they stand in the text, at most five.
    pub terms: Vec<String>,
    /// Whether it is a form that returns, such as the weather.
    pub recurring_form: bool,
}

impl TextStory {
    pub(in crate::index) fn of(row: &StoredTelling) -> Self {
        Self {
            leader: Some(row.leader_key.to_string()),
            joined: row.score().is_some(),
            score: row.score(),
            terms: row.terms(),
            recurring_form: row.is_form(),
        }
    }
}

/// Texts of an index that tell of one event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IndexStory {
    /// The key of its first text, which names it. That text may have been removed.
    pub story: String,
    /// Number of its texts that are stored; copies are not.
    pub size: usize,
    /// Number of copies of these texts that came and were not stored.
    pub copies: u64,
    /// The sources of its texts, by name.
    pub outlets: Vec<String>,
    /// When its earliest and its latest text were published.
    pub first_seen: Date,
    /// As above.
    pub last_seen: Date,
    /// Seconds between both.
    pub spread: i64,
    /// Whether its first text is a form that returns.
    pub recurring_form: bool,
    /// The words by which most of its texts joined.
    pub terms: Vec<String>,
    /// Its texts, in the order in which they were stored.
    pub documents: Vec<StoryMember>,
}

/// A text of a story.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StoryMember {
    /// Its key.
    pub id: String,
    /// Its source; empty if it has none.
    pub outlet: String,
    /// When it was published: its date, or when it was first seen, if that is earlier or all that is known.
    pub date: Date,
    /// The score by which it joined; `None` for the first text.
    pub story_score: Option<f64>,
    /// The words that tell most of why.
    pub story_terms: Vec<String>,
    /// Whether it is a form that returns.
    pub recurring_form: bool,
}

impl StoryMember {
    pub(super) fn of(row: &StoredTelling) -> Self {
        Self {
            id: row.key.to_string(),
            outlet: row.outlet.to_string(),
            date: Date::from_seconds(row.moment),
            story_score: row.score(),
            story_terms: row.terms(),
            recurring_form: row.is_form(),
        }
    }
}
