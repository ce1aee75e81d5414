//! A run file: the postings of one slice, sorted and packed, written once and never changed.
//!
//! ```text
//! magic (8 bytes), then blocks of 1,024 bytes, then of each block the low bits of its first posting (u32)
//! block: CRC-32 of the rest (u32), postings (u16), bytes of an offset (u8), bytes of a document number (u8), low bits of the
//!        first (u32); then of all postings their low bits less those of the first, then of all the document
//! ```
//!
//! All little-endian. How many bytes a file has and what the CRC-32 of its table is stands in the catalog. A posting of an index of
//! ten million documents takes six bytes here; a delta code would take five, and could not be searched.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::damaged;
use super::filter::HashFilter;
use super::posting::Posting;
use crate::error::{Error, Result};
use crate::index::record::InsertNumber;

const MAGIC: &[u8; 8] = b"MKRRUN\x00\x01";
const BLOCK: usize = 1024;
const HEADER: usize = 12;
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
pub(super) struct RunFile {
    pub(super) info: RunInfo,
    path: PathBuf,
    file: File,
    /// The low bits of the first posting of each block.
    firsts: Vec<u32>,
    filter: HashFilter,
}

/// The file of a run.
pub(super) fn path_of(directory: &Path, file: u64) -> PathBuf {
    directory.join(format!("{file:08}.run"))
}

impl RunFile {
    /// Opens a run file and reads its table, and all of it for a filter of no more bytes than that.
    ///
    /// # Errors
    ///
    /// It cannot be opened, or is not what the catalog says.
    pub(super) fn open(directory: &Path, info: RunInfo, filter_bytes: usize) -> Result<Self> {
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
        let run = Self { info, path, file, firsts, filter: HashFilter::for_postings(0, 0) };
        let mut filter = HashFilter::for_postings(info.postings as usize, filter_bytes);
        run.postings().try_for_each(|posting| posting.map(|posting| filter.note(posting.low())))?;
        Ok(Self { filter, ..run })
    }

    /// Shows the documents of a hash, ascending, until `show` has enough.
    pub(super) fn docs(&self, low: u32, mut show: impl FnMut(InsertNumber) -> bool) -> Result<()> {
        if !self.filter.may_hold(low) {
            return Ok(());
        }
        // Postings of one hash may begin in the block before the first that begins with it.
        let first = self.firsts.partition_point(|first| *first < low).saturating_sub(1);
        let mut block = [0; BLOCK];
        for number in first..self.firsts.len() {
            if self.firsts[number] > low {
                break;
            }
            for posting in self.block(number, &mut block)?.from(low) {
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

    fn block<'b>(&self, number: usize, block: &'b mut [u8; BLOCK]) -> Result<PostingBlock<'b>> {
        let offset = MAGIC.len() + BLOCK * number;
        self.file.read_exact_at(block, offset as u64).map_err(|source| Error::io("read", &self.path, source))?;
        let [a, b, c, d, rest @ ..] = block;
        let first = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]);
        if crc32fast::hash(rest) != u32::from_le_bytes([*a, *b, *c, *d]) || first != self.firsts[number] {
            return Err(damaged(&self.path, format!("the bytes from {offset} on are not those that were written")));
        }
        let count = usize::from(u16::from_le_bytes([rest[0], rest[1]]));
        let (offset, doc) = (usize::from(rest[2]), usize::from(rest[3]));
        let unpacked = rest[HEADER - 4..].split_at_checked(count * offset);
        let unpacked = unpacked.and_then(|(offsets, docs)| Some((offsets, docs.get(..count * doc)?)));
        let (offsets, docs) = unpacked.unwrap_or_default();
        Ok(PostingBlock { first, offsets, docs, offset, doc, next: 0, count: if docs.is_empty() { 0 } else { count } })
    }
}

/// The postings of a block.
#[derive(Debug)]
struct PostingBlock<'b> {
    first: u32,
    offsets: &'b [u8],
    docs: &'b [u8],
    /// Bytes of an offset, and of a document.
    offset: usize,
    doc: usize,
    next: usize,
    count: usize,
}

impl PostingBlock<'_> {
    /// Goes on with the first posting that has these low bits or more.
    fn from(mut self, low: u32) -> Self {
        let (mut start, mut end) = (0, self.count);
        while start < end {
            let middle = start.midpoint(end);
            if self.low(middle) < low { start = middle + 1 } else { end = middle }
        }
        self.next = start;
        self
    }

    fn low(&self, place: usize) -> u32 {
        self.first.wrapping_add(number(&self.offsets[place * self.offset..][..self.offset]))
    }
}

impl Iterator for PostingBlock<'_> {
    type Item = Posting;

    #[inline]
    fn next(&mut self) -> Option<Posting> {
        let place = (self.next < self.count).then_some(self.next)?;
        self.next += 1;
        Some(Posting::new(self.low(place), number(&self.docs[place * self.doc..][..self.doc])))
    }
}

/// Up to four bytes, little-endian.
fn number(bytes: &[u8]) -> u32 {
    match *bytes {
        [a] => a.into(),
        [a, b] => u16::from_le_bytes([a, b]).into(),
        [a, b, c] => u32::from_le_bytes([a, b, c, 0]),
        [a, b, c, d, ..] => u32::from_le_bytes([a, b, c, d]),
        [] => 0,
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
    let (mut packer, mut table, mut count) = (PostingPacker::default(), Vec::new(), 0);
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
struct PostingPacker {
    postings: Vec<Posting>,
    widest: InsertNumber,
}

impl PostingPacker {
    /// The low bits of the first posting, or else of this one.
    fn first(&self, posting: Posting) -> u32 {
        self.postings.first().unwrap_or(&posting).low()
    }

    fn fits(&self, posting: Posting) -> bool {
        let widths = bytes_of(posting.low() - self.first(posting)) + bytes_of(self.widest.max(posting.doc()));
        (self.postings.len() + 1) * widths <= BLOCK - HEADER
    }

    fn push(&mut self, posting: Posting) {
        self.widest = self.widest.max(posting.doc());
        self.postings.push(posting);
    }

    /// Writes the block and begins the next; the low bits of the first posting.
    fn write(&mut self, out: &mut impl Write) -> std::io::Result<u32> {
        let (first, last) = (self.postings.first(), self.postings.last());
        let (first, last) = (first.map_or(0, |first| first.low()), last.map_or(0, |last| last.low()));
        let (offset, doc) = (bytes_of(last - first), bytes_of(self.widest));
        let mut block = Vec::with_capacity(BLOCK);
        block.extend([0; 4]);
        block.extend((self.postings.len() as u16).to_le_bytes());
        block.extend([offset as u8, doc as u8]);
        block.extend(first.to_le_bytes());
        for posting in &self.postings {
            block.extend_from_slice(&(posting.low() - first).to_le_bytes()[..offset]);
        }
        for posting in self.postings.drain(..) {
            block.extend_from_slice(&posting.doc().to_le_bytes()[..doc]);
        }
        self.widest = 0;
        block.resize(BLOCK, 0);
        let sum = crc32fast::hash(&block[4..]);
        block[..4].copy_from_slice(&sum.to_le_bytes());
        out.write_all(&block)?;
        Ok(first)
    }
}

/// Bytes that a number takes, at least one.
fn bytes_of(number: u32) -> usize {
    (4 - number.leading_zeros() as usize / 8).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(postings: &[Posting]) -> (tempfile::TempDir, RunFile) {
        let directory = tempfile::tempdir().unwrap();
        let info = write(directory.path(), 7, postings.iter().copied().map(Ok)).unwrap().unwrap();
        let run = RunFile::open(directory.path(), info, postings.len() / 8).unwrap();
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
                let expected: Vec<InsertNumber> = postings.iter().filter(|posting| posting.low() == *low).map(|posting| posting.doc()).collect();
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
            let read = RunFile::open(directory.path(), run.info, 64)
                .and_then(|run| run.postings().collect::<Result<Vec<_>>>());
            assert!(read.is_err(), "byte {at}");
        }
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let error = RunFile::open(directory.path(), run.info, 64).unwrap_err();
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
