//! How the process ends.

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use mukarrar::report::output;

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: `--check` was asked for and copies were found.
    CopiesFound,
    /// 2: an error, or under `--strict` a rejected record or a lost pair.
    Error,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// The number that the system sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CopiesFound => 1,
            Self::Error => 2,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What an interrupt does instead of ending the process.
static INSTEAD: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// On an interrupt: unfinished files are removed, then the process ends with 130.
#[expect(clippy::exit, reason = "an interrupt ends the process from a thread of its own, in the middle of the work")]
pub(super) fn on_interrupt() {
    // Without a handler an interrupt still ends the process; only temporary files would stay.
    let _ = ctrlc::set_handler(|| {
        let instead = INSTEAD.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(instead) = instead {
            return instead();
        }
        output::discard_unfinished();
        std::process::exit(Exit::Interrupted.code().into());
    });
}

/// Has the first interrupt from now on do this alone: for commands that end by being told to. The second one ends the process.
#[cfg(feature = "server")]
pub(super) fn on_first_interrupt(instead: impl FnOnce() + Send + 'static) {
    *INSTEAD.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(instead));
}
