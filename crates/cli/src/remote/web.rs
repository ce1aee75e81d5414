//! Files on the web, and the requests of the Hugging Face Hub.

use std::ops::Range;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, IF_MATCH, LAST_MODIFIED, RANGE, RETRY_AFTER,
};
use reqwest::{Response, StatusCode, Url};

use super::client::Client;
use super::failure::{self, Asked, Failure};
use super::object::{ByteStream, ObjectState};
use mukarrar::document::Date;

/// How often a connection is tried again.
const CONNECTION_RETRIES: usize = 3;

/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Asks for `url`, again and again while the server is overloaded or the connection fails, up to the limit. Gives answers
/// that are no success too, unless they are an overloaded server's.
///
/// # Errors
///
/// The limit is reached.
pub(super) async fn get(client: &Client, url: &Url, headers: &HeaderMap, asked: Asked) -> Result<Response, Failure> {
    let mut retries = 0;
    loop {
        let mut request = client.web().get(url.clone()).headers(headers.clone());
        // A redirect to another host drops the token.
        if let Some(token) = hub_token().filter(|_| asked == Asked::Hub) {
            request = request.bearer_auth(token);
        }

        let wait = match request.send().await {
            Ok(answer) if !is_busy(answer.status()) => return Ok(answer),
            Ok(answer) if retries >= client.retries.most => {
                return Err(failure::of_status(answer.status(), "", retries, asked));
            }
            Ok(answer) => asked_wait(&answer).unwrap_or(client.retries.wait(retries)),
            Err(error) if retries >= most_retries(client, &error) => {
                return Err(failure::of_web(&error, retries, asked));
            }
            Err(_) => client.retries.wait(retries),
        };
        retries += 1;
        tokio::time::sleep(wait).await;
    }
}

/// How often a request is made again after an error: not if it is refused on this side, and less often if there is no
/// connection at all, which rarely passes.
fn most_retries(client: &Client, error: &reqwest::Error) -> usize {
    let is_refused = error.is_builder() || error.is_redirect() || failure::is_untrusted(error);
    match (is_refused, error.is_connect()) {
        (true, _) => 0,
        (false, true) => client.retries.most.min(CONNECTION_RETRIES),
        (false, false) => client.retries.most,
    }
}

fn is_busy(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
}

/// The wait that the server asks for.
fn asked_wait(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// The token for the Hugging Face Hub, from `HF_TOKEN`.
fn hub_token() -> Option<String> {
    std::env::var("HF_TOKEN").ok().filter(|token| !token.is_empty())
}

/// Asks for the state of a file.
///
/// # Errors
///
/// It is not there, or must not be read.
pub(super) async fn state(client: &Client, url: &Url, asked: Asked) -> Result<ObjectState, Failure> {
    // Signed addresses allow no other method than GET; one byte is the least.
    let answer = get(client, url, &headers(Some(0..1), None), asked).await?;
    match answer.status() {
        StatusCode::PARTIAL_CONTENT | StatusCode::OK => Ok(told_state(&answer)),
        // Of an empty file there is no range.
        StatusCode::RANGE_NOT_SATISFIABLE => {
            Ok(ObjectState { size: Some(0), has_ranges: false, ..told_state(&answer) })
        }
        status => Err(failure::of_status(status, "", 0, asked)),
    }
}

/// The bytes of a `range`, or all; fails if the file is not in the state `first` any longer.
///
/// # Errors
///
/// The server refuses, or the file changed.
pub(super) async fn read(
    client: &Client,
    url: &Url,
    asked: Asked,
    range: Option<Range<u64>>,
    first: &ObjectState,
) -> Result<ByteStream, Failure> {
    let strong = first.tag.as_deref().filter(|tag| !tag.starts_with("W/"));
    let answer = get(client, url, &headers(range.clone(), strong), asked).await?;

    let expected = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    if answer.status() != expected && !answer.status().is_success() {
        return Err(failure::of_status(answer.status(), "", 0, asked));
    }
    let begins = content_range(answer.headers()).and_then(|(begin, _)| begin);
    let is_range = range.as_ref().is_none_or(|range| begins == Some(range.start));
    if answer.status() != expected || !is_range || !told_state(&answer).is_still(first) {
        return Err(Failure::changed());
    }

    let stream = answer.bytes_stream().map_err(move |error| failure::of_web(&error, 0, asked));
    Ok(stream.boxed())
}

/// What an answer says of the file.
fn told_state(answer: &Response) -> ObjectState {
    let headers = answer.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let has_ranges = answer.status() == StatusCode::PARTIAL_CONTENT;

    let size = match content_range(headers) {
        Some((_, size)) => size,
        None => text(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
    };
    let modified = text(LAST_MODIFIED).and_then(|date| Date::read_in(date, None)).map_or(0, |date| date.seconds());
    let modified = u64::try_from(modified).unwrap_or(0);
    ObjectState { size, tag: text(ETAG).map(ToOwned::to_owned), modified, has_ranges: has_ranges && size.is_some() }
}

/// The first byte of a range, and the size of the whole: `bytes 0-9/100`, or `bytes */100` for no range.
fn content_range(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let (range, size) = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    let begin = range.split_once('-').and_then(|(begin, _)| begin.parse().ok());
    Some((begin, size.parse().ok()))
}

fn headers(range: Option<Range<u64>>, tag: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name, value: String| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };

    // Compressed on the way, a file would have other ranges.
    set(ACCEPT_ENCODING, "identity".to_owned());
    if let Some(range) = range {
        set(RANGE, format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
    }
    if let Some(tag) = tag {
        set(IF_MATCH, tag.to_owned());
    }
    headers
}
