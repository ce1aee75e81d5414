//! What all requests share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::auth::BearerToken;
use super::limits::ServerLimits;
use super::metrics::Metrics;
use super::problem::{Problem, ProblemKind};
use super::room::BodyBudget;
use mukarrar::error::Result;
use mukarrar::index::Index;

/// Told what no client sees: a commit that failed, a connection that could not be accepted.
pub(super) type NoteSink = Box<dyn Fn(&str) + Send + Sync>;

/// What all requests share.
pub(super) struct ServerState {
    pub(super) index: Index,
    pub(super) limits: ServerLimits,
    pub(super) token: Option<BearerToken>,
    pub(super) read_only: bool,
    pub(super) metrics: Metrics,
    pub(super) note: NoteSink,
    /// Requests that the index works on.
    pub(super) work: Arc<Semaphore>,
    /// Memory for bodies.
    pub(super) room: Arc<BodyBudget>,
    /// Scrapes: they are answered under load too, but not many at one time.
    scrapes: Arc<Semaphore>,
    /// Changes that were answered, or are about to be.
    changes: AtomicU64,
    /// Of these: those that are committed. Held while committing.
    committed: Mutex<u64>,
    /// Whether the last commit failed.
    failing: AtomicBool,
    stopping: AtomicBool,
}

/// Scrapes that are answered at one time.
const SCRAPES: usize = 2;

impl ServerState {
    pub(super) fn new(
        index: Index,
        limits: ServerLimits,
        token: Option<BearerToken>,
        read_only: bool,
        note: NoteSink,
    ) -> Self {
        Self {
            work: Arc::new(Semaphore::new(limits.requests)),
            room: BodyBudget::new(limits.bodies),
            scrapes: Arc::new(Semaphore::new(SCRAPES)),
            index,
            limits,
            token,
            read_only,
            metrics: Metrics::new(),
            note,
            changes: AtomicU64::default(),
            committed: Mutex::default(),
            failing: AtomicBool::default(),
            stopping: AtomicBool::default(),
        }
    }

    /// Has the index work where it may block, or says that it is busy: nothing waits here.
    pub(super) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self) -> std::result::Result<T, Problem> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        self.blocking(&self.work, job).await
    }

    /// The same, for what must be answered under load too.
    pub(super) async fn scrape<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self) -> std::result::Result<T, Problem> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        self.blocking(&self.scrapes, job).await
    }

    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        permits: &Arc<Semaphore>,
        job: impl FnOnce(&Self) -> std::result::Result<T, Problem> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        let permit = Arc::clone(permits).try_acquire_owned().map_err(|_| busy())?;
        let state = Arc::clone(self);
        let job = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            job(&state)
        });
        let wait = self.limits.answer_timeout;
        match tokio::time::timeout(wait, job).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => Err(Problem::new(ProblemKind::Failed, format!("the work broke off: {failure}"))),
            Err(_) => {
                let detail = format!("not within {wait:?}; the work goes on, and what it stores is stored");
                Err(Problem::new(ProblemKind::AnswerTimeout, detail))
            }
        }
    }

    /// Whether there is work for all that may work at one time.
    pub(super) fn is_busy(&self) -> bool {
        self.work.available_permits() == 0
    }

    /// Something was changed that is not committed yet.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Commits, if anything was changed since the last time.
    pub(super) fn commit(&self) -> Result<()> {
        let mut committed: MutexGuard<'_, u64> = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes.load(Ordering::Relaxed);
        if *committed == changes {
            return Ok(());
        }
        let result = self.index.commit();
        self.failing.store(result.is_err(), Ordering::Relaxed);
        match &result {
            Ok(()) => *committed = changes,
            Err(_) => drop(self.metrics.commit_failures.inc()),
        }
        result
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Why it is not ready.
    pub(super) fn unready(&self) -> Option<&'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            Some("the server is stopping")
        } else if self.failing.load(Ordering::Relaxed) {
            Some("the last commit failed; it is tried again")
        } else {
            None
        }
    }
}

/// All that may be worked on at one time is worked on.
pub(super) fn busy() -> Problem {
    Problem::new(ProblemKind::Overloaded, "as many requests as may be worked on at one time are; try again")
}
