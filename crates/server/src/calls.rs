//! What the routes do with the index: items in, answers out.

use mukarrar::index::Item;
use rayon::prelude::*;

use super::body::HeldBody;
use super::items::{self, BodyItems, BodyType, CheckItem, InsertItem, QueryItem, ReplyLayout};
use super::problem::{Problem, ProblemKind};
use super::replies::{self, IndexAnswers, Reply, WhenFull};
use super::state::ServerState;

/// What a `POST` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiCall {
    Check,
    Insert,
    CheckAndInsert,
    Query,
}

impl ApiCall {
    /// Whether it changes the index.
    pub(super) const fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::CheckAndInsert)
    }
}

/// Answers a body; with `durable` what it changed, and what it met, is on disk afterwards.
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
    // Whatever the answers are: that a key is taken may tell of an earlier try, which is not on disk yet.
    if durable {
        state.commit()?;
    }
    // The answer may have the memory that the request took.
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
    let limit = state.limits.batch;
    match call {
        ApiCall::Check => {
            let (layout, asked) = items::read::<CheckItem<'_>>(media, body, limit)?;
            let items: Vec<Item<'_>> = asked.iter().flatten().map(CheckItem::item).collect();
            let verdicts = match &*items {
                [item] => vec![state.index.check(*item)],
                items => state.index.check_all(items),
            };
            Ok((layout, IndexAnswers::Verdicts(in_place(asked, verdicts))))
        }
        ApiCall::Insert => {
            let (layout, keyed) = items::read::<InsertItem<'_>>(media, body, limit)?;
            let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();
            let inserted = match &*items {
                [(key, item)] => vec![state.index.insert(key, *item)],
                items => state.index.insert_all(items),
            };
            let is_stored = |(answer, (key, _)): (mukarrar::Result<()>, &(&str, Item<'_>))| {
                answer.and_then(|()| state.index.contains(key))
            };
            let stored = inserted.into_iter().zip(&items).map(is_stored).collect();
            Ok((layout, IndexAnswers::Stored(in_place(keyed, stored))))
        }
        ApiCall::CheckAndInsert => {
            let (layout, keyed) = items::read::<InsertItem<'_>>(media, body, limit)?;
            let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();
            let verdicts = match &*items {
                [(key, item)] => vec![state.index.check_and_insert(key, *item)],
                items => state.index.check_and_insert_all(items),
            };
            Ok((layout, IndexAnswers::Verdicts(in_place(keyed, verdicts))))
        }
        ApiCall::Query => {
            let (layout, wanted) = items::read::<QueryItem<'_>>(media, body, limit)?;
            items::within_matches(&wanted, state.limits.matches)?;
            let items: Vec<&QueryItem<'_>> = wanted.iter().flatten().collect();
            let query = |wanted: &QueryItem<'_>| state.index.query(wanted.item(), wanted.top.0, wanted.by);
            let found = match &*items {
                [item] => vec![query(item)],
                items => items.par_iter().map(|wanted| query(wanted)).collect(),
            };
            Ok((layout, IndexAnswers::Matches(in_place(wanted, found))))
        }
    }
}

/// Forgets a key.
pub(super) fn delete(state: &ServerState, key: &str, durable: bool) -> Result<(), Problem> {
    let removed = state.index.remove(key)?;
    if removed {
        state.changed();
    }
    if durable {
        state.commit()?;
    }
    if removed { Ok(()) } else { Err(Problem::new(ProblemKind::NotFound, format!("no document has the key {key:?}"))) }
}

fn pair<'a>(keyed: &'a InsertItem<'_>) -> (&'a str, Item<'a>) {
    (&keyed.key.0, keyed.item())
}

/// Puts the answers to the items that could be read into the places of those items.
fn in_place<T, A>(items: BodyItems<T>, answers: Vec<mukarrar::Result<A>>) -> Vec<Result<A, Problem>> {
    let mut answers = answers.into_iter();
    let lost = || Problem::new(ProblemKind::Failed, "the index gave no answer");
    let answer = |item: Result<T, Problem>| item.and_then(|_| Ok(answers.next().ok_or_else(lost)??));
    items.into_iter().map(answer).collect()
}
