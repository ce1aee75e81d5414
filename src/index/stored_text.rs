//! A stored text: everything that verification, and rebuilding the index, need.

use std::sync::OnceLock;

use crate::document::Date;
use crate::error::{ErrorKind, Result};
use crate::shingle::{Fingerprint, ShingleSet};

/// The number of an insert, counted from 0 over the life of an index and never used again: it names a stored document.
pub(super) type InsertNumber = u32;

/// The number of the next insert, after `inserted` inserts.
///
/// # Errors
///
/// All 2³² − 1 numbers are used.
pub(super) fn next_number(inserted: u64) -> Result<InsertNumber> {
    match InsertNumber::try_from(inserted) {
        Ok(number) if number < InsertNumber::MAX => Ok(number),
        _ => Err(ErrorKind::Parameter {
            name: "insert",
            value: inserted.to_string(),
            expected: "an index takes 4,294,967,295 inserts over its life; export it and import it into a new one"
                .into(),
            remedy: None,
        }
        .into()),
    }
}

/// One stored text.
#[derive(Debug)]
pub(super) struct StoredText {
    pub(super) key: Box<str>,
    pub(super) seen: Date,
    pub(super) date: Option<Date>,
    pub(super) body: StoredBody,
}

/// The representation that a text is compared by.
#[derive(Debug)]
pub(super) enum StoredBody {
    /// The folded text in the compact alphabet. Its shingles follow from it exactly; they are made when first needed.
    Text { folded: Box<[u8]>, set: OnceLock<ShingleSet> },
    /// The signature, [`slot_bytes`](super::Settings::slot_bytes) bytes per value.
    Sketch { fingerprint: Fingerprint, shingles: u32, slots: Box<[u8]> },
}

impl StoredText {
    /// When it counts as published: its date, or else when it was first seen.
    pub(super) fn moment(&self) -> Date {
        self.date.unwrap_or(self.seen)
    }

    /// Bytes in memory, approximately.
    pub(super) fn bytes(&self) -> usize {
        let body = match &self.body {
            StoredBody::Text { folded, .. } => folded.len(),
            StoredBody::Sketch { slots, .. } => slots.len(),
        };

        size_of::<Self>() + self.key.len() + body
    }
}

impl StoredBody {
    /// A folded text.
    pub(super) fn text(folded: Box<[u8]>) -> Self {
        Self::Text { folded, set: OnceLock::new() }
    }

    /// Drops the shingles that a comparison made.
    pub(super) fn forget_set(&mut self) {
        if let Self::Text { set, .. } = self {
            set.take();
        }
    }
}
