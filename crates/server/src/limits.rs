//! The limits of a server: sizes, numbers and times.

use std::time::Duration;

use mukarrar::error::{Error, Result};

/// The limits of a server. A request beyond a limit is refused at once, with an answer that names the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// Largest body of a request, in bytes. Default 16 MiB.
    pub body: usize,
    /// Memory for all bodies together, in bytes: of requests, and of answers until clients have read them. Default 256 MiB.
    pub bodies: usize,
    /// Largest number of items in one batch. Default 1,000.
    pub batch: usize,
    /// Largest number of matches that all queries of one batch may request together. Default 10,000.
    pub matches: usize,
    /// Largest number of requests that are processed at one time. Default 4 for each core.
    pub requests: usize,
    /// Largest number of open connections. Default 512, or half of the open files that the system allows, if that is less.
    pub connections: usize,
    /// Time that a connection may be idle, or take to send the head of a request. Default 30 s.
    pub head_timeout: Duration,
    /// Time that a client may take to send a body, and to read an answer. Default 30 s.
    pub body_timeout: Duration,
    /// Time that the index may take to answer. Default 60 s.
    pub answer_timeout: Duration,
    /// Time that requests in progress may take after the server was told to stop. Default 10 s.
    pub stop_timeout: Duration,
}

/// Default number of connections, if the system allows twice as many open files.
const CONNECTIONS: usize = 512;

impl Default for ServerLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            body: 16 << 20,
            bodies: 256 << 20,
            batch: 1_000,
            matches: 10_000,
            requests: 4 * cores,
            connections: CONNECTIONS.min(open_files() / 2).max(1),
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(60),
            stop_timeout: Duration::from_secs(10),
        }
    }
}

/// Number of files that the system allows this process to open; `usize::MAX` if it sets no limit.
#[cfg(unix)]
fn open_files() -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;

    // A limit that is no `usize` is none in practice.
    files.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

/// Windows limits open files by memory alone.
#[cfg(not(unix))]
const fn open_files() -> usize {
    usize::MAX
}

impl ServerLimits {
    /// Largest value of a limit: semaphores acquire permits as `u32`, and hold at most an eighth of `usize::MAX`.
    const MOST: usize = u32::MAX as usize / 8;

    /// Checks the ranges.
    pub(super) fn validate(&self) -> Result<()> {
        let counts = [
            ("max_body", self.body),
            ("max_bodies", self.bodies),
            ("max_batch", self.batch),
            ("max_matches", self.matches),
            ("max_requests", self.requests),
            ("max_connections", self.connections),
        ];
        for (name, value) in counts {
            if !(1..=Self::MOST).contains(&value) {
                return Err(Error::parameter(name, value, format!("a whole number from 1 to {}", Self::MOST)));
            }
        }

        // Else the largest body could never be read.
        if self.bodies < self.body {
            return Err(Error::parameter(
                "max_bodies",
                self.bodies,
                format!("at least {}, the largest body", self.body),
            ));
        }

        // A server may stop without waiting, so `stop_timeout` may be 0.
        let waits = [
            ("head_timeout", self.head_timeout),
            ("body_timeout", self.body_timeout),
            ("answer_timeout", self.answer_timeout),
        ];
        match waits.into_iter().find(|(_, wait)| wait.is_zero()) {
            Some((name, _)) => Err(Error::parameter(name, "0s", "a time above 0")),
            None => Ok(()),
        }
    }
}
