//! The threads that work in an index at once: their buffers, and how many of them there are.

use std::collections::VecDeque;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::prepare::TextPreparer;
use super::settings::Settings;

/// How long the first call that waits lets the next calls of working threads go before it. The system gives a thread a slice of
/// some milliseconds, so waits here are shorter than those of a call that it stops in the middle.
const PATIENCE: Duration = Duration::from_micros(500);

/// The longest time that a call waits. Then it works beside the other calls, which can take long: a text can have many megabytes.
const LONGEST_WAIT: Duration = Duration::from_millis(20);

/// The buffers of the threads that work in an index, and the calls that wait for a core.
///
/// As many calls work at once as there are cores. The others wait here, before they begin; without that the system
/// stops calls in the middle, some with locks held. The next call of a working thread goes before those that wait,
/// until the first of them has waited for [`PATIENCE`]: so threads seldom change, and each gets its turn. A call that has
/// waited for [`LONGEST_WAIT`] works at once.
#[derive(Debug)]
pub(super) struct WorkerPool {
    cores: usize,
    longest_wait: Duration,
    queue: Mutex<CallQueue>,
}

#[derive(Debug, Default)]
struct CallQueue {
    /// The idle buffers: a thread borrows one for a piece of work.
    idle: Vec<TextPreparer>,
    /// Number of admitted calls; more than there are cores if some have waited too long.
    working: usize,
    waiting: VecDeque<Arc<WaitingCall>>,
}

#[derive(Debug)]
struct WaitingCall {
    thread: Thread,
    since: Instant,
    is_admitted: AtomicBool,
}

/// The right of a call to work; given back when it is dropped.
#[derive(Debug)]
struct Admission<'p>(&'p WorkerPool);

impl Default for WorkerPool {
    fn default() -> Self {
        Self::new(thread::available_parallelism().map_or(1, usize::from), LONGEST_WAIT)
    }
}

impl WorkerPool {
    fn new(cores: usize, longest_wait: Duration) -> Self {
        Self { cores, longest_wait, queue: Mutex::default() }
    }

    /// Does a call of one item, once a core is free for it. Only for the outermost work of a call: one that
    /// waits here while it holds a lock could wait forever.
    pub(super) fn admit<T>(&self, settings: &Settings, work: impl FnOnce(&mut TextPreparer) -> T) -> T {
        let _admission = self.admission();
        self.with(settings, work)
    }

    /// Does a part of a call, or of a batch, which has its own number of threads.
    pub(super) fn with<T>(&self, settings: &Settings, work: impl FnOnce(&mut TextPreparer) -> T) -> T {
        let idle = self.queue().idle.pop();
        let mut worker = idle.unwrap_or_else(|| TextPreparer::new(settings));

        // Not locked while it works; a panic only loses the buffers.
        let done = work(&mut worker);
        self.queue().idle.push(worker);
        done
    }

    fn admission(&self) -> Admission<'_> {
        let call = {
            let mut queue = self.queue();
            if queue.working < self.cores {
                queue.working += 1;
                return Admission(self);
            }

            let call = Arc::new(WaitingCall {
                thread: thread::current(),
                since: Instant::now(),
                is_admitted: AtomicBool::new(false),
            });
            queue.waiting.push_back(call.clone());
            call
        };

        while !self.is_admitted(&call) {
            thread::park_timeout(PATIENCE);
        }
        Admission(self)
    }

    /// Whether a waiting call may work: another call has made room for it, a core is free, or it has waited too long.
    fn is_admitted(&self, call: &Arc<WaitingCall>) -> bool {
        if call.is_admitted.load(Ordering::Acquire) {
            return true;
        }

        let mut queue = self.queue();
        if call.is_admitted.load(Ordering::Acquire) {
            return true;
        }
        if queue.working >= self.cores && call.since.elapsed() < self.longest_wait {
            return false;
        }
        queue.working += 1;
        queue.waiting.retain(|waiting| !Arc::ptr_eq(waiting, call));
        true
    }

    fn queue(&self) -> MutexGuard<'_, CallQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        let is_room = queue.working <= self.0.cores;
        let is_due = queue.waiting.front().is_some_and(|call| is_room && call.since.elapsed() >= PATIENCE);
        let first = if is_due { queue.waiting.pop_front() } else { None };
        let Some(first) = first else {
            queue.working -= 1;
            return;
        };

        // The first that waits has the place of this call.
        first.is_admitted.store(true, Ordering::Release);
        mem::drop(queue);
        first.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Longer than any test takes.
    const ENDLESS: Duration = Duration::from_secs(86_400);

    #[test]
    fn at_most_as_many_calls_work_as_there_are_cores_and_all_are_done() {
        let pool = WorkerPool::new(2, ENDLESS);
        let [working, most, done] = [const { AtomicUsize::new(0) }; 3];

        let call = || {
            let _admission = pool.admission();
            most.fetch_max(working.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            working.fetch_sub(1, Ordering::SeqCst);
            done.fetch_add(1, Ordering::SeqCst);
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..500).for_each(|_| call()));
            }
        });

        assert_eq!(done.into_inner(), 4000);
        assert!((1..=2).contains(&most.into_inner()));
        let queue = pool.queue();
        assert_eq!((queue.working, queue.waiting.len()), (0, 0));
    }

    #[test]
    fn a_call_that_waits_is_admitted_although_another_thread_goes_on_calling() {
        let pool = WorkerPool::new(1, ENDLESS);
        let is_done = AtomicBool::new(false);
        let first = pool.admission();

        thread::scope(|scope| {
            scope.spawn(|| {
                drop(pool.admission());
                is_done.store(true, Ordering::SeqCst);
            });

            while pool.queue().waiting.is_empty() {
                thread::yield_now();
            }
            drop(first);
            while !is_done.load(Ordering::SeqCst) {
                drop(pool.admission());
            }
        });
    }

    #[test]
    fn a_call_that_waits_for_a_long_one_works_beside_it() {
        let pool = WorkerPool::new(1, Duration::ZERO);
        let long = pool.admission();

        thread::scope(|scope| {
            scope.spawn(|| drop(pool.admission()));
        });

        assert_eq!(pool.queue().working, 1);
        drop(long);
        assert_eq!(pool.queue().working, 0);
    }

    #[test]
    fn a_call_that_panics_gives_its_place_back() {
        let pool = WorkerPool::new(1, ENDLESS);

        let call = std::panic::AssertUnwindSafe(|| {
            let _admission = pool.admission();
            panic!("a call fails");
        });
        assert!(std::panic::catch_unwind(call).is_err());

        drop(pool.admission());
    }
}
