//! What stories tell of documents: a row for each, stored by the commit that stores the document.

use std::ops::Range;
use std::sync::Arc;

use super::commit_head::CommitHead;
use super::disk_storage::DiskStorage;
use super::writer::WriterIdentity;
use crate::error::Result;
use crate::index::stored_text::InsertNumber;

/// Rows that are read at once.
const AT_ONCE: usize = 4096;

/// A row that is not on disk yet, with the number of its document.
type PendingRow = (InsertNumber, Arc<[u8]>);

impl DiskStorage {
    /// Calls `show` with the rows of these documents, in order.
    pub(super) fn tellings_of(
        &self,
        numbers: Range<InsertNumber>,
        show: &mut dyn FnMut(InsertNumber, &[u8]) -> Result<()>,
    ) -> Result<()> {
        // Rows that are pending now may be committed before they are looked for, and are then there twice: these count.
        let (first, pending) = self.pending_tellings(&numbers);
        let mut from = numbers.start;
        while from < first.min(numbers.end) {
            let rows = self.with_reader(|catalog| catalog.tellings(from..first.min(numbers.end), AT_ONCE))?;
            let Some((last, _)) = rows.last() else { break };
            from = last + 1;
            rows.iter().try_for_each(|(doc, row)| show(*doc, row))?;
        }
        pending.iter().try_for_each(|(doc, row)| show(*doc, row))
    }

    /// The number of the first pending document, and the rows of those that are pending.
    fn pending_tellings(&self, numbers: &Range<InsertNumber>) -> (InsertNumber, Vec<PendingRow>) {
        let state = self.read();
        let first = state.pending.first;
        let rows = (first..).zip(&state.pending.inserts).filter(|(doc, _)| numbers.contains(doc));
        (first, rows.filter_map(|(doc, insert)| Some((doc, insert.telling.clone()?))).collect())
    }

    /// Removes the rows of documents numbered below, in a transaction of its own.
    pub(super) fn forget_tellings_with(&self, writer: &mut WriterIdentity, before: InsertNumber) -> Result<()> {
        self.commit_with(writer)?;
        let catalog = &writer.catalog;
        let mut head = CommitHead { commit: writer.head.commit + 1, ..writer.head.clone() };
        catalog.at_once(|| {
            head.tellings -= catalog.drop_tellings(before)?;
            catalog.put_head(&head)
        })?;
        let before = std::mem::replace(&mut writer.head, head);
        self.write().commits = writer.head.commit;
        self.finish(writer, &before)
    }
}
