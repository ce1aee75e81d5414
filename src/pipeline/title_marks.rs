//! Records of several sources under one title: evidence that their texts are one report.
//!
//! Papers keep the title of an agency and change its text, so that banding misses one copy in nine among reports of one title.
//! Each record with a title of some words leaves a [`TitleMark`]. A title that sources print again and again names a form, such
//! as the weather, and is no evidence. Nodes that share a mark of the others, in two sources, are *twins*: candidates of each
//! other, and judged by less than the threshold.

use super::context::RunContext;
use super::node_table::NodeTable;
use crate::document::DocId;
use crate::lsh::Node;
use crate::parallel;

/// The title and the source of a record, hashed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TitleMark {
    /// 0 if the record has no title that is evidence, or names no source.
    pub(super) title: u64,
    pub(super) source: u64,
}

/// Fewest words of a title that is evidence.
pub(super) const FEWEST_WORDS: usize = 4;

/// Most records of one title. A title of more is that of a form, or the marks of a run would be many pairs.
const MOST_RECORDS: usize = 32;

/// Most records of one title for each source that has it. Sources print a report once or twice, and a form every day.
const MOST_OF_A_SOURCE: usize = 2;

impl TitleMark {
    /// Whether two records have one title in two sources.
    pub(super) fn is_twin_of(self, other: Self) -> bool {
        self.title != 0 && self.title == other.title && self.source != other.source
    }
}

/// Appends the marks of a block of `records` records to those of the `before` records before it. Both lists are empty as long as
/// no record has a mark.
pub(super) fn append(marks: &mut Vec<TitleMark>, before: usize, block: Vec<TitleMark>, records: usize) {
    debug_assert!(block.is_empty() || block.len() == records, "a mark for each record, or none");
    if marks.is_empty() && block.is_empty() {
        return;
    }

    marks.resize(before, TitleMark::default());
    marks.extend(block);
    marks.resize(before + records, TitleMark::default());
}

/// Clears the marks that are no evidence: titles that one source has alone, or that sources print again and again. `is_read`
/// tells which records count. No mark at all is left if none is evidence. O(n log n) for n records.
pub(super) fn settle(marks: &mut Vec<TitleMark>, is_read: impl Fn(usize) -> bool) {
    let mut titled: Vec<(TitleMark, u32)> = Vec::new();
    for (place, mark) in marks.iter_mut().enumerate() {
        let mark = std::mem::take(mark);
        if mark.title != 0 && is_read(place) {
            titled.push((mark, place as u32));
        }
    }
    parallel::sort_by_key(&mut titled, |entry| *entry);

    let mut left = false;
    for records in titled.chunk_by(|a, b| a.0.title == b.0.title) {
        let sources = records.chunk_by(|a, b| a.0 == b.0).count();
        if is_evidence(records.len(), sources) {
            left = true;
            records.iter().for_each(|(mark, place)| marks[*place as usize] = *mark);
        }
    }
    if !left {
        *marks = Vec::new();
    }
}

/// Whether a title that `records` records of `sources` sources have is evidence.
pub(super) fn is_evidence(records: usize, sources: usize) -> bool {
    sources > 1 && records <= MOST_RECORDS.min(MOST_OF_A_SOURCE.saturating_mul(sources))
}

/// Clears all marks but those of the records `titled`, which ascend: a caller that knows the whole run found them to be evidence.
pub(super) fn retain(marks: &mut Vec<TitleMark>, titled: &[DocId]) {
    if titled.is_empty() {
        *marks = Vec::new();
    }
    for (place, mark) in marks.iter_mut().enumerate() {
        if titled.binary_search(&DocId::new(place)).is_err() {
            *mark = TitleMark::default();
        }
    }
}

/// All pairs of twins among `nodes`, the smaller node first, ascending. The first unit of a node tells its mark.
pub(super) fn twins(context: &RunContext<'_>, nodes: &NodeTable) -> Vec<(Node, Node)> {
    if context.tables.titles.is_empty() {
        return Vec::new();
    }

    let refolder = context.refolder();
    let marks = (0..nodes.len() as Node).map(|node| (refolder.title(nodes.first(node)), node));
    let mut titled: Vec<(TitleMark, Node)> = marks.filter(|(mark, _)| mark.title != 0).collect();
    parallel::sort_by_key(&mut titled, |entry| *entry);

    let mut pairs = Vec::new();
    for of_title in titled.chunk_by(|a, b| a.0.title == b.0.title) {
        for (place, (mark, node)) in of_title.iter().enumerate() {
            let later = of_title[place + 1..].iter().filter(|(other, _)| mark.is_twin_of(*other));
            pairs.extend(later.map(|(_, other)| (*node.min(other), *node.max(other))));
        }
    }
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_titles_take_no_marks_until_one_has_a_title() {
        let mark = TitleMark { title: 3, source: 1 };
        let mut marks = Vec::new();
        append(&mut marks, 0, Vec::new(), 2);
        assert_eq!(marks.capacity(), 0);
        append(&mut marks, 2, vec![mark], 1);
        append(&mut marks, 3, Vec::new(), 2);
        assert_eq!(marks.iter().map(|mark| mark.title).collect::<Vec<_>>(), [0, 0, 3, 0, 0]);
    }

    #[test]
    fn marks_of_other_records_than_those_that_are_known_are_cleared() {
        let mut marks: Vec<TitleMark> = (1..5).map(|title| TitleMark { title, source: 1 }).collect();
        retain(&mut marks, &[DocId::new(1), DocId::new(3), DocId::new(9)]);
        assert_eq!(marks.iter().map(|mark| mark.title).collect::<Vec<_>>(), [0, 2, 0, 4]);
        retain(&mut marks, &[]);
        assert_eq!(marks.len(), 0);
    }

    #[test]
    fn a_title_of_one_source_or_of_a_form_is_no_evidence() {
        let mark = |title, source| TitleMark { title, source };
        let of = |records: &[(u64, u64)]| records.iter().map(|(title, source)| mark(*title, *source)).collect();
        let settled = |records: &[(u64, u64)]| {
            let mut marks: Vec<TitleMark> = of(records);
            settle(&mut marks, |place| place != 9);
            marks.iter().map(|mark| mark.title).collect::<Vec<_>>()
        };

        assert_eq!(settled(&[(5, 1), (0, 2), (5, 2), (6, 1), (6, 1)]), [5, 0, 5, 0, 0]);
        // Two sources, three days.
        assert_eq!(settled(&[(5, 1), (5, 2), (5, 1), (5, 2), (5, 1)]), [0; 0]);
        // The record at place 9 was rejected.
        let mut records = [(0, 1); 10];
        (records[0], records[9]) = ((5, 1), (5, 2));
        assert_eq!(settled(&records), [0; 0]);
        let many: Vec<(u64, u64)> = (0..40).map(|source| (5, source)).collect();
        assert_eq!(settled(&many), [0; 0]);
    }
}
