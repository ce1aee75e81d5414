//! A stored text: what verification and every rebuilding of the index need of it, and nothing else.

use std::sync::OnceLock;

use crate::document::Date;
use crate::shingle::{Fingerprint, ShingleSet};

/// The number of an insert, counted from 0 over the life of an index and never used twice.
pub(super) type InsertNumber = u32;

/// One stored text.
#[derive(Debug)]
pub(super) struct StoredText {
    pub(super) key: Box<str>,
    pub(super) seen: Date,
    pub(super) date: Option<Date>,
    pub(super) body: StoredBody,
}

/// What the text is compared by.
#[derive(Debug)]
pub(super) enum StoredBody {
    /// The folded text in the compact alphabet: shingles follow from it exactly and are made when they are first needed.
    Text { folded: Box<[u8]>, set: OnceLock<ShingleSet> },
    /// Its signature, [`slot_bytes`](super::Settings::slot_bytes) a value.
    Sketch { fingerprint: Fingerprint, shingles: u32, slots: Box<[u8]> },
}

impl StoredText {
    /// When it counts as published: by its own date, else when it was first seen.
    pub(super) fn moment(&self) -> Date {
        self.date.unwrap_or(self.seen)
    }

    /// Bytes in memory, about.
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

    /// Forgets what was made for a comparison.
    pub(super) fn forget_set(&mut self) {
        if let Self::Text { set, .. } = self {
            set.take();
        }
    }
}
