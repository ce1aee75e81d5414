//! The calls of the API: reads the items of a body, asks the index, and writes the answers.

use mukarrar::document::Date;
use mukarrar::index::Item;
use rayon::prelude::*;

use super::body::HeldBody;
use super::items::{self, BodyItems, BodyType, CheckItem, InsertItem, QueryItem, ReplyLayout};
use super::problem::{Problem, ProblemKind};
use super::replies::{self, IndexAnswers, Reply, WhenFull};
use super::state::ServerState;

/// The routes that take `POST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiCall {
    Check,
    Insert,
    CheckAndInsert,
    Query,
}

impl ApiCall {
    /// Whether the call changes the index.
    pub(super) const fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::CheckAndInsert)
    }
}

/// Answers a body. With `durable`, its changes and everything that its answers report are on disk afterwards.
pub(super) fn answer(
    state: &ServerState,
    call: ApiCall,
    media: BodyType,
    body: HeldBody,
    durable: bool,
) -> Result<Reply, Problem> {
    let (layout, answers) = ask(state, call, media, &body.bytes)?;
    if call.writes() {
        state.changed();
    }

    // Also if nothing was stored: a key that exists may be from an earlier request that is not on disk yet.
    if durable {
        state.commit()?;
    }

    // Returns the memory of the request before the answer takes its own.
    drop(body);
    let when_full = if call.writes() { WhenFull::Give } else { WhenFull::Refuse };
    replies::write(state, layout, &answers, when_full)
}

fn ask(
    state: &ServerState,
    call: ApiCall,
    media: BodyType,
    body: &[u8],
) -> Result<(ReplyLayout, IndexAnswers), Problem> {
    match call {
        ApiCall::Check => check(state, media, body),
        ApiCall::Insert => insert(state, media, body),
        ApiCall::CheckAndInsert => check_and_insert(state, media, body),
        ApiCall::Query => query(state, media, body),
    }
}

// A single item goes to the method for one text: the methods for many distribute work over threads.

fn check(state: &ServerState, media: BodyType, body: &[u8]) -> Result<(ReplyLayout, IndexAnswers), Problem> {
    let (layout, asked) = items::read::<CheckItem<'_>>(media, body, state.limits.batch)?;
    let items: Vec<Item<'_>> = asked.iter().flatten().map(CheckItem::item).collect();

    let verdicts = match &*items {
        [item] => vec![state.index.foretell(*item)],
        items => state.index.foretell_all(items),
    };

    Ok((layout, IndexAnswers::Told(in_place(asked, verdicts))))
}

fn insert(state: &ServerState, media: BodyType, body: &[u8]) -> Result<(ReplyLayout, IndexAnswers), Problem> {
    let (layout, keyed) = items::read::<InsertItem<'_>>(media, body, state.limits.batch)?;
    let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();

    let inserted = match &*items {
        [(key, item)] => vec![state.index.insert(key, *item)],
        items => state.index.insert_all(items),
    };

    // A text without tokens is not stored. This is not an error.
    let is_stored =
        |(answer, (key, _)): (mukarrar::Result<()>, &(&str, Item<'_>))| answer.and_then(|()| state.index.contains(key));
    let stored = inserted.into_iter().zip(&items).map(is_stored).collect();

    Ok((layout, IndexAnswers::Stored(in_place(keyed, stored))))
}

fn check_and_insert(state: &ServerState, media: BodyType, body: &[u8]) -> Result<(ReplyLayout, IndexAnswers), Problem> {
    let (layout, keyed) = items::read::<InsertItem<'_>>(media, body, state.limits.batch)?;
    let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();

    let told = match &*items {
        [(key, item)] => vec![state.index.tell(key, *item)],
        items => state.index.tell_all(items),
    };

    Ok((layout, IndexAnswers::Told(in_place(keyed, told))))
}

fn query(state: &ServerState, media: BodyType, body: &[u8]) -> Result<(ReplyLayout, IndexAnswers), Problem> {
    let (layout, asked) = items::read::<QueryItem<'_>>(media, body, state.limits.batch)?;

    // Checked before any query runs: the index verifies as many texts as matches are requested.
    items::within_matches(&asked, state.limits.matches)?;
    let items: Vec<&QueryItem<'_>> = asked.iter().flatten().collect();

    let query = |asked: &QueryItem<'_>| state.index.query(asked.item(), asked.top.0, asked.by);
    let matches = match &*items {
        [item] => vec![query(item)],
        items => items.par_iter().map(|asked| query(asked)).collect(),
    };

    Ok((layout, IndexAnswers::Matches(in_place(asked, matches))))
}

/// The stories of the index whose latest text was published at `since` or later.
pub(super) fn stories(state: &ServerState, since: Option<Date>) -> Result<Reply, Problem> {
    if state.index.settings().stories().is_none() {
        return Err(Problem::new(ProblemKind::NoStories, "make a new index with stories and store the texts again"));
    }
    replies::write_stories(state, &state.index.stories(since)?)
}

/// Removes the text with a key.
pub(super) fn delete(state: &ServerState, key: &str, durable: bool) -> Result<(), Problem> {
    let removed = state.index.remove(key)?;
    if removed {
        state.changed();
    }

    // Also if the key is unknown: its removal may be from an earlier request that is not on disk yet.
    if durable {
        state.commit()?;
    }

    if removed { Ok(()) } else { Err(Problem::new(ProblemKind::NotFound, format!("no document has the key {key:?}"))) }
}

fn pair<'a>(keyed: &'a InsertItem<'_>) -> (&'a str, Item<'a>) {
    (&keyed.key.0, keyed.item())
}

/// Puts each answer in the place of its item. Items that could not be read have no answer and keep their problem.
fn in_place<T, A>(items: BodyItems<T>, answers: Vec<mukarrar::Result<A>>) -> Vec<Result<A, Problem>> {
    debug_assert_eq!(items.iter().flatten().count(), answers.len(), "one answer for each item that was read");
    let mut answers = answers.into_iter();

    let lost = || Problem::new(ProblemKind::Failed, "the index gave no answer");
    let answer = |item: Result<T, Problem>| item.and_then(|_| Ok(answers.next().ok_or_else(lost)??));
    items.into_iter().map(answer).collect()
}
