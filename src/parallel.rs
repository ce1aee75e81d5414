//! Runs work on several threads. [`map`] and [`in_order`] return results in the order of the work, so that they do not
//! depend on the number of threads. The decoders in `input` also start threads of their own.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use crate::error::Error;
#[cfg(not(feature = "parallel"))]
use crate::error::Remedy;

#[cfg(feature = "parallel")]
mod address_space;

type ParallelResult<T, E = Error> = std::result::Result<T, E>;

/// Runs `work` in a pool of `threads` threads (one for each core if `None`), which [`map`] and [`sort_by_key`] inside
/// it use. If the address space of the process is limited (`ulimit -v`), there are only as many threads as it has room for:
/// with more, the stacks would leave nothing to allocate, and that ends the process.
///
/// # Errors
///
/// The system does not grant the threads.
#[cfg(feature = "parallel")]
pub(crate) fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> ParallelResult<T> {
    /// One thread for each core, to rayon.
    const EACH_CORE: usize = 0;
    let wanted = match address_space::most_threads() {
        Some(most) => threads.unwrap_or_else(each_core).min(most),
        None => threads.unwrap_or(EACH_CORE),
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(wanted).build();

    match pool {
        Ok(pool) => Ok(pool.install(work)),
        Err(error) => Err(Error::parameter("threads", wanted, format!("as many as the system grants ({error})"))),
    }
}

/// Number of cores that the process may use.
#[cfg(feature = "parallel")]
fn each_core() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Number of threads of the pool around this call.
#[cfg(feature = "parallel")]
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
}

/// Maps every item, in order, with a worker that each thread creates for itself.
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

    // The sort of the standard library is the faster one on one thread.
    if threads() == 1 {
        items.sort_unstable_by_key(key);
    } else {
        items.par_sort_unstable_by_key(key);
    }
}

/// Runs `work` on the calling thread.
///
/// # Errors
///
/// `threads` is not 1.
#[cfg(not(feature = "parallel"))]
pub(crate) fn with_threads<T>(threads: Option<usize>, work: impl FnOnce() -> T) -> ParallelResult<T> {
    match threads {
        None | Some(1) => Ok(work()),
        Some(n) => {
            Err(Error::parameter("threads", n, "1 in this build").with_remedy(Remedy::Rebuild { feature: "parallel" }))
        }
    }
}

/// Number of threads: one.
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

/// Takes pieces from a source, works on them with `threads` threads, and collects the results on the calling thread in
/// the order of the pieces. Returns the source.
///
/// An idle worker takes the next piece under a lock: while one thread reads or decompresses, the others work on earlier
/// pieces. At most `4 · threads` pieces are taken and not yet collected, so that results behind a slow piece cannot
/// pile up.
///
/// # Errors
///
/// The first error of the source or of `collect`; nothing is collected after it.
///
/// # Panics
///
/// With the panic of a worker.
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

    // One thread needs no other thread.
    if threads == 1 {
        return in_turn(queue, &next, &worker, &work, &mut collect);
    }

    let collected = std::thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        let mut workers = Vec::with_capacity(threads);
        for number in 0..threads {
            let sender = sender.clone();
            let serve = || queue.serve(sender, &next, &worker, &work);

            // The system may refuse threads: then fewer do the work, or this one alone.
            match std::thread::Builder::new().spawn_scoped(scope, serve) {
                Ok(worker) => workers.push(worker),
                Err(_) if number == 0 => return None,
                Err(_) => break,
            }
        }

        // The results end when the last worker drops its sender.
        drop(sender);

        // An error or panic of `collect` must stop the workers, or the scope would wait for them without end.
        let stops = StopOnDrop(&queue);
        let gathered = gather(&results, &queue, &mut collect);
        drop(stops);

        // The panic goes on as it is: the scope would make another one, with a message of its own.
        for worker in workers {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        Some(gathered)
    });

    match collected {
        Some(collected) => collected.map(|()| queue.into_source()),
        None => in_turn(queue, &next, &worker, &work, &mut collect),
    }
}

/// Works on shares of `share` items, each on a thread of its own, or on the calling thread where the system refuses one.
/// Returns the results in order, and `None` for a share whose work panicked.
#[cfg_attr(not(any(feature = "gzip", feature = "zstd")), allow(dead_code, reason = "for decoders"))]
pub(crate) fn in_shares<I: Sync, T: Send>(
    items: &[I],
    share: usize,
    work: impl Fn(&[I]) -> T + Sync,
) -> Vec<Option<T>> {
    let work = &work;

    std::thread::scope(|scope| {
        // All are started before the first is waited for.
        let started: Vec<_> = items
            .chunks(share.max(1))
            .map(|items| (items, std::thread::Builder::new().spawn_scoped(scope, move || work(items))))
            .collect();

        let result = |(items, thread): (&[I], std::io::Result<std::thread::ScopedJoinHandle<'_, T>>)| match thread {
            Ok(thread) => thread.join().ok(),
            Err(_) => Some(work(items)),
        };
        started.into_iter().map(result).collect()
    })
}

/// Works on all pieces on the calling thread.
fn in_turn<S, P, W, T, E>(
    queue: WorkQueue<S>,
    next: &impl Fn(&mut S) -> ParallelResult<Option<P>, E>,
    worker: &impl Fn() -> W,
    work: &impl Fn(&mut W, P) -> T,
    collect: &mut impl FnMut(T) -> ParallelResult<(), E>,
) -> ParallelResult<S, E> {
    let mut worker = worker();
    while let Some((_, piece)) = queue.take(next)? {
        collect(work(&mut worker, piece))?;
        queue.collected();
    }
    Ok(queue.into_source())
}

/// Collects the results in the order of their places, until all workers have ended.
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

/// Ends the work when it is dropped, also by a panic, so that no thread waits for a piece that never comes. A worker
/// that ends without a panic does so only when the work has ended.
struct StopOnDrop<'q, S>(&'q WorkQueue<S>);

impl<S> Drop for StopOnDrop<'_, S> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A source that several threads take pieces from.
struct WorkQueue<S> {
    state: Mutex<QueueState<S>>,
    /// Signals a change of `collected` or `ended`.
    moved: Condvar,
    /// Most pieces taken and not yet collected.
    window: u64,
}

struct QueueState<S> {
    source: S,
    /// Number of pieces taken, an error of the source counted as one.
    taken: u64,
    /// Number of results collected.
    collected: u64,
    /// No further piece is taken.
    ended: bool,
}

impl<S> WorkQueue<S> {
    fn new(source: S, window: u64) -> Self {
        let state = QueueState { source, taken: 0, collected: 0, ended: false };
        Self { state: Mutex::new(state), moved: Condvar::new(), window }
    }

    /// The state. It is valid after a panic of another thread, since no change leaves it half done.
    fn state(&self) -> MutexGuard<'_, QueueState<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece with its place; waits while `window` pieces are not yet collected. `None` after the last piece.
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
        // An error takes a place too, so that `gather` meets it after the pieces before it.
        state.taken += u64::from(!matches!(piece, Ok(None)));

        Ok(piece?.map(|piece| (place, piece)))
    }

    /// Runs one worker thread until the work ends.
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
                // The place that `take` gave to the error; nothing was taken after it.
                Err(error) => (self.state().taken - 1, Err(error)),
            };

            // The collector has stopped.
            if results.send(result).is_err() {
                return;
            }
        }
    }

    /// Counts a collected result.
    fn collected(&self) {
        self.state().collected += 1;
        self.moved.notify_all();
    }

    /// Lets no thread take another piece.
    fn stop(&self) {
        self.state().ended = true;
        self.moved.notify_all();
    }

    /// The source, when all threads have ended.
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
        let panic = std::panic::catch_unwind(run).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"piece 40"), "with its own message");
    }

    #[test]
    fn shares_come_in_order_and_a_panic_costs_its_share_alone() {
        let items: Vec<u32> = (0..10).collect();
        let work = |items: &[u32]| {
            assert!(!items.contains(&4), "item 4");
            items.iter().sum::<u32>()
        };
        assert_eq!(in_shares(&items, 4, work), [Some(6), None, Some(17)]);
        assert_eq!(in_shares(&[], 4, work), []);
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
