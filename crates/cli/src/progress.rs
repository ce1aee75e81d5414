//! Progress on standard error: a bar on a terminal, a line every few seconds elsewhere.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::values::AutoChoice;
use mukarrar::input::Input;
use mukarrar::pipeline::Progress;

/// Time between two lines of progress, if they are written instead of a bar.
const LINES: Duration = Duration::from_secs(5);

/// Time between two states of the bar, also while no record ends.
const TICK: Duration = Duration::from_millis(200);

/// Shows the current stage, what is done of it, its rate and the time that is left.
pub(super) struct StageBar {
    bar: ProgressBar,
    stage: Mutex<Stage>,
    records: AtomicU64,
    bytes: AtomicU64,
    /// Bytes of the input, for the stages that read it once; 0 if that is not known.
    total_bytes: u64,
    /// Whether lines are written.
    is_plain: bool,
}

/// The current stage.
struct Stage {
    name: &'static str,
    began: Instant,
    /// When the last line was written.
    shown: Instant,
    /// Number of records; 0 if that is not known.
    records: u64,
}

impl StageBar {
    /// Progress of a run whose input has an unknown size.
    pub(super) fn new(when: AutoChoice) -> Self {
        Self::of_bytes(when, 0)
    }

    /// Progress of a run over `input`.
    pub(super) fn over(when: AutoChoice, input: &Input) -> Self {
        Self::of_bytes(when, plain_bytes(input))
    }

    fn of_bytes(when: AutoChoice, total_bytes: u64) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let is_shown = when.resolve(is_terminal);
        let bar = if is_shown && is_terminal {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if is_shown && is_terminal {
            bar.enable_steady_tick(TICK);
        }

        let now = Instant::now();
        let stage = Mutex::new(Stage { name: "", began: now, shown: now, records: 0 });
        let (records, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { bar, stage, records, bytes, total_bytes, is_plain: is_shown && !is_terminal }
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of the whole stage; 0 if that is not known.
    fn stage_bytes(&self, stage: &Stage) -> u64 {
        if stage.records == 0 && matches!(stage.name, "read" | "learn") { self.total_bytes } else { 0 }
    }

    /// What is done, the rate and the time that is left.
    fn state(&self, stage: &Stage) -> String {
        let (records, bytes) = (self.records.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        let seconds = stage.began.elapsed().as_secs_f64();
        let (mut state, all_bytes) = (String::new(), self.stage_bytes(stage));

        // Writing into a string cannot fail.
        let things = if stage.name == "fetch" { "files" } else { "records" };
        let _ = match stage.records {
            0 => write!(state, "{} {things}", HumanCount(records)),
            all => write!(state, "{} of {} {things}", HumanCount(records), HumanCount(all)),
        };
        if bytes > 0 && seconds > 0.0 {
            let of_all = if all_bytes > 0 { format!(" of {}", HumanBytes(all_bytes)) } else { String::new() };
            let rate = HumanBytes((bytes as f64 / seconds) as u64);
            let _ = write!(state, ", {}{of_all}, {rate}/s", HumanBytes(bytes));
        }

        let (done, all) = if all_bytes > 0 { (bytes, all_bytes) } else { (records, stage.records) };
        if done > 0 && all > done && seconds > 1.0 {
            let left = seconds * (all - done) as f64 / done as f64;
            let _ = write!(state, ", {} left", HumanDuration(Duration::from_secs_f64(left)));
        }
        state
    }

    /// Writes a line about the stage. If that fails, nothing happens: the failure could be reported nowhere else.
    fn line(&self, stage: &Stage, end: &str) {
        let _ = writeln!(io::stderr().lock(), "{:8} {}{end}", stage.name, self.state(stage));
    }

    /// Writes the last line of a stage that was worth one.
    fn end_stage(&self, stage: &Stage) {
        if self.is_plain && !stage.name.is_empty() {
            self.line(stage, &format!(", {:.1} s", stage.began.elapsed().as_secs_f64()));
        }
    }
}

impl Progress for StageBar {
    fn begin(&self, name: &'static str, records: u64) {
        let mut stage = self.stage();
        self.end_stage(&stage);

        let now = Instant::now();
        *stage = Stage { name, began: now, shown: now, records };
        self.records.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);

        let length = records.max(self.stage_bytes(&stage));
        let template = if length > 0 { "{prefix:8} [{bar:30}] {msg}" } else { "{prefix:8} {spinner} {elapsed} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.reset();
        self.bar.set_prefix(name);
        self.bar.set_message("");
        self.bar.set_length(length);
    }

    fn advance(&self, records: u64, bytes: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        // Each message costs an allocation, so a hidden bar gets none.
        if self.bar.is_hidden() && !self.is_plain {
            return;
        }

        let mut stage = self.stage();
        if self.is_plain {
            if stage.shown.elapsed() >= LINES {
                stage.shown = Instant::now();
                self.line(&stage, "");
            }
            return;
        }
        self.bar.inc(if self.stage_bytes(&stage) > 0 { bytes } else { records });
        self.bar.set_message(self.state(&stage));
    }
}

impl Drop for StageBar {
    fn drop(&mut self) {
        self.end_stage(&self.stage());
        self.bar.finish_and_clear();
    }
}

/// The bytes that reading an input gives; 0 if that is not known, as of streams and of compressed files.
fn plain_bytes(input: &Input) -> u64 {
    let is_compressed = |name: &str| [".gz", ".zst", ".bz2", ".xz", ".parquet"].iter().any(|end| name.ends_with(end));

    let mut total = 0;
    for (path, place) in input.places() {
        if is_compressed(&path.to_string_lossy().to_ascii_lowercase()) {
            return 0;
        }
        total += std::fs::metadata(place).map_or(0, |metadata| metadata.len());
    }
    total
}
