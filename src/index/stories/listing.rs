//! The operations of an index that tell stories.

use std::collections::{BTreeMap, BTreeSet};

use super::{IndexStory, StoryMember, TextStory, ToldVerdict, decoded, telling_of};
use crate::document::Date;
use crate::error::{Error, Remedy, Result};
use crate::index::answer::Verdict;
use crate::index::index_item::Item;
use crate::index::prepare::PreparedText;
use crate::index::stored_text::InsertNumber;
use crate::index::text_index::{CheckScope, Index};
use crate::story::{StoredTelling, listed_terms};

impl Index {
    /// [`check_and_insert`](Self::check_and_insert), with the story of the text. A text that is not stored has the story of the one
    /// that it repeats.
    ///
    /// # Errors
    ///
    /// As [`check_and_insert`](Self::check_and_insert).
    pub fn tell<'t>(&self, key: &str, item: impl Into<Item<'t>>) -> Result<ToldVerdict> {
        self.require_own_process()?;
        self.tell_item(key, item.into())
    }

    /// [`tell`](Self::tell) for many items: prepared and checked on all cores, decided in the order given. The answers are those of
    /// one call after the other.
    #[must_use]
    pub fn tell_all(&self, items: &[(&str, Item<'_>)]) -> Vec<Result<ToldVerdict>> {
        self.decide_all(items)
    }

    /// [`check`](Self::check), with the story that the text would be put into by [`tell`](Self::tell) now. Stores nothing. The first
    /// call reads what is told of all texts, O(texts), as opening to write does.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn foretell<'t>(&self, item: impl Into<Item<'t>>) -> Result<ToldVerdict> {
        self.require_own_process()?;
        let item = item.into();
        self.workers.admit(&self.settings, |worker| self.check_with(worker, item, CheckScope::Stories))
    }

    /// [`foretell`](Self::foretell) for many items, on all cores; each as if it came next. Answers are in the order of the items.
    #[must_use]
    pub fn foretell_all(&self, items: &[Item<'_>]) -> Vec<Result<ToldVerdict>> {
        self.check_all_in(items, CheckScope::Stories)
    }

    /// The story of a text that was checked, and matches a stored one if a number is given.
    pub(in crate::index) fn story_of_checked(
        &self,
        verdict: &Verdict,
        match_number: Option<InsertNumber>,
        text: &PreparedText,
    ) -> Result<Option<TextStory>> {
        match (verdict, match_number, &self.stories, &text.story) {
            (Verdict::Duplicate(_), Some(number), ..) => self.story_of_text(number),
            (Verdict::New { .. } | Verdict::Variant { .. }, _, Some(stories), Some(story)) => {
                stories.foretell(&*self.storage, story)
            }
            _ => Ok(None),
        }
    }

    /// The stories of two stored texts or more whose latest text was published at `since` or later; `None` lists all. Forms that
    /// return come last, then stories of most outlets first, then those of most texts, then in the order in which they began. Removed
    /// texts are left out. Reads what is told of all texts: O(texts).
    ///
    /// # Errors
    ///
    /// The index was made without stories; on disk, errors of reading.
    pub fn stories(&self, since: Option<Date>) -> Result<Vec<IndexStory>> {
        self.require_own_process()?;
        if self.stories.is_none() {
            return Err(no_stories());
        }

        let next = self.storage.version()?.next;
        let mut rows: BTreeMap<InsertNumber, Vec<(InsertNumber, StoredTelling)>> = BTreeMap::new();
        self.storage.tellings(0..next, &mut |number, row| {
            let row = decoded(number, row)?;
            rows.entry(row.leader).or_default().push((number, row));
            Ok(())
        })?;

        let copies = self.all_copies(&|| true)?;
        let mut stories = Vec::new();
        let is_recent =
            |(_, row): &(InsertNumber, StoredTelling)| since.is_none_or(|since| row.moment >= since.seconds());
        for (_, rows) in rows.into_iter().filter(|(_, rows)| rows.len() > 1 && rows.iter().any(is_recent)) {
            let mut stored = Vec::new();
            for (number, row) in rows {
                if self.storage.record(number)?.is_some() {
                    stored.push((number, row));
                }
            }
            if stored.len() > 1 && stored.iter().any(is_recent) {
                let copies =
                    stored.iter().filter_map(|(number, _)| copies.get(*number)).map(|count| count.copies).sum();
                stories.extend(story_of(stored.into_iter().map(|(_, row)| row).collect(), copies));
            }
        }
        stories.sort_by_key(|story: &IndexStory| {
            (story.recurring_form, std::cmp::Reverse((story.outlets.len(), story.size)))
        });
        Ok(stories)
    }

    /// The story of a stored text; `None` if it is in none.
    pub(in crate::index) fn story_of_text(&self, number: InsertNumber) -> Result<Option<TextStory>> {
        match self.stories {
            Some(_) => Ok(telling_of(&*self.storage, number)?.as_ref().map(TextStory::of)),
            None => Ok(None),
        }
    }
}

/// The story of some rows, in the order of their numbers, and of so many copies; `None` without any.
fn story_of(rows: Vec<StoredTelling>, copies: u64) -> Option<IndexStory> {
    let moments = || rows.iter().map(|row| row.moment);
    let (first, last) = (moments().min()?, moments().max()?);
    let outlets: BTreeSet<&str> = rows.iter().map(|row| &*row.outlet).filter(|name| !name.is_empty()).collect();
    Some(IndexStory {
        story: rows.first()?.leader_key.to_string(),
        size: rows.len(),
        copies,
        outlets: outlets.into_iter().map(str::to_owned).collect(),
        first_seen: Date::from_seconds(first),
        last_seen: Date::from_seconds(last),
        spread: last - first,
        recurring_form: rows.first()?.is_form(),
        terms: listed_terms(&rows),
        documents: rows.iter().map(StoryMember::of).collect(),
    })
}

fn no_stories() -> Error {
    let remedy = Remedy::Choose { purpose: "make a new index of the texts", parameter: "stories" };
    Error::parameter("stories", "off", "it needs an index that was made with stories").with_remedy(remedy)
}
