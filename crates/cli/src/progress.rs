//! Progress bars: the stage, records, and megabytes a second.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::When;
use mukarrar::pipeline::Progress;

/// A bar on standard error, hidden unless a terminal reads it or it was asked for.
pub(super) struct Bar {
    bar: ProgressBar,
    bytes: AtomicU64,
}

impl Bar {
    pub(super) fn new(when: When) -> Self {
        let bar = if when.holds(io::stderr().is_terminal()) {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        Self { bar, bytes: AtomicU64::new(0) }
    }
}

impl Progress for Bar {
    fn begin(&self, stage: &'static str, records: u64) {
        self.bytes.store(0, Ordering::Relaxed);
        let template = if records > 0 {
            "{prefix:8} [{bar:30}] {human_pos}/{human_len} {per_sec} {msg}"
        } else {
            "{prefix:8} {spinner} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.reset();
        self.bar.set_prefix(stage);
        self.bar.set_message("");
        self.bar.set_length(records);
    }

    fn advance(&self, records: u64, bytes: u64) {
        let total = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.bar.inc(records);
        let seconds = self.bar.elapsed().as_secs_f64();
        // A message costs an allocation; the bar itself draws only some times a second.
        if total > 0 && seconds > 0.0 && !self.bar.is_hidden() {
            self.bar.set_message(format!("{}/s", HumanBytes((total as f64 / seconds) as u64)));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
