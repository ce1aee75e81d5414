//! Copies remote files to this machine: all missing blocks of all files, several at once.

use std::cell::Cell;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::client::Client;
use super::failure::{Cause, Failure};
use super::object::{ObjectState, RemoteObject};
use super::spool::{SpooledCopy, rest, write_at};
use mukarrar::pipeline::Progress;

/// Requests that are under way at once.
const REQUESTS: usize = 8;

/// A file to copy.
pub(super) struct FetchedFile {
    /// Its name in messages.
    pub(super) shown: String,
    pub(super) object: RemoteObject,
    pub(super) copy: SpooledCopy,
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

/// Copies all that is missing of `files`.
///
/// # Errors
///
/// The first failure. Requests that are under way end first, so that their blocks are noted.
pub(super) fn fetch(client: &Client, files: &[FetchedFile], progress: &dyn Progress) -> Result<(), FileFailed> {
    progress.begin("fetch", files.len() as u64);
    let has_failed = Cell::new(false);
    let jobs = files.iter().flat_map(|file| file.copy.missing.iter().map(move |block| (file, *block)));
    let jobs = jobs.take_while(|_| !has_failed.get());

    let mut done = stream::iter(jobs)
        .map(|(file, block)| async move {
            let fetched = fetch_block(client, file, block, progress).await;
            fetched.map_err(|failed| (file.shown.clone(), failed))
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

    for file in files {
        let finished = file.copy.finish();
        finished.map_err(|error| (file.shown.clone(), Failure::local("its copy cannot be ended", &error)))?;
        progress.advance(1, 0);
    }
    Ok(())
}

/// Copies one block. If the connection is cut, it goes on behind the bytes that have come.
async fn fetch_block(client: &Client, file: &FetchedFile, block: u64, progress: &dyn Progress) -> Result<(), Failure> {
    let mut piece = BlockPiece { at: file.copy.range(block).0, hasher: blake3::Hasher::new() };
    let mut retries = 0;

    loop {
        let before = piece.at;
        match go_on(client, file, block, &mut piece, progress).await {
            Ok(()) => break,
            Err(failed) if failed.cause != Cause::Connection => return Err(failed),
            Err(failed) if retries >= client.retries.most => {
                let what = format!("{}, after {retries} retries", failed.what);
                return Err(Failure { what, ..failed });
            }
            Err(_) => {}
        }

        // As long as bytes come, it goes on; a server without ranges gives the same bytes again.
        retries = if piece.at > before && file.copy.state.has_ranges { 0 } else { retries + 1 };
        tokio::time::sleep(client.retries.wait(retries)).await;
    }

    let noted = file.copy.note(block, &piece.hasher);
    noted.map_err(|error| Failure::local("a block cannot be noted", &error))
}

/// What has come of a block.
struct BlockPiece {
    /// Where the next byte goes.
    at: u64,
    hasher: blake3::Hasher,
}

/// Asks for the rest of a block, and writes it.
async fn go_on(
    client: &Client,
    file: &FetchedFile,
    block: u64,
    piece: &mut BlockPiece,
    progress: &dyn Progress,
) -> Result<(), Failure> {
    let FetchedFile { object, copy, .. } = file;
    let local = |error| Failure::local("its bytes cannot be written", &error);
    let range = copy.range(block);
    let asked = rest(range, piece.at).filter(|_| copy.state.has_ranges);
    if asked.is_none() {
        *piece = BlockPiece { at: 0, hasher: blake3::Hasher::new() };
    }

    // Such requests were made again already.
    let stream = object.read(client, asked, &copy.state).await;
    let mut stream = stream.map_err(|failed| Failure { cause: settled(failed.cause), ..failed })?;
    let target = copy.open().map_err(local)?;
    while let Some(bytes) = stream.try_next().await? {
        if range.1.is_some_and(|end| piece.at + bytes.len() as u64 > end) {
            return Err(Failure::changed());
        }
        write_at(&target, &bytes, piece.at).map_err(local)?;
        piece.hasher.update(&bytes);
        piece.at += bytes.len() as u64;
        progress.advance(0, bytes.len() as u64);
    }

    match range.1 {
        Some(end) if piece.at < end => {
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
