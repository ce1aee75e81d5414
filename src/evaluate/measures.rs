//! The measures of clusterings, from a contingency table: the number of ids with each gold label and found label.

use serde::Serialize;

/// Precision, recall and their harmonic mean, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    /// The correct share of what was found.
    pub precision: f64,
    /// The found share of what is correct.
    pub recall: f64,
    /// `2PR / (P + R)`; 0 where both are 0.
    pub f1: f64,
}

impl Rates {
    pub(super) fn new(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

/// The scores of clusters against gold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evaluation {
    /// Over pairs of ids.
    pub pairs: Rates,
    /// Over ids; `None` where the gold lists negative pairs.
    pub b_cubed: Option<Rates>,
    /// Adjusted Rand index, at most 1, about 0 by chance; `None` where the gold lists negative pairs.
    pub ari: Option<f64>,
    /// Ids that were scored.
    pub ids: u64,
    /// Pairs that are copies by the gold: those it lists, or those that share a label.
    pub gold_pairs: u64,
    /// Pairs that were found together, of those that count for precision.
    pub found_pairs: u64,
}
/// `part / whole`; a share of nothing is 1.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Number of pairs among `n`.
pub(super) const fn pairs_of(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

/// Numbers of pairs of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PairCounts {
    /// Together in both labellings.
    pub both: u64,
    /// Together in gold.
    pub gold: u64,
    /// Found together.
    pub found: u64,
    /// All pairs.
    pub all: u64,
}

/// The contingency table of (gold label, found label) for each id.
#[derive(Debug)]
pub(super) struct ContingencyTable {
    /// The cells that are not empty.
    cells: Vec<TableCell>,
    ids: u64,
    /// Pairs together in gold.
    gold: u64,
    /// Pairs found together.
    found: u64,
}

/// The ids with one gold label and one found label, and with either of them.
#[derive(Debug)]
struct TableCell {
    ids: u64,
    gold: u64,
    found: u64,
}

impl ContingencyTable {
    pub(super) fn new(labels: &[(u32, u32)]) -> Self {
        // Sorted by gold label, then by found label: each cell is a run.
        let mut rows: Vec<(u32, u32)> = labels.to_vec();
        rows.sort_unstable();
        let gold = runs(rows.iter().map(|row| row.0));

        let mut columns: Vec<u32> = rows.iter().map(|row| row.1).collect();
        columns.sort_unstable();
        let found = runs(columns.into_iter());

        let cells = runs(rows.iter().copied())
            .into_iter()
            .map(|((row, column), ids)| TableCell { ids, gold: size(&gold, row), found: size(&found, column) })
            .collect();
        Self { cells, ids: labels.len() as u64, gold: pairs_within(&gold), found: pairs_within(&found) }
    }

    pub(super) fn pair_counts(&self) -> PairCounts {
        let both = self.cells.iter().map(|cell| pairs_of(cell.ids)).sum();
        PairCounts { both, gold: self.gold, found: self.found, all: pairs_of(self.ids) }
    }

    pub(super) fn b_cubed(&self) -> Rates {
        if self.ids == 0 {
            return Rates::new(1.0, 1.0);
        }

        // Each of the ids of a cell shares its label with all of them, so a cell adds its ids squared.
        let mean = |whole: fn(&TableCell) -> u64| {
            let sum: f64 = self.cells.iter().map(|cell| (cell.ids * cell.ids) as f64 / whole(cell) as f64).sum();
            sum / self.ids as f64
        };
        Rates::new(mean(|cell| cell.found), mean(|cell| cell.gold))
    }
}

/// The size of a label among `sizes`, which are sorted by label.
fn size(sizes: &[(u32, u64)], label: u32) -> u64 {
    let place = sizes.binary_search_by_key(&label, |size| size.0);
    debug_assert!(place.is_ok(), "label {label} was counted");
    place.map_or(0, |place| sizes[place].1)
}

/// The pairs of ids that share a label.
fn pairs_within(sizes: &[(u32, u64)]) -> u64 {
    sizes.iter().map(|size| pairs_of(size.1)).sum()
}

impl PairCounts {
    pub(super) fn rates(self) -> Rates {
        Rates::new(share(self.both, self.found), share(self.both, self.gold))
    }

    /// The adjusted Rand index.
    pub(super) fn adjusted_rand_index(self) -> f64 {
        // Both labellings separate all ids, or both put all together: the formula would give 0 / 0.
        if self.gold == self.found && (self.gold == 0 || self.gold == self.all) {
            return 1.0;
        }

        let expected = self.gold as f64 * self.found as f64 / self.all as f64;
        let most = (self.gold as f64 + self.found as f64) / 2.0;
        (self.both as f64 - expected) / (most - expected)
    }
}

/// Each distinct value of a sorted sequence, with the length of its run.
fn runs<T: PartialEq>(sorted: impl Iterator<Item = T>) -> Vec<(T, u64)> {
    let mut runs: Vec<(T, u64)> = Vec::new();
    for value in sorted {
        match runs.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => runs.push((value, 1)),
        }
    }
    runs
}

/// Precision, recall and F1 over pairs of ids; `labels` holds the gold label and the found label of each id. O(n log n).
#[must_use]
pub fn pairwise(labels: &[(u32, u32)]) -> Rates {
    ContingencyTable::new(labels).pair_counts().rates()
}

/// B-cubed precision, recall and F1 (Bagga and Baldwin 1998): the means over ids of the share of the found label of an id that
/// has its gold label, and of the share of its gold label that has its found label. O(n log n).
#[must_use]
pub fn b_cubed(labels: &[(u32, u32)]) -> Rates {
    ContingencyTable::new(labels).b_cubed()
}

/// The adjusted Rand index (Hubert and Arabie 1985): 1 for equal partitions, about 0 by chance, below 0 if worse. It is 1 too if
/// both partitions separate all ids, or both put all together. O(n log n).
#[must_use]
pub fn adjusted_rand_index(labels: &[(u32, u32)]) -> f64 {
    ContingencyTable::new(labels).pair_counts().adjusted_rand_index()
}
