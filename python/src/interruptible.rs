//! Long work that hears Ctrl-C and tells its progress.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mukarrar::Result;
use mukarrar::pipeline::Progress;
use pyo3::prelude::*;

use crate::errors::{caught, internal, raised};

/// Time between two looks for a signal.
const TICK: Duration = Duration::from_millis(100);

/// The progress of a run: written by its threads, read by the thread that waits for it.
#[derive(Debug, Default)]
pub struct RunProgress {
    is_interrupted: AtomicBool,
    stage: Mutex<&'static str>,
    total: AtomicU64,
    done: AtomicU64,
}

/// What unwinds the threads of an interrupted run.
struct Interrupted;

impl RunProgress {
    /// Ends the thread if the run was interrupted. Called before results become visible, too.
    ///
    /// A stage cannot return early, so it unwinds: it drops its buffers, temporary files and unfinished outputs. Nobody sees the
    /// unwinding, because nobody waits for the run any more.
    pub fn end_if_interrupted(&self) {
        if self.is_interrupted.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Interrupted));
        }
    }

    /// The stage, what is done of it, and how much there is; 0 if that is not known.
    fn state(&self) -> (&'static str, u64, u64) {
        let stage = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        (stage, self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

impl Progress for RunProgress {
    fn begin(&self, stage: &'static str, records: u64) {
        self.end_if_interrupted();
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        self.done.store(0, Ordering::Relaxed);
        self.total.store(records, Ordering::Relaxed);
    }

    fn advance(&self, records: u64, _bytes: u64) {
        self.end_if_interrupted();
        self.done.fetch_add(records, Ordering::Relaxed);
    }

    fn looked(&self, _pairs: u64) {
        self.end_if_interrupted();
    }
}

/// Does `work`, which may borrow, on a thread of its own, without the interpreter's lock, and hears signals meanwhile. After one
/// that raises, what `work` is given is false, and its end is waited for: it ends where nothing is half done.
///
/// # Errors
///
/// The error of `work`; `InternalError` for a panic; what a signal handler raises, such as `KeyboardInterrupt`.
pub fn heard<T: Send>(py: Python<'_>, work: impl FnOnce(&dyn Fn() -> bool) -> Result<T> + Send) -> PyResult<T> {
    let (is_ended, (sender, receiver)) = (AtomicBool::new(false), channel());
    let receiver = Mutex::new(receiver);
    let wait = |time| receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time);

    std::thread::scope(|scope| {
        let is_ended = &is_ended;
        let run = move || {
            // The receiver outlives the thread.
            let _ = sender.send(caught(|| work(&|| !is_ended.load(Ordering::Relaxed))));
        };
        std::thread::Builder::new().name("mukarrar-upkeep".to_owned()).spawn_scoped(scope, run)?;

        let mut raised_by_signal = Ok(());
        loop {
            let received = py.detach(|| wait(TICK));
            if raised_by_signal.is_ok() {
                raised_by_signal = py.check_signals();
                is_ended.store(raised_by_signal.is_err(), Ordering::Relaxed);
            }
            match received {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(internal(py, "its thread ended without a result")),
                Ok(done) => {
                    raised_by_signal?;
                    return done.map_err(|what| internal(py, &what))?.map_err(|error| raised(py, &error));
                }
            }
        }
    })
}

/// Does `work` on a thread of its own, without the interpreter's lock. Meanwhile signals are heard, and `tell` is called with
/// `(stage, done, total)` every tenth of a second, and at the end.
///
/// # Errors
///
/// The error of `work`; `InternalError` for a panic; what a signal handler raises, such as `KeyboardInterrupt`, and what `tell` raises.
/// After the last two the run ends at its next step of progress: its files have no name or are removed, and its outputs stay as they were.
pub fn interruptible<T: Send + 'static>(
    py: Python<'_>,
    tell: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&RunProgress) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let (progress, (sender, receiver)) = (Arc::new(RunProgress::default()), channel());
    let state = Arc::clone(&progress);
    let run = move || {
        let done = caught(|| work(&state));
        // Nobody listens after an interruption.
        let _ = sender.send(done);
    };
    std::thread::Builder::new().name("mukarrar-run".to_owned()).spawn(run)?;

    let receiver = Mutex::new(receiver);
    let mut told = ("", 0, 0);
    loop {
        let received = py.detach(|| receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK));
        let done = match received {
            Ok(done) => Some(done.map_err(|what| internal(py, &what))?.map_err(|error| raised(py, &error))?),
            Err(RecvTimeoutError::Disconnected) => return Err(internal(py, "its thread ended without a result")),
            Err(RecvTimeoutError::Timeout) => None,
        };

        let state = progress.state();
        let heard = py.check_signals().and_then(|()| match tell {
            Some(tell) if state != told => tell.call1(state).map(drop),
            _ => Ok(()),
        });
        told = state;
        if let Err(error) = heard {
            progress.is_interrupted.store(true, Ordering::Relaxed);
            return Err(error);
        }
        if let Some(done) = done {
            return Ok(done);
        }
    }
}
