//! Forms that come every day: the weather, prices, prayer times, cables, fixtures.
//!
//! A document is compared with those that are older than the window, and cannot tell its story. The best cosine of each day counts,
//! and the third best of these days: an old event may have been told by many in one or two days, a form has returned more often.

use std::collections::VecDeque;
use std::sync::Arc;

use super::key_index::{KeyHit, KeyIndex};
use super::vector::{KeySet, StemVector};

/// Most documents of the past; beyond that the oldest are forgotten.
const MOST_DOCUMENTS: usize = 1 << 18;

/// Days that the past must have until it tells which forms return.
const LEAST_DAYS: usize = 3;

/// The place of the day by which a form is judged: the third.
const JUDGED: usize = 3;

/// The recurrence from which on a document is a form.
const FORM: f64 = 0.5;

/// Whether a document with this recurrence is a form that returns.
pub(super) fn is_form(recurrence: f64) -> bool {
    recurrence >= FORM
}

/// A document of the past.
#[derive(Debug)]
struct PastDocument {
    /// `None` without a date: it then counts as one of a day of its own.
    day: Option<i64>,
    vector: Arc<StemVector>,
}

/// The documents that are older than the window.
#[derive(Debug)]
pub(super) struct PastForms {
    index: KeyIndex,
    /// The number of the oldest document.
    first: u32,
    documents: VecDeque<PastDocument>,
    /// Number of days that the documents have.
    days: usize,
    last_day: Option<i64>,
    hits: Vec<KeyHit>,
}

impl PastForms {
    pub(super) fn new() -> Self {
        Self { index: KeyIndex::new(), first: 0, documents: VecDeque::new(), days: 0, last_day: None, hits: Vec::new() }
    }

    /// Adds a document of `day`. Days come in order; documents without one come first.
    pub(super) fn insert(&mut self, day: Option<i64>, keys: KeySet, vector: Arc<StemVector>) {
        if day.is_some() && day != self.last_day {
            self.days += 1;
            self.last_day = day;
        }
        self.index.insert(keys);
        self.documents.push_back(PastDocument { day, vector });
        if self.documents.len() > MOST_DOCUMENTS {
            self.index.leave();
            self.first += 1;
            let gone = self.documents.pop_front().and_then(|document| document.day);
            let is_left = self.documents.front().is_some_and(|first| first.day == gone);
            self.days -= usize::from(gone.is_some() && !is_left);
        }
    }

    /// Number of documents.
    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    /// Takes less memory, after documents were added.
    pub(super) fn sweep(&mut self) {
        self.index.sweep();
    }

    /// Whether the past, with `more` days in order that follow it, is long enough to tell which forms return.
    pub(super) fn tells_with(&self, more: impl Iterator<Item = i64>) -> bool {
        if self.days >= LEAST_DAYS {
            return true;
        }
        let (mut days, mut last) = (self.days, self.last_day);
        for day in more {
            days += usize::from(last != Some(day));
            last = Some(day);
            if days >= LEAST_DAYS {
                return true;
            }
        }
        false
    }

    /// How much of a document is a form that returns: of the best cosines with each day of the past the third best, 0 if there are
    /// fewer. `over` are the days and cosines of documents that follow this past, in order.
    pub(super) fn recurrence(&mut self, keys: &KeySet, vector: &StemVector, over: &[(i64, u64)]) -> u64 {
        self.index.search(keys, &mut self.hits);
        let mut best = [0; JUDGED];
        let mut of_day: Option<(i64, u64)> = None;

        // Documents of one day follow each other.
        let past = |hit: &KeyHit| self.documents.get((hit.document - self.first) as usize);
        let past = self.hits.iter().filter_map(past).map(|past| (past.day, vector.product(&past.vector)));
        for (day, product) in past.chain(over.iter().map(|(day, product)| (Some(*day), *product))) {
            match (day, &mut of_day) {
                (None, _) => enter(&mut best, product),
                (Some(day), Some((last, most))) if *last == day => *most = product.max(*most),
                (Some(day), _) => {
                    let ended = of_day.replace((day, product));
                    ended.into_iter().for_each(|(_, most)| enter(&mut best, most));
                }
            }
        }
        of_day.into_iter().for_each(|(_, most)| enter(&mut best, most));
        best[JUDGED - 1]
    }
}

/// Enters a product among the best, which come in falling order; the worst falls out.
fn enter(best: &mut [u64; JUDGED], mut product: u64) {
    for place in best {
        if product > *place {
            std::mem::swap(place, &mut product);
        }
    }
}
