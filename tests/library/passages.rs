//! Shared passages: every one is true and as long as can be, none is missed, and what `dedup --unit passage` removes stands
//! in what stays.

use crate::common;
use std::collections::HashSet;

use mukarrar::document::Span;
use mukarrar::input::Corpus;
use mukarrar::normalize::{Language, Normalizer, Profile, Token};
use mukarrar::passage::Passage;
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::{self, Cleaning, ReportFormat, ReportStyle};
use proptest::prelude::*;

use crate::common::text::{Random, spelled, words};

/// Words as they are found in texts: marks, tatweel, digits, abbreviations, one character that is four words.
const WORDS: [&str; 12] =
    ["قالَ", "الـوزير", "ﷺ", "أ.ف.ب", "٣٫٥٪", "word", "كتابٌ", "don't", "١٠كم", "في", "المدينة", "«غدا»"];
const GAPS: [&str; 8] = [" ", " ", " ", "، ", ". ", "\n", "؟! ", "\r\n\r\n"];

fn text() -> impl Strategy<Value = String> {
    let part = (0..WORDS.len(), 0..GAPS.len()).prop_map(|(word, gap)| format!("{}{}", WORDS[word], GAPS[gap]));
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

/// Texts of few words, pieces of which come again.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let pieces = prop::collection::vec(text(), 1..4);
    pieces.prop_flat_map(|pieces| {
        let document = prop::collection::vec(prop::sample::select(pieces), 0..4).prop_map(|pieces| pieces.concat());
        prop::collection::vec(document, 0..6)
    })
}

fn options(min_tokens: usize) -> Options {
    let mut options = Options::default();
    options.language = Some(Language::Ar);
    options.passages.min_tokens = min_tokens;
    options.threads = Some(1);
    options
}

fn folded(text: &str) -> Vec<Token> {
    Normalizer::new(Profile::Standard, Language::Ar).tokens(text)
}

fn plain(text: &str) -> Vec<String> {
    folded(text).into_iter().map(|token| token.text).collect()
}

fn found(corpus: &Corpus, options: Options) -> Vec<Passage> {
    let found = Pipeline::new(options).unwrap().passages(corpus, &()).unwrap();
    assert_eq!((found.summary.lost_pairs, found.summary.passages), (0, Some(found.passages.len() as u64)));
    found.passages
}

/// Whether a border lies inside a word.
fn splits(text: &str, at: usize) -> bool {
    let word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    word(text[..at].chars().next_back()) && word(text[at..].chars().next())
}

/// What is left of the texts, with a mark for each cut, and what `--removed` says.
fn cut(texts: &[String], options: Options) -> (Vec<String>, Vec<serde_json::Value>) {
    let corpus = common::numbered(texts);
    let pipeline = Pipeline::new(options).unwrap();
    let repeated = pipeline.repeated(&corpus, &()).unwrap();
    let cleaning = Cleaning::of_passages(&repeated, &corpus, pipeline.options()).unwrap();
    let (mut removed, mut summary) = (Vec::new(), repeated.found.summary.clone());
    cleaning.write_removed(ReportFormat::Jsonl, &mut removed).unwrap();
    cleaning.account(&mut summary);
    let gone: u64 = summary.records.removed.values().sum();
    assert_eq!(summary.records.kept + gone, texts.len() as u64);
    let removed: Vec<serde_json::Value> =
        String::from_utf8(removed).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(gone, removed.iter().filter(|row| row["kind"] == "record").count() as u64);
    let mut left = texts.to_vec();
    let number = |value: &serde_json::Value| value.as_u64().unwrap() as usize;
    for row in removed.iter().rev().filter(|row| row["kind"] == "span") {
        let document: usize = row["id"].as_str().unwrap().parse().unwrap();
        left[document].replace_range(number(&row["start"])..number(&row["end"]), "\n\u{1}\n");
    }
    (left, removed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn passages_are_true_and_whole_and_none_is_missed(texts in texts(), min_tokens in 2_usize..9) {
        let mut exact = options(min_tokens);
        exact.passages.max_gap = 0;
        let passages = found(&common::numbered(&texts), exact);
        let mut covered = HashSet::new();
        for passage in &passages {
            let (a, b) = (&texts[passage.a.index()], &texts[passage.b.index()]);
            prop_assert!((passage.a, passage.a_span.start) < (passage.b, passage.b_span.start));
            let tokens = plain(passage.b_span.of(b));
            prop_assert_eq!(&tokens, &plain(passage.a_span.of(a)), "shared");
            prop_assert_eq!((tokens.len() as u64, passage.shared), (passage.tokens, passage.tokens));
            for (text, span) in [(a, passage.a_span), (b, passage.b_span)] {
                prop_assert!(!splits(text, span.start) && !splits(text, span.end), "{:?} {:?}", text, span);
            }
            let inside = |token: &Span| passage.b_span.start <= token.start && token.end <= passage.b_span.end;
            let spans: Vec<Span> = folded(b).into_iter().map(|token| token.span).filter(inside).collect();
            covered.extend(spans.into_iter().map(|span| (passage.b.index(), span.start)));
        }
        let mut before = HashSet::new();
        for (document, text) in texts.iter().enumerate() {
            let tokens = folded(text);
            for window in tokens.windows(min_tokens) {
                let key: Vec<String> = window.iter().map(|token| token.text.clone()).collect();
                if before.insert(key) {
                    continue;
                }
                for token in window {
                    // A token that is part of a word may be left out at the end of a passage.
                    let part = splits(text, token.span.start) || splits(text, token.span.end) || token.text.len() < 3;
                    let of_one = tokens.iter().filter(|other| other.span.start == token.span.start).count() > 1;
                    prop_assert!(part || of_one || covered.contains(&(document, token.span.start)), "{:?}", token);
                }
            }
        }
    }

    #[test]
    fn what_is_removed_stays_elsewhere_and_nothing_long_repeats(texts in texts(), min_tokens in 2_usize..9) {
        let (left, removed) = cut(&texts, options(min_tokens));
        let folded: Vec<Vec<String>> = left.iter().flat_map(|text| text.split('\u{1}')).map(plain).collect();
        for row in removed.iter().filter(|row| row["kind"] == "span") {
            let span = |start: &str, end: &str| {
                Span::new(row[start].as_u64().unwrap() as usize, row[end].as_u64().unwrap() as usize)
            };
            let text = |id: &str| &texts[row[id].as_str().unwrap().parse::<usize>().unwrap()];
            let gone = span("start", "end");
            prop_assert!(!splits(text("id"), gone.start) && !splits(text("id"), gone.end));
            let gone = plain(gone.of(text("id")));
            let kept = plain(span("keeper_start", "keeper_end").of(text("keeper")));
            prop_assert_eq!(&gone, &kept);
            let stands = |piece: &Vec<String>| piece.windows(gone.len()).any(|window| window == gone);
            prop_assert!(folded.iter().any(stands), "{:?} {:?}", gone, left);
        }
        // A cut may have been drawn back by eight words at each end.
        let pieces: Vec<String> = left.iter().flat_map(|text| text.split('\u{1}')).map(str::to_owned).collect();
        let mut rest = options(min_tokens + 16);
        rest.passages.max_gap = 0;
        let again = found(&common::numbered(&pieces), rest);
        let overlaps = |passage: &Passage| passage.a == passage.b && passage.b_span.start < passage.a_span.end;
        prop_assert!(again.iter().all(overlaps), "{:?} {:?}", again, left);
    }
}

/// Documents that share paragraphs, one footer among them all.
fn crowd(documents: usize) -> Vec<String> {
    let mut random = Random::new(5);
    let paragraphs: Vec<String> = (0..documents).map(|_| spelled(&words(&mut random, 20_000, 60))).collect();
    let footer = spelled(&words(&mut random, 20_000, 50));
    (0..documents)
        .map(|place| {
            let mut parts = vec![paragraphs[place].clone()];
            parts.extend((0..random.below(4)).map(|_| paragraphs[random.below(documents)].clone()));
            parts.push(footer.clone());
            parts.join(".\n")
        })
        .collect()
}

#[test]
fn threads_and_memory_change_no_byte() {
    let corpus = common::numbered(&crowd(3_000));
    let report = |threads: usize, memory: Option<u64>| {
        let mut options = Options::default();
        options.threads = Some(threads);
        options.memory = memory;
        let pipeline = Pipeline::new(options).unwrap();
        let found = pipeline.passages(&corpus, &()).unwrap();
        assert_eq!(found.summary.spilled_bytes > 0, memory.is_some());
        let mut out = Vec::new();
        report::passages(
            &found,
            &corpus,
            ReportStyle { format: ReportFormat::Jsonl, ..ReportStyle::default() },
            &mut out,
        )
        .unwrap();
        let repeated = pipeline.repeated(&corpus, &()).unwrap();
        let cleaning = Cleaning::of_passages(&repeated, &corpus, pipeline.options()).unwrap();
        cleaning.write_removed(ReportFormat::Jsonl, &mut out).unwrap();
        out
    };
    let expected = report(1, None);
    assert!(expected.iter().filter(|byte| **byte == b'\n').count() > 6_000);
    let threads = if cfg!(feature = "parallel") { 3 } else { 1 };
    assert!(report(threads, None) == expected, "threads");
    assert!(report(threads, Some(40 << 20)) == expected, "memory");
}

#[test]
fn a_footer_in_every_document_costs_one_passage_each() {
    let footer = spelled(&words(&mut Random::new(1), 20_000, 40));
    let texts: Vec<String> = (0..2_000).map(|place| format!("خبر {place}\n{footer}")).collect();
    let passages = found(&common::numbered(&texts), Options::default());
    assert_eq!(passages.len(), 1_999);
    assert!(passages.iter().all(|passage| passage.a.index() == 0 && passage.tokens == 40));
    let (left, removed) = cut(&texts, options(30));
    assert_eq!((removed.len(), left[0].as_str()), (1_999, texts[0].as_str()));
    assert!(left[1..].iter().all(|text| !text.contains(&footer)));
}

#[test]
fn small_edits_are_bridged() {
    let mut random = Random::new(9);
    let (one, two) = (spelled(&words(&mut random, 20_000, 40)), spelled(&words(&mut random, 20_000, 40)));
    let texts = [format!("{one} ا {two}"), format!("{one} ب ج {two}"), format!("{one} د هـ و ز ح {two}")];
    let tokens = |gap: usize| {
        let mut options = options(30);
        options.passages.max_gap = gap;
        let passages = found(&common::numbered(&texts), options);
        passages.iter().map(|passage| (passage.b.index(), passage.tokens, passage.shared)).collect::<Vec<_>>()
    };
    assert_eq!(tokens(2)[0], (1, 82, 80));
    assert_eq!(tokens(2).len(), 3, "five words are no small edit");
    assert_eq!(tokens(0).len(), 4);
}

#[test]
fn what_cannot_work_says_what_would() {
    let error = |change: &dyn Fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        Pipeline::new(options).unwrap().repeated(&common::numbered(&[]), &()).unwrap_err().to_string()
    };
    assert!(error(&|options| options.passages.min_tokens = 1).contains("from 2 to 10000"));
    assert!(error(&|options| options.passages.max_gap = 20_000).contains("from 0 to 10000"));
    assert!(error(&|options| options.keep = mukarrar::cluster::Keep::Last).contains("the first occurrence stays"));
    assert!(error(&|options| options.work_dir = Some("work".into())).contains("left out here"));
}
