//! Progress on standard error: a bar on a terminal, a line every few seconds elsewhere. A thread of its own shows it, so that
//! it goes on while no record ends.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::values::AutoChoice;
use mukarrar::input::{Input, ReadMeter};
use mukarrar::pipeline::Progress;

/// Time between two lines of progress, if they are written instead of a bar.
const LINES: Duration = Duration::from_secs(5);

/// Time between two states of the bar.
const TICK: Duration = Duration::from_millis(200);

/// Shows the current stage, what is done of it, its rate and the time that is left.
pub(super) struct StageBar {
    run: Arc<RunState>,
    /// Ends the thread when it is dropped; `None` if nothing is shown.
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

/// What is known of a run while it goes on.
struct RunState {
    bar: ProgressBar,
    stage: Mutex<Stage>,
    records: AtomicU64,
    bytes: AtomicU64,
    /// Counts the stored bytes that were read.
    meter: ReadMeter,
    /// Stored bytes of the input, for the stages that read it once; 0 if that is not known.
    total_bytes: u64,
    /// Whether lines are written.
    is_plain: bool,
}

/// The current stage.
struct Stage {
    name: &'static str,
    began: Instant,
    /// Number of records; 0 if that is not known.
    records: u64,
    /// Stored bytes that were read before it.
    read_before: u64,
}

impl StageBar {
    /// Progress of a run whose input has an unknown size.
    pub(super) fn new(when: AutoChoice) -> Self {
        Self::of_bytes(when, 0, ReadMeter::default())
    }

    /// Progress of a run over `input`.
    pub(super) fn over(when: AutoChoice, input: &Input) -> Self {
        Self::of_bytes(when, stored_bytes(input), input.meter())
    }

    fn of_bytes(when: AutoChoice, total_bytes: u64, meter: ReadMeter) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let is_shown = when.resolve(is_terminal);
        let bar = if is_shown && is_terminal {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };

        let stage = Mutex::new(Stage { name: "", began: Instant::now(), records: 0, read_before: 0 });
        let (records, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let is_plain = is_shown && !is_terminal;
        let run = Arc::new(RunState { bar, stage, records, bytes, meter, total_bytes, is_plain });

        let ticker = is_shown.then(|| ticker(Arc::clone(&run))).flatten();
        Self { run, ticker }
    }

    /// Ends the current stage and takes the bar away, until the next stage begins: something else is printed.
    pub(super) fn pause(&self) {
        let mut stage = self.run.stage();
        self.run.end_stage(&stage);
        stage.name = "";
        self.run.bar.finish_and_clear();
    }
}

/// Starts the thread that shows the state of a run. Without a thread nothing is shown until a stage ends.
fn ticker(run: Arc<RunState>) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (sender, receiver) = channel();
    let pause = if run.is_plain { LINES } else { TICK };
    let work = move || {
        while receiver.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            run.show();
        }
    };
    std::thread::Builder::new().name("progress".to_owned()).spawn(work).ok().map(|thread| (sender, thread))
}

impl RunState {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stored bytes of the whole stage; 0 if that is not known.
    fn stage_bytes(&self, stage: &Stage) -> u64 {
        if stage.records == 0 && matches!(stage.name, "read" | "learn") { self.total_bytes } else { 0 }
    }

    /// Shows what is done of the current stage.
    fn show(&self) {
        let stage = self.stage();
        if stage.name.is_empty() {
            return;
        }
        if self.is_plain {
            return self.line(&stage, "");
        }

        let done = self.done(&stage);
        self.bar.set_position(if done.all_bytes > 0 { done.bytes } else { done.records });
        self.bar.set_message(done.to_string());
        self.bar.tick();
    }

    fn done(&self, stage: &Stage) -> StageProgress {
        let all_bytes = self.stage_bytes(stage);
        let bytes = match all_bytes {
            0 => self.bytes.load(Ordering::Relaxed),
            all => self.meter.bytes().saturating_sub(stage.read_before).min(all),
        };
        StageProgress {
            things: match stage.name {
                "fetch" => "files",
                "verify" => "units",
                "contain" => "pairs",
                _ => "records",
            },
            records: self.records.load(Ordering::Relaxed),
            all_records: stage.records,
            bytes,
            all_bytes,
            seconds: stage.began.elapsed().as_secs_f64(),
        }
    }

    /// Writes a line about the stage. If that fails, nothing happens: the failure could be reported nowhere else.
    fn line(&self, stage: &Stage, end: &str) {
        let _ = writeln!(io::stderr().lock(), "{:8} {}{end}", stage.name, self.done(stage));
    }

    /// Writes the last line of a stage.
    fn end_stage(&self, stage: &Stage) {
        if self.is_plain && !stage.name.is_empty() {
            self.line(stage, &format!(", {:.1} s", stage.began.elapsed().as_secs_f64()));
        }
    }
}

/// What is done of a stage.
struct StageProgress {
    /// What `records` counts.
    things: &'static str,
    records: u64,
    /// 0 if that is not known.
    all_records: u64,
    /// Stored bytes if `all_bytes` is known, else bytes as they are read.
    bytes: u64,
    all_bytes: u64,
    seconds: f64,
}

impl StageProgress {
    /// Seconds that are left; `None` if that is not known.
    fn seconds_left(&self) -> Option<f64> {
        let by_bytes = self.all_bytes > 0;
        let (done, all) = if by_bytes { (self.bytes, self.all_bytes) } else { (self.records, self.all_records) };
        let is_known = done > 0 && all > done && self.seconds > 1.0;
        is_known.then(|| self.seconds * (all - done) as f64 / done as f64)
    }
}

impl std::fmt::Display for StageProgress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (records, things) = (HumanCount(self.records), self.things);
        match self.all_records {
            // A stage that counts nothing shows its time alone.
            0 if self.records == 0 && self.bytes == 0 => write!(f, "{:.0} s", self.seconds)?,
            0 => write!(f, "{records} {things}")?,
            all => write!(f, "{records} of {} {things}", HumanCount(all))?,
        }

        let mut rate = String::new();
        if self.bytes > 0 && self.seconds > 0.0 {
            write!(rate, "{}/s", HumanBytes((self.bytes as f64 / self.seconds) as u64))?;
        } else if self.records > 0 && self.seconds > 1.0 {
            write!(rate, "{} {things}/s", HumanCount((self.records as f64 / self.seconds) as u64))?;
        }
        match (self.bytes, self.all_bytes) {
            (0, _) => {}
            (bytes, 0) => write!(f, ", {}", HumanBytes(bytes))?,
            (bytes, all) => write!(f, ", {} of {}", HumanBytes(bytes), HumanBytes(all))?,
        }
        if !rate.is_empty() {
            write!(f, ", {rate}")?;
        }

        match self.seconds_left() {
            Some(left) => write!(f, ", {} left", HumanDuration(Duration::from_secs_f64(left))),
            None => Ok(()),
        }
    }
}

impl Progress for StageBar {
    fn begin(&self, name: &'static str, records: u64) {
        let run = &self.run;
        let mut stage = run.stage();
        run.end_stage(&stage);

        *stage = Stage { name, began: Instant::now(), records, read_before: run.meter.bytes() };
        run.records.store(0, Ordering::Relaxed);
        run.bytes.store(0, Ordering::Relaxed);

        let length = records.max(run.stage_bytes(&stage));
        let template = if length > 0 { "{prefix:8} [{bar:30}] {msg}" } else { "{prefix:8} {spinner} {elapsed} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            run.bar.set_style(style);
        }
        run.bar.reset();
        run.bar.set_prefix(name);
        run.bar.set_message("");
        run.bar.set_length(length);
    }

    fn advance(&self, records: u64, bytes: u64) {
        self.run.records.fetch_add(records, Ordering::Relaxed);
        self.run.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for StageBar {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.ticker.take() {
            drop(sender);
            // The thread only shows progress, so the run ignores a panic in it.
            let _ = thread.join();
        }
        self.pause();
    }
}

/// The stored bytes of an input; 0 if they are not known, as of streams.
fn stored_bytes(input: &Input) -> u64 {
    let size = |place: &std::path::Path| std::fs::metadata(place).ok().filter(std::fs::Metadata::is_file);
    let sizes = input.places().map(|(_, place)| size(place).map(|metadata| metadata.len()));
    sizes.sum::<Option<u64>>().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_tells_what_is_done_the_rate_and_the_time_that_is_left() {
        let state = |records, all_records, bytes, all_bytes| {
            StageProgress { things: "records", records, all_records, bytes, all_bytes, seconds: 10.0 }.to_string()
        };
        assert_eq!(
            state(2000, 0, 5 << 20, 20 << 20),
            "2,000 records, 5.00 MiB of 20.00 MiB, 512.00 KiB/s, 30 seconds left"
        );
        assert_eq!(state(2000, 8000, 0, 0), "2,000 of 8,000 records, 200 records/s, 30 seconds left");
        assert_eq!(state(2000, 0, 5 << 20, 0), "2,000 records, 5.00 MiB, 512.00 KiB/s");
        assert_eq!(state(0, 0, 0, 0), "10 s");
    }
}
