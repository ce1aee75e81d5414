//! Promise: `pairs` finds at least the share of true pairs that was asked for, and reports no other: every score is the
//! exact one, to the last bit.
//!
//! The truth is computed here from written-out shingles, over all pairs. On the project's sample and on generated text it
//! runs anywhere; on real news where the shared corpora are at hand. For the record, print the table of all settings over
//! the whole of that corpus:
//!
//! `cargo test --release --test promise_pairs -- --ignored --nocapture`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use crate::common;
use std::collections::{HashMap, HashSet};

use crate::common::oracle::{self, Sets, Truth};
use crate::common::text;
use mukarrar::document::DocId;
use mukarrar::input::Corpus;
use mukarrar::normalize::{Language, Profile};
use mukarrar::pipeline::{Options, PairList, Pipeline};
use mukarrar::shingle::ShingleKind;
use mukarrar::similarity::Relation;
use mukarrar::similarity::facts::Facts;

const SETTINGS: [(f64, f64); 6] = [(0.5, 0.9), (0.5, 0.99), (0.7, 0.9), (0.7, 0.99), (0.9, 0.9), (0.9, 0.99)];

/// What a run found, judged by the truth.
struct Verdict {
    threshold: f64,
    recall: f64,
    bands: usize,
    rows: usize,
    /// Pairs there are, and how many the S-curve expects to find.
    due: usize,
    expected: f64,
    found: usize,
    /// Pairs that are none, or have another score or relation than the true one.
    wrong: Vec<String>,
}

impl Verdict {
    fn share(&self) -> f64 {
        self.found as f64 / self.due as f64
    }

    /// Room for chance: three standard deviations of a binomial share at the recall that was asked for.
    fn room(&self) -> f64 {
        3.0 * (self.recall * (1.0 - self.recall) / self.due as f64).sqrt()
    }

    fn print(&self, name: &str) {
        let Self { threshold, recall, bands, rows, due, expected, found, wrong } = self;
        println!(
            "{name:14} T {threshold} R {recall:<4} {bands:3} x {rows:2}  {due:6} pairs  {found:6} found  recall {:.4}  \
             (curve {:.4})  wrong {}",
            self.share(),
            expected / *due as f64,
            wrong.len()
        );
    }

    fn assert_kept(&self) {
        assert!(self.wrong.is_empty(), "{:?}", &self.wrong[..self.wrong.len().min(5)]);
        let least = self.recall - self.room();
        assert!(self.share() >= least, "T {} R {}: {:.4}", self.threshold, self.recall, self.share());
    }
}

fn judge(corpus: &Corpus, sets: &Sets, truth: &[Truth], options: Options) -> Verdict {
    let (threshold, recall) = (options.threshold, options.recall);
    let pipeline = Pipeline::new(options).unwrap();
    let banding = pipeline.banding();
    let list = pipeline.pairs(corpus, &()).unwrap();
    let due: Vec<&Truth> = truth.iter().filter(|pair| pair.jaccard >= threshold).collect();
    let places: HashSet<(usize, usize)> = due.iter().map(|pair| (pair.a, pair.b)).collect();
    let (mut found, mut wrong) = (HashSet::new(), Vec::new());
    let mut last = None;
    for pair in list.iter(true) {
        let place = (document(&list, pair.a).index(), document(&list, pair.b).index());
        let true_pair = sets.pair(place.0, place.1);
        let relation = if true_pair.exact { Relation::Exact } else { Relation::Near };
        let score = (pair.score.jaccard.to_bits(), pair.score.containment.to_bits());
        let right = places.contains(&place)
            && last.replace(place) < Some(place)
            && pair.relation == relation
            && score == (true_pair.jaccard.to_bits(), true_pair.containment.to_bits())
            && found.insert(place);
        if !right {
            wrong.push(format!("{pair:?} is in truth {true_pair:?}"));
        }
    }
    let expected = due.iter().map(|pair| if pair.exact { 1.0 } else { banding.probability(pair.jaccard) }).sum();
    let (bands, rows) = (banding.bands(), banding.rows());
    Verdict { threshold, recall, bands, rows, due: due.len(), expected, found: found.len(), wrong }
}

fn document(list: &PairList, unit: mukarrar::document::UnitId) -> DocId {
    list.units.document(unit)
}

fn options(threshold: f64, recall: f64) -> Options {
    let mut options = Options::default();
    options.threshold = threshold;
    options.recall = recall;
    options.containment = None;
    options.facts = Facts::Off;
    options
}

#[test]
fn the_own_sample_gives_up_its_pairs() {
    let corpus = common::own_corpus();
    let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, None), 3);
    let truth = sets.all_pairs(0.3);
    for (threshold, recall) in SETTINGS {
        let verdict = judge(&corpus, &sets, &truth, options(threshold, recall));
        verdict.print("corpus/");
        assert!(verdict.due >= 10, "{}", verdict.due);
        verdict.assert_kept();
    }
}

#[test]
fn generated_copies_of_every_degree_are_found() {
    let texts = text::families(7, 700, 5);
    let corpus = common::numbered(&texts);
    let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, Some(Language::Ar)), 3);
    let truth = sets.all_pairs(0.3);
    for (threshold, recall) in SETTINGS {
        let verdict = judge(&corpus, &sets, &truth, options(threshold, recall));
        verdict.print("generated");
        assert!(verdict.due >= 500, "{}", verdict.due);
        verdict.assert_kept();
    }
}

/// Other shingles, the same promise.
#[test]
fn words_alone_and_longer_runs_keep_the_promise() {
    let texts = text::families(8, 300, 4);
    let corpus = common::numbered(&texts);
    let folded = oracle::folded(&corpus, Profile::Standard, Some(Language::Ar));
    for n in [1, 2, 5] {
        let sets = Sets::of_words(folded.clone(), n);
        let mut options = options(0.6, 0.99);
        options.shingle = ShingleKind::Word(n as u8);
        let verdict = judge(&corpus, &sets, &sets.all_pairs(0.6), options);
        verdict.print(&format!("word:{n}"));
        assert!(verdict.due >= 100, "{}", verdict.due);
        verdict.assert_kept();
    }
}

fn real_news(settings: &[(f64, f64)]) {
    let corpus = common::shared_corpus("saudinewsnet");
    let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, Some(Language::Ar)), 3);
    let truth = sets.all_pairs(0.5);
    for (threshold, recall) in settings {
        let mut options = options(*threshold, *recall);
        options.language = Some(Language::Ar);
        let verdict = judge(&corpus, &sets, &truth, options);
        verdict.print("saudinewsnet");
        verdict.assert_kept();
    }
}

#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn real_news_give_up_their_pairs() {
    real_news(&SETTINGS[..2]);
}

#[test]
#[ignore = "long: all settings over the whole corpus, for the record"]
fn real_news_give_up_their_pairs_at_every_setting() {
    real_news(&SETTINGS);
}

/// All pairs of J ≥ .8 on word 5-grams with marks and tatweel removed and letters as they are, computed by another tool,
/// against profile `light`. What is not found is below .8 here, because the other tool cuts tokens otherwise: 13,7 and
/// 13.7 are both two tokens there; here the one is two and the other one. And `light` drops addresses, of which
/// «http:/ / example» is none: so a text full of figures, and one whose address was torn, lose up to .16.
#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn pairs_that_another_tool_computed_are_found() {
    let corpus = common::shared_corpus("saudinewsnet");
    let rows = common::shared_table("saudinewsnet.truth_w5");
    let place: HashMap<String, usize> =
        corpus.ids().map(|id| (corpus.read(id).unwrap().id.into_owned(), id.index())).collect();
    let mut options = options(0.8, 0.99);
    options.shingle = ShingleKind::Word(5);
    options.profile = Profile::Light;
    options.language = Some(Language::Ar);
    let list = Pipeline::new(options).unwrap().pairs(&corpus, &()).unwrap();
    let found: HashSet<(usize, usize)> =
        list.iter(true).map(|pair| (document(&list, pair.a).index(), document(&list, pair.b).index())).collect();
    let theirs: Vec<(f64, usize, usize)> = rows
        .iter()
        .map(|row| (row[0].parse::<f64>().unwrap(), place[&row[2]], place[&row[3]]))
        .filter(|(jaccard, _, _)| *jaccard >= 0.8)
        .collect();
    let sets = Sets::of_words(oracle::folded(&corpus, Profile::Light, Some(Language::Ar)), 5);
    let mut missed = 0;
    for (jaccard, a, b) in &theirs {
        let (a, b) = (a.min(b), a.max(b));
        if !found.contains(&(*a, *b)) {
            missed += 1;
            println!("missed: theirs {jaccard:.4}, ours {:.4}: snn{a:05} snn{b:05}", sets.pair(*a, *b).jaccard);
        }
    }
    println!("truth_w5: {} pairs, {missed} missed; {} found in all", theirs.len(), found.len());
    assert!(theirs.len() > 1000, "{}", theirs.len());
    assert!(missed * 100 <= theirs.len(), "{missed} of {} missed", theirs.len());
}
