//! How the process ends.

use std::sync::{Mutex, PoisonError};

use mukarrar::report::output;

/// The exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: `--check` was asked for and copies were found.
    CopiesFound,
    /// 2: an error, or under `--strict` a rejected record, a lost pair or an alarm.
    Error,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// The number of the exit code.
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

/// Called at the first interrupt instead of ending the process.
static INTERRUPT_HANDLER: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Installs the handler of interrupts: it removes unfinished files and ends the process with 130.
#[expect(clippy::exit, reason = "an interrupt ends the process from a thread of its own, in the middle of the work")]
pub(super) fn on_interrupt() {
    // If this fails, an interrupt still ends the process, but temporary files stay.
    let _ = ctrlc::set_handler(|| {
        let handler = INTERRUPT_HANDLER.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handler) = handler {
            return handler();
        }
        output::discard_unfinished();
        #[cfg(feature = "remote")]
        super::remote::discard();
        std::process::exit(Exit::Interrupted.code().into());
    });
}

/// Makes the next interrupt call `handler` only, for commands that end their work in order. The interrupt after it ends the
/// process.
#[cfg(any(feature = "server", feature = "persistent"))]
pub(super) fn on_first_interrupt(handler: impl FnOnce() + Send + 'static) {
    *INTERRUPT_HANDLER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(handler));
}
