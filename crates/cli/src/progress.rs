//! The progress bar: stage, records, and bytes per second.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::values::AutoChoice;
use mukarrar::pipeline::Progress;

/// A progress bar on standard error that shows the current stage.
pub(super) struct StageBar {
    bar: ProgressBar,
    bytes: AtomicU64,
}

impl StageBar {
    pub(super) fn new(when: AutoChoice) -> Self {
        let bar = if when.resolve(io::stderr().is_terminal()) {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };

        Self { bar, bytes: AtomicU64::new(0) }
    }
}

impl Progress for StageBar {
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

        // Each message costs an allocation, so a hidden bar gets none.
        if total > 0 && seconds > 0.0 && !self.bar.is_hidden() {
            self.bar.set_message(format!("{}/s", HumanBytes((total as f64 / seconds) as u64)));
        }
    }
}

impl Drop for StageBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
