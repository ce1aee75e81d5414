//! The files of a sharded run: entries with digests, between a head that says what the file is and an end that covers all.
//!
//! ```text
//! "mkshard1"  kind (1 byte)  part (u32)  digest of the plan (32)  digest of what it was made from (32)
//! entries:    length (u64)  the first 16 bytes of the BLAKE3 digest of its bytes  the bytes
//! "mkshend1"  BLAKE3 of the head and of the digests of all entries (32), the digest of the file
//! ```
//!
//! A writer writes to a name of its own and renames the file once it is whole, so a file that is there is whole.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Operation, Remedy, Result};

const MAGIC: &[u8; 8] = b"mkshard1";
/// Where the length of an entry would be.
const END: &[u8; 8] = b"mkshend1";
const HEAD: usize = 8 + 1 + 4 + 32 + 32;

/// A BLAKE3 digest.
pub(super) type FileDigest = [u8; 32];

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShardFileKind {
    Sketch = 1,
    Learned = 2,
    Work = 3,
    Merged = 4,
    Verified = 5,
    Fates = 6,
}

impl ShardFileKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Sketch => "sketch",
            Self::Learned => "learned",
            Self::Work => "work",
            Self::Merged => "merged",
            Self::Verified => "verified",
            Self::Fates => "fates",
        }
    }

    /// How to make the file.
    const fn remedy(self) -> Remedy {
        match self {
            Self::Sketch => Remedy::Run { purpose: "make it", operations: &[Operation::SketchShard] },
            Self::Learned | Self::Work | Self::Merged => {
                Remedy::Run { purpose: "make it", operations: &[Operation::MergeShards] }
            }
            Self::Verified => Remedy::Run { purpose: "make it", operations: &[Operation::VerifyShard] },
            Self::Fates => Remedy::Run { purpose: "make it", operations: &[Operation::SettleShards] },
        }
    }
}

/// Which file: its kind, its part (0 for the whole run), and what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShardFileName {
    pub(super) kind: ShardFileKind,
    /// From 1; 0 for a file of the whole run.
    pub(super) part: u32,
    /// The digest of the plan.
    pub(super) plan: FileDigest,
    /// The digest of the files that it is made from; zeros for a sketch.
    pub(super) made_from: FileDigest,
}

impl ShardFileName {
    pub(super) fn path(&self, directory: &Path) -> PathBuf {
        directory.join(match self.part {
            0 => self.kind.name().to_owned(),
            part => format!("{}-{part:04}", self.kind.name()),
        })
    }

    fn head(&self) -> Vec<u8> {
        let mut head = MAGIC.to_vec();
        head.push(self.kind as u8);
        head.extend(self.part.to_le_bytes());
        head.extend(self.plan);
        head.extend(self.made_from);
        head
    }

    /// Why `found` is not the head of this file.
    fn difference(&self, found: &[u8]) -> Option<&'static str> {
        let ours = self.head();
        let differs = |range: std::ops::Range<usize>| found.get(range.clone()) != ours.get(range);
        if differs(0..7) {
            Some("is no file of a sharded run")
        } else if differs(7..8) {
            Some("was written by another version")
        } else if differs(8..13) {
            Some("is the file of another part or stage, renamed")
        } else if differs(13..45) {
            Some("belongs to another plan: other options, or another input")
        } else if differs(45..77) {
            Some("is stale: the files that it was made from were made again since")
        } else {
            None
        }
    }

    fn refuse(&self, path: &Path, what: impl Into<String>) -> Error {
        let remedy = self.kind.remedy();
        ErrorKind::Unreadable { path: path.to_owned(), what: what.into(), remedy }.into()
    }
}

fn short_digest(bytes: &[u8]) -> [u8; 16] {
    let mut head = [0; 16];
    head.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    head
}

/// Writes a file, which appears when it is [finished](Self::finish). A writer that is dropped leaves nothing.
pub(super) struct ShardWriter {
    out: BufWriter<File>,
    aside: PathBuf,
    path: PathBuf,
    hasher: blake3::Hasher,
    is_finished: bool,
}

impl ShardWriter {
    /// Begins the file `name` in `directory`.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn new(directory: &Path, name: ShardFileName) -> Result<Self> {
        let path = name.path(directory);
        // Two processes that make one part, maybe on two machines, do not write into each other's file.
        let own = RandomState::new().build_hasher().finish();
        let aside = directory.join(format!(".new-{}-{}-{own:016x}", name.kind.name(), name.part));
        let file = File::options().write(true).create_new(true).open(&aside);
        let file = file.map_err(|source| Error::io("write", &aside, source))?;

        let head = name.head();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&head);
        let mut writer = Self { out: BufWriter::with_capacity(1 << 16, file), aside, path, hasher, is_finished: false };
        writer.write(&head)?;
        Ok(writer)
    }

    /// Appends an entry.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn entry(&mut self, bytes: &[u8]) -> Result<()> {
        let digest = short_digest(bytes);
        self.hasher.update(&digest);
        self.write(&(bytes.len() as u64).to_le_bytes())?;
        self.write(&digest)?;
        self.write(bytes)
    }

    /// Ends the file, and puts it in its place.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn finish(mut self) -> Result<()> {
        let digest = self.hasher.finalize();
        self.write(END)?;
        self.write(digest.as_bytes())?;

        let written = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        let placed = written.and_then(|()| fs::rename(&self.aside, &self.path));
        placed.map_err(|source| Error::io("write", &self.path, source))?;
        self.is_finished = true;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|source| Error::io("write", &self.path, source))
    }
}

impl Drop for ShardWriter {
    fn drop(&mut self) {
        if !self.is_finished {
            // The error that ended the stage is shown; that of the removal would hide it.
            let _ = fs::remove_file(&self.aside);
        }
    }
}

/// Reads the entries of a file.
#[derive(Debug)]
pub(super) struct ShardReader {
    name: ShardFileName,
    path: PathBuf,
    from: BufReader<File>,
    hasher: blake3::Hasher,
}

impl ShardReader {
    /// Opens the file `name` in `directory`.
    ///
    /// # Errors
    ///
    /// It is missing, belongs to something else, or is stale; each error names the file and how to make it.
    pub(super) fn open(directory: &Path, name: ShardFileName) -> Result<Self> {
        let path = name.path(directory);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(name.refuse(&path, "is not there"));
            }
            Err(source) => return Err(Error::io("read", path, source)),
        };

        let mut from = BufReader::with_capacity(1 << 18, file);
        let mut head = Vec::with_capacity(HEAD);
        let read = from.by_ref().take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|source| Error::io("read", &path, source))?;
        if let Some(what) = name.difference(&head) {
            return Err(name.refuse(&path, what));
        }

        let mut hasher = blake3::Hasher::new();
        hasher.update(&head);
        Ok(Self { name, path, from, hasher })
    }

    /// Reads the next entry into `bytes`; false at the end of the file.
    ///
    /// # Errors
    ///
    /// The file is damaged or cannot be read.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>) -> Result<bool> {
        let mut length = [0; 8];
        self.fill(&mut length)?;
        if length == *END {
            let mut digest = [0; 32];
            self.fill(&mut digest)?;
            return if digest == *self.hasher.finalize().as_bytes() { Ok(false) } else { Err(self.damaged()) };
        }

        let mut expected = [0; 16];
        self.fill(&mut expected)?;
        bytes.clear();
        // A damaged length may be anything: no more is reserved than the file has.
        let length = u64::from_le_bytes(length);
        let read = self.from.by_ref().take(length).read_to_end(bytes);
        read.map_err(|source| Error::io("read", &self.path, source))?;
        if bytes.len() as u64 != length || short_digest(bytes) != expected {
            return Err(self.damaged());
        }
        self.hasher.update(&expected);
        Ok(true)
    }

    /// The error of a file whose entries are not what was written.
    pub(super) fn damaged(&self) -> Error {
        self.name.refuse(&self.path, "is damaged: remove it")
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.from.read_exact(bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => self.damaged(),
            _ => Error::io("read", &self.path, error),
        })
    }
}

/// The digest of the file `name`, from its end; its entries are not read.
///
/// # Errors
///
/// As [`ShardReader::open`]; the file has no end.
pub(super) fn digest(directory: &Path, name: ShardFileName) -> Result<FileDigest> {
    let mut reader = ShardReader::open(directory, name)?;
    let mut end = [0; 40];
    let length = end.len() as i64;
    // A file that is shorter has no end.
    if reader.from.seek(SeekFrom::End(-length)).is_err() {
        return Err(reader.damaged());
    }
    reader.fill(&mut end)?;

    let mut digest = [0; 32];
    digest.copy_from_slice(&end[8..]);
    if end.starts_with(END) { Ok(digest) } else { Err(reader.damaged()) }
}

/// Whether the file `name` is there, whole and undamaged. All of it is read.
///
/// # Errors
///
/// The disk refuses to read a file that is there.
pub(super) fn is_whole(directory: &Path, name: ShardFileName) -> Result<bool> {
    let mut bytes = Vec::new();
    let read = ShardReader::open(directory, name).and_then(|mut reader| {
        while reader.next(&mut bytes)? {}
        Ok(())
    });
    match read {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::Unreadable { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: ShardFileName = ShardFileName { kind: ShardFileKind::Work, part: 3, plan: [7; 32], made_from: [9; 32] };

    fn write(directory: &Path, name: ShardFileName) -> Vec<u8> {
        let mut writer = ShardWriter::new(directory, name).unwrap();
        [&b"one"[..], b"", b"three"].iter().for_each(|entry| writer.entry(entry).unwrap());
        writer.finish().unwrap();
        fs::read(name.path(directory)).unwrap()
    }

    fn entries(directory: &Path) -> Result<Vec<Vec<u8>>> {
        let (mut reader, mut all, mut bytes) = (ShardReader::open(directory, NAME)?, Vec::new(), Vec::new());
        while reader.next(&mut bytes)? {
            all.push(bytes.clone());
        }
        Ok(all)
    }

    #[test]
    fn a_file_reads_back_whole_and_no_cut_or_changed_one_does() {
        let home = tempfile::tempdir().unwrap();
        let bytes = write(home.path(), NAME);
        assert_eq!(entries(home.path()).unwrap(), [&b"one"[..], b"", b"three"]);
        assert!(is_whole(home.path(), NAME).unwrap());
        let end = digest(home.path(), NAME).unwrap();
        assert_eq!(end[..], bytes[bytes.len() - 32..]);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing else is left");

        let path = NAME.path(home.path());
        assert!(path.ends_with("work-0003"));
        for place in 0..bytes.len() {
            fs::write(&path, &bytes[..place]).unwrap();
            assert!(entries(home.path()).is_err(), "cut at {place}");
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            fs::write(&path, changed).unwrap();
            let error = entries(home.path()).unwrap_err();
            assert!(error.to_string().contains("work-0003"), "byte {place}: {error}");
            assert!(!is_whole(home.path(), NAME).unwrap(), "byte {place}");
        }
    }

    #[test]
    fn another_file_says_what_it_is() {
        let home = tempfile::tempdir().unwrap();
        let path = NAME.path(home.path());
        let refused = || entries(home.path()).unwrap_err().to_string();
        assert!(refused().contains("is not there; make it with"), "{}", refused());
        for (name, what) in [
            (ShardFileName { part: 4, ..NAME }, "another part"),
            (ShardFileName { plan: [0; 32], ..NAME }, "another plan"),
            (ShardFileName { made_from: [0; 32], ..NAME }, "is stale"),
        ] {
            write(home.path(), name);
            fs::rename(name.path(home.path()), &path).unwrap();
            assert!(refused().contains(what), "{}", refused());
        }
        fs::write(&path, "{}").unwrap();
        assert!(refused().contains("no file of a sharded run"), "{}", refused());
    }

    #[test]
    fn a_writer_that_ends_early_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let mut writer = ShardWriter::new(home.path(), NAME).unwrap();
        writer.entry(b"x").unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
