//! The state that all requests share.

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

/// Receives lines for the operator: a commit that failed, a connection that could not be accepted.
pub(super) type NoteSink = Box<dyn Fn(&str) + Send + Sync>;

/// The state that all requests share.
pub(super) struct ServerState {
    pub(super) index: Index,
    pub(super) limits: ServerLimits,
    pub(super) token: Option<BearerToken>,
    pub(super) read_only: bool,
    pub(super) metrics: Metrics,
    pub(super) note: NoteSink,
    /// Permits for requests in progress.
    pub(super) work: Arc<Semaphore>,
    /// Memory for bodies.
    pub(super) room: Arc<BodyBudget>,
    /// A permit for a reading of the whole index, which takes long.
    survey: Arc<Semaphore>,
    /// Permits for scrapes of the metrics, which are answered even if all requests are taken.
    scrapes: Arc<Semaphore>,
    /// Number of changes since the start.
    changes: AtomicU64,
    /// How many of them are committed. Locked during a commit.
    committed: Mutex<u64>,
    /// Whether the last commit failed.
    failing: AtomicBool,
    stopping: AtomicBool,
}

/// Largest number of scrapes at one time.
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
            survey: Arc::new(Semaphore::new(1)),
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

    /// Runs a job of a request on a thread that may block. If all permits are taken, it fails at once instead of waiting.
    pub(super) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self) -> std::result::Result<T, Problem> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        self.blocking(&self.work, job).await
    }

    /// Runs a scrape in the same way, with permits of its own.
    pub(super) async fn scrape<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self) -> std::result::Result<T, Problem> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        self.blocking(&self.scrapes, job).await
    }

    /// Runs a reading of the whole index in the same way, one at a time.
    pub(super) async fn survey<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self) -> std::result::Result<T, Problem> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        self.blocking(&self.survey, job).await
    }

    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        permits: &Arc<Semaphore>,
        job: impl FnOnce(&Self) -> std::result::Result<T, Problem> + Send + 'static,
    ) -> std::result::Result<T, Problem> {
        let permit = Arc::clone(permits).try_acquire_owned().map_err(|_| busy())?;
        let state = Arc::clone(self);

        // The job owns the permit, because it continues after its client has stopped waiting.
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

    /// Whether all permits for requests are taken.
    pub(super) fn is_busy(&self) -> bool {
        self.work.available_permits() == 0
    }

    /// Records a change, for the next commit.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Commits if anything was changed since the last commit.
    pub(super) fn commit(&self) -> Result<()> {
        let mut committed: MutexGuard<'_, u64> = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes.load(Ordering::Relaxed);
        if *committed == changes {
            return Ok(());
        }

        // Changes after the count was read may be in this commit too; they are committed again.
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

    /// Why the server is not ready; `None` if it is.
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

/// The problem of a request for which no permit is left.
pub(super) fn busy() -> Problem {
    Problem::new(ProblemKind::Overloaded, "as many requests as may be worked on at one time are; try again")
}
