//! What the routes do with the index: items in, answers out, in the same order and layout.

use serde::Serialize;

use super::items::{self, Asked, Items, Keyed, Layout, Media, Wanted};
use super::problem::{Kind, Problem};
use super::state::State;
use crate::index::{Item, Match, Verdict};

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

/// An answer as it is sent.
pub(super) struct Reply {
    pub(super) media: Media,
    pub(super) body: Vec<u8>,
}

/// The answer to a check.
#[derive(Serialize)]
struct Checked<'a> {
    verdict: &'static str,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    found: Option<&'a Match>,
}

/// The answer to an insert.
#[derive(Serialize)]
struct Inserted {
    /// Whether the text stands in the index now: one without tokens does not.
    stored: bool,
}

/// The answer to a query.
#[derive(Serialize)]
struct Matches<'a> {
    matches: &'a [Match],
}

/// The answer to an item that failed, in its place in a batch.
#[derive(Serialize)]
struct Failed<'a> {
    error: &'a Problem,
}

/// Answers a body; with `durable` what it changed is on disk afterwards.
pub(super) fn answer(state: &State, call: Call, media: Media, body: &[u8], durable: bool) -> Result<Reply, Problem> {
    let limit = state.limits.batch;
    let reply = match call {
        Call::Check => {
            let (layout, asked) = items::read::<Asked<'_>>(media, body, limit)?;
            let items: Vec<Item<'_>> = asked.iter().flatten().map(Asked::item).collect();
            let verdicts = match &*items {
                [item] => vec![state.index.check(*item)],
                items => state.index.check_all(items),
            };
            write(state, layout, &in_place(asked, verdicts), verdict)?
        }
        Call::Insert => {
            let (layout, keyed) = items::read::<Keyed<'_>>(media, body, limit)?;
            let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();
            let inserted = match &*items {
                [(key, item)] => vec![state.index.insert(key, *item)],
                items => state.index.insert_all(items),
            };
            state.changed();
            let is_stored = |(answer, (key, _)): (crate::Result<()>, &(&str, Item<'_>))| {
                answer.and_then(|()| state.index.contains(key))
            };
            let stored = inserted.into_iter().zip(&items).map(is_stored).collect();
            write(state, layout, &in_place(keyed, stored), |_, &stored| Inserted { stored })?
        }
        Call::CheckAndInsert => {
            let (layout, keyed) = items::read::<Keyed<'_>>(media, body, limit)?;
            let items: Vec<(&str, Item<'_>)> = keyed.iter().flatten().map(pair).collect();
            let verdicts = match &*items {
                [(key, item)] => vec![state.index.check_and_insert(key, *item)],
                items => state.index.check_and_insert_all(items),
            };
            state.changed();
            write(state, layout, &in_place(keyed, verdicts), verdict)?
        }
        Call::Query => {
            let (layout, wanted) = items::read::<Wanted<'_>>(media, body, limit)?;
            let query = |wanted: &Wanted<'_>| state.index.query(wanted.item(), wanted.top.0, wanted.by);
            let found = wanted.iter().flatten().map(query).collect();
            write(state, layout, &in_place(wanted, found), |_, matches: &Vec<Match>| Matches { matches })?
        }
    };
    if durable {
        state.commit()?;
    }
    Ok(reply)
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

fn verdict<'a>(state: &State, verdict: &'a Verdict) -> Checked<'a> {
    state.metrics.verdict(verdict.name());
    Checked { verdict: verdict.name(), found: verdict.found() }
}

/// Puts the answers to the items that could be read into the places of those items.
fn in_place<T, A>(items: Items<T>, answers: Vec<crate::Result<A>>) -> Vec<Result<A, Problem>> {
    let mut answers = answers.into_iter();
    let lost = || Problem::new(Kind::Failed, "the index gave no answer");
    let answer = |item: Result<T, Problem>| item.and_then(|_| Ok(answers.next().ok_or_else(lost)??));
    items.into_iter().map(answer).collect()
}

/// Lays answers out as the items were. Of a single item a problem is the whole answer.
fn write<'a, A, S: Serialize>(
    state: &State,
    layout: Layout,
    answers: &'a [Result<A, Problem>],
    show: impl Fn(&State, &'a A) -> S,
) -> Result<Reply, Problem> {
    if let (Layout::One, [Err(problem)]) = (layout, answers) {
        return Err(problem.clone());
    }
    let (before, after) = match layout {
        Layout::One => ("", ""),
        Layout::Array => (",", ""),
        Layout::Lines => ("", "\n"),
    };
    let mut body = Vec::new();
    for answer in answers {
        body.extend_from_slice(before.as_bytes());
        let written = match answer {
            Ok(answer) => serde_json::to_writer(&mut body, &show(state, answer)),
            Err(problem) => {
                state.metrics.rejected(problem.kind.name());
                serde_json::to_writer(&mut body, &Failed { error: problem })
            }
        };
        written.map_err(|error| Problem::new(Kind::Failed, error.to_string()))?;
        body.extend_from_slice(after.as_bytes());
    }
    if layout == Layout::Array {
        // The first comma makes room for the bracket.
        body.splice(..body.len().min(1), [b'[']);
        body.push(b']');
    }
    let media = if layout == Layout::Lines { Media::Lines } else { Media::Json };
    Ok(Reply { media, body })
}
