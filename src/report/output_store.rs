//! Where outputs go whose path is an address of another machine.

use std::fmt::Debug;
use std::path::Path;

use crate::error::Result;

/// Sends finished outputs to addresses of other machines, such as `s3://bucket/clean.jsonl`.
///
/// [`Outputs`](super::output::Outputs) writes such an output to a temporary file, and sends it when the run has ended
/// well.
pub trait OutputStore: Debug + Send + Sync {
    /// The directory of this machine for the temporary files.
    fn directory(&self) -> &Path;

    /// Sends the bytes of `file` to `address`. Nothing appears there before [`SentOutput::complete`]; if the value is
    /// dropped instead, nothing is left of it.
    ///
    /// # Errors
    ///
    /// The address is refused, or the bytes cannot be sent.
    fn send(&self, file: &Path, address: &Path) -> Result<Box<dyn SentOutput>>;
}

/// An output that was sent, and does not appear at its address yet.
pub trait SentOutput {
    /// Makes it appear, whole, in place of what was there before.
    ///
    /// # Errors
    ///
    /// It cannot appear; what was there before stays.
    fn complete(self: Box<Self>) -> Result<()>;
}
