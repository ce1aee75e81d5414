//! Evaluation of cut pages against pages cut by hand: the kinds of lines, the boundaries of stories, the repeated items.
//!
//! The gold is a directory with `pages/NAME.txt` and `gold/NAME.tsv` (rows: see [`GoldPages`]). Only letters and digits are
//! counted: the unit of a bullet, a blank or a vowel mark changes no score.
//!
//! | measure | count |
//! |---|---|
//! | accuracy | mean over lines of the share of letters with the correct kind; a title is correct as a headline |
//! | headlines | headlines and titles; found if a headline unit and the gold have at least .8 of their union in common |
//! | titled | stories with a title whose unit names the headline unit that is that title |
//! | boundaries | first and last letters of the parts of stories, to within 4 letters |
//! | whole | parts of stories that have at least .9 of their union in common with one story unit |
//! | boilerplate | lines of boilerplate, each weighted by its share of the line |
//! | pairs | pairs of repeated items: headlines and titles among themselves, stories among themselves |
//!
//! A pair is found if its items are two exact or near members of one cluster, or a keeper and a unit related to it. A pair with a
//! unit that is no item of the gold is wrong. A pair with a scrap of a story counts neither way, and neither do `contained`
//! and `variant`. Counts are added up over all pages before any rate, so that a long page has more weight.

use crate::cluster::Cluster;
use crate::document::{DocId, Unit, Units};
use crate::input::Corpus;
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
use scores::PageCounts;

/// Scores the cuts of every page of `gold` into stories, and the `clusters` of `units` that a run at
/// [`UnitLevel::Story`](crate::page::UnitLevel::Story) found in [`GoldPages::corpus`].
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
    let mut pages = Vec::with_capacity(cuts.len());
    for ((page, cut), repeats) in gold.pages.iter().zip(&cuts).zip(&repeats) {
        let counts = PageCounts { pairs: *repeats, ..cut.counts() };
        sum += counts;
        pages.push(counts.scores(&page.name));
    }

    // A pair across two pages counts on both, so the pairs of all pages are no sum.
    PagesEvaluation { pages, all: PageCounts { pairs: all_repeats, ..sum }.scores("ALL") }
}

/// The units of each page, cut as in a run over all of them.
fn cut_pages(gold: &GoldPages) -> Vec<Vec<Unit>> {
    let corpus = gold.corpus();
    // Reading from memory cannot fail.
    let learned = PageCutter::learn(&corpus, UnitLevel::Story, None);
    debug_assert!(learned.is_ok(), "a corpus in memory is read");
    let known = learned.unwrap_or_default();

    let mut cutter = Cutter::new();
    corpus.ids().map(|id| cut_one(&corpus, id, &known, &mut cutter)).collect()
}

fn cut_one(corpus: &Corpus, id: DocId, known: &PageCutter, cutter: &mut Cutter) -> Vec<Unit> {
    let mut units = Vec::new();
    let record = corpus.read(id);
    debug_assert!(record.is_ok(), "a corpus in memory is read");
    if let Ok(record) = record {
        known.cut(cutter, corpus, (id, &record), UnitLevel::Story, &mut units);
    }
    units
}
