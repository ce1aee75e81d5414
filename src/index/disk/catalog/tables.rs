//! The rows of the catalog: what each table stores, with the checksums of its values.

use std::ops::Range;

use roaring::RoaringBitmap;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};

use super::{Catalog, failed};
use crate::error::{Error, Result};
use crate::index::disk::commit_head::{BlockEntry, CommitHead};
use crate::index::stored_text::InsertNumber;

impl Catalog {
    /// The head; `None` of a catalog without a commit.
    pub(in crate::index::disk) fn head(&self) -> Result<Option<CommitHead>> {
        let mut statement = self.prepare("SELECT data FROM head WHERE id = 0")?;
        let row = statement.query_row([], |row| blob(row, 0)).optional();
        let Some(data) = row.map_err(|error| failed(&self.path, "read", error))? else {
            return Ok(None);
        };

        let head = unsealed(&data).and_then(|json| serde_json::from_slice(json).ok());
        head.map(Some).ok_or_else(|| self.damaged("its head holds other bytes than were written"))
    }

    pub(in crate::index::disk) fn put_head(&self, head: &CommitHead) -> Result<()> {
        let json = serde_json::to_vec(head).map_err(|error| Error::io("write", &self.path, error.into()))?;
        self.execute("INSERT OR REPLACE INTO head VALUES (0, ?1)", [sealed(&json)]).map(drop)
    }

    /// The directory of blocks, ascending, checked against the head.
    pub(in crate::index::disk) fn directory(&self, head: &CommitHead) -> Result<Vec<BlockEntry>> {
        let entries = self.entries("SELECT * FROM directory ORDER BY first", [])?;

        // The sum does not depend on the order, so a commit can update it row by row.
        let sum = entries.iter().fold(0_u64, |sum, entry| sum.wrapping_add(entry.digest()));
        if entries.len() as u64 != head.blocks || sum != head.directory {
            return Err(self.damaged("its directory of blocks is not the one that was written"));
        }
        Ok(entries)
    }

    /// The rows of the directory from a document on: those that a reader has not seen.
    pub(in crate::index::disk) fn directory_from(&self, first: InsertNumber) -> Result<Vec<BlockEntry>> {
        self.entries("SELECT * FROM directory WHERE first >= ?1 ORDER BY first", [first])
    }

    fn entries(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<BlockEntry>> {
        self.rows(sql, parameters, |row| {
            Ok(BlockEntry {
                first: row.get(0)?,
                last: row.get(1)?,
                oldest_seen: row.get(2)?,
                oldest_moment: row.get(3)?,
            })
        })
    }

    /// Adds a block and its row of the directory.
    pub(in crate::index::disk) fn put_block(&self, entry: &BlockEntry, data: &[u8]) -> Result<()> {
        self.execute("INSERT INTO blocks VALUES (?1, ?2)", (entry.first, data))?;
        let row = (entry.first, entry.last, entry.oldest_seen, entry.oldest_moment);
        self.execute("INSERT INTO directory VALUES (?1, ?2, ?3, ?4)", row).map(drop)
    }

    /// Removes a block and its row of the directory.
    pub(in crate::index::disk) fn drop_block(&self, first: InsertNumber) -> Result<()> {
        self.execute("DELETE FROM blocks WHERE first = ?1", [first])?;
        self.execute("DELETE FROM directory WHERE first = ?1", [first]).map(drop)
    }

    /// The bytes of a block.
    pub(in crate::index::disk) fn block(&self, first: InsertNumber) -> Result<Option<Vec<u8>>> {
        let mut statement = self.prepare("SELECT data FROM blocks WHERE first = ?1")?;
        statement.query_row([first], |row| blob(row, 0)).optional().map_err(|error| failed(&self.path, "read", error))
    }

    /// The hashes of each document from `from` up to `next`, in order. `width` is their number in rows that a version before
    /// format 5 wrote.
    pub(in crate::index::disk) fn recent(
        &self,
        from: InsertNumber,
        next: InsertNumber,
        width: usize,
    ) -> Result<Vec<(InsertNumber, Vec<u64>)>> {
        let missing = || self.damaged("recent band keys are missing");

        // The row that contains `from` may begin before it.
        let sql = "SELECT first, data FROM recent WHERE first >= \
                   (SELECT coalesce(max(first), ?1) FROM recent WHERE first <= ?1) ORDER BY first";
        let rows = self.rows(sql, [from], |row| Ok((row.get::<_, InsertNumber>(0)?, blob(row, 1)?)))?;

        // Rows must be contiguous: a missing row is an error, not a document without hashes.
        let (mut docs, mut expected) = (Vec::new(), None);
        for (first, data) in rows {
            let is_in_place = expected.is_none_or(|expected| expected == first);
            if !is_in_place || first > from && docs.is_empty() {
                return Err(missing());
            }

            let hashes = unsealed(&data).and_then(|data| hashes_of(data, first, width)).ok_or_else(missing)?;
            expected = Some(first + hashes.len() as InsertNumber);
            docs.extend((first..).zip(hashes));
        }

        docs.retain(|(doc, _)| *doc >= from);
        if from < next && expected != Some(next) {
            return Err(missing());
        }
        Ok(docs)
    }

    /// Adds the hashes of consecutive documents from `first` on.
    pub(in crate::index::disk) fn put_recent<'h>(
        &self,
        first: InsertNumber,
        documents: impl Iterator<Item = &'h [u64]>,
    ) -> Result<()> {
        let mut data = (!first).to_le_bytes().to_vec();
        for hashes in documents {
            let count = u16::try_from(hashes.len()).map_err(|_| self.damaged("a document has too many band keys"))?;
            data.extend_from_slice(&count.to_le_bytes());
            hashes.iter().for_each(|hash| data.extend_from_slice(&hash.to_le_bytes()[..5]));
        }
        self.execute("INSERT INTO recent VALUES (?1, ?2)", (first, sealed(&data))).map(drop)
    }

    /// Removes the rows whose documents are all numbered below `merged`: their postings are in run files.
    pub(in crate::index::disk) fn drop_recent(&self, merged: InsertNumber) -> Result<()> {
        // The last row that begins at or before `merged` may contain documents after it.
        let sql = "DELETE FROM recent WHERE first < (SELECT max(first) FROM recent WHERE first <= ?1)";
        self.execute(sql, [merged]).map(drop)
    }

    /// The removed documents that runs or blocks may still contain, checked against the head.
    pub(in crate::index::disk) fn dead(&self, head: &CommitHead) -> Result<RoaringBitmap> {
        let wrong = || self.damaged("its list of removed documents is not the one that was written");
        let rows = self.rows("SELECT chunk, data FROM dead", [], |row| Ok((row.get::<_, u32>(0)?, blob(row, 1)?)))?;

        let mut dead = RoaringBitmap::new();
        for (chunk, data) in rows {
            let bytes = unsealed(&data).ok_or_else(wrong)?;
            let bitmap = RoaringBitmap::deserialize_from(bytes).map_err(|_| wrong())?;
            if bitmap.iter().next().is_some_and(|doc| doc >> 16 != chunk) {
                return Err(wrong());
            }
            dead |= bitmap;
        }

        if dead.len() == head.dead { Ok(dead) } else { Err(wrong()) }
    }

    /// Writes the removed documents of one chunk of 65,536.
    pub(in crate::index::disk) fn put_dead(&self, chunk: u32, dead: &RoaringBitmap) -> Result<()> {
        let mut data = Vec::new();
        dead.serialize_into(&mut data).map_err(|error| Error::io("write", &self.path, error))?;
        self.execute("INSERT OR REPLACE INTO dead VALUES (?1, ?2)", (chunk, sealed(&data))).map(drop)
    }

    /// Writes all chunks of the removed documents.
    pub(in crate::index::disk) fn put_all_dead(&self, dead: &RoaringBitmap) -> Result<()> {
        let mut chunks: Vec<(u32, RoaringBitmap)> = Vec::new();
        for doc in dead {
            match chunks.last_mut() {
                Some((chunk, docs)) if *chunk == doc >> 16 => drop(docs.insert(doc)),
                _ => chunks.push((doc >> 16, RoaringBitmap::from([doc]))),
            }
        }

        chunks.iter().try_for_each(|(chunk, docs)| self.put_dead(*chunk, docs))
    }

    /// Removes all chunks of the removed documents.
    pub(in crate::index::disk) fn drop_dead(&self) -> Result<()> {
        self.execute("DELETE FROM dead", ()).map(drop)
    }

    /// The learned texts after the first `known`, in order, checked against the head.
    pub(in crate::index::disk) fn learned(&self, known: u64, head: &CommitHead) -> Result<Vec<Box<[u8]>>> {
        let wrong = || self.damaged("the texts that the facts guard learned are not those that were written");
        let sql = "SELECT doc, data FROM learned ORDER BY doc LIMIT -1 OFFSET ?1";
        let rows = self.rows(sql, [known as i64], |row| Ok((row.get::<_, InsertNumber>(0)?, blob(row, 1)?)))?;
        if rows.len() as u64 + known != head.learned {
            return Err(wrong());
        }

        let text = |(doc, data): &(InsertNumber, Vec<u8>)| {
            let (stored, text) = unsealed(data)?.split_first_chunk::<4>()?;
            (u32::from_le_bytes(*stored) == *doc).then(|| text.into())
        };
        rows.iter().map(text).collect::<Option<_>>().ok_or_else(wrong)
    }

    /// Adds a learned text.
    pub(in crate::index::disk) fn put_learned(&self, doc: InsertNumber, text: &[u8]) -> Result<()> {
        let data = [&doc.to_le_bytes(), text].concat();
        self.execute("INSERT INTO learned VALUES (?1, ?2)", (doc, sealed(&data))).map(drop)
    }

    /// What stories tell of the documents with these numbers, in order, at most `most` of them.
    pub(in crate::index::disk) fn tellings(
        &self,
        numbers: Range<InsertNumber>,
        most: usize,
    ) -> Result<Vec<(InsertNumber, Vec<u8>)>> {
        let sql = "SELECT doc, data FROM tellings WHERE doc >= ?1 AND doc < ?2 ORDER BY doc LIMIT ?3";
        let bounds = (numbers.start, numbers.end, most as i64);
        let rows = self.rows(sql, bounds, |row| Ok((row.get::<_, InsertNumber>(0)?, blob(row, 1)?)))?;

        let telling = |(doc, data): (InsertNumber, Vec<u8>)| {
            let (stored, row) = unsealed(&data)?.split_first_chunk::<4>()?;
            (u32::from_le_bytes(*stored) == doc).then(|| (doc, row.to_vec()))
        };
        let wrong = || self.damaged("what stories tell of its documents is not what was written");
        rows.into_iter().map(telling).collect::<Option<_>>().ok_or_else(wrong)
    }

    /// Checks the number of rows of stories against the head.
    pub(in crate::index::disk) fn check_tellings(&self, head: &CommitHead) -> Result<()> {
        // An index of an older version has no such table until it is written.
        if head.tellings == 0 {
            return Ok(());
        }
        let counts = self.rows("SELECT count(*) FROM tellings", [], |row| row.get::<_, i64>(0))?;
        if counts.first().copied().and_then(|count| u64::try_from(count).ok()) == Some(head.tellings) {
            return Ok(());
        }
        Err(self.damaged("what stories tell of its documents is not what was written"))
    }

    /// Adds what stories tell of a document.
    pub(in crate::index::disk) fn put_telling(&self, doc: InsertNumber, row: &[u8]) -> Result<()> {
        let data = [&doc.to_le_bytes(), row].concat();
        self.execute("INSERT INTO tellings VALUES (?1, ?2)", (doc, sealed(&data))).map(drop)
    }

    /// Removes what stories tell of documents numbered below. Returns how many rows there were.
    pub(in crate::index::disk) fn drop_tellings(&self, before: InsertNumber) -> Result<u64> {
        self.execute("DELETE FROM tellings WHERE doc < ?1", [before]).map(|rows| rows as u64)
    }
}

/// The hashes of each document of a row of `recent` that begins with document `first`; `None` if it is no such row.
///
/// Before format 5 a row began with `first`, and each document had `width` hashes. Since then it begins with the inverted
/// bits of `first`, and each document with the number of its hashes.
fn hashes_of(row: &[u8], first: InsertNumber, width: usize) -> Option<Vec<Vec<u64>>> {
    let (start, mut rest) = row.split_first_chunk::<4>()?;
    let start = u32::from_le_bytes(*start);
    if start != first && start != !first {
        return None;
    }

    let mut documents = Vec::new();
    while !rest.is_empty() {
        let count = if start == first {
            width
        } else {
            let (count, after) = rest.split_first_chunk::<2>()?;
            rest = after;
            u16::from_le_bytes(*count).into()
        };
        let (hashes, after) = rest.split_at_checked(5 * count)?;
        rest = after;
        let hash = |[a, b, c, d, e]: &[u8; 5]| u64::from_le_bytes([*a, *b, *c, *d, *e, 0, 0, 0]);
        documents.push(hashes.as_chunks::<5>().0.iter().map(hash).collect());
    }
    Some(documents)
}

pub(super) fn blob(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    match row.get_ref(column)? {
        ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
        // Another type is damage: empty bytes have no checksum, so the caller reports it.
        _ => Ok(Vec::new()),
    }
}

/// Bytes, preceded by their CRC-32.
pub(super) fn sealed(bytes: &[u8]) -> Vec<u8> {
    [&crc32fast::hash(bytes).to_le_bytes(), bytes].concat()
}

/// The bytes after a CRC-32; `None` if it does not fit them.
pub(super) fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (sum, bytes) = bytes.split_first_chunk::<4>()?;
    (crc32fast::hash(bytes) == u32::from_le_bytes(*sum)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_both_layouts_are_read() {
        let five = |hash: u64| hash.to_le_bytes()[..5].to_vec();
        let old = [7_u32.to_le_bytes().to_vec(), five(1), five(2), five(3), five(4)].concat();
        assert_eq!(hashes_of(&old, 7, 2), Some(vec![vec![1, 2], vec![3, 4]]));

        let counted = [(!7_u32).to_le_bytes().to_vec(), vec![1, 0], five(1), vec![0, 0], vec![2, 0], five(8), five(9)];
        let counted = counted.concat();
        assert_eq!(hashes_of(&counted, 7, 2), Some(vec![vec![1], vec![], vec![8, 9]]));

        // Of another document, or cut off.
        assert_eq!((hashes_of(&old, 8, 2), hashes_of(&counted, 8, 2)), (None, None));
        assert_eq!((hashes_of(&old[..20], 7, 2), hashes_of(&counted[..20], 7, 2)), (None, None));
    }
}
