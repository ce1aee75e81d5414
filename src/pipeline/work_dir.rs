//! The work directory: the finished parts of a run, so that the same command continues there after it was killed.
//!
//! ```text
//! DIR/run.json           the identity of the run: version, options, input files with sizes and times
//! DIR/blocks             journal: the places of the records of each block, and its scanned numbers
//! DIR/candidates-ROUTE*  the candidates of a route, written once all are known
//! DIR/verified-ROUTE     journal: the verified pairs of each batch of candidates
//! ```
//!
//! A journal entry is whole or absent, so a run continues after the last finished block or batch. Entries without a valid
//! digest are not used. A lock, which the system releases with the process, keeps a second run out.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::options::Options;
use super::route::RouteId;
use super::run_identity::RunIdentity;
use super::run_task::RunTask;
use super::scanned_block::ScannedBlock;
use super::verified_batch::VerifiedBatch;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{BlockIndex, Input};
use crate::spill::{ByteDecoder, ByteEncoder, Journal, SpillDir};

/// A work directory that belongs to this run.
#[derive(Debug)]
pub(super) struct WorkDir {
    directory: PathBuf,
    spill_dir: SpillDir,
    /// Held until the process ends.
    _lock: File,
}

impl WorkDir {
    /// Opens the work directory of a run. Creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// The directory holds another run, a run that is still going on, or files of something else; the input is a stream; or
    /// the disk fails.
    pub(super) fn open(directory: &Path, task: RunTask, options: &Options, input: &Input) -> Result<Self> {
        let ours = RunIdentity::new(task, options, input)?;
        let spill_dir = SpillDir::kept(directory)?;
        // Nothing is read or written before the lock is held.
        let lock = lock(directory)?;

        let path = directory.join(RUN);
        match fs::read(&path) {
            Ok(stored) => {
                if let Some(difference) = ours.difference_from(&stored) {
                    return Err(refuse(directory, format!("holds another run ({difference})")));
                }
            }
            // A directory of something else must not be filled, nor removed later.
            Err(_) if fs::read_dir(directory).is_ok_and(|mut found| found.any(|entry| !is_beginning(entry))) => {
                return Err(refuse(directory, "holds something that is no run".to_owned()));
            }
            Err(_) => write_whole(&path, &ours.to_json()?)?,
        }
        Ok(Self { directory: directory.to_owned(), spill_dir, _lock: lock })
    }

    /// Where the bytes of compressed input, and candidates, are kept.
    pub(super) fn spill_dir(&self) -> &SpillDir {
        &self.spill_dir
    }

    /// Opens the journal of blocks, and gives the finished ones to `each`, in the order of the journal.
    ///
    /// # Errors
    ///
    /// The disk fails, or `each` does.
    pub(super) fn blocks(&self, mut each: impl FnMut(BlockIndex, ScannedBlock) -> Result<()>) -> Result<BlockJournal> {
        let journal = Journal::open(&self.directory.join("blocks"), |entry| {
            let mut decoder = ByteDecoder::new(entry);
            let decoded = decoder.bytes().and_then(|index| {
                let index = BlockIndex::from_bytes(index).ok()?;
                let scanned = ScannedBlock::decode(&mut decoder)?;
                (decoder.is_empty() && index.records() == scanned.records.len()).then_some((index, scanned))
            });

            // The journal is cut off before the first entry that cannot be decoded.
            let Some((index, scanned)) = decoded else { return Ok(false) };
            each(index, scanned)?;
            Ok(true)
        })?;
        Ok(BlockJournal(journal))
    }

    /// Saves how many bytes the largest batch of the candidates `name` may take.
    ///
    /// # Errors
    ///
    /// The disk fails.
    pub(super) fn note_batches(&self, name: &str, bytes: u64) -> Result<()> {
        write_whole(&self.directory.join(format!("{name}.bytes")), bytes.to_string().as_bytes())
    }

    /// The number that [`note_batches`](Self::note_batches) saved; `None` if it is not there or cannot be read, so that candidates
    /// are searched again.
    pub(super) fn noted_batches(&self, name: &str) -> Option<u64> {
        fs::read_to_string(self.directory.join(format!("{name}.bytes"))).ok()?.parse().ok()
    }

    /// Opens the journal of verified batches of a route, and gives the finished ones. Unless the candidates are `resumed` too,
    /// its entries belong to other batches and are dropped.
    ///
    /// # Errors
    ///
    /// The disk fails.
    pub(super) fn verified(&self, route: RouteId, resumed: bool) -> Result<(VerifiedJournal, Vec<VerifiedBatch>)> {
        let name = self.directory.join(format!("verified-{}", route.name()));
        let mut done = Vec::new();
        let journal = Journal::open(&name, |entry| {
            // The journal drops all entries from the first one that is refused.
            let verified = if resumed { VerifiedBatch::decode(entry) } else { None };
            let whole = verified.is_some();
            done.extend(verified);
            Ok(whole)
        })?;
        Ok((VerifiedJournal(journal), done))
    }

    /// Removes the files of a run that is over, and the directory if no other files are in it.
    ///
    /// # Errors
    ///
    /// The disk fails.
    pub(super) fn remove(directory: &Path) -> Result<()> {
        let failed = |source| Error::io("remove", directory, source);
        let (mut ours, mut foreign) = (Vec::new(), false);
        // The user may keep other files in the directory; they stay.
        for entry in fs::read_dir(directory).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            match is_ours(&name.to_string_lossy()) {
                true => ours.push(name),
                false => foreign = true,
            }
        }

        // `run.json` goes last but for the lock: if the process is killed here, the directory still names its run.
        ours.sort_by_key(|name| (name == LOCK, name == RUN));
        for name in ours {
            fs::remove_file(directory.join(name)).map_err(failed)?;
        }

        if foreign { Ok(()) } else { fs::remove_dir(directory).map_err(failed) }
    }
}

/// The error for a work directory that cannot be used.
fn refuse(directory: &Path, what: String) -> Error {
    let remedy = "run that command again to finish it, name another directory, or remove this one".into();
    ErrorKind::Output { path: directory.to_owned(), what, remedy }.into()
}

/// Locked while a run uses the directory.
const LOCK: &str = "lock";

/// The identity of the run.
const RUN: &str = "run.json";

/// Whether a run wrote the file.
fn is_ours(name: &str) -> bool {
    OURS.iter().any(|ours| name.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || ours.ends_with('-')))
}

/// The files of a work directory. Names that end with a dash continue with the name of a route.
const OURS: [&str; 8] = [RUN, UNFINISHED, "blocks", "input", "pages", LOCK, "candidates-", "verified-"];

/// `run.json` before it is renamed. It stays if the process ends between the two.
const UNFINISHED: &str = "run.new";

/// The beginning of the names of fetched files, which the caller may keep here from before the run until after it.
const FETCHED: &str = "remote-";

/// Whether the file can be in a directory that has no `run.json` yet.
fn is_beginning(entry: std::io::Result<fs::DirEntry>) -> bool {
    let is_known = |name: &str| name == LOCK || name == UNFINISHED || name.starts_with(FETCHED);
    entry.is_ok_and(|entry| is_known(&entry.file_name().to_string_lossy()))
}

/// Takes the lock of a work directory.
fn lock(directory: &Path) -> Result<File> {
    let path = directory.join(LOCK);
    let failed = |source| Error::io("lock", &path, source);
    let file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;

    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(refuse(directory, "belongs to a run that is going on".to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Writes a file that is whole or absent, whenever the process ends.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    // A rename replaces the file at once.
    let aside = path.with_extension("new");
    let written = fs::write(&aside, bytes).and_then(|()| fs::rename(&aside, path));
    written.map_err(|source| Error::io("write", path, source))
}

/// The journal of scanned blocks.
pub(super) struct BlockJournal(Journal);

impl BlockJournal {
    /// Appends a finished block.
    ///
    /// # Errors
    ///
    /// The disk fails.
    pub(super) fn append(&mut self, index: &BlockIndex, scanned: &ScannedBlock) -> Result<()> {
        let mut encoder = ByteEncoder::default();
        encoder.bytes(&index.to_bytes());
        scanned.encode(&mut encoder);
        self.0.append(&encoder.finish())
    }
}

/// The journal of verified batches.
pub(super) struct VerifiedJournal(Journal);

impl VerifiedJournal {
    /// Appends a finished batch.
    ///
    /// # Errors
    ///
    /// The disk fails.
    pub(super) fn append(&mut self, verified: &VerifiedBatch) -> Result<()> {
        self.0.append(&verified.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever the removal is cut off, the rest is either a run that is named or nothing that matters.
    #[test]
    fn the_name_of_the_run_is_removed_last() {
        let mut names = ["lock", "run.json", "verified-main", "blocks", "candidates-main.bytes"];
        names.sort_by_key(|name| (*name == LOCK, *name == RUN));
        assert_eq!(names[3..], ["run.json", "lock"]);
        assert!(names.iter().all(|name| is_ours(name)) && !is_ours("letter") && !is_ours("blocks2"));
        let home = tempfile::tempdir().unwrap();
        let work = home.path().join("work");
        fs::create_dir(&work).unwrap();
        for name in names.iter().chain(&["letter"]) {
            fs::write(work.join(name), "x").unwrap();
        }
        WorkDir::remove(&work).unwrap();
        assert_eq!(fs::read_dir(&work).unwrap().count(), 1, "what is not ours stays");
    }
}
