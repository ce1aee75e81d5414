//! Writes a run file ([`run_file`](super::run_file) describes its layout).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::filter::HashFilter;
use super::posting::Posting;
use super::run_file::{BLOCK, FilterInfo, HEADER, MAGIC, RunInfo, path_of};
use crate::error::{Error, Result};
use crate::index::stored_text::InsertNumber;

/// Writes at most `most` ascending postings to a new run file and syncs it. Returns its description, and a filter of at most
/// `filter_bytes` bytes. If there are no postings, it writes no file and returns `None`.
///
/// # Errors
///
/// A posting is an error, or the file cannot be written. The file is removed then.
pub(super) fn write(
    directory: &Path,
    file: u64,
    most: u64,
    filter_bytes: usize,
    postings: impl Iterator<Item = Result<Posting>>,
) -> Result<Option<(RunInfo, HashFilter)>> {
    let path = path_of(directory, file);
    let written = write_to(&path, file, most, filter_bytes, postings);

    if !matches!(written, Ok(Some(_))) {
        // A file that cannot be removed now is removed when the index is opened next.
        let _ = std::fs::remove_file(&path);
    }
    written
}

fn write_to(
    path: &Path,
    file: u64,
    most: u64,
    filter_bytes: usize,
    postings: impl Iterator<Item = Result<Posting>>,
) -> Result<Option<(RunInfo, HashFilter)>> {
    let failed = |source| Error::io("write", path, source);
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path).map_err(failed)?);
    out.write_all(MAGIC).map_err(failed)?;

    // A full block is written at once, so memory holds one block and the filters: the one that is stored, and the one for
    // this process, which has just the size that it may have.
    let mut filter = HashFilter::to_store(most as usize);
    let mut in_memory = HashFilter::for_postings(most as usize, filter_bytes);
    let (mut packer, mut table, mut count) = (PostingPacker::default(), Vec::new(), 0);
    for posting in postings {
        let posting = posting?;
        if !packer.fits(posting) {
            table.extend(packer.write(&mut out).map_err(failed)?.to_le_bytes());
        }
        filter.note(posting.low());
        in_memory.note(posting.low());
        packer.push(posting);
        count += 1;
    }
    if count == 0 {
        return Ok(None);
    }

    table.extend(packer.write(&mut out).map_err(failed)?.to_le_bytes());
    out.write_all(&table).map_err(failed)?;
    let filter = filter.bytes();
    out.write_all(&filter).map_err(failed)?;

    // Synced here, so that a catalog that names the file is never ahead of it.
    let written = out.into_inner().map_err(|error| failed(error.into_error()))?;
    written.sync_all().map_err(failed)?;

    let bytes = (MAGIC.len() + table.len() / 4 * (BLOCK + 4) + filter.len()) as u64;
    let filter = FilterInfo { bytes: filter.len() as u64, sum: crc32fast::hash(&filter), is_blocked: true };
    let info = RunInfo { file, postings: count, bytes, table: crc32fast::hash(&table), filter: Some(filter) };
    Ok(Some((info, in_memory)))
}

/// Gathers the postings of one block.
#[derive(Debug, Default)]
struct PostingPacker {
    postings: Vec<Posting>,
    /// The largest document.
    widest: InsertNumber,
}

impl PostingPacker {
    /// The low bits of the first posting, or of `posting` in an empty block.
    fn first(&self, posting: Posting) -> u32 {
        self.postings.first().unwrap_or(&posting).low()
    }

    /// Whether a posting fits the block with the others. It is the largest, so its offset is the widest.
    fn fits(&self, posting: Posting) -> bool {
        let widths = bytes_of(posting.low() - self.first(posting)) + bytes_of(self.widest.max(posting.doc()));
        (self.postings.len() + 1) * widths <= BLOCK - HEADER
    }

    fn push(&mut self, posting: Posting) {
        debug_assert!(self.postings.last().is_none_or(|last| *last <= posting), "postings ascend");

        self.widest = self.widest.max(posting.doc());
        self.postings.push(posting);
    }

    /// Writes the block and begins an empty one. Returns the low bits of the first posting.
    fn write(&mut self, out: &mut impl Write) -> std::io::Result<u32> {
        let (first, last) = (self.postings.first(), self.postings.last());
        let (first, last) = (first.map_or(0, |first| first.low()), last.map_or(0, |last| last.low()));
        let (offset, doc) = (bytes_of(last - first), bytes_of(self.widest));

        // The first four bytes are for the sum.
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

/// Number of bytes of a number, at least one.
fn bytes_of(number: u32) -> usize {
    (4 - number.leading_zeros() as usize / 8).max(1)
}
