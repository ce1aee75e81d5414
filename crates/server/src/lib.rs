//! An HTTP server for an index, for crawlers in any language.
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
//! `docs/SERVER.md` describes the API for people, `/openapi.json` for programs.
//!
//! # Guarantees
//!
//! - An answer means the same as the answer of the index. Changes are on disk when a request with `?durable=true` is answered,
//!   else after the next periodic commit.
//! - Requests do not queue. Beyond the limits of requests in progress and of memory for bodies, the answer is status 503 at
//!   once, with `Retry-After`.
//! - Clients that only hold connections open cannot block others: a new connection replaces the one that has waited longest
//!   for its client.
//! - Without a token the server listens on loopback only.
//! - Stopping loses no answered change: requests in progress are finished, then the index is committed and closed.
//!
//! `openapi.json` is written by hand; tests compare it with the routes and the answers.

use std::fmt;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use mukarrar::error::{Error, Remedy, Result};
use mukarrar::index::Index;

mod auth;
mod body;
mod calls;
mod coding;
mod connections;
mod items;
mod labelling;
mod limits;
mod metrics;
mod patience;
mod phrasing;
mod problem;
mod replies;
mod room;
mod routes;
mod run;
mod secrets;
mod state;
mod tls;
mod top;

pub use auth::BearerToken;
pub use labelling::{LabelServer, LabelSession, PairRenderer};
pub use limits::ServerLimits;
pub use routes::{OPENAPI, ROUTES};
pub use tls::TlsIdentity;

use state::{NoteSink, ServerState};

/// A server that listens, and serves when it [runs](Self::run).
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
    tls: Option<TlsIdentity>,
    read_only: bool,
    commit_interval: Duration,
    note: NoteSink,
}

impl Server {
    /// A builder with the default settings.
    #[must_use]
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            limits: ServerLimits::default(),
            token: None,
            tls: None,
            read_only: false,
            commit_interval: Duration::from_secs(1),
            note: Box::new(|_| {}),
        }
    }

    /// The address on which it listens, with the actual port if port 0 was requested.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The scheme of its addresses: `https` with a certificate, else `http`.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.settings.tls.is_some() { "https" } else { "http" }
    }

    /// A handle that stops it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.stop.clone()
    }

    /// Serves `index` until its [`Handle`] stops it; then finishes requests in progress, commits the index and closes it.
    /// Starts its own threads.
    ///
    /// # Errors
    ///
    /// The system grants no threads, or the last commit fails; then the changes since the commit before may be lost.
    pub fn run(self, index: Index) -> Result<()> {
        let ServerBuilder { limits, token, tls, read_only, commit_interval, note } = self.settings;
        let state = ServerState::new(index, limits, token, read_only, note);
        run::serve(self.listener, tls, state, commit_interval, self.stop.0.subscribe())
    }
}

/// Number of connections that the system queues until they are accepted.
const BACKLOG: i32 = 1_024;

impl ServerBuilder {
    /// The limits. Default: [`ServerLimits::default`].
    #[must_use]
    pub fn limits(mut self, limits: ServerLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The token that clients must send, also on loopback. Only the health routes need none. Default: no token.
    #[must_use]
    pub fn token(mut self, token: BearerToken) -> Self {
        self.token = Some(token);
        self
    }

    /// The certificate with which connections are encrypted. Default: none; connections are plain HTTP.
    #[must_use]
    pub fn tls(mut self, identity: TlsIdentity) -> Self {
        self.tls = Some(identity);
        self
    }

    /// Whether requests that write are refused. Default: no.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// The time between commits of changes; above 0. Default: 1 s.
    #[must_use]
    pub fn commit_interval(mut self, interval: Duration) -> Self {
        self.commit_interval = interval;
        self
    }

    /// Receives lines for the operator: a commit that failed, a connection that could not be accepted. Default: ignored.
    #[must_use]
    pub fn note(mut self, note: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.note = Box::new(note);
        self
    }

    /// Listens. Clients can connect from now on, and are answered when the server [runs](Server::run).
    ///
    /// # Errors
    ///
    /// A limit is out of its range; the address is invalid or in use; the address is not loopback and no token is set.
    pub fn listen(self, address: impl ToSocketAddrs + fmt::Display) -> Result<Server> {
        self.limits.validate()?;
        if self.commit_interval.is_zero() {
            return Err(Error::parameter("commit_interval", "0s", "a time above 0"));
        }

        let shown = address.to_string();
        let failed = |source| Error::io("listen on", &shown, source);
        let addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(failed)?.collect();

        // All of them: a name may resolve to loopback and to another address.
        if self.token.is_none() && !addresses.iter().all(|address| address.ip().is_loopback()) {
            let expected = "without a token it is a loopback address, such as 127.0.0.1:8077";
            let remedy = Remedy::Choose { purpose: "to be reached from elsewhere, give a token", parameter: "token" };
            return Err(Error::parameter("listen", shown, expected).with_remedy(remedy));
        }

        let listener = TcpListener::bind(&*addresses).map_err(failed)?;
        // The standard library requests 128, which a burst of connections fills before they are accepted.
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
