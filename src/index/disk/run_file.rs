//! A run file: sorted, packed postings of one slice. Written once ([`run_writer`](super::run_writer)), never changed.
//!
//! ```text
//! file:  magic (8 bytes), blocks of 1,024 bytes, table: the low bits of the first posting of each block (u32 each),
//!        filter: words of bits (u64 each), see [`filter`](super::filter)
//! block: CRC-32 of the rest (u32), number of postings (u16), bytes per offset (u8), bytes per document (u8),
//!        low bits of the first posting (u32), offsets: low bits minus those of the first, for each posting,
//!        documents, for each posting; the rest is zero
//! ```
//!
//! All numbers are little-endian. The catalog holds the length of the file, the length of its filter, and the CRC-32 of
//! its table and of its filter. Files of format 3 have another magic and no filter; those of formats 4 and 5 have a third
//! magic and a filter of another kind, which is not read. In an index of ten million documents a posting takes six bytes; a delta code would take five, but would not allow binary search.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::damage::damaged;
use super::filter::HashFilter;
use super::posting::Posting;
use super::posting_merge::PostingSource;
use crate::error::{Error, Result};
use crate::index::stored_text::InsertNumber;
use crate::spill::read_at;

pub(super) const MAGIC: &[u8; 8] = b"MKRRUN\x00\x03";

/// The magic of files without a filter, and of those with a filter that had one bit for each hash.
const MAGIC_WITHOUT: &[u8; 8] = b"MKRRUN\x00\x01";
const MAGIC_OF_ONE_BIT: &[u8; 8] = b"MKRRUN\x00\x02";

/// Bytes of a block, and of its header.
pub(super) const BLOCK: usize = 1024;
pub(super) const HEADER: usize = 12;

/// Number of blocks that are read at once where all are read.
const AT_ONCE: usize = 64;

/// The description of a run file in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunInfo {
    pub(super) file: u64,
    pub(super) postings: u64,
    pub(super) bytes: u64,
    /// CRC-32 of the table of first postings.
    pub(super) table: u32,
    /// `None` for a file of format 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) filter: Option<FilterInfo>,
}

/// The filter of a run file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FilterInfo {
    pub(super) bytes: u64,
    /// CRC-32.
    pub(super) sum: u32,
    /// Whether it is made of blocks. False in a file of format 4 or 5.
    #[serde(default)]
    pub(super) is_blocked: bool,
}

/// An open run file.
#[derive(Debug)]
pub(super) struct RunFile {
    pub(super) info: RunInfo,
    path: PathBuf,
    file: File,
    /// The low bits of the first posting of each block.
    firsts: Vec<u32>,
    /// Made or read when a hash is looked up first.
    filter: OnceLock<HashFilter>,
    /// Most bytes of the filter in memory.
    filter_bytes: usize,
}

impl RunInfo {
    /// The first byte of the filter, or the end of the file.
    fn filter_at(&self) -> u64 {
        self.bytes.saturating_sub(self.filter.map_or(0, |filter| filter.bytes))
    }
}

/// The path of a run file, by its number.
pub(super) fn path_of(directory: &Path, file: u64) -> PathBuf {
    directory.join(format!("{file:08}.run"))
}

impl RunFile {
    /// Opens a run file with a filter of at most `filter_bytes` bytes, and reads its head and its table. Blocks and
    /// filter are checked when they are read.
    ///
    /// # Errors
    ///
    /// It cannot be read, or does not fit its description.
    pub(super) fn open(directory: &Path, info: RunInfo, filter_bytes: usize) -> Result<Self> {
        let path = path_of(directory, info.file);
        let failed = |source| Error::io("read", &path, source);
        let file = File::open(&path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        if bytes != info.bytes {
            return Err(damaged(&path, format!("it has {bytes} bytes, not {}", info.bytes)));
        }

        let blocks = (info.filter_at().saturating_sub(MAGIC.len() as u64) / (BLOCK as u64 + 4)) as usize;
        let mut magic = [0; MAGIC.len()];
        let mut table = vec![0; 4 * blocks];
        read_at(&file, &mut magic, 0).map_err(failed)?;
        read_at(&file, &mut table, info.filter_at().saturating_sub(4 * blocks as u64)).map_err(failed)?;
        let expected = match info.filter {
            Some(FilterInfo { is_blocked: true, .. }) => MAGIC,
            Some(_) => MAGIC_OF_ONE_BIT,
            None => MAGIC_WITHOUT,
        };
        if magic != *expected || crc32fast::hash(&table) != info.table {
            return Err(damaged(&path, "its head or its table holds other bytes than were written".to_owned()));
        }

        let firsts = table.as_chunks::<4>().0.iter().map(|first| u32::from_le_bytes(*first)).collect();
        Ok(Self { info, path, file, firsts, filter: OnceLock::new(), filter_bytes })
    }

    /// The filter.
    ///
    /// # Errors
    ///
    /// It cannot be read, or holds other bytes than were written.
    fn filter(&self) -> Result<&HashFilter> {
        match self.filter.get() {
            Some(filter) => Ok(filter),
            // Two threads may both read it, with the same result.
            None => self.read_filter().map(|filter| self.filter.get_or_init(|| filter)),
        }
    }

    fn read_filter(&self) -> Result<HashFilter> {
        let Some(FilterInfo { bytes, sum, is_blocked: true }) = self.info.filter else {
            let mut filter = HashFilter::for_postings(self.info.postings as usize, self.filter_bytes);
            self.postings().try_for_each(|posting| posting.map(|posting| filter.note(posting.low())))?;
            return Ok(filter);
        };

        let mut stored = vec![0; bytes as usize];
        let read = read_at(&self.file, &mut stored, self.info.filter_at());
        read.map_err(|source| Error::io("read", &self.path, source))?;

        let filter = HashFilter::stored(&stored, self.filter_bytes).filter(|_| crc32fast::hash(&stored) == sum);
        filter.ok_or_else(|| damaged(&self.path, "its filter holds other bytes than were written".to_owned()))
    }

    /// The run with a filter of its postings, so that it is not read.
    pub(super) fn with_filter(self, filter: HashFilter) -> Self {
        Self { filter: OnceLock::from(filter), ..self }
    }

    /// Whether a hash may have documents: false only if the filter was read and says so.
    pub(super) fn may_hold(&self, low: u32) -> bool {
        self.filter.get().is_none_or(|filter| filter.may_hold(low))
    }

    /// Calls `show` with the documents of a hash, ascending, until it returns false.
    pub(super) fn docs(&self, low: u32, mut show: impl FnMut(InsertNumber) -> bool) -> Result<()> {
        if !self.filter()?.may_hold(low) {
            return Ok(());
        }

        // The postings of a hash may begin inside the block before the first one that begins with the hash.
        let first = place_of(&self.firsts, low).saturating_sub(1);
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
    pub(super) fn postings(&self) -> PostingSource<'_> {
        PostingSource::of_run(self)
    }

    /// Appends the postings of the blocks from number `from` on, of [`AT_ONCE`] blocks at most. Returns the number of the block
    /// after these.
    pub(super) fn read_blocks(&self, from: usize, postings: &mut Vec<Posting>) -> Result<usize> {
        let end = self.firsts.len().min(from + AT_ONCE);
        let mut bytes = vec![0; BLOCK * (end - from)];
        let offset = MAGIC.len() + BLOCK * from;
        read_at(&self.file, &mut bytes, offset as u64).map_err(|source| Error::io("read", &self.path, source))?;

        for (number, block) in (from..end).zip(bytes.as_chunks().0) {
            postings.extend(self.checked(number, block)?);
        }
        Ok(end)
    }

    /// Reads a block and checks it.
    fn block<'b>(&self, number: usize, block: &'b mut [u8; BLOCK]) -> Result<PostingBlock<'b>> {
        let offset = MAGIC.len() + BLOCK * number;
        read_at(&self.file, block, offset as u64).map_err(|source| Error::io("read", &self.path, source))?;
        self.checked(number, block)
    }

    /// Checks a block that was read.
    fn checked<'b>(&self, number: usize, block: &'b [u8; BLOCK]) -> Result<PostingBlock<'b>> {
        let wrong = || {
            let offset = MAGIC.len() + BLOCK * number;
            damaged(&self.path, format!("the bytes from {offset} on are not those that were written"))
        };

        // The table has its own sum, so a block in the place of another is noticed too.
        let [a, b, c, d, rest @ ..] = block;
        let first = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]);
        if crc32fast::hash(rest) != u32::from_le_bytes([*a, *b, *c, *d]) || first != self.firsts[number] {
            return Err(wrong());
        }

        let count = usize::from(u16::from_le_bytes([rest[0], rest[1]]));
        let (offset, doc) = (usize::from(rest[2]), usize::from(rest[3]));
        let (offsets, docs) = rest[HEADER - 4..].split_at_checked(count * offset).ok_or_else(wrong)?;
        let docs = docs.get(..count * doc).ok_or_else(wrong)?;
        Ok(PostingBlock { first, offsets, docs, offset, doc, next: 0, count })
    }
}

/// The postings of a block, ascending.
#[derive(Debug)]
struct PostingBlock<'b> {
    first: u32,
    offsets: &'b [u8],
    docs: &'b [u8],
    /// Bytes per offset, and per document.
    offset: usize,
    doc: usize,
    next: usize,
    count: usize,
}

impl PostingBlock<'_> {
    /// Skips the postings whose low bits are below `low`, by binary search.
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
        self.first.wrapping_add(number_at(self.offsets, place, self.offset))
    }
}

impl Iterator for PostingBlock<'_> {
    type Item = Posting;

    #[inline]
    fn next(&mut self) -> Option<Posting> {
        let place = (self.next < self.count).then_some(self.next)?;
        self.next += 1;
        Some(Posting::new(self.low(place), number_at(self.docs, place, self.doc)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count - self.next, Some(self.count - self.next))
    }
}

/// The number at a place among numbers of `width` bytes each.
fn number_at(numbers: &[u8], place: usize, width: usize) -> u32 {
    let start = place * width;
    match (width, numbers.get(start..start + 4)) {
        // As nearly always: one load, and the bytes of the next number are removed.
        (1..4, Some(bytes)) => number(bytes) & ((1 << (8 * width)) - 1),
        _ => number(&numbers[start..start + width]),
    }
}

/// A little-endian number of up to four bytes.
fn number(bytes: &[u8]) -> u32 {
    match *bytes {
        [a] => a.into(),
        [a, b] => u16::from_le_bytes([a, b]).into(),
        [a, b, c] => u32::from_le_bytes([a, b, c, 0]),
        [a, b, c, d, ..] => u32::from_le_bytes([a, b, c, d]),
        [] => 0,
    }
}

/// The place of the first of ascending numbers that is not below `low`. Hashes are evenly spread, so the search begins where
/// it should be, which reads fewer lines of memory than to halve the whole list.
fn place_of(firsts: &[u32], low: u32) -> usize {
    let guess = ((u64::from(low) * firsts.len() as u64) >> 32) as usize;
    let mut reach = 8;
    loop {
        let (start, end) = (guess.saturating_sub(reach), (guess + reach).min(firsts.len()));
        let is_after_start = start == 0 || firsts[start - 1] < low;
        let is_before_end = end == firsts.len() || firsts[end] >= low;
        if is_after_start && is_before_end {
            return start + firsts[start..end].partition_point(|first| *first < low);
        }
        reach *= 8;
    }
}

#[cfg(test)]
mod tests {
    use super::super::run_writer::write;
    use super::*;
    use proptest::prelude::*;

    fn written(postings: &[Posting]) -> (tempfile::TempDir, RunFile) {
        let directory = tempfile::tempdir().unwrap();
        let all = postings.iter().copied().map(Ok);
        let (info, _) = write(directory.path(), 7, postings.len() as u64, 1 << 20, all).unwrap().unwrap();
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
            // The filter is read when a hash is looked up.
            let read = RunFile::open(directory.path(), run.info, 64).and_then(|run| {
                run.docs(0, |_| true)?;
                run.postings().collect::<Result<Vec<_>>>()
            });
            assert!(read.is_err(), "byte {at}");
        }
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let error = RunFile::open(directory.path(), run.info, 64).unwrap_err();
        assert!(error.to_string().contains("bytes, not"), "{error}");
    }

    /// Such a file ends with its table, or with a filter of another kind.
    #[test]
    fn a_run_of_an_older_format_gets_its_filter_from_its_postings() {
        let postings: Vec<Posting> = (0..3000).map(|n| Posting::new(n * 1_400_000, n * 7)).collect();
        let (directory, run) = written(&postings);
        let path = path_of(directory.path(), 7);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.truncate(run.info.filter_at() as usize);

        for (magic, filter, described) in [
            (MAGIC_WITHOUT, &[][..], String::new()),
            (
                MAGIC_OF_ONE_BIT,
                &[0_u8; 480][..],
                format!(r#","filter":{{"bytes":480,"sum":{}}}"#, crc32fast::hash(&[0; 480])),
            ),
        ] {
            let mut bytes = [&bytes[..], filter].concat();
            bytes[..8].copy_from_slice(magic);
            std::fs::write(&path, &bytes).unwrap();
            let RunInfo { file, postings: count, table, .. } = run.info;
            let length = bytes.len();
            let json = format!(r#"{{"file":{file},"postings":{count},"bytes":{length},"table":{table}{described}}}"#);

            let old = RunFile::open(directory.path(), serde_json::from_str(&json).unwrap(), 400).unwrap();
            assert_eq!(old.postings().map(Result::unwrap).collect::<Vec<_>>(), postings);
            for posting in &postings {
                let mut found = Vec::new();
                old.docs(posting.low(), |doc| {
                    found.push(doc);
                    true
                })
                .unwrap();
                assert_eq!(found, [posting.doc()]);
            }
        }
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
