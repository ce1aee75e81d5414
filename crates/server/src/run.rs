//! The life of a server: accepting, answering, committing, stopping.

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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at};

use super::connections::{Connection, WaitingClients};
use super::patience::PatientStream;
use super::problem::{Problem, ProblemKind};
use super::routes::router;
use super::state::ServerState;
use mukarrar::error::{Error, Result};

/// Serves until it is told to stop; then commits and closes the index.
pub(super) fn serve(
    listener: Listener,
    state: ServerState,
    every: Duration,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let failed = |source| Error::io("serve on", "the network", source);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("mukarrar-serve")
        // Work, scrapes and the commits of the clock: nothing else blocks.
        .max_blocking_threads(state.limits.requests + 8)
        .build()
        .map_err(failed)?;
    let state = Arc::new(state);
    let served = runtime.block_on(serve_until(listener, Arc::clone(&state), every, stop));
    // Whatever is still open by now has had its time.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served.map_err(failed)?;
    match Arc::try_unwrap(state) {
        Ok(state) => state.index.close(),
        Err(state) => state.index.commit(),
    }
}

async fn serve_until(
    listener: Listener,
    state: Arc<ServerState>,
    every: Duration,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let clock = tokio::spawn(commit_by_the_clock(Arc::clone(&state), every));
    let gate = ConnectionGate::new(Arc::clone(&state), stop.clone());
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = gate.accept_all(&listener) => {}
    }
    drop(listener);
    state.stop();
    clock.abort();
    let end = Instant::now() + state.limits.stop_timeout;
    gate.empty(end).await;
    // Work whose client is gone is finished too.
    let all = u32::try_from(state.limits.requests).unwrap_or(u32::MAX);
    let _ = timeout_at(end, state.work.acquire_many(all)).await;
    Ok(())
}

/// Commits what was changed, again and again.
async fn commit_by_the_clock(state: Arc<ServerState>, every: Duration) {
    let mut clock = interval(every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let state = Arc::clone(&state);
        let commit = move || {
            if let Err(error) = state.commit() {
                (state.note)(&format!(
                    "{error}; what was answered is not durable yet, and the next commit tries again"
                ));
            }
        };
        let _ = tokio::task::spawn_blocking(commit).await;
    }
}

/// Lets connections in, as many as have a place.
struct ConnectionGate {
    state: Arc<ServerState>,
    router: Router,
    places: Arc<Semaphore>,
    waiting: Arc<WaitingClients>,
    stop: watch::Receiver<bool>,
}

/// How long a newcomer waits for a connection to give its place.
const GIVING_WAY: Duration = Duration::from_secs(1);
/// How long nothing is accepted after the system refused to.
const RECOVERY: Duration = Duration::from_millis(50);

impl ConnectionGate {
    fn new(state: Arc<ServerState>, stop: watch::Receiver<bool>) -> Self {
        Self {
            router: router(Arc::clone(&state)),
            places: Arc::new(Semaphore::new(state.limits.connections)),
            waiting: Arc::default(),
            state,
            stop,
        }
    }

    async fn accept_all(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => self.let_in(stream).await,
                // The client went away before it was let in.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    (self.state.note)(&format!("a connection could not be accepted: {error}"));
                    self.waiting.evict();
                    sleep(RECOVERY).await;
                }
            }
        }
    }

    /// Gives a newcomer a free place, or that of the connection that has waited longest for its client, which gives way before
    /// the next newcomer is looked at.
    async fn let_in(&self, stream: TcpStream) {
        let mut place = Arc::clone(&self.places).try_acquire_owned().ok();
        if place.is_none() && self.waiting.evict() {
            self.state.metrics.evicted.inc();
            let given = timeout(GIVING_WAY, Arc::clone(&self.places).acquire_owned()).await;
            place = given.ok().and_then(std::result::Result::ok);
        }
        let Some(place) = place else {
            return refuse(&self.state, stream);
        };
        let (state, router, stop) = (Arc::clone(&self.state), self.router.clone(), self.stop.clone());
        let waiting = Arc::clone(&self.waiting);
        tokio::spawn(async move {
            let _place = place;
            state.metrics.connections.inc();
            talk(stream, &state, router, waiting, stop).await;
            state.metrics.connections.dec();
        });
    }

    /// Waits until the last connection is gone, but not beyond `end`.
    async fn empty(self, end: Instant) {
        let all = u32::try_from(self.state.limits.connections).unwrap_or(u32::MAX);
        let _ = timeout_at(end, self.places.acquire_many(all)).await;
    }
}

fn refuse(state: &ServerState, stream: TcpStream) {
    state.metrics.refused.inc();
    let answer = Problem::new(ProblemKind::Overloaded, "all connections are taken; try again").to_http();
    // One attempt, which a new connection has room for; whoever misses it sees the connection end.
    let _ = stream.into_std().and_then(|mut stream| stream.write(&answer));
}

/// Serves one connection until it ends, must give way, or, when the server stops, has its request answered.
async fn talk(
    stream: TcpStream,
    state: &ServerState,
    router: Router,
    waiting: Arc<WaitingClients>,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let connection = Arc::new(Connection::new(waiting));
    let router = TowerToHyperService::new(router);
    let known = Arc::clone(&connection);
    let service = service_fn(move |mut request: Request<Incoming>| {
        known.waits();
        request.extensions_mut().insert(Arc::clone(&known));
        router.call(request)
    });
    let stream = PatientStream::new(stream, state.limits.body_timeout);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(state.limits.head_timeout)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    tokio::select! {
        // What a client does wrong on this level ends its connection, and that is all.
        _ = served.as_mut() => return,
        () = connection.evicted() => return,
        _ = stop.wait_for(|stop| *stop) => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}
