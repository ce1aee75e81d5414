//! Placeholder for input.

use std::borrow::Cow;

use crate::document::{DocId, Source};

/// The opened input.
#[derive(Debug, Default)]
pub struct Corpus {}

/// One record.
#[derive(Debug)]
pub struct Record<'a> {
    /// Its id.
    pub id: Cow<'a, str>,
    /// Its text.
    pub text: Cow<'a, str>,
}

/// A record that cannot be read.
#[derive(Debug)]
pub struct Reject {
    /// Where.
    pub source: Source,
}

impl Corpus {
    /// Records.
    pub fn len(&self) -> usize {
        0
    }

    /// Reads one.
    pub fn read(&self, _id: DocId) -> std::result::Result<Record<'_>, Reject> {
        Ok(Record { id: Cow::Borrowed(""), text: Cow::Borrowed("") })
    }
}
