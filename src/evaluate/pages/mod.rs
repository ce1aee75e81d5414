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

use crate::cluster::Cluster;
use crate::document::Unit;
use crate::document::Units;
use crate::page::{Cutter, UnitLevel};
use crate::pipeline::PageCutter;

mod cut_page;
mod gold_page;
mod gold_pages;
mod gold_row;
mod repeats;
mod scores;

pub use gold_pages::GoldPages;
pub use scores::{HitCount, PageScores, PageShares, PagesEvaluation};

use cut_page::CutPage;
use gold_page::GoldPage;
use scores::PageCounts;

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
    let cuts: Vec<CutPage> = gold.pages.iter().zip(&units_of).map(|(page, units)| CutPage::of(page, units)).collect();
    let (repeats, all_repeats) = repeats::count(gold, &cuts, units, clusters);
    let mut sum = PageCounts::default();
    let counts = cuts.iter().zip(&repeats).map(|(cut, repeats)| PageCounts { pairs: *repeats, ..cut.counts() });
    let scores = |(page, counts): (&GoldPage, PageCounts)| {
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
