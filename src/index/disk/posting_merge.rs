//! Reading the postings of a slice in order, from its runs and the recent ones at once.

use super::posting::Posting;
use super::run_file::RunFile;
use crate::error::{Error, Result};

/// Ascending postings, read some blocks at a time.
#[derive(Debug)]
pub(super) struct PostingSource<'r> {
    /// The run that further postings are read from, and the block that comes next.
    run: Option<(&'r RunFile, usize)>,
    postings: Vec<Posting>,
    /// The place of the next posting.
    next: usize,
}

impl<'r> PostingSource<'r> {
    pub(super) const fn of_run(run: &'r RunFile) -> Self {
        Self { run: Some((run, 0)), postings: Vec::new(), next: 0 }
    }

    pub(super) const fn of_recent(postings: Vec<Posting>) -> Self {
        Self { run: None, postings, next: 0 }
    }

    /// Reads the next blocks. Returns whether there are any.
    fn refill(&mut self) -> Result<bool> {
        self.next = 0;
        self.postings.clear();
        if let Some((run, block)) = &mut self.run {
            *block = run.read_blocks(*block, &mut self.postings)?;
        }
        Ok(!self.postings.is_empty())
    }
}

impl Iterator for PostingSource<'_> {
    type Item = Result<Posting>;

    #[inline]
    fn next(&mut self) -> Option<Result<Posting>> {
        if self.next == self.postings.len() {
            match self.refill() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        self.next += 1;
        Some(Ok(self.postings[self.next - 1]))
    }
}

/// Several sources as one, ascending. It ends with the first error.
#[derive(Debug)]
pub(super) struct PostingMerge<'r> {
    /// The sources that are not at their ends, each with its next posting.
    heads: Vec<(Posting, PostingSource<'r>)>,
    failed: Option<Error>,
}

impl<'r> PostingMerge<'r> {
    pub(super) fn new(sources: impl IntoIterator<Item = PostingSource<'r>>) -> Self {
        let mut merge = Self { heads: Vec::new(), failed: None };
        for mut source in sources {
            match source.next() {
                Some(Ok(posting)) => merge.heads.push((posting, source)),
                Some(Err(error)) => merge.failed = Some(error),
                None => {}
            }
        }
        merge
    }
}

impl Iterator for PostingMerge<'_> {
    type Item = Result<Posting>;

    #[inline]
    fn next(&mut self) -> Option<Result<Posting>> {
        if let Some(error) = self.failed.take() {
            self.heads.clear();
            return Some(Err(error));
        }

        // There are three sources or four: a queue would take longer than to look at them.
        let least = (0..self.heads.len()).min_by_key(|place| self.heads[*place].0)?;
        let (head, source) = &mut self.heads[least];
        let posting = *head;
        match source.next() {
            Some(Ok(next)) => *head = next,
            Some(Err(error)) => self.failed = Some(error),
            // The order of sources does not matter: no two hold the same posting.
            None => drop(self.heads.swap_remove(least)),
        }
        Some(Ok(posting))
    }
}
