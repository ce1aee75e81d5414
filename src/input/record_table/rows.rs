//! The rows of one part, found record by record.

use std::ops::Range;

use super::{PartIndex, RecordRow};
use crate::input::slices::slice;

/// Collects the rows of a part.
#[derive(Debug, Default)]
pub(in crate::input) struct RecordRows {
    rows: Vec<RecordRow>,
    /// The line of each row, once a row `n` may not be line `n`.
    numbers: Option<Vec<u32>>,
    lines: u32,
    /// The size of the last record.
    last_size: u64,
}

impl RecordRows {
    /// A part of one record of `size` bytes that is no line, or whose bytes are not at hand.
    pub(in crate::input) fn single(size: u64, carriage_return: bool, lines: u32) -> Self {
        let row = RecordRow::new(0, usize::try_from(size).unwrap_or(usize::MAX), carriage_return);
        Self { rows: vec![row], numbers: None, lines, last_size: size }
    }

    /// The same, where `before` bytes and lines precede the record in its part.
    pub(in crate::input) fn single_after(before: (usize, u32), size: u64, carriage_return: bool, lines: u32) -> Self {
        let row = RecordRow::new(before.0, usize::try_from(size).unwrap_or(usize::MAX), carriage_return);
        let numbers = (before.1 > 0).then(|| vec![before.1]);
        Self { rows: vec![row], numbers, lines, last_size: size }
    }

    /// A part that is one blank line.
    pub(in crate::input) fn blank() -> Self {
        Self { lines: 1, ..Self::default() }
    }

    /// Notes a record that is no line.
    #[cfg(feature = "warc")]
    pub(in crate::input) fn push_record(&mut self, range: Range<usize>) {
        self.rows.push(RecordRow::new(range.start, range.len(), false));
        self.last_size = range.len() as u64;
    }

    /// Notes a record of `lines` lines whose content, the line end excluded, is at `range`. Empty content is no
    /// record, but its lines count.
    pub(in crate::input) fn push_lines(&mut self, range: Range<usize>, carriage_return: bool, lines: u32) {
        if !range.is_empty() {
            // A record of several lines, or an empty line, came before.
            if self.lines as usize != self.rows.len() {
                self.number_rows();
            }
            self.rows.push(RecordRow::new(range.start, range.len(), carriage_return));
            self.last_size = range.len() as u64;
            if let Some(numbers) = &mut self.numbers {
                numbers.push(self.lines);
            }
        }

        self.lines = self.lines.saturating_add(lines);
    }

    /// Notes every line of `bytes` that is not blank, and calls `each` with its range, the line end excluded.
    pub(in crate::input) fn push_each_line(&mut self, bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
        let unfinished = !bytes.is_empty() && !bytes.ends_with(b"\n");
        let ends = memchr::memchr_iter(b'\n', bytes).chain(unfinished.then_some(bytes.len()));

        let mut begin = 0;
        for end in ends {
            let line = slice(bytes, begin..end);
            // A carriage return belongs to the line end only if a line feed follows.
            let content = if end < bytes.len() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };

            if content.iter().all(u8::is_ascii_whitespace) {
                self.number_rows();
                self.lines += 1;
            } else {
                let range = begin..begin + content.len();
                self.push_lines(range.clone(), content.len() < line.len(), 1);
                each(range);
            }
            begin = end + 1;
        }
    }

    /// Notes the lines of `between`, which precede a record.
    pub(in crate::input) fn push_between(&mut self, between: &[u8]) {
        self.push_lines(0..0, false, memchr::memchr_iter(b'\n', between).count() as u32);
    }

    /// Stores line numbers from now on. Up to here row `n` is line `n`.
    fn number_rows(&mut self) {
        let rows = self.rows.len() as u32;
        self.numbers.get_or_insert_with(|| (0..rows).collect());
    }

    /// Puts the rows into `index`.
    pub(in crate::input) fn index(self, index: PartIndex) -> PartIndex {
        let Self { rows, numbers, lines, last_size } = self;
        // A record this large is the only one of its part.
        let huge = if last_size >= u64::from(u32::MAX) { last_size } else { 0 };
        let numbers = numbers.map_or_else(Box::default, Vec::into_boxed_slice);
        PartIndex { rows: rows.into(), numbers, lines: u64::from(lines), huge, ..index }
    }
}
