//! The index over HTTP, for crawlers in any language.
//!
//! ```no_run
//! use mukarrar::Index;
//! use mukarrar_server::Server;
//!
//! let server = Server::builder().listen("127.0.0.1:8077")?;
//! let handle = server.handle();
//! // … handle.stop() from another thread, or from a signal handler, ends this:
//! server.run(Index::open("seen")?)?;
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! `docs/SERVER.md` tells what clients see, and `/openapi.json` tells it to programs.
//!
//! # What can be relied on
//!
//! **An answer means what the index's answer means**; after `?durable=true` it is on disk too, else after the next commit, which
//! the clock makes. **Nothing queues.** The index works on so many requests at one time, and so many bytes of bodies, of requests
//! and of answers, are in memory; what goes beyond is answered 503 at once, with `Retry-After`. **Clients that hold connections
//! keep nobody out**: when all places are taken, the connection that has waited longest for its client is closed for the newcomer. **Loopback alone**, unless there is
//! a token. **Stopping loses nothing that was answered**: requests in progress are finished, then the index is committed and
//! closed.
//!
//! Files: `limits` how much, `auth` who, `connections`, `patience` and `run` the life of connections and of the server, `routes` which
//! path leads where, `body` (with `room`) and `items` what comes in, `calls` what the index is asked, `replies` what goes
//! out, `problem` what goes wrong, `state` what all requests share, `metrics` what is counted. `openapi.json` is written by hand,
//! and tests hold it against the routes and the answers.

use std::fmt;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use mukarrar::error::{Error, Result};
use mukarrar::index::Index;

mod auth;
mod body;
mod calls;
mod connections;
mod items;
mod limits;
mod metrics;
mod patience;
mod problem;
mod replies;
mod room;
mod routes;
mod run;
mod state;

pub use auth::BearerToken;
pub use limits::ServerLimits;
pub use routes::{OPENAPI, ROUTES};

use state::{NoteSink, ServerState};

/// A server that listens, and serves once it [runs](Self::run).
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    settings: ServerBuilder,
    stop: Handle,
}

/// Stops a [`Server`]; can be cloned and sent to other threads.
#[derive(Debug, Clone)]
pub struct Handle(Arc<watch::Sender<bool>>);

impl Handle {
    /// Tells the server to stop: [`Server::run`] finishes what is in progress and returns.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Settings of a [`Server`].
pub struct ServerBuilder {
    limits: ServerLimits,
    token: Option<BearerToken>,
    read_only: bool,
    commit_interval: Duration,
    note: NoteSink,
}

impl Server {
    /// A server with the defaults of the command line unless told otherwise.
    #[must_use]
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            limits: ServerLimits::default(),
            token: None,
            read_only: false,
            commit_interval: Duration::from_secs(1),
            note: Box::new(|_| {}),
        }
    }

    /// Where it listens; tells the port if port 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What stops it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.stop.clone()
    }

    /// Serves `index` until its [`Handle`] says stop; then requests in progress are finished, and the index is committed and
    /// closed. Starts threads of its own.
    ///
    /// # Errors
    ///
    /// The system grants no threads, or the last commit fails: then what was answered since the commit before may be lost.
    pub fn run(self, index: Index) -> Result<()> {
        let ServerBuilder { limits, token, read_only, commit_interval, note } = self.settings;
        let state = ServerState::new(index, limits, token, read_only, note);
        run::serve(self.listener, state, commit_interval, self.stop.0.subscribe())
    }
}

/// Connections that the system holds until they are accepted.
const BACKLOG: i32 = 1_024;

impl ServerBuilder {
    /// What it takes on.
    #[must_use]
    pub fn limits(mut self, limits: ServerLimits) -> Self {
        self.limits = limits;
        self
    }

    /// What clients must show, on loopback too; health alone is told to everybody.
    #[must_use]
    pub fn token(mut self, token: BearerToken) -> Self {
        self.token = Some(token);
        self
    }

    /// Whether requests that write are refused. Default: no.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// How often what was changed is committed. Default: each second.
    #[must_use]
    pub fn commit_interval(mut self, interval: Duration) -> Self {
        self.commit_interval = interval;
        self
    }

    /// Is told what no client sees, a line at a time: a commit that failed, a connection that could not be accepted.
    #[must_use]
    pub fn note(mut self, note: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.note = Box::new(note);
        self
    }

    /// Listens. Clients can connect from now on, and are answered once the server [runs](Server::run).
    ///
    /// # Errors
    ///
    /// A limit cannot work; the address is none, is taken, or leads beyond loopback while there is no token.
    pub fn listen(self, address: impl ToSocketAddrs + fmt::Display) -> Result<Server> {
        self.limits.validate()?;
        if self.commit_interval.is_zero() {
            return Err(Error::parameter("commit-interval", "0s", "a time above 0"));
        }
        let shown = address.to_string();
        let failed = |source| Error::io("listen on", &shown, source);
        let addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(failed)?.collect();
        if self.token.is_none() && !addresses.iter().all(|address| address.ip().is_loopback()) {
            let expected = "without a token a loopback address, such as 127.0.0.1:8077; to be reached from elsewhere, give a \
                            token with --token-file or in MUKARRAR_TOKEN";
            return Err(Error::parameter("listen", shown, expected));
        }
        let listener = TcpListener::bind(&*addresses).map_err(failed)?;
        // The standard library asks for 128, which a flood of connections fills before they can be looked at.
        rustix::net::listen(&listener, BACKLOG).map_err(|error| failed(error.into()))?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Server { listener, address, settings: self, stop: Handle(Arc::new(watch::Sender::new(false))) })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}
