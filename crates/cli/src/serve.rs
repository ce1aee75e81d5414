//! `mukarrar serve`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::args::values::size;
use super::console::Console;
use super::exit::{self, Exit};
use super::index::args::{DirectoryArgs, SettingsArgs};
use super::index::opening;
use mukarrar::error::{ErrorKind, Result};
use mukarrar::wording::counted;
use mukarrar_server::{BearerToken, Server, ServerLimits, TlsIdentity};

pub(super) const EXAMPLES: &str =
    "With --create, a missing index is made; without it, it is an error. On SIGINT or SIGTERM the server finishes the \
requests in progress, commits and closes the index; a second signal ends the process at once.

Examples:
  mukarrar serve seen/ --create
  mukarrar serve seen/ --listen 0.0.0.0:8077 --token-file token.txt --tls-certificate cert.pem --tls-key key.pem
  curl -H 'Content-Type: application/json' -d '{\"key\": \"https://example.org/1\", \"text\": \"…\"}' \\
       http://127.0.0.1:8077/v1/check-and-insert

The API is described in /openapi.json and docs/SERVER.md.";

/// The environment variable with the bearer token.
const TOKEN: &str = "MUKARRAR_TOKEN";

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    index: DirectoryArgs,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Address to listen on. Addresses other than loopback need a token.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8077")]
    listen: String,
    /// File with the bearer token that clients must send; only its owner may read it. If not given, the environment variable MUKARRAR_TOKEN.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// File with the certificate of the server (PEM, followed by those between it and the root); clients then speak HTTPS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// File with the private key of the certificate (PEM), which only its owner may read.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Make the index if there is none.
    #[arg(long, conflicts_with = "read_only")]
    create: bool,
    /// Answer only check and query, while another process may write the index.
    #[arg(long)]
    read_only: bool,
    /// Time between commits of changes: 500ms, 1s, 5m.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration, help_heading = "Running")]
    commit_interval: Duration,
    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// Largest body, in bytes or with K, M, G.
    #[arg(long, value_name = "SIZE", default_value = "16M", value_parser = size)]
    max_body: u64,
    /// Memory for all bodies together: of requests, and of answers until clients have read them.
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = size)]
    max_bodies: u64,
    /// Largest number of items in one batch.
    #[arg(long, value_name = "N", default_value_t = ServerLimits::default().batch)]
    max_batch: usize,
    /// Largest number of matches that all queries of one batch may request together.
    #[arg(long, value_name = "N", default_value_t = ServerLimits::default().matches)]
    max_matches: usize,
    /// Largest number of requests in progress. If not given, 4 for each core. Further requests get status 503.
    #[arg(long, value_name = "N")]
    max_requests: Option<usize>,
    /// Largest number of open connections. If not given, 512, or half of the open files that the system allows. Beyond it, the
    /// connection that has waited longest for its client is closed.
    #[arg(long, value_name = "N")]
    max_connections: Option<usize>,
    /// Time that a connection may be idle, or take to send the head of a request.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    head_timeout: Duration,
    /// Time that a client may take to send a body, and to read an answer.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    body_timeout: Duration,
    /// Time that the index may take to answer.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    answer_timeout: Duration,
    /// Time that requests in progress may take after the server was told to stop.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    stop_timeout: Duration,
}

pub(super) fn run(arguments: &ServeArgs, console: &Console) -> Result<Exit> {
    let notes = console.clone();
    let mut server = Server::builder()
        .read_only(arguments.read_only)
        .commit_interval(arguments.commit_interval)
        .limits(limits(&arguments.limits))
        .note(move |line| notes.warning(line));
    if let Some(token) = token(arguments.token_file.as_deref())? {
        server = server.token(token);
    }

    // Each of the two requires the other.
    if let (Some(certificate), Some(key)) = (&arguments.tls_certificate, &arguments.tls_key) {
        server = server.tls(TlsIdentity::from_files(certificate, key)?);
    }

    let server = server.listen(&*arguments.listen)?;
    let handle = server.handle();
    exit::on_first_interrupt(move || handle.stop());

    if !arguments.create {
        require_index(&arguments.index.directory)?;
    }
    let builder = opening::builder_with_settings(&arguments.index, &arguments.settings)?;
    let directory = &arguments.index.directory;
    let index = if arguments.read_only { builder.open_read_only(directory)? } else { builder.open(directory)? };
    opening::show_recovery(&index, console);

    let documents = index.len();
    let (scheme, address) = (server.scheme(), server.address());
    console.note(&format!(
        "{scheme}://{address} serves {}: {}",
        directory.display(),
        counted(documents as u64, "document", "documents")
    ));
    server.run(index)?;
    Ok(Exit::Done)
}

/// Refuses a directory without an index: a wrong path would serve an empty index, and every text would be new.
fn require_index(directory: &Path) -> Result<()> {
    if directory.join("index.json").exists() {
        return Ok(());
    }

    let remedy = "give --create to make one, or name the directory of an index".into();
    Err(ErrorKind::Index { path: directory.to_owned(), what: "is no index".to_owned(), remedy }.into())
}

/// The token in the file, else the one in the environment.
fn token(file: Option<&Path>) -> Result<Option<BearerToken>> {
    match (file, std::env::var_os(TOKEN)) {
        (Some(file), _) => BearerToken::from_file(file).map(Some),
        (None, Some(token)) if !token.is_empty() => BearerToken::new(token.to_string_lossy().trim()).map(Some),
        (None, _) => Ok(None),
    }
}

fn limits(arguments: &LimitArgs) -> ServerLimits {
    // The server refuses values that are too large, together with all other wrong limits.
    let bytes = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);

    let mut limits = ServerLimits::default();
    limits.body = bytes(arguments.max_body);
    limits.bodies = bytes(arguments.max_bodies);
    limits.batch = arguments.max_batch;
    limits.matches = arguments.max_matches;
    limits.requests = arguments.max_requests.unwrap_or(limits.requests);
    limits.connections = arguments.max_connections.unwrap_or(limits.connections);
    limits.head_timeout = arguments.head_timeout;
    limits.body_timeout = arguments.body_timeout;
    limits.answer_timeout = arguments.answer_timeout;
    limits.stop_timeout = arguments.stop_timeout;
    limits
}

/// A whole number with a unit: `500ms`, `1s`, `5m`.
fn duration(text: &str) -> std::result::Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: Option<u64> = digits.parse().ok();
    let time = number.and_then(|number| match &text[digits.len()..] {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    });

    // One day is longer than any useful wait, and far below the limits of clocks.
    time.filter(|time| *time <= Duration::from_secs(86_400))
        .ok_or_else(|| "give a whole number with ms, s or m, a day at most: 500ms, 30s".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_take_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!((duration("30s"), duration("2m")), (Ok(Duration::from_secs(30)), Ok(Duration::from_secs(120))));
        for wrong in ["", "s", "5", "-1s", "1.5s", "1h", "99999999999s", "٣s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
