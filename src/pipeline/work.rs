//! The work directory: what a run has finished, kept so that the same command goes on from there after it was killed.
//!
//! ```text
//! DIR/run.json          what the run is: version, options, input files with their sizes and times
//! DIR/blocks            journal: for each block of the input, its rows and what was scanned of it
//! DIR/candidates-PATH*  the candidates of a path, once they are all known
//! DIR/verified-PATH     journal: for each batch of candidates, the pairs that were verified
//! ```
//!
//! A journal entry is there whole or not at all, so a run goes on after the last block or batch that was finished. Nothing
//! here is trusted that does not carry its digest. A lock keeps a second run out; it goes with the process.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::path::RouteId;
use super::scan::ScannedBlock;
use super::{Options, RunTask};
use crate::cluster::VerifiedLink;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{BlockIndex, Input};
use crate::similarity::{Relation, Score, VariantReason};
use crate::spill::{ByteDecoder, ByteEncoder, Journal, SpillDir};

/// Counts up with every change of what stands in a work directory.
const FORMAT: u32 = 3;

/// Everything that must be the same for a run to go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RunIdentity {
    format: u32,
    version: String,
    task: String,
    options: String,
    reading: String,
    files: Vec<FileIdentity>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FileIdentity {
    path: String,
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u128,
}

impl RunIdentity {
    fn new(task: RunTask, options: &Options, input: &Input) -> Result<Self> {
        let files = input.files().map(|(path, _)| FileIdentity::of(path)).collect::<Result<_>>()?;
        // Neither threads nor memory change a result.
        let options =
            Options { threads: None, memory: None, map: true, temp_dir: None, work_dir: None, ..options.clone() };
        Ok(Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            task: format!("{task:?}"),
            options: format!("{options:?}"),
            reading: format!("{:?}, references {}", input.options(), input.references()),
            files,
        })
    }

    /// What differs from another, in a few words.
    fn difference(&self, other: &Self) -> Option<String> {
        let differ = |what: &str, ours: &str, theirs: &str| Some(format!("{what}: {theirs} there, {ours} now"));
        if self.format != other.format || self.version != other.version {
            return differ("the version", &self.version, &other.version);
        }
        for (what, ours, theirs) in [
            ("the command", &self.task, &other.task),
            ("the options", &self.options, &other.options),
            ("how input is read", &self.reading, &other.reading),
        ] {
            if ours != theirs {
                return differ(what, ours, theirs);
            }
        }
        if self.files.len() != other.files.len() {
            return differ("the number of files", &self.files.len().to_string(), &other.files.len().to_string());
        }
        let changed = self.files.iter().zip(&other.files).find(|(ours, theirs)| ours != theirs)?;
        Some(format!("the input: {} is another file, or changed", changed.1.path))
    }
}

impl FileIdentity {
    fn of(path: &Path) -> Result<Self> {
        let failed = |source| Error::io("read", path, source);
        let stream =
            || Error::parameter("inputs", path.display(), "a file: a run with a work directory reads its input again");
        if path.as_os_str() == "-" {
            return Err(stream());
        }
        let found = fs::metadata(path).map_err(failed)?;
        if !found.is_file() {
            return Err(stream());
        }
        let modified = found.modified().map_err(failed)?;
        let modified = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Self { path: path.to_string_lossy().into_owned(), bytes: found.len(), modified })
    }
}

/// A work directory that belongs to this run.
#[derive(Debug)]
pub(super) struct WorkDir {
    directory: PathBuf,
    room: SpillDir,
    /// Held until the process ends.
    _lock: File,
}

impl WorkDir {
    /// Opens the work directory of a run, making it if there is none.
    ///
    /// # Errors
    ///
    /// It holds another run, or one that is still going on; the input is no file.
    pub(super) fn open(directory: &Path, task: RunTask, options: &Options, input: &Input) -> Result<Self> {
        let ours = RunIdentity::new(task, options, input)?;
        let room = SpillDir::kept(directory)?;
        let lock = lock(directory)?;
        let path = directory.join(RUN);
        match fs::read(&path) {
            Ok(bytes) => {
                let theirs: Option<RunIdentity> = serde_json::from_slice(&bytes).ok();
                let difference =
                    theirs.map_or(Some("run.json cannot be read".to_owned()), |theirs| ours.difference(&theirs));
                if let Some(difference) = difference {
                    return Err(refuse(directory, format!("holds another run ({difference})")));
                }
            }
            Err(_) if fs::read_dir(directory).is_ok_and(|mut found| found.any(|entry| !is_beginning(entry))) => {
                return Err(refuse(directory, "holds something that is no run".to_owned()));
            }
            Err(_) => write_whole(&path, &serde_json::to_vec_pretty(&ours).unwrap_or_default())?,
        }
        Ok(Self { directory: directory.to_owned(), room, _lock: lock })
    }

    /// Where input that cannot be read twice, and candidates, are kept.
    pub(super) fn room(&self) -> &SpillDir {
        &self.room
    }

    /// Opens the journal of blocks; `each` gets those that are finished, in order.
    ///
    /// # Errors
    ///
    /// The disk refuses, or `each` fails.
    pub(super) fn blocks(&self, mut each: impl FnMut(BlockIndex, ScannedBlock) -> Result<()>) -> Result<BlockJournal> {
        let journal = Journal::open(&self.directory.join("blocks"), |entry| {
            let mut decoder = ByteDecoder::new(entry);
            let decoded = decoder.bytes().and_then(|index| {
                let index = BlockIndex::from_bytes(index).ok()?;
                let scanned = ScannedBlock::decode(&mut decoder)?;
                (decoder.is_empty() && index.records() == scanned.records.len()).then_some((index, scanned))
            });
            let Some((index, scanned)) = decoded else { return Ok(false) };
            each(index, scanned)?;
            Ok(true)
        })?;
        Ok(BlockJournal(journal))
    }

    /// Notes how many bytes the largest batch of the candidates `name` may take.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn note_batches(&self, name: &str, bytes: u64) -> Result<()> {
        write_whole(&self.directory.join(format!("{name}.bytes")), bytes.to_string().as_bytes())
    }

    /// What [`note_batches`](Self::note_batches) noted.
    pub(super) fn noted_batches(&self, name: &str) -> Option<u64> {
        fs::read_to_string(self.directory.join(format!("{name}.bytes"))).ok()?.parse().ok()
    }

    /// Opens the journal of verified batches of a path, and gives those that are finished. Without `resumed` candidates
    /// what stands there belongs to other batches, and is dropped.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn verified(&self, path: RouteId, resumed: bool) -> Result<(VerifiedJournal, Vec<VerifiedBatch>)> {
        let name = self.directory.join(format!("verified-{}", path.name()));
        let mut done = Vec::new();
        let journal = Journal::open(&name, |entry| {
            let verified = if resumed { VerifiedBatch::decode(entry) } else { None };
            let whole = verified.is_some();
            done.extend(verified);
            Ok(whole)
        })?;
        Ok((VerifiedJournal(journal), done))
    }

    /// Removes what a run keeps, and the directory if nothing else is in it: the run is over, its outputs are in place.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn remove(directory: &Path) -> Result<()> {
        let failed = |source| Error::io("remove", directory, source);
        let (mut ours, mut foreign) = (Vec::new(), false);
        for entry in fs::read_dir(directory).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            match is_ours(&name.to_string_lossy()) {
                true => ours.push(name),
                false => foreign = true,
            }
        }
        // What says whose directory this is goes last: a run that is killed here begins again with what is left.
        ours.sort_by_key(|name| (name == LOCK, name == RUN));
        for name in ours {
            fs::remove_file(directory.join(name)).map_err(failed)?;
        }
        if foreign { Ok(()) } else { fs::remove_dir(directory).map_err(failed) }
    }
}

fn refuse(directory: &Path, what: String) -> Error {
    let remedy = "run that command again to finish it, name another directory, or remove this one".into();
    ErrorKind::Output { path: directory.to_owned(), what, remedy }.into()
}

const LOCK: &str = "lock";

/// Says what run this is.
const RUN: &str = "run.json";

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|ours| name.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || ours.ends_with('-')))
}

/// The files of a work directory; those that end with a dash go on with the name of a path.
const OURS: [&str; 7] = [RUN, UNFINISHED, "blocks", "input", LOCK, "candidates-", "verified-"];

/// `run.json` on its way; the process may have ended before it was there.
const UNFINISHED: &str = "run.new";

fn is_beginning(entry: std::io::Result<fs::DirEntry>) -> bool {
    entry.is_ok_and(|entry| entry.file_name() == LOCK || entry.file_name() == UNFINISHED)
}

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

/// Writes a file that is there whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let aside = path.with_extension("new");
    let written = fs::write(&aside, bytes).and_then(|()| fs::rename(&aside, path));
    written.map_err(|source| Error::io("write", path, source))
}

/// The journal of scanned blocks.
pub(super) struct BlockJournal(Journal);

impl BlockJournal {
    /// Notes a block as finished.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn append(&mut self, index: &BlockIndex, scanned: &ScannedBlock) -> Result<()> {
        let mut encoder = ByteEncoder::default();
        encoder.bytes(&index.to_bytes());
        scanned.encode(&mut encoder);
        self.0.append(&encoder.finish())
    }
}

/// What verifying one batch of candidates gave.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VerifiedBatch {
    pub(super) batch: u32,
    /// Copies and variants.
    pub(super) links: Vec<VerifiedLink>,
    pub(super) lost: u64,
}

impl VerifiedBatch {
    fn encode(&self) -> Vec<u8> {
        let mut encoder = ByteEncoder::default();
        encoder.u32(self.batch);
        encoder.u64(self.lost);
        encoder.u64(self.links.len() as u64);
        for VerifiedLink { keeper, node, relation, score } in &self.links {
            encoder.u32(*keeper);
            encoder.u32(*node);
            encoder.byte(code(*relation));
            encoder.f64(score.jaccard);
            encoder.f64(score.containment);
        }
        encoder.finish()
    }

    fn decode(entry: &[u8]) -> Option<Self> {
        let mut decoder = ByteDecoder::new(entry);
        let (batch, lost) = (decoder.u32()?, decoder.u64()?);
        let count = decoder.count(25)?;
        let mut link = || {
            let (keeper, node) = (decoder.u32()?, decoder.u32()?);
            let relation = *VERIFIED.get(usize::from(decoder.byte()?))?;
            let score = Score { jaccard: decoder.f64()?, containment: decoder.f64()? };
            Some(VerifiedLink { keeper, node, relation, score })
        };
        let links = (0..count).map(|_| link()).collect::<Option<_>>()?;
        decoder.is_empty().then_some(Self { batch, links, lost })
    }
}

/// The relations that verifying gives.
const VERIFIED: [Relation; 6] = [
    Relation::Exact,
    Relation::Near,
    Relation::Variant(VariantReason::Furniture),
    Relation::Variant(VariantReason::Replaced),
    Relation::Variant(VariantReason::Numbers),
    Relation::Variant(VariantReason::Facts),
];

fn code(relation: Relation) -> u8 {
    VERIFIED.iter().position(|known| *known == relation).unwrap_or(VERIFIED.len()) as u8
}

/// The journal of verified batches.
pub(super) struct VerifiedJournal(Journal);

impl VerifiedJournal {
    /// Notes a batch as finished.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn append(&mut self, verified: &VerifiedBatch) -> Result<()> {
        self.0.append(&verified.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever the removal is cut off, what is left is either a run of this name or nothing that matters.
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

    #[test]
    fn verified_batches_read_back_and_cut_ones_do_not() {
        let score = Score { jaccard: 0.75, containment: 1.0 };
        let link = |keeper, node, relation| VerifiedLink { keeper, node, relation, score };
        let links = vec![
            link(0, 1, Relation::Near),
            link(4, 9, Relation::Variant(VariantReason::Numbers)),
            link(4, 7, Relation::Exact),
        ];
        let verified = VerifiedBatch { batch: 3, links, lost: 7 };
        let bytes = verified.encode();
        assert_eq!(VerifiedBatch::decode(&bytes), Some(verified));
        for end in 0..bytes.len() {
            assert_eq!(VerifiedBatch::decode(&bytes[..end]), None, "{end}");
        }
    }
}
