//! The report on an index that was not closed properly.

use std::fmt;

/// The state of an index that was not closed properly, as opening found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecoveryReport {
    /// Whether it was closed properly, and only its files needed repair.
    pub was_closed: bool,
    /// The commit at which the index was opened. Later changes are lost.
    pub commit: u64,
    /// Number of documents at that commit.
    pub documents: u64,
    /// Number of run files that no commit names; they were removed.
    pub leftover_files: u64,
    /// Number of acknowledged commits that are missing because the end of the catalog's log is damaged or gone; `None`
    /// if it is unknown.
    pub lost_commits: Option<u64>,
}

impl fmt::Display for RecoveryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { was_closed, commit, documents, leftover_files, lost_commits } = self;

        if *was_closed {
            write!(f, "the index was closed at commit {commit} with {documents} documents")?;
        } else {
            write!(
                f,
                "the index was not closed: it is at commit {commit} with {documents} documents; later inserts are lost"
            )?;
        }

        if *leftover_files > 0 {
            write!(f, "; {leftover_files} unfinished files were removed")?;
        }

        match lost_commits {
            Some(0) => Ok(()),
            Some(lost) => write!(
                f,
                "; {lost} acknowledged commits are LOST, because the end of catalog.db-wal is damaged or missing"
            ),
            None => {
                write!(
                    f,
                    "; it is unknown whether commits are missing, because the file `commits` is damaged or missing"
                )
            }
        }
    }
}
