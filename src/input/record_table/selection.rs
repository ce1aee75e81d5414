//! Some records of a block: what a run over a part of the records reads.

use super::{BlockIndex, PartIndex, RecordRow};

impl BlockIndex {
    /// The same records in files that are numbered from `first` on.
    pub(crate) fn in_files_from(mut self, first: u32) -> Self {
        for part in &mut self.parts {
            part.file = part.file.saturating_add(first);
        }
        self
    }

    /// The index of the records for which `is_wanted` holds, by their places in the block, and the places of the records that
    /// it has. The bytes of all others are passed over, so that the file can be gone through part by part. A record that can
    /// only be told by its part, such as one that is too large, stays in any case.
    pub(crate) fn selected(&self, most: u64, is_wanted: impl Fn(usize) -> bool) -> (Self, Vec<usize>) {
        let (mut places, mut first) = (Vec::new(), 0);
        let parts = self.parts.iter().map(|part| {
            let is_bound = part.failure.is_some() || part.only_oversized(most).is_some();
            let taken: Vec<usize> = (0..part.rows.len()).filter(|row| is_bound || is_wanted(first + row)).collect();
            places.extend(taken.iter().map(|row| first + row));
            first += part.rows.len();
            part.with_rows(&taken)
        });
        let parts = parts.collect();
        (Self { parts }, places)
    }
}

impl PartIndex {
    /// The part with some of its rows, which keep their lines.
    fn with_rows(&self, taken: &[usize]) -> Self {
        let rows: Box<[RecordRow]> = taken.iter().filter_map(|row| self.rows.get(*row).copied()).collect();
        // A row without a number is on the line of its place, which changes if rows before it are left out.
        let numbers: Vec<u32> = taken.iter().map(|row| u32::try_from(self.line(*row)).unwrap_or(u32::MAX)).collect();
        let is_counted = numbers.iter().zip(0..).all(|(line, place)| *line == place);
        let numbers = if is_counted { Box::default() } else { numbers.into() };
        Self { rows, numbers, failure: self.failure.clone(), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::record_table::{PartShape, RecordRows};

    #[test]
    fn selected_records_keep_their_bytes_and_lines() {
        let mut rows = RecordRows::default();
        rows.push_each_line(b"aa\n\nbbb\ncc\nd\n", drop);
        let part = |rows: RecordRows, start| {
            rows.index(PartIndex { start, length: 13, shape: PartShape::Lines, ..PartIndex::text(3, 0) })
        };
        let index = BlockIndex { parts: vec![part(rows, 0), PartIndex::text(4, 9)] };
        let (selected, places) = index.selected(100, |place| place == 1 || place == 3);
        assert_eq!(places, [1, 3]);
        let [lines, text] = &selected.parts[..] else { panic!("both parts stay, one without rows") };
        assert_eq!((lines.rows.len(), lines.line(0), lines.line(1)), (2, 2, 4));
        assert_eq!((lines.rows[0].offset(), lines.length, lines.lines), (4, 13, 5));
        assert!(text.rows.is_empty());

        let (bound, places) = index.selected(5, |_| false);
        assert_eq!((places, bound.parts[1].rows.len()), (vec![4], 1), "a record that is too large stays");
        assert_eq!(index.in_files_from(7).parts[1].file, 11);
    }
}
