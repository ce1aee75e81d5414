//! All words of the input, numbered one after the other: in memory, or on disk beyond a limit.

use std::ops::Range;

use super::words::{FoldedWords, unpack};
use crate::document::{DocId, Span};
use crate::error::Result;
use crate::lsh::MemoryLimit;
use crate::spill::SpillFile;

/// Numbers that are appended, then read at any place.
#[derive(Debug)]
struct NumberColumn {
    values: Vec<u64>,
    file: Option<SpillFile>,
    limit: Option<MemoryLimit>,
}

impl NumberColumn {
    fn new(limit: Option<&MemoryLimit>, name: &str) -> Self {
        let limit = limit.map(|limit| MemoryLimit { name: format!("{}.{name}", limit.name), ..limit.clone() });
        Self { values: Vec::new(), file: None, limit }
    }

    fn push(&mut self, values: &[u64]) -> Result<()> {
        let Some(limit) = &self.limit else {
            self.values.extend_from_slice(values);
            return Ok(());
        };
        if let Some(file) = &mut self.file {
            return append(file, limit, values);
        }
        self.values.extend_from_slice(values);
        // A vector may hold twice what is in it, and there are two columns.
        if size_of_val(&self.values[..]) as u64 > limit.memory / 8 {
            let mut file = limit.room.file(&limit.name)?;
            append(&mut file, limit, &std::mem::take(&mut self.values))?;
            self.file = Some(file);
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<()> {
        self.file.as_mut().map_or(Ok(()), SpillFile::flush)
    }

    fn bytes(&self) -> u64 {
        (self.values.capacity() * size_of::<u64>()) as u64
    }

    /// The numbers in `places`, in `room` if they are on disk.
    fn read<'a>(&'a self, places: Range<u64>, room: &'a mut Vec<u64>) -> Result<&'a [u64]> {
        let Some(file) = &self.file else {
            return Ok(&self.values[places.start as usize..places.end as usize]);
        };
        let mut bytes = vec![0; (places.end - places.start) as usize * size_of::<u64>()];
        file.read(places.start * size_of::<u64>() as u64, &mut bytes)?;
        room.clear();
        room.extend(bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)));
        Ok(room)
    }
}

/// Values on their way to the disk, at most so many at a time.
const PIECE: usize = 1 << 13;

fn append(file: &mut SpillFile, limit: &MemoryLimit, values: &[u64]) -> Result<()> {
    limit.room.require(size_of_val(values) as u64)?;
    for piece in values.chunks(PIECE) {
        let bytes: Vec<u8> = piece.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.append(&bytes)?;
    }
    Ok(())
}

/// The words of all documents. 16 bytes a word in memory or on disk, 8 bytes a document in memory.
#[derive(Debug)]
pub(crate) struct WordStore {
    /// The first word of each document, and one more at the end.
    starts: Vec<u64>,
    hashes: NumberColumn,
    spans: NumberColumn,
    /// Documents that take part no more, ascending.
    gone: Vec<DocId>,
}

/// A document's words, and the number of the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoredWords<'a> {
    pub(super) start: u64,
    pub(super) words: &'a [u64],
}

impl WordStore {
    /// An empty store. Without a limit all of it stays in memory.
    pub(crate) fn new(limit: Option<&MemoryLimit>) -> Self {
        let (hashes, spans) = (NumberColumn::new(limit, "words"), NumberColumn::new(limit, "spans"));
        Self { starts: vec![0], hashes, spans, gone: Vec::new() }
    }

    /// Appends the words of the next documents.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn push(&mut self, words: &FoldedWords) -> Result<()> {
        for count in &words.counts {
            self.starts.push(self.len() + u64::from(*count));
        }
        self.hashes.push(&words.hashes)?;
        self.spans.push(&words.spans)
    }

    /// Hands what waits to the disk: to be called before anything is read.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn seal(&mut self) -> Result<()> {
        self.hashes.seal()?;
        self.spans.seal()
    }

    /// Lets documents, which ascend, take part no more.
    pub(crate) fn leave_out(&mut self, documents: &[DocId]) {
        self.gone.extend_from_slice(documents);
        self.gone.sort_unstable();
    }

    /// Number of words.
    pub(crate) fn len(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Bytes held in memory.
    pub(crate) fn bytes(&self) -> u64 {
        size_of_val(&self.starts[..]) as u64 + self.hashes.bytes() + self.spans.bytes()
    }

    /// The document in which a word stands.
    pub(super) fn document(&self, word: u64) -> DocId {
        DocId::new(self.starts.partition_point(|start| *start <= word).saturating_sub(1))
    }

    /// The words of a document.
    pub(super) fn words_of(&self, document: DocId) -> Range<u64> {
        self.starts[document.index()]..self.starts[document.index() + 1]
    }

    /// Where a word stands in its document.
    pub(super) fn span(&self, word: u64) -> Result<Span> {
        Ok(unpack(self.spans.read(word..word + 1, &mut Vec::new())?[0]))
    }

    /// Where some words stand.
    pub(super) fn spans(&self, words: Range<u64>) -> Result<Vec<Span>> {
        Ok(self.spans.read(words, &mut Vec::new())?.iter().map(|packed| unpack(*packed)).collect())
    }

    /// Visits every document of `least` words or more, in input order, some at a time: about `most` words together, or one
    /// document.
    pub(super) fn each(
        &self,
        least: usize,
        most: u64,
        mut visit: impl FnMut(&[StoredWords<'_>]) -> Result<()>,
    ) -> Result<()> {
        let (mut room, mut first) = (Vec::new(), 0);
        let documents = self.starts.len() - 1;
        while first < documents {
            let begin = self.starts[first];
            let end = self.starts[first + 1..].partition_point(|end| *end - begin <= most).max(1) + first;
            let words = self.hashes.read(begin..self.starts[end], &mut room)?;
            let texts: Vec<StoredWords<'_>> = (first..end)
                .filter(|place| self.gone.binary_search(&DocId::new(*place)).is_err())
                .map(|place| {
                    let (start, end) = (self.starts[place], self.starts[place + 1]);
                    StoredWords { start, words: &words[(start - begin) as usize..(end - begin) as usize] }
                })
                .filter(|text| text.words.len() >= least)
                .collect();
            visit(&texts)?;
            first = end;
        }
        Ok(())
    }

    /// How many words from `a` and from `b` on are equal, at most `most`, which reaches beyond no document.
    pub(super) fn equal_after(&self, a: u64, b: u64, most: u64) -> Result<u64> {
        let (mut rooms, mut done) = ((Vec::new(), Vec::new()), 0);
        while done < most {
            let piece = (most - done).min(if done == 0 { SMALL } else { LARGE });
            let left = self.hashes.read(a + done..a + done + piece, &mut rooms.0)?;
            let right = self.hashes.read(b + done..b + done + piece, &mut rooms.1)?;
            let equal = left.iter().zip(right).take_while(|(left, right)| left == right).count() as u64;
            done += equal;
            if equal < piece {
                break;
            }
        }
        Ok(done)
    }

    /// How many words before `a` and before `b` are equal, at most `most`.
    pub(super) fn equal_before(&self, a: u64, b: u64, most: u64) -> Result<u64> {
        let (mut rooms, mut done) = ((Vec::new(), Vec::new()), 0);
        while done < most {
            let piece = (most - done).min(if done == 0 { SMALL } else { LARGE });
            let left = self.hashes.read(a - done - piece..a - done, &mut rooms.0)?;
            let right = self.hashes.read(b - done - piece..b - done, &mut rooms.1)?;
            let pairs = left.iter().rev().zip(right.iter().rev());
            let equal = pairs.take_while(|(left, right)| left == right).count() as u64;
            done += equal;
            if equal < piece {
                break;
            }
        }
        Ok(done)
    }
}

/// Words compared at first, and later, with one reading each.
const SMALL: u64 = 64;
const LARGE: u64 = 1024;
