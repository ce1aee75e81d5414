//! Cut pages against pages that people cut: which lines are what, where stories begin and end, what repeats.
//!
//! The gold is a directory with `pages/NAME.txt` and `gold/NAME.tsv` ([`GoldPages`] says what a row holds). Letters and
//! digits are counted, nothing else: whether a bullet, a blank or a vowel mark belongs to a unit changes no score.
//!
//! | measure | what is counted |
//! |---|---|
//! | accuracy | mean over lines of the share of a line's letters whose kind is right; a title is right as a headline |
//! | headlines | headlines and titles; found where a headline unit and the gold share at least .8 of their union |
//! | titled | stories with a title whose unit names the headline unit that is that title |
//! | boundaries | first and last letters of the parts of stories, to within 4 letters |
//! | whole | parts of stories that one story unit covers: at least .9 of the union |
//! | boilerplate | lines of boilerplate, each as much as its share of the line is |
//! | pairs | pairs of repeated items: headlines and titles among themselves, stories among themselves |
//!
//! A pair is found where two exact or near members of one cluster, or a keeper and what is related to it, are those two
//! items. One with a unit that is no item of the gold is wrong; one with a scrap of a story counts neither way, nor does
//! `contained` or `variant`. Sums are taken over all pages before any rate, so that a long page counts for more.

use std::ops::AddAssign;

use serde::Serialize;

use crate::cluster::Cluster;
use crate::document::Unit;
use crate::document::Units;
use crate::page::{Cutter, UnitLevel};
use crate::pipeline::PageCutter;

mod columns;
mod cut;
mod gold;
mod item;
mod repeats;

pub use gold::GoldPages;

/// How the cutter, and what was found repeated, score against gold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PagesEvaluation {
    /// Each page, in the order of names.
    pub pages: Vec<PageScores>,
    /// All of them together, under the name `ALL`.
    pub all: PageScores,
}

/// The scores of one page, or of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageScores {
    /// The page's name: its file's, without extension.
    pub page: String,
    /// Lines that hold anything scored.
    pub lines: u64,
    /// Mean share of a line whose kind is right; `None` without lines.
    pub accuracy: Option<f64>,
    /// Headlines and titles.
    pub headlines: PageShares,
    /// Stories that have their title, of those that have one in the gold.
    pub titled: HitCount,
    /// First and last letters of the parts of stories.
    pub boundaries: PageShares,
    /// Parts of stories that are one unit.
    pub whole: HitCount,
    /// Boilerplate, by lines.
    pub boilerplate: PageShares,
    /// Pairs of repeated items. On a page: those with an item on it.
    pub pairs: PageShares,
}

/// Precision, recall and F1, each from 0 to 1; `None` where there is nothing to take a share of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PageShares {
    /// Of what was found, the share that is right.
    pub precision: Option<f64>,
    /// Of what is right, the share that was found.
    pub recall: Option<f64>,
    /// Their harmonic mean; 0 where both are 0.
    pub f1: Option<f64>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct HitCount {
    /// How many are right.
    pub hits: u64,
    /// How many there are.
    pub all: u64,
}

/// Cuts every page of `gold` into stories and scores the cuts, and the `clusters` of `units` that a run at
/// [`UnitLevel::Story`](crate::page::UnitLevel::Story) found over [`GoldPages::corpus`].
///
/// ```
/// use mukarrar::evaluate::{GoldPages, evaluate_pages};
/// use mukarrar::page::UnitLevel;
/// use mukarrar::pipeline::{Options, Pipeline};
///
/// let page = "وفد من تجار الحبوب يزور الميناء القديم\nمتحف الخط يفتح أبوابه مجانا كل جمعة\n";
/// let rows = "1\t1\theadline\ta\n2\t2\theadline\tb\n";
/// let gold = GoldPages::from_pages([("front", page, rows)])?;
/// let mut options = Options::default();
/// options.unit = UnitLevel::Story;
/// let found = Pipeline::new(options)?.clusters(&gold.corpus(), &())?;
/// let scores = evaluate_pages(&gold, &found.units, &found.clusters);
/// assert_eq!((scores.all.lines, scores.all.whole.all), (2, 0));
/// # Ok::<(), mukarrar::Error>(())
/// ```
#[must_use]
pub fn evaluate_pages(gold: &GoldPages, units: &Units, clusters: &[Cluster]) -> PagesEvaluation {
    let units_of = cut_pages(gold);
    let cuts: Vec<cut::CutPage> =
        gold.pages.iter().zip(&units_of).map(|(page, units)| cut::CutPage::of(page, units)).collect();
    let (repeats, all_repeats) = repeats::count(gold, &cuts, units, clusters);
    let mut sum = PageCounts::default();
    let counts = cuts.iter().zip(&repeats).map(|(cut, repeats)| PageCounts { pairs: *repeats, ..cut.counts() });
    let scores = |(page, counts): (&item::GoldPage, PageCounts)| {
        sum += counts;
        counts.scores(&page.name)
    };
    let pages = gold.pages.iter().zip(counts).map(scores).collect();
    PagesEvaluation { pages, all: PageCounts { pairs: all_repeats, ..sum }.scores("ALL") }
}

/// The units of each page, cut as in a run over all of them.
fn cut_pages(gold: &GoldPages) -> Vec<Vec<Unit>> {
    let corpus = gold.corpus();
    // The corpus is in memory: nothing of it is lost.
    let known = PageCutter::learn(&corpus, UnitLevel::Story, None).unwrap_or_default();
    let mut cutter = Cutter::new();
    let cut = |id| {
        let mut units = Vec::new();
        if let Ok(record) = corpus.read(id) {
            known.cut(&mut cutter, &corpus, (id, &record), UnitLevel::Story, &mut units);
        }
        units
    };
    corpus.ids().map(cut).collect()
}

/// What is added up over pages.
#[derive(Debug, Clone, Copy, Default)]
struct PageCounts {
    lines: f64,
    right: f64,
    headlines: ShareTally,
    titled: HitCount,
    boundaries: ShareTally,
    whole: HitCount,
    boilerplate: ShareTally,
    pairs: ShareTally,
}

/// What a share is taken of: gold and found, with what of each is right.
#[derive(Debug, Clone, Copy, Default)]
struct ShareTally {
    gold: f64,
    gold_right: f64,
    found: f64,
    found_right: f64,
}

impl ShareTally {
    fn shares(self) -> PageShares {
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
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
    fn scores(self, page: &str) -> PageScores {
        PageScores {
            page: page.to_owned(),
            lines: self.lines as u64,
            accuracy: (self.lines > 0.0).then(|| self.right / self.lines),
            headlines: self.headlines.shares(),
            titled: self.titled,
            boundaries: self.boundaries.shares(),
            whole: self.whole,
            boilerplate: self.boilerplate.shares(),
            pairs: self.pairs.shares(),
        }
    }
}
