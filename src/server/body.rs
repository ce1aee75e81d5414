//! Reading bodies: no more than fits, no longer than is patient, and no more of all together than memory is set aside for.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::Limits;
use super::problem::{Kind, Problem};

/// A body, and its share of the memory that is set aside for bodies.
pub(super) struct Held {
    pub(super) bytes: Vec<u8>,
    share: Option<OwnedSemaphorePermit>,
}

/// Reads a body. A length that is told and too large is refused before the first byte.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
    room: &Arc<Semaphore>,
) -> Result<Held, Problem> {
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

async fn read_all(mut body: Body, limit: usize, room: &Arc<Semaphore>) -> Result<Held, Problem> {
    let mut held = Held { bytes: Vec::new(), share: None };
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::new(Kind::BadJson, format!("the body broke off: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > limit - held.bytes.len() {
            return Err(too_large(limit));
        }
        held.take(room, data.len())?;
        held.bytes.extend_from_slice(&data);
    }
    Ok(held)
}

impl Held {
    fn take(&mut self, room: &Arc<Semaphore>, bytes: usize) -> Result<(), Problem> {
        let full = || Problem::new(Kind::Overloaded, "the memory for bodies is full; try again");
        let bytes = u32::try_from(bytes).map_err(|_| full())?;
        let share = Arc::clone(room).try_acquire_many_owned(bytes).map_err(|_| full())?;
        match &mut self.share {
            Some(held) => held.merge(share),
            none => *none = Some(share),
        }
        Ok(())
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::BodyTooLarge, format!("at most {limit} bytes; send batches of fewer items"))
}
