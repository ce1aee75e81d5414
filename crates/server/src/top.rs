//! `GET /v1/top`: what the index holds most of.

use super::body::HeldBody;
use super::problem::{Problem, ProblemKind};
use super::replies::{WhenFull, take_room};
use super::state::ServerState;

/// Number of texts, and of forms, unless the request says another.
const DEFAULT: usize = 10;

/// The largest number that a request may ask for.
const MOST: usize = 1000;

/// The number that a query string asks for. Its only option is `top`.
pub(super) fn wanted(query: Option<&str>) -> Result<usize, Problem> {
    let Some(query) = query.filter(|query| !query.is_empty()) else { return Ok(DEFAULT) };

    let digits = |value: &&str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let top = query.strip_prefix("top=").filter(digits).and_then(|value| value.parse().ok());
    top.filter(|top| (1..=MOST).contains(top)).ok_or_else(|| {
        Problem::new(ProblemKind::BadOption, format!("{query:?}; top=N with N from 1 to {MOST} is the only one"))
    })
}

/// Reads the index.
pub(super) fn answer(state: &ServerState, top: usize) -> Result<HeldBody, Problem> {
    let top = state.index.top(top)?;

    let mut body = HeldBody::new(&state.room);
    let written = serde_json::to_writer(&mut body.bytes, &top);
    written.map_err(|error| Problem::new(ProblemKind::Failed, error.to_string()))?;
    take_room(&mut body, WhenFull::Refuse)?;
    Ok(body)
}
