//! The catalog: a SQLite database of the blocks of records and of everything that a commit changes atomically.
//!
//! Every value has its own checksum, and the head counts the rows, so a changed byte or a missing row is an error,
//! never a different answer. Tables:
//!
//! - `head`: one row, the [`CommitHead`] of the last commit
//! - `blocks`: first document → records ([`stored_block`](super::stored_block)); `directory`: first document → last,
//!   oldest
//! - `recent`: first document → hashes of documents whose postings are not all in run files
//! - `dead`: upper 16 bits of documents → bitmap of removed documents that runs or blocks may still contain
//! - `learned`: document → folded text whose words the facts guard has learned

use std::cell::Cell;
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use roaring::RoaringBitmap;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

use super::commit_head::{BlockEntry, CommitHead};
use super::damage::damaged;
use crate::error::{Error, ErrorKind, Result};
use crate::index::stored_text::InsertNumber;

/// Name of the file.
pub(super) const FILE: &str = "catalog.db";

/// A connection to the catalog.
#[derive(Debug)]
pub(super) struct Catalog {
    connection: Connection,
    path: PathBuf,
    /// Whether the last transaction failed during its commit.
    is_in_doubt: Cell<bool>,
}

/// How a catalog is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CatalogAccess {
    Write,
    Read,
}

const SCHEMA: &str = "
    PRAGMA page_size = 4096;
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS blocks (first INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS directory (first INTEGER PRIMARY KEY, last INTEGER NOT NULL,
        oldest_seen INTEGER NOT NULL, oldest_moment INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS recent (first INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS dead (chunk INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS learned (doc INTEGER PRIMARY KEY, data BLOB NOT NULL);
";

impl Catalog {
    /// Opens the catalog of a directory. A writer makes it if it is missing.
    pub(super) fn open(directory: &Path, access: CatalogAccess) -> Result<Self> {
        let path = directory.join(FILE);

        // A reader opens the file for writing too: in WAL mode it must write the shared memory.
        let flags = match access {
            CatalogAccess::Write => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            CatalogAccess::Read => OpenFlags::SQLITE_OPEN_READ_WRITE,
        } | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&path, flags);
        let connection = opened.map_err(|error| failed(&path, "open", error))?;
        let catalog = Self { connection, path, is_in_doubt: Cell::new(false) };

        if access == CatalogAccess::Write {
            catalog.run("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;")?;
            catalog.run(SCHEMA)?;
            // FULL: a commit is synced before it returns.
            catalog.run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192;")?;
        } else {
            catalog.run(
                "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; \
                 PRAGMA busy_timeout = 10000; PRAGMA cache_size = -1024;",
            )?;
        }
        Ok(catalog)
    }

    /// Runs statements, and ignores their rows.
    pub(super) fn run(&self, statements: &str) -> Result<()> {
        self.connection.execute_batch(statements).map_err(|error| failed(&self.path, "write", error))
    }

    /// Does `work` in a transaction: all of it or nothing. It is durable when this returns.
    pub(super) fn at_once(&self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        self.is_in_doubt.set(false);
        self.run("BEGIN IMMEDIATE")?;

        let done = work().and_then(|()| {
            let committed = self.run("COMMIT");
            // On a full disk it was not written. After another failure it is unknown.
            let is_full = |error: &Error| matches!(error.kind(), ErrorKind::Io { source, .. } if source.kind() == IoKind::StorageFull);
            self.is_in_doubt.set(committed.as_ref().is_err_and(|error| !is_full(error)));
            committed
        });

        if done.is_err() && !self.connection.is_autocommit() {
            // The first error is the one to report.
            let _ = self.run("ROLLBACK");
        }
        done
    }

    /// Whether the last transaction failed, but may have been committed.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.is_in_doubt.get()
    }

    /// Reads in a transaction: `read` sees the catalog of one moment.
    pub(super) fn moment<T>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        self.connection.execute_batch("BEGIN").map_err(|error| failed(&self.path, "read", error))?;

        // Ended also after an error, so that the connection can be used again.
        let found = read();
        self.connection.execute_batch("ROLLBACK").map_err(|error| failed(&self.path, "read", error))?;
        found
    }

    /// A number that changes whenever another connection commits.
    pub(super) fn data_version(&self) -> Result<i64> {
        let mut statement = self.prepare("PRAGMA data_version")?;
        statement.query_row([], |row| row.get(0)).map_err(|error| failed(&self.path, "read", error))
    }

    fn prepare(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        self.connection.prepare_cached(sql).map_err(|error| failed(&self.path, "read", error))
    }

    fn execute(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<usize> {
        let run = || self.connection.prepare_cached(sql)?.execute(parameters);
        run().map_err(|error| failed(&self.path, "write", error))
    }

    /// All rows of a query.
    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.prepare(sql)?;
        let rows = statement.query_map(parameters, read).and_then(Iterator::collect);
        rows.map_err(|error| failed(&self.path, "read", error))
    }

    fn damaged(&self, what: &str) -> Error {
        damaged(&self.path, what.to_owned())
    }

    /// The head; `None` of a catalog without a commit.
    pub(super) fn head(&self) -> Result<Option<CommitHead>> {
        let mut statement = self.prepare("SELECT data FROM head WHERE id = 0")?;
        let row = statement.query_row([], |row| blob(row, 0)).optional();
        let Some(data) = row.map_err(|error| failed(&self.path, "read", error))? else {
            return Ok(None);
        };

        let head = unsealed(&data).and_then(|json| serde_json::from_slice(json).ok());
        head.map(Some).ok_or_else(|| self.damaged("its head holds other bytes than were written"))
    }

    pub(super) fn put_head(&self, head: &CommitHead) -> Result<()> {
        let json = serde_json::to_vec(head).map_err(|error| Error::io("write", &self.path, error.into()))?;
        self.execute("INSERT OR REPLACE INTO head VALUES (0, ?1)", [sealed(&json)]).map(drop)
    }

    /// The directory of blocks, ascending, checked against the head.
    pub(super) fn directory(&self, head: &CommitHead) -> Result<Vec<BlockEntry>> {
        let entries = self.entries("SELECT * FROM directory ORDER BY first", [])?;

        // The sum does not depend on the order, so a commit can update it row by row.
        let sum = entries.iter().fold(0_u64, |sum, entry| sum.wrapping_add(entry.digest()));
        if entries.len() as u64 != head.blocks || sum != head.directory {
            return Err(self.damaged("its directory of blocks is not the one that was written"));
        }
        Ok(entries)
    }

    /// The rows of the directory from a document on: those that a reader has not seen.
    pub(super) fn directory_from(&self, first: InsertNumber) -> Result<Vec<BlockEntry>> {
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
    pub(super) fn put_block(&self, entry: &BlockEntry, data: &[u8]) -> Result<()> {
        self.execute("INSERT INTO blocks VALUES (?1, ?2)", (entry.first, data))?;
        let row = (entry.first, entry.last, entry.oldest_seen, entry.oldest_moment);
        self.execute("INSERT INTO directory VALUES (?1, ?2, ?3, ?4)", row).map(drop)
    }

    /// Removes a block and its row of the directory.
    pub(super) fn drop_block(&self, first: InsertNumber) -> Result<()> {
        self.execute("DELETE FROM blocks WHERE first = ?1", [first])?;
        self.execute("DELETE FROM directory WHERE first = ?1", [first]).map(drop)
    }

    /// The bytes of a block.
    pub(super) fn block(&self, first: InsertNumber) -> Result<Option<Vec<u8>>> {
        let mut statement = self.prepare("SELECT data FROM blocks WHERE first = ?1")?;
        statement.query_row([first], |row| blob(row, 0)).optional().map_err(|error| failed(&self.path, "read", error))
    }

    /// The hashes of each document from `from` up to `next`, in order: `width` hashes per document.
    pub(super) fn recent(
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
            let data = unsealed(&data).and_then(|data| data.split_first_chunk::<4>()).ok_or_else(missing)?;
            let (hashes, _) = data.1.as_chunks::<5>();
            let is_in_place = u32::from_le_bytes(*data.0) == first && expected.is_none_or(|expected| expected == first);
            if !is_in_place || first > from && docs.is_empty() || hashes.len() % width != 0 {
                return Err(missing());
            }

            let hashes: Vec<u64> =
                hashes.iter().map(|[a, b, c, d, e]| u64::from_le_bytes([*a, *b, *c, *d, *e, 0, 0, 0])).collect();
            expected = Some(first + (hashes.len() / width) as InsertNumber);
            docs.extend((first..).zip(hashes.chunks_exact(width).map(<[u64]>::to_vec)));
        }

        docs.retain(|(doc, _)| *doc >= from);
        if from < next && expected != Some(next) {
            return Err(missing());
        }
        Ok(docs)
    }

    /// Adds the hashes of consecutive documents from `first` on.
    pub(super) fn put_recent(&self, first: InsertNumber, hashes: impl Iterator<Item = u64>) -> Result<()> {
        let mut data = first.to_le_bytes().to_vec();
        hashes.for_each(|hash| data.extend_from_slice(&hash.to_le_bytes()[..5]));
        self.execute("INSERT INTO recent VALUES (?1, ?2)", (first, sealed(&data))).map(drop)
    }

    /// Removes the rows whose documents are all numbered below `merged`: their postings are in run files.
    pub(super) fn drop_recent(&self, merged: InsertNumber) -> Result<()> {
        // The last row that begins at or before `merged` may contain documents after it.
        let sql = "DELETE FROM recent WHERE first < (SELECT max(first) FROM recent WHERE first <= ?1)";
        self.execute(sql, [merged]).map(drop)
    }

    /// The removed documents that runs or blocks may still contain, checked against the head.
    pub(super) fn dead(&self, head: &CommitHead) -> Result<RoaringBitmap> {
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
    pub(super) fn put_dead(&self, chunk: u32, dead: &RoaringBitmap) -> Result<()> {
        let mut data = Vec::new();
        dead.serialize_into(&mut data).map_err(|error| Error::io("write", &self.path, error))?;
        self.execute("INSERT OR REPLACE INTO dead VALUES (?1, ?2)", (chunk, sealed(&data))).map(drop)
    }

    /// Writes all chunks of the removed documents.
    pub(super) fn put_all_dead(&self, dead: &RoaringBitmap) -> Result<()> {
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
    pub(super) fn drop_dead(&self) -> Result<()> {
        self.execute("DELETE FROM dead", ()).map(drop)
    }

    /// The learned texts after the first `known`, in order, checked against the head.
    pub(super) fn learned(&self, known: u64, head: &CommitHead) -> Result<Vec<Box<[u8]>>> {
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
    pub(super) fn put_learned(&self, doc: InsertNumber, text: &[u8]) -> Result<()> {
        let data = [&doc.to_le_bytes(), text].concat();
        self.execute("INSERT INTO learned VALUES (?1, ?2)", (doc, sealed(&data))).map(drop)
    }

    /// Returns free pages to the file system.
    pub(super) fn shrink(&self) -> Result<()> {
        let mut statement = self.prepare("PRAGMA incremental_vacuum")?;
        let mut rows = statement.query([]).map_err(|error| failed(&self.path, "write", error))?;

        // Each step frees one page.
        while rows.next().map_err(|error| failed(&self.path, "write", error))?.is_some() {}

        // An open statement would block the checkpoint.
        drop(rows);
        drop(statement);
        self.checkpoint()
    }

    /// Moves everything from the log into the database, and empties the log.
    pub(super) fn checkpoint(&self) -> Result<()> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let done = self.connection.query_row(checkpoint, [], |_| Ok(()));
        done.map_err(|error| failed(&self.path, "write", error))
    }
}

fn blob(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    match row.get_ref(column)? {
        ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
        // Another type is damage: empty bytes have no checksum, so the caller reports it.
        _ => Ok(Vec::new()),
    }
}

/// Bytes, preceded by their CRC-32.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    [&crc32fast::hash(bytes).to_le_bytes(), bytes].concat()
}

/// The bytes after a CRC-32; `None` if it does not fit them.
fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (sum, bytes) = bytes.split_first_chunk::<4>()?;
    (crc32fast::hash(bytes) == u32::from_le_bytes(*sum)).then_some(bytes)
}

/// The error for a failed operation: a system error, a lock, or damage.
fn failed(path: &Path, action: &'static str, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let code = error.sqlite_error_code();

    let other = |kind, what: String| Error::io(action, path, std::io::Error::new(kind, what));

    // SQLite does not say why it could not open a file. The system does: too many open files is no damage.
    #[cfg(unix)]
    if code == Some(ErrorCode::CannotOpen) {
        let system = std::io::Error::last_os_error();
        if rustix::io::Errno::from_io_error(&system) == Some(rustix::io::Errno::MFILE) {
            return Error::io(action, path, system);
        }
    }

    match code {
        Some(ErrorCode::DiskFull) => other(std::io::ErrorKind::StorageFull, "no space left on the device".to_owned()),
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            other(std::io::ErrorKind::PermissionDenied, "permission denied".to_owned())
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Index {
            path: path.to_owned(),
            what: "is locked by another program".to_owned(),
            remedy: "let that program go on and try again".into(),
        }
        .into(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::OutOfMemory) => {
            other(std::io::ErrorKind::Other, error.to_string())
        }
        _ => damaged(path, format!("its database cannot be read ({error})")),
    }
}
