//! Work spread over threads, results in the order of the work: the only place where threads begin.

use crate::error::{Error, Result};

/// Runs `work` with `threads` threads (one a core if `None`) for every `map` inside it.
#[cfg(feature = "parallel")]
pub(crate) fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    let refused = |error: rayon::ThreadPoolBuildError| {
        Error::parameter("threads", threads.unwrap_or(0), format!("as many as the system grants ({error})"))
    };
    Ok(pool.map_err(refused)?.install(work))
}

/// Maps every item with a worker that each thread makes for itself.
#[cfg(feature = "parallel")]
pub(crate) fn map<I, W, T>(
    items: &[I],
    worker: impl Fn() -> W + Sync + Send,
    work: impl Fn(&mut W, &I) -> T + Sync + Send,
) -> Vec<T>
where
    I: Sync,
    T: Send,
{
    use rayon::prelude::*;
    items.par_iter().map_init(worker, |worker, item| work(worker, item)).collect()
}

/// One thread: `threads` may only be 1.
#[cfg(not(feature = "parallel"))]
pub(crate) fn with_threads<T>(threads: Option<usize>, work: impl FnOnce() -> T) -> Result<T> {
    match threads {
        None | Some(1) => Ok(work()),
        Some(n) => Err(Error::parameter("threads", n, "1 in this build; rebuild with the feature `parallel` for more")),
    }
}

/// Maps every item with one worker.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map<I, W, T>(items: &[I], worker: impl Fn() -> W, work: impl Fn(&mut W, &I) -> T) -> Vec<T> {
    let mut worker = worker();
    items.iter().map(|item| work(&mut worker, item)).collect()
}

/// Threads that a `map` here may use.
#[cfg(feature = "parallel")]
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
}

/// Threads that a `map` here may use.
#[cfg(not(feature = "parallel"))]
pub(crate) fn threads() -> usize {
    1
}
