//! Accepts the connections of the page for labelling.

use std::io;
use std::net::TcpListener as Listener;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;

use mukarrar::error::{Error, Result};

/// Time for a client to send the head of a request.
const HEAD: Duration = Duration::from_secs(30);

/// Serves until `stop` is true. Answers that are being stored are finished.
pub(super) fn serve(listener: Listener, router: Router, mut stop: watch::Receiver<bool>) -> Result<()> {
    let failed = |source| Error::io("serve on", "the network", source);
    // One person at one page.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(failed)?;

    let served = runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => Ok(()),
            failed = accept(&listener, &router) => failed,
        }
    });

    // Waits for tasks that write the file.
    drop(runtime);
    served.map_err(failed)
}

async fn accept(listener: &TcpListener, router: &Router) -> io::Result<()> {
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The client closed the connection before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error),
        };

        let service = TowerToHyperService::new(router.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), service);
        // A violation of HTTP ends the connection of its client and concerns no other.
        tokio::spawn(async move { connection.await.ok() });
    }
}
