//! Stories that move to another index: by an export, or by a merge.
//!
//! What was told stays told: each text keeps its story, score and words, and gets a number of this index. A text that is not stored
//! here, because it repeats one that is, or has its key, is in the story of that one; if it was the first of its story, so are the
//! others. What is told of removed texts comes too, since it tells which forms return, and which stories are open.

use std::collections::{BTreeMap, VecDeque};

use super::{decoded, telling_of};
use crate::error::Result;
use crate::index::storage::Storage;
use crate::index::stored_text::{InsertNumber, StoredText};
use crate::story::StoredTelling;

/// Numbers whose rows are read at once.
const AT_ONCE: InsertNumber = 4096;

/// What an index holds under a number.
#[derive(Debug)]
pub(in crate::index) enum ToldText<'a> {
    /// A stored text, with what is told of it.
    Stored(&'a StoredText, Option<StoredTelling>),
    /// What is told of a text that was removed.
    Removed(StoredTelling),
}

/// Calls `show` with every text and every row of stories, in the order of their numbers.
pub(in crate::index) fn each_told(
    storage: &dyn Storage,
    has_stories: bool,
    show: &mut dyn FnMut(InsertNumber, ToldText<'_>) -> Result<()>,
) -> Result<()> {
    let end = storage.version()?.next;
    let mut rows = RowQueue { storage, waiting: VecDeque::new(), from: 0 };
    storage.each(&mut |number, text| {
        let row = if has_stories {
            rows.show_before(number, show)?;
            rows.take(number)?
        } else {
            None
        };
        show(number, ToldText::Stored(text, row))
    })?;
    if has_stories { rows.show_before(end, show) } else { Ok(()) }
}

/// The rows of an index, in the order of their numbers.
struct RowQueue<'a> {
    storage: &'a dyn Storage,
    waiting: VecDeque<(InsertNumber, StoredTelling)>,
    /// The number of the first text whose row was not read.
    from: InsertNumber,
}

impl RowQueue<'_> {
    fn read_before(&mut self, end: InsertNumber) -> Result<()> {
        while self.from < end {
            let to = self.from.saturating_add(AT_ONCE);
            let waiting = &mut self.waiting;
            self.storage.tellings(self.from..to, &mut |number, row| {
                waiting.push_back((number, decoded(number, row)?));
                Ok(())
            })?;
            self.from = to;
        }
        Ok(())
    }

    /// Shows the rows of texts numbered below `end`, which are not stored.
    fn show_before(
        &mut self,
        end: InsertNumber,
        show: &mut dyn FnMut(InsertNumber, ToldText<'_>) -> Result<()>,
    ) -> Result<()> {
        self.read_before(end)?;
        while self.waiting.front().is_some_and(|(number, _)| *number < end)
            && let Some((number, row)) = self.waiting.pop_front()
        {
            show(number, ToldText::Removed(row))?;
        }
        Ok(())
    }

    /// The row of the text `number`; those before are shown already.
    fn take(&mut self, number: InsertNumber) -> Result<Option<StoredTelling>> {
        self.read_before(number.saturating_add(1))?;
        let is_next = self.waiting.front().is_some_and(|(first, _)| *first == number);
        Ok(if is_next { self.waiting.pop_front().map(|(_, row)| row) } else { None })
    }
}

/// The first text of a story, as it is here.
#[derive(Debug)]
struct CarriedLeader {
    number: InsertNumber,
    /// Its key, if that is another here.
    key: Option<Box<str>>,
}

/// Gives rows of another index the numbers that their texts get here. The caller has the turn.
#[derive(Debug, Default)]
pub(in crate::index) struct StoryCarrier {
    /// By the number in the other index.
    leaders: BTreeMap<InsertNumber, CarriedLeader>,
}

impl StoryCarrier {
    /// The row of the text `theirs`, which is stored next.
    pub(in crate::index) fn next_row(
        &mut self,
        storage: &dyn Storage,
        theirs: InsertNumber,
        row: StoredTelling,
    ) -> Result<StoredTelling> {
        if row.leader == theirs {
            let number = storage.version()?.next;
            self.leaders.insert(theirs, CarriedLeader { number, key: None });
            return Ok(row.led_by(number, None));
        }

        let leader = match self.leaders.get(&row.leader) {
            Some(CarriedLeader { number, key }) => (*number, key.clone()),
            // Nothing is left of the first text, so the story is over. A number is, which keeps its texts together.
            None => {
                let number = storage.insert_removed(None)?;
                self.leaders.insert(row.leader, CarriedLeader { number, key: None });
                (number, None)
            }
        };
        Ok(row.led_by(leader.0, leader.1))
    }

    /// Takes the row of a text that was removed in the other index.
    pub(in crate::index) fn removed(
        &mut self,
        storage: &dyn Storage,
        theirs: InsertNumber,
        row: StoredTelling,
    ) -> Result<()> {
        let row = self.next_row(storage, theirs, row)?;
        storage.insert_removed(Some(row.to_bytes().into())).map(drop)
    }

    /// Takes the row of a text in whose place the text `ours` is stored.
    pub(in crate::index) fn left_out(
        &mut self,
        storage: &dyn Storage,
        theirs: InsertNumber,
        row: StoredTelling,
        ours: InsertNumber,
    ) -> Result<()> {
        let Some(own) = telling_of(storage, ours)? else {
            return self.removed(storage, theirs, row);
        };
        if row.leader == theirs {
            self.leaders.insert(theirs, CarriedLeader { number: own.leader, key: Some(own.leader_key) });
        }
        Ok(())
    }
}
