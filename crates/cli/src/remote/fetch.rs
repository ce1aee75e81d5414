//! Fetches remote files: all missing chunks of all files, several at once.

use std::cell::Cell;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::client::Client;
use super::failure::{Cause, Failure};
use super::object::{ObjectState, RemoteObject};
use super::spool::{SpooledFile, rest};
use mukarrar::pipeline::Progress;
use mukarrar::spill::write_at;

/// Requests that are under way at once.
const REQUESTS: usize = 8;

/// A file to fetch.
pub(super) struct FetchJob {
    /// Its name in messages.
    pub(super) shown: String,
    pub(super) object: RemoteObject,
    pub(super) spooled: SpooledFile,
}

/// A failure, and the file that it is of.
pub(super) type FileFailed = (String, Failure);

/// Asks for the states of files that no list told.
///
/// # Errors
///
/// A file is not there, or must not be read.
pub(super) fn states(
    client: &Client,
    objects: Vec<(String, RemoteObject, Option<ObjectState>)>,
) -> Result<Vec<(String, RemoteObject, ObjectState)>, FileFailed> {
    let asked = stream::iter(objects).map(|(shown, object, state)| async move {
        match state {
            Some(state) => Ok((shown, object, state)),
            None => match object.state(client).await {
                Ok(state) => Ok((shown, object, state)),
                Err(failed) => Err((shown, failed)),
            },
        }
    });
    client.run(asked.buffered(REQUESTS).try_collect())
}

/// Fetches all that is missing of `jobs`.
///
/// # Errors
///
/// The first failure. Requests that are under way end first, so that their chunks are noted.
pub(super) fn fetch(client: &Client, jobs: &[FetchJob], progress: &dyn Progress) -> Result<(), FileFailed> {
    progress.begin("fetch", jobs.len() as u64);
    let has_failed = Cell::new(false);
    let missing = jobs.iter().flat_map(|job| job.spooled.missing.iter().map(move |chunk| (job, *chunk)));
    let missing = missing.take_while(|_| !has_failed.get());

    let mut done = stream::iter(missing)
        .map(|(job, chunk)| async move {
            let fetched = fetch_chunk(client, job, chunk, progress).await;
            fetched.map_err(|failed| (job.shown.clone(), failed))
        })
        .buffer_unordered(REQUESTS);
    client.run(async {
        let mut ended = Ok(());
        while let Some(fetched) = done.next().await {
            has_failed.set(has_failed.get() || fetched.is_err());
            ended = ended.and(fetched);
        }
        ended
    })?;

    for job in jobs {
        let finished = job.spooled.finish();
        finished.map_err(|error| (job.shown.clone(), Failure::local("its end cannot be written", &error)))?;
        progress.advance(1, 0);
    }
    Ok(())
}

/// Fetches one chunk. If the connection is cut, it goes on behind the bytes that have come.
async fn fetch_chunk(client: &Client, job: &FetchJob, chunk: u64, progress: &dyn Progress) -> Result<(), Failure> {
    let mut came = ChunkProgress { at: job.spooled.range(chunk).0, hasher: blake3::Hasher::new() };
    let mut retries = 0;

    loop {
        let before = came.at;
        match go_on(client, job, chunk, &mut came, progress).await {
            Ok(()) => break,
            Err(failed) if failed.cause != Cause::Connection => return Err(failed),
            Err(failed) if retries >= client.retries.most => {
                let what = format!("{}, after {retries} retries", failed.what);
                return Err(Failure { what, ..failed });
            }
            Err(_) => {}
        }

        // As long as bytes come, it goes on; a server without ranges gives the same bytes again.
        retries = if came.at > before && job.spooled.state.has_ranges { 0 } else { retries + 1 };
        tokio::time::sleep(client.retries.wait(retries)).await;
    }

    let noted = job.spooled.note(chunk, &came.hasher);
    noted.map_err(|error| Failure::local("a chunk cannot be noted", &error))
}

/// What has come of a chunk.
struct ChunkProgress {
    /// Where the next byte goes.
    at: u64,
    hasher: blake3::Hasher,
}

/// Asks for the rest of a chunk, and writes it.
async fn go_on(
    client: &Client,
    job: &FetchJob,
    chunk: u64,
    came: &mut ChunkProgress,
    progress: &dyn Progress,
) -> Result<(), Failure> {
    let FetchJob { object, spooled, .. } = job;
    let local = |error| Failure::local("its bytes cannot be written", &error);
    let range = spooled.range(chunk);
    let asked = rest(range, came.at).filter(|_| spooled.state.has_ranges);
    if asked.is_none() {
        *came = ChunkProgress { at: 0, hasher: blake3::Hasher::new() };
    }

    // Such requests were made again already.
    let stream = object.read(client, asked, &spooled.state).await;
    let mut stream = stream.map_err(|failed| Failure { cause: settled(failed.cause), ..failed })?;
    let target = spooled.open().map_err(local)?;
    while let Some(bytes) = stream.try_next().await? {
        if range.1.is_some_and(|end| came.at + bytes.len() as u64 > end) {
            return Err(Failure::changed());
        }
        write_at(&target, &bytes, came.at).map_err(local)?;
        came.hasher.update(&bytes);
        came.at += bytes.len() as u64;
        progress.advance(0, bytes.len() as u64);
    }

    match range.1 {
        Some(end) if came.at < end => {
            let remedy = "check the network";
            Err(Failure {
                cause: Cause::Connection,
                ..Failure::wrong("cannot be read: the answer ends too early", remedy)
            })
        }
        _ => Ok(()),
    }
}

/// The cause of a failure that is not tried again.
fn settled(cause: Cause) -> Cause {
    if cause == Cause::Connection { Cause::Request } else { cause }
}
