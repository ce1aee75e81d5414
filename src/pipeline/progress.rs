//! How a run tells what it is doing.

/// Hears of a run's stages and of the records and bytes done in each. Called from several threads.
pub trait Progress: Sync {
    /// A stage begins: its name, and how many records it will go through.
    fn begin(&self, stage: &'static str, records: u64);

    /// So many more records and bytes are done.
    fn advance(&self, records: u64, bytes: u64);
}

/// Nobody listens.
impl Progress for () {
    fn begin(&self, _stage: &'static str, _records: u64) {}

    fn advance(&self, _records: u64, _bytes: u64) {}
}
