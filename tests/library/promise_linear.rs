//! Promise: crafted input costs in proportion to its size. Twice the documents are at most 2.3 times the work, counted as
//! candidate pairs that are looked at, not as time.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::text::{self, Random};
use mukarrar::input::Corpus;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Clustering, Options, Pipeline, Progress};

/// Counts the work of a run.
#[derive(Default)]
struct Work(AtomicU64);

impl Progress for Work {
    fn begin(&self, _stage: &'static str, _records: u64) {}

    fn advance(&self, _records: u64, _bytes: u64) {}

    fn looked(&self, pairs: u64) {
        self.0.fetch_add(pairs, Ordering::Relaxed);
    }
}

/// The clusters of texts, and the work.
fn clusters(texts: &[String], change: impl Fn(&mut Options)) -> (Clustering, u64) {
    let mut options = Options::default();
    change(&mut options);
    let corpus = Corpus::from_texts(texts.iter().enumerate().map(|(id, text)| (id.to_string(), text.clone())));
    let work = Work::default();
    let found = Pipeline::new(options).unwrap().clusters(&corpus, &work).unwrap();
    // What is found by sampled shingles is compared too.
    let contained = found.summary.containment.candidates;
    // Each document is read once.
    (found, texts.len() as u64 + work.0.into_inner() + contained)
}

/// Checks the work of `texts` of a number of documents, for `documents` and twice as many.
fn is_linear(documents: usize, texts: impl Fn(usize) -> Vec<String>, change: impl Fn(&mut Options)) -> [Clustering; 2] {
    let [(once, less), (twice, more)] = [documents, 2 * documents].map(|count| clusters(&texts(count), &change));
    assert!(more as f64 <= 2.3 * less as f64, "{less} pairs for {documents} documents, {more} for twice as many");
    [once, twice]
}

fn words(random: &mut Random, count: usize) -> String {
    let words: Vec<usize> = (0..count).map(|_| random.below(4000)).collect();
    text::spelled(&words)
}

#[test]
fn pages_that_share_a_footer() {
    let footer = words(&mut Random::new(1), 120);
    let pages = |count| {
        let mut random = Random::new(2);
        (0..count).map(|_| format!("{} {footer}", words(&mut random, 18))).collect()
    };
    let found = is_linear(500, pages, |_| ());
    let sizes = |found: &Clustering| found.clusters.iter().map(|cluster| cluster.size()).max().unwrap_or(1);
    assert_eq!(found.each_ref().map(sizes), [1, 1]);
}

#[test]
fn documents_that_differ_in_a_number() {
    for length in [40, 200] {
        let base = words(&mut Random::new(3), length);
        // Two texts with one number, one of them cut: copies, in spite of all others.
        let numbered = |count: usize| {
            let mut texts: Vec<String> = (0..count).map(|number| format!("{base} {}", number + 1000)).collect();
            let cut = base.rsplitn(3, ' ').last().unwrap_or_default();
            texts.extend([base.as_str(), cut].map(|base| format!("{} {base}", count + 5000)));
            texts
        };
        let found = is_linear(600, numbered, |_| ());
        if length == 40 {
            let largest = |found: &Clustering| found.clusters.iter().map(|cluster| cluster.size()).max();
            assert_eq!(found.each_ref().map(largest), [Some(2); 2]);
            assert!(found[1].summary.lost_pairs > 0, "what is passed over is counted");
        } else {
            assert!(found.iter().all(|found| found.clusters.len() == 1));
        }
    }
}

#[test]
fn buckets_over_the_bound() {
    let base = words(&mut Random::new(4), 200);
    let alike = |count| (0..count).map(|number| format!("{base} {number}")).collect();
    for change in [
        |options: &mut Options| options.max_bucket = 100,
        |options: &mut Options| {
            options.max_bucket = 100;
            options.facts = mukarrar::similarity::facts::Facts::Off;
        },
    ] {
        let found = is_linear(500, alike, change);
        assert_eq!(found.map(|found| found.clusters.len()), [1, 1]);
    }
}

#[test]
fn lines_of_one_template_in_one_document() {
    let lines = |count: usize| {
        let mut random = Random::new(5);
        let line = |_| {
            let (a, b) = (random.below(4000), random.below(4000));
            format!("درجة الحرارة في {} {} اليوم معتدلة مع رياح خفيفة", text::word(a), text::word(b))
        };
        vec![(0..count).map(line).collect::<Vec<_>>().join("\n")]
    };
    let found = is_linear(800, lines, |options| options.unit = UnitLevel::Line);
    assert!(found[1].summary.lost_pairs > found[0].summary.lost_pairs);
}

#[test]
fn broken_entities() {
    // Every one is looked at once, so the tokens are in proportion.
    let broken = |count: usize| vec!["&#x110000;&nosuch ".repeat(count); 2];
    let [once, twice] = [2000, 4000].map(|count| clusters(&broken(count), |_| ()).0);
    let tokens = |found: &Clustering| found.units.ids().map(|unit| found.units.tokens(unit)).sum::<usize>();
    assert!(tokens(&once) > 0 && tokens(&twice) <= 2 * tokens(&once), "{} {}", tokens(&once), tokens(&twice));
}
