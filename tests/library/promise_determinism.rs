//! Promise: same input, same bytes out, whatever the number of threads and however the input was split into files. And
//! what comes out is the rule of keepers, applied by hand: nobody joins a cluster without having been compared with its
//! keeper.

use crate::common;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::oracle::{self, Sets};
use crate::common::text;
use mukarrar::cluster::Keep;
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::normalize::{Language, Profile};
#[cfg(feature = "parallel")]
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Clustering, Options, Pipeline};
use mukarrar::similarity::Relation;
use mukarrar::similarity::facts::Facts;

fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}

fn clusters(corpus: &Corpus, options: Options) -> Clustering {
    Pipeline::new(options).unwrap().clusters(corpus, &()).unwrap()
}

/// Everything that a report would show of both commands.
fn everything(corpus: &Corpus, options: &Options) -> String {
    let found = clusters(corpus, options.clone());
    let mut shown = format!("{:?}\n{:?}\n", found.names, found.summary.records);
    for unit in found.units.ids() {
        let (document, span) = (found.units.document(unit), found.units.span(unit));
        writeln!(shown, "{document:?} {span:?} {} {}", found.units.kind(unit), found.units.tokens(unit)).unwrap();
    }
    writeln!(shown, "{:?} {}", found.clusters, found.summary.lost_pairs).unwrap();
    let list = Pipeline::new(options.clone()).unwrap().pairs(corpus, &()).unwrap();
    for expand in [true, false] {
        list.iter(expand).for_each(|pair| writeln!(shown, "{pair:?}").unwrap());
    }
    writeln!(shown, "{}", list.summary.lost_pairs).unwrap();
    shown
}

/// Many texts, each perhaps many times.
fn repeated_texts() -> Vec<String> {
    let mut random = text::Random::new(3);
    let distinct = text::families(3, 120, 4);
    (0..1500).map(|_| distinct[random.below(distinct.len())].clone()).collect()
}

#[cfg(feature = "parallel")]
#[test]
fn the_number_of_threads_changes_nothing() {
    let repeated = common::numbered(&repeated_texts());
    let runs = [
        (common::own_corpus(), options(|o| o.threshold = 0.5)),
        (common::own_corpus(), options(|o| o.unit = UnitLevel::Story)),
        (common::own_corpus(), options(|o| (o.unit, o.related) = (UnitLevel::Line, true))),
        (repeated, options(|o| o.max_bucket = 3)),
    ];
    for (corpus, options) in runs {
        let with = |threads| {
            let mut options = options.clone();
            options.threads = Some(threads);
            everything(&corpus, &options)
        };
        let one = with(1);
        assert!(one.contains("Exact") && one.contains("Near"), "nothing was found");
        for threads in [1, 2, 3, 8] {
            assert_eq!(with(threads), one, "{threads} threads");
        }
    }
}

#[test]
fn one_file_or_several_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = repeated_texts()
        .iter()
        .enumerate()
        .map(|(id, text)| format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}\n"))
        .collect();
    let write = |name: &str, lines: &[String]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, lines.concat()).unwrap();
        path
    };
    let whole = [write("whole.jsonl", &lines)];
    let parts = [write("b.jsonl", &lines[..7]), write("c.jsonl", &lines[7..900]), write("a.jsonl", &lines[900..])];
    let open = |paths: &[PathBuf]| Corpus::open(paths, InputOptions::default()).unwrap();
    let options = Options::default();
    assert_eq!(everything(&open(&parts), &options), everything(&open(&whole), &options));
}

/// Keeper of each place, by the rule as it is said: in keeper order, the first that is free becomes a keeper and takes
/// all that are free and verify against it.
fn by_the_rule(sets: &Sets, order: &[usize], threshold: f64) -> Vec<Option<usize>> {
    let mut keeper_of = vec![None; order.len()];
    for keeper in order.iter().copied().filter(|place| !sets.sets[*place].is_empty()) {
        if keeper_of[keeper].is_some() {
            continue;
        }
        keeper_of[keeper] = Some(keeper);
        for other in order.iter().copied().filter(|place| !sets.sets[*place].is_empty()) {
            if keeper_of[other].is_none() {
                let pair = sets.pair(keeper, other);
                if pair.exact || pair.jaccard >= threshold {
                    keeper_of[other] = Some(keeper);
                }
            }
        }
    }
    keeper_of
}

/// The same from a run; checks each score on the way.
fn keepers(found: &Clustering, sets: &Sets, places: usize) -> Vec<Option<usize>> {
    let place = |unit| found.units.document(unit).index();
    let mut keeper_of: Vec<Option<usize>> =
        (0..places).map(|place| (!sets.sets[place].is_empty()).then_some(place)).collect();
    let mut seen = HashSet::new();
    for cluster in &found.clusters {
        for member in &cluster.members {
            assert!(seen.insert(member.unit), "{:?} stands in two clusters", member.unit);
            let pair = sets.pair(place(cluster.keeper), place(member.unit));
            assert_eq!(member.score.jaccard.to_bits(), pair.jaccard.to_bits());
            assert_eq!(member.score.containment.to_bits(), pair.containment.to_bits());
            let relation =
                (member.unit != cluster.keeper).then_some(if pair.exact { Relation::Exact } else { Relation::Near });
            assert_eq!(member.relation, relation);
            keeper_of[place(member.unit)] = Some(place(cluster.keeper));
        }
    }
    keeper_of
}

/// Records with a field `rank` that some lack; equal values stand in several.
fn ranked(texts: &[String]) -> (Corpus, Vec<Option<i64>>) {
    let ranks: Vec<Option<i64>> =
        (0..texts.len()).map(|place| (place % 5 != 2).then_some((place as i64 * 37) % 50 - 20)).collect();
    let mut lines = String::new();
    for (text, rank) in texts.iter().zip(&ranks) {
        let rank = rank.map_or_else(String::new, |rank| format!(",\"rank\":{rank}"));
        writeln!(lines, "{{\"text\":\"{text}\"{rank}}}").unwrap();
    }
    let mut options = InputOptions::default();
    options.fields = vec!["rank".to_owned()];
    (Corpus::from_reader("in.jsonl", lines.as_bytes(), options).unwrap(), ranks)
}

#[test]
fn clusters_are_what_the_rule_says_under_every_policy() {
    let mut texts = text::families(11, 90, 5);
    texts.push(String::new());
    let (corpus, ranks) = ranked(&texts);
    let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, Some(Language::Ar)), 3);
    let tokens = |place: &usize| sets.folded[*place].split(' ').filter(|word| !word.is_empty()).count();
    let sorted = |key: &dyn Fn(&usize) -> i64| {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(key);
        order
    };
    let orders: BTreeMap<&str, Vec<usize>> = [
        ("first", sorted(&|_| 0)),
        ("last", sorted(&|place| -(*place as i64))),
        ("longest", sorted(&|place| -(tokens(place) as i64))),
        ("shortest", sorted(&|place| tokens(place) as i64)),
        ("min:rank", sorted(&|place| ranks[*place].unwrap_or(i64::MAX))),
        ("max:rank", sorted(&|place| ranks[*place].map_or(i64::MAX, |rank| -rank))),
    ]
    .into();
    let mut seen = HashSet::new();
    for (policy, order) in &orders {
        let options = options(|o| {
            o.keep = policy.parse::<Keep>().unwrap();
            // So many bands that none is missed.
            (o.threshold, o.recall) = (0.6, 0.999_999);
            // The rule is that of copies alone.
            (o.containment, o.facts) = (None, Facts::Off);
        });
        let found = clusters(&corpus, options);
        let keepers = keepers(&found, &sets, texts.len());
        assert_eq!(keepers, by_the_rule(&sets, order, 0.6), "{policy}");
        let warned = found.summary.warnings.iter().any(|warning| warning.contains("`rank`"));
        assert_eq!(warned, policy.contains("rank"), "{policy}: {:?}", found.summary.warnings);
        seen.insert(keepers);
    }
    assert_eq!(seen.len(), 6, "every policy keeps others");
}

/// a ~ b and b ~ c, but not a ~ c: c is not removed for a, whatever stands between them.
#[test]
fn a_chain_removes_nobody_without_its_keeper() {
    let words: Vec<usize> = (0..40).collect();
    let texts = [&words[..30], &words[5..35], &words[10..]].map(text::spelled);
    let corpus = common::numbered(&texts);
    let found = clusters(&corpus, options(|o| (o.threshold, o.recall) = (0.6, 0.9999)));
    assert_eq!(found.clusters.len(), 1);
    let members: Vec<usize> =
        found.clusters[0].members.iter().map(|member| found.units.document(member.unit).index()).collect();
    assert_eq!(members, [0, 1]);
}
