//! Runs a server: accepts connections, serves them, commits changes, and stops.

use std::io::{self, Write};
use std::net::TcpListener as Listener;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};

use super::connections::{Connection, WaitingClients};
use super::patience::PatientStream;
use super::phrasing::ApiPhrasing;
use super::problem::{Problem, ProblemKind};
use super::routes::router;
use super::state::ServerState;
use super::tls::TlsIdentity;
use mukarrar::error::{Error, Result};

/// Serves until `stop` is true; then commits and closes the index.
pub(super) fn serve(
    listener: Listener,
    tls: Option<TlsIdentity>,
    state: ServerState,
    every: Duration,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let failed = |source| Error::io("serve on", "the network", source);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("mukarrar-serve")
        // One for each request, the scrapes, and the periodic commits; nothing else blocks.
        .max_blocking_threads(state.limits.requests + 8)
        .build()
        .map_err(failed)?;

    let state = Arc::new(state);
    let served = runtime.block_on(serve_until(listener, tls, Arc::clone(&state), every, stop));

    // Connections that are still open have exceeded the time for stopping.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served.map_err(failed)?;

    // A request that is still in progress shares the state; then the index cannot be closed, but everything is committed.
    match Arc::try_unwrap(state) {
        Ok(state) => state.index.close(),
        Err(state) => state.index.commit(),
    }
}

async fn serve_until(
    listener: Listener,
    tls: Option<TlsIdentity>,
    state: Arc<ServerState>,
    every: Duration,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let clock = tokio::spawn(commit_by_the_clock(Arc::clone(&state), every));
    let gate = ConnectionGate::new(Arc::clone(&state), tls, stop.clone());

    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = gate.accept_all(&listener) => {}
    }

    // New connections are refused from here on, and `/readyz` says so to those that are open.
    drop(listener);
    state.stop();
    clock.abort();

    let end = Instant::now() + state.limits.stop_timeout;
    gate.empty(end).await;

    // Requests in progress are finished even if their clients are gone. After `end` the result does not matter.
    let _ = timeout_at(end, state.work.acquire_many(permits(state.limits.requests))).await;
    Ok(())
}

/// Commits changes periodically.
async fn commit_by_the_clock(state: Arc<ServerState>, every: Duration) {
    let mut clock = interval(every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let state = Arc::clone(&state);

        let commit = move || {
            if let Err(error) = state.commit() {
                let error = error.message(&ApiPhrasing);
                (state.note)(&format!("{error}; recent changes are not on disk yet; the next commit tries again"));
            }
        };

        // A commit that panics fails this task only; the next tick tries again.
        let _ = tokio::task::spawn_blocking(commit).await;
    }
}

/// Admits connections up to their limit.
struct ConnectionGate {
    state: Arc<ServerState>,
    tls: Option<TlsIdentity>,
    router: Router,
    places: Arc<Semaphore>,
    waiting: Arc<WaitingClients>,
    stop: watch::Receiver<bool>,
}

/// Time that a new connection waits for an evicted one to end.
const GIVING_WAY: Duration = Duration::from_secs(1);
/// Pause after the system could not accept a connection.
const RECOVERY: Duration = Duration::from_millis(50);

impl ConnectionGate {
    fn new(state: Arc<ServerState>, tls: Option<TlsIdentity>, stop: watch::Receiver<bool>) -> Self {
        Self {
            router: router(Arc::clone(&state)),
            places: Arc::new(Semaphore::new(state.limits.connections)),
            waiting: Arc::default(),
            state,
            tls,
            stop,
        }
    }

    async fn accept_all(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => self.let_in(stream).await,
                // The client closed the connection before it was accepted.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // The system has no more open files or memory: an evicted connection frees some.
                Err(error) => {
                    (self.state.note)(&format!("a connection could not be accepted: {error}"));
                    self.waiting.evict();
                    sleep(RECOVERY).await;
                }
            }
        }
    }

    /// Serves a new connection in a free place, or in that of the connection that has waited longest for its client, which
    /// is closed. Refuses it if all others are being worked for.
    async fn let_in(&self, stream: TcpStream) {
        let mut place = Arc::clone(&self.places).try_acquire_owned().ok();

        // Waits here, so that the next new connection cannot take the place.
        if place.is_none() && self.waiting.evict() {
            self.state.metrics.evicted.inc();
            let given = timeout(GIVING_WAY, Arc::clone(&self.places).acquire_owned()).await;
            place = given.ok().and_then(std::result::Result::ok);
        }
        let Some(place) = place else {
            return self.refuse(stream);
        };

        let (state, router, stop) = (Arc::clone(&self.state), self.router.clone(), self.stop.clone());
        let (tls, waiting) = (self.tls.clone(), Arc::clone(&self.waiting));
        tokio::spawn(async move {
            let _place = place;
            state.metrics.connections.inc();
            let connection = Arc::new(Connection::new(waiting));

            // Only latency depends on this.
            let _ = stream.set_nodelay(true);
            let stream = PatientStream::new(stream, state.limits.body_timeout);
            match tls {
                None => talk(stream, &state, router, connection, stop).await,
                Some(tls) => {
                    if let Some(stream) = encrypt(stream, &tls, &state, &connection).await {
                        talk(stream, &state, router, connection, stop).await;
                    }
                }
            }

            state.metrics.connections.dec();
        });
    }

    /// Answers with status 503 and closes the connection, when the limit of connections is reached.
    fn refuse(&self, stream: TcpStream) {
        self.state.metrics.refused.inc();
        // An encrypted connection would have to be agreed on first.
        if self.tls.is_some() {
            return;
        }

        let answer = Problem::new(ProblemKind::Overloaded, "all connections are taken; try again").to_http();
        // The send buffer of a new connection is empty, so one attempt is enough. A client that misses it sees the end.
        let _ = stream.into_std().and_then(|mut stream| stream.write(&answer));
    }

    /// Waits until all connections have ended, but not longer than until `end`.
    async fn empty(self, end: Instant) {
        let _ = timeout_at(end, self.places.acquire_many(permits(self.state.limits.connections))).await;
    }
}

/// The number of permits of a semaphore, which [`ServerLimits::validate`](super::limits::ServerLimits) keeps below 2³².
fn permits(limit: usize) -> u32 {
    debug_assert!(u32::try_from(limit).is_ok(), "a limit that was not validated");
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// Agrees on keys with the client. `None` if it takes longer than a head may, fails, or the connection is evicted.
async fn encrypt(
    stream: PatientStream,
    tls: &TlsIdentity,
    state: &ServerState,
    connection: &Connection,
) -> Option<impl AsyncRead + AsyncWrite + Unpin + use<>> {
    tokio::select! {
        stream = timeout(state.limits.head_timeout, tls.greet(stream)) => stream.ok().flatten(),
        () = connection.evicted() => None,
    }
}

/// Serves a connection until it ends or is evicted. If the server stops, the request in progress is still answered.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    state: &ServerState,
    router: Router,
    connection: Arc<Connection>,
    mut stop: watch::Receiver<bool>,
) {
    let router = TowerToHyperService::new(router);
    let known = Arc::clone(&connection);
    let service = service_fn(move |mut request: Request<Incoming>| {
        known.waits();
        request.extensions_mut().insert(Arc::clone(&known));
        router.call(request)
    });

    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(state.limits.head_timeout)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);

    tokio::select! {
        // A violation of HTTP ends the connection of its client and concerns no other.
        _ = served.as_mut() => return,
        () = connection.evicted() => return,
        _ = stop.wait_for(|stop| *stop) => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}
