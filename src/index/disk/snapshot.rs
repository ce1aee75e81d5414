//! A copy of an index as of one commit, while another process may write it.

use std::fs;
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use super::catalog::{self, Catalog, CatalogAccess};
use super::catch_up::attempts;
use super::commit_head::CommitHead;
use super::damage::damaged;
use super::directory::{CommitCounter, copy_settings, read_settings, sync};
use super::opening::remove_leftovers;
use super::run_file;
use crate::error::{Error, ErrorKind, Result};
use crate::index::stats::SnapshotStats;
use crate::index::text_index::Index;

impl Index {
    /// Copies the index in the directory `source` to the new directory `target`, as of its last commit. Another process may
    /// write the index meanwhile; it is not held up.
    ///
    /// The target appears whole or not at all. It is an index of its own, with the settings and the seed of the source,
    /// that counts as closed. Run files never change, so they are shared by hard links where the file system allows it;
    /// else they are copied. The cost is that of copying the catalog, which holds the texts.
    ///
    /// # Errors
    ///
    /// The source is no index, or damaged; the target exists and is no empty directory
    /// ([`ErrorKind::Index`](crate::ErrorKind::Index)); a file cannot be read or written.
    pub fn snapshot(source: impl AsRef<Path>, target: impl AsRef<Path>) -> Result<SnapshotStats> {
        let (source, target) = (source.as_ref(), target.as_ref());
        read_settings(source, &Self::builder())?;
        require_new(target)?;

        let unfinished = UnfinishedCopy::beside(target)?;
        let mut stats = copy(source, &unfinished.directory)?;

        // Opening checks the description, the catalog and the head of each run file.
        let copied = Self::builder().open_read_only(&unfinished.directory)?;
        stats.documents = copied.len();
        drop(copied);

        unfinished.rename_to(source, target)?;
        Ok(stats)
    }
}

/// A directory under a temporary name, removed unless it is renamed.
struct UnfinishedCopy {
    directory: PathBuf,
}

impl UnfinishedCopy {
    /// A new directory beside `target`, so that it can be renamed to it.
    fn beside(target: &Path) -> Result<Self> {
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or(target.as_os_str()));
        name.push(format!(".{}", std::process::id()));

        let directory = target.with_file_name(name);
        fs::create_dir(&directory).map_err(|source| Error::io("write", &directory, source))?;
        Ok(Self { directory })
    }

    fn rename_to(self, source: &Path, target: &Path) -> Result<()> {
        let failed = |source| Error::io("write", target, source);
        let permissions = fs::metadata(source).map_err(failed)?.permissions();
        fs::set_permissions(&self.directory, permissions).map_err(failed)?;
        sync(&self.directory)?;

        // An empty directory may be there; not every system renames over it.
        match fs::remove_dir(target) {
            Err(error) if error.kind() != IoKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        fs::rename(&self.directory, target).map_err(failed)?;
        sync(parent(target))
    }
}

impl Drop for UnfinishedCopy {
    fn drop(&mut self) {
        // After the renaming there is nothing under this name. The error that led here is the one to report.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses a target that holds anything.
fn require_new(target: &Path) -> Result<()> {
    let mut entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == IoKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("write", target, error)),
    };
    if entries.next().is_none() {
        return Ok(());
    }

    let what = "holds files already".to_owned();
    Err(ErrorKind::Index { path: target.to_owned(), what, remedy: "name a new directory".into() }.into())
}

/// Copies everything into an empty directory.
fn copy(source: &Path, target: &Path) -> Result<SnapshotStats> {
    let catalog = Catalog::open(source, CatalogAccess::Read)?;
    let mut stats = SnapshotStats::default();

    // In one moment of the catalog: its copy names the run files that are copied. The writer removes a run file after a
    // commit that no longer names it; then the next attempt copies what the catalog names by then.
    let head = attempts(|| {
        catalog.moment(|| {
            let head = catalog.head()?.ok_or_else(|| damaged(&source.join(catalog::FILE), "it is empty".to_owned()))?;
            copy_runs(source, target, &head, &mut stats)?;
            catalog.copy_to(target)?;
            Ok(head)
        })
    })?;
    // Those of earlier attempts.
    remove_leftovers(target, &head)?;

    // The copy has no writer, and all of it was committed.
    let copied = Catalog::open(target, CatalogAccess::Write)?;
    copied.at_once(|| copied.put_head(&CommitHead { is_closed: true, ..head.clone() }))?;
    copied.checkpoint()?;
    CommitCounter::open(target)?.note(head.commit)?;

    // With the description, which comes last, the directory becomes an index.
    copy_settings(source, target)?;
    stats.commit = head.commit;
    Ok(stats)
}

/// Copies the run files that the head names, but for those that an earlier attempt has copied.
fn copy_runs(source: &Path, target: &Path, head: &CommitHead, stats: &mut SnapshotStats) -> Result<()> {
    for info in head.slices.iter().flat_map(|slice| &slice.runs) {
        let (from, to) = (run_file::path_of(source, info.file), run_file::path_of(target, info.file));
        if to.exists() {
            continue;
        }

        if fs::hard_link(&from, &to).is_ok() {
            stats.linked_files += 1;
            continue;
        }
        fs::copy(&from, &to).map_err(|source| Error::io("read", &from, source))?;
        let synced = fs::File::open(&to).and_then(|file| file.sync_all());
        synced.map_err(|source| Error::io("write", &to, source))?;
        stats.copied_files += 1;
    }
    Ok(())
}
