//! What a user of the generator relies on: the same bytes, known copies, a truth that holds after folding.

use std::collections::HashMap;

use mukarrar::document::Span;
use mukarrar::normalize::{FoldScratch, Language, Normalizer, Profile, TokenSink};

use super::{Maker, Shape, Vocabulary, count, jaccard, share};

fn shape() -> Shape {
    Shape { seed: 7, tokens: 60, copies: 300_000, kinds: [1, 1, 1, 1], edits: 60_000, window: 0 }
}

fn made(shape: Shape, documents: u64) -> (String, String) {
    let (mut out, mut truth) = (Vec::new(), Vec::new());
    let mut maker = Maker::new(shape, Vocabulary::new(5000, 7), 5, true);
    for document in 0..documents {
        maker.write(document, &mut out, &mut truth).expect("memory is written");
    }
    (String::from_utf8(out).expect("UTF-8"), String::from_utf8(truth).expect("UTF-8"))
}

/// The folded words of a text, as numbers.
#[derive(Default)]
struct Numbers {
    numbers: HashMap<Vec<u8>, u32>,
    words: Vec<u32>,
}

impl TokenSink for Numbers {
    fn token(&mut self, token: &[u8], _span: Span) {
        let fresh = self.numbers.len() as u32;
        self.words.push(*self.numbers.entry(token.to_vec()).or_insert(fresh));
    }
}

/// The folded words of every document by id.
fn folded(documents: &str) -> HashMap<String, Vec<u32>> {
    let (mut numbers, mut scratch) = (Numbers::default(), FoldScratch::default());
    let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
    let records = documents.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("valid JSON"));
    records
        .map(|record| {
            normalizer.fold(record["text"].as_str().expect("a text"), &mut scratch, &mut numbers);
            (record["id"].as_str().expect("an id").to_owned(), std::mem::take(&mut numbers.words))
        })
        .collect()
}

#[test]
fn same_arguments_same_bytes_and_a_longer_run_begins_with_the_shorter() {
    let (short, long) = (made(shape(), 200), made(shape(), 400));
    assert_eq!(short, made(shape(), 200));
    assert!(long.0.starts_with(&short.0) && long.1.starts_with(&short.1));
    assert_ne!(short.0, made(Shape { seed: 8, ..shape() }, 200).0);
}

#[test]
fn bytes_are_frozen() {
    let (documents, truth) = made(shape(), 300);
    assert_eq!(blake3::hash(documents.as_bytes()).to_hex()[..16], *"eb30d8d25e9540e3");
    assert_eq!(blake3::hash(truth.as_bytes()).to_hex()[..16], *"5c12aa276db959e8");
}

#[test]
fn truth_holds_after_folding() {
    let (documents, truth) = made(shape(), 2000);
    let folded = folded(&documents);
    let mut kinds: HashMap<&str, usize> = HashMap::new();
    for line in truth.lines() {
        let [original, copy, kind, written] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let exact = jaccard(&folded[original], &folded[copy], 5);
        assert!((exact - written.parse::<f64>().expect("a number")).abs() < 1e-6, "{line}: {exact}");
        assert!(exact == 1.0 || kind == "edit" || kind == "cut", "{line}");
        *kinds.entry(kind).or_default() += 1;
    }
    assert_eq!(folded.len(), 2000);
    assert!(kinds.len() == 4 && kinds.values().all(|number| (100..200).contains(number)), "{kinds:?}");
}

#[test]
fn documents_that_are_no_copies_are_unlike() {
    let (documents, truth) = made(Shape { copies: 0, ..shape() }, 150);
    let folded: Vec<_> = folded(&documents).into_values().collect();
    let pairs = (0..folded.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
    let alike = pairs.map(|(a, b)| jaccard(&folded[a], &folded[b], 3)).fold(0.0, f64::max);
    assert!(truth.is_empty() && alike < 0.1, "{alike}");
}

#[test]
fn lengths_have_the_mean_that_was_asked_for() {
    let folded = folded(&made(Shape { tokens: 100, copies: 0, ..shape() }, 3000).0);
    let mean = folded.values().map(Vec::len).sum::<usize>() / 3000;
    assert!((90..110).contains(&mean), "{mean}");
}

#[test]
fn copies_stay_in_the_window() {
    let near = Shape { window: 10, copies: 100_000, ..shape() };
    let far = (1..2000).filter_map(|document| near.copy_of(document).map(|(original, _)| document - original));
    assert!(far.max().is_some_and(|far| far <= 40));
}

#[test]
fn numbers_are_read() {
    assert_eq!(count("1e6"), Ok(1_000_000));
    assert_eq!(share("0.15"), Ok(150_000));
    assert!(count("1e40").is_err() && count("ten").is_err() && share("1.5").is_err());
}
