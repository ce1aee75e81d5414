//! An append-only list of entries that survives the end of the process at any moment.
//!
//! An entry is a length, the first 16 bytes of the BLAKE3 digest of its bytes, and the bytes. When the journal is
//! opened, an incomplete or damaged entry is dropped with all that follow it. Bytes given to the system survive the
//! process, not a loss of power; an entry damaged by a loss of power is dropped like any other.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

const HEADER: usize = 8 + 16;

/// A journal open for appending.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens the journal at `path`, or creates it, and calls `entry` with each valid entry in order. An invalid entry,
    /// or one for which `entry` returns false, is cut off with all that follow it.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, read or cut, or `entry` fails.
    pub(crate) fn open(path: &Path, mut entry: impl FnMut(&[u8]) -> Result<bool>) -> Result<Self> {
        let failed = |source| Error::io("read", path, source);
        let file = File::options().read(true).append(true).create(true).open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut reader = BufReader::with_capacity(1 << 20, &file);

        let mut whole = 0;
        let mut bytes = Vec::new();

        while read_entry(&mut reader, size - whole, &mut bytes).map_err(failed)? && entry(&bytes)? {
            whole += (HEADER + bytes.len()) as u64;
        }

        drop(reader);
        // New entries must follow a valid one, or they would be dropped with the damaged one.
        if whole < size {
            file.set_len(whole).map_err(failed)?;
        }

        Ok(Self { file, path: path.to_owned() })
    }

    /// Appends an entry. Once this has returned, the end of the process does not lose it.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let mut entry = Vec::with_capacity(HEADER + bytes.len());
        entry.extend((bytes.len() as u64).to_le_bytes());
        entry.extend(digest(bytes));
        entry.extend_from_slice(bytes);

        // An entry that the process leaves incomplete is dropped when the journal is opened.
        self.file.write_all(&entry).map_err(|source| Error::io("write", &self.path, source))
    }
}

fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut head = [0; 16];
    head.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    head
}

/// Reads an entry into `bytes`; false if no valid one follows. `left` bytes of the file are unread.
fn read_entry(reader: &mut impl Read, left: u64, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let Some(room) = left.checked_sub(HEADER as u64) else { return Ok(false) };

    let (mut length, mut expected) = ([0; 8], [0; 16]);
    reader.read_exact(&mut length)?;
    reader.read_exact(&mut expected)?;

    let length = u64::from_le_bytes(length);
    // A damaged length may exceed the file.
    if length > room {
        return Ok(false);
    }

    bytes.clear();
    reader.take(length).read_to_end(bytes)?;
    Ok(bytes.len() as u64 == length && digest(bytes) == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(path: &Path) -> Vec<Vec<u8>> {
        let mut entries = Vec::new();
        Journal::open(path, |entry| {
            entries.push(entry.to_vec());
            Ok(true)
        })
        .unwrap();
        entries
    }

    #[test]
    fn whole_entries_survive_a_cut_at_any_byte() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("journal");
        let mut journal = Journal::open(&path, |_| Ok(true)).unwrap();
        let written = [&b"first"[..], b"", b"the third"];
        for entry in written {
            journal.append(entry).unwrap();
        }
        let bytes = std::fs::read(&path).unwrap();
        let ends = [HEADER + 5, 2 * HEADER + 5, 3 * HEADER + 14];
        for cut in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let whole = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(entries(&path), written[..whole], "cut at {cut}");
            let mut journal = Journal::open(&path, |_| Ok(true)).unwrap();
            journal.append(b"later").unwrap();
            assert_eq!(entries(&path).last().unwrap(), b"later", "appended after a cut at {cut}");
        }
    }

    #[test]
    fn a_changed_byte_drops_the_entry_and_what_follows() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("journal");
        let mut journal = Journal::open(&path, |_| Ok(true)).unwrap();
        journal.append(b"one").unwrap();
        journal.append(b"two").unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            std::fs::write(&path, damaged).unwrap();
            let whole = usize::from(place >= HEADER + 3);
            assert_eq!(entries(&path), [&b"one"[..], b"two"][..whole], "byte {place}");
        }
    }
}
