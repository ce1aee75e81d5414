//! Why another machine did not do what it was asked for, in words that hold no secret.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::path::Path;

use object_store::client::{HttpError, HttpErrorKind};
use reqwest::StatusCode;

use super::address::Service;
use mukarrar::error::{Error, ErrorKind};

/// What failed, and what to do about it.
#[derive(Debug)]
pub(super) struct Failure {
    /// What is wrong; the address is the subject.
    pub(super) what: String,
    pub(super) remedy: Cow<'static, str>,
    pub(super) cause: Cause,
}

/// What a failure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The request itself.
    Request,
    /// The connection. The same request may succeed later.
    Connection,
    /// The object does not exist.
    Missing,
    /// The bytes are not those of the first request.
    Changed,
    /// A file of this machine.
    Local,
}

impl Failure {
    /// A request that cannot succeed.
    pub(super) fn wrong(what: impl Into<String>, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), cause: Cause::Request }
    }

    /// The object is not what it was.
    pub(super) fn changed() -> Self {
        let what = "changed while it was being read".to_owned();
        Self { what, remedy: "run the command again when nobody writes it".into(), cause: Cause::Changed }
    }

    /// A file of this machine cannot be used.
    pub(super) fn local(what: &str, error: &std::io::Error) -> Self {
        let what = format!("cannot be kept on this machine: {what}: {error}");
        Self { what, remedy: "name a directory with more room with --temp-dir".into(), cause: Cause::Local }
    }

    /// The failure of the input `path`.
    pub(super) fn of_input(self, path: impl AsRef<Path>) -> Error {
        let (path, remedy) = (path.as_ref().to_owned(), self.remedy.into_owned().into());
        ErrorKind::Unreadable { path, what: self.what, remedy }.into()
    }

    /// The failure of the output `path`.
    pub(super) fn of_output(self, path: impl AsRef<Path>) -> Error {
        let (path, remedy) = (path.as_ref().to_owned(), self.remedy.into_owned().into());
        ErrorKind::Output { path, what: self.what, remedy }.into()
    }
}

/// What kind of service is asked, for the remedies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Bucket(Service),
    Web,
    Hub,
}

impl Asked {
    const fn credentials(self) -> &'static str {
        match self {
            Self::Bucket(Service::S3) => "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the rights of that key",
            Self::Bucket(Service::Google) => {
                "check GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT, and the rights of that account"
            }
            Self::Bucket(Service::Azure) => {
                "check AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY and the rights of that key"
            }
            Self::Web => "check that the address may be read without a login",
            Self::Hub => "set HF_TOKEN to a token that may read the dataset",
        }
    }

    const fn endpoint(self) -> &'static str {
        match self {
            Self::Bucket(Service::S3) => "check the network, AWS_REGION and AWS_ENDPOINT_URL",
            Self::Bucket(Service::Google) => "check the network and GOOGLE_BASE_URL",
            Self::Bucket(Service::Azure) => "check the network, AZURE_STORAGE_ACCOUNT_NAME and AZURE_ENDPOINT",
            Self::Web => "check the network and the address",
            Self::Hub => "check the network and HF_ENDPOINT",
        }
    }
}

/// The failure for an answer of a server that reports an error.
pub(super) fn of_status(status: StatusCode, code: &str, retries: usize, asked: Asked) -> Failure {
    let code = if code.is_empty() { String::new() } else { format!(", {code}") };
    let answer = format!("({}{code}{})", status.as_str(), after(retries));
    let (what, remedy, cause) = match status.as_u16() {
        401 | 403 => {
            (format!("is refused: the key is wrong or has no right {answer}"), asked.credentials(), Cause::Request)
        }
        404 if code.contains("NoSuchBucket") || code.contains("ContainerNotFound") => {
            (format!("is not there: there is no such bucket {answer}"), "check the name of the bucket", Cause::Request)
        }
        404 | 410 => {
            (format!("is not there {answer}"), "check the address; one that ends with / is a directory", Cause::Missing)
        }
        412 => return Failure::changed(),
        301 | 307 | 308 => {
            (format!("is somewhere else {answer}"), "check the region (AWS_REGION) and the endpoint", Cause::Request)
        }
        429 | 500..=599 => {
            let remedy = "try again later; what was fetched is kept with --work-dir";
            (format!("cannot be reached: the server is overloaded or broken {answer}"), remedy, Cause::Request)
        }
        _ => (format!("is refused {answer}"), asked.endpoint(), Cause::Request),
    };
    Failure { what, remedy: remedy.into(), cause }
}

/// A failure of the connection; `why` is its innermost reason.
pub(super) fn of_connection(why: &str, retries: usize, asked: Asked) -> Failure {
    let what = format!("cannot be reached: {why}{}", after(retries));
    Failure { what, remedy: asked.endpoint().into(), cause: Cause::Connection }
}

/// How often a request was made again, as the end of a message.
fn after(retries: usize) -> String {
    match retries {
        0 => String::new(),
        1 => ", after 1 retry".to_owned(),
        _ => format!(", after {retries} retries"),
    }
}

/// An error of an object store as a failure.
pub(super) fn of_store(error: &object_store::Error, service: Service) -> Failure {
    let asked = Asked::Bucket(service);
    if matches!(error, object_store::Error::Precondition { .. }) {
        return Failure::changed();
    }

    // The crate gives status and body as text only.
    let text = chain(error);
    let retries = between(&text, "after ", " retries").and_then(|count| count.parse().ok()).unwrap_or(0);
    if let Some(status) = between(&text, "status code: ", " ").and_then(|status| status.get(..3)?.parse::<u16>().ok())
        && let Ok(status) = StatusCode::from_u16(status)
    {
        let code = between(&text, "<Code>", "</Code>").unwrap_or("");
        return of_status(status, code, retries, asked);
    }
    if text.contains("redirect") {
        return of_status(StatusCode::MOVED_PERMANENTLY, "", retries, asked);
    }

    if text.contains("URL scheme is not allowed") {
        let remedy = "give an endpoint that begins with https://, or set AWS_ALLOW_HTTP=true (GOOGLE_, AZURE_)";
        return Failure::wrong("cannot be reached: the endpoint is not encrypted", remedy);
    }

    let http = causes(error).find_map(|cause| cause.downcast_ref::<HttpError>());
    match http.map(HttpError::kind) {
        Some(HttpErrorKind::Timeout) => of_connection("no answer in time", retries, asked),
        Some(_) => of_connection(&innermost(error), retries, asked),
        None => Failure::wrong(format!("cannot be used: {}", innermost(error)), asked.endpoint()),
    }
}

/// Whether the certificate of the server is the reason.
pub(super) fn is_untrusted(error: &reqwest::Error) -> bool {
    innermost(error).contains("certificate")
}

/// An error of a web request as a failure.
pub(super) fn of_web(error: &reqwest::Error, retries: usize, asked: Asked) -> Failure {
    let why = if error.is_timeout() { "no answer in time".to_owned() } else { innermost(error) };
    let failed = of_connection(&why, retries, asked);
    if is_untrusted(error) {
        let remedy = "check the address, or name the root certificates with SSL_CERT_FILE".into();
        return Failure { remedy, ..failed };
    }
    failed
}

/// The causes of an error, itself first.
fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The innermost cause, on one line.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    let text = causes(error).last().map(ToString::to_string).unwrap_or_default();
    let line = text.lines().next().unwrap_or("").trim_end_matches('.');
    // What a server wrote may be long.
    line.chars().take(200).collect()
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The text between two marks.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    let rest = text.split_once(begin)?.1;
    Some(rest.split_once(end).map_or(rest, |(found, _)| found))
}
