//! Dates: pairs beyond the window are not compared, whatever is equal, and dates decide who stays.

use std::fmt::Write;

use crate::common::oracle::{self, Sets};
use crate::common::text::{self, Random};
use mukarrar::cluster::Keep;
use mukarrar::document::{UnitId, Window};
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::normalize::{Language, Profile};
use mukarrar::pipeline::{Clustering, Options, Pipeline};
use mukarrar::similarity::Relation;
use mukarrar::similarity::facts::Facts;

const DAY: i64 = 86_400;

fn options(keep: Keep, days: Option<u64>) -> Options {
    let mut options = Options::default();
    (options.containment, options.facts) = (None, Facts::Off);
    // So many bands that none is missed.
    options.recall = 0.999_999;
    options.date_field = Some("published".to_owned());
    options.window = days.map(|days| Window::seconds(days * DAY as u64));
    options.keep = keep;
    options
}

/// The same dates in this century: smaller numbers of seconds are no dates.
fn later(dates: &[Option<i64>]) -> Vec<Option<i64>> {
    dates.iter().map(|date| date.map(|date| 1_000_000_000 + date)).collect()
}

fn corpus(texts: &[String], dates: &[Option<i64>], options: &Options) -> Corpus {
    let mut lines = String::new();
    for (text, date) in texts.iter().zip(dates) {
        let date = date.map_or_else(String::new, |date| format!(",\"published\":{date}"));
        writeln!(lines, "{{\"text\":\"{text}\"{date}}}").unwrap();
    }
    let mut reading = InputOptions::default();
    reading.fields = options.fields();
    Corpus::from_reader("in.jsonl", lines.as_bytes(), reading).unwrap()
}

/// Keeper, relation of each other member, by place.
fn members(found: &Clustering) -> Vec<(usize, usize, Relation)> {
    let place = |unit: UnitId| found.units.document(unit).index();
    let mut members: Vec<_> = found
        .clusters
        .iter()
        .flat_map(|cluster| cluster.members.iter().map(move |member| (cluster.keeper, member)))
        .filter_map(|(keeper, member)| Some((place(keeper), place(member.unit), member.relation?)))
        .collect();
    members.sort_unstable();
    members
}

#[test]
fn clusters_are_what_the_rule_says_inside_the_window() {
    let mut random = Random::new(21);
    let texts = text::families(12, 80, 6);
    let dates: Vec<Option<i64>> =
        texts.iter().map(|_| (random.below(10) > 0).then(|| random.below(30) as i64 * DAY)).collect();
    let near = |a: usize, b: usize| match (dates[a], dates[b]) {
        (Some(a), Some(b)) => a.abs_diff(b) <= 7 * DAY as u64,
        _ => true,
    };
    let mut outcomes = Vec::new();
    for keep in [Keep::First, Keep::Last, Keep::Earliest, Keep::Latest] {
        let options = options(keep.clone(), Some(7));
        let corpus = corpus(&texts, &later(&dates), &options);
        let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, Some(Language::Ar)), 3);
        let mut order: Vec<usize> = (0..texts.len()).collect();
        match keep {
            Keep::Last => order.reverse(),
            Keep::Earliest => order.sort_by_key(|place| dates[*place].unwrap_or(i64::MAX)),
            Keep::Latest => order.sort_by_key(|place| dates[*place].map_or(i64::MAX, |date| -date)),
            _ => {}
        }
        let mut expected = Vec::new();
        let mut free = vec![true; texts.len()];
        for keeper in &order {
            if !std::mem::replace(&mut free[*keeper], false) {
                continue;
            }
            for other in &order {
                let pair = sets.pair(*keeper, *other);
                if free[*other] && near(*keeper, *other) && (pair.exact || pair.jaccard >= 0.6) {
                    free[*other] = false;
                    expected.push((*keeper, *other, if pair.exact { Relation::Exact } else { Relation::Near }));
                }
            }
        }
        expected.sort_unstable();
        let found = Pipeline::new(options.clone()).unwrap().clusters(&corpus, &()).unwrap();
        assert_eq!(members(&found), expected, "{keep}");
        assert!(expected.iter().any(|(.., relation)| *relation == Relation::Exact));
        assert!(found.summary.warnings.iter().any(|warning| warning.contains("`published`")), "undated ones are told");
        outcomes.push(expected);
        let pairs = Pipeline::new(options).unwrap().pairs(&corpus, &()).unwrap();
        let place = |unit: UnitId| pairs.units.document(unit).index();
        let listed = pairs.iter(true).map(|pair| (place(pair.a), place(pair.b), pair.relation == Relation::Exact));
        let all = (0..texts.len()).flat_map(|a| (a + 1..texts.len()).map(move |b| (a, b)));
        let due = all
            .map(|(a, b)| sets.pair(a, b))
            .filter(|pair| near(pair.a, pair.b) && (pair.exact || pair.jaccard >= 0.6));
        assert!(listed.eq(due.map(|pair| (pair.a, pair.b, pair.exact))), "{keep}");
    }
    outcomes.dedup();
    assert_eq!(outcomes.len(), 4, "every policy keeps others");
}

#[test]
fn dates_need_a_field() {
    let mut options = options(Keep::Earliest, None);
    options.date_field = None;
    let error = Pipeline::new(options).unwrap_err().to_string();
    assert!(error.contains("earliest") && error.contains("`date_field`"), "{error}");
}

/// Equal texts that lose their keeper to a container beyond their own window find each other.
#[test]
fn copies_left_behind_by_a_contained_keeper_stay_together() {
    let mut random = Random::new(3);
    let story = text::words(&mut random, 20_000, 80);
    let page = [&story[..], &text::words(&mut random, 20_000, 300)].concat();
    let texts = [text::spelled(&story), text::spelled(&page), text::spelled(&story), text::spelled(&story)];
    let hours = [24, 0, 60, 66].map(|hour| Some(hour * 3600));
    let mut options = options(Keep::First, Some(2));
    (options.containment, options.contained_copies) = (Some(0.8), true);
    let corpus = corpus(&texts, &later(&hours), &options);
    let found = Pipeline::new(options).unwrap().clusters(&corpus, &()).unwrap();
    assert_eq!(members(&found), [(1, 0, Relation::Contained), (2, 3, Relation::Exact)]);
}

#[test]
fn a_day_as_a_number_is_a_day() {
    let texts = ["نص طويل بما يكفي لكي يقارن بغيره من النصوص"; 2].map(str::to_owned);
    let options = options(Keep::First, Some(7));
    let corpus = corpus(&texts, &[Some(20_150_721), Some(20_180_721)], &options);
    assert!(Pipeline::new(options).unwrap().clusters(&corpus, &()).unwrap().clusters.is_empty(), "three years apart");
}
