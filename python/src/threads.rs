//! Threads that a forked child has, too.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::errors::internal;

/// The threads of a process, with its number.
type OwnThreads = Option<(u32, Arc<ThreadPool>)>;

/// The threads of this process. A forked child inherits the pool, but not its threads: it makes its own.
static THREADS: Mutex<OwnThreads> = Mutex::new(None);

thread_local! {
    /// The lock, while this thread forks: no other thread then holds it, which the child would not have.
    static FORKING: RefCell<Option<MutexGuard<'static, OwnThreads>>> = const { RefCell::new(None) };
}

/// Does `work` on the threads of this process, one for each core, without the interpreter's lock.
///
/// # Errors
///
/// The system grants no threads.
pub fn on_threads<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| pool().map(|pool| pool.install(work))).map_err(|error| internal(py, &error.to_string()))
}

fn pool() -> Result<Arc<ThreadPool>, rayon::ThreadPoolBuildError> {
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    let here = std::process::id();
    if let Some((_, pool)) = threads.as_ref().filter(|(process, _)| *process == here) {
        return Ok(Arc::clone(pool));
    }

    let pool = Arc::new(ThreadPoolBuilder::new().build()?);
    let inherited = threads.replace((here, Arc::clone(&pool)));
    // Dropping it would wait for threads that are not there.
    std::mem::forget(inherited);
    Ok(pool)
}

/// Called by the thread that is about to fork.
#[pyfunction]
pub fn before_fork(py: Python<'_>) {
    // The holder of the lock may need that of the interpreter.
    py.detach(|| FORKING.set(Some(THREADS.lock().unwrap_or_else(PoisonError::into_inner))));
}

/// Called in the parent and in the child after a fork.
#[pyfunction]
pub fn after_fork() {
    drop(FORKING.take());
}
