//! Reading every posting of an index, slice by slice.

use super::disk_storage::DiskStorage;
use super::posting::hash_of;
use super::posting_merge::{PostingMerge, PostingSource};
use crate::error::Result;
use crate::index::stored_text::InsertNumber;

impl DiskStorage {
    /// Calls `show` with the hash and the document of every live posting of a slice, ascending. Memory: a block for each run file of
    /// the slice, and the recent postings of the slice.
    pub(super) fn show_postings(&self, slice: u8, show: &mut dyn FnMut(u64, InsertNumber)) -> Result<()> {
        // One lock for both: a merge moves postings from the recent ones to the runs. Runs stay readable when they are replaced.
        let (runs, recent, dead) = {
            let state = self.read();
            let (runs, recent) = state.bands.of_slice(slice.into());
            (runs, recent, state.dead.clone())
        };

        let sources = runs.iter().map(|run| run.postings()).chain([PostingSource::of_recent(recent)]);
        for posting in PostingMerge::new(sources) {
            let posting = posting?;
            if !dead.contains(posting.doc()) {
                show(hash_of(slice, posting), posting.doc());
            }
        }
        Ok(())
    }
}
