//! Bodies and the memory they take. Reading them: no more than fits, no longer than is patient, and no more of all together than
//! memory is set aside for.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;

use super::limits::ServerLimits;
use super::problem::{Problem, ProblemKind};
use super::room::{BodyBudget, BodyShare};

/// A body, and its share of the memory that is set aside for bodies.
#[derive(Debug)]
pub(super) struct HeldBody {
    pub(super) bytes: Vec<u8>,
    pub(super) share: BodyShare,
}

impl HeldBody {
    /// An empty body.
    pub(super) fn new(room: &Arc<BodyBudget>) -> Self {
        Self { bytes: Vec::new(), share: BodyShare::new(room) }
    }
}

impl AsRef<[u8]> for HeldBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a body. A length that is told and too large is refused before the first byte.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &ServerLimits,
    room: &Arc<BodyBudget>,
) -> Result<HeldBody, Problem> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > limits.body as u64) {
        return Err(too_large(limits.body));
    }
    let wait = limits.body_timeout;
    match tokio::time::timeout(wait, read_all(body, limits.body, room)).await {
        Ok(read) => read,
        Err(_) => Err(Problem::new(ProblemKind::BodyTimeout, format!("it may take {wait:?}"))),
    }
}

async fn read_all(mut body: Body, limit: usize, room: &Arc<BodyBudget>) -> Result<HeldBody, Problem> {
    let mut held = HeldBody::new(room);
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Problem::new(ProblemKind::BadJson, format!("the body broke off: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > limit - held.bytes.len() {
            return Err(too_large(limit));
        }
        if !held.share.grow(held.bytes.len() + data.len()) {
            return Err(full());
        }
        held.bytes.extend_from_slice(&data);
    }
    Ok(held)
}

/// All memory for bodies is taken.
pub(super) fn full() -> Problem {
    Problem::new(ProblemKind::Overloaded, "the memory for bodies is full; try again")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemKind::BodyTooLarge, format!("at most {limit} bytes; send batches of fewer items"))
}
