//! A page for labelling pairs, on this machine alone.
//!
//! The server listens on loopback. The page itself holds no data: its script reads a token from the fragment of the address,
//! which browsers never send, and sends it with each request for a pair. Each answer is on the disk before it is confirmed.
//!
//! | request | answer |
//! |---|---|
//! | `GET /`, `/label.js`, `/label.css` | the page |
//! | `GET /pairs` | how many pairs there are, how many have a label, and the first without one |
//! | `GET /pairs/N` | pair N, from 0: its texts as HTML and its label |
//! | `POST /pairs/N`, `{"label": "copy"}` | as `GET /pairs`, the first without a label after N |

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::auth::BearerToken;
use super::{Handle, phrasing::ApiPhrasing};
use mukarrar::error::{Error, Result};
use mukarrar::labels::{LabelFile, ListedPair, PairLabel};

mod routes;
mod serving;

/// Writes the texts of a pair as a part of a page. Called on several threads.
pub type PairRenderer = Box<dyn Fn(&ListedPair) -> Result<String> + Send + Sync>;

/// The pairs of a session, and their labels.
pub struct LabelSession {
    pairs: Vec<ListedPair>,
    labels: Mutex<LabelFile>,
    render: PairRenderer,
}

impl LabelSession {
    /// A session over `pairs`, in this order. Answers go to `labels`; `render` writes the texts of a pair.
    #[must_use]
    pub fn new(pairs: Vec<ListedPair>, labels: LabelFile, render: PairRenderer) -> Self {
        Self { pairs, labels: Mutex::new(labels), render }
    }

    /// Number of pairs with a label.
    #[must_use]
    pub fn labelled(&self) -> usize {
        self.with_labels(|labels| self.pairs.iter().filter(|pair| label_of(labels, pair).is_some()).count())
    }

    /// Number of pairs.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// The first pair from `begin` on without a label, and after the last one from the beginning again.
    fn next(&self, begin: usize) -> Option<usize> {
        self.with_labels(|labels| {
            let places = (begin..self.pairs.len()).chain(0..begin.min(self.pairs.len()));
            places.into_iter().find(|place| label_of(labels, &self.pairs[*place]).is_none())
        })
    }

    fn label(&self, pair: &ListedPair) -> Option<PairLabel> {
        self.with_labels(|labels| label_of(labels, pair))
    }

    fn set(&self, pair: &ListedPair, label: PairLabel) -> Result<()> {
        self.with_labels(|labels| labels.set(&pair.id_a, &pair.id_b, label))
    }

    fn with_labels<T>(&self, use_labels: impl FnOnce(&mut LabelFile) -> T) -> T {
        // A panic between two changes leaves the labels whole: a change is one assignment, then one file.
        use_labels(&mut self.labels.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn label_of(labels: &LabelFile, pair: &ListedPair) -> Option<PairLabel> {
    labels.label(&pair.id_a, &pair.id_b)
}

/// A server of the page, which listens on loopback.
pub struct LabelServer {
    listener: TcpListener,
    address: SocketAddr,
    token: String,
    session: Arc<LabelSession>,
    stop: Handle,
}

impl LabelServer {
    /// Listens on `port` of 127.0.0.1; 0 is any free port.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub fn bind(port: u16, session: Arc<LabelSession>) -> Result<Self> {
        let wanted = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let failed = |source| Error::io("listen on", wanted.to_string(), source);
        let listener = TcpListener::bind(wanted).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;

        let stop = Handle(Arc::new(watch::Sender::new(false)));
        Ok(Self { listener, address, token: random_token(), session, stop })
    }

    /// The address for a browser, with the token in its fragment.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/#{}", self.address, self.token)
    }

    /// Stops the server, from another thread or a signal handler.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.stop.clone()
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    ///
    /// The system refuses threads or the socket.
    pub fn run(self) -> Result<()> {
        let token = BearerToken::new(&self.token)?;
        serving::serve(self.listener, routes::router(self.session, token), self.stop.0.subscribe())
    }
}

/// 128 random bits in hexadecimal digits.
fn random_token() -> String {
    use std::hash::BuildHasher as _;

    // The keys of a `RandomState` come from the random numbers of the system.
    let half = || std::collections::hash_map::RandomState::new().hash_one("token");
    format!("{:016x}{:016x}", half(), half())
}

/// The message of an error for the page.
fn message(error: &Error) -> String {
    error.message(&ApiPhrasing)
}
