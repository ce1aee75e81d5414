//! The stories of an index: which of its texts tell of one event, told as they come.
//!
//! A text that is stored is told at once ([`IndexStories::tell`]), and the row of what is told of it is stored with it, in one step.
//! The state in memory follows from the rows, so it is restored from them: when the index is opened, when another process has
//! written it, and after a failure. It is that of the rows by day, then by number: rows that came from another index may be of any
//! day ([`carried`]). [`listing`] reads them for lists.

mod answers;
mod carried;
mod listing;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use answers::{IndexStory, StoryMember, TextStory, ToldVerdict};
pub(super) use carried::{StoryCarrier, ToldText, each_told};

use super::index_item::Item;
use super::storage::Storage;
use super::stored_text::InsertNumber;
use crate::document::Date;
use crate::error::{Error, Result};
use crate::story::{ForetoldText, RunningTeller, StoredTelling, StoryOptions, StoryText, TextOrigin};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The stories of an index.
#[derive(Debug)]
pub(super) struct IndexStories {
    options: StoryOptions,
    state: Mutex<StoryState>,
}

/// The teller, which has the rows of all texts before `next`.
#[derive(Debug)]
struct StoryState {
    teller: RunningTeller,
    next: InsertNumber,
}

/// A text to tell, made outside of the turn.
#[derive(Debug)]
pub(super) struct TellableText {
    pub(super) text: StoryText,
    pub(super) outlet: Box<str>,
    /// When it was published: no later than it was first seen.
    pub(super) moment: Date,
}

impl TellableText {
    pub(super) fn new(text: StoryText, item: Item<'_>, seen: Date) -> Self {
        // A wrong date in the future would end all stories.
        let moment = item.date.map_or(seen, |date| date.min(seen));
        Self { text, outlet: item.text.source.unwrap_or("").into(), moment }
    }
}

impl IndexStories {
    pub(super) fn new(options: &StoryOptions) -> Self {
        let state = StoryState { teller: RunningTeller::new(options), next: 0 };
        Self { options: options.clone(), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, StoryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the text that is to be stored next, under `number`. The caller has the turn, and stores the row with the text; if it
    /// cannot, it calls [`forget`](Self::forget). `None` if the text is too old to be told.
    pub(super) fn tell(
        &self,
        storage: &dyn Storage,
        number: InsertNumber,
        key: &str,
        text: &TellableText,
    ) -> Result<Option<StoredTelling>> {
        let mut state = self.state();
        self.catch_up(&mut state, storage)?;
        let seconds = text.moment.seconds();
        let origin = TextOrigin { key, day: seconds.div_euclid(DAY), moment: seconds, outlet: &text.outlet };

        let leader_key = |leader: u32| Ok(telling_of(storage, leader)?.ok_or_else(|| missing(leader))?.leader_key);
        let told = state.teller.tell(number, origin, &text.text, leader_key);
        match &told {
            Ok(_) => state.next = number + 1,
            Err(_) => self.begin_anew(&mut state),
        }
        told
    }

    /// What would be told of a text that is not stored. `None` if it is too old to be told.
    pub(super) fn foretell(&self, storage: &dyn Storage, text: &TellableText) -> Result<Option<TextStory>> {
        let found = {
            let mut state = self.state();
            self.catch_up(&mut state, storage)?;
            state.teller.foretell(text.moment.seconds().div_euclid(DAY), &text.outlet, &text.text)
        };
        let Some(ForetoldText { leader, score, terms, is_form }) = found else { return Ok(None) };
        let name = match leader {
            Some(leader) => Some(telling_of(storage, leader)?.ok_or_else(|| missing(leader))?.leader_key.into()),
            None => None,
        };
        Ok(Some(TextStory { joined: leader.is_some(), leader: name, score, terms, recurring_form: is_form }))
    }

    /// Forgets what is in memory: it is restored from what is stored.
    pub(super) fn forget(&self) {
        self.begin_anew(&mut self.state());
    }

    fn begin_anew(&self, state: &mut StoryState) {
        *state = StoryState { teller: RunningTeller::new(&self.options), next: 0 };
    }

    /// Takes the rows that are not in memory yet.
    fn catch_up(&self, state: &mut StoryState, storage: &dyn Storage) -> Result<()> {
        let next = storage.version()?.next;
        if state.next < next {
            let taken = match restore_in_order(state, next, storage) {
                Ok(true) => Ok(()),
                // Rows of earlier days came from another index.
                Ok(false) => {
                    self.begin_anew(state);
                    restore_by_day(state, next, storage)
                }
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                self.begin_anew(state);
                return Err(error);
            }
            state.next = next;
        }
        Ok(())
    }

    /// The number of the first text whose row is needed.
    pub(super) fn needed_from(&self, storage: &dyn Storage) -> Result<InsertNumber> {
        let mut state = self.state();
        self.catch_up(&mut state, storage)?;
        Ok(state.teller.needed_from().unwrap_or(state.next))
    }
}

/// Takes the rows before `next` that are not in memory yet. Returns whether they were in order of time; else a part was taken.
fn restore_in_order(state: &mut StoryState, next: InsertNumber, storage: &dyn Storage) -> Result<bool> {
    let StoryState { teller, next: from } = state;
    let mut is_in_order = true;
    storage.tellings(*from..next, &mut |number, row| {
        let row = decoded(number, row)?;
        is_in_order &= teller.today().is_none_or(|today| today <= row.day());
        if is_in_order {
            teller.restore(number, &row);
        }
        Ok(())
    })?;
    Ok(is_in_order)
}

/// Takes all rows before `next` by day, then by number. Holds 16 bytes a row.
fn restore_by_day(state: &mut StoryState, next: InsertNumber, storage: &dyn Storage) -> Result<()> {
    let mut order: Vec<(i64, InsertNumber)> = Vec::new();
    storage.tellings(0..next, &mut |number, row| {
        order.push((decoded(number, row)?.day(), number));
        Ok(())
    })?;
    order.sort_unstable();

    // Most rows of a day follow each other, and are read at once.
    for run in order.chunk_by(|(day, number), (other, follower)| day == other && number + 1 == *follower) {
        let (Some((_, first)), Some((_, last))) = (run.first(), run.last()) else { continue };
        storage.tellings(*first..last + 1, &mut |number, row| {
            state.teller.restore(number, &decoded(number, row)?);
            Ok(())
        })?;
    }
    Ok(())
}

/// The row of a text; `None` if it was not told, or so long ago that nothing is left of it.
fn telling_of(storage: &dyn Storage, number: InsertNumber) -> Result<Option<StoredTelling>> {
    let mut found = None;
    storage.tellings(number..number + 1, &mut |number, row| {
        found = Some(decoded(number, row)?);
        Ok(())
    })?;
    Ok(found)
}

/// The row of these bytes, which have a checksum of their own where they are stored.
fn decoded(number: InsertNumber, row: &[u8]) -> Result<StoredTelling> {
    let unknown = || Error::internal(format!("what is told of text {number} is of no known form"));
    StoredTelling::from_bytes(row).ok_or_else(unknown)
}

fn missing(leader: InsertNumber) -> Error {
    Error::internal(format!("a story is open, and the row of its first text, {leader}, is gone"))
}
