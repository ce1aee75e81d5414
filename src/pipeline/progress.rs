//! The progress reports of a run.

/// Receives the stages of a run, and the records and bytes done in each. Called from several threads.
pub trait Progress: Sync {
    /// A stage begins. `records` is how many it will go through; 0 if that is not known.
    fn begin(&self, stage: &'static str, records: u64);

    /// `records` and `bytes` more are done.
    fn advance(&self, records: u64, bytes: u64);

    /// `pairs` more candidate pairs were looked at: a measure of work that does not depend on the machine.
    fn looked(&self, _pairs: u64) {}
}

/// Ignores all reports.
impl Progress for () {
    fn begin(&self, _stage: &'static str, _records: u64) {}

    fn advance(&self, _records: u64, _bytes: u64) {}
}
