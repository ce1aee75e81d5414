//! Reads request bodies.
//!
//! Three limits hold: the size of one body, the time that it may take to arrive, and the memory of all bodies together. The
//! memory is counted while a body arrives, so a body never takes more than its share.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;

use super::limits::ServerLimits;
use super::problem::{Problem, ProblemKind};
use super::room::{BodyBudget, BodyShare};

/// A body with its share of the memory for all bodies.
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

/// Reads a body. If its header announces more than the limit, it is refused before the first byte is read.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &ServerLimits,
    room: &Arc<BodyBudget>,
) -> Result<HeldBody, Problem> {
    // A length that is missing or no number is not trusted either: the limit is checked again for every frame.
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits.body as u64) {
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
        // Frames without data are trailers, which no route reads.
        let Ok(data) = frame.into_data() else { continue };

        // The sum stays within the limit, so the subtraction cannot underflow.
        debug_assert!(held.bytes.len() <= limit);
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

/// The problem of a request for which no memory is left.
pub(super) fn full() -> Problem {
    Problem::new(ProblemKind::Overloaded, "the memory for bodies is full; try again")
}

/// The problem of a body with more than `limit` bytes.
pub(super) fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemKind::BodyTooLarge, format!("at most {limit} bytes; send batches of fewer items"))
}
