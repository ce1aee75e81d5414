//! Runs across sources and runs without loss, against the rule of keepers applied by hand.

use std::fmt::Write;

use crate::common::oracle::{self, Sets};
use crate::common::text::{self, Random};
use mukarrar::document::UnitId;
use mukarrar::error::ErrorKind;
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::normalize::{Language, Profile};
use mukarrar::pipeline::{Clustering, Options, Pipeline};
use mukarrar::report::{Cleaning, RecordSources, RepetitionRules};
use mukarrar::similarity::facts::Facts;
use mukarrar::similarity::{Relation, VariantReason};

fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    (options.containment, options.facts, options.language) = (None, Facts::Off, Some(Language::Ar));
    // So many bands that none is missed.
    options.recall = 0.999_999;
    change(&mut options);
    options
}

/// Texts in families, many of them several times, with a source each or none.
fn texts_and_sources(seed: u64) -> (Vec<String>, Vec<Option<usize>>) {
    let mut random = Random::new(seed);
    let distinct = text::families(seed, 40, 4);
    let texts: Vec<String> = (0..250).map(|_| distinct[random.below(distinct.len())].clone()).collect();
    let sources = texts.iter().map(|_| Some(random.below(5)).filter(|source| *source > 0)).collect();
    (texts, sources)
}

fn corpus(texts: &[String], sources: &[Option<usize>], options: &Options) -> Corpus {
    let mut lines = String::new();
    for (text, source) in texts.iter().zip(sources) {
        let site = source.map_or_else(String::new, |source| format!(",\"site\":\"s{source}\""));
        writeln!(lines, "{{\"text\":\"{text}\"{site}}}").unwrap();
    }
    let mut reading = InputOptions::default();
    reading.fields = options.fields();
    Corpus::from_reader("in.jsonl", lines.as_bytes(), reading).unwrap()
}

fn clusters(corpus: &Corpus, options: &Options) -> Clustering {
    Pipeline::new(options.clone()).unwrap().clusters(corpus, &()).unwrap()
}

/// The keeper of each copy, by place.
fn keepers(found: &Clustering) -> Vec<(usize, usize)> {
    let place = |unit: UnitId| found.units.document(unit).index();
    let removals = found.removals(&[Relation::Exact, Relation::Near]);
    removals.iter().map(|removal| (place(removal.unit), place(removal.keeper))).collect()
}

/// The rule of keepers, applied by hand to all pairs that `takes` holds for. `order` is the keeper order.
fn by_hand(order: &[usize], takes: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut keeper_of = vec![None; order.len()];
    for keeper in order {
        if keeper_of[*keeper].is_none() {
            keeper_of[*keeper] = Some(*keeper);
            for other in order {
                if keeper_of[*other].is_none() && takes(*keeper, *other) {
                    keeper_of[*other] = Some(*keeper);
                }
            }
        }
    }
    let all = keeper_of.iter().enumerate().map(|(place, keeper)| (place, keeper.unwrap()));
    all.filter(|(place, keeper)| place != keeper).collect()
}

#[test]
fn only_texts_of_other_sources_are_copies() {
    for seed in 0..4 {
        let (texts, sources) = texts_and_sources(seed);
        let options = options(|options| {
            (options.across_sources, options.source_field) = (true, Some("site".to_owned()));
        });
        let corpus = corpus(&texts, &sources, &options);
        let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, options.language), 3);

        let may_meet = |a: usize, b: usize| sources[a].is_none() || sources[a] != sources[b];
        let order: Vec<usize> = (0..texts.len()).collect();
        let expected = by_hand(&order, |a, b| may_meet(a, b) && sets.pair(a, b).jaccard >= options.threshold);
        assert_eq!(keepers(&clusters(&corpus, &options)), expected, "{seed}");
        assert!(!expected.is_empty());
    }
}

#[test]
fn without_loss_each_keeper_has_all_of_its_copies() {
    for seed in 0..4 {
        let (texts, sources) = texts_and_sources(seed);
        let options = options(|options| options.lossless = true);
        let corpus = corpus(&texts, &sources, &options);
        let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, options.language), 3);

        let holds = |a: usize, b: usize| sets.sets[b].iter().all(|shingle| sets.sets[a].binary_search(shingle).is_ok());
        let found = clusters(&corpus, &options);
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|place| std::cmp::Reverse(texts[*place].split(' ').count()));
        let expected = by_hand(&order, |a, b| sets.pair(a, b).jaccard >= options.threshold && holds(a, b));
        assert_eq!(keepers(&found), expected, "{seed}");

        // What is held back is as similar as a copy, and stays.
        let removed: Vec<usize> = expected.iter().map(|(place, _)| *place).collect();
        assert!(!found.held_back.is_empty());
        for copy in &found.held_back {
            let [copy, keeper] = [copy.unit, copy.keeper].map(|unit| found.units.document(unit).index());
            assert!(sets.pair(keeper, copy).jaccard >= options.threshold && !holds(keeper, copy));
            assert!(!removed.contains(&copy) && !removed.contains(&keeper));
        }
        let variants = found.clusters.iter().flat_map(|cluster| &cluster.members).filter_map(|member| member.relation);
        assert!(variants.into_iter().any(|relation| relation.reason() == Some(VariantReason::Lossy)));
    }
}

#[test]
fn rules_keep_the_accounts_and_leave_no_removal_without_a_reason() {
    let (texts, sources) = texts_and_sources(9);
    let options = options(|options| options.source_field = Some("site".to_owned()));
    let corpus = corpus(&texts, &sources, &options);
    let found = clusters(&corpus, &options);
    let names = RecordSources::read(&found, &corpus, &options).unwrap();

    let relations = [Relation::Exact, Relation::Near];
    for (max_size, min_sources, keep_per_source) in
        [(None, None, None), (Some(4), None, None), (None, Some(3), None), (Some(12), Some(2), Some(2))]
    {
        let rules = RepetitionRules { max_size, min_sources, keep_per_source };
        let plan = Cleaning::plan_by_rules(&found, &corpus, &relations, &options, &rules, Some(&names)).unwrap();
        let mut summary = found.summary.clone();
        plan.account(&mut summary);
        let removed: u64 = summary.records.removed.values().sum();
        assert_eq!(summary.records.kept + removed, texts.len() as u64, "{rules:?}");
        assert_eq!(plan.removed_records().len() as u64, removed);

        let mut rows = Vec::new();
        plan.write_removed(mukarrar::report::ReportFormat::Jsonl, &mut rows).unwrap();
        let rows = String::from_utf8(rows).unwrap();
        assert_eq!(rows.lines().count() as u64, removed);
        assert!(rows.lines().all(|row| row.contains("\"keeper\":") != row.contains("\"rule\":")));
    }

    // Rules that count sources need them.
    let rules = RepetitionRules { min_sources: Some(2), ..RepetitionRules::default() };
    assert!(Cleaning::plan_by_rules(&found, &corpus, &relations, &options, &rules, None).is_err());
}

#[test]
fn pairs_have_no_keeper_and_no_other_source() {
    let corpus = Corpus::from_texts([("a", "نص قصير")]);
    for options in [options(|options| options.lossless = true), options(|options| options.across_sources = true)] {
        let error = Pipeline::new(options).unwrap().pairs(&corpus, &()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Parameter { .. }), "{error}");
    }
}
