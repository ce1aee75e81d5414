//! What the routes do with the index: items in, answers out.

use mukarrar::index::Item;
use rayon::prelude::*;

use super::body::Held;
use super::items::{self, Asked, Items, Keyed, Layout, Media, Wanted};
use super::problem::{Kind, Problem};
use super::replies::{self, Answers, Reply, WhenFull};
use super::state::State;

/// What a `POST` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Check,
    Insert,
    CheckAndInsert,
    Query,
}

impl Call {
    /// Whether it changes the index.
    pub(super) const fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::CheckAndInsert)
    }
}

/// Answers a body; with `durable` what it changed, and what it met, is on disk afterwards.
pub(super) fn answer(state: &State, call: Call, media: Media, body: Held, durable: bool) -> Result<Reply, Problem> {
    let (layout, answers) = ask(state, call, media, &body.bytes)?;
    if call.writes() {
        state.changed();
    }
    // Whatever the answers are: that a key is taken may tell of an earlier try, which is not on disk yet.
    if durable {
        state.commit()?;
    }
    // The answer may have the memory that the request took.
    drop(body);
    let when_full = if call.writes() { WhenFull::Give } else { WhenFull::Refuse };
    replies::write(state, layout, &answers, when_full)
}

fn ask(state: &State, call: Call, media: Media, body: &[u8]) -> Result<(Layout, Answers), Problem> {
    let limit = state.limits.batch;
    match call {
        Call::Check => {
            let (layout, asked) = items::read::<Asked<'_>>(media, body, limit)?;
            let items: Vec<Item<'_>> = asked.iter().flatten().map(Asked::item).collect();
            let verdicts = match &*items {
                [item] => vec![state.index.check(*item)],
                items => state.index.check_all(items),
            };
            Ok((layout, Answers::Verdicts(in_place(asked, verdicts))))
        }
        Call::Insert => {
            let (layout, keyed) = items::read::<Keyed<'_>>(media, body, limit)?;
            let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();
            let inserted = match &*items {
                [(key, item)] => vec![state.index.insert(key, *item)],
                items => state.index.insert_all(items),
            };
            let is_stored = |(answer, (key, _)): (mukarrar::Result<()>, &(&str, Item<'_>))| {
                answer.and_then(|()| state.index.contains(key))
            };
            let stored = inserted.into_iter().zip(&items).map(is_stored).collect();
            Ok((layout, Answers::Stored(in_place(keyed, stored))))
        }
        Call::CheckAndInsert => {
            let (layout, keyed) = items::read::<Keyed<'_>>(media, body, limit)?;
            let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();
            let verdicts = match &*items {
                [(key, item)] => vec![state.index.check_and_insert(key, *item)],
                items => state.index.check_and_insert_all(items),
            };
            Ok((layout, Answers::Verdicts(in_place(keyed, verdicts))))
        }
        Call::Query => {
            let (layout, wanted) = items::read::<Wanted<'_>>(media, body, limit)?;
            items::within_matches(&wanted, state.limits.matches)?;
            let items: Vec<&Wanted<'_>> = wanted.iter().flatten().collect();
            let query = |wanted: &Wanted<'_>| state.index.query(wanted.item(), wanted.top.0, wanted.by);
            let found = match &*items {
                [item] => vec![query(item)],
                items => items.par_iter().map(|wanted| query(wanted)).collect(),
            };
            Ok((layout, Answers::Matches(in_place(wanted, found))))
        }
    }
}

/// Forgets a key.
pub(super) fn delete(state: &State, key: &str, durable: bool) -> Result<(), Problem> {
    let removed = state.index.remove(key)?;
    if removed {
        state.changed();
    }
    if durable {
        state.commit()?;
    }
    if removed { Ok(()) } else { Err(Problem::new(Kind::NotFound, format!("no document has the key {key:?}"))) }
}

fn pair<'a>(keyed: &'a Keyed<'_>) -> (&'a str, Item<'a>) {
    (&keyed.key.0, keyed.item())
}

/// Puts the answers to the items that could be read into the places of those items.
fn in_place<T, A>(items: Items<T>, answers: Vec<mukarrar::Result<A>>) -> Vec<Result<A, Problem>> {
    let mut answers = answers.into_iter();
    let lost = || Problem::new(Kind::Failed, "the index gave no answer");
    let answer = |item: Result<T, Problem>| item.and_then(|_| Ok(answers.next().ok_or_else(lost)??));
    items.into_iter().map(answer).collect()
}
