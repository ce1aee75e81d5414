//! Alarms as errors.

use super::console::Console;
use super::exit::Exit;
use super::remedies::CommandLinePhrasing;
use mukarrar::pipeline::RunAlarm;

/// Prints alarms as errors, because `--strict` asks for that; `end` says what became of the outputs.
pub(super) fn refuse(alarms: &[RunAlarm], end: &str, console: &Console) -> Exit {
    for alarm in alarms {
        console.error(&format!("--strict: {}", alarm.message(&CommandLinePhrasing)));
    }
    console.error(&format!("--strict: {} alarms; {end}", alarms.len()));
    Exit::Error
}
