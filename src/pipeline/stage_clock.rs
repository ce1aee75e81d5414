//! The clock of a run.

use std::time::Instant;

/// Times the stages of a run.
pub(super) struct StageClock(Instant);

impl StageClock {
    /// Starts the clock.
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the last lap, or since the start.
    pub(super) fn lap(&mut self) -> f64 {
        let seconds = self.0.elapsed().as_secs_f64();
        self.0 = Instant::now();
        seconds
    }
}
