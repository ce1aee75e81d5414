//! Writes answers as JSON, in the order and layout of the items.

use serde::Serialize;

use super::body::{HeldBody, full};
use super::items::{BodyType, ReplyLayout};
use super::problem::{Problem, ProblemKind};
use super::state::ServerState;
use mukarrar::index::{IndexStory, Match, TextStory, ToldVerdict, Verdict};

/// The answers of the index, one for each item.
pub(super) enum IndexAnswers {
    /// Verdicts on texts that were checked or stored, with their stories.
    Told(Vec<Result<ToldVerdict, Problem>>),
    /// Whether each text is in the index now. A text without tokens is not.
    Stored(Vec<Result<bool, Problem>>),
    Matches(Vec<Result<Vec<Match>, Problem>>),
}

/// An answer that is ready to be sent.
pub(super) struct Reply {
    pub(super) media: BodyType,
    pub(super) body: HeldBody,
}

/// What to do with an answer if the memory for bodies is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenFull {
    /// Refuse it: nothing was changed, and the client can ask again.
    Refuse,
    /// Send it: the index was changed, and the client must learn how. Only the requests in progress can exceed the limit in
    /// this way, because no further body is read while the memory is full.
    Give,
}

/// The answer to a check.
#[derive(Serialize)]
struct CheckReply<'a> {
    verdict: &'static str,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    found: Option<&'a Match>,
    /// Written only where it is false.
    #[serde(skip_serializing_if = "is_true")]
    certain: bool,
    /// Written only by an index that tells stories.
    #[serde(skip_serializing_if = "Option::is_none")]
    story: Option<&'a TextStory>,
}

impl<'a> CheckReply<'a> {
    fn of(state: &ServerState, verdict: &'a Verdict, story: Option<&'a TextStory>) -> Self {
        state.metrics.verdict(verdict.name());
        Self { verdict: verdict.name(), found: verdict.found(), certain: verdict.is_certain(), story }
    }
}

/// In the form that serde asks for.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_true(certain: &bool) -> bool {
    *certain
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
        IndexAnswers::Told(told) => {
            lay_out(state, layout, told, when_full, |told| CheckReply::of(state, &told.verdict, told.story.as_ref()))
        }
        IndexAnswers::Stored(stored) => {
            lay_out(state, layout, stored, when_full, |stored| InsertReply { stored: *stored })
        }
        IndexAnswers::Matches(found) => lay_out(state, layout, found, when_full, |matches| QueryReply { matches }),
    };

    let media = if layout == ReplyLayout::Lines { BodyType::Lines } else { BodyType::Json };
    body.map(|body| Reply { media, body })
}

/// Writes the stories of an index.
pub(super) fn write_stories(state: &ServerState, stories: &[IndexStory]) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    struct StoriesReply<'a> {
        stories: &'a [IndexStory],
    }

    let mut body = HeldBody::new(&state.room);
    let written = serde_json::to_writer(&mut body.bytes, &StoriesReply { stories });
    written.map_err(|error| Problem::new(ProblemKind::Failed, error.to_string()))?;
    take_room(&mut body, WhenFull::Refuse)?;
    Ok(Reply { media: BodyType::Json, body })
}

/// Writes answers in the layout of the items. The problem of a single item becomes the whole answer.
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

        // After every answer, so that one batch exceeds the memory by one answer at most.
        take_room(&mut body, when_full)?;
    }

    if layout == ReplyLayout::Array {
        // Replaces the comma before the first answer; an empty array has none.
        body.bytes.splice(..body.bytes.len().min(1), [b'[']);
        body.bytes.push(b']');
    }
    Ok(body)
}

/// Enlarges the share of a body to what was written so far.
pub(super) fn take_room(body: &mut HeldBody, when_full: WhenFull) -> Result<(), Problem> {
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
