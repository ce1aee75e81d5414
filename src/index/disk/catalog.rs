//! The catalog: a SQLite database of the blocks of records and of everything that a commit changes atomically.
//!
//! Every value has its own checksum, and the head counts the rows, so a changed byte or a missing row is an error,
//! never a different answer. Tables:
//!
//! - `head`: one row, the [`CommitHead`](super::commit_head::CommitHead) of the last commit
//! - `blocks`: first document → records ([`stored_block`](super::stored_block)); `directory`: first document → last,
//!   oldest
//! - `recent`: first document → hashes of documents whose postings are not all in run files
//! - `dead`: upper 16 bits of documents → bitmap of removed documents that runs or blocks may still contain
//! - `copies`: document → number and times of its copies, which are not stored
//! - `learned`: document → folded text whose words the facts guard has learned
//! - `tellings`: document → what stories tell of it, in an index with stories

use std::cell::Cell;
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, Row};

use super::damage::damaged;
use crate::error::{Error, ErrorKind, Result};

mod copies;
mod tables;

pub(super) use copies::ShowCopies;

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
    CREATE TABLE IF NOT EXISTS copies (doc INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS learned (doc INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS tellings (doc INTEGER PRIMARY KEY, data BLOB NOT NULL);
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

    /// Copies the catalog to another directory. Within [`moment`](Self::moment), as of that moment.
    pub(super) fn copy_to(&self, directory: &Path) -> Result<()> {
        let path = directory.join(FILE);
        let copied = || -> rusqlite::Result<()> {
            let mut copy = Connection::open(&path)?;
            let backup = Backup::new(&self.connection, &mut copy)?;
            // All pages in one step: several steps would begin again after each commit of the writer.
            backup.step(-1).map(drop)
        };
        copied().map_err(|error| failed(&path, "write", error))
    }

    /// Returns free pages to the file system, as long as `goes_on` is true.
    pub(super) fn shrink(&self, goes_on: &dyn Fn() -> bool) -> Result<()> {
        let mut statement = self.prepare("PRAGMA incremental_vacuum")?;
        let mut rows = statement.query([]).map_err(|error| failed(&self.path, "write", error))?;

        // Each step frees one page.
        while goes_on() && rows.next().map_err(|error| failed(&self.path, "write", error))?.is_some() {}

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
