//! What a server takes on, and how long it waits.

use std::time::Duration;

use mukarrar::error::{Error, Result};

/// What a server takes on, and how long it waits. Whatever goes beyond is refused at once, with an answer that names the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// Bytes of one body. Default 16 MiB.
    pub body: usize,
    /// Bytes of all bodies in memory at one time, those of answers too, until their clients have taken them. Default 256 MiB.
    pub bodies: usize,
    /// Items of one batch. Default 1,000.
    pub batch: usize,
    /// Matches that the queries of one batch ask for, all together. Default 10,000.
    pub matches: usize,
    /// Requests that the index works on, or that wait for a core, at one time. Default 4 for each core.
    pub requests: usize,
    /// Open connections. Default 512, or half of the open files that the system grants the process, if that is less.
    pub connections: usize,
    /// How long a connection waits for the head of a request, which is how long it may be idle too. Default 30 s.
    pub head_timeout: Duration,
    /// How long the body of a request may take to arrive, and how long a client may take to read an answer. Default 30 s.
    pub body_timeout: Duration,
    /// How long a client waits for an answer of the index. Default 60 s.
    pub answer_timeout: Duration,
    /// How long a server that was told to stop waits for requests in progress. Default 10 s.
    pub stop_timeout: Duration,
}

/// Connections of a server that is not told otherwise.
const CONNECTIONS: usize = 512;

impl Default for ServerLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
        Self {
            body: 16 << 20,
            bodies: 256 << 20,
            batch: 1_000,
            matches: 10_000,
            requests: 4 * cores,
            connections: CONNECTIONS.min(files / 2).max(1),
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(60),
            stop_timeout: Duration::from_secs(10),
        }
    }
}

impl ServerLimits {
    /// Most that a limit may be: what counts permits takes no more in one step.
    const MOST: usize = u32::MAX as usize / 8;

    /// Refuses what cannot work.
    pub(super) fn validate(&self) -> Result<()> {
        let counts = [
            ("max-body", self.body),
            ("max-bodies", self.bodies),
            ("max-batch", self.batch),
            ("max-matches", self.matches),
            ("max-requests", self.requests),
            ("max-connections", self.connections),
        ];
        for (name, value) in counts {
            if !(1..=Self::MOST).contains(&value) {
                return Err(Error::parameter(name, value, format!("a whole number from 1 to {}", Self::MOST)));
            }
        }
        if self.bodies < self.body {
            return Err(Error::parameter("max-bodies", self.bodies, format!("at least max-body, {}", self.body)));
        }
        let waits = [
            ("head-timeout", self.head_timeout),
            ("body-timeout", self.body_timeout),
            ("answer-timeout", self.answer_timeout),
        ];
        match waits.into_iter().find(|(_, wait)| wait.is_zero()) {
            Some((name, _)) => Err(Error::parameter(name, "0s", "a time above 0")),
            None => Ok(()),
        }
    }
}
