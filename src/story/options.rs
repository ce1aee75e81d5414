//! What decides which documents tell one story.

use std::fmt;
use std::str::FromStr;

use super::vector::ONE;
use crate::error::{Error, Remedy, Result};

/// What happens to documents without a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Undated {
    /// They are in no story, and counted.
    #[default]
    Apart,
    /// They are compared with each other as if they were of one day, and never with dated ones.
    Together,
}

impl Undated {
    /// The name, in options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apart => "apart",
            Self::Together => "together",
        }
    }
}

impl fmt::Display for Undated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Undated {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = [Self::Apart, Self::Together].into_iter().find(|undated| undated.name() == name);
        found.ok_or_else(|| Error::parameter("undated", name, "apart or together"))
    }
}

/// What decides which documents tell one story. The defaults were measured; see `docs/STORIES.md`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoryOptions {
    /// Least score at which a document joins a story; above 0, at most 1.
    pub threshold: f64,
    /// Least cosine with the first document of a story; above 0, at most 1.
    pub leader: f64,
    /// Days after its last document in which a story takes another one; at most 3,650.
    pub window: u32,
    /// Days after its first document in which a story takes another one; at least `window`, at most 3,650.
    pub span: u32,
    /// Documents with fewer words, title included, are too short to tell a story.
    pub least_words: usize,
    /// What happens to documents without a date.
    pub undated: Undated,
    /// The field with the vector of a document, if there is one: a list of numbers, or little-endian `f32` in base64; columns of
    /// Parquet and Arrow may hold lists or bytes. All have the same number of numbers, and only their direction counts.
    pub vector_field: Option<String>,
    /// How much the vectors count: above 0, at most 1, which leaves stems to find the candidates only. A cosine is then
    /// `(1 - weight) · stems + weight · vectors`.
    pub vector_weight: f64,
}

impl Default for StoryOptions {
    fn default() -> Self {
        Self {
            threshold: 0.48,
            leader: 0.38,
            window: 3,
            span: 7,
            least_words: 25,
            undated: Undated::Apart,
            vector_field: None,
            vector_weight: 0.3,
        }
    }
}

impl StoryOptions {
    /// Most days of a window or span.
    pub const MOST_DAYS: u32 = 3_650;

    /// Checks the values.
    ///
    /// # Errors
    ///
    /// The first value out of its range.
    pub fn validate(&self) -> Result<()> {
        let shares =
            [("story_threshold", self.threshold), ("story_leader", self.leader), ("vector_weight", self.vector_weight)];
        for (name, value) in shares {
            if !(value > 0.0 && value <= 1.0) {
                return Err(Error::parameter(name, value, "above 0 and at most 1"));
            }
        }
        if self.window > Self::MOST_DAYS {
            return Err(Error::parameter("story_window", self.window, format!("at most {} days", Self::MOST_DAYS)));
        }
        if !(self.window..=Self::MOST_DAYS).contains(&self.span) {
            let expected = format!("from the {} days of the window to {}", self.window, Self::MOST_DAYS);
            return Err(Error::parameter("story_span", self.span, expected));
        }
        Ok(())
    }

    /// Refuses a run in which no document can have a date, unless undated ones are to be compared.
    ///
    /// # Errors
    ///
    /// There is no field with dates, and undated documents stay apart.
    pub fn check_dates(&self, date_field: Option<&str>) -> Result<()> {
        if date_field.is_some() || self.undated == Undated::Together {
            return Ok(());
        }
        let expected = "together, if no field with dates is given: stories are told in order of time";
        let purpose = "name the field with the publication date";
        Err(Error::parameter("undated", self.undated, expected)
            .with_remedy(Remedy::Choose { purpose, parameter: "date_field" }))
    }
}

/// The options in whole numbers: products of vectors are in units of [`ONE`] squared.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoryRules {
    pub(super) threshold: i64,
    pub(super) leader: i64,
    pub(super) window: i64,
    pub(super) span: i64,
    pub(super) vector_weight: i64,
}

/// A cosine of 1.
pub(super) const WHOLE: i64 = (ONE * ONE) as i64;

impl StoryRules {
    pub(super) fn new(options: &StoryOptions) -> Self {
        Self {
            threshold: whole(options.threshold),
            leader: whole(options.leader),
            window: i64::from(options.window),
            span: i64::from(options.span),
            vector_weight: whole(options.vector_weight),
        }
    }
}

/// A share of one in whole numbers.
#[expect(clippy::cast_possible_truncation, reason = "a share is at most 1")]
fn whole(share: f64) -> i64 {
    (share * WHOLE as f64).round() as i64
}

/// A whole number as a share of one.
pub(super) fn share(score: i64) -> f64 {
    score as f64 / WHOLE as f64
}
