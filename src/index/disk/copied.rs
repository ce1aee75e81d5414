//! The copies of stored texts: those that are committed, and those that are not yet.

use super::catalog::ShowCopies;
use super::disk_storage::DiskStorage;
use crate::error::Result;
use crate::index::copy_counts::CopyCount;
use crate::index::stored_text::InsertNumber;

impl DiskStorage {
    /// Calls `show` with every live document that has copies, ascending.
    pub(super) fn show_copied(&self, show: ShowCopies<'_>) -> Result<()> {
        // No commit may run between the two looks: it moves copies from memory to the catalog.
        let writer = self.writer.as_ref().map(|_| self.writer()).transpose()?;
        self.with_reader(|catalog| {
            catalog.moment(|| {
                let totals = catalog.head()?.and_then(|head| head.copies);
                let (pending, dead) = {
                    let state = self.read();
                    (state.pending.copies.clone(), state.dead.clone())
                };
                // What is read of the catalog from here on is as of that look.
                drop(writer);

                let mut pending = pending.iter().peekable();
                let mut merged = |doc: InsertNumber, count: CopyCount| {
                    while let Some((before, count)) = pending.next_if(|(before, _)| *before < doc) {
                        show(before, count)?;
                    }
                    let count = pending.next_if(|(same, _)| *same == doc).map_or(count, |(_, new)| count.plus(new));
                    if dead.contains(doc) { Ok(()) } else { show(doc, count) }
                };

                // Without totals an older version has written it last, which counts no copies.
                if let Some(totals) = totals {
                    catalog.each_copied(totals, &mut merged)?;
                }
                pending.try_for_each(|(doc, count)| show(doc, count))
            })
        })
    }
}
