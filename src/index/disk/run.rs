//! A run file: the postings of one slice, sorted and packed, written once and never changed.
//!
//! ```text
//! magic (8 bytes), then blocks of 2,048 bytes, then of each block the low bits of its first posting (u32)
//! block: CRC-32 of the rest (u32), postings (u16), bytes of a document number (u8), 0 (u8), low bits of the first (u32),
//!        then of each posting: low bits less those before (LEB128), document (as many bytes as told)
//! ```
//!
//! All little-endian. How many bytes a file has and what the CRC-32 of its table is stands in the catalog. A posting of an index of
//! ten million documents takes five bytes here. Bits that are neither checked by a block's sum nor by the table's are none.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::damaged;
use super::posting::Posting;
use crate::error::{Error, Result};
use crate::index::record::Doc;

const MAGIC: &[u8; 8] = b"MKRRUN\x00\x01";
const BLOCK: usize = 2048;
const HEADER: usize = 12;
/// Longest posting: five bytes of low bits, four of a document.
const LONGEST: usize = 9;

/// What the catalog knows of a run file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunInfo {
    pub(super) file: u64,
    pub(super) postings: u64,
    pub(super) bytes: u64,
    /// CRC-32 of the table of first postings.
    pub(super) table: u32,
}

/// An open run file.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) info: RunInfo,
    path: PathBuf,
    file: File,
    /// The low bits of the first posting of each block.
    firsts: Vec<u32>,
}

/// The file of a run.
pub(super) fn path_of(directory: &Path, file: u64) -> PathBuf {
    directory.join(format!("{file:08}.run"))
}

impl Run {
    /// Opens a run file and reads its table.
    ///
    /// # Errors
    ///
    /// It cannot be opened, or is not what the catalog says.
    pub(super) fn open(directory: &Path, info: RunInfo) -> Result<Self> {
        let path = path_of(directory, info.file);
        let failed = |source| Error::io("read", &path, source);
        let file = File::open(&path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        if bytes != info.bytes {
            return Err(damaged(&path, format!("it has {bytes} bytes, not {}", info.bytes)));
        }
        let blocks = (bytes.saturating_sub(MAGIC.len() as u64) / (BLOCK as u64 + 4)) as usize;
        let mut magic = [0; MAGIC.len()];
        let mut table = vec![0; 4 * blocks];
        file.read_exact_at(&mut magic, 0).map_err(failed)?;
        file.read_exact_at(&mut table, bytes - 4 * blocks as u64).map_err(failed)?;
        if magic != *MAGIC || crc32fast::hash(&table) != info.table {
            return Err(damaged(&path, "its head or its table holds other bytes than were written".to_owned()));
        }
        let firsts = table.as_chunks::<4>().0.iter().map(|first| u32::from_le_bytes(*first)).collect();
        Ok(Self { info, path, file, firsts })
    }

    /// Shows the documents of a hash, ascending, until `show` has enough.
    pub(super) fn docs(&self, low: u32, mut show: impl FnMut(Doc) -> bool) -> Result<()> {
        // Postings of one hash may begin in the block before the first that begins with it.
        let first = self.firsts.partition_point(|first| *first < low).saturating_sub(1);
        let mut block = [0; BLOCK];
        for number in first..self.firsts.len() {
            if self.firsts[number] > low {
                break;
            }
            for posting in self.block(number, &mut block)? {
                if posting.low() > low || posting.low() == low && !show(posting.doc()) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// All postings, ascending.
    pub(super) fn postings(&self) -> impl Iterator<Item = Result<Posting>> {
        let mut block = [0; BLOCK];
        (0..self.firsts.len()).flat_map(move |number| match self.block(number, &mut block) {
            Ok(postings) => postings.map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }

    fn block<'b>(&self, number: usize, block: &'b mut [u8; BLOCK]) -> Result<Unpacked<'b>> {
        let offset = MAGIC.len() + BLOCK * number;
        self.file.read_exact_at(block, offset as u64).map_err(|source| Error::io("read", &self.path, source))?;
        let [a, b, c, d, rest @ ..] = block;
        let first = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]);
        if crc32fast::hash(rest) != u32::from_le_bytes([*a, *b, *c, *d]) || first != self.firsts[number] {
            return Err(damaged(&self.path, format!("the bytes from {offset} on are not those that were written")));
        }
        let (left, width) = (u16::from_le_bytes([rest[0], rest[1]]), usize::from(rest[2]));
        Ok(Unpacked { bytes: &rest[HEADER - 4..], left, width, low: first })
    }
}

/// Reads the postings of a block.
#[derive(Debug)]
struct Unpacked<'b> {
    bytes: &'b [u8],
    left: u16,
    /// Bytes of a document number.
    width: usize,
    low: u32,
}

impl Iterator for Unpacked<'_> {
    type Item = Posting;

    #[inline]
    fn next(&mut self) -> Option<Posting> {
        self.left = self.left.checked_sub(1)?;
        let (mut delta, mut shift) = (0_u32, 0);
        loop {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            delta |= u32::from(byte & 0x7F).checked_shl(shift)?;
            shift += 7;
            if *byte < 0x80 {
                break;
            }
        }
        let (doc, rest) = self.bytes.split_at_checked(self.width)?;
        self.bytes = rest;
        let doc = doc.iter().rev().fold(0, |doc, byte| doc << 8 | u32::from(*byte));
        self.low = self.low.wrapping_add(delta);
        Some(Posting::new(self.low, doc))
    }
}

/// Writes sorted postings into a new run file, synced; `None` if there are none.
///
/// # Errors
///
/// What the postings or writing say; the file is gone then.
pub(super) fn write(
    directory: &Path,
    file: u64,
    postings: impl Iterator<Item = Result<Posting>>,
) -> Result<Option<RunInfo>> {
    let path = path_of(directory, file);
    let written = write_to(&path, file, postings);
    if !matches!(written, Ok(Some(_))) {
        // What cannot be removed now is removed when the index is opened next.
        let _ = std::fs::remove_file(&path);
    }
    written
}

fn write_to(path: &Path, file: u64, postings: impl Iterator<Item = Result<Posting>>) -> Result<Option<RunInfo>> {
    let failed = |source| Error::io("write", path, source);
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path).map_err(failed)?);
    out.write_all(MAGIC).map_err(failed)?;
    let (mut packer, mut table, mut count) = (Packer::default(), Vec::new(), 0);
    for posting in postings {
        let posting = posting?;
        if !packer.fits(posting) {
            table.extend(packer.write(&mut out).map_err(failed)?.to_le_bytes());
        }
        packer.push(posting);
        count += 1;
    }
    if count == 0 {
        return Ok(None);
    }
    table.extend(packer.write(&mut out).map_err(failed)?.to_le_bytes());
    out.write_all(&table).map_err(failed)?;
    let written = out.into_inner().map_err(|error| failed(error.into_error()))?;
    written.sync_all().map_err(failed)?;
    let bytes = (MAGIC.len() + table.len() / 4 * (BLOCK + 4)) as u64;
    Ok(Some(RunInfo { file, postings: count, bytes, table: crc32fast::hash(&table) }))
}

/// Gathers the postings of one block.
#[derive(Debug, Default)]
struct Packer {
    postings: Vec<Posting>,
    /// Bytes of the low bits, and the widest document.
    low_bytes: usize,
    widest: Doc,
}

impl Packer {
    fn fits(&self, posting: Posting) -> bool {
        let widest = bytes_of(self.widest.max(posting.doc()));
        self.low_bytes + (LONGEST - 4) + (self.postings.len() + 1) * widest <= BLOCK - HEADER
    }

    fn push(&mut self, posting: Posting) {
        let before = self.postings.last().map_or(posting.low(), |last| last.low());
        self.low_bytes += leb_bytes(posting.low() - before);
        self.widest = self.widest.max(posting.doc());
        self.postings.push(posting);
    }

    /// Writes the block and begins the next; the low bits of the first posting.
    fn write(&mut self, out: &mut impl Write) -> std::io::Result<u32> {
        let width = bytes_of(self.widest);
        let first = self.postings.first().map_or(0, |first| first.low());
        let mut block = Vec::with_capacity(BLOCK);
        block.extend([0; 4]);
        block.extend((self.postings.len() as u16).to_le_bytes());
        block.extend([width as u8, 0]);
        block.extend(first.to_le_bytes());
        let mut before = first;
        for posting in self.postings.drain(..) {
            let mut delta = posting.low() - before;
            while delta >= 0x80 {
                block.push(delta as u8 | 0x80);
                delta >>= 7;
            }
            block.push(delta as u8);
            block.extend_from_slice(&posting.doc().to_le_bytes()[..width]);
            before = posting.low();
        }
        block.resize(BLOCK, 0);
        let sum = crc32fast::hash(&block[4..]);
        block[..4].copy_from_slice(&sum.to_le_bytes());
        out.write_all(&block)?;
        *self = Self { postings: std::mem::take(&mut self.postings), ..Self::default() };
        Ok(first)
    }
}

fn bytes_of(doc: Doc) -> usize {
    (4 - doc.leading_zeros() as usize / 8).max(1)
}

fn leb_bytes(value: u32) -> usize {
    (32 - value.leading_zeros() as usize).div_ceil(7).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(postings: &[Posting]) -> (tempfile::TempDir, Run) {
        let directory = tempfile::tempdir().unwrap();
        let info = write(directory.path(), 7, postings.iter().copied().map(Ok)).unwrap().unwrap();
        let run = Run::open(directory.path(), info).unwrap();
        (directory, run)
    }

    proptest! {
        #[test]
        fn a_run_gives_back_its_postings(
            lows in prop::collection::vec(prop_oneof![0..50_u32, any::<u32>()], 1..3000), docs in any::<u32>()
        ) {
            let mut postings: Vec<Posting> =
                lows.iter().zip(0..).map(|(low, n)| Posting::new(*low, (docs >> (n % 32)).wrapping_add(n))).collect();
            postings.sort_unstable();
            let (_directory, run) = written(&postings);
            prop_assert_eq!(run.postings().map(Result::unwrap).collect::<Vec<_>>(), postings.clone());
            for low in lows.iter().chain(&[0, 25, 51, u32::MAX]).take(40) {
                let mut found = Vec::new();
                run.docs(*low, |doc| { found.push(doc); true }).unwrap();
                let expected: Vec<Doc> = postings.iter().filter(|posting| posting.low() == *low).map(|posting| posting.doc()).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn no_changed_bit_goes_unnoticed() {
        let postings: Vec<Posting> = (0..3000).map(|n| Posting::new(n * 1_400_000, n * 7)).collect();
        let (directory, run) = written(&postings);
        let path = path_of(directory.path(), 7);
        let bytes = std::fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(211) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            std::fs::write(&path, &changed).unwrap();
            let read = Run::open(directory.path(), run.info).and_then(|run| run.postings().collect::<Result<Vec<_>>>());
            assert!(read.is_err(), "byte {at}");
        }
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let error = Run::open(directory.path(), run.info).unwrap_err();
        assert!(error.to_string().contains("bytes, not"), "{error}");
    }

    #[test]
    fn postings_of_one_hash_may_fill_blocks() {
        let postings: Vec<Posting> = (0..5000).map(|doc| Posting::new(9, doc)).chain([Posting::new(10, 3)]).collect();
        let (_directory, run) = written(&postings);
        let mut found = Vec::new();
        run.docs(9, |doc| {
            found.push(doc);
            found.len() < 2500
        })
        .unwrap();
        assert_eq!(found, (0..2500).collect::<Vec<_>>());
    }
}
