//! Scores of pages, and the counts that they are computed from.

use std::ops::AddAssign;

use serde::Serialize;

/// The scores of the cutter, and of the repeated items that were found, against gold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PagesEvaluation {
    /// The scores of each page, in the order of names.
    pub pages: Vec<PageScores>,
    /// Those of all pages together, under the name `ALL`.
    pub all: PageScores,
}

/// The scores of one page, or of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageScores {
    /// The name of the page: that of its file, without extension.
    pub page: String,
    /// Lines with scored letters.
    pub lines: u64,
    /// Mean share of a line whose kind is correct; `None` without lines.
    pub accuracy: Option<f64>,
    /// Headlines and titles.
    pub headlines: PageShares,
    /// Stories with their title, of those that have one in the gold.
    pub titled: HitCount,
    /// First and last letters of the parts of stories.
    pub boundaries: PageShares,
    /// Parts of stories that are one unit.
    pub whole: HitCount,
    /// Boilerplate, by lines.
    pub boilerplate: PageShares,
    /// Pairs of repeated items; of a page, those with an item on it.
    pub pairs: PageShares,
}

/// Precision, recall and F1, each from 0 to 1; `None` for a share of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PageShares {
    /// The correct share of what was found.
    pub precision: Option<f64>,
    /// The found share of what is correct.
    pub recall: Option<f64>,
    /// Their harmonic mean; 0 where both are 0.
    pub f1: Option<f64>,
}

/// A number of hits out of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct HitCount {
    /// The correct ones.
    pub hits: u64,
    /// All.
    pub all: u64,
}

/// Counts that add up over pages.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PageCounts {
    pub(super) lines: f64,
    pub(super) right: f64,
    pub(super) headlines: ShareTally,
    pub(super) titled: HitCount,
    pub(super) boundaries: ShareTally,
    pub(super) whole: HitCount,
    pub(super) boilerplate: ShareTally,
    pub(super) pairs: ShareTally,
}

/// The counts of gold and found, and the correct part of each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ShareTally {
    pub(super) gold: f64,
    pub(super) gold_right: f64,
    pub(super) found: f64,
    pub(super) found_right: f64,
}

impl ShareTally {
    fn shares(self) -> PageShares {
        let (precision, recall) = (share(self.found_right, self.found), share(self.gold_right, self.gold));
        let f1 = precision.zip(recall).map(|(p, r)| if p > 0.0 && r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 });

        PageShares { precision, recall, f1 }
    }
}

impl AddAssign for ShareTally {
    fn add_assign(&mut self, other: Self) {
        self.gold += other.gold;
        self.gold_right += other.gold_right;
        self.found += other.found;
        self.found_right += other.found_right;
    }
}

impl AddAssign for HitCount {
    fn add_assign(&mut self, other: Self) {
        self.hits += other.hits;
        self.all += other.all;
    }
}

impl AddAssign for PageCounts {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.right += other.right;
        self.headlines += other.headlines;
        self.titled += other.titled;
        self.boundaries += other.boundaries;
        self.whole += other.whole;
        self.boilerplate += other.boilerplate;
        self.pairs += other.pairs;
    }
}

impl PageCounts {
    pub(super) fn scores(self, page: &str) -> PageScores {
        PageScores {
            page: page.to_owned(),
            lines: self.lines as u64,
            accuracy: share(self.right, self.lines),
            headlines: self.headlines.shares(),
            titled: self.titled,
            boundaries: self.boundaries.shares(),
            whole: self.whole,
            boilerplate: self.boilerplate.shares(),
            pairs: self.pairs.shares(),
        }
    }
}

/// `part / whole`; `None` for a share of nothing.
fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
