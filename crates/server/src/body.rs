//! Bodies and the memory they take. Reading them: no more than fits, no longer than is patient, and no more of all together than
//! memory is set aside for.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;

use super::limits::Limits;
use super::problem::{Kind, Problem};
use super::room::{Room, Share};

/// A body, and its share of the memory that is set aside for bodies.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) bytes: Vec<u8>,
    pub(super) share: Share,
}

impl Held {
    /// An empty body.
    pub(super) fn new(room: &Arc<Room>) -> Self {
        Self { bytes: Vec::new(), share: Share::new(room) }
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a body. A length that is told and too large is refused before the first byte.
pub(super) async fn read(headers: &HeaderMap, body: Body, limits: &Limits, room: &Arc<Room>) -> Result<Held, Problem> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > limits.body as u64) {
        return Err(too_large(limits.body));
    }
    let wait = limits.body_timeout;
    match tokio::time::timeout(wait, read_all(body, limits.body, room)).await {
        Ok(read) => read,
        Err(_) => Err(Problem::new(Kind::BodyTimeout, format!("it may take {wait:?}"))),
    }
}

async fn read_all(mut body: Body, limit: usize, room: &Arc<Room>) -> Result<Held, Problem> {
    let mut held = Held::new(room);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::new(Kind::BadJson, format!("the body broke off: {error}")))?;
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
    Problem::new(Kind::Overloaded, "the memory for bodies is full; try again")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::BodyTooLarge, format!("at most {limit} bytes; send batches of fewer items"))
}
