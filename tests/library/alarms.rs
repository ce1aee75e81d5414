//! Alarms: each sign is seen where it is, and nowhere else.

use std::fmt::Write;

use crate::common::text::{self, Random};
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline, RunAlarm};
use mukarrar::report::{Cleaning, RecordSources};
use mukarrar::similarity::Relation;
use mukarrar::similarity::facts::Facts;

/// A text of its own for each number, in sentences of ten words.
fn article(number: usize, sentences: usize) -> String {
    let mut random = Random::new(number as u64 + 1);
    let sentence = |_| text::spelled(&(0..10).map(|_| random.below(50_000)).collect::<Vec<_>>());
    (0..sentences).map(sentence).collect::<Vec<String>>().join(". ")
}

fn corpus(records: impl IntoIterator<Item = (String, String)>) -> Corpus {
    let mut lines = String::new();
    for (place, (site, text)) in records.into_iter().enumerate() {
        writeln!(lines, "{{\"id\":\"{place}\",\"site\":\"{site}\",\"text\":\"{text}\"}}").unwrap();
    }
    let mut reading = InputOptions::default();
    reading.fields = vec!["site".to_owned()];
    Corpus::from_reader("in.jsonl", lines.as_bytes(), reading).unwrap()
}

fn alarms_with(corpus: &Corpus, change: impl FnOnce(&mut Options)) -> Vec<RunAlarm> {
    let mut options = Options::default();
    options.source_field = Some("site".to_owned());
    change(&mut options);
    let pipeline = Pipeline::new(options).unwrap();
    let found = pipeline.clusters(corpus, &()).unwrap();
    let remove = [Relation::Exact, Relation::Near];
    let cleaning = Cleaning::plan(&found, corpus, &remove, pipeline.options()).unwrap();

    let alarms = cleaning.alarms(None).unwrap();
    let sources = RecordSources::read(&found, corpus, pipeline.options()).unwrap();
    assert_eq!(cleaning.alarms(Some(&sources)).unwrap(), alarms);
    alarms
}

fn alarms(corpus: &Corpus) -> Vec<RunAlarm> {
    alarms_with(corpus, |_| {})
}

/// Articles of two sites, each its own.
fn plain(count: usize) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("s{}", n % 2), article(n, 8))).collect()
}

#[test]
fn articles_and_a_few_copies_raise_none() {
    let mut records = plain(200);
    records.extend((0..30).map(|n| ("s0".to_owned(), article(n, 8))));
    assert_eq!(alarms(&corpus(records)), []);
}

#[test]
fn a_cluster_of_more_than_a_twentieth_is_large() {
    let with_copies = |copies: usize| {
        let mut records = plain(200);
        // On sites of their own, so that none loses half of its records.
        records.extend((0..copies).map(|n| (format!("s{}", n % 2), article(0, 8))));
        alarms(&corpus(records))
    };
    assert_eq!(with_copies(9), []);
    assert_eq!(with_copies(11), [RunAlarm::LargeCluster { keeper: "0".to_owned(), members: 12, records: 211 }]);
}

#[test]
fn a_source_that_loses_more_than_half_is_named() {
    let with_copies = |copies: usize| {
        let mut records = plain(200);
        records.extend((0..40).map(|n| ("copier".to_owned(), article(if n < copies { n } else { 1000 + n }, 8))));
        alarms(&corpus(records))
    };
    assert_eq!(with_copies(20), []);
    assert_eq!(with_copies(21), [RunAlarm::LostSource { source: "copier".to_owned(), removed: 21, records: 40 }]);
}

#[test]
fn a_block_in_more_than_a_fifth_of_the_documents_is_shown() {
    let bar = article(9999, 3);
    let with_bar = |of: usize| {
        let records = plain(200).into_iter().enumerate();
        corpus(records.map(|(n, (site, text))| {
            // In every `of`-th document of the first site.
            (site, if n % (2 * of) == 0 { format!("{text}. {bar}.") } else { text })
        }))
    };
    assert_eq!(alarms(&with_bar(5)), []);

    let found = alarms(&with_bar(4));
    let [RunAlarm::SharedBlock { source, text, words, documents, examined }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((source.as_str(), *words, *documents, *examined), ("s0", 30, 25, 100));
    assert!(text.starts_with(&bar[..40]), "{text}");

    // A few words, such as a byline, are no block.
    let byline = corpus(plain(200).into_iter().map(|(site, text)| (site, format!("كتب مراسلنا.\\n{text}"))));
    assert_eq!(alarms(&byline), []);
}

#[test]
fn removals_for_a_sidebar_share_little_of_their_own_text() {
    let bar = article(9999, 25);
    let pages = corpus((0..60).map(|n| ("s".to_owned(), format!("{}. {bar}.", article(n, 6)))));
    let found = alarms_with(&pages, |options| options.facts = Facts::Off);
    let kinds: Vec<&str> = found
        .iter()
        .map(|alarm| match alarm {
            RunAlarm::LargeCluster { members: 60, records: 60, .. } => "cluster",
            RunAlarm::LostSource { removed: 59, records: 60, .. } => "source",
            RunAlarm::SharedBlock { documents: 60, .. } => "block",
            RunAlarm::LittleOwnText { removals: 59, examined: 59, facts_guard: false } => "own",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["cluster", "source", "block", "own"], "{found:?}");

    // The guard keeps the pages; only the sidebar is told.
    assert!(matches!(&alarms(&pages)[..], [RunAlarm::SharedBlock { .. }]));
}

#[test]
fn tiny_inputs_and_parts_of_documents_raise_none() {
    let copies = |count: usize| corpus((0..count).map(|_| ("s".to_owned(), article(1, 8))));
    assert_eq!(alarms(&copies(19)), []);
    assert!(!alarms(&copies(20)).is_empty());
    assert_eq!(alarms_with(&copies(40), |options| options.unit = UnitLevel::Paragraph), []);
}

#[test]
fn threads_change_no_alarm() {
    let bar = article(9999, 25);
    let pages = corpus((0..500).map(|n| (format!("s{}", n % 3), format!("{}. {bar}.", article(n, 6)))));
    let with =
        |threads: usize| alarms_with(&pages, |options| (options.facts, options.threads) = (Facts::Off, Some(threads)));
    assert!(with(1).len() > 4);
    assert_eq!(with(1), with(8));
}
