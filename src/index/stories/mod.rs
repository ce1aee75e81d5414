//! The stories of an index: which of its texts tell of one event, told as they come.
//!
//! A text that is stored is told at once ([`IndexStories::tell`]), and the row of what is told of it is stored with it, in one step.
//! The state in memory follows from the rows, so it is restored from them: when the index is opened, when another process has
//! written it, and after a failure. `stories_of` reads them for lists.

mod answers;
mod listing;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use answers::{IndexStory, StoryMember, TextStory, ToldVerdict};

use super::index_item::Item;
use super::storage::Storage;
use super::stored_text::InsertNumber;
use crate::document::Date;
use crate::error::{Error, Result};
use crate::story::{RunningTeller, StoredTelling, StoryOptions, StoryText, TextOrigin};

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

        let leader_key = |leader: u32| Ok(telling_of(storage, leader)?.ok_or_else(|| missing(leader))?.key);
        let told = state.teller.tell(number, origin, &text.text, leader_key);
        match &told {
            Ok(_) => state.next = number + 1,
            Err(_) => self.begin_anew(&mut state),
        }
        told
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
            let StoryState { teller, next: from } = state;
            let taken = storage.tellings(*from..next, &mut |number, row| {
                teller.restore(number, &decoded(number, row)?);
                Ok(())
            });
            match taken {
                Ok(()) => *from = next,
                Err(error) => {
                    self.begin_anew(state);
                    return Err(error);
                }
            }
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
