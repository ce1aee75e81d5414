//! How often copies of stored texts came, and when.

use std::collections::BTreeMap;

use super::stored_text::InsertNumber;
use crate::document::Date;

/// The copies of one stored text, which are not stored themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CopyCount {
    /// Number of copies, at least 1.
    pub(super) copies: u64,
    /// When the earliest of them was seen.
    pub(super) first_seen: Date,
    /// When the latest of them was seen.
    pub(super) last_seen: Date,
}

impl CopyCount {
    /// One copy.
    pub(super) const fn one(seen: Date) -> Self {
        Self { copies: 1, first_seen: seen, last_seen: seen }
    }

    /// These copies and others of the same text.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            copies: self.copies.saturating_add(other.copies),
            first_seen: self.first_seen.min(other.first_seen),
            last_seen: self.last_seen.max(other.last_seen),
        }
    }
}

/// The copies of some stored texts.
#[derive(Debug, Clone, Default)]
pub(super) struct CopyCounts(BTreeMap<InsertNumber, CopyCount>);

impl CopyCounts {
    /// Adds copies of a document.
    pub(super) fn add(&mut self, doc: InsertNumber, count: CopyCount) {
        self.0.entry(doc).and_modify(|known| *known = known.plus(count)).or_insert(count);
    }

    /// The copies of a document.
    pub(super) fn get(&self, doc: InsertNumber) -> Option<CopyCount> {
        self.0.get(&doc).copied()
    }

    /// Forgets the copies of a document.
    pub(super) fn remove(&mut self, doc: InsertNumber) {
        self.0.remove(&doc);
    }

    /// The documents with copies, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (InsertNumber, CopyCount)> {
        self.0.iter().map(|(doc, count)| (*doc, *count))
    }
}

#[cfg(feature = "persistent")]
impl CopyCounts {
    /// Number of documents with copies.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Subtracts copies that a commit has written. The times stay: written again, they change nothing.
    pub(super) fn subtract(&mut self, written: &Self) {
        for (doc, count) in written.iter() {
            if let Some(left) = self.0.get_mut(&doc) {
                left.copies = left.copies.saturating_sub(count.copies);
            }
        }
        self.0.retain(|_, count| count.copies > 0);
    }
}
