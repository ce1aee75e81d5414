//! Answers as they are sent: in the order and layout of the items.

use serde::Serialize;

use super::body::{HeldBody, full};
use super::items::{BodyType, ReplyLayout};
use super::problem::{Problem, ProblemKind};
use super::state::ServerState;
use mukarrar::index::{Match, Verdict};

/// What the index said of each item.
pub(super) enum IndexAnswers {
    Verdicts(Vec<Result<Verdict, Problem>>),
    /// Whether each text stands in the index now: one without tokens does not.
    Stored(Vec<Result<bool, Problem>>),
    Matches(Vec<Result<Vec<Match>, Problem>>),
}

/// An answer as it is sent.
pub(super) struct Reply {
    pub(super) media: BodyType,
    pub(super) body: HeldBody,
}

/// What becomes of an answer for which there is no memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenFull {
    /// Nothing was changed: the client is told to ask again.
    Refuse,
    /// The index was changed: the answer is given all the same. Only so many requests as are worked on at one time can go
    /// beyond the limit by that, since no body is read where there is no room.
    Give,
}

/// The answer to a check.
#[derive(Serialize)]
struct CheckReply<'a> {
    verdict: &'static str,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    found: Option<&'a Match>,
}

/// The answer to an insert.
#[derive(Serialize)]
struct InsertReply {
    stored: bool,
}

/// The answer to a query.
#[derive(Serialize)]
struct QueryReply<'a> {
    matches: &'a [Match],
}

/// The answer to an item that failed, in its place in a batch.
#[derive(Serialize)]
struct FailedReply<'a> {
    error: &'a Problem,
}

/// Writes answers.
pub(super) fn write(
    state: &ServerState,
    layout: ReplyLayout,
    answers: &IndexAnswers,
    when_full: WhenFull,
) -> Result<Reply, Problem> {
    let body = match answers {
        IndexAnswers::Verdicts(verdicts) => lay_out(state, layout, verdicts, when_full, |verdict| {
            state.metrics.verdict(verdict.name());
            CheckReply { verdict: verdict.name(), found: verdict.found() }
        }),
        IndexAnswers::Stored(stored) => {
            lay_out(state, layout, stored, when_full, |stored| InsertReply { stored: *stored })
        }
        IndexAnswers::Matches(found) => lay_out(state, layout, found, when_full, |matches| QueryReply { matches }),
    };
    let media = if layout == ReplyLayout::Lines { BodyType::Lines } else { BodyType::Json };
    body.map(|body| Reply { media, body })
}

/// Lays answers out as the items were. Of a single item a problem is the whole answer.
fn lay_out<'a, A, S: Serialize>(
    state: &ServerState,
    layout: ReplyLayout,
    answers: &'a [Result<A, Problem>],
    when_full: WhenFull,
    show: impl Fn(&'a A) -> S,
) -> Result<HeldBody, Problem> {
    if let (ReplyLayout::One, [Err(problem)]) = (layout, answers) {
        return Err(problem.clone());
    }
    let (before, after) = match layout {
        ReplyLayout::One => ("", ""),
        ReplyLayout::Array => (",", ""),
        ReplyLayout::Lines => ("", "\n"),
    };
    let mut body = HeldBody::new(&state.room);
    for answer in answers {
        body.bytes.extend_from_slice(before.as_bytes());
        let written = match answer {
            Ok(answer) => serde_json::to_writer(&mut body.bytes, &show(answer)),
            Err(problem) => {
                state.metrics.rejected(problem.kind.name());
                serde_json::to_writer(&mut body.bytes, &FailedReply { error: problem })
            }
        };
        written.map_err(|error| Problem::new(ProblemKind::Failed, error.to_string()))?;
        body.bytes.extend_from_slice(after.as_bytes());
        take_room(&mut body, when_full)?;
    }
    if layout == ReplyLayout::Array {
        // The first comma makes room for the bracket.
        body.bytes.splice(..body.bytes.len().min(1), [b'[']);
        body.bytes.push(b']');
    }
    Ok(body)
}

/// Takes memory for what was written so far.
fn take_room(body: &mut HeldBody, when_full: WhenFull) -> Result<(), Problem> {
    let (bytes, most) = (body.bytes.len(), body.share.most());
    match when_full {
        WhenFull::Give => body.share.overdraw(bytes),
        WhenFull::Refuse if body.share.grow(bytes) => {}
        WhenFull::Refuse if bytes > most => {
            let detail = format!("the answer has more than {most} bytes; ask about fewer texts, or for fewer matches");
            return Err(Problem::new(ProblemKind::BatchTooLarge, detail));
        }
        WhenFull::Refuse => return Err(full()),
    }
    Ok(())
}
