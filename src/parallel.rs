//! Work spread over threads, results in the order of the work: the only place where threads begin.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use crate::error::Error;
#[cfg(not(feature = "parallel"))]
use crate::error::Remedy;

type ParallelResult<T, E = Error> = std::result::Result<T, E>;

/// Runs `work` with `threads` threads (one a core if `None`) for everything inside it.
#[cfg(feature = "parallel")]
pub(crate) fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> ParallelResult<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    let refused = |error: rayon::ThreadPoolBuildError| {
        Error::parameter("threads", threads.unwrap_or(0), format!("as many as the system grants ({error})"))
    };
    Ok(pool.map_err(refused)?.install(work))
}

/// How many threads the work around this call is spread over.
#[cfg(feature = "parallel")]
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
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

/// Sorts by a key, unstably.
#[cfg(feature = "parallel")]
pub(crate) fn sort_by_key<T: Send, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K + Sync) {
    use rayon::prelude::*;
    items.par_sort_unstable_by_key(key);
}

/// One thread: `threads` may only be 1.
#[cfg(not(feature = "parallel"))]
pub(crate) fn with_threads<T>(threads: Option<usize>, work: impl FnOnce() -> T) -> ParallelResult<T> {
    match threads {
        None | Some(1) => Ok(work()),
        Some(n) => {
            Err(Error::parameter("threads", n, "1 in this build").with_remedy(Remedy::Rebuild { feature: "parallel" }))
        }
    }
}

/// One.
#[cfg(not(feature = "parallel"))]
pub(crate) fn threads() -> usize {
    1
}

/// Maps every item with one worker.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map<I, W, T>(items: &[I], worker: impl Fn() -> W, work: impl Fn(&mut W, &I) -> T) -> Vec<T> {
    let mut worker = worker();
    items.iter().map(|item| work(&mut worker, item)).collect()
}

/// Sorts by a key, unstably.
#[cfg(not(feature = "parallel"))]
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    items.sort_unstable_by_key(key);
}

/// Takes pieces from a source one after the other, works on them with `threads` threads, and collects the results in the order of
/// the pieces, on the calling thread.
///
/// The source is asked by whichever worker has nothing to do, under a lock: while one thread reads or decompresses, the
/// others work on what was read before. At most `4 · threads` pieces are under way, so that one slow piece does not let the
/// results behind it pile up.
///
/// # Errors
///
/// The first error of the source or of `collect`; nothing is collected after it.
pub(crate) fn in_order<S, P, W, T, E>(
    threads: usize,
    source: S,
    next: impl Fn(&mut S) -> ParallelResult<Option<P>, E> + Sync,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, P) -> T + Sync,
    mut collect: impl FnMut(T) -> ParallelResult<(), E>,
) -> ParallelResult<S, E>
where
    S: Send,
    P: Send,
    T: Send,
    E: Send,
{
    let queue = WorkQueue::new(source, 4 * threads as u64);
    if threads == 1 {
        let mut worker = worker();
        while let Some((_, piece)) = queue.take(&next)? {
            collect(work(&mut worker, piece))?;
            queue.collected();
        }
        return Ok(queue.into_source());
    }
    let collected = std::thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(|| queue.serve(sender, &next, &worker, &work));
        }
        drop(sender);
        let _stops = StopOnDrop(&queue);
        gather(&results, &queue, &mut collect)
    });
    collected.map(|()| queue.into_source())
}

/// Hands results on in order, until all workers have gone home.
fn gather<S, T, E>(
    results: &mpsc::Receiver<(u64, ParallelResult<T, E>)>,
    queue: &WorkQueue<S>,
    collect: &mut impl FnMut(T) -> ParallelResult<(), E>,
) -> ParallelResult<(), E> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (place, result) in results {
        waiting.insert(place, result);
        while let Some(result) = waiting.remove(&next) {
            collect(result?)?;
            next += 1;
            queue.collected();
        }
    }
    Ok(())
}

/// Ends the work when it is dropped, by a panic too: nobody waits for a piece that will never come. Where a worker ends
/// without one, the work has ended already.
struct StopOnDrop<'q, S>(&'q WorkQueue<S>);

impl<S> Drop for StopOnDrop<'_, S> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A source that several threads draw from.
struct WorkQueue<S> {
    state: Mutex<QueueState<S>>,
    moved: Condvar,
    window: u64,
}

struct QueueState<S> {
    source: S,
    taken: u64,
    collected: u64,
    ended: bool,
}

impl<S> WorkQueue<S> {
    fn new(source: S, window: u64) -> Self {
        let state = QueueState { source, taken: 0, collected: 0, ended: false };
        Self { state: Mutex::new(state), moved: Condvar::new(), window }
    }

    /// What a panic elsewhere left is still in order: every change is one assignment.
    fn state(&self) -> MutexGuard<'_, QueueState<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece with its place; waits while too many are under way.
    fn take<P, E>(
        &self,
        next: &impl Fn(&mut S) -> ParallelResult<Option<P>, E>,
    ) -> ParallelResult<Option<(u64, P)>, E> {
        let mut state = self.state();
        while !state.ended && state.taken >= state.collected + self.window {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.ended {
            return Ok(None);
        }
        let piece = next(&mut state.source);
        state.ended = !matches!(piece, Ok(Some(_)));
        let place = state.taken;
        state.taken += u64::from(!matches!(piece, Ok(None)));
        Ok(piece?.map(|piece| (place, piece)))
    }

    /// What one worker thread does.
    fn serve<P, W, T, E>(
        &self,
        results: mpsc::Sender<(u64, ParallelResult<T, E>)>,
        next: &impl Fn(&mut S) -> ParallelResult<Option<P>, E>,
        worker: &impl Fn() -> W,
        work: &impl Fn(&mut W, P) -> T,
    ) {
        let _stops = StopOnDrop(self);
        let mut worker = worker();
        loop {
            let result = match self.take(next) {
                Ok(Some((place, piece))) => (place, Ok(work(&mut worker, piece))),
                Ok(None) => return,
                // The place after the last piece, so that everything before it is collected first.
                Err(error) => (self.state().taken - 1, Err(error)),
            };
            if results.send(result).is_err() {
                return;
            }
        }
    }

    fn collected(&self) {
        self.state().collected += 1;
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.state().ended = true;
        self.moved.notify_all();
    }

    fn into_source(self) -> S {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(threads: usize, fail_at: Option<u64>) -> (Vec<u64>, Option<String>) {
        let mut seen = Vec::new();
        let outcome = in_order(
            threads,
            0_u64,
            |at| {
                if Some(*at) == fail_at {
                    return Err(Error::parameter("source", *at, "better"));
                }
                *at += 1;
                Ok((*at <= 100).then_some(*at))
            },
            || 0_u64,
            |worked, piece| {
                *worked += 1;
                // Unequal work, so that pieces overtake one another.
                (0..piece % 7 * 1000).fold(piece, |sum, step| std::hint::black_box(sum ^ step ^ step))
            },
            |piece| {
                seen.push(piece);
                Ok(())
            },
        );
        (seen, outcome.err().map(|error| error.to_string()))
    }

    #[test]
    fn results_come_in_the_order_of_the_pieces() {
        for threads in [1, 2, 8] {
            assert_eq!(run(threads, None), ((1..=100).collect(), None), "{threads} threads");
        }
    }

    #[test]
    fn an_error_of_the_source_ends_the_run_after_what_came_before() {
        for threads in [1, 2, 8] {
            let (seen, error) = run(threads, Some(30));
            assert_eq!(seen, (1..=30).collect::<Vec<_>>(), "{threads} threads");
            assert!(error.is_some_and(|error| error.contains("source cannot be 30")));
        }
    }

    #[test]
    fn a_panic_of_a_worker_reaches_the_caller() {
        let run = || {
            let next = |at: &mut u64| {
                *at += 1;
                Ok::<_, Error>(Some(*at))
            };
            let work = |(): &mut (), piece: u64| assert!(piece != 40, "piece 40");
            in_order(4, 0, next, || (), work, |()| Ok(())).map(drop)
        };
        assert!(std::panic::catch_unwind(run).is_err());
    }

    #[test]
    fn an_error_of_the_collector_ends_the_run() {
        let next = |at: &mut u64| {
            *at += 1;
            Ok(Some(*at))
        };
        let refuse = |piece| if piece < 9 { Ok(()) } else { Err(Error::parameter("piece", piece, "below 9")) };
        let outcome = in_order(4, 0, next, || (), |(), piece| piece, refuse).map(drop);
        assert!(outcome.unwrap_err().to_string().contains("piece cannot be 9"));
    }
}
