//! The pairs that a run wrote.

use std::path::PathBuf;

use super::strata::ListedRelation;
use crate::error::{ErrorKind, Result};
use crate::input::{Corpus, FieldValue, InputOptions, Record};

/// A pair of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedPair {
    /// The id of the first text, or of the keeper.
    pub id_a: String,
    /// The id of the second text, or of the removed one.
    pub id_b: String,
    /// The relation of the two.
    pub relation: ListedRelation,
    /// Jaccard, 0 to 1.
    pub jaccard: f64,
    /// Containment, 0 to 1.
    pub containment: f64,
}

/// The pairs of a list, in its order.
#[derive(Debug, Clone, Default)]
pub struct ListedPairs(Vec<ListedPair>);

/// The further fields that are read: those of a list of pairs, then those of a list of removed records.
const FIELDS: [&str; 6] = ["id_a", "id_b", "jaccard", "containment", "keeper", "id"];

impl ListedPairs {
    /// Reads a list of pairs (`id_a`, `id_b`, `relation`, `jaccard`, `containment`), or of removed records (`keeper`, `id` and
    /// the same) with one keeper each, in any format that is read. O(n) in its bytes.
    ///
    /// # Errors
    ///
    /// The file cannot be read; it has no pairs; a row lacks a field, has an unknown relation, or a score outside of 0 to 1:
    /// the error names the row.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let mut options = InputOptions { text_field: "relation".to_owned(), ..InputOptions::default() };
        options.ask_if_there(FIELDS.map(str::to_owned));

        let corpus = Corpus::open(std::slice::from_ref(&path), options)?;
        let mut pairs = Vec::with_capacity(corpus.len());
        let mut wrong = None;
        corpus.each(|id, record| {
            if wrong.is_some() {
                return;
            }
            match record.map_err(|reject| reject.reason.problem()).and_then(|record| pair(&record)) {
                Ok(pair) => pairs.push(pair),
                Err(reason) => wrong = Some((corpus.source(id).line.unwrap_or(1), reason)),
            }
        })?;

        if pairs.is_empty() && wrong.is_none() {
            wrong = Some((1, "there are no pairs; write a list with `pairs`".to_owned()));
        }
        match wrong {
            Some((line, reason)) => Err(ErrorKind::Gold { path, line, reason, remedy: None }.into()),
            None => Ok(Self(pairs)),
        }
    }

    /// The pairs, in the order of the list.
    #[must_use]
    pub fn pairs(&self) -> &[ListedPair] {
        &self.0
    }
}

impl From<Vec<ListedPair>> for ListedPairs {
    fn from(pairs: Vec<ListedPair>) -> Self {
        Self(pairs)
    }
}

/// The pair in a row.
fn pair(row: &Record<'_>) -> std::result::Result<ListedPair, String> {
    let relation = ListedRelation::from_name(row.text.trim()).ok_or_else(|| {
        format!("the relation {:?} is unknown: exact, near, contained, contains, variant or related", row.text)
    })?;

    let text = |place: usize| match row.fields.get(place)?.as_ref()? {
        FieldValue::Text(text) => Some(text.clone()),
        FieldValue::Number(number) => Some(number.to_string()),
    };
    let id = |place: usize, other: usize| {
        let id = text(place).or_else(|| text(other));
        id.ok_or_else(|| format!("it has neither the field {:?} nor {:?}", FIELDS[place], FIELDS[other]))
    };
    let score = |place: usize| {
        let score = match row.fields.get(place).and_then(Option::as_ref) {
            Some(FieldValue::Number(number)) => Some(*number),
            // Tables have no numbers.
            Some(FieldValue::Text(text)) => text.trim().parse().ok(),
            None => None,
        };
        let score = score.filter(|score| (0.0..=1.0).contains(score));
        score.ok_or_else(|| format!("the field {:?} is no number from 0 to 1", FIELDS[place]))
    };

    Ok(ListedPair { id_a: id(0, 4)?, id_b: id(1, 5)?, relation, jaccard: score(2)?, containment: score(3)? })
}
