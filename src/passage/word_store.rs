//! The words of all documents, numbered consecutively; in memory, or in temporary files beyond a limit.

use std::ops::Range;

use super::folded_words::{FoldedWords, unpack};
use crate::document::{DocId, Span};
use crate::error::Result;
use crate::lsh::MemoryLimit;
use crate::spill::SpillFile;

/// An append-only column of numbers, read at any place after [`seal`](Self::seal).
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

        // There are two columns, and a vector may have twice the capacity of its contents: half of the limit in all.
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

    /// The numbers at `places`. Those on disk are read into `buffer`.
    fn read<'a>(&'a self, places: Range<u64>, buffer: &'a mut Vec<u64>) -> Result<&'a [u64]> {
        let Some(file) = &self.file else {
            return Ok(&self.values[places.start as usize..places.end as usize]);
        };

        let mut bytes = vec![0; (places.end - places.start) as usize * size_of::<u64>()];
        file.read(places.start * size_of::<u64>() as u64, &mut bytes)?;

        buffer.clear();
        buffer.extend(bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)));
        Ok(buffer)
    }
}

/// Numbers encoded at a time: a buffer of 64 KiB.
const PIECE: usize = 1 << 13;

fn append(file: &mut SpillFile, limit: &MemoryLimit, values: &[u64]) -> Result<()> {
    limit.room.require(size_of_val(values) as u64)?;

    for piece in values.chunks(PIECE) {
        let bytes: Vec<u8> = piece.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.append(&bytes)?;
    }
    Ok(())
}

/// The words of all documents: 16 bytes a word in memory or on disk, and 8 bytes a document in memory.
#[derive(Debug)]
pub(crate) struct WordStore {
    /// The first word of each document, then the number of words.
    starts: Vec<u64>,
    hashes: NumberColumn,
    spans: NumberColumn,
    /// Documents that are left out of the search, ascending.
    left_out: Vec<DocId>,
}

/// The word hashes of one document, and the number of its first word.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoredWords<'a> {
    pub(super) start: u64,
    pub(super) words: &'a [u64],
}

impl WordStore {
    /// An empty store. Without a limit it stays in memory.
    pub(crate) fn new(limit: Option<&MemoryLimit>) -> Self {
        let (hashes, spans) = (NumberColumn::new(limit, "words"), NumberColumn::new(limit, "spans"));
        Self { starts: vec![0], hashes, spans, left_out: Vec::new() }
    }

    /// Appends the words of the next documents.
    ///
    /// # Errors
    ///
    /// A temporary file cannot be written.
    pub(crate) fn push(&mut self, words: &FoldedWords) -> Result<()> {
        // Rejected records have a count too, so that places agree with the corpus.
        for count in &words.counts {
            self.starts.push(self.len() + u64::from(*count));
        }

        self.hashes.push(&words.hashes)?;
        self.spans.push(&words.spans)
    }

    /// Appends the words of `documents` of another store, which is sealed.
    ///
    /// # Errors
    ///
    /// A temporary file cannot be read or written.
    pub(crate) fn copy(&mut self, other: &Self, documents: Range<usize>) -> Result<()> {
        let end = self.len();
        let words = other.starts[documents.start]..other.starts[documents.end];
        self.starts.extend(other.starts[documents.start + 1..=documents.end].iter().map(|to| end + (to - words.start)));

        let mut buffer = Vec::new();
        for start in words.clone().step_by(PIECE) {
            let piece = start..words.end.min(start + PIECE as u64);
            self.hashes.push(other.hashes.read(piece.clone(), &mut buffer)?)?;
            self.spans.push(other.spans.read(piece, &mut buffer)?)?;
        }
        Ok(())
    }

    /// Number of documents.
    pub(crate) fn documents(&self) -> usize {
        self.starts.len() - 1
    }

    /// Flushes the temporary files. Must be called before the first read.
    ///
    /// # Errors
    ///
    /// A temporary file cannot be written.
    pub(crate) fn seal(&mut self) -> Result<()> {
        self.hashes.seal()?;
        self.spans.seal()
    }

    /// Leaves documents out of the search; their words keep their numbers.
    pub(crate) fn leave_out(&mut self, documents: &[DocId]) {
        self.left_out.extend_from_slice(documents);
        self.left_out.sort_unstable();
    }

    /// Number of words.
    pub(crate) fn len(&self) -> u64 {
        self.starts.last().map_or(0, |end| *end)
    }

    /// Bytes held in memory.
    pub(crate) fn bytes(&self) -> u64 {
        size_of_val(&self.starts[..]) as u64 + self.hashes.bytes() + self.spans.bytes()
    }

    /// The document that contains `word`.
    pub(super) fn document(&self, word: u64) -> DocId {
        debug_assert!(word < self.len());
        DocId::new(self.starts.partition_point(|start| *start <= word).saturating_sub(1))
    }

    /// The words of a document.
    pub(super) fn words_of(&self, document: DocId) -> Range<u64> {
        self.starts[document.index()]..self.starts[document.index() + 1]
    }

    /// The bytes of a word in its document.
    pub(super) fn span(&self, word: u64) -> Result<Span> {
        Ok(unpack(self.spans.read(word..word + 1, &mut Vec::new())?[0]))
    }

    /// The bytes of each of `words`.
    pub(super) fn spans(&self, words: Range<u64>) -> Result<Vec<Span>> {
        Ok(self.spans.read(words, &mut Vec::new())?.iter().map(|packed| unpack(*packed)).collect())
    }

    /// The bytes from the first to the last of `words`: one or more words of one document.
    pub(super) fn span_of(&self, words: Range<u64>) -> Result<Span> {
        debug_assert!(!words.is_empty());
        Ok(Span::new(self.span(words.start)?.start, self.span(words.end - 1)?.end))
    }

    /// Visits all documents of `least` words or more, in input order, in batches of at most `most` words or of one
    /// document.
    pub(super) fn each(
        &self,
        least: usize,
        most: u64,
        mut visit: impl FnMut(&[StoredWords<'_>]) -> Result<()>,
    ) -> Result<()> {
        let (mut buffer, mut first) = (Vec::new(), 0);
        let documents = self.starts.len() - 1;

        while first < documents {
            let begin = self.starts[first];
            // As many documents as fit; one at least, however long.
            let end = self.starts[first + 1..].partition_point(|end| *end - begin <= most).max(1) + first;
            let words = self.hashes.read(begin..self.starts[end], &mut buffer)?;

            let mut texts = Vec::new();
            for place in first..end {
                let (start, end) = (self.starts[place], self.starts[place + 1]);
                let is_long = end - start >= least as u64;
                if is_long && self.left_out.binary_search(&DocId::new(place)).is_err() {
                    texts.push(StoredWords { start, words: &words[(start - begin) as usize..(end - begin) as usize] });
                }
            }

            visit(&texts)?;
            first = end;
        }
        Ok(())
    }

    /// Number of equal words from `a` and from `b` on, at most `most`; `most` must not reach beyond either document.
    pub(super) fn equal_after(&self, a: u64, b: u64, most: u64) -> Result<u64> {
        let (mut buffers, mut done) = ((Vec::new(), Vec::new()), 0);

        while done < most {
            let piece = (most - done).min(if done == 0 { SMALL } else { LARGE });
            let left = self.hashes.read(a + done..a + done + piece, &mut buffers.0)?;
            let right = self.hashes.read(b + done..b + done + piece, &mut buffers.1)?;

            let equal = left.iter().zip(right).take_while(|(left, right)| left == right).count() as u64;
            done += equal;
            if equal < piece {
                break;
            }
        }

        Ok(done)
    }

    /// Number of equal words before `a` and before `b`, at most `most`; `most` must not reach beyond either document.
    pub(super) fn equal_before(&self, a: u64, b: u64, most: u64) -> Result<u64> {
        let (mut buffers, mut done) = ((Vec::new(), Vec::new()), 0);

        while done < most {
            let piece = (most - done).min(if done == 0 { SMALL } else { LARGE });
            let left = self.hashes.read(a - done - piece..a - done, &mut buffers.0)?;
            let right = self.hashes.read(b - done - piece..b - done, &mut buffers.1)?;

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

/// Words of the first read: most runs are short.
const SMALL: u64 = 64;
/// Words of each further read.
const LARGE: u64 = 1024;
