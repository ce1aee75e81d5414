//! Reads a whole input before it is scanned.

use super::run_task::RunTask;
use super::{Pipeline, Progress};
use crate::error::{Error, Result};
use crate::input::{Corpus, Input, StoragePolicy};
use crate::page::UnitLevel;
use crate::parallel;

impl Pipeline {
    /// Reads an input without looking for anything, for several runs over its corpus.
    ///
    /// # Errors
    ///
    /// As [`read_clusters`](Self::read_clusters); the options name a work directory.
    pub fn read(&self, input: Input, progress: &dyn Progress) -> Result<Corpus> {
        if let Some(directory) = &self.options.work_dir {
            let expected = "left out here: only a single run can go on from there";
            return Err(Error::parameter("work_dir", directory.display(), expected));
        }
        progress.begin("read", 0);
        self.read_whole(RunTask::Clusters, input)
    }

    /// Whether `input` is read whole before it is scanned: cutting stories needs the returning lines of all pages, and this
    /// input cannot be read twice. With a work directory such an input is refused.
    pub(super) fn reads_before_scanning(&self, task: RunTask, input: &Input) -> bool {
        let needs_returning_lines = task != RunTask::Passages && self.options.unit == UnitLevel::Story;
        needs_returning_lines && self.options.work_dir.is_none() && input.again().is_none()
    }

    /// Reads an input without scanning it. Its bytes are stored as in any run.
    pub(super) fn read_whole(&self, task: RunTask, input: Input) -> Result<Corpus> {
        parallel::with_threads(self.options.threads, || {
            let plan = self.plan()?;
            let storage = self.first_pass(task, &plan, &()).storage(&input, plan.spill_dir());
            // Nothing is scanned yet, so nobody would refuse a record that is not held.
            Corpus::read_once(input, StoragePolicy { largest: None, ..storage })
        })?
    }
}
