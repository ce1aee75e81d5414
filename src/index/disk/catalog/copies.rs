//! The rows of `copies`: the number of copies of each document that has any, and when they were seen.

use roaring::RoaringBitmap;
use rusqlite::OptionalExtension;

use super::tables::{blob, sealed, unsealed};
use super::{Catalog, failed};
use crate::document::Date;
use crate::error::{Error, Result};
use crate::index::copy_counts::{CopyCount, CopyCounts};
use crate::index::disk::commit_head::CopyTotals;
use crate::index::stored_text::InsertNumber;

/// Receives documents with their copies.
pub(in crate::index::disk) type ShowCopies<'s> = &'s mut dyn FnMut(InsertNumber, CopyCount) -> Result<()>;

impl Catalog {
    /// Calls `show` with every row, ascending by document, and checks the rows against the head.
    pub(in crate::index::disk) fn each_copied(&self, totals: CopyTotals, show: ShowCopies<'_>) -> Result<()> {
        let mut found = CopyTotals::default();
        self.each_row_of_copies(&mut |doc, count| {
            found.add(count.copies);
            show(doc, count)
        })?;
        if found == totals { Ok(()) } else { Err(self.wrong_copies()) }
    }

    /// What the rows add up to without those of `gone`.
    pub(in crate::index::disk) fn copy_totals(&self, gone: &RoaringBitmap) -> Result<CopyTotals> {
        let mut totals = CopyTotals::default();
        self.each_row_of_copies(&mut |doc, count| {
            if !gone.contains(doc) {
                totals.add(count.copies);
            }
            Ok(())
        })?;
        Ok(totals)
    }

    /// The new rows of documents that got more copies. `totals` become those with the new rows.
    pub(in crate::index::disk) fn with_added(
        &self,
        added: &CopyCounts,
        totals: &mut Option<CopyTotals>,
    ) -> Result<CopyCounts> {
        let (mut rows, totals) = (CopyCounts::default(), totals.get_or_insert_default());
        for (doc, count) in added.iter() {
            rows.add(doc, count);
            match self.copies_of(doc)? {
                Some(known) => {
                    rows.add(doc, known);
                    totals.copies = totals.copies.saturating_add(count.copies);
                }
                None => totals.add(count.copies),
            }
        }
        Ok(rows)
    }

    /// Writes the row of a document.
    pub(in crate::index::disk) fn put_copies(&self, doc: InsertNumber, count: CopyCount) -> Result<()> {
        self.execute("INSERT OR REPLACE INTO copies VALUES (?1, ?2)", (doc, sealed(&row_of(doc, count)))).map(drop)
    }

    /// Removes the rows of documents.
    pub(in crate::index::disk) fn drop_copies(&self, gone: &RoaringBitmap) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }

        let mut docs = Vec::new();
        self.each_row_of_copies(&mut |doc, _| {
            docs.extend(gone.contains(doc).then_some(doc));
            Ok(())
        })?;
        docs.iter().try_for_each(|doc| self.execute("DELETE FROM copies WHERE doc = ?1", [doc]).map(drop))
    }

    fn copies_of(&self, doc: InsertNumber) -> Result<Option<CopyCount>> {
        let mut statement = self.prepare("SELECT data FROM copies WHERE doc = ?1")?;
        let row = statement.query_row([doc], |row| blob(row, 0)).optional();
        let Some(data) = row.map_err(|error| failed(&self.path, "read", error))? else { return Ok(None) };
        count_of(&data, doc).map(Some).ok_or_else(|| self.wrong_copies())
    }

    /// Row by row: a large index has millions.
    fn each_row_of_copies(&self, show: ShowCopies<'_>) -> Result<()> {
        let unreadable = |error| failed(&self.path, "read", error);
        let mut statement = self.prepare("SELECT doc, data FROM copies ORDER BY doc")?;
        let mut rows = statement.query([]).map_err(unreadable)?;
        while let Some(row) = rows.next().map_err(unreadable)? {
            let (doc, data) = (row.get(0).map_err(unreadable)?, blob(row, 1).map_err(unreadable)?);
            show(doc, count_of(&data, doc).ok_or_else(|| self.wrong_copies())?)?;
        }
        Ok(())
    }

    fn wrong_copies(&self) -> Error {
        self.damaged("its counts of copies are not those that were written")
    }
}

/// The document, the number of its copies, and the seconds at which the earliest and the latest were seen.
fn row_of(doc: InsertNumber, count: CopyCount) -> Vec<u8> {
    let CopyCount { copies, first_seen, last_seen } = count;
    let times = [first_seen, last_seen].map(|seen| seen.seconds().to_le_bytes());
    [&doc.to_le_bytes()[..], &copies.to_le_bytes(), &times[0], &times[1]].concat()
}

/// The copies of a row with its checksum; `None` if it is not that of the document.
fn count_of(data: &[u8], doc: InsertNumber) -> Option<CopyCount> {
    let (stored, rest) = unsealed(data)?.split_first_chunk::<4>()?;
    let ([copies, first, last], []) = rest.as_chunks::<8>() else { return None };
    let seen = |bytes: &[u8; 8]| Date::from_seconds(i64::from_le_bytes(*bytes));
    let count = CopyCount { copies: u64::from_le_bytes(*copies), first_seen: seen(first), last_seen: seen(last) };
    (u32::from_le_bytes(*stored) == doc).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_that_of_its_document_and_unchanged() {
        let seen = Date::from_seconds;
        let count = CopyCount { copies: 70_000, first_seen: seen(-5), last_seen: seen(1 << 40) };
        let row = sealed(&row_of(9, count));
        assert_eq!((count_of(&row, 9), count_of(&row, 8)), (Some(count), None));
        for at in 0..row.len() {
            let mut changed = row.clone();
            changed[at] ^= 4;
            assert_eq!(count_of(&changed, 9), None, "byte {at}");
        }
    }
}
